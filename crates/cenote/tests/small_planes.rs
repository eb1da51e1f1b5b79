//! Planes that are pooled together give what each gives alone, bit for bit.

#[path = "common/bits.rs"]
mod bits;
#[path = "common/random.rs"]
mod random;

use bits::{Bits, assert_same};
use cenote::{AdaptiveAvgPool, AdaptiveMaxPool, AvgPool, Index, LPPool, Layer, MaxPool, Plan};
use half::bf16;
use proptest::prelude::*;
use random::{Geometry, geometry, levels, numbers};

/// An element that tests can make and compare.
trait Sample: Bits {
    /// Whether sums of samples are rounded while they are added, so that their order shows.
    const ROUNDS: bool;
    fn sample(number: f64) -> Self;
}

macro_rules! impl_sample {
    ($($element:ident $rounds:literal $sample:expr;)*) => {$(
        impl Sample for $element {
            const ROUNDS: bool = $rounds;
            fn sample(number: f64) -> Self {
                $sample(number)
            }
        }
    )*};
}

impl_sample!(
    f32 false |number| number as f32;
    f64 false |number| number;
    bf16 true bf16::from_f64;
    u8 false |number| (number * 200.0) as u8;
    i64 false |number| (number * 9.0) as i64;
);

/// What sums are called where they are checked.
const SUMS: &str = "sums";

/// A geometry, with more planes than the widest vector has lanes, and what decides their elements.
#[derive(Clone, Debug)]
struct Case<const N: usize> {
    geometry: Geometry<N>,
    planes: usize,
    seed: u64,
    special: bool,
}

fn case<const N: usize>() -> impl Strategy<Value = Case<N>> {
    (geometry::<N>(), 64usize..210, any::<(u64, bool)>()).prop_map(
        |(geometry, planes, (seed, special))| Case {
            geometry,
            planes,
            seed,
            special,
        },
    )
}

impl<const N: usize> Case<N> {
    /// Plans of all planes, and of one.
    fn plans(&self, layer: &impl Layer) -> Option<[Plan; 2]> {
        let spatial = &self.geometry.shape[2..];
        let plan = |planes| layer.plan(&[&[planes], spatial].concat()).ok();
        Some([plan(self.planes)?, plan(1)?])
    }

    fn elements<T: Sample>(&self, len: usize) -> Vec<T> {
        let mut numbers = numbers(len, self.seed);
        if self.special {
            let at = |number: u64| (self.seed.rotate_left(number as u32 * 7) % len as u64) as usize;
            // Zeros win where all else is negative.
            numbers
                .iter_mut()
                .for_each(|number| *number = -number.abs());
            for number in 0..8 {
                numbers[at(3 * number)] = if number < 4 { f64::NAN } else { -f64::NAN };
                numbers[at(3 * number + 1)] = -0.0;
                numbers[at(3 * number + 2)] = 0.0;
            }
            numbers[at(24)] = f64::INFINITY;
        }
        numbers.into_iter().map(T::sample).collect()
    }

    /// Holds all planes to one after the other. `pool` pools elements of the first length to results of the second.
    fn check<T: Sample>(
        &self,
        what: &str,
        [all, one]: &[Plan; 2],
        [from, to]: [fn(&Plan) -> usize; 2],
        pool: impl Fn(&Plan, &[T], &mut [T]) -> Vec<i64>,
    ) {
        let input = self.elements::<T>(from(all));
        let pool_alone = |one: &Plan| {
            let (mut values, mut indices) = (Vec::new(), Vec::new());
            let mut output = vec![T::default(); to(one)];
            for plane in input.chunks(from(one)) {
                indices.extend(pool(one, plane, &mut output));
                values.extend_from_slice(&output);
            }
            (values, indices)
        };
        let alone = pool_alone(one);
        for level in levels() {
            // SSE2 adds in another order than the levels above it.
            let at_level =
                (T::ROUNDS && what == SUMS).then(|| pool_alone(&one.clone().with_level(level)));
            let (expected, expected_indices) = at_level.as_ref().unwrap_or(&alone);
            let all = all.clone().with_level(level);
            let mut output = vec![T::default(); to(&all)];
            let indices = pool(&all, &input, &mut output);
            assert_same(&output, expected, what, level);
            assert_eq!(&indices, expected_indices, "{what}: indices at {level:?}");
        }
    }

    fn check_layers<T: Sample>(&self) {
        let Geometry {
            kernel_size,
            output_size,
            ..
        } = self.geometry;
        let forward = [Plan::input_len, Plan::output_len];
        let values = |plan: &Plan, input: &[T], output: &mut [T]| {
            plan.forward_into(input, output).unwrap();
            Vec::new()
        };
        let max = self.geometry.apply(MaxPool::<N>::new(kernel_size));
        let avg = self.geometry.apply(AvgPool::<N>::new(kernel_size));
        let lp = self.geometry.apply(LPPool::<N>::new(2.0, kernel_size));
        let adaptive_max = AdaptiveMaxPool::<N>::new(output_size);
        let adaptive_avg = AdaptiveAvgPool::<N>::new(output_size);
        for (what, plans) in [
            ("maxima", self.plans(&max)),
            ("maxima", self.plans(&adaptive_max)),
            (SUMS, self.plans(&avg)),
            (SUMS, self.plans(&adaptive_avg)),
            (SUMS, self.plans(&lp)),
        ] {
            if let Some(plans) = plans {
                self.check(what, &plans, forward, values);
            }
        }
        for plans in [self.plans(&max), self.plans(&adaptive_max)]
            .iter()
            .flatten()
        {
            self.check("flat indices", plans, forward, with_indices::<T, i64>);
            self.check("u8 indices", plans, forward, with_indices::<T, u8>);
            self.check("u16 indices", plans, forward, with_indices::<T, u16>);
            self.check("u32 indices", plans, forward, with_indices::<T, u32>);
        }
        for plans in [self.plans(&avg), self.plans(&adaptive_avg)]
            .iter()
            .flatten()
        {
            let backward = [Plan::output_len, Plan::input_len];
            self.check("gradient", plans, backward, |plan, grad: &[T], out| {
                plan.backward_into(grad, out).unwrap();
                Vec::new()
            });
        }
    }
}

/// Maxima with indices, where their form can say where a maximum is.
fn with_indices<T: Sample, I: Index + Default + Into<i64>>(
    plan: &Plan,
    input: &[T],
    output: &mut [T],
) -> Vec<i64> {
    let mut indices = vec![I::default(); output.len()];
    match plan.forward_with_indices_into(input, output, &mut indices) {
        Ok(()) => indices.into_iter().map(Into::into).collect(),
        Err(_) => Vec::new(),
    }
}

fn check_every_type<const N: usize>(case: &Case<N>, kind: u8) {
    match kind % 5 {
        0 => case.check_layers::<f32>(),
        1 => case.check_layers::<f64>(),
        2 => case.check_layers::<bf16>(),
        3 => case.check_layers::<u8>(),
        _ => case.check_layers::<i64>(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(80))]

    #[test]
    fn planes_together_are_planes_alone_2d(case in case::<2>(), kind: u8) {
        check_every_type(&case, kind);
    }

    #[test]
    fn planes_together_are_planes_alone_3d(case in case::<3>(), kind: u8) {
        check_every_type(&case, kind);
    }
}
