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

use fearless_simd::{Select, Simd, SimdBase};

use crate::element::private::Lanes;
use crate::element::{Convert, Element, Lift, lift_each};
use crate::fold::{self, Fold, LanesMut, Larger, MergeValues};
use crate::lane::{ArgLane, Lane, MOST_LANES, SumLane};
use crate::look::{Look, see_row};
use crate::reduce::{Counts, Finish, InOrder, Mean, Power, Value};

/// Where an index lane of [`PlainArgMax`] has the number of its row.
pub(crate) const ROW_SHIFT: u32 = 26;
/// Rows that are folded together at most.
pub(crate) const MOST_ROWS: usize = 16;

/// A reduction that folds rows lane by lane.
pub(crate) trait Columns<T: Element>: Finish<T> + Copy {
    /// Whether elements have to be looked at.
    const LOOKS: bool = true;
    /// Whether the elements that were seen may be taken in any order.
    fn admits<S: Simd>(seen: Seen<S, T>) -> bool;
    /// `lanes[x]` = the fold of `row[x]` over the rows, of which there is at least one. Looks at those that are fresh.
    fn fold_rows<S: Simd>(
        &self,
        simd: S,
        rows: Rows<'_, T>,
        lanes: &mut LanesMut<'_, Self::Fold>,
        seen: &mut Seen<S, T>,
    );
    /// The fold of all elements of a row.
    fn fold_row(&self, row: &[T]) -> (Value<T, Self>, <Self::Fold as Fold>::Index);
}

/// The least and the largest element that was seen: see [`Look`].
pub(crate) type Seen<S, T> = [<T as Look<<T as Lanes>::Plain>>::Bits<S>; 2];

/// The rows of a window, of which there is at least one, and of windows like it that follow.
#[derive(Clone, Copy)]
pub(crate) struct Rows<'a, T> {
    /// The elements from the first row on.
    pub(crate) source: &'a [T],
    /// How many elements of a row are folded.
    pub(crate) len: usize,
    /// Rows along depth and height, and the elements from one to the next.
    pub(crate) taps: [usize; 2],
    pub(crate) pitch: [usize; 2],
    /// Which rows have not been looked at: a bit each.
    pub(crate) fresh: u32,
    /// Windows, the elements from one to the next, and the lanes from what one is folded to to that of the next.
    pub(crate) count: usize,
    pub(crate) hop: usize,
    pub(crate) to: usize,
}

/// Does something with each window of some rows, and the place of the lanes that it is folded to.
macro_rules! each_window {
    ($rows:ident, |$window:ident, $to:ident| $fold:expr) => {
        for number in 0..$rows.count {
            let $window = $rows.window(number);
            let $to = number * $rows.to..number * $rows.to + $rows.len;
            $fold;
        }
    };
}

impl<'a, T: Element> Rows<'a, T> {
    #[inline(always)]
    fn window(&self, number: usize) -> Self {
        Self {
            source: &self.source[number * self.hop..],
            ..*self
        }
    }

    #[inline(always)]
    fn row(&self, z: usize, y: usize) -> &'a [T] {
        &self.source[z * self.pitch[0] + y * self.pitch[1]..][..self.len]
    }

    /// The rows, whose number is known.
    #[inline(always)]
    fn few<const ROWS: usize>(&self) -> [&'a [T]; ROWS] {
        let mut few = [self.row(0, 0); ROWS];
        let (mut z, mut y) = (0, 0);
        for row in &mut few {
            *row = self.row(z, y);
            y += 1;
            if y == self.taps[1] {
                (z, y) = (z + 1, 0);
            }
        }
        few
    }

    /// All rows.
    #[inline(always)]
    fn all<'b>(&self, rows: &'b mut [&'a [T]; MOST_ROWS]) -> &'b [&'a [T]] {
        let mut slots = rows.iter_mut();
        for z in 0..self.taps[0] {
            for (y, slot) in (0..self.taps[1]).zip(&mut slots) {
                *slot = self.row(z, y);
            }
        }
        &rows[..(self.taps[0] * self.taps[1]).min(MOST_ROWS)]
    }

    /// Looks at the fresh rows.
    #[inline(always)]
    fn see<S: Simd>(&self, simd: S, seen: &mut Seen<S, T>) {
        for number in 0..self.count {
            let window = self.window(number);
            for z in 0..self.taps[0] {
                for y in 0..self.taps[1] {
                    if self.fresh >> (z * self.taps[1] + y) & 1 != 0 {
                        see_row(simd, window.row(z, y), seen);
                    }
                }
            }
        }
    }
}

/// Folds rows of values with as many lanes together as a row has, and without a loop over few rows.
macro_rules! fold_values {
    ($rows:ident, $lanes:expr, $lift:expr, $merge:expr) => {
        match ($rows.len, $rows.taps[0] * $rows.taps[1]) {
            (32.., 2) => fold_values!(2, $rows, $lanes, $lift, $merge),
            (32.., 4) => fold_values!(4, $rows, $lanes, $lift, $merge),
            (32.., 3) => fold_values!(3, $rows, $lanes, $lift, $merge),
            (32.., 5) => fold_values!(5, $rows, $lanes, $lift, $merge),
            (len, _) => each_window!($rows, |rows, to| {
                let all = &mut [[].as_slice(); MOST_ROWS];
                in_chunks!(
                    len,
                    fold_values(rows.all(all), &mut $lanes[to], $lift, $merge)
                )
            }),
        }
    };
    ($few:literal, $rows:ident, $lanes:expr, $lift:expr, $merge:expr) => {
        each_window!($rows, |rows, to| {
            fold_values::<_, _, 32>(&rows.few::<$few>(), &mut $lanes[to], $lift, $merge)
        })
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
pub(crate) fn next_chunk(chunk: usize, at: usize, len: usize) -> Option<usize> {
    (at + chunk < len).then_some((at + chunk).min(len - chunk))
}

/// A chunk of a row.
#[inline(always)]
pub(crate) fn chunk<T, const CHUNK: usize>(row: &[T], at: usize) -> &[T; CHUNK] {
    match row[at..].first_chunk() {
        Some(chunk) => chunk,
        None => unreachable!("a chunk lies within its row"),
    }
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
        next = next_chunk(CHUNK, at, lanes.len());
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
    #[inline(always)]
    fn admits<S: Simd>(seen: Seen<S, T>) -> bool {
        T::are_plain::<S>(seen, true)
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
            fold_values!(rows, lanes.values, Lift::<T::Plain>::lift, larger);
            return;
        }
        macro_rules! of_few {
            ($few:literal, $fresh:literal) => {
                each_window!(rows, |rows, to| {
                    largest::<S, T>(
                        simd,
                        &rows.few::<$few>(),
                        $fresh,
                        &mut lanes.values[to],
                        seen,
                    )
                })
            };
        }
        match (rows.taps[0] * rows.taps[1], rows.fresh) {
            (2, 0b11) => of_few!(2, 0b11),
            (3, 0b111) => of_few!(3, 0b111),
            (3, 0b110) => of_few!(3, 0b110),
            (3, 0b100) => of_few!(3, 0b100),
            (4, 0b1111) => of_few!(4, 0b1111),
            (5, 0b10000) => of_few!(5, 0b10000),
            // Three by three, of which a row and a depth are known from the window before.
            (9, 0b1_1011_0000) => of_few!(9, 0b1_1011_0000),
            _ => each_window!(rows, |rows, to| {
                let all = &mut [[].as_slice(); MOST_ROWS];
                largest::<S, T>(simd, rows.all(all), rows.fresh, &mut lanes.values[to], seen)
            }),
        }
    }
    #[inline(always)]
    fn fold_row(&self, row: &[T]) -> (T::Plain, ()) {
        let lowest = <T::Plain as Lane>::LOWEST;
        (fold_value(row, lowest, Lift::<T::Plain>::lift, larger), ())
    }
}

/// The largest of each column of rows, at least as long as a vector. Looks at those that are fresh: a bit each.
#[inline(always)]
fn largest<S: Simd, T: Element>(
    simd: S,
    rows: &[&[T]],
    fresh: u32,
    lanes: &mut [T::Plain],
    seen: &mut Seen<S, T>,
) {
    let width = <T::Plain as Lane>::Vector::<S>::LEN;
    let mut next = Some(0);
    while let Some(at) = next {
        let (mut folded, bits) = T::load(simd, rows[0], at);
        if fresh & 1 != 0 {
            T::see(bits, seen);
        }
        for number in 1..rows.len() {
            let (vector, bits) = T::load(simd, rows[number], at);
            if fresh >> number & 1 != 0 {
                T::see(bits, seen);
            }
            folded = <Larger as MergeValues<T::Plain>>::merge::<S>(folded, vector);
        }
        folded.store_slice(&mut lanes[at..at + width]);
        next = next_chunk(width, at, lanes.len());
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
    fn admits<S: Simd>(seen: Seen<S, T>) -> bool {
        T::are_plain::<S>(seen, false)
    }
    #[inline(always)]
    fn fold_rows<S: Simd>(
        &self,
        simd: S,
        rows: Rows<'_, T>,
        lanes: &mut LanesMut<'_, Self::Fold>,
        seen: &mut Seen<S, T>,
    ) {
        rows.see(simd, seen);
        each_window!(rows, |rows, to| {
            let all = &mut [[].as_slice(); MOST_ROWS];
            let (values, indices) = (&mut lanes.values[to.clone()], &mut lanes.indices[to]);
            let rows = rows.all(all);
            if values.len() < <T::Arg as Lane>::Vector::<S>::LEN {
                in_chunks!(values.len(), fold_pairs(rows, values, indices))
            } else {
                largest_pairs::<S, T>(simd, rows, values, indices)
            }
        });
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

/// The largest of each column of rows at least as long as a vector, and where it came from.
#[inline(always)]
fn largest_pairs<S: Simd, T: Element>(
    simd: S,
    rows: &[&[T]],
    lanes: &mut [T::Arg],
    index_lanes: &mut [<T::Arg as ArgLane>::Index],
) {
    type Index<T> = <<T as Lanes>::Arg as ArgLane>::Index;
    let width = <T::Arg as Lane>::Vector::<S>::LEN;
    let places: [Index<T>; MOST_LANES] = std::array::from_fn(T::Arg::index);
    let places = <Index<T> as Lane>::Vector::<S>::from_slice(simd, &places[..width]);
    let mut next = Some(0);
    while let Some(at) = next {
        let load = |row: &[T]| Lift::<T::Arg>::lift_vector(simd, &row[at..at + width]);
        let mut values = load(rows[0]);
        let mut indices = places + T::Arg::index(at);
        for number in 1..rows.len() {
            let later = load(rows[number]);
            let later_indices = places + T::Arg::index((number << ROW_SHIFT) + at);
            let wins = later.simd_gt(values);
            values = wins.select(later, values);
            indices = T::Arg::select_index::<S>(wins, later_indices, indices);
        }
        values.store_slice(&mut lanes[at..at + width]);
        indices.store_slice(&mut index_lanes[at..at + width]);
        next = next_chunk(width, at, lanes.len());
    }
}

/// As [`largest_pairs`], of shorter rows.
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
        next = next_chunk(CHUNK, at, lanes.len());
    }
}

impl<T: Element> Columns<T> for Mean {
    const LOOKS: bool = false;

    #[inline(always)]
    fn admits<S: Simd>(_seen: Seen<S, T>) -> bool {
        true
    }
    #[inline(always)]
    fn fold_rows<S: Simd>(
        &self,
        _simd: S,
        rows: Rows<'_, T>,
        lanes: &mut LanesMut<'_, Self::Fold>,
        _seen: &mut Seen<S, T>,
    ) {
        fold_values!(rows, lanes.values, Lift::<T::Sum>::lift, Lane::plus);
    }
    #[inline(always)]
    fn fold_row(&self, row: &[T]) -> (T::Sum, ()) {
        let zero = <T::Sum as Lane>::ZERO;
        (fold_value(row, zero, Lift::<T::Sum>::lift, Lane::plus), ())
    }
}

/// The root of the sum of squares: the power average that layers use.
impl<T: Element> Columns<T> for Power {
    const LOOKS: bool = false;

    #[inline(always)]
    fn admits<S: Simd>(_seen: Seen<S, T>) -> bool {
        true
    }
    #[inline(always)]
    fn fold_rows<S: Simd>(
        &self,
        _simd: S,
        rows: Rows<'_, T>,
        lanes: &mut LanesMut<'_, Self::Fold>,
        _seen: &mut Seen<S, T>,
    ) {
        fold_values!(rows, lanes.values, square::<T>, Lane::plus);
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
