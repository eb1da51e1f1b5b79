//! Layers by torch's functional names, with options named as torch's arguments.

use std::fmt::Display;

use anyhow::{Context, Result, bail};
use cenote::{
    AdaptiveAvgPool, AdaptiveMaxPool, AvgPool, FractionalMaxPool, LPPool, Layer, MaxPool,
    MaxUnpool, MemoryFormat, PerAxis, Plan, SlidingPool, UnpoolPlan,
};
use clap::{Args, ValueEnum};

use crate::values::{OutputSizes, Ratios, Sizes};

/// What a layer makes of its windows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Family {
    Max,
    Avg,
    Lp,
    AdaptiveMax,
    AdaptiveAvg,
    FractionalMax,
    MaxUnpool,
}

/// A layer of torch.nn.functional.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct LayerName {
    pub(crate) name: &'static str,
    pub(crate) about: &'static str,
    pub(crate) family: Family,
    pub(crate) axes: usize,
}

macro_rules! layers {
    ($($name:ident $family:ident $axes:literal $about:literal),* $(,)?) => {
        /// Every layer, by torch's functional name.
        pub(crate) const LAYERS: &[LayerName] = &[$(LayerName {
            name: stringify!($name),
            about: $about,
            family: Family::$family,
            axes: $axes,
        }),*];
    };
}

layers! {
    max_pool1d Max 1 "The largest element of each window of a row",
    max_pool2d Max 2 "The largest element of each window of an image",
    max_pool3d Max 3 "The largest element of each window of a volume",
    avg_pool1d Avg 1 "The mean of each window of a row",
    avg_pool2d Avg 2 "The mean of each window of an image",
    avg_pool3d Avg 3 "The mean of each window of a volume",
    lp_pool1d Lp 1 "The p-norm of each window of a row",
    lp_pool2d Lp 2 "The p-norm of each window of an image",
    lp_pool3d Lp 3 "The p-norm of each window of a volume",
    adaptive_max_pool1d AdaptiveMax 1 "The maxima of as many windows of a row as wanted",
    adaptive_max_pool2d AdaptiveMax 2 "The maxima of as many windows of an image as wanted",
    adaptive_max_pool3d AdaptiveMax 3 "The maxima of as many windows of a volume as wanted",
    adaptive_avg_pool1d AdaptiveAvg 1 "The means of as many windows of a row as wanted",
    adaptive_avg_pool2d AdaptiveAvg 2 "The means of as many windows of an image as wanted",
    adaptive_avg_pool3d AdaptiveAvg 3 "The means of as many windows of a volume as wanted",
    fractional_max_pool2d FractionalMax 2 "The maxima of windows at pseudo-random places of an image",
    fractional_max_pool3d FractionalMax 3 "The maxima of windows at pseudo-random places of a volume",
    max_unpool1d MaxUnpool 1 "Puts maxima back where they came from in a row",
    max_unpool2d MaxUnpool 2 "Puts maxima back where they came from in an image",
    max_unpool3d MaxUnpool 3 "Puts maxima back where they came from in a volume",
}

/// How ONNX chooses padding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "snake_case")]
pub(crate) enum AutoPad {
    /// An output of ⌈input / stride⌉, an odd element of padding at the end
    SameUpper,
    /// An output of ⌈input / stride⌉, an odd element of padding at the beginning
    SameLower,
}

/// The options of layers whose windows slide.
#[derive(Args, Clone, Debug)]
pub(crate) struct SlidingOptions {
    /// Size of the window: one number, or one for each axis as in 2,3
    #[arg(long, short, value_name = "SIZES", allow_negative_numbers = true)]
    pub(crate) kernel_size: Sizes,
    /// Distance between windows [default: the kernel size]
    #[arg(long, short, value_name = "SIZES", allow_negative_numbers = true)]
    pub(crate) stride: Option<Sizes>,
    /// Padding on both sides, at most half of the kernel size [default: 0]
    #[arg(long, value_name = "SIZES", allow_negative_numbers = true)]
    pub(crate) padding: Option<Sizes>,
    /// Padding at the end of each axis, where it differs from --padding (PyTorch has no such option)
    #[arg(long, value_name = "SIZES", allow_negative_numbers = true)]
    pub(crate) padding_after: Option<Sizes>,
    /// Padding as ONNX chooses it (PyTorch has no such option)
    #[arg(long, value_name = "MODE", conflicts_with_all = ["padding", "padding_after"])]
    pub(crate) auto_pad: Option<AutoPad>,
    /// Take padding beyond half of the kernel size, which PyTorch refuses
    #[arg(long)]
    pub(crate) any_padding: bool,
    /// Distance between the taps of a window [default: 1]
    #[arg(long, value_name = "SIZES", allow_negative_numbers = true)]
    pub(crate) dilation: Option<Sizes>,
    /// Keep a last window that overhangs the input
    #[arg(long, value_name = "BOOL", num_args = 0..=1, default_value_t = false, default_missing_value = "true", action = clap::ArgAction::Set)]
    pub(crate) ceil_mode: bool,
}

impl SlidingOptions {
    fn apply<K, const N: usize>(&self, mut layer: SlidingPool<K, N>) -> Result<SlidingPool<K, N>> {
        if let Some(stride) = &self.stride {
            layer = layer.stride(stride.per_axis("--stride")?);
        }
        if let Some(dilation) = &self.dilation {
            layer = layer.dilation(dilation.per_axis("--dilation")?);
        }
        let before = self
            .padding
            .as_ref()
            .map(|sizes| sizes.per_axis("--padding"))
            .transpose()?;
        let after = self
            .padding_after
            .as_ref()
            .map(|sizes| sizes.per_axis("--padding-after"))
            .transpose()?;
        if before.is_some() || after.is_some() {
            let before = before.unwrap_or(PerAxis([0; N]));
            layer = layer.asymmetric_padding(before, after.unwrap_or(before));
        }
        layer = match self.auto_pad {
            Some(AutoPad::SameUpper) => layer.same_upper(),
            Some(AutoPad::SameLower) => layer.same_lower(),
            None => layer,
        };
        Ok(layer
            .any_padding(self.any_padding)
            .ceil_mode(self.ceil_mode))
    }
}

/// The options of average pooling beside those of sliding windows.
#[derive(Args, Clone, Debug)]
pub(crate) struct AvgOptions {
    /// Count the padding that a window covers
    #[arg(long, value_name = "BOOL", num_args = 0..=1, default_value_t = true, default_missing_value = "true", action = clap::ArgAction::Set)]
    pub(crate) count_include_pad: bool,
    /// Divide every window by this number
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub(crate) divisor_override: Option<i64>,
}

/// The options of power-average pooling beside those of sliding windows.
#[derive(Args, Clone, Debug)]
pub(crate) struct LpOptions {
    /// p of the p-norm: any number but 0; inf and -inf too
    #[arg(
        long,
        value_name = "P",
        allow_hyphen_values = true,
        default_value_t = 2.0
    )]
    pub(crate) norm_type: f64,
    /// Take powers of magnitudes, as ONNX does
    #[arg(long)]
    pub(crate) absolute: bool,
    /// Scale the sum over a clipped window up to a whole one, as PyTorch does
    #[arg(long, value_name = "BOOL", num_args = 0..=1, default_value_t = true, default_missing_value = "true", action = clap::ArgAction::Set)]
    pub(crate) scale_clipped: bool,
}

/// The options of adaptive layers.
#[derive(Args, Clone, Debug)]
pub(crate) struct AdaptiveOptions {
    /// Size of the output: one number, or one for each axis, where none keeps the input's, as in none,7
    #[arg(long, value_name = "SIZES", allow_negative_numbers = true)]
    pub(crate) output_size: OutputSizes,
}

/// The options of fractional layers.
#[derive(Args, Clone, Debug)]
pub(crate) struct FractionalOptions {
    /// Size of the window: one number, or one for each axis
    #[arg(long, short, value_name = "SIZES", allow_negative_numbers = true)]
    pub(crate) kernel_size: Sizes,
    /// Size of the output, if --output-ratio does not give it
    #[arg(
        long,
        value_name = "SIZES",
        allow_negative_numbers = true,
        conflicts_with = "output_ratio"
    )]
    pub(crate) output_size: Option<OutputSizes>,
    /// Size of the output as a part of the input's, between 0 and 1
    #[arg(long, value_name = "RATIOS", allow_negative_numbers = true)]
    pub(crate) output_ratio: Option<Ratios>,
    /// Seed of the windows' places
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(crate) seed: u64,
}

/// The options of unpooling.
#[derive(Args, Clone, Debug)]
pub(crate) struct UnpoolOptions {
    /// Kernel size of the pooling that is undone
    #[arg(long, short, value_name = "SIZES", allow_negative_numbers = true)]
    pub(crate) kernel_size: Sizes,
    /// Its stride [default: the kernel size]
    #[arg(long, short, value_name = "SIZES", allow_negative_numbers = true)]
    pub(crate) stride: Option<Sizes>,
    /// Its padding
    #[arg(long, value_name = "SIZES", allow_negative_numbers = true)]
    pub(crate) padding: Option<Sizes>,
    /// Size of the output, less than a stride from the default
    #[arg(long, value_name = "SIZES", allow_negative_numbers = true)]
    pub(crate) output_size: Option<OutputSizes>,
    /// Let indices count in a plane of the default size whatever the output's, as ONNX does
    #[arg(long)]
    pub(crate) rebase_indices: bool,
}

impl UnpoolOptions {
    pub(crate) fn plan<const N: usize>(&self, shape: &[usize]) -> Result<UnpoolPlan> {
        let mut layer = MaxUnpool::<N>::new(self.kernel_size.per_axis("--kernel-size")?);
        if let Some(stride) = &self.stride {
            layer = layer.stride(stride.per_axis("--stride")?);
        }
        if let Some(padding) = &self.padding {
            layer = layer.padding(padding.per_axis("--padding")?);
        }
        if let Some(output_size) = &self.output_size {
            layer = layer.output_size(output_size.per_axis()?);
        }
        Ok(layer.rebase_indices(self.rebase_indices).plan(shape)?)
    }
}

/// A layer with its options, but for unpooling, which takes two tensors.
#[derive(Clone, Debug)]
pub(crate) enum Pooling {
    Max(SlidingOptions),
    Avg(SlidingOptions, AvgOptions),
    Lp(SlidingOptions, LpOptions),
    AdaptiveMax(AdaptiveOptions),
    AdaptiveAvg(AdaptiveOptions),
    FractionalMax(FractionalOptions, Option<Vec<f64>>),
}

/// A layer that prints as torch does.
pub(crate) trait Shown: Layer + Display {}

impl<L: Layer + Display> Shown for L {}

impl Pooling {
    /// Plans the pooling of tensors of `shape` over the last `axes` axes.
    pub(crate) fn plan(&self, axes: usize, shape: &[usize], format: MemoryFormat) -> Result<Plan> {
        Ok(self.layer(axes)?.plan_in(shape, format)?)
    }

    /// The layer over `axes` axes.
    pub(crate) fn layer(&self, axes: usize) -> Result<Box<dyn Shown>> {
        match axes {
            1 => self.layer_over::<1>(),
            2 => self.layer_over::<2>(),
            3 => self.layer_over::<3>(),
            _ => bail!("no layer pools {axes} axes"),
        }
    }

    fn layer_over<const N: usize>(&self) -> Result<Box<dyn Shown>> {
        let kernel_size =
            |sliding: &SlidingOptions| sliding.kernel_size.per_axis::<N>("--kernel-size");
        Ok(match self {
            Self::Max(sliding) => {
                Box::new(sliding.apply(MaxPool::<N>::new(kernel_size(sliding)?))?)
            }
            Self::Avg(sliding, avg) => Box::new(
                sliding
                    .apply(AvgPool::<N>::new(kernel_size(sliding)?))?
                    .count_include_pad(avg.count_include_pad)
                    .divisor_override(avg.divisor_override),
            ),
            Self::Lp(sliding, lp) => Box::new(
                sliding
                    .apply(LPPool::<N>::new(lp.norm_type, kernel_size(sliding)?))?
                    .absolute(lp.absolute)
                    .scale_clipped(lp.scale_clipped),
            ),
            Self::AdaptiveMax(options) => Box::new(AdaptiveMaxPool::<N>::new(
                options.output_size.output_size()?,
            )),
            Self::AdaptiveAvg(options) => Box::new(AdaptiveAvgPool::<N>::new(
                options.output_size.output_size()?,
            )),
            Self::FractionalMax(options, samples) => {
                Box::new(options.layer::<N>(samples.as_deref())?)
            }
        })
    }

    /// Whether the layer can return the indices of its maxima.
    pub(crate) fn has_indices(&self) -> bool {
        matches!(
            self,
            Self::Max(_) | Self::AdaptiveMax(_) | Self::FractionalMax(..)
        )
    }
}

impl FractionalOptions {
    fn layer<const N: usize>(&self, samples: Option<&[f64]>) -> Result<FractionalMaxPool<N>> {
        let kernel_size = self.kernel_size.per_axis::<N>("--kernel-size")?;
        let layer = match (&self.output_size, &self.output_ratio) {
            (Some(sizes), _) => {
                FractionalMaxPool::with_output_size(kernel_size, sizes.per_axis::<N>()?)
            }
            (None, Some(ratios)) => {
                FractionalMaxPool::with_output_ratio(kernel_size, ratios.per_axis()?)
            }
            (None, None) => {
                return None.context("a fractional layer needs --output-size or --output-ratio");
            }
        };
        Ok(match samples {
            Some(samples) => layer.samples(samples.to_vec()),
            None => layer.seed(self.seed),
        })
    }
}
