//! What the log directory holds: `/api/log` and `/api/runs`.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use cenote_events::{RunView, TagView};
use serde::{Deserialize, Serialize};

use super::{number, with_log};
use crate::error::Refusal;
use crate::follow::{self, Indexed, Log};
use crate::query::Query;

/// How far the reading has come.
#[derive(Serialize)]
pub(super) struct Progress {
    done: u64,
    total: u64,
    complete: bool,
}

impl From<follow::State> for Progress {
    fn from(state: follow::State) -> Self {
        Self {
            done: state.progress.done,
            total: state.progress.total,
            complete: state.complete,
        }
    }
}

/// `/api/log`.
#[derive(Serialize)]
pub(super) struct LogAnswer {
    logdir: String,
    version: &'static str,
    session: String,
    exists: bool,
    revision: u64,
    progress: Progress,
    problems: Vec<ProblemAnswer>,
    damage: Vec<DamageAnswer>,
}

#[derive(Serialize)]
struct ProblemAnswer {
    path: String,
    message: String,
}

#[derive(Serialize)]
struct DamageAnswer {
    run: String,
    file: String,
    offset: u64,
    len: u64,
    reason: String,
}

/// Damages listed at most; the runs tell how many there are.
const MOST_DAMAGE: usize = 1000;

pub(super) async fn log(State(log): State<Arc<Log>>) -> Result<Json<LogAnswer>, Refusal> {
    with_log(log, |log| Ok(Json(LogAnswer::of(log, &log.read())))).await
}

impl LogAnswer {
    pub(super) fn of(log: &Log, index: &Indexed) -> Self {
        let state = log.state();
        let relative = |path: &std::path::Path| {
            path.strip_prefix(log.root())
                .unwrap_or(path)
                .display()
                .to_string()
        };
        let problems = index.logdir.problems().iter().map(|problem| ProblemAnswer {
            path: relative(&problem.path),
            message: problem.message.clone(),
        });
        let damage = index.logdir.runs().flat_map(|run| {
            let each = run.damage().map(|(path, damage)| DamageAnswer {
                run: run.name().to_owned(),
                file: relative(path),
                offset: damage.offset,
                len: damage.len,
                reason: damage.kind.to_string(),
            });
            each.collect::<Vec<_>>()
        });
        Self {
            logdir: log.root().display().to_string(),
            version: env!("CARGO_PKG_VERSION"),
            session: log.session.name().to_owned(),
            exists: state.exists,
            revision: index.revision,
            progress: state.into(),
            problems: problems.collect(),
            damage: damage.take(MOST_DAMAGE).collect(),
        }
    }
}

#[derive(Deserialize)]
pub(super) struct Since {
    /// Only runs that have changed after this revision.
    #[serde(default)]
    since: u64,
}

/// `/api/runs`.
#[derive(Serialize)]
pub(super) struct RunsAnswer {
    session: String,
    revision: u64,
    runs: Vec<RunAnswer>,
    removed: Vec<String>,
}

#[derive(Serialize)]
struct RunAnswer {
    name: String,
    generation: String,
    #[serde(serialize_with = "optional")]
    first_wall_time: Option<f64>,
    size: u64,
    records: u64,
    damage: usize,
    embeddings: bool,
    tags: Vec<TagAnswer>,
}

fn optional<S: serde::Serializer>(value: &Option<f64>, serializer: S) -> Result<S::Ok, S::Error> {
    match value {
        Some(value) => number(value, serializer),
        None => serializer.serialize_none(),
    }
}

impl RunAnswer {
    fn of(log: &Log, run: &RunView<'_>) -> Self {
        Self {
            name: run.name().to_owned(),
            generation: log.session.generation(run),
            first_wall_time: run.first_wall_time(),
            size: run.files().map(|file| file.len).sum(),
            records: run.files().map(|file| file.records).sum(),
            damage: run.damage().count(),
            embeddings: run.projector_config().is_some(),
            tags: run.tags().iter().map(TagAnswer::from).collect(),
        }
    }
}

#[derive(Serialize)]
struct TagAnswer {
    tag: String,
    kind: &'static str,
    plugin: String,
    display_name: String,
    description: String,
    count: usize,
    first_step: i64,
    last_step: i64,
    samples: u32,
    size: u64,
}

impl From<&TagView<'_>> for TagAnswer {
    fn from(tag: &TagView<'_>) -> Self {
        let metadata = tag.metadata();
        let (first_step, last_step) = tag.step_range().unwrap_or((0, 0));
        Self {
            tag: tag.tag().to_owned(),
            kind: tag.kind().name(),
            plugin: metadata
                .map_or("", |metadata| metadata.plugin_name())
                .to_owned(),
            display_name: metadata
                .map_or_else(String::new, |metadata| metadata.display_name.clone()),
            description: metadata
                .map_or_else(String::new, |metadata| metadata.summary_description.clone()),
            count: tag.len(),
            first_step,
            last_step,
            samples: tag.max_samples(),
            size: tag.size(),
        }
    }
}

pub(super) async fn runs(
    State(log): State<Arc<Log>>,
    Query(Since { since }): Query<Since>,
) -> Result<Json<RunsAnswer>, Refusal> {
    with_log(log, move |log| {
        Ok(Json(RunsAnswer::of(log, &log.read(), since)))
    })
    .await
}

impl RunsAnswer {
    /// The runs that have changed after a revision.
    pub(super) fn of(log: &Log, index: &Indexed, since: u64) -> Self {
        let changed = index
            .changed
            .iter()
            .filter(|(_, revision)| **revision > since);
        let mut answer = Self {
            session: log.session.name().to_owned(),
            revision: index.revision,
            runs: Vec::new(),
            removed: Vec::new(),
        };
        for (name, _) in changed {
            match index.logdir.run(name) {
                Some(run) => answer.runs.push(RunAnswer::of(log, &run)),
                None => answer.removed.push(name.clone()),
            }
        }
        answer
    }
}
