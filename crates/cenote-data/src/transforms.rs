//! What happens to an image between the dataset and the batch, with the meaning of torchvision's `transforms`.
//!
//! Transforms of bytes ([`ImageTransform`]) come first, [`ToTensor`] turns bytes into numbers, and transforms of
//! numbers ([`TensorTransform`]) follow. torchvision finds a wrong order when it runs; here it does not compile.

mod crop;
mod flip;
mod resize;
mod resized_crop;
mod to_tensor;

use std::fmt;
use std::sync::Arc;

pub use crop::{CenterCrop, CropSize, Padding, RandomCrop};
pub use flip::{RandomHorizontalFlip, RandomVerticalFlip};
pub use resize::{Resize, ResizeTo};
pub use resized_crop::RandomResizedCrop;
pub use to_tensor::{Normalize, TensorTransform, ToTensor};

use crate::{Image, Random, Result};

/// A change to an image of bytes, for instance [`Resize`] or [`RandomCrop`].
pub trait ImageTransform: Send + Sync {
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
#[derive(Clone, Default)]
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
        ToTensor::after(self)
    }
}

impl ImageTransform for Compose {
    fn apply<'a>(&self, image: Image<'a>, random: &mut Random) -> Result<Image<'a>> {
        self.steps
            .iter()
            .try_fold(image, |image, step| step.apply(image, random))
    }
}

impl fmt::Debug for Compose {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Compose({} steps)", self.steps.len())
    }
}
