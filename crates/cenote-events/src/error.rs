//! Everything that can go wrong, in one enum.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The result of this crate's functions.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Everything that can go wrong when summaries are written or read.
///
/// Clones are cheap: an error of the background thread is reported by every later call.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The file system refused.
    #[error("cannot {action} {}: {source}", path.display())]
    Io {
        /// What was tried, for instance "create".
        action: &'static str,
        /// On which path.
        path: PathBuf,
        /// What the system said.
        source: Arc<io::Error>,
    },
    /// A call came after [`SummaryWriter::close`](crate::SummaryWriter::close).
    #[error("the writer of {} is closed: log before close(), or make a new SummaryWriter on the directory", path.display())]
    Closed {
        /// The file that was closed.
        path: PathBuf,
    },
    /// The data has another number of axes than the format names, or another number of elements than its shape.
    #[error("{what}: given shape {shape:?}; {allowed}")]
    Shape {
        /// Which argument.
        what: String,
        /// Its shape.
        shape: Vec<usize>,
        /// What would be right.
        allowed: String,
    },
    /// An argument cannot be used.
    #[error("{what} is {given}; {allowed}")]
    Argument {
        /// Which argument.
        what: String,
        /// What was given.
        given: String,
        /// What is allowed, and what to do.
        allowed: String,
    },
    /// A record cannot be read.
    #[error("the record at offset {offset} of {} cannot be read: {reason}", path.display())]
    Record {
        /// The file.
        path: PathBuf,
        /// Where in the file.
        offset: u64,
        /// Why.
        reason: String,
    },
    /// A value is not of the kind that was asked for.
    #[error("the value of {tag:?} is not {wanted}: {reason}")]
    Value {
        /// Its tag.
        tag: String,
        /// What was asked for.
        wanted: &'static str,
        /// What it is.
        reason: String,
    },
    /// A summary could not be encoded.
    #[error("cannot encode a summary for {}: {reason}", path.display())]
    Encoding {
        /// The file it was meant for.
        path: PathBuf,
        /// Why.
        reason: String,
    },
}

impl Error {
    pub(crate) fn io(action: &'static str, path: &Path, source: io::Error) -> Self {
        Self::Io {
            action,
            path: path.to_owned(),
            source: Arc::new(source),
        }
    }

    pub(crate) fn argument(
        what: impl Into<String>,
        given: impl Into<String>,
        allowed: impl Into<String>,
    ) -> Self {
        Self::Argument {
            what: what.into(),
            given: given.into(),
            allowed: allowed.into(),
        }
    }

    pub(crate) fn shape(
        what: impl Into<String>,
        shape: &[usize],
        allowed: impl Into<String>,
    ) -> Self {
        Self::Shape {
            what: what.into(),
            shape: shape.to_vec(),
            allowed: allowed.into(),
        }
    }
}
