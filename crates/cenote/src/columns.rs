//! Reductions whose taps may be taken in any order: they fold the rows of a window before its columns, straight
//! from the tensor.
//!
//! A maximum may be taken so where no element is NaN or −0: then neither order nor instruction set can be seen in
//! it. With its index it may wherever there is no NaN, since the smaller of two indices wins a tie. Sums may always:
//! they are rounded once.

use fearless_simd::Simd;
use fearless_simd_macros::simd;

use crate::element::{Convert, Element, Lift};
use crate::fold::{self, Fold, LanesMut};
use crate::lane::{Lane, SumLane};
use crate::reduce::{Counting, Counts, Mean, Power, Reducer, Value};

/// Lanes that are folded together: a vector, or a few.
const CHUNK: usize = 16;

/// Where an index lane of [`PlainArgMax`] has the number of its row.
pub(crate) const ROW_SHIFT: u32 = 26;
/// Rows that are folded together at most.
pub(crate) const MOST_ROWS: usize = 16;

/// A reduction that folds rows lane by lane.
pub(crate) trait Columns<T: Element>: Reducer<T> + Copy {
    /// Whether these elements can be taken in any order.
    fn admits(elements: &[T]) -> bool;
    /// The same, by vectors.
    fn admits_all<S: Simd>(simd: S, elements: &[T]) -> bool {
        admits_all::<S, T, Self>(simd, elements)
    }
    /// `lanes[x]` = the fold of `row[x]` over the rows, of which there is at least one.
    fn fold_rows(&self, rows: &[&[T]], lanes: &mut LanesMut<'_, Self::Fold>, len: usize);
}

#[simd]
fn admits_all<S: Simd, T: Element, C: Columns<T>>(simd: S, elements: &[T]) -> bool {
    C::admits(elements)
}

/// Calls `fold` for the start of each chunk of `len` lanes; the last chunk overlaps the one before. False if there is
/// less than a chunk.
#[inline(always)]
fn chunks(len: usize, mut fold: impl FnMut(usize)) -> bool {
    if len < CHUNK {
        return false;
    }
    for at in (0..len - CHUNK + 1).step_by(CHUNK) {
        fold(at);
    }
    if !len.is_multiple_of(CHUNK) {
        fold(len - CHUNK);
    }
    true
}

/// A chunk of a row.
#[inline(always)]
fn chunk<T>(row: &[T], at: usize) -> &[T; CHUNK] {
    row[at..].first_chunk().expect("a chunk lies within its row")
}

/// Folds rows of single values.
#[inline(always)]
fn fold_values<T: Copy, L: Copy>(
    rows: &[&[T]],
    lanes: &mut [L],
    lift: impl Fn(T) -> L,
    merge: impl Fn(L, L) -> L,
) {
    let (first, rest) = rows.split_first().expect("a window has a row");
    let whole = chunks(lanes.len(), |at| {
        let mut folded = chunk(first, at).map(&lift);
        for row in rest {
            for (lane, &element) in folded.iter_mut().zip(chunk(row, at)) {
                *lane = merge(*lane, lift(element));
            }
        }
        lanes[at..at + CHUNK].copy_from_slice(&folded);
    });
    if whole {
        return;
    }
    for (x, lane) in lanes.iter_mut().enumerate() {
        let folded = lift(first[x]);
        *lane = rest.iter().fold(folded, |lane, row| merge(lane, lift(row[x])));
    }
}

/// The largest element, where none is NaN or −0.
#[derive(Clone, Copy)]
pub(crate) struct PlainMax;

impl<T: Element> Reducer<T> for PlainMax {
    type Fold = fold::Plain<T::Plain>;
    type AnyOrder = Self;

    #[inline(always)]
    fn lift(&self, elements: &[T], _: Option<&Counts<'_, T::Plain>>, lanes: &mut [T::Plain]) {
        for (lane, &element) in lanes.iter_mut().zip(elements) {
            *lane = element.lift();
        }
    }
    #[inline(always)]
    fn finish(&self, lanes: &mut [T::Plain], _: Option<&Counts<'_, T::Plain>>, elements: &mut [T]) {
        for (element, &mut lane) in elements.iter_mut().zip(lanes) {
            *element = T::lower(lane);
        }
    }
    fn any_order(&self) -> Option<Self> {
        Some(*self)
    }
}

impl<T: Element> Columns<T> for PlainMax {
    #[inline(always)]
    fn admits(elements: &[T]) -> bool {
        T::are_plain(elements)
    }
    #[inline(always)]
    fn fold_rows(&self, rows: &[&[T]], lanes: &mut LanesMut<'_, Self::Fold>, len: usize) {
        let larger = |a: T::Plain, b: T::Plain| if b > a { b } else { a };
        fold_values(rows, &mut lanes.values[..len], Lift::<T::Plain>::lift, larger);
    }
}

/// The largest element and where it is, where none is NaN. An index lane holds the number of the row and, in its low
/// [`ROW_SHIFT`] bits, the column.
#[derive(Clone, Copy)]
pub(crate) struct PlainArgMax;

impl<T: Element> Reducer<T> for PlainArgMax {
    type Fold = fold::PlainArg<T::Arg>;
    type AnyOrder = Self;

    #[inline(always)]
    fn lift(&self, elements: &[T], _: Option<&Counts<'_, T::Arg>>, lanes: &mut [T::Arg]) {
        <T as Convert<T::Arg>>::widen(elements, lanes);
    }
    #[inline(always)]
    fn finish(&self, lanes: &mut [T::Arg], _: Option<&Counts<'_, T::Arg>>, elements: &mut [T]) {
        <T as Convert<T::Arg>>::narrow(lanes, elements);
    }
    fn any_order(&self) -> Option<Self> {
        Some(*self)
    }
}

impl<T: Element> Columns<T> for PlainArgMax {
    #[inline(always)]
    fn admits(elements: &[T]) -> bool {
        T::are_numbers(elements)
    }
    #[inline(always)]
    fn fold_rows(&self, rows: &[&[T]], lanes: &mut LanesMut<'_, Self::Fold>, len: usize) {
        let fold = |x: usize| {
            let mut folded = (Lift::<T::Arg>::lift(rows[0][x]), x);
            for (number, row) in rows.iter().enumerate().skip(1) {
                let lane = Lift::<T::Arg>::lift(row[x]);
                if lane > folded.0 {
                    folded = (lane, (number << ROW_SHIFT) + x);
                }
            }
            (folded.0, <Self::Fold as Fold>::index(folded.1))
        };
        let whole = chunks(len, |at| {
            let mut values = chunk(rows[0], at).map(Lift::<T::Arg>::lift);
            let mut indices: [_; CHUNK] = std::array::from_fn(|x| <Self::Fold as Fold>::index(at + x));
            for (number, row) in rows.iter().enumerate().skip(1) {
                let base = (number << ROW_SHIFT) + at;
                for (x, &element) in chunk(row, at).iter().enumerate() {
                    let lane = Lift::<T::Arg>::lift(element);
                    let wins = lane > values[x];
                    values[x] = if wins { lane } else { values[x] };
                    let index = <Self::Fold as Fold>::index(base + x);
                    indices[x] = if wins { index } else { indices[x] };
                }
            }
            lanes.values[at..at + CHUNK].copy_from_slice(&values);
            lanes.indices[at..at + CHUNK].copy_from_slice(&indices);
        });
        if !whole {
            (0..len).for_each(|x| lanes.set(x, fold(x)));
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
        fold_values(rows, &mut lanes.values[..len], Lift::<T::Sum>::lift, Lane::plus);
    }
}

/// The root of the sum of squares: the power average that layers use.
#[derive(Clone, Copy)]
pub(crate) struct Squares(pub(crate) Power);

impl<T: Element> Reducer<T> for Squares {
    type Fold = <Power as Reducer<T>>::Fold;
    type AnyOrder = Self;

    #[inline(always)]
    fn lift(&self, elements: &[T], counts: Option<&Counts<'_, T::Real>>, lanes: &mut [T::Real]) {
        self.0.lift(elements, counts, lanes);
    }
    #[inline(always)]
    fn finish(&self, lanes: &mut [T::Real], counts: Option<&Counts<'_, T::Real>>, elements: &mut [T]) {
        self.0.finish(lanes, counts, elements);
    }
    fn any_order(&self) -> Option<Self> {
        Some(*self)
    }
    fn counting(&self) -> Counting {
        <Power as Reducer<T>>::counting(&self.0)
    }
    fn width(&self, count: i64) -> Value<T, Self> {
        <Power as Reducer<T>>::width(&self.0, count)
    }
}

impl<T: Element> Columns<T> for Squares {
    #[inline(always)]
    fn admits(_elements: &[T]) -> bool {
        true
    }
    #[inline(always)]
    fn fold_rows(&self, rows: &[&[T]], lanes: &mut LanesMut<'_, Self::Fold>, len: usize) {
        let square = |element: T| {
            let lane = T::real(element);
            lane.times(lane)
        };
        fold_values(rows, &mut lanes.values[..len], square, Lane::plus);
    }
}
