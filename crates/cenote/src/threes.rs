//! Sums of three neighbouring columns at every position, contracted as their rows are folded.
//!
//! Vectors begin with the first column of their windows: the two others are slides to the next vector. Output rows are made two at a
//! time, which read each row that they share once.

use fearless_simd::Simd;
use fearless_simd_macros::simd;

use crate::columns::{Columns, MOST_ROWS};
use crate::divisors::Divisors;
use crate::element::Element;
use crate::fold::{Fold, nothing};
use crate::fused::{Fused, Vector};
use crate::kernel::lanes_of;
use crate::plane::Worker;
use crate::reduce::{Factor, Value};
use crate::rows::{Reach, Rows, Seen, near};
use crate::slide::slide_back;

/// Pools windows of three columns, the second of which is that of the output, to output rows from the first on: `OUTS` rows at a time,
/// whose windows have `ROWS` rows in all, or any if `ROWS` is 0 and `OUTS` is 1.
#[simd]
#[inline(never)]
pub(crate) fn contract_threes<
    S: Simd,
    T: Element,
    R: Columns<T>,
    const ROWS: usize,
    const OUTS: usize,
>(
    simd: S,
    worker: &Worker<'_, S, T, R>,
    (first, rows, reach): (usize, Rows<'_, T>, Reach),
    fused: &mut Fused<'_, '_, T, R::Fold>,
    seen: &mut Seen<S, T>,
) {
    let len = rows.len;
    let (depth, start) = fused.place;
    let mut divisors = Divisors::<T, R>::new(fused.counts);
    let mut window = rows;
    window.taps[1] += OUTS - 1;
    let mut number = 0;
    loop {
        let last = number + OUTS - 1;
        reach.ask_beyond(fused.ahead, worker.source, last);
        let few = window.few::<ROWS>();
        let all = &mut [[].as_slice(); MOST_ROWS];
        let line = Line::<_, ROWS, OUTS> {
            rows: if ROWS == 0 { window.all(all) } else { &few },
            len,
        };
        let row = first + number;
        let mut out = Out::<'_, T, R, OUTS> {
            elements: &mut fused.elements[(row - start) * len..][..OUTS * len],
            len,
            factors: [divisors.factor(worker, (depth, row)); OUTS],
        };
        for number in 1..OUTS {
            out.factors[number] = divisors.factor(worker, (depth, row + number));
        }
        let end = line.each::<S, R>(simd, &mut out, seen);
        line.end::<S, R>(simd, end, &mut out, seen);
        // Of an odd number, the last but one is made twice.
        let left = rows.count - 1 - last;
        if left == 0 {
            return;
        }
        let step = OUTS.min(left);
        window.advance(step * rows.hop);
        number += step;
    }
}

/// The rows of as many windows, each of which begins a row after the one before it.
struct Line<'a, T, const ROWS: usize, const OUTS: usize> {
    rows: &'a [&'a [T]],
    /// Elements of a row.
    len: usize,
}

/// Output rows of `len` elements, and what each is multiplied by.
struct Out<'a, T: Element, R: Columns<T>, const OUTS: usize> {
    elements: &'a mut [T],
    len: usize,
    factors: [Factor<'a, Value<T, R>>; OUTS],
}

impl<T: Element, const ROWS: usize, const OUTS: usize> Line<'_, T, ROWS, OUTS> {
    /// The folds of `COUNT` vectors of each window, from element `at` on: one look at the bounds serves all.
    #[inline(always)]
    fn fold<S: Simd, R: Columns<T>, const COUNT: usize>(
        &self,
        simd: S,
        at: usize,
        seen: &mut Seen<S, T>,
    ) -> [[Vector<S, T, R>; OUTS]; COUNT] {
        let width = lanes_of::<S, R::Fold>();
        let near = near::<_, ROWS>(self.rows, at, COUNT * width);
        let mut folded = [[nothing::<S, R::Fold>(simd); OUTS]; COUNT];
        for (number, folded) in folded.iter_mut().enumerate() {
            let offset = number * width;
            for (out, folded) in folded.iter_mut().enumerate() {
                *folded = if ROWS == 0 {
                    R::fold_vector(simd, self.rows, (at + offset, 0), 0, seen)
                } else {
                    R::fold_vector(
                        simd,
                        &near[out..ROWS + 1 + out - OUTS],
                        (offset, at),
                        0,
                        seen,
                    )
                };
            }
        }
        folded
    }

    /// Makes whole vectors from the beginning of the rows on. Returns where those end: what is left are less than three vectors.
    #[inline(always)]
    fn each<S: Simd, R: Columns<T>>(
        &self,
        simd: S,
        out: &mut Out<'_, T, R, OUTS>,
        seen: &mut Seen<S, T>,
    ) -> usize {
        let width = lanes_of::<S, R::Fold>();
        let [mut this] = self.fold::<S, R, 1>(simd, 0, seen);
        for this in &mut this {
            *this = slide_back::<S, R::Fold>(nothing::<S, R::Fold>(simd), *this);
        }
        let mut at = 0;
        macro_rules! contract {
            ($vectors:literal) => {
                let folded = self.fold::<S, R, $vectors>(simd, at + width - 1, seen);
                for next in &folded {
                    for number in 0..OUTS {
                        let (first, next) = (this[number], next[number]);
                        let second = R::Fold::slide::<S, 1>(first, next);
                        let third = R::Fold::slide::<S, 2>(first, next);
                        out.finish::<S>(simd, (number, at), [first, second, third]);
                        this[number] = next;
                    }
                    at += width;
                }
            };
        }
        while at + 3 * width - 1 <= self.len {
            contract!(2);
        }
        if at + 2 * width - 1 <= self.len {
            contract!(1);
        }
        at
    }

    /// Makes the vectors from `at` on, the last of which have lanes of those before them.
    #[inline(always)]
    fn end<S: Simd, R: Columns<T>>(
        &self,
        simd: S,
        mut at: usize,
        out: &mut Out<'_, T, R, OUTS>,
        seen: &mut Seen<S, T>,
    ) {
        let width = lanes_of::<S, R::Fold>();
        let nothing = nothing::<S, R::Fold>(simd);
        while at < self.len {
            at = at.min(self.len - width);
            let [second] = self.fold::<S, R, 1>(simd, at, seen);
            let (mut first, mut third) = (second, second);
            if at > 0 {
                [first] = self.fold::<S, R, 1>(simd, at - 1, seen);
            } else {
                for first in &mut first {
                    *first = slide_back::<S, R::Fold>(nothing, *first);
                }
            }
            if at + width < self.len {
                [third] = self.fold::<S, R, 1>(simd, at + 1, seen);
            } else {
                for third in &mut third {
                    *third = R::Fold::slide::<S, 1>(*third, nothing);
                }
            }
            for number in 0..OUTS {
                let columns = [first[number], second[number], third[number]];
                out.finish::<S>(simd, (number, at), columns);
            }
            at += width;
        }
    }
}

impl<T: Element, R: Columns<T>, const OUTS: usize> Out<'_, T, R, OUTS> {
    /// Makes the vector at `at` of a row of the three columns of its windows.
    #[inline(always)]
    fn finish<S: Simd>(
        &mut self,
        simd: S,
        (number, at): (usize, usize),
        [first, second, third]: [Vector<S, T, R>; 3],
    ) {
        let folded = R::Fold::merge(R::Fold::merge(first, second), third);
        let factor = Factor {
            at,
            ..self.factors[number]
        };
        let row = &mut self.elements[number * self.len..][..self.len];
        let elements = &mut row[at..at + lanes_of::<S, R::Fold>()];
        R::finish_vector(simd, folded, factor, elements);
    }
}
