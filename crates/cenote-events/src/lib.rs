//! TensorBoard event files: a [`SummaryWriter`], and an index that reads every record back.
#![cfg_attr(docsrs, feature(doc_cfg))]

mod element;
mod error;
mod histogram;
mod masked_crc;
pub mod message;
mod picture;
mod pr_curve;
pub mod record;
mod writer;

pub use element::Element;
pub use error::{Error, Result};
pub use histogram::Bins;
#[cfg(feature = "image")]
pub use picture::BufferElement;
pub use picture::{Boxes, DataFormat, ImageTensor, Pixel, PngLevel};
pub use pr_curve::PrCurve;
pub use writer::{Embedding, Hparams, Mesh, SummaryWriter, SummaryWriterBuilder, TensorElement};
