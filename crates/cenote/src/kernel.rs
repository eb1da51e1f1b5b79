//! The loops over rows that are laid out in lanes: whatever has no way of its own runs through [`fold_taps`].
//!
//! A plane is pooled one axis after the other, the innermost first: rows are *contracted* along the width,
//! contracted rows are folded along the height, and the results along the depth. Each step merges taps in
//! ascending order, so together they merge a window in torch's row-major order.
//!
//! Along the height and the depth, and along the width when channels are innermost, a tap is a run of
//! neighbouring lanes, and folding merges whole vectors. Along the width of a contiguous tensor neighbouring
//! lanes are taps themselves: there, rows are laid out with their padding in place, so that all windows are
//! alike, folded at every position, and thinned out by the stride.

use fearless_simd::{Simd, SimdBase};
use fearless_simd_macros::simd;

use crate::columns::next_chunk;
use crate::fold::{Fold, Lanes, LanesMut};
use crate::lane::{Lane, MOST_LANES};
use crate::slide::{cross_lines, slide_every_other, slide_few, slide_five};

/// Bytes of the widest vector.
pub(crate) const MOST_BYTES: usize = 64;

/// Taps of equal distance in a stream of lanes; the last may be nearer.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Taps {
    pub(crate) start: usize,
    pub(crate) count: usize,
    pub(crate) step: usize,
    /// No tap lies further from the first.
    pub(crate) limit: usize,
}

impl Taps {
    pub(crate) fn new(start: usize, count: usize, step: usize) -> Self {
        Self {
            start,
            count,
            step,
            limit: usize::MAX,
        }
    }

    /// From the first tap to another.
    #[inline(always)]
    pub(crate) fn offset(&self, tap: usize) -> usize {
        (tap * self.step).min(self.limit)
    }
}

/// Rows of windows that are alike: how many, how many positions each has, and the lanes from one to the next.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Lines {
    pub(crate) rows: usize,
    pub(crate) len: usize,
    /// From one row of the source to the next.
    pub(crate) from: usize,
    /// From one row of the result to the next.
    pub(crate) to: usize,
}

impl Lines {
    /// A single row.
    pub(crate) fn row(len: usize) -> Self {
        Self {
            rows: 1,
            len,
            from: 0,
            to: 0,
        }
    }
}

/// In each row, `out[i / HOP] = fold of source[start + i + tap · step]` for every `HOP`-th of `len` positions.
///
/// Works on whole vectors: up to a vector beyond a row is read, and written where `out` has it. `HOP` is 1 or 2.
#[simd]
pub(crate) fn fold_taps<S: Simd, F: Fold, const HOP: usize>(
    simd: S,
    source: Lanes<'_, F>,
    taps: Taps,
    mut lines: Lines,
    out: &mut LanesMut<'_, F>,
) {
    // Rows whose last vector lies within `out`, though it may reach beyond the row.
    let span = lines.len.div_ceil(HOP).next_multiple_of(lanes_of::<S, F>());
    let all = lines.rows;
    while lines.rows > 0 && (lines.rows - 1) * lines.to + span > out.values.len() {
        lines.rows -= 1;
    }
    match (taps.step, taps.count) {
        (_, 0) => return out.clear(0, all * lines.len.div_ceil(HOP)),
        (1, 2) => {
            if const { cross_lines::<S, F>() && HOP == 1 } {
                slide_few::<S, F, 2>(simd, source, taps.start, lines, out);
            } else {
                fold_lines::<S, F, HOP, 2, true>(simd, source, taps, lines, out);
            }
        }
        (1, 3) => {
            if const { cross_lines::<S, F>() && HOP == 1 } {
                slide_few::<S, F, 3>(simd, source, taps.start, lines, out);
            } else if const { cross_lines::<S, F>() } && span >= 3 * lanes_of::<S, F>() {
                slide_every_other::<S, F>(simd, source, taps.start, lines, out);
            } else {
                fold_lines::<S, F, HOP, 3, true>(simd, source, taps, lines, out);
            }
        }
        (1, 5) => {
            if const { F::IDEMPOTENT && HOP == 1 && lanes_of::<S, F>() >= 4 } {
                slide_five::<S, F>(simd, source, taps.start, lines, out);
            } else {
                fold_lines::<S, F, HOP, 5, true>(simd, source, taps, lines, out);
            }
        }
        (_, 2) => fold_lines::<S, F, HOP, 2, false>(simd, source, taps, lines, out),
        (_, 3) => fold_lines::<S, F, HOP, 3, false>(simd, source, taps, lines, out),
        (_, 4) if const { F::IDEMPOTENT && HOP == 1 } => {
            fold_lines::<S, F, HOP, 4, false>(simd, source, taps, lines, out);
        }
        _ => fold_lines::<S, F, HOP, 0, false>(simd, source, taps, lines, out),
    }
    for row in lines.rows..all {
        fold_end::<S, F, HOP>(simd, source, taps, (row, lines), out);
    }
}

/// As [`fold_taps`], of taps whose number is known, or of any if `TAPS` is 0. Those that are `NEAR` are neighbours.
#[inline(always)]
fn fold_lines<S: Simd, F: Fold, const HOP: usize, const TAPS: usize, const NEAR: bool>(
    simd: S,
    source: Lanes<'_, F>,
    taps: Taps,
    lines: Lines,
    out: &mut LanesMut<'_, F>,
) {
    let width = lanes_of::<S, F>();
    let outputs = lines.len.div_ceil(HOP).next_multiple_of(width);
    for row in 0..lines.rows {
        let (from, to) = (row * lines.from, row * lines.to);
        let mut out = out.piece(to, outputs);
        if TAPS > 0 && HOP == 1 && outputs > 3 * width {
            // One look at the bounds of each tap serves the row.
            let mut near = [source.piece(taps.start + from, outputs); TAPS];
            for (tap, near) in near.iter_mut().enumerate() {
                let offset = if NEAR { tap } else { taps.offset(tap) };
                *near = source.piece(taps.start + from + offset, outputs);
            }
            fold_line::<S, F, TAPS>(simd, &near, &mut out, outputs);
            continue;
        }
        let mut at = 0;
        while at + width <= outputs {
            let place = from + HOP * at;
            let vector = if TAPS == 0 {
                fold_each::<S, F, HOP>(simd, &source, taps, place)
            } else {
                let known = Taps {
                    start: taps.start + place,
                    count: TAPS,
                    step: if NEAR { 1 } else { taps.step },
                    limit: if NEAR { usize::MAX } else { taps.limit },
                };
                fold_known::<S, F, HOP>(simd, &source, known)
            };
            F::store(vector, &mut out, at);
            at += width;
        }
    }
}

/// Folds as many lanes of each tap, whole vectors of them.
#[inline(always)]
fn fold_line<S: Simd, F: Fold, const TAPS: usize>(
    simd: S,
    taps: &[Lanes<'_, F>; TAPS],
    out: &mut LanesMut<'_, F>,
    len: usize,
) {
    let width = lanes_of::<S, F>();
    let mut at = 0;
    while at + width <= len {
        let mut folded = F::load(simd, &taps[0], at);
        for tap in &taps[1..] {
            folded = F::merge(folded, F::load(simd, tap, at));
        }
        F::store(folded, out, at);
        at += width;
    }
}

/// Folds a row of [`fold_taps`] at the end of `out`.
#[simd]
fn fold_end<S: Simd, F: Fold, const HOP: usize>(
    simd: S,
    source: Lanes<'_, F>,
    taps: Taps,
    (row, lines): (usize, Lines),
    out: &mut LanesMut<'_, F>,
) {
    let width = lanes_of::<S, F>();
    for at in (0..lines.len).step_by(width * HOP) {
        let vector = fold_each::<S, F, HOP>(simd, &source, taps, row * lines.from + at);
        let (first, lanes) = (row * lines.to + at / HOP, (lines.len - at).div_ceil(HOP));
        store_first::<S, F>(vector, out, first, width.min(lanes));
    }
}

/// Writes the first `count` lanes of a vector to those that start at `at`.
#[inline(always)]
pub(crate) fn store_first<S: Simd, F: Fold>(
    vector: F::Vector<S>,
    out: &mut LanesMut<'_, F>,
    at: usize,
    count: usize,
) {
    let mut all = LanesMut::<F> {
        values: &mut [F::IDENTITY; MOST_LANES],
        indices: &mut [F::no_index(); MOST_LANES],
    };
    F::store(vector, &mut all, 0);
    out.values[at..at + count].copy_from_slice(&all.values[..count]);
    out.indices[at..at + count].copy_from_slice(&all.indices[..count]);
}

/// The folds at every `HOP`-th position from `at` on, a vector of them.
#[inline(always)]
fn fold_each<S: Simd, F: Fold, const HOP: usize>(
    simd: S,
    source: &Lanes<'_, F>,
    taps: Taps,
    at: usize,
) -> F::Vector<S> {
    if HOP == 1 {
        fold_vector::<S, F>(simd, source, taps, at)
    } else {
        fold_every_other::<S, F>(simd, source, taps, at)
    }
}

/// As [`fold_each`], of taps whose number is known: one look at the bounds serves all.
#[inline(always)]
fn fold_known<S: Simd, F: Fold, const HOP: usize>(
    simd: S,
    source: &Lanes<'_, F>,
    taps: Taps,
) -> F::Vector<S> {
    let reach = if taps.step == 1 {
        (taps.count - 1) / HOP * HOP
    } else {
        taps.offset(taps.count - 1)
    };
    let end = taps.start + reach + HOP * lanes_of::<S, F>();
    let near = source.piece(taps.start, end - taps.start);
    fold_each::<S, F, HOP>(simd, &near, Taps { start: 0, ..taps }, 0)
}

/// The folds at every other position from `at` on, a vector of them.
#[inline(always)]
fn fold_every_other<S: Simd, F: Fold>(
    simd: S,
    source: &Lanes<'_, F>,
    taps: Taps,
    at: usize,
) -> F::Vector<S> {
    let width = lanes_of::<S, F>();
    let pair = |offset: usize| {
        let low = F::load(simd, source, taps.start + at + offset);
        (low, F::load(simd, source, taps.start + at + offset + width))
    };
    let (low, high) = pair(0);
    let mut merged = F::unzip(low, high);
    if taps.step != 1 {
        for tap in 1..taps.count {
            let (low, high) = pair(taps.offset(tap));
            merged = F::merge(merged, F::unzip(low, high));
        }
        return merged;
    }
    // Neighbouring taps are the even and the odd lanes of the same vectors.
    let (mut low, mut high) = (low, high);
    for tap in 1..taps.count {
        if tap % 2 == 1 {
            merged = F::merge(merged, F::unzip_odd(low, high));
        } else {
            (low, high) = pair(tap);
            merged = F::merge(merged, F::unzip(low, high));
        }
    }
    merged
}

/// The fold of the vectors at `at`.
#[inline(always)]
fn fold_vector<S: Simd, F: Fold>(
    simd: S,
    source: &Lanes<'_, F>,
    taps: Taps,
    at: usize,
) -> F::Vector<S> {
    let mut merged = F::load(simd, source, taps.start + at);
    for tap in 1..taps.count {
        merged = F::merge(
            merged,
            F::load(simd, source, taps.start + at + taps.offset(tap)),
        );
    }
    merged
}

/// Number of lanes in a native vector.
pub(crate) const fn lanes_of<S: Simd, F: Fold>() -> usize {
    <F::Value as Lane>::Vector::<S>::LEN
}

/// The fold of single lanes, for windows that are not alike.
#[inline(always)]
pub(crate) fn fold_one<F: Fold>(source: &Lanes<'_, F>, taps: Taps) -> (F::Value, F::Index) {
    if taps.count == 0 {
        return (F::IDENTITY, F::no_index());
    }
    let end = taps.start + taps.offset(taps.count - 1) + 1;
    let lanes = Lanes::<F> {
        values: &source.values[taps.start..end],
        indices: &source.indices[taps.start..end],
    };
    let mut merged = lanes.get(0);
    if taps.step == 1 {
        // One look at the bounds serves all taps.
        for (&value, &index) in lanes.values.iter().zip(lanes.indices).skip(1) {
            merged = F::merge_one(merged, (value, index));
        }
    } else {
        for tap in 1..taps.count {
            merged = F::merge_one(merged, lanes.get(taps.offset(tap)));
        }
    }
    merged
}

/// Neighbouring taps of a single lane from which on [`fold_many`] takes them in another order.
pub(crate) const MANY: usize = 16;

/// The fold of single lanes in any order: eight at a time, however wide vectors are, so that the result does not depend
/// on that.
#[inline(always)]
pub(crate) fn fold_many<F: Fold>(source: &Lanes<'_, F>, taps: Taps) -> (F::Value, F::Index) {
    const WIDTH: usize = MANY / 2;
    if taps.step != 1 || taps.count < MANY {
        return fold_one(source, taps);
    }
    let values = &source.values[taps.start..taps.start + taps.count];
    let indices = &source.indices[taps.start..taps.start + taps.count];
    let mut folded: [_; WIDTH] = std::array::from_fn(|lane| (values[lane], indices[lane]));
    let (chunks, rest) = values.as_chunks::<WIDTH>();
    let (index_chunks, index_rest) = indices.as_chunks::<WIDTH>();
    for (chunk, index_chunk) in chunks.iter().zip(index_chunks).skip(1) {
        for lane in 0..WIDTH {
            folded[lane] = F::merge_one(folded[lane], (chunk[lane], index_chunk[lane]));
        }
    }
    let mut merged = folded[0];
    for lane in &folded[1..] {
        merged = F::merge_one(merged, *lane);
    }
    for (value, index) in rest.iter().zip(index_rest) {
        merged = F::merge_one(merged, (*value, *index));
    }
    merged
}

/// `out[i] = fold of N lanes from source[N · i] on`, in each row, of lanes without indices.
#[simd]
pub(crate) fn fold_chunks<S: Simd, F: Fold, const N: usize>(
    simd: S,
    source: Lanes<'_, F>,
    lines: Lines,
    out: &mut LanesMut<'_, F>,
) {
    // Rows without a gap are one.
    let (rows, len) = if lines.from == N * lines.to {
        (1, lines.rows * lines.to)
    } else {
        (lines.rows, lines.len)
    };
    for row in 0..rows {
        let (chunks, _) = source.values[row * lines.from..].as_chunks::<N>();
        let out = &mut out.values[row * lines.to..][..len];
        for (lane, chunk) in out.iter_mut().zip(chunks) {
            let mut folded = (chunk[0], F::no_index());
            for &tap in &chunk[1..] {
                folded = F::merge_one(folded, (tap, F::no_index()));
            }
            *lane = folded.0;
        }
    }
}

/// Keeps the lane at which each of `columns` starts, of each of `rows`; both are start and taps, and starts do not fall. Rows
/// are counted from `first`, and lie `pitch` lanes apart.
#[simd]
pub(crate) fn pick_lanes<S: Simd, F: Fold>(
    simd: S,
    source: Lanes<'_, F>,
    (rows, first, pitch): (&[[i64; 2]], usize, usize),
    columns: &[[i64; 2]],
    out: &mut LanesMut<'_, F>,
) {
    let (width, len) = (lanes_of::<S, F>(), columns.len());
    let mut next = Some(0);
    while let Some(at) = next {
        let picked = &columns[at..(at + width).min(len)];
        next = next_chunk(width, at, len.max(width));
        let (left, right) = (picked[0][0] as usize, picked[picked.len() - 1][0] as usize);
        let places = rows.iter().enumerate().map(|(row, &[start, _])| {
            let from = (start as usize - first) * pitch;
            (from, row * len + at)
        });
        if picked.len() < width || right - left >= 2 * width {
            for (from, to) in places {
                for (lane, &[start, _]) in picked.iter().enumerate() {
                    out.set(to + lane, source.get(from + start as usize));
                }
            }
            continue;
        }
        // Their lanes lie within two vectors, at the same places in every row.
        let mut bytes = [0; MOST_BYTES];
        let size = size_of::<F::Value>();
        for (lane, &[start, _]) in bytes.chunks_exact_mut(size).zip(picked) {
            for (number, byte) in lane.iter_mut().enumerate() {
                *byte = ((start as usize - left) * size + number) as u8;
            }
        }
        for (from, to) in places {
            let near = source.piece(from + left, 2 * width);
            let (low, high) = (F::load(simd, &near, 0), F::load(simd, &near, width));
            F::store(F::pick(simd, low, high, &bytes[..width * size]), out, to);
        }
    }
}

/// Keeps every `hop`-th group of `unit` lanes of each row: `lines.len` lanes.
#[simd]
pub(crate) fn thin<S: Simd, F: Fold>(
    simd: S,
    source: &Lanes<'_, F>,
    (hop, unit): (usize, usize),
    lines: Lines,
    out: &mut LanesMut<'_, F>,
) {
    for row in 0..lines.rows {
        let (from, to) = (row * lines.from, row * lines.to);
        let to = to..to + lines.len;
        keep(
            &source.values[from..],
            (hop, unit),
            &mut out.values[to.clone()],
        );
        if F::HAS_INDICES {
            keep(&source.indices[from..], (hop, unit), &mut out.indices[to]);
        }
    }
}

/// Keeps every `hop`-th group of `unit` elements.
#[inline(always)]
fn keep<T: Copy>(source: &[T], (hop, unit): (usize, usize), out: &mut [T]) {
    match (hop, unit) {
        (1, _) => out.copy_from_slice(&source[..out.len()]),
        (3, 1) => keep_first::<T, 3>(source, out),
        (4, 1) => keep_first::<T, 4>(source, out),
        (_, 1) => {
            for (at, lane) in out.iter_mut().enumerate() {
                *lane = source[at * hop];
            }
        }
        _ => {
            for (group, kept) in out.chunks_exact_mut(unit).zip(source.chunks(hop * unit)) {
                group.copy_from_slice(&kept[..unit]);
            }
        }
    }
}

/// Keeps the first of every `N` elements.
#[inline(always)]
fn keep_first<T: Copy, const N: usize>(source: &[T], out: &mut [T]) {
    let (chunks, _) = source.as_chunks::<N>();
    for (lane, chunk) in out.iter_mut().zip(chunks) {
        *lane = chunk[0];
    }
}
