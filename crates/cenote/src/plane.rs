//! Pools one band of some planes, by the shortest way that gives torch's result.

use fearless_simd::Simd;
use fearless_simd_macros::simd;

use crate::buffers::Buffers;
use crate::columns::Columns;
use crate::direct;
use crate::element::Element;
use crate::fetch::Ahead;
use crate::fold::{Fold, LanesMut};
use crate::fused;
use crate::kernel::{Lines, Taps, fold_chunks, fold_one, fold_taps, thin};
use crate::long::{MOST_PIECES, double, is_doubled, slide_windows, slides};
use crate::look::see_row;
use crate::pass::{Band, Divide, Flat, Pass, Sizes, Width};
use crate::reduce::{Counting, Counts, Finish, InOrder, Reducer, Value};
use crate::scratch::Arena;
use crate::sink::{Sink, Target};
use crate::stage::Stage;
use crate::sweep;
use crate::table::Table;

/// Bytes of small planes that are pooled as one: where one of their elements may not be taken in any order, all of them are
/// pooled again.
const TOGETHER_BYTES: usize = 16 << 10;

/// A thread at work on one band of the planes of a pass.
pub(crate) struct Worker<'a, S, T, R> {
    pub(crate) simd: S,
    pub(crate) pass: &'a Pass<'a>,
    pub(crate) band: &'a Band,
    /// The windows along depth and height.
    pub(crate) tables: [Table<'a>; 2],
    pub(crate) reducer: &'a R,
    /// The elements of one plane, and of those that follow it.
    pub(crate) source: &'a [T],
}

/// The same band of some planes in a row: their elements, and the pieces of the target that the band owns.
pub(crate) struct Pieces<'a, T> {
    pub(crate) source: &'a [T],
    /// Elements of one plane, and of one piece.
    pub(crate) each: (usize, usize),
    pub(crate) target: Target<'a, T>,
    /// How many elements memory is asked for in one go, 0 if it is not.
    pub(crate) ahead: usize,
}

/// Words of scratch memory that [`run`] takes for a band.
pub(crate) fn scratch_words<T: Element, R: Reducer<T>>(pass: &Pass<'_>, band: &Band) -> usize {
    type FoldOf<T, R> = <R as Finish<T>>::Fold;
    let sizes = pass.sizes::<Value<T, R>>(band);
    let quick = if direct::fits::<T, R::AnyOrder>(pass) {
        let stacked = band.stacked(together::<T, R>(pass, band));
        let sizes = pass.direct_sizes::<Value<T, R::AnyOrder>>(&stacked);
        pass.scratch_words::<FoldOf<T, R::AnyOrder>>(&sizes) + Table::stacked_words(&stacked)
    } else {
        let sizes = pass.sizes::<Value<T, R::Plain>>(band);
        pass.scratch_words::<FoldOf<T, R::Plain>>(&sizes)
    };
    pass.scratch_words::<R::Fold>(&sizes) + quick + Table::band_words(pass, band)
}

/// Runs one band of some planes: rows first where the elements allow it and those ways are compiled, else in torch's order.
pub(crate) fn run<S: Simd, T: Element, R: Reducer<T>, const SHORT: bool>(
    simd: S,
    (pass, reducer): (&Pass<'_>, &R),
    (band, arena): (&Band, Arena<'_>),
    pieces: Pieces<'_, T>,
) {
    if const { SHORT } {
        run_shortest(simd, (pass, reducer), (band, arena), pieces);
    } else {
        run_exactly(simd, (pass, reducer), (band, arena), pieces);
    }
}

/// Runs one band of some planes by the shortest way that each allows.
fn run_shortest<S: Simd, T: Element, R: Reducer<T>>(
    simd: S,
    (pass, reducer): (&Pass<'_>, &R),
    (band, mut arena): (&Band, Arena<'_>),
    Pieces {
        source,
        each: (plane, piece),
        mut target,
        ahead,
    }: Pieces<'_, T>,
) {
    let fits = direct::fits::<T, R::AnyOrder>(pass);
    let any = reducer.any_order().filter(|_| fits);
    let planes = source.len() / plane.max(1);
    let together = together::<T, R>(pass, band).min(planes).max(1);
    let stacked = band.stacked(together);
    let plain = reducer.plain().filter(|_| !fits && !pass.may_be_empty);
    // Rows that are pooled whole, the short way, need no tables of windows.
    let mut tables = if any.is_some() && pass.is_whole() {
        None
    } else {
        Some(Table::of_band(pass, band, reducer.counting(), &mut arena))
    };
    let known = tables.unwrap_or_default();
    let mut short = any.as_ref().map(|any| {
        let sizes = pass.direct_sizes::<Value<T, R::AnyOrder>>(&stacked);
        let [depth, height] = known;
        let tables = [depth, height.stacked(together, pass.axes[1], &mut arena)];
        let mut way = Way::new(simd, (pass, any), (band, tables), &sizes, &mut arena);
        way.buffers.ahead = Ahead::new(ahead);
        way.buffers.sweeps = sweep::fits::<T, R::AnyOrder>(pass);
        way.buffers.fuses = !way.buffers.sweeps && fused::fits::<S, T, R::AnyOrder>(pass, any);
        way
    });
    let mut quick = plain.as_ref().map(|plain| {
        let sizes = pass.sizes::<Value<T, R::Plain>>(band);
        Way::new(simd, (pass, plain), (band, known), &sizes, &mut arena)
    });
    let mut exact = None;
    let stages = pass.stages(band);
    for first in (0..planes).step_by(together) {
        let count = together.min(planes - first);
        let from_here = &source[first * plane..];
        let (mut pieces, rest) = target.split_at(count * piece);
        target = rest;
        if let Some(way) = &mut short
            && way.run_direct(from_here, (count, plane), pieces.reborrow())
        {
            continue;
        }
        for source in from_here.chunks_exact(plane).take(count) {
            let (piece, rest) = pieces.split_at(piece);
            pieces = rest;
            if let Some(way) = &mut quick
                && admits::<S, T, R::AnyOrder>(simd, source)
            {
                way.run_ordered(&stages, source, piece);
                continue;
            }
            let way = exact.get_or_insert_with(|| {
                let tables = *tables.get_or_insert_with(|| {
                    Table::of_band(pass, band, reducer.counting(), &mut arena)
                });
                let sizes = pass.sizes::<Value<T, R>>(band);
                Way::new(simd, (pass, reducer), (band, tables), &sizes, &mut arena)
            });
            way.run_ordered(&stages, source, piece);
        }
    }
}

/// Runs one band of some planes in torch's order.
fn run_exactly<S: Simd, T: Element, R: Reducer<T>>(
    simd: S,
    (pass, reducer): (&Pass<'_>, &R),
    (band, mut arena): (&Band, Arena<'_>),
    Pieces {
        source,
        each: (plane, piece),
        mut target,
        ..
    }: Pieces<'_, T>,
) {
    let tables = Table::of_band(pass, band, reducer.counting(), &mut arena);
    let sizes = pass.sizes::<Value<T, R>>(band);
    let mut way = Way::new(simd, (pass, reducer), (band, tables), &sizes, &mut arena);
    let stages = pass.stages(band);
    for source in source.chunks_exact(plane.max(1)) {
        let (piece, rest) = target.split_at(piece);
        target = rest;
        way.run_ordered(&stages, source, piece);
    }
}

/// How many planes are pooled as one tall one, of which a band is all, where the short way does.
fn together<T: Element, R: Reducer<T>>(pass: &Pass<'_>, band: &Band) -> usize {
    let [depth, height, _] = pass.axes;
    let is_flat = depth.is_identity() && depth.output_len() == 1;
    let is_whole = band.height.len() == height.output_len();
    if !is_flat || !is_whole || pass.is_whole() || matches!(pass.width, Width::Single) {
        return 1;
    }
    let rows = pass.direct_rows::<Value<T, R::AnyOrder>>();
    let most =
        TOGETHER_BYTES / (height.input_len() * pass.source_row_len() * size_of::<T>()).max(1);
    most.min(rows / band.height.len().max(1)).max(1)
}

/// Whether the elements of a plane may be taken in any order.
#[simd]
pub(crate) fn admits<S: Simd, T: Element, C: Columns<T>>(simd: S, source: &[T]) -> bool {
    if !C::REFUSES_NAN {
        return true;
    }
    let mut seen = T::nothing_seen(simd);
    see_row(simd, source, &mut seen);
    C::admits::<S>(seen)
}

/// A worker with its memory.
struct Way<'a, S, T: Element, R: Finish<T>> {
    worker: Worker<'a, S, T, R>,
    buffers: Buffers<'a, R::Fold>,
}

impl<'a, S: Simd, T: Element, R: Finish<T>> Way<'a, S, T, R> {
    fn new(
        simd: S,
        (pass, reducer): (&'a Pass<'a>, &'a R),
        (band, tables): (&'a Band, [Table<'a>; 2]),
        sizes: &Sizes,
        arena: &mut Arena<'a>,
    ) -> Self {
        let buffers = Buffers::new((pass, reducer), (band, &tables[1]), sizes, arena);
        let worker = Worker {
            simd,
            pass,
            band,
            tables,
            reducer,
            source: &[],
        };
        Self { worker, buffers }
    }

    /// Pools one plane.
    fn run<O>(
        &mut self,
        source: &'a [T],
        target: Target<'_, T>,
        pool: impl FnOnce(
            &Worker<'a, S, T, R>,
            &mut Buffers<'a, R::Fold>,
            &mut Sink<'_, '_, S, T, R>,
        ) -> O,
    ) -> O {
        self.worker.source = source;
        let mut sink = Sink {
            worker: &self.worker,
            counts: self.buffers.counts,
            alike: self.buffers.alike,
            target,
        };
        pool(&self.worker, &mut self.buffers, &mut sink)
    }
}

impl<'a, S: Simd, T: Element, R: Columns<T>> Way<'a, S, T, R> {
    /// Pools the first `count` of some planes, of `plane` elements each, the short way.
    fn run_direct(
        &mut self,
        source: &'a [T],
        (count, plane): (usize, usize),
        target: Target<'_, T>,
    ) -> bool {
        let done = self.run(source, target, |worker, buffers, sink| {
            worker.run_direct(count, buffers, sink)
        });
        self.buffers.ahead.pass(count * plane);
        done
    }
}

impl<'a, S: Simd, T: Element, R: InOrder<T>> Way<'a, S, T, R> {
    /// Pools one plane in torch's order.
    fn run_ordered(&mut self, stages: &[Stage<'_>; 2], source: &'a [T], target: Target<'_, T>) {
        self.run(source, target, |worker, buffers, sink| {
            worker.run_ordered(stages, buffers, sink);
        });
    }
}

impl<'a, S: Simd, T: Element, R: Finish<T>> Worker<'a, S, T, R> {
    /// Folds a row.
    pub(crate) fn fold(
        &self,
        source: &LanesMut<'_, R::Fold>,
        taps: Taps,
        len: usize,
        out: &mut LanesMut<'_, R::Fold>,
    ) {
        fold_taps::<S, R::Fold, 1>(self.simd, source.as_ref(), taps, Lines::row(len), out);
    }

    /// Contracts `rows` staged rows whose windows are alike, each to a row of `out`. Returns whether they are still staged.
    pub(crate) fn contract_flat(
        &self,
        flat: Flat,
        rows: usize,
        (staged, spare): (&mut LanesMut<'_, R::Fold>, &mut LanesMut<'_, R::Fold>),
        out: &mut LanesMut<'_, R::Fold>,
    ) -> bool {
        let (sliding, inner) = (flat.sliding, self.pass.inner);
        let outputs = self.pass.axes[2].output_len();
        let positions = (outputs - 1) * sliding.stride + 1;
        let (pitch, len) = (flat.pitch * inner, positions * inner);
        let whole = (rows - 1) * pitch + len;
        let step = sliding.dilation * inner;
        let lines = Lines {
            rows,
            len,
            from: pitch,
            to: outputs * inner,
        };
        if (sliding.stride, step) == (1, 1)
            && slide_windows::<S, R::Fold>(
                self.simd,
                staged.as_ref(),
                sliding.kernel_size,
                lines,
                out,
            )
        {
            return true;
        }
        let (mut lanes, mut spare) = (staged.from(0), spare.from(0));
        let is_long = is_doubled::<R::Fold>(sliding.kernel_size, step);
        let taps = if is_long {
            let doubled = (sliding.kernel_size, step);
            // Where every position is kept, a few pieces are merged there.
            let pieces = if sliding.stride == 1 { MOST_PIECES } else { 2 };
            double(self.simd, &mut lanes, doubled, (whole, pieces), &mut spare)
        } else {
            Taps::new(0, sliding.kernel_size, step)
        };
        let stays = !is_long || slides::<R::Fold>(step);
        let kept = Lines {
            len: lines.to,
            ..lines
        };
        let source = lanes.as_ref();
        let is_chunks = sliding.kernel_size == sliding.stride && step == 1;
        match (sliding.stride, inner) {
            (3, 1) if const { !R::Fold::HAS_INDICES } && is_chunks => {
                fold_chunks::<S, R::Fold, 3>(self.simd, source, kept, out);
            }
            (4, 1) if const { !R::Fold::HAS_INDICES } && is_chunks => {
                fold_chunks::<S, R::Fold, 4>(self.simd, source, kept, out);
            }
            (1, _) => fold_taps::<S, R::Fold, 1>(self.simd, source, taps, lines, out),
            (2, 1) => fold_taps::<S, R::Fold, 2>(self.simd, source, taps, lines, out),
            (stride, _) => {
                fold_taps::<S, R::Fold, 1>(self.simd, source, taps, Lines::row(whole), &mut spare);
                thin(self.simd, &spare.as_ref(), (stride, inner), kept, out);
                return !is_long;
            }
        }
        stays
    }

    /// Contracts the staged row at lane `from` window by window, to lane `at` of `out` on.
    pub(crate) fn contract_row(
        &self,
        (staged, from): (&LanesMut<'_, R::Fold>, usize),
        windows: &Table<'_>,
        (out, at): (&mut LanesMut<'_, R::Fold>, usize),
    ) {
        let (axis, inner) = (self.pass.axes[2], self.pass.inner);
        let mut out = out.from(at);
        let mut output = 0;
        while output < axis.output_len() {
            let (start, count) = windows.window(output);
            let taps = Taps::new(from + start * inner, count, axis.step() * inner);
            if inner == 1 {
                out.set(output, fold_one(&staged.as_ref(), taps));
                output += 1;
                continue;
            }
            let (alike, hop) = windows.run(output..axis.output_len());
            let lines = Lines {
                rows: alike,
                len: inner,
                from: hop * inner,
                to: inner,
            };
            let out = &mut out.from(output * inner);
            fold_taps::<S, R::Fold, 1>(self.simd, staged.as_ref(), taps, lines, out);
            output += alike;
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
        self.counts_of(self.tables[0].count(z) * self.tables[1].count(y), width)
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
}
