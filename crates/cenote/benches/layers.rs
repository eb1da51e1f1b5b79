//! Times for development: `cargo bench -p cenote --bench layers -- stem`. `cenote bench` times whole tensors, beside a copy.

use std::hint::black_box;

use cenote::{
    AdaptiveAvgPool2d, AvgPool2d, FractionalMaxPool2d, LPPool2d, Layer, MaxPool2d, MemoryFormat,
    Plan,
};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};

/// One image of 64 channels of 56 × 56, whose tensors stay in the second cache.
const SHAPE: [usize; 3] = [64, 56, 56];

fn layers() -> Vec<(&'static str, cenote::Result<Plan>)> {
    let stem = MaxPool2d::new(3).stride(2).padding(1);
    vec![
        ("max k3 s2", stem.plan(&SHAPE)),
        (
            "max k3 s2 channels last",
            stem.plan_in(&SHAPE, MemoryFormat::ChannelsLast),
        ),
        ("max k2", MaxPool2d::new(2).plan(&SHAPE)),
        (
            "max k5 s1",
            MaxPool2d::new(5).stride(1).padding(2).plan(&SHAPE),
        ),
        (
            "max k31 s1",
            MaxPool2d::new(31).stride(1).padding(15).plan(&SHAPE),
        ),
        (
            "avg k3 s1",
            AvgPool2d::new(3).stride(1).padding(1).plan(&SHAPE),
        ),
        ("lp2 k3 s2", LPPool2d::new(2.0, 3).stride(2).plan(&SHAPE)),
        ("global avg", AdaptiveAvgPool2d::global().plan(&SHAPE)),
        ("adaptive avg 6", AdaptiveAvgPool2d::new(6).plan(&SHAPE)),
        (
            "fractional k2",
            FractionalMaxPool2d::with_output_size(2, 39).plan(&SHAPE),
        ),
    ]
}

fn forward(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("forward");
    for (name, plan) in layers() {
        let plan = plan.expect("a layer that fits");
        let input: Vec<f32> = (0..plan.input_len())
            .map(|at| (at * 7919 % 1009) as f32)
            .collect();
        let mut output = vec![0.0; plan.output_len()];
        group.throughput(Throughput::Elements(input.len() as u64));
        group.bench_function(name, |bencher| {
            bencher.iter(|| plan.forward_into(black_box(&input), &mut output));
        });
    }
    group.finish();
}

/// What it costs to check a layer against a shape.
fn plan(criterion: &mut Criterion) {
    let stem = MaxPool2d::new(3).stride(2).padding(1);
    criterion.bench_function("plan", |bencher| {
        bencher.iter(|| black_box(&stem).plan(black_box(&[32, 64, 112, 112])));
    });
}

criterion_group!(benches, forward, plan);
criterion_main!(benches);
