//! The short way through a band: the rows of a window are folded straight from the tensor, then its columns.
//!
//! Each output row takes one look at its source rows, and all else stays in the first cache. Taps are not merged in
//! torch's order, so only [`Columns`] go this way.

use std::ops::Range;

use fearless_simd::Simd;
use fearless_simd_macros::simd;

use crate::buffers::Buffers;
use crate::columns::{Columns, MOST_ROWS, MOST_WINDOW_ROWS, ROW_SHIFT};
use crate::element::Element;
use crate::fold::{Fold, LanesMut};
use crate::fused::{self, Fused};
use crate::gather::{Staged, gather_rows, in_segments};
use crate::index::IndexLane;
use crate::kernel::{Taps, fold_many, pick_lanes};
use crate::lane::MOST_LANES;
use crate::long::LONG;
use crate::name::Named;
use crate::pass::{Divide, Flat, Pass, Width};
use crate::plane::{Worker, admits};
use crate::reduce::Value;
use crate::rows::{Grid, Looked};
use crate::sink::Sink;
use crate::sweep::{self, sweep_columns};
use crate::table::Table;
use crate::window::Axis;

/// Whole rows that are finished together.
const BATCH: usize = 64;

/// Whether a pass can go this way.
pub(crate) fn fits<T: Element, R: Columns<T>>(pass: &Pass<'_>) -> bool {
    let plain = match pass.width {
        Width::Flat(Flat { hop, sliding, .. }) => hop == 1 && sliding.padding[0] <= 1 << 20,
        Width::Keep | Width::Groups | Width::Single => true,
    };
    plain
        && pass.counted.1 == Divide::Folded
        && (few_rows::<T, R>(pass) || sweep::fits::<T, R>(pass))
        && pass.source_row_len() + pass.staged_pitch() < 1 << ROW_SHIFT
        && !pass.may_be_empty
}

/// Whether folding the rows of each window costs little.
fn few_rows<T: Element, R: Columns<T>>(pass: &Pass<'_>) -> bool {
    let [depth, height, _] = pass.axes;
    let doubled = if const { R::Fold::HAS_INDICES } && pass.inner > 1 {
        DOUBLED_INDICES
    } else {
        DOUBLED_ROWS
    };
    can_fold::<T, R>(pass) && !doubles(depth, doubled) && !doubles(height, doubled)
}

/// Whether so many rows as windows have can be folded together: of more than a few, rows have to be a vector long.
pub(crate) fn can_fold<T: Element, R: Columns<T>>(pass: &Pass<'_>) -> bool {
    let [depth, height, _] = pass.axes;
    let has_vectors = pass.inside() >= MOST_LANES / size_of::<Value<T, R>>();
    let most = if depth.max_taps() == 1 && has_vectors {
        MOST_WINDOW_ROWS
    } else {
        MOST_ROWS
    };
    depth.max_taps().saturating_mul(height.max_taps()) <= most
}

/// What doubling costs for each row of the input, in rows folded to a window; and where channels are innermost and have indices.
const DOUBLED_ROWS: usize = 16;
const DOUBLED_INDICES: usize = 7;

/// Whether neighbouring windows share so many taps that doubling them, at this cost for each row, is less than folding each window's
/// rows.
fn doubles(axis: &Axis, cost: usize) -> bool {
    axis.as_long().is_some_and(|sliding| {
        let folded = sliding.kernel_size.saturating_mul(axis.output_len());
        folded > axis.input_len().saturating_mul(cost)
    })
}

impl<'a, S: Simd, T: Element, R: Columns<T>> Worker<'a, S, T, R> {
    /// Pools a band of rows each of which is one window. False as in [`Worker::run_direct`].
    fn run_whole(&self, sink: &mut Sink<'_, '_, S, T, R>) -> bool {
        let [depth, height, width] = self.pass.plane;
        let plane_rows = depth.input_len() * height.input_len();
        let rows_of = |z: usize| {
            let start = z * self.pass.axes[1].input_len();
            start + self.band.height.start..start + self.band.height.end
        };
        let mut is_plain = true;
        let mut values = [R::Fold::IDENTITY; BATCH];
        let mut indices = [R::Fold::no_index(); BATCH];
        for rows in self.band.depth.clone().map(rows_of) {
            for first in rows.clone().step_by(BATCH) {
                let count = BATCH.min(rows.end - first);
                let mut lanes = LanesMut {
                    values: &mut values[..count],
                    indices: &mut indices[..count],
                };
                is_plain &= fold_whole(self.simd, self, first, &mut lanes);
                if !is_plain && !R::MENDS {
                    return false;
                }
                sink.finish_counted(1, lanes.values);
                if const { !R::Fold::HAS_INDICES } {
                    continue;
                }
                let slots = sink.next_indices(count);
                let base = if slots.is_compact() {
                    0
                } else {
                    width.input_len()
                };
                slots.fill(|at| ((first + at) % plane_rows * base) as i64 + indices[at].flat());
            }
        }
        is_plain
    }

    /// Pools a band, of that many planes if it is all of each. False if it met an element that may not be taken in any order: then it
    /// stopped there.
    pub(crate) fn run_direct(
        &self,
        planes: usize,
        buffers: &mut Buffers<'_, R::Fold>,
        sink: &mut Sink<'_, '_, S, T, R>,
    ) -> bool {
        if self.pass.is_whole() {
            return self.run_whole(sink);
        }
        let band = self.band.stacked(planes);
        let chunk = self.rows_at_once(buffers);
        let grid = Grid::new(self.pass);
        let mut looked = Looked::default();
        let mut is_plain = true;
        for z in band.depth.clone() {
            for first in band.height.clone().step_by(chunk) {
                let rows = first..first.saturating_add(chunk).min(band.height.end);
                let looked = &mut looked;
                if const { R::Fold::HAS_INDICES } && buffers.ahead.is_asked() {
                    sink.ask(rows.len() * self.pass.row_len());
                }
                let admitted = if const { fused::is_compiled::<S, T, R>() } && buffers.fuses {
                    self.fuse_rows(grid, (z, rows), (buffers, looked), sink)
                } else {
                    self.pool_rows(grid, (z, rows), (buffers, looked), sink)
                };
                is_plain &= admitted;
                if !is_plain && !R::MENDS {
                    return false;
                }
            }
            looked.end_depth(self.tables[0].window(z));
        }
        is_plain
    }

    /// Pools output rows of one depth whose windows are contracted as they are folded. False as in [`Worker::run_direct`].
    fn fuse_rows(
        &self,
        grid: Grid,
        (z, heights): (usize, Range<usize>),
        (buffers, looked): (&mut Buffers<'_, R::Fold>, &mut Looked),
        sink: &mut Sink<'_, '_, S, T, R>,
    ) -> bool {
        let mut fused = Fused {
            ahead: &mut buffers.ahead,
            counts: (buffers.counts, buffers.alike),
            place: (z, heights.start),
            elements: sink.next_elements(heights.len() * self.pass.row_len()),
            indices: buffers.contracted.indices,
        };
        let outputs = (z, self.tables[1], heights.clone());
        let admitted = gather_rows(self.simd, (self, grid), outputs, looked, &mut fused);
        if admitted {
            self.finish_indices(grid, (z, heights), buffers, sink);
        }
        admitted
    }

    /// Output rows that are made at a time.
    fn rows_at_once(&self, buffers: &Buffers<'_, R::Fold>) -> usize {
        if buffers.fuses && !R::Fold::HAS_INDICES {
            return usize::MAX;
        }
        let near = self.pass.direct_rows::<Value<T, R>>();
        if matches!(self.pass.width, Width::Single) || buffers.sweeps {
            return near;
        }
        // Index lanes take their share.
        let lane = size_of::<T>() + size_of::<<R::Fold as Fold>::Index>();
        near.min(buffers.ahead.rows(self.brought(1) * lane / size_of::<T>()))
    }

    /// Elements that `rows` output rows bring along.
    fn brought(&self, rows: usize) -> usize {
        let height = self.pass.axes[1];
        rows * (height.input_len() / height.output_len().max(1)) * self.pass.source_row_len()
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
        let between = rows_between(self.pass, &self.tables[1], &heights, &buffers.dense);
        let (windows, outputs) = match &between {
            Some(starts) => (buffers.dense, starts.clone()),
            None => (self.tables[1], heights.clone()),
        };
        let folded_rows = outputs.len();
        let place = R::place(sink.target.values);
        let in_place = place.is_some();
        let mut out = place.unwrap_or(buffers.contracted.from(0));
        let (ahead, padded) = (&mut buffers.ahead, &mut buffers.padded);
        let lanes = &mut match self.pass.width {
            Width::Keep => out.from(0),
            _ => buffers.staged.from(0),
        };
        let admitted = if R::SWEEPS && buffers.sweeps {
            let progress = (ahead, looked, padded);
            let lanes = (&mut buffers.spare, lanes);
            sweep_columns(self.simd, (self, grid), (z, outputs), progress, lanes)
        } else {
            let mut staged = Staged {
                ahead,
                first: outputs.start,
                padded,
                lanes,
            };
            let outputs = (z, windows, outputs);
            gather_rows(self.simd, (self, grid), outputs, looked, &mut staged)
        };
        if !admitted && !R::MENDS {
            return false;
        }
        if buffers.ahead.is_asked() && !in_segments::<T, R>(self.pass) {
            let brought = self.brought(rows);
            buffers.ahead.go_on(self.source, brought - brought / 2);
        }
        let staged = (&mut buffers.staged, &mut buffers.spare);
        let tables = (&buffers.windows, &buffers.dense);
        if let Some(starts) = between {
            let places = self.tables[1].list(heights.clone());
            let rows = (folded_rows, starts.start, places);
            self.contract_picked(rows, staged, &buffers.windows, &mut out);
        } else if !self.contract_staged(rows, staged, tables, &mut out) {
            buffers.padded = 0;
        }
        if in_place {
            sink.settle(rows * len);
        } else {
            self.finish_rows(grid, (z, heights), buffers, sink);
        }
        admitted
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
        let counted = |y: usize| self.counted((z, y));
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
        self.finish_indices(grid, (z, heights), buffers, sink);
    }

    /// Makes indices of the index lanes of contracted rows, if they have any.
    fn finish_indices(
        &self,
        grid: Grid,
        (z, heights): (usize, Range<usize>),
        buffers: &Buffers<'_, R::Fold>,
        sink: &mut Sink<'_, '_, S, T, R>,
    ) {
        let len = self.pass.row_len();
        if const { R::Fold::HAS_INDICES } {
            let mut named = Named::new(self.pass);
            for (row, y) in heights.enumerate() {
                let lanes = &buffers.contracted.indices[row * len..][..len];
                let lanes = (lanes, buffers.starts);
                self.write_indices(grid, (z, y), lanes, (&mut named, sink));
            }
        }
    }

    /// Contracts `rows` staged rows. Returns whether their padding is still in place.
    fn contract_staged(
        &self,
        rows: usize,
        (staged, spare): (&mut LanesMut<'_, R::Fold>, &mut LanesMut<'_, R::Fold>),
        (windows, dense): (&Table<'_>, &Table<'_>),
        out: &mut LanesMut<'_, R::Fold>,
    ) -> bool {
        match self.pass.width {
            Width::Keep => {}
            Width::Flat(flat) => return self.contract_flat(flat, rows, (staged, spare), out),
            Width::Single if rows <= dense.len() => {
                let all = (rows, 0, dense.list(0..rows));
                self.contract_picked(all, (staged, spare), windows, out);
            }
            Width::Single => contract_single(self.simd, self.pass, rows, (staged, windows), out),
            Width::Groups => {
                for row in 0..rows {
                    let from = row * self.pass.staged_pitch();
                    self.contract_row((staged, from), windows, (out, row * self.pass.row_len()));
                }
            }
        }
        true
    }

    /// Contracts staged rows whose windows have as many taps, but lie anywhere: folds those at every position, and picks, of
    /// rows as well. Those are the number that is staged, the first of them, and start and taps of those that are picked.
    fn contract_picked(
        &self,
        (staged_rows, first, rows): (usize, usize, &[[i64; 2]]),
        (staged, spare): (&mut LanesMut<'_, R::Fold>, &mut LanesMut<'_, R::Fold>),
        windows: &Table<'_>,
        out: &mut LanesMut<'_, R::Fold>,
    ) {
        let pitch = self.pass.staged_pitch();
        let step = self.pass.axes[2].step();
        let taps = Taps::new(0, windows.window(0).1, step);
        let len = staged_rows * pitch - (taps.count - 1) * step;
        self.fold(staged, taps, len, spare);
        let picked = windows.list(0..self.pass.row_len());
        let rows = (rows, first, pitch);
        pick_lanes(self.simd, spare.as_ref(), rows, picked, out);
    }
}

/// The rows from the first to the last at which windows of `heights` begin, if those all have as many taps, but few, as have
/// those along the width, and folding the rows between them as well costs less than folding each by itself.
fn rows_between(
    pass: &Pass<'_>,
    table: &Table<'_>,
    heights: &Range<usize>,
    dense: &Table<'_>,
) -> Option<Range<usize>> {
    if dense.len() == 0 {
        return None;
    }
    let taps = table.taps(heights.clone());
    taps.filter(|&taps| taps < LONG)?;
    let start = |output: usize| table.window(output).0;
    let starts = start(heights.start)..start(heights.end - 1) + 1;
    (starts.len() <= pass.most_folded(heights.len())).then_some(starts)
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
    let is_plain = admits::<S, T, R>(simd, rows);
    if !is_plain && !R::MENDS {
        return false;
    }
    for (at, row) in rows.chunks_exact(len).enumerate() {
        lanes.set(at, worker.reducer.fold_row(simd, row));
    }
    is_plain
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
            let taps = Taps::new(start, count, step);
            out.set(
                row * pass.row_len() + output,
                fold_many(&staged.as_ref(), taps),
            );
        }
    }
}
