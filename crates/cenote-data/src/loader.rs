//! Batches of a dataset, in order, made by as many threads as wanted.

mod batches;
mod epoch;

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use ndarray::Array4;

pub use batches::Batches;

use crate::transforms::ToTensor;
use crate::{Dataset, Error, Result};

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
/// [`drop_last`](DataLoaderBuilder::drop_last) is set. What goes wrong while a batch is made, a panic of the dataset or a
/// transform included, arrives as an error in that batch's place, and the batches after it follow.
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
#[derive(Debug)]
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
#[derive(Debug)]
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

    /// What happens to each image on its way into the batch: a [`ToTensor`] with the steps before and after it, or a
    /// [`Compose`](crate::transforms::Compose) of steps before it. Default: [`ToTensor`] alone.
    #[must_use]
    pub fn transform(mut self, transform: impl Into<ToTensor>) -> Self {
        self.plan.transform = transform.into();
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
        self.plan.batches_of(self.plan.dataset.len())
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
    /// How many batches so many images make.
    fn batches_of(&self, images: usize) -> usize {
        if self.drop_last {
            images / self.batch_size
        } else {
            images.div_ceil(self.batch_size)
        }
    }
}

impl fmt::Debug for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Plan")
            .field("images", &self.dataset.len())
            .field("transform", &self.transform)
            .field("batch_size", &self.batch_size)
            .field("drop_last", &self.drop_last)
            .field("shuffle", &self.shuffle)
            .field("seed", &self.seed)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
