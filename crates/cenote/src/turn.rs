//! Small planes, turned so that they are neighbours: rows too short for a vector become rows of many planes.
//!
//! Some planes are copied to scratch memory as if channels were innermost, pooled there as any tensor of that layout,
//! and what comes of them is turned back.

use std::ops::Range;

use fearless_simd::{Level, Simd};

use crate::direct;
use crate::element::Element;
use crate::engine::Planes;
use crate::fetch;
use crate::fold::Fold;
use crate::index::IndicesMut;
use crate::kernel::MANY;
use crate::lane::MOST_LANES;
use crate::level::at_level;
use crate::long::LONG;
use crate::pass::{Band, Flat, Pass, Width};
use crate::reduce::Reducer;
use crate::scratch::{Arena, Slot, arena_words, with_arena};
use crate::sink::Target;
use crate::threads::Tasks;
use crate::transpose::transpose;
use crate::ways::{self, Pieces};

/// How many planes are turned together: as many as the widest vector has lanes.
const TOGETHER: usize = MOST_LANES;
/// Elements of a row, bytes of it and of what indices are carried beside it, and bytes of a plane, from which on planes are
/// not turned: rows fill vectors as they are, and planes half a page or more apart fall on the same lines of the first cache.
const LONG_ROW: usize = 32;
const LONG_ROW_BYTES: usize = 128;
const LARGE_PLANE_BYTES: usize = 2048;
/// Bytes of planes of which as many groups are pooled in one go.
const GROUPS_BYTES: usize = 128 << 10;

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
    /// Pools `groups` of `count` planes, the first of `source`.
    fn pool(&self, source: &[T], (groups, count): (usize, usize), mut target: Target<'_, T>) {
        let pass = Pass::new(self.pass.axes, count, self.pass.plane, self.pass.counted);
        let band = Band::whole(pass.axes);
        let each = (count * self.planes.source, count * self.planes.target);
        let (inputs, outputs) = (groups * each.0, groups * each.1);
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
            at_level!(self.level, R::EVERY_LEVEL, simd, SHORT => {
                let mut left = source;
                for turned in turned.chunks_exact_mut(each.0.max(1)) {
                    let (group, rest) = left.split_at(each.0);
                    // Memory is asked for the next one meanwhile.
                    let next = fetch::ahead_of_cache(rest, each.0, size_of_val(self.source));
                    turn(simd, (group, next), count, turned);
                    left = rest;
                }
                let pieces = Pieces {
                    source: turned,
                    each,
                    target: pooled.reborrow(),
                    ahead: 0,
                };
                ways::run::<_, T, R, SHORT>(simd, (&pass, self.reducer), (&band, arena), pieces);
                while !target.values.is_empty() {
                    let (group, left) = pooled.split_at(each.1);
                    let (place, rest) = target.split_at(each.1);
                    turn(simd, (group.values, &[]), self.planes.target, place.values);
                    turn_indices(simd, group.indices, self.planes.target, place.indices);
                    (pooled, target) = (left, rest);
                }
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
        let most = GROUPS_BYTES / (TOGETHER * source * size_of::<T>()).max(1);
        let mut group = range.start;
        while group < range.end {
            let first = group * TOGETHER;
            let left = count.min(range.end * TOGETHER) - first;
            // The last group may not be whole.
            let groups = (left / TOGETHER).min(most).max(1);
            let planes = left.min(groups * TOGETHER);
            let (piece, rest) = target.split_at(planes * each);
            target = rest;
            self.pool(
                &self.source[first * source..],
                (groups, planes / groups),
                piece,
            );
            group += groups;
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
