//! The pages, which the build script has put into the program.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::State;
use axum::http::{StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use rust_embed::RustEmbed;

use crate::api::{first_look, with_log};
use crate::follow::Log;

#[derive(RustEmbed)]
#[folder = "$OUT_DIR/pages"]
struct Pages;

/// What is served in place of the pages by a program that was built without them.
const WITHOUT: &str = include_str!("without_pages.html");

/// How long the page waits for a log that is still being read, and some times longer for the first of it: what it brings
/// need not be asked for.
const PATIENCE: Duration = Duration::from_millis(50);

/// Where in the page it belongs: `web/index.html` has it.
const PLACE: &str = "<!-- The board puts here what the page will ask for first. -->";

/// A file of the pages; every other address is the page itself, whose address bar holds what is shown.
pub(crate) async fn page(State(log): State<Arc<Log>>, uri: Uri) -> Response {
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
            // What is in it is the log's, now.
            let headers = [
                (header::CONTENT_TYPE, content_type("index.html")),
                (header::CACHE_CONTROL, "no-store"),
            ];
            let mut state = log.listen();
            let all = state.wait_for(|state| state.complete);
            if tokio::time::timeout(PATIENCE, all).await.is_err() {
                let some = state.wait_for(|state| state.complete || state.revision > 0);
                let _ = tokio::time::timeout(4 * PATIENCE, some).await;
            }
            // An address with more to it may show anything.
            let pictures = uri.query().is_none_or(str::is_empty);
            match with_log(log, move |log| Ok(index(log, pictures))).await {
                Ok(page) => (headers, page).into_response(),
                Err(refusal) => refusal.into_response(),
            }
        }
    }
}

/// The page, with what it will ask for first.
fn index(log: &Log, pictures: bool) -> String {
    let file = Pages::get("index.html");
    let Some(page) = file
        .as_ref()
        .and_then(|file| std::str::from_utf8(&file.data).ok())
    else {
        return WITHOUT.to_owned();
    };
    match page.split_once(PLACE) {
        Some((before, after)) => [before, &first_look(log, pictures), after].concat(),
        None => page.to_owned(),
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
