//! Layers whose windows slide: max, average and power-average pooling.

use std::fmt;

use super::repr::{Arguments, each, truth};
use super::{Kind, Layer, PerAxis};
use crate::error::{Error, Result};
use crate::layout::MemoryFormat;
use crate::plan::{Operation, Plan};
use crate::reduce::{Counting, Power};
use crate::window::{Axis, Sliding};

/// How much padding a sliding layer has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Padding<const N: usize> {
    Explicit {
        before: [usize; N],
        after: [usize; N],
    },
    /// As much as makes the output ⌈input / stride⌉ long; an odd element goes after, or before.
    Same { odd_after: bool },
}

/// A layer of sliding windows over `N` axes: [`MaxPool`], [`AvgPool`] or [`LPPool`].
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
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
    /// Padding clips windows and is never read: it stands for −∞ in a maximum and for 0 in the sum of a mean. The sum of a
    /// power average is scaled up where it clips ([`LPPool::scale_clipped`]).
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
    /// `SAME_UPPER`, which torch does not have. Takes the place of [`padding`](Self::padding); `ceil_mode` changes nothing then.
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
                        axis: "axis",
                        padding,
                        kernel_size,
                    });
                }
            }
            Padding::Same { odd_after } => {
                let reach = (length.div_ceil(sliding.stride) - 1)
                    .checked_mul(sliding.stride)
                    .and_then(|start| start.checked_add(sliding.extent().ok()?))
                    .ok_or_else(|| Error::TooLarge {
                        what: format!("an axis of {length} with padding and its last window"),
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
    fn pooled_axes(&self) -> usize {
        N
    }

    fn plan_in(&self, shape: &[usize], format: MemoryFormat) -> Result<Plan> {
        let taps = self
            .kernel_size
            .iter()
            .fold(1usize, |taps, &size| taps.saturating_mul(size));
        Plan::new(
            (shape, format),
            N,
            self.kind.operation(taps)?,
            |axis, length| Axis::sliding(length, self.sliding(axis, length)?),
        )
    }
}

/// As torch prints a layer, sizes that are alike as one number: `MaxPool2d(kernel_size=3, stride=3, padding=0, dilation=1,
/// ceil_mode=True)`. What torch leaves out is printed where it is not the default. The stride is that which windows move by:
/// torch's norms print the argument, which may be `None`.
impl<K: Kind, const N: usize> fmt::Display for SlidingPool<K, N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let prints = |name: &str| K::PRINTS.contains(&name);
        let windows = Arguments::default()
            .with("kernel_size", each(&self.kernel_size))
            .with("stride", each(&self.stride.unwrap_or(self.kernel_size)));
        let windows = match self.padding {
            Padding::Explicit { before, after } => windows
                .with_if(
                    prints("padding") || before != [0; N] || after != before,
                    "padding",
                    each(&before),
                )
                .with_if(after != before, "padding_after", each(&after)),
            Padding::Same { odd_after: true } => windows.with("auto_pad", "SAME_UPPER"),
            Padding::Same { odd_after: false } => windows.with("auto_pad", "SAME_LOWER"),
        };
        let windows = windows
            .with_if(
                prints("dilation") || self.dilation != [1; N],
                "dilation",
                each(&self.dilation),
            )
            .with_if(
                prints("ceil_mode") || self.ceil_mode,
                "ceil_mode",
                truth(self.ceil_mode),
            )
            .with_if(self.any_padding, "any_padding", truth(true));
        let name = format!("{}Pool", K::NAME);
        self.kind.arguments(windows).write(f, &name, N)
    }
}

/// What [`MaxPool`] makes of a window: its largest element.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Max;

impl Kind for Max {
    const NAME: &'static str = "Max";
    const PRINTS: &'static [&'static str] = &["padding", "dilation", "ceil_mode"];

    fn operation(&self, _taps: usize) -> Result<Operation> {
        Ok(Operation::Max)
    }
}

/// Max pooling over `N` axes: the largest element of each window.
///
/// ```text
/// output[o] = max over j in 0..kernel_size of input[o·stride − padding + j·dilation]
/// ```
///
/// along each axis, where taps outside the input do not count.
/// An axis of `input` elements gives `⌊(input + 2·padding − dilation·(kernel_size − 1) − 1) / stride⌋ + 1` outputs; with
/// `ceil_mode` the division rounds up, and a last window that would start in the padding after the input is left out.
///
#[doc = include_str!("../../docs/max_pool.svg")]
#[doc = include_str!("../../docs/max_pool_dilation.svg")]
///
/// A NaN in a window wins. `return_indices` also returns where each maximum came from: the
/// first of equal elements, or the last NaN. All element types, integers included, on every rank.
///
/// # Differences from PyTorch
/// - A window that lies wholly in the padding (possible with `dilation` > 1 or [`any_padding`](Self::any_padding)) has the value −∞, or the type's
///   least integer, as in torch; its index is −1, where torch returns one outside the plane, and backward
///   skips it, where torch corrupts memory.
/// - Gradients of f16 and bf16 add up in f32, where torch's stick at 2048 and 256.
///
/// ```
/// use cenote::{Layer, MaxPool2d};
///
/// let pool = MaxPool2d::new(3).stride(2).padding(1);
/// let plan = pool.plan(&[1, 1, 4, 4])?;
/// assert_eq!(plan.output_shape(), [1, 1, 2, 2]);
///
/// let input: Vec<f32> = (0..16).map(|value| value as f32).collect();
/// let mut output = vec![0.0; plan.output_len()];
/// plan.forward_into(&input, &mut output)?;
/// assert_eq!(output, [5.0, 7.0, 13.0, 15.0]);
/// # Ok::<(), cenote::Error>(())
/// ```
pub type MaxPool<const N: usize> = SlidingPool<Max, N>;

/// Max pooling over `(N, C, L)` or `(C, L)`: [torch.nn.MaxPool1d]. See [`MaxPool`].
///
/// [torch.nn.MaxPool1d]: https://pytorch.org/docs/stable/generated/torch.nn.MaxPool1d.html
pub type MaxPool1d = MaxPool<1>;

/// Max pooling over `(N, C, H, W)` or `(C, H, W)`: [torch.nn.MaxPool2d]. See [`MaxPool`].
///
/// [torch.nn.MaxPool2d]: https://pytorch.org/docs/stable/generated/torch.nn.MaxPool2d.html
pub type MaxPool2d = MaxPool<2>;

/// Max pooling over `(N, C, D, H, W)` or `(C, D, H, W)`: [torch.nn.MaxPool3d]. See [`MaxPool`].
///
/// [torch.nn.MaxPool3d]: https://pytorch.org/docs/stable/generated/torch.nn.MaxPool3d.html
pub type MaxPool3d = MaxPool<3>;

impl<const N: usize> MaxPool<N> {
    /// Windows of `kernel_size` that move by their own size.
    pub fn new(kernel_size: impl Into<PerAxis<N>>) -> Self {
        Self::with(kernel_size.into(), Max)
    }

    /// This layer, returning the index of each maximum as well: torch's `return_indices=True`.
    #[cfg(feature = "ndarray")]
    pub fn return_indices(&self) -> crate::WithIndices<Self> {
        crate::WithIndices::new(self.clone())
    }
}

/// What [`AvgPool`] and [`AdaptiveAvgPool`](crate::AdaptiveAvgPool) make of a window: its mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Avg {
    count_include_pad: bool,
    divisor_override: Option<i64>,
}

impl Default for Avg {
    fn default() -> Self {
        Self {
            count_include_pad: true,
            divisor_override: None,
        }
    }
}

impl Kind for Avg {
    const NAME: &'static str = "Avg";
    const PRINTS: &'static [&'static str] = &["padding"];

    fn arguments(&self, windows: Arguments) -> Arguments {
        let windows = windows.with_if(
            !self.count_include_pad,
            "count_include_pad",
            truth(self.count_include_pad),
        );
        match self.divisor_override {
            Some(divisor) => windows.with("divisor_override", divisor),
            None => windows,
        }
    }

    fn operation(&self, taps: usize) -> Result<Operation> {
        countable(taps)?;
        Ok(Operation::Mean(match self.divisor_override {
            Some(0) => {
                return Err(Error::Parameter {
                    name: "divisor_override",
                    given: "0".into(),
                    allowed: "give any number but 0",
                });
            }
            Some(divisor) => Counting::Fixed(divisor),
            None if self.count_include_pad => Counting::Span,
            None => Counting::Taps,
        }))
    }
}

/// The taps of a window, of which there must not be more than a divisor can count.
fn countable(taps: usize) -> Result<i64> {
    i64::try_from(taps).map_err(|_| Error::TooLarge {
        what: format!("a window of {taps} taps"),
    })
}

/// Average pooling over `N` axes: the mean of each window.
///
/// ```text
/// output[o] = Σ over j in 0..kernel_size of input[o·stride − padding + j·dilation] / divisor
/// ```
///
/// along each axis, where taps outside the input add 0. The divisor is the number of taps inside the input and its padding,
/// or inside the input alone without [`AvgPool::count_include_pad`], or [`AvgPool::divisor_override`]. Output sizes are
/// those of [`MaxPool`].
///
#[doc = include_str!("../../docs/avg_pool.svg")]
///
/// Means of f32 are computed in f64 and rounded once, those of f16 and bf16 in f32; integers truncate toward
/// zero, and one that its type cannot hold (with a small `divisor_override`) is the nearest that it can. Sums of i64 wrap.
/// A window wholly in padding has a mean of 0. A window that overhangs in ceil mode counts the elements and the padding that it covers, never what
/// lies beyond the padding.
///
/// # Differences from PyTorch
/// - `divisor_override` works on every rank, f16 and bf16 in 3-D too, and every integer type.
/// - 3-D takes an input smaller than the kernel where padding makes it fit, as 2-D does.
/// - Sums are more precise: torch adds in f32, one element after the other.
///
/// ```
/// use cenote::{AvgPool1d, Layer};
///
/// let plan = AvgPool1d::new(3).stride(2).padding(1).count_include_pad(false).plan(&[1, 4])?;
/// let mut output = [0.0f32; 2];
/// plan.forward_into(&[1.0, 2.0, 3.0, 4.0], &mut output)?;
/// assert_eq!(output, [1.5, 3.0]);
/// # Ok::<(), cenote::Error>(())
/// ```
pub type AvgPool<const N: usize> = SlidingPool<Avg, N>;

/// Average pooling over `(N, C, L)` or `(C, L)`: [torch.nn.AvgPool1d]. See [`AvgPool`].
///
/// [torch.nn.AvgPool1d]: https://pytorch.org/docs/stable/generated/torch.nn.AvgPool1d.html
pub type AvgPool1d = AvgPool<1>;

/// Average pooling over `(N, C, H, W)` or `(C, H, W)`: [torch.nn.AvgPool2d]. See [`AvgPool`].
///
/// [torch.nn.AvgPool2d]: https://pytorch.org/docs/stable/generated/torch.nn.AvgPool2d.html
pub type AvgPool2d = AvgPool<2>;

/// Average pooling over `(N, C, D, H, W)` or `(C, D, H, W)`: [torch.nn.AvgPool3d]. See [`AvgPool`].
///
/// [torch.nn.AvgPool3d]: https://pytorch.org/docs/stable/generated/torch.nn.AvgPool3d.html
pub type AvgPool3d = AvgPool<3>;

impl<const N: usize> AvgPool<N> {
    /// Windows of `kernel_size` that move by their own size.
    pub fn new(kernel_size: impl Into<PerAxis<N>>) -> Self {
        Self::with(kernel_size.into(), Avg::default())
    }

    /// Whether the divisor counts the padding that a window covers. Default: `true`.
    #[must_use]
    pub fn count_include_pad(mut self, count_include_pad: bool) -> Self {
        self.kind.count_include_pad = count_include_pad;
        self
    }

    /// One divisor for every window, clipped ones too: any number but 0. Default: `None`.
    #[must_use]
    pub fn divisor_override(mut self, divisor_override: impl Into<Option<i64>>) -> Self {
        self.kind.divisor_override = divisor_override.into();
        self
    }
}

/// What [`LPPool`] makes of a window: its p-norm.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Lp {
    norm_type: f64,
    absolute: bool,
    scale_clipped: bool,
}

impl Kind for Lp {
    const NAME: &'static str = "LP";
    const PRINTS: &'static [&'static str] = &["ceil_mode"];

    fn arguments(&self, windows: Arguments) -> Arguments {
        Arguments::default()
            .with("norm_type", self.norm_type)
            .then(windows)
            .with_if(self.absolute, "absolute", truth(true))
            .with_if(!self.scale_clipped, "scale_clipped", truth(false))
    }

    fn operation(&self, taps: usize) -> Result<Operation> {
        if self.norm_type == 0.0 || self.norm_type.is_nan() {
            return Err(Error::Parameter {
                name: "norm_type",
                given: self.norm_type.to_string(),
                allowed: "any number but 0 is allowed, ±inf included",
            });
        }
        let whole = countable(taps)?;
        Ok(Operation::Power(Power {
            norm_type: self.norm_type,
            absolute: self.absolute,
            scale_to: self.scale_clipped.then_some(whole),
        }))
    }
}

/// Power-average pooling over `N` axes: the p-norm of each window.
///
/// ```text
/// output[o] = (Σ over j in 0..kernel_size of input[o·stride − padding + j·dilation]ᵖ · whole / taps)^(1/p)
/// ```
///
/// along each axis, where `taps` of a `whole` window lie inside the input. Output sizes are those of [`MaxPool`].
///
#[doc = include_str!("../../docs/lp_pool.svg")]
///
/// As in torch the power is taken of the element, not of its magnitude, so an odd or broken p may give NaN
/// for negative elements, and the sum of a window that ceil mode or padding clips is scaled up to a whole one.
/// [`LPPool::absolute`] and [`LPPool::scale_clipped`] turn either off. A norm of +∞ is the largest magnitude,
/// −∞ the smallest. A window wholly in padding has a norm of 0, and of +∞ where p is below 0.
///
/// The gradient of a window whose sum is 0 is 0. That of a norm of ±∞ goes to the first of the extreme elements, with its sign.
///
/// # Differences from PyTorch
/// - Powers of f32 are computed in f64: those up to the sixth neither overflow nor vanish where the norm itself does not.
///   Those of f16 and bf16 are computed in f32, where torch rounds each power to the type: 300² is no f16.
/// - Padding and dilation are possible; f16 in 3-D, and windows of which only ceil mode makes one, are taken there too.
/// - Integers give integers: computed in f64 and truncated toward zero. torch gives f32, and for norms of ±∞ the type, in
///   which |−128| is −128.
/// - A `norm_type` of NaN is refused; torch gives NaN.
///
/// ```
/// use cenote::{LPPool1d, Layer};
///
/// let plan = LPPool1d::new(2.0, 2).plan(&[1, 4])?;
/// let mut output = [0.0f32; 2];
/// plan.forward_into(&[3.0, 4.0, 6.0, 8.0], &mut output)?;
/// assert_eq!(output, [5.0, 10.0]);
/// # Ok::<(), cenote::Error>(())
/// ```
pub type LPPool<const N: usize> = SlidingPool<Lp, N>;

/// Power-average pooling over `(N, C, L)` or `(C, L)`: [torch.nn.LPPool1d]. See [`LPPool`].
///
/// [torch.nn.LPPool1d]: https://pytorch.org/docs/stable/generated/torch.nn.LPPool1d.html
pub type LPPool1d = LPPool<1>;

/// Power-average pooling over `(N, C, H, W)` or `(C, H, W)`: [torch.nn.LPPool2d]. See [`LPPool`].
///
/// [torch.nn.LPPool2d]: https://pytorch.org/docs/stable/generated/torch.nn.LPPool2d.html
pub type LPPool2d = LPPool<2>;

/// Power-average pooling over `(N, C, D, H, W)` or `(C, D, H, W)`: [torch.nn.LPPool3d]. See [`LPPool`].
///
/// [torch.nn.LPPool3d]: https://pytorch.org/docs/stable/generated/torch.nn.LPPool3d.html
pub type LPPool3d = LPPool<3>;

impl<const N: usize> LPPool<N> {
    /// The norm of order `norm_type` of windows of `kernel_size` that move by their own size.
    pub fn new(norm_type: f64, kernel_size: impl Into<PerAxis<N>>) -> Self {
        let kind = Lp {
            norm_type,
            absolute: false,
            scale_clipped: true,
        };
        Self::with(kernel_size.into(), kind)
    }

    /// Whether powers are taken of magnitudes. Default: `false`, as torch. ONNX's `LpPool` is
    /// `absolute(true).scale_clipped(false)`.
    #[must_use]
    pub fn absolute(mut self, absolute: bool) -> Self {
        self.kind.absolute = absolute;
        self
    }

    /// Whether the sum over a clipped window is scaled up to a whole window's number of taps. Default:
    /// `true`, as torch.
    #[must_use]
    pub fn scale_clipped(mut self, scale_clipped: bool) -> Self {
        self.kind.scale_clipped = scale_clipped;
        self
    }
}
