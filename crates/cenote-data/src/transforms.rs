//! What happens to an image between the dataset and the batch, with the meaning of torchvision's `transforms`.
//!
//! Transforms of bytes ([`ImageTransform`]) come first, [`ToTensor`] turns bytes into numbers, and transforms of
//! numbers ([`TensorTransform`]) follow. torchvision finds a wrong order when it runs; here it does not compile.

mod color;
mod crop;
mod flip;
mod resize;
mod resized_crop;
mod to_tensor;

use std::fmt::Debug;
use std::sync::Arc;

pub use color::ColorJitter;
pub use crop::{CenterCrop, CropSize, Padding, RandomCrop};
pub use flip::{RandomHorizontalFlip, RandomVerticalFlip};
pub use resize::{Resize, ResizeTo};
pub use resized_crop::RandomResizedCrop;
pub use to_tensor::{Normalize, TensorTransform, ToTensor};

use crate::{Image, Random, Result};

/// A change to an image of bytes, for instance [`Resize`] or [`RandomCrop`].
///
/// One of your own, which turns dark into light and back, now and then:
///
/// ```
/// use cenote_data::transforms::{Compose, ImageTransform};
/// use cenote_data::{Dataset, Image, Random, Result, Sample};
///
/// #[derive(Debug)]
/// struct RandomInvert(f64);
///
/// impl ImageTransform for RandomInvert {
///     fn apply<'a>(&self, mut image: Image<'a>, random: &mut Random) -> Result<Image<'a>> {
///         if random.chance(self.0) {
///             for byte in image.pixels_mut() {
///                 *byte = 255 - *byte;
///             }
///         }
///         Ok(image)
///     }
/// }
///
/// let transform = Compose::new().then(RandomInvert(1.0));
/// assert_eq!(format!("{transform:?}"), "Compose { steps: [RandomInvert(1.0)] }");
/// let sample = Sample::new();
/// let image = sample.get(0)?.image;
/// let inverted = transform.apply(image.clone(), &mut Random::new(7, 0, 0))?;
/// assert_eq!(inverted.pixels()[5], 255 - image.pixels()[5]);
/// # Ok::<(), cenote_data::Error>(())
/// ```
///
/// [`Image::into_layout`] brings the bytes into the order that a transform wants, and a transform that changes the size
/// ends in [`Image::new`].
pub trait ImageTransform: Debug + Send + Sync {
    /// The changed image. Whatever is left to chance is drawn from `random`.
    ///
    /// # Errors
    /// Whatever makes the transform impossible for this image.
    fn apply<'a>(&self, image: Image<'a>, random: &mut Random) -> Result<Image<'a>>;
}

/// Several transforms, one after the other: torchvision's `Compose`.
///
/// ```
/// use cenote_data::transforms::{Compose, Normalize, RandomCrop, RandomHorizontalFlip};
/// use cenote_data::{Dataset, Random, Sample};
///
/// let transform = Compose::new()
///     .then(RandomCrop::new(32).padding(4))
///     .then(RandomHorizontalFlip::new(0.5)?)
///     .to_tensor()
///     .then(Normalize::new(&[0.5, 0.5, 0.5], &[0.25, 0.25, 0.25])?);
/// let sample = Sample::new();
/// let tensor = transform.apply(sample.get(0)?.image, &mut Random::new(7, 0, 0))?;
/// assert_eq!(tensor.shape(), [3, 32, 32]);
/// # Ok::<(), cenote_data::Error>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct Compose {
    steps: Vec<Arc<dyn ImageTransform>>,
}

impl Compose {
    /// No transform yet: the image passes unchanged.
    pub fn new() -> Self {
        Self::default()
    }

    /// Appends a step.
    #[must_use]
    pub fn then(mut self, step: impl ImageTransform + 'static) -> Self {
        self.steps.push(Arc::new(step));
        self
    }

    /// Ends the steps on bytes; steps on numbers may follow.
    pub fn to_tensor(self) -> ToTensor {
        self.into()
    }
}

impl ImageTransform for Compose {
    fn apply<'a>(&self, image: Image<'a>, random: &mut Random) -> Result<Image<'a>> {
        self.steps
            .iter()
            .try_fold(image, |image, step| step.apply(image, random))
    }
}
