//! One pass over a dataset, and how each of its batches is made.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
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
    order: Order,
}

/// Which example comes at which position.
enum Order {
    /// The dataset's own.
    Given,
    Shuffled(Vec<usize>),
    /// A shuffled one, for which the system has no room.
    TooLong,
}

impl Epoch {
    pub(super) fn new(plan: &Arc<Plan>, number: u64) -> Self {
        let len = plan.dataset.len();
        let order = if plan.shuffle {
            permutation(len, plan.seed, number).map_or(Order::TooLong, Order::Shuffled)
        } else {
            Order::Given
        };
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

    /// Makes one batch; `None` where `stopped` says so in between. A panic of the dataset or a transform is an error.
    pub(super) fn load(&self, step: usize, stopped: impl Fn() -> bool) -> Option<Result<Batch>> {
        // Of what is made here nothing outlives a panic, and what the dataset keeps is its own to keep whole.
        let made = catch_unwind(AssertUnwindSafe(|| self.make(step, stopped)));
        made.unwrap_or_else(|panic| {
            let message = message(&*panic);
            Some(Err(Error::WorkerPanicked { step, message }))
        })
    }

    fn make(&self, step: usize, stopped: impl Fn() -> bool) -> Option<Result<Batch>> {
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
        let index = match &self.order {
            Order::Given => position,
            Order::Shuffled(order) => order[position],
            Order::TooLong => {
                let allowed = "the random order of a shuffled dataset has to fit in memory: set shuffle(false)";
                return Err(Error::argument("the number of examples", self.len, allowed));
            }
        };
        let example = plan.dataset.get(index)?;
        let mut random = Random::new(plan.seed, self.number, index as u64);
        let image = plan.transform.prepare(example.image, &mut random)?;
        filling.make_room(image.shape())?;
        filling.labels.push(example.label);
        plan.transform
            .append(&image, &mut filling.numbers, &mut random)
    }
}

/// What a panic said.
fn message(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(ToString::to_string);
    text.or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "no message".to_owned())
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
            labels: Vec::new(),
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
                self.reserve(other).ok_or_else(|| {
                    let allowed =
                        "a batch of these images has to fit in memory: choose a smaller batch_size";
                    Error::argument("the number of images in a batch", self.images, allowed)
                })
            }
        }
    }

    /// Memory for all images of this shape and their labels; `None` where the system has no room for them.
    fn reserve(&mut self, shape: ImageShape) -> Option<()> {
        let len = shape.checked_len()?.checked_mul(self.images)?;
        self.numbers.try_reserve_exact(len).ok()?;
        self.labels.try_reserve_exact(self.images).ok()
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
