//! Pooling.
mod element;
mod engine;
mod error;
mod fold;
mod kernel;
mod lane;
mod layout;
mod nn;
mod pass;
mod plan;
mod reduce;
#[doc(hidden)]
pub mod reference;
mod scratch;
mod threads;
pub mod window;

pub use element::Element;
pub use error::{Error, Result};
pub use layout::MemoryFormat;
pub use nn::{Layer, Max, MaxPool, MaxPool1d, MaxPool2d, MaxPool3d, PerAxis, SlidingPool};
pub use plan::Plan;
