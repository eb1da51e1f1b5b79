//! `tensor.proto`, `tensor_shape.proto` and `types.proto`.

use prost::{Enumeration, Message};

/// A tensor. The elements are in `tensor_content` (little-endian) or in the `*_val` of the type: a reader takes both.
#[derive(Clone, PartialEq, Message)]
pub struct TensorProto {
    /// The element type.
    #[prost(enumeration = "DataType", tag = "1")]
    pub dtype: i32,
    /// The shape; none is rank 0.
    #[prost(message, optional, tag = "2")]
    pub tensor_shape: Option<TensorShapeProto>,
    /// All elements, little-endian.
    #[prost(bytes = "vec", tag = "4")]
    pub tensor_content: Vec<u8>,
    /// Elements of `Float`.
    #[prost(float, repeated, tag = "5")]
    pub float_val: Vec<f32>,
    /// Elements of `Double`.
    #[prost(double, repeated, tag = "6")]
    pub double_val: Vec<f64>,
    /// Elements of `Int32`, `Int16`, `Int8`, `Uint8`.
    #[prost(int32, repeated, tag = "7")]
    pub int_val: Vec<i32>,
    /// Elements of `String`.
    #[prost(bytes = "vec", repeated, tag = "8")]
    pub string_val: Vec<Vec<u8>>,
    /// Elements of `Int64`.
    #[prost(int64, repeated, tag = "10")]
    pub int64_val: Vec<i64>,
    /// Elements of `Bool`.
    #[prost(bool, repeated, tag = "11")]
    pub bool_val: Vec<bool>,
    /// Elements of `Half` and `Bfloat16`: the 16 bits in the low half.
    #[prost(int32, repeated, tag = "13")]
    pub half_val: Vec<i32>,
    /// Elements of `Uint32`.
    #[prost(uint32, repeated, tag = "16")]
    pub uint32_val: Vec<u32>,
    /// Elements of `Uint64`.
    #[prost(uint64, repeated, tag = "17")]
    pub uint64_val: Vec<u64>,
}

/// A shape.
#[derive(Clone, PartialEq, Eq, Hash, Message)]
pub struct TensorShapeProto {
    /// The axes, outermost first.
    #[prost(message, repeated, tag = "2")]
    pub dim: Vec<tensor_shape::Dim>,
}

/// Parts of a [`TensorShapeProto`].
pub mod tensor_shape {
    use prost::Message;

    /// One axis.
    #[derive(Clone, PartialEq, Eq, Hash, Message)]
    pub struct Dim {
        /// Its length.
        #[prost(int64, tag = "1")]
        pub size: i64,
    }
}

impl TensorShapeProto {
    /// The shape with these axes.
    #[must_use]
    pub fn new(sizes: &[usize]) -> Self {
        let dim = sizes.iter().map(|&size| tensor_shape::Dim {
            size: i64::try_from(size).unwrap_or(i64::MAX),
        });
        Self { dim: dim.collect() }
    }
}

/// The element types of tensors.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Enumeration)]
#[repr(i32)]
pub enum DataType {
    /// Not said.
    Invalid = 0,
    /// f32.
    Float = 1,
    /// f64.
    Double = 2,
    /// i32.
    Int32 = 3,
    /// u8.
    Uint8 = 4,
    /// i16.
    Int16 = 5,
    /// i8.
    Int8 = 6,
    /// Bytes of any length.
    String = 7,
    /// i64.
    Int64 = 9,
    /// bool.
    Bool = 10,
    /// bf16.
    Bfloat16 = 14,
    /// u16.
    Uint16 = 17,
    /// f16.
    Half = 19,
    /// u32.
    Uint32 = 22,
    /// u64.
    Uint64 = 23,
}
