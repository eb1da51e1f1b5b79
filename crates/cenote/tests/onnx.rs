//! The 53 pooling cases of the ONNX node tests.

mod common;

use cenote::{
    AdaptiveAvgPool, AdaptiveMaxPool, AvgPool, LPPool, Layer, MaxPool, MaxUnpool, Plan, SlidingPool,
};
use common::golden::{self, Case};

/// The tolerance of ONNX's own runner.
fn close(given: f64, expected: f64) -> bool {
    given == expected || (given - expected).abs() <= 1e-7 + 1e-3 * expected.abs()
}

/// An attribute with one number for each axis.
fn attribute<const N: usize>(case: &Case, name: &str) -> Option<[usize; N]> {
    let ints = case.args.ints(name)?;
    let sizes: Vec<usize> = ints
        .into_iter()
        .map(|int| usize::try_from(int).unwrap())
        .collect();
    Some(sizes.try_into().unwrap())
}

/// Windows with ONNX's attributes and ONNX's defaults: stride 1, any padding.
fn sliding<K, const N: usize>(case: &Case, layer: SlidingPool<K, N>) -> SlidingPool<K, N> {
    let mut layer = layer
        .any_padding(true)
        .stride(attribute::<N>(case, "strides").unwrap_or([1; N]))
        .dilation(attribute::<N>(case, "dilations").unwrap_or([1; N]))
        .ceil_mode(case.args.number("ceil_mode") == Some(1.0));
    if let Some(pads) = case.args.ints("pads") {
        let half = |from: usize| {
            std::array::from_fn::<usize, N, _>(|axis| usize::try_from(pads[from + axis]).unwrap())
        };
        layer = layer.asymmetric_padding(half(0), half(N));
    }
    match case.args.text("auto_pad") {
        Some("SAME_UPPER") => layer.same_upper(),
        Some("SAME_LOWER") => layer.same_lower(),
        _ => layer,
    }
}

fn plan<const N: usize>(case: &Case) -> Plan {
    let shape = &case.tensor("input").unwrap().shape;
    let kernel = || attribute::<N>(case, "kernel_shape").unwrap();
    match case.layer.as_str() {
        "MaxPool" => sliding(case, MaxPool::<N>::new(kernel())).plan(shape),
        "AveragePool" => sliding(case, AvgPool::<N>::new(kernel()))
            .count_include_pad(case.args.number("count_include_pad") == Some(1.0))
            .plan(shape),
        "LpPool" => {
            let norm_type = case.args.number("p").unwrap_or(2.0);
            sliding(case, LPPool::<N>::new(norm_type, kernel()))
                .absolute(true)
                .scale_clipped(false)
                .plan(shape)
        }
        "GlobalMaxPool" => AdaptiveMaxPool::<N>::global().plan(shape),
        "GlobalAveragePool" => AdaptiveAvgPool::<N>::global().plan(shape),
        other => panic!("no operator {other}"),
    }
    .unwrap()
}

fn check_close(case: &Case, shape: &[usize], given: &[f64]) {
    let expected = case.tensor("output").unwrap();
    assert_eq!(shape, expected.shape, "{}", case.name);
    for (at, (given, expected)) in given.iter().zip(expected.to_f64()).enumerate() {
        assert!(
            close(*given, expected),
            "{}: output[{at}] is {given} instead of {expected}",
            case.name
        );
    }
}

fn check<const N: usize>(case: &Case) {
    let plan = plan::<N>(case);
    let input = case.tensor("input").unwrap();
    if input.dtype == "u8" {
        let mut output = vec![0u8; plan.output_len()];
        plan.forward_into(&input.to_vec::<u8>(), &mut output)
            .unwrap();
        check_close(
            case,
            plan.output_shape(),
            &output.into_iter().map(f64::from).collect::<Vec<_>>(),
        );
        return;
    }
    let input = input.to_vec::<f32>();
    let mut output = vec![0f32; plan.output_len()];
    plan.forward_into(&input, &mut output).unwrap();
    check_close(
        case,
        plan.output_shape(),
        &output.iter().copied().map(f64::from).collect::<Vec<_>>(),
    );
    let Some(expected) = case.tensor("indices") else {
        return;
    };
    let mut indices = vec![0i64; plan.output_len()];
    plan.forward_with_indices_into(&input, &mut output, &mut indices)
        .unwrap();
    if case.args.number("storage_order") == Some(1.0) {
        plan.column_major(&mut indices);
    }
    // ONNX counts through all planes, and these tensors have one.
    assert_eq!(plan.input_shape()[..2], [1, 1], "{}", case.name);
    assert_eq!(indices, expected.to_vec::<i64>(), "{}", case.name);
}

fn check_unpool(case: &Case) {
    let input = case.tensor("input").unwrap();
    let indices = case.tensor("unpool_indices").unwrap().to_vec::<i64>();
    let mut layer = MaxUnpool::<2>::new(attribute::<2>(case, "kernel_shape").unwrap())
        .stride(attribute::<2>(case, "strides").unwrap_or([1; 2]))
        .rebase_indices(true);
    if let Some(shape) = case.args.ints("output_shape") {
        layer = layer.output_size([shape[2] as usize, shape[3] as usize]);
    }
    let plan = layer.plan(&input.shape).unwrap();
    let mut output = vec![0f32; plan.output_len()];
    plan.forward_into(&input.to_vec::<f32>(), &indices, &mut output)
        .unwrap();
    check_close(
        case,
        plan.output_shape(),
        &output.iter().copied().map(f64::from).collect::<Vec<_>>(),
    );
}

#[test]
fn all_53_node_tests_pass() {
    let golden = golden::load("onnx");
    for case in &golden.cases {
        match (
            case.layer.as_str(),
            case.tensor("input").unwrap().shape.len() - 2,
        ) {
            ("MaxUnpool", _) => check_unpool(case),
            (_, 1) => check::<1>(case),
            (_, 2) => check::<2>(case),
            (_, 3) => check::<3>(case),
            (_, axes) => panic!("{} pools {axes} axes", case.name),
        }
    }
    assert_eq!(golden.cases.len(), 53);
}
