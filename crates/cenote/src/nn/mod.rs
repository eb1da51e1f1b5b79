//! The layers, under torch's names.

mod adaptive;
mod fractional;
mod repr;
mod sliding;
mod unpool;

pub use adaptive::{
    AdaptiveAvgPool, AdaptiveAvgPool1d, AdaptiveAvgPool2d, AdaptiveAvgPool3d, AdaptiveMaxPool,
    AdaptiveMaxPool1d, AdaptiveMaxPool2d, AdaptiveMaxPool3d, AdaptivePool, OutputSize,
};
pub use fractional::{FractionalMaxPool, FractionalMaxPool2d, FractionalMaxPool3d, OutputRatio};
pub use sliding::{
    Avg, AvgPool, AvgPool1d, AvgPool2d, AvgPool3d, LPPool, LPPool1d, LPPool2d, LPPool3d, Lp, Max,
    MaxPool, MaxPool1d, MaxPool2d, MaxPool3d, SlidingPool,
};
pub use unpool::{MaxUnpool, MaxUnpool1d, MaxUnpool2d, MaxUnpool3d, UnpoolPlan};

use std::sync::Arc;

use crate::error::Result;
use crate::layout::MemoryFormat;
use crate::plan::{Operation, Plan};

mod private {
    use super::repr::Arguments;
    use super::{Operation, Result};

    /// What a layer makes of its windows.
    pub trait Kind {
        /// What names of layers have before `Pool`.
        const NAME: &'static str;
        /// Arguments of windows that are printed even where they are the default.
        const PRINTS: &'static [&'static str] = &[];

        /// All arguments, given those of the windows.
        fn arguments(&self, windows: Arguments) -> Arguments {
            windows
        }

        /// The operation over windows of `taps` taps.
        fn operation(&self, taps: usize) -> Result<Operation>;
    }
}

use private::Kind;

/// Conversions into a type of one value for each pooled axis: from one value for all, an array, or a tuple as torch has it.
macro_rules! one_for_each_axis {
    ($Type:ident, $value:ty) => {
        impl<const N: usize> From<$value> for $Type<N> {
            fn from(value: $value) -> Self {
                Self::from([value; N])
            }
        }

        impl<const N: usize> From<[$value; N]> for $Type<N> {
            fn from(values: [$value; N]) -> Self {
                Self(values.map(Into::into))
            }
        }

        impl From<($value, $value)> for $Type<2> {
            fn from((height, width): ($value, $value)) -> Self {
                Self::from([height, width])
            }
        }

        impl From<($value, $value, $value)> for $Type<3> {
            fn from((depth, height, width): ($value, $value, $value)) -> Self {
                Self::from([depth, height, width])
            }
        }
    };
}

use one_for_each_axis;

/// One value for each pooled axis: `3` for all alike, or `[3, 2]` (height, width).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PerAxis<const N: usize>(pub [usize; N]);

one_for_each_axis!(PerAxis, usize);

/// A layer: it plans a pooling for tensors of one shape.
///
/// Shapes are torch's: `(N, C, …)`, or `(C, …)` without a batch, also where channels are last in memory.
/// The batch may be empty, nothing else.
///
/// A reference to a layer, and a box of one, are layers too, so that one can be chosen when the program runs:
///
/// ```
/// use cenote::{AvgPool2d, Layer, MaxPool2d};
///
/// let layers: [Box<dyn Layer>; 2] = [Box::new(MaxPool2d::new(2)), Box::new(AvgPool2d::new(3))];
/// let shape = layers.iter().try_fold(vec![3, 32, 32], |shape, layer| {
///     Ok::<_, cenote::Error>(layer.plan(&shape)?.output_shape().to_vec())
/// })?;
/// assert_eq!(shape, [3, 5, 5]);
/// # Ok::<(), cenote::Error>(())
/// ```
pub trait Layer {
    /// Number of axes that are pooled: the last ones.
    fn pooled_axes(&self) -> usize;

    /// Plans the pooling of tensors of `shape` whose channels lie as `format` says.
    ///
    /// # Errors
    /// Whatever is wrong with the layer's parameters, with the shape, or with both together.
    fn plan_in(&self, shape: &[usize], format: MemoryFormat) -> Result<Plan>;

    /// Plans the pooling of contiguous tensors of `shape`.
    ///
    /// # Errors
    /// As [`Layer::plan_in`].
    fn plan(&self, shape: &[usize]) -> Result<Plan> {
        self.plan_in(shape, MemoryFormat::Contiguous)
    }

    /// Pools an array. One whose channels are last in memory gives one whose channels are last; one in any
    /// other order is copied first, and so is one of fractional pooling, whose results are contiguous as torch's are.
    ///
    /// # Errors
    /// As [`Layer::plan_in`].
    #[cfg(feature = "ndarray")]
    fn forward<T: crate::Element, S: ndarray::Data<Elem = T>, D: ndarray::Dimension>(
        &self,
        input: &ndarray::ArrayBase<S, D>,
    ) -> Result<ndarray::Array<T, D>>
    where
        Self: Sized,
    {
        crate::array::forward(self, input.view().into_dyn())
    }

    /// The gradient of `input`, given that of the output. Max pooling looks for its maxima again: with
    /// [`WithIndices`](crate::WithIndices) it need not.
    ///
    /// # Errors
    /// As [`Layer::plan_in`], when the gradient does not have the output's shape, and for maxima in planes of 2³¹ elements
    /// or more.
    #[cfg(feature = "ndarray")]
    fn backward<
        T: crate::Element,
        S: ndarray::Data<Elem = T>,
        G: ndarray::Data<Elem = T>,
        D: ndarray::Dimension,
    >(
        &self,
        grad_output: &ndarray::ArrayBase<G, D>,
        input: &ndarray::ArrayBase<S, D>,
    ) -> Result<ndarray::Array<T, D>>
    where
        Self: Sized,
    {
        crate::array::backward(self, grad_output.view().into_dyn(), input.view().into_dyn())
    }
}

macro_rules! impl_layer_behind {
    ($($pointer:ty),*) => {$(
        impl<L: Layer + ?Sized> Layer for $pointer {
            fn pooled_axes(&self) -> usize {
                (**self).pooled_axes()
            }

            fn plan_in(&self, shape: &[usize], format: MemoryFormat) -> Result<Plan> {
                (**self).plan_in(shape, format)
            }
        }
    )*};
}

impl_layer_behind!(&L, Box<L>, Arc<L>);
