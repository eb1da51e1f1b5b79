//! Tensors that no cache holds, for whose elements memory is asked ahead, give what each of their planes gives alone.

#[path = "common/bits.rs"]
mod bits;
#[path = "common/random.rs"]
mod random;

use bits::{Bits, assert_same};
use cenote::{
    AdaptiveMaxPool2d, AvgPool2d, AvgPool3d, Index, LPPool2d, Layer, MaxPool1d, MaxPool2d,
    MaxPool3d, MemoryFormat, Plan,
};
use fearless_simd::Level;
use half::bf16;
use proptest::prelude::*;
use random::numbers;

/// Bytes that each tensor has at least.
const BYTES: usize = 17 << 20;

/// Elements of `len`, of which one in a hundred thousand is special.
fn elements<T: Copy>(len: usize, special: T, sample: fn(f64) -> T) -> Vec<T> {
    let numbers: Vec<T> = numbers(4099, 7).into_iter().map(sample).collect();
    let mut elements: Vec<T> = (0..len).map(|at| numbers[at % 4099]).collect();
    elements
        .iter_mut()
        .step_by(99_991)
        .for_each(|element| *element = special);
    elements
}

/// A layer, and the blocks of a tensor that it pools, each by itself.
struct Case<'a, L> {
    layer: L,
    block: &'a [usize],
    format: MemoryFormat,
}

impl<'a, L: Layer> Case<'a, L> {
    fn new(layer: L, block: &'a [usize]) -> Self {
        Self {
            layer,
            block,
            format: MemoryFormat::Contiguous,
        }
    }

    fn channels_last(layer: L, block: &'a [usize]) -> Self {
        Self {
            format: MemoryFormat::ChannelsLast,
            ..Self::new(layer, block)
        }
    }

    /// Plans of a tensor of at least as many bytes, and of one block.
    fn plans<T>(&self) -> [Plan; 2] {
        let len: usize = self.block.iter().product();
        let blocks = (BYTES / size_of::<T>()).div_ceil(len);
        [blocks, 1].map(|blocks| {
            let shape = [&[blocks], self.block].concat();
            self.layer.plan_in(&shape, self.format).unwrap()
        })
    }

    /// Holds all blocks to one after the other.
    fn check<T: Bits>(&self, special: T, sample: fn(f64) -> T) {
        let [all, one] = self.plans::<T>();
        let input = elements(all.input_len(), special, sample);
        let mut output = vec![special; all.output_len()];
        let mut expected = output.clone();
        let blocks = expected.chunks_mut(one.output_len());
        for (input, output) in input.chunks(one.input_len()).zip(blocks) {
            one.forward_into(input, output).unwrap();
        }
        all.forward_into(&input, &mut output).unwrap();
        assert_same(&output, &expected, "values", Level::new());
    }

    /// As [`Case::check`], of gradients.
    fn check_gradient<T: Bits>(&self, sample: fn(f64) -> T) {
        let [all, one] = self.plans::<T>();
        let grad_output = elements(all.output_len(), sample(0.0), sample);
        let mut grad_input = vec![sample(0.0); all.input_len()];
        let mut expected = grad_input.clone();
        let blocks = expected.chunks_mut(one.input_len());
        for (grad_output, grad_input) in grad_output.chunks(one.output_len()).zip(blocks) {
            one.backward_into(grad_output, grad_input).unwrap();
        }
        all.backward_into(&grad_output, &mut grad_input).unwrap();
        assert_same(&grad_input, &expected, "gradients", Level::new());
    }

    /// As [`Case::check`], of indices.
    fn check_indices<I: Index + Default + PartialEq>(&self) {
        let [all, one] = self.plans::<f32>();
        let input = elements(all.input_len(), f32::NAN, |number| number as f32);
        let mut output = vec![0.0; all.output_len()];
        let mut indices = vec![I::default(); all.output_len()];
        let mut expected = indices.clone();
        let blocks = expected.chunks_mut(one.output_len());
        for (input, indices) in input.chunks(one.input_len()).zip(blocks) {
            let output = &mut output[..one.output_len()];
            one.forward_with_indices_into(input, output, indices)
                .unwrap();
        }
        all.forward_with_indices_into(&input, &mut output, &mut indices)
            .unwrap();
        assert!(indices == expected, "indices");
    }
}

fn f32s(layer: impl Layer, block: &[usize]) {
    Case::new(layer, block).check(f32::NAN, |number| number as f32);
}

fn indices(layer: impl Layer, block: &[usize]) {
    let case = Case::new(layer, block);
    case.check_indices::<i64>();
    case.check_indices::<u8>();
}

/// Windows of more rows than are folded together, too far apart to be doubled.
fn many_rows() -> MaxPool2d {
    MaxPool2d::new([20, 1]).stride([40, 1]).dilation([2, 1])
}

#[test]
fn maxima() {
    f32s(MaxPool2d::new(3).stride(2).padding(1), &[61, 113]);
    f32s(MaxPool2d::new(2), &[224, 224]);
    f32s(MaxPool2d::new(5).stride(1).padding(2), &[40, 40]);
    f32s(MaxPool2d::new(13).stride(1).padding(6), &[40, 41]);
    f32s(MaxPool2d::new([2, 3]).dilation([3, 2]), &[33, 2050]);
    f32s(many_rows(), &[81, 2100]);
    f32s(MaxPool1d::new(3).stride(2).padding(1), &[4096]);
    f32s(MaxPool3d::new(3).stride(2).padding(1), &[9, 28, 30]);
    f32s(AdaptiveMaxPool2d::new(7), &[50, 50]);
}

#[test]
fn maxima_of_other_elements() {
    let bytes = |number: f64| (number.abs() * 200.0) as u8;
    Case::new(MaxPool2d::new(3).ceil_mode(true), &[540, 1921]).check(255, bytes);
    let halves = Case::new(MaxPool2d::new(3).stride(2), &[113, 112]);
    halves.check(bf16::NAN, bf16::from_f64);
}

#[test]
fn indices_of_maxima() {
    indices(MaxPool2d::new(3).stride(2).padding(1), &[61, 113]);
    indices(MaxPool1d::new(3).stride(2).padding(1), &[4096]);
    indices(MaxPool3d::new(3).stride(2).padding(1), &[9, 28, 30]);
}

#[test]
fn sums() {
    f32s(AvgPool2d::new(3).stride(1).padding(1), &[56, 56]);
    f32s(AvgPool2d::new(2).count_include_pad(false), &[112, 113]);
    f32s(AvgPool3d::new(2), &[9, 28, 30]);
    f32s(LPPool2d::new(2.0, 3).stride(2), &[56, 56]);
}

#[test]
fn channels_last() {
    let to_f32 = |number: f64| number as f32;
    let stem = MaxPool2d::new(3).stride(2).padding(1);
    // Rows are folded whole, in segments, and many.
    Case::channels_last(stem.clone(), &[24, 57, 58]).check(f32::NAN, to_f32);
    Case::channels_last(stem, &[64, 57, 58]).check(f32::NAN, to_f32);
    Case::channels_last(many_rows(), &[64, 81, 40]).check(f32::NAN, to_f32);
    Case::channels_last(AvgPool2d::new(2), &[24, 57, 58]).check(f32::NAN, to_f32);
}

/// Small planes are pooled together, the smallest turned. One with a NaN or a −0 among them spoils none.
#[test]
fn small_planes() {
    f32s(MaxPool2d::new(3).ceil_mode(true), &[32, 32]);
    f32s(MaxPool2d::new(2), &[33, 34]);
    f32s(MaxPool2d::new(7).stride(1).padding(3), &[33, 32]);
    f32s(AvgPool2d::new(3).stride(2).padding(1), &[32, 33]);
    f32s(AdaptiveMaxPool2d::new(6), &[14, 14]);
    let third = Case::new(MaxPool2d::new(3).stride(2), &[36, 35]);
    third.check(-0.0, |number| number as f32);
    indices(MaxPool2d::new(3).stride(2).padding(1), &[24, 25]);
}

#[test]
fn gradients_of_means() {
    let layer = AvgPool2d::new(3).stride(2).padding(1);
    let thirds = |number: f64| number / 3.0;
    for block in [[112, 57], [33, 32], [90, 25], [14, 13], [5, 6]] {
        Case::new(layer.clone(), &block).check_gradient(thirds);
        Case::new(layer.clone(), &block).check_gradient(|number| number as f32 / 3.0);
    }
    for channels in [3, 24, 100] {
        Case::channels_last(layer.clone(), &[channels, 21, 22]).check_gradient(thirds);
    }
}

/// Layers of any geometry, and blocks with rows of up to 40 KB: their parameters, the block, and whether its channels are innermost.
fn any_layer() -> impl Strategy<Value = ([[usize; 2]; 4], Vec<usize>, bool)> {
    let axis = |lengths, kernels| (lengths, kernels, 1usize..45, 0usize..12, 1usize..4);
    let axes = (
        axis(20usize..120, 1usize..24),
        axis(1000usize..5000, 1usize..6),
    );
    (axes, 1usize..130, any::<bool>()).prop_map(|((height, width), channels, is_last)| {
        let stride = [height.2, width.2 % 4 + 1];
        let padding = [height.3, width.3].map(|padding| padding / 2);
        let kernel_size = [height.1, width.1].map(|kernel_size| kernel_size + 1);
        let padding = [0, 1].map(|axis| padding[axis].min(kernel_size[axis] / 2));
        let parameters = [kernel_size, stride, padding, [height.4, width.4]];
        let (wide, narrow) = (
            vec![height.0, width.0],
            vec![channels, height.0, width.0 / 62 + 1],
        );
        (parameters, if is_last { narrow } else { wide }, is_last)
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn layers_of_any_geometry(([kernel_size, stride, padding, dilation], block, is_last) in any_layer()) {
        let maximum = MaxPool2d::new(kernel_size).stride(stride).padding(padding).dilation(dilation);
        let mean = AvgPool2d::new(kernel_size).stride(stride).padding(padding);
        let format = if is_last { MemoryFormat::ChannelsLast } else { MemoryFormat::Contiguous };
        let shape = [&[1], &block[..]].concat();
        // Windows that do not fit are refused.
        if maximum.plan_in(&shape, format).is_ok() {
            let case = Case { layer: maximum, block: &block, format };
            case.check(f32::NAN, |number| number as f32);
            case.check_indices::<i64>();
        }
        if mean.plan_in(&shape, format).is_ok() {
            let case = Case { layer: mean, block: &block, format };
            case.check(f32::NAN, |number| number as f32);
            case.check_gradient(|number| number as f32);
        }
    }
}
