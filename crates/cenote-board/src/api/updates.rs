//! `/api/updates`: tells a page when there is something new, by server-sent events.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::response::sse::{Event, KeepAlive, Sse};
use serde::Serialize;
use tokio_stream::wrappers::WatchStream;
use tokio_stream::{Stream, StreamExt};

use super::log::Progress;
use crate::follow::{self, Log};

#[derive(Serialize)]
struct Update<'a> {
    session: &'a str,
    revision: u64,
    exists: bool,
    progress: Progress,
}

/// The state now, and each one from now on. One that comes while a client is slow to read takes the place of the last.
pub(super) async fn updates(
    State(log): State<Arc<Log>>,
) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let states = WatchStream::new(log.listen());
    let events = states.map(move |state: follow::State| {
        let update = Update {
            session: log.session.name(),
            revision: state.revision,
            exists: state.exists,
            progress: state.into(),
        };
        Ok(Event::default().json_data(update).unwrap_or_default())
    });
    Sse::new(events).keep_alive(KeepAlive::new().interval(Duration::from_secs(10)))
}
