//! The messages of TensorBoard's plugins: the content of [`PluginData`](super::PluginData), and the layouts and projector
//! configurations that go elsewhere.
//!
//! The `version` of every one of them is 0, which is not written.

use std::collections::BTreeMap;

use prost::{Enumeration, Message, Oneof};

/// The tag of an [`Experiment`].
pub const EXPERIMENT_TAG: &str = "_hparams_/experiment";
/// The tag of a [`SessionStartInfo`].
pub const SESSION_START_TAG: &str = "_hparams_/session_start_info";
/// The tag of a [`SessionEndInfo`].
pub const SESSION_END_TAG: &str = "_hparams_/session_end_info";
/// The tag of a [`Layout`].
pub const CUSTOM_SCALARS_TAG: &str = "custom_scalars__config__";

/// `images`.
#[derive(Clone, PartialEq, Eq, Hash, Message)]
pub struct ImagePluginData {
    /// 0.
    #[prost(int32, tag = "1")]
    pub version: i32,
    /// Whether a reader made a tensor of a `Summary.Image`.
    #[prost(bool, tag = "2")]
    pub converted_to_tensor: bool,
}

/// `pr_curves`.
#[derive(Clone, PartialEq, Eq, Hash, Message)]
pub struct PrCurvePluginData {
    /// 0.
    #[prost(int32, tag = "1")]
    pub version: i32,
    /// Columns of the tensor.
    #[prost(uint32, tag = "2")]
    pub num_thresholds: u32,
}

/// `mesh`.
#[derive(Clone, PartialEq, Eq, Hash, Message)]
pub struct MeshPluginData {
    /// 0.
    #[prost(int32, tag = "1")]
    pub version: i32,
    /// The tag that was logged; the tags of the parts end in `_VERTEX`, `_FACE` and `_COLOR`.
    #[prost(string, tag = "2")]
    pub name: String,
    /// What this tensor is.
    #[prost(enumeration = "MeshContentType", tag = "3")]
    pub content_type: i32,
    /// Options of three.js as JSON.
    #[prost(string, tag = "5")]
    pub json_config: String,
    /// The tensor's shape.
    #[prost(int32, repeated, tag = "6")]
    pub shape: Vec<i32>,
    /// Which parts there are: the sum of `1 << content_type`.
    #[prost(uint32, tag = "7")]
    pub components: u32,
}

/// A part of a mesh.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Enumeration)]
#[repr(i32)]
pub enum MeshContentType {
    /// Not said.
    Undefined = 0,
    /// Positions.
    Vertex = 1,
    /// Triangles: the indices of three vertices each.
    Face = 2,
    /// Colours of the vertices, 0 to 255.
    Color = 3,
}

/// `hparams`.
#[derive(Clone, PartialEq, Message)]
pub struct HParamsPluginData {
    /// 0.
    #[prost(int32, tag = "1")]
    pub version: i32,
    /// One of the three.
    #[prost(oneof = "HParamsData", tags = "2, 3, 4")]
    pub data: Option<HParamsData>,
}

/// What an [`HParamsPluginData`] holds.
#[derive(Clone, PartialEq, Oneof)]
pub enum HParamsData {
    /// What is varied and measured.
    #[prost(message, tag = "2")]
    Experiment(Experiment),
    /// The values of one session.
    #[prost(message, tag = "3")]
    SessionStartInfo(SessionStartInfo),
    /// How it ended.
    #[prost(message, tag = "4")]
    SessionEndInfo(SessionEndInfo),
}

/// What is varied and measured.
#[derive(Clone, PartialEq, Message)]
pub struct Experiment {
    /// In Markdown.
    #[prost(string, tag = "1")]
    pub description: String,
    /// Whose it is.
    #[prost(string, tag = "2")]
    pub user: String,
    /// Seconds since the Unix epoch.
    #[prost(double, tag = "3")]
    pub time_created_secs: f64,
    /// What is varied.
    #[prost(message, repeated, tag = "4")]
    pub hparam_infos: Vec<HParamInfo>,
    /// What is measured.
    #[prost(message, repeated, tag = "5")]
    pub metric_infos: Vec<MetricInfo>,
    /// Its name.
    #[prost(string, tag = "6")]
    pub name: String,
}

/// One hyperparameter.
#[derive(Clone, PartialEq, Message)]
pub struct HParamInfo {
    /// Its name.
    #[prost(string, tag = "1")]
    pub name: String,
    /// A name to show in its place.
    #[prost(string, tag = "2")]
    pub display_name: String,
    /// In Markdown.
    #[prost(string, tag = "3")]
    pub description: String,
    /// The type of its values.
    #[prost(enumeration = "HParamType", tag = "4")]
    pub r#type: i32,
    /// The values that it can take.
    #[prost(oneof = "HParamDomain", tags = "5, 6")]
    pub domain: Option<HParamDomain>,
}

/// The values that a hyperparameter can take.
#[derive(Clone, PartialEq, Oneof)]
pub enum HParamDomain {
    /// These.
    #[prost(message, tag = "5")]
    Discrete(ListValue),
    /// Any between two numbers.
    #[prost(message, tag = "6")]
    Interval(Interval),
}

/// From a number to a number.
#[derive(Clone, PartialEq, Message)]
pub struct Interval {
    /// The smallest.
    #[prost(double, tag = "1")]
    pub min_value: f64,
    /// The largest.
    #[prost(double, tag = "2")]
    pub max_value: f64,
}

/// The type of a hyperparameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Enumeration)]
#[repr(i32)]
pub enum HParamType {
    /// Not said.
    Unset = 0,
    /// Text.
    String = 1,
    /// True or false.
    Bool = 2,
    /// A number.
    Float64 = 3,
}

/// One metric.
#[derive(Clone, PartialEq, Eq, Hash, Message)]
pub struct MetricInfo {
    /// Under which tag it is logged.
    #[prost(message, optional, tag = "1")]
    pub name: Option<MetricName>,
    /// A name to show in its place.
    #[prost(string, tag = "3")]
    pub display_name: String,
    /// In Markdown.
    #[prost(string, tag = "4")]
    pub description: String,
    /// 1 training, 2 validation.
    #[prost(int32, tag = "5")]
    pub dataset_type: i32,
}

/// Where a metric is logged.
#[derive(Clone, PartialEq, Eq, Hash, Message)]
pub struct MetricName {
    /// The run, relative to the session's.
    #[prost(string, tag = "1")]
    pub group: String,
    /// The tag.
    #[prost(string, tag = "2")]
    pub tag: String,
}

/// The values of one session.
#[derive(Clone, PartialEq, Message)]
pub struct SessionStartInfo {
    /// The hyperparameters by name.
    #[prost(btree_map = "string, message", tag = "1")]
    pub hparams: BTreeMap<String, ProtoValue>,
    /// A link to the model.
    #[prost(string, tag = "2")]
    pub model_uri: String,
    /// A link to where it is watched.
    #[prost(string, tag = "3")]
    pub monitor_url: String,
    /// Sessions with one group name are repetitions.
    #[prost(string, tag = "4")]
    pub group_name: String,
    /// Seconds since the Unix epoch.
    #[prost(double, tag = "5")]
    pub start_time_secs: f64,
}

/// How a session ended.
#[derive(Clone, PartialEq, Message)]
pub struct SessionEndInfo {
    /// 1 success, 2 failure, 3 running.
    #[prost(int32, tag = "1")]
    pub status: i32,
    /// Seconds since the Unix epoch.
    #[prost(double, tag = "2")]
    pub end_time_secs: f64,
}

/// `google.protobuf.Value`, of the types that a hyperparameter can have.
#[derive(Clone, PartialEq, Message)]
pub struct ProtoValue {
    /// The value.
    #[prost(oneof = "HParamValue", tags = "2, 3, 4")]
    pub kind: Option<HParamValue>,
}

/// The value of a hyperparameter.
#[derive(Clone, PartialEq, Oneof)]
pub enum HParamValue {
    /// A number.
    #[prost(double, tag = "2")]
    Number(f64),
    /// Text.
    #[prost(string, tag = "3")]
    String(String),
    /// True or false.
    #[prost(bool, tag = "4")]
    Bool(bool),
}

/// `google.protobuf.ListValue`.
#[derive(Clone, PartialEq, Message)]
pub struct ListValue {
    /// The values.
    #[prost(message, repeated, tag = "1")]
    pub values: Vec<ProtoValue>,
}

/// `custom_scalars`: which charts to draw.
#[derive(Clone, PartialEq, Eq, Hash, Message)]
pub struct Layout {
    /// 0.
    #[prost(int32, tag = "1")]
    pub version: i32,
    /// Groups of charts.
    #[prost(message, repeated, tag = "2")]
    pub category: Vec<Category>,
}

/// A group of charts.
#[derive(Clone, PartialEq, Eq, Hash, Message)]
pub struct Category {
    /// Its title.
    #[prost(string, tag = "1")]
    pub title: String,
    /// Its charts.
    #[prost(message, repeated, tag = "2")]
    pub chart: Vec<Chart>,
    /// Whether it is closed at first.
    #[prost(bool, tag = "3")]
    pub closed: bool,
}

/// One chart.
#[derive(Clone, PartialEq, Eq, Hash, Message)]
pub struct Chart {
    /// Its title.
    #[prost(string, tag = "1")]
    pub title: String,
    /// What it draws.
    #[prost(oneof = "ChartContent", tags = "2, 3")]
    pub content: Option<ChartContent>,
}

/// What a chart draws.
#[derive(Clone, PartialEq, Eq, Hash, Oneof)]
pub enum ChartContent {
    /// Several scalars as lines.
    #[prost(message, tag = "2")]
    Multiline(MultilineChartContent),
    /// A scalar with a band around it.
    #[prost(message, tag = "3")]
    Margin(MarginChartContent),
}

/// Several scalars as lines.
#[derive(Clone, PartialEq, Eq, Hash, Message)]
pub struct MultilineChartContent {
    /// Regular expressions for tags.
    #[prost(string, repeated, tag = "1")]
    pub tag: Vec<String>,
}

/// Scalars with bands around them.
#[derive(Clone, PartialEq, Eq, Hash, Message)]
pub struct MarginChartContent {
    /// The scalars.
    #[prost(message, repeated, tag = "1")]
    pub series: Vec<MarginSeries>,
}

/// A scalar with a band around it.
#[derive(Clone, PartialEq, Eq, Hash, Message)]
pub struct MarginSeries {
    /// The tag of the line.
    #[prost(string, tag = "1")]
    pub value: String,
    /// The tag of the band's lower edge.
    #[prost(string, tag = "2")]
    pub lower: String,
    /// The tag of the band's upper edge.
    #[prost(string, tag = "3")]
    pub upper: String,
}
