//! Instructions of every case of `cenote bench`, on less of each tensor, counted by valgrind: the same on a busy machine as on a
//! quiet one, so that a regression shows. The call that is counted is the second one.
//!
//! ```sh
//! cargo install gungraun-runner --version 0.20.0    # and valgrind
//! RAYON_NUM_THREADS=1 cargo bench -p cenote --bench instructions
//! ```

#![allow(unused_qualifications, missing_docs, reason = "what the macros write")]

use std::hint::black_box;

use cenote::{
    AdaptiveAvgPool2d, AdaptiveMaxPool2d, AvgPool2d, AvgPool3d, Element, FractionalMaxPool2d,
    LPPool2d, Layer, MaxPool1d, MaxPool2d, MaxPool3d, MaxUnpool2d, MemoryFormat, Plan, UnpoolPlan,
};
use gungraun::{library_benchmark, library_benchmark_group, main};
use half::bf16;

/// A plan and its tensors, small enough to be pooled by one thread. It has run once: memory to work in is there.
fn case<T: Element>(
    plan: cenote::Result<Plan>,
    zero: T,
    make: impl Fn(usize) -> T,
) -> (Plan, Vec<T>, Vec<T>) {
    let plan = plan.expect("a layer that fits");
    let make = |at: usize| make(at.wrapping_mul(2_654_435_761) >> 7);
    let input: Vec<T> = (0..plan.input_len()).map(make).collect();
    let mut output = vec![zero; plan.output_len()];
    pool(&plan, &input, &mut output);
    (plan, input, output)
}

fn pool<T: Element>(plan: &Plan, input: &[T], output: &mut [T]) {
    plan.forward_into(black_box(input), output)
        .expect("lengths fit");
}

fn number(bits: usize) -> f32 {
    (bits & 0xffff) as f32 - 32768.0
}

fn f32s(layer: &impl Layer, shape: &[usize]) -> (Plan, Vec<f32>, Vec<f32>) {
    case(layer.plan(shape), 0.0, number)
}

fn stem() -> MaxPool2d {
    MaxPool2d::new(3).stride(2).padding(1)
}

fn same(kernel_size: usize) -> MaxPool2d {
    MaxPool2d::new(kernel_size)
        .stride(1)
        .padding(kernel_size / 2)
}

fn channels_last() -> (Plan, Vec<f32>, Vec<f32>) {
    let plan = stem().plan_in(&[1, 16, 56, 56], MemoryFormat::ChannelsLast);
    case(plan, 0.0, number)
}

#[library_benchmark]
#[bench::cifar(f32s(&MaxPool2d::new(3).ceil_mode(true), &[12, 32, 32]))]
#[bench::stem(f32s(&stem(), &[4, 112, 112]))]
#[bench::k2(f32s(&MaxPool2d::new(2), &[1, 224, 224]))]
#[bench::k5(f32s(&same(5), &[16, 40, 40]))]
#[bench::k13(f32s(&same(13), &[16, 40, 40]))]
#[bench::k31(f32s(&same(31), &[2, 112, 112]))]
#[bench::channels_last(channels_last())]
#[bench::avg_k3(f32s(&AvgPool2d::new(3).stride(1).padding(1), &[8, 56, 56]))]
#[bench::avg_k2(f32s(&AvgPool2d::new(2), &[4, 112, 112]))]
#[bench::global(f32s(&AdaptiveAvgPool2d::new(1), &[512, 7, 7]))]
#[bench::adaptive_avg(f32s(&AdaptiveAvgPool2d::new(6), &[128, 14, 14]))]
#[bench::adaptive_max(f32s(&AdaptiveMaxPool2d::new(6), &[128, 14, 14]))]
#[bench::lp2(f32s(&LPPool2d::new(2.0, 3).stride(2), &[8, 56, 56]))]
#[bench::row(f32s(&MaxPool1d::new(3).stride(2).padding(1), &[8, 4096]))]
#[bench::max3d(f32s(&MaxPool3d::new(3).stride(2).padding(1), &[1, 16, 56, 56]))]
#[bench::avg3d(f32s(&AvgPool3d::new(2), &[1, 16, 56, 56]))]
#[bench::fractional(f32s(&FractionalMaxPool2d::with_output_size(2, 39).seed(1), &[1, 8, 56, 56]))]
fn forward((plan, input, mut output): (Plan, Vec<f32>, Vec<f32>)) -> Vec<f32> {
    pool(&plan, &input, &mut output);
    output
}

#[library_benchmark]
#[bench::photo_k2(case(MaxPool2d::new(2).plan(&[1, 270, 480]), 0, |bits| bits as u8))]
#[bench::photo_k3(case(MaxPool2d::new(3).plan(&[1, 270, 480]), 0, |bits| bits as u8))]
fn forward_u8((plan, input, mut output): (Plan, Vec<u8>, Vec<u8>)) -> Vec<u8> {
    pool(&plan, &input, &mut output);
    output
}

#[library_benchmark]
#[bench::stem(case(stem().plan(&[4, 112, 112]), bf16::ZERO, |bits| bf16::from_f32(number(bits))))]
fn forward_bf16((plan, input, mut output): (Plan, Vec<bf16>, Vec<bf16>)) -> Vec<bf16> {
    pool(&plan, &input, &mut output);
    output
}

#[library_benchmark]
#[bench::stem(case(stem().plan(&[8, 56, 56]), 0.0, |bits| f64::from(number(bits))))]
fn forward_f64((plan, input, mut output): (Plan, Vec<f64>, Vec<f64>)) -> Vec<f64> {
    pool(&plan, &input, &mut output);
    output
}

#[library_benchmark]
#[bench::stem(f32s(&stem(), &[4, 112, 112]))]
fn indices((plan, input, mut output): (Plan, Vec<f32>, Vec<f32>)) -> Vec<i64> {
    let mut indices = vec![0i64; output.len()];
    plan.forward_with_indices_into(black_box(&input), &mut output, &mut indices)
        .expect("lengths fit");
    indices
}

#[library_benchmark]
#[bench::avg_stem(f32s(&AvgPool2d::new(3).stride(2).padding(1), &[4, 112, 112]))]
fn backward((plan, mut grad_input, grad_output): (Plan, Vec<f32>, Vec<f32>)) -> Vec<f32> {
    plan.backward_into(black_box(&grad_output), &mut grad_input)
        .expect("lengths fit");
    grad_input
}

type Indexed = (Plan, Vec<f32>, Vec<f32>, Vec<i64>);

fn indexed(layer: &MaxPool2d, shape: &[usize]) -> Indexed {
    let (plan, input, mut output) = f32s(layer, shape);
    let mut indices = vec![0i64; output.len()];
    plan.forward_with_indices_into(&input, &mut output, &mut indices)
        .expect("lengths fit");
    (plan, input, output, indices)
}

#[library_benchmark]
#[bench::max_stem(indexed(&stem(), &[1, 112, 112]))]
fn backward_from_indices((plan, mut grad_input, grad_output, indices): Indexed) -> Vec<f32> {
    plan.backward_from_indices_into(black_box(&grad_output), &indices, &mut grad_input)
        .expect("lengths fit");
    grad_input
}

fn unpooling() -> (UnpoolPlan, Indexed) {
    let plan = MaxUnpool2d::new(2).plan(&[1, 8, 28, 28]);
    let plan = plan.expect("a layer that fits");
    (plan, indexed(&MaxPool2d::new(2), &[8, 56, 56]))
}

#[library_benchmark]
#[bench::k2(unpooling())]
fn unpool((plan, (_, mut output, input, indices)): (UnpoolPlan, Indexed)) -> Vec<f32> {
    plan.forward_into(black_box(&input), &indices, &mut output)
        .expect("lengths fit");
    output
}

library_benchmark_group!(
    name = pooling;
    benchmarks = forward, forward_u8, forward_bf16, forward_f64, indices, backward, backward_from_indices, unpool
);

main!(library_benchmark_groups = pooling);
