//! CIFAR-10, CIFAR-100 and folders of pictures: datasets, transforms and a data loader.
//!
//! A [`Dataset`] is a list of labelled images of bytes. [`transforms`] change them, and end in
//! [`ToTensor`](transforms::ToTensor), which makes numbers of the bytes. A [`DataLoader`] turns both into batches. Names
//! and meaning are those of torch and torchvision; where something differs, its documentation says so.
//!
//! ```
//! use cenote_data::{DataLoader, Sample};
//!
//! let loader = DataLoader::builder(Sample::new()).batch_size(64).shuffle(true).seed(7).build()?;
//! for batch in &loader {
//!     let batch = batch?;
//!     println!("batch {}: {:?}", batch.step, batch.images.shape());
//! }
//! # Ok::<(), cenote_data::Error>(())
//! ```
//!
//! | from | with |
//! | --- | --- |
//! | the program itself | [`Sample`]: 300 small colour images |
//! | the published files | [`Cifar10`], [`Cifar100`]: binary or python layout, folder or archive |
//! | pictures of your own | [`ImageFolder`]: one subfolder for each class |
//! | code of your own | [`Dataset`]: three methods |
//!
//! [`Subset`], [`random_split`] and [`ConcatDataset`] make datasets of parts of others, and of several.
//!
//! The feature `download`, which is on by default, adds the module that fetches the published archives.
//!
//! Nothing here panics on what a file holds, or executes what a pickle says. What a header claims is allocated only where
//! the file is long enough to hold it; for pictures, whose compression hides that, [`ImageFolder`] says what the limit is.
//!
//! Not here, unlike in torch and torchvision: other datasets (MNIST and its IDX files among them), samplers and
//! collate functions of your own, and most of the less common transforms. [`Dataset`],
//! [`ImageTransform`](transforms::ImageTransform) and [`TensorTransform`](transforms::TensorTransform) are there to
//! write what is missing.

mod archive;
mod cifar;
mod dataset;
#[cfg(feature = "download")]
pub mod download;
mod error;
mod folder;
mod image;
mod loader;
mod pickle;
mod picture;
mod random;
mod sample;
pub mod transforms;

pub use cifar::{Cifar10, Cifar100, Split};
pub use dataset::{ConcatDataset, Dataset, Example, SplitLengths, Subset, random_split};
pub use error::{Error, Result};
pub use folder::{IMAGE_EXTENSIONS, ImageFolder, is_image_file};
pub use image::{Image, ImageLayout, ImageShape, Region};
pub use loader::{Batch, Batches, DataLoader, DataLoaderBuilder};
/// The crate whose arrays [`Batch`] and [`TensorTransform`](transforms::TensorTransform) are made of.
pub use ndarray;
pub use picture::read_picture;
pub use random::Random;
pub use sample::Sample;
