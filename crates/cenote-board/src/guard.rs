//! Who may ask, and what a browser may do with the answer.

use std::net::IpAddr;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::header::{self, HeaderName};
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::error::Refusal;

/// The names that this server is known by.
#[derive(Debug)]
pub(crate) struct Names {
    given: String,
    /// Whether it listens beyond this machine: then it is known by its addresses too, which this cannot list.
    public: bool,
}

impl Names {
    /// The names of a server that was told to listen on `host`, which is `address`.
    pub(crate) fn new(host: &str, address: IpAddr) -> Self {
        Self {
            given: host.to_ascii_lowercase(),
            public: !address.is_loopback(),
        }
    }

    /// Whether a request that names `host` (with or without a port) is meant for this server. A page that has rebound its
    /// own name to this address names that.
    fn know(&self, host: &str) -> bool {
        let name = without_port(host).to_ascii_lowercase();
        let bare = name.trim_start_matches('[').trim_end_matches(']');
        let loopback = name == "localhost"
            || name.ends_with(".localhost")
            || bare
                .parse()
                .is_ok_and(|address: IpAddr| address.is_loopback());
        // Rebinding takes a name; an address is what it is.
        loopback || bare == self.given || self.public && bare.parse::<IpAddr>().is_ok()
    }
}

fn without_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port))
            if port.bytes().all(|byte| byte.is_ascii_digit()) && !name.ends_with(':') =>
        {
            name
        }
        _ => host,
    }
}

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
        Err(refusal) => refusal.into_response(),
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

fn check(names: &Names, uri: &Uri, headers: &HeaderMap) -> Result<(), Refusal> {
    let text = |name| {
        headers
            .get(name)
            .and_then(|value: &HeaderValue| value.to_str().ok())
    };
    let host = text(header::HOST).or(uri.authority().map(|authority| authority.as_str()));
    let host = host.unwrap_or_default();
    if !names.know(host) {
        return Err(Refusal::new(
            StatusCode::FORBIDDEN,
            format!(
                "this server is not known as '{host}': open it by its address, or start it with --host and that name"
            ),
        ));
    }
    let foreign = text(header::ORIGIN).is_some_and(|origin| {
        let from = origin.split_once("://").map_or(origin, |(_, host)| host);
        !from.eq_ignore_ascii_case(host)
    });
    let fetched = text(HeaderName::from_static("sec-fetch-site"));
    let opened = text(HeaderName::from_static("sec-fetch-mode")) == Some("navigate");
    if foreign || matches!(fetched, Some("cross-site" | "same-site")) && !opened {
        return Err(Refusal::new(
            StatusCode::FORBIDDEN,
            "pages of other origins may not read this board",
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_local_server_is_known_by_local_names_only() {
        let names = Names::new("127.0.0.1", "127.0.0.1".parse().unwrap());
        for host in [
            "localhost",
            "LocalHost:6006",
            "127.0.0.1:1",
            "127.0.0.2",
            "[::1]:6006",
            "[::1]",
            "a.localhost",
        ] {
            assert!(names.know(host), "{host}");
        }
        for host in [
            "",
            "evil.example",
            "evil.example:6006",
            "10.0.0.1:6006",
            "localhost.evil.example",
            "127.0.0.1.evil",
        ] {
            assert!(!names.know(host), "{host}");
        }
    }

    #[test]
    fn a_public_server_is_known_by_addresses_and_the_name_it_was_given() {
        let names = Names::new("gpu7.lab", "10.0.0.7".parse().unwrap());
        for host in ["gpu7.lab:6006", "10.0.0.7", "[fe80::1]:80", "localhost"] {
            assert!(names.know(host), "{host}");
        }
        assert!(!names.know("evil.example"));
    }
}
