//! Arbitrary bytes as layers and shapes: what can be planned runs, gives what the reference gives, and nothing panics or
//! takes memory that no tensor has.
//!
//! `cargo test` tries a few hundred inputs; `scripts/fuzz.sh cenote plans 600` looks for longer, with coverage as the
//! guide.

use cenote::{
    AdaptiveAvgPool, AdaptiveMaxPool, AvgPool, Error, FractionalMaxPool, LPPool, Layer, MaxPool,
    MaxUnpool, MemoryFormat, OutputSize, Plan, SlidingPool, reference,
};

/// Reads parameters from bytes; zeros when there are no more.
struct Bytes<'a>(&'a [u8]);

impl Bytes<'_> {
    fn byte(&mut self) -> u8 {
        let Some((&first, rest)) = self.0.split_first() else {
            return 0;
        };
        self.0 = rest;
        first
    }

    fn flag(&mut self) -> bool {
        self.byte() & 1 == 1
    }

    /// Mostly a small number, sometimes one that overflows something.
    fn size(&mut self) -> usize {
        match self.byte() {
            small @ 0..240 => usize::from(small) % 20,
            wild => {
                let bits = u32::from(wild - 240) * 4 + 4;
                1usize.checked_shl(bits).unwrap_or(usize::MAX) - usize::from(self.flag())
            }
        }
    }

    fn sizes<const N: usize>(&mut self) -> [usize; N] {
        std::array::from_fn(|_| self.size())
    }

    /// Any number at all.
    fn number(&mut self) -> f64 {
        match self.byte() {
            small @ 0..200 => (f64::from(small) - 100.0) / 8.0,
            _ => f64::from_bits(u64::from_le_bytes(std::array::from_fn(|_| self.byte()))),
        }
    }
}

fn sliding<K, const N: usize>(
    layer: SlidingPool<K, N>,
    bytes: &mut Bytes<'_>,
) -> SlidingPool<K, N> {
    let layer = match bytes.byte() % 4 {
        0 => layer.padding(bytes.sizes::<N>()),
        1 => layer.asymmetric_padding(bytes.sizes::<N>(), bytes.sizes::<N>()),
        2 => layer.same_upper(),
        _ => layer.same_lower(),
    };
    let layer = layer
        .any_padding(bytes.flag())
        .ceil_mode(bytes.flag())
        .dilation(if bytes.flag() {
            bytes.sizes::<N>()
        } else {
            [1; N]
        });
    if bytes.flag() {
        layer.stride(bytes.sizes::<N>())
    } else {
        layer
    }
}

/// Which of [`plan`]'s layers has windows that the reference does not know.
const FRACTIONAL: u8 = 5;

fn plan<const N: usize>(
    kind: u8,
    shape: &[usize],
    format: MemoryFormat,
    bytes: &mut Bytes<'_>,
) -> cenote::Result<Plan> {
    match kind {
        0 => sliding(MaxPool::new(bytes.sizes::<N>()), bytes).plan_in(shape, format),
        1 => {
            let divisor = bytes.flag().then(|| i64::from(bytes.byte()) - 9);
            let layer = AvgPool::new(bytes.sizes::<N>()).count_include_pad(bytes.flag());
            sliding(layer.divisor_override(divisor), bytes).plan_in(shape, format)
        }
        2 => {
            let layer = LPPool::new(bytes.number(), bytes.sizes::<N>()).absolute(bytes.flag());
            sliding(layer.scale_clipped(bytes.flag()), bytes).plan_in(shape, format)
        }
        3 => {
            let sizes = std::array::from_fn(|_| bytes.flag().then(|| bytes.size()));
            AdaptiveMaxPool::<N>::new(OutputSize(sizes)).plan_in(shape, format)
        }
        4 => AdaptiveAvgPool::<N>::new(bytes.sizes::<N>()).plan_in(shape, format),
        _ => {
            let kernel_size = bytes.sizes::<N>();
            let layer = if bytes.flag() {
                FractionalMaxPool::with_output_size(kernel_size, bytes.sizes::<N>())
            } else {
                FractionalMaxPool::with_output_ratio(
                    kernel_size,
                    std::array::from_fn(|_| bytes.number()),
                )
            };
            let layer = if bytes.flag() {
                layer.samples((0..bytes.byte() % 32).map(|_| bytes.number()).collect())
            } else {
                layer.seed(bytes.byte().into())
            };
            layer.plan_in(shape, format)
        }
    }
}

/// An error must say something.
fn check_error(error: &Error) {
    assert!(error.to_string().len() > 20, "{error}");
}

/// Most elements of a tensor that is pooled here.
const MOST: usize = 1 << 10;

fn run(kind: u8, plan: &Plan, bytes: &mut Bytes<'_>) {
    let (inputs, outputs) = (plan.input_len(), plan.output_len());
    if inputs > MOST || outputs > MOST {
        return;
    }
    let input: Vec<f32> = (0..inputs).map(|_| f32::from(bytes.byte()) - 9.0).collect();
    let mut output = vec![0.0f32; outputs];
    let mut grad_input = vec![0.0f32; inputs];
    plan.forward_into(&input, &mut output).expect("lengths fit");
    let grad_output = vec![1.0f32; outputs];
    if let Err(error) = plan.backward_from_input_into(&grad_output, &input, &mut grad_input) {
        check_error(&error); // a plane of 2³¹ elements, in an empty batch
    }
    let mut indices = vec![0i64; outputs];
    if let Err(error) = plan.forward_with_indices_into(&input, &mut output, &mut indices) {
        return check_error(&error);
    }
    if kind != FRACTIONAL {
        let (expected, flat) = reference::max_pool(plan, &input, f32::NEG_INFINITY);
        assert_eq!((&output, &indices), (&expected, &flat));
    }
    let mut compact = vec![0u8; outputs];
    match plan.forward_with_indices_into(&input, &mut output, &mut compact) {
        Ok(()) => plan
            .backward_from_indices_into(&grad_output, &compact, &mut grad_input)
            .expect("the indices are the plan's own"),
        Err(error) => check_error(&error),
    }
    // Indices from anywhere are refused or skipped, never followed.
    for index in &mut indices {
        *index = index.wrapping_add(i64::from(bytes.byte()) - 1);
    }
    if let Err(error) = plan.backward_from_indices_into(&grad_output, &indices, &mut grad_input) {
        check_error(&error);
    }
}

fn unpool<const N: usize>(shape: &[usize], format: MemoryFormat, bytes: &mut Bytes<'_>) {
    let layer = MaxUnpool::<N>::new(bytes.sizes::<N>())
        .padding(bytes.sizes::<N>())
        .rebase_indices(bytes.flag());
    let layer = if bytes.flag() {
        layer.stride(bytes.sizes::<N>())
    } else {
        layer
    };
    let layer = if bytes.flag() {
        layer.output_size(bytes.sizes::<N>())
    } else {
        layer
    };
    let plan = match layer.plan_in(shape, format) {
        Ok(plan) => plan,
        Err(error) => return check_error(&error),
    };
    let (inputs, outputs) = (plan.input_len(), plan.output_len());
    if inputs > MOST || outputs > MOST {
        return;
    }
    let indices: Vec<i64> = (0..inputs).map(|_| i64::from(bytes.byte()) - 1).collect();
    let (mut input, mut output) = (vec![1u8; inputs], vec![0u8; outputs]);
    if let Err(error) = plan.forward_into(&input, &indices, &mut output) {
        check_error(&error);
    }
    if let Err(error) = plan.backward_into(&output, &indices, &mut input) {
        check_error(&error);
    }
}

fn layer<const N: usize>(bytes: &mut Bytes<'_>) {
    let rank = N + 1 + usize::from(bytes.flag());
    let rank = if bytes.byte() == 255 { rank + 2 } else { rank };
    let shape: Vec<usize> = (0..rank).map(|_| bytes.size()).collect();
    let format = if bytes.flag() {
        MemoryFormat::ChannelsLast
    } else {
        MemoryFormat::Contiguous
    };
    if bytes.byte().is_multiple_of(7) {
        return unpool::<N>(&shape, format, bytes);
    }
    let kind = bytes.byte() % (FRACTIONAL + 1);
    match plan::<N>(kind, &shape, format, bytes) {
        Ok(plan) => run(kind, &plan, bytes),
        Err(error) => check_error(&error),
    }
}

#[test]
fn plans() {
    bolero::check!().for_each(|bytes: &[u8]| {
        let mut bytes = Bytes(bytes);
        match bytes.byte() % 3 {
            0 => layer::<1>(&mut bytes),
            1 => layer::<2>(&mut bytes),
            _ => layer::<3>(&mut bytes),
        }
    });
}
