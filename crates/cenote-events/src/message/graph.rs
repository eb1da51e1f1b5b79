//! `graph.proto` and the messages around it.

use std::collections::BTreeMap;

use prost::{Message, Oneof};

use super::TensorShapeProto;

/// A graph of operations.
#[derive(Clone, PartialEq, Message)]
pub struct GraphDef {
    /// The operations.
    #[prost(message, repeated, tag = "1")]
    pub node: Vec<NodeDef>,
    /// Who can read it.
    #[prost(message, optional, tag = "4")]
    pub versions: Option<VersionDef>,
}

/// Who can read a graph.
#[derive(Clone, PartialEq, Eq, Hash, Message)]
pub struct VersionDef {
    /// The version of what wrote it.
    #[prost(int32, tag = "1")]
    pub producer: i32,
}

/// One operation.
#[derive(Clone, PartialEq, Message)]
pub struct NodeDef {
    /// Its name: `/` puts it into a group.
    #[prost(string, tag = "1")]
    pub name: String,
    /// What it does.
    #[prost(string, tag = "2")]
    pub op: String,
    /// The names of the nodes whose output it takes.
    #[prost(string, repeated, tag = "3")]
    pub input: Vec<String>,
    /// Where it runs.
    #[prost(string, tag = "4")]
    pub device: String,
    /// Anything else.
    #[prost(btree_map = "string, message", tag = "5")]
    pub attr: BTreeMap<String, AttrValue>,
}

/// The value of an attribute.
#[derive(Clone, PartialEq, Message)]
pub struct AttrValue {
    /// The value.
    #[prost(oneof = "Attr", tags = "1, 2, 3, 4, 5, 7")]
    pub value: Option<Attr>,
}

/// The value of an attribute.
#[derive(Clone, PartialEq, Oneof)]
pub enum Attr {
    /// Several.
    #[prost(message, tag = "1")]
    List(AttrList),
    /// Text.
    #[prost(bytes, tag = "2")]
    S(Vec<u8>),
    /// A whole number.
    #[prost(int64, tag = "3")]
    I(i64),
    /// A number.
    #[prost(float, tag = "4")]
    F(f32),
    /// True or false.
    #[prost(bool, tag = "5")]
    B(bool),
    /// A shape.
    #[prost(message, tag = "7")]
    Shape(TensorShapeProto),
}

/// Several values of an attribute.
#[derive(Clone, PartialEq, Message)]
pub struct AttrList {
    /// Shapes.
    #[prost(message, repeated, tag = "7")]
    pub shape: Vec<TensorShapeProto>,
}

/// What a run of a graph took.
#[derive(Clone, PartialEq, Eq, Hash, Message)]
pub struct RunMetadata {
    /// Per device.
    #[prost(message, optional, tag = "1")]
    pub step_stats: Option<StepStats>,
}

/// What a step took.
#[derive(Clone, PartialEq, Eq, Hash, Message)]
pub struct StepStats {
    /// Per device.
    #[prost(message, repeated, tag = "1")]
    pub dev_stats: Vec<DeviceStepStats>,
}

/// What a step took on one device.
#[derive(Clone, PartialEq, Eq, Hash, Message)]
pub struct DeviceStepStats {
    /// The device.
    #[prost(string, tag = "1")]
    pub device: String,
}
