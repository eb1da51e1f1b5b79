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

use crate::element::{Convert, Element, Lift, lift_each};
use crate::fold::{self, Fold, LanesMut};
use crate::lane::{ArgLane, Lane, SumLane};
use crate::reduce::{Counts, Finish, InOrder, Mean, Power, Value};

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
    /// The fold of all elements of a row.
    fn fold_row(&self, row: &[T]) -> (Value<T, Self>, <Self::Fold as Fold>::Index);
}

/// Folds rows of values with as many lanes together as a row has, and without a loop over few rows.
macro_rules! fold_values {
    ($rows:expr, $lanes:expr, $lift:expr, $merge:expr) => {
        match ($lanes.len(), $rows.len()) {
            (32.., 2) => fold_few::<_, _, 2>($rows, $lanes, $lift, $merge),
            (32.., 3) => fold_few::<_, _, 3>($rows, $lanes, $lift, $merge),
            (32.., 5) => fold_few::<_, _, 5>($rows, $lanes, $lift, $merge),
            (len, _) => in_chunks!(len, fold_values($rows, $lanes, $lift, $merge)),
        }
    };
}

/// Runs `$fold::<CHUNK>` with as many lanes together as a row of `$len` has: a vector, or a few.
macro_rules! in_chunks {
    ($len:expr, $fold:ident $args:tt) => {
        match $len {
            32.. => $fold::<_, _, 32> $args,
            16.. => $fold::<_, _, 16> $args,
            8.. => $fold::<_, _, 8> $args,
            4.. => $fold::<_, _, 4> $args,
            _ => $fold::<_, _, 1> $args,
        }
    };
}

/// Where the chunk after the one at `at` begins: the last one overlaps the one before it.
#[inline(always)]
pub(crate) fn next_chunk<const CHUNK: usize>(at: usize, len: usize) -> Option<usize> {
    (at + CHUNK < len).then_some((at + CHUNK).min(len - CHUNK))
}

/// A chunk of a row.
#[inline(always)]
pub(crate) fn chunk<T, const CHUNK: usize>(row: &[T], at: usize) -> &[T; CHUNK] {
    match row[at..].first_chunk() {
        Some(chunk) => chunk,
        None => unreachable!("a chunk lies within its row"),
    }
}

/// As [`fold_values`], of a few rows whose number is known, without a loop over them.
#[inline(always)]
fn fold_few<T: Copy, L: Lane, const ROWS: usize>(
    rows: &[&[T]],
    lanes: &mut [L],
    lift: impl Fn(T) -> L,
    merge: impl Fn(L, L) -> L,
) {
    let mut few = [&rows[0][..lanes.len()]; ROWS];
    for number in 1..ROWS {
        few[number] = &rows[number][..lanes.len()];
    }
    fold_values::<T, L, 32>(&few, lanes, lift, merge);
}

/// Folds rows of single values. These are plain loops, since what a vector function calls is compiled without vectors
/// unless it is inlined.
#[inline(always)]
fn fold_values<T: Copy, L: Lane, const CHUNK: usize>(
    rows: &[&[T]],
    lanes: &mut [L],
    lift: impl Fn(T) -> L,
    merge: impl Fn(L, L) -> L,
) {
    let mut next = (!lanes.is_empty()).then_some(0);
    while let Some(at) = next {
        let mut folded = [L::ZERO; CHUNK];
        let first = chunk::<T, CHUNK>(rows[0], at);
        for x in 0..CHUNK {
            folded[x] = lift(first[x]);
        }
        for row in &rows[1..] {
            let row = chunk::<T, CHUNK>(row, at);
            for x in 0..CHUNK {
                folded[x] = merge(folded[x], lift(row[x]));
            }
        }
        lanes[at..at + CHUNK].copy_from_slice(&folded);
        next = next_chunk::<CHUNK>(at, lanes.len());
    }
}

/// Folds one row to a single value, 16 lanes at a time however wide vectors are, so that the result does not depend on
/// that.
#[inline(always)]
fn fold_value<T: Copy, L: Lane>(
    row: &[T],
    identity: L,
    lift: impl Fn(T) -> L,
    merge: impl Fn(L, L) -> L,
) -> L {
    const CHUNK: usize = 16;
    let (chunks, rest) = row.as_chunks::<CHUNK>();
    let mut folded = [identity; CHUNK];
    for chunk in chunks {
        for x in 0..CHUNK {
            folded[x] = merge(folded[x], lift(chunk[x]));
        }
    }
    // What is left by pieces of known lengths: lanes that a loop of any length writes are kept in memory, and read back
    // before they are there.
    let (eights, rest) = rest.as_chunks::<8>();
    for chunk in eights {
        for x in 0..8 {
            folded[x] = merge(folded[x], lift(chunk[x]));
        }
    }
    let (fours, rest) = rest.as_chunks::<4>();
    for chunk in fours {
        for x in 0..4 {
            folded[x] = merge(folded[x], lift(chunk[x]));
        }
    }
    let mut last = identity;
    for &element in rest {
        last = merge(last, lift(element));
    }
    let mut width = CHUNK;
    while width > 1 {
        width /= 2;
        for x in 0..width {
            folded[x] = merge(folded[x], folded[x + width]);
        }
    }
    merge(folded[0], last)
}

#[inline(always)]
fn larger<L: Lane>(a: L, b: L) -> L {
    if b > a { b } else { a }
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

impl<T: Element> InOrder<T> for PlainMax {
    #[inline(always)]
    fn lift(&self, elements: &[T], _: Option<&Counts<'_, T::Plain>>, lanes: &mut [T::Plain]) {
        lift_each(elements, lanes);
    }
}

impl<T: Element> Columns<T> for PlainMax {
    #[inline(always)]
    fn admits(elements: &[T]) -> bool {
        T::are_plain(elements, true)
    }
    #[inline(always)]
    fn fold_rows(&self, rows: &[&[T]], lanes: &mut LanesMut<'_, Self::Fold>, len: usize) {
        let values = &mut lanes.values[..len];
        fold_values!(rows, values, Lift::<T::Plain>::lift, larger);
    }
    #[inline(always)]
    fn fold_row(&self, row: &[T]) -> (T::Plain, ()) {
        let lowest = <T::Plain as Lane>::LOWEST;
        (fold_value(row, lowest, Lift::<T::Plain>::lift, larger), ())
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
        T::are_plain(elements, false)
    }
    #[inline(always)]
    fn fold_rows(&self, rows: &[&[T]], lanes: &mut LanesMut<'_, Self::Fold>, len: usize) {
        let (values, indices) = (&mut lanes.values[..len], &mut lanes.indices[..len]);
        in_chunks!(len, fold_pairs(rows, values, indices));
    }
    #[inline(always)]
    fn fold_row(&self, row: &[T]) -> (T::Arg, <T::Arg as ArgLane>::Index) {
        // The maximum first, and then the first element that equals it, with the sign that its zero has.
        let lowest = <T::Arg as Lane>::LOWEST;
        let value = fold_value(row, lowest, Lift::<T::Arg>::lift, larger);
        let is_it = |element: &T| Lift::<T::Arg>::lift(*element) == value;
        let index = row.iter().position(is_it).unwrap_or(0);
        (row[index].lift(), T::Arg::index(index))
    }
}

/// Folds rows of values, and packs where each came from.
#[inline(always)]
fn fold_pairs<T: Copy + Lift<L>, L: ArgLane, const CHUNK: usize>(
    rows: &[&[T]],
    lanes: &mut [L],
    index_lanes: &mut [L::Index],
) {
    let mut next = (!lanes.is_empty()).then_some(0);
    while let Some(at) = next {
        let mut values = [L::ZERO; CHUNK];
        let mut indices = [L::index(0); CHUNK];
        let first = chunk::<T, CHUNK>(rows[0], at);
        for x in 0..CHUNK {
            values[x] = first[x].lift();
            indices[x] = L::index(at + x);
        }
        for number in 1..rows.len() {
            let row = chunk::<T, CHUNK>(rows[number], at);
            let base = (number << ROW_SHIFT) + at;
            for x in 0..CHUNK {
                let lane = row[x].lift();
                let wins = lane > values[x];
                values[x] = if wins { lane } else { values[x] };
                indices[x] = if wins { L::index(base + x) } else { indices[x] };
            }
        }
        lanes[at..at + CHUNK].copy_from_slice(&values);
        index_lanes[at..at + CHUNK].copy_from_slice(&indices);
        next = next_chunk::<CHUNK>(at, lanes.len());
    }
}

impl<T: Element> Columns<T> for Mean {
    #[inline(always)]
    fn admits(_elements: &[T]) -> bool {
        true
    }
    #[inline(always)]
    fn fold_rows(&self, rows: &[&[T]], lanes: &mut LanesMut<'_, Self::Fold>, len: usize) {
        let values = &mut lanes.values[..len];
        fold_values!(rows, values, Lift::<T::Sum>::lift, Lane::plus);
    }
    #[inline(always)]
    fn fold_row(&self, row: &[T]) -> (T::Sum, ()) {
        let zero = <T::Sum as Lane>::ZERO;
        (fold_value(row, zero, Lift::<T::Sum>::lift, Lane::plus), ())
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
        let values = &mut lanes.values[..len];
        fold_values!(rows, values, square::<T>, Lane::plus);
    }
    #[inline(always)]
    fn fold_row(&self, row: &[T]) -> (T::Real, ()) {
        let zero = <T::Real as Lane>::ZERO;
        (fold_value(row, zero, square::<T>, Lane::plus), ())
    }
}

#[inline(always)]
fn square<T: Element>(element: T) -> T::Real {
    let lane = Lift::<T::Real>::lift(element);
    lane.times(lane)
}
