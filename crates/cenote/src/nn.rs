//! The layers, under torch's names.

use crate::error::{Error, Result};
use crate::layout::MemoryFormat;
use crate::plan::{Operation, Plan};
use crate::window::{Axis, Sliding};

mod private {
    use super::{Operation, Result};

    /// What a layer makes of its windows.
    pub trait Kind {
        #[allow(private_interfaces, reason = "only this crate's kinds exist")]
        fn operation(&self) -> Result<Operation>;
    }
}

use private::Kind;

/// One value for each pooled axis: `3` for all alike, or `[3, 2]` (height, width).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PerAxis<const N: usize>(pub [usize; N]);

impl<const N: usize> From<usize> for PerAxis<N> {
    fn from(size: usize) -> Self {
        Self([size; N])
    }
}

impl<const N: usize> From<[usize; N]> for PerAxis<N> {
    fn from(sizes: [usize; N]) -> Self {
        Self(sizes)
    }
}

impl From<(usize, usize)> for PerAxis<2> {
    fn from((height, width): (usize, usize)) -> Self {
        Self([height, width])
    }
}

impl From<(usize, usize, usize)> for PerAxis<3> {
    fn from((depth, height, width): (usize, usize, usize)) -> Self {
        Self([depth, height, width])
    }
}

/// A layer: it plans a pooling for tensors of one shape.
///
/// Shapes are torch's: `(N, C, …)`, or `(C, …)` without a batch, also where channels are last in memory.
/// The batch may be empty, nothing else.
pub trait Layer {
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
}

/// How much padding a sliding layer has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Padding<const N: usize> {
    Explicit {
        before: [usize; N],
        after: [usize; N],
    },
    /// As much as makes the output ⌈input / stride⌉ long; an odd element goes after, or before.
    Same { odd_after: bool },
}

/// A layer of sliding windows: [`MaxPool1d`], [`MaxPool2d`], [`MaxPool3d`].
#[derive(Clone, Debug, PartialEq)]
pub struct SlidingPool<K, const N: usize> {
    kernel_size: [usize; N],
    stride: Option<[usize; N]>,
    padding: Padding<N>,
    any_padding: bool,
    dilation: [usize; N],
    ceil_mode: bool,
    kind: K,
}

impl<K, const N: usize> SlidingPool<K, N> {
    fn with(kernel_size: PerAxis<N>, kind: K) -> Self {
        Self {
            kernel_size: kernel_size.0,
            stride: None,
            padding: Padding::Explicit {
                before: [0; N],
                after: [0; N],
            },
            any_padding: false,
            dilation: [1; N],
            ceil_mode: false,
            kind,
        }
    }

    /// Distance between the starts of neighbouring windows. Default: `kernel_size`.
    #[must_use]
    pub fn stride(mut self, stride: impl Into<PerAxis<N>>) -> Self {
        self.stride = Some(stride.into().0);
        self
    }

    /// Padding on both sides of each axis, at most half of `kernel_size`. Default: 0.
    ///
    /// Padding clips windows and is never read: it stands for −∞ in a maximum and for 0 in a sum.
    #[must_use]
    pub fn padding(mut self, padding: impl Into<PerAxis<N>>) -> Self {
        let padding = padding.into().0;
        self.padding = Padding::Explicit {
            before: padding,
            after: padding,
        };
        self
    }

    /// Different padding before and after each axis, which torch does not have.
    #[must_use]
    pub fn asymmetric_padding(
        mut self,
        before: impl Into<PerAxis<N>>,
        after: impl Into<PerAxis<N>>,
    ) -> Self {
        self.padding = Padding::Explicit {
            before: before.into().0,
            after: after.into().0,
        };
        self
    }

    /// As much padding as makes the output ⌈input / stride⌉ long, an odd element after the input: ONNX's
    /// `SAME_UPPER`, which torch does not have.
    #[must_use]
    pub fn same_upper(mut self) -> Self {
        self.padding = Padding::Same { odd_after: true };
        self
    }

    /// As [`SlidingPool::same_upper`], an odd element before the input: ONNX's `SAME_LOWER`.
    #[must_use]
    pub fn same_lower(mut self) -> Self {
        self.padding = Padding::Same { odd_after: false };
        self
    }

    /// Whether padding may exceed half of `kernel_size`, which torch refuses. Default: `false`.
    #[must_use]
    pub fn any_padding(mut self, any_padding: bool) -> Self {
        self.any_padding = any_padding;
        self
    }

    /// Distance between neighbouring taps of a window. Default: 1.
    #[must_use]
    pub fn dilation(mut self, dilation: impl Into<PerAxis<N>>) -> Self {
        self.dilation = dilation.into().0;
        self
    }

    /// Whether a last window that overhangs the input counts, as long as it starts inside the input or the
    /// padding before it. Default: `false`.
    #[must_use]
    pub fn ceil_mode(mut self, ceil_mode: bool) -> Self {
        self.ceil_mode = ceil_mode;
        self
    }

    /// The rule of one pooled axis of `length` elements.
    fn sliding(&self, axis: usize, length: usize) -> Result<Sliding> {
        let kernel_size = self.kernel_size[axis];
        let mut sliding = Sliding {
            kernel_size,
            stride: self.stride.unwrap_or(self.kernel_size)[axis],
            padding: [0, 0],
            dilation: self.dilation[axis],
            ceil_mode: self.ceil_mode,
        };
        sliding.check()?;
        match self.padding {
            Padding::Explicit { before, after } => {
                sliding.padding = [before[axis], after[axis]];
                let padding = before[axis].max(after[axis]);
                if !self.any_padding && padding > kernel_size / 2 {
                    return Err(Error::PaddingTooLarge {
                        padding,
                        kernel_size,
                    });
                }
            }
            Padding::Same { odd_after } => {
                let reach = (length.div_ceil(sliding.stride) - 1)
                    .checked_mul(sliding.stride)
                    .and_then(|start| start.checked_add(sliding.extent().ok()?))
                    .ok_or(Error::TooLarge {
                        what: "the padded input with its last window",
                    })?;
                let total = reach.saturating_sub(length);
                let half = total / 2;
                sliding.padding = if odd_after {
                    [half, total - half]
                } else {
                    [total - half, half]
                };
                sliding.ceil_mode = false;
            }
        }
        Ok(sliding)
    }
}

impl<K: Kind, const N: usize> Layer for SlidingPool<K, N> {
    fn plan_in(&self, shape: &[usize], format: MemoryFormat) -> Result<Plan> {
        Plan::new(shape, format, N, self.kind.operation()?, |axis, length| {
            Axis::sliding(length, self.sliding(axis, length)?)
        })
    }
}

/// The largest element of each window.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Max;

impl Kind for Max {
    #[allow(private_interfaces, reason = "only this crate's kinds exist")]
    fn operation(&self) -> Result<Operation> {
        Ok(Operation::Max)
    }
}

/// Max pooling over `N` axes: [`MaxPool1d`], [`MaxPool2d`], [`MaxPool3d`].
pub type MaxPool<const N: usize> = SlidingPool<Max, N>;

/// Max pooling over `(N, C, L)` or `(C, L)`: [torch.nn.MaxPool1d].
///
/// [torch.nn.MaxPool1d]: https://pytorch.org/docs/stable/generated/torch.nn.MaxPool1d.html
pub type MaxPool1d = MaxPool<1>;

/// Max pooling over `(N, C, H, W)` or `(C, H, W)`: [torch.nn.MaxPool2d].
///
/// [torch.nn.MaxPool2d]: https://pytorch.org/docs/stable/generated/torch.nn.MaxPool2d.html
pub type MaxPool2d = MaxPool<2>;

/// Max pooling over `(N, C, D, H, W)` or `(C, D, H, W)`: [torch.nn.MaxPool3d].
///
/// [torch.nn.MaxPool3d]: https://pytorch.org/docs/stable/generated/torch.nn.MaxPool3d.html
pub type MaxPool3d = MaxPool<3>;

impl<const N: usize> MaxPool<N> {
    /// Windows of `kernel_size` that move by their own size.
    pub fn new(kernel_size: impl Into<PerAxis<N>>) -> Self {
        Self::with(kernel_size.into(), Max)
    }
}
