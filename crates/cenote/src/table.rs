//! The windows along one axis of a band, and what is counted of them: computed once for all planes.

use std::ops::Range;

use crate::pass::{Band, Divide, Pass};
use crate::reduce::Counting;
use crate::scratch::{Arena, Slot, arena_words};
use crate::stage::Stage;
use crate::window::{Axis, Window};

/// The windows of some outputs.
#[derive(Clone, Copy, Default)]
pub(crate) struct Table<'a> {
    first: usize,
    /// Start and taps of each window.
    windows: &'a [i64],
    /// Where the windows end that follow each one and are alike, counted from the first of all, and how far apart they lie.
    runs: &'a [i64],
    first_counted: usize,
    counts: &'a [i64],
}

impl<'a> Table<'a> {
    pub(crate) fn new(axis: &Axis, outputs: Range<usize>, arena: &mut Arena<'a>) -> Self {
        let windows = i64::take_exactly(arena, 2 * outputs.len());
        let first = outputs.start;
        axis.list(first, windows.as_chunks_mut().0);
        Self {
            first,
            windows,
            ..Self::default()
        }
    }

    /// The same table, of which [`Table::run`] can be asked.
    pub(crate) fn with_runs(self, arena: &mut Arena<'a>) -> Self {
        Self {
            runs: runs(self.windows, arena),
            ..self
        }
    }

    /// A window of `taps` rows from each of `rows` rows on.
    pub(crate) fn dense(rows: usize, taps: usize, arena: &mut Arena<'a>) -> Self {
        let windows = i64::take_exactly(arena, 2 * rows);
        for (start, slots) in windows.as_chunks_mut().0.iter_mut().enumerate() {
            *slots = [start as i64, taps as i64];
        }
        let runs = i64::take_exactly(arena, 2 * rows);
        runs.as_chunks_mut().0.fill([rows as i64, 1]);
        Self {
            windows,
            runs,
            ..Self::default()
        }
    }

    /// How many taps all windows of some outputs have, if they have as many.
    pub(crate) fn taps(&self, outputs: Range<usize>) -> Option<usize> {
        let taps = self.window(outputs.start).1;
        self.windows(outputs)
            .all(|window| window.1 == taps)
            .then_some(taps)
    }

    /// The tables of a band along depth and height, with counts.
    pub(crate) fn of_band(
        pass: &Pass<'_>,
        band: &Band,
        counting: Counting,
        arena: &mut Arena<'a>,
    ) -> [Self; 2] {
        let mut of_axis = |index: usize| {
            let counted = counted(pass, band, index);
            let counts = i64::take(arena, counted.len());
            let first_counted = counted.start;
            if matches!(counting, Counting::None | Counting::Fixed(_)) {
                counts.fill(1);
            } else {
                for (slot, output) in counts.iter_mut().zip(counted) {
                    *slot = count(counting, pass.counted.0[index].window(output));
                }
            }
            Self {
                first_counted,
                counts,
                ..Self::new(pass.axes[index], band.outputs(index), arena)
            }
        };
        [of_axis(0), of_axis(1)]
    }

    /// Words of scratch memory that a table of as many outputs takes, without counts.
    pub(crate) fn words(outputs: usize) -> usize {
        2 * arena_words::<i64>(2 * outputs)
    }

    /// Words of scratch memory that [`Table::of_band`] takes.
    pub(crate) fn band_words(pass: &Pass<'_>, band: &Band) -> usize {
        let words = |index: usize| {
            Self::words(band.outputs(index).len())
                + arena_words::<i64>(counted(pass, band, index).len())
        };
        words(0) + words(1)
    }

    /// The table of as many planes one below the other, of each of which this one has all windows along the height. Its runs are
    /// known.
    pub(crate) fn stacked(self, planes: usize, height: &Axis, arena: &mut Arena<'a>) -> Self {
        if planes <= 1 {
            // Windows that lie anywhere are hardly ever alike.
            return if height.is_fractional() {
                self
            } else {
                self.with_runs(arena)
            };
        }
        let outputs = height.output_len();
        let windows = i64::take_exactly(arena, 2 * planes * outputs);
        let counts = i64::take(arena, planes * outputs);
        let (slots, _) = windows.as_chunks_mut();
        for (plane, slots) in slots.chunks_exact_mut(outputs).enumerate() {
            let first = (plane * height.input_len()) as i64;
            for (slot, [start, taps]) in slots.iter_mut().zip(self.list(0..outputs)) {
                *slot = [first + start, *taps];
            }
        }
        for counts in counts.chunks_exact_mut(outputs).take(planes) {
            counts.copy_from_slice(&self.counts[..outputs]);
        }
        let stacked = Self {
            windows,
            counts,
            ..self
        };
        stacked.with_runs(arena)
    }

    /// Words of scratch memory that [`Table::stacked`] takes.
    pub(crate) fn stacked_words(stacked: &Band) -> usize {
        Self::words(stacked.height.len()) + arena_words::<i64>(stacked.height.len())
    }

    /// How many windows a dense table has.
    pub(crate) fn len(&self) -> usize {
        self.windows.len() / 2
    }

    /// Start and taps of an output's window.
    #[inline(always)]
    pub(crate) fn window(&self, output: usize) -> (usize, usize) {
        let at = 2 * (output - self.first);
        (self.windows[at] as usize, self.windows[at + 1] as usize)
    }

    /// How many windows of some outputs, from the first on, have as many taps and lie as far apart, and how far that is.
    #[inline(always)]
    pub(crate) fn run(&self, outputs: Range<usize>) -> (usize, usize) {
        if self.runs.is_empty() {
            return (1, 0);
        }
        let first = outputs.start - self.first;
        let (end, hop) = (self.runs[2 * first], self.runs[2 * first + 1]);
        ((end as usize - first).min(outputs.len()), hop as usize)
    }

    /// Start and taps of some outputs' windows.
    #[inline(always)]
    pub(crate) fn list(&self, outputs: Range<usize>) -> &'a [[i64; 2]] {
        let (windows, _) = self.windows.as_chunks::<2>();
        &windows[outputs.start - self.first..outputs.end - self.first]
    }

    /// As [`Table::list`].
    #[inline(always)]
    pub(crate) fn windows(&self, outputs: Range<usize>) -> impl Iterator<Item = (usize, usize)> {
        self.list(outputs)
            .iter()
            .map(|&[start, taps]| (start as usize, taps as usize))
    }

    /// What is counted at a place along the counted axis.
    pub(crate) fn count(&self, at: usize) -> i64 {
        self.counts[at - self.first_counted]
    }
}

/// Where the windows end that follow each one, have as many taps and lie as far apart, and how far that is.
fn runs<'a>(windows: &[i64], arena: &mut Arena<'a>) -> &'a [i64] {
    let runs = i64::take_exactly(arena, windows.len());
    let (windows, slots) = (windows.as_chunks().0, runs.as_chunks_mut().0);
    let mut first = 0;
    while first < windows.len() {
        let (count, hop) = alike(&windows[first..]);
        slots[first..first + count].fill([(first + count) as i64, hop]);
        first += count;
    }
    runs
}

/// How many windows at the beginning of some have as many taps and lie as far apart, and how far that is.
fn alike(windows: &[[i64; 2]]) -> (usize, i64) {
    let &[[first, taps], second, ..] = windows else {
        return (1, 0);
    };
    let hop = second[0] - first;
    // Empty windows lie anywhere.
    if second[1] != taps || hop < 0 {
        return (1, 0);
    }
    let mut start = first;
    let follows = |window: &&[i64; 2]| {
        start += hop;
        **window == [start, taps]
    };
    (1 + windows[1..].iter().take_while(follows).count(), hop)
}

/// The places along the counted axis that a band divides at: its outputs, or the inputs that they read.
fn counted(pass: &Pass<'_>, band: &Band, index: usize) -> Range<usize> {
    match pass.counted.1 {
        Divide::Folded => band.outputs(index),
        Divide::Lifted => Stage::new(pass.axes[index], band.outputs(index)).inputs(),
    }
}

/// What `counting` counts of a window: at least 1, so that an empty window's mean is 0.
pub(crate) fn count(counting: Counting, window: Window) -> i64 {
    match counting {
        Counting::None | Counting::Fixed(_) => 1,
        Counting::Taps => window.taps.max(1) as i64,
        Counting::Span => window.span.max(1) as i64,
    }
}
