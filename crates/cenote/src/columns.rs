//! Reductions whose taps may be taken in any order: they fold the rows of a window before its columns, straight
//! from the tensor.
//!
//! A maximum may be taken so where no element is NaN or −0: then neither order nor instruction set can be seen in
//! it. With its index it may wherever there is no NaN, since the smaller of two indices wins a tie. Sums may always:
//! they are rounded once.
#![expect(
    clippy::needless_range_loop,
    reason = "loops over chunks of one length, which become single vectors"
)]

use crate::element::{Convert, Element, Lift};
use crate::fold::{self, Fold, LanesMut};
use crate::lane::{Lane, SumLane};
use crate::reduce::{Counts, Finish, Mean, Power};

/// Lanes that are folded together: a vector, or a few.
const CHUNK: usize = 16;

/// Where an index lane of [`PlainArgMax`] has the number of its row.
pub(crate) const ROW_SHIFT: u32 = 26;
/// Rows that are folded together at most.
pub(crate) const MOST_ROWS: usize = 16;

/// A reduction that folds rows lane by lane.
pub(crate) trait Columns<T: Element>: Finish<T> + Copy {
    /// Whether these elements may be taken in any order.
    fn admits(elements: &[T]) -> bool;
    /// `lanes[x]` = the fold of `row[x]` over the rows, of which there is at least one.
    fn fold_rows(&self, rows: &[&[T]], lanes: &mut LanesMut<'_, Self::Fold>, len: usize);
}

/// Where the chunk after the one at `at` begins: the last one overlaps the one before it.
#[inline(always)]
fn next_chunk(at: usize, len: usize) -> Option<usize> {
    (at + CHUNK < len).then_some((at + CHUNK).min(len - CHUNK))
}

/// A chunk of a row.
#[inline(always)]
fn chunk<T>(row: &[T], at: usize) -> &[T; CHUNK] {
    match row[at..].first_chunk() {
        Some(chunk) => chunk,
        None => unreachable!("a chunk lies within its row"),
    }
}

/// Folds rows of single values. These are plain loops, since what a vector function calls is compiled without vectors
/// unless it is inlined.
#[inline(always)]
fn fold_values<T: Element, L: Lane>(
    rows: &[&[T]],
    lanes: &mut [L],
    lift: impl Fn(T) -> L,
    merge: impl Fn(L, L) -> L,
) {
    let len = lanes.len();
    if len < CHUNK {
        for x in 0..len {
            let mut folded = lift(rows[0][x]);
            for row in &rows[1..] {
                folded = merge(folded, lift(row[x]));
            }
            lanes[x] = folded;
        }
        return;
    }
    let mut next = Some(0);
    while let Some(at) = next {
        let mut folded = [L::ZERO; CHUNK];
        let first = chunk(rows[0], at);
        for x in 0..CHUNK {
            folded[x] = lift(first[x]);
        }
        for row in &rows[1..] {
            let row = chunk(row, at);
            for x in 0..CHUNK {
                folded[x] = merge(folded[x], lift(row[x]));
            }
        }
        lanes[at..at + CHUNK].copy_from_slice(&folded);
        next = next_chunk(at, len);
    }
}

/// The largest element, where none is NaN or −0.
#[derive(Clone, Copy)]
pub(crate) struct PlainMax;

impl<T: Element> Finish<T> for PlainMax {
    type Fold = fold::Plain<T::Plain>;

    #[inline(always)]
    fn finish(&self, lanes: &mut [T::Plain], _: Option<&Counts<'_, T::Plain>>, elements: &mut [T]) {
        for (element, &mut lane) in elements.iter_mut().zip(lanes) {
            *element = T::lower(lane);
        }
    }
}

impl<T: Element> Columns<T> for PlainMax {
    #[inline(always)]
    fn admits(elements: &[T]) -> bool {
        let mut met = false;
        for &element in elements {
            met |= element.is_special(true);
        }
        !met
    }
    #[inline(always)]
    fn fold_rows(&self, rows: &[&[T]], lanes: &mut LanesMut<'_, Self::Fold>, len: usize) {
        let larger = |a: T::Plain, b: T::Plain| if b > a { b } else { a };
        fold_values(
            rows,
            &mut lanes.values[..len],
            Lift::<T::Plain>::lift,
            larger,
        );
    }
}

/// The largest element and where it is, where none is NaN. An index lane holds the number of the row and, in its low
/// [`ROW_SHIFT`] bits, the column.
#[derive(Clone, Copy)]
pub(crate) struct PlainArgMax;

impl<T: Element> Finish<T> for PlainArgMax {
    type Fold = fold::PlainArg<T::Arg>;

    #[inline(always)]
    fn finish(&self, lanes: &mut [T::Arg], _: Option<&Counts<'_, T::Arg>>, elements: &mut [T]) {
        <T as Convert<T::Arg>>::narrow(lanes, elements);
    }
}

impl<T: Element> Columns<T> for PlainArgMax {
    #[inline(always)]
    fn admits(elements: &[T]) -> bool {
        let mut met = false;
        for &element in elements {
            met |= element.is_special(false);
        }
        !met
    }
    #[inline(always)]
    fn fold_rows(&self, rows: &[&[T]], lanes: &mut LanesMut<'_, Self::Fold>, len: usize) {
        if len < CHUNK {
            for x in 0..len {
                let mut folded = (Lift::<T::Arg>::lift(rows[0][x]), x);
                for (number, row) in rows.iter().enumerate().skip(1) {
                    let lane = Lift::<T::Arg>::lift(row[x]);
                    if lane > folded.0 {
                        folded = (lane, (number << ROW_SHIFT) + x);
                    }
                }
                lanes.set(x, (folded.0, <Self::Fold as Fold>::index(folded.1)));
            }
            return;
        }
        let mut next = Some(0);
        while let Some(at) = next {
            let mut values = [T::Arg::ZERO; CHUNK];
            let mut indices = [<Self::Fold as Fold>::index(0); CHUNK];
            let first = chunk(rows[0], at);
            for x in 0..CHUNK {
                values[x] = Lift::<T::Arg>::lift(first[x]);
                indices[x] = <Self::Fold as Fold>::index(at + x);
            }
            for number in 1..rows.len() {
                let row = chunk(rows[number], at);
                let base = (number << ROW_SHIFT) + at;
                for x in 0..CHUNK {
                    let lane = Lift::<T::Arg>::lift(row[x]);
                    let wins = lane > values[x];
                    values[x] = if wins { lane } else { values[x] };
                    let index = <Self::Fold as Fold>::index(base + x);
                    indices[x] = if wins { index } else { indices[x] };
                }
            }
            lanes.values[at..at + CHUNK].copy_from_slice(&values);
            lanes.indices[at..at + CHUNK].copy_from_slice(&indices);
            next = next_chunk(at, len);
        }
    }
}

impl<T: Element> Columns<T> for Mean {
    #[inline(always)]
    fn admits(_elements: &[T]) -> bool {
        true
    }
    #[inline(always)]
    fn fold_rows(&self, rows: &[&[T]], lanes: &mut LanesMut<'_, Self::Fold>, len: usize) {
        fold_values(
            rows,
            &mut lanes.values[..len],
            Lift::<T::Sum>::lift,
            Lane::plus,
        );
    }
}

/// The root of the sum of squares: the power average that layers use.
impl<T: Element> Columns<T> for Power {
    #[inline(always)]
    fn admits(_elements: &[T]) -> bool {
        true
    }
    #[inline(always)]
    fn fold_rows(&self, rows: &[&[T]], lanes: &mut LanesMut<'_, Self::Fold>, len: usize) {
        let square = |element: T| {
            let lane = Lift::<T::Real>::lift(element);
            lane.times(lane)
        };
        fold_values(rows, &mut lanes.values[..len], square, Lane::plus);
    }
}
