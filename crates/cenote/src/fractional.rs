//! Fractional pooling: windows at pseudo-random places, drawn for each plane.

use std::ops::Range;

use crate::element::Element;
use crate::engine::{self, Planes};
use crate::pass::{Divide, Pass};
use crate::plan::Plan;
use crate::reduce::Reducer;
use crate::sink::Target;
use crate::threads::{Share, Tasks};
use crate::window::Axis;

/// One number in [0, 1) for each plane and pooled axis, in torch's order of axes.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Samples {
    Given(Vec<f64>),
    Seeded(u64),
}

impl Samples {
    fn get(&self, number: usize) -> f64 {
        match self {
            Self::Given(samples) => samples[number],
            Self::Seeded(seed) => uniform(*seed, number as u64 + 1),
        }
    }
}

/// The `number`-th number of a seed, in [0, 1) and in steps of 1/256, so that no element type rounds it up to 1:
/// SplitMix64.
fn uniform(seed: u64, number: u64) -> f64 {
    let mut bits = seed.wrapping_add(number.wrapping_mul(0x9E37_79B9_7F4A_7C15));
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    ((bits ^ (bits >> 31)) >> 56) as f64 / 256.0
}

/// The axes of one plane.
fn axes<T: Element>(plan: &Plan, samples: &Samples, plane: usize) -> [Axis; 3] {
    let pooled = plan.axes.iter().filter(|axis| axis.is_fractional()).count();
    [0, 1, 2].map(|index| {
        let axis = &plan.axes[index];
        if !axis.is_fractional() {
            return Axis::identity(1);
        }
        // Torch has the width first in 2-D, and the depth first in 3-D.
        let number = if pooled == 2 { 2 - index } else { index };
        Axis::fractional(
            (axis.input_len(), axis.output_len()),
            axis.max_taps(),
            samples.get(plane * pooled + number),
            T::PRECISION,
        )
    })
}

/// Pools each plane over its own windows.
pub(crate) fn run<T: Element, R: Reducer<T>>(
    (plan, samples): (&Plan, &Samples),
    reducer: &R,
    planes: Planes,
    (source, target): (&[T], Target<'_, T>),
) {
    if planes.target == 0 {
        return;
    }
    let bytes = (planes.source + planes.target) * planes.count * size_of::<T>();
    let run = Run {
        plan,
        samples,
        reducer,
        planes,
        source,
    };
    Share::of(bytes).run(&run, planes.count, target);
}

struct Run<'a, T, R> {
    plan: &'a Plan,
    samples: &'a Samples,
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
            let axes = axes::<T>(self.plan, self.samples, plane);
            let axes = axes.each_ref();
            let pass = Pass::new(axes, 1, axes, (axes, Divide::Folded));
            let source = &self.source[plane * self.planes.source..][..self.planes.source];
            let (piece, rest) = target.split_at(self.planes.target);
            target = rest;
            engine::run_alone(&pass, self.reducer, self.plan.level, (source, piece));
        }
    }
}
