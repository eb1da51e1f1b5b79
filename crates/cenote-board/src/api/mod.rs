//! The JSON API. Its description, `openapi.json`, is served beside it.

mod blobs;
mod first_look;
mod kinds;
mod log;
mod numbers;
mod series;
mod updates;
mod values;

use std::sync::Arc;

use axum::Router;
use axum::http::header;
use axum::routing::get;
use cenote_events::{RunView, TagView, ValueRef};

use crate::error::Refusal;
use crate::follow::{Indexed, Log};

pub(crate) use blobs::blob;
pub(crate) use first_look::first_look;
pub(crate) use numbers::{Column, number};
pub(crate) use series::{csv, triples};

const DESCRIPTION: &str = include_str!("../../openapi.json");

pub(crate) fn routes() -> Router<Arc<Log>> {
    let description = || async { ([(header::CONTENT_TYPE, "application/json")], DESCRIPTION) };
    Router::new()
        .route("/openapi.json", get(description))
        .route("/log", get(log::log))
        .route("/runs", get(log::runs))
        .route("/updates", get(updates::updates))
        .route("/scalars", get(series::scalars))
        .route("/scalars/{format}", get(series::download))
        .route("/values", get(values::values))
        .route("/blob/{key}/{sample}", get(blob))
        .route("/record/{key}", get(blobs::record))
        .route("/images.zip", get(blobs::zip))
        .route("/histograms", get(kinds::histograms))
        .route("/texts", get(kinds::texts))
        .route("/pr_curves", get(kinds::pr_curves))
        .route("/tensors", get(kinds::tensors))
        .route("/hparams", get(kinds::hparams))
        .route("/custom_scalars", get(kinds::custom_scalars))
        .fallback(|| async { Refusal::missing("no such route: /api/openapi.json lists them") })
}

/// Does work that reads the index or files, beside the threads that answer.
pub(crate) async fn with_log<T: Send + 'static>(
    log: Arc<Log>,
    work: impl FnOnce(&Log) -> Result<T, Refusal> + Send + 'static,
) -> Result<T, Refusal> {
    let done = tokio::task::spawn_blocking(move || work(&log)).await;
    done.unwrap_or_else(|_| {
        Err(Refusal::new(
            axum::http::StatusCode::INTERNAL_SERVER_ERROR,
            "this request broke off: that is a fault of the board",
        ))
    })
}

impl Indexed {
    pub(crate) fn run(&self, run: &str) -> Result<RunView<'_>, Refusal> {
        self.logdir
            .run(run)
            .ok_or_else(|| Refusal::missing(format!("there is no run '{run}'")))
    }

    pub(crate) fn tag(&self, run: &str, tag: &str) -> Result<TagView<'_>, Refusal> {
        self.run(run)?
            .tag(tag)
            .ok_or_else(|| Refusal::missing(format!("run '{run}' has no tag '{tag}'")))
    }
}

impl Log {
    /// Reads values from their files, without holding the index. One that is gone or damaged is `None`.
    pub(crate) fn read_values<T>(
        &self,
        values: &[ValueRef],
        read: impl Fn(&cenote_events::message::Value) -> Option<T>,
    ) -> Vec<Option<T>> {
        let locations: Vec<_> = {
            let index = self.read();
            values
                .iter()
                .map(|&value| index.logdir.locate(value))
                .collect()
        };
        let value = |location: Option<cenote_events::Location>| read(&location?.read().ok()?);
        locations.into_iter().map(value).collect()
    }
}
