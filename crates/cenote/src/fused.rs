//! Windows that are contracted as their rows are folded: nothing lies in memory between a tensor and its result.
//!
//! Where windows along the width are two or three neighbours, all that they need of folded rows are vectors next to one another.
//! Those are kept in registers, and slid.

use std::slice::ChunksExactMut;

use fearless_simd::Simd;
use fearless_simd_macros::simd;

use crate::columns::{Columns, MOST_ROWS};
use crate::divisors::Divisors;
use crate::element::Element;
use crate::fetch::Ahead;
use crate::fold::{Fold, LanesMut, nothing};
use crate::gather::Gather;
use crate::kernel::{MOST_BYTES, lanes_of};
use crate::lane::MOST_LANES;
use crate::pass::{Flat, Pass, Width};
use crate::plane::Worker;
use crate::reduce::{Factor, Finish, Value};
use crate::rows::{Reach, Rows, Seen, near};
use crate::slide::slide_back;
use crate::threes::contract_threes;

/// Rows of a window from which on folding them is most of the work, and staging costs little.
const MANY_ROWS: usize = 5;

/// A vector while it is being folded.
pub(crate) type Vector<S, T, R> = <<R as Finish<T>>::Fold as Fold>::Vector<S>;

/// Whether this way is compiled: for floats and bytes, which images and activations are, and not for vectors of 16 bytes where
/// processors that have no longer ones are old.
pub(crate) const fn is_compiled<S: Simd, T: Element, R: Columns<T>>() -> bool {
    let bytes = lanes_of::<S, R::Fold>() * size_of::<Value<T, R>>();
    R::FUSES && (bytes > 16 || !cfg!(target_arch = "x86_64"))
}

/// Whether a pass can go this way, and gains by it.
pub(crate) fn fits<S: Simd, T: Element, R: Columns<T>>(pass: &Pass<'_>, reducer: &R) -> bool {
    let Width::Flat(Flat {
        sliding, hop: 1, ..
    }) = pass.width
    else {
        return false;
    };
    let [depth, height, width] = pass.axes;
    let is_known = match (sliding.kernel_size, sliding.stride, sliding.padding[0]) {
        (2, 2, 0) | (3, 2, 0 | 1) => true,
        // Maxima of rows that windows share are kept for two of them: that gains as much.
        (3, 1, 1) => !R::Fold::IDEMPOTENT && width.output_len() == width.input_len(),
        _ => false,
    };
    is_compiled::<S, T, R>()
        && is_known
        && depth.max_taps() * height.max_taps() < MANY_ROWS
        && (pass.inner, sliding.dilation) == (1, 1)
        && pass.inside() >= lanes_of::<S, R::Fold>()
        && (!reducer.wants_whole() || pass.axes.iter().all(|axis| axis.are_whole()))
}

/// Some output rows of one depth.
pub(crate) struct Fused<'a, 'b, T, F: Fold> {
    pub(crate) ahead: &'b mut Ahead,
    /// Counts along the width, and whether they are all the same.
    pub(crate) counts: (&'a [F::Value], bool),
    /// The depth, and the first row.
    pub(crate) place: (usize, usize),
    /// The elements of all rows, and their index lanes.
    pub(crate) elements: &'b mut [T],
    pub(crate) indices: &'b mut [F::Index],
}

impl<S: Simd, T: Element, R: Columns<T>> Gather<S, T, R> for Fused<'_, '_, T, R::Fold> {
    #[inline(always)]
    fn gather(
        &mut self,
        (simd, worker): (S, &Worker<'_, S, T, R>),
        all: (usize, Rows<'_, T>, Reach),
        seen: &mut Seen<S, T>,
    ) {
        let Width::Flat(Flat { sliding, .. }) = worker.pass.width else {
            return;
        };
        let rows = all.1;
        macro_rules! pool {
            ($taps:literal, $before:literal, $rows:literal, $fresh:literal) => {
                contract_rows::<S, T, R, $taps, $before, $rows, $fresh>(
                    simd, worker, all, self, seen,
                )
            };
        }
        let shape = (sliding.kernel_size, sliding.stride, sliding.padding[0]);
        let fresh = if R::REFUSES_NAN { rows.fresh } else { 0 };
        match (shape, rows.taps[0] * rows.taps[1], fresh) {
            ((2, ..), 1, 0b1 | 0) => pool!(2, 0, 1, 0b1),
            ((2, ..), 2, 0b11 | 0) => pool!(2, 0, 2, 0b11),
            ((2, ..), 4, 0b1111 | 0) => pool!(2, 0, 4, 0b1111),
            ((2, ..), ..) => pool!(2, 0, 0, 0),
            ((3, 2, 0), 3, 0b110 | 0) => pool!(3, 0, 3, 0b110),
            ((3, 2, 0), ..) => pool!(3, 0, 0, 0),
            ((3, 2, _), 1, 0b1 | 0) => pool!(3, 1, 1, 0b1),
            ((3, 2, _), 3, 0b110 | 0) => pool!(3, 1, 3, 0b110),
            ((3, 2, _), ..) => pool!(3, 1, 0, 0),
            _ if R::Fold::IDEMPOTENT => {}
            _ if rows.taps == [1, 3] && rows.are_dense() => {
                contract_threes::<S, T, R, 4, 2>(simd, worker, all, self, seen);
            }
            _ => contract_threes::<S, T, R, 0, 1>(simd, worker, all, self, seen),
        }
    }
}

/// Pools windows to output rows from the first on: of `TAPS` columns, two apart, the first of them from `BEFORE` columns before the rows
/// on; and of `ROWS` rows, of which those that are `FRESH` have not been looked at, or of any if `ROWS` is 0.
#[simd]
#[inline(never)]
fn contract_rows<
    S: Simd,
    T: Element,
    R: Columns<T>,
    const TAPS: usize,
    const BEFORE: usize,
    const ROWS: usize,
    const FRESH: u32,
>(
    simd: S,
    worker: &Worker<'_, S, T, R>,
    (first, rows, reach): (usize, Rows<'_, T>, Reach),
    fused: &mut Fused<'_, '_, T, R::Fold>,
    all_seen: &mut Seen<S, T>,
) {
    let (width, size) = (lanes_of::<S, R::Fold>(), size_of::<Value<T, R>>());
    let beyond = rows.len.next_multiple_of(width) - rows.len;
    let end: [u8; MOST_BYTES] = std::array::from_fn(|byte| (byte + beyond * size) as u8);
    let len = worker.pass.row_len();
    let place = (fused.place.0, first);
    let index_lanes = if R::Fold::HAS_INDICES { len } else { 0 };
    let before = first - fused.place.1;
    let elements = &mut fused.elements[before * len..];
    let indices = &mut fused.indices[before * index_lanes..];
    // Kept in registers.
    let mut seen = *all_seen;
    let alike = rows.alike::<ROWS>();
    let mut window = rows;
    let mut divisors = Divisors::new(fused.counts);
    for number in 0..rows.count {
        reach.ask_beyond(fused.ahead, worker.source, number);
        let few = alike.at(number * rows.hop);
        let all = &mut [[].as_slice(); MOST_ROWS];
        let line = Line::<_, ROWS> {
            rows: if ROWS == 0 { window.all(all) } else { &few },
            fresh: if ROWS == 0 { rows.fresh } else { FRESH },
            len: rows.len,
            end: &end[..width * size],
        };
        let elements = &mut elements[number * len..];
        let room = len.next_multiple_of(width).min(elements.len());
        let (whole, rest) = elements[..room].split_at_mut(room / width * width);
        let mut out = Out::<S, T, R> {
            simd,
            len,
            at: 0,
            elements: whole.chunks_exact_mut(width),
            rest,
            indices: indices[number * index_lanes..].chunks_exact_mut(width),
            factor: divisors.factor(worker, (place.0, place.1 + number)),
        };
        line.every_other::<S, R, TAPS, BEFORE>(&mut out, &mut seen);
        if ROWS == 0 {
            window.advance(rows.hop);
        }
    }
    *all_seen = seen;
}

/// The rows of a window, whose number is known if `ROWS` is not 0.
struct Line<'a, T, const ROWS: usize> {
    rows: &'a [&'a [T]],
    /// Which of them have not been looked at: a bit each.
    fresh: u32,
    /// Elements of a row.
    len: usize,
    /// Which bytes of the last whole vector of a row, and of nothing after it, the vector at its end has.
    end: &'a [u8],
}

impl<T: Element, const ROWS: usize> Line<'_, T, ROWS> {
    /// The folds of `COUNT` vectors within the rows, from element `at` on: one look at the bounds serves all.
    #[inline(always)]
    fn inside<S: Simd, R: Columns<T>, const COUNT: usize>(
        &self,
        simd: S,
        at: usize,
        seen: &mut Seen<S, T>,
    ) -> [Vector<S, T, R>; COUNT] {
        let width = lanes_of::<S, R::Fold>();
        let near = near::<_, ROWS>(self.rows, at, COUNT * width);
        let mut folded = [nothing::<S, R::Fold>(simd); COUNT];
        for (number, folded) in folded.iter_mut().enumerate() {
            let offset = number * width;
            *folded = if ROWS == 0 {
                R::fold_vector(simd, self.rows, (at + offset, 0), self.fresh, seen)
            } else {
                R::fold_vector(simd, &near, (offset, at), self.fresh, seen)
            };
        }
        folded
    }

    /// The fold of a vector of the rows, beyond which is nothing, from element `at` on.
    #[inline(always)]
    fn anywhere<S: Simd, R: Columns<T>>(
        &self,
        simd: S,
        at: usize,
        seen: &mut Seen<S, T>,
    ) -> Vector<S, T, R> {
        let width = lanes_of::<S, R::Fold>();
        if at + width <= self.len {
            return R::fold_vector(simd, self.rows, (at, 0), self.fresh, seen);
        }
        let nothing = nothing::<S, R::Fold>(simd);
        if at >= self.len {
            return nothing;
        }
        let last = (self.len - width, 0);
        let last = R::fold_vector(simd, self.rows, last, self.fresh, seen);
        R::Fold::pick(simd, last, nothing, self.end)
    }

    /// Contracts windows of `TAPS` columns, two apart, of which `BEFORE` lie before an even lane.
    #[inline(always)]
    fn every_other<S: Simd, R: Columns<T>, const TAPS: usize, const BEFORE: usize>(
        &self,
        out: &mut Out<'_, '_, S, T, R>,
        seen: &mut Seen<S, T>,
    ) {
        let (simd, width) = (out.simd, lanes_of::<S, R::Fold>());
        let mut held = [nothing::<S, R::Fold>(simd); 2];
        let mut at = 0;
        macro_rules! anywhere {
            () => {{
                let low = self.anywhere::<S, R>(simd, at, seen);
                let high = self.anywhere::<S, R>(simd, at + width, seen);
                at += 2 * width;
                contract::<S, R::Fold, TAPS, BEFORE>([low, high], &mut held)
            }};
        }
        if TAPS == 3 && BEFORE == 0 {
            // Windows that reach into the vectors after their own are contracted once those are there.
            anywhere!();
        }
        while at + 2 * width <= self.len
            && let Some(place) = out.whole()
        {
            let pair = self.inside::<S, R, 2>(simd, at, seen);
            out.finish(contract::<S, R::Fold, TAPS, BEFORE>(pair, &mut held), place);
            at += 2 * width;
        }
        while out.at < out.len {
            let folded = anywhere!();
            out.finish_anywhere(folded);
        }
    }
}

/// See [`Line::every_other`]. What is `held` are the even and the odd lanes of the two vectors before.
#[inline(always)]
fn contract<S: Simd, F: Fold, const TAPS: usize, const BEFORE: usize>(
    [low, high]: [F::Vector<S>; 2],
    held: &mut [F::Vector<S>; 2],
) -> F::Vector<S> {
    let [even, odd] = *held;
    let (next_even, next_odd) = (F::unzip(low, high), F::unzip_odd(low, high));
    *held = [next_even, next_odd];
    if TAPS == 2 {
        return F::merge(next_even, next_odd);
    }
    let [first, second, third] = if BEFORE == 0 {
        [even, odd, F::slide::<S, 1>(even, next_even)]
    } else {
        [slide_back::<S, F>(odd, next_odd), next_even, next_odd]
    };
    F::merge(F::merge(first, second), third)
}

/// Where an output row goes.
struct Out<'o, 'a, S: Simd, T: Element, R: Columns<T>> {
    simd: S,
    /// Lanes of the row, and those that are done.
    len: usize,
    at: usize,
    /// Vectors of the row. What the last has beyond it, the next row writes again.
    elements: ChunksExactMut<'o, T>,
    /// What is left of the last of all rows.
    rest: &'o mut [T],
    /// Vectors of index lanes.
    indices: ChunksExactMut<'o, <R::Fold as Fold>::Index>,
    factor: Factor<'a, Value<T, R>>,
}

/// The elements of a vector of an output row, and its index lanes.
type Place<'o, T, R> = (
    &'o mut [T],
    &'o mut [<<R as Finish<T>>::Fold as Fold>::Index],
);

impl<'o, S: Simd, T: Element, R: Columns<T>> Out<'o, '_, S, T, R> {
    /// The place of the next vector, if it is whole.
    #[inline(always)]
    fn whole(&mut self) -> Option<Place<'o, T, R>> {
        let elements = self.elements.next()?;
        Some((elements, self.index_place()))
    }

    #[inline(always)]
    fn index_place(&mut self) -> &'o mut [<R::Fold as Fold>::Index] {
        if R::Fold::HAS_INDICES {
            self.indices.next().unwrap_or_default()
        } else {
            &mut []
        }
    }

    /// Makes elements of the next vector.
    #[inline(always)]
    fn finish(&mut self, vector: Vector<S, T, R>, (elements, indices): Place<'_, T, R>) {
        let factor = Factor {
            at: self.at,
            ..self.factor
        };
        if R::Fold::HAS_INDICES {
            let values = &mut [R::Fold::IDENTITY; MOST_LANES];
            R::Fold::store(vector, &mut LanesMut { values, indices }, 0);
        }
        R::finish_vector(self.simd, vector, factor, elements);
        self.at += lanes_of::<S, R::Fold>();
    }

    /// As [`Out::finish`], of a vector that may not be whole.
    #[inline(always)]
    fn finish_anywhere(&mut self, vector: Vector<S, T, R>) {
        if let Some(place) = self.whole() {
            return self.finish(vector, place);
        }
        let mut all = [T::default(); MOST_LANES];
        let indices = self.index_place();
        self.finish(vector, (&mut all[..lanes_of::<S, R::Fold>()], indices));
        self.rest.copy_from_slice(&all[..self.rest.len()]);
    }
}
