//! Fractional pooling: windows at pseudo-random places, drawn for each plane.

use std::ops::Range;

use crate::element::Element;
use crate::engine::{self, Planes};
use crate::error::{Error, Result};
use crate::pass::{Divide, Pass};
use crate::plan::Plan;
use crate::reduce::Reducer;
use crate::sink::Target;
use crate::threads::{self, Tasks};
use crate::window::Axis;

/// The windows of a fractional pooling.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Fractional {
    /// Window and number of windows along depth, height and width; 1 and the length where nothing is pooled.
    kernel_size: [usize; 3],
    /// One sample in [0, 1) for each plane and axis, in the order depth, height, width.
    samples: Vec<[f64; 3]>,
}

impl Fractional {
    pub(crate) fn new(kernel_size: [usize; 3], samples: Vec<[f64; 3]>) -> Self {
        Self {
            kernel_size,
            samples,
        }
    }

    /// The axes of one plane. Starts are computed in the element's own precision, as torch does.
    fn axes<T: Element>(&self, plan: &Plan, plane: usize) -> [Axis; 3] {
        [0, 1, 2].map(|index| {
            let axis = &plan.axes[index];
            let (input, output) = (axis.input_len(), axis.output_len());
            let kernel_size = self.kernel_size[index];
            axis_of::<T>(input, output, kernel_size, self.samples[plane][index])
        })
    }

    /// Pools each plane over its own windows.
    pub(crate) fn run<T: Element, R: Reducer<T>>(
        &self,
        plan: &Plan,
        reducer: &R,
        planes: Planes,
        (source, target): (&[T], Target<'_, T>),
    ) {
        if planes.target == 0 {
            return;
        }
        let bytes = (planes.source + planes.target) * planes.count * size_of::<T>();
        let grain = planes.count.div_ceil(threads::pieces(bytes)).max(1);
        threads::share(
            &Run {
                plan,
                fractional: self,
                reducer,
                planes,
                source,
            },
            0..planes.count,
            grain,
            target,
        );
    }
}

/// An axis of `output` windows that `sample` places.
pub(crate) fn axis_of<T: Element>(
    input: usize,
    output: usize,
    kernel_size: usize,
    sample: f64,
) -> Axis {
    let round = |value: f64| T::round(value);
    let sample = round(sample);
    let last = input - kernel_size;
    let alpha = round(round(last as f64) / round(output.saturating_sub(1) as f64));
    let place = |at: f64| round(round(at) * alpha) as i64;
    let starts = (0..output).map(|index| {
        let moved = round(round(index as f64) + sample);
        // Samples outside [0, 1) are taken as torch takes them, but never lead outside the input.
        let start = (place(moved) - place(sample)).clamp(0, last as i64) as usize;
        if index + 1 == output { last } else { start }
    });
    Axis::fractional(input, kernel_size, starts.collect())
}

struct Run<'a, T, R> {
    plan: &'a Plan,
    fractional: &'a Fractional,
    reducer: &'a R,
    planes: Planes,
    source: &'a [T],
}

impl<T: Element, R: Reducer<T>> Tasks<T> for Run<'_, T, R> {
    fn offset(&self, task: usize) -> usize {
        task * self.planes.target
    }

    fn run(&self, range: Range<usize>, mut target: Target<'_, T>) {
        for plane in range {
            let axes = self.fractional.axes::<T>(self.plan, plane);
            let axes = axes.each_ref();
            let pass = Pass::new(axes, 1, axes, (axes, Divide::Folded));
            let source = &self.source[plane * self.planes.source..][..self.planes.source];
            let (piece, rest) = target.split_at(self.planes.target);
            target = rest;
            engine::run_alone(&pass, self.reducer, self.plan.level, (source, piece));
        }
    }
}

/// Checks that `output` windows of `kernel_size` fit. Torch refuses one more in 3-D than in 2-D for no reason
/// in the definition; here both take what fits.
pub(crate) fn check_fit(input: usize, output: usize, kernel_size: usize) -> Result<()> {
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
            name: "output_size",
            given: format!("{output} for an axis of {input} with kernel_size {kernel_size}"),
            allowed: "output_size + kernel_size − 1 may not exceed the input: use fewer or smaller windows",
        }),
    }
}
