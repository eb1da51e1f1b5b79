//! Scaling to another size.

use fast_image_resize as fir;
use fir::images::{Image as Target, ImageRef as Source};

use super::ImageTransform;
use crate::image::zeroed;
use crate::{Error, Image, ImageLayout, ImageShape, Random, Result};

/// What [`Resize`] scales to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ResizeTo {
    /// The smaller edge gets this length and the longer one follows, rounded down: the proportions stay.
    SmallerEdge(usize),
    /// Exactly this height and width.
    Exact {
        /// Rows.
        height: usize,
        /// Columns.
        width: usize,
    },
}

impl From<usize> for ResizeTo {
    fn from(edge: usize) -> Self {
        Self::SmallerEdge(edge)
    }
}

impl From<[usize; 2]> for ResizeTo {
    fn from([height, width]: [usize; 2]) -> Self {
        Self::Exact { height, width }
    }
}

/// Scales the image: torchvision's `Resize` on a picture, bilinear and with antialiasing.
///
/// The filter, the order of its passes and its rounding are Pillow's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Resize {
    to: ResizeTo,
}

impl Resize {
    /// A number scales the smaller edge to it and keeps the proportions; `[height, width]` is exact.
    ///
    /// ```
    /// use cenote_data::transforms::{ImageTransform, Resize};
    /// use cenote_data::{Image, ImageLayout, ImageShape, Random};
    ///
    /// let picture = Image::new(ImageShape::new(3, 40, 61), ImageLayout::Hwc, vec![7; 3 * 40 * 61])?;
    /// let small = Resize::new(20).apply(picture, &mut Random::new(0, 0, 0))?;
    /// assert_eq!(small.shape(), ImageShape::new(3, 20, 30));
    /// # Ok::<(), cenote_data::Error>(())
    /// ```
    pub fn new(to: impl Into<ResizeTo>) -> Self {
        Self { to: to.into() }
    }

    fn target(&self, from: ImageShape) -> Option<ImageShape> {
        let scaled = |short: usize, long: usize, edge: usize| Some(edge.checked_mul(long)? / short);
        let (height, width) = match self.to {
            ResizeTo::Exact { height, width } => (height, width),
            ResizeTo::SmallerEdge(edge) if from.height <= from.width => {
                (edge, scaled(from.height, from.width, edge)?)
            }
            ResizeTo::SmallerEdge(edge) => (scaled(from.width, from.height, edge)?, edge),
        };
        Some(ImageShape {
            height,
            width,
            ..from
        })
    }
}

impl ImageTransform for Resize {
    fn apply<'a>(&self, image: Image<'a>, _: &mut Random) -> Result<Image<'a>> {
        let from = image.shape();
        let too_big = || {
            Error::argument(
                "the size of Resize",
                format!("{:?} for an image of {from}", self.to),
                "height and width lie from 1 to 4294967295, and the result fits in memory",
            )
        };
        let to = self.target(from).ok_or_else(too_big)?;
        if to == from {
            return Ok(image);
        }
        let len = to
            .checked_len()
            .filter(|&len| len > 0)
            .ok_or_else(too_big)?;
        let mut pixels = zeroed(len)?;
        let (planes, inner) = image.planes_and_inner();
        let pixel_type = pixel_type(inner)?;
        let edge = |len: usize| u32::try_from(len).map_err(|_| too_big());
        let (from_size, to_size) = (
            (edge(from.width)?, edge(from.height)?),
            (edge(to.width)?, edge(to.height)?),
        );
        let filter = fir::ResizeAlg::Convolution(fir::FilterType::Bilinear);
        let options = fir::ResizeOptions::new()
            .resize_alg(filter)
            .use_alpha(false);
        let mut resizer = fir::Resizer::new();
        let sources = image.pixels().chunks_exact(image.pixels().len() / planes);
        for (source, target) in sources.zip(pixels.chunks_exact_mut(len / planes)) {
            let impossible = |reason: &dyn std::fmt::Display| {
                Error::argument("an image to resize", from, reason.to_string())
            };
            let source = Source::new(from_size.0, from_size.1, source, pixel_type)
                .map_err(|e| impossible(&e))?;
            let mut target = Target::from_slice_u8(to_size.0, to_size.1, target, pixel_type)
                .map_err(|e| impossible(&e))?;
            resizer
                .resize(&source, &mut target, &options)
                .map_err(|e| impossible(&e))?;
        }
        Image::new(to, image.layout(), pixels)
    }
}

/// How the resizer calls pixels of `inner` adjacent bytes.
fn pixel_type(inner: usize) -> Result<fir::PixelType> {
    match inner {
        1 => Ok(fir::PixelType::U8),
        2 => Ok(fir::PixelType::U8x2),
        3 => Ok(fir::PixelType::U8x3),
        4 => Ok(fir::PixelType::U8x4),
        _ => Err(Error::argument(
            "the number of channels to resize",
            inner,
            format!(
                "it is 1 to 4 in the layout {:?}, and any number in {:?}",
                ImageLayout::Hwc,
                ImageLayout::Chw
            ),
        )),
    }
}
