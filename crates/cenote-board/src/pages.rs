//! The pages, which the build script has put into the program.

use std::borrow::Cow;
use std::io::{self, Read as _};
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use flate2::read::GzDecoder;
use rust_embed::RustEmbed;

use crate::api::{first_look, with_log};
use crate::follow::Log;

#[derive(RustEmbed)]
#[folder = "$OUT_DIR/pages"]
struct Pages;

/// What is served in place of the pages by a program that was built without them.
const WITHOUT: &str = include_str!("without_pages.html");

/// How long the page waits for a log that is still being read: what it brings need not be asked for.
const PATIENCE: Duration = Duration::from_millis(10);
/// How long it then waits for the first of a large one.
const MOST_PATIENCE: Duration = Duration::from_millis(200);

/// Where in the page it belongs: `web/index.html` has it.
const PLACE: &str = "<!-- The board puts here what the page will ask for first. -->";

/// A file of the pages; every other address is the page itself, whose address bar holds what is shown.
pub(crate) async fn page(State(log): State<Arc<Log>>, uri: Uri, headers: HeaderMap) -> Response {
    let path = uri.path().trim_start_matches('/');
    match part(path, &headers) {
        Some(Ok(answer)) if !path.is_empty() => answer,
        Some(Err(_)) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
        _ if path.starts_with("assets/") || path.contains('.') => {
            StatusCode::NOT_FOUND.into_response()
        }
        _ => whole(log, &uri).await,
    }
}

/// A file that the page asks for.
fn part(path: &str, headers: &HeaderMap) -> Option<io::Result<Response>> {
    // The names of these hold a hash of what they contain.
    let cache = if path.starts_with("assets/") {
        "public, max-age=31536000, immutable"
    } else {
        "no-cache"
    };
    let answer = |encoding: Option<&'static str>, bytes: Cow<'static, [u8]>| {
        let headers = [
            (header::CONTENT_TYPE, content_type(path)),
            (header::CACHE_CONTROL, cache),
            (header::VARY, "accept-encoding"),
        ];
        let encoding = encoding.map(|encoding| [(header::CONTENT_ENCODING, encoding)]);
        (headers, encoding, Body::from(bytes)).into_response()
    };
    if let Some(file) = Pages::get(path) {
        return Some(Ok(answer(None, file.data)));
    }
    let compressed = Pages::get(&format!("{path}.gz"))?.data;
    if takes_gzip(headers) {
        return Some(Ok(answer(Some("gzip"), compressed)));
    }
    let mut bytes = Vec::new();
    let read = GzDecoder::new(&*compressed).read_to_end(&mut bytes);
    Some(read.map(|_| answer(None, bytes.into())))
}

/// Whether a client says that it can unpack gzip.
fn takes_gzip(headers: &HeaderMap) -> bool {
    let accepted = headers.get_all(header::ACCEPT_ENCODING).into_iter();
    let codings = accepted.filter_map(|value| value.to_str().ok());
    codings.flat_map(|value| value.split(',')).any(|coding| {
        let (name, weight) = coding.split_once(';').unwrap_or((coding, "q=1"));
        let weight = weight.trim().trim_start_matches("q=").parse();
        name.trim().eq_ignore_ascii_case("gzip") && weight.is_ok_and(|weight: f32| weight > 0.0)
    })
}

/// The page itself.
async fn whole(log: Arc<Log>, uri: &Uri) -> Response {
    // What is in it is the log's, now.
    let headers = [
        (header::CONTENT_TYPE, content_type("index.html")),
        (header::CACHE_CONTROL, "no-store"),
    ];
    let mut state = log.listen();
    let all = state.wait_for(|state| state.complete);
    if tokio::time::timeout(PATIENCE, all).await.is_err() {
        let some = state.wait_for(|state| state.complete || state.revision > 0);
        let _ = tokio::time::timeout(MOST_PATIENCE, some).await;
    }
    // An address with more to it may show anything.
    let pictures = uri.query().is_none_or(str::is_empty);
    match with_log(log, move |log| Ok(index(log, pictures))).await {
        Ok(page) => (headers, page).into_response(),
        Err(refusal) => refusal.into_response(),
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
