//! Fractional pooling against its definition, on random geometry: windows of one size, at places that samples decide.

#[path = "common/bits.rs"]
mod bits;
#[path = "common/random.rs"]
mod random;

use bits::{Bits, assert_same};
use cenote::{FractionalMaxPool, Layer};
use proptest::prelude::*;
use random::{levels, numbers};

/// An element, and the precision that the places of its windows are computed in.
trait Sample: Bits + PartialOrd {
    fn sample(number: f64) -> Self;
    /// Where window `output` of `outputs` begins, among `room + 1` places.
    fn start(output: usize, outputs: usize, room: usize, sample: f64) -> usize;
}

macro_rules! impl_sample {
    ($($element:ident $precision:ident $from:expr;)*) => {$(
        impl Sample for $element {
            fn sample(number: f64) -> Self {
                $from(number)
            }
            fn start(output: usize, outputs: usize, room: usize, sample: f64) -> usize {
                if output + 1 == outputs {
                    return room;
                }
                let sample = sample as $precision;
                let alpha = room as $precision / (outputs - 1) as $precision;
                let place = |at: $precision| (at * alpha) as usize;
                place(output as $precision + sample) - place(sample)
            }
        }
    )*};
}

impl_sample!(
    f32 f32 |number| number as f32;
    f64 f64 |number| number;
    u8 f64 |number: f64| (number.abs() * 200.0) as u8;
    i16 f64 |number| (number * 9.0) as i16;
);

/// The maximum of each window of each plane, and its flat index.
fn expected<T: Sample>(
    input: &[T],
    [height, width]: [usize; 2],
    kernel_size: [usize; 2],
    outputs: [usize; 2],
    samples: &[f64],
) -> (Vec<T>, Vec<i64>) {
    let (mut values, mut indices) = (Vec::new(), Vec::new());
    let starts = |axis: usize, length: usize, sample: f64| -> Vec<usize> {
        let room = length - kernel_size[axis];
        let start = |output| T::start(output, outputs[axis], room, sample);
        (0..outputs[axis]).map(start).collect()
    };
    for (plane, samples) in input.chunks(height * width).zip(samples.chunks(2)) {
        // Torch has the width first.
        let columns = starts(1, width, samples[0]);
        for &top in &starts(0, height, samples[1]) {
            for &left in &columns {
                let rows = top..top + kernel_size[0];
                let row = |y: usize| (left..left + kernel_size[1]).map(move |x| y * width + x);
                let first = rows.flat_map(row).reduce(|best, at| {
                    let is_nan = plane[at].partial_cmp(&plane[at]).is_none();
                    if plane[at] > plane[best] || is_nan {
                        at
                    } else {
                        best
                    }
                });
                let at = first.expect("a window has taps");
                values.push(plane[at]);
                indices.push(at as i64);
            }
        }
    }
    (values, indices)
}

#[derive(Clone, Debug)]
struct Case {
    planes: usize,
    lengths: [usize; 2],
    kernel_size: [usize; 2],
    outputs: [usize; 2],
    samples: Vec<f64>,
    seed: u64,
    /// Whether some elements are NaN or zeros, and all others negative.
    special: bool,
}

fn case() -> impl Strategy<Value = Case> {
    let axis = || (1usize..6, 1usize..70, 0usize..90);
    let samples = proptest::collection::vec(0.0..1.0f64, 6);
    (1usize..4, axis(), axis(), samples, any::<(u64, bool)>()).prop_map(
        |(planes, high, wide, samples, (seed, special))| {
            // An axis has room for its windows, and some to spare.
            let length = |(kernel_size, outputs, more): (usize, usize, usize)| {
                kernel_size - 1 + outputs + more
            };
            Case {
                planes,
                lengths: [length(high), length(wide)],
                kernel_size: [high.0, wide.0],
                outputs: [high.1, wide.1],
                samples,
                seed,
                special,
            }
        },
    )
}

fn check<T: Sample>(case: &Case) {
    let [height, width] = case.lengths;
    let samples = &case.samples[..2 * case.planes];
    let mut numbers = numbers(case.planes * height * width, case.seed);
    if case.special {
        for (at, number) in numbers.iter_mut().enumerate() {
            *number = match (at ^ case.seed as usize).wrapping_mul(2_654_435_761) % 509 {
                0 => f64::NAN,
                1 => -0.0,
                2 => 0.0,
                _ => -number.abs(),
            };
        }
    }
    let input: Vec<T> = numbers.into_iter().map(T::sample).collect();
    let (values, indices) = expected(
        &input,
        case.lengths,
        case.kernel_size,
        case.outputs,
        samples,
    );
    let plan = FractionalMaxPool::<2>::with_output_size(case.kernel_size, case.outputs)
        .samples(samples.to_vec())
        .plan(&[1, case.planes, height, width])
        .unwrap();
    for level in levels() {
        let plan = plan.clone().with_level(level);
        let mut output = vec![T::default(); values.len()];
        let mut places = vec![0i64; values.len()];
        plan.forward_into(&input, &mut output).unwrap();
        assert_same(&output, &values, "values alone", level);
        plan.forward_with_indices_into(&input, &mut output, &mut places)
            .unwrap();
        assert_same(&output, &values, "values", level);
        assert_eq!(places, indices, "indices at {level:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn windows_lie_where_samples_say(case in case(), kind in 0..4) {
        match kind {
            0 => check::<f32>(&case),
            1 => check::<f64>(&case),
            2 => check::<u8>(&case),
            _ => check::<i16>(&case),
        }
    }
}
