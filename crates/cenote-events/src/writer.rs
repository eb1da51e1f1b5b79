//! [`SummaryWriter`]: one file with one method per kind of summary.

mod audio;
mod background;
mod builder;
mod custom_scalars;
mod embedding;
mod file;
mod graph;
mod histogram;
mod hparams;
mod image;
mod mesh;
mod pr_curve;
mod scalar;
mod tensor;
mod text;
mod value;
mod video;

use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use prost::Message as _;

use self::background::Background;
pub use self::builder::SummaryWriterBuilder;
pub use self::embedding::Embedding;
pub use self::hparams::Hparams;
pub use self::mesh::Mesh;
pub use self::tensor::TensorElement;
use self::value::describe;
use crate::message::{Event, LONGEST_MESSAGE, Summary, What};
use crate::record::{FOOTER_LEN, append_record};
use crate::{Error, PngLevel, Result};

/// Writes summaries to an event file that TensorBoard reads, as `torch.utils.tensorboard.SummaryWriter` does.
///
/// ```
/// use cenote_events::SummaryWriter;
/// # let dir = tempfile::tempdir()?;
/// # let logdir = dir.path().join("runs/first");
/// let writer = SummaryWriter::new(&logdir)?;
/// for step in 0..100 {
///     writer.add_scalar("loss", 1.0 / (step + 1) as f64, step)?;
/// }
/// writer.close()?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # In the background
/// Summaries that take work to encode (images, sound, video) are handed to encoder threads, and one thread writes the
/// file, in the order of the calls. At most `max_queue` summaries wait to be encoded and at most 64 MiB wait to be written:
/// after that a call blocks until there is room. Small summaries collect in memory and reach the file when 64 KiB are
/// together, after `flush_secs`, at [`flush`](Self::flush) and at [`close`](Self::close). What is lost when the process is
/// killed is what had not reached the file: it always holds whole records, with at most one incomplete record at its end.
///
/// An error of the background threads (a full disk, for instance) is returned by every later call and by `close`. After a
/// failed write the file ends with its last whole record.
///
/// # Handles
/// A clone is another handle on the same file, for other threads; [`with_walltime`](Self::with_walltime) gives one that
/// stamps another time, [`with_description`](Self::with_description) one that says what its summaries are. Dropping the last handle closes the file, and then an error is lost: call [`close`](Self::close).
#[derive(Clone)]
pub struct SummaryWriter {
    inner: Arc<Inner>,
    wall_time: Option<f64>,
    description: Option<Arc<str>>,
}

struct Inner {
    log_dir: PathBuf,
    /// What files of runs inside this one are made with.
    options: SummaryWriterBuilder,
    png_level: PngLevel,
    background: Background,
    /// Writers of runs inside this one, by directory name.
    children: Mutex<BTreeMap<String, SummaryWriter>>,
    /// The entries of the projector's configuration.
    embeddings: Mutex<Vec<String>>,
}

impl Drop for Inner {
    fn drop(&mut self) {
        // There is nobody left to tell.
        let _ = self.background.close();
    }
}

impl std::fmt::Debug for SummaryWriter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SummaryWriter")
            .field("log_dir", &self.inner.log_dir)
            .finish_non_exhaustive()
    }
}

impl SummaryWriter {
    /// A new event file in `log_dir`, with the defaults of [`SummaryWriterBuilder`]. Directories are made as needed; files
    /// that are there already stay as they are.
    ///
    /// # Errors
    /// [`Error::Io`](crate::Error::Io) if the directory or the file cannot be made or written.
    pub fn new(log_dir: impl AsRef<Path>) -> Result<Self> {
        Self::builder().log_dir(log_dir).build()
    }

    /// Options: the default directory, `comment`, `purge_step`, `max_queue`, `flush_secs`, `filename_suffix`, `png_level`.
    pub fn builder() -> SummaryWriterBuilder {
        SummaryWriterBuilder::default()
    }

    /// The directory that the event file is in.
    #[must_use]
    pub fn log_dir(&self) -> &Path {
        &self.inner.log_dir
    }

    /// A handle on the same file whose summaries carry `wall_time`, in seconds since the Unix epoch, in place of the time
    /// of the call: torch's `walltime` argument.
    ///
    /// ```
    /// # let dir = tempfile::tempdir()?;
    /// # let writer = cenote_events::SummaryWriter::new(dir.path())?;
    /// writer.with_walltime(1_700_000_000.0).add_scalar("loss", 0.5, 0)?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn with_walltime(&self, wall_time: f64) -> Self {
        Self {
            wall_time: Some(wall_time),
            ..self.clone()
        }
    }

    /// A handle on the same file whose summaries say, in Markdown, what they are: the `description` of `tf.summary`, which
    /// torch does not have. TensorBoard and the board show that of a tag's first summary beside its name. A summary built by
    /// hand that has a description keeps it.
    ///
    /// ```
    /// use ndarray::Array4;
    /// # let dir = tempfile::tempdir()?;
    /// # let writer = cenote_events::SummaryWriter::new(dir.path())?;
    /// let pooled = writer.with_description("`MaxPool2d(kernel_size=3, ceil_mode=True)` of CIFAR-10");
    /// pooled.add_images("output", &Array4::<f32>::zeros((64, 3, 11, 11)), 0)?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn with_description(&self, description: &str) -> Self {
        Self {
            description: Some(description.into()),
            ..self.clone()
        }
    }

    /// Writes a summary built by hand: whatever has no method of its own.
    ///
    /// ```
    /// use cenote_events::SummaryWriter;
    /// use cenote_events::message::{Kind, Summary, Value};
    /// # let dir = tempfile::tempdir()?;
    /// # let writer = SummaryWriter::new(dir.path())?;
    /// let value = Value {
    ///     tag: "by hand".to_owned(),
    ///     value: Some(Kind::SimpleValue(1.5)),
    ///     ..Value::default()
    /// };
    /// writer.add_summary(Summary { value: vec![value] }, 0)?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// As every method: [`Error::Argument`] if it takes 2 GiB or more, the limit of protocol buffers; what the background
    /// threads ran into; [`Error::Closed`].
    pub fn add_summary(&self, summary: Summary, global_step: i64) -> Result<()> {
        self.add_event(What::Summary(summary), global_step)
    }

    /// Writes an event built by hand.
    ///
    /// ```
    /// use cenote_events::SummaryWriter;
    /// use cenote_events::message::{Summary, What};
    /// # let dir = tempfile::tempdir()?;
    /// # let writer = SummaryWriter::new(dir.path())?;
    /// writer.add_event(What::Summary(Summary::default()), 7)?;
    /// writer.flush()?;
    /// writer.close()?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// As every method: [`Error::Argument`] if it takes 2 GiB or more, the limit of protocol buffers; what the background
    /// threads ran into; [`Error::Closed`].
    pub fn add_event(&self, what: What, step: i64) -> Result<()> {
        let record = encode_event(&self.event(what, step))?;
        self.inner.background.push_record(&record)
    }

    /// Waits until everything logged so far is in the file (not necessarily on the platter: as in torch there is no
    /// `fsync`), and so for the files of runs inside this one.
    ///
    /// # Errors
    /// The first of what the background threads ran into, when all files have been seen to; [`Error::Closed`].
    pub fn flush(&self) -> Result<()> {
        let flushed = self.inner.background.flush();
        self.children()
            .values()
            .map(Self::flush)
            .fold(flushed, Result::and)
    }

    /// Writes everything and closes the file, for all handles. A second call does nothing; logging after it is an error
    /// (torch opens another file instead). Whichever handle closes, the call returns when everything is written.
    ///
    /// # Errors
    /// The first of what the background threads ran into, when all files have been seen to.
    pub fn close(&self) -> Result<()> {
        let closed = self.inner.background.close();
        // All are closed, whatever the first error is.
        self.children()
            .values()
            .map(Self::close)
            .fold(closed, Result::and)
    }

    /// The writer of the run `name` inside this one, made on first use, with this handle's time.
    fn child(&self, name: &str) -> Result<Self> {
        let mut children = self.children();
        // Under the lock, so that none is added behind a close() that has been through them.
        self.inner.background.check_open()?;
        if let Some(child) = children.get(name) {
            return Ok(self.like_this(child.clone()));
        }
        let child = self.new_child(name)?;
        children.insert(name.to_owned(), child.clone());
        Ok(child)
    }

    /// A writer of the run `name` inside this one that is the caller's alone, with this handle's time.
    fn new_child(&self, name: &str) -> Result<Self> {
        self.inner.background.check_open()?;
        let inside = |part| matches!(part, Component::Normal(_));
        if name.is_empty() || !Path::new(name).components().all(inside) {
            return Err(Error::argument(
                "the name of a run",
                format!("{name:?}"),
                "it is a directory inside of the log directory: give one without .., and not from the root",
            ));
        }
        let options = self.inner.options.clone();
        let child = options.log_dir(self.log_dir().join(name)).build()?;
        Ok(self.like_this(child))
    }

    /// Another writer's handle with this one's time and description.
    fn like_this(&self, other: Self) -> Self {
        Self {
            wall_time: self.wall_time,
            description: self.description.clone(),
            ..other
        }
    }

    fn children(&self) -> MutexGuard<'_, BTreeMap<String, Self>> {
        self.inner
            .children
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Hands a summary of about `bytes` bytes to the encoder threads.
    fn encode_summary(
        &self,
        bytes: usize,
        global_step: i64,
        encode: impl FnOnce() -> Result<Summary, String> + Send + 'static,
    ) -> Result<()> {
        let mut event = self.event(What::Summary(Summary::default()), global_step);
        let description = self.description.clone();
        let encode = move || {
            event.what = Some(described(What::Summary(encode()?), description.as_deref()));
            encode_event(&event).map_err(|error| error.to_string())
        };
        self.inner.background.push_encode(bytes, Box::new(encode))
    }

    fn event(&self, what: What, step: i64) -> Event {
        Event {
            wall_time: self.wall_time.unwrap_or_else(now),
            step,
            what: Some(described(what, self.description.as_deref())),
            source_metadata: None,
        }
    }
}

/// What a handle with a description writes.
fn described(mut what: What, description: Option<&str>) -> What {
    if let (What::Summary(summary), Some(description)) = (&mut what, description) {
        summary
            .value
            .iter_mut()
            .for_each(|value| describe(value, description));
    }
    what
}

/// One whole record, if an event can be so long.
fn encode_event(event: &Event) -> Result<Vec<u8>> {
    let len = event.encoded_len();
    if len > LONGEST_MESSAGE {
        let what = match &event.what {
            Some(What::Summary(Summary { value })) if !value.is_empty() => {
                format!("the summary of {:?}", value[0].tag)
            }
            _ => format!("the event of step {}", event.step),
        };
        return Err(Error::argument(
            what,
            format!("{len} bytes long"),
            format!("a message takes {LONGEST_MESSAGE} bytes at most: log a part of it"),
        ));
    }
    let mut record = Vec::new();
    append_record(&mut record, |payload| {
        payload.reserve(len + FOOTER_LEN);
        event.encode_raw(payload);
    });
    Ok(record)
}

/// Seconds since the Unix epoch; 0 on a clock set before it.
fn now() -> f64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0.0, |time| time.as_secs_f64())
}

#[cfg(test)]
mod tests;
