//! Where a split's files are, unpacked or in an archive, and their bytes.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Component, Path, PathBuf};

use flate2::bufread::GzDecoder;
use tar::{Archive, Entry, EntryType};

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

/// Reads a split straight from a `.tar.gz` of either layout: to its end, where gzip has the checksum of what it holds.
fn read_archive<'f>(family: &'f Family, path: &Path, split: Split) -> Result<Found<'f>> {
    let damaged = |source| Error::io("read the gzipped tar archive", path, source);
    let file = File::open(path).map_err(|source| Error::io("open", path, source))?;
    let members = Members(Some(GzDecoder::new(BufReader::with_capacity(
        1 << 16,
        file,
    ))));
    let mut archive = Archive::new(members.take(ARCHIVE_LIMIT));
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
        let bytes = read_entry(entry).map_err(damaged)?;
        found[layout][place] = Some(within_limit(&path.join(&member), bytes)?);
    }
    finish(archive.into_inner()).map_err(damaged)?;
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

/// The bytes of one entry: as many as its header says, up to the limit and one.
fn read_entry(entry: Entry<'_, impl Read>) -> io::Result<Vec<u8>> {
    let expected = entry.size().min(FILE_LIMIT + 1);
    let mut bytes = Vec::new();
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

/// What a gzip file holds, member after member. What follows the last one and begins none is ignored, as gzip does:
/// padding, most often.
struct Members<R>(Option<GzDecoder<R>>);

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
fn finish(mut rest: io::Take<impl Read>) -> io::Result<()> {
    io::copy(&mut rest, &mut io::sink())?;
    if rest.limit() == 0 {
        let reason = format!(
            "it unpacks to {ARCHIVE_LIMIT} bytes or more, which no published one does; get the published archive"
        );
        return Err(io::Error::other(reason));
    }
    Ok(())
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
