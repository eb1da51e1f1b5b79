//! Small planes, turned so that they are neighbours: rows too short for a vector become rows of many planes.
//!
//! Some planes are copied to scratch memory as if channels were innermost, pooled there as any tensor of that layout,
//! and what comes of them is turned back.

use std::ops::Range;

use fearless_simd::{Level, Simd, SimdBase};
use fearless_simd_macros::simd;

use crate::columns::next_chunk;
use crate::direct;
use crate::element::Element;
use crate::engine::Planes;
use crate::fetch::{self, fetch};
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
            let next = if is_near { &[] } else { next };
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

/// Makes columns of `rows` rows: `target[x · rows + y] = source[y · columns + x]`. Asks memory for lanes that lie like those, and are
/// `next`.
#[simd]
fn transpose<S: Simd, L: Lane>(simd: S, source: (&[L], &[L]), rows: usize, target: &mut [L]) {
    match L::Vector::<S>::LEN {
        2 => transpose_by::<S, L, 2>(simd, source, rows, target),
        4 => transpose_by::<S, L, 4>(simd, source, rows, target),
        8 => transpose_by::<S, L, 8>(simd, source, rows, target),
        16 => transpose_by::<S, L, 16>(simd, source, rows, target),
        32 => transpose_by::<S, L, 32>(simd, source, rows, target),
        _ => transpose_by::<S, L, 64>(simd, source, rows, target),
    }
}

/// As [`transpose`], by squares of `N` rows. The last ones overlap those before them.
#[inline(always)]
fn transpose_by<S: Simd, L: Lane, const N: usize>(
    simd: S,
    (source, next): (&[L], &[L]),
    rows: usize,
    target: &mut [L],
) {
    let columns = source.len() / rows;
    if rows < N || columns < N {
        for (x, target) in target.chunks_exact_mut(rows).enumerate() {
            for (y, lane) in target.iter_mut().enumerate() {
                *lane = source[y * columns + x];
            }
        }
        return;
    }
    let mut next_row = Some(0);
    while let Some(y) = next_row {
        let mut next_column = Some(0);
        while let Some(x) = next_column {
            if let Some(next) = next.get(y * columns + x..) {
                for lane in next.iter().step_by(columns).take(N) {
                    fetch(std::slice::from_ref(lane));
                }
            }
            // Each row is split off from those that follow: one look at the bounds of a row serves all.
            let mut left = &source[y * columns..];
            let mut vectors = [L::Vector::<S>::splat(simd, L::ZERO); N];
            for vector in &mut vectors {
                let (row, rest) = left.split_at(columns);
                *vector = L::Vector::<S>::from_slice(simd, &row[x..][..N]);
                left = rest;
            }
            let mut left = &mut target[x * rows..];
            for vector in transpose_square(vectors) {
                let (column, rest) = left.split_at_mut(rows);
                vector.store_slice(&mut column[y..][..N]);
                left = rest;
            }
            next_column = next_chunk(N, x, columns);
        }
        next_row = next_chunk(N, y, rows);
    }
}

/// Makes columns of rows. Where the bits of a lane's place are those of its row followed by those of its column, zipping
/// the halves turns them by one; turned by half of them, they have changed places.
#[inline(always)]
fn transpose_square<S: Simd, V: SimdBase<S>, const N: usize>(mut vectors: [V; N]) -> [V; N] {
    // Not a loop: vectors would be kept in memory from one round to the next.
    vectors = zip_halves(vectors);
    if N > 2 {
        vectors = zip_halves(vectors);
    }
    if N > 4 {
        vectors = zip_halves(vectors);
    }
    if N > 8 {
        vectors = zip_halves(vectors);
    }
    if N > 16 {
        vectors = zip_halves(vectors);
    }
    if N > 32 {
        vectors = zip_halves(vectors);
    }
    vectors
}

/// The lanes of the first half of some vectors, each followed by that of the second.
#[inline(always)]
fn zip_halves<S: Simd, V: SimdBase<S>, const N: usize>(vectors: [V; N]) -> [V; N] {
    let mut zipped = vectors;
    for at in 0..N / 2 {
        (zipped[2 * at], zipped[2 * at + 1]) = vectors[at].interleave(vectors[at + N / 2]);
    }
    zipped
}
