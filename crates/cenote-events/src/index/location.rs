//! Reading one record again.

use std::fs::File;
use std::io::{BufReader, Seek, SeekFrom};
use std::path::Path;
use std::sync::Arc;

use prost::Message as _;

use crate::message::{Event, Value, What};
use crate::record::{Record, RecordReader};
use crate::{Error, Result};

/// Where the bytes of a value are. Reading needs no index and no lock.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Location {
    pub(super) path: Arc<Path>,
    pub(super) offset: u64,
    pub(super) len: u32,
    pub(super) value: u32,
}

impl Location {
    /// The file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Where the record starts.
    #[must_use]
    pub fn offset(&self) -> u64 {
        self.offset
    }

    /// The length of the record's payload.
    #[must_use]
    pub fn size(&self) -> u32 {
        self.len
    }

    /// Reads the value, and checks its checksums.
    ///
    /// # Errors
    /// [`Error::Io`] if the file cannot be read; [`Error::Record`] if it has been changed since, is damaged there, or holds
    /// a graph or run metadata, which [`read_event`](Self::read_event) reads.
    pub fn read(&self) -> Result<Value> {
        let index = usize::try_from(self.value).unwrap_or(usize::MAX);
        match self.read_event()?.what {
            Some(What::Summary(mut summary)) if index < summary.value.len() => {
                Ok(summary.value.swap_remove(index))
            }
            Some(What::GraphDef(_) | What::MetaGraphDef(_) | What::TaggedRunMetadata(_)) => {
                Err(self
                    .bad("it holds a graph or run metadata, not a value: use Location::read_event"))
            }
            _ => {
                Err(self
                    .bad("it holds no such value: the file has been changed, refresh the index"))
            }
        }
    }

    /// Reads the whole event, and checks its checksums: for graphs and run metadata.
    ///
    /// # Errors
    /// [`Error::Io`] if the file cannot be read; [`Error::Record`] if it has been changed since, or is damaged there.
    pub fn read_event(&self) -> Result<Event> {
        let io_error = |error| Error::io("read", &self.path, error);
        let mut file = File::open(&self.path).map_err(io_error)?;
        file.seek(SeekFrom::Start(self.offset)).map_err(io_error)?;
        match RecordReader::new(BufReader::new(file))
            .read()
            .map_err(io_error)?
        {
            Record::Whole(payload) if payload.len() == self.len as usize => {
                Event::decode(payload.as_slice())
                    .map_err(|error| self.bad(&format!("it is not an event: {error}")))
            }
            Record::BadPayload { got, want, .. } => {
                Err(self.bad(&format!("its checksum is {got:?}, the file says {want:?}")))
            }
            Record::Whole(_) | Record::BadLength(_) | Record::Truncated | Record::End => {
                Err(self
                    .bad("there is another, or none: the file has been changed, refresh the index"))
            }
        }
    }

    fn bad(&self, reason: &str) -> Error {
        Error::Record {
            path: self.path.to_path_buf(),
            offset: self.offset,
            reason: reason.to_owned(),
        }
    }
}
