//! Pools one band of one plane: stages rows, contracts them, folds them along height and depth, finishes them.

use fearless_simd::Simd;
use fearless_simd_macros::simd;

use crate::direct::{self, tabulate};
use crate::element::Element;
use crate::fold::{Fold, LanesMut};
use crate::index::{IndicesMut, Locator};
use crate::kernel::{LONG, Taps, fold_long, fold_one, fold_taps, thin};
use crate::pass::{Band, Divide, Flat, Pass, Sizes, Width};
use crate::reduce::{Counting, Counts, Reducer, Value};
use crate::scratch::{Arena, Slot};
use crate::stage::Stage;
use crate::window::{Axis, Window};

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
    fn reborrow(&mut self) -> Target<'_, T> {
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

/// Scratch memory of a band.
pub(crate) struct Buffers<'a, F: Fold> {
    /// Rows as they are lifted.
    pub(crate) staged: LanesMut<'a, F>,
    /// Result of a long fold.
    pub(crate) spare: LanesMut<'a, F>,
    /// Contracted rows of one depth.
    pub(crate) contracted: LanesMut<'a, F>,
    /// Rows folded along the height, of all depths.
    folded: LanesMut<'a, F>,
    /// One row.
    row: LanesMut<'a, F>,
    /// Start and taps of each window along the width, where they are not alike.
    pub(crate) windows: &'a [i64],
    /// The same along the height, for the rows of the band.
    pub(crate) heights: &'a [i64],
    /// What is counted of each of them.
    pub(crate) height_counts: &'a [i64],
    /// Counts along the width.
    counts: &'a [F::Value],
}

/// A thread at work on the planes of one pass.
pub(crate) struct Worker<'a, S, T, R> {
    pub(crate) simd: S,
    pub(crate) pass: &'a Pass<'a>,
    pub(crate) reducer: &'a R,
    /// The elements of one plane.
    pub(crate) source: &'a [T],
}

/// The same band of some planes in a row: their elements, and the pieces of the target that the band owns.
pub(crate) struct Pieces<'a, T> {
    pub(crate) source: &'a [T],
    /// Elements of one plane, and of one piece.
    pub(crate) each: (usize, usize),
    pub(crate) target: Target<'a, T>,
}

/// Words of scratch memory that [`run`] takes for a band.
pub(crate) fn scratch_words<T: Element, R: Reducer<T>>(pass: &Pass<'_>, band: &Band) -> usize {
    type Any<T, R> = <R as Reducer<T>>::AnyOrder;
    let sizes = pass.sizes::<Value<T, R>>(band);
    let direct = pass.direct_sizes::<Value<T, Any<T, R>>>(band);
    pass.scratch_words::<R::Fold>(band, &sizes)
        + pass.scratch_words::<<Any<T, R> as Reducer<T>>::Fold>(band, &direct)
}

/// Runs one band of some planes: rows first where the elements allow it, else in torch's order.
pub(crate) fn run<S: Simd, T: Element, R: Reducer<T>>(
    simd: S,
    (pass, reducer): (&Pass<'_>, &R),
    (band, mut arena): (&Band, Arena<'_>),
    Pieces {
        source,
        each: (plane, piece),
        mut target,
    }: Pieces<'_, T>,
) {
    let any = reducer.any_order().filter(|_| direct::fits(pass));
    let mut quick = any.as_ref().map(|any| {
        let worker = Worker::new(simd, pass, any);
        let sizes = pass.direct_sizes::<Value<T, R::AnyOrder>>(band);
        (worker.buffers(band, &sizes, &mut arena), worker)
    });
    let mut exact = Worker::new(simd, pass, reducer);
    for source in source.chunks_exact(plane.max(1)) {
        let (mut piece, rest) = target.split_at(piece);
        target = rest;
        if let Some((buffers, worker)) = &mut quick {
            worker.source = source;
            let mut sink = Sink {
                worker,
                counts: buffers.counts,
                target: piece.reborrow(),
            };
            if worker.run_direct(band, buffers, &mut sink) {
                continue;
            }
        }
        exact.source = source;
        let sizes = pass.sizes::<Value<T, R>>(band);
        let mut buffers = exact.buffers(band, &sizes, &mut arena.rest());
        let mut sink = Sink {
            worker: &exact,
            counts: buffers.counts,
            target: piece,
        };
        exact.run(band, &mut buffers, &mut sink);
    }
}

impl<'a, S: Simd, T: Element, R: Reducer<T>> Worker<'a, S, T, R> {
    fn new(simd: S, pass: &'a Pass<'a>, reducer: &'a R) -> Self {
        Self {
            simd,
            pass,
            reducer,
            source: &[],
        }
    }

    fn buffers<'b>(
        &self,
        band: &Band,
        sizes: &Sizes,
        arena: &mut Arena<'b>,
    ) -> Buffers<'b, R::Fold> {
        let axis = self.pass.axes[2];
        let windows = i64::take(arena, 2 * axis.output_len());
        tabulate(axis, 0..axis.output_len(), windows);
        let heights = i64::take(arena, 2 * band.height.len());
        tabulate(self.pass.axes[1], band.height.clone(), heights);
        let height_counts = i64::take(arena, band.height.len());
        if self.pass.counted.1 == Divide::Folded {
            for (slot, output) in height_counts.iter_mut().zip(band.height.clone()) {
                *slot = self.count_at(1, output);
            }
        }
        let counted = self.pass.counted.0[2];
        let counts: &mut [Value<T, R>] = Slot::take(arena, counted.output_len());
        if self.reducer.counting() != Counting::None {
            for (slot, window) in counts.iter_mut().zip(counted.windows()) {
                *slot = self.reducer.width(count(self.reducer.counting(), window));
            }
        }
        Buffers {
            staged: arena.lanes(sizes.staged),
            spare: arena.lanes(sizes.spare),
            contracted: arena.lanes(sizes.contracted),
            folded: arena.lanes(sizes.folded),
            row: arena.lanes(sizes.row),
            windows,
            heights,
            height_counts,
            counts,
        }
    }

    fn run(
        &self,
        band: &Band,
        buffers: &mut Buffers<'_, R::Fold>,
        sink: &mut Sink<'_, '_, S, T, R>,
    ) {
        let [along_depth, along_height, _] = self.pass.axes;
        let depth = Stage::new(along_depth, band.depth.clone());
        let height = Stage::new(along_height, band.height.clone());
        let (pitch, len) = (self.pass.row_pitch(), self.pass.row_len());
        let slab = band.height.len() * pitch;
        for position in 0..depth.positions() {
            let Some(z) = depth.input(position) else {
                continue;
            };
            self.contract(z, &height, buffers);
            height.prepare(
                self.simd,
                &mut buffers.contracted,
                &mut buffers.spare,
                pitch,
            );
            for (row, y) in band.height.clone().enumerate() {
                let taps = height.taps(y, pitch);
                if !along_depth.is_identity() {
                    let mut out = buffers.folded.from(position * slab + row * pitch);
                    self.fold(&buffers.contracted, taps, len, &mut out);
                } else if along_height.is_identity() {
                    sink.finish((z, y), &mut buffers.contracted.from(taps.start));
                } else {
                    self.fold(&buffers.contracted, taps, len, &mut buffers.row);
                    sink.finish((z, y), &mut buffers.row);
                }
            }
        }
        if along_depth.is_identity() {
            return;
        }
        depth.prepare(self.simd, &mut buffers.folded, &mut buffers.spare, slab);
        for z in band.depth.clone() {
            for (row, y) in band.height.clone().enumerate() {
                let mut taps = depth.taps(z, slab);
                taps.start += row * pitch;
                self.fold(&buffers.folded, taps, len, &mut buffers.row);
                sink.finish((z, y), &mut buffers.row);
            }
        }
    }

    fn fold(
        &self,
        source: &LanesMut<'_, R::Fold>,
        taps: Taps,
        len: usize,
        out: &mut LanesMut<'_, R::Fold>,
    ) {
        fold_taps::<S, R::Fold, 1>(self.simd, source.as_ref(), taps, len, out);
    }

    /// Contracts the rows of depth `z` that `height` reads.
    fn contract(&self, z: usize, height: &Stage<'_>, buffers: &mut Buffers<'_, R::Fold>) {
        let pitch = self.pass.row_pitch();
        let chunk = self.pass.staged_rows::<Value<T, R>>(height.positions());
        for first in (0..height.positions()).step_by(chunk) {
            let rows = chunk.min(height.positions() - first);
            for row in 0..rows {
                let Some(y) = height.input(first + row) else {
                    continue;
                };
                let mut out = match self.pass.width {
                    Width::Keep => buffers.contracted.from((first + row) * pitch),
                    _ => buffers.staged.from(row * self.pass.staged_pitch()),
                };
                let counts = self.counts(Divide::Lifted, (z, y), buffers.counts);
                self.stage((z, y), counts.as_ref(), &mut out, &mut buffers.row);
            }
            match self.pass.width {
                Width::Keep => {}
                Width::Flat(flat) => self.contract_flat(flat, rows, first * pitch, buffers),
                Width::Groups | Width::Single => self.contract_row(0, first * pitch, buffers),
            }
        }
    }

    /// Contracts `rows` staged rows whose windows are alike, to lane `at` on.
    pub(crate) fn contract_flat(
        &self,
        flat: Flat,
        rows: usize,
        at: usize,
        buffers: &mut Buffers<'_, R::Fold>,
    ) {
        let (sliding, inner) = (flat.sliding, self.pass.inner);
        let outputs = self.pass.axes[2].output_len();
        let len = ((rows - 1) * flat.pitch + (outputs - 1) * sliding.stride + 1) * inner;
        let taps = Taps {
            start: 0,
            count: sliding.kernel_size,
            step: sliding.dilation * inner,
        };
        let mut out = buffers.contracted.from(at);
        if sliding.kernel_size >= LONG {
            fold_long(
                self.simd,
                &mut buffers.staged,
                (taps.count, taps.step),
                len,
                &mut buffers.spare,
            );
        } else if sliding.stride == 1 {
            return self.fold(&buffers.staged, taps, len, &mut out);
        } else if sliding.stride == 2 && inner == 1 {
            return fold_taps::<S, R::Fold, 2>(
                self.simd,
                buffers.staged.as_ref(),
                taps,
                len,
                &mut out,
            );
        } else {
            self.fold(&buffers.staged, taps, len, &mut buffers.spare);
        }
        let groups = (rows - 1) * (flat.pitch / sliding.stride) + outputs;
        thin(
            &buffers.spare.as_ref(),
            (sliding.stride, inner),
            groups,
            &mut out,
        );
    }

    /// Contracts the staged row at lane `from` window by window, to lane `at` on.
    pub(crate) fn contract_row(&self, from: usize, at: usize, buffers: &mut Buffers<'_, R::Fold>) {
        let (axis, inner) = (self.pass.axes[2], self.pass.inner);
        let mut out = buffers.contracted.from(at);
        let windows = buffers.windows.chunks_exact(2).take(axis.output_len());
        for (output, window) in windows.enumerate() {
            let (start, count) = (from + window[0] as usize * inner, window[1] as usize);
            let taps = Taps {
                start,
                count,
                step: axis.step() * inner,
            };
            if inner == 1 {
                out.set(output, fold_one(&buffers.staged.as_ref(), taps));
            } else {
                self.fold(&buffers.staged, taps, inner, &mut out.from(output * inner));
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
            }) => (sliding.padding[0].min(pitch), pitch),
            Width::Flat(Flat {
                sliding,
                pitch,
                hop,
            }) => {
                lift_row(
                    self.simd,
                    self.reducer,
                    counts,
                    source,
                    &mut spare.values[..len],
                );
                lanes.clear(0, pitch * inner);
                let places =
                    lanes.values[sliding.padding[0] * inner..pitch * inner].chunks_mut(hop * inner);
                for (group, place) in spare.values[..len].chunks_exact(inner).zip(places) {
                    place[..inner].copy_from_slice(group);
                }
                return;
            }
            Width::Keep | Width::Groups | Width::Single => (0, self.pass.axes[2].input_len()),
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
        if size_of::<<R::Fold as Fold>::Index>() > 0 {
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
            lanes.indices[group].fill(<R::Fold as Fold>::index(base + input));
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

    /// The divisors of the row at `(z, y)`, if that is when this pass divides.
    fn counts<'b>(
        &self,
        when: Divide,
        (z, y): (usize, usize),
        width: &'b [Value<T, R>],
    ) -> Option<Counts<'b, Value<T, R>>> {
        if self.pass.counted.1 != when {
            return None;
        }
        self.counts_of(self.count_at(0, z) * self.count_at(1, y), width)
    }

    /// The divisors of a row, of whose windows `rest` is counted along depth and height.
    fn counts_of<'b>(
        &self,
        rest: i64,
        width: &'b [Value<T, R>],
    ) -> Option<Counts<'b, Value<T, R>>> {
        let rest = match self.reducer.counting() {
            Counting::None => return None,
            Counting::Fixed(divisor) => divisor,
            Counting::Taps | Counting::Span => rest,
        };
        let width = &width[..self.pass.counted.0[2].output_len()];
        Some(Counts {
            width,
            rest,
            inner: self.pass.inner,
        })
    }

    /// What is counted of a window along one axis.
    pub(crate) fn count_at(&self, axis: usize, output: usize) -> i64 {
        match self.reducer.counting() {
            Counting::None | Counting::Fixed(_) => 1,
            counting => count(counting, self.pass.counted.0[axis].window(output)),
        }
    }
}

/// What `counting` counts of a window: at least 1, so that an empty window's mean is 0.
fn count(counting: Counting, window: Window) -> i64 {
    match counting {
        Counting::None | Counting::Fixed(_) => 1,
        Counting::Taps => window.taps.max(1) as i64,
        Counting::Span => window.span.max(1) as i64,
    }
}

/// Where finished rows go, one after the other.
pub(crate) struct Sink<'a, 'b, S, T, R: Reducer<T>>
where
    T: Element,
{
    worker: &'a Worker<'a, S, T, R>,
    counts: &'a [Value<T, R>],
    target: Target<'b, T>,
}

impl<'b, S: Simd, T: Element, R: Reducer<T>> Sink<'_, 'b, S, T, R> {
    /// The slots of the next `len` indices.
    pub(crate) fn next_indices(&mut self, len: usize) -> IndicesMut<'b> {
        let (slots, rest) = std::mem::take(&mut self.target.indices).split_at(len);
        self.target.indices = rest;
        slots
    }

    /// Makes elements of a folded row.
    fn finish_values(&mut self, place: (usize, usize), row: &mut LanesMut<'_, R::Fold>) {
        let counts = self.worker.counts(Divide::Folded, place, self.counts);
        self.finish_with(counts, row);
    }

    /// Makes elements of a folded row, of whose windows `rest` is counted along depth and height.
    pub(crate) fn finish_counted(&mut self, rest: i64, row: &mut LanesMut<'_, R::Fold>) {
        let counts = self.worker.counts_of(rest, self.counts);
        self.finish_with(counts, row);
    }

    fn finish_with(
        &mut self,
        counts: Option<Counts<'_, Value<T, R>>>,
        row: &mut LanesMut<'_, R::Fold>,
    ) {
        let len = self.worker.pass.row_len();
        let (values, rest) = std::mem::take(&mut self.target.values).split_at_mut(len);
        self.target.values = rest;
        finish_row(
            self.worker.simd,
            self.worker.reducer,
            counts.as_ref(),
            &mut row.values[..len],
            values,
        );
    }

    /// Makes elements of a folded row, and indices of its index lanes.
    fn finish(&mut self, place: (usize, usize), row: &mut LanesMut<'_, R::Fold>) {
        let (pass, len) = (self.worker.pass, self.worker.pass.row_len());
        self.finish_values(place, row);
        let slots = self.next_indices(len);
        let indices = &row.indices[..len];
        if slots.is_compact() {
            number(pass, place, slots, |at| R::Fold::flat(indices[at]));
        } else if pass.may_be_empty {
            let [depth, height, width] = pass.axes;
            let is_empty = depth.window(place.0).taps == 0 || height.window(place.1).taps == 0;
            // Windows without a tap have no index.
            slots.fill(|at| {
                if is_empty || width.window(at / pass.inner).taps == 0 {
                    -1
                } else {
                    R::Fold::flat(indices[at])
                }
            });
        } else {
            slots.fill(|at| R::Fold::flat(indices[at]));
        }
    }
}

/// Numbers the taps that a row's flat indices are.
fn number(
    pass: &Pass<'_>,
    (z, y): (usize, usize),
    slots: IndicesMut<'_>,
    flat: impl Fn(usize) -> i64,
) {
    let [depth, height, _] = pass.plane;
    let row = (z * pass.axes[1].output_len() + y) % (depth.output_len() * height.output_len());
    let place = (row / height.output_len(), row % height.output_len());
    let locator = Locator::new(pass.plane, pass.plane.map(Axis::max_taps), place);
    slots.fill(|at| locator.number(flat(at), at / pass.inner));
}

#[simd]
fn lift_row<S: Simd, T: Element, R: Reducer<T>>(
    simd: S,
    reducer: &R,
    counts: Option<&Counts<'_, Value<T, R>>>,
    elements: &[T],
    lanes: &mut [Value<T, R>],
) {
    reducer.lift(elements, counts, lanes);
}

#[simd]
fn finish_row<S: Simd, T: Element, R: Reducer<T>>(
    simd: S,
    reducer: &R,
    counts: Option<&Counts<'_, Value<T, R>>>,
    lanes: &mut [Value<T, R>],
    elements: &mut [T],
) {
    reducer.finish(lanes, counts, elements);
}
