//! The loops over data: every pooling, forward and adjoint, runs through [`fold_taps`].
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

use crate::fold::{Fold, Lanes, LanesMut};
use crate::lane::Lane;

/// From this many taps on, windows are folded by doubling instead of tap by tap.
pub(crate) const LONG: usize = 8;

/// Taps of equal distance in a stream of lanes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Taps {
    pub(crate) start: usize,
    pub(crate) count: usize,
    pub(crate) step: usize,
}

/// `out[i / HOP] = fold of source[start + i + tap · step]` for every `HOP`-th of `len` positions.
///
/// Works on whole vectors: up to a vector beyond the end is read and written. `HOP` is 1 or 2.
#[simd]
pub(crate) fn fold_taps<S: Simd, F: Fold, const HOP: usize>(
    simd: S,
    source: Lanes<'_, F>,
    taps: Taps,
    len: usize,
    out: &mut LanesMut<'_, F>,
) {
    let width = lanes_of::<S, F>();
    if taps.count == 0 {
        out.clear(0, len.div_ceil(HOP));
        return;
    }
    for at in (0..len).step_by(width * HOP) {
        let first = taps.start + at;
        let vector = match (taps.step, taps.count) {
            (1, 2) => fold_near::<S, F, HOP, 2>(simd, &source, first),
            (1, 3) => fold_near::<S, F, HOP, 3>(simd, &source, first),
            (1, 5) => fold_near::<S, F, HOP, 5>(simd, &source, first),
            _ => fold_each::<S, F, HOP>(simd, &source, taps, at),
        };
        F::store(vector, out, at / HOP);
    }
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

/// As [`fold_each`], of neighbouring taps whose number is known: one look at the bounds serves all.
#[inline(always)]
fn fold_near<S: Simd, F: Fold, const HOP: usize, const TAPS: usize>(
    simd: S,
    source: &Lanes<'_, F>,
    first: usize,
) -> F::Vector<S> {
    let end = first + (TAPS - 1) / HOP * HOP + HOP * lanes_of::<S, F>();
    let near = Lanes::<F> {
        values: &source.values[first..end],
        indices: &source.indices[first..end],
    };
    let taps = Taps {
        start: 0,
        count: TAPS,
        step: 1,
    };
    fold_each::<S, F, HOP>(simd, &near, taps, 0)
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
            let (low, high) = pair(tap * taps.step);
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
            F::load(simd, source, taps.start + at + tap * taps.step),
        );
    }
    merged
}

/// `out[i] = fold of lanes[i + tap · step]` for `len` positions and `count` taps, at a cost that grows with
/// the logarithm of `count`. Overwrites `lanes`.
///
/// Doubling the taps that each lane stands for is one merge with the lane that many taps later. A count that
/// is no power of two takes two overlapping halves where the fold allows it, else its binary digits.
#[simd]
pub(crate) fn fold_long<S: Simd, F: Fold>(
    simd: S,
    lanes: &mut LanesMut<'_, F>,
    (count, step): (usize, usize),
    len: usize,
    out: &mut LanesMut<'_, F>,
) {
    let width = lanes_of::<S, F>();
    let mut taps = 1;
    let mut done = 0;
    loop {
        if !F::IDEMPOTENT && count & taps != 0 {
            for at in (0..len).step_by(width) {
                let later = F::load(simd, &lanes.as_ref(), at + done * step);
                let merged = if done == 0 {
                    later
                } else {
                    F::merge(F::load(simd, &out.as_ref(), at), later)
                };
                F::store(merged, out, at);
            }
            done += taps;
        }
        if 2 * taps > count {
            break;
        }
        for at in (0..len + (count - 2 * taps) * step).step_by(width) {
            let earlier = F::load(simd, &lanes.as_ref(), at);
            let later = F::load(simd, &lanes.as_ref(), at + taps * step);
            F::store(F::merge(earlier, later), lanes, at);
        }
        taps *= 2;
    }
    if F::IDEMPOTENT {
        let halves = Taps {
            start: 0,
            count: 1 + usize::from(taps < count),
            step: (count - taps) * step,
        };
        fold_taps::<S, F, 1>(simd, lanes.as_ref(), halves, len, out);
    }
}

/// Number of lanes in a native vector.
const fn lanes_of<S: Simd, F: Fold>() -> usize {
    <F::Value as Lane>::Vector::<S>::LEN
}

/// The fold of single lanes, for windows that are not alike.
#[inline(always)]
pub(crate) fn fold_one<F: Fold>(source: &Lanes<'_, F>, taps: Taps) -> (F::Value, F::Index) {
    if taps.count == 0 {
        return (F::IDENTITY, F::no_index());
    }
    let end = taps.start + (taps.count - 1) * taps.step + 1;
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
            merged = F::merge_one(merged, lanes.get(tap * taps.step));
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

/// Keeps every `hop`-th group of `unit` lanes: `out[i] = source[i · hop]` for `count` groups.
pub(crate) fn thin<F: Fold>(
    source: &Lanes<'_, F>,
    (hop, unit): (usize, usize),
    count: usize,
    out: &mut LanesMut<'_, F>,
) {
    fn keep<T: Copy>(source: &[T], (hop, unit): (usize, usize), out: &mut [T]) {
        if size_of::<T>() == 0 {
            return; // there are no indices
        }
        if unit == 1 {
            for (at, lane) in out.iter_mut().enumerate() {
                *lane = source[at * hop];
            }
        } else {
            for (group, kept) in out.chunks_exact_mut(unit).zip(source.chunks(hop * unit)) {
                group.copy_from_slice(&kept[..unit]);
            }
        }
    }
    keep(source.values, (hop, unit), &mut out.values[..count * unit]);
    keep(
        source.indices,
        (hop, unit),
        &mut out.indices[..count * unit],
    );
}
