//! Where exported values go: names that any file system takes, and files that are whole or not there.

use std::collections::HashSet;
use std::fs::{self, File};
use std::io::BufWriter;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// Places of files and folders, each given once.
pub(super) struct Places(HashSet<String>);

/// What the files of a tag end in, beside the names of files in a folder of its own.
const ENDINGS: [&str; 5] = ["", ".csv", ".jsonl", ".histogram.jsonl", ".tensor.jsonl"];

impl Places {
    /// All but those of `folders`.
    pub(super) fn beside(folders: impl IntoIterator<Item = PathBuf>) -> Self {
        Self(folders.into_iter().map(|folder| key(&folder)).collect())
    }

    /// A place below `folder` for what the tag holds, whatever of [`ENDINGS`] it gets. Where another has one of those, as
    /// `loss.csv` may have beside `loss`, a number follows the name.
    pub(super) fn take(&mut self, folder: &Path, tag: &str) -> PathBuf {
        let name = file_name(tag);
        let mut base = folder.join(&name);
        let mut number = 1;
        loop {
            let keys = ENDINGS.map(|ending| key(&with_ending(&base, ending)));
            if keys.iter().all(|key| !self.0.contains(key)) {
                self.0.extend(keys);
                return base;
            }
            base = folder.join(format!("{name}~{number}"));
            number += 1;
        }
    }
}

/// One text for all names that some file system takes for one.
fn key(path: &Path) -> String {
    path.to_string_lossy().to_lowercase()
}

/// Where the values of a run go.
pub(super) fn folder(directory: &Path, run: &str) -> PathBuf {
    let parts = run.split('/').filter(|part| *part != ".").map(file_name);
    parts.fold(directory.to_owned(), |path, part| path.join(part))
}

/// Bytes of a name that any file system takes, beside an ending of ours.
const MOST_NAME: usize = 200;

/// One name of a file for any tag: what a file system may not take is written `%` and two hexadecimal digits, and the end of a
/// long one is a checksum.
fn file_name(tag: &str) -> String {
    let mut name = String::new();
    for (i, byte) in tag.bytes().enumerate() {
        let plain =
            byte.is_ascii_alphanumeric() || b"-_+=@, ".contains(&byte) || (byte == b'.' && i > 0);
        if plain {
            name.push(char::from(byte));
        } else {
            name += &format!("%{byte:02x}");
        }
    }
    if name.len() > MOST_NAME {
        // Names that begin alike stay apart.
        name.truncate(MOST_NAME - 9);
        name += &format!("%{:08x}", crc32c::crc32c(tag.as_bytes()));
    }
    if name.is_empty() {
        "%".to_owned()
    } else {
        name
    }
}

pub(super) fn with_ending(base: &Path, ending: &str) -> PathBuf {
    let mut path = base.as_os_str().to_owned();
    path.push(ending);
    path.into()
}

/// Writes a file beside its place, under a name that no other export has, and moves it there when it is whole.
pub(super) fn write(
    path: &Path,
    write: impl FnOnce(&mut BufWriter<File>) -> Result<()>,
) -> Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder).with_context(|| format!("cannot create {}", folder.display()))?;
    let part = with_ending(path, &format!(".{}.part", std::process::id()));
    let attempt = || -> Result<()> {
        let mut file = BufWriter::new(File::create(&part)?);
        write(&mut file)?;
        file.into_inner()?;
        Ok(fs::rename(&part, path)?)
    };
    attempt()
        .inspect_err(|_| drop(fs::remove_file(&part)))
        .with_context(|| format!("cannot write {}", path.display()))
}
