//! What is new in a log that grows.

use std::collections::{BTreeMap, HashMap};
use std::io::Write;
use std::thread;
use std::time::Duration;

use anyhow::Result;
use cenote_events::{FileId, LogDir, RunView, ScalarPoint, SummaryKind, TagView, ValueRef};
use serde_json::json;

use super::{Health, Selection, kind_of, number};
use crate::interrupt::Interrupt;
use crate::report;

const INTERVAL: Duration = Duration::from_millis(500);

/// Prints everything that is new, until it is asked to stop.
pub(super) fn follow(
    index: &mut LogDir,
    selection: &Selection,
    json: bool,
    out: &mut impl Write,
    interrupt: &Interrupt,
) -> Result<()> {
    let mut shown = Shown::default();
    // What is there already is not news.
    shown.print_new(index, selection, |_| Ok(()))?;
    let mut wrong = (0, 0);
    while !interrupt.is_asked() {
        let health = Health::of(index, selection);
        if wrong != (health.damaged, health.unreadable) {
            wrong = (health.damaged, health.unreadable);
            report::warn(&format!("the log has {health}"));
        }
        thread::sleep(INTERVAL);
        index.refresh();
        shown.print_new(index, selection, |news| {
            let line = if json { news.to_json() } else { news.to_text() };
            writeln!(out, "{line}")?;
            Ok(())
        })?;
        out.flush()?;
    }
    Ok(())
}

/// How many numbers and how many other values of each tag have been shown, by file: more come at the end of a file, which need
/// not be the last one of its run.
#[derive(Default)]
pub(super) struct Shown(BTreeMap<(String, String), HashMap<FileId, (usize, usize)>>);

/// One new value.
pub(super) struct News<'a> {
    run: &'a str,
    tag: &'a str,
    kind: SummaryKind,
    pub(super) step: i64,
    wall_time: f64,
    content: Content,
}

enum Content {
    Number(f64),
    Bytes(u32),
}

impl Shown {
    /// Passes on every value that has come since the last call, tag by tag.
    pub(super) fn print_new(
        &mut self,
        index: &LogDir,
        selection: &Selection,
        mut print: impl FnMut(&News<'_>) -> Result<()>,
    ) -> Result<()> {
        for run in selection.runs(index) {
            for tag in selection.tags(&run) {
                let key = (run.name().to_owned(), tag.tag().to_owned());
                let shown = self.0.entry(key).or_default();
                let (points, values) = unseen(&tag, shown);
                let points = points.iter().map(|point| number_of(&run, &tag, point));
                let values = values.iter().map(|&value| other(index, &run, &tag, value));
                points
                    .chain(values)
                    .filter(|news| selection.steps.contain(news.step))
                    .try_for_each(|news| print(&news))?;
            }
        }
        Ok(())
    }
}

/// What each file of a tag holds beyond what was shown, which it is from now on.
fn unseen(
    tag: &TagView<'_>,
    shown: &mut HashMap<FileId, (usize, usize)>,
) -> (Vec<ScalarPoint>, Vec<ValueRef>) {
    let held: HashMap<FileId, (usize, usize)> = tag
        .pieces()
        .map(|(file, points, values)| (file, (points, values)))
        .collect();
    if held == *shown {
        return Default::default();
    }
    let (all_points, all_values) = (tag.scalars(), tag.values());
    let (mut points, mut values) = (all_points.as_slice(), all_values.as_slice());
    let (mut new_points, mut new_values) = (Vec::new(), Vec::new());
    for (file, more_points, more_values) in tag.pieces() {
        let (old_points, old_values) = shown.get(&file).copied().unwrap_or_default();
        let (piece, rest) = points.split_at(more_points);
        new_points.extend_from_slice(piece.get(old_points..).unwrap_or_default());
        points = rest;
        let (piece, rest) = values.split_at(more_values);
        new_values.extend_from_slice(piece.get(old_values..).unwrap_or_default());
        values = rest;
    }
    *shown = held;
    (new_points, new_values)
}

fn number_of<'a>(run: &RunView<'a>, tag: &TagView<'a>, point: &ScalarPoint) -> News<'a> {
    News {
        run: run.name(),
        tag: tag.tag(),
        kind: SummaryKind::Scalar,
        step: point.step,
        wall_time: point.wall_time,
        content: Content::Number(point.value),
    }
}

/// What is no number: in a tag of numbers, whatever it is itself.
fn other<'a>(index: &LogDir, run: &RunView<'a>, tag: &TagView<'a>, value: ValueRef) -> News<'a> {
    let own = || index.locate(value).map(|location| kind_of(&location));
    News {
        run: run.name(),
        tag: tag.tag(),
        kind: match tag.kind() {
            SummaryKind::Scalar => own().unwrap_or(SummaryKind::Tensor),
            kind => kind,
        },
        step: value.step,
        wall_time: value.wall_time,
        content: Content::Bytes(value.len),
    }
}

impl News<'_> {
    fn to_text(&self) -> String {
        let content = match self.content {
            Content::Number(value) => value.to_string(),
            Content::Bytes(len) => format!("{} of {len} bytes", self.kind.name()),
        };
        let [run, tag] = [self.run, self.tag].map(report::cell);
        format!("{run}  {tag}  step {}  {content}", self.step)
    }

    fn to_json(&self) -> String {
        let mut line = json!({
            "run": self.run,
            "tag": self.tag,
            "kind": self.kind.name(),
            "step": self.step,
            "wall_time": number(self.wall_time),
        });
        match self.content {
            Content::Number(value) => line["value"] = number(value),
            Content::Bytes(len) => line["bytes"] = json!(len),
        }
        line.to_string()
    }
}
