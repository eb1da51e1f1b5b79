//! The short way through a band: the rows of a window are folded straight from the tensor, then its columns.
//!
//! Each output row takes one look at its source rows, and all else stays in the first cache. Taps are not merged in
//! torch's order, so only [`Columns`] go this way.

use std::ops::Range;

use fearless_simd::Simd;
use fearless_simd_macros::simd;

use crate::columns::{Columns, MOST_ROWS, ROW_SHIFT, Rows};
use crate::element::Element;
use crate::fetch::Ahead;
use crate::fold::{Fold, LanesMut};
use crate::index::IndicesMut;
use crate::kernel::{LONG, Taps, fold_many};
use crate::pass::{Divide, Flat, Pass, Width};
use crate::plane::{Buffers, Worker, admits};
use crate::reduce::Value;
use crate::sink::Sink;
use crate::table::{Table, alike};
use crate::window::Axis;

/// Whole rows that are finished together.
const BATCH: usize = 64;

/// Output rows that are made together where memory is asked for their elements ahead: together they read about as much as
/// is asked for.
const FAR_WINDOWS: usize = 8;

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
}

impl Grid {
    fn new(pass: &Pass<'_>) -> Self {
        let [depth, height, _] = pass.axes;
        Self {
            steps: [depth.step(), height.step()],
            rows: height.input_len(),
            most: height.max_taps(),
            len: pass.source_row_len(),
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
    /// Asks memory for the rows of a window at the last of its depths, and for the elements that follow them.
    #[inline(never)]
    fn fetch_ahead(
        &self,
        grid: Grid,
        (depth, depth_taps): (usize, usize),
        (start, (last, taps)): (usize, (usize, usize)),
        ahead: &mut Ahead,
    ) {
        let slab = grid.slab(depth, depth_taps - 1);
        let (first, end) = (slab + start, slab + last + (taps - 1) * grid.steps[1] + 1);
        ahead.reach(self.source, first * grid.len, end * grid.len);
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
                sink.finish_counted(1, lanes.values);
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
        let grid = Grid::new(self.pass);
        let mut looked = Looked::default();
        for z in band.depth.clone() {
            for first in band.height.clone().step_by(chunk) {
                let rows = first..(first + chunk).min(band.height.end);
                if !self.pool_rows(grid, (z, rows), (buffers, &mut looked), sink) {
                    return false;
                }
            }
            looked.end_depth(self.tables[0].window(z));
        }
        true
    }

    /// Pools output rows of one depth. False as in [`Worker::run_direct`].
    fn pool_rows(
        &self,
        grid: Grid,
        (z, heights): (usize, Range<usize>),
        (buffers, looked): (&mut Buffers<'_, R::Fold>, &mut Looked),
        sink: &mut Sink<'_, '_, S, T, R>,
    ) -> bool {
        let (rows, len) = (heights.len(), self.pass.row_len());
        let place = R::place(sink.target.values);
        let in_place = place.is_some();
        let mut out = place.unwrap_or(buffers.contracted.from(0));
        let progress = (&mut buffers.ahead, looked, &mut buffers.padded);
        let band = (z, heights.clone());
        let admitted = if let Width::Keep = self.pass.width {
            fold_columns(self.simd, (self, grid), band, progress, &mut out)
        } else {
            let staged = &mut buffers.staged;
            let admitted = fold_columns(self.simd, (self, grid), band, progress, staged);
            self.contract_staged(
                rows,
                (staged, &mut buffers.spare),
                &buffers.windows,
                &mut out,
            );
            admitted
        };
        if let Width::Flat(flat) = self.pass.width
            && flat.sliding.kernel_size >= LONG
        {
            buffers.padded = 0;
        }
        if !admitted {
            return false;
        }
        if in_place {
            sink.settle(rows * len);
            return true;
        }
        self.finish_rows(grid, (z, heights), buffers, sink);
        true
    }

    /// Finishes contracted rows.
    fn finish_rows(
        &self,
        grid: Grid,
        (z, heights): (usize, Range<usize>),
        buffers: &mut Buffers<'_, R::Fold>,
        sink: &mut Sink<'_, '_, S, T, R>,
    ) {
        let len = self.pass.row_len();
        let counted = |y: usize| self.tables[0].count(z) * self.tables[1].count(y);
        let mut y = heights.start;
        while y < heights.end {
            let mut end = y + 1;
            while sink.alike && end < heights.end && counted(end) == counted(y) {
                end += 1;
            }
            let lanes = (y - heights.start) * len..(end - heights.start) * len;
            sink.finish_counted(counted(y), &mut buffers.contracted.values[lanes]);
            y = end;
        }
        if size_of::<<R::Fold as Fold>::Index>() > 0 {
            for (row, y) in heights.enumerate() {
                let lanes = &buffers.contracted.indices[row * len..][..len];
                self.write_indices(grid, (z, y), (lanes, &buffers.windows), sink);
            }
        }
    }

    /// Contracts `rows` staged rows.
    fn contract_staged(
        &self,
        rows: usize,
        (staged, spare): (&mut LanesMut<'_, R::Fold>, &mut LanesMut<'_, R::Fold>),
        windows: &Table<'_>,
        out: &mut LanesMut<'_, R::Fold>,
    ) {
        match self.pass.width {
            Width::Keep => {}
            Width::Flat(flat) => self.contract_flat(flat, rows, (staged, spare), out),
            Width::Single => {
                let taps = windows.window(0).1;
                let outputs = 0..self.pass.axes[2].output_len();
                if taps < LONG && windows.windows(outputs).all(|window| window.1 == taps) {
                    self.contract_picked(rows, (staged, spare), (windows, taps), out);
                } else {
                    contract_single(self.simd, self.pass, rows, (staged, windows), out);
                }
            }
            Width::Groups => {
                for row in 0..rows {
                    let from = row * self.pass.staged_pitch();
                    self.contract_row((staged, from), windows, (out, row * self.pass.row_len()));
                }
            }
        }
    }

    /// Contracts `rows` staged rows whose windows have as many taps, but lie anywhere: folds those at every position, and
    /// picks.
    fn contract_picked(
        &self,
        rows: usize,
        (staged, spare): (&LanesMut<'_, R::Fold>, &mut LanesMut<'_, R::Fold>),
        (windows, count): (&Table<'_>, usize),
        out: &mut LanesMut<'_, R::Fold>,
    ) {
        let (pitch, len) = (self.pass.staged_pitch(), self.pass.row_len());
        let step = self.pass.axes[2].step();
        let taps = Taps {
            start: 0,
            count,
            step,
        };
        self.fold(staged, taps, rows * pitch - (count - 1) * step, spare);
        for row in 0..rows {
            let folded = spare.from(row * pitch);
            let out = &mut out.from(row * len);
            for (output, (start, _)) in windows.windows(0..len).enumerate() {
                out.set(output, folded.as_ref().get(start));
            }
        }
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
        let mut bases = [0; MOST_ROWS];
        let mut at = 0;
        let [depth, height] = [self.tables[0].window(z), self.tables[1].window(y)];
        grid.each_row(depth, height, |row, number| {
            bases[at] = if slots.is_compact() {
                number * width.max_taps()
            } else {
                row % plane_rows * width.input_len()
            } as i32;
            at += 1;
        });
        let named = Named {
            bases,
            step: (depth.1 == 1).then(|| bases[1] - bases[0]),
            windows,
            tap_step: width.step() as i32,
            inner: self.pass.inner,
        };
        write_row::<S, R::Fold>(self.simd, &named, slots, lanes);
    }
}

/// How index lanes of an output row become indices.
struct Named<'a> {
    /// The index, or the tap number, of the first element of each row of the window.
    bases: [i32; MOST_ROWS],
    /// From one to the next, where all lie as far apart.
    step: Option<i32>,
    windows: &'a Table<'a>,
    /// From one tap along the width to the next.
    tap_step: i32,
    inner: usize,
}

/// Makes indices of the lanes of a row.
#[simd]
fn write_row<S: Simd, F: Fold>(
    simd: S,
    named: &Named<'_>,
    slots: IndicesMut<'_>,
    lanes: &[F::Index],
) {
    // Planes with indices have fewer than 2^31 elements.
    let lane = |at: usize| F::flat(lanes[at]) as i32;
    let bases = &named.bases;
    let base_of = |row: i32| bases[row as usize % MOST_ROWS];
    // Most numbers of channels are powers of two, by which dividing is shifting.
    let inner = named.inner;
    let shift = inner.trailing_zeros();
    match (named.step, inner.is_power_of_two()) {
        (Some(step), true) if inner == 1 => {
            named.write(slots, lane, |row| bases[0] + row * step, |at| at);
        }
        (Some(step), true) => {
            named.write(slots, lane, |row| bases[0] + row * step, |at| at >> shift);
        }
        (None, true) => named.write(slots, lane, base_of, |at| at >> shift),
        (_, false) => named.write(slots, lane, base_of, |at| at / inner),
    }
}

impl Named<'_> {
    /// Makes indices of lanes. `base` gives that of the first element of a row of the window, and `position` the position
    /// along the width of a lane of a row.
    #[inline(always)]
    fn write(
        &self,
        slots: IndicesMut<'_>,
        lane: impl Fn(usize) -> i32,
        base: impl Fn(i32) -> i32,
        position: impl Fn(usize) -> usize,
    ) {
        const COLUMN: i32 = (1 << ROW_SHIFT) - 1;
        let column = |lane: i32| position((lane & COLUMN) as usize) as i32;
        let first = |lane: i32| base(lane >> ROW_SHIFT);
        if !slots.is_compact() {
            return slots.fill(|at| i64::from(first(lane(at)) + column(lane(at))));
        }
        let start = |at: usize| self.windows.window(position(at)).0 as i32;
        let tap = |at: usize| column(lane(at)) - start(at);
        if self.tap_step == 1 {
            slots.fill(|at| i64::from(first(lane(at)) + tap(at)));
        } else {
            slots.fill(|at| i64::from(first(lane(at)) + tap(at) / self.tap_step));
        }
    }
}

/// Which rows of a plane have been looked at.
#[derive(Clone, Copy, Default)]
struct Looked {
    /// Rows of all depths before this one have been.
    depth: usize,
    /// Rows of the present depths before this one have been.
    row: usize,
}

impl Looked {
    /// Which rows of a window have not been looked at, a bit each, and will have been from now on.
    #[inline(always)]
    fn fresh(
        &mut self,
        grid: Grid,
        (depth, depth_taps): (usize, usize),
        (start, taps): (usize, usize),
    ) -> u32 {
        if grid.steps != [1, 1] {
            return u32::MAX;
        }
        let stale = self.row.saturating_sub(start).min(taps);
        let rows = (1 << taps) - (1 << stale);
        self.row = self.row.max(start + taps);
        let mut fresh = 0;
        for z in self.depth.saturating_sub(depth)..depth_taps {
            fresh |= rows << (z * taps);
        }
        fresh
    }

    /// Goes on to the next depth.
    fn end_depth(&mut self, (depth, taps): (usize, usize)) {
        self.depth = depth + taps;
        self.row = 0;
    }
}

/// Folds the source rows of some output rows at one depth, each to a row of `out`. False if an element may not be taken
/// in any order.
#[simd]
fn fold_columns<S: Simd, T: Element, R: Columns<T>>(
    simd: S,
    (worker, grid): (&Worker<'_, S, T, R>, Grid),
    (z, heights): (usize, Range<usize>),
    (ahead, looked, padded): (&mut Ahead, &mut Looked, &mut usize),
    out: &mut LanesMut<'_, R::Fold>,
) -> bool {
    let len = grid.len;
    let staged = worker.pass.staged_pitch();
    let before = worker.pass.padding_before();
    let inside = len.min(staged.saturating_sub(before));
    let pitch = [grid.steps[0] * grid.rows * len, grid.steps[1] * len];
    let mut seen = T::nothing_seen(simd);
    let depth = worker.tables[0].window(z);
    let mut row = 0;
    while row < heights.len() {
        let y = heights.start + row;
        let window = worker.tables[1].window(y);
        let fresh = looked.fresh(grid, depth, window);
        let together = if ahead.distance > 0 {
            FAR_WINDOWS
        } else {
            usize::MAX
        };
        let windows = worker.tables[1].windows(y..heights.end).take(together);
        let (mut count, hop) = alike(windows);
        // All that follow are as fresh as the second, but not always as the first.
        let second = looked
            .clone()
            .fresh(grid, depth, (window.0 + hop, window.1));
        if second != fresh {
            count = 1;
        }
        let last = (window.0 + (count - 1) * hop, window.1);
        looked.fresh(grid, depth, last);
        if ahead.distance > 0 {
            worker.fetch_ahead(grid, depth, (window.0, last), ahead);
        }
        for row in (row..row + count).skip(padded.saturating_sub(row)) {
            out.clear(row * staged, before);
            out.clear(row * staged + before + inside, staged - before - inside);
            *padded = row + 1;
        }
        let first = (depth.0 * grid.rows + window.0) * len;
        let rows = Rows {
            source: &worker.source[first..],
            len: inside,
            taps: [depth.1, window.1],
            pitch,
            fresh,
            count,
            hop: hop * len,
            to: staged,
        };
        worker
            .reducer
            .fold_rows(simd, rows, &mut out.from(row * staged + before), &mut seen);
        row += count;
    }
    R::admits::<S>(seen)
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
    if !admits::<S, T, R>(simd, rows) {
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
    (staged, windows): (&LanesMut<'_, F>, &Table<'_>),
    out: &mut LanesMut<'_, F>,
) {
    let outputs = pass.axes[2].output_len();
    let step = pass.axes[2].step();
    for output in 0..outputs {
        // The same window in all rows: its taps are counted once, and their number is foreseen.
        let (start, count) = windows.window(output);
        for row in 0..rows {
            let start = row * pass.staged_pitch() + start;
            let taps = Taps { start, count, step };
            out.set(
                row * pass.row_len() + output,
                fold_many(&staged.as_ref(), taps),
            );
        }
    }
}
