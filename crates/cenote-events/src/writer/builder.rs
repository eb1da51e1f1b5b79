//! The options of a [`SummaryWriter`].

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::background::{Background, Limits};
use super::file::{EventFile, host_name};
use super::{Inner, SummaryWriter, encode_event, now};
use crate::message::{Event, SessionLog, SessionStatus, SourceMetadata, What};
use crate::{Error, PngLevel, Result};

/// The options of a [`SummaryWriter`], with torch's names and defaults.
///
/// ```
/// use cenote_events::{PngLevel, SummaryWriter};
/// # let dir = tempfile::tempdir()?;
/// # let logdir = dir.path();
/// let writer = SummaryWriter::builder()
///     .log_dir(logdir)
///     .purge_step(500)
///     .flush_secs(10)
///     .filename_suffix(".worker0")
///     .png_level(PngLevel::Small)
///     .build()?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
#[must_use = "call build()"]
pub struct SummaryWriterBuilder {
    log_dir: Option<PathBuf>,
    comment: String,
    purge_step: Option<i64>,
    max_queue: usize,
    flush_secs: u64,
    filename_suffix: String,
    png_level: PngLevel,
}

impl Default for SummaryWriterBuilder {
    fn default() -> Self {
        Self {
            log_dir: None,
            comment: String::new(),
            purge_step: None,
            max_queue: 10,
            flush_secs: 120,
            filename_suffix: String::new(),
            png_level: PngLevel::default(),
        }
    }
}

/// A century in seconds: clocks overflow some time beyond.
const LONGEST_WAIT: u64 = 100 * 365 * 24 * 3600;

impl SummaryWriterBuilder {
    /// Where the event file goes. Default: `runs/<month><day>_<hour>-<minute>-<second>_<host><comment>` in local time, for
    /// instance `runs/May04_22-14-54_host`.
    pub fn log_dir(self, log_dir: impl AsRef<Path>) -> Self {
        Self {
            log_dir: Some(log_dir.as_ref().to_owned()),
            ..self
        }
    }

    /// Ends the name of the default directory; without effect when `log_dir` is given.
    pub fn comment(self, comment: impl Into<String>) -> Self {
        Self {
            comment: comment.into(),
            ..self
        }
    }

    /// Says that a run that went further starts again at this step: what earlier files of the run hold for this step and
    /// later is void. Default: nothing is.
    pub fn purge_step(self, purge_step: i64) -> Self {
        Self {
            purge_step: Some(purge_step),
            ..self
        }
    }

    /// How many summaries may wait to be encoded before a call blocks. Default: 10. (In torch this counts every summary;
    /// here the ones that need no encoding, like scalars, are bounded by their bytes instead.)
    pub fn max_queue(self, max_queue: usize) -> Self {
        Self { max_queue, ..self }
    }

    /// How long, in seconds, a small summary may stay in memory before it is written. Default: 120. 0 is taken for 1:
    /// [`flush`](SummaryWriter::flush) writes at once.
    pub fn flush_secs(self, flush_secs: u64) -> Self {
        Self { flush_secs, ..self }
    }

    /// Ends the name of the event file. Default: nothing.
    pub fn filename_suffix(self, filename_suffix: impl Into<String>) -> Self {
        Self {
            filename_suffix: filename_suffix.into(),
            ..self
        }
    }

    /// How much time goes into smaller images. Default: [`PngLevel::Fast`].
    pub fn png_level(self, png_level: PngLevel) -> Self {
        Self { png_level, ..self }
    }

    /// Creates the directory and the file, and writes the first event.
    ///
    /// # Errors
    /// [`Error::Io`] if the directory or the file cannot be made or written, or the system refuses a thread; [`Error::Argument`] if `max_queue` is 0 or the
    /// suffix holds a path separator.
    pub fn build(self) -> Result<SummaryWriter> {
        if self.max_queue == 0 {
            return Err(Error::argument(
                "max_queue",
                "0",
                "give 1 or more (the default is 10)",
            ));
        }
        if self.filename_suffix.contains(['/', '\\', '\0']) {
            let given = format!("{:?}", self.filename_suffix);
            return Err(Error::argument(
                "filename_suffix",
                given,
                "it ends a file's name, so it cannot hold '/' or '\\'",
            ));
        }
        let log_dir = self
            .log_dir
            .clone()
            .unwrap_or_else(|| default_log_dir(&self.comment));
        let wall_time = now();
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "seconds since 1970 fit, and are not negative"
        )]
        let mut file = EventFile::create(&log_dir, wall_time as u64, &self.filename_suffix)?;
        file.write(&first_records(wall_time, self.purge_step)?)?;
        let limits = Limits {
            max_queue: self.max_queue,
            flush_every: Duration::from_secs(self.flush_secs.clamp(1, LONGEST_WAIT)),
        };
        let inner = Inner {
            log_dir,
            png_level: self.png_level,
            background: Background::start(file, limits)?,
            children: Mutex::default(),
            embeddings: Mutex::default(),
            // As in torch, runs inside this one start afresh.
            options: Self {
                purge_step: None,
                ..self
            },
        };
        Ok(SummaryWriter {
            inner: Arc::new(inner),
            wall_time: None,
            description: None,
        })
    }
}

/// What torch writes first: the version and the writer; for a restart, the version again and a session start.
fn first_records(wall_time: f64, purge_step: Option<i64>) -> Result<Vec<u8>> {
    let version = || Some(What::FileVersion("brain.Event:2".to_owned()));
    // The name is the one that TensorBoard's own writer gives: readers tell writers apart by it.
    let writer = "tensorboard.summary.writer.event_file_writer".to_owned();
    let source_metadata = Some(SourceMetadata { writer });
    let mut records = encode_event(&Event {
        wall_time,
        step: 0,
        what: version(),
        source_metadata,
    })?;
    if let Some(step) = purge_step {
        let start = SessionLog {
            status: SessionStatus::Start.into(),
            ..SessionLog::default()
        };
        for what in [version(), Some(What::SessionLog(start))] {
            records.extend(encode_event(&Event {
                wall_time,
                step,
                what,
                source_metadata: None,
            })?);
        }
    }
    Ok(records)
}

fn default_log_dir(comment: &str) -> PathBuf {
    let time = jiff::ZonedDateTime::now().strftime("%b%d_%H-%M-%S");
    Path::new("runs").join(format!("{time}_{}{comment}", host_name()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_directory_is_named_as_torch_does() {
        let dir = default_log_dir("_lr0.1");
        let name = dir.strip_prefix("runs").unwrap().to_str().unwrap();
        let host = host_name();
        let time = name.strip_suffix(&format!("_{host}_lr0.1")).unwrap();
        assert!(
            jiff::fmt::strtime::parse("%b%d_%H-%M-%S", time).is_ok(),
            "{time}"
        );
    }

    #[test]
    fn an_endless_interval_is_no_overflow() {
        let dir = tempfile::tempdir().unwrap();
        let writer = SummaryWriter::builder()
            .log_dir(dir.path())
            .flush_secs(u64::MAX)
            .build()
            .unwrap();
        writer.add_scalar("loss", 1.0, 0).unwrap();
        writer.close().unwrap();
    }

    #[test]
    fn options_that_cannot_work_are_refused() {
        let dir = tempfile::tempdir().unwrap();
        let error = SummaryWriter::builder()
            .log_dir(dir.path())
            .max_queue(0)
            .build()
            .unwrap_err();
        assert_eq!(
            error.to_string(),
            "max_queue is 0; give 1 or more (the default is 10)"
        );
        let error = SummaryWriter::builder()
            .log_dir(dir.path())
            .filename_suffix("/x")
            .build()
            .unwrap_err();
        assert_eq!(
            error.to_string(),
            "filename_suffix is \"/x\"; it ends a file's name, so it cannot hold '/' or '\\'"
        );
    }
}
