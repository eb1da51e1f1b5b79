//! Datasets after each other.

use crate::{Dataset, Error, Example, ImageShape, Result};

/// The examples of several datasets, one dataset after the other: torch's `ConcatDataset`.
///
/// They are of one type; `Box<dyn Dataset>` is the type for those that differ.
///
/// ```
/// use cenote_data::{ConcatDataset, Dataset, Sample};
///
/// let twice = ConcatDataset::new([Sample::new(), Sample::new()])?;
/// assert_eq!(twice.len(), 600);
/// assert_eq!(twice.get(300)?, twice.get(0)?);
/// # Ok::<(), cenote_data::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct ConcatDataset<D> {
    datasets: Vec<D>,
    /// The index behind the last example of each.
    ends: Vec<usize>,
}

impl<D: Dataset> ConcatDataset<D> {
    /// The datasets in this order.
    ///
    /// # Errors
    /// [`Error::Argument`] where there is no dataset, or one has other classes than the first: a label would mean two things.
    /// torch does not look at that.
    pub fn new(datasets: impl IntoIterator<Item = D>) -> Result<Self> {
        let datasets: Vec<D> = datasets.into_iter().collect();
        let first = datasets.first().ok_or_else(|| {
            Error::argument(
                "the number of datasets of ConcatDataset",
                0,
                "give at least one",
            )
        })?;
        if let Some(other) = datasets
            .iter()
            .find(|other| other.classes() != first.classes())
        {
            return Err(Error::argument(
                "a dataset of ConcatDataset",
                format!("one of the classes {:?}", other.classes()),
                format!("all have the first one's, {:?}", first.classes()),
            ));
        }
        let ends = datasets.iter().scan(0usize, |end, dataset| {
            *end = end.saturating_add(dataset.len());
            Some(*end)
        });
        let ends = ends.collect();
        Ok(Self { datasets, ends })
    }

    /// The datasets.
    pub fn datasets(&self) -> &[D] {
        &self.datasets
    }
}

impl<D: Dataset> Dataset for ConcatDataset<D> {
    fn len(&self) -> usize {
        self.ends.last().copied().unwrap_or(0)
    }

    fn get(&self, index: usize) -> Result<Example<'_>> {
        self.check_index(index)?;
        let place = self.ends.partition_point(|&end| end <= index);
        let first = place.checked_sub(1).map_or(0, |before| self.ends[before]);
        self.datasets[place].get(index - first)
    }

    fn classes(&self) -> &[String] {
        self.datasets[0].classes()
    }

    fn image_shape(&self) -> Option<ImageShape> {
        let shape = self.datasets[0].image_shape();
        let alike = self
            .datasets
            .iter()
            .all(|other| other.image_shape() == shape);
        shape.filter(|_| alike)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Image, ImageLayout, Sample, Subset};

    /// Examples of one pixel, labelled from `first` on.
    struct Labels {
        first: i64,
        len: usize,
        classes: Vec<String>,
        shape: ImageShape,
    }

    impl Labels {
        fn new(first: i64, len: usize) -> Self {
            let (classes, shape) = (vec!["a".into()], ImageShape::new(1, 1, 1));
            Self {
                first,
                len,
                classes,
                shape,
            }
        }
    }

    impl Dataset for Labels {
        fn len(&self) -> usize {
            self.len
        }

        fn get(&self, index: usize) -> Result<Example<'_>> {
            self.check_index(index)?;
            let image = Image::new(self.shape, ImageLayout::Chw, vec![0])?;
            let label = self.first + index as i64;
            Ok(Example { image, label })
        }

        fn classes(&self) -> &[String] {
            &self.classes
        }

        fn image_shape(&self) -> Option<ImageShape> {
            Some(self.shape)
        }
    }

    #[test]
    fn examples_follow_each_other_and_empty_datasets_have_none() {
        let parts = [(0, 0), (10, 2), (0, 0), (20, 3), (0, 0)];
        let parts = parts.map(|(first, len)| Labels::new(first, len));
        let all = ConcatDataset::new(parts).unwrap();
        let labels = (0..all.len()).map(|index| all.get(index).unwrap().label);
        assert_eq!(labels.collect::<Vec<_>>(), [10, 11, 20, 21, 22]);
        assert_eq!(all.image_shape(), Some(ImageShape::new(1, 1, 1)));
        let message = all.get(5).unwrap_err().to_string();
        assert_eq!(
            message,
            "example 5 was asked for; this dataset has 5, numbered from 0"
        );
    }

    #[test]
    fn no_dataset_and_other_classes_are_refused_and_other_shapes_are_not() {
        let message = ConcatDataset::<Sample>::new([]).unwrap_err().to_string();
        assert_eq!(
            message,
            "the number of datasets of ConcatDataset is 0; give at least one"
        );
        let mut other = Labels::new(0, 1);
        other.classes = vec!["b".into()];
        let message = ConcatDataset::new([Labels::new(0, 1), other])
            .map(drop)
            .unwrap_err();
        assert_eq!(
            message.to_string(),
            "a dataset of ConcatDataset is one of the classes [\"b\"]; all have the first one's, [\"a\"]"
        );
        let mut other = Labels::new(0, 1);
        other.shape = ImageShape::new(1, 1, 2);
        let mixed = ConcatDataset::new([Labels::new(0, 1), other]).unwrap();
        assert_eq!(mixed.image_shape(), None);
    }

    #[test]
    fn datasets_of_several_types_go_in_boxes() {
        let few = Subset::new(Sample::new(), [5]).unwrap();
        let boxes: [Box<dyn Dataset>; 2] = [Box::new(Sample::new()), Box::new(few)];
        let all = ConcatDataset::new(boxes).unwrap();
        assert_eq!(all.get(300).unwrap(), all.get(5).unwrap());
    }
}
