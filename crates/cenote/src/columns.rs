//! Reductions whose taps may be taken in any order: they fold the rows of a window before its columns, straight
//! from the tensor.
//!
//! A maximum may be taken so where no element is NaN or −0: then neither order nor instruction set can be seen in
//! it. With its index it may wherever there is no NaN, since the smaller of two indices wins a tie. Sums may always:
//! those of f32 are rounded once, and the others differ by no more than a rounding for each tap.

use fearless_simd::Simd;

use crate::element::Element;
use crate::fold::{Fold, LanesMut};
use crate::lane::Lane;
use crate::reduce::{Counts, Factor, Finish, Value};
use crate::rows::{Rows, Seen};
use crate::sweep::Group;

/// Where an index lane of [`PlainArgMax`](crate::plain::PlainArgMax) has the number of its row.
pub(crate) const ROW_SHIFT: u32 = 24;
/// Rows that are folded together at most.
pub(crate) const MOST_ROWS: usize = 16;
/// Rows of a window at most: as many as index lanes can number.
pub(crate) const MOST_WINDOW_ROWS: usize = 1 << (31 - ROW_SHIFT);

/// A reduction that folds rows lane by lane.
pub(crate) trait Columns<T: Element>: Finish<T> + Copy {
    /// Whether NaN may not be taken in any order, so that elements have to be looked at, and whether −0 neither may.
    const REFUSES_NAN: bool;
    const REFUSES_NEGATIVE_ZERO: bool;
    /// Whether what is made of elements that may not be taken in any order can be [mended](crate::mend).
    const MENDS: bool = false;
    /// Whether long rows of far tensors are folded in segments, for which [`Columns::fold_rows`] is compiled once more.
    const SEGMENTS: bool = false;
    /// Whether windows may be folded as [`Columns::sweep`] does.
    const SWEEPS: bool = false;

    /// Whether windows may be contracted as they are folded: see [`fused`](crate::fused).
    const FUSES: bool = false;

    /// Whether the elements that were seen may be taken in any order.
    #[inline(always)]
    fn admits<S: Simd>(seen: Seen<S, T>) -> bool {
        !Self::REFUSES_NAN || T::are_plain::<S>(seen, Self::REFUSES_NEGATIVE_ZERO)
    }
    /// `lanes[x]` = the fold of `row[x]` over the rows, of which there is at least one. Looks at those that are fresh.
    fn fold_rows<S: Simd>(
        &self,
        simd: S,
        rows: Rows<'_, T>,
        lanes: &mut LanesMut<'_, Self::Fold>,
        seen: &mut Seen<S, T>,
    );
    /// Whether that asks for windows none of which is clipped.
    #[inline(always)]
    fn wants_whole(&self) -> bool {
        false
    }
    /// The fold of a vector of each of the rows, of which there is at least one, from an element on, where they begin at a
    /// column. Looks at those that are fresh: a bit each.
    fn fold_vector<S: Simd>(
        simd: S,
        rows: &[&[T]],
        at_and_first: (usize, usize),
        fresh: u32,
        seen: &mut Seen<S, T>,
    ) -> <Self::Fold as Fold>::Vector<S>;
    /// What a row's results are multiplied by where [`Columns::FUSES`] says so: with the counts along the width, if those are `alike`.
    #[inline(always)]
    fn factor(_counts: &Counts<'_, Value<T, Self>>, _alike: bool) -> Value<T, Self> {
        Self::Fold::IDENTITY
    }
    /// Makes elements of a vector, multiplied by a factor and by counts along the width, if those differ.
    fn finish_vector<S: Simd>(
        simd: S,
        folded: <Self::Fold as Fold>::Vector<S>,
        factor: Factor<'_, Value<T, Self>>,
        elements: &mut [T],
    );
    /// Folds windows that share a row, where [`Columns::SWEEPS`] says so.
    fn sweep<S: Simd>(
        _simd: S,
        _group: &Group<'_, T>,
        _lanes: (&mut LanesMut<'_, Self::Fold>, &mut LanesMut<'_, Self::Fold>),
        _seen: &mut Seen<S, T>,
    ) {
    }
    /// The fold of all elements of a row.
    fn fold_row<S: Simd>(
        &self,
        simd: S,
        row: &[T],
    ) -> (Value<T, Self>, <Self::Fold as Fold>::Index);
}

/// Folds rows of values with as many lanes together as a row has, and without a loop over few rows.
macro_rules! fold_rows {
    ($rows:ident, $lanes:expr, $lift:expr, $merge:expr) => {
        match ($rows.len, $rows.taps[0] * $rows.taps[1]) {
            (32.., 2) => fold_rows!(2, $rows, $lanes, $lift, $merge),
            (32.., 4) => fold_rows!(4, $rows, $lanes, $lift, $merge),
            (32.., 3) => fold_rows!(3, $rows, $lanes, $lift, $merge),
            (32.., 5) => fold_rows!(5, $rows, $lanes, $lift, $merge),
            (len, _) => each_window!($rows, |rows, to| {
                let all = &mut [[].as_slice(); MOST_ROWS];
                in_chunks!(
                    len,
                    fold_values(rows.all(all), &mut $lanes[to], $lift, $merge)
                )
            }),
        }
    };
    ($few:literal, $rows:ident, $lanes:expr, $lift:expr, $merge:expr) => {
        each_window!($rows, |rows, to| {
            fold_values::<_, _, 32>(&rows.few::<$few>(), &mut $lanes[to], $lift, $merge)
        })
    };
}

/// Runs `$fold::<CHUNK>` with as many lanes together as a row of `$len` has: a vector, or a few.
macro_rules! in_chunks {
    ($len:expr, $fold:ident $args:tt) => {
        match $len {
            32.. => $fold::<_, _, 32> $args,
            16.. => $fold::<_, _, 16> $args,
            8.. => $fold::<_, _, 8> $args,
            4.. => $fold::<_, _, 4> $args,
            _ => $fold::<_, _, 1> $args,
        }
    };
}

/// Does something with each chunk of `$len` lanes, at least as many: the last overlaps the one before it. That chunks lie within as many
/// lanes is plain to the compiler, except for the last.
macro_rules! each_chunk {
    ($chunk:expr, $len:expr, |$at:ident| $work:expr) => {{
        let (chunk, len) = ($chunk, $len);
        let mut $at = 0;
        while $at + chunk <= len {
            $work;
            $at += chunk;
        }
        if $at < len {
            $at = len - chunk;
            $work;
        }
    }};
}

pub(crate) use {each_chunk, fold_rows, in_chunks};

/// Where the chunk after the one at `at` begins, as in [`each_chunk`], for work that is too long to be compiled twice.
#[inline(always)]
pub(crate) fn next_chunk(chunk: usize, at: usize, len: usize) -> Option<usize> {
    (at + chunk < len).then_some((at + chunk).min(len - chunk))
}

/// A chunk of a row.
#[inline(always)]
pub(crate) fn chunk<T, const CHUNK: usize>(row: &[T], at: usize) -> &[T; CHUNK] {
    match row[at..].first_chunk() {
        Some(chunk) => chunk,
        None => unreachable!("a chunk lies within its row"),
    }
}

/// Folds rows of single values. These are plain loops, since what a vector function calls is compiled without vectors
/// unless it is inlined.
#[inline(always)]
pub(crate) fn fold_values<T: Copy, L: Lane, const CHUNK: usize>(
    rows: &[&[T]],
    lanes: &mut [L],
    lift: impl Fn(T) -> L,
    merge: impl Fn(L, L) -> L,
) {
    let mut next = (!lanes.is_empty()).then_some(0);
    while let Some(at) = next {
        let mut folded = [L::ZERO; CHUNK];
        let first = chunk::<T, CHUNK>(rows[0], at);
        for x in 0..CHUNK {
            folded[x] = lift(first[x]);
        }
        for row in &rows[1..] {
            let row = chunk::<T, CHUNK>(row, at);
            for x in 0..CHUNK {
                folded[x] = merge(folded[x], lift(row[x]));
            }
        }
        lanes[at..at + CHUNK].copy_from_slice(&folded);
        next = next_chunk(CHUNK, at, lanes.len());
    }
}

/// Lanes of a row that is folded to a single value, however wide vectors are, so that the result does not depend on that.
pub(crate) const ROW_LANES: usize = 16;

/// Folds one row to a single value.
#[inline(always)]
pub(crate) fn fold_value<T: Copy, L: Lane>(
    row: &[T],
    identity: L,
    lift: impl Fn(T) -> L,
    merge: impl Fn(L, L) -> L,
) -> L {
    let (chunks, rest) = row.as_chunks();
    let mut folded = [identity; ROW_LANES];
    for chunk in chunks {
        fold_piece::<_, _, ROW_LANES>(&mut folded, chunk, &lift, &merge);
    }
    fold_rest(folded, rest, identity, lift, merge)
}

/// Folds what is left of a row into the lanes, and those to one.
#[inline(always)]
fn fold_rest<T: Copy, L: Lane>(
    mut folded: [L; ROW_LANES],
    rest: &[T],
    identity: L,
    lift: impl Fn(T) -> L,
    merge: impl Fn(L, L) -> L,
) -> L {
    // By pieces of known lengths: lanes that a loop of any length writes are kept in memory, and read back before they
    // are there.
    let (eights, rest) = rest.as_chunks();
    for chunk in eights {
        fold_piece::<_, _, 8>(&mut folded, chunk, &lift, &merge);
    }
    let (fours, rest) = rest.as_chunks();
    for chunk in fours {
        fold_piece::<_, _, 4>(&mut folded, chunk, &lift, &merge);
    }
    let mut last = identity;
    for &element in rest {
        last = merge(last, lift(element));
    }
    let mut width = ROW_LANES;
    while width > 1 {
        width /= 2;
        for x in 0..width {
            folded[x] = merge(folded[x], folded[x + width]);
        }
    }
    merge(folded[0], last)
}

/// Folds as many elements into the first lanes.
#[inline(always)]
fn fold_piece<T: Copy, L: Lane, const PIECE: usize>(
    folded: &mut [L; ROW_LANES],
    piece: &[T; PIECE],
    lift: impl Fn(T) -> L,
    merge: impl Fn(L, L) -> L,
) {
    for x in 0..PIECE {
        folded[x] = merge(folded[x], lift(piece[x]));
    }
}
