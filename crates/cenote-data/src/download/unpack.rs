//! From an archive to a folder, all of it or nothing.

use std::fs::{self, File};
use std::io::{Read, Write};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use tar::EntryType;

use super::{Archive, Progress, report};
use crate::archive::{self, Unzipped};
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

/// One file or folder of the archive.
struct Entry<'n, 'a> {
    /// As the archive spells it.
    path: &'n Path,
    data: tar::Entry<'a, Unzipped>,
}

struct Unpacking<'a> {
    archive: &'a Archive,
    path: &'a Path,
    into: &'a Path,
}

impl Unpacking<'_> {
    fn run(&self, progress: &mut dyn FnMut(Progress) -> ControlFlow<()>) -> Result<()> {
        // Headers and padding count too: room for them, so that the limit of the files comes first.
        let limit = self
            .archive
            .size_limit
            .saturating_mul(2)
            .saturating_add(1 << 20);
        let (mut number, mut written) = (0, 0);
        archive::read_entries(self.path, limit, |path, data| {
            if number == MOST_ENTRIES {
                return Err(self.refused(path, format!("is one of more than {MOST_ENTRIES}")));
            }
            number += 1;
            self.entry(Entry { path, data }, &mut written, progress)
        })?;
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
        mut entry: Entry<'_, '_>,
        written: &mut u64,
        progress: &mut dyn FnMut(Progress) -> ControlFlow<()>,
    ) -> Result<()> {
        let target = self.target(entry.path)?;
        match entry.data.header().entry_type() {
            EntryType::Directory => {
                return fs::create_dir_all(&target)
                    .map_err(|source| Error::io("make the folder", &target, source));
            }
            EntryType::Regular => {}
            other => {
                return Err(self.refused(
                    entry.path,
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
            let count = entry.data.read(&mut buffer);
            let count = count.map_err(|source| archive::damaged(self.path, source))?;
            if count == 0 {
                return file.sync_all().map_err(unwritable);
            }
            *written += count as u64;
            if *written > self.archive.size_limit {
                let limit = self.archive.size_limit;
                return Err(self.refused(
                    entry.path,
                    format!("goes beyond the {limit} bytes that the archive can unpack to"),
                ));
            }
            file.write_all(&buffer[..count]).map_err(unwritable)?;
        }
    }

    /// Where an entry goes: below the temporary folder, whatever it says.
    fn target(&self, entry: &Path) -> Result<PathBuf> {
        let parts = archive::parts(entry).ok_or_else(|| {
            self.refused(entry, "climbs out of the folder it is unpacked in".into())
        })?;
        Ok(self.into.join(PathBuf::from_iter(parts)))
    }

    fn refused(&self, entry: &Path, reason: String) -> Error {
        Error::Unpack {
            archive: self.path.to_owned(),
            entry: entry.to_string_lossy().chars().take(200).collect(),
            reason,
        }
    }
}
