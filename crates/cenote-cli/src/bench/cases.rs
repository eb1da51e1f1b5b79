//! What is timed: tensors from real networks, and series in which one thing grows.

use cenote::{
    AdaptiveAvgPool2d, AdaptiveMaxPool2d, AvgPool2d, AvgPool3d, FractionalMaxPool2d, LPPool2d,
    Layer, MaxPool1d, MaxPool2d, MaxPool3d, MemoryFormat, Plan,
};

/// What is timed of a plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Work {
    Forward,
    FlatIndices,
    CompactIndices,
    Backward,
}

/// The element type of a case.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Kind {
    F32,
    F64,
    Bf16,
    U8,
}

/// A case of the list that peers are timed on as well.
pub(crate) struct Case {
    pub(crate) name: String,
    pub(crate) kind: Kind,
    pub(crate) work: Work,
    pub(crate) plan: Result<Plan, cenote::Error>,
}

fn case(name: impl Into<String>, layer: &impl Layer, shape: &[usize]) -> Case {
    Case {
        name: name.into(),
        kind: Kind::F32,
        work: Work::Forward,
        plan: layer.plan(shape),
    }
}

impl Case {
    fn of(self, kind: Kind) -> Self {
        Self { kind, ..self }
    }

    fn doing(self, work: Work) -> Self {
        Self { work, ..self }
    }
}

/// The cases that pool images, by the names that the peers' script has.
pub(crate) fn image_cases() -> Vec<Case> {
    let stem = MaxPool2d::new(3).stride(2).padding(1);
    let same = |kernel_size: usize| {
        MaxPool2d::new(kernel_size)
            .stride(1)
            .padding(kernel_size / 2)
    };
    let stem_shape = [32, 64, 112, 112];
    let channels_last = stem.plan_in(&stem_shape, MemoryFormat::ChannelsLast);
    vec![
        case(
            "cifar k3 ceil",
            &MaxPool2d::new(3).ceil_mode(true),
            &[64, 3, 32, 32],
        ),
        case("resnet stem", &stem, &stem_shape),
        case("resnet stem n1", &stem, &[1, 64, 112, 112]),
        case("vgg k2", &MaxPool2d::new(2), &[8, 64, 224, 224]),
        case("sppf k5 s1", &same(5), &[8, 256, 40, 40]),
        case("k13 s1", &same(13), &[8, 256, 40, 40]),
        case("k31 s1", &same(31), &[2, 64, 112, 112]),
        case("photo u8 k2", &MaxPool2d::new(2), &[1, 3, 1080, 1920]).of(Kind::U8),
        case(
            "photo u8 k3 ceil",
            &MaxPool2d::new(3).ceil_mode(true),
            &[1, 3, 1080, 1920],
        )
        .of(Kind::U8),
        case("bf16 stem", &stem, &[8, 64, 112, 112]).of(Kind::Bf16),
        case("f64 k3", &stem, &[8, 64, 56, 56]).of(Kind::F64),
        Case {
            name: "nhwc stem".to_owned(),
            kind: Kind::F32,
            work: Work::Forward,
            plan: channels_last,
        },
        case("stem + indices", &stem, &stem_shape).doing(Work::FlatIndices),
        case("stem + compact indices", &stem, &stem_shape).doing(Work::CompactIndices),
    ]
}

/// The cases of the other layers.
pub(crate) fn other_cases() -> Vec<Case> {
    let stem_shape = [32, 64, 112, 112];
    vec![
        case(
            "avg k3 s1",
            &AvgPool2d::new(3).stride(1).padding(1),
            &[32, 64, 56, 56],
        ),
        case("avg k2", &AvgPool2d::new(2), &stem_shape),
        case(
            "global avg",
            &AdaptiveAvgPool2d::global(),
            &[32, 2048, 7, 7],
        ),
        case(
            "adaptive avg 6",
            &AdaptiveAvgPool2d::new(6),
            &[32, 512, 14, 14],
        ),
        case(
            "adaptive max 6",
            &AdaptiveMaxPool2d::new(6),
            &[32, 512, 14, 14],
        ),
        case(
            "lp2 k3 s2",
            &LPPool2d::new(2.0, 3).stride(2),
            &[32, 64, 56, 56],
        ),
        case(
            "max1d k3 s2",
            &MaxPool1d::new(3).stride(2).padding(1),
            &[64, 128, 4096],
        ),
        case(
            "max3d k3 s2",
            &MaxPool3d::new(3).stride(2).padding(1),
            &[2, 64, 16, 56, 56],
        ),
        case("avg3d k2", &AvgPool3d::new(2), &[2, 64, 16, 56, 56]),
        case(
            "fractional k2",
            &FractionalMaxPool2d::with_output_size(2, 39),
            &[8, 64, 56, 56],
        ),
        case(
            "max backward",
            &MaxPool2d::new(3).stride(2).padding(1),
            &stem_shape,
        )
        .doing(Work::Backward),
        case(
            "avg backward",
            &AvgPool2d::new(3).stride(2).padding(1),
            &stem_shape,
        )
        .doing(Work::Backward),
    ]
}

/// What grows in a series.
#[derive(clap::ValueEnum, Clone, Copy, Debug)]
pub(crate) enum Growth {
    /// Max pooling of stride 1 over windows of 2 to 63
    KernelSize,
    /// Max pooling of stride 2 of tensors of 4 KiB to 1 GiB
    TensorSize,
    /// The stem of a ResNet, by one thread and more
    Threads,
}

impl Growth {
    /// The cases, and the threads that each takes; none for all there are.
    pub(crate) fn cases(self, most_threads: usize) -> Vec<(Case, Option<usize>)> {
        let stem = MaxPool2d::new(3).stride(2).padding(1);
        match self {
            Self::KernelSize => [2, 3, 5, 7, 9, 13, 17, 23, 31, 43, 63]
                .map(|kernel_size| {
                    let layer = MaxPool2d::new(kernel_size)
                        .stride(1)
                        .padding(kernel_size / 2);
                    let name = format!("kernel_size {kernel_size}");
                    (case(name, &layer, &[2, 64, 112, 112]), None)
                })
                .into(),
            Self::TensorSize => (0..=18)
                .map(|power| {
                    let planes = 1 << power;
                    let name = format!("bytes {}", planes * 4096);
                    (case(name, &stem, &[planes, 32, 32]), None)
                })
                .collect(),
            Self::Threads => (1..=most_threads)
                .map(|threads| {
                    let name = format!("threads {threads}");
                    (case(name, &stem, &[32, 64, 112, 112]), Some(threads))
                })
                .collect(),
        }
    }
}
