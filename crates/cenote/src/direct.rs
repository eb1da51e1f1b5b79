//! The short way through a band: the rows of a window are folded straight from the tensor, then its columns.
//!
//! Each output row takes one look at its source rows, and all else stays in the first cache. Taps are not merged in
//! torch's order, so only [`Columns`] go this way.

use std::ops::Range;

use fearless_simd::Simd;
use fearless_simd_macros::simd;

use crate::columns::{Columns, MOST_ROWS, ROW_SHIFT};
use crate::element::Element;
use crate::fetch::Ahead;
use crate::fold::{Fold, LanesMut};
use crate::index::IndicesMut;
use crate::kernel::{Taps, fold_many};
use crate::pass::{Divide, Flat, Pass, Width};
use crate::plane::{Buffers, Worker};
use crate::reduce::Value;
use crate::sink::Sink;
use crate::table::Table;
use crate::window::Axis;

/// Whole rows that are finished together.
const BATCH: usize = 64;

/// Whether a pass can go this way.
pub(crate) fn fits(pass: &Pass<'_>) -> bool {
    let [depth, height, _] = pass.axes;
    let plain = match pass.width {
        Width::Flat(Flat { hop, sliding, .. }) => hop == 1 && sliding.padding[0] <= 1 << 20,
        Width::Keep | Width::Groups | Width::Single => true,
    };
    plain
        && pass.counted.1 == Divide::Folded
        && depth.max_taps().saturating_mul(height.max_taps()) <= MOST_ROWS
        && !doubles(depth)
        && !doubles(height)
        && pass.source_row_len() + pass.staged_pitch() < 1 << ROW_SHIFT
        && !pass.may_be_empty
}

/// Whether neighbouring windows share so many taps that doubling them costs less than folding each window's rows.
fn doubles(axis: &Axis) -> bool {
    axis.as_long()
        .is_some_and(|sliding| sliding.kernel_size > 4 * sliding.stride)
}

/// Where the rows of windows lie among those of a plane: what an [`Axis`] says, worked out once for all rows.
#[derive(Clone, Copy)]
struct Grid {
    /// Distances between the rows of a window along depth and height.
    steps: [usize; 2],
    /// Rows of one depth.
    rows: usize,
    /// Rows of a window along the height, at most.
    most: usize,
    /// Elements of a row.
    len: usize,
    /// How many outputs ahead rows are looked at.
    outputs_ahead: usize,
}

impl Grid {
    fn new<T>(pass: &Pass<'_>) -> Self {
        const LOOK_BYTES: usize = 4096;
        let [depth, height, _] = pass.axes;
        let (most, len) = (height.max_taps(), pass.source_row_len());
        // Rows that no window holds are not looked at.
        let hop = height.input_len().div_ceil(height.output_len().max(1));
        let outputs_ahead = if hop > most {
            0
        } else {
            LOOK_BYTES / (hop * len * size_of::<T>()).max(1)
        };
        Self {
            steps: [depth.step(), height.step()],
            rows: height.input_len(),
            most,
            len,
            outputs_ahead,
        }
    }

    /// The first row of a tap along the depth.
    #[inline(always)]
    fn slab(&self, depth: usize, tap: usize) -> usize {
        (depth + tap * self.steps[0]) * self.rows
    }

    /// Calls `each` with every row that the output row reads, in order: its number among the source's rows, and that among
    /// the window's.
    #[inline(always)]
    fn each_row(
        &self,
        (depth, depth_taps): (usize, usize),
        (start, taps): (usize, usize),
        mut each: impl FnMut(usize, usize),
    ) {
        for z in 0..depth_taps {
            let slab = self.slab(depth, z);
            for y in 0..taps {
                each(slab + start + y * self.steps[1], z * self.most + y);
            }
        }
    }
}

impl<'a, S: Simd, T: Element, R: Columns<T>> Worker<'a, S, T, R> {
    /// Up to which row a look at the rows of output `y` goes on, for those of the next outputs: a look at many elements
    /// costs less than many looks.
    fn look_ahead(&self, grid: Grid, y: usize, last: usize) -> usize {
        let (start, taps) = self.tables[1].window((y + grid.outputs_ahead).min(last));
        start + taps
    }

    /// Asks memory for the rows of a window at the last of its depths, and for the elements that follow them.
    #[inline(never)]
    fn fetch_ahead(
        &self,
        grid: Grid,
        (depth, depth_taps): (usize, usize),
        (start, taps): (usize, usize),
        ahead: &mut Ahead,
    ) {
        let first = grid.slab(depth, depth_taps - 1) + start;
        let end = first + (taps - 1) * grid.steps[1] + 1;
        ahead.reach(self.source, first * grid.len, end * grid.len);
    }

    /// Whether the elements of a window's rows, and those of the rows before `fresh.end`, may be taken in any order. Rows
    /// before `fresh` have been looked at.
    #[inline(always)]
    fn admits_rows(
        &self,
        grid: Grid,
        depth: (usize, usize),
        window: (usize, usize),
        fresh: Range<usize>,
    ) -> bool {
        let mut admitted = true;
        if grid.steps[1] == 1 {
            for z in 0..depth.1 {
                let slab = grid.slab(depth.0, z);
                let rows = slab + window.0.max(fresh.start)..slab + fresh.end;
                admitted &= R::admits(&self.source[rows.start * grid.len..rows.end * grid.len]);
            }
        } else {
            grid.each_row(depth, window, |row, _| {
                admitted &= R::admits(&self.source[row * grid.len..][..grid.len]);
            });
        }
        admitted
    }

    /// Pools a band of rows each of which is one window. False as in [`Worker::run_direct`].
    fn run_whole(&self, sink: &mut Sink<'_, '_, S, T, R>) -> bool {
        let [depth, height, width] = self.pass.plane;
        let plane_rows = depth.input_len() * height.input_len();
        let rows_of = |z: usize| {
            let start = z * self.pass.axes[1].input_len();
            start + self.band.height.start..start + self.band.height.end
        };
        let mut values = [R::Fold::IDENTITY; BATCH];
        let mut indices = [R::Fold::no_index(); BATCH];
        for rows in self.band.depth.clone().map(rows_of) {
            for first in rows.clone().step_by(BATCH) {
                let count = BATCH.min(rows.end - first);
                let mut lanes = LanesMut {
                    values: &mut values[..count],
                    indices: &mut indices[..count],
                };
                if !fold_whole(self.simd, self, first, &mut lanes) {
                    return false;
                }
                sink.finish_alike(&mut lanes);
                let slots = sink.next_indices(count);
                let base = if slots.is_compact() {
                    0
                } else {
                    width.input_len()
                };
                slots.fill(|at| {
                    ((first + at) % plane_rows * base) as i64 + R::Fold::flat(indices[at])
                });
            }
        }
        true
    }

    /// Pools a band. False if it met an element that may not be taken in any order: then it stopped there.
    pub(crate) fn run_direct(
        &self,
        buffers: &mut Buffers<'_, R::Fold>,
        sink: &mut Sink<'_, '_, S, T, R>,
    ) -> bool {
        if self.pass.is_whole() {
            return self.run_whole(sink);
        }
        let band = self.band;
        let chunk = self.pass.direct_rows::<Value<T, R>>();
        let pitch = self.pass.row_pitch();
        let grid = Grid::new::<T>(self.pass);
        for z in band.depth.clone() {
            let [depths, heights] = &self.tables;
            for first in band.height.clone().step_by(chunk) {
                let rows = chunk.min(band.height.end - first);
                if !fold_columns(self.simd, self, grid, (z, first..first + rows), buffers) {
                    return false;
                }
                match self.pass.width {
                    Width::Keep => std::mem::swap(&mut buffers.staged, &mut buffers.contracted),
                    Width::Flat(flat) => self.contract_flat(flat, rows, 0, buffers),
                    Width::Single => contract_single(self.simd, self.pass, rows, buffers),
                    Width::Groups => {
                        for row in 0..rows {
                            self.contract_row(row * self.pass.staged_pitch(), row * pitch, buffers);
                        }
                    }
                }
                for row in 0..rows {
                    let mut lanes = buffers.contracted.from(row * pitch);
                    let counted = depths.count(z) * heights.count(first + row);
                    sink.finish_counted(counted, &mut lanes);
                    if size_of::<<R::Fold as Fold>::Index>() > 0 {
                        let indices = &lanes.indices[..self.pass.row_len()];
                        let lanes = (indices, &buffers.windows);
                        self.write_indices(grid, (z, first + row), lanes, sink);
                    }
                }
            }
        }
        true
    }

    /// Makes indices of a row's index lanes, which name a row of the window and a lane of it.
    fn write_indices(
        &self,
        grid: Grid,
        (z, y): (usize, usize),
        (lanes, windows): (&[<R::Fold as Fold>::Index], &Table<'_>),
        sink: &mut Sink<'_, '_, S, T, R>,
    ) {
        let [plane_depth, plane_height, width] = self.pass.plane;
        let plane_rows = plane_depth.input_len() * plane_height.input_len();
        let slots = sink.next_indices(lanes.len());
        let mut bases = [0i64; MOST_ROWS];
        let mut at = 0;
        let [depth, height] = [self.tables[0].window(z), self.tables[1].window(y)];
        grid.each_row(depth, height, |row, number| {
            bases[at] = if slots.is_compact() {
                (number * width.max_taps()) as i64
            } else {
                (row % plane_rows * width.input_len()) as i64
            };
            at += 1;
        });
        let inner = self.pass.inner;
        let rows = Rows {
            bases,
            windows,
            step: width.step() as i64,
        };
        let lanes = |at: usize| R::Fold::flat(lanes[at]);
        // Most numbers of channels are powers of two, by which dividing is shifting.
        if inner.is_power_of_two() {
            let shift = inner.trailing_zeros();
            rows.write(slots, lanes, |lane| lane >> shift);
        } else {
            rows.write(slots, lanes, |lane| lane / inner);
        }
    }
}

/// How index lanes of an output row become indices.
struct Rows<'a> {
    /// The index, or the tap number, of the first element of each row of the window.
    bases: [i64; MOST_ROWS],
    windows: &'a Table<'a>,
    step: i64,
}

impl Rows<'_> {
    /// Makes indices of lanes. `position` gives the position along the width of a lane of a row.
    #[inline(always)]
    fn write(
        &self,
        slots: IndicesMut<'_>,
        lanes: impl Fn(usize) -> i64,
        position: impl Fn(usize) -> usize,
    ) {
        const COLUMN: i64 = (1 << ROW_SHIFT) - 1;
        let base = |index: i64| self.bases[(index >> ROW_SHIFT) as usize % MOST_ROWS];
        let column = |index: i64| position((index & COLUMN) as usize) as i64;
        if !slots.is_compact() {
            return slots.fill(|at| base(lanes(at)) + column(lanes(at)));
        }
        let start = |at: usize| self.windows.window(position(at)).0 as i64;
        if self.step == 1 {
            slots.fill(|at| base(lanes(at)) + column(lanes(at)) - start(at));
        } else {
            slots.fill(|at| base(lanes(at)) + (column(lanes(at)) - start(at)) / self.step);
        }
    }
}

/// Folds the source rows of some output rows at one depth, each to a staged row. False if an element may not be taken in
/// any order.
#[simd]
fn fold_columns<S: Simd, T: Element, R: Columns<T>>(
    simd: S,
    worker: &Worker<'_, S, T, R>,
    grid: Grid,
    (z, heights): (usize, Range<usize>),
    buffers: &mut Buffers<'_, R::Fold>,
) -> bool {
    let len = grid.len;
    let pitch = worker.pass.staged_pitch();
    let before = match worker.pass.width {
        Width::Flat(Flat { sliding, .. }) => sliding.padding[0] * worker.pass.inner,
        Width::Keep | Width::Groups | Width::Single => 0,
    };
    let inside = len.min(pitch.saturating_sub(before));
    // Rows before this one have been looked at.
    let mut checked = 0;
    let last = heights.end - 1;
    let mut rows: [&[T]; MOST_ROWS] = [&[]; MOST_ROWS];
    let depth = worker.tables[0].window(z);
    for (row, y) in heights.enumerate() {
        let window = worker.tables[1].window(y);
        if window.0 + window.1 > checked || grid.steps[1] > 1 {
            let ahead = worker.look_ahead(grid, y, last);
            if !worker.admits_rows(grid, depth, window, checked..ahead) {
                return false;
            }
            checked = ahead;
        }
        if buffers.ahead.distance > 0 {
            worker.fetch_ahead(grid, depth, window, &mut buffers.ahead);
        }
        let mut count = 0;
        grid.each_row(depth, window, |number, _| {
            rows[count] = &worker.source[number * len..][..inside];
            count += 1;
        });
        let mut lanes = buffers.staged.from(row * pitch);
        lanes.clear(0, before);
        lanes.clear(before + inside, pitch - before - inside);
        let mut lanes = lanes.from(before);
        worker.reducer.fold_rows(&rows[..count], &mut lanes, inside);
    }
    true
}

/// Folds whole rows from `first` on, one for each lane. False if an element may not be taken in any order.
#[simd]
fn fold_whole<S: Simd, T: Element, R: Columns<T>>(
    simd: S,
    worker: &Worker<'_, S, T, R>,
    first: usize,
    lanes: &mut LanesMut<'_, R::Fold>,
) -> bool {
    let len = worker.pass.source_row_len();
    let rows = &worker.source[first * len..][..lanes.values.len() * len];
    if !R::admits(rows) {
        return false;
    }
    for (at, row) in rows.chunks_exact(len).enumerate() {
        lanes.set(at, worker.reducer.fold_row(row));
    }
    true
}

/// Contracts `rows` staged rows window by window, lane by lane.
#[simd]
fn contract_single<S: Simd, F: Fold>(
    simd: S,
    pass: &Pass<'_>,
    rows: usize,
    buffers: &mut Buffers<'_, F>,
) {
    let outputs = pass.axes[2].output_len();
    let step = pass.axes[2].step();
    for output in 0..outputs {
        // The same window in all rows: its taps are counted once, and their number is foreseen.
        let (start, count) = buffers.windows.window(output);
        for row in 0..rows {
            let start = row * pass.staged_pitch() + start;
            let taps = Taps { start, count, step };
            let folded = fold_many(&buffers.staged.as_ref(), taps);
            buffers
                .contracted
                .set(row * pass.row_pitch() + output, folded);
        }
    }
}
