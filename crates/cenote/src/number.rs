//! Flat indices as numbers of taps, and numbers of taps as flat indices.

use crate::index::Index;
use crate::scratch::{Arena, Slot, arena_words};
use crate::window::{Axis, Window};

/// Quotient and rest. Most numbers are small, and many divisors 1: those take a fraction of the time.
#[inline(always)]
fn divide(number: usize, by: usize) -> (usize, usize) {
    if by == 1 {
        return (number, 0);
    }
    match (u32::try_from(number), u32::try_from(by)) {
        (Ok(number), Ok(by)) => ((number / by) as usize, (number % by) as usize),
        _ => (number / by, number % by),
    }
}

/// Translates between flat indices and tap numbers along one row of outputs.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Locator {
    /// Elements along each axis, taps of a window, and elements from one tap to the next.
    lens: [usize; 3],
    taps: [usize; 3],
    steps: [usize; 3],
    /// First taps along depth and height.
    starts: [usize; 2],
}

impl Locator {
    /// The row of outputs whose windows along depth and height are these.
    pub(crate) fn new(axes: [&Axis; 3], windows: [Window; 2]) -> Self {
        Self {
            lens: axes.map(Axis::input_len),
            taps: axes.map(Axis::max_taps),
            steps: axes.map(Axis::step),
            starts: windows.map(|window| window.start),
        }
    }

    /// The tap number, in a window that starts at column `start`, of the element at `flat`.
    #[inline(always)]
    pub(crate) fn number(&self, flat: i64, start: i32) -> i64 {
        let [depth, height, width] = self.lens;
        let Ok(flat) = usize::try_from(flat) else {
            return 0;
        };
        let (row, at_x) = divide(flat, width);
        let (at_z, at_y) = match depth {
            1 => (0, row),
            _ => divide(row, height),
        };
        let tap = |at: usize, start: usize, step: usize| divide(at.saturating_sub(start), step).0;
        let along_z = tap(at_z, self.starts[0], self.steps[0]);
        let along_y = tap(at_y, self.starts[1], self.steps[1]);
        let along_x = tap(at_x, start as usize, self.steps[2]);
        ((along_z * self.taps[1] + along_y) * self.taps[2] + along_x) as i64
    }
}

/// Numbers of taps whose places are listed; those of more are worked out.
const MOST_LISTED: usize = 1024;

/// Where the taps of windows lie, by their numbers.
#[derive(Default)]
pub(crate) struct Taps<'a> {
    /// Elements along each axis, taps of a window, and elements from one tap to the next.
    lens: [i64; 3],
    taps: [usize; 3],
    steps: [i64; 3],
    /// How far along each axis the first taps are from where their window starts.
    listed: &'a [[i64; 3]],
    /// Where the window of each lane of a row of outputs starts along the width.
    starts: &'a [i64],
}

impl<'a> Taps<'a> {
    /// Words of scratch memory that [`Taps::new`] takes.
    pub(crate) fn scratch_words(axes: [&Axis; 3], inner: usize, outputs: usize) -> usize {
        let starts = axes[2].output_len() * inner;
        arena_words::<i64>(3 * Self::listed(axes, outputs)) + arena_words::<i64>(starts)
    }

    /// How many are worth listing for as many outputs.
    fn listed(axes: [&Axis; 3], outputs: usize) -> usize {
        let taps = axes.map(Axis::max_taps).into_iter();
        let taps = taps.fold(1, usize::saturating_mul);
        taps.min(outputs).min(MOST_LISTED)
    }

    /// The taps of windows of these axes and `inner` channels, to which as many `outputs` belong.
    pub(crate) fn new(
        axes: [&Axis; 3],
        inner: usize,
        outputs: usize,
        arena: &mut Arena<'a>,
    ) -> Self {
        let taps = Self {
            lens: axes.map(|axis| axis.input_len() as i64),
            taps: axes.map(Axis::max_taps),
            steps: axes.map(|axis| axis.step() as i64),
            ..Self::default()
        };
        let listed = i64::take_exactly(arena, 3 * Self::listed(axes, outputs));
        let (listed, _) = listed.as_chunks_mut();
        for (number, tap) in listed.iter_mut().enumerate() {
            *tap = taps.find(number);
        }
        let starts = i64::take_exactly(arena, axes[2].output_len() * inner);
        for (lanes, window) in starts.chunks_exact_mut(inner).zip(axes[2].windows()) {
            lanes.fill(window.start as i64);
        }
        Self {
            listed,
            starts,
            ..taps
        }
    }

    /// How far along each axis a tap is from where its window starts.
    fn find(&self, number: usize) -> [i64; 3] {
        let (rows, x) = divide(number, self.taps[2]);
        let (z, y) = divide(rows, self.taps[1]);
        let [depth, height, width] = self.steps;
        [z as i64 * depth, y as i64 * height, x as i64 * width]
    }

    /// The flat indices of the taps that have these numbers, in the windows of the lanes from `first` on of a row of outputs, whose
    /// windows start at `start` along depth and height; `i64::MAX` where there is none.
    #[inline(always)]
    pub(crate) fn locate<I: Index>(
        &self,
        (numbers, start): (&[I], [usize; 2]),
        first: usize,
        flats: &mut [i64],
    ) {
        let [_, height, width] = self.lens;
        let start = start.map(|start| start as i64);
        let starts = &self.starts[first..];
        for ((flat, number), column) in flats.iter_mut().zip(numbers).zip(starts) {
            let number = number.number() as usize;
            let [z, y, x] = match self.listed.get(number) {
                Some(tap) => *tap,
                None => self.find(number),
            };
            let [z, y, x] = [start[0] + z, start[1] + y, column + x];
            let is_inside = y < height && x < width;
            *flat = if is_inside {
                (z * height + y) * width + x
            } else {
                i64::MAX
            };
        }
    }
}
