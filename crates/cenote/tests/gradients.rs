//! Every backward pass is the adjoint of its forward pass, on random geometry.
//!
//! A layer that is linear, or linear once its indices are known, has ⟨A x, y⟩ = ⟨x, Aᵀ y⟩. A power average is neither: its
//! gradient is compared with a difference quotient.

#[path = "common/random.rs"]
mod random;

use cenote::{
    AdaptiveAvgPool, AdaptiveMaxPool, AvgPool, Element, Error, FractionalMaxPool, Index, Layer,
    MaxPool, MaxPool2d, MaxPool3d, MaxUnpool, MaxUnpool2d, MemoryFormat, Plan,
};
use half::bf16;
use proptest::prelude::*;
use random::{dot, geometry, levels, long_geometry, numbers};

/// The gradient by flat indices, by compact ones and by the input agree, and route what the forward pass took.
fn check_max(plan: &Plan, seed: u64) {
    let input = numbers(plan.input_len(), seed);
    let grad_output = numbers(plan.output_len(), seed ^ 1);
    for level in levels() {
        let plan = plan.clone().with_level(level);
        let mut output = vec![0.0; plan.output_len()];
        let mut indices = vec![0i64; plan.output_len()];
        plan.forward_with_indices_into(&input, &mut output, &mut indices)
            .unwrap();
        let mut by_index = vec![0.0; plan.input_len()];
        plan.backward_from_indices_into(&grad_output, &indices, &mut by_index)
            .unwrap();
        let taken: f64 = (0..output.len())
            .filter(|&at| indices[at] >= 0)
            .map(|at| output[at] * grad_output[at])
            .sum();
        assert!((taken - dot(&input, &by_index)).abs() < 1e-9, "{level:?}");
        let mut by_input = vec![0.0; plan.input_len()];
        plan.backward_from_input_into(&grad_output, &input, &mut by_input)
            .unwrap();
        assert_eq!(by_input, by_index);
        let mut compact = vec![0u16; plan.output_len()];
        if plan
            .forward_with_indices_into(&input, &mut output, &mut compact)
            .is_ok()
        {
            let mut by_compact = vec![0.0; plan.input_len()];
            plan.backward_from_indices_into(&grad_output, &compact, &mut by_compact)
                .unwrap();
            assert_eq!(by_compact, by_index);
        }
    }
}

/// The gradient of an average is the adjoint of the average.
fn check_average(plan: &Plan, seed: u64) {
    let input = numbers(plan.input_len(), seed);
    let grad_output = numbers(plan.output_len(), seed ^ 1);
    for level in levels() {
        let plan = plan.clone().with_level(level);
        let mut output = vec![0.0; plan.output_len()];
        plan.forward_into(&input, &mut output).unwrap();
        let mut grad_input = vec![0.0; plan.input_len()];
        plan.backward_into(&grad_output, &mut grad_input).unwrap();
        let (forward, backward) = (dot(&output, &grad_output), dot(&input, &grad_input));
        assert!((forward - backward).abs() < 1e-9, "{level:?}");
    }
}

/// What a max pooling takes apart, its unpooling puts together: indices that differ make a linear map.
fn check_unpool<const N: usize>(
    kernel_size: [usize; N],
    shape: &[usize],
    format: MemoryFormat,
    seed: u64,
) {
    let pool = MaxPool::<N>::new(kernel_size);
    let Ok(pool) = pool.plan_in(shape, format) else {
        return;
    };
    let image = numbers(pool.input_len(), seed);
    let (mut input, mut indices) = (vec![0.0; pool.output_len()], vec![0i64; pool.output_len()]);
    pool.forward_with_indices_into(&image, &mut input, &mut indices)
        .unwrap();
    let output_size: [usize; N] = std::array::from_fn(|axis| shape[2 + axis]);
    let unpool = MaxUnpool::<N>::new(kernel_size)
        .output_size(output_size)
        .plan_in(pool.output_shape(), format)
        .unwrap();
    let mut output = vec![0.0; unpool.output_len()];
    unpool.forward_into(&input, &indices, &mut output).unwrap();
    for (at, value) in output.iter().enumerate() {
        assert!(*value == 0.0 || *value == image[at]);
    }
    let grad_output = numbers(unpool.output_len(), seed ^ 1);
    let mut grad_input = vec![0.0; unpool.input_len()];
    unpool
        .backward_into(&grad_output, &indices, &mut grad_input)
        .unwrap();
    let (forward, backward) = (dot(&output, &grad_output), dot(&input, &grad_input));
    assert!(
        (forward - backward).abs() < 1e-9,
        "{forward} and {backward}"
    );
}

/// The gradient is what the output changes by where the input moves a little. Elements are far from 0, where a power has
/// no derivative.
fn check_power(plan: &Plan, seed: u64) {
    let input: Vec<f64> = numbers(plan.input_len(), seed)
        .iter()
        .map(|value| value.abs() + 0.5)
        .collect();
    let direction = numbers(plan.input_len(), seed ^ 2);
    let grad_output = numbers(plan.output_len(), seed ^ 1);
    let moved = |by: f64| {
        let input: Vec<f64> = input
            .iter()
            .zip(&direction)
            .map(|(x, v)| x + by * v)
            .collect();
        let mut output = vec![0.0; plan.output_len()];
        plan.forward_into(&input, &mut output).unwrap();
        // A window in the padding has no norm, whatever its power.
        output
            .iter_mut()
            .filter(|value| !value.is_finite())
            .for_each(|value| *value = 0.0);
        dot(&output, &grad_output)
    };
    let expected = (moved(1e-5) - moved(-1e-5)) / 2e-5;
    for level in levels() {
        let mut grad_input = vec![0.0; plan.input_len()];
        let plan = plan.clone().with_level(level);
        plan.backward_from_input_into(&grad_output, &input, &mut grad_input)
            .unwrap();
        let given = dot(&grad_input, &direction);
        let size: f64 = grad_input.iter().map(|value| value.abs()).sum();
        assert!(
            (given - expected).abs() < 1e-6 * (1.0 + size),
            "{given} instead of {expected}"
        );
    }
}

macro_rules! properties {
    ($($module:ident $axes:literal),*) => {$(
        mod $module {
            use super::*;

            proptest! {
                #![proptest_config(ProptestConfig::with_cases(8000))]

                #[test]
                fn maxima(geometry in geometry::<$axes>(), seed: u64) {
                    if let Some(plan) = geometry.plan(&geometry.apply(MaxPool::<$axes>::new(geometry.kernel_size))) {
                        check_max(&plan, seed);
                    }
                    check_max(&geometry.plan(&AdaptiveMaxPool::<$axes>::new(geometry.output_size)).unwrap(), seed);
                }

                #[test]
                fn averages(geometry in geometry::<$axes>(), include_pad: bool, seed: u64) {
                    let layer = geometry.apply(AvgPool::<$axes>::new(geometry.kernel_size));
                    if let Some(plan) = geometry.plan(&layer.count_include_pad(include_pad)) {
                        check_average(&plan, seed);
                    }
                    check_average(&geometry.plan(&AdaptiveAvgPool::<$axes>::new(geometry.output_size)).unwrap(), seed);
                }

                #[test]
                fn unpooling(geometry in geometry::<$axes>(), seed: u64) {
                    check_unpool(geometry.kernel_size, &geometry.shape, geometry.format, seed);
                }

                #[test]
                fn power_averages(geometry in geometry::<$axes>(), norm in 0usize..5, options: [bool; 2], seed: u64) {
                    let norm_type = [1.0, 2.0, 3.0, 1.5, -1.0][norm];
                    if let Some(plan) = geometry.power_plan(norm_type, options) {
                        check_power(&plan, seed);
                    }
                }
            }
        }
    )*};
}

properties!(one_axis 1, two_axes 2, three_axes 3);

macro_rules! fractional {
    ($($name:ident $axes:literal),*) => {
        proptest! {
            #![proptest_config(ProptestConfig::with_cases(8000))]

            $(#[test]
            fn $name(geometry in geometry::<$axes>(), seed: u64) {
                // Windows and outputs that fit: sizes that do not are refused, which other tests see to.
                let size = |axis: usize| geometry.shape[2 + axis];
                let kernel_size: [usize; $axes] =
                    std::array::from_fn(|axis| (geometry.kernel_size[axis] - 1) % size(axis) + 1);
                let output_size: [usize; $axes] = std::array::from_fn(|axis| {
                    (geometry.output_size[axis] - 1) % (size(axis) - kernel_size[axis] + 1) + 1
                });
                let layer = FractionalMaxPool::<$axes>::with_output_size(kernel_size, output_size).seed(seed);
                check_max(&layer.plan(&geometry.shape).unwrap(), seed);
            })*
        }
    };
}

fractional!(fractional_maxima_of_two_axes 2, fractional_maxima_of_three_axes 3);

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// Of windows of more than a thousand taps, not all are listed.
    #[test]
    fn maxima_of_long_windows(geometry in long_geometry(), seed: u64) {
        if let Some(plan) = geometry.plan(&geometry.apply(MaxPool::<2>::new(geometry.kernel_size))) {
            check_max(&plan, seed);
        }
    }
}

/// Asserts that the gradient is refused for the only index that differs from those of the maxima.
fn check_refused<I: Index + Default + std::fmt::Debug>(
    plan: &Plan,
    (at, wrong): (usize, I),
    index: i64,
) {
    let input = numbers(plan.input_len(), 1);
    let mut output = vec![0.0; plan.output_len()];
    let mut indices = vec![I::default(); plan.output_len()];
    plan.forward_with_indices_into(&input, &mut output, &mut indices)
        .unwrap();
    let mut grad_input = vec![0.0; plan.input_len()];
    plan.backward_from_indices_into(&output, &indices, &mut grad_input)
        .unwrap();
    indices[at] = wrong;
    let refused = plan.backward_from_indices_into(&output, &indices, &mut grad_input);
    assert!(
        matches!(refused, Err(Error::Index { index: found, .. }) if found == index),
        "{wrong:?} at {at}: {refused:?}"
    );
}

#[test]
fn an_index_that_names_no_row_of_its_window_is_refused() {
    for format in [MemoryFormat::Contiguous, MemoryFormat::ChannelsLast] {
        let plan = MaxPool2d::new(3)
            .stride(2)
            .padding(1)
            .plan_in(&[2, 3, 8, 8], format)
            .unwrap();
        // The windows of the first output hold two rows and columns, those of the last three.
        for index in [64, i64::MAX, i64::MIN, -2, 16] {
            check_refused(&plan, (0, index), index);
        }
        let last = plan.output_len() - 1;
        check_refused(&plan, (last, 39i64), 39);
        // Taps are numbered from the first that is not padding.
        for number in [9u8, 200, 255] {
            check_refused(&plan, (last, number), number.into());
        }
        for number in [9u32, 1 << 20, u32::MAX] {
            check_refused(&plan, (last, number), number.into());
        }
    }
}

#[test]
fn a_tap_beyond_the_end_of_its_plane_is_refused() {
    let plan = MaxPool3d::new(2)
        .ceil_mode(true)
        .plan(&[1, 3, 3, 3])
        .unwrap();
    // The last window is the last element alone.
    for number in 1..8u8 {
        check_refused(&plan, (plan.output_len() - 1, number), number.into());
    }
}

/// Elements of all planes and their gradients, of tensors that memory is asked for, are those of each plane by itself.
fn check_far<T: Element + From<u8>>() {
    const PLANES: usize = 257;
    let pool = |planes| MaxPool2d::new(2).plan(&[planes, 131, 130]).unwrap();
    let unpool = |planes| {
        let layer = MaxUnpool2d::new(2).output_size((131, 130));
        layer.plan(&[planes, 65, 65]).unwrap()
    };
    let (all, one) = (pool(PLANES), pool(1));
    let elements = |len: usize| -> Vec<T> {
        (0..len as u32)
            .map(|at| ((at.wrapping_mul(2_654_435_761) >> 24) as u8).into())
            .collect()
    };
    let (input, grads) = (elements(all.input_len()), elements(all.output_len()));
    let mut output = vec![T::default(); all.output_len()];
    let mut indices = vec![0i64; all.output_len()];
    all.forward_with_indices_into(&input, &mut output, &mut indices)
        .unwrap();
    let mut grad_input = vec![T::default(); all.input_len()];
    all.backward_from_indices_into(&grads, &indices, &mut grad_input)
        .unwrap();
    let mut unpooled = vec![T::default(); all.input_len()];
    unpool(PLANES)
        .forward_into(&output, &indices, &mut unpooled)
        .unwrap();
    let mut plane = vec![T::default(); one.input_len()];
    for number in 0..PLANES {
        let outputs = number * one.output_len()..(number + 1) * one.output_len();
        let inputs = number * one.input_len()..(number + 1) * one.input_len();
        let indices = &indices[outputs.clone()];
        one.backward_from_indices_into(&grads[outputs.clone()], indices, &mut plane)
            .unwrap();
        assert!(
            plane == grad_input[inputs.clone()],
            "gradient of plane {number}"
        );
        unpool(1)
            .forward_into(&output[outputs], indices, &mut plane)
            .unwrap();
        assert!(plane == unpooled[inputs], "plane {number}");
    }
}

#[test]
fn far_tensors_scatter_as_near_ones() {
    check_far::<f32>();
    // Sums of these are not kept where they end.
    check_far::<bf16>();
}
