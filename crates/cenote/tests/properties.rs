//! Every fast path against the plain reference, on random geometry.

#[path = "common/bits.rs"]
mod bits;
#[path = "common/random.rs"]
mod random;

use bits::{Bits, assert_same};
use cenote::{AdaptiveMaxPool2d, Layer, MaxPool, MemoryFormat, Plan, reference};
use half::{bf16, f16};
use proptest::prelude::*;
use random::{Geometry, fitted, levels, near_geometry, wide_geometry};

/// An element that tests can make and compare.
trait Sample: Bits {
    const LOWEST: Self;
    /// One of a few values, so that ties are common; floats include NaN of both signs (0 / 0 is negative on x86), ±0 and ±∞.
    fn sample(code: u8) -> Self;
}

macro_rules! impl_float_sample {
    ($($float:ident)*) => {$(
        impl Sample for $float {
            const LOWEST: Self = $float::NEG_INFINITY;
            fn sample(code: u8) -> Self {
                let from = |value: f32| <$float as num_like::FromF32>::from_f32(value);
                match code % 16 {
                    0 => $float::NAN,
                    1 => from(-0.0),
                    2 => from(0.0),
                    3 => $float::NEG_INFINITY,
                    4 => $float::INFINITY,
                    15 => -$float::NAN,
                    code => from(f32::from(code) - 9.5),
                }
            }
        }
    )*};
}

mod num_like {
    pub(super) trait FromF32 {
        fn from_f32(value: f32) -> Self;
    }
    impl FromF32 for f32 {
        fn from_f32(value: f32) -> Self {
            value
        }
    }
    impl FromF32 for f64 {
        fn from_f32(value: f32) -> Self {
            value.into()
        }
    }
    impl FromF32 for half::f16 {
        fn from_f32(value: f32) -> Self {
            Self::from_f32(value)
        }
    }
    impl FromF32 for half::bf16 {
        fn from_f32(value: f32) -> Self {
            Self::from_f32(value)
        }
    }
}

macro_rules! impl_integer_sample {
    ($($integer:ident),*) => {$(
        impl Sample for $integer {
            const LOWEST: Self = $integer::MIN;
            #[allow(clippy::cast_possible_wrap, clippy::cast_lossless, reason = "any value will do")]
            fn sample(code: u8) -> Self {
                match code % 16 {
                    0 => $integer::MIN,
                    1 => $integer::MAX,
                    code => (code as $integer).wrapping_sub(7),
                }
            }
        }
    )*};
}

impl_float_sample!(f32 f64 f16 bf16);
impl_integer_sample!(u8, i8, i16, i32, i64);

#[derive(Clone, Debug)]
struct Case<const N: usize> {
    shape: Vec<usize>,
    channels_last: bool,
    layer: MaxPool<N>,
    codes: Vec<u8>,
    special: Special,
}

/// How many elements are NaN, zeros and infinities.
#[derive(Clone, Copy, Debug)]
enum Special {
    None,
    /// So few that windows which hold one are found again one by one. All other elements are negative, so that zeros win.
    Few,
    Many,
}

fn special() -> impl Strategy<Value = Special> {
    prop_oneof![Just(Special::None), Just(Special::Few), Just(Special::Many)]
}

impl Case<2> {
    fn contiguous(geometry: Geometry<2>, codes: Vec<u8>, special: Special) -> Self {
        Self {
            layer: geometry.apply(MaxPool::new(geometry.kernel_size)),
            shape: geometry.shape,
            channels_last: false,
            codes,
            special,
        }
    }
}

fn codes() -> impl Strategy<Value = Vec<u8>> {
    proptest::collection::vec(any::<u8>(), 64..256)
}

fn case<const N: usize>() -> impl Strategy<Value = Case<N>> {
    case_of([1..24, 1..13])
}

/// Layers over axes of these lengths, with kernels of these lengths.
fn case_of<const N: usize>(
    [lengths, kernels]: [std::ops::Range<usize>; 2],
) -> impl Strategy<Value = Case<N>> {
    let axis = || {
        (
            lengths.clone(),
            kernels.clone(),
            1usize..5,
            0usize..20,
            1usize..4,
        )
    };
    let axes = proptest::collection::vec(axis(), N);
    (
        axes,
        1usize..4,
        1usize..6,
        any::<([bool; 3], u8)>(),
        (codes(), special()),
    )
        .prop_map(
            |(
                mut axes,
                batch,
                channels,
                ([channels_last, ceil_mode, batched], number),
                (codes, special),
            )| {
                for axis in &mut axes {
                    (axis.1, axis.4) = fitted(number, (axis.1, axis.4), axis.0, axis.0);
                }
                let take = |f: fn(&(usize, usize, usize, usize, usize)) -> usize| -> [usize; N] {
                    std::array::from_fn(|axis| f(&axes[axis]))
                };
                let kernel_size = take(|axis| axis.1);
                let padding = take(|axis| axis.3);
                let layer = MaxPool::<N>::new(kernel_size)
                    .stride(take(|axis| axis.2))
                    .padding(std::array::from_fn::<usize, N, _>(|axis| {
                        padding[axis].min(kernel_size[axis] / 2)
                    }))
                    .dilation(take(|axis| axis.4))
                    .ceil_mode(ceil_mode);
                let mut shape = if batched {
                    vec![batch, channels]
                } else {
                    vec![channels]
                };
                shape.extend(take(|axis| axis.0));
                Case {
                    shape,
                    channels_last,
                    layer,
                    codes,
                    special,
                }
            },
        )
}

/// As many elements as codes decide.
fn elements<T: Sample>(len: usize, codes: &[u8], special: Special) -> Vec<T> {
    let element = |at: usize| {
        let code = codes[at % codes.len()].wrapping_add((at / codes.len()) as u8);
        let is_special = (at + usize::from(codes[0])).wrapping_mul(2_654_435_761) % 1009 < 5;
        T::sample(match special {
            Special::None => 5 + code % 10,
            Special::Few if is_special => [0, 1, 2, 15][usize::from(code % 4)],
            Special::Few => 5 + code % 4,
            Special::Many => code,
        })
    };
    (0..len).map(element).collect()
}

fn check<T: Sample, const N: usize>(case: &Case<N>) {
    let format = if case.channels_last {
        MemoryFormat::ChannelsLast
    } else {
        MemoryFormat::Contiguous
    };
    if let Ok(plan) = case.layer.plan_in(&case.shape, format) {
        let input = elements::<T>(plan.input_len(), &case.codes, case.special);
        check_plan(&plan, &input);
    }
}

fn check_plan<T: Sample>(plan: &Plan, input: &[T]) {
    let (expected, expected_indices) = reference::max_pool(plan, input, T::LOWEST);
    for level in levels() {
        let plan: Plan = plan.clone().with_level(level);
        let mut output = vec![T::default(); plan.output_len()];
        let mut indices = vec![0; plan.output_len()];
        plan.forward_into(input, &mut output).unwrap();
        assert_same(&output, &expected, "values alone", level);
        output.fill(T::default());
        plan.forward_with_indices_into(input, &mut output, &mut indices)
            .unwrap();
        assert_same(&output, &expected, "values", level);
        assert_eq!(indices, expected_indices, "indices at {level:?}");
    }
}

fn check_every_type<const N: usize>(case: &Case<N>, kind: u8) {
    match kind % 9 {
        0 => check::<f32, N>(case),
        1 => check::<f64, N>(case),
        2 => check::<f16, N>(case),
        3 => check::<bf16, N>(case),
        4 => check::<u8, N>(case),
        5 => check::<i8, N>(case),
        6 => check::<i16, N>(case),
        7 => check::<i32, N>(case),
        _ => check::<i64, N>(case),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(8000))]

    #[test]
    fn max_pool1d(case in case::<1>(), kind: u8) {
        check_every_type(&case, kind);
    }

    #[test]
    fn max_pool2d(case in case::<2>(), kind: u8) {
        check_every_type(&case, kind);
    }

    #[test]
    fn max_pool3d(case in case::<3>(), kind: u8) {
        check_every_type(&case, kind);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// Of windows so long that neighbours share most of their taps, over rows longer than the widest vector as well.
    #[test]
    fn max_pool2d_of_long_windows(case in case_of::<2>([30..100, 5..40]), kind: u8) {
        check_every_type(&case, kind);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    /// Of windows that are contracted as their rows are folded.
    #[test]
    fn max_pool2d_of_near_windows(geometry in near_geometry(), codes in codes(), special in special(), kind: u8) {
        check_every_type(&Case::contiguous(geometry, codes, special), kind);
    }

    /// Of windows whose lanes are doubled and merged in one go.
    #[test]
    fn max_pool2d_of_wide_windows(geometry in wide_geometry(), codes in codes(), kind: u8) {
        check_every_type(&Case::contiguous(geometry, codes, Special::None), kind % 5);
    }

    /// Of floats, some of which are NaN or zeros, by layers whose windows differ, over planes that are cut into bands as well.
    #[test]
    fn adaptive_max_pool2d_of_special_elements(
        lengths: [(u8, u8); 2],
        planes in 1usize..4,
        codes in codes(),
        special in special(),
        kind: u8,
    ) {
        let [height, width] = lengths.map(|(input, output)| {
            let input = usize::from(input) % 100 + 1;
            (input, usize::from(output) % input + 1)
        });
        let layer = AdaptiveMaxPool2d::new([height.1, width.1]);
        let plan = layer.plan(&[planes, height.0, width.0]).unwrap();
        let threads = rayon::ThreadPoolBuilder::new().num_threads(3).build().unwrap();
        threads.install(|| match kind % 4 {
            0 => check_plan::<f32>(&plan, &elements(plan.input_len(), &codes, special)),
            1 => check_plan::<f64>(&plan, &elements(plan.input_len(), &codes, special)),
            2 => check_plan::<f16>(&plan, &elements(plan.input_len(), &codes, special)),
            _ => check_plan::<bf16>(&plan, &elements(plan.input_len(), &codes, special)),
        });
    }
}
