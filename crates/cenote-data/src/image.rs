//! An image of bytes, whose order in memory is part of its value.

use std::borrow::Cow;
use std::fmt;

use crate::{Error, Result};

/// How many channels, rows and columns an image has. Printed as `3x32x32`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ImageShape {
    /// Colour channels: 1 for grey, 3 for red, green and blue.
    pub channels: usize,
    /// Rows of pixels.
    pub height: usize,
    /// Columns of pixels.
    pub width: usize,
}

impl ImageShape {
    /// A shape, in torch's order.
    pub const fn new(channels: usize, height: usize, width: usize) -> Self {
        Self {
            channels,
            height,
            width,
        }
    }

    /// How many bytes an image of this shape has, or `None` where that overflows.
    pub fn checked_len(self) -> Option<usize> {
        self.channels
            .checked_mul(self.height)?
            .checked_mul(self.width)
    }
}

impl fmt::Display for ImageShape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}x{}x{}", self.channels, self.height, self.width)
    }
}

/// The order of an image's bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ImageLayout {
    /// Height, width, channels: the channels of one pixel lie side by side, as in picture files.
    Hwc,
    /// Channels, height, width: one plane after the other, as in CIFAR and in torch.
    Chw,
}

/// An image with one unsigned byte for each channel of each pixel.
///
/// The bytes are borrowed where a dataset already holds them, so getting an image copies nothing;
/// a transform that changes them makes its own.
///
/// ```
/// use cenote_data::{Image, ImageLayout, ImageShape};
///
/// let grey = Image::new(ImageShape::new(1, 2, 3), ImageLayout::Chw, vec![0, 10, 20, 30, 40, 50])?;
/// assert_eq!(grey.hflip().pixels(), [20, 10, 0, 50, 40, 30]);
/// # Ok::<(), cenote_data::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Image<'a> {
    shape: ImageShape,
    layout: ImageLayout,
    pixels: Cow<'a, [u8]>,
}

/// A rectangle of an image. It may reach outside: what lies there is black.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Region {
    /// The first row, negative above the image.
    pub top: isize,
    /// The first column, negative to the left of the image.
    pub left: isize,
    /// Rows.
    pub height: usize,
    /// Columns.
    pub width: usize,
}

impl<'a> Image<'a> {
    /// An image over `pixels`, borrowed or owned, in the order that `layout` names.
    ///
    /// # Errors
    /// [`Error::Argument`] where a dimension is 0 or the number of bytes is not the shape's.
    pub fn new(
        shape: ImageShape,
        layout: ImageLayout,
        pixels: impl Into<Cow<'a, [u8]>>,
    ) -> Result<Self> {
        let pixels = pixels.into();
        match shape.checked_len() {
            Some(len) if len > 0 && len == pixels.len() => Ok(Self {
                shape,
                layout,
                pixels,
            }),
            Some(len) if len > 0 => Err(Error::argument(
                "the number of pixel bytes",
                pixels.len(),
                format!("a {shape} image has {len}"),
            )),
            _ => Err(Error::argument(
                "the image shape",
                shape,
                "channels, height and width are at least 1, and their product fits in memory",
            )),
        }
    }

    /// Channels, height and width.
    pub fn shape(&self) -> ImageShape {
        self.shape
    }

    /// The order of [`pixels`](Self::pixels).
    pub fn layout(&self) -> ImageLayout {
        self.layout
    }

    /// Every byte, in the order of [`layout`](Self::layout).
    pub fn pixels(&self) -> &[u8] {
        &self.pixels
    }

    /// Every byte, to be changed in place: one by one, pixel by pixel or plane by plane. Borrowed bytes are copied first.
    ///
    /// ```
    /// use cenote_data::{Image, ImageLayout, ImageShape};
    ///
    /// let mut grey = Image::new(ImageShape::new(1, 1, 3), ImageLayout::Chw, &[0, 100, 200][..])?;
    /// for byte in grey.pixels_mut() {
    ///     *byte = byte.saturating_add(60);
    /// }
    /// assert_eq!(grey.pixels(), [60, 160, 255]);
    /// # Ok::<(), cenote_data::Error>(())
    /// ```
    pub fn pixels_mut(&mut self) -> &mut [u8] {
        self.pixels.to_mut()
    }

    /// The same image with its bytes in this order; copies nothing where they are already.
    ///
    /// ```
    /// use cenote_data::{Image, ImageLayout, ImageShape};
    ///
    /// let two_pixels = vec![1, 2, 3, 4, 5, 6];
    /// let picture = Image::new(ImageShape::new(3, 1, 2), ImageLayout::Hwc, two_pixels)?;
    /// assert_eq!(picture.into_layout(ImageLayout::Chw).pixels(), [1, 4, 2, 5, 3, 6]);
    /// # Ok::<(), cenote_data::Error>(())
    /// ```
    #[must_use]
    pub fn into_layout(self, layout: ImageLayout) -> Self {
        if layout == self.layout {
            return self;
        }
        let (channels, plane) = (self.shape.channels, self.shape.height * self.shape.width);
        let mut pixels = vec![0; self.pixels.len()];
        match layout {
            ImageLayout::Chw => {
                for (channel, plane) in pixels.chunks_exact_mut(plane).enumerate() {
                    let pixels = self.pixels.chunks_exact(channels);
                    plane
                        .iter_mut()
                        .zip(pixels)
                        .for_each(|(byte, pixel)| *byte = pixel[channel]);
                }
            }
            ImageLayout::Hwc => {
                for (channel, plane) in self.pixels.chunks_exact(plane).enumerate() {
                    let pixels = pixels.chunks_exact_mut(channels);
                    pixels
                        .zip(plane)
                        .for_each(|(pixel, byte)| pixel[channel] = *byte);
                }
            }
        }
        Image {
            layout,
            pixels: Cow::Owned(pixels),
            ..self
        }
    }

    /// The same image with bytes of its own.
    pub fn into_owned(self) -> Image<'static> {
        Image {
            shape: self.shape,
            layout: self.layout,
            pixels: Cow::Owned(self.pixels.into_owned()),
        }
    }

    /// The part of the image inside `region`; whatever lies outside the image is 0.
    ///
    /// This is torchvision's `functional.crop`, and with a region larger than the image its `functional.pad`.
    ///
    /// # Errors
    /// [`Error::Argument`] where the region has no rows or columns, or too many to hold.
    pub fn crop(&self, region: Region) -> Result<Image<'static>> {
        let shape = ImageShape {
            height: region.height,
            width: region.width,
            ..self.shape
        };
        let len = shape.checked_len().filter(|&len| len > 0).ok_or_else(|| {
            Error::argument(
                "the size of a crop",
                shape,
                "height and width are at least 1, and the crop fits in memory",
            )
        })?;
        let mut pixels = zeroed(len)?;
        let (planes, inner) = self.planes_and_inner();
        let rows = overlap(region.top, region.height, self.shape.height);
        let columns = overlap(region.left, region.width, self.shape.width);
        let count = columns.count * inner;
        for plane in 0..planes {
            for row in 0..rows.count {
                let from_row = plane * self.shape.height + rows.from + row;
                let to_row = plane * region.height + rows.to + row;
                let from = (from_row * self.shape.width + columns.from) * inner;
                let to = (to_row * region.width + columns.to) * inner;
                pixels[to..to + count].copy_from_slice(&self.pixels[from..from + count]);
            }
        }
        Ok(Image {
            shape,
            layout: self.layout,
            pixels: Cow::Owned(pixels),
        })
    }

    /// The image mirrored left to right: torchvision's `functional.hflip`.
    #[must_use]
    pub fn hflip(&self) -> Image<'static> {
        let (_, inner) = self.planes_and_inner();
        let mut pixels = self.pixels.to_vec();
        // Reversed as a whole, which is quick, and then each pixel back: its channels keep their order.
        for row in pixels.chunks_exact_mut(self.shape.width * inner) {
            row.reverse();
            if inner > 1 {
                row.chunks_exact_mut(inner).for_each(<[u8]>::reverse);
            }
        }
        self.with_pixels(pixels)
    }

    /// The image mirrored top to bottom: torchvision's `functional.vflip`.
    #[must_use]
    pub fn vflip(&self) -> Image<'static> {
        let (_, inner) = self.planes_and_inner();
        let row = self.shape.width * inner;
        let mut pixels = Vec::with_capacity(self.pixels.len());
        for plane in self.pixels.chunks_exact(self.shape.height * row) {
            for row in plane.chunks_exact(row).rev() {
                pixels.extend_from_slice(row);
            }
        }
        self.with_pixels(pixels)
    }

    /// These pixels in the same shape and layout.
    fn with_pixels(&self, pixels: Vec<u8>) -> Image<'static> {
        Image {
            shape: self.shape,
            layout: self.layout,
            pixels: Cow::Owned(pixels),
        }
    }

    /// How many planes follow each other, and how many bytes one pixel has in each.
    pub(crate) fn planes_and_inner(&self) -> (usize, usize) {
        match self.layout {
            ImageLayout::Hwc => (1, self.shape.channels),
            ImageLayout::Chw => (self.shape.channels, 1),
        }
    }
}

/// `len` zero bytes, or an error where the system has no room for them.
pub(crate) fn zeroed(len: usize) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    bytes.try_reserve_exact(len).map_err(|_| {
        Error::argument(
            "the size of an image",
            format!("{len} bytes"),
            "it has to fit in memory",
        )
    })?;
    bytes.resize(len, 0);
    Ok(bytes)
}

/// Where a window of one axis meets the axis: `count` elements, `from` in the axis, `to` in the window.
struct Overlap {
    from: usize,
    to: usize,
    count: usize,
}

fn overlap(start: isize, window: usize, axis: usize) -> Overlap {
    let from = usize::try_from(start).unwrap_or(0).min(axis);
    let to = if start < 0 { start.unsigned_abs() } else { 0 }.min(window);
    Overlap {
        from,
        to,
        count: (axis - from).min(window - to),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counting(shape: ImageShape, layout: ImageLayout) -> Image<'static> {
        let len = u8::try_from(shape.checked_len().unwrap()).unwrap();
        Image::new(shape, layout, (1..=len).collect::<Vec<_>>()).unwrap()
    }

    #[test]
    fn a_crop_reads_zeros_outside() {
        let image = counting(ImageShape::new(1, 2, 3), ImageLayout::Chw);
        let region = |top, left, height, width| Region {
            top,
            left,
            height,
            width,
        };
        let crop = |r| image.crop(r).unwrap().pixels().to_vec();
        assert_eq!(crop(region(0, 1, 2, 2)), [2, 3, 5, 6]);
        assert_eq!(crop(region(-1, -1, 2, 3)), [0, 0, 0, 0, 1, 2]);
        assert_eq!(crop(region(1, 2, 2, 2)), [6, 0, 0, 0]);
        assert_eq!(crop(region(-5, 9, 1, 2)), [0, 0]);
        assert_eq!(crop(region(isize::MIN, isize::MAX, 1, 1)), [0]);
    }

    #[test]
    fn both_layouts_crop_and_flip_alike() {
        let shape = ImageShape::new(3, 4, 5);
        let planes = counting(shape, ImageLayout::Chw);
        let interleaved = planes.clone().into_layout(ImageLayout::Hwc);
        assert_eq!(interleaved.pixels()[..6], [1, 21, 41, 2, 22, 42]);
        assert_eq!(interleaved.clone().into_layout(ImageLayout::Chw), planes);
        let region = Region {
            top: -1,
            left: 2,
            height: 4,
            width: 7,
        };
        let a = planes.hflip().vflip().crop(region).unwrap();
        let b = interleaved.hflip().vflip().crop(region).unwrap();
        assert_eq!(a, b.into_layout(ImageLayout::Chw));
    }

    #[test]
    fn impossible_shapes_are_refused() {
        let error = |shape, len| {
            Image::new(shape, ImageLayout::Chw, vec![0; len])
                .unwrap_err()
                .to_string()
        };
        assert_eq!(
            error(ImageShape::new(3, 2, 2), 11),
            "the number of pixel bytes is 11; a 3x2x2 image has 12"
        );
        let message = error(ImageShape::new(3, 0, 2), 0);
        assert!(
            message.starts_with("the image shape is 3x0x2; channels, height"),
            "{message}"
        );
        let message = error(ImageShape::new(usize::MAX, 2, 2), 0);
        assert!(
            message.contains("their product fits in memory"),
            "{message}"
        );
        let image = counting(ImageShape::new(1, 2, 3), ImageLayout::Chw);
        let huge = Region {
            top: 0,
            left: 0,
            height: 1 << 40,
            width: 1 << 20,
        };
        let message = image.crop(huge).unwrap_err().to_string();
        assert!(message.contains("fit in memory"), "{message}");
    }
}
