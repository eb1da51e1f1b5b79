//! Pools one band of some planes, by the shortest way that gives torch's result.

use fearless_simd::Simd;

use crate::buffers::Buffers;
use crate::columns::Columns;
use crate::direct;
use crate::element::Element;
use crate::fetch::Ahead;
use crate::fused;
use crate::mend::mend;
use crate::pass::{Band, Pass, Sizes, Width};
use crate::plane::{Worker, admits};
use crate::reduce::{Finish, InOrder, Reducer, Value};
use crate::scratch::Arena;
use crate::sink::{Sink, Target};
use crate::stage::Stage;
use crate::sweep;
use crate::table::Table;

/// Bytes of small planes that are pooled as one: where one of their elements may not be taken in any order, each of them is mended, or
/// pooled again.
const TOGETHER_BYTES: usize = 16 << 10;

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
        return run_shortest(simd, (pass, reducer), (band, arena), pieces);
    }
    let mut exact = Exact::new(simd, (pass, reducer), (band, None), arena);
    let (plane, piece) = pieces.each;
    let mut target = pieces.target;
    for source in pieces.source.chunks_exact(plane.max(1)) {
        let (piece, rest) = target.split_at(piece);
        target = rest;
        exact.run(source, piece);
    }
}

/// Runs one band of some planes by the shortest way that each allows.
fn run_shortest<S: Simd, T: Element, R: Reducer<T>>(
    simd: S,
    (pass, reducer): (&Pass<'_>, &R),
    (band, arena): (&Band, Arena<'_>),
    Pieces {
        source,
        each: (plane, piece),
        mut target,
        ahead,
    }: Pieces<'_, T>,
) {
    let planes = source.len() / plane.max(1);
    let together = together::<T, R>(pass, band).min(planes).max(1);
    let fits = direct::fits::<T, R::AnyOrder>(pass);
    let any = reducer.any_order().filter(|_| fits);
    let plain = reducer.plain();
    let plain = plain.filter(|_| !fits && !pass.may_be_empty);
    let cheaper = (any.as_ref(), plain.as_ref());
    let mut ways = Ways::new(simd, (pass, reducer, cheaper), (band, together), arena);
    if let Some(way) = &mut ways.short {
        way.buffers.ahead = Ahead::new(ahead);
    }
    for first in (0..planes).step_by(together) {
        let count = together.min(planes - first);
        let (pieces, rest) = target.split_at(count * piece);
        target = rest;
        ways.run(&source[first * plane..], (count, plane), pieces);
    }
}

/// The ways through a band, the shortest first.
struct Ways<'a, S, T: Element, R: Reducer<T>> {
    /// Rows first, if windows allow that.
    short: Option<Way<'a, S, T, R::AnyOrder>>,
    /// In torch's order, but cheaper, if there is no shorter way.
    quick: Option<Way<'a, S, T, R::Plain>>,
    exact: Exact<'a, S, T, R>,
}

/// The way through a band in torch's order.
struct Exact<'a, S, T: Element, R: Finish<T>> {
    simd: S,
    pass: &'a Pass<'a>,
    band: &'a Band,
    reducer: &'a R,
    arena: Arena<'a>,
    /// The windows of one plane along depth and height, once something asks for them.
    tables: Option<[Table<'a>; 2]>,
    stages: [Stage<'a>; 2],
    /// What it takes, once a plane goes there.
    way: Option<Way<'a, S, T, R>>,
}

/// The same reduction rows first, and in torch's order but cheaper, where windows allow that.
type Cheaper<'a, T, R> = (
    Option<&'a <R as Reducer<T>>::AnyOrder>,
    Option<&'a <R as Reducer<T>>::Plain>,
);

impl<'a, S: Simd, T: Element, R: Reducer<T>> Ways<'a, S, T, R> {
    /// Ways through a band of planes, as many of which are pooled `together`.
    fn new(
        simd: S,
        (pass, reducer, (any, plain)): (&'a Pass<'a>, &'a R, Cheaper<'a, T, R>),
        (band, together): (&'a Band, usize),
        mut arena: Arena<'a>,
    ) -> Self {
        // Rows that are pooled whole, the short way, need no tables of windows.
        let tables = if any.is_some() && pass.is_whole() {
            None
        } else {
            let counting = reducer.counting();
            Some(Table::of_band(pass, band, counting, &mut arena))
        };
        let known = tables.unwrap_or_default();
        let short = any.map(|any| {
            let stacked = band.stacked(together);
            let sizes = pass.direct_sizes::<Value<T, R::AnyOrder>>(&stacked);
            let [depth, height] = known;
            let tables = [depth, height.stacked(together, pass.axes[1], &mut arena)];
            let mut way = Way::new(simd, (pass, any), (band, tables), &sizes, &mut arena);
            way.buffers.sweeps = sweep::fits::<T, R::AnyOrder>(pass);
            way.buffers.fuses = !way.buffers.sweeps && fused::fits::<S, T, R::AnyOrder>(pass, any);
            way
        });
        let quick = plain.map(|plain| {
            let sizes = pass.sizes::<Value<T, R::Plain>>(band);
            Way::new(simd, (pass, plain), (band, known), &sizes, &mut arena)
        });
        Self {
            short,
            quick,
            exact: Exact::new(simd, (pass, reducer), (band, tables), arena),
        }
    }

    /// Pools the first `count` of some planes, of `plane` elements each.
    fn run(&mut self, source: &'a [T], (count, plane): (usize, usize), mut target: Target<'_, T>) {
        if let Some(way) = &mut self.short
            && way.run_direct(source, (count, plane), target.reborrow())
        {
            return;
        }
        let each = target.values.len() / count;
        for source in source.chunks_exact(plane).take(count) {
            let (mut piece, rest) = target.split_at(each);
            target = rest;
            let is_done = if self.short.is_some() {
                self.mends(source, piece.values)
            } else {
                self.run_quickly(source, piece.reborrow())
            };
            if !is_done {
                self.exact.run(source, piece);
            }
        }
    }

    /// Mends what a plane was pooled to. False if that cannot be done.
    fn mends(&self, source: &[T], elements: &mut [T]) -> bool {
        // Not compiled for reductions that cannot be mended.
        if const { R::AnyOrder::MENDS } {
            let Exact {
                simd, pass, band, ..
            } = self.exact;
            return mend(simd, (pass, band), source, elements);
        }
        false
    }

    /// Pools a plane as if its elements could be taken in any order. False if they cannot.
    fn run_quickly(&mut self, source: &'a [T], mut piece: Target<'_, T>) -> bool {
        let Some(way) = &mut self.quick else {
            return false;
        };
        let is_plain = admits::<S, T, R::AnyOrder>(self.exact.simd, source);
        if is_plain || R::AnyOrder::MENDS {
            way.run_ordered(&self.exact.stages, source, piece.reborrow());
        }
        is_plain || self.mends(source, piece.values)
    }
}

impl<'a, S: Simd, T: Element, R: InOrder<T>> Exact<'a, S, T, R> {
    fn new(
        simd: S,
        (pass, reducer): (&'a Pass<'a>, &'a R),
        (band, tables): (&'a Band, Option<[Table<'a>; 2]>),
        arena: Arena<'a>,
    ) -> Self {
        Self {
            simd,
            pass,
            band,
            reducer,
            arena,
            tables,
            stages: pass.stages(band),
            way: None,
        }
    }

    /// Pools one plane.
    fn run(&mut self, source: &'a [T], piece: Target<'_, T>) {
        let (simd, pass, band, reducer) = (self.simd, self.pass, self.band, self.reducer);
        let (arena, tables) = (&mut self.arena, self.tables);
        let way = self.way.get_or_insert_with(|| {
            let tables =
                tables.unwrap_or_else(|| Table::of_band(pass, band, reducer.counting(), arena));
            let sizes = pass.sizes::<Value<T, R>>(band);
            Way::new(simd, (pass, reducer), (band, tables), &sizes, arena)
        });
        way.run_ordered(&self.stages, source, piece);
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
            starts: self.buffers.starts,
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
