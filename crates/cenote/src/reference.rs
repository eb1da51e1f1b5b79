//! Pooling as plainly as it can be written: loops over outputs and taps in torch's order.
//!
//! This is the oracle that every fast path is tested against. It has no vectors, no bands and no threads,
//! and asks the [`Axis`](crate::window::Axis) of a plan only where windows lie.

use crate::element::Element;
use crate::plan::{Operation, Plan};
use crate::reduce::Counting;
use crate::window::Axis;

/// The first maximum of each window, or its last NaN, and its flat index.
pub fn max_pool<T: Element>(plan: &Plan, input: &[T], lowest: T) -> (Vec<T>, Vec<i64>) {
    let mut output = Vec::new();
    let mut indices = Vec::new();
    each_window(plan, |base, taps| {
        let (mut best, mut best_index) = (lowest, -1);
        for (number, &(flat, offset)) in taps.iter().enumerate() {
            let value = input[base + offset];
            let is_nan = value.partial_cmp(&value).is_none();
            if number == 0 || value > best || is_nan {
                (best, best_index) = (value, flat as i64);
            }
        }
        output.push(best);
        indices.push(best_index);
    });
    (output, indices)
}

/// The mean of each window, or what the plan divides its sum by, in f64.
///
/// # Panics
/// When the plan takes no means.
pub fn mean_pool(plan: &Plan, input: &[f64]) -> Vec<f64> {
    let Operation::Mean(counting) = plan.operation else {
        panic!("this plan takes no means")
    };
    let [depth, height, width] = plan.axes();
    let (outer, inner) = (plan.layout.outer, plan.layout.inner);
    let mut divisors = Vec::new();
    for (z, y, x) in positions(plan) {
        let windows = [depth.window(z), height.window(y), width.window(x)];
        divisors.push(match counting {
            Counting::Fixed(divisor) => divisor as f64,
            Counting::Span => windows
                .iter()
                .map(|window| window.span.max(1) as f64)
                .product(),
            Counting::Taps | Counting::None => windows
                .iter()
                .map(|window| window.taps.max(1) as f64)
                .product(),
        });
    }
    let mut divisors = (0..outer).flat_map(|_| {
        divisors
            .iter()
            .flat_map(|divisor| std::iter::repeat_n(*divisor, inner))
    });
    let mut output = Vec::new();
    each_window(plan, |base, taps| {
        let sum: f64 = taps.iter().map(|(_, offset)| input[base + offset]).sum();
        output.push(sum / divisors.next().unwrap_or(1.0));
    });
    output
}

/// The power average of each window, in f64.
///
/// # Panics
/// When the plan takes no power averages.
pub fn power_pool(plan: &Plan, input: &[f64]) -> Vec<f64> {
    let Operation::Power(power) = plan.operation else {
        panic!("this plan takes no power averages")
    };
    let p = power.norm_type;
    let mut output = Vec::new();
    each_window(plan, |base, taps| {
        let elements = taps.iter().map(|(_, offset)| input[base + offset]);
        output.push(if p.is_infinite() {
            let (of_none, extreme): (f64, fn(f64, f64) -> f64) = if p > 0.0 {
                (0.0, f64::max)
            } else {
                (f64::INFINITY, f64::min)
            };
            elements.map(f64::abs).fold(of_none, extreme)
        } else {
            let raise = |x: f64| if power.absolute { x.abs() } else { x }.powf(p);
            let sum: f64 = elements.map(raise).sum();
            let whole = power
                .scale_to
                .map_or(1.0, |whole| whole as f64 / taps.len().max(1) as f64);
            (sum * whole).powf(1.0 / p)
        });
    });
    output
}

/// Depth, height and width of every output of a plane, in memory order.
fn positions(plan: &Plan) -> impl Iterator<Item = (usize, usize, usize)> + use<> {
    let [depth, height, width] = plan.axes().map(Axis::output_len);
    (0..depth).flat_map(move |z| (0..height).flat_map(move |y| (0..width).map(move |x| (z, y, x))))
}

/// Calls `visit` for every output in memory order, with the offset of its plane and its taps: the flat index
/// in the plane and the offset in memory of each.
fn each_window(plan: &Plan, mut visit: impl FnMut(usize, &[(usize, usize)])) {
    if plan.output_len() == 0 {
        return; // an axis may be empty, and the others as long as can be
    }
    let [depth, height, width] = plan.axes();
    let (outer, inner) = (plan.layout.outer, plan.layout.inner);
    let plane = depth.input_len() * height.input_len() * width.input_len();
    let mut taps = Vec::new();
    for block in 0..outer {
        for (z, y, x) in positions(plan) {
            taps.clear();
            let along = |axis: &Axis, output: usize| {
                let window = axis.window(output);
                let step = axis.step();
                (0..window.taps).map(move |tap| window.start + tap * step)
            };
            for at_z in along(depth, z) {
                for at_y in along(height, y) {
                    for at_x in along(width, x) {
                        let flat = (at_z * height.input_len() + at_y) * width.input_len() + at_x;
                        taps.push((flat, flat * inner));
                    }
                }
            }
            for channel in 0..inner {
                visit(block * plane * inner + channel, &taps);
            }
        }
    }
}
