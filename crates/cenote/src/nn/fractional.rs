//! Layers whose windows lie at pseudo-random places.

use std::fmt;

use super::repr::{Arguments, each};
use super::{Layer, PerAxis, one_for_each_axis};
use crate::element::Precision;
use crate::error::{Error, Result};
use crate::fractional::Samples;
use crate::layout::MemoryFormat;
use crate::plan::{Operation, Plan};
use crate::window::Axis;

/// The size of each pooled axis' output as a part of its input's: `0.5` for all alike, or `[0.5, 0.7]` (height, width).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct OutputRatio<const N: usize>(pub [f64; N]);

one_for_each_axis!(OutputRatio, f64);

#[derive(Clone, Debug, PartialEq)]
enum Output<const N: usize> {
    Size([usize; N]),
    Ratio([f64; N]),
}

/// Fractional max pooling over `N` = 2 or 3 axes, of [Graham's paper]: windows of one size whose starts are
/// spread over the input by a pseudo-random sample, so that an axis can shrink by any factor.
///
/// ```text
/// output[o] = max of input[start(o) .. start(o) + kernel_size]
/// start(o)  = trunc((o + u)·α) − trunc(u·α), α = (I − kernel_size) / (O − 1), start(O − 1) = I − kernel_size
/// ```
///
/// along each axis, of I inputs and O outputs, with the axis' sample u.
///
#[doc = include_str!("../../docs/fractional_pool.svg")]
///
/// Each plane (an image's channel) has one sample in [0, 1) for each axis. The first window of an axis starts
/// at 0 and the last one ends at the end (a single one ends there); the sample moves those between. NaN, ties and indices are those of
/// [`MaxPool`](crate::MaxPool). Tensors are contiguous, as they become in torch.
///
/// # Differences from PyTorch
/// - Samples come from a seed that you choose ([`FractionalMaxPool::seed`], 0 by default), in steps of 1/256, so that
///   every element type holds them exactly, or from you; torch draws new ones at every call, as fine as the type.
/// - Torch's 3-D layer refuses windows that just fit; here 2-D and 3-D take what fits. Where the output is empty, no window
///   is too large.
/// - Integers are taken.
///
/// ```
/// use cenote::{FractionalMaxPool2d, Layer};
///
/// let plan = FractionalMaxPool2d::with_output_ratio(2, 0.7).seed(42).plan(&[1, 3, 10, 10])?;
/// assert_eq!(plan.output_shape(), [1, 3, 7, 7]);
/// # Ok::<(), cenote::Error>(())
/// ```
///
/// [Graham's paper]: https://arxiv.org/abs/1412.6071
#[derive(Clone, Debug, PartialEq)]
pub struct FractionalMaxPool<const N: usize> {
    kernel_size: [usize; N],
    output: Output<N>,
    samples: Samples,
}

/// Fractional max pooling over `(N, C, H, W)` or `(C, H, W)`: [torch.nn.FractionalMaxPool2d]. See
/// [`FractionalMaxPool`].
///
/// [torch.nn.FractionalMaxPool2d]: https://pytorch.org/docs/stable/generated/torch.nn.FractionalMaxPool2d.html
pub type FractionalMaxPool2d = FractionalMaxPool<2>;

/// Fractional max pooling over `(N, C, D, H, W)` or `(C, D, H, W)`: [torch.nn.FractionalMaxPool3d]. See
/// [`FractionalMaxPool`].
///
/// [torch.nn.FractionalMaxPool3d]: https://pytorch.org/docs/stable/generated/torch.nn.FractionalMaxPool3d.html
pub type FractionalMaxPool3d = FractionalMaxPool<3>;

impl<const N: usize> FractionalMaxPool<N> {
    /// Windows of `kernel_size` that make an output of `output_size`.
    pub fn with_output_size(
        kernel_size: impl Into<PerAxis<N>>,
        output_size: impl Into<PerAxis<N>>,
    ) -> Self {
        let output = Output::Size(output_size.into().0);
        Self {
            kernel_size: kernel_size.into().0,
            output,
            samples: Samples::Seeded(0),
        }
    }

    /// Windows of `kernel_size` that shrink each axis to `output_ratio` of it, rounded down.
    pub fn with_output_ratio(
        kernel_size: impl Into<PerAxis<N>>,
        output_ratio: impl Into<OutputRatio<N>>,
    ) -> Self {
        let output = Output::Ratio(output_ratio.into().0);
        Self {
            kernel_size: kernel_size.into().0,
            output,
            samples: Samples::Seeded(0),
        }
    }

    /// Draws the samples from `seed`: the same seed gives the same windows. Default: 0.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.samples = Samples::Seeded(seed);
        self
    }

    /// Takes the samples as given, torch's `_random_samples`: `(N, C, axes)` row-major, each in [0, 1), in torch's order of axes, which
    /// is width, height in 2-D and depth, height, width in 3-D. Those of more images than the tensor has are left
    /// out. Planning refuses fewer than the planes need and what is no number; a number outside of
    /// [0, 1) is taken, as in torch, and windows stay inside of the input.
    #[must_use]
    pub fn samples(mut self, samples: Vec<f64>) -> Self {
        self.samples = Samples::Given(samples);
        self
    }

    /// This layer, returning the index of each maximum as well: torch's `return_indices=True`.
    #[cfg(feature = "ndarray")]
    pub fn return_indices(&self) -> crate::WithIndices<Self> {
        crate::WithIndices::new(self.clone())
    }

    /// Output size of one axis.
    fn output_size(&self, axis: usize, length: usize) -> Result<usize> {
        match &self.output {
            Output::Size(sizes) => Ok(sizes[axis]),
            Output::Ratio(ratios) if ratios[axis] > 0.0 && ratios[axis] < 1.0 => {
                Ok((length as f64 * ratios[axis]) as usize)
            }
            Output::Ratio(ratios) => Err(Error::Parameter {
                name: "output_ratio",
                given: ratios[axis].to_string(),
                allowed: "it must lie between 0 and 1, both excluded",
            }),
        }
    }

    /// Checks that `output` windows of `kernel_size` fit. Torch refuses one more in 3-D than in 2-D for no reason
    /// in the definition; here both take what fits.
    fn check_fit(&self, input: usize, output: usize, kernel_size: usize) -> Result<()> {
        if kernel_size == 0 {
            return Err(Error::Zero {
                name: "kernel_size",
            });
        }
        if output == 0 {
            return Ok(());
        }
        match output.checked_add(kernel_size - 1) {
            Some(reach) if reach <= input => Ok(()),
            _ => Err(Error::Parameter {
                name: match self.output {
                    Output::Size(_) => "output_size",
                    Output::Ratio(_) => "the size that output_ratio makes",
                },
                given: format!("{output} for an axis of {input} with kernel_size {kernel_size}"),
                allowed: "an output and kernel_size − 1 may not exceed the input: use fewer or smaller windows",
            }),
        }
    }

    /// Refuses samples that are too few for `planes` or no numbers.
    fn check_samples(&self, planes: usize) -> Result<()> {
        let Samples::Given(given) = &self.samples else {
            return Ok(());
        };
        if given.len() < planes * N {
            return Err(Error::Parameter {
                name: "samples",
                given: format!("{} numbers for {planes} planes of {N} axes", given.len()),
                allowed: "give one for each axis of each plane, or a seed in their place",
            });
        }
        match given.iter().find(|sample| !sample.is_finite()) {
            None => Ok(()),
            Some(sample) => Err(Error::Parameter {
                name: "samples",
                given: sample.to_string(),
                allowed: "samples are finite, and should lie in [0, 1)",
            }),
        }
    }
}

/// `FractionalMaxPool2d(kernel_size=3, output_size=(13, 12), seed=0)`, where torch prints no arguments.
impl<const N: usize> fmt::Display for FractionalMaxPool<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let arguments = Arguments::default().with("kernel_size", each(&self.kernel_size));
        let arguments = match &self.output {
            Output::Size(sizes) => arguments.with("output_size", each(sizes)),
            Output::Ratio(ratios) => arguments.with("output_ratio", each(ratios)),
        };
        match &self.samples {
            Samples::Seeded(seed) => arguments.with("seed", seed),
            Samples::Given(samples) => {
                arguments.with("samples", format_args!("{} given", samples.len()))
            }
        }
        .write(f, "FractionalMaxPool", N)
    }
}

impl<const N: usize> Layer for FractionalMaxPool<N> {
    fn pooled_axes(&self) -> usize {
        N
    }

    fn plan_in(&self, shape: &[usize], format: MemoryFormat) -> Result<Plan> {
        if !(2..=3).contains(&N) {
            return Err(Error::Unsupported {
                what: format!("fractional pooling over {N} axes"),
                instead: "use FractionalMaxPool2d or FractionalMaxPool3d",
            });
        }
        if format == MemoryFormat::ChannelsLast {
            return Err(Error::Unsupported {
                what: "fractional pooling with channels last, where each channel has windows of its own".to_owned(),
                instead: "make the tensor contiguous",
            });
        }
        let mut plan = Plan::new((shape, format), N, Operation::Max, |axis, length| {
            let (output, kernel_size) = (self.output_size(axis, length)?, self.kernel_size[axis]);
            self.check_fit(length, output, kernel_size)?;
            let kernel_size = kernel_size.min(length);
            Ok(Axis::fractional(
                (length, output),
                kernel_size,
                0.0,
                Precision::F64,
            ))
        })?;
        self.check_samples(plan.layout.outer)?;
        plan.samples = Some(self.samples.clone());
        Ok(plan)
    }
}
