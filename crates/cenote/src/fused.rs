//! Windows that are contracted as their rows are folded: nothing lies in memory between a tensor and its result.
//!
//! Where windows along the width are two or three neighbours, all that they need of folded rows are vectors next to one another.
//! Those are kept in registers, and slid.

use fearless_simd::Simd;
use fearless_simd_macros::simd;

use crate::columns::{Columns, MOST_ROWS};
use crate::element::Element;
use crate::fetch::Ahead;
use crate::fold::{Fold, LanesMut, nothing};
use crate::kernel::{MOST_BYTES, lanes_of};
use crate::lane::MOST_LANES;
use crate::pass::{Divide, Flat, Pass, Width};
use crate::plane::Worker;
use crate::reduce::{Counting, Factor, Finish, Value};
use crate::rows::{Gather, Reach, Rows, Seen};
use crate::slide::slide_back;

/// Rows of a window from which on folding them is most of the work, and staging costs little.
const MANY_ROWS: usize = 5;

/// A vector while it is being folded.
type Vector<S, T, R> = <<R as Finish<T>>::Fold as Fold>::Vector<S>;

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
    let [depth, height, _] = pass.axes;
    let is_known = match (sliding.kernel_size, sliding.stride, sliding.padding[0]) {
        (2, 2, 0) | (3, 2, 0 | 1) => true,
        // Maxima of rows that windows share are kept for two of them: that gains as much.
        (3, 1, 1) => !R::Fold::IDEMPOTENT,
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
            ($taps:literal, $stride:literal, $before:literal, $rows:literal, $fresh:literal) => {
                contract_rows::<S, T, R, $taps, $stride, $before, $rows, $fresh>(
                    simd, worker, all, self, seen,
                )
            };
        }
        let shape = (sliding.kernel_size, sliding.stride, sliding.padding[0]);
        let fresh = if R::REFUSES_NAN { rows.fresh } else { 0 };
        match (shape, rows.taps[0] * rows.taps[1], fresh) {
            ((2, ..), 1, 0b1 | 0) => pool!(2, 2, 0, 1, 0b1),
            ((2, ..), 2, 0b11 | 0) => pool!(2, 2, 0, 2, 0b11),
            ((2, ..), 4, 0b1111 | 0) => pool!(2, 2, 0, 4, 0b1111),
            ((2, ..), ..) => pool!(2, 2, 0, 0, 0),
            ((3, 2, 0), 3, 0b110 | 0) => pool!(3, 2, 0, 3, 0b110),
            ((3, 2, 0), ..) => pool!(3, 2, 0, 0, 0),
            ((3, 2, _), 1, 0b1 | 0) => pool!(3, 2, 1, 1, 0b1),
            ((3, 2, _), 3, 0b110 | 0) => pool!(3, 2, 1, 3, 0b110),
            ((3, 2, _), ..) => pool!(3, 2, 1, 0, 0),
            _ if R::Fold::IDEMPOTENT => {}
            (_, 3, _) => pool!(3, 1, 1, 3, 0),
            _ => pool!(3, 1, 1, 0, 0),
        }
    }
}

/// Pools windows to output rows from the first on: of `TAPS` columns, `STRIDE` apart, the first of them from `BEFORE` columns before the
/// rows on; and of `ROWS` rows, of which those that are `FRESH` have not been looked at, or of any if `ROWS` is 0.
#[simd]
#[inline(never)]
fn contract_rows<
    S: Simd,
    T: Element,
    R: Columns<T>,
    const TAPS: usize,
    const STRIDE: usize,
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
    for number in 0..rows.count {
        reach.ask_beyond(fused.ahead, worker.source, number);
        let window = rows.window(number);
        let few = window.few::<ROWS>();
        let all = &mut [[].as_slice(); MOST_ROWS];
        let line = Line {
            rows: if ROWS == 0 { window.all(all) } else { &few },
            fresh: if ROWS == 0 { rows.fresh } else { FRESH },
            len: rows.len,
            end: &end[..width * size],
        };
        let mut out = Out::<S, T, R> {
            simd,
            elements: &mut elements[number * len..],
            indices: &mut indices[number * index_lanes..],
            vectors: len.div_ceil(width),
            factor: factor(worker, (place.0, place.1 + number), fused.counts),
        };
        if STRIDE == 1 {
            line.each::<S, R>(simd, &mut out, &mut seen);
        } else {
            line.every_other::<S, R, TAPS, BEFORE>(simd, &mut out, &mut seen);
        }
    }
    *all_seen = seen;
}

/// What the results of a row are multiplied by.
#[inline(always)]
fn factor<'a, S: Simd, T: Element, R: Columns<T>>(
    worker: &Worker<'_, S, T, R>,
    place: (usize, usize),
    (counts, alike): (&'a [Value<T, R>], bool),
) -> Factor<'a, Value<T, R>> {
    let divisors = match worker.reducer.counting() {
        Counting::None => None,
        _ => worker.counts(Divide::Folded, place, counts),
    };
    Factor {
        row: divisors.map_or(R::Fold::IDENTITY, |divisors| R::factor(&divisors, alike)),
        counts: if alike { None } else { Some(counts) },
    }
}

/// The rows of a window.
struct Line<'a, T> {
    rows: &'a [&'a [T]],
    /// Which of them have not been looked at: a bit each.
    fresh: u32,
    /// Elements of a row.
    len: usize,
    /// Which bytes of the last whole vector of a row, and of nothing after it, the vector at its end has.
    end: &'a [u8],
}

impl<T: Element> Line<'_, T> {
    /// The fold of vector `number` of the rows, beyond which is nothing. It lies within them if it is `WHOLE`.
    #[inline(always)]
    fn vector<S: Simd, R: Columns<T>, const WHOLE: bool>(
        &self,
        simd: S,
        number: usize,
        seen: &mut Seen<S, T>,
    ) -> Vector<S, T, R> {
        let width = lanes_of::<S, R::Fold>();
        let at = number * width;
        if WHOLE || at + width <= self.len {
            return R::fold_vector(simd, self.rows, (at, self.fresh), seen);
        }
        let nothing = nothing::<S, R::Fold>(simd);
        if at >= self.len {
            return nothing;
        }
        let last = R::fold_vector(simd, self.rows, (self.len - width, self.fresh), seen);
        R::Fold::pick(simd, last, nothing, self.end)
    }

    /// Contracts windows of three columns, the second of which is each lane.
    #[inline(always)]
    fn each<S: Simd, R: Columns<T>>(
        &self,
        simd: S,
        out: &mut Out<'_, '_, S, T, R>,
        seen: &mut Seen<S, T>,
    ) {
        let mut before = nothing::<S, R::Fold>(simd);
        let mut this = self.vector::<S, R, false>(simd, 0, seen);
        let whole = (self.len / lanes_of::<S, R::Fold>() - 1).min(out.vectors);
        macro_rules! contract {
            ($numbers:expr, $whole:literal) => {
                for number in $numbers {
                    let next = self.vector::<S, R, $whole>(simd, number + 1, seen);
                    let first = slide_back::<S, R::Fold>(before, this);
                    let last = R::Fold::slide::<S, 1>(this, next);
                    out.finish(number, R::Fold::merge(R::Fold::merge(first, this), last));
                    (before, this) = (this, next);
                }
            };
        }
        contract!(0..whole, true);
        contract!(whole..out.vectors, false);
    }

    /// The folds of the even and of the odd lanes of two vectors.
    #[inline(always)]
    fn halves<S: Simd, R: Columns<T>, const WHOLE: bool>(
        &self,
        simd: S,
        number: usize,
        seen: &mut Seen<S, T>,
    ) -> [Vector<S, T, R>; 2] {
        let low = self.vector::<S, R, WHOLE>(simd, 2 * number, seen);
        let high = self.vector::<S, R, WHOLE>(simd, 2 * number + 1, seen);
        [R::Fold::unzip(low, high), R::Fold::unzip_odd(low, high)]
    }

    /// Contracts windows of `TAPS` columns, two apart, of which `BEFORE` lie before an even lane.
    #[inline(always)]
    fn every_other<S: Simd, R: Columns<T>, const TAPS: usize, const BEFORE: usize>(
        &self,
        simd: S,
        out: &mut Out<'_, '_, S, T, R>,
        seen: &mut Seen<S, T>,
    ) {
        // Windows that reach into the vectors after their own are contracted once those are there.
        let ahead = usize::from(TAPS == 3 && BEFORE == 0);
        let [mut even, mut odd] = if ahead > 0 {
            self.halves::<S, R, false>(simd, 0, seen)
        } else {
            [nothing::<S, R::Fold>(simd); 2]
        };
        let whole = self.len / (2 * lanes_of::<S, R::Fold>());
        let whole = whole.saturating_sub(ahead).min(out.vectors);
        macro_rules! contract {
            ($numbers:expr, $whole:literal) => {
                for number in $numbers {
                    let [next_even, next_odd] =
                        self.halves::<S, R, $whole>(simd, number + ahead, seen);
                    let [first, second, third] = if BEFORE == 0 {
                        [even, odd, R::Fold::slide::<S, 1>(even, next_even)]
                    } else {
                        [slide_back::<S, R::Fold>(odd, next_odd), next_even, next_odd]
                    };
                    out.finish(
                        number,
                        if TAPS == 2 {
                            R::Fold::merge(next_even, next_odd)
                        } else {
                            R::Fold::merge(R::Fold::merge(first, second), third)
                        },
                    );
                    (even, odd) = (next_even, next_odd);
                }
            };
        }
        contract!(0..whole, true);
        contract!(whole..out.vectors, false);
    }
}

/// Where an output row goes.
struct Out<'o, 'a, S: Simd, T: Element, R: Columns<T>> {
    simd: S,
    /// The row's elements and all that follow.
    elements: &'o mut [T],
    /// Their index lanes, and a vector more.
    indices: &'o mut [<R::Fold as Fold>::Index],
    /// Vectors of the row.
    vectors: usize,
    factor: Factor<'a, Value<T, R>>,
}

impl<S: Simd, T: Element, R: Columns<T>> Out<'_, '_, S, T, R> {
    /// Makes elements of vector `number`. What it has beyond the row, the next row writes again.
    #[inline(always)]
    fn finish(&mut self, number: usize, vector: Vector<S, T, R>) {
        let width = lanes_of::<S, R::Fold>();
        let at = number * width;
        let factor = Factor {
            row: self.factor.row,
            counts: self.factor.counts.map(|counts| &counts[at..at + width]),
        };
        if R::Fold::HAS_INDICES {
            let mut lanes = LanesMut::<R::Fold> {
                values: &mut [R::Fold::IDENTITY; MOST_LANES],
                indices: &mut self.indices[at..],
            };
            R::Fold::store(vector, &mut lanes, 0);
        }
        let elements = &mut self.elements[at..];
        if let Some(elements) = elements.get_mut(..width) {
            R::finish_vector(self.simd, vector, factor, elements);
        } else {
            let mut end = [T::default(); MOST_LANES];
            R::finish_vector(self.simd, vector, factor, &mut end[..width]);
            elements.copy_from_slice(&end[..elements.len()]);
        }
    }
}
