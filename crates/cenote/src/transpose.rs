//! Transposes lanes, by squares of as many rows as a vector has lanes.

use fearless_simd::{Simd, SimdBase, SimdCombine, SimdSplit};
use fearless_simd_macros::simd;

use crate::columns::next_chunk;
use crate::fetch::Parts;
use crate::lane::{Lane, MOST_LANES};

/// Makes columns of `rows` rows: `target[x · rows + y] = source[y · columns + x]`. Asks memory for lanes that are
/// `next`.
#[simd]
pub(crate) fn transpose<S: Simd, L: Lane>(
    simd: S,
    source: (&[L], &[L]),
    rows: usize,
    target: &mut [L],
) {
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
        (MOST_LANES, _) => squares::<S, L, Q, N>(simd, source, (MOST_LANES, columns), target),
        (_, MOST_LANES) => squares::<S, L, Q, N>(simd, source, (rows, MOST_LANES), target),
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
