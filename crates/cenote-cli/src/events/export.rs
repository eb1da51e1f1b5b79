//! What a log holds, as files.

use std::collections::HashSet;
use std::fmt;
use std::fs::{self, File};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use cenote_events::message::What;
use cenote_events::message::plugin::{
    Category, Chart, ChartContent, HParamValue, HParamsData, Layout,
};
use cenote_events::{Location, LogDir, Mark, SummaryKind, TagView, ValueRef};
use serde_json::{Value, json};

use super::{ScalarFormat, Selection, number};

/// What was written.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Exported {
    pub(super) files: usize,
    pub(super) values: usize,
    /// Values that a later session has voided; no pictures, sounds or graphs are written for them.
    pub(super) purged: usize,
    /// Values that could not be read or understood.
    pub(super) failed: usize,
    /// The first reason of those.
    pub(super) reason: Option<String>,
}

impl fmt::Display for Exported {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} values in {} files", self.values, self.files)?;
        if self.purged > 0 {
            write!(f, "; {} voided by a restart", self.purged)?;
        }
        match &self.reason {
            Some(reason) => write!(f, "; {} could not be read: {reason}", self.failed),
            None => Ok(()),
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
            "reason": self.reason,
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
            exported.scalars(&tag, selection, scalars, &base)?;
            exported.others(index, &tag, selection, &base)?;
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

    fn others(
        &mut self,
        index: &LogDir,
        tag: &TagView<'_>,
        selection: &Selection,
        base: &Path,
    ) -> Result<()> {
        let mut values = tag.values();
        values.retain(|value| selection.steps.contain(value.step));
        if values.is_empty() {
            return Ok(());
        }
        self.purged += values
            .iter()
            .filter(|value| value.mark == Mark::Purged)
            .count();
        let located = values
            .iter()
            .filter_map(|value| Some((value, index.locate(*value)?)));
        match tag.kind() {
            SummaryKind::Image
            | SummaryKind::Audio
            | SummaryKind::Graph
            | SummaryKind::RunMetadata => {
                let mut taken = HashSet::new();
                for (value, location) in located.filter(|(value, _)| value.mark != Mark::Purged) {
                    match blobs(tag.kind(), &location) {
                        Ok(blobs) => self.blobs(&blobs, value.step, base, &mut taken)?,
                        Err(error) => self.fail(&error),
                    }
                }
                Ok(())
            }
            kind => {
                let lines: Vec<(&ValueRef, _)> = located
                    .map(|(value, location)| (value, line(kind, tag, &location)))
                    .collect();
                let good = lines.iter().filter(|(_, line)| line.is_ok()).count();
                lines
                    .iter()
                    .filter_map(|(_, line)| line.as_ref().err())
                    .for_each(|error| self.fail(error));
                self.values += good;
                self.write(&with_extension(base, "jsonl"), |file| {
                    for (value, line) in &lines {
                        let Ok(line) = line else { continue };
                        let mut line = line.clone();
                        line["step"] = json!(value.step);
                        line["wall_time"] = number(value.wall_time);
                        line["mark"] = json!(mark(value.mark));
                        writeln!(file, "{line}")?;
                    }
                    Ok(())
                })
            }
        }
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

    fn fail(&mut self, error: &anyhow::Error) {
        self.failed += 1;
        self.reason.get_or_insert_with(|| format!("{error:#}"));
    }
}

struct Blob {
    extension: &'static str,
    bytes: Vec<u8>,
}

/// What becomes a file of its own.
fn blobs(kind: SummaryKind, location: &Location) -> Result<Vec<Blob>> {
    let binary = |bytes| {
        vec![Blob {
            extension: "pb",
            bytes,
        }]
    };
    Ok(match kind {
        SummaryKind::Image => {
            let value = location.read()?;
            value
                .images()
                .into_iter()
                .map(|bytes| Blob {
                    extension: image_extension(bytes),
                    bytes: bytes.to_vec(),
                })
                .collect()
        }
        SummaryKind::Audio => {
            let value = location.read()?;
            value
                .audio()
                .into_iter()
                .map(|audio| Blob {
                    extension: "wav",
                    bytes: audio.encoded.to_vec(),
                })
                .collect()
        }
        _ => match location.read_event()?.what {
            Some(What::GraphDef(bytes) | What::MetaGraphDef(bytes)) => binary(bytes),
            Some(What::TaggedRunMetadata(metadata)) => binary(metadata.run_metadata),
            _ => Vec::new(),
        },
    })
}

fn image_extension(bytes: &[u8]) -> &'static str {
    match bytes {
        [0x89, b'P', b'N', b'G', ..] => "png",
        [0xff, 0xd8, ..] => "jpg",
        [b'G', b'I', b'F', ..] => "gif",
        [b'B', b'M', ..] => "bmp",
        _ => "image",
    }
}

/// What becomes a line.
fn line(kind: SummaryKind, tag: &TagView<'_>, location: &Location) -> Result<Value> {
    if kind == SummaryKind::Hparams {
        return Ok(
            json!({ "hparams": tag.metadata().and_then(|metadata| metadata.hparams()).map(|data| hparams(&data)) }),
        );
    }
    let value = location.read()?;
    let numbers = |values: &[f64]| values.iter().copied().map(number).collect::<Vec<_>>();
    Ok(match kind {
        SummaryKind::Histogram => {
            let buckets = value.histogram()?.buckets;
            json!({ "buckets": buckets.iter().map(|bucket| numbers(bucket)).collect::<Vec<_>>() })
        }
        SummaryKind::Text => {
            let text = value.text()?;
            json!({ "text": text.strings, "shape": text.shape })
        }
        SummaryKind::CustomScalars => json!({ "layout": layout(&value.layout()?) }),
        _ => {
            let tensor = value.numbers()?;
            json!({ "values": numbers(&tensor.values), "shape": tensor.shape })
        }
    })
}

fn hparams(data: &HParamsData) -> Value {
    match data {
        HParamsData::SessionStartInfo(start) => {
            let value = |value: &Option<HParamValue>| match value {
                Some(HParamValue::Number(value)) => number(*value),
                Some(HParamValue::String(value)) => json!(value),
                Some(HParamValue::Bool(value)) => json!(value),
                None => Value::Null,
            };
            start
                .hparams
                .iter()
                .map(|(name, set)| (name.clone(), value(&set.kind)))
                .collect()
        }
        HParamsData::Experiment(experiment) => {
            let metrics = experiment
                .metric_infos
                .iter()
                .filter_map(|metric| Some(&metric.name.as_ref()?.tag));
            let names = experiment.hparam_infos.iter().map(|info| &info.name);
            json!({ "names": names.collect::<Vec<_>>(), "metrics": metrics.collect::<Vec<_>>() })
        }
        HParamsData::SessionEndInfo(end) => {
            json!({ "status": end.status, "end_time_secs": number(end.end_time_secs) })
        }
    }
}

/// The charts of each category by title.
fn layout(layout: &Layout) -> Value {
    let chart = |chart: &Chart| {
        let content = match &chart.content {
            Some(ChartContent::Multiline(lines)) => json!({ "multiline": lines.tag }),
            Some(ChartContent::Margin(margin)) => {
                let series = margin
                    .series
                    .iter()
                    .map(|series| [&series.value, &series.lower, &series.upper]);
                json!({ "margin": series.collect::<Vec<_>>() })
            }
            None => Value::Null,
        };
        (chart.title.clone(), content)
    };
    let charts = |category: &Category| category.chart.iter().map(chart).collect::<Value>();
    layout
        .category
        .iter()
        .map(|category| (category.title.clone(), charts(category)))
        .collect()
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
