//! What a log holds, as files.

mod content;
mod files;

use std::collections::HashMap;
use std::fmt;
use std::io::Write;
use std::path::Path;

use anyhow::Result;
use cenote_events::{Location, LogDir, Mark, RunView, SummaryKind, TagView, ValueRef};
use serde_json::{Value, json};

use self::content::{Blob, blobs, line};
use self::files::{Places, with_ending, write};
use super::{ScalarFormat, Selection, kind_of, number};
use crate::report::cell;

/// What was written.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Exported {
    pub(super) files: usize,
    pub(super) values: usize,
    /// Values that a later session has voided; no pictures, sounds or graphs are written for them.
    pub(super) purged: usize,
    /// Values that could not be read or understood.
    pub(super) failed: usize,
    /// The tags of those, each with its first reason.
    pub(super) failures: Vec<Failure>,
}

/// Why a value of a tag could not be read or understood.
#[derive(Debug, PartialEq)]
pub(super) struct Failure {
    run: String,
    tag: String,
    reason: String,
}

/// Failures that are told in a line.
const MOST_TOLD: usize = 3;

impl fmt::Display for Exported {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} values in {} files", self.values, self.files)?;
        if self.purged > 0 {
            write!(f, "; {} voided by a restart", self.purged)?;
        }
        if self.failed > 0 {
            write!(f, "; {} could not be read:", self.failed)?;
        }
        for Failure { run, tag, reason } in self.failures.iter().take(MOST_TOLD) {
            write!(f, "\n  {} of run {}: {reason}", cell(tag), cell(run))?;
        }
        match self.failures.len().saturating_sub(MOST_TOLD) {
            0 => Ok(()),
            more => write!(f, "\n  and more of {more} tag(s), which --json lists"),
        }
    }
}

impl Exported {
    pub(super) fn to_json(&self) -> Value {
        json!({
            "files": self.files,
            "values": self.values,
            "purged": self.purged,
            "failed": self.failed,
            "failures": self.failures.iter().map(|Failure { run, tag, reason }| json!({ "run": run, "tag": tag, "reason": reason })).collect::<Vec<_>>(),
        })
    }
}

/// Writes the selected values below `directory`: a folder a run, in it a file or a folder a tag.
pub(super) fn export(
    index: &LogDir,
    selection: &Selection,
    scalars: ScalarFormat,
    directory: &Path,
) -> Result<Exported> {
    let mut exported = Exported::default();
    let runs = selection.runs(index);
    let folder = |run: &RunView<'_>| files::folder(directory, run.name());
    let mut places = Places::beside(runs.iter().map(folder));
    for run in &runs {
        for tag in selection.tags(run) {
            let base = places.take(&folder(run), tag.tag());
            let failed = exported.failed;
            exported.scalars(&tag, selection, scalars, &base)?;
            let reason = exported.others(index, &tag, selection, &base)?;
            if exported.failed > failed {
                exported.failures.push(Failure {
                    run: run.name().to_owned(),
                    tag: tag.tag().to_owned(),
                    reason: reason.unwrap_or_default(),
                });
            }
        }
    }
    Ok(exported)
}

impl Exported {
    fn scalars(
        &mut self,
        tag: &TagView<'_>,
        selection: &Selection,
        format: ScalarFormat,
        base: &Path,
    ) -> Result<()> {
        let mut points = tag.scalars();
        points.retain(|point| selection.steps.contain(point.step));
        if points.is_empty() {
            return Ok(());
        }
        self.values += points.len();
        self.purged += points
            .iter()
            .filter(|point| point.mark == Mark::Purged)
            .count();
        let ending = if format == ScalarFormat::Csv {
            ".csv"
        } else {
            ".jsonl"
        };
        self.files += 1;
        write(&with_ending(base, ending), |file| {
            if format == ScalarFormat::Csv {
                writeln!(file, "step,wall_time,value,mark")?;
            }
            for point in &points {
                let (step, mark) = (point.step, mark(point.mark));
                if format == ScalarFormat::Csv {
                    writeln!(file, "{step},{},{},{mark}", point.wall_time, point.value)?;
                } else {
                    let (wall_time, value) = (number(point.wall_time), number(point.value));
                    writeln!(
                        file,
                        "{}",
                        json!({ "step": step, "wall_time": wall_time, "value": value, "mark": mark })
                    )?;
                }
            }
            Ok(())
        })
    }

    /// Writes what are no scalars, and returns the first reason why one could not be read.
    fn others(
        &mut self,
        index: &LogDir,
        tag: &TagView<'_>,
        selection: &Selection,
        base: &Path,
    ) -> Result<Option<String>> {
        let mut values = tag.values();
        values.retain(|value| selection.steps.contain(value.step));
        self.purged += values
            .iter()
            .filter(|value| value.mark == Mark::Purged)
            .count();
        let located: Vec<(ValueRef, Location)> = values
            .iter()
            .filter_map(|value| Some((*value, index.locate(*value)?)))
            .collect();
        if tag.kind() != SummaryKind::Scalar {
            return self.of_kind(tag.kind(), &located, base);
        }
        // A tag of scalars that holds something else too: each is what it is itself.
        let kinds = located.iter().map(|(_, location)| kind_of(location));
        let kinds: Vec<SummaryKind> = kinds.collect();
        let mut reason = None;
        for kind in [
            SummaryKind::Image,
            SummaryKind::Audio,
            SummaryKind::Histogram,
            SummaryKind::Tensor,
        ] {
            let alike = located.iter().zip(&kinds).filter(|(_, own)| **own == kind);
            let alike: Vec<_> = alike.map(|(value, _)| value.clone()).collect();
            let base = match kind {
                SummaryKind::Image | SummaryKind::Audio => base.to_owned(),
                kind => with_ending(base, &format!(".{}", kind.name())),
            };
            let first = self.of_kind(kind, &alike, &base)?;
            reason = reason.or(first);
        }
        Ok(reason)
    }

    fn of_kind(
        &mut self,
        kind: SummaryKind,
        located: &[(ValueRef, Location)],
        base: &Path,
    ) -> Result<Option<String>> {
        match kind {
            SummaryKind::Image
            | SummaryKind::Audio
            | SummaryKind::Graph
            | SummaryKind::RunMetadata => self.as_files(kind, located, base),
            kind => self.as_lines(kind, located, base),
        }
    }

    fn as_files(
        &mut self,
        kind: SummaryKind,
        located: &[(ValueRef, Location)],
        base: &Path,
    ) -> Result<Option<String>> {
        let mut reason = None;
        let mut names = Names::default();
        let valid = |(value, _): &&(ValueRef, Location)| value.mark != Mark::Purged;
        for (value, location) in located.iter().filter(valid) {
            match blobs(kind, location) {
                Ok(blobs) => {
                    for Blob { extension, bytes } in blobs {
                        let path = base.join(names.next(value.step, extension));
                        write(&path, |file| Ok(file.write_all(&bytes)?))?;
                        self.files += 1;
                    }
                    self.values += 1;
                }
                Err(error) => {
                    self.failed += 1;
                    reason.get_or_insert_with(|| format!("{error:#}"));
                }
            }
        }
        Ok(reason)
    }

    fn as_lines(
        &mut self,
        kind: SummaryKind,
        located: &[(ValueRef, Location)],
        base: &Path,
    ) -> Result<Option<String>> {
        let (mut values, mut failed, mut reason) = (0, 0, None);
        let lines = located.iter().filter_map(|(value, location)| {
            let line = line(kind, location).inspect_err(|error| {
                failed += 1;
                reason.get_or_insert_with(|| format!("{error:#}"));
            });
            Some((value, line.ok()?))
        });
        // One after the other: all of them together may not fit into memory.
        let mut lines = lines.peekable();
        if lines.peek().is_some() {
            self.files += 1;
            write(&with_ending(base, ".jsonl"), |file| {
                for (value, mut line) in lines {
                    line["step"] = json!(value.step);
                    line["wall_time"] = number(value.wall_time);
                    line["mark"] = json!(mark(value.mark));
                    writeln!(file, "{line}")?;
                    values += 1;
                }
                Ok(())
            })?;
        }
        self.values += values;
        self.failed += failed;
        Ok(reason)
    }
}

/// Names in the folder of a tag: the step, and a number where one step has several.
#[derive(Default)]
struct Names(HashMap<(i64, &'static str), usize>);

impl Names {
    fn next(&mut self, step: i64, extension: &'static str) -> String {
        let number = self.0.entry((step, extension)).or_default();
        *number += 1;
        match *number {
            1 => format!("{step:08}.{extension}"),
            number => format!("{step:08}_{}.{extension}", number - 1),
        }
    }
}

fn mark(mark: Mark) -> &'static str {
    match mark {
        Mark::Forward => "forward",
        Mark::Repeated => "repeated",
        Mark::Backward => "backward",
        Mark::Purged => "purged",
    }
}
