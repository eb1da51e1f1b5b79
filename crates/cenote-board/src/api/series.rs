//! Series of numbers.

use std::fmt::Write as _;
use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use cenote_events::{Mark, ScalarPoint};
use serde::{Deserialize, Serialize};

use super::{Column, with_log};
use crate::error::Refusal;
use crate::follow::Log;
use crate::query::Query;

/// One tag of one run.
#[derive(Deserialize)]
pub(super) struct OfRun {
    pub(super) run: String,
    pub(super) tag: String,
}

/// One tag of several runs.
#[derive(Deserialize)]
pub(super) struct OfRuns {
    #[serde(default)]
    run: Vec<String>,
    tag: String,
}

/// 0 forward, 1 repeated, 2 backward, 3 purged.
pub(super) fn mark_number(mark: Mark) -> u8 {
    match mark {
        Mark::Forward => 0,
        Mark::Repeated => 1,
        Mark::Backward => 2,
        Mark::Purged => 3,
    }
}

/// How each step stands to the others, if any is not beyond all before it.
fn marks(marks: impl Iterator<Item = Mark>) -> Option<Vec<u8>> {
    let marks: Vec<u8> = marks.map(mark_number).collect();
    marks.iter().any(|&mark| mark != 0).then_some(marks)
}

/// The numbers of one run.
#[derive(Serialize)]
pub(super) struct Scalars {
    run: String,
    steps: Vec<i64>,
    wall_times: Column,
    values: Column,
    marks: Option<Vec<u8>>,
}

fn points(log: &Log, run: &str, tag: &str) -> Result<Vec<ScalarPoint>, Refusal> {
    Ok(log.read().tag(run, tag)?.scalars())
}

#[derive(Serialize)]
pub(super) struct ScalarsAnswer {
    tag: String,
    series: Vec<Scalars>,
}

/// `/api/scalars`: runs that have no such tag are left out.
pub(super) async fn scalars(
    State(log): State<Arc<Log>>,
    Query(OfRuns { run, tag }): Query<OfRuns>,
) -> Result<Json<ScalarsAnswer>, Refusal> {
    with_log(log, move |log| {
        let series = run.into_iter().filter_map(|run| {
            let points = points(log, &run, &tag).ok()?;
            Some(Scalars {
                run,
                steps: points.iter().map(|point| point.step).collect(),
                wall_times: points.iter().map(|point| point.wall_time).collect(),
                values: points.iter().map(|point| point.value).collect(),
                marks: marks(points.iter().map(|point| point.mark)),
            })
        });
        let series = series.collect();
        Ok(Json(ScalarsAnswer { tag, series }))
    })
    .await
}

/// `/api/scalars/csv` and `/api/scalars/json`: one series as a file, in TensorBoard's forms.
pub(super) async fn download(
    State(log): State<Arc<Log>>,
    Path(format): Path<String>,
    Query(OfRun { run, tag }): Query<OfRun>,
) -> Result<Response, Refusal> {
    with_log(log, move |log| {
        let points = points(log, &run, &tag)?;
        match format.as_str() {
            "csv" => Ok(csv(&points).into_response()),
            "json" => Ok(Json(triples(&points)).into_response()),
            other => Err(Refusal::bad(format!(
                "'{other}' is no form of scalars: use csv or json"
            ))),
        }
    })
    .await
}

/// `Wall time,Step,Value`, as TensorBoard writes it.
pub(crate) fn csv(points: &[ScalarPoint]) -> impl IntoResponse + use<> {
    let mut text = "Wall time,Step,Value\r\n".to_owned();
    for ScalarPoint {
        step,
        wall_time,
        value,
        ..
    } in points
    {
        // Writing to a string cannot fail.
        let _ = write!(text, "{wall_time},{step},{value}\r\n");
    }
    ([(header::CONTENT_TYPE, "text/csv; charset=utf-8")], text)
}

/// `[[wall time, step, value], …]`, as TensorBoard writes it.
pub(crate) fn triples(points: &[ScalarPoint]) -> Vec<Column> {
    let triple =
        |point: &ScalarPoint| Column(vec![point.wall_time, point.step as f64, point.value]);
    points.iter().map(triple).collect()
}
