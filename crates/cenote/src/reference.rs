//! Pooling as plainly as it can be written: loops over outputs and taps in torch's order.
//!
//! This is the oracle that every fast path is tested against. It has no vectors, no bands and no threads,
//! and asks the [`Axis`](crate::window::Axis) of a plan only where windows lie.

use crate::element::Element;
use crate::plan::Plan;

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

/// Calls `visit` for every output in memory order, with the offset of its plane and its taps: the flat index
/// in the plane and the offset in memory of each.
fn each_window(plan: &Plan, mut visit: impl FnMut(usize, &[(usize, usize)])) {
    let [depth, height, width] = plan.axes();
    let (outer, inner) = plan.outer_and_inner();
    let plane = depth.input_len() * height.input_len() * width.input_len();
    let mut taps = Vec::new();
    for block in 0..outer {
        for (z, (y, x)) in (0..depth.output_len()).flat_map(|z| {
            (0..height.output_len())
                .flat_map(move |y| (0..width.output_len()).map(move |x| (z, (y, x))))
        }) {
            taps.clear();
            let along = |axis: &crate::window::Axis, output: usize| {
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
