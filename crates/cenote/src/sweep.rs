//! Long windows of neighbouring rows, at a cost that does not grow with their length.
//!
//! Windows that share a row are folded from there outwards: backwards to where each begins, and forwards to where each ends,
//! every step of which serves all of them. Where windows are `kernel_size` long and one row apart that takes three
//! merges an output, whatever the kernel (van Herk, "A fast algorithm for local minimum and maximum filters", 1992; Gil and
//! Werman, "Computing 2-D min, median, and max filters", 1993).

use std::ops::Range;

use fearless_simd::{Simd, SimdBase};
use fearless_simd_macros::simd;

use crate::columns::{Columns, MOST_ROWS, next_chunk};
use crate::element::Element;
use crate::fetch::Ahead;
use crate::fold::{Fold, LanesMut};
use crate::lane::{Lane, MOST_LANES};
use crate::pass::Pass;
use crate::plane::Worker;
use crate::reduce::Value;
use crate::rows::{Grid, Looked, Seen};
use crate::window::Axis;

/// Whether rows of a pass are to be folded so.
pub(crate) fn fits<T: Element, R: Columns<T>>(pass: &Pass<'_>) -> bool {
    let [depth, height, _] = pass.axes;
    // Index lanes count the rows of a window, and vectors take whole rows.
    let whole = size_of::<<R::Fold as Fold>::Index>() == 0
        && pass.inside() >= MOST_LANES / size_of::<Value<T, R>>();
    whole
        && depth.is_identity()
        && height.step() == 1
        && (height.max_taps() > MOST_ROWS || overlap(height))
}

/// Whether neighbouring windows share so many rows that folding those once costs less than folding each window's.
pub(crate) fn overlap(height: &Axis) -> bool {
    height
        .as_uniform()
        .is_some_and(|sliding| sliding.kernel_size > 5.max(4 * sliding.stride))
}

/// How many windows from a multiple of this number on share a row. Groups are the same whichever outputs a band has, and so
/// are sums.
fn sharing(height: &Axis) -> usize {
    height
        .as_uniform()
        .map_or(1, |sliding| (sliding.kernel_size - 1) / sliding.stride + 1)
}

/// Windows that share a row.
struct Group<'a, T> {
    /// The elements of one depth.
    source: &'a [T],
    /// Elements from one row to the next.
    pitch: usize,
    /// Start and taps of each.
    windows: &'a [[i64; 2]],
    /// The row after the first of the windows that share one, whether it is among these or not.
    split: usize,
    /// The first row that has not been looked at.
    fresh: usize,
    /// Lanes from the result of one window to that of the next.
    to: usize,
}

impl<T: Element> Group<'_, T> {
    /// Merges `VECTORS` vectors of a row from `at` on, before or after what is folded.
    #[inline(always)]
    fn merge<S: Simd, R: Columns<T>, const VECTORS: usize, const BEFORE: bool>(
        &self,
        simd: S,
        (row, at): (usize, usize),
        folded: &mut [<R::Fold as Fold>::Vector<S>; VECTORS],
        seen: &mut Seen<S, T>,
    ) {
        let width = lanes_of::<S, T, R>();
        let elements = &self.source[row * self.pitch + at..][..VECTORS * width];
        let fresh = row >= self.fresh;
        for (number, folded) in folded.iter_mut().enumerate() {
            let vector = R::lift_vector(simd, elements, (0, number * width), fresh, seen);
            *folded = if BEFORE {
                R::Fold::merge(vector, *folded)
            } else {
                R::Fold::merge(*folded, vector)
            };
        }
    }

    /// `VECTORS` vectors of a row from `at` on.
    #[inline(always)]
    fn load<S: Simd, R: Columns<T>, const VECTORS: usize>(
        &self,
        simd: S,
        (row, at): (usize, usize),
        seen: &mut Seen<S, T>,
    ) -> [<R::Fold as Fold>::Vector<S>; VECTORS] {
        let width = lanes_of::<S, T, R>();
        let elements = &self.source[row * self.pitch + at..][..VECTORS * width];
        let fresh = row >= self.fresh;
        let mut vectors = [R::lift_vector(simd, elements, (0, 0), fresh, seen); VECTORS];
        for (number, vector) in vectors.iter_mut().enumerate().skip(1) {
            *vector = R::lift_vector(simd, elements, (0, number * width), fresh, seen);
        }
        vectors
    }

    /// Folds `VECTORS` vectors of all windows from `at` on.
    #[inline(always)]
    fn fold<S: Simd, R: Columns<T>, const VECTORS: usize>(
        &self,
        simd: S,
        at: usize,
        (spare, lanes): (&mut LanesMut<'_, R::Fold>, &mut LanesMut<'_, R::Fold>),
        seen: &mut Seen<S, T>,
    ) {
        let width = lanes_of::<S, T, R>();
        let split = self.split;
        let mut row = split - 1;
        let mut folded = self.load::<S, R, VECTORS>(simd, (row, at), seen);
        for (place, &[start, _]) in self.windows.iter().enumerate().rev() {
            while row > start as usize {
                row -= 1;
                self.merge::<S, R, VECTORS, true>(simd, (row, at), &mut folded, seen);
            }
            let mut spare = spare.piece(place * VECTORS * width, VECTORS * width);
            for (number, &folded) in folded.iter().enumerate() {
                R::Fold::store(folded, &mut spare, number * width);
            }
        }
        let mut row = split;
        for (place, &[start, taps]) in self.windows.iter().enumerate() {
            let end = (start + taps) as usize;
            if row == split && row < end {
                folded = self.load::<S, R, VECTORS>(simd, (row, at), seen);
                row += 1;
            }
            while row < end {
                self.merge::<S, R, VECTORS, false>(simd, (row, at), &mut folded, seen);
                row += 1;
            }
            let spare = spare.piece(place * VECTORS * width, VECTORS * width);
            let mut out = lanes.piece(place * self.to + at, VECTORS * width);
            for (number, &folded) in folded.iter().enumerate() {
                let mut vector = R::Fold::load(simd, &spare.as_ref(), number * width);
                if row > split {
                    vector = R::Fold::merge(vector, folded);
                }
                R::Fold::store(vector, &mut out, number * width);
            }
        }
    }

    /// Folds all of `len` lanes, at least as many as a vector has.
    #[inline(always)]
    fn fold_all<S: Simd, R: Columns<T>, const VECTORS: usize>(
        &self,
        simd: S,
        len: usize,
        (spare, lanes): (&mut LanesMut<'_, R::Fold>, &mut LanesMut<'_, R::Fold>),
        seen: &mut Seen<S, T>,
    ) {
        let mut next = Some(0);
        while let Some(at) = next {
            self.fold::<S, R, VECTORS>(simd, at, (spare, lanes), seen);
            next = next_chunk(VECTORS * lanes_of::<S, T, R>(), at, len);
        }
    }
}

/// Number of lanes in a native vector.
const fn lanes_of<S: Simd, T: Element, R: Columns<T>>() -> usize {
    <Value<T, R> as Lane>::Vector::<S>::LEN
}

/// As [`fold_columns`](crate::rows::fold_columns), of long windows.
#[simd]
pub(crate) fn sweep_columns<S: Simd, T: Element, R: Columns<T>>(
    simd: S,
    (worker, grid): (&Worker<'_, S, T, R>, Grid),
    (z, heights): (usize, Range<usize>),
    (ahead, looked, padded): (&mut Ahead, &mut Looked, &mut usize),
    (spare, out): (&mut LanesMut<'_, R::Fold>, &mut LanesMut<'_, R::Fold>),
) -> bool {
    let (before, to) = (worker.pass.padding_before(), worker.pass.staged_pitch());
    let mut seen = T::nothing_seen(simd);
    let windows = worker.tables[1];
    let height = worker.pass.axes[1];
    let together = sharing(height);
    let mut first = heights.start;
    while first < heights.end {
        let head = first / together * together;
        let shared = height.window(head);
        let outputs = first..(head + together).min(heights.end);
        let start = windows.window(first).0;
        let last = windows.window(outputs.end - 1);
        let group = Group {
            source: worker.depth(grid, z),
            pitch: grid.len,
            windows: windows.list(outputs.clone()),
            split: shared.start + shared.taps,
            fresh: looked.row,
            to,
        };
        if ahead.distance > 0 {
            worker.fetch_ahead(grid, (z, 1), (start, last), ahead);
        }
        let row = first - heights.start;
        worker.clear_padding(row..row + outputs.len(), padded, out);
        let out = &mut out.from(row * to + before);
        let inside = worker.pass.inside();
        match inside / lanes_of::<S, T, R>() {
            4.. => group.fold_all::<S, R, 4>(simd, inside, (spare, out), &mut seen),
            2.. => group.fold_all::<S, R, 2>(simd, inside, (spare, out), &mut seen),
            _ => group.fold_all::<S, R, 1>(simd, inside, (spare, out), &mut seen),
        }
        looked.pass(last);
        first = outputs.end;
    }
    R::admits::<S>(seen)
}
