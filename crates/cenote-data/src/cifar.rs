//! CIFAR-10 and CIFAR-100 as their authors publish them.

mod family;
mod names;
mod records;
mod source;

use std::path::Path;

use crate::{Dataset, Error, Example, Image, ImageLayout, ImageShape, Result};
use family::Family;
#[cfg(feature = "download")]
pub(crate) use family::{
    CIFAR10_BINARY_FILES, CIFAR10_PYTHON_FILES, CIFAR100_BINARY_FILES, CIFAR100_PYTHON_FILES,
};
pub(crate) use records::IMAGE_LEN;
use records::Records;

/// The shape of every CIFAR image.
pub(crate) const SHAPE: ImageShape = ImageShape::new(3, 32, 32);

/// Which part of a dataset.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Split {
    /// The 50,000 images to learn from.
    Train,
    /// The 10,000 images to test with.
    Test,
}

impl Split {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Train => "train",
            Self::Test => "test",
        }
    }
}

/// CIFAR-10: 60,000 colour images of 32 x 32 in ten classes, from
/// <https://www.cs.toronto.edu/~kriz/cifar.html>.
///
/// Read from either published layout, unpacked or not: a folder `cifar-10-batches-bin` or `cifar-10-batches-py`, or the
/// archive `cifar-10-binary.tar.gz` or `cifar-10-python.tar.gz`. The split's bytes stay in memory (31 MB for the test
/// images, 154 MB for the others), and each image is a view of them. An archive is read to its end, whose checksum counts.
/// Unlike torchvision this does not compare the files' md5, so that files of the same layout from elsewhere can be read, with
/// fewer images or with more: their lengths must be whole numbers of images, and their labels classes. So a file of the
/// binary layout that was cut exactly between two images is a shorter dataset, not an error; where the published images
/// are meant, compare [`len`](Dataset::len) with 50,000 or 10,000. (A cut archive or pickle is always an error.)
///
/// ```no_run
/// use cenote_data::{Cifar10, Dataset, Split};
///
/// let test = Cifar10::new("data", Split::Test)?;
/// let example = test.get(0)?;
/// println!("{} images, the first is a {}", test.len(), test.classes()[example.label as usize]);
/// # Ok::<(), cenote_data::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Cifar10 {
    records: Records,
    classes: Vec<String>,
}

impl Cifar10 {
    /// Reads one split. `root` is the folder that holds a published folder or archive, or is that itself.
    ///
    /// Folders come before archives and the binary layout before the python one. Only the split's own files are needed;
    /// the names of the classes are read from the folder where it has them.
    ///
    /// # Errors
    /// [`Error::NotFound`] with the list of what was looked for; [`Error::Malformed`] for a file that is truncated, of
    /// the wrong length or with a label above 9; [`Error::Pickle`]; [`Error::Io`], also for an archive that is cut or whose
    /// checksum is wrong.
    pub fn new(root: impl AsRef<Path>, split: Split) -> Result<Self> {
        let (records, [classes]) = family::read(&family::CIFAR10, root.as_ref(), split)?;
        Ok(Self { records, classes })
    }
}

impl Dataset for Cifar10 {
    fn len(&self) -> usize {
        self.records.len()
    }

    fn get(&self, index: usize) -> Result<Example<'_>> {
        self.check_index(index)?;
        self.records.example(index, 0)
    }

    fn classes(&self) -> &[String] {
        &self.classes
    }

    fn image_shape(&self) -> Option<ImageShape> {
        Some(SHAPE)
    }
}

/// CIFAR-100: 60,000 colour images of 32 x 32 in a hundred fine classes, which form twenty coarse ones, from
/// <https://www.cs.toronto.edu/~kriz/cifar.html>.
///
/// Layouts as for [`Cifar10`]: `cifar-100-binary`, `cifar-100-python`, and both archives. Labels are the fine ones, as
/// in torchvision; [`coarse`](Self::coarse) switches.
#[derive(Debug, Clone)]
pub struct Cifar100 {
    records: Records,
    fine_classes: Vec<String>,
    coarse_classes: Vec<String>,
    labels: usize,
}

/// The places of the labels in a CIFAR-100 record.
const COARSE: usize = 0;
const FINE: usize = 1;

impl Cifar100 {
    /// Reads one split; see [`Cifar10::new`] for what `root` may be.
    ///
    /// # Errors
    /// As [`Cifar10::new`]; a fine label is at most 99 and a coarse one at most 19.
    pub fn new(root: impl AsRef<Path>, split: Split) -> Result<Self> {
        let (records, classes) = family::read(&family::CIFAR100, root.as_ref(), split)?;
        let [coarse_classes, fine_classes] = classes;
        Ok(Self {
            records,
            fine_classes,
            coarse_classes,
            labels: FINE,
        })
    }

    /// The same images with the twenty coarse classes as labels.
    #[must_use]
    pub fn coarse(mut self) -> Self {
        self.labels = COARSE;
        self
    }
}

impl Dataset for Cifar100 {
    fn len(&self) -> usize {
        self.records.len()
    }

    fn get(&self, index: usize) -> Result<Example<'_>> {
        self.check_index(index)?;
        self.records.example(index, self.labels)
    }

    fn classes(&self) -> &[String] {
        if self.labels == FINE {
            &self.fine_classes
        } else {
            &self.coarse_classes
        }
    }

    fn image_shape(&self) -> Option<ImageShape> {
        Some(SHAPE)
    }
}

#[cfg(test)]
mod tests;
