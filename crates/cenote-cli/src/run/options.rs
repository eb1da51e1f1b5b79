//! The layer that a run pools with, and its options.

use anyhow::{Context, Result, bail};

use crate::layer::{
    AdaptiveOptions, AvgOptions, Family, FractionalOptions, LAYERS, LayerName, LpOptions, Pooling,
    SlidingOptions,
};
use crate::values::{OutputSizes, Ratios, Sizes};

/// The layer and its options. Which of them a layer takes is checked.
#[derive(clap::Args, Clone, Debug)]
#[command(next_help_heading = "Layer")]
pub(super) struct LayerOptions {
    /// A 2-D layer, by torch's functional name
    #[arg(long, value_name = "NAME", default_value = "max_pool2d", value_parser = image_layer)]
    pub(super) layer: LayerName,
    /// Size of the window: one number, or height,width [default: 3]
    #[arg(long, short, value_name = "SIZES", allow_negative_numbers = true)]
    kernel_size: Option<Sizes>,
    /// Distance between windows [default: the kernel size]
    #[arg(long, short, value_name = "SIZES", allow_negative_numbers = true)]
    stride: Option<Sizes>,
    /// Padding on both sides, at most half of the kernel size [default: 0]
    #[arg(long, value_name = "SIZES", allow_negative_numbers = true)]
    padding: Option<Sizes>,
    /// Distance between the taps of a window [default: 1]
    #[arg(long, value_name = "SIZES", allow_negative_numbers = true)]
    dilation: Option<Sizes>,
    /// Keep a last window that overhangs the image (the default)
    #[arg(long, overrides_with = "no_ceil_mode")]
    ceil_mode: bool,
    /// Drop a last window that overhangs the image
    #[arg(long)]
    no_ceil_mode: bool,
    /// Whether a mean counts padding [default: true]
    #[arg(long, value_name = "BOOL")]
    count_include_pad: Option<bool>,
    /// p of a p-norm [default: 2]
    #[arg(long, value_name = "P", allow_hyphen_values = true)]
    norm_type: Option<f64>,
    /// Output size of an adaptive or fractional layer
    #[arg(long, value_name = "SIZES", allow_negative_numbers = true)]
    output_size: Option<OutputSizes>,
    /// Output size of a fractional layer as a part of the input's
    #[arg(long, value_name = "RATIOS", allow_negative_numbers = true)]
    output_ratio: Option<Ratios>,
    /// Seed of a fractional layer
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
}

fn image_layers() -> impl Iterator<Item = &'static LayerName> {
    LAYERS
        .iter()
        .filter(|layer| layer.axes == 2 && layer.family != Family::MaxUnpool)
}

fn image_layer(name: &str) -> Result<LayerName> {
    let names = || {
        image_layers()
            .map(|layer| layer.name)
            .collect::<Vec<_>>()
            .join(", ")
    };
    image_layers()
        .find(|layer| layer.name == name)
        .copied()
        .with_context(|| format!("'{name}' is no layer over images: use one of {}", names()))
}

impl LayerOptions {
    /// Refuses options that the layer does not take.
    fn check(&self) -> Result<()> {
        use Family::{AdaptiveAvg, AdaptiveMax, Avg, FractionalMax, Lp, Max};
        let sliding = [Max, Avg, Lp];
        let family = self.layer.family;
        let takes: [(&str, bool, &[Family]); 11] = [
            (
                "--kernel-size",
                self.kernel_size.is_some(),
                &[Max, Avg, Lp, FractionalMax],
            ),
            ("--stride", self.stride.is_some(), &sliding),
            ("--padding", self.padding.is_some(), &sliding),
            ("--dilation", self.dilation.is_some(), &sliding),
            ("--ceil-mode", self.ceil_mode, &sliding),
            ("--no-ceil-mode", self.no_ceil_mode, &sliding),
            (
                "--count-include-pad",
                self.count_include_pad.is_some(),
                &[Avg],
            ),
            ("--norm-type", self.norm_type.is_some(), &[Lp]),
            (
                "--output-size",
                self.output_size.is_some(),
                &[AdaptiveMax, AdaptiveAvg, FractionalMax],
            ),
            (
                "--output-ratio",
                self.output_ratio.is_some(),
                &[FractionalMax],
            ),
            ("--seed", self.seed.is_some(), &[FractionalMax]),
        ];
        for (option, given, families) in takes {
            if given && !families.contains(&family) {
                bail!(
                    "{} takes no {option}: leave it out, or choose another --layer",
                    self.layer.name
                );
            }
        }
        Ok(())
    }

    /// The layer.
    pub(super) fn pooling(&self) -> Result<Pooling> {
        use Family::{AdaptiveAvg, AdaptiveMax, Avg, FractionalMax, Lp, Max, MaxUnpool};
        self.check()?;
        let adaptive = || -> Result<AdaptiveOptions> {
            let output_size = self.output_size.clone();
            let output_size =
                output_size.with_context(|| format!("{} needs --output-size", self.layer.name))?;
            Ok(AdaptiveOptions { output_size })
        };
        Ok(match self.layer.family {
            Max => Pooling::Max(self.sliding()),
            Avg => {
                let count_include_pad = self.count_include_pad.unwrap_or(true);
                Pooling::Avg(
                    self.sliding(),
                    AvgOptions {
                        count_include_pad,
                        divisor_override: None,
                    },
                )
            }
            Lp => {
                let norm_type = self.norm_type.unwrap_or(2.0);
                Pooling::Lp(
                    self.sliding(),
                    LpOptions {
                        norm_type,
                        absolute: false,
                        scale_clipped: true,
                    },
                )
            }
            AdaptiveMax => Pooling::AdaptiveMax(adaptive()?),
            AdaptiveAvg => Pooling::AdaptiveAvg(adaptive()?),
            FractionalMax => Pooling::FractionalMax(
                FractionalOptions {
                    kernel_size: self.kernel_size(),
                    output_size: self.output_size.clone(),
                    output_ratio: self.output_ratio.clone(),
                    seed: self.seed.unwrap_or(0),
                },
                None,
            ),
            MaxUnpool => {
                bail!("unpooling needs the indices of a pooling: use `cenote pool max_unpool2d`")
            }
        })
    }

    fn kernel_size(&self) -> Sizes {
        self.kernel_size.clone().unwrap_or_else(|| Sizes::one(3))
    }

    fn sliding(&self) -> SlidingOptions {
        SlidingOptions {
            kernel_size: self.kernel_size(),
            stride: self.stride.clone(),
            padding: self.padding.clone(),
            padding_after: None,
            auto_pad: None,
            any_padding: false,
            dilation: self.dilation.clone(),
            ceil_mode: !self.no_ceil_mode,
        }
    }
}
