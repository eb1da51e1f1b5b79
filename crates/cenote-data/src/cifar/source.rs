//! Where a split's files are, unpacked or in an archive, and their bytes.

use std::fs::File;
use std::io::{BufReader, Read};
use std::path::{Component, Path, PathBuf};

use flate2::read::GzDecoder;
use tar::{Archive, EntryType};

use super::family::{Family, Layout};
use super::{Error, Result, Split};

/// The largest file that is read. The largest that is published has 154 MB.
const FILE_LIMIT: u64 = 1 << 28;

/// The largest archive that is searched, once decompressed. The largest that is published has 187 MB.
const ARCHIVE_LIMIT: u64 = 1 << 29;

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
    let read = || -> std::io::Result<Vec<u8>> {
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

/// Reads a split straight from a `.tar.gz` of either layout, and no further than needed.
fn read_archive<'f>(family: &'f Family, path: &Path, split: Split) -> Result<Found<'f>> {
    let damaged = |source| Error::io("read the gzipped tar archive", path, source);
    let file = File::open(path).map_err(|source| Error::io("open", path, source))?;
    let decoder = GzDecoder::new(BufReader::with_capacity(1 << 16, file)).take(ARCHIVE_LIMIT);
    let mut archive = Archive::new(decoder);
    let mut found: [Vec<Option<Vec<u8>>>; 2] =
        [0, 1].map(|layout| vec![None; family.layouts[layout].files(split).len()]);
    for entry in archive.entries().map_err(damaged)? {
        let entry = entry.map_err(damaged)?;
        if entry.header().entry_type() != EntryType::Regular {
            continue;
        }
        let member = entry.path().map_err(damaged)?.into_owned();
        let Some((layout, place)) = place_of(family, split, &member) else {
            continue;
        };
        let mut bytes = Vec::new();
        entry
            .take(FILE_LIMIT + 1)
            .read_to_end(&mut bytes)
            .map_err(damaged)?;
        found[layout][place] = Some(within_limit(&path.join(&member), bytes)?);
        if found[layout].iter().all(Option::is_some) {
            let names = family.layouts[layout]
                .files(split)
                .iter()
                .map(|file| path.join(file));
            let files = names
                .zip(found[layout].iter_mut().filter_map(Option::take))
                .collect();
            return Ok(Found {
                layout: &family.layouts[layout],
                folder: None,
                files,
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

/// Which file of which layout a member of an archive is.
fn place_of(family: &Family, split: Split, member: &Path) -> Option<(usize, usize)> {
    let parts: Vec<_> = member
        .components()
        .filter(|part| *part != Component::CurDir)
        .map(|part| part.as_os_str())
        .collect();
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
