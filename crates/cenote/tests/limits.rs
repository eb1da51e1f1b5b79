//! Parameters that no tensor has: each was a panic, a wait or an allocation once.

use allocation_counter::measure;
use cenote::{
    AdaptiveAvgPool, AdaptiveAvgPool2d, AdaptiveMaxPool, AvgPool, AvgPool1d, AvgPool2d, Error,
    FractionalMaxPool, FractionalMaxPool2d, LPPool, LPPool1d, Layer, MaxPool, MaxPool1d, MaxPool2d,
    MaxUnpool, MaxUnpool2d, Plan,
};

#[test]
fn a_gradient_does_not_look_for_its_windows_one_by_one() {
    let far = 1 << 40;
    let layer = AvgPool1d::new(far).stride(far - 1).padding(far / 2);
    let plan = layer.plan(&[1, 5]).unwrap();
    let mut grad_input = [0.0f64; 5];
    plan.backward_into(&vec![1.0; plan.output_len()], &mut grad_input)
        .unwrap();
    assert!(grad_input.iter().all(|grad| grad.is_finite()));
}

#[test]
fn a_fractional_plan_takes_no_memory_for_what_a_shape_claims() {
    let layer = FractionalMaxPool2d::with_output_size(1, [1 << 20, 1 << 20]);
    let plan = || layer.plan(&[1 << 10, 1 << 6, 1 << 20, 1 << 20]).map(drop);
    let allocated =
        measure(|| assert!(plan().is_ok() || matches!(plan(), Err(Error::TooLarge { .. }))));
    assert!(allocated.bytes_max < 4096, "{allocated:?}");
}

#[test]
fn an_empty_batch_does_not_excuse_the_other_axes() {
    let huge = 1 << 40;
    let plan = MaxPool2d::new(2).plan(&[0, 3, huge, huge]);
    assert!(matches!(plan, Err(Error::TooLarge { .. })), "{plan:?}");
}

#[test]
fn a_dilation_of_one_tap_spreads_nothing() {
    let plan = MaxPool1d::new(1)
        .stride(2)
        .dilation(usize::MAX / 3)
        .plan(&[2, 5])
        .unwrap();
    let mut output = [0u8; 6];
    plan.forward_into(&[1, 2, 3, 4, 5, 6, 7, 8, 9, 10], &mut output)
        .unwrap();
    assert_eq!(output, [1, 3, 5, 6, 8, 10]);
}

#[test]
fn a_divisor_must_be_countable() {
    let layer = AvgPool2d::new(1 << 40).padding(1 << 39).stride(1 << 50);
    assert!(matches!(
        layer.plan(&[1, 4, 4]),
        Err(Error::TooLarge { .. })
    ));
}

#[test]
fn padding_after_the_input_alone_is_cut_off_again() {
    let layer = AvgPool1d::new(1).asymmetric_padding(0, 3).any_padding(true);
    let plan = layer.plan(&[1, 4]).unwrap();
    let grad_output: Vec<f32> = (0..7u8).map(f32::from).collect();
    let mut grad_input = [9.0; 4];
    plan.backward_into(&grad_output, &mut grad_input).unwrap();
    assert_eq!(grad_input, [0.0, 1.0, 2.0, 3.0]);
}

#[test]
fn the_gradient_of_no_outputs_is_zero() {
    for planes in [1, 64, 200] {
        let plan = AdaptiveAvgPool2d::new(0).plan(&[planes, 4, 4]).unwrap();
        let mut grad = vec![1.0f32; plan.input_len()];
        plan.backward_into(&[], &mut grad).unwrap();
        assert!(grad.iter().all(|&element| element == 0.0), "{planes}");
    }
}

#[test]
fn more_axes_than_three_are_refused_by_every_layer() {
    fn refused<P: std::fmt::Debug>(plan: Result<P, Error>) {
        assert!(matches!(plan, Err(Error::Unsupported { .. })), "{plan:?}");
    }
    let shape = [1, 1, 4, 4, 4, 4];
    refused(MaxPool::<4>::new(2).plan(&shape));
    refused(AvgPool::<4>::new(2).plan(&shape));
    refused(LPPool::<4>::new(2.0, 2).plan(&shape));
    refused(AdaptiveMaxPool::<4>::new(2).plan(&shape));
    refused(AdaptiveAvgPool::<4>::new(2).plan(&shape));
    refused(FractionalMaxPool::<4>::with_output_size(2, 2).plan(&shape));
    refused(MaxUnpool::<4>::new(2).plan(&shape));
    refused(MaxPool::<0>::new([]).plan(&[1, 1]));
}

#[test]
fn a_norm_of_integers_that_is_whole_is_not_cut_off_below() {
    for norm_type in [-1.0, 1.0, 2.0, 3.0, 4.0, 5.5, 7.0] {
        let plan = LPPool1d::new(norm_type, 1).plan(&[1, 100]).unwrap();
        let input: Vec<i64> = (1..=100).collect();
        let mut output = vec![0; 100];
        plan.forward_into(&input, &mut output).unwrap();
        assert_eq!(output, input, "p = {norm_type}");
    }
    // The cube root of 4³ − 1 is 3.98: that one is cut off.
    let plan = LPPool1d::new(3.0, 3).plan(&[1, 3]).unwrap();
    let mut output = [0i32];
    plan.forward_into(&[3, 3, 2], &mut output).unwrap(); // 27 + 27 + 8 = 62
    assert_eq!(output, [3]);
}

/// torch takes x^0.5 and x^−0.5 for roots, of which −∞ has none, and −0 has its own.
#[test]
fn powers_of_a_half_are_roots() {
    let norm = |norm_type, input: [f64; 2]| {
        let plan = LPPool1d::new(norm_type, 2).plan(&[1, 2]).unwrap();
        let (mut output, mut gradient) = ([7.0], [7.0; 2]);
        plan.forward_into(&input, &mut output).unwrap();
        plan.backward_from_input_into(&[1.0], &input, &mut gradient)
            .unwrap();
        (output[0], gradient)
    };
    let below = f64::NEG_INFINITY;
    assert!(norm(-0.5, [below, 1.0]).0.is_nan());
    assert!(norm(0.5, [below, 1.0]).0.is_nan());
    assert_eq!(norm(0.5, [-0.0, 1.0]), (1.0, [below, 1.0]));
    assert_eq!(norm(-2.0, [2.0, below]).0, 2.0);
}

#[test]
fn the_norm_of_nothing_is_0_or_infinite() {
    let norm = |norm_type| {
        let layer = LPPool1d::new(norm_type, 2).padding(2).any_padding(true);
        let plan = layer.plan(&[1, 2]).unwrap();
        let mut output = [7.0f32; 3];
        plan.forward_into(&[1.0, 1.0], &mut output).unwrap();
        [output[0], output[2]]
    };
    for (norm_type, expected) in [
        (1.0, 0.0),
        (2.0, 0.0),
        (f64::INFINITY, 0.0),
        (-2.0, f32::INFINITY),
        (f64::NEG_INFINITY, f32::INFINITY),
    ] {
        assert_eq!(norm(norm_type), [expected; 2], "p = {norm_type}");
    }
    assert!(LPPool1d::new(f64::NAN, 2).plan(&[1, 2]).is_err());
}

#[test]
fn an_index_beyond_an_unpooled_plane_is_told_from_other_mistakes() {
    let plan = MaxUnpool2d::new(2).plan(&[1, 2, 2]).unwrap();
    let mut output = [0.0f32; 16];
    let refused = plan.forward_into(&[1.0; 4], &[0, 2, 10, 16], &mut output);
    let message = refused.unwrap_err().to_string();
    assert_eq!(
        message,
        "index 16 is outside of an unpooled plane of 16 elements: give the size that was pooled as output_size, and \
         indices of that pooling, which are 0 or more"
    );
}

#[test]
fn sizes_are_given_as_kernels_are() {
    let plan = AdaptiveAvgPool2d::new((2, 3)).plan(&[1, 6, 6]).unwrap();
    assert_eq!(plan.output_shape(), [1, 2, 3]);
    let plan = AdaptiveMaxPool::<3>::new((1, 2, 3)).plan(&[1, 6, 6, 6]);
    assert_eq!(plan.unwrap().output_shape(), [1, 1, 2, 3]);
}

/// Why there is no such plan.
fn refused(plan: Result<Plan, Error>) -> String {
    match plan {
        Ok(plan) => panic!("taken: {plan:?}"),
        Err(error) => error.to_string(),
    }
}

#[test]
fn what_is_refused_is_said_with_what_was_given_and_what_to_do() {
    let image = [1, 8, 8];
    for (message, expected) in [
        (
            refused(MaxPool2d::new([3, 0]).plan(&image)),
            "kernel_size is 0, and it must be at least 1",
        ),
        (
            refused(MaxPool2d::new(3).stride(0).plan(&image)),
            "stride is 0, and it must be at least 1",
        ),
        (
            refused(MaxPool2d::new(3).padding(2).plan(&image)),
            "padding 2 of the height is more than half of kernel_size 3: use at most 1, a larger kernel, or any_padding to go beyond \
             what PyTorch allows",
        ),
        (
            refused(MaxPool2d::new([3, 9]).plan(&image)),
            "a window reaches over 9 elements, and the width is 8 with padding 0 + 0: use a smaller kernel_size or \
             dilation, more padding, or a larger input",
        ),
        (
            refused(AvgPool2d::new(2).divisor_override(0).plan(&image)),
            "divisor_override is 0: give any number but 0",
        ),
        (
            refused(
                FractionalMaxPool2d::with_output_size(2, 3)
                    .samples(vec![0.5])
                    .plan(&image),
            ),
            "samples is 1 numbers for 1 planes of 2 axes: give one for each axis of each plane, or a seed in their place",
        ),
        (
            refused(FractionalMaxPool2d::with_output_ratio(2, 1.0).plan(&image)),
            "output_ratio is 1: it must lie between 0 and 1, both excluded",
        ),
    ] {
        assert_eq!(message, expected);
    }
}

#[test]
fn what_does_not_fit_is_said_with_its_sizes() {
    let image = [1, 8, 8];
    for (message, expected) in [
        (
            refused(FractionalMaxPool2d::with_output_ratio(4, 0.9).plan(&image)),
            "the size that output_ratio makes is 7 for an axis of 8 with kernel_size 4: an output and kernel_size − 1 may \
             not exceed the input: use fewer or smaller windows",
        ),
        (
            refused(MaxPool2d::new(2).plan(&[1, 1 << 40, 1 << 40])),
            "the product of shape [1, 1099511627776, 1099511627776] is too large for this machine's integers: use smaller \
             sizes",
        ),
    ] {
        assert_eq!(message, expected);
    }
    let plan = MaxPool2d::new(2).plan(&image).unwrap();
    let short = plan.forward_into(&[0u8; 63], &mut [0; 16]).unwrap_err();
    assert_eq!(
        short.to_string(),
        "the input has 63 elements, and 64 are needed: allocate exactly that many"
    );
    let large = MaxPool1d::new(2).plan(&[0, 1, 1 << 31]).unwrap();
    let indexed = large.forward_with_indices_into(&[0u8; 0], &mut [], &mut [0i64; 0]);
    assert_eq!(
        indexed.unwrap_err().to_string(),
        "an index into a plane of 2147483648 elements is not possible: pool planes of less than 2³¹ elements, or forward \
         without indices"
    );
}
