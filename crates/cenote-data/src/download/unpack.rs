//! From an archive to a folder, all of it or nothing.

use std::fs::{self, File};
use std::io::{BufReader, Read, Write};
use std::ops::ControlFlow;
use std::path::{Component, Path, PathBuf};

use flate2::read::GzDecoder;
use tar::{Entry, EntryType};

use super::{Archive, Progress, report};
use crate::{Error, Result};

/// More entries than this are not unpacked. The published archives have up to nine.
const MOST_ENTRIES: usize = 1000;

/// Unpacks `path` beside itself.
pub(super) fn unpack(
    archive: &Archive,
    path: &Path,
    progress: &mut dyn FnMut(Progress) -> ControlFlow<()>,
) -> Result<()> {
    let root = path.parent().unwrap_or(Path::new("."));
    let temporary = tempfile::Builder::new()
        .prefix(".cenote-unpacking-")
        .tempdir_in(root)
        .map_err(|source| Error::io("make a temporary folder in", root, source))?;
    let unpacking = Unpacking {
        archive,
        path,
        into: temporary.path(),
    };
    unpacking.run(progress)?;
    let folder = root.join(&*archive.folder);
    match fs::rename(temporary.path().join(&*archive.folder), &folder) {
        // Another process was faster.
        Err(_) if folder.is_dir() => Ok(()),
        renamed => {
            renamed.map_err(|source| Error::io("rename the unpacked folder to", &folder, source))
        }
    }
}

struct Unpacking<'a> {
    archive: &'a Archive,
    path: &'a Path,
    into: &'a Path,
}

impl Unpacking<'_> {
    fn run(&self, progress: &mut dyn FnMut(Progress) -> ControlFlow<()>) -> Result<()> {
        let file = File::open(self.path).map_err(|source| Error::io("open", self.path, source))?;
        let decoder = GzDecoder::new(BufReader::with_capacity(1 << 16, file));
        // Headers and padding count too: room for them, so that the limit of the files comes first.
        let bounded = decoder.take(
            self.archive
                .size_limit
                .saturating_mul(2)
                .saturating_add(1 << 20),
        );
        let mut tar = tar::Archive::new(bounded);
        let mut written = 0;
        for (number, entry) in tar.entries().map_err(|e| self.damaged(e))?.enumerate() {
            let entry = entry.map_err(|e| self.damaged(e))?;
            if number == MOST_ENTRIES {
                return Err(self.refused(&entry, format!("is one of more than {MOST_ENTRIES}")));
            }
            self.entry(entry, &mut written, progress)?;
        }
        let missing = self.archive.missing(&self.into.join(&*self.archive.folder));
        if missing.is_empty() {
            return Ok(());
        }
        let reason = format!(
            "the archive lacks {} in {}",
            missing.join(", "),
            self.archive.folder
        );
        Err(Error::malformed(self.path, reason))
    }

    fn entry(
        &self,
        mut entry: Entry<'_, impl Read>,
        written: &mut u64,
        progress: &mut dyn FnMut(Progress) -> ControlFlow<()>,
    ) -> Result<()> {
        let target = self.target(&entry)?;
        match entry.header().entry_type() {
            EntryType::XGlobalHeader => return Ok(()),
            EntryType::Directory => {
                return fs::create_dir_all(&target)
                    .map_err(|source| Error::io("make the folder", &target, source));
            }
            EntryType::Regular => {}
            other => {
                return Err(self.refused(
                    &entry,
                    format!("is a {other:?}; only files and folders are unpacked"),
                ));
            }
        }
        let unwritable = |source| Error::io("write", &target, source);
        if let Some(parent) = target.parent() {
            fs::create_dir_all(parent).map_err(unwritable)?;
        }
        let mut file = File::create_new(&target).map_err(unwritable)?;
        let mut buffer = vec![0; 1 << 18];
        loop {
            report(progress, Progress::Unpacking { written: *written })?;
            let count = entry.read(&mut buffer).map_err(|e| self.damaged(e))?;
            if count == 0 {
                return file.sync_all().map_err(unwritable);
            }
            *written += count as u64;
            if *written > self.archive.size_limit {
                let limit = self.archive.size_limit;
                return Err(self.refused(
                    &entry,
                    format!("goes beyond the {limit} bytes that the archive can unpack to"),
                ));
            }
            file.write_all(&buffer[..count]).map_err(unwritable)?;
        }
    }

    /// Where an entry goes: below the temporary folder, whatever it says.
    fn target(&self, entry: &Entry<'_, impl Read>) -> Result<PathBuf> {
        let path = entry.path().map_err(|e| self.damaged(e))?;
        let mut target = self.into.to_owned();
        for component in path.components() {
            match component {
                Component::CurDir => {}
                Component::Normal(name) => target.push(name),
                _ => {
                    return Err(
                        self.refused(entry, "climbs out of the folder it is unpacked in".into())
                    );
                }
            }
        }
        Ok(target)
    }

    fn refused(&self, entry: &Entry<'_, impl Read>, reason: String) -> Error {
        Error::Unpack {
            archive: self.path.to_owned(),
            entry: String::from_utf8_lossy(&entry.path_bytes())
                .chars()
                .take(200)
                .collect(),
            reason,
        }
    }

    fn damaged(&self, source: std::io::Error) -> Error {
        Error::io("read the gzipped tar archive", self.path, source)
    }
}
