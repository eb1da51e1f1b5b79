//! Long windows of neighbouring lanes, at a cost that grows with the logarithm of their length.

use fearless_simd::Simd;
use fearless_simd_macros::simd;

use crate::fold::{Fold, Lanes, LanesMut};
use crate::kernel::{Lines, MOST_BYTES, Taps, lanes_of, store_first};
use crate::slide::cross_lines;

/// From this many taps on, windows are folded by doubling instead of tap by tap.
pub(crate) const LONG: usize = 8;

/// Pieces of a long window that are merged in one go, at most.
pub(crate) const MOST_PIECES: usize = 4;

/// Folds `count` taps from each of `len` lanes on, all but the last step, at a cost that grows with the logarithm of
/// `count`. What is left of each window, at most as many `pieces`, is to be folded of `lanes`, with which `spare` may have changed places: `lanes` as
/// they were stay in `spare` where [`slides`] says so.
///
/// Doubling the taps that each lane stands for is one merge with the lane that many taps later. A count that
/// is no power of two takes pieces that overlap where the fold allows it, else its binary digits.
#[simd]
pub(crate) fn double<'a, S: Simd, F: Fold>(
    simd: S,
    lanes: &mut LanesMut<'a, F>,
    (count, step): (usize, usize),
    (len, pieces): (usize, usize),
    spare: &mut LanesMut<'a, F>,
) -> Taps {
    let width = lanes_of::<S, F>();
    let mut taps = 1;
    let mut done = 0;
    if const { F::IDEMPOTENT } && slides::<F>(step) {
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
        if 2 * taps > count || (F::IDEMPOTENT && pieces * taps >= count) {
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
        limit: (count - taps) * step,
        ..Taps::new(0, count.div_ceil(taps), taps * step)
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
    macro_rules! slide {
        ($steps:literal) => {
            // Vectors of fewer lanes are not slid so far: that is not even compiled.
            if const { 1 << $steps <= lanes_of::<S, F>() } {
                slide_over::<S, F, $steps>(simd, lanes, len, out);
            }
        };
    }
    match steps {
        0 | 1 => slide!(1),
        2 => slide!(2),
        3 => slide!(3),
        4 => slide!(4),
        5 => slide!(5),
        _ => slide!(6),
    }
    1 << steps
}

/// `out[i]` = the fold of `2^STEPS` lanes from `i` on, for `len` lanes.
#[inline(always)]
fn slide_over<S: Simd, F: Fold, const STEPS: usize>(
    simd: S,
    lanes: Lanes<'_, F>,
    len: usize,
    out: &mut LanesMut<'_, F>,
) {
    let (width, lag) = (lanes_of::<S, F>(), lag::<S, F>(STEPS));
    let len = len.next_multiple_of(width);
    let room = lag * width + len;
    let (near, next) = (lanes.piece(0, room), lanes.piece(1, room));
    let mut held = [F::load(simd, &lanes, 0); STEPS];
    let mut at = 0;
    while at < lag * width {
        double_next::<S, F, STEPS>(simd, [&near, &next], at, &mut held);
        at += width;
    }
    for mut out in out.piece(0, len).vectors::<S>() {
        let doubled = double_next::<S, F, STEPS>(simd, [&near, &next], at, &mut held);
        F::store(doubled, &mut out, 0);
        at += width;
    }
}

/// As [`fold_taps`](crate::kernel::fold_taps), of `count` neighbouring taps at every position, if rows are whole vectors and two vectors
/// hold a window: lanes are doubled as in [`slide_over`], and what is left of windows is merged while they are in registers.
/// Returns whether it was done.
#[simd]
pub(crate) fn slide_windows<S: Simd, F: Fold>(
    simd: S,
    lanes: Lanes<'_, F>,
    count: usize,
    lines: Lines,
    out: &mut LanesMut<'_, F>,
) -> bool {
    if const { !F::IDEMPOTENT || !cross_lines::<S, F>() } {
        return false;
    }
    let (width, steps) = (lanes_of::<S, F>(), count.ilog2());
    if count < 6 || count > 2 * width || lines.from % width != 0 {
        return false;
    }
    match steps {
        2 => slide_rows::<S, F, 2>(simd, lanes, count, lines, out),
        3 => slide_rows::<S, F, 3>(simd, lanes, count, lines, out),
        4 => slide_rows::<S, F, 4>(simd, lanes, count, lines, out),
        _ => return false,
    }
    true
}

/// See [`slide_windows`].
#[inline(always)]
fn slide_rows<S: Simd, F: Fold, const STEPS: usize>(
    simd: S,
    lanes: Lanes<'_, F>,
    count: usize,
    lines: Lines,
    out: &mut LanesMut<'_, F>,
) {
    let (width, size) = (lanes_of::<S, F>(), size_of::<F::Value>());
    let left = (count - (1 << STEPS)) * size;
    let later: [u8; MOST_BYTES] = std::array::from_fn(|byte| (byte + left) as u8);
    let later = &later[..width * size];
    let mut held = [F::load(simd, &lanes, 0); STEPS];
    let mut known = held[0];
    // The last vector takes lanes of one more.
    let last = lines.rows * lines.from;
    for number in 0..=STEPS {
        let next = (number * width).min(last);
        known = double_next::<S, F, STEPS>(simd, [&lanes; 2], next, &mut held);
    }
    for row in 0..lines.rows {
        for at in (0..lines.from).step_by(width) {
            let next = (row * lines.from + at + (STEPS + 1) * width).min(last);
            let doubled = double_next::<S, F, STEPS>(simd, [&lanes; 2], next, &mut held);
            if at < lines.len {
                let folded = F::merge(known, F::pick(simd, known, doubled, later));
                let to = row * lines.to + at;
                if to + width <= out.values.len() {
                    F::store(folded, out, to);
                } else {
                    let kept = out.values.len() - to;
                    store_first::<S, F>(folded, out, to, kept);
                }
            }
            known = doubled;
        }
    }
}

/// How many vectors [`double_next`] is behind the one that it reads.
const fn lag<S: Simd, F: Fold>(steps: usize) -> usize {
    steps - !cross_lines::<S, F>() as usize
}

/// The folds of `2^STEPS` lanes from each of a vector on, which lies [`lag`] before the one at `at`.
///
/// A vector is merged with itself and the next, slid by one lane; those by two, and so on: each step is a vector behind the one
/// before it. Where vectors may be loaded from anywhere, the first step is a load of the `next` lanes.
#[inline(always)]
fn double_next<S: Simd, F: Fold, const STEPS: usize>(
    simd: S,
    [near, next]: [&Lanes<'_, F>; 2],
    at: usize,
    held: &mut [F::Vector<S>; STEPS],
) -> F::Vector<S> {
    let mut vector = F::load(simd, near, at);
    if STEPS > 0 {
        vector = if const { cross_lines::<S, F>() } {
            slide_one::<S, F, 1>(&mut held[0], vector)
        } else {
            F::merge(vector, F::load(simd, next, at))
        };
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
    vector
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
