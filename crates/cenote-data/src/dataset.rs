//! What a dataset is: numbered images, each with the number of its class.

mod concat;
mod subset;

use std::sync::Arc;

pub use concat::ConcatDataset;
pub use subset::{SplitLengths, Subset, random_split};

use crate::{Image, ImageShape, Result};

/// One image and the number of its class.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Example<'a> {
    /// The image, borrowed from the dataset where it lies in memory.
    pub image: Image<'a>,
    /// Its class: an index into [`Dataset::classes`].
    pub label: i64,
}

/// A finite list of labelled images that can be read in any order from several threads.
///
/// The counterpart of torch's map-style `Dataset`. A dataset of your own needs three methods:
///
/// ```
/// use cenote_data::{Dataset, Example, Image, ImageLayout, ImageShape, Result};
///
/// struct Greys(Vec<String>);
///
/// impl Dataset for Greys {
///     fn len(&self) -> usize {
///         256
///     }
///     fn get(&self, index: usize) -> Result<Example<'_>> {
///         self.check_index(index)?;
///         let pixels = vec![index as u8; 4 * 4];
///         let image = Image::new(ImageShape::new(1, 4, 4), ImageLayout::Chw, pixels)?;
///         Ok(Example { image, label: i64::from(index >= 128) })
///     }
///     fn classes(&self) -> &[String] {
///         &self.0
///     }
/// }
///
/// let greys = Greys(vec!["dark".into(), "light".into()]);
/// assert_eq!(greys.get(200)?.label, 1);
/// assert_eq!(greys.get(256).unwrap_err().to_string(), "example 256 was asked for; this dataset has 256, numbered from 0");
/// # Ok::<(), cenote_data::Error>(())
/// ```
pub trait Dataset: Send + Sync {
    /// How many examples there are.
    fn len(&self) -> usize;

    /// The example at `index`.
    ///
    /// # Errors
    /// [`Error::Index`](crate::Error::Index) from [`len`](Self::len) on; and whatever reading the example may meet, which
    /// [`Error::other`](crate::Error::other) takes.
    fn get(&self, index: usize) -> Result<Example<'_>>;

    /// The names of the classes, by number.
    fn classes(&self) -> &[String];

    /// Whether there are no examples at all.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The shape of every image, where they are all alike.
    fn image_shape(&self) -> Option<ImageShape> {
        None
    }

    /// Refuses an index at or beyond the end: the first line of most [`get`](Self::get)s.
    ///
    /// # Errors
    /// [`Error::Index`](crate::Error::Index).
    fn check_index(&self, index: usize) -> Result<()> {
        let len = self.len();
        if index < len {
            Ok(())
        } else {
            Err(crate::Error::Index { index, len })
        }
    }
}

macro_rules! impl_dataset_for_pointer {
    ($($pointer:ty),*) => {$(
        impl<D: Dataset + ?Sized> Dataset for $pointer {
            fn len(&self) -> usize {
                (**self).len()
            }
            fn get(&self, index: usize) -> Result<Example<'_>> {
                (**self).get(index)
            }
            fn classes(&self) -> &[String] {
                (**self).classes()
            }
            fn image_shape(&self) -> Option<ImageShape> {
                (**self).image_shape()
            }
        }
    )*};
}
impl_dataset_for_pointer!(&D, Arc<D>, Box<D>);
