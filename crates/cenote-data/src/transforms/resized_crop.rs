//! A part of the image, at random, scaled to one size.

use super::crop::{CropSize, offset};
use super::{ImageTransform, Resize};
use crate::{Error, Image, ImageShape, Random, Region, Result};

/// Cuts out a part of random size, proportions and place, and scales it: torchvision's `RandomResizedCrop`.
///
/// The part has a share of the image's area that is drawn evenly from [`scale`](Self::scale), and a width for each row
/// whose logarithm is drawn evenly from [`ratio`](Self::ratio)'s. Where ten draws give nothing that fits into the image,
/// it is the largest centred part whose proportions are allowed. It is scaled as by [`Resize`]; torchvision's other
/// interpolations are not offered.
///
/// ```
/// use cenote_data::transforms::{ImageTransform, RandomResizedCrop};
/// use cenote_data::{Dataset, Random, Sample};
///
/// let crop = RandomResizedCrop::new(24).scale(0.5, 1.0)?;
/// let image = crop.apply(Sample::new().get(0)?.image.into_owned(), &mut Random::new(7, 0, 0))?;
/// assert_eq!(image.shape().to_string(), "3x24x24");
/// # Ok::<(), cenote_data::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RandomResizedCrop {
    size: CropSize,
    scale: Range,
    ratio: Range,
}

/// Where a number is drawn from: both ends belong to it.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Range {
    from: f64,
    to: f64,
}

impl Range {
    fn draw(self, random: &mut Random) -> f64 {
        self.from + (self.to - self.from) * random.uniform()
    }
}

impl RandomResizedCrop {
    /// To `size`: a number for a square, or `[height, width]`.
    pub fn new(size: impl Into<CropSize>) -> Self {
        Self {
            size: size.into(),
            scale: Range {
                from: 0.08,
                to: 1.0,
            },
            ratio: Range {
                from: 3.0 / 4.0,
                to: 4.0 / 3.0,
            },
        }
    }

    /// The smallest and the largest share of the image's area that is cut out. Default: 0.08 and 1.
    ///
    /// # Errors
    /// [`Error::Argument`] unless 0 < `smallest` <= `largest` <= 1.
    pub fn scale(mut self, smallest: f64, largest: f64) -> Result<Self> {
        if !(smallest > 0.0 && smallest <= largest && largest <= 1.0) {
            return Err(Error::argument(
                "the scale of RandomResizedCrop",
                format!("{smallest} to {largest}"),
                "shares of the image's area lie above 0 and up to 1, the smaller one first",
            ));
        }
        self.scale = Range {
            from: smallest,
            to: largest,
        };
        Ok(self)
    }

    /// The smallest and the largest width, divided by the height, of what is cut out. Default: 3/4 and 4/3.
    ///
    /// # Errors
    /// [`Error::Argument`] unless 0 < `narrowest` <= `widest`, both finite.
    pub fn ratio(mut self, narrowest: f64, widest: f64) -> Result<Self> {
        if !(narrowest > 0.0 && narrowest <= widest && widest.is_finite()) {
            return Err(Error::argument(
                "the ratio of RandomResizedCrop",
                format!("{narrowest} to {widest}"),
                "widths divided by heights lie above 0 and are finite, the smaller one first",
            ));
        }
        self.ratio = Range {
            from: narrowest,
            to: widest,
        };
        Ok(self)
    }

    /// What is cut out of an image of this shape.
    fn region(&self, shape: ImageShape, random: &mut Random) -> Region {
        let ImageShape { height, width, .. } = shape;
        let area = height as f64 * width as f64;
        let logarithm = Range {
            from: self.ratio.from.ln(),
            to: self.ratio.to.ln(),
        };
        for _ in 0..10 {
            let area = area * self.scale.draw(random);
            let ratio = logarithm.draw(random).exp();
            let rows = whole((area / ratio).sqrt());
            let columns = whole((area * ratio).sqrt());
            if (1..=height).contains(&rows) && (1..=width).contains(&columns) {
                return Region {
                    top: offset(random.below(height - rows + 1)),
                    left: offset(random.below(width - columns + 1)),
                    height: rows,
                    width: columns,
                };
            }
        }
        self.central(shape)
    }

    /// The largest part in the middle whose proportions are allowed.
    fn central(&self, shape: ImageShape) -> Region {
        let ImageShape { height, width, .. } = shape;
        let ratio = width as f64 / height as f64;
        let rows = if ratio < self.ratio.from {
            whole(width as f64 / self.ratio.from).clamp(1, height)
        } else {
            height
        };
        let columns = if ratio > self.ratio.to {
            whole(height as f64 * self.ratio.to).clamp(1, width)
        } else {
            width
        };
        Region {
            top: offset((height - rows) / 2),
            left: offset((width - columns) / 2),
            height: rows,
            width: columns,
        }
    }
}

/// The nearest whole number, and of two the even one, as Python rounds.
fn whole(length: f64) -> usize {
    length.round_ties_even() as usize
}

impl ImageTransform for RandomResizedCrop {
    fn apply<'a>(&self, image: Image<'a>, random: &mut Random) -> Result<Image<'a>> {
        let part = image.crop(self.region(image.shape(), random))?;
        let CropSize { height, width } = self.size;
        Resize::new([height, width]).apply(part, random)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ImageLayout;

    fn regions(crop: RandomResizedCrop, height: usize, width: usize) -> Vec<Region> {
        let shape = ImageShape::new(3, height, width);
        (0..2000)
            .map(|index| crop.region(shape, &mut Random::new(1, 0, index)))
            .collect()
    }

    #[test]
    fn parts_have_the_areas_and_proportions_that_are_allowed_and_lie_inside() {
        let regions = regions(RandomResizedCrop::new(8), 300, 400);
        let mut areas = Vec::new();
        for region in &regions {
            let (rows, columns) = (region.height as f64, region.width as f64);
            areas.push(rows * columns / 120_000.0);
            let ratio = columns / rows;
            assert!((0.74..1.35).contains(&ratio), "{region:?}");
            assert!(region.top >= 0 && region.left >= 0, "{region:?}");
            let below = region.top.unsigned_abs() + region.height;
            let right = region.left.unsigned_abs() + region.width;
            assert!(below <= 300 && right <= 400, "{region:?}");
        }
        areas.sort_by(f64::total_cmp);
        assert!(areas[0] > 0.078 && areas[0] < 0.09, "{}", areas[0]);
        assert!(areas[1999] > 0.93, "{}", areas[1999]);
        // Large parts of the wrong proportions do not fit and are drawn again: torchvision's median is 0.423, and 830 of
        // its parts are tall.
        assert!((0.40..0.45).contains(&areas[1000]), "{}", areas[1000]);
        let tall = regions.iter().filter(|r| r.height > r.width).count();
        assert!((770..890).contains(&tall), "{tall} of 2000");
    }

    #[test]
    fn where_nothing_fits_the_middle_is_taken() {
        let crop = RandomResizedCrop::new(8).scale(1.0, 1.0).unwrap();
        let region = |top, left, height, width| Region {
            top,
            left,
            height,
            width,
        };
        // As torchvision computes them, but for the last, where it finds no row at all.
        assert_eq!(regions(crop, 10, 101)[0], region(0, 44, 10, 13));
        assert_eq!(regions(crop, 101, 10)[0], region(44, 0, 13, 10));
        let square = crop.ratio(1.0, 1.0).unwrap();
        assert_eq!(regions(square, 7, 7)[0], region(0, 0, 7, 7));
        let wide = crop.ratio(50.0, 60.0).unwrap();
        assert_eq!(regions(wide, 7, 7)[0], region(3, 0, 1, 7));
    }

    #[test]
    fn the_result_is_the_part_scaled() {
        let pixels: Vec<u8> = (0..60 * 3).map(|i| i as u8).collect();
        let image = Image::new(ImageShape::new(3, 6, 10), ImageLayout::Hwc, pixels).unwrap();
        let crop = RandomResizedCrop::new([4, 5]);
        let region = crop.region(image.shape(), &mut Random::new(9, 0, 0));
        let mut random = Random::new(9, 0, 0);
        let part = image.crop(region).unwrap();
        let expected = Resize::new([4, 5]).apply(part, &mut random).unwrap();
        let result = crop.apply(image, &mut Random::new(9, 0, 0)).unwrap();
        assert_eq!(result, expected);
    }

    #[test]
    fn impossible_ranges_are_refused() {
        let crop = RandomResizedCrop::new(8);
        for (from, to) in [(0.0, 1.0), (0.5, 0.4), (0.5, 1.1), (f64::NAN, 1.0)] {
            let message = crop.scale(from, to).unwrap_err().to_string();
            assert!(message.contains("above 0 and up to 1"), "{message}");
        }
        for (from, to) in [(0.0, 1.0), (2.0, 1.0), (1.0, f64::INFINITY)] {
            let message = crop.ratio(from, to).unwrap_err().to_string();
            assert!(message.contains("above 0 and are finite"), "{message}");
        }
    }
}
