//! The images that come with the crate.

use crate::cifar::{IMAGE_LEN, SHAPE};
use crate::{Dataset, Example, Image, ImageLayout, ImageShape, Result};

/// One label byte and one image each, as in a CIFAR-10 file. `sample/README.md` names the sources.
static RECORDS: &[u8] = include_bytes!("../sample/sample.bin");

const CLASSES: [&str; 6] = ["astronaut", "cat", "coffee", "galaxies", "retina", "rocket"];

/// 300 colour images of 32 x 32 in six classes, inside the program: nothing to download, nothing to configure.
///
/// They are cut from six photographs that are in the public domain or under CC0, fifty of each: the whole subject, then
/// closer and closer. The order is mixed, and 300 is no multiple of 64, so that a last, short batch appears.
///
/// ```
/// use cenote_data::{Dataset, Sample};
///
/// let sample = Sample::new();
/// assert_eq!(sample.len(), 300);
/// assert_eq!(sample.image_shape().unwrap().to_string(), "3x32x32");
/// assert!(sample.classes().contains(&"cat".to_owned()));
/// ```
#[derive(Debug, Clone)]
pub struct Sample {
    classes: Vec<String>,
}

impl Sample {
    /// The images; reads nothing.
    pub fn new() -> Self {
        Self {
            classes: CLASSES.map(str::to_owned).to_vec(),
        }
    }
}

impl Default for Sample {
    fn default() -> Self {
        Self::new()
    }
}

impl Dataset for Sample {
    fn len(&self) -> usize {
        RECORDS.len() / (1 + IMAGE_LEN)
    }

    fn get(&self, index: usize) -> Result<Example<'_>> {
        self.check_index(index)?;
        let record = &RECORDS[index * (1 + IMAGE_LEN)..][..=IMAGE_LEN];
        let image = Image::new(SHAPE, ImageLayout::Chw, &record[1..])?;
        Ok(Example {
            image,
            label: record[0].into(),
        })
    }

    fn classes(&self) -> &[String] {
        &self.classes
    }

    fn image_shape(&self) -> Option<ImageShape> {
        Some(SHAPE)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_fifty_images_of_each_class_and_none_is_blank() {
        assert_eq!(RECORDS.len() % (1 + IMAGE_LEN), 0);
        assert!(RECORDS.len() < 1_000_000);
        let sample = Sample::new();
        let mut counts = vec![0; sample.classes().len()];
        for index in 0..sample.len() {
            let Example { image, label } = sample.get(index).unwrap();
            counts[usize::try_from(label).unwrap()] += 1;
            let (darkest, lightest) = (image.pixels().iter().min(), image.pixels().iter().max());
            assert!(
                lightest.unwrap() - darkest.unwrap() > 60,
                "image {index} is almost blank"
            );
        }
        assert_eq!(counts, vec![50; 6]);
        assert!(sample.get(300).is_err());
    }
}
