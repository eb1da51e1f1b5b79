//! The rows that windows read: where they are, and which have been looked at.

use fearless_simd::Simd;

use crate::columns::{Columns, MOST_ROWS};
use crate::element::Element;
use crate::element::private::Lanes;
use crate::fetch::{Ahead, fetch};
use crate::look::{Look, see_row};
use crate::pass::Pass;
use crate::plane::Worker;

/// What was seen of the elements: see [`Look`].
pub(crate) type Seen<S, T> = <T as Look<<T as Lanes>::Plain>>::Seen<S>;

/// The rows of a window, of which there is at least one, and of windows like it that follow.
#[derive(Clone, Copy)]
pub(crate) struct Rows<'a, T> {
    /// The elements from the first row on.
    pub(crate) source: &'a [T],
    /// How many elements of a row are folded.
    pub(crate) len: usize,
    /// Rows along depth and height, and the elements from one to the next.
    pub(crate) taps: [usize; 2],
    pub(crate) pitch: [usize; 2],
    /// Which rows have not been looked at: a bit each.
    pub(crate) fresh: u32,
    /// Windows, the elements from one to the next, and the lanes from what one is folded to to that of the next.
    pub(crate) count: usize,
    pub(crate) hop: usize,
    pub(crate) to: usize,
}

/// The rows of windows that are alike.
#[derive(Clone, Copy)]
pub(crate) struct Alike<'a, T, const ROWS: usize> {
    /// Those of the first window, each with what is below it, as far as the last one's: one look at the bounds serves all of them.
    rows: [&'a [T]; ROWS],
    /// Elements of a row.
    len: usize,
}

impl<'a, T, const ROWS: usize> Alike<'a, T, ROWS> {
    /// Those of the window that begins some elements after the first.
    #[inline(always)]
    pub(crate) fn at(&self, from: usize) -> [&'a [T]; ROWS] {
        near(&self.rows, from, self.len)
    }
}

/// `len` elements of each of some rows, as long as one another, from one on.
#[inline(always)]
pub(crate) fn near<'a, T, const ROWS: usize>(
    rows: &[&'a [T]],
    at: usize,
    len: usize,
) -> [&'a [T]; ROWS] {
    let mut near = [[].as_slice(); ROWS];
    for (near, row) in near.iter_mut().zip(rows) {
        *near = &row[at..at + len];
    }
    near
}

/// Does something with each window of some rows, and the place of the lanes that it is folded to.
macro_rules! each_window {
    ($rows:ident, |$window:ident, $to:ident| $fold:expr) => {{
        let mut $window = $rows;
        let mut to = 0;
        for _ in 0..$rows.count {
            let $to = to..to + $rows.len;
            $fold;
            $window.advance($rows.hop);
            to += $rows.to;
        }
    }};
}

impl<'a, T: Element> Rows<'a, T> {
    /// Whether there are two windows or more, each of them a row after the one before it.
    #[inline(always)]
    pub(crate) fn are_dense(&self) -> bool {
        self.count > 1 && self.hop == self.pitch[1]
    }

    /// Goes on to what lies some elements further on, if anything does.
    #[inline(always)]
    pub(crate) fn advance(&mut self, elements: usize) {
        self.source = self.source.get(elements..).unwrap_or_default();
    }

    /// The rows, whose number is known.
    #[inline(always)]
    pub(crate) fn few<const ROWS: usize>(&self) -> [&'a [T]; ROWS] {
        let mut few = [[].as_slice(); ROWS];
        self.list(self.len, &mut few);
        few
    }

    /// The rows of all windows, whose number is known.
    #[inline(always)]
    pub(crate) fn alike<const ROWS: usize>(&self) -> Alike<'a, T, ROWS> {
        let mut rows = [[].as_slice(); ROWS];
        self.list((self.count - 1) * self.hop + self.len, &mut rows);
        let len = self.len;
        Alike { rows, len }
    }

    /// All rows.
    #[inline(always)]
    pub(crate) fn all<'b>(&self, rows: &'b mut [&'a [T]]) -> &'b [&'a [T]] {
        let rows = &mut rows[..self.taps[0] * self.taps[1]];
        self.list(self.len, rows);
        rows
    }

    /// Asks memory for `len` elements of those that have not been looked at, some elements after the first of each: beyond the end of
    /// one is what follows it.
    pub(crate) fn ask(&self, after: usize, len: usize) {
        for number in 0..self.taps[0] * self.taps[1] {
            if is_fresh(self.fresh, number) {
                let [slab, row] = [number / self.taps[1], number % self.taps[1]];
                let first = slab * self.pitch[0] + row * self.pitch[1] + after;
                let source = self.source.get(first..).unwrap_or_default();
                fetch(&source[..len.min(source.len())]);
            }
        }
    }

    /// Lists as many rows as there are places, and `len` elements of each. They are found one from the other: that takes no
    /// multiplications.
    #[inline(always)]
    fn list(&self, len: usize, rows: &mut [&'a [T]]) {
        let (mut slab, mut place) = (self.source, self.source);
        let mut left = self.taps[1];
        for (number, row) in rows.iter_mut().enumerate() {
            if left == 0 {
                slab = &slab[self.pitch[0]..];
                (place, left) = (slab, self.taps[1]);
            } else if number > 0 {
                place = &place[self.pitch[1]..];
            }
            left -= 1;
            *row = &place[..len];
        }
    }

    /// Looks at the fresh rows.
    #[inline(always)]
    pub(crate) fn see<S: Simd>(&self, simd: S, seen: &mut Seen<S, T>) {
        let all = &mut [[].as_slice(); MOST_ROWS];
        let mut window = *self;
        for _ in 0..self.count {
            see_rows(simd, window.all(all), self.fresh, seen);
            window.advance(self.hop);
        }
    }
}

/// Looks at those rows that are fresh: a bit each, or all of many.
#[inline(always)]
pub(crate) fn see_rows<S: Simd, T: Element>(
    simd: S,
    rows: &[&[T]],
    fresh: u32,
    seen: &mut Seen<S, T>,
) {
    for (number, row) in rows.iter().enumerate() {
        if is_fresh(fresh, number) {
            see_row(simd, row, seen);
        }
    }
}

/// Whether a row of a window is fresh. Of more than [`MOST_ROWS`], all are.
#[inline(always)]
pub(crate) fn is_fresh(fresh: u32, row: usize) -> bool {
    fresh >> (row % MOST_ROWS) & 1 != 0
}

/// Does something with each two windows that follow one another, as one that holds the rows of both, and the place of the
/// lanes that the first is folded to. Of an odd number, the last but one is met twice.
macro_rules! each_pair {
    ($rows:ident, |$pair:ident, $to:ident| $fold:expr) => {{
        let mut $pair = $rows;
        $pair.taps[1] += 1;
        let (mut $to, mut left) = (0, $rows.count);
        while left > 0 {
            $fold;
            let step = if left == 3 { 1 } else { 2 };
            left = left.saturating_sub(2);
            $pair.advance(step * $rows.hop);
            $to += step * $rows.to;
        }
    }};
}

pub(crate) use {each_pair, each_window};

/// Where the rows of windows lie among those of a plane: what an [`Axis`] says, worked out once for all rows.
#[derive(Clone, Copy)]
pub(crate) struct Grid {
    /// Distances between the rows of a window along depth and height.
    steps: [usize; 2],
    /// Rows of one depth.
    rows: usize,
    /// Rows of a window along the height, at most.
    most: usize,
    /// Elements of a row.
    pub(crate) len: usize,
}

impl Grid {
    pub(crate) fn new(pass: &Pass<'_>) -> Self {
        let [depth, height, _] = pass.axes;
        Self {
            steps: [depth.step(), height.step()],
            rows: height.input_len(),
            most: height.max_taps(),
            len: pass.source_row_len(),
        }
    }

    /// Elements from one row of a window to the next along depth and height.
    pub(crate) fn pitch(&self) -> [usize; 2] {
        [
            self.steps[0] * self.rows * self.len,
            self.steps[1] * self.len,
        ]
    }

    /// The first row of a tap along the depth.
    #[inline(always)]
    pub(crate) fn slab(&self, depth: usize, tap: usize) -> usize {
        (depth + tap * self.steps[0]) * self.rows
    }

    /// Calls `each` with every row that the output row reads, in order: its number among the source's rows, and that among
    /// the window's.
    #[inline(always)]
    pub(crate) fn each_row(
        &self,
        (depth, depth_taps): (usize, usize),
        (start, taps): (usize, usize),
        mut each: impl FnMut(usize, usize),
    ) {
        for z in 0..depth_taps {
            let slab = self.slab(depth, z);
            for y in 0..taps {
                each(slab + start + y * self.steps[1], z * self.most + y);
            }
        }
    }
}

/// Which rows of a plane have been looked at.
#[derive(Clone, Copy, Default)]
pub(crate) struct Looked {
    /// Rows of all depths before this one have been.
    depth: usize,
    /// Rows of the present depths before this one have been.
    pub(crate) row: usize,
}

impl Looked {
    /// Which rows of a window have not been looked at: a bit each.
    #[inline(always)]
    pub(crate) fn fresh(
        &self,
        grid: Grid,
        (depth, depth_taps): (usize, usize),
        (start, taps): (usize, usize),
    ) -> u32 {
        if grid.steps != [1, 1] || taps > MOST_ROWS {
            return u32::MAX;
        }
        let rows = (1 << taps) - (1 << self.stale((start, taps)));
        let mut fresh = 0;
        for z in self.depth.saturating_sub(depth)..depth_taps {
            fresh |= rows << (z * taps);
        }
        fresh
    }

    /// How many rows of a window have been looked at, if any of its depths is new.
    #[inline(always)]
    pub(crate) fn stale(&self, (start, taps): (usize, usize)) -> usize {
        self.row.saturating_sub(start).min(taps)
    }

    /// The rows of a window will have been looked at from now on.
    #[inline(always)]
    pub(crate) fn pass(&mut self, (start, taps): (usize, usize)) {
        self.row = self.row.max(start + taps);
    }

    /// Goes on to the next depth.
    pub(crate) fn end_depth(&mut self, (depth, taps): (usize, usize)) {
        self.depth = depth + taps;
        self.row = 0;
    }
}

/// The elements that memory is asked for with some windows that are alike.
#[derive(Clone, Copy)]
pub(crate) struct Reach {
    /// The elements of the first window at the last of its depths.
    start: usize,
    end: usize,
    /// Elements from one window to the next.
    hop: usize,
}

impl Reach {
    pub(crate) fn new(
        grid: Grid,
        (depth, depth_taps): (usize, usize),
        (start, taps): (usize, usize),
        hop: usize,
    ) -> Self {
        let first = grid.slab(depth, depth_taps - 1) + start;
        Self {
            start: first * grid.len,
            end: (first + (taps - 1) * grid.steps[1] + 1) * grid.len,
            hop: hop * grid.len,
        }
    }

    /// Asks for the elements of all windows up to window `number`.
    #[inline(always)]
    pub(crate) fn ask<T>(&self, ahead: &mut Ahead, source: &[T], number: usize) {
        if ahead.is_asked() {
            ahead.reach(source, self.start, self.end + number * self.hop);
        }
    }

    /// As [`Reach::ask`], and for some that follow.
    #[inline(always)]
    pub(crate) fn ask_beyond<T>(&self, ahead: &mut Ahead, source: &[T], number: usize) {
        if ahead.is_asked() {
            let end = self.end + number * self.hop + ahead.lead();
            ahead.reach(source, self.start, end);
        }
    }
}

impl<'a, S: Simd, T: Element, R: Columns<T>> Worker<'a, S, T, R> {
    /// The elements from depth `z` on.
    #[inline(always)]
    pub(crate) fn depth(&self, grid: Grid, z: usize) -> &'a [T] {
        &self.source[grid.slab(z, 0) * grid.len..]
    }
}
