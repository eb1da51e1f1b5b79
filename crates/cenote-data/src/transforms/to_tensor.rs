//! From bytes to numbers, and what is done with the numbers.

use std::fmt::Debug;
use std::sync::Arc;

use ndarray::{Array3, ArrayViewMut3};

use super::{Compose, ImageTransform};
use crate::{Error, Image, ImageLayout, ImageShape, Random, Result};

/// A change to an image of numbers, for instance [`Normalize`].
///
/// One of your own, which adds noise that follows from the seed, the epoch and the example:
///
/// ```
/// use cenote_data::ndarray::ArrayViewMut3;
/// use cenote_data::transforms::{TensorTransform, ToTensor};
/// use cenote_data::{DataLoader, Random, Result, Sample};
///
/// #[derive(Debug)]
/// struct Noise(f64);
///
/// impl TensorTransform for Noise {
///     fn apply(&self, mut image: ArrayViewMut3<'_, f32>, random: &mut Random) -> Result<()> {
///         image.mapv_inplace(|x| x + (self.0 * random.normal()) as f32);
///         Ok(())
///     }
/// }
///
/// let loader = DataLoader::builder(Sample::new())
///     .transform(ToTensor::new().then(Noise(0.1)))
///     .build()?;
/// let first = |epoch| loader.epoch(epoch).next().unwrap();
/// assert_eq!(first(0)?, first(0)?);
/// assert_ne!(first(0)?, first(1)?);
/// # Ok::<(), cenote_data::Error>(())
/// ```
pub trait TensorTransform: Debug + Send + Sync {
    /// Changes `image`, which is channels x height x width, in place. Whatever is left to chance is drawn from `random`.
    ///
    /// # Errors
    /// Whatever makes the transform impossible for this image.
    fn apply(&self, image: ArrayViewMut3<'_, f32>, random: &mut Random) -> Result<()>;
}

/// Bytes of either layout to f32 of channels x height x width, each byte divided by 255: torchvision's `ToTensor`,
/// to the last bit.
///
/// It carries the transforms before it ([`Compose::to_tensor`]) and after it ([`then`](Self::then)), so that it is the
/// whole way from a dataset's image into a batch.
///
/// ```
/// use cenote_data::transforms::ToTensor;
/// use cenote_data::{Image, ImageLayout, ImageShape, Random};
///
/// let pixel = Image::new(ImageShape::new(3, 1, 1), ImageLayout::Hwc, vec![0, 51, 255])?;
/// let tensor = ToTensor::new().apply(pixel, &mut Random::new(0, 0, 0))?;
/// assert_eq!(tensor, cenote_data::ndarray::array![[[0.0]], [[0.2]], [[1.0]]]);
/// # Ok::<(), cenote_data::Error>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct ToTensor {
    before: Compose,
    after: Vec<Arc<dyn TensorTransform>>,
}

impl ToTensor {
    /// The conversion alone.
    pub fn new() -> Self {
        Self::default()
    }

    /// Appends a step on numbers.
    #[must_use]
    pub fn then(mut self, step: impl TensorTransform + 'static) -> Self {
        self.after.push(Arc::new(step));
        self
    }

    /// The image as numbers: channels x height x width, from 0 to 1 unless a later step changes that.
    ///
    /// # Errors
    /// Whatever a step refuses.
    pub fn apply(&self, image: Image<'_>, random: &mut Random) -> Result<Array3<f32>> {
        let image = self.before.apply(image, random)?;
        let ImageShape {
            channels,
            height,
            width,
        } = image.shape();
        let mut numbers = Vec::with_capacity(image.pixels().len());
        self.append(&image, &mut numbers, random)?;
        Array3::from_shape_vec((channels, height, width), numbers)
            .map_err(|e| Error::argument("the image shape", image.shape(), e.to_string()))
    }

    /// The steps on bytes alone.
    pub(crate) fn prepare<'a>(&self, image: Image<'a>, random: &mut Random) -> Result<Image<'a>> {
        self.before.apply(image, random)
    }

    /// Appends the numbers of a prepared image, after the steps that follow the conversion.
    pub(crate) fn append(
        &self,
        image: &Image<'_>,
        numbers: &mut Vec<f32>,
        random: &mut Random,
    ) -> Result<()> {
        let ImageShape {
            channels,
            height,
            width,
        } = image.shape();
        let start = numbers.len();
        let number = |&byte: &u8| f32::from(byte) / 255.0;
        match image.layout() {
            ImageLayout::Chw => numbers.extend(image.pixels().iter().map(number)),
            ImageLayout::Hwc => {
                for channel in 0..channels {
                    let pixels = image.pixels().chunks_exact(channels);
                    numbers.extend(pixels.map(|pixel| number(&pixel[channel])));
                }
            }
        }
        for step in &self.after {
            let view = ArrayViewMut3::from_shape((channels, height, width), &mut numbers[start..])
                .map_err(|e| Error::argument("the image shape", image.shape(), e.to_string()))?;
            step.apply(view, random)?;
        }
        Ok(())
    }
}

impl From<Compose> for ToTensor {
    fn from(before: Compose) -> Self {
        Self {
            before,
            after: Vec::new(),
        }
    }
}

/// Subtracts a mean and divides by a standard deviation, channel by channel: torchvision's `Normalize`.
#[derive(Debug, Clone, PartialEq)]
pub struct Normalize {
    mean: Vec<f32>,
    std: Vec<f32>,
}

impl Normalize {
    /// One mean and one standard deviation for each channel, or one of each for all channels.
    ///
    /// # Errors
    /// [`Error::Argument`] where the lengths differ or are 0, or a standard deviation is 0 or not a number.
    pub fn new(mean: &[f32], std: &[f32]) -> Result<Self> {
        if mean.is_empty() || mean.len() != std.len() {
            return Err(Error::argument(
                "the mean and std of Normalize",
                format!("{} and {} numbers", mean.len(), std.len()),
                "each has one number for every channel, or one for all",
            ));
        }
        if let Some(bad) = std.iter().find(|&&std| std == 0.0 || std.is_nan()) {
            return Err(Error::argument(
                "a std of Normalize",
                bad,
                "the numbers are divided by it, so it is not 0",
            ));
        }
        Ok(Self {
            mean: mean.to_vec(),
            std: std.to_vec(),
        })
    }
}

impl TensorTransform for Normalize {
    fn apply(&self, mut image: ArrayViewMut3<'_, f32>, _: &mut Random) -> Result<()> {
        let channels = image.shape()[0];
        if self.mean.len() != 1 && self.mean.len() != channels {
            return Err(Error::argument(
                "the mean and std of Normalize",
                format!("{} numbers each", self.mean.len()),
                format!(
                    "this image has {channels} channels: give {channels} numbers, or one for all"
                ),
            ));
        }
        let constants = self.mean.iter().zip(&self.std).cycle();
        for (mut plane, (mean, std)) in image.outer_iter_mut().zip(constants) {
            plane.mapv_inplace(|x| (x - mean) / std);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_layouts_give_the_same_numbers() {
        let shape = ImageShape::new(3, 1, 2);
        let planes = Image::new(shape, ImageLayout::Chw, vec![1, 2, 3, 4, 5, 6]).unwrap();
        let interleaved = Image::new(shape, ImageLayout::Hwc, vec![1, 3, 5, 2, 4, 6]).unwrap();
        let numbers = |image| {
            ToTensor::new()
                .apply(image, &mut Random::new(0, 0, 0))
                .unwrap()
        };
        assert_eq!(numbers(planes), numbers(interleaved));
    }

    #[test]
    fn normalize_takes_one_number_for_each_channel_or_one_for_all() {
        let normalized = |mean: &[f32], std: &[f32]| {
            let mut image = ndarray::array![[[1.0f32, 2.0]], [[3.0, 4.0]]];
            Normalize::new(mean, std)
                .and_then(|n| n.apply(image.view_mut(), &mut Random::new(0, 0, 0)))
                .map(|()| image)
        };
        assert_eq!(
            normalized(&[1.0, 3.0], &[2.0, 4.0]).unwrap(),
            ndarray::array![[[0.0, 0.5]], [[0.0, 0.25]]]
        );
        assert_eq!(
            normalized(&[1.0], &[1.0]).unwrap(),
            ndarray::array![[[0.0, 1.0]], [[2.0, 3.0]]]
        );
        let message = |mean: &[f32], std: &[f32]| normalized(mean, std).unwrap_err().to_string();
        assert_eq!(
            message(&[0.0; 3], &[1.0; 3]),
            "the mean and std of Normalize is 3 numbers each; this image has 2 channels: give 2 numbers, or one for all"
        );
        assert!(message(&[0.0; 3], &[1.0; 2]).contains("3 and 2 numbers"));
        assert!(
            message(&[0.0], &[0.0])
                .starts_with("a std of Normalize is 0; the numbers are divided by it")
        );
    }
}
