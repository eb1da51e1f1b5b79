//! Where windows lie, held to the definition.

use cenote::window::{Axis, Sliding};
use proptest::prelude::*;

fn sliding(
    kernel_size: usize,
    stride: usize,
    padding: usize,
    dilation: usize,
    ceil_mode: bool,
) -> Sliding {
    Sliding {
        kernel_size,
        stride,
        padding: [padding; 2],
        dilation,
        ceil_mode,
    }
}

#[test]
fn output_sizes_are_those_of_torch() {
    for (rule, input, output) in [
        (sliding(3, 3, 0, 1, true), 32, 11),
        (sliding(3, 3, 0, 1, false), 32, 10),
        (sliding(3, 2, 1, 1, false), 112, 56),
        (sliding(2, 2, 1, 1, true), 3, 2),
        (sliding(2, 3, 1, 1, true), 2, 1),
        (sliding(1, 2, 0, 1, true), 1, 1),
        (sliding(3, 2, 0, 1, true), 2, 1),
    ] {
        assert_eq!(
            Axis::sliding(input, rule).unwrap().output_len(),
            output,
            "{rule:?} over {input}"
        );
    }
}

#[test]
fn a_window_without_a_valid_tap_is_empty() {
    let axis = Axis::sliding(1, sliding(2, 1, 1, 2, false)).unwrap();
    assert_eq!(axis.window(0).taps, 0);
}

#[test]
fn overflow_is_refused() {
    let huge = usize::MAX / 2;
    for rule in [
        sliding(huge, 1, 0, huge, false),
        sliding(2, huge, 1, huge, true),
        sliding(huge, 1, huge, 1, true),
    ] {
        assert!(Axis::sliding(8, rule).is_err(), "{rule:?}");
    }
}

#[test]
fn adaptive_windows_cover_the_input() {
    for input in 1..40 {
        for output in 1..50 {
            let axis = Axis::adaptive(input, output);
            for (index, window) in axis.windows().enumerate() {
                assert_eq!(window.start, index * input / output);
                assert_eq!(
                    window.start + window.taps,
                    ((index + 1) * input).div_ceil(output)
                );
            }
            let most = axis.windows().map(|window| window.taps).max();
            assert_eq!(Some(axis.max_taps()), most, "{input} to {output}");
        }
    }
}

/// (input, output) pairs that an axis connects.
fn pairs(axis: &Axis) -> Vec<(usize, usize)> {
    let mut pairs: Vec<_> = axis
        .windows()
        .enumerate()
        .flat_map(|(output, window)| {
            (0..window.taps).map(move |tap| (window.start + tap * axis.step(), output))
        })
        .collect();
    pairs.sort_unstable();
    pairs
}

proptest! {
    #[test]
    fn sliding_taps_are_those_of_the_definition(
        input in 1usize..20, k in 1usize..7, s in 1usize..7, p in 0usize..6, after in 0usize..6, d in 1usize..5, ceil: bool,
    ) {
        let rule = Sliding { kernel_size: k, stride: s, padding: [p, after], dilation: d, ceil_mode: ceil };
        let Ok(axis) = Axis::sliding(input, rule) else { return Ok(()) };
        let mut expected = Vec::new();
        for output in 0..axis.output_len() {
            let positions = (0..k).map(|tap| (output * s + tap * d) as isize - p as isize);
            expected.extend(positions.clone().filter(|at| (0..input as isize).contains(at)).map(|at| (at as usize, output)));
            prop_assert_eq!(axis.window(output).span, positions.filter(|at| *at < (input + after) as isize).count());
        }
        expected.sort_unstable();
        prop_assert_eq!(pairs(&axis), expected);
    }

    #[test]
    fn the_adjoint_connects_the_same_pairs(
        input in 1usize..20, k in 1usize..7, s in 1usize..7, p in 0usize..4, d in 1usize..5, ceil: bool, output in 1usize..20,
    ) {
        let swapped = |axis: &Axis| {
            let mut pairs: Vec<_> = pairs(axis).into_iter().map(|(a, b)| (b, a)).collect();
            pairs.sort_unstable();
            pairs
        };
        let adaptive = Axis::adaptive(input, output);
        prop_assert_eq!(swapped(&adaptive.adjoint()), pairs(&adaptive));
        if let Ok(axis) = Axis::sliding(input, sliding(k, s, p, d, ceil)) {
            prop_assert_eq!(swapped(&axis.adjoint()), pairs(&axis));
        }
    }
}
