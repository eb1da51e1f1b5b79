//! Parameters that no tensor has: each was a panic, a wait or an allocation once.

use allocation_counter::measure;
use cenote::{
    AdaptiveAvgPool2d, AvgPool1d, AvgPool2d, Error, FractionalMaxPool2d, Layer, MaxPool1d,
    MaxPool2d,
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
