//! Instructions of the ten hottest cases, counted by valgrind: the same on a busy machine as on a quiet one, so that a
//! regression shows.
//!
//! ```sh
//! cargo install gungraun-runner --version 0.20.0    # and valgrind
//! RAYON_NUM_THREADS=1 cargo bench -p cenote --bench instructions
//! ```

#![allow(unused_qualifications, missing_docs, reason = "what the macros write")]

use std::hint::black_box;

use cenote::{AvgPool2d, Layer, MaxPool1d, MaxPool2d, Plan};
use gungraun::{library_benchmark, library_benchmark_group, main};
use half::bf16;

/// A plan and its tensors, small enough to be pooled by one thread.
fn case<T: Copy>(
    plan: cenote::Result<Plan>,
    zero: T,
    make: impl Fn(usize) -> T,
) -> (Plan, Vec<T>, Vec<T>) {
    let plan = plan.expect("a layer that fits");
    let input = (0..plan.input_len())
        .map(|at| make(at.wrapping_mul(2_654_435_761) >> 7))
        .collect();
    let output = vec![zero; plan.output_len()];
    (plan, input, output)
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

#[library_benchmark]
#[bench::stem(f32s(&stem(), &[4, 112, 112]))]
#[bench::k2(f32s(&MaxPool2d::new(2), &[1, 224, 224]))]
#[bench::k5(f32s(&same(5), &[16, 40, 40]))]
#[bench::k31(f32s(&same(31), &[2, 112, 112]))]
#[bench::row(f32s(&MaxPool1d::new(3).stride(2).padding(1), &[8, 4096]))]
#[bench::avg_k3(f32s(&AvgPool2d::new(3).stride(1).padding(1), &[8, 56, 56]))]
fn forward((plan, input, mut output): (Plan, Vec<f32>, Vec<f32>)) -> Vec<f32> {
    plan.forward_into(black_box(&input), &mut output)
        .expect("lengths fit");
    output
}

#[library_benchmark]
#[bench::photo_k3(case(MaxPool2d::new(3).plan(&[1, 270, 480]), 0, |bits| bits as u8))]
fn forward_u8((plan, input, mut output): (Plan, Vec<u8>, Vec<u8>)) -> Vec<u8> {
    plan.forward_into(black_box(&input), &mut output)
        .expect("lengths fit");
    output
}

#[library_benchmark]
#[bench::stem(case(stem().plan(&[4, 112, 112]), bf16::ZERO, |bits| bf16::from_f32(number(bits))))]
fn forward_bf16((plan, input, mut output): (Plan, Vec<bf16>, Vec<bf16>)) -> Vec<bf16> {
    plan.forward_into(black_box(&input), &mut output)
        .expect("lengths fit");
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

library_benchmark_group!(
    name = pooling;
    benchmarks = forward, forward_u8, forward_bf16, indices, backward
);

main!(library_benchmark_groups = pooling);
