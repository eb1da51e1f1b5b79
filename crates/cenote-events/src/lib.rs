//! TensorBoard event files: a [`SummaryWriter`] that writes what `torch.utils.tensorboard` writes, and an index,
//! [`LogDir`], that reads every record of every run back.
//!
//! ```
//! use cenote_events::{LogDir, SummaryWriter};
//! # let dir = tempfile::tempdir()?;
//! # let logdir = dir.path();
//! let writer = SummaryWriter::new(logdir)?;
//! for step in 0..10 {
//!     writer.add_scalar("loss", 1.0 / (step + 1) as f64, step)?;
//!     let batch = ndarray::Array4::from_elem((64, 3, 32, 32), step as f32 / 9.0);
//!     writer.add_images("input", &batch, step)?; // one picture of 8 × 8 images
//! }
//! writer.close()?;
//!
//! let index = LogDir::open(logdir)?;
//! let run = index.run(".").expect("the log directory itself is a run");
//! assert_eq!(run.tag("input").expect("a tag").len(), 10); // nothing is sampled away
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! `tensorboard --logdir DIR` shows such a directory, and `cenote events DIR` lists it.
//!
//! # Beside torch
//! Methods, options and defaults have torch's names, the step is the last argument, and
//! [`with_walltime`](SummaryWriter::with_walltime) gives a handle in place of the argument `walltime`. Given the same
//! input the events are the same, field by field, and pictures pixel by pixel; where torch has a fault ours is right:
//!
//! | method | where it differs from torch |
//! |---|---|
//! | [`add_scalar`](SummaryWriter::add_scalar), [`add_scalar_new_style`](SummaryWriter::add_scalar_new_style), [`add_scalar_double`](SummaryWriter::add_scalar_double) | three methods in place of two flags; any type of number |
//! | [`add_scalars`](SummaryWriter::add_scalars) | a `\` in a key becomes `_`; a key that is empty or leads out of the log directory is an error |
//! | [`add_image`](SummaryWriter::add_image), [`add_images`](SummaryWriter::add_images) | integers are pixel values and are not multiplied by 255; NaN is 0; batches may have an alpha channel; [`DataFormat`] has five orders of axes: permute an array of another one |
//! | [`add_image_with_boxes`](SummaryWriter::add_image_with_boxes) | a wrong number of labels is an error; no `rescale`; another typeface |
//! | [`add_video`](SummaryWriter::add_video) | needs no other package; the axes are N, T, C, H, W, as torch's must be |
//! | [`add_audio`](SummaryWriter::add_audio), [`add_text`](SummaryWriter::add_text), [`add_custom_scalars`](SummaryWriter::add_custom_scalars) | |
//! | [`add_histogram`](SummaryWriter::add_histogram), [`add_histogram_with_bins`](SummaryWriter::add_histogram_with_bins), [`add_histogram_raw`](SummaryWriter::add_histogram_raw) | [`Bins`] in place of NumPy's names |
//! | [`add_pr_curve`](SummaryWriter::add_pr_curve), [`add_pr_curve_raw`](SummaryWriter::add_pr_curve_raw) | more than 127 thresholds are an error, and not cut down without a word |
//! | [`add_mesh`](SummaryWriter::add_mesh) | shapes are checked |
//! | [`add_hparams`](SummaryWriter::add_hparams) | bools are bools; the run can be the writer's own |
//! | [`add_embedding`](SummaryWriter::add_embedding) | label images of bytes are not multiplied by 255; each file is written whole |
//! | [`add_tensor`](SummaryWriter::add_tensor) | 8-bit integers and 16-bit floats as TensorFlow has them |
//! | [`add_graph`](SummaryWriter::add_graph) | a graph built by hand: there is no model to trace |
//!
//! `add_figure` and `add_onnx_graph` have no counterpart: draw into a buffer and log it with `add_image`.
//!
//! # Features
//! * `image`: [`ImageTensor`] takes buffers of the crate `image` (`RgbImage`, `GrayImage`, `Rgb32FImage`, …).
#![cfg_attr(docsrs, feature(doc_cfg))]

mod element;
mod error;
mod histogram;
mod index;
mod masked_crc;
pub mod message;
mod payload;
mod picture;
mod pr_curve;
pub mod record;
mod writer;

pub use element::Element;
pub use error::{Error, Result};
pub use histogram::Bins;
pub use index::{
    Changes, Damage, DamageKind, FileId, FileView, LoadProgress, Location, LogDir, Mark, Problem,
    RunView, ScalarPoint, SummaryKind, TagView, Update, ValueRef, ValueSeries,
};
pub use payload::{Audio, Histogram, Numbers, Text};
#[cfg(feature = "image")]
pub use picture::BufferElement;
pub use picture::{Boxes, DataFormat, ImageTensor, Pixel, PngLevel};
pub use pr_curve::PrCurve;
pub use writer::{Embedding, Hparams, Mesh, SummaryWriter, SummaryWriterBuilder, TensorElement};
