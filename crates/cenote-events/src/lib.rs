//! TensorBoard event files: a [`SummaryWriter`], and an index that reads every record back.
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
    RunView, ScalarPoint, SummaryKind, TagView, Update, ValueRef,
};
pub use payload::{Audio, Histogram, Numbers, Text};
#[cfg(feature = "image")]
pub use picture::BufferElement;
pub use picture::{Boxes, DataFormat, ImageTensor, Pixel, PngLevel};
pub use pr_curve::PrCurve;
pub use writer::{Embedding, Hparams, Mesh, SummaryWriter, SummaryWriterBuilder, TensorElement};
