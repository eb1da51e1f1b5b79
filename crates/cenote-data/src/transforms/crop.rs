//! Crops: around the centre, and at random.

use super::ImageTransform;
use crate::image::Region;
use crate::{Error, Image, Random, Result};

/// Height and width of a crop. One number makes a square, as in torchvision.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct CropSize {
    /// Rows.
    pub height: usize,
    /// Columns.
    pub width: usize,
}

impl From<usize> for CropSize {
    fn from(edge: usize) -> Self {
        Self {
            height: edge,
            width: edge,
        }
    }
}

impl From<[usize; 2]> for CropSize {
    fn from([height, width]: [usize; 2]) -> Self {
        Self { height, width }
    }
}

/// Rows and columns of black added around an image.
///
/// From one number: the same on every side; from two: left and right, top and bottom; from four: left, top, right,
/// bottom. This is torchvision's order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Padding {
    /// Columns before the first.
    pub left: usize,
    /// Rows above the first.
    pub top: usize,
    /// Columns after the last.
    pub right: usize,
    /// Rows below the last.
    pub bottom: usize,
}

impl From<usize> for Padding {
    fn from(every: usize) -> Self {
        [every; 4].into()
    }
}

impl From<[usize; 2]> for Padding {
    fn from([sides, ends]: [usize; 2]) -> Self {
        [sides, ends, sides, ends].into()
    }
}

impl From<[usize; 4]> for Padding {
    fn from([left, top, right, bottom]: [usize; 4]) -> Self {
        Self {
            left,
            top,
            right,
            bottom,
        }
    }
}

/// Cuts out the middle: torchvision's `CenterCrop`. An image that is smaller gets black borders.
///
/// Where the margin is odd, the half pixel is rounded as Python rounds: to the even neighbour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CenterCrop {
    size: CropSize,
}

impl CenterCrop {
    /// A crop of `size`: a number for a square, or `[height, width]`.
    pub fn new(size: impl Into<CropSize>) -> Self {
        Self { size: size.into() }
    }
}

impl ImageTransform for CenterCrop {
    fn apply<'a>(&self, image: Image<'a>, _: &mut Random) -> Result<Image<'a>> {
        let shape = image.shape();
        let CropSize { height, width } = self.size;
        if (shape.height, shape.width) == (height, width) {
            return Ok(image);
        }
        image.crop(Region {
            top: centre(shape.height, height),
            left: centre(shape.width, width),
            height,
            width,
        })
    }
}

/// Where a centred window of `crop` elements begins on an axis of `len`: torchvision's rule.
fn centre(len: usize, crop: usize) -> isize {
    if crop > len {
        -offset((crop - len) / 2)
    } else {
        let margin = len - crop;
        let half = margin / 2;
        offset(half + (margin % 2) * (half % 2))
    }
}

/// A length as an offset. Lengths of images that exist fit; a crop of more is refused where its size is checked.
pub(super) fn offset(len: usize) -> isize {
    isize::try_from(len).unwrap_or(isize::MAX)
}

/// Cuts out a rectangle at random: torchvision's `RandomCrop`, with black (0) as the fill.
///
/// Each position is as likely as any other. Other fills and padding modes than the constant black are not offered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RandomCrop {
    size: CropSize,
    padding: Padding,
    pad_if_needed: bool,
}

impl RandomCrop {
    /// A crop of `size`: a number for a square, or `[height, width]`. Without padding.
    pub fn new(size: impl Into<CropSize>) -> Self {
        Self {
            size: size.into(),
            padding: Padding::default(),
            pad_if_needed: false,
        }
    }

    /// Black added around the image before the crop is placed. Default: none.
    #[must_use]
    pub fn padding(mut self, padding: impl Into<Padding>) -> Self {
        self.padding = padding.into();
        self
    }

    /// Whether an image that is smaller than the crop, even with its padding, gets what it lacks on both sides.
    /// Default: no, it is refused.
    #[must_use]
    pub fn pad_if_needed(mut self, pad: bool) -> Self {
        self.pad_if_needed = pad;
        self
    }

    /// Where the crop begins on one axis, in the coordinates of the image without padding.
    fn place(&self, axis: Axis, random: &mut Random) -> Result<isize> {
        let Axis {
            len,
            crop,
            mut before,
            after,
        } = axis;
        let mut padded = len.saturating_add(before).saturating_add(after);
        if padded < crop {
            if !self.pad_if_needed {
                return Err(Error::argument(
                    "the size of RandomCrop",
                    format!("{}x{}", self.size.height, self.size.width),
                    format!(
                        "this image with its padding has {padded} of the {crop} rows or columns; \
                         crop less, set padding, or set pad_if_needed(true)"
                    ),
                ));
            }
            let lack = crop - padded;
            before = before.saturating_add(lack);
            padded = padded.saturating_add(lack).saturating_add(lack);
        }
        Ok(offset(random.below((padded - crop).saturating_add(1))) - offset(before))
    }
}

/// One axis of an image and what a random crop asks of it.
struct Axis {
    len: usize,
    crop: usize,
    before: usize,
    after: usize,
}

impl ImageTransform for RandomCrop {
    fn apply<'a>(&self, image: Image<'a>, random: &mut Random) -> Result<Image<'a>> {
        let shape = image.shape();
        let CropSize { height, width } = self.size;
        let Padding {
            left,
            top,
            right,
            bottom,
        } = self.padding;
        let rows = Axis {
            len: shape.height,
            crop: height,
            before: top,
            after: bottom,
        };
        let columns = Axis {
            len: shape.width,
            crop: width,
            before: left,
            after: right,
        };
        image.crop(Region {
            top: self.place(rows, random)?,
            left: self.place(columns, random)?,
            height,
            width,
        })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::{ImageLayout, ImageShape};

    fn image(height: usize, width: usize) -> Image<'static> {
        let pixels: Vec<u8> = (1..=height * width).map(|i| i as u8).collect();
        Image::new(ImageShape::new(1, height, width), ImageLayout::Chw, pixels).unwrap()
    }

    #[test]
    fn a_margin_and_a_half_rounds_to_even() {
        assert_eq!([5, 6, 7, 8, 9].map(|len| centre(len, 4)), [0, 1, 2, 2, 2]);
        assert_eq!([1, 2, 3, 4].map(|len| centre(len, 4)), [-1, -1, 0, 0]);
    }

    #[test]
    fn every_position_comes_up_and_no_other() {
        let positions = |crop: RandomCrop, height, width| -> BTreeSet<Vec<u8>> {
            (0..500)
                .map(|index| {
                    let cropped = crop.apply(image(height, width), &mut Random::new(1, 0, index));
                    cropped.unwrap().pixels().to_vec()
                })
                .collect()
        };
        assert_eq!(
            positions(RandomCrop::new([1, 2]), 2, 3),
            BTreeSet::from([vec![1, 2], vec![2, 3], vec![4, 5], vec![5, 6]])
        );
        assert_eq!(
            positions(RandomCrop::new([2, 2]).padding([1, 0]), 2, 2),
            BTreeSet::from([vec![0, 1, 0, 3], vec![1, 2, 3, 4], vec![2, 0, 4, 0]])
        );
        // torchvision pads by the whole lack on both sides, so the image itself always fits
        assert_eq!(
            positions(RandomCrop::new([1, 3]).pad_if_needed(true), 1, 2),
            BTreeSet::from([vec![0, 1, 2], vec![1, 2, 0]])
        );
    }

    #[test]
    fn an_image_that_is_too_small_is_refused() {
        let message = RandomCrop::new(4)
            .padding(1)
            .apply(image(1, 9), &mut Random::new(0, 0, 0))
            .unwrap_err()
            .to_string();
        assert_eq!(
            message,
            "the size of RandomCrop is 4x4; this image with its padding has 3 of the 4 rows or columns; \
             crop less, set padding, or set pad_if_needed(true)"
        );
    }

    #[test]
    fn extreme_sizes_are_errors_not_overflows() {
        let mut random = Random::new(0, 0, 0);
        for size in [0, usize::MAX] {
            assert!(
                CenterCrop::new(size)
                    .apply(image(2, 2), &mut random)
                    .is_err()
            );
            assert!(
                RandomCrop::new(size)
                    .pad_if_needed(true)
                    .apply(image(2, 2), &mut random)
                    .is_err()
            );
        }
        let padded = RandomCrop::new(2)
            .padding(usize::MAX)
            .apply(image(2, 2), &mut random);
        assert_eq!(padded.unwrap().shape(), ImageShape::new(1, 2, 2));
    }
}
