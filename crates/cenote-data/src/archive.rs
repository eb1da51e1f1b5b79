//! Gzipped tar archives, entry by entry, in memory that does not depend on what they claim.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Component, Path, PathBuf};

use flate2::bufread::GzDecoder;
use tar::{Entry, EntryType, PaxExtensions};

use crate::{Error, Result};

/// The longest record that says something of the entry after it, for instance its long name.
const LONGEST_RECORD: u64 = 1 << 16;

/// The bytes of an archive once decompressed.
pub(crate) type Unzipped = io::Take<Members<BufReader<File>>>;

/// Calls `visit` with each entry of the archive at `path` and the entry's path, and reads on to the end of the file, where
/// gzip has the checksum of what it holds. An archive that unpacks to `limit` bytes or more is an error.
pub(crate) fn read_entries(
    path: &Path,
    limit: u64,
    mut visit: impl FnMut(&Path, Entry<'_, Unzipped>) -> Result<()>,
) -> Result<()> {
    let damaged = |source| damaged(path, source);
    let file = File::open(path).map_err(|source| Error::io("open", path, source))?;
    let file = BufReader::with_capacity(1 << 16, file);
    let members = Members(Some(GzDecoder::new(file)));
    let mut tar = tar::Archive::new(members.take(limit));
    let mut long_name = None;
    // The crate `tar` would read the records about the next entry whole, however long they are: raw, it leaves them to us.
    for entry in tar.entries().map_err(damaged)?.raw(true) {
        let entry = entry.map_err(damaged)?;
        match entry.header().entry_type() {
            EntryType::GNULongName => {
                long_name = record(entry).and_then(gnu_name).map_err(damaged)?
            }
            EntryType::XHeader => {
                let name = record(entry).and_then(pax_name).map_err(damaged)?;
                long_name = name.or(long_name);
            }
            EntryType::XGlobalHeader | EntryType::GNULongLink => {}
            _ => {
                let short_name = || entry.path().map(|name| name.into_owned());
                let name = long_name.take().map_or_else(short_name, Ok);
                visit(&name.map_err(damaged)?, entry)?;
            }
        }
    }
    finish(tar.into_inner(), limit).map_err(damaged)
}

/// An archive that cannot be read.
pub(crate) fn damaged(path: &Path, source: io::Error) -> Error {
    Error::io("read the gzipped tar archive", path, source)
}

/// The folders and the name in an entry's path; `None` where it is absolute or climbs up.
pub(crate) fn parts(path: &Path) -> Option<Vec<&OsStr>> {
    path.components()
        .filter(|part| *part != Component::CurDir)
        .map(|part| match part {
            Component::Normal(name) => Some(name),
            _ => None,
        })
        .collect()
}

/// What a record says.
fn record(entry: Entry<'_, Unzipped>) -> io::Result<Vec<u8>> {
    let size = entry.size();
    if size > LONGEST_RECORD {
        return Err(io::Error::other(format!(
            "a record of {size} bytes about one entry; at most {LONGEST_RECORD} are read: get the archive again"
        )));
    }
    let mut bytes = Vec::new();
    entry.take(size).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// The name in a record of GNU's kind, which ends in a zero byte.
fn gnu_name(record: Vec<u8>) -> io::Result<Option<PathBuf>> {
    let name = record.strip_suffix(&[0]).unwrap_or(&record);
    as_path(name).map(Some)
}

/// The name in a record of POSIX's kind, if it has one: it may be about other things.
fn pax_name(record: Vec<u8>) -> io::Result<Option<PathBuf>> {
    for field in PaxExtensions::new(&record) {
        let field = field?;
        if field.key_bytes() == b"path" {
            return as_path(field.value_bytes()).map(Some);
        }
    }
    Ok(None)
}

fn as_path(name: &[u8]) -> io::Result<PathBuf> {
    std::str::from_utf8(name).map(PathBuf::from).map_err(|_| {
        io::Error::other("a long name that is not UTF-8: pack the archive again with shorter names")
    })
}

/// What a gzip file holds, member after member. What follows the last one and begins none is ignored, as gzip does:
/// padding, most often.
pub(crate) struct Members<R>(Option<GzDecoder<R>>);

impl<R: BufRead> Read for Members<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        const FIRST_BYTE: u8 = 0x1f;
        while let Some(member) = &mut self.0 {
            let len = member.read(buffer)?;
            if len > 0 || buffer.is_empty() {
                return Ok(len);
            }
            let mut rest = self.0.take().map(GzDecoder::into_inner);
            let next = rest.as_mut().map_or(Ok(&[][..]), BufRead::fill_buf)?;
            if next.first() == Some(&FIRST_BYTE) {
                self.0 = rest.map(GzDecoder::new);
            }
        }
        Ok(0)
    }
}

/// Reads what follows the last entry, so that the decoder compares its checksums.
fn finish(mut rest: Unzipped, limit: u64) -> io::Result<()> {
    io::copy(&mut rest, &mut io::sink())?;
    if rest.limit() == 0 {
        return Err(io::Error::other(format!(
            "it unpacks to {limit} bytes or more, which no published one does; get the published archive"
        )));
    }
    Ok(())
}
