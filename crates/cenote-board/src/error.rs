//! What can go wrong: when the board starts, and for one request.

use std::io;
use std::net::SocketAddr;

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

/// The result of starting or running a board.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a board cannot run.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The host is no name or address of this machine.
    #[error(
        "'{host}' is no address that can be listened on: use 127.0.0.1, or 0.0.0.0 for every network ({source})"
    )]
    Host {
        /// The host.
        host: String,
        /// What the system said.
        source: io::Error,
    },
    /// What the board should be known by is no name of a host.
    #[error(
        "'{name}' is no name that the board can be known by: give it without scheme, port and path, as in board.example"
    )]
    Name {
        /// The name.
        name: String,
    },
    /// Something else listens there.
    #[error("port {} is in use: give another one, or none to take the next that is free", .address.port())]
    PortInUse {
        /// Where.
        address: SocketAddr,
    },
    /// The port may not be used, or none is left.
    #[error("cannot listen on {address}: {source}")]
    Listen {
        /// Where.
        address: SocketAddr,
        /// What the system said.
        source: io::Error,
    },
    /// The system refused what a server needs.
    #[error("cannot start serving: {0}")]
    Start(#[source] io::Error),
}

/// The answer to a request that cannot be met.
#[derive(Debug)]
pub(crate) struct Refusal {
    status: StatusCode,
    message: String,
}

impl Refusal {
    pub(crate) fn new(status: StatusCode, message: impl Into<String>) -> Self {
        Self {
            status,
            message: message.into(),
        }
    }

    /// There is no such thing, or no longer.
    pub(crate) fn missing(message: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, message)
    }

    /// The request makes no sense.
    pub(crate) fn bad(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, message)
    }
}

impl From<cenote_events::Error> for Refusal {
    /// What the index pointed to is there no longer, or not what it was.
    fn from(error: cenote_events::Error) -> Self {
        Self::missing(error.to_string())
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let body = serde_json::json!({ "error": self.message });
        (self.status, Json(body)).into_response()
    }
}
