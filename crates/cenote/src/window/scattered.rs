//! Windows at pseudo-random places.

use crate::element::Precision;

/// Windows of one size, spread over the input by a pseudo-random sample. Starts are computed in the element's own
/// precision, as torch does.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Scattered {
    pub(super) kernel_size: usize,
    /// Start of the last window.
    last: usize,
    sample: f64,
    /// Distance from one start to the next.
    alpha: f64,
    /// What the sample alone comes to.
    origin: i64,
    precision: Precision,
}

impl Scattered {
    /// `output` windows of `kernel_size` taps, at most the input, that `sample` places.
    pub(super) fn new(
        (input, output): (usize, usize),
        kernel_size: usize,
        sample: f64,
        precision: Precision,
    ) -> Self {
        let round = |value: f64| precision.round(value);
        let last = input - kernel_size;
        let alpha = round(round(last as f64) / round(output.saturating_sub(1) as f64));
        let mut windows = Self {
            kernel_size,
            last,
            sample: round(sample),
            alpha,
            origin: 0,
            precision,
        };
        windows.origin = windows.place(windows.sample);
        windows
    }

    fn place(&self, at: f64) -> i64 {
        self.precision.round(at * self.alpha) as i64
    }

    pub(super) fn start(&self, output: usize, outputs: usize) -> usize {
        if output + 1 == outputs {
            return self.last;
        }
        let round = |value: f64| self.precision.round(value);
        let moved = round(round(output as f64) + self.sample);
        // Samples outside [0, 1) are taken as torch takes them, but never lead outside the input.
        let start = self.place(moved).saturating_sub(self.origin);
        start.clamp(0, self.last as i64) as usize
    }

    /// Whether [`Scattered::list`] gives the starts.
    pub(super) fn is_narrow(&self) -> bool {
        self.precision == Precision::F32
            && (self.last as f64) < Self::NARROW
            && (0.0..1.0).contains(&self.sample)
            && (1.0..Self::NARROW).contains(&self.alpha)
    }

    /// Places below which numbers of f32 have a bit for a half.
    const NARROW: f64 = (1 << 22) as f64;

    /// As [`Axis::list`](super::Axis::list), with neither branches nor conversions, which have no vectors of the baseline. Sums and products of f32, each
    /// rounded, are the same in f32 as in f64.
    pub(super) fn list(&self, first: usize, outputs: usize, windows: &mut [[i64; 2]]) {
        // What is added to a number is the number in the last bits of the sum, rounded.
        const ONE: f32 = (1 << 23) as f32;
        let (sample, alpha) = (self.sample as f32, self.alpha as f32);
        let (origin, last) = (self.origin as i32, self.last as i32);
        let taps = self.kernel_size as i64;
        let start = |output: usize| {
            let place = (output as i32 as f32 + sample) * alpha;
            let sum = place + ONE;
            let rounded_up = i32::from(sum - ONE > place);
            let above = (sum.to_bits() as i32) - (ONE.to_bits() as i32) - rounded_up;
            (above - origin).clamp(0, last)
        };
        let count = windows.len();
        let (fours, rest) = windows.as_chunks_mut::<4>();
        for (group, four) in fours.iter_mut().enumerate() {
            let starts: [i32; 4] = std::array::from_fn(|lane| start(first + 4 * group + lane));
            *four = starts.map(|start| [start.into(), taps]);
        }
        for (number, window) in rest.iter_mut().enumerate() {
            *window = [start(first + count / 4 * 4 + number).into(), taps];
        }
        if first + count == outputs
            && let Some(window) = windows.last_mut()
        {
            window[0] = last.into();
        }
    }
}
