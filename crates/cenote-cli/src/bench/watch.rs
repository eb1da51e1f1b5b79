//! How it is timed.

use std::hint::black_box;
use std::time::{Duration, Instant};

use anyhow::Result;
use cenote::{Element, Index, Layer, MaxPool2d, MaxUnpool2d, Plan};
use half::bf16;

use super::cases::{Case, Kind, Work};

/// Name of the one case that is no plan.
pub(crate) const UNPOOL: &str = "unpool k2";

/// Medians of one case, in milliseconds.
pub(crate) struct Timing {
    pub(crate) case: String,
    pub(crate) ours: f64,
    pub(crate) copy: f64,
}

/// Times work until it has taken long enough, in turns with a copy of the same bytes.
pub(crate) struct Watch {
    pub(crate) time: Duration,
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
    /// Medians in milliseconds of `work`, and of a copy by all threads that reads and writes `bytes` in total. They
    /// take turns, so that a machine which slows down slows down both.
    fn beside_copy(&self, bytes: usize, mut work: impl FnMut()) -> (f64, f64) {
        const TURNS: u32 = 5;
        let (mut ours, mut copies) = (Vec::new(), Vec::new());
        let mut copy = copy(bytes);
        for _ in 0..TURNS {
            repeat(self.time / TURNS, &mut work, &mut ours);
            repeat(self.time / TURNS, &mut copy, &mut copies);
        }
        (median(ours), median(copies))
    }

    pub(crate) fn time(&self, case: &Case, plan: &Plan) -> Result<Timing> {
        match case.kind {
            Kind::F32 => self.time_plan(case, plan, |bits| (bits >> 8) as f32 / 1e6 - 8.0),
            Kind::F64 => self.time_plan(case, plan, |bits| f64::from(bits >> 8) / 1e6 - 8.0),
            Kind::Bf16 => {
                self.time_plan(case, plan, |bits| bf16::from_f32((bits >> 8) as f32 - 8e6))
            }
            Kind::U8 => self.time_plan(case, plan, |bits| (bits >> 24) as u8),
        }
    }

    fn time_plan<T: Element>(
        &self,
        case: &Case,
        plan: &Plan,
        make: impl Fn(u32) -> T,
    ) -> Result<Timing> {
        let input = noise(plan.input_len(), &make);
        let mut output = vec![T::default(); plan.output_len()];
        let bytes = size_of_val(&*input) + size_of_val(&*output);
        // The first call may fail; the others are like it.
        let (ours, copy) = match case.work {
            Work::Forward => {
                plan.forward_into(&input, &mut output)?;
                self.beside_copy(bytes, || {
                    let _ = black_box(plan.forward_into(&input, &mut output));
                })
            }
            Work::FlatIndices => self.time_indices::<T, i64>(plan, (&input, &mut output), bytes)?,
            Work::CompactIndices => {
                self.time_indices::<T, u8>(plan, (&input, &mut output), bytes)?
            }
            Work::Backward => self.time_backward(plan, &input, bytes, &make)?,
        };
        Ok(Timing {
            case: case.name.clone(),
            ours,
            copy,
        })
    }

    fn time_indices<T: Element, I: Index + Default>(
        &self,
        plan: &Plan,
        (input, output): (&[T], &mut [T]),
        bytes: usize,
    ) -> Result<(f64, f64)> {
        let mut indices = vec![I::default(); output.len()];
        plan.forward_with_indices_into(input, output, &mut indices)?;
        Ok(self.beside_copy(bytes, || {
            let _ = black_box(plan.forward_with_indices_into(input, output, &mut indices));
        }))
    }

    /// The gradient as a training step computes it: from indices where there are maxima, else alone.
    fn time_backward<T: Element>(
        &self,
        plan: &Plan,
        input: &[T],
        bytes: usize,
        make: impl Fn(u32) -> T,
    ) -> Result<(f64, f64)> {
        let grads = noise(plan.output_len(), make);
        let mut grad_input = vec![T::default(); plan.input_len()];
        if plan.backward_into(&grads, &mut grad_input).is_ok() {
            return Ok(self.beside_copy(bytes, || {
                let _ = black_box(plan.backward_into(&grads, &mut grad_input));
            }));
        }
        let mut output = vec![T::default(); plan.output_len()];
        let mut indices = vec![0i64; plan.output_len()];
        plan.forward_with_indices_into(input, &mut output, &mut indices)?;
        plan.backward_from_indices_into(&grads, &indices, &mut grad_input)?;
        Ok(self.beside_copy(bytes, || {
            let _ = black_box(plan.backward_from_indices_into(&grads, &indices, &mut grad_input));
        }))
    }

    pub(crate) fn time_unpool(&self) -> Result<Timing> {
        let pool = MaxPool2d::new(2).plan(&[32, 64, 56, 56])?;
        let input = noise(pool.input_len(), |bits| bits as f32);
        let mut maxima = vec![0f32; pool.output_len()];
        let mut indices = vec![0i64; pool.output_len()];
        pool.forward_with_indices_into(&input, &mut maxima, &mut indices)?;
        let plan = MaxUnpool2d::new(2).plan(pool.output_shape())?;
        let mut output = vec![0f32; plan.output_len()];
        plan.forward_into(&maxima, &indices, &mut output)?;
        let bytes = size_of_val(&*maxima) + size_of_val(&*output);
        let (ours, copy) = self.beside_copy(bytes, || {
            let _ = black_box(plan.forward_into(&maxima, &indices, &mut output));
        });
        Ok(Timing {
            case: UNPOOL.to_owned(),
            ours,
            copy,
        })
    }
}

/// Calls `work` for about `time`, twice before that, and takes down what each call took, in milliseconds.
fn repeat(time: Duration, work: &mut impl FnMut(), times: &mut Vec<f64>) {
    work();
    work();
    let began = Instant::now();
    loop {
        let call = Instant::now();
        work();
        times.push(call.elapsed().as_secs_f64() * 1e3);
        if began.elapsed() >= time {
            return;
        }
    }
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

/// A copy by all threads that reads and writes `bytes` in total.
fn copy(bytes: usize) -> impl FnMut() {
    let source = vec![1u8; bytes / 2];
    let mut target = vec![2u8; bytes / 2];
    let threads = if bytes < 1 << 19 {
        1
    } else {
        rayon::current_num_threads()
    };
    let chunk = (bytes / 2).div_ceil(threads).max(1);
    move || {
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
    }
}
