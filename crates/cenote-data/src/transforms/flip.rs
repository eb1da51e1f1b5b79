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
        if (0.0..=1.0).contains(&p) {
            Ok(Self { p })
        } else {
            Err(Error::argument(
                "p of RandomHorizontalFlip",
                p,
                "a probability lies from 0 (never) to 1 (always)",
            ))
        }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ImageLayout, ImageShape};

    #[test]
    fn p_is_a_probability() {
        for p in [-0.1, 1.1, f64::NAN] {
            let message = RandomHorizontalFlip::new(p).unwrap_err().to_string();
            assert_eq!(
                message,
                format!(
                    "p of RandomHorizontalFlip is {p}; a probability lies from 0 (never) to 1 (always)"
                )
            );
        }
    }

    #[test]
    fn about_half_of_the_images_are_mirrored() {
        let image = Image::new(ImageShape::new(1, 1, 2), ImageLayout::Chw, vec![1, 2]).unwrap();
        let flip = RandomHorizontalFlip::new(0.5).unwrap();
        let mirrored = (0..1000)
            .filter(|&index| {
                let flipped = flip
                    .apply(image.clone(), &mut Random::new(3, 0, index))
                    .unwrap();
                flipped.pixels() == [2, 1]
            })
            .count();
        assert!((420..580).contains(&mirrored), "{mirrored} of 1000");
    }
}
