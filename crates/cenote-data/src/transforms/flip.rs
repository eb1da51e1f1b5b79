//! Mirroring.

use super::ImageTransform;
use crate::{Error, Image, Random, Result};

/// Mirrors the image left to right, or leaves it: torchvision's `RandomHorizontalFlip`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RandomHorizontalFlip {
    p: f64,
}

impl RandomHorizontalFlip {
    /// Mirrors with probability `p`, which torchvision sets to 0.5 unless told.
    ///
    /// # Errors
    /// [`Error::Argument`] where `p` is not from 0 to 1.
    pub fn new(p: f64) -> Result<Self> {
        let p = probability("p of RandomHorizontalFlip", p)?;
        Ok(Self { p })
    }
}

impl ImageTransform for RandomHorizontalFlip {
    fn apply<'a>(&self, image: Image<'a>, random: &mut Random) -> Result<Image<'a>> {
        Ok(if random.chance(self.p) {
            image.hflip()
        } else {
            image
        })
    }
}

/// Mirrors the image top to bottom, or leaves it: torchvision's `RandomVerticalFlip`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RandomVerticalFlip {
    p: f64,
}

impl RandomVerticalFlip {
    /// Mirrors with probability `p`, which torchvision sets to 0.5 unless told.
    ///
    /// # Errors
    /// [`Error::Argument`] where `p` is not from 0 to 1.
    pub fn new(p: f64) -> Result<Self> {
        let p = probability("p of RandomVerticalFlip", p)?;
        Ok(Self { p })
    }
}

impl ImageTransform for RandomVerticalFlip {
    fn apply<'a>(&self, image: Image<'a>, random: &mut Random) -> Result<Image<'a>> {
        Ok(if random.chance(self.p) {
            image.vflip()
        } else {
            image
        })
    }
}

/// `p` itself, where it is a probability.
fn probability(what: &'static str, p: f64) -> Result<f64> {
    if (0.0..=1.0).contains(&p) {
        Ok(p)
    } else {
        let allowed = "a probability lies from 0 (never) to 1 (always)";
        Err(Error::argument(what, p, allowed))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ImageLayout, ImageShape};

    #[test]
    fn p_is_a_probability() {
        for p in [-0.1, 1.1, f64::NAN] {
            let expected = |name| {
                format!("p of {name} is {p}; a probability lies from 0 (never) to 1 (always)")
            };
            let message = RandomHorizontalFlip::new(p).unwrap_err().to_string();
            assert_eq!(message, expected("RandomHorizontalFlip"));
            let message = RandomVerticalFlip::new(p).unwrap_err().to_string();
            assert_eq!(message, expected("RandomVerticalFlip"));
        }
    }

    #[test]
    fn about_half_of_the_images_are_mirrored() {
        let mirrored = |flip: &dyn ImageTransform, shape, expected: &[u8]| {
            let image = Image::new(shape, ImageLayout::Chw, vec![1, 2]).unwrap();
            let flipped = |index: &u64| {
                let mut random = Random::new(3, 0, *index);
                flip.apply(image.clone(), &mut random).unwrap().pixels() == expected
            };
            (0..1000).filter(flipped).count()
        };
        let across = RandomHorizontalFlip::new(0.5).unwrap();
        let count = mirrored(&across, ImageShape::new(1, 1, 2), &[2, 1]);
        assert!((420..580).contains(&count), "{count} of 1000");
        let over = RandomVerticalFlip::new(0.5).unwrap();
        let count = mirrored(&over, ImageShape::new(1, 2, 1), &[2, 1]);
        assert!((420..580).contains(&count), "{count} of 1000");
        assert_eq!(mirrored(&over, ImageShape::new(2, 1, 1), &[1, 2]), 1000);
    }
}
