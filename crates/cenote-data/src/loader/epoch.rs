//! One pass over a dataset, and how each of its batches is made.

use std::sync::Arc;

use ndarray::Array4;

use super::{Batch, Plan};
use crate::random::permutation;
use crate::{Error, ImageShape, Random, Result};

/// One epoch of a plan.
pub(super) struct Epoch {
    plan: Arc<Plan>,
    number: u64,
    /// Images of the dataset when the epoch began.
    len: usize,
    /// Their order; none where it is the dataset's own.
    order: Option<Vec<usize>>,
}

impl Epoch {
    pub(super) fn new(plan: &Arc<Plan>, number: u64) -> Self {
        let len = plan.dataset.len();
        let order = plan.shuffle.then(|| permutation(len, plan.seed, number));
        Self {
            plan: Arc::clone(plan),
            number,
            len,
            order,
        }
    }

    pub(super) fn batches(&self) -> usize {
        self.plan.batches_of(self.len)
    }

    /// Makes one batch; `None` where `stopped` says so in between.
    pub(super) fn load(&self, step: usize, stopped: impl Fn() -> bool) -> Option<Result<Batch>> {
        let first = step * self.plan.batch_size;
        let last = first.saturating_add(self.plan.batch_size).min(self.len);
        let mut filling = Filling::new(step, last - first);
        for position in first..last {
            if stopped() {
                return None;
            }
            if let Err(error) = self.add(position, &mut filling) {
                return Some(Err(error));
            }
        }
        Some(filling.finish())
    }

    fn add(&self, position: usize, filling: &mut Filling) -> Result<()> {
        let plan = &*self.plan;
        let index = self
            .order
            .as_ref()
            .map_or(position, |order| order[position]);
        let example = plan.dataset.get(index)?;
        let mut random = Random::new(plan.seed, self.number, index as u64);
        let image = plan.transform.prepare(example.image, &mut random)?;
        filling.make_room(image.shape())?;
        filling.labels.push(example.label);
        plan.transform.append(&image, &mut filling.numbers)
    }
}

/// A batch in the making. Its numbers are written once, into memory that is reserved when the first image is in hand.
struct Filling {
    step: usize,
    /// How many images it will have.
    images: usize,
    /// The shape of the first.
    shape: Option<ImageShape>,
    numbers: Vec<f32>,
    labels: Vec<i64>,
}

impl Filling {
    fn new(step: usize, images: usize) -> Self {
        Self {
            step,
            images,
            shape: None,
            numbers: Vec::new(),
            labels: Vec::with_capacity(images),
        }
    }

    /// Checks the shape of the next image; at the first one, makes room for all.
    fn make_room(&mut self, other: ImageShape) -> Result<()> {
        match self.shape {
            Some(first) if first == other => Ok(()),
            Some(first) => Err(Error::MixedSizes {
                step: self.step,
                first,
                other,
            }),
            None => {
                self.shape = Some(other);
                let len = other
                    .checked_len()
                    .and_then(|len| len.checked_mul(self.images));
                len.and_then(|len| self.numbers.try_reserve_exact(len).ok()).ok_or_else(|| {
                    let allowed = "a batch of these images has to fit in memory: choose a smaller batch_size";
                    Error::argument("the number of images in a batch", self.images, allowed)
                })
            }
        }
    }

    fn finish(self) -> Result<Batch> {
        let ImageShape {
            channels,
            height,
            width,
        } = self.shape.unwrap_or(ImageShape::new(0, 0, 0));
        let shape = (self.labels.len(), channels, height, width);
        let images = Array4::from_shape_vec(shape, self.numbers).map_err(|error| {
            Error::argument(
                "the shape of a batch",
                format!("{shape:?}"),
                error.to_string(),
            )
        })?;
        Ok(Batch {
            step: self.step,
            images,
            labels: self.labels,
        })
    }
}
