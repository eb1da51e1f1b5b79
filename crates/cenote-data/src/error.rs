//! Everything that can go wrong, in one enum.

use std::io;
use std::path::{Path, PathBuf};

use crate::ImageShape;

/// The result of this crate's functions.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Everything that can go wrong when images are found, read, transformed, loaded or downloaded.
///
/// Each message says what was given, what is allowed and what to do about it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The file system refused.
    #[error("cannot {action} {}: {source}", path.display())]
    Io {
        /// What was tried, for instance "read".
        action: &'static str,
        /// On which path.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The files of a dataset are not there, or not all of them.
    #[error("no {dataset} found in {}; looked for {}; {advice}", root.display(), looked_for.join(", "))]
    NotFound {
        /// The dataset and the split, for instance "CIFAR-10 test split".
        dataset: String,
        /// Where the search began.
        root: PathBuf,
        /// Each place that was tried, and what it lacks.
        looked_for: Vec<String>,
        /// What to do.
        advice: String,
    },
    /// A file is not what its dataset publishes.
    #[error("{}: {reason}", path.display())]
    Malformed {
        /// The file. For a member of an archive: the archive's path followed by the member's.
        path: PathBuf,
        /// What is wrong with it, and what would be right.
        reason: String,
    },
    /// A pickled batch cannot be read, or asks for something that this crate never does.
    #[error("{}: byte {offset} of the pickle: {reason}", path.display())]
    Pickle {
        /// The file.
        path: PathBuf,
        /// Where in it.
        offset: usize,
        /// What is wrong there.
        reason: String,
    },
    /// A picture cannot be decoded.
    #[error("cannot decode the picture {}: {source}; replace the file or leave it out", path.display())]
    Decode {
        /// The picture.
        path: PathBuf,
        /// What its decoder said.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// An index at or beyond the end of a dataset.
    #[error("example {index} was asked for; this dataset has {len}, numbered from 0")]
    Index {
        /// What was asked for.
        index: usize,
        /// How many examples there are.
        len: usize,
    },
    /// An argument cannot be used.
    #[error("{what} is {given}; {allowed}")]
    Argument {
        /// Which argument.
        what: &'static str,
        /// What was given.
        given: String,
        /// What is allowed, and what to do.
        allowed: String,
    },
    /// The images of one batch differ in size.
    #[error(
        "batch {step} mixes images of {first} and {other} (channels x height x width): \
         bring them to one size with Resize([height, width]) or Resize and CenterCrop, or use batch_size 1"
    )]
    MixedSizes {
        /// Which batch, from 0.
        step: usize,
        /// The shape of its first image.
        first: ImageShape,
        /// The shape that differs.
        other: ImageShape,
    },
    /// The dataset or a transform panicked while a [`DataLoader`](crate::DataLoader) made a batch, in whichever thread.
    #[error(
        "a panic while batch {step} was loaded: {message}; this is a bug in the dataset or a transform"
    )]
    WorkerPanicked {
        /// The batch that was due, from 0.
        step: usize,
        /// What the panic said.
        message: String,
    },
    /// The archive could not be fetched.
    #[error("cannot download {url}: {reason}")]
    Download {
        /// What was asked for.
        url: String,
        /// Why it failed, and what to do.
        reason: String,
    },
    /// The archive that was fetched is not the published one.
    #[error(
        "{url} has md5 {got}, expected {expected}: the server sent another file; \
         it was deleted. Try again, or choose another server"
    )]
    Md5 {
        /// Where the archive came from.
        url: String,
        /// The published checksum.
        expected: String,
        /// The checksum of what came.
        got: String,
    },
    /// An archive holds something that is never unpacked.
    #[error("{} is refused: its entry `{entry}` {reason}; nothing was unpacked", archive.display())]
    Unpack {
        /// The archive.
        archive: PathBuf,
        /// The entry's path as the archive spells it.
        entry: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The caller's progress callback asked to stop.
    #[error("stopped on request; a download goes on from where it was when started again")]
    Cancelled,
    /// What a dataset or a transform of your own met: see [`other`](Self::other).
    #[error(transparent)]
    Other(Box<dyn std::error::Error + Send + Sync>),
}

impl Error {
    /// Makes this crate's error of any other one, or of a message: what a [`Dataset`](crate::Dataset) or a transform of your
    /// own gives back where nothing else here fits. Its message stays as it is.
    ///
    /// ```
    /// use cenote_data::{Error, Result};
    ///
    /// fn label(line: &str) -> Result<i64> {
    ///     let (_, label) = line
    ///         .split_once(',')
    ///         .ok_or_else(|| Error::other(format!("`{line}` has no comma before a label")))?;
    ///     label.parse().map_err(Error::other)
    /// }
    ///
    /// assert_eq!(label("cat.png,3")?, 3);
    /// assert_eq!(label("cat.png").unwrap_err().to_string(), "`cat.png` has no comma before a label");
    /// assert_eq!(label("cat.png,x").unwrap_err().to_string(), "invalid digit found in string");
    /// # Ok::<(), Error>(())
    /// ```
    pub fn other(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Other(error.into())
    }

    pub(crate) fn io(action: &'static str, path: &Path, source: io::Error) -> Self {
        Self::Io {
            action,
            path: path.to_owned(),
            source,
        }
    }

    pub(crate) fn malformed(path: &Path, reason: impl Into<String>) -> Self {
        Self::Malformed {
            path: path.to_owned(),
            reason: reason.into(),
        }
    }

    pub(crate) fn argument(
        what: &'static str,
        given: impl ToString,
        allowed: impl Into<String>,
    ) -> Self {
        Self::Argument {
            what,
            given: given.to_string(),
            allowed: allowed.into(),
        }
    }
}
