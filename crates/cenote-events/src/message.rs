//! The protocol buffers inside event files, as plain structs.
//!
//! Field names and numbers are those of TensorFlow's `event.proto`, `summary.proto`, `histogram.proto`, `tensor.proto`
//! and of TensorBoard's plugins. Fields that no known writer fills are left out: an unknown field is skipped when read.

/// The longest message of protocol buffers: readers refuse what is longer.
pub(crate) const LONGEST_MESSAGE: usize = i32::MAX as usize;

mod event;
pub mod graph;
pub mod plugin;
mod tensor;

pub use event::{
    AudioValue, DataClass, Event, HistogramProto, ImageValue, Kind, PluginData, SessionLog,
    SessionStatus, SourceMetadata, Summary, SummaryMetadata, TaggedRunMetadata, Value, What,
};
pub use tensor::{DataType, TensorProto, TensorShapeProto, tensor_shape};
