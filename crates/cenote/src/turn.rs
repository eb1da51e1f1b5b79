//! Small planes, turned so that they are neighbours: rows too short for a vector become rows of many planes.
//!
//! Some planes are copied to scratch memory as if channels were innermost, pooled there as any tensor of that layout,
//! and what comes of them is turned back.

use std::ops::Range;

use fearless_simd::{Level, Simd, SimdBase, SimdCombine, SimdSplit};
use fearless_simd_macros::simd;

use crate::columns::next_chunk;
use crate::direct;
use crate::element::Element;
use crate::engine::Planes;
use crate::fetch::{self, Parts};
use crate::fold::Fold;
use crate::index::IndicesMut;
use crate::kernel::MANY;
use crate::lane::Lane;
use crate::level::at_level;
use crate::long::LONG;
use crate::pass::{Band, Flat, Pass, Width};
use crate::reduce::Reducer;
use crate::scratch::{Arena, Slot, arena_words, with_arena};
use crate::sink::Target;
use crate::threads::Tasks;
use crate::ways::{self, Pieces};

/// How many planes are turned together: as many as the widest vector has lanes.
const TOGETHER: usize = 64;
/// Elements of a row, bytes of it and of what indices are carried beside it, and bytes of a plane, from which on planes are
/// not turned: rows fill vectors as they are, and planes half a page or more apart fall on the same lines of the first cache.
const LONG_ROW: usize = 32;
const LONG_ROW_BYTES: usize = 128;
const LARGE_PLANE_BYTES: usize = 2048;

/// A tensor of small planes.
pub(crate) struct Turned<'a, T, R> {
    pub(crate) pass: &'a Pass<'a>,
    pub(crate) reducer: &'a R,
    pub(crate) planes: Planes,
    pub(crate) source: &'a [T],
    pub(crate) level: Level,
}

/// Whether planes are turned.
pub(crate) fn fits<T: Element, R: Reducer<T>>(pass: &Pass<'_>, planes: Planes) -> bool {
    let width = pass.axes[2];
    let row = width.input_len().max(width.output_len());
    let element = size_of::<T>() + size_of::<<R::Fold as Fold>::Index>();
    pass.inner == 1
        && planes.count >= TOGETHER
        && is_small(row, planes.source.max(planes.target) * size_of::<T>())
        && row * element < LONG_ROW_BYTES
        && keeps_order(pass)
        // Turned, rows are always long enough: windows that could be folded then alone would be summed in another order.
        && direct::can_fold::<T, R::AnyOrder>(pass)
}

/// Whether planes may be turned that have rows of `row` elements, and so many bytes.
pub(crate) fn is_small(row: usize, plane_bytes: usize) -> bool {
    row < LONG_ROW && plane_bytes < LARGE_PLANE_BYTES
}

/// Whether taps along the width are merged in the same order with channels innermost, as sums have to be.
fn keeps_order(pass: &Pass<'_>) -> bool {
    match pass.width {
        Width::Keep => true,
        Width::Single => pass.axes[2].max_taps() < MANY,
        Width::Flat(Flat { sliding, hop, .. }) => hop == 1 || sliding.kernel_size < LONG,
        Width::Groups => false,
    }
}

/// Groups of planes that are turned together.
pub(crate) fn tasks(planes: Planes) -> usize {
    planes.count.div_ceil(TOGETHER)
}

impl<T: Element, R: Reducer<T>> Turned<'_, T, R> {
    /// Pools `source`, some planes in a row, and asks memory for the elements that are `next`.
    fn pool(&self, (source, next): (&[T], &[T]), target: Target<'_, T>) {
        let count = source.len() / self.planes.source;
        let pass = Pass::new(self.pass.axes, count, self.pass.plane, self.pass.counted);
        let band = Band::whole(pass.axes);
        let (inputs, outputs) = (source.len(), target.values.len());
        let words = ways::scratch_words::<T, R>(&pass, &band)
            + arena_words::<T::Plain>(inputs)
            + arena_words::<T::Plain>(outputs)
            + target.indices.scratch_words(outputs);
        with_arena(words, |mut arena| {
            let turned = take::<T>(&mut arena, inputs);
            let mut pooled = Target {
                values: take::<T>(&mut arena, outputs),
                indices: target.indices.scratch(&mut arena, outputs),
            };
            at_level!(self.level, simd, SHORT => {
                turn(simd, (source, next), count, turned);
                let pieces = Pieces {
                    source: turned,
                    each: (inputs, outputs),
                    target: pooled.reborrow(),
                    ahead: 0,
                };
                ways::run::<_, T, R, SHORT>(simd, (&pass, self.reducer), (&band, arena), pieces);
                turn(simd, (pooled.values, &[]), self.planes.target, target.values);
                turn_indices(simd, pooled.indices, self.planes.target, target.indices);
            });
        });
    }
}

/// Takes scratch memory for exactly `len` elements.
fn take<'a, T: Element>(arena: &mut Arena<'a>, len: usize) -> &'a mut [T] {
    bytemuck::cast_slice_mut(T::Plain::take_exactly(arena, len))
}

impl<T: Element, R: Reducer<T>> Tasks<T> for Turned<'_, T, R> {
    fn offset(&self, task: usize) -> usize {
        (task * TOGETHER).min(self.planes.count) * self.planes.target
    }

    fn run(&self, range: Range<usize>, mut target: Target<'_, T>) {
        let Planes {
            count,
            source,
            target: each,
        } = self.planes;
        let is_near = fetch::is_near::<T>(self.source.len());
        for first in range.map(|task| task * TOGETHER) {
            let count = TOGETHER.min(count - first);
            let (piece, rest) = target.split_at(count * each);
            target = rest;
            let (planes, next) = self.source[first * source..].split_at(count * source);
            let next = if is_near {
                &[]
            } else {
                &next[..planes.len().min(next.len())]
            };
            self.pool((planes, next), piece);
        }
    }
}

/// Transposes elements.
fn turn<S: Simd, T: Element>(simd: S, (source, next): (&[T], &[T]), rows: usize, target: &mut [T]) {
    use bytemuck::{cast_slice, cast_slice_mut};
    let source = (cast_slice(source), cast_slice(next));
    transpose::<S, T::Plain>(simd, source, rows, cast_slice_mut(target));
}

/// Transposes indices of one form.
fn turn_indices<S: Simd>(simd: S, source: IndicesMut<'_>, rows: usize, target: IndicesMut<'_>) {
    use IndicesMut::{I64, U8, U16, U32};
    use bytemuck::{cast_slice, cast_slice_mut};
    match (source, target) {
        (I64(source), I64(target)) => transpose::<S, i64>(simd, (source, &[]), rows, target),
        (U8(source), U8(target)) => transpose::<S, u8>(simd, (source, &[]), rows, target),
        (U16(source), U16(target)) => {
            transpose::<S, i16>(
                simd,
                (cast_slice(source), &[]),
                rows,
                cast_slice_mut(target),
            );
        }
        (U32(source), U32(target)) => {
            transpose::<S, i32>(
                simd,
                (cast_slice(source), &[]),
                rows,
                cast_slice_mut(target),
            );
        }
        _ => {}
    }
}

/// Makes columns of `rows` rows: `target[x · rows + y] = source[y · columns + x]`. Asks memory for lanes that are
/// `next`.
#[simd]
fn transpose<S: Simd, L: Lane>(simd: S, source: (&[L], &[L]), rows: usize, target: &mut [L]) {
    match (L::Vector::<S>::LEN, L::Block::<S>::LEN) {
        (2, 2) => transpose_by::<S, L, Rows, 2>(simd, source, rows, target),
        (4, 2) => transpose_by::<S, L, HalfRows, 4>(simd, source, rows, target),
        (4, _) => transpose_by::<S, L, Rows, 4>(simd, source, rows, target),
        (8, 4) => transpose_by::<S, L, HalfRows, 8>(simd, source, rows, target),
        (8, _) => transpose_by::<S, L, Rows, 8>(simd, source, rows, target),
        (16, 8) => transpose_by::<S, L, HalfRows, 16>(simd, source, rows, target),
        (16, _) => transpose_by::<S, L, Rows, 16>(simd, source, rows, target),
        (32, 16) => transpose_by::<S, L, HalfRows, 32>(simd, source, rows, target),
        (32, _) => transpose_by::<S, L, Rows, 32>(simd, source, rows, target),
        _ => transpose_by::<S, L, Rows, 64>(simd, source, rows, target),
    }
}

/// As [`transpose`], by squares of `N` rows.
#[inline(always)]
fn transpose_by<S: Simd, L: Lane, Q: Square<S, L>, const N: usize>(
    simd: S,
    source: (&[L], &[L]),
    rows: usize,
    target: &mut [L],
) {
    let columns = source.0.len() / rows;
    if rows < N || columns < N {
        for (x, target) in target.chunks_exact_mut(rows).enumerate() {
            for (y, lane) in target.iter_mut().enumerate() {
                *lane = source.0[y * columns + x];
            }
        }
        return;
    }
    // Nearly all are of the first two kinds: compiled for the number, lanes of a square lie at known distances.
    match (rows, columns) {
        (TOGETHER, _) => squares::<S, L, Q, N>(simd, source, (TOGETHER, columns), target),
        (_, TOGETHER) => squares::<S, L, Q, N>(simd, source, (rows, TOGETHER), target),
        _ => squares::<S, L, Q, N>(simd, source, (rows, columns), target),
    }
}

/// Transposes squares, of which the last ones overlap those before them.
#[inline(always)]
fn squares<S: Simd, L: Lane, Q: Square<S, L>, const N: usize>(
    simd: S,
    (source, next): (&[L], &[L]),
    (rows, columns): (usize, usize),
    target: &mut [L],
) {
    let mut ahead = Parts::new(next, columns.div_ceil(N) * rows.div_ceil(N));
    let mut next_column = Some(0);
    while let Some(x) = next_column {
        let target = &mut target[x * rows..][..N * rows];
        let mut next_row = Some(0);
        while let Some(y) = next_row {
            ahead.fetch();
            let square = Q::load::<N>(simd, &source[y * columns..][..N * columns], columns, x);
            let mut left = &mut *target;
            for vector in turn_square::<S, L, Q, N>(square) {
                let (column, rest) = left.split_at_mut(rows);
                vector.store_slice(&mut column[y..][..N]);
                left = rest;
            }
            next_row = next_chunk(N, y, rows);
        }
        next_column = next_chunk(N, x, columns);
    }
}

/// How squares are loaded and turned.
trait Square<S: Simd, L: Lane> {
    type Vector: SimdBase<S, Element = L>;
    /// Runs of as many rows as such a vector's lanes are zipped among.
    const RUNS: usize;

    /// Columns from `x` on of the first `N` rows.
    fn load<const N: usize>(simd: S, rows: &[L], columns: usize, x: usize) -> [Self::Vector; N];
    /// The lanes of two vectors in turns, within each run of lanes.
    fn zip(one: Self::Vector, other: Self::Vector) -> (Self::Vector, Self::Vector);
}

/// A vector for each row.
struct Rows;

impl<S: Simd, L: Lane> Square<S, L> for Rows {
    type Vector = L::Vector<S>;
    const RUNS: usize = 1;

    #[inline(always)]
    fn load<const N: usize>(simd: S, rows: &[L], columns: usize, x: usize) -> [Self::Vector; N] {
        let mut vectors = [Self::Vector::splat(simd, L::ZERO); N];
        // Each row is split off from those that follow: one look at the bounds of a row serves all.
        let mut left = rows;
        for vector in &mut vectors {
            let (row, rest) = left.split_at(columns);
            *vector = Self::Vector::from_slice(simd, &row[x..][..N]);
            left = rest;
        }
        vectors
    }

    #[inline(always)]
    fn zip(one: Self::Vector, other: Self::Vector) -> (Self::Vector, Self::Vector) {
        one.interleave(other)
    }
}

/// A vector for the halves of two rows, so that no lane has to change from one half of a vector to the other: with AVX2 such
/// shuffles take three times as long. The left halves come first.
struct HalfRows;

type Pair<S, L> = <<L as Lane>::Block<S> as SimdCombine<S>>::Combined;

impl<S: Simd, L: Lane> Square<S, L> for HalfRows {
    type Vector = Pair<S, L>;
    const RUNS: usize = 2;

    #[inline(always)]
    fn load<const N: usize>(simd: S, rows: &[L], columns: usize, x: usize) -> [Self::Vector; N] {
        let half = N / 2;
        let mut vectors = [Self::Vector::splat(simd, L::ZERO); N];
        let (mut upper, mut lower) = rows.split_at(half * columns);
        let (left, right) = vectors.split_at_mut(half);
        for (left, right) in left.iter_mut().zip(right) {
            let (upper_row, upper_rest) = upper.split_at(columns);
            let (lower_row, lower_rest) = lower.split_at(columns);
            let (upper_row, lower_row) = (&upper_row[x..][..N], &lower_row[x..][..N]);
            let load = |row| L::Block::<S>::from_slice(simd, row);
            *left = load(&upper_row[..half]).combine(load(&lower_row[..half]));
            *right = load(&upper_row[half..]).combine(load(&lower_row[half..]));
            (upper, lower) = (upper_rest, lower_rest);
        }
        vectors
    }

    #[inline(always)]
    fn zip(one: Self::Vector, other: Self::Vector) -> (Self::Vector, Self::Vector) {
        // Zipped whole and put in order again, which the compiler sees to be one instruction each.
        let (first, second) = one.interleave(other);
        let ((low, high), (more_low, more_high)) = (first.split(), second.split());
        (low.combine(more_low), high.combine(more_high))
    }
}

/// Makes columns of rows. Where the bits of a lane's place are those of its row followed by those of its column, zipping
/// the halves turns them by one; turned by half of them, they have changed places.
#[inline(always)]
fn turn_square<S: Simd, L: Lane, Q: Square<S, L>, const N: usize>(
    mut vectors: [Q::Vector; N],
) -> [Q::Vector; N] {
    let rows = N / Q::RUNS;
    // Not a loop: vectors would be kept in memory from one round to the next.
    if rows > 1 {
        vectors = zip_halves::<S, L, Q, N>(vectors);
    }
    if rows > 2 {
        vectors = zip_halves::<S, L, Q, N>(vectors);
    }
    if rows > 4 {
        vectors = zip_halves::<S, L, Q, N>(vectors);
    }
    if rows > 8 {
        vectors = zip_halves::<S, L, Q, N>(vectors);
    }
    if rows > 16 {
        vectors = zip_halves::<S, L, Q, N>(vectors);
    }
    if rows > 32 {
        vectors = zip_halves::<S, L, Q, N>(vectors);
    }
    vectors
}

/// The lanes of the first half of each run of vectors, each followed by that of the second.
#[inline(always)]
fn zip_halves<S: Simd, L: Lane, Q: Square<S, L>, const N: usize>(
    vectors: [Q::Vector; N],
) -> [Q::Vector; N] {
    let mut zipped = vectors;
    let rows = N / Q::RUNS;
    for run in 0..Q::RUNS {
        for at in 0..rows / 2 {
            let first = run * rows;
            (zipped[first + 2 * at], zipped[first + 2 * at + 1]) =
                Q::zip(vectors[first + at], vectors[first + at + rows / 2]);
        }
    }
    zipped
}
