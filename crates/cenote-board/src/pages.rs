//! The pages, which the build script has put into the program.

use axum::body::Body;
use axum::http::{StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use rust_embed::RustEmbed;

#[derive(RustEmbed)]
#[folder = "$OUT_DIR/pages"]
struct Pages;

/// What is served in place of the pages by a program that was built without them.
const WITHOUT: &str = include_str!("without_pages.html");

/// A file of the pages; every other address is the page itself, whose address bar holds what is shown.
pub(crate) async fn page(uri: Uri) -> Response {
    let path = uri.path().trim_start_matches('/');
    match Pages::get(path) {
        Some(file) if !path.is_empty() => {
            // The names of these hold a hash of what they contain.
            let kept = path.starts_with("assets/");
            let cache = if kept {
                "public, max-age=31536000, immutable"
            } else {
                "no-cache"
            };
            let headers = [
                (header::CONTENT_TYPE, content_type(path)),
                (header::CACHE_CONTROL, cache),
            ];
            (headers, Body::from(file.data)).into_response()
        }
        _ if path.starts_with("assets/") || path.contains('.') => {
            StatusCode::NOT_FOUND.into_response()
        }
        _ => {
            let headers = [(header::CONTENT_TYPE, content_type("index.html"))];
            match Pages::get("index.html") {
                Some(file) => (headers, Body::from(file.data)).into_response(),
                None => (headers, WITHOUT).into_response(),
            }
        }
    }
}

fn content_type(path: &str) -> &'static str {
    match path.rsplit_once('.').map_or("", |(_, extension)| extension) {
        "html" => "text/html; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "woff2" => "font/woff2",
        "json" | "map" => "application/json",
        _ => "application/octet-stream",
    }
}
