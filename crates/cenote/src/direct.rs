//! The short way through a band: the rows of a window are folded straight from the tensor, then its columns.
//!
//! Each output row takes one look at its source rows, and all else stays in the first cache. Taps are not merged in
//! torch's order, so only [`Columns`] go this way.

use fearless_simd::Simd;
use fearless_simd_macros::simd;

use crate::columns::{Columns, MOST_ROWS, ROW_SHIFT};
use crate::element::Element;
use crate::fold::Fold;
use crate::index::IndexSlot;
use crate::pass::{Band, Divide, Flat, Pass, Width};
use crate::plane::{Buffers, Sink, Worker};
use crate::reduce::Value;
use crate::window::{Axis, Window};

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
        && pass.source_row_len() + pass.staged_pitch() < 1 << ROW_SHIFT
        && !pass.may_be_empty
}

/// The rows of one output row's windows.
struct Rows<'a, T> {
    rows: [&'a [T]; MOST_ROWS],
    count: usize,
}

/// A pair of numbers in a table of windows.
fn window_at(table: &[i64], at: usize) -> (usize, usize) {
    (table[2 * at] as usize, table[2 * at + 1] as usize)
}

impl<'a, S: Simd, T: Element, R: Columns<T>> Worker<'a, S, T, R> {
    /// The elements that a band reads: those from its first row to its last.
    pub(crate) fn region(&self, band: &Band) -> &'a [T] {
        let [depth, height, _] = self.pass.axes;
        let (depths, heights) = (depth.inputs(band.depth.clone()), height.inputs(band.height.clone()));
        if depths.is_empty() || heights.is_empty() {
            return &[];
        }
        let (tall, len) = (height.input_len(), self.pass.source_row_len());
        &self.source[(depths.start * tall + heights.start) * len..((depths.end - 1) * tall + heights.end) * len]
    }

    /// Calls `each` with the number of every row that the output row reads, in order: among the source's rows, and
    /// among the window's.
    #[inline(always)]
    fn each_row(&self, depth: Window, (start, taps): (usize, usize), mut each: impl FnMut(usize, usize)) {
        let [along_depth, along_height, _] = self.pass.axes;
        let most = along_height.max_taps();
        for z in 0..depth.taps {
            let slab = (depth.start + z * along_depth.step()) * along_height.input_len();
            for y in 0..taps {
                each(slab + start + y * along_height.step(), z * most + y);
            }
        }
    }

    /// Pools a band.
    pub(crate) fn run_direct<I: IndexSlot>(
        &self,
        band: &Band,
        buffers: &mut Buffers<'_, R::Fold>,
        sink: &mut Sink<'_, '_, S, T, R, I>,
    ) {
        let chunk = self.pass.direct_rows::<Value<T, R>>();
        let pitch = self.pass.row_pitch();
        for z in band.depth.clone() {
            let depth = self.pass.axes[0].window(z);
            for first in (0..band.height.len()).step_by(chunk) {
                let rows = chunk.min(band.height.len() - first);
                fold_columns(self.simd, self, depth, (first, rows), buffers);
                match self.pass.width {
                    Width::Keep => std::mem::swap(&mut buffers.staged, &mut buffers.contracted),
                    Width::Flat(flat) => self.contract_flat(flat, rows, 0, buffers),
                    Width::Groups | Width::Single => {
                        for row in 0..rows {
                            self.contract_row(row * self.pass.staged_pitch(), row * pitch, buffers);
                        }
                    }
                }
                for row in 0..rows {
                    let y = band.height.start + first + row;
                    let window = window_at(buffers.heights, first + row);
                    let mut lanes = buffers.contracted.from(row * pitch);
                    sink.finish_values((z, y), &mut lanes);
                    if size_of::<I>() > 0 {
                        let indices = &lanes.indices[..self.pass.row_len()];
                        self.write_indices(depth, window, (indices, buffers.windows), sink);
                    }
                }
            }
        }
    }

    /// Makes indices of a row's index lanes, which name a row of the window and a lane of it.
    fn write_indices<I: IndexSlot>(
        &self,
        depth: Window,
        window: (usize, usize),
        (lanes, windows): (&[<R::Fold as Fold>::Index], &[i64]),
        sink: &mut Sink<'_, '_, S, T, R, I>,
    ) {
        const COLUMN: i64 = (1 << ROW_SHIFT) - 1;
        let [plane_depth, plane_height, width] = self.pass.plane;
        let plane_rows = plane_depth.input_len() * plane_height.input_len();
        let mut bases = [0i64; MOST_ROWS];
        let mut at = 0;
        self.each_row(depth, window, |row, number| {
            bases[at] = if I::COMPACT {
                (number * width.max_taps()) as i64
            } else {
                (row % plane_rows * width.input_len()) as i64
            };
            at += 1;
        });
        let inner = self.pass.inner as i64;
        let slots = sink.next_indices(lanes.len());
        let flat = |index: &<R::Fold as Fold>::Index| R::Fold::flat(*index);
        let base = |index: i64| bases[(index >> ROW_SHIFT) as usize % MOST_ROWS];
        if !I::COMPACT && inner == 1 {
            for (slot, index) in slots.iter_mut().zip(lanes.iter().map(flat)) {
                *slot = I::from_number(base(index) + (index & COLUMN));
            }
        } else if !I::COMPACT {
            for (slot, index) in slots.iter_mut().zip(lanes.iter().map(flat)) {
                *slot = I::from_number(base(index) + (index & COLUMN) / inner);
            }
        } else {
            let step = width.step() as i64;
            let groups = slots.chunks_exact_mut(inner as usize).zip(lanes.chunks_exact(inner as usize));
            for ((slots, lanes), window) in groups.zip(windows.chunks_exact(2)) {
                for (slot, index) in slots.iter_mut().zip(lanes.iter().map(flat)) {
                    let column = (index & COLUMN) / inner - window[0];
                    let tap = if step == 1 { column } else { column / step };
                    *slot = I::from_number(base(index) + tap);
                }
            }
        }
    }
}

/// Folds the source rows of `count` output rows from `first` on, each to a staged row.
#[simd]
fn fold_columns<S: Simd, T: Element, R: Columns<T>>(
    simd: S,
    worker: &Worker<'_, S, T, R>,
    depth: Window,
    (first, count): (usize, usize),
    buffers: &mut Buffers<'_, R::Fold>,
) {
    let len = worker.pass.source_row_len();
    let pitch = worker.pass.staged_pitch();
    let before = match worker.pass.width {
        Width::Flat(Flat { sliding, .. }) => sliding.padding[0] * worker.pass.inner,
        Width::Keep | Width::Groups | Width::Single => 0,
    };
    let inside = len.min(pitch.saturating_sub(before));
    for row in 0..count {
        let mut rows = Rows { rows: [&[]; MOST_ROWS], count: 0 };
        worker.each_row(depth, window_at(buffers.heights, first + row), |number, _| {
            rows.rows[rows.count] = &worker.source[number * len..][..inside];
            rows.count += 1;
        });
        let mut lanes = buffers.staged.from(row * pitch);
        lanes.clear(0, before);
        lanes.clear(before + inside, pitch - before - inside);
        let mut lanes = lanes.from(before);
        worker.reducer.fold_rows(&rows.rows[..rows.count], &mut lanes, inside);
    }
}

/// The windows of some outputs, as a table.
pub(crate) fn tabulate(axis: &Axis, outputs: std::ops::Range<usize>, table: &mut [i64]) {
    for (slots, output) in table.chunks_exact_mut(2).zip(outputs) {
        let window = axis.window(output);
        slots.copy_from_slice(&[window.start as i64, window.taps as i64]);
    }
}
