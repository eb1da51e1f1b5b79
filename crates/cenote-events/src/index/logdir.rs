//! The index of a whole log directory.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use rayon::prelude::*;

use super::discover::{Discovery, FoundFile, discover};
use super::file::{Progress, Scan, ScanOptions, scan};
use super::part::Part;
use super::view::RunView;
use super::{Location, ValueRef};
use crate::{Error, Result};

/// A file of an index. A file that takes the place of another under the same name gets another id, so that what an id and
/// an offset point to never changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FileId(pub u32);

/// A path that could not be read. It is tried again at the next refresh, and until then what was known of it, and of what
/// is below it, stays as it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Which.
    pub path: PathBuf,
    /// What the system said.
    pub message: String,
}

/// Where every record of every tag of every run under a directory is.
///
/// ```
/// use cenote_events::{LogDir, SummaryWriter};
/// # let dir = tempfile::tempdir()?;
/// # let logdir = dir.path();
/// let writer = SummaryWriter::new(logdir.join("run1"))?;
/// for step in 0..3 {
///     writer.add_scalar("loss", 1.0 / (step + 1) as f64, step)?;
///     writer.add_image("noise", &ndarray::Array3::<f32>::from_elem((3, 4, 6), 0.5), step)?;
/// }
/// writer.close()?;
///
/// let index = LogDir::open(logdir)?;
/// let run = index.run("run1").expect("a run");
/// let losses: Vec<f64> = run.tag("loss").expect("a tag").scalars().iter().map(|point| point.value).collect();
/// assert_eq!(losses, [1.0, 0.5, f64::from(1f32 / 3.0)]);
/// let last = *run.tag("noise").expect("a tag").values().last().expect("an image");
/// let value = index.locate(last).expect("its file").read()?;
/// assert!(value.images()[0].starts_with(b"\x89PNG"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # What it holds
/// For a scalar its step, time, value and place; for anything else step, time, and where the record is, in some ten bytes
/// each, nothing sampled away. Images and the like are read from disk when asked for ([`locate`](Self::locate)).
///
/// # Following a directory
/// [`refresh`](Self::refresh) reads what is new: grown, new, replaced and deleted files. It costs a walk over the
/// directories and nothing for files that have not changed. The end of a file that holds part of a record is left for the
/// next time. A file counts as replaced when it is another one, is shorter, or differs in its first 64 bytes or in the 64
/// before the place where reading stopped.
///
/// # Sharing
/// For readers beside a thread that follows the directory, put the index into an `RwLock`. [`poll`](Self::poll) does all
/// the reading of files under the read lock, in parallel; [`apply`](Self::apply) takes the write lock for as long as it
/// takes to append what was found. A [`Location`] is read without any lock. Hold one lock at a time, and apply updates in
/// the order in which they were polled; one that was polled in between is recognised and dropped.
///
/// ```
/// # use std::sync::RwLock;
/// # use cenote_events::LogDir;
/// # let dir = tempfile::tempdir()?;
/// let index = RwLock::new(LogDir::new(dir.path()));
/// loop {
///     let update = index.read().expect("no panics").poll();
///     let changes = index.write().expect("no panics").apply(update);
///     if changes.complete {
///         break; // all read: sleep for some seconds
///     }
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Damage
/// A record with a bad checksum, or that is no event, is stepped over; after a bad length, or a hole of zeros, the search
/// goes on to the next record that checks. [`RunView::damage`] tells all of it, with file and offset. The checksums of
/// payloads over 64 KiB are checked when they are read, or all at once by [`open_verified`](Self::open_verified).
#[derive(Debug)]
pub struct LogDir {
    root: PathBuf,
    verify: bool,
    /// By id; ids of files that are gone stay empty.
    files: Vec<Option<IndexedFile>>,
    ids: HashMap<PathBuf, FileId>,
    /// The files of each run in the order of their names, in which TensorBoard reads them too. Names begin with the second
    /// in which a file was begun; within one second this crate's are in order if one process wrote them.
    runs: BTreeMap<String, RunFiles>,
    /// The projector's configurations, by run.
    projectors: BTreeMap<String, PathBuf>,
    /// The last one that was given to a run.
    generation: u64,
    problems: Vec<Problem>,
}

/// The files of one run.
#[derive(Debug, Default)]
struct RunFiles {
    ids: Vec<FileId>,
    /// [`RunView::generation`].
    generation: u64,
}

#[derive(Debug)]
pub(super) struct IndexedFile {
    run: String,
    pub(super) path: Arc<Path>,
    pub(super) part: Part,
    pub(super) progress: Progress,
}

/// How far a refresh has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LoadProgress {
    /// Bytes of event files known to the index.
    pub done: u64,
    /// Bytes of all event files.
    pub total: u64,
}

/// What [`LogDir::poll`] found, for [`LogDir::apply`].
#[derive(Debug)]
#[must_use = "pass it to LogDir::apply"]
pub struct Update {
    scans: Vec<FileScan>,
    /// Files that are no longer there.
    removed: Vec<FileId>,
    projectors: BTreeMap<String, PathBuf>,
    problems: Vec<Problem>,
}

#[derive(Debug)]
struct FileScan {
    run: String,
    path: PathBuf,
    /// The file as it was known, and from where on it was read.
    known: Option<(FileId, u64)>,
    scan: Scan,
}

/// What [`LogDir::apply`] changed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Changes {
    /// Runs that have something new, or less.
    pub runs: BTreeSet<String>,
    /// How many records were added.
    pub records: u64,
    /// Whether all that was there when it was polled has been read.
    pub complete: bool,
}

/// How much of a file one poll reads, so that a large log shows itself bit by bit.
const MOST_PER_POLL: u64 = 64 << 20;

impl LogDir {
    /// Reads a log directory, or a single event file.
    ///
    /// # Errors
    /// [`Error::Io`] if `root` cannot be read. Files and directories inside that cannot be read are
    /// [`problems`](Self::problems).
    pub fn open(root: impl AsRef<Path>) -> Result<Self> {
        Self::new(root).read()
    }

    /// As [`open`](Self::open), with every checksum checked, and not only those of payloads up to 64 KiB.
    ///
    /// ```
    /// use cenote_events::{LogDir, SummaryWriter};
    /// # let dir = tempfile::tempdir()?;
    /// # let logdir = dir.path();
    /// SummaryWriter::new(logdir)?.close()?;
    /// let index = LogDir::open_verified(logdir)?;
    /// assert!(index.runs().all(|run| run.damage().next().is_none()));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub fn open_verified(root: impl AsRef<Path>) -> Result<Self> {
        Self::new(root).verify(true).read()
    }

    fn read(mut self) -> Result<Self> {
        Self::check(&self.root)?;
        self.refresh();
        Ok(self)
    }

    /// Whether `root` is a directory or a file that can be read.
    ///
    /// # Errors
    /// [`Error::Io`] if it is not.
    pub fn check(root: impl AsRef<Path>) -> Result<()> {
        let root = root.as_ref();
        let readable = if root.is_file() {
            File::open(root).map(drop)
        } else {
            std::fs::read_dir(root).map(drop)
        };
        readable.map_err(|error| Error::io("read the log directory", root, error))
    }

    /// An index that has read nothing yet. `root` may come into being later.
    #[must_use]
    pub fn new(root: impl AsRef<Path>) -> Self {
        let root = root.as_ref().to_owned();
        let (files, ids, runs, problems) =
            <(Vec<_>, HashMap<_, _>, BTreeMap<_, _>, Vec<_>)>::default();
        Self {
            root,
            verify: false,
            files,
            ids,
            runs,
            projectors: BTreeMap::new(),
            generation: 0,
            problems,
        }
    }

    /// Checks every checksum while reading, and not only those of payloads up to 64 KiB. For an index that has read nothing
    /// yet: what it has read is not checked again. [`open_verified`](Self::open_verified) makes such a one and reads.
    #[must_use]
    pub fn verify(self, verify: bool) -> Self {
        Self { verify, ..self }
    }

    /// The directory.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// All runs by name: directories relative to the log directory, with `/` between; `.` is the log directory itself. A
    /// directory that links lead to has several names, as in TensorBoard. Bytes of a name that are no UTF-8 are written as
    /// `\xff`.
    pub fn runs(&self) -> impl Iterator<Item = RunView<'_>> {
        self.runs.iter().map(|(name, files)| self.view(name, files))
    }

    /// One run.
    #[must_use]
    pub fn run(&self, name: &str) -> Option<RunView<'_>> {
        let (name, files) = self.runs.get_key_value(name)?;
        Some(self.view(name, files))
    }

    fn view<'a>(&'a self, name: &'a str, files: &'a RunFiles) -> RunView<'a> {
        let ids = files.ids.iter();
        let with_id = ids.filter_map(|&id| Some((id, self.file(id)?)));
        let projector = self.projectors.get(name);
        RunView::new(
            name,
            files.generation,
            with_id.collect(),
            projector.map(PathBuf::as_path),
        )
    }

    pub(super) fn file(&self, id: FileId) -> Option<&IndexedFile> {
        self.files.get(usize::try_from(id.0).ok()?)?.as_ref()
    }

    /// Where the bytes of a value are, to be read without holding a lock on the index. None if the file is gone.
    #[must_use]
    pub fn locate(&self, value: ValueRef) -> Option<Location> {
        let file = self.file(value.file)?;
        Some(Location {
            path: Arc::clone(&file.path),
            offset: value.offset,
            len: value.len,
            value: value.index,
        })
    }

    /// What could not be read at the last refresh.
    #[must_use]
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }

    /// How much of the files found so far is known.
    #[must_use]
    pub fn progress(&self) -> LoadProgress {
        let files = || self.files.iter().flatten();
        LoadProgress {
            done: files().map(|file| file.progress.done()).sum(),
            total: files().map(|file| file.progress.len).sum(),
        }
    }

    /// Reads everything that is new, and tells what changed.
    pub fn refresh(&mut self) -> Changes {
        let mut all = Changes::default();
        while !all.complete {
            let update = self.poll();
            let changes = self.apply(update);
            all.runs.extend(changes.runs);
            all.records += changes.records;
            all.complete = changes.complete;
        }
        all
    }

    /// Looks for what is new and reads it, without changing the index: of each file 64 MiB and to the end of the record
    /// there. In a search after damage each of them may be read five times, to check what looks like a record.
    pub fn poll(&self) -> Update {
        self.poll_with(|_| {})
    }

    /// As [`poll`](Self::poll), calling `report` from the reading threads as files are done.
    pub fn poll_with(&self, report: impl Fn(LoadProgress) + Sync) -> Update {
        let discovery = discover(&self.root);
        let removed = self.removed(&discovery);
        let projectors = self.projectors_in(&discovery);
        let (found, mut problems) = (discovery.files, discovery.problems);
        let total = found.iter().map(|file| file.metadata.len()).sum();
        let done = AtomicU64::new(0);
        let scan = |file: FoundFile| {
            let len = file.metadata.len();
            let result = self.scan_file(file);
            let done = done.fetch_add(len, Ordering::Relaxed) + len;
            report(LoadProgress { done, total });
            result
        };
        // One file needs no threads, which would stay for good.
        let results: Vec<_> = match found.len() {
            0 | 1 => found.into_iter().filter_map(scan).collect(),
            _ => found.into_par_iter().filter_map(scan).collect(),
        };
        let mut scans = Vec::new();
        for result in results {
            match result {
                Ok(scan) => scans.push(scan),
                Err(problem) => problems.push(problem),
            }
        }
        Update {
            scans,
            removed,
            projectors,
            problems,
        }
    }

    /// The files that are no longer there.
    fn removed(&self, found: &Discovery) -> Vec<FileId> {
        let present: HashSet<&Path> = found.files.iter().map(|file| &*file.path).collect();
        let is_gone = |path: &Path| !present.contains(path) && !found.may_hide(path);
        let ids = self.ids.iter();
        ids.filter_map(|(path, &id)| is_gone(path).then_some(id))
            .collect()
    }

    /// The projector's configurations that are there, or may be.
    fn projectors_in(&self, found: &Discovery) -> BTreeMap<String, PathBuf> {
        let known = self.projectors.iter();
        let mut all: BTreeMap<_, _> = known
            .filter(|(_, path)| found.may_hide(path))
            .map(|(run, path)| (run.clone(), path.clone()))
            .collect();
        all.extend(found.projectors.clone());
        all
    }

    /// Reads on in a file; nothing if it has not changed.
    fn scan_file(&self, found: FoundFile) -> Option<std::result::Result<FileScan, Problem>> {
        let id = self.ids.get(&found.path).copied();
        let known = id.and_then(|id| self.file(id));
        let progress = known.map_or_else(Progress::default, |file| file.progress.clone());
        if known.is_some() && progress.is_current(&found.metadata) && !progress.has_more() {
            return None;
        }
        let from = progress.position;
        let options = ScanOptions {
            verify: self.verify,
            most: MOST_PER_POLL,
        };
        match File::open(&found.path)
            .and_then(|file| scan(file, progress, known.map(|known| &known.part), options))
        {
            Ok(scan) => Some(Ok(FileScan {
                run: found.run,
                path: found.path,
                known: id.map(|id| (id, from)),
                scan,
            })),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => Some(Err(Problem {
                path: found.path,
                message: error.to_string(),
            })),
        }
    }

    /// Takes in what [`poll`](Self::poll) found.
    pub fn apply(&mut self, update: Update) -> Changes {
        let mut changes = Changes {
            complete: true,
            ..Changes::default()
        };
        self.problems = update.problems;
        for id in update.removed {
            changes.runs.extend(self.remove(id));
        }
        for file in update.scans {
            changes.complete &= !file.scan.progress.has_more();
            let records = file.scan.part.records;
            if let Some(run) = self.take_in(file) {
                changes.records += records;
                changes.runs.insert(run);
            }
        }
        for run in self.runs.keys() {
            if self.projectors.get(run) != update.projectors.get(run) {
                changes.runs.insert(run.clone());
            }
        }
        self.projectors = update.projectors;
        changes
    }

    /// Takes in one file, and returns its run if anything changed.
    fn take_in(&mut self, file: FileScan) -> Option<String> {
        let FileScan {
            run,
            path,
            known,
            scan,
        } = file;
        let current = self.ids.get(&path).copied();
        if current != known.map(|(id, _)| id) {
            return None; // another update came first
        }
        if let Some((id, from)) = known
            && !scan.replaced
        {
            if self.file(id)?.progress.position != from {
                return None; // another update came first
            }
            if self.changes_what_was(&run, &path, &scan.part) {
                self.renew(&run);
            }
            let file = self.files.get_mut(usize::try_from(id.0).ok()?)?.as_mut()?;
            let changed = scan.part.records > 0
                || !scan.part.damage.is_empty()
                || scan.progress.open_damage() != file.progress.open_damage();
            file.part.append(scan.part);
            file.progress = scan.progress;
            return changed.then_some(run);
        }
        if let Some((id, _)) = known {
            self.remove(id);
        }
        if self.changes_what_was(&run, &path, &scan.part) {
            self.renew(&run);
        }
        let id = FileId(u32::try_from(self.files.len()).ok()?);
        let path_in_file = Arc::from(path.as_path());
        self.files.push(Some(IndexedFile {
            run: run.clone(),
            path: path_in_file,
            part: scan.part,
            progress: scan.progress,
        }));
        let files = self.runs.entry(run.clone()).or_default();
        let path_of = |id: &FileId| self.files[id.0 as usize].as_ref().map(|file| &*file.path);
        let at = files
            .ids
            .partition_point(|id| path_of(id) < Some(path.as_path()));
        files.ids.insert(at, id);
        self.ids.insert(path, id);
        Some(run)
    }

    /// Whether what is found at `path` does more to its run than to add values to the ends of tags: a run that begins, a
    /// session that voids what came before it, or values that later files have some after.
    fn changes_what_was(&self, run: &str, path: &Path, found: &Part) -> bool {
        let Some(files) = self.runs.get(run) else {
            return true;
        };
        let files = files.ids.iter().filter_map(|&id| self.file(id));
        let mut later = files.filter(|file| *file.path > *path);
        !found.restarts.is_empty()
            || later.any(|file| {
                found
                    .tags
                    .keys()
                    .any(|tag| file.part.tags.contains_key(tag))
            })
    }

    /// Gives a run, which may be about to begin, another generation.
    fn renew(&mut self, run: &str) {
        self.generation += 1;
        self.runs.entry(run.to_owned()).or_default().generation = self.generation;
    }

    /// Forgets a file, and returns its run.
    fn remove(&mut self, id: FileId) -> Option<String> {
        let file = self.files.get_mut(usize::try_from(id.0).ok()?)?.take()?;
        self.ids.remove(&*file.path);
        let files = &mut self.runs.get_mut(&file.run)?.ids;
        files.retain(|&other| other != id);
        if files.is_empty() {
            self.runs.remove(&file.run);
        } else {
            self.renew(&file.run);
        }
        Some(file.run)
    }
}

#[cfg(test)]
mod tests;
