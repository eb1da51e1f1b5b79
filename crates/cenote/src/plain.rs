//! The folds of plain maxima: of elements none of which is NaN, nor −0 where no index says which comes first.
#![expect(
    clippy::needless_range_loop,
    reason = "loops over chunks of one length, which become single vectors"
)]

use fearless_simd::{Simd, SimdBase};

use crate::columns::{
    Columns, MOST_ROWS, ROW_SHIFT, chunk, each_chunk, fold_rows, fold_value, fold_values,
    in_chunks, next_chunk,
};
use crate::element::private::Lanes;
use crate::element::{Convert, Element, Lift, lift_each};
use crate::fold::{self, ArgVector, Fold, LanesMut};
use crate::index::IndexLane;
use crate::kernel::lanes_of;
use crate::lane::{ArgLane, Lane, MOST_LANES};
use crate::look::{largest_fresh, load_fresh, see_vector};
use crate::reduce::{Counts, Factor, Finish, InOrder};
use crate::rows::{Rows, Seen, each_pair, each_window, is_fresh};
use crate::sweep::Group;

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
        bytemuck::cast_slice_mut(elements).copy_from_slice(lanes);
        T::settle(elements);
    }
    #[inline(always)]
    fn place(elements: &mut [T]) -> Option<LanesMut<'_, Self::Fold>> {
        Some(LanesMut {
            // A slice of units takes no memory, so nothing leaks.
            indices: Vec::leak(vec![(); elements.len()]),
            values: bytemuck::cast_slice_mut(elements),
        })
    }
    #[inline(always)]
    fn settle(elements: &mut [T]) {
        T::settle(elements);
    }
}

impl<T: Element> InOrder<T> for PlainMax {
    #[inline(always)]
    fn lift(&self, elements: &[T], _: Option<&Counts<'_, T::Plain>>, lanes: &mut [T::Plain]) {
        lift_each(elements, lanes);
    }
}

impl<T: Element> Columns<T> for PlainMax {
    const REFUSES_NAN: bool = true;
    const REFUSES_NEGATIVE_ZERO: bool = true;
    const MENDS: bool = T::IS_FLOAT;
    const SEGMENTS: bool = T::IS_FLOAT;
    const SWEEPS: bool = true;
    const FUSES: bool = T::IS_FLOAT || size_of::<T>() == 1;

    #[inline(always)]
    fn fold_vector<S: Simd>(
        simd: S,
        rows: &[&[T]],
        (at, _): (usize, usize),
        fresh: u32,
        seen: &mut Seen<S, T>,
    ) -> <T::Plain as Lane>::Vector<S> {
        let mut met = load_fresh(simd, (rows[0], at), fresh & 1 != 0, seen);
        for number in 1..rows.len() {
            let next = load_fresh(simd, (rows[number], at), is_fresh(fresh, number), seen);
            met = T::merge::<S>(met, next);
        }
        largest_fresh::<S, _, T>(met, fresh != 0, seen)
    }
    #[inline(always)]
    fn fold_rows<S: Simd>(
        &self,
        simd: S,
        rows: Rows<'_, T>,
        lanes: &mut LanesMut<'_, Self::Fold>,
        seen: &mut Seen<S, T>,
    ) {
        if rows.len < <T::Plain as Lane>::Vector::<S>::LEN {
            rows.see(simd, seen);
            fold_rows!(rows, lanes.values, Lift::<T::Plain>::lift, larger);
            return;
        }
        macro_rules! of_few {
            ($few:literal, $fresh:literal) => {
                each_window!(rows, |rows, to| {
                    let lanes = &mut lanes.piece(to.start, to.len());
                    fold_columns::<S, T, Self>(simd, &rows.few::<$few>(), $fresh, lanes, seen)
                })
            };
        }
        macro_rules! of_pairs {
            ($rows:literal, $fresh:literal) => {
                each_pair!(rows, |rows, to| {
                    let lanes = lanes.values[to..].split_at_mut(rows.to);
                    let lanes = (&mut lanes.0[..rows.len], &mut lanes.1[..rows.len]);
                    largest_two::<S, T, $rows>(simd, &rows.few(), $fresh, lanes, seen)
                })
            };
        }
        match (rows.taps, rows.fresh) {
            ([1, 2], 0b10) if rows.are_dense() => return of_pairs!(3, 0b110),
            ([1, 3], 0b100) if rows.are_dense() => return of_pairs!(4, 0b1100),
            ([1, 5], 0b10000) if rows.are_dense() => return of_pairs!(6, 0b11_0000),
            _ => {}
        }
        match (rows.taps[0] * rows.taps[1], rows.fresh) {
            (1, 0b1) => of_few!(1, 0b1),
            (2, 0b11) => of_few!(2, 0b11),
            // Looking at a row once more does no harm.
            (2, 0b10 | 0) => of_few!(2, 0b10),
            (3, 0b111) => of_few!(3, 0b111),
            (3, 0b110) => of_few!(3, 0b110),
            (3, 0b100 | 0) => of_few!(3, 0b100),
            (4, 0b1111 | 0b1000 | 0) => of_few!(4, 0b1111),
            (5, 0b10000) => of_few!(5, 0b10000),
            // Three by three, of which a row and a depth are known from the window before.
            (9, 0b1_1011_0000) => of_few!(9, 0b1_1011_0000),
            _ => each_window!(rows, |rows, to| {
                let all = &mut [[].as_slice(); MOST_ROWS];
                let lanes = &mut lanes.piece(to.start, to.len());
                fold_columns::<S, T, Self>(simd, rows.all(all), rows.fresh, lanes, seen)
            }),
        }
    }
    #[inline(always)]
    fn finish_vector<S: Simd>(
        _simd: S,
        folded: <T::Plain as Lane>::Vector<S>,
        _factor: Factor<'_, T::Plain>,
        elements: &mut [T],
    ) {
        T::settle_vector::<S>(folded).store_slice(bytemuck::cast_slice_mut(elements));
    }
    #[inline(always)]
    fn sweep<S: Simd>(
        simd: S,
        group: &Group<'_, T>,
        (spare, lanes): (&mut LanesMut<'_, Self::Fold>, &mut LanesMut<'_, Self::Fold>),
        seen: &mut Seen<S, T>,
    ) {
        group.fold(simd, (spare.values, lanes.values), seen);
    }
    #[inline(always)]
    fn fold_row<S: Simd>(&self, _simd: S, row: &[T]) -> (T::Plain, ()) {
        let lowest = <T::Plain as Lane>::LOWEST;
        (fold_value(row, lowest, Lift::<T::Plain>::lift, larger), ())
    }
}

/// The fold of each column of rows at least as long as a vector. Looks at those that are fresh: a bit each.
#[inline(always)]
fn fold_columns<S: Simd, T: Element, R: Columns<T>>(
    simd: S,
    rows: &[&[T]],
    fresh: u32,
    lanes: &mut LanesMut<'_, R::Fold>,
    seen: &mut Seen<S, T>,
) {
    each_chunk!(lanes_of::<S, R::Fold>(), lanes.values.len(), |at| {
        let folded = R::fold_vector(simd, rows, (at, 0), fresh, seen);
        R::Fold::store(folded, lanes, at);
    });
}

/// As [`fold_columns`], of two windows that share all of these rows but the first and the last.
#[inline(always)]
fn largest_two<S: Simd, T: Element, const ROWS: usize>(
    simd: S,
    rows: &[&[T]; ROWS],
    fresh: u32,
    lanes: (&mut [T::Plain], &mut [T::Plain]),
    seen: &mut Seen<S, T>,
) {
    let width = <T::Plain as Lane>::Vector::<S>::LEN;
    each_chunk!(width, rows[0].len(), |at| {
        let mut shared = load_fresh(simd, (rows[1], at), is_fresh(fresh, 1), seen);
        for number in 2..ROWS - 1 {
            let next = load_fresh(simd, (rows[number], at), is_fresh(fresh, number), seen);
            shared = T::merge::<S>(shared, next);
        }
        let first = load_fresh(simd, (rows[0], at), is_fresh(fresh, 0), seen);
        let end = ROWS - 1;
        let last = load_fresh(simd, (rows[end], at), is_fresh(fresh, end), seen);
        let first = T::merge::<S>(first, shared);
        let last = T::merge::<S>(shared, last);
        // What both share is looked at in the last.
        let first = largest_fresh::<S, _, T>(first, is_fresh(fresh, 0), seen);
        let last = largest_fresh::<S, _, T>(last, fresh != 0, seen);
        first.store_slice(&mut lanes.0[at..at + width]);
        last.store_slice(&mut lanes.1[at..at + width]);
    });
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
    const REFUSES_NAN: bool = true;
    const REFUSES_NEGATIVE_ZERO: bool = false;
    const FUSES: bool = T::IS_FLOAT && size_of::<T>() == size_of::<T::Arg>();

    #[inline(always)]
    fn fold_vector<S: Simd>(
        simd: S,
        rows: &[&[T]],
        (at, first): (usize, usize),
        fresh: u32,
        seen: &mut Seen<S, T>,
    ) -> ArgVector<T::Arg, S> {
        let width = <T::Arg as Lane>::Vector::<S>::LEN;
        let places: [Index<T>; MOST_LANES] = std::array::from_fn(Index::<T>::of);
        let places = <Index<T> as Lane>::Vector::<S>::from_slice(simd, &places[..width]);
        let mut values = lift_fresh::<S, T>(simd, (rows[0], at), fresh & 1 != 0, seen);
        let columns = places + Index::<T>::of(first + at);
        let mut indices = columns;
        for number in 1..rows.len() {
            let is_fresh = is_fresh(fresh, number);
            let later = lift_fresh::<S, T>(simd, (rows[number], at), is_fresh, seen);
            let later_indices = columns + Index::<T>::of(number << ROW_SHIFT);
            let wins = later.simd_gt(values);
            // Not selected by what wins, for which the next row would wait.
            values = fold::larger::<S, T::Arg>(values, later);
            indices = T::Arg::select_index::<S>(wins, later_indices, indices);
        }
        (values, indices)
    }
    #[inline(always)]
    fn finish_vector<S: Simd>(
        _simd: S,
        (values, _): ArgVector<T::Arg, S>,
        _factor: Factor<'_, T::Arg>,
        elements: &mut [T],
    ) {
        <T as Convert<T::Arg>>::narrow(values.as_slice(), elements);
    }
    #[inline(always)]
    fn fold_rows<S: Simd>(
        &self,
        simd: S,
        rows: Rows<'_, T>,
        lanes: &mut LanesMut<'_, Self::Fold>,
        seen: &mut Seen<S, T>,
    ) {
        // Rows are looked at as they are folded, where as many elements are looked at together as are folded.
        let width = <T::Arg as Lane>::Vector::<S>::LEN;
        let is_near = width == <T::Plain as Lane>::Vector::<S>::LEN && rows.len >= width;
        let fresh = if is_near {
            rows.fresh
        } else {
            rows.see(simd, seen);
            0
        };
        macro_rules! of_few {
            ($few:literal, $fresh:literal) => {
                each_window!(rows, |rows, to| {
                    let lanes = &mut lanes.piece(to.start, to.len());
                    fold_columns::<S, T, Self>(simd, &rows.few::<$few>(), $fresh, lanes, seen)
                })
            };
        }
        match (rows.taps[0] * rows.taps[1], fresh) {
            _ if rows.len < width => each_window!(rows, |rows, to| {
                let all = &mut [[].as_slice(); MOST_ROWS];
                let (values, indices) = (&mut lanes.values[to.clone()], &mut lanes.indices[to]);
                in_chunks!(values.len(), fold_pairs(rows.all(all), values, indices))
            }),
            (2, 0b11) => of_few!(2, 0b11),
            (3, 0b110) => of_few!(3, 0b110),
            (2, 0) => of_few!(2, 0),
            (3, 0) => of_few!(3, 0),
            _ => each_window!(rows, |rows, to| {
                let all = &mut [[].as_slice(); MOST_ROWS];
                let lanes = &mut lanes.piece(to.start, to.len());
                fold_columns::<S, T, Self>(simd, rows.all(all), fresh, lanes, seen)
            }),
        }
    }
    #[inline(always)]
    fn fold_row<S: Simd>(&self, _simd: S, row: &[T]) -> (T::Arg, <T::Arg as ArgLane>::Index) {
        // The maximum first, and then the first element that equals it, with the sign that its zero has.
        let lowest = <T::Arg as Lane>::LOWEST;
        let value = fold_value(row, lowest, Lift::<T::Arg>::lift, larger);
        let is_it = |element: &T| Lift::<T::Arg>::lift(*element) == value;
        let index = row.iter().position(is_it).unwrap_or(0);
        (row[index].lift(), Index::<T>::of(index))
    }
}

type Index<T> = <<T as Lanes>::Arg as ArgLane>::Index;

/// The vector of elements that starts at `at`, as lanes. Looks at it if it is `fresh`.
#[inline(always)]
fn lift_fresh<S: Simd, T: Element>(
    simd: S,
    (elements, at): (&[T], usize),
    fresh: bool,
    seen: &mut Seen<S, T>,
) -> <T::Arg as Lane>::Vector<S> {
    if fresh {
        see_vector(simd, (elements, at), seen);
    }
    let width = <T::Arg as Lane>::Vector::<S>::LEN;
    Lift::<T::Arg>::lift_vector(simd, &elements[at..at + width])
}

/// As [`fold_columns`], of shorter rows.
#[inline(always)]
fn fold_pairs<T: Copy + Lift<L>, L: ArgLane, const CHUNK: usize>(
    rows: &[&[T]],
    lanes: &mut [L],
    index_lanes: &mut [L::Index],
) {
    let mut next = (!lanes.is_empty()).then_some(0);
    while let Some(at) = next {
        let mut values = [L::ZERO; CHUNK];
        let mut indices = [L::Index::of(0); CHUNK];
        let first = chunk::<T, CHUNK>(rows[0], at);
        for x in 0..CHUNK {
            values[x] = first[x].lift();
            indices[x] = L::Index::of(at + x);
        }
        for number in 1..rows.len() {
            let row = chunk::<T, CHUNK>(rows[number], at);
            let base = (number << ROW_SHIFT) + at;
            for x in 0..CHUNK {
                let lane = row[x].lift();
                let wins = lane > values[x];
                values[x] = if wins { lane } else { values[x] };
                indices[x] = if wins {
                    L::Index::of(base + x)
                } else {
                    indices[x]
                };
            }
        }
        lanes[at..at + CHUNK].copy_from_slice(&values);
        index_lanes[at..at + CHUNK].copy_from_slice(&indices);
        next = next_chunk(CHUNK, at, lanes.len());
    }
}
