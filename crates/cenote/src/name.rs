//! Indices of the short way: what an index lane, which names a row of the window and a lane of it, becomes.

use fearless_simd::Simd;
use fearless_simd_macros::simd;

use crate::columns::{Columns, MOST_ROWS, ROW_SHIFT};
use crate::element::Element;
use crate::fold::Fold;
use crate::index::{IndexLane, IndicesMut};
use crate::pass::Pass;
use crate::plane::Worker;
use crate::rows::Grid;
use crate::sink::Sink;

impl<S: Simd, T: Element, R: Columns<T>> Worker<'_, S, T, R> {
    /// Makes indices of a row's index lanes, which name a row of the window and a lane of it. `named` is that of the row before.
    pub(crate) fn write_indices(
        &self,
        grid: Grid,
        (z, y): (usize, usize),
        (lanes, starts): (&[<R::Fold as Fold>::Index], &[i32]),
        (named, sink): (&mut Named, &mut Sink<'_, '_, S, T, R>),
    ) {
        let [depth, height, width] = self.pass.plane;
        let slots = sink.next_indices(lanes.len());
        let windows = [self.tables[0].window(z), self.tables[1].window(y)];
        let rows_of = if slots.is_compact() {
            None
        } else {
            Some(width.input_len())
        };
        named.list(
            grid,
            windows.map(|(_, taps)| taps),
            (rows_of, width.max_taps()),
        );
        // All rows of a window lie in one plane.
        named.first = rows_of.map_or(0, |len| {
            let row = grid.slab(windows[0].0, 0) + windows[1].0;
            (row % (depth.input_len() * height.input_len()) * len) as i32
        });
        write_row(self.simd, named, slots, (lanes, starts));
    }
}

/// How index lanes of an output row become indices.
pub(crate) struct Named {
    /// The index of the first element of a window's first row.
    first: i32,
    /// Rows of the window along depth and height.
    taps: [usize; 2],
    /// What is added for each of them: how much more its first element's index is, or that element's tap number.
    bases: [i32; MOST_ROWS],
    /// From one to the next, where all lie as far apart.
    step: Option<i32>,
    /// From one tap along the width to the next.
    tap_step: i32,
    inner: usize,
}

impl Named {
    pub(crate) fn new(pass: &Pass<'_>) -> Self {
        Self {
            first: 0,
            taps: [0; 2],
            bases: [0; MOST_ROWS],
            step: None,
            tap_step: pass.plane[2].step() as i32,
            inner: pass.inner,
        }
    }

    /// Lists the rows of windows of as many, if those before had others. Rows have elements whose indices count, or taps.
    fn list(&mut self, grid: Grid, taps: [usize; 2], (len, row_taps): (Option<usize>, usize)) {
        if self.taps == taps {
            return;
        }
        let mut at = 0;
        grid.each_row((0, taps[0]), (0, taps[1]), |row, number| {
            // Of windows of more rows, all lie as far apart.
            if let Some(base) = self.bases.get_mut(at) {
                *base = len.map_or(number * row_taps, |len| row * len) as i32;
                at += 1;
            }
        });
        self.step = (taps[0] == 1).then(|| self.bases[1] - self.bases[0]);
        self.taps = taps;
    }
}

/// Makes indices of the lanes of a row.
#[simd]
fn write_row<S: Simd, I: IndexLane>(
    simd: S,
    named: &Named,
    slots: IndicesMut<'_>,
    lanes: (&[I], &[i32]),
) {
    let (first, bases) = (named.first, &named.bases);
    let listed = |row: i32| first + bases[row as usize % MOST_ROWS];
    let apart = |step: i32| move |row: i32| first + row * step;
    // Most numbers of channels are powers of two, by which dividing is shifting.
    let inner = named.inner as i32;
    let shift = inner.trailing_zeros();
    match (named.step, named.inner.is_power_of_two()) {
        (Some(step), true) if inner == 1 => named.write(slots, lanes, apart(step), |at| at),
        (Some(step), true) => named.write(slots, lanes, apart(step), |at| at >> shift),
        (None, true) => named.write(slots, lanes, listed, |at| at >> shift),
        (Some(step), false) => named.write(slots, lanes, apart(step), |at| at / inner),
        (None, false) => named.write(slots, lanes, listed, |at| at / inner),
    }
}

impl Named {
    /// Makes indices of lanes, and of where their windows start. `base` gives that of the first element of a row of the window,
    /// and `position` the position along the width of a lane of a row.
    #[inline(always)]
    fn write<I: IndexLane>(
        &self,
        slots: IndicesMut<'_>,
        lanes: (&[I], &[i32]),
        base: impl Fn(i32) -> i32,
        position: impl Fn(i32) -> i32,
    ) {
        const COLUMN: i32 = (1 << ROW_SHIFT) - 1;
        // Planes with indices have fewer than 2^31 elements.
        let lane = |lane: I| lane.flat() as i32;
        let first = |lane: i32| base(lane >> ROW_SHIFT);
        let column = |lane: i32| position(lane & COLUMN);
        if !slots.is_compact() {
            return slots.fill_from(lanes, |at, _| first(lane(at)) + column(lane(at)));
        }
        let tap = |at: i32, start: i32| column(at) - start;
        let step = self.tap_step;
        if step.cast_unsigned().is_power_of_two() {
            let shift = step.trailing_zeros();
            slots.fill_from(lanes, |at, start| {
                first(lane(at)) + (tap(lane(at), start) >> shift)
            });
        } else {
            slots.fill_from(lanes, |at, start| {
                first(lane(at)) + tap(lane(at), start) / step
            });
        }
    }
}
