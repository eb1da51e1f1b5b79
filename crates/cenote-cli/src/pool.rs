//! `cenote pool`: one layer over one tensor or picture.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use cenote::{Element, MemoryFormat, Plan};
use clap::{ArgMatches, Command, FromArgMatches};

use crate::layer::{
    AdaptiveOptions, AvgOptions, Family, FractionalOptions, LAYERS, LayerName, LpOptions, Pooling,
    SlidingOptions, UnpoolOptions,
};
use crate::memory::zeros;
use crate::npy::{Elements, Tensor, place, with_elements};
use crate::{picture, report};

const EXAMPLES: &str = "Examples:
  cenote pool max_pool2d --input photo.jpg --output smaller.png --kernel-size 3
  cenote pool max_pool1d --input x.npy --output y.npy --kernel-size 3 --stride 2 --indices i.npy
  cenote pool avg_pool2d --input x.npy --backward g.npy --output grad.npy --kernel-size 2
  cenote pool adaptive_avg_pool2d --input x.npy --output y.npy --output-size none,7
  cenote pool max_unpool2d --input y.npy --input-indices i.npy --output x.npy --kernel-size 2
  make-tensor | cenote pool lp_pool2d --input - --output - --kernel-size 2 > y.npy

`cenote pool LAYER --help` tells what a layer takes.";

/// Where a layer reads and writes.
#[derive(clap::Args, Clone, Debug)]
struct Files {
    /// Tensor (.npy) or picture (PNG, JPEG, BMP, WebP, TIFF, PNM) to pool: (N, C, …) or (C, …); - is a tensor from standard input
    #[arg(long, short, value_name = "FILE")]
    input: PathBuf,
    /// Where the result goes: .npy, or .png for a picture; - is standard output, as .npy
    #[arg(long, short, value_name = "FILE")]
    output: PathBuf,
    /// Gradient of the output (.npy): write the gradient of the input in place of the output
    #[arg(long, value_name = "FILE")]
    backward: Option<PathBuf>,
}

/// Where the indices of maxima go.
#[derive(clap::Args, Clone, Debug)]
struct IndexFile {
    /// Write the flat index of each maximum, as i64, to this .npy file
    #[arg(long, value_name = "FILE", conflicts_with = "backward")]
    indices: Option<PathBuf>,
    /// Let the first pooled axis count fastest in the indices, as ONNX's storage_order=1
    #[arg(long, requires = "indices")]
    column_major: bool,
}

/// Where samples come from.
#[derive(clap::Args, Clone, Debug)]
struct SampleFile {
    /// Samples in [0, 1) of shape (N, C, axes), as torch's _random_samples (.npy)
    #[arg(long, value_name = "FILE", conflicts_with = "seed")]
    samples: Option<PathBuf>,
}

/// Where the indices to put elements at come from.
#[derive(clap::Args, Clone, Debug)]
struct InputIndexFile {
    /// Indices that a max pooling returned (.npy, i64 or i32)
    #[arg(long, value_name = "FILE")]
    input_indices: PathBuf,
}

#[derive(Clone, Debug)]
pub(crate) struct Args {
    layer: LayerName,
    files: Files,
    work: Work,
}

#[derive(Clone, Debug)]
enum Work {
    Pool {
        pooling: Pooling,
        indices: Option<IndexFile>,
        samples: Option<PathBuf>,
    },
    Unpool {
        options: UnpoolOptions,
        input_indices: PathBuf,
    },
}

impl clap::Args for Args {
    fn augment_args(command: Command) -> Command {
        let layers = LAYERS.iter().map(|layer| {
            let command = Command::new(layer.name);
            let command = match layer.family {
                Family::Max => IndexFile::augment_args(SlidingOptions::augment_args(command)),
                Family::Avg => AvgOptions::augment_args(SlidingOptions::augment_args(command)),
                Family::Lp => LpOptions::augment_args(SlidingOptions::augment_args(command)),
                Family::AdaptiveMax => {
                    IndexFile::augment_args(AdaptiveOptions::augment_args(command))
                }
                Family::AdaptiveAvg => AdaptiveOptions::augment_args(command),
                Family::FractionalMax => IndexFile::augment_args(SampleFile::augment_args(
                    FractionalOptions::augment_args(command),
                )),
                Family::MaxUnpool => {
                    InputIndexFile::augment_args(UnpoolOptions::augment_args(command))
                }
            };
            Files::augment_args(command)
                .about(layer.about)
                .long_about(None::<&str>)
                .after_help(example(layer))
        });
        command
            .after_help(EXAMPLES)
            .subcommand_required(true)
            .arg_required_else_help(true)
            .subcommand_value_name("LAYER")
            .subcommand_help_heading("Layers")
            .disable_help_subcommand(true)
            .subcommands(layers)
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

/// What a call of a layer looks like.
fn example(layer: &LayerName) -> String {
    let options = match layer.family {
        Family::Max => "--kernel-size 3 --stride 2 --padding 1 --indices i.npy",
        Family::Avg => "--kernel-size 3 --stride 2 --padding 1 --count-include-pad false",
        Family::Lp => "--kernel-size 3 --norm-type 2 --ceil-mode",
        Family::AdaptiveMax | Family::AdaptiveAvg => "--output-size 7",
        Family::FractionalMax => "--kernel-size 2 --output-ratio 0.7 --seed 1",
        Family::MaxUnpool => "--input-indices i.npy --kernel-size 2",
    };
    let name = layer.name;
    format!("Example:\n  cenote pool {name} --input x.npy --output y.npy {options}")
}

impl FromArgMatches for Args {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let missing = || clap::Error::new(clap::error::ErrorKind::MissingSubcommand);
        let (name, matches) = matches.subcommand().ok_or_else(missing)?;
        let layer = *LAYERS
            .iter()
            .find(|layer| layer.name == name)
            .ok_or_else(missing)?;
        let sliding = || SlidingOptions::from_arg_matches(matches);
        let mut samples = None;
        let pooling = match layer.family {
            Family::Max => Pooling::Max(sliding()?),
            Family::Avg => Pooling::Avg(sliding()?, AvgOptions::from_arg_matches(matches)?),
            Family::Lp => Pooling::Lp(sliding()?, LpOptions::from_arg_matches(matches)?),
            Family::AdaptiveMax => {
                Pooling::AdaptiveMax(AdaptiveOptions::from_arg_matches(matches)?)
            }
            Family::AdaptiveAvg => {
                Pooling::AdaptiveAvg(AdaptiveOptions::from_arg_matches(matches)?)
            }
            Family::FractionalMax => {
                samples = SampleFile::from_arg_matches(matches)?.samples;
                Pooling::FractionalMax(FractionalOptions::from_arg_matches(matches)?, None)
            }
            Family::MaxUnpool => {
                let options = UnpoolOptions::from_arg_matches(matches)?;
                let input_indices = InputIndexFile::from_arg_matches(matches)?.input_indices;
                let work = Work::Unpool {
                    options,
                    input_indices,
                };
                return Ok(Self {
                    layer,
                    files: Files::from_arg_matches(matches)?,
                    work,
                });
            }
        };
        let indices = if pooling.has_indices() {
            Some(IndexFile::from_arg_matches(matches)?)
        } else {
            None
        };
        let work = Work::Pool {
            pooling,
            indices,
            samples,
        };
        Ok(Self {
            layer,
            files: Files::from_arg_matches(matches)?,
            work,
        })
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

pub(crate) fn run(args: Args) -> Result<ExitCode> {
    let Args { layer, files, work } = args;
    let mut indices_to = None;
    check_name(&files.output)?;
    let input = read(&files.input)?;
    let grad_output = files.backward.as_deref().map(read).transpose()?;
    let output = match work {
        Work::Unpool {
            options,
            input_indices,
        } => unpool(layer.axes, &options, &input, &input_indices, grad_output)?,
        Work::Pool {
            mut pooling,
            indices,
            samples,
        } => {
            let flat = indices.as_ref().and_then(|file| file.indices.clone());
            if flat
                .as_deref()
                .is_some_and(|flat| place(flat) == place(&files.output))
            {
                bail!("--indices and --output name one file: give each its own");
            }
            if let (Pooling::FractionalMax(_, given), Some(path)) = (&mut pooling, samples) {
                *given = Some(samples_for(layer.axes, &input, &Tensor::read(&path)?)?);
            }
            let plan = pooling.plan(layer.axes, &input.shape, MemoryFormat::Contiguous)?;
            match grad_output {
                Some(grad_output) => backward(&plan, &input, &grad_output)?,
                None => {
                    let (output, flat_indices) = forward(&plan, &input, indices.as_ref())?;
                    indices_to = flat_indices.zip(flat);
                    output
                }
            }
        }
    };
    write(&output, &files.output)?;
    if let Some((indices, path)) = indices_to {
        indices.write(&path)?;
    }
    report::pooled(layer.name, &input, &output, &files.output);
    Ok(ExitCode::SUCCESS)
}

fn read(path: &Path) -> Result<Tensor> {
    if picture::is_picture(path) {
        picture::read(path)
    } else {
        Tensor::read(path)
    }
}

/// Refuses the name of a file that a person would take for something else than is written.
fn check_name(output: &Path) -> Result<()> {
    let extension = output
        .extension()
        .map(|extension| extension.to_string_lossy().to_ascii_lowercase());
    match extension.as_deref() {
        Some("npy") | None => Ok(()),
        Some(_) if picture::is_picture(output) => Ok(()),
        Some(_) => bail!(
            "{}: results are written as .npy, or as .png where they are pictures: end the name in one of those",
            output.display()
        ),
    }
}

fn write(tensor: &Tensor, path: &Path) -> Result<()> {
    if picture::is_picture(path) {
        picture::write(tensor, path)
    } else {
        tensor.write(path)
    }
}

/// Samples of every plane of `input`.
fn samples_for(axes: usize, input: &Tensor, samples: &Tensor) -> Result<Vec<f64>> {
    let outer = input.shape.len().saturating_sub(axes);
    let (leading, given) = (&input.shape[..outer], samples.shape.as_slice());
    // An image without a batch has a batch of one.
    let wanted = [&[1; 2][..2 - outer.min(2)], leading, &[axes]].concat();
    // As in torch, samples of more images than there are do no harm.
    let fits = given.len() == 3 && given[0] >= wanted[0] && given[1..] == wanted[1..];
    if !fits {
        bail!(
            "the samples have shape {given:?}: an input of shape {:?} takes {wanted:?}, (N, C, axes)",
            input.shape
        );
    }
    Ok(samples_of(samples))
}

fn samples_of(tensor: &Tensor) -> Vec<f64> {
    fn wide<T: Copy>(elements: &[T], widen: impl Fn(T) -> f64) -> Vec<f64> {
        elements.iter().map(|&element| widen(element)).collect()
    }
    match &tensor.elements {
        Elements::F32(samples) => wide(samples, f64::from),
        Elements::F64(samples) => samples.clone(),
        Elements::F16(samples) => wide(samples, f64::from),
        Elements::Bf16(samples) => wide(samples, f64::from),
        Elements::U8(samples) => wide(samples, f64::from),
        Elements::I8(samples) => wide(samples, f64::from),
        Elements::I16(samples) => wide(samples, f64::from),
        Elements::I32(samples) => wide(samples, f64::from),
        Elements::I64(samples) => wide(samples, |sample| sample as f64),
    }
}

/// The output, and the indices if they have a file to go to.
fn forward(
    plan: &Plan,
    input: &Tensor,
    indices: Option<&IndexFile>,
) -> Result<(Tensor, Option<Tensor>)> {
    let column_major = indices
        .filter(|file| file.indices.is_some())
        .map(|file| file.column_major);
    with_elements!(&input.elements, elements => {
        let mut output = zeros(plan.output_len())?;
        let flat = if let Some(column_major) = column_major {
            let mut flat = zeros(plan.output_len())?;
            plan.forward_with_indices_into(elements, &mut output, &mut flat)?;
            if column_major {
                plan.column_major(&mut flat);
            }
            Some(Tensor::new(plan.output_shape(), flat))
        } else {
            plan.forward_into(elements, &mut output)?;
            None
        };
        Ok((Tensor::new(plan.output_shape(), output), flat))
    })
}

/// The elements of `tensor`, which must have the type of `like`.
fn typed<'a, T>(
    tensor: &'a Tensor,
    like: &Tensor,
    get: impl Fn(&'a Elements) -> Option<&'a Vec<T>>,
) -> Result<&'a [T]> {
    let (given, wanted) = (tensor.elements.dtype(), like.elements.dtype());
    get(&tensor.elements).map(Vec::as_slice).with_context(|| {
        format!("the gradient is {given} and the input {wanted}: convert the gradient to {wanted}")
    })
}

/// Two tensors of one element type, and what to make of them.
macro_rules! with_pair {
    ($first:expr, $second:expr, ($a:ident, $b:ident) => $body:expr, [$($variant:ident)*]) => {
        match &$first.elements {
            $(Elements::$variant($a) => {
                let $b = typed($second, $first, |elements| match elements {
                    Elements::$variant(elements) => Some(elements),
                    _ => None,
                })?;
                $body
            })*
        }
    };
}

fn backward(plan: &Plan, input: &Tensor, grad_output: &Tensor) -> Result<Tensor> {
    fn gradient<T: Element>(plan: &Plan, input: &[T], grad_output: &[T]) -> Result<Elements>
    where
        Elements: From<Vec<T>>,
    {
        let mut grad_input = zeros(plan.input_len())?;
        plan.backward_from_input_into(grad_output, input, &mut grad_input)?;
        Ok(grad_input.into())
    }
    if grad_output.shape != plan.output_shape() {
        bail!(
            "the gradient has shape {:?}, and the output {:?}: they must agree",
            grad_output.shape,
            plan.output_shape()
        );
    }
    let elements = with_pair!(input, grad_output, (x, g) => gradient(plan, x, g)?, [F32 F64 F16 Bf16 U8 I8 I16 I32 I64]);
    Ok(Tensor {
        shape: plan.input_shape().to_vec(),
        elements,
    })
}

fn unpool(
    axes: usize,
    options: &UnpoolOptions,
    input: &Tensor,
    indices: &Path,
    grad_output: Option<Tensor>,
) -> Result<Tensor> {
    let plan = match axes {
        1 => options.plan::<1>(&input.shape)?,
        2 => options.plan::<2>(&input.shape)?,
        _ => options.plan::<3>(&input.shape)?,
    };
    let flat = Tensor::read(indices)?;
    let flat_indices = match &flat.elements {
        Elements::I64(flat) => flat,
        Elements::I32(flat) => &flat.iter().copied().map(i64::from).collect(),
        elements => bail!(
            "{} holds {}, and indices are int64 or int32",
            indices.display(),
            elements.dtype()
        ),
    };
    if flat.shape != input.shape {
        bail!(
            "the indices have shape {:?}, and the input {:?}: they must agree",
            flat.shape,
            input.shape
        );
    }
    let elements = if let Some(grad_output) = &grad_output {
        if grad_output.shape != plan.output_shape() {
            bail!(
                "the gradient has shape {:?}, and the output {:?}: they must agree",
                grad_output.shape,
                plan.output_shape()
            );
        }
        let (given, wanted) = (grad_output.elements.dtype(), input.elements.dtype());
        if given != wanted {
            bail!(
                "the gradient is {given} and the input {wanted}: convert the gradient to {wanted}"
            );
        }
        with_elements!(&grad_output.elements, grads => {
            let mut grad_input = zeros(plan.input_len())?;
            plan.backward_into(grads, flat_indices, &mut grad_input)?;
            Elements::from(grad_input)
        })
    } else {
        with_elements!(&input.elements, elements => {
            let mut output = zeros(plan.output_len())?;
            plan.forward_into(elements, flat_indices, &mut output)?;
            Elements::from(output)
        })
    };
    let shape = if grad_output.is_some() {
        input.shape.clone()
    } else {
        plan.output_shape().to_vec()
    };
    Ok(Tensor { shape, elements })
}
