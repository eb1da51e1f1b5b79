//! The long way through a band, in torch's order: rows are staged and contracted, then folded along height and depth.
//!
//! Every pass can go this way.

use fearless_simd::Simd;
use fearless_simd_macros::simd;

use crate::buffers::Buffers;
use crate::element::Element;
use crate::fold::{Fold, LanesMut};
use crate::index::IndexLane;
use crate::kernel::{Lines, Taps, fold_taps};
use crate::pass::{Divide, Flat, Width};
use crate::plane::Worker;
use crate::reduce::{Counts, InOrder, Value};
use crate::sink::Sink;
use crate::stage::Stage;
use crate::stuffed::{finish_halves, stuff};

impl<S: Simd, T: Element, R: InOrder<T>> Worker<'_, S, T, R> {
    /// Pools a band.
    pub(crate) fn run_ordered(
        &self,
        [depth, height]: &[Stage<'_>; 2],
        buffers: &mut Buffers<'_, R::Fold>,
        sink: &mut Sink<'_, '_, S, T, R>,
    ) {
        let band = self.band;
        let [along_depth, along_height, _] = self.pass.axes;
        let len = self.pass.folded_row_len();
        let slab = band.height.len() * len;
        // What was divided as it was lifted is not changed any more.
        let is_divided = self.pass.counted.1 == Divide::Lifted;
        for position in 0..depth.positions() {
            let Some(z) = depth.input(position) else {
                continue;
            };
            self.contract(z, height, buffers);
            let left = height.prepare(self.simd, &mut buffers.contracted, &mut buffers.spare, len);
            let first = band.height.start;
            let taps = |row: usize| height.taps(&self.tables[1], first + row, len, left);
            if along_depth.is_identity()
                && self.finish_halves((&buffers.contracted, &taps), &mut buffers.row, sink)
            {
                continue;
            }
            if along_depth.is_identity()
                && let Some(stride) = height.long_stride()
            {
                let lines = Lines {
                    rows: band.height.len(),
                    len,
                    from: stride * len,
                    to: len,
                };
                if self.fold_in_place((&buffers.contracted, left), lines, sink) {
                    continue;
                }
            }
            for (row, y) in band.height.clone().enumerate() {
                let taps = taps(row);
                if !along_depth.is_identity() {
                    let mut out = buffers.folded.from(position * slab + row * len);
                    self.fold(&buffers.contracted, taps, len, &mut out);
                } else if along_height.is_identity() || (taps.count == 1 && is_divided) {
                    sink.finish((z, y), &mut buffers.contracted.from(taps.start));
                } else {
                    let lanes = (&buffers.contracted, taps);
                    self.fold_and_finish(lanes, (z, y), &mut buffers.row, sink);
                }
            }
        }
        if !along_depth.is_identity() {
            self.fold_depths(depth, (len, slab), buffers, sink);
        }
    }

    /// Folds rows that were folded along the height along the depth too, and finishes them. They have `len` lanes, and those of a depth
    /// `slab`.
    fn fold_depths(
        &self,
        depth: &Stage<'_>,
        (len, slab): (usize, usize),
        buffers: &mut Buffers<'_, R::Fold>,
        sink: &mut Sink<'_, '_, S, T, R>,
    ) {
        let left = depth.prepare(self.simd, &mut buffers.folded, &mut buffers.spare, slab);
        for z in self.band.depth.clone() {
            let all = depth.taps(&self.tables[0], z, slab, left);
            let taps = |row: usize| Taps {
                start: all.start + row * len,
                ..all
            };
            if self.finish_halves((&buffers.folded, &taps), &mut buffers.row, sink) {
                continue;
            }
            for (row, y) in self.band.height.clone().enumerate() {
                let lanes = (&buffers.folded, taps(row));
                self.fold_and_finish(lanes, (z, y), &mut buffers.row, sink);
            }
        }
    }

    /// Folds all rows of a depth of the band and finishes them, if they are summed in halves: a row is folded of its `taps`.
    fn finish_halves(
        &self,
        (source, taps): (&LanesMut<'_, R::Fold>, &dyn Fn(usize) -> Taps),
        spare: &mut LanesMut<'_, R::Fold>,
        sink: &mut Sink<'_, '_, S, T, R>,
    ) -> bool {
        if const { R::SPREADS }
            && let Some(halves) = self.pass.halves()
        {
            let len = self.pass.row_len();
            let elements = sink.next_elements(self.band.height.len() * len);
            let (simd, reducer) = (self.simd, self.reducer);
            let lanes = (source, spare);
            finish_halves(simd, reducer, (halves, taps), lanes, (elements, len));
            return true;
        }
        false
    }

    /// Folds rows to where they belong, if elements are made there.
    fn fold_in_place(
        &self,
        (source, taps): (&LanesMut<'_, R::Fold>, Taps),
        lines: Lines,
        sink: &mut Sink<'_, '_, S, T, R>,
    ) -> bool {
        let place = R::place(sink.target.values);
        let Some(mut out) = place else {
            return false;
        };
        fold_taps::<S, R::Fold, 1>(self.simd, source.as_ref(), taps, lines, &mut out);
        sink.settle(lines.rows * lines.len);
        true
    }

    /// Folds the output row at `place`, and finishes it.
    fn fold_and_finish(
        &self,
        (source, taps): (&LanesMut<'_, R::Fold>, Taps),
        place: (usize, usize),
        row: &mut LanesMut<'_, R::Fold>,
        sink: &mut Sink<'_, '_, S, T, R>,
    ) {
        let len = self.pass.folded_row_len();
        if !self.fold_in_place((source, taps), Lines::row(len), sink) {
            self.fold(source, taps, len, row);
            sink.finish(place, row);
        }
    }

    /// Contracts the rows of depth `z` that `height` reads.
    fn contract(&self, z: usize, height: &Stage<'_>, buffers: &mut Buffers<'_, R::Fold>) {
        let len = self.pass.folded_row_len();
        let is_kept = matches!(self.pass.width, Width::Keep) || self.pass.halves().is_some();
        let chunk = self.pass.staged_rows::<Value<T, R>>(height.positions());
        for first in (0..height.positions()).step_by(chunk) {
            let rows = chunk.min(height.positions() - first);
            for row in 0..rows {
                let Some(y) = height.input(first + row) else {
                    continue;
                };
                let mut out = if is_kept {
                    buffers.contracted.from((first + row) * len)
                } else {
                    buffers.staged.from(row * self.pass.staged_pitch())
                };
                let counts = self.counts(Divide::Lifted, (z, y), buffers.counts);
                self.stage((z, y), counts.as_ref(), &mut out, &mut buffers.row);
            }
            let mut out = buffers.contracted.from(first * len);
            match self.pass.width {
                Width::Keep => {}
                Width::Flat(Flat {
                    halves: Some(_), ..
                }) => {}
                Width::Flat(flat) => {
                    let scratch = (&mut buffers.staged, &mut buffers.spare);
                    self.contract_flat(flat, rows, scratch, &mut out);
                }
                Width::Groups | Width::Single => {
                    self.contract_row((&buffers.staged, 0), &buffers.windows, (&mut out, 0));
                }
            }
        }
    }

    /// Lifts one row to lanes, its padding in place where the width is flat; `spare` holds a row.
    fn stage(
        &self,
        (z, y): (usize, usize),
        counts: Option<&Counts<'_, Value<T, R>>>,
        lanes: &mut LanesMut<'_, R::Fold>,
        spare: &mut LanesMut<'_, R::Fold>,
    ) {
        let (inner, len) = (self.pass.inner, self.pass.source_row_len());
        let row = z * self.pass.axes[1].input_len() + y;
        let source = &self.source[row * len..][..len];
        let (before, pitch) = match self.pass.width {
            Width::Flat(Flat {
                sliding,
                pitch,
                hop: 1,
                ..
            }) => (sliding.padding[0].min(pitch), pitch),
            Width::Flat(Flat {
                halves: Some(halves),
                ..
            }) => (halves.before, halves.pitch),
            Width::Flat(flat) if const { R::SPREADS } => {
                let sums = &mut spare.values[..len];
                lift_row(self.simd, self.reducer, counts, source, sums);
                let before = flat.sliding.padding[0] * inner;
                lanes.clear(0, before);
                let places = &mut lanes.values[before..flat.pitch * inner];
                stuff(self.simd, sums, (flat.hop, inner), places);
                return;
            }
            Width::Flat(_) | Width::Keep | Width::Groups | Width::Single => {
                (0, self.pass.axes[2].input_len())
            }
        };
        let inside = self.pass.axes[2].input_len().min(pitch - before);
        let (first, end) = (before * inner, (before + inside) * inner);
        lanes.clear(0, first);
        lanes.clear(end, (pitch - before - inside) * inner);
        lift_row(
            self.simd,
            self.reducer,
            counts,
            &source[..inside * inner],
            &mut lanes.values[first..end],
        );
        if const { R::Fold::HAS_INDICES } {
            self.stage_indices(row, before..before + inside, lanes);
        }
    }

    /// Writes the flat index of each element of `row`, which lies at the positions `inside`.
    fn stage_indices(
        &self,
        row: usize,
        inside: std::ops::Range<usize>,
        lanes: &mut LanesMut<'_, R::Fold>,
    ) {
        let [depth, height, width] = self.pass.plane;
        let base = row % (depth.input_len() * height.input_len()) * width.input_len();
        let mut write = |position: usize, input: usize| {
            let group = position * self.pass.inner..(position + 1) * self.pass.inner;
            lanes.indices[group].fill(IndexLane::of(base + input));
        };
        for position in inside.clone() {
            write(position, position - inside.start);
        }
        for position in 0..inside.start {
            // The index of padding before the input is that of the first tap inside.
            let input =
                (position as isize - inside.start as isize).rem_euclid(width.step() as isize);
            if (input as usize) < inside.len() {
                write(position, input as usize);
            }
        }
    }
}

#[simd]
fn lift_row<S: Simd, T: Element, R: InOrder<T>>(
    simd: S,
    reducer: &R,
    counts: Option<&Counts<'_, Value<T, R>>>,
    elements: &[T],
    lanes: &mut [Value<T, R>],
) {
    reducer.lift(elements, counts, lanes);
}
