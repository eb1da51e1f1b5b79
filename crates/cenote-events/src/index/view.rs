//! What an index tells: runs, tags and series.

use std::collections::BTreeMap;
use std::path::Path;

use super::logdir::IndexedFile;
use super::part::{Blob, GRAPH_TAG, TagPart};
use super::series::Series;
use super::skim::Held;
use super::{Damage, FileId, SummaryKind};
use crate::message::SummaryMetadata;

/// How a step stands to those before and after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Mark {
    /// It is beyond every step before it.
    Forward,
    /// It is the largest step so far, again.
    Repeated,
    /// It is before a step that came earlier.
    Backward,
    /// A session that started later, with torch's `purge_step`, has voided it.
    Purged,
}

/// A number at a step.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ScalarPoint {
    /// The global step.
    pub step: i64,
    /// Seconds since the Unix epoch. As everything in a file it can be anything, NaN too.
    pub wall_time: f64,
    /// The number.
    pub value: f64,
    /// How the step stands to the others.
    pub mark: Mark,
}

/// Where a value is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ValueRef {
    /// The global step.
    pub step: i64,
    /// Seconds since the Unix epoch. As everything in a file it can be anything, NaN too.
    pub wall_time: f64,
    /// The file.
    pub file: FileId,
    /// Where its record starts.
    pub offset: u64,
    /// How long the record's payload is.
    pub len: u32,
    /// Which value of the record it is.
    pub index: u32,
    /// How the step stands to the others.
    pub mark: Mark,
}

/// One event file of a run.
#[derive(Debug, Clone, Copy)]
pub struct FileView<'a> {
    /// Its id.
    pub id: FileId,
    /// Its path.
    pub path: &'a Path,
    /// Its size in bytes.
    pub len: u64,
    /// How many events it holds.
    pub records: u64,
    /// Bytes at its end that are part of a record, or zeros where one may still be written: more may come.
    pub waiting: u64,
    stepped_over: &'a [Damage],
    pub(super) at_end: Option<Damage>,
}

impl<'a> FileView<'a> {
    /// Everything in it that is no event, and at its end whatever no record has followed yet.
    pub fn damage(&self) -> impl Iterator<Item = Damage> + use<'a> {
        self.stepped_over.iter().copied().chain(self.at_end)
    }
}

/// One run of an index.
#[derive(Debug, Clone)]
pub struct RunView<'a> {
    name: &'a str,
    generation: u64,
    files: Vec<(FileId, &'a IndexedFile)>,
    projector_config: Option<&'a Path>,
}

impl<'a> RunView<'a> {
    pub(super) fn new(
        name: &'a str,
        generation: u64,
        files: Vec<(FileId, &'a IndexedFile)>,
        projector_config: Option<&'a Path>,
    ) -> Self {
        Self {
            name,
            generation,
            files,
            projector_config,
        }
    }

    /// The directory relative to the log directory; `.` is the log directory itself.
    #[must_use]
    pub fn name(&self) -> &'a str {
        self.name
    }

    /// While it stays the same, each tag has the values that it had, in their order and with their marks, and what came after
    /// them. Another one, which no run of this index has had before, means that some may have gone, changed, moved or been
    /// voided: a file was replaced, deleted, or grew before another one that has more of its tags, or a session has purged steps.
    #[must_use]
    pub fn generation(&self) -> u64 {
        self.generation
    }

    /// The time of the first event: the order in which TensorBoard lists runs.
    #[must_use]
    pub fn first_wall_time(&self) -> Option<f64> {
        self.files
            .iter()
            .find_map(|(_, file)| file.part.first_wall_time)
    }

    /// The event files in the order of their names.
    pub fn files(&self) -> impl Iterator<Item = FileView<'a>> {
        self.files.iter().map(|&(id, file)| FileView {
            id,
            path: &file.path,
            len: file.progress.len,
            records: file.part.records,
            waiting: file.progress.waiting(),
            stepped_over: &file.part.damage,
            at_end: file.progress.open_damage(),
        })
    }

    /// The damage of each file.
    pub fn damage(&self) -> impl Iterator<Item = (&'a Path, Damage)> {
        self.files()
            .flat_map(|file| file.damage().map(move |damage| (file.path, damage)))
    }

    /// All tags by name.
    #[must_use]
    pub fn tags(&self) -> Vec<TagView<'a>> {
        let mut tags: BTreeMap<&str, Vec<(usize, &TagPart)>> = BTreeMap::new();
        for (order, (_, file)) in self.files.iter().enumerate() {
            for (tag, part) in &file.part.tags {
                tags.entry(tag).or_default().push((order, part));
            }
        }
        tags.into_iter()
            .map(|(tag, parts)| TagView {
                run: self.clone(),
                tag,
                parts,
            })
            .collect()
    }

    /// One tag.
    #[must_use]
    pub fn tag(&self, tag: &str) -> Option<TagView<'a>> {
        let parts = self
            .files
            .iter()
            .enumerate()
            .filter_map(|(order, (_, file))| {
                let (tag, part) = file.part.tags.get_key_value(tag)?;
                Some((&**tag, (order, part)))
            });
        let (tags, parts): (Vec<_>, Vec<_>) = parts.unzip();
        Some(TagView {
            run: self.clone(),
            tag: tags.first()?,
            parts,
        })
    }

    /// The file that says where the run's embeddings are, if it has some: `projector_config.pbtxt` beside the event files, as
    /// [`SummaryWriter::add_embedding`](crate::SummaryWriter::add_embedding) and torch write it. The event files tell nothing
    /// of embeddings.
    ///
    /// ```
    /// use cenote_events::{Embedding, LogDir, SummaryWriter};
    /// # let dir = tempfile::tempdir()?;
    /// # let logdir = dir.path();
    /// let writer = SummaryWriter::new(logdir)?;
    /// writer.add_embedding("points", &Embedding::new(&ndarray::array![[0.0, 1.0], [1.0, 0.0]])?, 0)?;
    /// writer.close()?;
    /// let index = LogDir::open(logdir)?;
    /// let config = index.run(".").and_then(|run| run.projector_config()).expect("it has an embedding");
    /// assert!(std::fs::read_to_string(config)?.contains("points:00000"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn projector_config(&self) -> Option<&'a Path> {
        self.projector_config
    }

    /// The run's graph.
    #[must_use]
    pub fn graph(&self) -> Option<TagView<'a>> {
        self.tag(GRAPH_TAG)
    }

    /// Of each session that started.
    fn voids(&self) -> Vec<Void> {
        let restarts = self.files.iter().enumerate();
        let mut voids: Vec<_> = restarts
            .flat_map(|(order, (_, file))| {
                file.part
                    .restarts
                    .iter()
                    .map(move |restart| ((order, restart.offset), restart.step))
            })
            .collect();
        let mut smallest = i64::MAX;
        for (_, step) in voids.iter_mut().rev() {
            smallest = smallest.min(*step);
            *step = smallest;
        }
        voids
    }
}

/// One tag of a run.
#[derive(Debug, Clone)]
pub struct TagView<'a> {
    run: RunView<'a>,
    tag: &'a str,
    /// The order of the file, and what it holds.
    parts: Vec<(usize, &'a TagPart)>,
}

impl<'a> TagView<'a> {
    /// The tag, as it is in the file. [`SummaryWriter::add_text`](crate::SummaryWriter::add_text) appends `/text_summary`.
    #[must_use]
    pub fn tag(&self) -> &'a str {
        self.tag
    }

    /// What it is a series of.
    #[must_use]
    pub fn kind(&self) -> SummaryKind {
        let held = self
            .parts
            .first()
            .map_or(Held::Nothing, |(_, part)| part.held);
        let has_numbers = self.parts.iter().any(|(_, part)| part.scalars.len() > 0);
        SummaryKind::of(held, self.metadata(), has_numbers)
    }

    /// How to show it: from the first value that says so.
    #[must_use]
    pub fn metadata(&self) -> Option<&'a SummaryMetadata> {
        self.parts
            .iter()
            .find_map(|(_, part)| part.metadata.as_ref())
    }

    /// How many values there are.
    #[must_use]
    #[expect(clippy::len_without_is_empty, reason = "a tag has at least one value")]
    pub fn len(&self) -> usize {
        self.parts
            .iter()
            .map(|(_, part)| part.scalars.len() + part.blobs.len())
            .sum()
    }

    /// How many numbers, and how many other values, each file holds, in the order of the files: so long are the pieces of
    /// [`scalars`](Self::scalars) and [`values`](Self::values). A file that is read anew has another id.
    pub fn pieces(&self) -> impl Iterator<Item = (FileId, usize, usize)> {
        self.parts.iter().map(|&(order, part)| {
            let file = self.run.files[order].0;
            (file, part.scalars.len(), part.blobs.len())
        })
    }

    /// The smallest and the largest step.
    #[must_use]
    pub fn step_range(&self) -> Option<(i64, i64)> {
        let ranges = self.parts.iter().filter_map(|(_, part)| part.step_range);
        ranges.reduce(|one, other| (one.0.min(other.0), one.1.max(other.1)))
    }

    /// Bytes that the values take in the files, beside those of scalars.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.parts.iter().map(|(_, part)| part.size).sum()
    }

    /// The most pictures or sounds that one value holds.
    #[must_use]
    pub fn max_samples(&self) -> u32 {
        let most = |of: fn(&TagPart) -> u32| self.parts.iter().map(|(_, part)| of(part)).max();
        let strings = most(|part| part.strings).unwrap_or(0);
        match self.kind() {
            // Width and height come first.
            SummaryKind::Image if strings > 0 => strings.saturating_sub(2),
            SummaryKind::Audio if strings > 0 => most(|part| part.sounds).unwrap_or(0),
            _ => 1,
        }
    }

    /// All numbers in the order of the files.
    #[must_use]
    pub fn scalars(&self) -> Vec<ScalarPoint> {
        let mut marker = Marker::new(self.run.voids());
        let mut points =
            Vec::with_capacity(self.parts.iter().map(|(_, part)| part.scalars.len()).sum());
        for &(order, part) in &self.parts {
            points.extend(part.scalars.iter().map(|scalar| ScalarPoint {
                step: scalar.step,
                wall_time: scalar.wall_time,
                value: scalar.value,
                mark: marker.mark((order, scalar.offset), scalar.step),
            }));
        }
        points
    }

    /// All values that are not numbers, in the order of the files.
    #[must_use]
    pub fn values(&self) -> Vec<ValueRef> {
        let series = self.series();
        let mut values = Vec::with_capacity(series.len());
        values.extend(series.iter());
        values
    }

    /// As [`values`](Self::values), to be gone through as often as needed, with the index or without it.
    #[must_use]
    pub fn series(&self) -> ValueSeries {
        let part = |&(order, part): &(usize, &TagPart)| {
            let file = self.run.files[order].0;
            (order, file, part.blobs.clone())
        };
        ValueSeries {
            parts: self.parts.iter().map(part).collect(),
            voids: self.run.voids(),
        }
    }
}

/// The values of a tag as they were when they were asked for. It shares what the index holds, some ten bytes a value.
#[derive(Debug, Clone)]
pub struct ValueSeries {
    /// The order of the file, and what it holds.
    parts: Vec<(usize, FileId, Series<Blob>)>,
    voids: Vec<Void>,
}

impl ValueSeries {
    /// How many values there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.parts.iter().map(|(.., blobs)| blobs.len()).sum()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// All of them, in the order of the files.
    pub fn iter(&self) -> impl Iterator<Item = ValueRef> + Send + use<> {
        let parts = self.parts.clone().into_iter();
        let blobs = parts.flat_map(|(order, file, blobs)| {
            let with_file = move |blob| (order, file, blob);
            blobs.iter().map(with_file)
        });
        let mut marker = Marker::new(self.voids.clone());
        blobs.map(move |(order, file, blob)| ValueRef {
            step: blob.step,
            wall_time: blob.wall_time,
            file,
            offset: blob.offset,
            len: blob.len,
            index: blob.value,
            mark: marker.mark((order, blob.offset), blob.step),
        })
    }
}

/// Where a session started, by the order of its file and its place there, and the smallest step of it and those after it.
type Void = ((usize, u64), i64);

/// Marks steps in the order of the files.
struct Marker {
    voids: Vec<Void>,
    passed: usize,
    largest: Option<i64>,
}

impl Marker {
    fn new(voids: Vec<Void>) -> Self {
        Self {
            voids,
            passed: 0,
            largest: None,
        }
    }

    fn mark(&mut self, place: (usize, u64), step: i64) -> Mark {
        while self
            .voids
            .get(self.passed)
            .is_some_and(|(start, _)| *start <= place)
        {
            self.passed += 1;
        }
        if self
            .voids
            .get(self.passed)
            .is_some_and(|(_, void_from)| step >= *void_from)
        {
            return Mark::Purged;
        }
        let mark = match self.largest {
            Some(largest) if step == largest => Mark::Repeated,
            Some(largest) if step < largest => Mark::Backward,
            _ => Mark::Forward,
        };
        self.largest = self.largest.max(Some(step));
        mark
    }
}
