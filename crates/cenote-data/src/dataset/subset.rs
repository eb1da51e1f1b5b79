//! Parts of a dataset.

use std::sync::Arc;

use crate::random::permutation_of_split;
use crate::{Dataset, Error, Example, ImageShape, Result};

/// Some examples of a dataset, in an order of their own: torch's `Subset`.
///
/// ```
/// use cenote_data::{Dataset, Sample, Subset};
///
/// let few = Subset::new(Sample::new(), [7, 3, 3])?;
/// assert_eq!(few.len(), 3);
/// assert_eq!(few.get(1)?, few.dataset().get(3)?);
/// # Ok::<(), cenote_data::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Subset<D> {
    dataset: D,
    indices: Vec<usize>,
}

impl<D: Dataset> Subset<D> {
    /// The examples of `dataset` at `indices`, in this order; an index may come more than once. To use the dataset in
    /// several places, pass an [`Arc`] of it.
    ///
    /// # Errors
    /// [`Error::Index`] where an index is not in the dataset, unlike in torch, which finds that when it is asked for.
    pub fn new(dataset: D, indices: impl Into<Vec<usize>>) -> Result<Self> {
        let indices = indices.into();
        for &index in &indices {
            dataset.check_index(index)?;
        }
        Ok(Self { dataset, indices })
    }

    /// The whole dataset.
    pub fn dataset(&self) -> &D {
        &self.dataset
    }

    /// Where in it the examples are.
    pub fn indices(&self) -> &[usize] {
        &self.indices
    }
}

impl<D: Dataset> Dataset for Subset<D> {
    fn len(&self) -> usize {
        self.indices.len()
    }

    fn get(&self, index: usize) -> Result<Example<'_>> {
        self.check_index(index)?;
        self.dataset.get(self.indices[index])
    }

    fn classes(&self) -> &[String] {
        self.dataset.classes()
    }

    fn image_shape(&self) -> Option<ImageShape> {
        self.dataset.image_shape()
    }
}

/// How large the `N` parts of [`random_split`] are.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum SplitLengths<const N: usize> {
    /// So many examples each: together as many as the dataset has.
    Examples([usize; N]),
    /// These shares of the dataset: together 1. Each is rounded down, and what is left goes to the parts in turn, one
    /// example each, as in torch.
    Fractions([f64; N]),
}

impl<const N: usize> From<[usize; N]> for SplitLengths<N> {
    fn from(examples: [usize; N]) -> Self {
        Self::Examples(examples)
    }
}

impl<const N: usize> From<[f64; N]> for SplitLengths<N> {
    fn from(fractions: [f64; N]) -> Self {
        Self::Fractions(fractions)
    }
}

impl<const N: usize> SplitLengths<N> {
    /// The examples of each part, where they fit a dataset of `len`.
    fn of(self, len: usize) -> Option<[usize; N]> {
        let lengths = match self {
            Self::Examples(examples) => examples,
            Self::Fractions(fractions) => {
                let are_shares = fractions.iter().all(|share| (0.0..=1.0).contains(share));
                if !are_shares || (fractions.iter().sum::<f64>() - 1.0).abs() > 1e-9 {
                    return None;
                }
                let mut lengths = fractions.map(|share| (len as f64 * share).floor() as usize);
                let left = len.checked_sub(lengths.iter().sum())?;
                for part in 0..left {
                    lengths[part % N] += 1;
                }
                lengths
            }
        };
        let total = lengths
            .iter()
            .try_fold(0usize, |sum, &part| sum.checked_add(part));
        (total == Some(len)).then_some(lengths)
    }
}

/// Deals the examples of a dataset into parts at random, each example into one: torch's `random_split`.
///
/// The parts depend on the dataset's length, `lengths` and `seed` alone. Like a shuffled order, they are not those that
/// torch makes from the same seed.
///
/// ```
/// use std::sync::Arc;
/// use cenote_data::{Dataset, Sample, random_split};
///
/// let sample = Arc::new(Sample::new());
/// let [train, validation] = random_split(Arc::clone(&sample), [0.9, 0.1], 7)?;
/// assert_eq!((train.len(), validation.len()), (270, 30));
/// let [ten, others] = random_split(sample, [10, 290], 7)?;
/// assert_eq!((ten.len(), others.len()), (10, 290));
/// # Ok::<(), cenote_data::Error>(())
/// ```
///
/// # Errors
/// [`Error::Argument`] where the lengths are not together the dataset's, or the fractions not together 1, or where the system
/// has no room for the order.
pub fn random_split<D: Dataset + ?Sized, const N: usize>(
    dataset: Arc<D>,
    lengths: impl Into<SplitLengths<N>>,
    seed: u64,
) -> Result<[Subset<Arc<D>>; N]> {
    let (given, len) = (lengths.into(), dataset.len());
    let lengths = given.of(len).ok_or_else(|| {
        Error::argument(
            "the lengths of random_split",
            format!("{given:?}"),
            format!("this dataset has {len} examples: give lengths that add up to it, or fractions that add up to 1"),
        )
    })?;
    let order = permutation_of_split(len, seed).ok_or_else(|| {
        let allowed = "the random order of a dataset has to fit in memory: split a smaller one";
        Error::argument("the number of examples", len, allowed)
    })?;
    let mut rest = order.as_slice();
    Ok(lengths.map(|length| {
        let (part, others) = rest.split_at(length);
        rest = others;
        Subset {
            dataset: Arc::clone(&dataset),
            indices: part.to_vec(),
        }
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Sample;

    fn lengths<const N: usize>(
        given: impl Into<SplitLengths<N>>,
        len: usize,
    ) -> Option<[usize; N]> {
        given.into().of(len)
    }

    #[test]
    fn a_subset_has_its_examples_in_its_order() {
        let sample = Sample::new();
        let subset = Subset::new(&sample, [299, 0, 299]).unwrap();
        assert_eq!(subset.indices(), [299, 0, 299]);
        assert_eq!(subset.get(0).unwrap(), sample.get(299).unwrap());
        assert_eq!(subset.get(1).unwrap(), sample.get(0).unwrap());
        assert_eq!(subset.get(2).unwrap(), sample.get(299).unwrap());
        assert_eq!(subset.classes(), sample.classes());
        assert_eq!(subset.image_shape(), sample.image_shape());
        let message = subset.get(3).unwrap_err().to_string();
        assert_eq!(
            message,
            "example 3 was asked for; this dataset has 3, numbered from 0"
        );
        let message = Subset::new(&sample, [0, 300]).unwrap_err().to_string();
        assert_eq!(
            message,
            "example 300 was asked for; this dataset has 300, numbered from 0"
        );
        assert!(Subset::new(sample, []).unwrap().is_empty());
    }

    #[test]
    fn fractions_are_rounded_as_by_torch() {
        // What torch 2.15 makes of them.
        assert_eq!(lengths([0.8, 0.2], 300), Some([240, 60]));
        assert_eq!(lengths([0.33, 0.33, 0.34], 10), Some([4, 3, 3]));
        assert_eq!(lengths([0.5, 0.5], 7), Some([4, 3]));
        assert_eq!(lengths([0.1; 10], 11), Some([2, 1, 1, 1, 1, 1, 1, 1, 1, 1]));
        assert_eq!(lengths([0.9, 0.05, 0.05], 5), Some([5, 0, 0]));
        assert_eq!(lengths([0.25; 4], 3), Some([1, 1, 1, 0]));
        assert_eq!(lengths([0.29, 0.71], 100), Some([29, 71]));
    }

    #[test]
    fn lengths_that_do_not_add_up_are_refused() {
        assert_eq!(lengths([1, 2], 4), None);
        assert_eq!(lengths([usize::MAX, 5], 4), None);
        assert_eq!(lengths([0.5, 0.4], 4), None);
        assert_eq!(lengths([1.5, -0.5], 4), None);
        assert_eq!(lengths([f64::NAN, 1.0], 4), None);
        assert_eq!(lengths::<0>([0.0; 0], 4), None);
        let message = random_split(Arc::new(Sample::new()), [1, 2], 0).unwrap_err();
        assert_eq!(
            message.to_string(),
            "the lengths of random_split is Examples([1, 2]); this dataset has 300 examples: give lengths that add up to \
             it, or fractions that add up to 1"
        );
    }

    #[test]
    fn a_split_deals_each_example_into_one_part_and_depends_on_the_seed() {
        let sample: Arc<dyn Dataset> = Arc::new(Sample::new());
        let split = |seed| {
            let parts = random_split(Arc::clone(&sample), [100, 150, 50], seed).unwrap();
            parts.map(|part| part.indices().to_vec())
        };
        let parts = split(1);
        assert_eq!(parts.each_ref().map(Vec::len), [100, 150, 50]);
        let mut all = parts.concat();
        assert_ne!(all, crate::random::permutation(300, 1, 0).unwrap());
        all.sort_unstable();
        assert!(all.into_iter().eq(0..300));
        assert_eq!(split(1), parts);
        assert_ne!(split(2), parts);
    }
}
