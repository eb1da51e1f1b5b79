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
    /// For each run, in their order, how many of its points are left out; of runs beyond the last one, none.
    #[serde(default)]
    from: Vec<usize>,
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

/// The numbers of one run, without those that the page has.
#[derive(Serialize)]
pub(super) struct Scalars {
    run: String,
    /// Of this the numbers are: a page that has some of another one asks for all.
    generation: String,
    from: usize,
    steps: Vec<i64>,
    wall_times: Column,
    values: Column,
    marks: Option<Vec<u8>>,
}

impl Scalars {
    fn of(log: &Log, run: String, tag: &str, from: usize) -> Result<Self, Refusal> {
        // One state of the index: the generation is that of the points.
        let (generation, points) = {
            let index = log.read();
            let points = index.tag(&run, tag)?.scalars();
            (log.session.generation(&index.run(&run)?), points)
        };
        let new = points.get(from..).unwrap_or_default();
        Ok(Self {
            run,
            generation,
            from,
            steps: new.iter().map(|point| point.step).collect(),
            wall_times: new.iter().map(|point| point.wall_time).collect(),
            values: new.iter().map(|point| point.value).collect(),
            marks: marks(new.iter().map(|point| point.mark)),
        })
    }
}

#[derive(Serialize)]
pub(super) struct ScalarsAnswer {
    tag: String,
    series: Vec<Scalars>,
}

/// `/api/scalars`: runs that have no such tag are left out.
pub(super) async fn scalars(
    State(log): State<Arc<Log>>,
    Query(OfRuns { run, tag, from }): Query<OfRuns>,
) -> Result<Json<ScalarsAnswer>, Refusal> {
    with_log(log, move |log| {
        let from = from.into_iter().chain(std::iter::repeat(0));
        let series = run
            .into_iter()
            .zip(from)
            .filter_map(|(run, from)| Scalars::of(log, run, &tag, from).ok());
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
        let points = log.read().tag(&run, &tag)?.scalars();
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

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use cenote_events::SummaryWriter;

    use super::*;

    /// Looks at the log once.
    fn look(log: &Log) {
        let looked = Cell::new(false);
        log.follow(|| looked.replace(true));
    }

    fn write(run: &std::path::Path, suffix: &str, steps: std::ops::Range<i64>) {
        let writer = SummaryWriter::builder()
            .log_dir(run)
            .filename_suffix(suffix)
            .build()
            .unwrap();
        for step in steps {
            writer.add_scalar("loss", step as f64, step).unwrap();
        }
        writer.close().unwrap();
    }

    #[test]
    fn new_points_alone_are_sent_and_a_run_written_anew_is_told_apart() {
        let logs = tempfile::tempdir().unwrap();
        let run = logs.path().join("run");
        let log = Log::new(logs.path());
        let points = |from| {
            look(&log);
            let answer = Scalars::of(&log, "run".to_owned(), "loss", from).unwrap();
            (answer.generation, answer.steps, answer.values.0)
        };
        write(&run, ".1", 0..3);
        let (first, steps, _) = points(0);
        assert_eq!(steps, [0, 1, 2]);
        write(&run, ".2", 3..5);
        assert_eq!(points(3), (first.clone(), vec![3, 4], vec![3.0, 4.0]));
        assert_eq!(points(9), (first.clone(), vec![], vec![]));
        std::fs::remove_dir_all(&run).unwrap();
        write(&run, ".1", 0..5);
        let (second, steps, _) = points(5);
        assert!(steps.is_empty() && second != first, "{second}");
    }

    #[test]
    fn each_run_has_its_place_in_the_address() {
        let address = "/api/scalars?tag=t&run=a&run=b&from=7&from=9"
            .parse()
            .unwrap();
        let axum_extra::extract::Query(OfRuns { run, from, .. }) =
            axum_extra::extract::Query::try_from_uri(&address).unwrap();
        assert_eq!((run.len(), from), (2, vec![7, 9]));
    }
}
