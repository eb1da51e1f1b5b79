//! Scaling to another size.

use std::ops::Range;

use super::ImageTransform;
use crate::image::zeroed;
use crate::{Error, Image, ImageShape, Random, Result};

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

/// Scales the image: torchvision's `Resize` on a picture, bilinear and with antialiasing, to the last bit.
///
/// torchvision leaves pictures to Pillow; the filter, the order of the passes and the rounding are those of Pillow 13.
/// Earlier ones always scale the width first, and so differ by a few levels where the height shrinks by many more rows
/// than the width by columns. torchvision's other filters (`interpolation`), its limit of the longer edge (`max_size`) and
/// scaling without antialiasing are not offered.
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
                "height and width are at least 1, and the result fits in memory",
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
        let columns = Axis::new(from.width, to.width);
        let rows = Axis::new(from.height, to.height);
        let rows_first = are_rows_first(from, to);
        let (height, width) = if rows_first {
            (to.height, from.width)
        } else {
            (from.height, to.width)
        };
        let between = ImageShape::new(inner, height, width).checked_len();
        let mut between = zeroed(between.ok_or_else(too_big)?)?;
        let sources = image.pixels().chunks_exact(image.pixels().len() / planes);
        for (source, target) in sources.zip(pixels.chunks_exact_mut(len / planes)) {
            if rows_first {
                rows.across_rows(source, &mut between);
                columns.along_rows(&between, target, inner);
            } else {
                columns.along_rows(source, &mut between, inner);
                rows.across_rows(&between, target);
            }
        }
        Image::new(to, image.layout(), pixels)
    }
}

/// Whether the height is scaled before the width, which rounds differently: where more than twice as many rows go as
/// columns. This is Pillow's rule since its version 13 (pull request 9549), found by experiment.
fn are_rows_first(from: ImageShape, to: ImageShape) -> bool {
    let rows = from.height.saturating_sub(to.height);
    let columns = from.width.saturating_sub(to.width);
    rows > columns.saturating_mul(2)
}

/// Weights are whole numbers of this many bits after the point, as in Pillow: a weighted sum of bytes fits 32 bits.
const PRECISION: u32 = 22;

/// How each element of a scaled axis is a weighted mean of neighbours on the axis it came from.
struct Axis {
    from: usize,
    /// For each element: the first neighbour, and where its weights begin and end.
    windows: Vec<(usize, Range<usize>)>,
    weights: Vec<u32>,
}

impl Axis {
    /// A triangle as wide as the scale, and at least one neighbour to each side: Pillow's `precompute_coeffs`.
    fn new(from: usize, to: usize) -> Self {
        let mut axis = Self {
            from,
            windows: Vec::with_capacity(to),
            weights: Vec::new(),
        };
        let scale = from as f64 / to as f64;
        let support = scale.max(1.0);
        for element in 0..to {
            // An axis that keeps its length is not filtered.
            if from == to {
                axis.push(element, &[1.0]);
                continue;
            }
            let centre = (element as f64 + 0.5) * scale;
            // Below 0 this rounds to 0.
            let first = (centre - support + 0.5) as usize;
            let last = ((centre + support + 0.5) as usize).min(from);
            let weight = |neighbour: usize| {
                let distance = (neighbour as f64 - centre + 0.5) * (1.0 / support);
                (1.0 - distance.abs()).max(0.0)
            };
            let weights: Vec<f64> = (first..last).map(weight).collect();
            let total: f64 = weights.iter().sum();
            let weights: Vec<f64> = weights.into_iter().map(|weight| weight / total).collect();
            axis.push(first, &weights);
        }
        axis
    }

    fn push(&mut self, first: usize, weights: &[f64]) {
        let start = self.weights.len();
        let whole = |weight: &f64| (0.5 + weight * f64::from(1 << PRECISION)) as u32;
        self.weights.extend(weights.iter().map(whole));
        self.windows.push((first, start..self.weights.len()));
    }

    /// Scales every row, made of pixels of `inner` bytes.
    fn along_rows(&self, source: &[u8], target: &mut [u8], inner: usize) {
        let rows = source.chunks_exact(self.from * inner);
        for (source, target) in rows.zip(target.chunks_exact_mut(self.windows.len() * inner)) {
            for ((first, weights), pixel) in self.windows.iter().zip(target.chunks_exact_mut(inner))
            {
                let weights = &self.weights[weights.clone()];
                let neighbours = source[first * inner..].chunks_exact(inner);
                for (channel, byte) in pixel.iter_mut().enumerate() {
                    let values = neighbours.clone().map(|neighbour| neighbour[channel]);
                    *byte = rounded(
                        weights
                            .iter()
                            .zip(values)
                            .fold(HALF, |sum, (weight, value)| sum + weight * u32::from(value)),
                    );
                }
            }
        }
    }

    /// Makes the rows of `target` out of those of `source`.
    fn across_rows(&self, source: &[u8], target: &mut [u8]) {
        let row = source.len() / self.from;
        let mut sums = vec![HALF; row];
        for ((first, weights), target) in self.windows.iter().zip(target.chunks_exact_mut(row)) {
            sums.fill(HALF);
            for (weight, source) in self.weights[weights.clone()]
                .iter()
                .zip(source[first * row..].chunks_exact(row))
            {
                for (sum, value) in sums.iter_mut().zip(source) {
                    *sum += weight * u32::from(*value);
                }
            }
            for (byte, sum) in target.iter_mut().zip(&sums) {
                *byte = rounded(*sum);
            }
        }
    }
}

/// Half of the last place: what is added before the bits after the point are cut off.
const HALF: u32 = 1 << (PRECISION - 1);

fn rounded(sum: u32) -> u8 {
    u8::try_from(sum >> PRECISION).unwrap_or(u8::MAX)
}
