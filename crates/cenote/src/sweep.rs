//! Maxima of long windows of neighbouring rows, at a cost that does not grow with their length.
//!
//! Windows that share a row are folded from there outwards: backwards to where each begins, and forwards to where each ends,
//! every step of which serves all of them. Where windows are `kernel_size` long and one row apart that takes three
//! merges an output, whatever the kernel (van Herk, "A fast algorithm for local minimum and maximum filters", 1992; Gil and
//! Werman, "Computing 2-D min, median, and max filters", 1993).
//!
//! Sums are not folded so: which rows are added first would depend on the group.

use std::ops::Range;

use fearless_simd::{Simd, SimdBase};
use fearless_simd_macros::simd;

use crate::columns::{Columns, MOST_ROWS};
use crate::element::Element;
use crate::fetch::Ahead;
use crate::fold::{LanesMut, Larger, MergeValues};
use crate::lane::{Lane, MOST_LANES};
use crate::look::{largest_fresh, load_fresh};
use crate::pass::Pass;
use crate::plane::Worker;
use crate::reduce::Value;
use crate::rows::{Grid, Looked, Reach, Seen};
use crate::window::Axis;

/// Whether rows of a pass are to be folded so.
pub(crate) fn fits<T: Element, R: Columns<T>>(pass: &Pass<'_>) -> bool {
    let [depth, height, _] = pass.axes;
    // Vectors take whole rows.
    R::SWEEPS
        && pass.inside() >= MOST_LANES / size_of::<Value<T, R>>()
        && depth.is_identity()
        && height.step() == 1
        && (height.max_taps() > MOST_ROWS || overlap(height))
}

/// Whether neighbouring windows share so many rows that folding those once costs less than folding each window's.
fn overlap(height: &Axis) -> bool {
    height
        .as_uniform()
        .is_some_and(|sliding| sliding.kernel_size > 5.max(4 * sliding.stride))
}

/// Windows that share a row.
pub(crate) struct Group<'a, T> {
    /// The elements of one depth.
    source: &'a [T],
    /// Elements from one row to the next, and how many of them are folded.
    pitch: usize,
    len: usize,
    /// Start and taps of each.
    windows: &'a [[i64; 2]],
    /// The first row that has not been looked at.
    fresh: usize,
    /// Lanes from the result of one window to that of the next.
    to: usize,
}

/// Vectors of a row that are folded together, at most.
const MOST_VECTORS: usize = 5;

type Vectors<S, T, const COUNT: usize> =
    [<<T as crate::element::private::Lanes>::Plain as Lane>::Vector<S>; COUNT];

impl<T: Element> Group<'_, T> {
    /// Folds the windows' rows lane by lane; `spare` holds as many lanes as `out`.
    #[inline(always)]
    pub(crate) fn fold<S: Simd>(
        &self,
        simd: S,
        (spare, out): (&mut [T::Plain], &mut [T::Plain]),
        seen: &mut Seen<S, T>,
    ) {
        let width = <T::Plain as Lane>::Vector::<S>::LEN;
        let mut at = 0;
        while at < self.len {
            // Vectors are shared among as few strips as have registers for them; the last may overlap the one before it.
            let left = (self.len - at).div_ceil(width);
            let count = left.div_ceil(left.div_ceil(MOST_VECTORS));
            let count = count.min(self.len / width);
            at = at.min(self.len - count * width);
            let lanes = (&mut *spare, &mut out[at..]);
            match count {
                5 => self.fold_strip::<S, 5>(simd, at, lanes, seen),
                4 => self.fold_strip::<S, 4>(simd, at, lanes, seen),
                3 => self.fold_strip::<S, 3>(simd, at, lanes, seen),
                2 => self.fold_strip::<S, 2>(simd, at, lanes, seen),
                _ => self.fold_strip::<S, 1>(simd, at, lanes, seen),
            }
            at += count * width;
        }
    }

    /// As [`Group::fold`], of `COUNT` vectors from `at` on.
    #[inline(always)]
    fn fold_strip<S: Simd, const COUNT: usize>(
        &self,
        simd: S,
        at: usize,
        (spare, out): (&mut [T::Plain], &mut [T::Plain]),
        seen: &mut Seen<S, T>,
    ) {
        let split = (self.windows[0][0] + self.windows[0][1]) as usize;
        self.fold_backwards::<S, COUNT>(simd, (split, at), spare, seen);
        self.fold_forwards::<S, COUNT>(simd, (split, at), (spare, out), seen);
    }

    /// Folds the rows before `split` of each window.
    #[inline(always)]
    fn fold_backwards<S: Simd, const COUNT: usize>(
        &self,
        simd: S,
        (split, at): (usize, usize),
        spare: &mut [T::Plain],
        seen: &mut Seen<S, T>,
    ) {
        let width = <T::Plain as Lane>::Vector::<S>::LEN;
        let mut row = split - 1;
        let mut folded = self.load::<S, COUNT>(simd, (row, at), seen);
        let spare = &mut spare[..self.windows.len() * COUNT * width];
        let spare = spare.chunks_exact_mut(COUNT * width);
        for (spare, &[start, _]) in spare.zip(self.windows).rev() {
            while row > start as usize {
                row -= 1;
                self.merge::<S, COUNT>(simd, (row, at), &mut folded, seen);
            }
            for (number, vector) in folded.iter().enumerate() {
                vector.store_slice(&mut spare[number * width..][..width]);
            }
        }
    }

    /// Folds the other rows of each window to what `spare` has of it.
    #[inline(always)]
    fn fold_forwards<S: Simd, const COUNT: usize>(
        &self,
        simd: S,
        (split, at): (usize, usize),
        (spare, out): (&[T::Plain], &mut [T::Plain]),
        seen: &mut Seen<S, T>,
    ) {
        let width = <T::Plain as Lane>::Vector::<S>::LEN;
        let mut row = split;
        let mut folded = [<T::Plain as Lane>::Vector::<S>::splat(simd, T::Plain::LOWEST); COUNT];
        let mut left = out;
        for (spare, &[start, taps]) in spare.chunks_exact(COUNT * width).zip(self.windows) {
            while row < (start + taps) as usize {
                self.merge::<S, COUNT>(simd, (row, at), &mut folded, seen);
                row += 1;
            }
            let out = &mut left[..COUNT * width];
            for (number, &vector) in folded.iter().enumerate() {
                let before = <T::Plain as Lane>::Vector::<S>::from_slice(
                    simd,
                    &spare[number * width..][..width],
                );
                larger::<S, T>(before, vector).store_slice(&mut out[number * width..][..width]);
            }
            left = left.get_mut(self.to..).unwrap_or_default();
        }
    }

    /// `COUNT` vectors of a row from `at` on.
    #[inline(always)]
    fn load<S: Simd, const COUNT: usize>(
        &self,
        simd: S,
        (row, at): (usize, usize),
        seen: &mut Seen<S, T>,
    ) -> Vectors<S, T, COUNT> {
        let mut folded = [<T::Plain as Lane>::Vector::<S>::splat(simd, T::Plain::LOWEST); COUNT];
        self.merge::<S, COUNT>(simd, (row, at), &mut folded, seen);
        folded
    }

    /// Merges `COUNT` vectors of a row from `at` on.
    #[inline(always)]
    fn merge<S: Simd, const COUNT: usize>(
        &self,
        simd: S,
        (row, at): (usize, usize),
        folded: &mut Vectors<S, T, COUNT>,
        seen: &mut Seen<S, T>,
    ) {
        let width = <T::Plain as Lane>::Vector::<S>::LEN;
        let elements = &self.source[row * self.pitch + at..][..COUNT * width];
        let fresh = row >= self.fresh;
        for (number, folded) in folded.iter_mut().enumerate() {
            let met = load_fresh(simd, (elements, number * width), fresh, seen);
            let vector = largest_fresh::<S, _, T>(met, fresh, seen);
            *folded = larger::<S, T>(*folded, vector);
        }
    }
}

#[inline(always)]
fn larger<S: Simd, T: Element>(
    a: <T::Plain as Lane>::Vector<S>,
    b: <T::Plain as Lane>::Vector<S>,
) -> <T::Plain as Lane>::Vector<S> {
    <Larger as MergeValues<T::Plain>>::merge::<S>(a, b)
}

/// As [`gather_rows`](crate::gather::gather_rows), of long windows.
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
    let mut first = heights.start;
    while first < heights.end {
        let (start, taps) = windows.window(first);
        let shared = windows
            .windows(first..heights.end)
            .take_while(|window| window.0 < start + taps);
        let outputs = first..first + shared.count();
        let last = windows.window(outputs.end - 1);
        let group = Group {
            source: worker.depth(grid, z),
            pitch: grid.len,
            len: worker.pass.inside(),
            windows: windows.list(outputs.clone()),
            fresh: looked.row,
            to,
        };
        let reach = Reach::new(grid, (z, 1), (start, last.0 + last.1 - start), 0);
        reach.ask(ahead, worker.source, 0);
        let row = first - heights.start;
        worker.clear_padding(row..row + outputs.len(), padded, out);
        let out = &mut out.from(row * to + before);
        R::sweep(simd, &group, (spare, out), &mut seen);
        looked.pass(last);
        first = outputs.end;
    }
    R::admits::<S>(seen)
}
