//! Random geometries and numbers, and the levels of vector instructions to try them on.

#![allow(dead_code, reason = "no test needs all of it")]

use cenote::{LPPool, Layer, MemoryFormat, Plan, SlidingPool};
use fearless_simd::Level;
use proptest::prelude::*;

/// A random geometry over `N` axes, not only one that torch would take.
#[derive(Clone, Debug)]
pub(crate) struct Geometry<const N: usize> {
    pub(crate) shape: Vec<usize>,
    pub(crate) format: MemoryFormat,
    pub(crate) kernel_size: [usize; N],
    pub(crate) stride: [usize; N],
    pub(crate) before: [usize; N],
    pub(crate) after: [usize; N],
    pub(crate) dilation: [usize; N],
    pub(crate) output_size: [usize; N],
    pub(crate) ceil_mode: bool,
}

impl<const N: usize> Geometry<N> {
    pub(crate) fn apply<K>(&self, layer: SlidingPool<K, N>) -> SlidingPool<K, N> {
        layer
            .stride(self.stride)
            .asymmetric_padding(self.before, self.after)
            .any_padding(true)
            .dilation(self.dilation)
            .ceil_mode(self.ceil_mode)
    }

    /// A power average, of magnitudes and scaled up as `options` say.
    pub(crate) fn power_plan(&self, norm_type: f64, [absolute, scale]: [bool; 2]) -> Option<Plan> {
        let layer = LPPool::<N>::new(norm_type, self.kernel_size);
        self.plan(&self.apply(layer.absolute(absolute).scale_clipped(scale)))
    }

    pub(crate) fn plan(&self, layer: &impl Layer) -> Option<Plan> {
        layer.plan_in(&self.shape, self.format).ok()
    }
}

/// A kernel and dilation that fit an axis of `length`, `padded` with its padding. One in eight may not fit, and be
/// refused.
pub(crate) fn fitted(
    number: u8,
    (kernel_size, dilation): (usize, usize),
    length: usize,
    padded: usize,
) -> (usize, usize) {
    if number.is_multiple_of(8) || (kernel_size - 1) * dilation < padded {
        (kernel_size, dilation)
    } else {
        (kernel_size.min(length), 1)
    }
}

pub(crate) fn geometry<const N: usize>() -> impl Strategy<Value = Geometry<N>> {
    geometry_of([1..20, 1..13])
}

/// Windows so long that neighbours share most of their taps, over rows that are longer than the widest vector as well.
pub(crate) fn long_geometry() -> impl Strategy<Value = Geometry<2>> {
    geometry_of([30..100, 5..40])
}

/// Kernel, stride and padding before of few neighbouring columns.
const NEAR: [(usize, usize, usize); 6] = [
    (2, 2, 0),
    (3, 2, 0),
    (3, 2, 1),
    (3, 1, 1),
    (2, 1, 0),
    (5, 1, 2),
];

/// Windows of few neighbouring columns, over rows shorter and longer than any vector.
pub(crate) fn near_geometry() -> impl Strategy<Value = Geometry<2>> {
    with_columns(0..NEAR.len(), |near| NEAR[near])
}

/// Windows of many neighbouring columns, one apart, over such rows.
pub(crate) fn wide_geometry() -> impl Strategy<Value = Geometry<2>> {
    with_columns(6..40, |kernel_size| (kernel_size, 1, kernel_size / 2))
}

/// Windows of few rows, whose columns have the kernel, stride and padding before that `columns` makes of a number.
fn with_columns(
    numbers: std::ops::Range<usize>,
    columns: fn(usize) -> (usize, usize, usize),
) -> impl Strategy<Value = Geometry<2>> {
    (geometry_of::<2>([1..12, 1..4]), 1usize..210, numbers).prop_map(
        move |(mut geometry, width, number)| {
            let (kernel_size, stride, before) = columns(number);
            geometry.shape[3] = width.max(kernel_size);
            geometry.format = MemoryFormat::Contiguous;
            geometry.kernel_size[1] = kernel_size;
            geometry.stride[1] = stride;
            geometry.before[1] = before;
            geometry.dilation[1] = 1;
            geometry
        },
    )
}

/// A geometry of axes and kernels of these lengths.
fn geometry_of<const N: usize>(
    [lengths, kernels]: [std::ops::Range<usize>; 2],
) -> impl Strategy<Value = Geometry<N>> {
    let axis = (
        lengths,
        kernels,
        1usize..5,
        0usize..5,
        0usize..5,
        1usize..4,
        1usize..24,
    );
    let axes = proptest::collection::vec(axis, N);
    (
        axes,
        1usize..3,
        1usize..5,
        any::<(bool, bool)>(),
        any::<u8>(),
    )
        .prop_map(|(mut axes, batch, channels, (last, ceil_mode), number)| {
            for axis in &mut axes {
                let padded = axis.0 + axis.3 + axis.4;
                (axis.1, axis.5) = fitted(number, (axis.1, axis.5), axis.0, padded);
            }
            let mut shape = vec![batch, channels];
            shape.extend(axes.iter().map(|axis| axis.0));
            Geometry {
                shape,
                format: if last {
                    MemoryFormat::ChannelsLast
                } else {
                    MemoryFormat::Contiguous
                },
                kernel_size: std::array::from_fn(|axis| axes[axis].1),
                stride: std::array::from_fn(|axis| axes[axis].2),
                before: std::array::from_fn(|axis| axes[axis].3),
                after: std::array::from_fn(|axis| axes[axis].4),
                dilation: std::array::from_fn(|axis| axes[axis].5),
                output_size: std::array::from_fn(|axis| axes[axis].6),
                ceil_mode,
            }
        })
}

/// Numbers in −1..1 that a seed decides.
pub(crate) fn numbers(len: usize, seed: u64) -> Vec<f64> {
    let mut state = seed;
    let mut next = || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 40) as f64 / f64::from(1 << 23) - 1.0
    };
    (0..len).map(|_| next()).collect()
}

/// Every level of vector instructions that this machine can run, the best first.
pub(crate) fn levels() -> Vec<Level> {
    let best = Level::new();
    #[cfg(target_arch = "x86_64")]
    return [
        best.as_avx512().map(Level::Avx512),
        best.as_avx2().map(Level::Avx2),
        best.as_sse4_2().map(Level::Sse4_2),
        best.as_sse2().map(Level::Sse2),
    ]
    .into_iter()
    .flatten()
    .collect();
    #[cfg(not(target_arch = "x86_64"))]
    vec![best]
}

pub(crate) fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}
