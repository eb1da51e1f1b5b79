//! Gathers the rows of windows: finds those that are alike, looks at the rows that nobody has looked at, and folds them.

use std::ops::Range;

use fearless_simd::{Simd, SimdBase};
use fearless_simd_macros::simd;

use crate::columns::{Columns, MOST_ROWS, MOST_WINDOW_ROWS, next_chunk};
use crate::element::Element;
use crate::fetch::Ahead;
use crate::fold::{Fold, LanesMut};
use crate::kernel::lanes_of;
use crate::lane::Lane;
use crate::pass::Pass;
use crate::plane::Worker;
use crate::rows::{Grid, Looked, Reach, Rows, Seen, see_rows};
use crate::table::Table;

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

/// Bytes of a long row of a far tensor that are folded at a time, and how far ahead of them memory is asked for as much. For all of a
/// row in one go it would be waited for, while nothing is folded.
const SEGMENT_BYTES: usize = 1 << 10;
const LEAD_BYTES: usize = 4 << 10;

/// Whether rows of a far tensor are folded in segments.
pub(crate) fn in_segments<T: Element, R: Columns<T>>(pass: &Pass<'_>) -> bool {
    let [depth, height, _] = pass.axes;
    R::SEGMENTS
        && pass.inside() * size_of::<T>() >= 2 * LEAD_BYTES
        && depth.max_taps() * height.max_taps() <= MOST_ROWS
}

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
            if const { R::SEGMENTS } && in_segments::<T, R>(worker.pass) {
                return fold_segments(simd, worker, rows, lanes, seen);
            }
            reach.ask(self.ahead, worker.source, rows.count - 1);
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
    worker: &Worker<'_, S, T, R>,
    rows: Rows<'_, T>,
    lanes: &mut LanesMut<'_, R::Fold>,
    all_seen: &mut Seen<S, T>,
) {
    // Kept in registers.
    let mut seen = *all_seen;
    let [segment, lead] = [SEGMENT_BYTES, LEAD_BYTES].map(|bytes| bytes / size_of::<T>());
    for at in (0..rows.len).step_by(segment) {
        let piece = Rows {
            source: &rows.source[at..],
            len: segment.min(rows.len - at),
            ..rows
        };
        piece.ask(lead, segment);
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
    let pitch = grid.pitch();
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

impl<S: Simd, T: Element, R: Columns<T>> Worker<'_, S, T, R> {
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
