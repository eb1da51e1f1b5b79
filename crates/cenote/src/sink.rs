//! Where results go: finished rows, and the part of the output that a band owns.

use fearless_simd::Simd;
use fearless_simd_macros::simd;

use crate::element::Element;
use crate::fetch::fetch_to_write;
use crate::fold::{Fold, LanesMut};
use crate::index::{IndexLane, IndicesMut};
use crate::number::Locator;
use crate::pass::{Divide, Pass};
use crate::plane::Worker;
use crate::reduce::{Counts, Finish, Value};
use crate::table::Table;

/// The part of a plane's output that a band owns.
pub struct Target<'a, T> {
    pub(crate) values: &'a mut [T],
    pub(crate) indices: IndicesMut<'a>,
}

impl<'a, T> Target<'a, T> {
    /// A target without indices.
    pub(crate) fn values(values: &'a mut [T]) -> Self {
        Self {
            values,
            indices: IndicesMut::Nowhere,
        }
    }

    /// The same target, for a while.
    pub(crate) fn reborrow(&mut self) -> Target<'_, T> {
        Target {
            values: self.values,
            indices: self.indices.reborrow(),
        }
    }

    pub(crate) fn split_at(self, at: usize) -> (Self, Self) {
        let (values, more_values) = self.values.split_at_mut(at);
        let (indices, more_indices) = self.indices.split_at(at);
        (
            Self { values, indices },
            Self {
                values: more_values,
                indices: more_indices,
            },
        )
    }
}

/// Where finished rows go, one after the other.
pub(crate) struct Sink<'a, 'b, S, T, R: Finish<T>>
where
    T: Element,
{
    pub(crate) worker: &'a Worker<'a, S, T, R>,
    /// Where the window of each lane of a row begins along the width, where lanes have indices.
    pub(crate) starts: &'a [i32],
    /// Counts along the width.
    pub(crate) counts: &'a [Value<T, R>],
    /// Whether they are all the same.
    pub(crate) alike: bool,
    pub(crate) target: Target<'b, T>,
}

impl<'b, S: Simd, T: Element, R: Finish<T>> Sink<'_, 'b, S, T, R> {
    /// The slots of the next `len` indices.
    pub(crate) fn next_indices(&mut self, len: usize) -> IndicesMut<'b> {
        let (slots, rest) = std::mem::take(&mut self.target.indices).split_at(len);
        self.target.indices = rest;
        slots
    }

    /// Asks memory for where `len` results go, some time after the next ones.
    pub(crate) fn ask(&self, len: usize) {
        fetch_to_write(self.target.values, len);
        self.target.indices.ask(len);
    }

    /// The next `len` elements.
    pub(crate) fn next_elements(&mut self, len: usize) -> &'b mut [T] {
        let (elements, rest) = std::mem::take(&mut self.target.values).split_at_mut(len);
        self.target.values = rest;
        elements
    }

    /// Makes elements of the next `len` lanes, which lie in their place.
    pub(crate) fn settle(&mut self, len: usize) {
        let elements = self.next_elements(len);
        settle::<S, T, R>(self.worker.simd, elements);
    }

    /// Makes elements of a folded row.
    fn finish_values(&mut self, place: (usize, usize), row: &mut LanesMut<'_, R::Fold>) {
        let counts = self.worker.counts(Divide::Folded, place, self.counts);
        let len = self.worker.pass.row_len();
        self.finish_lanes(counts, &mut row.values[..len]);
    }

    /// Makes elements of folded rows, of whose windows `rest` is counted along depth and height: of one row or, where
    /// windows along the width are [`Sink::alike`], of any number.
    pub(crate) fn finish_counted(&mut self, rest: i64, lanes: &mut [Value<T, R>]) {
        let counts = self
            .worker
            .counts_of(rest, self.counts)
            .map(|counts| Counts {
                inner: if self.alike {
                    lanes.len()
                } else {
                    counts.inner
                },
                ..counts
            });
        self.finish_lanes(counts, lanes);
    }

    fn finish_lanes(&mut self, counts: Option<Counts<'_, Value<T, R>>>, lanes: &mut [Value<T, R>]) {
        let values = self.next_elements(lanes.len());
        let (simd, reducer) = (self.worker.simd, self.worker.reducer);
        finish_row(simd, reducer, counts.as_ref(), lanes, values);
    }

    /// Makes elements of a folded row, and indices of its index lanes.
    pub(crate) fn finish(&mut self, place: (usize, usize), row: &mut LanesMut<'_, R::Fold>) {
        let (pass, len) = (self.worker.pass, self.worker.pass.row_len());
        self.finish_values(place, row);
        if const { R::Fold::HAS_INDICES } {
            let slots = self.next_indices(len);
            let tables = &self.worker.tables;
            write_indices(
                pass,
                tables,
                place,
                (&row.indices[..len], self.starts, slots),
            );
        }
    }
}

/// Makes indices of the index lanes of a row.
fn write_indices<I: IndexLane>(
    pass: &Pass<'_>,
    [depth, height]: &[Table<'_>; 2],
    place: (usize, usize),
    (lanes, starts, slots): (&[I], &[i32], IndicesMut<'_>),
) {
    if slots.is_compact() {
        number(pass, place, (slots, starts), |at| lanes[at].flat());
    } else if pass.may_be_empty {
        let width = pass.axes[2];
        let is_empty = depth.window(place.0).1 == 0 || height.window(place.1).1 == 0;
        // Windows without a tap have no index.
        slots.fill(|at| {
            if is_empty || width.window(at / pass.inner).taps == 0 {
                -1
            } else {
                lanes[at].flat()
            }
        });
    } else {
        slots.fill(|at| lanes[at].flat());
    }
}

/// Numbers the taps that a row's flat indices are.
fn number(
    pass: &Pass<'_>,
    (z, y): (usize, usize),
    (slots, starts): (IndicesMut<'_>, &[i32]),
    flat: impl Fn(usize) -> i64,
) {
    let [depth, height, _] = pass.plane;
    let row = (z * pass.axes[1].output_len() + y) % (depth.output_len() * height.output_len());
    let place = (row / height.output_len(), row % height.output_len());
    let windows = [depth.window(place.0), height.window(place.1)];
    let locator = Locator::new(pass.plane, windows);
    slots.fill(|at| locator.number(flat(at), starts[at]));
}

#[simd]
fn finish_row<S: Simd, T: Element, R: Finish<T>>(
    simd: S,
    reducer: &R,
    counts: Option<&Counts<'_, Value<T, R>>>,
    lanes: &mut [Value<T, R>],
    elements: &mut [T],
) {
    reducer.finish(lanes, counts, elements);
}

#[simd]
fn settle<S: Simd, T: Element, R: Finish<T>>(simd: S, elements: &mut [T]) {
    R::settle(elements);
}
