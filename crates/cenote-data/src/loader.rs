//! Batches of a dataset, in order, made by as many threads as wanted.

mod batches;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use ndarray::Array4;

pub use batches::Batches;

use crate::random::permutation;
use crate::transforms::ToTensor;
use crate::{Dataset, Error, Random, Result};

/// Some images of a dataset as one tensor, with their labels.
#[derive(Debug, Clone, PartialEq)]
pub struct Batch {
    /// The batch's place in its epoch, from 0.
    pub step: usize,
    /// Images x channels x height x width.
    pub images: Array4<f32>,
    /// The class of each image.
    pub labels: Vec<i64>,
}

/// Turns a dataset into batches: torch's `DataLoader`.
///
/// The order of the batches, and what is in them, depends on the dataset, the seed and the epoch, never on the number
/// of workers. The last batch is short where the dataset is no multiple of the batch size, unless
/// [`drop_last`](DataLoaderBuilder::drop_last) is set. What goes wrong while a batch is made arrives in that batch's
/// place, and the batches after it follow.
///
/// ```
/// use cenote_data::{DataLoader, Sample};
///
/// let loader = DataLoader::builder(Sample::new()).batch_size(64).build()?;
/// assert_eq!(loader.len(), 5);
/// let mut images = 0;
/// for batch in &loader {
///     let batch = batch?;
///     assert_eq!(batch.images.shape()[1..], [3, 32, 32]);
///     images += batch.labels.len();
/// }
/// assert_eq!(images, 300);
/// # Ok::<(), cenote_data::Error>(())
/// ```
pub struct DataLoader {
    plan: Arc<Plan>,
    num_workers: usize,
    prefetch_factor: usize,
    epoch: AtomicU64,
}

/// Everything that decides what is in a batch.
struct Plan {
    dataset: Arc<dyn Dataset>,
    transform: ToTensor,
    batch_size: usize,
    drop_last: bool,
    shuffle: bool,
    seed: u64,
}

/// The options of a [`DataLoader`], with torch's names and defaults.
pub struct DataLoaderBuilder {
    plan: Plan,
    num_workers: usize,
    prefetch_factor: usize,
}

impl DataLoaderBuilder {
    /// How many images a batch has. Default: 1.
    #[must_use]
    pub fn batch_size(mut self, images: usize) -> Self {
        self.plan.batch_size = images;
        self
    }

    /// Whether each epoch has the images in another random order, drawn from the [`seed`](Self::seed). Default: no.
    #[must_use]
    pub fn shuffle(mut self, shuffle: bool) -> Self {
        self.plan.shuffle = shuffle;
        self
    }

    /// What the order of a shuffled epoch and the random transforms are drawn from. Default: 0; unlike torch, two runs
    /// with the same seed are always alike.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.plan.seed = seed;
        self
    }

    /// Whether a last batch of fewer images is left out. Default: no.
    #[must_use]
    pub fn drop_last(mut self, drop: bool) -> Self {
        self.plan.drop_last = drop;
        self
    }

    /// How many threads make batches ahead of their use. Default: 0, the caller's own thread makes each batch when it
    /// is asked for. Where the system refuses a thread, the loader goes on with fewer.
    #[must_use]
    pub fn num_workers(mut self, threads: usize) -> Self {
        self.num_workers = threads;
        self
    }

    /// How many batches each worker may have ready or in the making. Default: 2.
    #[must_use]
    pub fn prefetch_factor(mut self, batches: usize) -> Self {
        self.prefetch_factor = batches;
        self
    }

    /// What happens to each image on its way into the batch. Default: [`ToTensor`] alone.
    #[must_use]
    pub fn transform(mut self, transform: ToTensor) -> Self {
        self.plan.transform = transform;
        self
    }

    /// The loader.
    ///
    /// # Errors
    /// [`Error::Argument`] where `batch_size` is 0, `prefetch_factor` is not from 1 to 1024, or `num_workers` is above
    /// 1024.
    pub fn build(self) -> Result<DataLoader> {
        if self.plan.batch_size == 0 {
            let allowed = "a batch has at least 1 image; torch's default is 1";
            return Err(Error::argument("batch_size", 0, allowed));
        }
        if !(1..=1024).contains(&self.prefetch_factor) {
            let allowed = "each worker makes 1 to 1024 batches ahead; torch's default is 2";
            return Err(Error::argument(
                "prefetch_factor",
                self.prefetch_factor,
                allowed,
            ));
        }
        if self.num_workers > 1024 {
            let allowed = "0 to 1024 threads; the number of processor cores is a good choice";
            return Err(Error::argument("num_workers", self.num_workers, allowed));
        }
        Ok(DataLoader {
            plan: Arc::new(self.plan),
            num_workers: self.num_workers,
            prefetch_factor: self.prefetch_factor,
            epoch: AtomicU64::new(0),
        })
    }
}

impl DataLoader {
    /// A loader of `dataset` with torch's defaults, to be changed. To keep the dataset for yourself as well, pass an
    /// [`Arc`] of it.
    pub fn builder(dataset: impl Dataset + 'static) -> DataLoaderBuilder {
        DataLoaderBuilder {
            plan: Plan {
                dataset: Arc::new(dataset),
                transform: ToTensor::new(),
                batch_size: 1,
                drop_last: false,
                shuffle: false,
                seed: 0,
            },
            num_workers: 0,
            prefetch_factor: 2,
        }
    }

    /// How many batches an epoch has.
    pub fn len(&self) -> usize {
        self.plan.batches()
    }

    /// Whether an epoch has no batch.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The dataset.
    pub fn dataset(&self) -> &dyn Dataset {
        &*self.plan.dataset
    }

    /// The batches of one epoch: the same number always gives the same batches.
    ///
    /// `for batch in &loader` runs through the epochs 0, 1, 2 and so on, one for each loop.
    pub fn epoch(&self, epoch: u64) -> Batches {
        Batches::start(&self.plan, epoch, (self.num_workers, self.prefetch_factor))
    }
}

impl IntoIterator for &DataLoader {
    type Item = Result<Batch>;
    type IntoIter = Batches;

    fn into_iter(self) -> Batches {
        self.epoch(self.epoch.fetch_add(1, Ordering::Relaxed))
    }
}

impl Plan {
    fn batches(&self) -> usize {
        let len = self.dataset.len();
        if self.drop_last {
            len / self.batch_size
        } else {
            len.div_ceil(self.batch_size)
        }
    }

    /// The order of an epoch; none where it is the dataset's own.
    fn order(&self, epoch: u64) -> Option<Vec<usize>> {
        self.shuffle
            .then(|| permutation(self.dataset.len(), self.seed, epoch))
    }
}

/// One epoch of a plan.
struct Epoch {
    plan: Arc<Plan>,
    number: u64,
    order: Option<Vec<usize>>,
}

impl Epoch {
    /// Makes one batch; `None` where `stopped` says so in between.
    fn load(&self, step: usize, stopped: impl Fn() -> bool) -> Option<Result<Batch>> {
        let plan = &*self.plan;
        let first = step * plan.batch_size;
        let last = first
            .saturating_add(plan.batch_size)
            .min(plan.dataset.len());
        let mut numbers = Vec::new();
        let mut labels = Vec::with_capacity(last - first);
        let mut shape = None;
        for position in first..last {
            if stopped() {
                return None;
            }
            let index = self
                .order
                .as_ref()
                .map_or(position, |order| order[position]);
            let mut add = || {
                let example = plan.dataset.get(index)?;
                let mut random = Random::new(plan.seed, self.number, index as u64);
                let image = plan.transform.prepare(example.image, &mut random)?;
                let other = image.shape();
                let first = *shape.get_or_insert(other);
                if first != other {
                    return Err(Error::MixedSizes { step, first, other });
                }
                if numbers.is_empty() {
                    let images = last - position;
                    reserve(
                        &mut numbers,
                        image.pixels().len().checked_mul(images),
                        images,
                    )?;
                }
                labels.push(example.label);
                plan.transform.append(&image, &mut numbers)
            };
            if let Err(error) = add() {
                return Some(Err(error));
            }
        }
        let shape = shape?;
        let shape = (labels.len(), shape.channels, shape.height, shape.width);
        let images = Array4::from_shape_vec(shape, numbers).map_err(|e| {
            Error::argument("the shape of a batch", format!("{shape:?}"), e.to_string())
        });
        Some(images.map(|images| Batch {
            step,
            images,
            labels,
        }))
    }
}

/// Makes room for a batch whose images are in hand.
fn reserve(numbers: &mut Vec<f32>, len: Option<usize>, images: usize) -> Result<()> {
    len.and_then(|len| numbers.try_reserve_exact(len).ok())
        .ok_or_else(|| {
            let allowed =
                "a batch of these images has to fit in memory: choose a smaller batch_size";
            Error::argument("the number of images in a batch", images, allowed)
        })
}

#[cfg(test)]
mod tests;
