//! `event.proto`, `summary.proto` and `histogram.proto`.

use prost::{Enumeration, Message, Oneof};

use super::TensorProto;

/// One record of an event file.
#[derive(Clone, PartialEq, Message)]
pub struct Event {
    /// Seconds since the Unix epoch.
    #[prost(double, tag = "1")]
    pub wall_time: f64,
    /// The global step.
    #[prost(int64, tag = "2")]
    pub step: i64,
    /// What the event carries.
    #[prost(oneof = "What", tags = "3, 4, 5, 7, 8, 9")]
    pub what: Option<What>,
    /// Who wrote the file; on the first event only.
    #[prost(message, optional, tag = "10")]
    pub source_metadata: Option<SourceMetadata>,
}

/// What an [`Event`] carries.
#[derive(Clone, PartialEq, Oneof)]
pub enum What {
    /// `brain.Event:2`; on the first event of a file.
    #[prost(string, tag = "3")]
    FileVersion(String),
    /// A serialised `GraphDef`.
    #[prost(bytes, tag = "4")]
    GraphDef(Vec<u8>),
    /// Values under tags.
    #[prost(message, tag = "5")]
    Summary(Summary),
    /// A session starting or stopping.
    #[prost(message, tag = "7")]
    SessionLog(SessionLog),
    /// Run metadata under a tag.
    #[prost(message, tag = "8")]
    TaggedRunMetadata(TaggedRunMetadata),
    /// A serialised `MetaGraphDef`.
    #[prost(bytes, tag = "9")]
    MetaGraphDef(Vec<u8>),
}

/// Who wrote a file.
#[derive(Clone, PartialEq, Eq, Hash, Message)]
pub struct SourceMetadata {
    /// The name of the writer.
    #[prost(string, tag = "1")]
    pub writer: String,
}

/// A session starting, stopping or saving.
#[derive(Clone, PartialEq, Eq, Hash, Message)]
pub struct SessionLog {
    /// What happened.
    #[prost(enumeration = "SessionStatus", tag = "1")]
    pub status: i32,
    /// Where a checkpoint was saved.
    #[prost(string, tag = "2")]
    pub checkpoint_path: String,
    /// A message for people.
    #[prost(string, tag = "3")]
    pub msg: String,
}

/// What a [`SessionLog`] says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Enumeration)]
#[repr(i32)]
pub enum SessionStatus {
    /// Not said.
    Unspecified = 0,
    /// A session starts at this event's step: what was written before for this step and later is void.
    Start = 1,
    /// A session stops.
    Stop = 2,
    /// A checkpoint was saved.
    Checkpoint = 3,
}

/// A serialised `RunMetadata` (for instance step statistics) under a tag.
#[derive(Clone, PartialEq, Eq, Hash, Message)]
pub struct TaggedRunMetadata {
    /// The tag.
    #[prost(string, tag = "1")]
    pub tag: String,
    /// A serialised `RunMetadata`.
    #[prost(bytes = "vec", tag = "2")]
    pub run_metadata: Vec<u8>,
}

/// Values, each under its tag.
#[derive(Clone, PartialEq, Message)]
pub struct Summary {
    /// The values.
    #[prost(message, repeated, tag = "1")]
    pub value: Vec<Value>,
}

/// One value under its tag.
#[derive(Clone, PartialEq, Message)]
pub struct Value {
    /// The tag.
    #[prost(string, tag = "1")]
    pub tag: String,
    /// How to show it; writers of TensorFlow put it on a tag's first value only.
    #[prost(message, optional, tag = "9")]
    pub metadata: Option<SummaryMetadata>,
    /// The value itself. Hyperparameters have none: all of it is in the metadata.
    #[prost(oneof = "Kind", tags = "2, 3, 4, 5, 6, 8")]
    pub value: Option<Kind>,
}

/// What a [`Value`] holds.
#[derive(Clone, PartialEq, Oneof)]
pub enum Kind {
    /// A scalar.
    #[prost(float, tag = "2")]
    SimpleValue(f32),
    /// A histogram format that nothing has written since 2015.
    #[prost(bytes, tag = "3")]
    ObsoleteOldStyleHistogram(Vec<u8>),
    /// An encoded image.
    #[prost(message, tag = "4")]
    Image(ImageValue),
    /// A histogram.
    #[prost(message, tag = "5")]
    Histo(HistogramProto),
    /// Encoded sound.
    #[prost(message, tag = "6")]
    Audio(AudioValue),
    /// A tensor, which the metadata says how to show.
    #[prost(message, tag = "8")]
    Tensor(TensorProto),
}

/// `Summary.Image`.
#[derive(Clone, PartialEq, Eq, Hash, Message)]
pub struct ImageValue {
    /// Pixels from top to bottom.
    #[prost(int32, tag = "1")]
    pub height: i32,
    /// Pixels from left to right.
    #[prost(int32, tag = "2")]
    pub width: i32,
    /// 1 grey, 2 grey and alpha, 3 RGB, 4 RGBA, 5 YUV, 6 BGRA.
    #[prost(int32, tag = "3")]
    pub colorspace: i32,
    /// A whole PNG, GIF or JPEG file.
    #[prost(bytes = "vec", tag = "4")]
    pub encoded_image_string: Vec<u8>,
}

/// `Summary.Audio`.
#[derive(Clone, PartialEq, Message)]
pub struct AudioValue {
    /// Samples a second.
    #[prost(float, tag = "1")]
    pub sample_rate: f32,
    /// Channels.
    #[prost(int64, tag = "2")]
    pub num_channels: i64,
    /// Samples in each channel.
    #[prost(int64, tag = "3")]
    pub length_frames: i64,
    /// A whole WAV file.
    #[prost(bytes = "vec", tag = "4")]
    pub encoded_audio_string: Vec<u8>,
    /// `audio/wav`.
    #[prost(string, tag = "5")]
    pub content_type: String,
}

/// A histogram: bucket `i` counts the values in `(bucket_limit[i - 1], bucket_limit[i]]`.
#[derive(Clone, PartialEq, Message)]
pub struct HistogramProto {
    /// The smallest value.
    #[prost(double, tag = "1")]
    pub min: f64,
    /// The largest value.
    #[prost(double, tag = "2")]
    pub max: f64,
    /// How many values.
    #[prost(double, tag = "3")]
    pub num: f64,
    /// Their sum.
    #[prost(double, tag = "4")]
    pub sum: f64,
    /// The sum of their squares.
    #[prost(double, tag = "5")]
    pub sum_squares: f64,
    /// The upper end of each bucket.
    #[prost(double, repeated, tag = "6")]
    pub bucket_limit: Vec<f64>,
    /// How many values fell into each bucket.
    #[prost(double, repeated, tag = "7")]
    pub bucket: Vec<f64>,
}

/// How to show a tag.
#[derive(Clone, PartialEq, Eq, Hash, Message)]
pub struct SummaryMetadata {
    /// Which plugin shows it.
    #[prost(message, optional, tag = "1")]
    pub plugin_data: Option<PluginData>,
    /// A name to show in place of the tag.
    #[prost(string, tag = "2")]
    pub display_name: String,
    /// A description in Markdown.
    #[prost(string, tag = "3")]
    pub summary_description: String,
    /// What sort of data it is.
    #[prost(enumeration = "DataClass", tag = "4")]
    pub data_class: i32,
}

/// Which plugin shows a tag, and what it needs to know.
#[derive(Clone, PartialEq, Eq, Hash, Message)]
pub struct PluginData {
    /// The plugin.
    #[prost(string, tag = "1")]
    pub plugin_name: String,
    /// A message of the plugin's own.
    #[prost(bytes = "vec", tag = "2")]
    pub content: Vec<u8>,
}

/// What sort of data a tag holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Enumeration)]
#[repr(i32)]
pub enum DataClass {
    /// Not said: the plugin's name decides.
    Unknown = 0,
    /// A number a step.
    Scalar = 1,
    /// A tensor a step.
    Tensor = 2,
    /// A sequence of blobs a step.
    BlobSequence = 3,
}
