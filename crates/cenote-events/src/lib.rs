//! TensorBoard event files: a [`SummaryWriter`], and an index that reads every record back.
#![cfg_attr(docsrs, feature(doc_cfg))]

mod error;
mod masked_crc;
pub mod message;
mod picture;
pub mod record;
mod writer;

pub use error::{Error, Result};
#[cfg(feature = "image")]
pub use picture::BufferElement;
pub use picture::{DataFormat, ImageTensor, Pixel, PngLevel};
pub use writer::{SummaryWriter, SummaryWriterBuilder};
