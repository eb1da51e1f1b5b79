//! Where windows lie: the only home of padding, ceil mode, dilation, adaptive and fractional rules.
//!
//! A kernel never sees these rules. It asks an [`Axis`] for the [`Window`] of one output position and
//! folds the taps that the window names.

mod covering;
mod scattered;
mod sliding;

use std::ops::Range;

use self::covering::Covering;
use self::scattered::Scattered;
pub use self::sliding::Sliding;
use crate::element::Precision;
use crate::error::Result;

/// What one output position covers along one axis.
///
/// Taps lie at `start`, `start + step`, … where `step` is the axis' [`Axis::step`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// Index of the first tap that lies inside the input; 0 when there is none.
    pub start: usize,
    /// Number of taps that lie inside the input.
    pub taps: usize,
    /// Number of taps inside the input *and its padding*: what `count_include_pad` counts.
    pub span: usize,
}

#[derive(Clone, Debug, PartialEq)]
enum Rule {
    Sliding(Sliding),
    Covering(Covering),
    Adaptive,
    Fractional(Scattered),
}

/// One axis of a pooling: the input's length and the windows over it.
#[derive(Clone, Debug, PartialEq)]
pub struct Axis {
    input: usize,
    output: usize,
    rule: Rule,
}

impl Axis {
    /// An axis that pooling leaves as it is.
    pub fn identity(input: usize) -> Self {
        Self {
            input,
            output: input,
            rule: Rule::Sliding(Sliding::new(1)),
        }
    }

    /// Sliding windows. Fails where torch does: a zero, a window that does not fit, an overflow.
    pub fn sliding(input: usize, mut sliding: Sliding) -> Result<Self> {
        if sliding.kernel_size == 1 && sliding.dilation > 0 {
            sliding.dilation = 1; // there is nothing to spread
        }
        Ok(Self {
            input,
            output: sliding.output_size(input)?,
            rule: Rule::Sliding(sliding),
        })
    }

    /// `output` windows of nearly equal size that cover the input: output `o` covers
    /// `floor(o·I/O) .. ceil((o+1)·I/O)`.
    pub fn adaptive(input: usize, output: usize) -> Self {
        Self {
            input,
            output,
            rule: Rule::Adaptive,
        }
    }

    /// `output` windows of `kernel_size` taps, at most the input, that `sample` places.
    pub(crate) fn fractional(
        (input, output): (usize, usize),
        kernel_size: usize,
        sample: f64,
        precision: Precision,
    ) -> Self {
        let windows = Scattered::new((input, output), kernel_size, sample, precision);
        Self {
            input,
            output,
            rule: Rule::Fractional(windows),
        }
    }

    /// The axis of the adjoint: its windows hold, for each input of this axis, the outputs that
    /// read it. Pooling a gradient over it with sums is the backward pass of a mean.
    #[must_use]
    pub fn adjoint(&self) -> Self {
        let rule = match &self.rule {
            Rule::Sliding(sliding) => match sliding.lead() {
                // At stride 1 the adjoint slides too, with the padding that makes it whole.
                Some(lead) if sliding.stride == 1 => Rule::Sliding(Sliding {
                    padding: [lead, lead],
                    ..*sliding
                }),
                _ => Rule::Covering(Covering::new(*sliding)),
            },
            Rule::Covering(covering) => Rule::Sliding(covering.sliding),
            // o covers i exactly when i covers o in the adaptive axis with the lengths exchanged.
            Rule::Adaptive => Rule::Adaptive,
            Rule::Fractional(_) => {
                unreachable!("fractional pooling takes maxima, and a maximum scatters")
            }
        };
        Self {
            input: self.output,
            output: self.input,
            rule,
        }
    }

    /// Length of the input.
    pub fn input_len(&self) -> usize {
        self.input
    }

    /// Number of windows.
    pub fn output_len(&self) -> usize {
        self.output
    }

    /// Distance between neighbouring taps of a window; where that is so large that no window has two, any large number.
    pub fn step(&self) -> usize {
        let step = match &self.rule {
            Rule::Sliding(sliding) => sliding.dilation,
            Rule::Covering(covering) => covering.output_step,
            Rule::Adaptive | Rule::Fractional(_) => 1,
        };
        step.min(self.short().saturating_add(1))
    }

    /// The window of one output position.
    ///
    /// # Panics
    /// When `output` is not below [`Axis::output_len`], in debug builds at least, or an adaptive axis has no input.
    pub fn window(&self, output: usize) -> Window {
        debug_assert!(output < self.output, "output {output} of {}", self.output);
        match &self.rule {
            Rule::Sliding(sliding) => sliding.window(self.input, output),
            Rule::Covering(covering) => covering.window(self.input, output),
            Rule::Adaptive => {
                let start = scale(output, self.input, self.output);
                let end = 1 + scale_less_one(output + 1, self.input, self.output);
                Window {
                    start,
                    taps: end - start,
                    span: end - start,
                }
            }
            Rule::Fractional(windows) => Window {
                start: windows.start(output, self.output),
                taps: windows.kernel_size,
                span: windows.kernel_size,
            },
        }
    }

    /// All windows in order.
    pub fn windows(&self) -> impl ExactSizeIterator<Item = Window> + '_ {
        (0..self.output).map(|output| self.window(output))
    }

    /// Start and taps of the windows from output `first` on.
    pub(crate) fn list(&self, first: usize, windows: &mut [[i64; 2]]) {
        fn fill(windows: &mut [[i64; 2]], window: impl Fn(usize) -> Window) {
            for (number, slots) in windows.iter_mut().enumerate() {
                let window = window(number);
                *slots = [window.start as i64, window.taps as i64];
            }
        }
        match &self.rule {
            Rule::Fractional(scattered) if scattered.is_narrow() => {
                scattered.list(first, self.output, windows);
            }
            // Most windows slide: those are told apart once.
            Rule::Sliding(sliding) => {
                fill(windows, |number| sliding.window(self.input, first + number));
            }
            _ => fill(windows, |number| self.window(first + number)),
        }
    }

    /// Whether windows slide and none of them is clipped.
    pub(crate) fn are_whole(&self) -> bool {
        let is_whole = |output: usize| self.window(output).taps == self.max_taps();
        self.as_sliding().is_some() && is_whole(0) && is_whole(self.output.saturating_sub(1))
    }

    /// Whether windows lie anywhere.
    pub(crate) fn is_fractional(&self) -> bool {
        matches!(self.rule, Rule::Fractional(_))
    }

    /// Whether there is one window, which holds the whole input and nothing else.
    pub(crate) fn is_whole(&self) -> bool {
        let whole = Window {
            start: 0,
            taps: self.input,
            span: self.input,
        };
        self.output == 1 && self.step() == 1 && self.window(0) == whole
    }

    /// The sliding rule, when this axis has one: its windows are uniform once the input is padded.
    pub(crate) fn as_sliding(&self) -> Option<&Sliding> {
        match &self.rule {
            Rule::Sliding(sliding) => Some(sliding),
            _ => None,
        }
    }

    /// For an adjoint axis, the sliding rule that makes it of a row whose elements lie a stride apart, and
    /// that stride.
    pub(crate) fn stuffed(&self) -> Option<(Sliding, usize)> {
        let Rule::Covering(Covering { sliding, .. }) = &self.rule else {
            return None;
        };
        let lead = sliding.lead()?;
        let stuffed = Sliding {
            stride: 1,
            padding: [lead, lead],
            ceil_mode: false,
            ..*sliding
        };
        self.is_short(&stuffed).then_some((stuffed, sliding.stride))
    }

    /// The inputs from the first to the last that the windows of `outputs` read.
    pub(crate) fn inputs(&self, outputs: Range<usize>) -> Range<usize> {
        let reach = |output: usize| {
            let window = self.window(output);
            let end = window.start + window.taps.saturating_sub(1) * self.step() + 1;
            (window.taps > 0).then_some((window.start, end))
        };
        // Windows of neighbouring taps move on from output to output; others may begin further back than the one before.
        if self.step() == 1 {
            let first = outputs.clone().find_map(reach);
            let last = outputs.rev().find_map(reach);
            return first
                .zip(last)
                .map_or(0..0, |(first, last)| first.0..last.1);
        }
        let ends = outputs.filter_map(reach);
        ends.reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)))
            .map_or(0..0, |(start, end)| start..end)
    }

    /// Those of some outputs whose windows hold an input.
    pub(crate) fn holding(&self, outputs: Range<usize>, input: usize) -> Holding<'_> {
        let (near, all) = match &self.rule {
            Rule::Sliding(sliding) => (sliding.reaching(input), sliding.dilation == 1),
            Rule::Adaptive => {
                let start = scale(input, self.output, self.input);
                let end = 1 + scale_less_one(input + 1, self.output, self.input);
                (start..end, true)
            }
            Rule::Covering(_) | Rule::Fractional(_) => (outputs.clone(), false),
        };
        Holding {
            axis: self,
            input,
            near: near.start.max(outputs.start)..near.end.min(outputs.end),
            all,
        }
    }

    /// Whether every output is its own input.
    pub(crate) fn is_identity(&self) -> bool {
        self.input == self.output && self.rule == Rule::Sliding(Sliding::new(1))
    }

    /// The sliding rule, when the whole of all windows, padding included, is not much longer than the input:
    /// then rows can be laid out with their padding.
    pub(crate) fn as_uniform(&self) -> Option<&Sliding> {
        self.as_sliding().filter(|sliding| self.is_short(sliding))
    }

    /// The sliding rule of uniform windows that are so long that they are folded by doubling.
    pub(crate) fn as_long(&self) -> Option<&Sliding> {
        self.as_uniform()
            .filter(|sliding| sliding.kernel_size >= crate::long::LONG)
    }

    /// Whether laying out this axis as `sliding` says takes memory in proportion to its lengths.
    fn is_short(&self, sliding: &Sliding) -> bool {
        let starts = self.output.saturating_sub(1).saturating_mul(sliding.stride);
        let reach =
            starts.saturating_add((sliding.kernel_size - 1).saturating_mul(sliding.dilation));
        reach.saturating_add(sliding.stride) <= self.short()
    }

    /// What is short beside this axis' lengths.
    fn short(&self) -> usize {
        let length = self.input.saturating_add(self.output);
        length.saturating_mul(4).saturating_add(64)
    }

    /// Whether some window may lie outside the input altogether.
    pub(crate) fn may_be_empty(&self) -> bool {
        match &self.rule {
            Rule::Sliding(sliding) => {
                let last = self.output.saturating_sub(1).saturating_mul(sliding.stride);
                let reach = (sliding.kernel_size - 1) * sliding.dilation;
                // Taps of a window that begins before the input may lie on either side of it, where it is shorter than from one to the next.
                sliding.padding[0] > reach
                    || last >= self.input + sliding.padding[0]
                    || (sliding.padding[0] > 0 && self.input < sliding.dilation)
            }
            Rule::Covering(_) => true,
            Rule::Adaptive | Rule::Fractional(_) => false,
        }
    }

    /// The number of taps that no window exceeds.
    pub fn max_taps(&self) -> usize {
        match &self.rule {
            Rule::Sliding(sliding) => sliding.kernel_size,
            Rule::Fractional(windows) => windows.kernel_size,
            Rule::Covering(covering) => covering.sliding.kernel_size.div_ceil(covering.tap_step),
            // Windows are `whole` and rest ⁄ output elements long, and begin at multiples of that: unless `rest` divides
            // `output`, some reach into two elements more.
            Rule::Adaptive => {
                let output = self.output.max(1);
                let (whole, rest) = (self.input / output, self.input % output);
                let more = match rest {
                    0 => 0,
                    rest if output.is_multiple_of(rest) => 1,
                    _ => 2,
                };
                (whole + more).max(1)
            }
        }
    }

    /// An upper bound of the elements from a window's first tap to one past its last.
    pub(crate) fn reach(&self) -> usize {
        (self.max_taps().saturating_sub(1) * self.step() + 1).min(self.input)
    }
}

/// The outputs whose windows hold an input.
pub(crate) struct Holding<'a> {
    axis: &'a Axis,
    input: usize,
    /// Outputs among which they are, and whether they are all of those.
    near: Range<usize>,
    all: bool,
}

impl Holding<'_> {
    /// All of them, if they are neighbours.
    pub(crate) fn range(&self) -> Option<Range<usize>> {
        self.all.then(|| self.near.clone())
    }

    /// How many outputs are looked at to find them.
    pub(crate) fn tried(&self) -> usize {
        self.near.len()
    }

    /// Each of them, in order.
    pub(crate) fn outputs(&self) -> impl Iterator<Item = usize> + '_ {
        let near = self.near.clone();
        near.filter(|&output| self.all || self.holds(output))
    }

    fn holds(&self, output: usize) -> bool {
        let (window, step) = (self.axis.window(output), self.axis.step());
        let distance = self.input.checked_sub(window.start);
        distance
            .is_some_and(|distance| distance.is_multiple_of(step) && distance / step < window.taps)
    }
}

/// floor(index · length / parts) without overflow.
fn scale(index: usize, length: usize, parts: usize) -> usize {
    (index / parts) * length + ((index % parts) as u128 * length as u128 / parts as u128) as usize
}

/// floor((index · length − 1) / parts) without overflow.
fn scale_less_one(index: usize, length: usize, parts: usize) -> usize {
    ((index as u128 * length as u128 - 1) / parts as u128) as usize
}
