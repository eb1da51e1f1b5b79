//! `cenote bench`: what each layer takes on tensors from real networks, beside a copy of the same bytes.

use std::hint::black_box;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use cenote::{
    AdaptiveAvgPool2d, AdaptiveMaxPool2d, AvgPool2d, AvgPool3d, Element, FractionalMaxPool2d,
    LPPool2d, Layer, MaxPool1d, MaxPool2d, MaxPool3d, MaxUnpool2d, MemoryFormat, Plan,
};
use half::bf16;

use crate::report;

/// Time the layers on tensors from real networks, beside a copy of the same bytes
#[derive(clap::Args, Clone, Debug)]
#[command(after_help = "Examples:
  cenote bench
  cenote bench --filter stem --threads 1
  cenote bench --json > bench.jsonl")]
pub(crate) struct Args {
    /// Only cases whose name contains this
    #[arg(long, value_name = "WORD")]
    filter: Option<String>,
    /// Threads to use [default: all, or RAYON_NUM_THREADS]
    #[arg(long, value_name = "N")]
    threads: Option<usize>,
    /// Seconds to spend on each measurement
    #[arg(long, value_name = "S", default_value_t = 0.5)]
    seconds: f64,
    /// Print one JSON object a line: case, ours_ms, copy_ms, ratio
    #[arg(long)]
    json: bool,
}

/// Medians of one case, in milliseconds.
pub(crate) struct Timing {
    pub(crate) case: &'static str,
    pub(crate) ours: f64,
    pub(crate) copy: f64,
}

/// What is timed of a plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Work {
    Forward,
    FlatIndices,
    CompactIndices,
    Backward,
}

#[derive(Clone, Copy, Debug)]
enum Kind {
    F32,
    F64,
    Bf16,
    U8,
}

/// A case of the list that peers are timed on as well.
struct Case {
    name: &'static str,
    kind: Kind,
    work: Work,
    plan: Result<Plan, cenote::Error>,
}

fn case(name: &'static str, layer: &impl Layer, shape: &[usize]) -> Case {
    Case {
        name,
        kind: Kind::F32,
        work: Work::Forward,
        plan: layer.plan(shape),
    }
}

impl Case {
    fn of(self, kind: Kind) -> Self {
        Self { kind, ..self }
    }

    fn doing(self, work: Work) -> Self {
        Self { work, ..self }
    }
}

/// The cases that pool images, by the names that the peers' script has.
fn image_cases() -> Vec<Case> {
    let stem = MaxPool2d::new(3).stride(2).padding(1);
    let same = |kernel_size: usize| {
        MaxPool2d::new(kernel_size)
            .stride(1)
            .padding(kernel_size / 2)
    };
    let stem_shape = [32, 64, 112, 112];
    let channels_last = stem.plan_in(&stem_shape, MemoryFormat::ChannelsLast);
    vec![
        case(
            "cifar k3 ceil",
            &MaxPool2d::new(3).ceil_mode(true),
            &[64, 3, 32, 32],
        ),
        case("resnet stem", &stem, &stem_shape),
        case("resnet stem n1", &stem, &[1, 64, 112, 112]),
        case("vgg k2", &MaxPool2d::new(2), &[8, 64, 224, 224]),
        case("sppf k5 s1", &same(5), &[8, 256, 40, 40]),
        case("k13 s1", &same(13), &[8, 256, 40, 40]),
        case("k31 s1", &same(31), &[2, 64, 112, 112]),
        case("photo u8 k2", &MaxPool2d::new(2), &[1, 3, 1080, 1920]).of(Kind::U8),
        case(
            "photo u8 k3 ceil",
            &MaxPool2d::new(3).ceil_mode(true),
            &[1, 3, 1080, 1920],
        )
        .of(Kind::U8),
        case("bf16 stem", &stem, &[8, 64, 112, 112]).of(Kind::Bf16),
        case("f64 k3", &stem, &[8, 64, 56, 56]).of(Kind::F64),
        Case {
            name: "nhwc stem",
            kind: Kind::F32,
            work: Work::Forward,
            plan: channels_last,
        },
        case("stem + indices", &stem, &stem_shape).doing(Work::FlatIndices),
        case("stem + compact indices", &stem, &stem_shape).doing(Work::CompactIndices),
    ]
}

/// The cases of the other layers.
fn other_cases() -> Vec<Case> {
    let stem_shape = [32, 64, 112, 112];
    vec![
        case(
            "avg k3 s1",
            &AvgPool2d::new(3).stride(1).padding(1),
            &[32, 64, 56, 56],
        ),
        case("avg k2", &AvgPool2d::new(2), &stem_shape),
        case(
            "global avg",
            &AdaptiveAvgPool2d::global(),
            &[32, 2048, 7, 7],
        ),
        case(
            "adaptive avg 6",
            &AdaptiveAvgPool2d::new(6),
            &[32, 512, 14, 14],
        ),
        case(
            "adaptive max 6",
            &AdaptiveMaxPool2d::new(6),
            &[32, 512, 14, 14],
        ),
        case(
            "lp2 k3 s2",
            &LPPool2d::new(2.0, 3).stride(2),
            &[32, 64, 56, 56],
        ),
        case(
            "max1d k3 s2",
            &MaxPool1d::new(3).stride(2).padding(1),
            &[64, 128, 4096],
        ),
        case(
            "max3d k3 s2",
            &MaxPool3d::new(3).stride(2).padding(1),
            &[2, 64, 16, 56, 56],
        ),
        case("avg3d k2", &AvgPool3d::new(2), &[2, 64, 16, 56, 56]),
        case(
            "fractional k2",
            &FractionalMaxPool2d::with_output_size(2, 39),
            &[8, 64, 56, 56],
        ),
        case(
            "max backward",
            &MaxPool2d::new(3).stride(2).padding(1),
            &stem_shape,
        )
        .doing(Work::Backward),
        case(
            "avg backward",
            &AvgPool2d::new(3).stride(2).padding(1),
            &stem_shape,
        )
        .doing(Work::Backward),
    ]
}

/// Name of the one case that is no plan.
const UNPOOL: &str = "unpool k2";

pub(crate) fn run(args: Args) -> Result<ExitCode> {
    if !args.seconds.is_finite() || args.seconds <= 0.0 {
        bail!("--seconds is {}, and it must be more than 0", args.seconds);
    }
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(args.threads.unwrap_or(0))
        .build()?;
    let watch = Watch {
        time: Duration::from_secs_f64(args.seconds),
    };
    let is_wanted = |name: &str| {
        args.filter
            .as_ref()
            .is_none_or(|word| name.contains(word.as_str()))
    };
    let mut timings = Vec::new();
    let bar = report::steps("measuring");
    for case in image_cases()
        .into_iter()
        .chain(other_cases())
        .filter(|case| is_wanted(case.name))
    {
        bar.tick();
        let plan = case.plan?;
        let timing = pool.install(|| match case.kind {
            Kind::F32 => watch.time_plan(case.name, &plan, case.work, |bits| {
                (bits >> 8) as f32 / 1e6 - 8.0
            }),
            Kind::F64 => watch.time_plan(case.name, &plan, case.work, |bits| {
                f64::from(bits >> 8) / 1e6 - 8.0
            }),
            Kind::Bf16 => watch.time_plan(case.name, &plan, case.work, |bits| {
                bf16::from_f32((bits >> 8) as f32 - 8e6)
            }),
            Kind::U8 => watch.time_plan(case.name, &plan, case.work, |bits| (bits >> 24) as u8),
        })?;
        report::timed(&timing, args.json)?;
        timings.push(timing);
    }
    if is_wanted(UNPOOL) {
        let timing = pool.install(|| watch.time_unpool())?;
        report::timed(&timing, args.json)?;
        timings.push(timing);
    }
    bar.finish_and_clear();
    let word = args.filter.as_deref().unwrap_or_default();
    timings.first().with_context(|| {
        format!("no case is named '{word}': leave --filter out to see all names")
    })?;
    Ok(ExitCode::SUCCESS)
}

/// Times work until it has taken long enough.
struct Watch {
    time: Duration,
}

/// Numbers that a generator makes, through `make`.
fn noise<T>(len: usize, make: impl Fn(u32) -> T) -> Vec<T> {
    let mut state = 12345u32;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        state
    };
    (0..len).map(|_| make(next())).collect()
}

impl Watch {
    /// Median of repeated calls, in milliseconds, after two that do not count.
    fn median(&self, mut work: impl FnMut()) -> f64 {
        work();
        work();
        let mut times = Vec::new();
        let began = Instant::now();
        while began.elapsed() < self.time || times.len() < 5 {
            let call = Instant::now();
            work();
            times.push(call.elapsed().as_secs_f64() * 1e3);
        }
        times.sort_by(f64::total_cmp);
        times[times.len() / 2]
    }

    /// A copy by all threads that reads and writes `bytes` in total.
    fn copy(&self, bytes: usize) -> f64 {
        let source = vec![1u8; bytes / 2];
        let mut target = vec![2u8; bytes / 2];
        let threads = if bytes < 1 << 19 {
            1
        } else {
            rayon::current_num_threads()
        };
        let chunk = (bytes / 2).div_ceil(threads).max(1);
        self.median(|| {
            if threads == 1 {
                target.copy_from_slice(&source);
            } else {
                rayon::scope(|scope| {
                    for (target, source) in target.chunks_mut(chunk).zip(source.chunks(chunk)) {
                        scope.spawn(move |_| target.copy_from_slice(source));
                    }
                });
            }
            black_box(&target);
        })
    }

    fn time_plan<T: Element>(
        &self,
        case: &'static str,
        plan: &Plan,
        work: Work,
        make: impl Fn(u32) -> T,
    ) -> Result<Timing> {
        let input = noise(plan.input_len(), &make);
        let mut output = vec![T::default(); plan.output_len()];
        let bytes = size_of_val(&*input) + size_of_val(&*output);
        plan.forward_into(&input, &mut output)?;
        let ours = match work {
            Work::Forward => self.median(|| {
                let _ = black_box(plan.forward_into(&input, &mut output));
            }),
            Work::FlatIndices => {
                let mut indices = vec![0i64; output.len()];
                plan.forward_with_indices_into(&input, &mut output, &mut indices)?;
                self.median(|| {
                    let _ = black_box(plan.forward_with_indices_into(
                        &input,
                        &mut output,
                        &mut indices,
                    ));
                })
            }
            Work::CompactIndices => {
                let mut indices = vec![0u8; output.len()];
                plan.forward_with_indices_into(&input, &mut output, &mut indices)?;
                self.median(|| {
                    let _ = black_box(plan.forward_with_indices_into(
                        &input,
                        &mut output,
                        &mut indices,
                    ));
                })
            }
            Work::Backward => self.time_backward(plan, &input, &make)?,
        };
        Ok(Timing {
            case,
            ours,
            copy: self.copy(bytes),
        })
    }

    /// The gradient as a training step computes it: from indices where there are maxima, else alone.
    fn time_backward<T: Element>(
        &self,
        plan: &Plan,
        input: &[T],
        make: impl Fn(u32) -> T,
    ) -> Result<f64> {
        let grads = noise(plan.output_len(), make);
        let mut grad_input = vec![T::default(); plan.input_len()];
        if plan.backward_into(&grads, &mut grad_input).is_ok() {
            return Ok(self.median(|| {
                let _ = black_box(plan.backward_into(&grads, &mut grad_input));
            }));
        }
        let mut output = vec![T::default(); plan.output_len()];
        let mut indices = vec![0i64; plan.output_len()];
        plan.forward_with_indices_into(input, &mut output, &mut indices)?;
        plan.backward_from_indices_into(&grads, &indices, &mut grad_input)?;
        Ok(self.median(|| {
            let _ = black_box(plan.backward_from_indices_into(&grads, &indices, &mut grad_input));
        }))
    }

    fn time_unpool(&self) -> Result<Timing> {
        let pool = MaxPool2d::new(2).plan(&[32, 64, 56, 56])?;
        let input = noise(pool.input_len(), |bits| bits as f32);
        let mut maxima = vec![0f32; pool.output_len()];
        let mut indices = vec![0i64; pool.output_len()];
        pool.forward_with_indices_into(&input, &mut maxima, &mut indices)?;
        let plan = MaxUnpool2d::new(2).plan(pool.output_shape(), None)?;
        let mut output = vec![0f32; plan.output_len()];
        plan.forward_into(&maxima, &indices, &mut output)?;
        let ours = self.median(|| {
            let _ = black_box(plan.forward_into(&maxima, &indices, &mut output));
        });
        Ok(Timing {
            case: UNPOOL,
            ours,
            copy: self.copy(size_of_val(&*maxima) + size_of_val(&*output)),
        })
    }
}
