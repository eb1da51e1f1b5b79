//! Values that are sent as JSON: histograms, text, precision-recall curves, tensors, hyperparameters, chart layouts.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use cenote_events::message::Value;
use cenote_events::message::plugin::{ChartContent, HParamValue, HParamsData};
use cenote_events::{RunView, SummaryKind, ValueRef};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{Column, with_log};
use crate::error::Refusal;
use crate::follow::Log;
use crate::query::Query;

/// Values of one tag, at most `limit` of them (default 100) at even distances, the first and the last among them.
#[derive(Deserialize)]
pub(super) struct Some100 {
    run: String,
    tag: String,
    #[serde(default = "hundred")]
    limit: usize,
}

fn hundred() -> usize {
    100
}

/// Values of one tag that follow one another: the `limit` (default 100) before the place `end`, or the last ones.
#[derive(Deserialize)]
pub(super) struct Some100Before {
    run: String,
    tag: String,
    #[serde(default = "hundred")]
    limit: usize,
    end: Option<usize>,
}

/// The most values that one answer holds.
const MOST: usize = 1000;

/// Values with their steps.
#[derive(Serialize)]
pub(super) struct Answer<T> {
    /// How many values the tag has; those that are here are some of them.
    total: usize,
    steps: Vec<i64>,
    wall_times: Column,
    values: Vec<T>,
}

/// `limit` of the positions 0 to `len`, evenly, with both ends.
fn evenly(len: usize, limit: usize) -> Vec<usize> {
    match limit {
        _ if len <= limit => (0..len).collect(),
        0 => Vec::new(),
        1 => vec![len - 1],
        _ => (0..limit).map(|at| at * (len - 1) / (limit - 1)).collect(),
    }
}

async fn answer<T: Send + 'static>(
    log: Arc<Log>,
    Some100 { run, tag, limit }: Some100,
    read: impl Fn(&Value) -> Option<T> + Send + 'static,
) -> Result<Json<Answer<T>>, Refusal> {
    answer_at(log, run, tag, move |len| evenly(len, limit.min(MOST)), read).await
}

/// The values at the places that `choose` picks of so many.
async fn answer_at<T: Send + 'static, Places: IntoIterator<Item = usize>>(
    log: Arc<Log>,
    run: String,
    tag: String,
    choose: impl FnOnce(usize) -> Places + Send + 'static,
    read: impl Fn(&Value) -> Option<T> + Send + 'static,
) -> Result<Json<Answer<T>>, Refusal> {
    with_log(log, move |log| {
        let all = log.read().tag(&run, &tag)?.values();
        let chosen: Vec<ValueRef> = choose(all.len()).into_iter().map(|at| all[at]).collect();
        let read = log.read_values(&chosen, read);
        let whole: Vec<(ValueRef, T)> = chosen
            .into_iter()
            .zip(read)
            .filter_map(|(place, value)| Some((place, value?)))
            .collect();
        Ok(Json(Answer {
            total: all.len(),
            steps: whole.iter().map(|(place, _)| place.step).collect(),
            wall_times: whole.iter().map(|(place, _)| place.wall_time).collect(),
            values: whole.into_iter().map(|(_, value)| value).collect(),
        }))
    })
    .await
}

/// `/api/histograms`: each value is a list of `[left, right, count]`.
pub(super) async fn histograms(
    State(log): State<Arc<Log>>,
    Query(which): Query<Some100>,
) -> Result<Json<Answer<Vec<Column>>>, Refusal> {
    let buckets = |value: &Value| {
        let buckets = value.histogram().ok()?.buckets;
        Some(
            buckets
                .iter()
                .map(|bucket| Column(bucket.to_vec()))
                .collect(),
        )
    };
    answer(log, which, buckets).await
}

#[derive(Serialize)]
pub(super) struct TextAnswer {
    shape: Vec<usize>,
    strings: Vec<String>,
}

/// `/api/texts`: Markdown as it was logged. It is not trusted: the page makes HTML of it.
pub(super) async fn texts(
    State(log): State<Arc<Log>>,
    Query(which): Query<Some100Before>,
) -> Result<Json<Answer<TextAnswer>>, Refusal> {
    let text = |value: &Value| {
        let text = value.text().ok()?;
        Some(TextAnswer {
            shape: text.shape,
            strings: text.strings,
        })
    };
    let Some100Before {
        run,
        tag,
        limit,
        end,
    } = which;
    // They are read one after the other: of some at even distances nobody could tell what is between them.
    let before = move |len: usize| {
        let end = end.map_or(len, |end| end.min(len));
        end.saturating_sub(limit.min(MOST))..end
    };
    answer_at(log, run, tag, before, text).await
}

#[derive(Serialize)]
pub(super) struct Curve {
    true_positives: Column,
    false_positives: Column,
    true_negatives: Column,
    false_negatives: Column,
    precision: Column,
    recall: Column,
}

/// `/api/pr_curves`: by threshold, from 0 to 1.
pub(super) async fn pr_curves(
    State(log): State<Arc<Log>>,
    Query(which): Query<Some100>,
) -> Result<Json<Answer<Curve>>, Refusal> {
    let curve = |value: &Value| {
        let [tp, fp, tn, fn_, precision, recall] = value.pr_curve().ok()?.into_rows().map(Column);
        Some(Curve {
            true_positives: tp,
            false_positives: fp,
            true_negatives: tn,
            false_negatives: fn_,
            precision,
            recall,
        })
    };
    answer(log, which, curve).await
}

/// Elements of a tensor that are sent.
const MOST_ELEMENTS: usize = 4096;

#[derive(Serialize)]
pub(super) struct Tensor {
    shape: Vec<usize>,
    /// In row-major order, the first 4,096 of them.
    elements: Column,
}

/// `/api/tensors`: numbers of any type.
pub(super) async fn tensors(
    State(log): State<Arc<Log>>,
    Query(which): Query<Some100>,
) -> Result<Json<Answer<Tensor>>, Refusal> {
    let tensor = |value: &Value| {
        let mut numbers = value.numbers().ok()?;
        numbers.values.truncate(MOST_ELEMENTS);
        Some(Tensor {
            shape: numbers.shape,
            elements: Column(numbers.values),
        })
    };
    answer(log, which, tensor).await
}

/// `/api/hparams`: one row a session, with the last value of each metric.
#[derive(Serialize)]
pub(super) struct Hparams {
    hparams: Vec<String>,
    metrics: Vec<String>,
    sessions: Vec<Session>,
}

#[derive(Serialize)]
struct Session {
    run: String,
    group: String,
    /// `running`, `success`, `failure`, or `unknown` where the session says nothing.
    status: &'static str,
    start_time: Column,
    hparams: BTreeMap<String, serde_json::Value>,
    metrics: BTreeMap<String, Column>,
}

/// What runs say of hyperparameters, by the tags that TensorBoard has for it.
fn hparams_of(run: &RunView<'_>) -> impl Iterator<Item = HParamsData> {
    let tags = run.tags().into_iter();
    tags.filter(|tag| tag.kind() == SummaryKind::Hparams)
        .filter_map(|tag| tag.metadata()?.hparams())
        .collect::<Vec<_>>()
        .into_iter()
}

fn session(run: &RunView<'_>, metrics: &BTreeSet<String>) -> Option<Session> {
    let mut row = None;
    let mut status = "unknown";
    for said in hparams_of(run) {
        match said {
            HParamsData::SessionStartInfo(start) => row = Some(start),
            HParamsData::SessionEndInfo(end) => {
                status = match end.status {
                    1 => "success",
                    2 => "failure",
                    3 => "running",
                    _ => "unknown",
                };
            }
            HParamsData::Experiment(_) => {}
        }
    }
    let start = row?;
    let value = |value: HParamValue| match value {
        HParamValue::Number(number) if number.is_finite() => json!(number),
        HParamValue::Number(number) => json!(number.to_string()),
        HParamValue::String(text) => json!(text),
        HParamValue::Bool(flag) => json!(flag),
    };
    let last = |tag: &String| {
        let point = *run.tag(tag)?.scalars().last()?;
        Some((tag.clone(), Column(vec![point.value])))
    };
    Some(Session {
        run: run.name().to_owned(),
        group: start.group_name,
        status,
        start_time: Column(vec![start.start_time_secs]),
        hparams: start
            .hparams
            .into_iter()
            .filter_map(|(name, held)| Some((name, value(held.kind?))))
            .collect(),
        metrics: metrics.iter().filter_map(last).collect(),
    })
}

pub(super) async fn hparams(State(log): State<Arc<Log>>) -> Result<Json<Hparams>, Refusal> {
    with_log(log, |log| {
        let index = log.read();
        let mut metrics = BTreeSet::new();
        for run in index.logdir.runs() {
            for said in hparams_of(&run) {
                if let HParamsData::Experiment(experiment) = said {
                    let named = experiment
                        .metric_infos
                        .into_iter()
                        .filter_map(|metric| metric.name);
                    metrics.extend(named.map(|name| name.tag));
                }
            }
        }
        let sessions: Vec<Session> = index
            .logdir
            .runs()
            .filter_map(|run| session(&run, &metrics))
            .collect();
        let names: BTreeSet<&String> = sessions
            .iter()
            .flat_map(|session| session.hparams.keys())
            .collect();
        Ok(Json(Hparams {
            hparams: names.into_iter().cloned().collect(),
            metrics: metrics.into_iter().collect(),
            sessions,
        }))
    })
    .await
}

/// `/api/custom_scalars`: the charts that runs ask for.
#[derive(Serialize)]
pub(super) struct Layouts {
    categories: Vec<Category>,
}

#[derive(Serialize)]
struct Category {
    title: String,
    closed: bool,
    charts: Vec<Chart>,
}

#[derive(Serialize)]
struct Chart {
    title: String,
    /// Regular expressions for the tags of its lines.
    lines: Vec<String>,
    /// The tags of each line with a band: value, lower, upper.
    bands: Vec<[String; 3]>,
}

pub(super) async fn custom_scalars(State(log): State<Arc<Log>>) -> Result<Json<Layouts>, Refusal> {
    with_log(log, |log| {
        let layouts: Vec<ValueRef> = {
            let index = log.read();
            let runs = index.logdir.runs();
            let last = runs.flat_map(|run| {
                let tags = run.tags().into_iter();
                let layouts = tags.filter(|tag| tag.kind() == SummaryKind::CustomScalars);
                layouts
                    .filter_map(|tag| tag.values().last().copied())
                    .collect::<Vec<_>>()
            });
            last.collect()
        };
        let layouts = log.read_values(&layouts, |value| value.layout().ok());
        let mut categories: Vec<Category> = Vec::new();
        for category in layouts
            .into_iter()
            .flatten()
            .flat_map(|layout| layout.category)
        {
            let charts = category.chart.into_iter().map(|chart| {
                let (lines, bands) = match chart.content {
                    Some(ChartContent::Multiline(lines)) => (lines.tag, Vec::new()),
                    Some(ChartContent::Margin(bands)) => {
                        let band = |series: cenote_events::message::plugin::MarginSeries| {
                            [series.value, series.lower, series.upper]
                        };
                        (Vec::new(), bands.series.into_iter().map(band).collect())
                    }
                    None => (Vec::new(), Vec::new()),
                };
                Chart {
                    title: chart.title,
                    lines,
                    bands,
                }
            });
            let category = Category {
                title: category.title,
                closed: category.closed,
                charts: charts.collect(),
            };
            // Runs of one program ask for the same.
            let known = |other: &Category| {
                other.title == category.title
                    && other
                        .charts
                        .iter()
                        .map(|chart| &chart.title)
                        .eq(category.charts.iter().map(|chart| &chart.title))
            };
            if !categories.iter().any(known) {
                categories.push(category);
            }
        }
        Ok(Json(Layouts { categories }))
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::evenly;

    #[test]
    fn both_ends_are_among_those_chosen() {
        assert_eq!(evenly(5, 100), [0, 1, 2, 3, 4]);
        assert_eq!(evenly(101, 3), [0, 50, 100]);
        assert_eq!(evenly(7, 1), [6]);
        assert!(evenly(7, 0).is_empty());
        assert!(evenly(0, 3).is_empty());
    }
}
