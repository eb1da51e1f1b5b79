//! Long windows of neighbouring lanes, at a cost that grows with the logarithm of their length.

use fearless_simd::Simd;
use fearless_simd_macros::simd;

use crate::fold::{Fold, Lanes, LanesMut};
use crate::kernel::{Taps, lanes_of};

/// From this many taps on, windows are folded by doubling instead of tap by tap.
pub(crate) const LONG: usize = 8;

/// Folds `count` taps from each of `len` lanes on, all but the last step, at a cost that grows with the logarithm of
/// `count`. What is left of each window is to be folded of `lanes`, with which `spare` may have changed places: `lanes` as
/// they were stay in `spare` where [`slides`] says so.
///
/// Doubling the taps that each lane stands for is one merge with the lane that many taps later. A count that
/// is no power of two takes two overlapping halves where the fold allows it, else its binary digits.
#[simd]
pub(crate) fn double<'a, S: Simd, F: Fold>(
    simd: S,
    lanes: &mut LanesMut<'a, F>,
    (count, step): (usize, usize),
    len: usize,
    spare: &mut LanesMut<'a, F>,
) -> Taps {
    let width = lanes_of::<S, F>();
    let mut taps = 1;
    let mut done = 0;
    if slides::<F>(step) {
        taps = slide_near::<S, F>(simd, lanes.as_ref(), count, len, spare);
        std::mem::swap(lanes, spare);
    }
    loop {
        if !F::IDEMPOTENT && count & taps != 0 {
            for at in (0..len).step_by(width) {
                let later = F::load(simd, &lanes.as_ref(), at + done * step);
                let merged = if done == 0 {
                    later
                } else {
                    F::merge(F::load(simd, &spare.as_ref(), at), later)
                };
                F::store(merged, spare, at);
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
    if !F::IDEMPOTENT {
        std::mem::swap(lanes, spare);
        taps = count;
    }
    Taps {
        start: 0,
        count: 1 + usize::from(taps < count),
        step: (count - taps) * step,
    }
}

/// Whether folding `count` taps that lie `step` lanes apart is to begin with [`double`].
pub(crate) fn is_doubled<F: Fold>(count: usize, step: usize) -> bool {
    count >= LONG || (slides::<F>(step) && count > 5)
}

/// Whether [`double`] merges taps that lie `step` lanes apart by sliding vectors, and leaves the lanes as they are.
pub(crate) fn slides<F: Fold>(step: usize) -> bool {
    F::IDEMPOTENT && step == 1
}

/// The first doublings of neighbouring taps, those within the lanes of two vectors, in one pass. Returns how many taps each
/// lane of `out` stands for.
#[inline(always)]
fn slide_near<S: Simd, F: Fold>(
    simd: S,
    lanes: Lanes<'_, F>,
    count: usize,
    len: usize,
    out: &mut LanesMut<'_, F>,
) -> usize {
    let steps = count.min(lanes_of::<S, F>()).ilog2().min(6);
    let len = len + count - (1 << steps);
    match steps {
        0 | 1 => slide_over::<S, F, 1>(simd, lanes, len, out),
        2 => slide_over::<S, F, 2>(simd, lanes, len, out),
        3 => slide_over::<S, F, 3>(simd, lanes, len, out),
        4 => slide_over::<S, F, 4>(simd, lanes, len, out),
        5 => slide_over::<S, F, 5>(simd, lanes, len, out),
        _ => slide_over::<S, F, 6>(simd, lanes, len, out),
    }
    1 << steps
}

/// `out[i]` = the fold of `2^STEPS` lanes from `i` on, for `len` lanes.
///
/// A vector is merged with itself and the next, slid by one lane; those by two, and so on: each step is a vector behind
/// the one before it.
#[inline(always)]
fn slide_over<S: Simd, F: Fold, const STEPS: usize>(
    simd: S,
    lanes: Lanes<'_, F>,
    len: usize,
    out: &mut LanesMut<'_, F>,
) {
    let width = lanes_of::<S, F>();
    let vectors = len.div_ceil(width);
    let mut held = [F::load(simd, &lanes, 0); STEPS];
    for number in 1..vectors + STEPS {
        // The last vector takes lanes of one more.
        let mut vector = F::load(simd, &lanes, number.min(vectors) * width);
        if STEPS > 0 {
            vector = slide_one::<S, F, 1>(&mut held[0], vector);
        }
        if STEPS > 1 {
            vector = slide_one::<S, F, 2>(&mut held[1], vector);
        }
        if STEPS > 2 {
            vector = slide_one::<S, F, 4>(&mut held[2], vector);
        }
        if STEPS > 3 {
            vector = slide_one::<S, F, 8>(&mut held[3], vector);
        }
        if STEPS > 4 {
            vector = slide_one::<S, F, 16>(&mut held[4], vector);
        }
        if STEPS > 5 {
            vector = slide_one::<S, F, 32>(&mut held[5], vector);
        }
        if number >= STEPS {
            F::store(vector, out, (number - STEPS) * width);
        }
    }
}

/// Merges a vector with the one that starts `BY` lanes after it. `held` is that vector, and then the `next`.
#[inline(always)]
fn slide_one<S: Simd, F: Fold, const BY: usize>(
    held: &mut F::Vector<S>,
    next: F::Vector<S>,
) -> F::Vector<S> {
    let merged = F::merge(*held, F::slide::<S, BY>(*held, next));
    *held = next;
    merged
}
