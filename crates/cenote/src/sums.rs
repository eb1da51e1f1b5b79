//! The sums of the short way: of elements, for means, and of squares, for power averages.

use fearless_simd::{Simd, SimdBase};

use crate::columns::{
    Columns, MOST_ROWS, ROW_LANES, chunk, fold_rows, fold_values, in_chunks, next_chunk,
};
use crate::element::private::Lanes;
use crate::element::{Convert, Element, Lift};
use crate::fold::LanesMut;
use crate::lane::{Lane, RealLane, SumLane};
use crate::reduce::{Counts, Factor, Mean, Power};
use crate::rows::{Rows, Seen, each_pair, each_window};

/// Lanes of two windows that are folded together.
const PAIRED: usize = 16;

/// As [`fold_values`], of two windows of three rows, of which they share two: those are lifted once.
#[inline(always)]
fn fold_two<T: Copy, L: Lane>(
    rows: &[&[T]; 4],
    (first_lanes, second_lanes): (&mut [L], &mut [L]),
    lift: impl Fn(T) -> L,
    merge: impl Fn(L, L) -> L,
) {
    let mut next = Some(0);
    while let Some(at) = next {
        let row = |number: usize| chunk::<T, PAIRED>(rows[number], at);
        let rows = [row(0), row(1), row(2), row(3)];
        let (mut first, mut second) = ([L::ZERO; PAIRED], [L::ZERO; PAIRED]);
        for x in 0..PAIRED {
            let (a, b) = (lift(rows[0][x]), lift(rows[1][x]));
            let (c, d) = (lift(rows[2][x]), lift(rows[3][x]));
            first[x] = merge(merge(a, b), c);
            second[x] = merge(merge(b, c), d);
        }
        first_lanes[at..at + PAIRED].copy_from_slice(&first);
        second_lanes[at..at + PAIRED].copy_from_slice(&second);
        next = next_chunk(PAIRED, at, first_lanes.len());
    }
}

/// As [`fold_value`], of sums: by itself the compiler makes pairs of their lanes, however wide vectors are.
#[inline(always)]
fn add_row<S: Simd, T: Copy, L: SumLane>(simd: S, row: &[T], lift: impl Fn(T) -> L) -> L {
    let mut sums = [L::Vector::<S>::splat(simd, L::ZERO); ROW_LANES];
    let (chunks, rest) = row.as_chunks();
    for chunk in chunks {
        add_piece::<_, _, _, ROW_LANES>(simd, &mut sums, chunk, &lift);
    }
    let (eights, rest) = rest.as_chunks();
    for chunk in eights {
        add_piece::<_, _, _, 8>(simd, &mut sums, chunk, &lift);
    }
    let (fours, rest) = rest.as_chunks();
    for chunk in fours {
        add_piece::<_, _, _, 4>(simd, &mut sums, chunk, &lift);
    }
    let last = rest
        .iter()
        .fold(L::ZERO, |last, &element| last.plus(lift(element)));
    add_lanes::<S, L>(sums).plus(last)
}

/// Adds as many elements to the first lanes.
#[inline(always)]
fn add_piece<S: Simd, T: Copy, L: SumLane, const PIECE: usize>(
    simd: S,
    sums: &mut [L::Vector<S>; ROW_LANES],
    piece: &[T; PIECE],
    lift: impl Fn(T) -> L,
) {
    let width = L::Vector::<S>::LEN;
    let mut lanes = [L::ZERO; ROW_LANES];
    for x in 0..PIECE {
        lanes[x] = lift(piece[x]);
    }
    let lanes = lanes[..PIECE.max(width)].chunks_exact(width);
    for (sum, lanes) in sums.iter_mut().zip(lanes) {
        *sum += L::Vector::<S>::from_slice(simd, lanes);
    }
}

/// The sum of all lanes, each added to the one half of them further on, until one is left: the same however wide vectors are.
#[inline(always)]
fn add_lanes<S: Simd, L: SumLane>(mut sums: [L::Vector<S>; ROW_LANES]) -> L {
    let width = L::Vector::<S>::LEN;
    let mut count = ROW_LANES / width;
    while count > 1 {
        count /= 2;
        for x in 0..count {
            let further = sums[x + count];
            sums[x] += further;
        }
    }
    let mut sum = sums[0];
    if width == 16 {
        sum += sum.slide::<8>(sum);
    }
    if width >= 8 {
        sum += sum.slide::<4>(sum);
    }
    if width >= 4 {
        sum += sum.slide::<2>(sum);
    }
    sum += sum.slide::<1>(sum);
    sum.as_slice()[0]
}

/// Sums of what `$lift` makes of elements, in lanes of type `$lane`.
macro_rules! impl_columns_of_sums {
    ($($reducer:ident $lane:ident $lift:expr, $vector:expr, $finish:expr, $wants_whole:expr);*) => {$(
        impl<T: Element> Columns<T> for $reducer {
            const REFUSES_NAN: bool = false;
            const REFUSES_NEGATIVE_ZERO: bool = false;
            const FUSES: bool = T::WIDE_SUM;

            #[inline(always)]
            fn wants_whole(&self) -> bool {
                $wants_whole(self)
            }
            #[inline(always)]
            fn factor(counts: &Counts<'_, T::$lane>, alike: bool) -> T::$lane {
                counts.factor(alike)
            }
            #[inline(always)]
            fn finish_vector<S: Simd>(
                simd: S,
                folded: <T::$lane as Lane>::Vector<S>,
                factor: Factor<'_, T::$lane>,
                elements: &mut [T],
            ) {
                $finish(simd, folded, factor, elements);
            }
            #[inline(always)]
            fn fold_vector<S: Simd>(
                simd: S,
                rows: &[&[T]],
                (at, _): (usize, usize),
                _fresh: u32,
                _seen: &mut Seen<S, T>,
            ) -> <T::$lane as Lane>::Vector<S> {
                let mut sum = $vector(simd, rows[0], at);
                for row in &rows[1..] {
                    sum += $vector(simd, row, at);
                }
                sum
            }
            #[inline(always)]
            fn fold_rows<S: Simd>(
                &self,
                _simd: S,
                rows: Rows<'_, T>,
                lanes: &mut LanesMut<'_, Self::Fold>,
                _seen: &mut Seen<S, T>,
            ) {
                if rows.taps == [1, 3] && rows.are_dense() && rows.len >= PAIRED {
                    return each_pair!(rows, |rows, to| {
                        let lanes = lanes.values[to..].split_at_mut(rows.to);
                        let lanes = (&mut lanes.0[..rows.len], &mut lanes.1[..rows.len]);
                        fold_two(&rows.few(), lanes, $lift, Lane::plus)
                    });
                }
                fold_rows!(rows, lanes.values, $lift, Lane::plus);
            }
            #[inline(always)]
            fn fold_row<S: Simd>(&self, simd: S, row: &[T]) -> (T::$lane, ()) {
                (add_row(simd, row, $lift), ())
            }
        }
    )*};
}

// A power average of the short way is the root of a sum of squares, which layers use.
impl_columns_of_sums!(
    Mean Sum Lift::<T::Sum>::lift, lift_vector::<S, T, T::Sum>, mean_vector::<S, T>, |_| false;
    Power Real square::<T>, square_vector::<S, T>, root_vector::<S, T>, Power::is_scaled
);

/// The vector of elements that starts at `at`, as lanes.
#[inline(always)]
fn lift_vector<S: Simd, T: Lift<L>, L: Lane>(simd: S, elements: &[T], at: usize) -> L::Vector<S> {
    Lift::<L>::lift_vector(simd, &elements[at..at + L::Vector::<S>::LEN])
}

#[inline(always)]
fn square_vector<S: Simd, T: Element>(
    simd: S,
    elements: &[T],
    at: usize,
) -> <T::Real as Lane>::Vector<S> {
    let lanes = lift_vector::<S, T, T::Real>(simd, elements, at);
    lanes * lanes
}

#[inline(always)]
fn square<T: Element>(element: T) -> T::Real {
    let lane = Lift::<T::Real>::lift(element);
    lane.times(lane)
}

/// Makes means of sums, which begin at zero.
#[inline(always)]
fn mean_vector<S: Simd, T: Element>(
    simd: S,
    sums: <T::Sum as Lane>::Vector<S>,
    factor: Factor<'_, T::Sum>,
    elements: &mut [T],
) {
    type Vector<S, T> = <<T as Lanes>::Sum as Lane>::Vector<S>;
    let mut factors = Vector::<S, T>::splat(simd, factor.row);
    if let Some(counts) = factor.counts {
        let counts = &counts[factor.at..factor.at + Vector::<S, T>::LEN];
        factors = Vector::<S, T>::from_slice(simd, counts) * factors;
    }
    let means = (sums + T::Sum::ZERO) * factors;
    narrow_vector::<S, T, T::Sum>(means, elements, |mean| mean);
}

/// Makes roots of sums of squares.
#[inline(always)]
fn root_vector<S: Simd, T: Element>(
    _simd: S,
    sums: <T::Real as Lane>::Vector<S>,
    _factor: Factor<'_, T::Real>,
    elements: &mut [T],
) {
    narrow_vector::<S, T, T::Real>(sums, elements, RealLane::square_root);
}

/// Makes elements of what `f` makes of lanes.
#[inline(always)]
fn narrow_vector<S: Simd, T: Convert<L>, L: Lane>(
    vector: L::Vector<S>,
    elements: &mut [T],
    f: impl Fn(L) -> L,
) {
    macro_rules! narrow {
        ($lanes:literal) => {{
            let lanes = *chunk::<L, $lanes>(vector.as_slice(), 0);
            let mut narrowed = [L::ZERO; $lanes];
            for x in 0..$lanes {
                narrowed[x] = f(lanes[x]);
            }
            T::narrow(&narrowed, &mut elements[..$lanes]);
        }};
    }
    match const { L::Vector::<S>::LEN } {
        2 => narrow!(2),
        4 => narrow!(4),
        8 => narrow!(8),
        _ => narrow!(16),
    }
}
