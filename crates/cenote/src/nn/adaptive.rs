//! Layers that choose their windows for the output size wanted.

use std::fmt;

use super::repr::{Arguments, each};
use super::sliding::{Avg, Max};
use super::{Kind, Layer, one_for_each_axis};
use crate::error::Result;
use crate::layout::MemoryFormat;
use crate::plan::Plan;
use crate::window::Axis;

/// The output size of each pooled axis; `None` keeps the input's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct OutputSize<const N: usize>(pub [Option<usize>; N]);

one_for_each_axis!(OutputSize, usize);

impl<const N: usize> From<[Option<usize>; N]> for OutputSize<N> {
    fn from(sizes: [Option<usize>; N]) -> Self {
        Self(sizes)
    }
}

/// A layer of windows of nearly equal size that cover the input: [`AdaptiveMaxPool`] or
/// [`AdaptiveAvgPool`].
///
/// Output `o` of `O` covers the inputs from `⌊o·I/O⌋` to `⌈(o+1)·I/O⌉`, so neighbours may overlap, and more
/// outputs than inputs repeat some. An output size of 0 gives an empty output.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct AdaptivePool<K, const N: usize> {
    output_size: [Option<usize>; N],
    kind: K,
}

impl<K: Default, const N: usize> AdaptivePool<K, N> {
    /// Windows for an output of `output_size`: one size for all axes, or one for each, where `None` keeps
    /// the input's.
    pub fn new(output_size: impl Into<OutputSize<N>>) -> Self {
        Self {
            output_size: output_size.into().0,
            kind: K::default(),
        }
    }

    /// Global pooling: one window that covers all of the input.
    pub fn global() -> Self {
        Self::new(1)
    }
}

impl<K: Kind, const N: usize> Layer for AdaptivePool<K, N> {
    fn pooled_axes(&self) -> usize {
        N
    }

    fn plan_in(&self, shape: &[usize], format: MemoryFormat) -> Result<Plan> {
        Plan::new(
            (shape, format),
            N,
            self.kind.operation(0)?,
            |axis, length| {
                Ok(Axis::adaptive(
                    length,
                    self.output_size[axis].unwrap_or(length),
                ))
            },
        )
    }
}

/// As torch prints a layer, sizes that are alike as one number: `AdaptiveMaxPool2d(output_size=(None, 7))`.
impl<K: Kind, const N: usize> fmt::Display for AdaptivePool<K, N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sizes = self
            .output_size
            .map(|size| size.map_or_else(|| "None".to_owned(), |size| size.to_string()));
        let name = format!("Adaptive{}Pool", K::NAME);
        Arguments::default()
            .with("output_size", each(&sizes))
            .write(f, &name, N)
    }
}

impl<const N: usize> AdaptiveMaxPool<N> {
    /// This layer, returning the index of each maximum as well: torch's `return_indices=True`.
    #[cfg(feature = "ndarray")]
    pub fn return_indices(&self) -> crate::WithIndices<Self> {
        crate::WithIndices::new(self.clone())
    }
}

/// Adaptive max pooling over `N` axes: the largest element of each window. NaN, ties and indices are those
/// of [`MaxPool`](crate::MaxPool).
///
/// ```text
/// output[o] = max of input[⌊o·I/O⌋ .. ⌈(o+1)·I/O⌉]
/// ```
///
/// along each axis, of I inputs and O outputs.
///
#[doc = include_str!("../../docs/adaptive_pool.svg")]
///
/// # Differences from PyTorch
/// Integers are taken, and the gradient of an empty output is zero, where torch refuses both.
///
/// ```
/// use cenote::{AdaptiveMaxPool1d, Layer};
///
/// let plan = AdaptiveMaxPool1d::new(2).plan(&[1, 5])?;
/// let mut output = [0; 2];
/// plan.forward_into(&[1, 5, 2, 4, 3], &mut output)?;
/// assert_eq!(output, [5, 4]);
/// # Ok::<(), cenote::Error>(())
/// ```
pub type AdaptiveMaxPool<const N: usize> = AdaptivePool<Max, N>;

/// Adaptive max pooling over `(N, C, L)` or `(C, L)`: [torch.nn.AdaptiveMaxPool1d]. See [`AdaptiveMaxPool`].
///
/// [torch.nn.AdaptiveMaxPool1d]: https://pytorch.org/docs/stable/generated/torch.nn.AdaptiveMaxPool1d.html
pub type AdaptiveMaxPool1d = AdaptiveMaxPool<1>;

/// Adaptive max pooling over `(N, C, H, W)` or `(C, H, W)`: [torch.nn.AdaptiveMaxPool2d]. See
/// [`AdaptiveMaxPool`].
///
/// [torch.nn.AdaptiveMaxPool2d]: https://pytorch.org/docs/stable/generated/torch.nn.AdaptiveMaxPool2d.html
pub type AdaptiveMaxPool2d = AdaptiveMaxPool<2>;

/// Adaptive max pooling over `(N, C, D, H, W)` or `(C, D, H, W)`: [torch.nn.AdaptiveMaxPool3d]. See
/// [`AdaptiveMaxPool`].
///
/// [torch.nn.AdaptiveMaxPool3d]: https://pytorch.org/docs/stable/generated/torch.nn.AdaptiveMaxPool3d.html
pub type AdaptiveMaxPool3d = AdaptiveMaxPool<3>;

/// Adaptive average pooling over `N` axes: the mean of each window, as precise as
/// [`AvgPool`](crate::AvgPool)'s.
///
/// ```text
/// output[o] = mean of input[⌊o·I/O⌋ .. ⌈(o+1)·I/O⌉]
/// ```
///
/// along each axis, of I inputs and O outputs.
///
#[doc = include_str!("../../docs/adaptive_pool.svg")]
///
/// # Differences from PyTorch
/// An input without channels is refused on every rank, integers are taken, and f16 and bf16 in 3-D are summed
/// in f32, where torch sums them in their own type.
///
/// ```
/// use cenote::{AdaptiveAvgPool2d, Layer};
///
/// let plan = AdaptiveAvgPool2d::global().plan(&[8, 512, 7, 7])?;
/// assert_eq!(plan.output_shape(), [8, 512, 1, 1]);
/// let keep_height = AdaptiveAvgPool2d::new([None, Some(3)]).plan(&[8, 512, 7, 7])?;
/// assert_eq!(keep_height.output_shape(), [8, 512, 7, 3]);
/// # Ok::<(), cenote::Error>(())
/// ```
pub type AdaptiveAvgPool<const N: usize> = AdaptivePool<Avg, N>;

/// Adaptive average pooling over `(N, C, L)` or `(C, L)`: [torch.nn.AdaptiveAvgPool1d]. See
/// [`AdaptiveAvgPool`].
///
/// [torch.nn.AdaptiveAvgPool1d]: https://pytorch.org/docs/stable/generated/torch.nn.AdaptiveAvgPool1d.html
pub type AdaptiveAvgPool1d = AdaptiveAvgPool<1>;

/// Adaptive average pooling over `(N, C, H, W)` or `(C, H, W)`: [torch.nn.AdaptiveAvgPool2d]. See
/// [`AdaptiveAvgPool`].
///
/// [torch.nn.AdaptiveAvgPool2d]: https://pytorch.org/docs/stable/generated/torch.nn.AdaptiveAvgPool2d.html
pub type AdaptiveAvgPool2d = AdaptiveAvgPool<2>;

/// Adaptive average pooling over `(N, C, D, H, W)` or `(C, D, H, W)`: [torch.nn.AdaptiveAvgPool3d]. See
/// [`AdaptiveAvgPool`].
///
/// [torch.nn.AdaptiveAvgPool3d]: https://pytorch.org/docs/stable/generated/torch.nn.AdaptiveAvgPool3d.html
pub type AdaptiveAvgPool3d = AdaptiveAvgPool<3>;
