//! Who may ask, and what a browser may do with the answer.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::header::{self, HeaderName};
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri};
use axum::middleware::Next;
use axum::response::{Html, IntoResponse, Response};

use crate::error::Refusal;
use crate::names::{Names, is_name, without_port};

/// Scripts, styles and data of this server only; no page of another may frame it.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; \
    media-src 'self'; connect-src 'self'; font-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'none'; \
    frame-ancestors 'none'";

/// Refuses requests that are not meant for this server or come from the page of another, and marks every answer.
pub(crate) async fn guard(
    State(names): State<Arc<Names>>,
    request: Request,
    next: Next,
) -> Response {
    let mut response = match check(&names, request.uri(), request.headers()) {
        Ok(()) => next.run(request).await,
        Err(refused) => refused,
    };
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (
            HeaderName::from_static("cross-origin-resource-policy"),
            "same-origin",
        ),
        (
            HeaderName::from_static("cross-origin-opener-policy"),
            "same-origin",
        ),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers
        .entry(header::CACHE_CONTROL)
        .or_insert(HeaderValue::from_static("no-cache"));
    response
}

/// The answer to a request that is refused.
#[expect(clippy::result_large_err, reason = "it is made once and sent")]
fn check(names: &Names, uri: &Uri, headers: &HeaderMap) -> Result<(), Response> {
    let text = |name| {
        headers
            .get(name)
            .and_then(|value: &HeaderValue| value.to_str().ok())
    };
    let host = text(header::HOST).or(uri.authority().map(|authority| authority.as_str()));
    let host = host.unwrap_or_default();
    if !names.know(host) {
        let is_read = text(header::ACCEPT).is_some_and(|types| types.contains("text/html"));
        return Err(unknown(without_port(host), is_read));
    }
    let foreign = text(header::ORIGIN).is_some_and(|origin| {
        let from = origin.split_once("://").map_or(origin, |(_, host)| host);
        !from.eq_ignore_ascii_case(host)
    });
    let fetched = text(HeaderName::from_static("sec-fetch-site"));
    let opened = text(HeaderName::from_static("sec-fetch-mode")) == Some("navigate");
    if foreign || matches!(fetched, Some("cross-site" | "same-site")) && !opened {
        let message = "pages of other origins may not read this board";
        return Err(Refusal::new(StatusCode::FORBIDDEN, message).into_response());
    }
    Ok(())
}

/// What a person reads who has opened the board by a name that it does not know.
const UNKNOWN: &str = include_str!("unknown_name.html");

/// The answer to a request for a name that this server is not known by: a page for a person, JSON for a program.
fn unknown(name: &str, is_read: bool) -> Response {
    // What is no name of a host has no place in a page, nor in a command that somebody copies.
    let shown = if is_name(name) { name } else { "NAME" };
    if is_read {
        let page = Html(UNKNOWN.replace("{name}", shown));
        return (StatusCode::FORBIDDEN, page).into_response();
    }
    let message = format!(
        "this server is not known as '{name}': open it by its address, or start it with --allow-host {shown}"
    );
    Refusal::new(StatusCode::FORBIDDEN, message).into_response()
}
