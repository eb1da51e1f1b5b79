//! Where a split's files are, unpacked or in an archive, and their bytes.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use tar::{Entry, EntryType};

use super::family::{Family, Layout};
use super::{Error, Result, Split};
use crate::archive;

/// The largest file that is read. The largest that is published has 154 MB.
const FILE_LIMIT: u64 = 1 << 28;

/// The largest archive that is searched, once decompressed. The largest that is published has 187 MB.
const ARCHIVE_LIMIT: u64 = 1 << 29;

/// How many bytes one byte of deflate can stand for.
const MOST_OF_A_BYTE: u64 = 1032;

/// A split that was found, with the bytes of its files in their order.
pub(super) struct Found<'f> {
    pub(super) layout: &'f Layout,
    /// The folder of the files, where they are no part of an archive.
    pub(super) folder: Option<PathBuf>,
    pub(super) files: Vec<(PathBuf, Vec<u8>)>,
}

/// Finds and reads the files of `split` in or at `root`.
pub(super) fn find<'f>(family: &'f Family, root: &Path, split: Split) -> Result<Found<'f>> {
    let mut looked_for = Vec::new();
    if root.is_file() {
        return read_archive(family, root, split);
    }
    for layout in &family.layouts {
        let files = layout.files(split);
        for folder in [root.join(layout.folder), root.to_owned()] {
            let missing: Vec<_> = files
                .iter()
                .filter(|file| !folder.join(file).is_file())
                .copied()
                .collect();
            if missing.is_empty() {
                return read_folder(layout, folder, split);
            }
            if folder != root {
                looked_for.push(describe(&folder, files, &missing));
            }
        }
    }
    for layout in &family.layouts {
        let archive = root.join(layout.archive);
        if archive.is_file() {
            return read_archive(family, &archive, split);
        }
        looked_for.push(layout.archive.to_owned());
    }
    let advice = if root.exists() {
        "name the folder that holds one of these, or that folder or archive itself, or download the dataset"
    } else {
        "this folder does not exist: name another, or download the dataset into it"
    };
    Err(not_found(family, root, split, (looked_for, advice)))
}

fn not_found(
    family: &Family,
    root: &Path,
    split: Split,
    (looked_for, advice): (Vec<String>, &str),
) -> Error {
    Error::NotFound {
        dataset: format!("{} {} split", family.name, split.name()),
        root: root.to_owned(),
        looked_for,
        advice: advice.to_owned(),
    }
}

/// A folder of the search, with what it lacks if it has anything.
fn describe(folder: &Path, files: &[&str], missing: &[&str]) -> String {
    let name = folder.file_name().unwrap_or_default().to_string_lossy();
    if folder.is_dir() && missing.len() < files.len() {
        format!("{name} (which lacks {})", missing.join(", "))
    } else {
        format!("{name}/{}", files.join(&format!(", {name}/")))
    }
}

fn read_folder(layout: &Layout, folder: PathBuf, split: Split) -> Result<Found<'_>> {
    let read = |file: &&str| {
        let path = folder.join(file);
        let bytes = read_file(&path)?;
        Ok((path, bytes))
    };
    let files = layout
        .files(split)
        .iter()
        .map(read)
        .collect::<Result<_>>()?;
    Ok(Found {
        layout,
        folder: Some(folder),
        files,
    })
}

/// The bytes of one file, which must not be larger than anything published.
pub(super) fn read_file(path: &Path) -> Result<Vec<u8>> {
    let read = || -> io::Result<Vec<u8>> {
        let file = File::open(path)?;
        let size = file.metadata()?.len().min(FILE_LIMIT);
        let mut bytes = Vec::with_capacity(usize::try_from(size).unwrap_or(0) + 1);
        file.take(FILE_LIMIT + 1).read_to_end(&mut bytes)?;
        Ok(bytes)
    };
    let bytes = read().map_err(|source| Error::io("read", path, source))?;
    within_limit(path, bytes)
}

fn within_limit(path: &Path, bytes: Vec<u8>) -> Result<Vec<u8>> {
    if bytes.len() as u64 > FILE_LIMIT {
        return Err(Error::malformed(
            path,
            format!("larger than {FILE_LIMIT} bytes, which no published batch is"),
        ));
    }
    Ok(bytes)
}

/// Reads a split straight from a `.tar.gz` of either layout.
fn read_archive<'f>(family: &'f Family, path: &Path, split: Split) -> Result<Found<'f>> {
    let room = fs::metadata(path)
        .map_err(|source| Error::io("open", path, source))?
        .len()
        .saturating_mul(MOST_OF_A_BYTE);
    let mut found: [Vec<Option<Vec<u8>>>; 2] =
        [0, 1].map(|layout| vec![None; family.layouts[layout].files(split).len()]);
    archive::read_entries(path, ARCHIVE_LIMIT, |name, entry| {
        if entry.header().entry_type() != EntryType::Regular {
            return Ok(());
        }
        if let Some((layout, place)) = place_of(family, split, name) {
            let bytes = read_entry(entry, room).map_err(|source| archive::damaged(path, source))?;
            found[layout][place] = Some(within_limit(&path.join(name), bytes)?);
        }
        Ok(())
    })?;
    for (layout, found) in family.layouts.iter().zip(found) {
        let names = layout.files(split).iter().map(|file| path.join(file));
        let files: Option<Vec<_>> = found.into_iter().collect();
        if let Some(files) = files {
            return Ok(Found {
                layout,
                folder: None,
                files: names.zip(files).collect(),
            });
        }
    }
    let looked_for = family.layouts.iter().map(|layout| {
        let files = layout.files(split);
        format!(
            "{}/{}",
            layout.folder,
            files.join(&format!(", {}/", layout.folder))
        )
    });
    let advice = "the archive ends without them: get the published one";
    Err(not_found(
        family,
        path,
        split,
        (looked_for.collect(), advice),
    ))
}

/// The bytes of one entry: as many as its header says, up to the limit and one. What it says is reserved as far as the
/// archive can hold it.
fn read_entry(entry: Entry<'_, impl Read>, room: u64) -> io::Result<Vec<u8>> {
    let expected = entry.size().min(FILE_LIMIT + 1);
    let mut bytes = Vec::new();
    bytes.try_reserve_exact(usize::try_from(expected.min(room)).unwrap_or(usize::MAX))?;
    entry.take(FILE_LIMIT + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 != expected {
        let reason = format!(
            "a file in it is cut: {} of {expected} bytes are there; get the archive again",
            bytes.len()
        );
        return Err(io::Error::new(io::ErrorKind::UnexpectedEof, reason));
    }
    Ok(bytes)
}

/// Which file of which layout a member of an archive is.
fn place_of(family: &Family, split: Split, member: &Path) -> Option<(usize, usize)> {
    let parts = archive::parts(member)?;
    let &[folder, name] = parts.as_slice() else {
        return None;
    };
    family
        .layouts
        .iter()
        .enumerate()
        .find_map(|(index, layout)| {
            let place = layout.files(split).iter().position(|file| name == *file)?;
            (folder == layout.folder).then_some((index, place))
        })
}
