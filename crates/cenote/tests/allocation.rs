//! A pass allocates nothing once a thread has run one of its size: what a layer needs is in its plan, or kept. One that is
//! shared among threads gives them a job, which is allocated where the call comes from outside of their pool.

use allocation_counter::measure;
use cenote::{
    AdaptiveAvgPool2d, AdaptiveMaxPool2d, AvgPool1d, AvgPool2d, AvgPool3d, LPPool2d, Layer,
    MaxPool1d, MaxPool2d, MaxPool3d, MemoryFormat, Plan,
};

#[expect(clippy::too_many_lines, reason = "a list")]
/// Every family, with windows along the width that are alike, that are not, long ones, whole planes, and small ones.
fn plans(format: MemoryFormat) -> Vec<(&'static str, Plan)> {
    let image = [2, 5, 23, 37];
    let plan = |layer: &dyn Fn(MemoryFormat) -> cenote::Result<Plan>| layer(format).unwrap();
    vec![
        (
            "max k3 s2 p1",
            plan(&|format| {
                MaxPool2d::new(3)
                    .stride(2)
                    .padding(1)
                    .plan_in(&image, format)
            }),
        ),
        (
            "max k2",
            plan(&|format| MaxPool2d::new(2).plan_in(&image, format)),
        ),
        (
            "max k13 s1",
            plan(&|format| {
                MaxPool2d::new(13)
                    .stride(1)
                    .padding(6)
                    .plan_in(&image, format)
            }),
        ),
        (
            "max dilation 2",
            plan(&|format| MaxPool2d::new(3).dilation(2).plan_in(&image, format)),
        ),
        (
            "max 1-D",
            plan(&|format| MaxPool1d::new(3).plan_in(&[2, 5, 301], format)),
        ),
        (
            "max 3-D",
            plan(&|format| MaxPool3d::new(2).plan_in(&[2, 5, 6, 9, 11], format)),
        ),
        (
            "mean k3 s1 p1",
            plan(&|format| {
                AvgPool2d::new(3)
                    .stride(1)
                    .padding(1)
                    .plan_in(&image, format)
            }),
        ),
        (
            "mean 1-D",
            plan(&|format| AvgPool1d::new(4).plan_in(&[2, 5, 301], format)),
        ),
        (
            "mean 3-D",
            plan(&|format| AvgPool3d::new(2).plan_in(&[2, 5, 6, 9, 11], format)),
        ),
        (
            "norm",
            plan(&|format| LPPool2d::new(2.0, 3).plan_in(&image, format)),
        ),
        (
            "adaptive mean",
            plan(&|format| AdaptiveAvgPool2d::new(6).plan_in(&image, format)),
        ),
        (
            "adaptive max",
            plan(&|format| AdaptiveMaxPool2d::new([7, 3]).plan_in(&image, format)),
        ),
        (
            "max, small planes",
            plan(&|format| MaxPool2d::new(3).stride(2).plan_in(&[2, 40, 7, 9], format)),
        ),
        (
            "adaptive mean, small planes",
            plan(&|format| AdaptiveAvgPool2d::new(4).plan_in(&[2, 40, 7, 9], format)),
        ),
        (
            "global mean",
            plan(&|format| AdaptiveAvgPool2d::new(1).plan_in(&image, format)),
        ),
    ]
}

#[test]
fn a_forward_pass_allocates_nothing() {
    for format in [MemoryFormat::Contiguous, MemoryFormat::ChannelsLast] {
        for (name, plan) in plans(format) {
            // With a NaN among them, both ways through a band are taken.
            for odd in [0.5, f32::NAN] {
                let mut input: Vec<f32> = (0..plan.input_len())
                    .map(|at| (at * 7919 % 1009) as f32)
                    .collect();
                input[plan.input_len() / 2] = odd;
                let mut output = vec![0.0; plan.output_len()];
                plan.forward_into(&input, &mut output).unwrap();
                let counted = measure(|| plan.forward_into(&input, &mut output).unwrap());
                assert_eq!(counted.count_total, 0, "{name}, {format:?}");
            }
        }
    }
}

#[test]
fn indices_and_their_gradient_allocate_nothing() {
    for format in [MemoryFormat::Contiguous, MemoryFormat::ChannelsLast] {
        for (name, plan) in plans(format)
            .into_iter()
            .filter(|(name, _)| name.contains("max"))
        {
            let input: Vec<f32> = (0..plan.input_len())
                .map(|at| (at * 7919 % 1009) as f32)
                .collect();
            let mut output = vec![0.0; plan.output_len()];
            let mut indices = vec![0i64; plan.output_len()];
            let mut numbers = vec![0u16; plan.output_len()];
            let numbers_taps = plan
                .forward_with_indices_into(&input, &mut output, &mut numbers)
                .is_ok();
            let mut grad = vec![0.0; plan.input_len()];
            let mut run = || {
                plan.forward_with_indices_into(&input, &mut output, &mut indices)
                    .unwrap();
                plan.backward_from_indices_into(&output, &indices, &mut grad)
                    .unwrap();
                if numbers_taps {
                    plan.forward_with_indices_into(&input, &mut output, &mut numbers)
                        .unwrap();
                    plan.backward_from_indices_into(&output, &numbers, &mut grad)
                        .unwrap();
                }
            };
            run();
            assert_eq!(measure(run).count_total, 0, "{name}, {format:?}");
        }
    }
}

#[test]
fn sharing_among_threads_allocates_no_more_than_a_job() {
    let plan = MaxPool2d::new(2).plan(&[64, 64, 64]).unwrap();
    let input = vec![1.0f32; plan.input_len()];
    let mut output = vec![0.0; plan.output_len()];
    // Others may do all of a call before this thread comes to it, which then needs scratch memory in the next.
    let mut run = || {
        (0..20)
            .map(|_| measure(|| plan.forward_into(&input, &mut output).unwrap()))
            .min_by_key(|counted| counted.bytes_total)
            .unwrap()
    };
    let outside = run();
    // The job, and now and then room in the queue for more of them.
    assert!(outside.count_total <= 2, "{outside:?}");
    assert!(outside.bytes_total < 4096, "{outside:?}");
    let pool = rayon::ThreadPoolBuilder::new().num_threads(2).build();
    let inside = pool.unwrap().install(run);
    assert_eq!(inside.count_total, 0);
}
