//! From the numbers of a tensor to an encoded picture: format → pixels → grid → PNG.

mod boxes;
mod format;
mod grid;
mod pixel;
mod png;
mod source;

pub use boxes::Boxes;
pub use format::DataFormat;
pub(crate) use grid::Canvas;
pub(crate) use grid::Tiles;
pub use pixel::Pixel;
pub use png::PngLevel;
pub(crate) use png::encode_png;
#[cfg(feature = "image")]
pub use source::BufferElement;
pub use source::ImageTensor;
