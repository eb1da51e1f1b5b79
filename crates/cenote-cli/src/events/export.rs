//! What a log holds, as files.

mod content;

use std::collections::HashSet;
use std::fmt;
use std::fs::{self, File};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use cenote_events::{Location, LogDir, Mark, SummaryKind, TagView, ValueRef};
use serde_json::{Value, json};

use self::content::{Blob, blobs, kind_of, line};
use super::{ScalarFormat, Selection, number};
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
    for run in selection.runs(index) {
        let folder = run
            .name()
            .split('/')
            .filter(|part| *part != ".")
            .map(file_name);
        let folder = folder.fold(directory.to_owned(), |path, part| path.join(part));
        for tag in selection.tags(&run) {
            let base = folder.join(file_name(tag.tag()));
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
        let extension = if format == ScalarFormat::Csv {
            "csv"
        } else {
            "jsonl"
        };
        self.write(&with_extension(base, extension), |file| {
            if format == ScalarFormat::Csv {
                writeln!(file, "step,wall_time,value,mark")?;
            }
            for point in &points {
                let (step, mark) = (point.step, mark(point.mark));
                if format == ScalarFormat::Csv {
                    writeln!(file, "{step},{},{},{mark}", point.wall_time, point.value)?;
                } else {
                    let (wall_time, value) = (number(point.wall_time), number(point.value));
                    writeln!(file, "{}", json!({ "step": step, "wall_time": wall_time, "value": value, "mark": mark }))?;
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
            return self.of_kind(tag.kind(), tag, &located, base);
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
                kind => with_extension(base, kind.name()),
            };
            let first = self.of_kind(kind, tag, &alike, &base)?;
            reason = reason.or(first);
        }
        Ok(reason)
    }

    fn of_kind(
        &mut self,
        kind: SummaryKind,
        tag: &TagView<'_>,
        located: &[(ValueRef, Location)],
        base: &Path,
    ) -> Result<Option<String>> {
        let mut reason = None;
        let mut fail = |error: &anyhow::Error| {
            reason.get_or_insert_with(|| format!("{error:#}"));
        };
        if matches!(
            kind,
            SummaryKind::Image | SummaryKind::Audio | SummaryKind::Graph | SummaryKind::RunMetadata
        ) {
            let mut taken = HashSet::new();
            for (value, location) in located
                .iter()
                .filter(|(value, _)| value.mark != Mark::Purged)
            {
                match blobs(kind, location) {
                    Ok(blobs) => self.blobs(&blobs, value.step, base, &mut taken)?,
                    Err(error) => {
                        self.failed += 1;
                        fail(&error);
                    }
                }
            }
            return Ok(reason);
        }
        let mut lines = Vec::new();
        for (value, location) in located {
            match line(kind, tag, location) {
                Ok(line) => lines.push((value, line)),
                Err(error) => {
                    self.failed += 1;
                    fail(&error);
                }
            }
        }
        if !lines.is_empty() {
            self.values += lines.len();
            self.write(&with_extension(base, "jsonl"), |file| {
                for (value, mut line) in lines {
                    line["step"] = json!(value.step);
                    line["wall_time"] = number(value.wall_time);
                    line["mark"] = json!(mark(value.mark));
                    writeln!(file, "{line}")?;
                }
                Ok(())
            })?;
        }
        Ok(reason)
    }

    /// Writes each blob to `base/<step>.<extension>`, with a number where one step has several.
    fn blobs(
        &mut self,
        blobs: &[Blob],
        step: i64,
        base: &Path,
        taken: &mut HashSet<PathBuf>,
    ) -> Result<()> {
        self.values += 1;
        for blob in blobs {
            let name = |n: usize| match n {
                0 => base.join(format!("{step:08}.{}", blob.extension)),
                n => base.join(format!("{step:08}_{n}.{}", blob.extension)),
            };
            let path = (0..)
                .map(name)
                .find(|path| !taken.contains(path))
                .context("no name is free")?;
            self.write(&path, |file| Ok(file.write_all(&blob.bytes)?))?;
            taken.insert(path);
        }
        Ok(())
    }

    /// Writes a file beside its place, and moves it there when it is whole.
    fn write(
        &mut self,
        path: &Path,
        write: impl FnOnce(&mut BufWriter<File>) -> Result<()>,
    ) -> Result<()> {
        let folder = path.parent().unwrap_or(Path::new("."));
        fs::create_dir_all(folder)
            .with_context(|| format!("cannot create {}", folder.display()))?;
        let mut part = path.as_os_str().to_owned();
        part.push(".part");
        let attempt = || -> Result<()> {
            let mut file = BufWriter::new(File::create(&part)?);
            write(&mut file)?;
            file.into_inner()?;
            Ok(fs::rename(&part, path)?)
        };
        attempt()
            .inspect_err(|_| drop(fs::remove_file(&part)))
            .with_context(|| format!("cannot write {}", path.display()))?;
        self.files += 1;
        Ok(())
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

/// Bytes of a name that any file system takes, beside an ending of ours.
const MOST_NAME: usize = 200;

/// One name of a file for any tag: what a file system may not take is written `%` and two hexadecimal digits, and the end of a
/// long one is a hash.
fn file_name(tag: &str) -> String {
    let mut name = String::new();
    for (i, byte) in tag.bytes().enumerate() {
        let plain =
            byte.is_ascii_alphanumeric() || b"-_+=@, ".contains(&byte) || (byte == b'.' && i > 0);
        if plain {
            name.push(char::from(byte));
        } else {
            name += &format!("%{byte:02x}");
        }
    }
    if name.len() > MOST_NAME {
        // Names that begin alike stay apart.
        let mut hash = DefaultHasher::new();
        tag.hash(&mut hash);
        name.truncate(MOST_NAME - 17);
        name += &format!("%{:016x}", hash.finish());
    }
    if name.is_empty() {
        "%".to_owned()
    } else {
        name
    }
}

fn with_extension(base: &Path, extension: &str) -> PathBuf {
    let mut path = base.as_os_str().to_owned();
    path.push(".");
    path.push(extension);
    path.into()
}
