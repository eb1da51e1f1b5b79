//! How lanes merge: the folds behind every reducer.
//!
//! A fold works on *lanes*: a stream of values and, where maxima carry an index, a stream of indices beside it. The
//! other folds have `()` for an index, whose slices take no memory.
//!
//! [`Max`] and [`ArgMax`] are torch's: kernels merge their taps in torch's order, first tap first. That makes "the
//! first maximum wins" and "the last NaN wins" plain rules of [`Fold::merge`] and keeps the sign of a zero as torch has
//! it. [`Sum`], [`Plain`] and [`PlainArg`] may be merged in any order.

use std::marker::PhantomData;
use std::slice::SliceIndex;

use fearless_simd::{Select, Simd, SimdBase};

use crate::index::IndexLane;
use crate::lane::{ArgLane, Lane, MOST_LANES, Mask};

/// How two lanes become one, on vectors and on single lanes.
pub(crate) trait Fold: 'static {
    type Value: Lane;
    type Index: IndexLane;
    /// A vector of lanes while it is being folded.
    type Vector<S: Simd>: Copy;
    /// Whether a tap may be merged twice without changing the result.
    const IDEMPOTENT: bool;
    /// What an empty window folds to.
    const IDENTITY: Self::Value;
    /// Whether lanes have indices.
    const HAS_INDICES: bool = size_of::<Self::Index>() > 0;

    /// Reads the vector that starts at lane `at`.
    fn load<S: Simd>(simd: S, lanes: &Lanes<'_, Self>, at: usize) -> Self::Vector<S>;
    /// Merges `later` into `earlier`.
    fn merge<S: Simd>(earlier: Self::Vector<S>, later: Self::Vector<S>) -> Self::Vector<S>;
    /// Writes a vector to the lanes that start at `at`.
    fn store<S: Simd>(vector: Self::Vector<S>, lanes: &mut LanesMut<'_, Self>, at: usize);
    /// The even lanes of `low` and `high`.
    fn unzip<S: Simd>(low: Self::Vector<S>, high: Self::Vector<S>) -> Self::Vector<S>;
    /// The odd lanes of `low` and `high`.
    fn unzip_odd<S: Simd>(low: Self::Vector<S>, high: Self::Vector<S>) -> Self::Vector<S>;
    /// The vector that starts `BY` lanes after `low`, which `high` follows.
    fn slide<S: Simd, const BY: usize>(
        low: Self::Vector<S>,
        high: Self::Vector<S>,
    ) -> Self::Vector<S>;

    /// Picks lanes of `low`, which `high` follows: `bytes` are their places, byte by byte.
    fn pick<S: Simd>(
        simd: S,
        low: Self::Vector<S>,
        high: Self::Vector<S>,
        bytes: &[u8],
    ) -> Self::Vector<S>;

    /// Merges one lane.
    fn merge_one(
        earlier: (Self::Value, Self::Index),
        later: (Self::Value, Self::Index),
    ) -> (Self::Value, Self::Index);
    /// The index lane that stands for no element.
    fn no_index() -> Self::Index;
}

/// A stream of lanes.
pub(crate) struct Lanes<'a, F: Fold + ?Sized> {
    pub(crate) values: &'a [F::Value],
    pub(crate) indices: &'a [F::Index],
}

/// A stream of lanes to write.
pub(crate) struct LanesMut<'a, F: Fold + ?Sized> {
    pub(crate) values: &'a mut [F::Value],
    pub(crate) indices: &'a mut [F::Index],
}

impl<F: Fold + ?Sized> Clone for Lanes<'_, F> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<F: Fold + ?Sized> Copy for Lanes<'_, F> {}

impl<F: Fold> Lanes<'_, F> {
    /// `len` lanes from `at` on. Index lanes are cut as those of [`LanesMut`] are.
    #[inline(always)]
    pub(crate) fn piece(&self, at: usize, len: usize) -> Self {
        Self {
            values: &self.values[at..at + len],
            indices: if F::HAS_INDICES {
                &self.indices[at..at + len]
            } else {
                self.indices
            },
        }
    }

    #[inline(always)]
    pub(crate) fn get(&self, at: usize) -> (F::Value, F::Index) {
        (self.values[at], self.indices[at])
    }
}

impl<'a, F: Fold> LanesMut<'a, F> {
    #[inline(always)]
    pub(crate) fn as_ref(&self) -> Lanes<'_, F> {
        Lanes {
            values: self.values,
            indices: self.indices,
        }
    }

    /// The lanes from `at` on.
    #[inline(always)]
    pub(crate) fn from(&mut self, at: usize) -> LanesMut<'_, F> {
        LanesMut {
            values: &mut self.values[at..],
            indices: cut(self.indices, at..),
        }
    }

    /// `len` lanes from `at` on.
    #[inline(always)]
    pub(crate) fn piece(&mut self, at: usize, len: usize) -> LanesMut<'_, F> {
        LanesMut {
            values: &mut self.values[at..][..len],
            indices: cut(self.indices, at..at + len),
        }
    }

    /// All whole vectors of a [`LanesMut::piece`].
    #[inline(always)]
    pub(crate) fn vectors<S: Simd>(self) -> impl Iterator<Item = LanesMut<'a, F>> {
        let width = <F::Value as Lane>::Vector::<S>::LEN;
        let values = self.values.chunks_exact_mut(width);
        let indices = self.indices.chunks_exact_mut(width);
        values
            .zip(indices)
            .map(|(values, indices)| LanesMut { values, indices })
    }

    #[inline(always)]
    pub(crate) fn set(&mut self, at: usize, (value, index): (F::Value, F::Index)) {
        self.values[at] = value;
        self.indices[at] = index;
    }

    /// As [`LanesMut::clear`], in whole vectors: up to one is written beyond the lanes.
    #[inline(always)]
    pub(crate) fn pad<S: Simd>(&mut self, simd: S, at: usize, count: usize) {
        let none = nothing::<S, F>(simd);
        let width = <F::Value as Lane>::Vector::<S>::LEN;
        let piece = self.piece(at, count.next_multiple_of(width));
        for mut vector in piece.vectors::<S>() {
            F::store(none, &mut vector, 0);
        }
    }

    /// Makes `count` lanes from `at` on what an empty window folds to.
    pub(crate) fn clear(&mut self, at: usize, count: usize) {
        self.values[at..at + count].fill(F::IDENTITY);
        self.indices[at..at + count].fill(F::no_index());
    }
}

/// Some index lanes; of `()`, all: nothing is gained by fewer, but their bounds would be looked at.
#[inline(always)]
fn cut<I, R: SliceIndex<[I], Output = [I]>>(indices: &mut [I], range: R) -> &mut [I] {
    if size_of::<I>() > 0 {
        &mut indices[range]
    } else {
        indices
    }
}

/// A vector of what empty windows fold to.
#[inline(always)]
pub(crate) fn nothing<S: Simd, F: Fold>(simd: S) -> F::Vector<S> {
    let nothing = Lanes::<F> {
        values: &[F::IDENTITY; MOST_LANES],
        indices: &[F::no_index(); MOST_LANES],
    };
    F::load(simd, &nothing, 0)
}

#[inline(always)]
fn load<S: Simd, V: SimdBase<S>>(simd: S, lanes: &[V::Element], at: usize) -> V {
    V::from_slice(simd, &lanes[at..at + V::LEN])
}

#[inline(always)]
fn store<S: Simd, V: SimdBase<S>>(vector: V, lanes: &mut [V::Element], at: usize) {
    vector.store_slice(&mut lanes[at..at + V::LEN]);
}

#[inline(always)]
fn pick<S: Simd, V: SimdBase<S>>(simd: S, low: V, high: V, bytes: &[u8]) -> V {
    low.concat_swizzle_dyn(high, V::ByteVector::from_slice(simd, bytes))
}

/// The larger value; a NaN beats every number.
pub(crate) struct Max<L>(PhantomData<L>);

/// `later` where it is larger, else `earlier`: ties, and so the sign of a zero, go to the earlier.
#[inline(always)]
pub(crate) fn larger<S: Simd, L: Lane>(earlier: L::Vector<S>, later: L::Vector<S>) -> L::Vector<S> {
    if cfg!(target_arch = "x86_64") {
        // x86 defines max(a, b) as `if a > b { a } else { b }`.
        later.max(earlier)
    } else {
        later.simd_gt(earlier).select(later, earlier)
    }
}

/// The larger number so far, and where a NaN was met.
type Marked<L, S> = (<L as Lane>::Vector<S>, Mask<L, S>);

/// The values of a marked vector: NaN where one was met.
#[inline(always)]
fn with_nan<S: Simd, L: Lane>((values, nan): Marked<L, S>) -> L::Vector<S> {
    let simd = fearless_simd::ExtractToken::token(&values);
    nan.select(L::Vector::<S>::splat(simd, L::NAN), values)
}

#[inline(always)]
fn marked<S: Simd, L: Lane>(values: L::Vector<S>) -> Marked<L, S> {
    (values, L::nan_mask::<S>(values))
}

impl<L: Lane> Fold for Max<L> {
    type Value = L;
    type Index = ();
    type Vector<S: Simd> = Marked<L, S>;
    const IDEMPOTENT: bool = true;
    const IDENTITY: L = L::LOWEST;

    #[inline(always)]
    fn load<S: Simd>(simd: S, lanes: &Lanes<'_, Self>, at: usize) -> Self::Vector<S> {
        marked::<S, L>(load(simd, lanes.values, at))
    }
    #[inline(always)]
    fn merge<S: Simd>(earlier: Self::Vector<S>, later: Self::Vector<S>) -> Self::Vector<S> {
        (larger::<S, L>(earlier.0, later.0), earlier.1 | later.1)
    }
    #[inline(always)]
    fn store<S: Simd>(vector: Self::Vector<S>, lanes: &mut LanesMut<'_, Self>, at: usize) {
        store(with_nan::<S, L>(vector), lanes.values, at);
    }
    #[inline(always)]
    fn unzip<S: Simd>(low: Self::Vector<S>, high: Self::Vector<S>) -> Self::Vector<S> {
        marked::<S, L>(with_nan::<S, L>(low).unzip_low(with_nan::<S, L>(high)))
    }
    #[inline(always)]
    fn unzip_odd<S: Simd>(low: Self::Vector<S>, high: Self::Vector<S>) -> Self::Vector<S> {
        marked::<S, L>(with_nan::<S, L>(low).unzip_high(with_nan::<S, L>(high)))
    }
    #[inline(always)]
    fn slide<S: Simd, const BY: usize>(
        low: Self::Vector<S>,
        high: Self::Vector<S>,
    ) -> Self::Vector<S> {
        marked::<S, L>(with_nan::<S, L>(low).slide::<BY>(with_nan::<S, L>(high)))
    }
    #[inline(always)]
    fn pick<S: Simd>(
        simd: S,
        low: Self::Vector<S>,
        high: Self::Vector<S>,
        bytes: &[u8],
    ) -> Self::Vector<S> {
        let (low, high) = (with_nan::<S, L>(low), with_nan::<S, L>(high));
        marked::<S, L>(pick(simd, low, high, bytes))
    }

    #[inline(always)]
    fn merge_one(earlier: (L, ()), later: (L, ())) -> (L, ()) {
        if later.0 > earlier.0 || later.0.is_nan() {
            later
        } else {
            earlier
        }
    }
    #[inline(always)]
    fn no_index() {}
}

/// How two values become one.
pub(crate) trait MergeValues<L: Lane>: 'static {
    const IDEMPOTENT: bool;
    const IDENTITY: L;
    fn merge<S: Simd>(earlier: L::Vector<S>, later: L::Vector<S>) -> L::Vector<S>;
    fn merge_one(earlier: L, later: L) -> L;
}

/// A fold of values that need nothing beside them.
pub(crate) struct Values<L, R>(PhantomData<(L, R)>);

/// The larger value, where no NaN and no −0 is met: taps may then be merged in any order.
pub(crate) type Plain<L> = Values<L, Larger>;
/// The sum.
pub(crate) type Sum<L> = Values<L, Added>;

/// See [`Plain`].
pub(crate) struct Larger;

impl<L: Lane> MergeValues<L> for Larger {
    const IDEMPOTENT: bool = true;
    const IDENTITY: L = L::LOWEST;

    #[inline(always)]
    fn merge<S: Simd>(earlier: L::Vector<S>, later: L::Vector<S>) -> L::Vector<S> {
        earlier.max(later)
    }
    #[inline(always)]
    fn merge_one(earlier: L, later: L) -> L {
        if later > earlier { later } else { earlier }
    }
}

/// See [`Sum`].
pub(crate) struct Added;

impl<L: Lane> MergeValues<L> for Added {
    const IDEMPOTENT: bool = false;
    const IDENTITY: L = L::ZERO;

    #[inline(always)]
    fn merge<S: Simd>(earlier: L::Vector<S>, later: L::Vector<S>) -> L::Vector<S> {
        earlier + later
    }
    #[inline(always)]
    fn merge_one(earlier: L, later: L) -> L {
        earlier.plus(later)
    }
}

impl<L: Lane, R: MergeValues<L>> Fold for Values<L, R> {
    type Value = L;
    type Index = ();
    type Vector<S: Simd> = L::Vector<S>;
    const IDEMPOTENT: bool = R::IDEMPOTENT;
    const IDENTITY: L = R::IDENTITY;

    #[inline(always)]
    fn load<S: Simd>(simd: S, lanes: &Lanes<'_, Self>, at: usize) -> Self::Vector<S> {
        load(simd, lanes.values, at)
    }
    #[inline(always)]
    fn merge<S: Simd>(earlier: Self::Vector<S>, later: Self::Vector<S>) -> Self::Vector<S> {
        R::merge::<S>(earlier, later)
    }
    #[inline(always)]
    fn store<S: Simd>(vector: Self::Vector<S>, lanes: &mut LanesMut<'_, Self>, at: usize) {
        store(vector, lanes.values, at);
    }
    #[inline(always)]
    fn unzip<S: Simd>(low: Self::Vector<S>, high: Self::Vector<S>) -> Self::Vector<S> {
        low.unzip_low(high)
    }
    #[inline(always)]
    fn unzip_odd<S: Simd>(low: Self::Vector<S>, high: Self::Vector<S>) -> Self::Vector<S> {
        low.unzip_high(high)
    }
    #[inline(always)]
    fn slide<S: Simd, const BY: usize>(
        low: Self::Vector<S>,
        high: Self::Vector<S>,
    ) -> Self::Vector<S> {
        low.slide::<BY>(high)
    }
    #[inline(always)]
    fn pick<S: Simd>(
        simd: S,
        low: Self::Vector<S>,
        high: Self::Vector<S>,
        bytes: &[u8],
    ) -> Self::Vector<S> {
        pick(simd, low, high, bytes)
    }

    #[inline(always)]
    fn merge_one(earlier: (L, ()), later: (L, ())) -> (L, ()) {
        (R::merge_one(earlier.0, later.0), ())
    }
    #[inline(always)]
    fn no_index() {}
}

/// Which of two values with their indices is kept.
pub(crate) trait KeepOne<L: ArgLane>: 'static {
    /// The index lane of what pads a row.
    const NO_INDEX: usize;
    /// Where `later` is kept.
    fn wins<S: Simd>(earlier: ArgVector<L, S>, later: ArgVector<L, S>) -> Mask<L, S>;
    /// Whether `later` is kept.
    fn wins_one(earlier: (L, L::Index), later: (L, L::Index)) -> bool;
}

/// Values, and their indices.
pub(crate) type ArgVector<L, S> = (
    <L as Lane>::Vector<S>,
    <<L as ArgLane>::Index as Lane>::Vector<S>,
);

/// A fold that keeps one value, and its index.
pub(crate) struct Pairs<L, R>(PhantomData<(L, R)>);

/// The larger value with its index: the first maximum, or the last NaN.
pub(crate) type ArgMax<L> = Pairs<L, First>;
/// The larger value with its index, of equal ones the one with the smaller index, where no NaN is met: taps may
/// then be merged in any order.
pub(crate) type PlainArg<L> = Pairs<L, Lowest>;

/// See [`ArgMax`].
pub(crate) struct First;

impl<L: ArgLane> KeepOne<L> for First {
    const NO_INDEX: usize = usize::MAX;

    #[inline(always)]
    fn wins<S: Simd>(earlier: ArgVector<L, S>, later: ArgVector<L, S>) -> Mask<L, S> {
        later.0.simd_gt(earlier.0) | L::nan_mask::<S>(later.0)
    }
    #[inline(always)]
    fn wins_one(earlier: (L, L::Index), later: (L, L::Index)) -> bool {
        later.0 > earlier.0 || later.0.is_nan()
    }
}

/// See [`PlainArg`].
pub(crate) struct Lowest;

impl<L: ArgLane> KeepOne<L> for Lowest {
    /// Beyond every index, so that an element beats what pads it.
    const NO_INDEX: usize = i32::MAX as usize;

    #[inline(always)]
    fn wins<S: Simd>(earlier: ArgVector<L, S>, later: ArgVector<L, S>) -> Mask<L, S> {
        let equal = later.0.simd_eq(earlier.0);
        later.0.simd_gt(earlier.0) | (equal & L::index_below::<S>(later.1, earlier.1))
    }
    #[inline(always)]
    fn wins_one(earlier: (L, L::Index), later: (L, L::Index)) -> bool {
        later.0 > earlier.0 || (later.0 == earlier.0 && later.1 < earlier.1)
    }
}

impl<L: ArgLane, R: KeepOne<L>> Fold for Pairs<L, R> {
    type Value = L;
    type Index = L::Index;
    type Vector<S: Simd> = ArgVector<L, S>;
    const IDEMPOTENT: bool = true;
    const IDENTITY: L = L::LOWEST;

    #[inline(always)]
    fn load<S: Simd>(simd: S, lanes: &Lanes<'_, Self>, at: usize) -> Self::Vector<S> {
        (load(simd, lanes.values, at), load(simd, lanes.indices, at))
    }
    #[inline(always)]
    fn merge<S: Simd>(earlier: Self::Vector<S>, later: Self::Vector<S>) -> Self::Vector<S> {
        let wins = R::wins::<S>(earlier, later);
        (
            wins.select(later.0, earlier.0),
            L::select_index::<S>(wins, later.1, earlier.1),
        )
    }
    #[inline(always)]
    fn store<S: Simd>(vector: Self::Vector<S>, lanes: &mut LanesMut<'_, Self>, at: usize) {
        store(vector.0, lanes.values, at);
        store(vector.1, lanes.indices, at);
    }
    #[inline(always)]
    fn unzip<S: Simd>(low: Self::Vector<S>, high: Self::Vector<S>) -> Self::Vector<S> {
        (low.0.unzip_low(high.0), low.1.unzip_low(high.1))
    }
    #[inline(always)]
    fn unzip_odd<S: Simd>(low: Self::Vector<S>, high: Self::Vector<S>) -> Self::Vector<S> {
        (low.0.unzip_high(high.0), low.1.unzip_high(high.1))
    }
    #[inline(always)]
    fn slide<S: Simd, const BY: usize>(
        low: Self::Vector<S>,
        high: Self::Vector<S>,
    ) -> Self::Vector<S> {
        (low.0.slide::<BY>(high.0), low.1.slide::<BY>(high.1))
    }
    #[inline(always)]
    fn pick<S: Simd>(
        simd: S,
        low: Self::Vector<S>,
        high: Self::Vector<S>,
        bytes: &[u8],
    ) -> Self::Vector<S> {
        (
            pick(simd, low.0, high.0, bytes),
            pick(simd, low.1, high.1, bytes),
        )
    }

    #[inline(always)]
    fn merge_one(earlier: (L, L::Index), later: (L, L::Index)) -> (L, L::Index) {
        if R::wins_one(earlier, later) {
            later
        } else {
            earlier
        }
    }
    fn no_index() -> L::Index {
        L::Index::of(R::NO_INDEX)
    }
}
