//! Means, power averages and gradients on random geometry, at every level of vector instructions.

use cenote::{
    AdaptiveAvgPool, AdaptiveMaxPool, AvgPool, LPPool, Layer, MaxPool, MemoryFormat, Plan,
    SlidingPool, reference,
};
use fearless_simd::Level;
use half::bf16;
use proptest::prelude::*;

/// A random geometry over `N` axes, not only one that torch would take.
#[derive(Clone, Debug)]
struct Geometry<const N: usize> {
    shape: Vec<usize>,
    format: MemoryFormat,
    kernel_size: [usize; N],
    stride: [usize; N],
    before: [usize; N],
    after: [usize; N],
    dilation: [usize; N],
    output_size: [usize; N],
    ceil_mode: bool,
}

impl<const N: usize> Geometry<N> {
    fn apply<K>(&self, layer: SlidingPool<K, N>) -> SlidingPool<K, N> {
        layer
            .stride(self.stride)
            .asymmetric_padding(self.before, self.after)
            .any_padding(true)
            .dilation(self.dilation)
            .ceil_mode(self.ceil_mode)
    }

    fn plan(&self, layer: &impl Layer) -> Option<Plan> {
        layer.plan_in(&self.shape, self.format).ok()
    }
}

fn geometry<const N: usize>() -> impl Strategy<Value = Geometry<N>> {
    let axis = (
        1usize..20,
        1usize..13,
        1usize..5,
        0usize..5,
        0usize..5,
        1usize..4,
        1usize..24,
    );
    let axes = proptest::collection::vec(axis, N);
    (axes, 1usize..3, 1usize..5, any::<(bool, bool)>()).prop_map(
        |(axes, batch, channels, (last, ceil_mode))| {
            let mut shape = vec![batch, channels];
            shape.extend(axes.iter().map(|axis| axis.0));
            Geometry {
                shape,
                format: if last {
                    MemoryFormat::ChannelsLast
                } else {
                    MemoryFormat::Contiguous
                },
                kernel_size: std::array::from_fn(|axis| axes[axis].1),
                stride: std::array::from_fn(|axis| axes[axis].2),
                before: std::array::from_fn(|axis| axes[axis].3),
                after: std::array::from_fn(|axis| axes[axis].4),
                dilation: std::array::from_fn(|axis| axes[axis].5),
                output_size: std::array::from_fn(|axis| axes[axis].6),
                ceil_mode,
            }
        },
    )
}

/// Numbers in −1..1 that a seed decides.
fn numbers(len: usize, seed: u64) -> Vec<f64> {
    let mut state = seed;
    let mut next = || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 40) as f64 / f64::from(1 << 23) - 1.0
    };
    (0..len).map(|_| next()).collect()
}

fn levels() -> Vec<Level> {
    let best = Level::new();
    #[cfg(target_arch = "x86_64")]
    return [
        best.as_avx512().map(Level::Avx512),
        best.as_avx2().map(Level::Avx2),
        best.as_sse4_2().map(Level::Sse4_2),
        best.as_sse2().map(Level::Sse2),
    ]
    .into_iter()
    .flatten()
    .collect();
    #[cfg(not(target_arch = "x86_64"))]
    vec![best]
}

fn assert_close(given: &[f64], expected: &[f64], tolerance: f64, what: &str) {
    assert_eq!(given.len(), expected.len(), "{what}");
    for (at, (given, expected)) in given.iter().zip(expected).enumerate() {
        assert!(
            (given - expected).abs() <= tolerance,
            "{what}[{at}]: {given} instead of {expected}"
        );
    }
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
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
    let mut output = vec![0f32; plan.output_len()];
    plan.forward_into(&narrow, &mut output).unwrap();
    for (given, exact) in output.iter().zip(&exact) {
        // Rounded once: within half a unit in the last place, but for the reciprocal's own error in f64.
        assert!(
            (f64::from(*given) - exact).abs()
                <= f64::from(f32::EPSILON) * 0.5001 * exact.abs() + 1e-15
        );
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

/// The gradient by flat indices, by compact ones and by the input agree, and route what the forward pass took.
fn check_max(plan: &Plan, seed: u64) {
    let input = numbers(plan.input_len(), seed);
    let grad_output = numbers(plan.output_len(), seed ^ 1);
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
    assert!((taken - dot(&input, &by_index)).abs() < 1e-9);
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

/// A power average of magnitudes grows with its input: Euler's theorem ties gradient and value.
fn check_power(plan: &Plan, norm_type: f64, seed: u64) {
    let input = numbers(plan.input_len(), seed);
    let grad_output = numbers(plan.output_len(), seed ^ 1);
    let mut output = vec![0.0; plan.output_len()];
    plan.forward_into(&input, &mut output).unwrap();
    let mut grad_input = vec![0.0; plan.input_len()];
    plan.backward_from_input_into(&grad_output, &input, &mut grad_input)
        .unwrap();
    let (forward, backward) = (dot(&output, &grad_output), dot(&input, &grad_input));
    assert!(
        (forward - backward).abs() < 1e-7 * (1.0 + forward.abs()),
        "p {norm_type}: {forward} and {backward}"
    );
}

macro_rules! properties {
    ($($module:ident $axes:literal),*) => {$(
        mod $module {
            use super::*;

            proptest! {
                #![proptest_config(ProptestConfig::with_cases(7000))]

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
                fn maxima(geometry in geometry::<$axes>(), seed: u64) {
                    if let Some(plan) = geometry.plan(&geometry.apply(MaxPool::<$axes>::new(geometry.kernel_size))) {
                        check_max(&plan, seed);
                    }
                    check_max(&geometry.plan(&AdaptiveMaxPool::<$axes>::new(geometry.output_size)).unwrap(), seed);
                }

                #[test]
                fn power_averages(geometry in geometry::<$axes>(), norm_type in 1u8..5, scale: bool, seed: u64) {
                    let norm_type = f64::from(norm_type);
                    let layer = LPPool::<$axes>::new(norm_type, geometry.kernel_size).absolute(true).scale_clipped(scale);
                    if let Some(plan) = geometry.plan(&geometry.apply(layer)) {
                        check_power(&plan, norm_type, seed);
                    }
                }
            }
        }
    )*};
}

properties!(one_axis 1, two_axes 2, three_axes 3);

#[test]
fn threads_do_not_change_a_result() {
    let plan = AvgPool::<2>::new(3)
        .stride(2)
        .padding(1)
        .plan(&[1, 2, 400, 300])
        .unwrap();
    let input: Vec<f32> = numbers(plan.input_len(), 7)
        .into_iter()
        .map(|value| value as f32)
        .collect();
    let run = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .unwrap();
        let mut output = vec![0f32; plan.output_len()];
        let mut grad_input = vec![0f32; plan.input_len()];
        pool.install(|| plan.forward_into(&input, &mut output).unwrap());
        pool.install(|| plan.backward_into(&output, &mut grad_input).unwrap());
        (output, grad_input)
    };
    let alone = run(1);
    for threads in [2, 3, 8] {
        assert_eq!(run(threads), alone, "{threads} threads");
    }
}
