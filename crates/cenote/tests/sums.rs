//! Means, their gradients, and power averages on random geometry, at every level of vector instructions.

#[path = "common/random.rs"]
mod random;

use cenote::{
    AdaptiveAvgPool, AdaptiveAvgPool2d, AvgPool, AvgPool2d, Element, LPPool2d, Layer, MemoryFormat,
    Plan, reference,
};
use half::bf16;
use proptest::prelude::*;
use random::{dot, geometry, levels, long_geometry, near_geometry, numbers};

fn assert_close(given: &[f64], expected: &[f64], tolerance: f64, what: &str) {
    assert_eq!(given.len(), expected.len(), "{what}");
    for (at, (given, expected)) in given.iter().zip(expected).enumerate() {
        assert!(
            (given - expected).abs() <= tolerance,
            "{what}[{at}]: {given} instead of {expected}"
        );
    }
}

/// A mean equals the reference in every type, and its gradient is its adjoint.
fn check_mean(plan: &Plan, seed: u64) {
    let input = numbers(plan.input_len(), seed);
    let expected = reference::mean_pool(plan, &input);
    for level in levels() {
        let plan = plan.clone().with_level(level);
        let mut output = vec![0.0; plan.output_len()];
        plan.forward_into(&input, &mut output).unwrap();
        assert_close(&output, &expected, 1e-12, "the mean");

        let grad_output = numbers(plan.output_len(), seed ^ 1);
        let mut grad_input = vec![0.0; plan.input_len()];
        plan.backward_into(&grad_output, &mut grad_input).unwrap();
        let (forward, backward) = (dot(&output, &grad_output), dot(&input, &grad_input));
        assert!(
            (forward - backward).abs() < 1e-9,
            "⟨Ax, y⟩ = {forward}, ⟨x, Aᵀy⟩ = {backward} at {level:?}"
        );
    }
    let narrow: Vec<f32> = input.iter().map(|&value| value as f32).collect();
    let exact = reference::mean_pool(
        plan,
        &narrow.iter().copied().map(f64::from).collect::<Vec<_>>(),
    );
    for level in levels() {
        let plan = plan.clone().with_level(level);
        let mut output = vec![0f32; plan.output_len()];
        plan.forward_into(&narrow, &mut output).unwrap();
        for (given, exact) in output.iter().zip(&exact) {
            // Rounded once: within half a unit in the last place, but for the reciprocal's own error in f64.
            assert!(
                (f64::from(*given) - exact).abs()
                    <= f64::from(f32::EPSILON) * 0.5001 * exact.abs() + 1e-15,
                "{given} instead of {exact} at {level:?}"
            );
        }
    }
    let coarse: Vec<bf16> = input.iter().map(|&value| bf16::from_f64(value)).collect();
    let exact = reference::mean_pool(
        plan,
        &coarse
            .iter()
            .map(|value| value.to_f64())
            .collect::<Vec<_>>(),
    );
    let mut output = vec![bf16::ZERO; plan.output_len()];
    plan.forward_into(&coarse, &mut output).unwrap();
    for (given, exact) in output.iter().zip(&exact) {
        assert!(
            (given.to_f64() - exact).abs() <= 0.004 * exact.abs() + 1e-5,
            "{given} instead of {exact}"
        );
    }
}

/// A mean of integers, here between ±`scale`, is the reference's, cut off toward zero, or the nearest that the type holds.
fn check_integers<T: Element>(
    plan: &Plan,
    (seed, scale): (u64, f64),
    of: impl Fn(f64) -> T,
    to: impl Fn(T) -> f64,
) {
    let input: Vec<T> = numbers(plan.input_len(), seed)
        .into_iter()
        .map(|number| of(number * scale))
        .collect();
    let exact: Vec<f64> = input.iter().map(|&number| to(number)).collect();
    let expected: Vec<f64> = reference::mean_pool(plan, &exact)
        .into_iter()
        .map(|mean| to(of(mean)))
        .collect();
    for level in levels() {
        let plan = plan.clone().with_level(level);
        let mut output = vec![T::default(); plan.output_len()];
        plan.forward_into(&input, &mut output).unwrap();
        let output: Vec<f64> = output.into_iter().map(&to).collect();
        assert_eq!(output, expected, "{level:?}");
    }
}

/// In every type of integer: some beyond what it holds, which become its limits, and none whose sums f64 would round.
fn check_all_integers(plan: &Plan, seed: u64) {
    check_integers(plan, (seed, 300.0), |number| number as u8, f64::from);
    check_integers(plan, (seed, 150.0), |number| number as i8, f64::from);
    check_integers(plan, (seed, 4e4), |number| number as i16, f64::from);
    check_integers(plan, (seed, 2.5e9), |number| number as i32, f64::from);
    check_integers(
        plan,
        (seed, 1e12),
        |number| number as i64,
        |number| number as f64,
    );
}

/// A power average equals the reference. Elements are positive unless magnitudes are taken, so that no sum cancels.
fn check_power(plan: &Plan, absolute: bool, seed: u64) {
    let mut input = numbers(plan.input_len(), seed);
    if !absolute {
        input
            .iter_mut()
            .for_each(|value| *value = value.abs() + 0.01);
    }
    let expected = reference::power_pool(plan, &input);
    for level in levels() {
        let plan = plan.clone().with_level(level);
        let mut output = vec![0.0; plan.output_len()];
        plan.forward_into(&input, &mut output).unwrap();
        let mut narrow_output = vec![0f32; plan.output_len()];
        let narrow: Vec<f32> = input.iter().map(|&value| value as f32).collect();
        plan.forward_into(&narrow, &mut narrow_output).unwrap();
        for ((given, narrow), expected) in output.iter().zip(narrow_output).zip(&expected) {
            let near = (given - expected).abs() <= 1e-11 * expected.abs();
            assert!(
                near || given == expected,
                "{given} instead of {expected} at {level:?}"
            );
            let near = (f64::from(narrow) - expected).abs() <= 1e-5 * expected.abs();
            assert!(
                near || f64::from(narrow) == *expected,
                "{narrow} instead of {expected} at {level:?}"
            );
        }
    }
}

/// Orders of norms: those that have a short way, those that have none, and the two limits.
const NORM_TYPES: [f64; 9] = [
    1.0,
    2.0,
    3.0,
    4.0,
    0.5,
    2.5,
    -1.0,
    f64::INFINITY,
    f64::NEG_INFINITY,
];

macro_rules! properties {
    ($($module:ident $axes:literal),*) => {$(
        mod $module {
            use super::*;

            proptest! {
                #![proptest_config(ProptestConfig::with_cases(8000))]

                #[test]
                fn means(geometry in geometry::<$axes>(), include: bool, divisor in proptest::option::of(1i64..9), seed: u64) {
                    let layer = AvgPool::<$axes>::new(geometry.kernel_size).count_include_pad(include).divisor_override(divisor);
                    if let Some(plan) = geometry.plan(&geometry.apply(layer)) {
                        check_mean(&plan, seed);
                    }
                    let adaptive = AdaptiveAvgPool::<$axes>::new(geometry.output_size);
                    check_mean(&geometry.plan(&adaptive).unwrap(), seed);
                }

                #[test]
                fn means_of_integers(geometry in geometry::<$axes>(), include: bool, divisor in proptest::option::of(-9i64..9), seed: u64) {
                    let divisor = divisor.filter(|&divisor| divisor != 0);
                    let layer = AvgPool::<$axes>::new(geometry.kernel_size).count_include_pad(include).divisor_override(divisor);
                    if let Some(plan) = geometry.plan(&geometry.apply(layer)) {
                        check_all_integers(&plan, seed);
                    }
                    let adaptive = AdaptiveAvgPool::<$axes>::new(geometry.output_size);
                    check_all_integers(&geometry.plan(&adaptive).unwrap(), seed);
                }

                #[test]
                fn power_averages(geometry in geometry::<$axes>(), norm in 0..NORM_TYPES.len(), options: [bool; 2], seed: u64) {
                    if let Some(plan) = geometry.power_plan(NORM_TYPES[norm], options) {
                        check_power(&plan, options[0], seed);
                    }
                }
            }
        }
    )*};
}

properties!(one_axis 1, two_axes 2, three_axes 3);

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn means_of_long_windows(geometry in long_geometry(), include: bool, seed: u64) {
        let layer = AvgPool::<2>::new(geometry.kernel_size).count_include_pad(include);
        if let Some(plan) = geometry.plan(&geometry.apply(layer)) {
            check_mean(&plan, seed);
        }
        // Windows of a third of the axis, and of half, lie side by side.
        check_mean(&geometry.plan(&AdaptiveAvgPool::<2>::new([3, 2])).unwrap(), seed);
    }

    #[test]
    fn means_of_near_windows(geometry in near_geometry(), include: bool, divisor in proptest::option::of(1i64..9), seed: u64) {
        let layer = AvgPool::<2>::new(geometry.kernel_size).count_include_pad(include).divisor_override(divisor);
        if let Some(plan) = geometry.plan(&geometry.apply(layer)) {
            check_mean(&plan, seed);
        }
    }

    #[test]
    fn power_averages_of_near_windows(geometry in near_geometry(), norm in 0..3usize, options: [bool; 2], seed: u64) {
        if let Some(plan) = geometry.power_plan(NORM_TYPES[norm], options) {
            check_power(&plan, options[0], seed);
        }
    }

    #[test]
    fn power_averages_of_long_windows(geometry in long_geometry(), norm in 0..2usize, seed: u64) {
        if let Some(plan) = geometry.power_plan(NORM_TYPES[norm], [true, false]) {
            check_power(&plan, true, seed);
        }
    }
}

#[test]
fn threads_do_not_change_a_result() {
    let layer = |kernel_size: usize, stride: usize| {
        AvgPool::<2>::new(kernel_size)
            .stride(stride)
            .padding(kernel_size / 2)
    };
    for plan in [
        layer(3, 2).plan(&[1, 2, 400, 300]).unwrap(),
        layer(23, 1).plan(&[1, 1, 500, 300]).unwrap(),
        layer(40, 3).plan(&[1, 1, 700, 300]).unwrap(),
        AdaptiveAvgPool::<2>::new(9)
            .plan(&[1, 2, 400, 300])
            .unwrap(),
    ] {
        // Thirds, whose sums are rounded.
        let input = numbers(plan.input_len(), 7)
            .into_iter()
            .map(|number| number / 3.0);
        let input: Vec<f64> = input.collect();
        let run = |threads: usize| {
            let pool = rayon::ThreadPoolBuilder::new()
                .num_threads(threads)
                .build()
                .unwrap();
            let mut output = vec![0.0; plan.output_len()];
            let mut grad_input = vec![0.0; plan.input_len()];
            pool.install(|| plan.forward_into(&input, &mut output).unwrap());
            pool.install(|| plan.backward_into(&output, &mut grad_input).unwrap());
            (output, grad_input)
        };
        let alone = run(1);
        for threads in [2, 3, 8] {
            assert_eq!(run(threads), alone, "{plan:?} on {threads} threads");
        }
    }
}

/// As in torch, whose sums begin at zero.
#[test]
fn sums_of_negative_zeros_are_positive() {
    let shapes = [[1, 3, 6, 6], [1, 70, 6, 6], [1, 3, 40, 40]];
    for (shape, format) in shapes.into_iter().flat_map(|shape| {
        [MemoryFormat::Contiguous, MemoryFormat::ChannelsLast].map(|format| (shape, format))
    }) {
        let plans = [
            AvgPool2d::new(2).plan_in(&shape, format),
            AvgPool2d::new(3)
                .stride(1)
                .padding(1)
                .plan_in(&shape, format),
            AdaptiveAvgPool2d::new(1).plan_in(&shape, format),
            AdaptiveAvgPool2d::new(4).plan_in(&shape, format),
            LPPool2d::new(1.0, 2).plan_in(&shape, format),
        ];
        for (number, plan) in plans.into_iter().map(Result::unwrap).enumerate() {
            let mut input = vec![-0.0f32; plan.input_len()];
            let mut output = vec![1.0; plan.output_len()];
            plan.forward_into(&input, &mut output).unwrap();
            let positive = |values: &[f32]| values.iter().all(|value| value.to_bits() == 0);
            assert!(positive(&output), "plan {number} of {shape:?}, {format:?}");
            output.fill(-0.0);
            if plan.backward_into(&output, &mut input).is_ok() {
                assert!(
                    positive(&input),
                    "gradient of plan {number} of {shape:?}, {format:?}"
                );
            }
        }
    }
}

/// A plane's sums are the same to the bit, by itself and as one of so many that planes are turned.
#[test]
fn sums_do_not_depend_on_the_number_of_planes() {
    const PLANES: usize = 64;
    let kernels = [2, 8, 9, 16, 17, 20];
    for (height, width, kernel) in [17, 20, 30].into_iter().flat_map(|height| {
        (1..9).flat_map(move |width| kernels.map(|kernel| (height, width, kernel)))
    }) {
        for across in 1..=width {
            let sizes = [height / kernel + 1, across];
            let kernel_size = [kernel, across];
            let plans = |planes| {
                let shape = [planes, height, width];
                [
                    AvgPool2d::new(kernel_size).stride(1).plan(&shape),
                    AvgPool2d::new(kernel_size).stride([2, 1]).plan(&shape),
                    LPPool2d::new(2.0, kernel_size).stride(1).plan(&shape),
                    AdaptiveAvgPool2d::new(sizes).plan(&shape),
                ]
            };
            for (one, all) in plans(1).into_iter().zip(plans(PLANES)) {
                // Windows that do not fit are refused.
                let (Ok(one), Ok(all)) = (one, all) else {
                    continue;
                };
                // Thirds are rounded, and so are their sums: in another order to something else.
                let thirds = numbers(all.input_len(), 1).into_iter();
                let input: Vec<f64> = thirds.map(|number| number / 3.0).collect();
                let mut together = vec![0.0; all.output_len()];
                all.forward_into(&input, &mut together).unwrap();
                let mut alone = vec![0.0; one.output_len()];
                let planes = input.chunks(one.input_len());
                for (plane, expected) in planes.zip(together.chunks(alone.len())) {
                    one.forward_into(plane, &mut alone).unwrap();
                    assert_eq!(alone, expected, "{height} × {width}, {kernel_size:?}");
                }
            }
        }
    }
}

/// As in torch.
#[test]
fn sums_of_the_widest_integers_wrap() {
    let plan = AvgPool2d::new(2).plan(&[1, 2, 2]).unwrap();
    let mut output = [0i64];
    plan.forward_into(&[i64::MAX, i64::MAX, 4, 2], &mut output)
        .unwrap();
    assert_eq!(output, [1]); // (−2 + 6) / 4
}
