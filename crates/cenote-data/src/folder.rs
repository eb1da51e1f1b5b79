//! Folders of pictures.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::str::Utf8Chunk;
use std::{fs, io};

use walkdir::WalkDir;

use crate::{Dataset, Error, Example, Image, Result};

/// The endings that make a file a picture, as in torchvision; capitals do not matter.
pub const IMAGE_EXTENSIONS: [&str; 9] = [
    "jpg", "jpeg", "png", "ppm", "bmp", "pgm", "tif", "tiff", "webp",
];

/// Pictures in one subfolder for each class: torchvision's `ImageFolder`.
///
/// The classes are the names of the subfolders, sorted; a class has the pictures of its folder and of all folders
/// below, sorted too. Links are followed, except in circles; a link to nothing is passed over, or listed where its name
/// is a picture's, and is then an error when it is asked for.
///
/// Each picture is decoded when it is asked for, as red, green and blue. Grey is repeated, and transparency is dropped. Of
/// 16 bits the high 8 are kept, except that the levels of PPM and PGM are rescaled and rounded; both are Pillow's way.
/// [`Image::open`] reads one picture in the same way.
///
/// Where this and Pillow 13 differ, with the same files in hand:
/// - A TIFF is refused here if it has a palette, is grey with opacity, in CIELab or YCbCr (with any compression), of 32-bit
///   numbers, or compressed by CCITT group 3 (group 4 is read).
/// - A plain PGM or PPM (P2, P3) with a comment among its levels is refused here, and so is PFM. One with a level above its
///   brightest is read here, and refused by Pillow.
/// - A grey picture of 16 bits is almost white in Pillow, which cuts its levels off at 255: here it is not.
/// - A BMP of 16 bits for each pixel differs by 1 in half of its levels. JPEG, below, differs by more.
///
/// A file that was cut is refused, as by Pillow, and so is a JPEG whose data are damaged so that they cannot be followed,
/// which Pillow shows in wrong colours from there on.
///
/// A file cannot claim to be larger than it can be: a picture may decode to 64 MiB, and to 2,048 bytes more for each byte
/// of its file, but never to more than 536,870,910 bytes, which is Pillow's limit of pixels in red, green and blue. Only
/// then is anything of that size allocated, up to four times of it while the picture is decoded. Pictures of one colour
/// that have more than 22 million pixels, and are WebP without loss or black and white, may be refused for that.
///
/// Pictures may differ in size; before a [`DataLoader`](crate::DataLoader) can put them into one batch, they need
/// [`Resize`](crate::transforms::Resize) and [`CenterCrop`](crate::transforms::CenterCrop). The pixels are torchvision's
/// but for the list above, and for JPEG, whose decoders do not agree to the last level: on three photographs 1 to 6 % of
/// the bytes differed, by 4 levels at most. Where colours have half the resolution and the picture is noisy, a quarter may
/// differ, by up to 6. A JPEG inside a TIFF differs by 1.
///
/// Of torchvision's arguments there are none here: a class without pictures is always an error (`allow_empty`), a picture
/// is what its ending says (`is_valid_file`) and read by this crate (`loader`), and labels are what they are
/// (`target_transform`): a [`Dataset`] of your own around this one can do otherwise.
///
/// ```no_run
/// use cenote_data::transforms::{CenterCrop, Compose, Resize};
/// use cenote_data::{DataLoader, ImageFolder};
///
/// let pictures = ImageFolder::new("pictures")?;
/// let transform = Compose::new().then(Resize::new(256)).then(CenterCrop::new(224));
/// let loader = DataLoader::builder(pictures).batch_size(32).transform(transform).num_workers(4).build()?;
/// # Ok::<(), cenote_data::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct ImageFolder {
    classes: Vec<String>,
    samples: Vec<(PathBuf, i64)>,
}

impl ImageFolder {
    /// Lists the pictures; decodes none.
    ///
    /// # Errors
    /// [`Error::NotFound`] where `root` has no subfolder; [`Error::Malformed`] where a subfolder has no picture, as in
    /// torchvision; [`Error::Io`].
    pub fn new(root: impl AsRef<Path>) -> Result<Self> {
        let root = root.as_ref();
        let folders = class_folders(root)?;
        let mut samples = Vec::new();
        let mut empty = Vec::new();
        for (label, (name, folder)) in (0..).zip(&folders) {
            let pictures = pictures_below(folder)?;
            if pictures.is_empty() {
                empty.push(name.as_str());
            }
            samples.extend(pictures.into_iter().map(|path| (path, label)));
        }
        if !empty.is_empty() {
            let reason = format!(
                "no picture for the classes {}: add some or take these folders away; pictures end in .{}",
                empty.join(", "),
                IMAGE_EXTENSIONS.join(", .")
            );
            return Err(Error::malformed(root, reason));
        }
        let classes = folders.into_iter().map(|(name, _)| name).collect();
        Ok(Self { classes, samples })
    }

    /// Each picture's path and class, in the order of the indices.
    pub fn samples(&self) -> &[(PathBuf, i64)] {
        &self.samples
    }
}

impl Dataset for ImageFolder {
    fn len(&self) -> usize {
        self.samples.len()
    }

    fn get(&self, index: usize) -> Result<Example<'_>> {
        self.check_index(index)?;
        let (path, label) = &self.samples[index];
        Ok(Example {
            image: Image::open(path)?,
            label: *label,
        })
    }

    fn classes(&self) -> &[String] {
        &self.classes
    }
}

/// The subfolders of `root` by name.
fn class_folders(root: &Path) -> Result<Vec<(String, PathBuf)>> {
    let failed = |source| Error::io("list the folder", root, source);
    let mut folders = Vec::new();
    for entry in fs::read_dir(root).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let path = entry.path();
        if path.is_dir() {
            folders.push((class_name(&entry.file_name()), path));
        }
    }
    if folders.is_empty() {
        return Err(Error::NotFound {
            dataset: "folder of pictures".to_owned(),
            root: root.to_owned(),
            looked_for: vec!["subfolders".to_owned()],
            advice: "put the pictures into one subfolder for each class".to_owned(),
        });
    }
    folders.sort();
    Ok(folders)
}

/// A folder's name as text. Bytes that are none are written as `\xff`: two such folders keep names of their own.
fn class_name(folder: &OsStr) -> String {
    let text = |chunk: Utf8Chunk<'_>| {
        let bytes = chunk.invalid().iter().map(|byte| format!("\\x{byte:02x}"));
        [chunk.valid().to_owned()]
            .into_iter()
            .chain(bytes)
            .collect::<String>()
    };
    folder.as_encoded_bytes().utf8_chunks().map(text).collect()
}

/// Every picture in and below a folder, in the order in which torchvision finds them: by folder, then by name.
fn pictures_below(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut pictures = BTreeSet::new();
    let mut insert = |path: &Path| {
        let parent = path.parent().unwrap_or(folder).as_os_str().to_owned();
        pictures.insert((parent, path.file_name().unwrap_or_default().to_owned()));
    };
    for entry in WalkDir::new(folder).follow_links(true) {
        match entry {
            Ok(entry) if entry.file_type().is_file() && is_image_file(entry.path()) => {
                insert(entry.path());
            }
            Ok(_) => {}
            // A link to a folder that it lies in: everything there is listed already.
            Err(error) if error.loop_ancestor().is_some() => {}
            Err(error) => {
                let path = error.path().unwrap_or(folder).to_owned();
                if !path.is_symlink() || path.exists() {
                    let unknown = || io::Error::other("it cannot be listed");
                    let source = error.into_io_error().unwrap_or_else(unknown);
                    return Err(Error::io("list", &path, source));
                }
                // A link to nothing. Where it claims to be a picture, that is an error once the picture is asked for.
                if is_image_file(&path) {
                    insert(&path);
                }
            }
        }
    }
    Ok(pictures
        .into_iter()
        .map(|(parent, name)| Path::new(&parent).join(name))
        .collect())
}

/// Whether a path ends as a picture's does, in one of [`IMAGE_EXTENSIONS`]: torchvision's `is_image_file`. The file is not
/// looked at.
///
/// ```
/// use cenote_data::is_image_file;
///
/// assert!(is_image_file("cats/1.JPG") && !is_image_file("cats/notes.txt") && !is_image_file("png"));
/// ```
pub fn is_image_file(path: impl AsRef<Path>) -> bool {
    let extension = path.as_ref().extension().unwrap_or_default();
    IMAGE_EXTENSIONS
        .iter()
        .any(|known| extension.eq_ignore_ascii_case(known))
}

#[cfg(test)]
mod tests;
