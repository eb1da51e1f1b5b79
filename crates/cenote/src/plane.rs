//! Pools one band of some planes, by the shortest way that gives torch's result.

use std::ops::Range;

use fearless_simd::Simd;

use crate::direct;
use crate::element::Element;
use crate::fold::{Fold, LanesMut};
use crate::kernel::{LONG, Taps, fold_long, fold_one, fold_taps, thin};
use crate::pass::{Band, Divide, Flat, Pass, Sizes};
use crate::reduce::{Counting, Counts, Finish, Reducer, Value};
use crate::scratch::{Arena, Slot};
use crate::sink::{Sink, Target};
use crate::window::{Axis, Window};

/// Scratch memory of a band.
pub(crate) struct Buffers<'a, F: Fold> {
    /// Rows as they are lifted.
    pub(crate) staged: LanesMut<'a, F>,
    /// Result of a long fold.
    pub(crate) spare: LanesMut<'a, F>,
    /// Contracted rows of one depth.
    pub(crate) contracted: LanesMut<'a, F>,
    /// Rows folded along the height, of all depths.
    pub(crate) folded: LanesMut<'a, F>,
    /// One row.
    pub(crate) row: LanesMut<'a, F>,
    /// Start and taps of each window along the width, where they are not alike.
    pub(crate) windows: &'a [i64],
    /// Counts along the width.
    pub(crate) counts: &'a [F::Value],
}

/// A thread at work on one band of the planes of a pass.
pub(crate) struct Worker<'a, S, T, R> {
    pub(crate) simd: S,
    pub(crate) pass: &'a Pass<'a>,
    pub(crate) band: &'a Band,
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
    type AnyFold<T, R> = <<R as Reducer<T>>::AnyOrder as Finish<T>>::Fold;
    let sizes = pass.sizes::<Value<T, R>>(band);
    let direct = pass.direct_sizes::<Value<T, R::AnyOrder>>(band);
    pass.scratch_words::<R::Fold>(&sizes)
        + pass.scratch_words::<AnyFold<T, R>>(&direct)
        + direct::table_words(band)
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
        let worker = Worker::new(simd, (pass, any), band);
        let buffers = worker.buffers(
            &pass.direct_sizes::<Value<T, R::AnyOrder>>(band),
            &mut arena,
        );
        (buffers, worker.tables(&mut arena), worker)
    });
    let mut exact = None;
    for source in source.chunks_exact(plane.max(1)) {
        let (mut piece, rest) = target.split_at(piece);
        target = rest;
        if let Some((buffers, tables, worker)) = &mut quick {
            worker.source = source;
            let mut sink = Sink {
                worker,
                counts: buffers.counts,
                target: piece.reborrow(),
            };
            if worker.run_direct(*tables, buffers, &mut sink) {
                continue;
            }
        }
        let (buffers, worker) = exact.get_or_insert_with(|| {
            let worker = Worker::new(simd, (pass, reducer), band);
            let buffers = worker.buffers(&pass.sizes::<Value<T, R>>(band), &mut arena);
            (buffers, worker)
        });
        worker.source = source;
        let mut sink = Sink {
            worker,
            counts: buffers.counts,
            target: piece,
        };
        worker.run_ordered(buffers, &mut sink);
    }
}

impl<'a, S: Simd, T: Element, R: Finish<T>> Worker<'a, S, T, R> {
    fn new(simd: S, (pass, reducer): (&'a Pass<'a>, &'a R), band: &'a Band) -> Self {
        Self {
            simd,
            pass,
            band,
            reducer,
            source: &[],
        }
    }

    fn buffers<'b>(&self, sizes: &Sizes, arena: &mut Arena<'b>) -> Buffers<'b, R::Fold> {
        let axis = self.pass.axes[2];
        let windows = tabulate(axis, 0..axis.output_len(), arena);
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
            counts,
        }
    }

    /// Folds a row.
    pub(crate) fn fold(
        &self,
        source: &LanesMut<'_, R::Fold>,
        taps: Taps,
        len: usize,
        out: &mut LanesMut<'_, R::Fold>,
    ) {
        fold_taps::<S, R::Fold, 1>(self.simd, source.as_ref(), taps, len, out);
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
        for output in 0..axis.output_len() {
            let (start, count) = window_at(buffers.windows, output);
            let taps = Taps {
                start: from + start * inner,
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

    /// The divisors of the row at `(z, y)`, if that is when this pass divides.
    pub(crate) fn counts<'b>(
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
    pub(crate) fn counts_of<'b>(
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

/// Start and taps of the windows of some outputs, as a table.
pub(crate) fn tabulate<'a>(axis: &Axis, outputs: Range<usize>, arena: &mut Arena<'a>) -> &'a [i64] {
    let table = i64::take(arena, 2 * outputs.len());
    for (slots, output) in table.chunks_exact_mut(2).zip(outputs) {
        let window = axis.window(output);
        slots.copy_from_slice(&[window.start as i64, window.taps as i64]);
    }
    table
}

/// Start and taps of a window in a table.
pub(crate) fn window_at(table: &[i64], at: usize) -> (usize, usize) {
    (table[2 * at] as usize, table[2 * at + 1] as usize)
}
