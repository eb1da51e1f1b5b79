//! The images and labels of a split, over the bytes of its files.

use std::path::Path;

use super::{Error, Example, Family, Image, ImageLayout, Result, SHAPE};
use crate::pickle::{self, ArrayBytes};

/// Bytes of one image.
pub(crate) const IMAGE_LEN: usize = SHAPE.channels * SHAPE.height * SHAPE.width;

/// The images of one file, at equal distances in its bytes.
#[derive(Debug, Clone)]
struct Block {
    bytes: Vec<u8>,
    /// Where the first image begins.
    first: usize,
    /// From one image to the next.
    stride: usize,
    len: usize,
}

/// All images of a split, and their labels of each kind (one for CIFAR-10, coarse and fine for CIFAR-100).
#[derive(Debug, Clone)]
pub(crate) struct Records {
    blocks: Vec<Block>,
    labels: Vec<Vec<u8>>,
}

impl Records {
    /// No images yet, with so many kinds of labels.
    pub(crate) fn new(kinds: usize) -> Self {
        Self {
            blocks: Vec::new(),
            labels: vec![Vec::new(); kinds],
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.blocks.iter().map(|block| block.len).sum()
    }

    /// The example at an index that exists, with the label of one kind.
    pub(crate) fn example(&self, index: usize, kind: usize) -> Result<Example<'_>> {
        let mut place = index;
        let block = self.blocks.iter().find(|block| {
            let here = place < block.len;
            if !here {
                place -= block.len;
            }
            here
        });
        let block = block.ok_or(Error::Index {
            index,
            len: self.len(),
        })?;
        let start = block.first + place * block.stride;
        let image = Image::new(
            SHAPE,
            ImageLayout::Chw,
            &block.bytes[start..start + IMAGE_LEN],
        )?;
        Ok(Example {
            image,
            label: self.labels[kind][index].into(),
        })
    }

    /// Adds a file of the binary layout: records of the labels, one byte each, and the image.
    pub(crate) fn add_binary(
        &mut self,
        family: &Family,
        path: &Path,
        bytes: Vec<u8>,
    ) -> Result<()> {
        let kinds = family.labels.len();
        let stride = kinds + IMAGE_LEN;
        if bytes.is_empty() || !bytes.len().is_multiple_of(stride) {
            return Err(Error::malformed(
                path,
                format!(
                    "{} bytes are no whole number of {stride}-byte records ({kinds} label and {IMAGE_LEN} pixel \
                     bytes): the file is truncated or no {} batch (10000 images are {} bytes); get it again",
                    bytes.len(),
                    family.name,
                    10_000 * stride,
                ),
            ));
        }
        for (kind, labels) in self.labels.iter_mut().enumerate() {
            let of_kind = bytes.iter().skip(kind).step_by(stride);
            labels.extend(check_labels(
                family,
                kind,
                path,
                of_kind.map(|&label| label.into()),
            )?);
        }
        let len = bytes.len() / stride;
        self.blocks.push(Block {
            bytes,
            first: kinds,
            stride,
            len,
        });
        Ok(())
    }

    /// Adds a file of the python layout: a pickled dict of lists of labels and an array of images.
    pub(crate) fn add_pickle(
        &mut self,
        family: &Family,
        path: &Path,
        bytes: Vec<u8>,
    ) -> Result<()> {
        let batch = pickle::read(path, &bytes)?;
        let data = batch.byte_array("data")?;
        let [rows, columns] = data.shape;
        if columns != IMAGE_LEN {
            return Err(Error::malformed(
                path,
                format!(
                    "the images are an array of {rows}x{columns}; each row has {IMAGE_LEN} bytes"
                ),
            ));
        }
        for (kind, labels) in self.labels.iter_mut().enumerate() {
            let key = family.labels[kind].pickle_key;
            let integers = batch.integers(key)?;
            if integers.len() != rows {
                return Err(Error::malformed(
                    path,
                    format!(
                        "{} labels under \"{key}\" for {rows} images: the file is damaged; get it again",
                        integers.len()
                    ),
                ));
            }
            labels.extend(check_labels(family, kind, path, integers)?);
        }
        let (bytes, first) = match data.bytes {
            ArrayBytes::Inside(first) => (bytes, first),
            ArrayBytes::Apart(apart) => (apart, 0),
        };
        self.blocks.push(Block {
            bytes,
            first,
            stride: IMAGE_LEN,
            len: rows,
        });
        Ok(())
    }
}

/// The labels as bytes, where each is the number of a class.
fn check_labels(
    family: &Family,
    kind: usize,
    path: &Path,
    labels: impl IntoIterator<Item = i64>,
) -> Result<Vec<u8>> {
    let kind = &family.labels[kind];
    let limit = kind.names.len();
    let check = |(record, label): (usize, i64)| match u8::try_from(label) {
        Ok(byte) if usize::from(byte) < limit => Ok(byte),
        _ => Err(Error::malformed(
            path,
            format!(
                "record {record} has the {}label {label}; {} has the labels 0 to {}: the file is damaged or of another dataset",
                kind.adjective,
                family.name,
                limit - 1,
            ),
        )),
    };
    labels.into_iter().enumerate().map(check).collect()
}
