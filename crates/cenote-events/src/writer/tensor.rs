//! Tensors as they are.

use half::{bf16, f16};
use ndarray::{ArrayBase, Data, Dimension};

use super::SummaryWriter;
use super::value::{one_tensor, plugin};
use crate::message::{DataType, LONGEST_MESSAGE, TensorProto, TensorShapeProto};
use crate::{Error, Result};

mod sealed {
    pub trait Sealed {}
}

/// An element type of [`SummaryWriter::add_tensor`].
pub trait TensorElement: sealed::Sealed + Copy {
    /// Its name in a tensor message.
    const DATA_TYPE: DataType;
    #[doc(hidden)]
    fn put(values: &mut dyn Iterator<Item = Self>, tensor: &mut TensorProto);
}

macro_rules! impl_tensor_element {
    ($($type:ty: $data_type:ident, $field:ident, |$x:ident| $value:expr;)*) => {$(
        impl sealed::Sealed for $type {}
        impl TensorElement for $type {
            const DATA_TYPE: DataType = DataType::$data_type;
            fn put(values: &mut dyn Iterator<Item = Self>, tensor: &mut TensorProto) {
                tensor.$field = values.map(|$x| $value).collect();
            }
        }
    )*};
}

impl_tensor_element! {
    f32: Float, float_val, |x| x;
    f64: Double, double_val, |x| x;
    i8: Int8, int_val, |x| x.into();
    i16: Int16, int_val, |x| x.into();
    i32: Int32, int_val, |x| x;
    i64: Int64, int64_val, |x| x;
    u8: Uint8, int_val, |x| x.into();
    u16: Uint16, int_val, |x| x.into();
    u32: Uint32, uint32_val, |x| x;
    u64: Uint64, uint64_val, |x| x;
    bool: Bool, bool_val, |x| x;
    f16: Half, half_val, |x| x.to_bits().into();
    bf16: Bfloat16, half_val, |x| x.to_bits().into();
}

impl SummaryWriter {
    /// Logs a tensor as it is, for tools that read event files: TensorBoard shows nothing of it.
    ///
    /// Elements are stored as TensorFlow's `tensor.proto` says. torch puts `u8` and the 16-bit floats into fields or a form
    /// that TensorFlow does not read.
    ///
    /// ```
    /// # let dir = tempfile::tempdir()?;
    /// # let writer = cenote_events::SummaryWriter::new(dir.path())?;
    /// writer.add_tensor("logits", &ndarray::array![[0.1f32, 2.0], [0.7, 0.3]], 0)?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Shape`] for 2³¹ elements or more, and [`Error::Argument`] if fewer take 2 GiB or more as they are written,
    /// the limit of protocol buffers (a negative integer takes ten bytes); what the background threads ran into;
    /// [`Error::Closed`].
    pub fn add_tensor<T: TensorElement, S: Data<Elem = T>, D: Dimension>(
        &self,
        tag: &str,
        tensor: &ArrayBase<S, D>,
        global_step: i64,
    ) -> Result<()> {
        // Its bytes are counted where they are known; these need not be copied for that.
        if tensor.len() > LONGEST_MESSAGE {
            return Err(Error::shape(
                "the tensor",
                tensor.shape(),
                "an element takes a byte at least, and all must take less than 2 GiB: log a part of it",
            ));
        }
        let tensor_shape = Some(TensorShapeProto::new(tensor.shape()));
        let mut proto = TensorProto {
            dtype: T::DATA_TYPE.into(),
            tensor_shape,
            ..TensorProto::default()
        };
        T::put(&mut tensor.iter().copied(), &mut proto);
        self.add_summary(
            one_tensor(tag, plugin("tensor", Vec::new()), proto),
            global_step,
        )
    }
}
