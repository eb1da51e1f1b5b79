//! Rows whose lanes lie apart, with zeros between them: what the gradient of a mean is a sliding sum of.

use std::ops::Add;
use std::slice::ChunksExactMut;

use fearless_simd::{Simd, SimdBase};
use fearless_simd_macros::simd;

use crate::columns::each_chunk;
use crate::element::Element;
use crate::fold::LanesMut;
use crate::kernel::{Lines, Taps, fold_taps};
use crate::lane::{Lane, MOST_LANES};
use crate::long::LONG;
use crate::reduce::{Finish, Value};
use crate::turn::is_small;
use crate::window::Sliding;

/// The windows of a row whose lanes lie two places apart: those that begin at even places, and those that begin at odd ones.
/// The taps of each, but for zeros, are neighbours where zeros are left out.
///
/// Such rows are summed along height and depth first, while they are short.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Halves {
    /// Zeros before the lanes.
    pub(crate) before: usize,
    /// Lanes of a row, with zeros before and after, in whole lines of the first cache.
    pub(crate) pitch: usize,
    /// The taps of the first window at an even and at an odd place.
    taps: [Taps; 2],
    /// The first lane of either.
    first: usize,
    /// Which lanes each takes from there on: a bit each.
    near: [u32; 2],
}

impl Halves {
    /// The halves of a row that is `hop` places apart, if it is to be summed so: to `outputs` windows, of one channel.
    ///
    /// Not of rows so short, in planes of so few elements, that those may be turned: a plane's sums must not depend on how many
    /// planes there are.
    pub(crate) fn new(
        sliding: &Sliding,
        hop: usize,
        (outputs, plane, inner): (usize, usize, usize),
    ) -> Option<Self> {
        let fits = (2..2 * LONG).contains(&sliding.kernel_size);
        // An element has a byte at least.
        if !fits
            || is_small(outputs, plane)
            || (hop, sliding.stride, sliding.dilation, inner) != (2, 1, 1, 1)
        {
            return None;
        }
        // Tap t of the window at place x is lane (x + t − lead) / 2, if that is whole.
        let lead = sliding.padding[0];
        let first = |place: usize| (lead + place) % 2;
        let before = lead / 2;
        let taps = |place: usize| {
            let start = (place + first(place) + 2 * before - lead) / 2;
            Taps::new(start, (sliding.kernel_size - first(place)).div_ceil(2), 1)
        };
        let taps = [taps(0), taps(1)];
        let first = taps[0].start.min(taps[1].start);
        let reach = |taps: Taps| taps.start + taps.count + outputs / 2;
        Some(Self {
            before,
            pitch: reach(taps[0]).max(reach(taps[1])).next_multiple_of(8),
            taps,
            first,
            near: taps.map(|taps| ((1 << taps.count) - 1) << (taps.start - first)),
        })
    }
}

/// Folds rows of lanes, sums the windows of what they are folded to, and makes elements of the sums, row by row: `taps` says what each of
/// them is folded of.
#[simd]
pub(crate) fn finish_halves<S: Simd, T: Element, R: Finish<T>>(
    simd: S,
    reducer: &R,
    (halves, taps): (&Halves, &dyn Fn(usize) -> Taps),
    lanes: (&LanesMut<'_, R::Fold>, &mut LanesMut<'_, R::Fold>),
    (elements, len): (&mut [T], usize),
) {
    let work = (simd, reducer, halves);
    let rows = (taps, elements.chunks_exact_mut(len));
    // Of windows of two and three taps, each sum takes one or both of two neighbours.
    match halves.near {
        _ if const { !R::EVERY_LEVEL } => finish_rows::<S, T, R, 0, 0>(work, lanes, rows),
        [1, 1] => finish_rows::<S, T, R, 1, 1>(work, lanes, rows),
        [1, 2] => finish_rows::<S, T, R, 1, 2>(work, lanes, rows),
        [1, 3] => finish_rows::<S, T, R, 1, 3>(work, lanes, rows),
        [3, 2] => finish_rows::<S, T, R, 3, 2>(work, lanes, rows),
        _ => finish_rows::<S, T, R, 0, 0>(work, lanes, rows),
    }
}

/// As [`finish_halves`], of windows that take lanes from the first on (1), those after them (2) or both: the `EVEN` ones and the
/// `ODD` ones. Of any if they are 0.
#[inline(always)]
fn finish_rows<S: Simd, T: Element, R: Finish<T>, const EVEN: u32, const ODD: u32>(
    (simd, reducer, halves): (S, &R, &Halves),
    (source, spare): (&LanesMut<'_, R::Fold>, &mut LanesMut<'_, R::Fold>),
    (taps, rows): (&dyn Fn(usize) -> Taps, ChunksExactMut<'_, T>),
) {
    for (row, elements) in rows.enumerate() {
        let taps = taps(row);
        let row = |tap: usize| &source.values[taps.start + taps.offset(tap)..];
        let work = (simd, reducer, halves);
        if taps.count == 2 {
            finish_row::<_, _, _, 2, EVEN, ODD>(work, [row(0), row(1)], elements);
            continue;
        }
        let row = if taps.count == 1 {
            row(0)
        } else {
            let line = Lines::row(halves.pitch);
            fold_taps::<S, R::Fold, 1>(simd, source.as_ref(), taps, line, spare);
            &*spare.values
        };
        finish_row::<_, _, _, 1, EVEN, ODD>(work, [row], elements);
    }
}

/// Sums the windows of the sum of some rows.
#[inline(always)]
fn finish_row<
    S: Simd,
    T: Element,
    R: Finish<T>,
    const ROWS: usize,
    const EVEN: u32,
    const ODD: u32,
>(
    (simd, reducer, halves): (S, &R, &Halves),
    mut rows: [&[Value<T, R>]; ROWS],
    elements: &mut [T],
) {
    let width = <Value<T, R> as Lane>::Vector::<S>::LEN;
    let (pairs, last) = elements.as_chunks_mut::<2>();
    let count = pairs.len();
    let taps = &halves.taps;
    if !last.is_empty() {
        reducer.finish(&mut [add_one(&rows, taps[0], count)], None, last);
    }
    if count < width {
        for (at, pair) in pairs.iter_mut().enumerate() {
            let mut sums = [add_one(&rows, taps[0], at), add_one(&rows, taps[1], at)];
            reducer.finish(&mut sums, None, pair);
        }
        return;
    }
    if EVEN == 0 {
        return each_chunk!(width, count, |at| {
            let even = add(simd, &rows, taps[0], at);
            let odd = add(simd, &rows, taps[1], at);
            finish_pairs::<S, T, R>(reducer, [even, odd], &mut pairs[at..at + width]);
        });
    }
    let len = count + width;
    for row in &mut rows {
        *row = &row[halves.first..][..len];
    }
    // Lanes were stored a moment ago, in whole vectors: what lies across two of those would wait for both.
    let mut low = load(simd, &rows, 0);
    let mut at = 0;
    let mut places = pairs.chunks_exact_mut(width);
    while at + 2 * width <= len
        && let Some(place) = places.next()
    {
        let high = load(simd, &rows, at + width);
        let sums = one_or_both::<S, _, EVEN, ODD>(low, high);
        finish_pairs::<S, T, R>(reducer, sums, place);
        low = high;
        at += width;
    }
    if at < count {
        let at = count - width;
        let (low, high) = (load(simd, &rows, at), load(simd, &rows, count));
        let sums = one_or_both::<S, _, EVEN, ODD>(low, high);
        finish_pairs::<S, T, R>(reducer, sums, &mut pairs[at..]);
    }
}

/// The sums of lanes of `low` (1), of those after them (2) or of both.
#[inline(always)]
fn one_or_both<S: Simd, V: SimdBase<S> + Add<Output = V>, const EVEN: u32, const ODD: u32>(
    low: V,
    high: V,
) -> [V; 2] {
    let next = low.slide::<1>(high);
    let both = low + next;
    let sum = |which: u32| match which {
        1 => low,
        2 => next,
        _ => both,
    };
    [sum(EVEN), sum(ODD)]
}

/// Makes elements of a vector of sums at even places and one at odd places.
#[inline(always)]
fn finish_pairs<S: Simd, T: Element, R: Finish<T>>(
    reducer: &R,
    [even, odd]: [<Value<T, R> as Lane>::Vector<S>; 2],
    pairs: &mut [[T; 2]],
) {
    let width = <Value<T, R> as Lane>::Vector::<S>::LEN;
    let mut sums = [<Value<T, R> as Lane>::ZERO; 2 * MOST_LANES];
    let sums = &mut sums[..2 * width];
    even.zip_low(odd).store_slice(&mut sums[..width]);
    even.zip_high(odd).store_slice(&mut sums[width..]);
    reducer.finish(sums, None, pairs.as_flattened_mut());
}

/// The vector of lanes of the sum of `rows` from `at` on.
#[inline(always)]
fn load<S: Simd, L: Lane, const ROWS: usize>(
    simd: S,
    rows: &[&[L]; ROWS],
    at: usize,
) -> L::Vector<S> {
    let width = L::Vector::<S>::LEN;
    let mut sum = L::Vector::<S>::from_slice(simd, &rows[0][at..at + width]);
    for row in &rows[1..] {
        sum += L::Vector::<S>::from_slice(simd, &row[at..at + width]);
    }
    sum
}

/// The sums of taps from each of a vector of lanes on.
#[inline(always)]
fn add<S: Simd, L: Lane, const ROWS: usize>(
    simd: S,
    rows: &[&[L]; ROWS],
    taps: Taps,
    at: usize,
) -> L::Vector<S> {
    let mut sums = load(simd, rows, taps.start + at);
    for tap in 1..taps.count {
        sums += load(simd, rows, taps.start + at + tap);
    }
    sums
}

/// The sum of taps from a lane on.
fn add_one<L: Lane, const ROWS: usize>(rows: &[&[L]; ROWS], taps: Taps, at: usize) -> L {
    let at = taps.start + at;
    let lane = |at: usize| {
        let added = rows[1..].iter();
        added.fold(rows[0][at], |sum, row| sum.plus(row[at]))
    };
    (at + 1..at + taps.count).fold(lane(at), |sum, at| sum.plus(lane(at)))
}

/// Puts groups of `inner` sums `hop` groups apart, with zeros between them and after them.
#[simd]
pub(crate) fn stuff<S: Simd, L: Lane>(
    simd: S,
    sums: &[L],
    (hop, inner): (usize, usize),
    places: &mut [L],
) {
    places.fill(L::ZERO);
    for (group, place) in sums.chunks_exact(inner).zip(places.chunks_mut(hop * inner)) {
        place[..inner].copy_from_slice(group);
    }
}
