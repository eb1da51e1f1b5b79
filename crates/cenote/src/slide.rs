//! Windows of a few neighbouring lanes: their vectors are loaded once, and slid.

use fearless_simd::Simd;

use crate::fold::{Fold, Lanes, LanesMut};
use crate::kernel::{Lines, MOST_BYTES, lanes_of};

/// Whether a vector is a line of the first cache: wherever it is not at the beginning of one, it takes two to load. Lanes with
/// indices have no registers left to be slid in.
pub(crate) const fn cross_lines<S: Simd, F: Fold>() -> bool {
    !F::HAS_INDICES && lanes_of::<S, F>() * size_of::<F::Value>() == MOST_BYTES
}

/// The vector that starts one lane before `high`, which follows `low`.
#[inline(always)]
pub(crate) fn slide_back<S: Simd, F: Fold>(low: F::Vector<S>, high: F::Vector<S>) -> F::Vector<S> {
    match const { lanes_of::<S, F>() } {
        2 => F::slide::<S, 1>(low, high),
        4 => F::slide::<S, 3>(low, high),
        8 => F::slide::<S, 7>(low, high),
        16 => F::slide::<S, 15>(low, high),
        32 => F::slide::<S, 31>(low, high),
        _ => F::slide::<S, 63>(low, high),
    }
}

/// As [`fold_taps`](crate::kernel::fold_taps), of two or three neighbouring taps: vectors are loaded once, and slid.
#[inline(always)]
pub(crate) fn slide_few<S: Simd, F: Fold, const TAPS: usize>(
    simd: S,
    source: Lanes<'_, F>,
    start: usize,
    lines: Lines,
    out: &mut LanesMut<'_, F>,
) {
    let width = lanes_of::<S, F>();
    for row in 0..lines.rows {
        let from = start + row * lines.from;
        let mut this = F::load(simd, &source, from);
        for at in (0..lines.len).step_by(width) {
            let next = F::load(simd, &source, from + at + width);
            let mut folded = F::merge(this, F::slide::<S, 1>(this, next));
            if TAPS == 3 {
                folded = F::merge(folded, F::slide::<S, 2>(this, next));
            }
            F::store(folded, out, row * lines.to + at);
            this = next;
        }
    }
}

/// As [`slide_few`], of three taps at every other position.
#[inline(always)]
pub(crate) fn slide_every_other<S: Simd, F: Fold>(
    simd: S,
    source: Lanes<'_, F>,
    start: usize,
    lines: Lines,
    out: &mut LanesMut<'_, F>,
) {
    let width = lanes_of::<S, F>();
    let vectors = lines.len.div_ceil(2 * width);
    for row in 0..lines.rows {
        let (from, to) = (start + row * lines.from, row * lines.to);
        let (mut even, mut odd) = load_apart::<S, F>(simd, &source, from);
        for number in 1..vectors {
            let next = from + 2 * number * width;
            let (next_even, next_odd) = load_apart::<S, F>(simd, &source, next);
            let three = F::merge(F::merge(even, odd), F::slide::<S, 1>(even, next_even));
            F::store(three, out, to + (number - 1) * width);
            (even, odd) = (next_even, next_odd);
        }
        // The last are loaded where they are: no vector more may lie behind them.
        let last = (vectors - 1) * width;
        let later = from + 2 * last + 2;
        let later = F::unzip(
            F::load(simd, &source, later),
            F::load(simd, &source, later + width),
        );
        F::store(F::merge(F::merge(even, odd), later), out, to + last);
    }
}

/// The even and the odd lanes of the two vectors from `at` on.
#[inline(always)]
fn load_apart<S: Simd, F: Fold>(
    simd: S,
    source: &Lanes<'_, F>,
    at: usize,
) -> (F::Vector<S>, F::Vector<S>) {
    let low = F::load(simd, source, at);
    let high = F::load(simd, source, at + lanes_of::<S, F>());
    (F::unzip(low, high), F::unzip_odd(low, high))
}

/// As [`fold_taps`](crate::kernel::fold_taps), of five neighbouring taps: vectors are loaded once, and slid. Those that start a lane
/// later are loaded too, where that is quicker.
#[inline(always)]
pub(crate) fn slide_five<S: Simd, F: Fold>(
    simd: S,
    source: Lanes<'_, F>,
    start: usize,
    lines: Lines,
    out: &mut LanesMut<'_, F>,
) {
    let width = lanes_of::<S, F>();
    let len = lines.len.next_multiple_of(width);
    let inner = len - width;
    for row in 0..lines.rows {
        // The last vector takes lanes of the next.
        let source = source.piece(start + row * lines.from, len + width);
        let (near, next_near) = (
            source.piece(2 * width, inner),
            source.piece(width + 1, inner),
        );
        let mut out = out.piece(row * lines.to, len);
        let mut this = F::load(simd, &source, 0);
        let mut next = F::load(simd, &source, width);
        let mut pair = F::merge(this, F::slide::<S, 1>(this, next));
        // Not a closure: where vectors are pairs of lanes and indices, it is called, and all that it does too.
        macro_rules! five {
            ($next_pair:expr) => {{
                let four = F::merge(pair, F::slide::<S, 2>(pair, $next_pair));
                F::merge(four, F::slide::<S, 4>(this, next))
            }};
        }
        let mut inside = out.piece(0, inner);
        let mut at = 0;
        while at + width <= inner {
            let after = F::load(simd, &near, at);
            let slid = if const { cross_lines::<S, F>() } {
                F::slide::<S, 1>(next, after)
            } else {
                F::load(simd, &next_near, at)
            };
            let next_pair = F::merge(next, slid);
            F::store(five!(next_pair), &mut inside, at);
            (this, next, pair) = (next, after, next_pair);
            at += width;
        }
        // Of the next pairs, the first two are taken.
        let next_pair = F::merge(next, F::slide::<S, 1>(next, next));
        F::store(five!(next_pair), &mut out, inner);
    }
}
