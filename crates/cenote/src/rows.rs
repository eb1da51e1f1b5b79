//! The rows that windows read: where they are, which have been looked at, and how they are folded.

use std::ops::Range;

use fearless_simd::{Simd, SimdBase};
use fearless_simd_macros::simd;

use crate::columns::{Columns, MOST_ROWS, MOST_WINDOW_ROWS, next_chunk};
use crate::element::Element;
use crate::element::private::Lanes;
use crate::fetch::Ahead;
use crate::fold::{Fold, LanesMut};
use crate::kernel::lanes_of;
use crate::lane::Lane;
use crate::look::{Look, see_row};
use crate::pass::Pass;
use crate::plane::Worker;
use crate::table::Table;

/// The least and the largest element that was seen: see [`Look`].
pub(crate) type Seen<S, T> = [<T as Look<<T as Lanes>::Plain>>::Bits<S>; 2];

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
        self.list(&mut few);
        few
    }

    /// All rows.
    #[inline(always)]
    pub(crate) fn all<'b>(&self, rows: &'b mut [&'a [T]]) -> &'b [&'a [T]] {
        let rows = &mut rows[..self.taps[0] * self.taps[1]];
        self.list(rows);
        rows
    }

    /// Lists as many rows as there are places. They are found one from the other: that takes no multiplications.
    #[inline(always)]
    fn list(&self, rows: &mut [&'a [T]]) {
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
            *row = &place[..self.len];
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
fn see_rows<S: Simd, T: Element>(simd: S, rows: &[&[T]], fresh: u32, seen: &mut Seen<S, T>) {
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

    /// The first row of a tap along the depth.
    #[inline(always)]
    fn slab(&self, depth: usize, tap: usize) -> usize {
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
    fn fresh(
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
    fn stale(&self, (start, taps): (usize, usize)) -> usize {
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

/// What is done with the rows of windows.
pub(crate) trait Gather<S: Simd, T: Element, R: Columns<T>> {
    /// Folds the rows of windows from output row `row` on.
    fn gather(
        &mut self,
        of: (S, &Worker<'_, S, T, R>),
        rows: (usize, Rows<'_, T>, Reach),
        seen: &mut Seen<S, T>,
    );
}

/// Bytes of a row of a far tensor for which memory is asked at a time, before as much is folded. In one go it would be waited for.
const SEGMENT_BYTES: usize = 4 << 10;

/// Rows that are staged: each window folded to a row of lanes, between its padding.
pub(crate) struct Staged<'a, 'b, F: Fold> {
    pub(crate) ahead: &'b mut Ahead,
    /// The first output row.
    pub(crate) first: usize,
    /// Rows whose padding is in place.
    pub(crate) padded: &'b mut usize,
    pub(crate) lanes: &'b mut LanesMut<'a, F>,
}

impl<S: Simd, T: Element, R: Columns<T>> Gather<S, T, R> for Staged<'_, '_, R::Fold> {
    #[inline(always)]
    fn gather(
        &mut self,
        (simd, worker): (S, &Worker<'_, S, T, R>),
        (row, rows, reach): (usize, Rows<'_, T>, Reach),
        seen: &mut Seen<S, T>,
    ) {
        let row = row - self.first;
        worker.clear_padding(row..row + rows.count, self.padded, self.lanes);
        let lanes = &mut self
            .lanes
            .from(row * rows.to + worker.pass.padding_before());
        if self.ahead.is_asked() {
            reach.ask(self.ahead, worker.source, rows.count - 1);
            if const { R::SEGMENTS } && rows.len * size_of::<T>() >= 2 * SEGMENT_BYTES {
                return fold_segments(simd, (worker, self.ahead), rows, lanes, seen);
            }
            self.ahead.go_on(worker.source, rows.count * rows.hop / 2);
        }
        if rows.taps[0] * rows.taps[1] > MOST_ROWS {
            return fold_many_rows::<S, T, R>(simd, rows, lanes, seen);
        }
        worker.reducer.fold_rows(simd, rows, lanes, seen);
    }
}

/// Folds long rows, and asks memory for what comes next a little at a time.
#[simd]
fn fold_segments<S: Simd, T: Element, R: Columns<T>>(
    simd: S,
    (worker, ahead): (&Worker<'_, S, T, R>, &mut Ahead),
    rows: Rows<'_, T>,
    lanes: &mut LanesMut<'_, R::Fold>,
    all_seen: &mut Seen<S, T>,
) {
    // Kept in registers.
    let mut seen = *all_seen;
    let segment = SEGMENT_BYTES / size_of::<T>();
    let brought = rows.count * rows.hop / 2;
    for at in (0..rows.len).step_by(segment) {
        let piece = Rows {
            source: &rows.source[at..],
            len: segment.min(rows.len - at),
            ..rows
        };
        ahead.go_on(worker.source, brought * piece.len / rows.len);
        let lanes = &mut lanes.from(at);
        worker.reducer.fold_rows(simd, piece, lanes, &mut seen);
    }
    *all_seen = seen;
}

/// Folds windows of more rows than [`Columns::fold_rows`] takes, vector by vector: rows of a vector at least.
#[simd]
fn fold_many_rows<S: Simd, T: Element, R: Columns<T>>(
    simd: S,
    mut window: Rows<'_, T>,
    lanes: &mut LanesMut<'_, R::Fold>,
    all_seen: &mut Seen<S, T>,
) {
    let all = &mut [[].as_slice(); MOST_WINDOW_ROWS];
    let width = lanes_of::<S, R::Fold>();
    let is_near = width == <T::Plain as Lane>::Vector::<S>::LEN;
    // Kept in registers.
    let mut seen = *all_seen;
    for number in 0..window.count {
        let rows = window.all(all);
        let mut fresh = window.fresh;
        // Elements are looked at as they are folded, where as many are looked at together as are folded.
        if R::REFUSES_NAN && !is_near {
            see_rows(simd, rows, fresh, &mut seen);
            fresh = 0;
        }
        let lanes = &mut lanes.piece(number * window.to, window.len);
        let mut next = Some(0);
        while let Some(at) = next {
            let folded = R::fold_vector(simd, rows, (at, 0), fresh, &mut seen);
            R::Fold::store(folded, lanes, at);
            next = next_chunk(width, at, window.len);
        }
        window.advance(window.hop);
    }
    *all_seen = seen;
}

/// Gathers the source rows of some `windows` along the height at one depth. False if an element may not be taken in any order.
#[simd]
pub(crate) fn gather_rows<S: Simd, T: Element, R: Columns<T>, G: Gather<S, T, R>>(
    simd: S,
    (worker, grid): (&Worker<'_, S, T, R>, Grid),
    (z, windows, heights): (usize, Table<'_>, Range<usize>),
    looked: &mut Looked,
    gather: &mut G,
) -> bool {
    let len = grid.len;
    let staged = worker.pass.staged_pitch();
    let inside = worker.pass.inside();
    let pitch = [grid.steps[0] * grid.rows * len, grid.steps[1] * len];
    let mut seen = T::nothing_seen(simd);
    let depth = worker.tables[0].window(z);
    let mut y = heights.start;
    while y < heights.end {
        let window = windows.window(y);
        let fresh = looked.fresh(grid, depth, window);
        let stale = looked.stale(window);
        looked.pass(window);
        let (mut count, hop) = windows.run(y..heights.end);
        // All that follow are as fresh as the second, but not always as the first.
        if looked.stale((window.0 + hop, window.1)) != stale {
            count = 1;
        }
        let last = (window.0 + (count - 1) * hop, window.1);
        looked.pass(last);
        let first = (grid.slab(depth.0, 0) + window.0) * len;
        let rows = Rows {
            source: &worker.source[first..],
            len: inside,
            taps: [depth.1, window.1],
            pitch,
            fresh,
            count,
            hop: hop * len,
            to: staged,
        };
        let reach = Reach::new(grid, depth, window, hop);
        gather.gather((simd, worker), (y, rows, reach), &mut seen);
        y += count;
    }
    R::admits::<S>(seen)
}

impl<'a, S: Simd, T: Element, R: Columns<T>> Worker<'a, S, T, R> {
    /// The elements from depth `z` on.
    #[inline(always)]
    pub(crate) fn depth(&self, grid: Grid, z: usize) -> &'a [T] {
        &self.source[grid.slab(z, 0) * grid.len..]
    }

    /// Makes the padding of staged rows what an empty window folds to, where it is not yet.
    #[inline(always)]
    pub(crate) fn clear_padding(
        &self,
        rows: Range<usize>,
        padded: &mut usize,
        out: &mut LanesMut<'_, R::Fold>,
    ) {
        if *padded >= rows.end {
            return;
        }
        let (before, inside) = (self.pass.padding_before(), self.pass.inside());
        let staged = self.pass.staged_pitch();
        let done = padded.saturating_sub(rows.start);
        for row in rows.skip(done) {
            out.pad(self.simd, row * staged, before);
            let end = before + inside;
            out.pad(self.simd, row * staged + end, staged - end);
            *padded = row + 1;
        }
    }
}
