//! How lanes merge: [`Max`], [`ArgMax`] and [`Sum`], the three folds behind every reducer.
//!
//! A fold works on *lanes*: a stream of values and, for [`ArgMax`], a stream of indices beside it. The
//! other folds have `()` for an index, whose slices take no memory.
//!
//! Every kernel merges taps in torch's order, first tap first. That makes "the first maximum wins" and
//! "the last NaN wins" plain rules of [`Fold::merge`] and keeps the sign of a zero as torch has it.

use fearless_simd::{Select, Simd, SimdBase};

use crate::lane::{ArgLane, Lane, Mask};
use crate::scratch::Slot;

/// How two lanes become one, on vectors and on single lanes.
pub(crate) trait Fold: 'static {
    type Value: Lane;
    type Index: Slot;
    /// A vector of lanes while it is being folded.
    type Vector<S: Simd>: Copy;
    /// Whether a tap may be merged twice without changing the result.
    const IDEMPOTENT: bool;
    /// What an empty window folds to.
    const IDENTITY: Self::Value;

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

    /// Merges one lane.
    fn merge_one(
        earlier: (Self::Value, Self::Index),
        later: (Self::Value, Self::Index),
    ) -> (Self::Value, Self::Index);
    /// The index lane of an element at `flat` in its plane.
    fn index(flat: usize) -> Self::Index;
    /// The index lane that stands for no element.
    fn no_index() -> Self::Index;
    /// The flat index of a lane, −1 for no element.
    fn flat(index: Self::Index) -> i64;
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

impl<F: Fold> Lanes<'_, F> {
    #[inline(always)]
    pub(crate) fn get(&self, at: usize) -> (F::Value, F::Index) {
        (self.values[at], self.indices[at])
    }
}

impl<F: Fold> LanesMut<'_, F> {
    #[inline(always)]
    pub(crate) fn as_ref(&self) -> Lanes<'_, F> {
        Lanes {
            values: self.values,
            indices: self.indices,
        }
    }

    /// The lanes from `at` on.
    pub(crate) fn from(&mut self, at: usize) -> LanesMut<'_, F> {
        LanesMut {
            values: &mut self.values[at..],
            indices: &mut self.indices[at..],
        }
    }

    #[inline(always)]
    pub(crate) fn set(&mut self, at: usize, (value, index): (F::Value, F::Index)) {
        self.values[at] = value;
        self.indices[at] = index;
    }

    /// Makes `count` lanes from `at` on what an empty window folds to.
    pub(crate) fn clear(&mut self, at: usize, count: usize) {
        self.values[at..at + count].fill(F::IDENTITY);
        self.indices[at..at + count].fill(F::no_index());
    }
}

/// The larger value; a NaN beats every number.
pub(crate) struct Max<L>(std::marker::PhantomData<L>);

/// `later` where it is larger, else `earlier`: ties, and so the sign of a zero, go to the earlier.
#[inline(always)]
fn larger<S: Simd, L: Lane>(earlier: L::Vector<S>, later: L::Vector<S>) -> L::Vector<S> {
    if cfg!(target_arch = "x86_64") {
        // x86 defines max(a, b) as `if a > b { a } else { b }`.
        later.max(earlier)
    } else {
        later.simd_gt(earlier).select(later, earlier)
    }
}

impl<L: Lane> Fold for Max<L> {
    type Value = L;
    type Index = ();
    /// The larger number so far, and where a NaN was met.
    type Vector<S: Simd> = (L::Vector<S>, Mask<L, S>);
    const IDEMPOTENT: bool = true;
    const IDENTITY: L = L::LOWEST;

    #[inline(always)]
    fn load<S: Simd>(simd: S, lanes: &Lanes<'_, Self>, at: usize) -> Self::Vector<S> {
        let values = L::Vector::<S>::from_slice(simd, &lanes.values[at..at + L::Vector::<S>::LEN]);
        (values, L::nan_mask::<S>(values))
    }

    #[inline(always)]
    fn merge<S: Simd>(earlier: Self::Vector<S>, later: Self::Vector<S>) -> Self::Vector<S> {
        (larger::<S, L>(earlier.0, later.0), earlier.1 | later.1)
    }

    #[inline(always)]
    fn store<S: Simd>((values, nan): Self::Vector<S>, lanes: &mut LanesMut<'_, Self>, at: usize) {
        let simd = fearless_simd::ExtractToken::token(&values);
        let values = nan.select(L::Vector::<S>::splat(simd, L::NAN), values);
        values.store_slice(&mut lanes.values[at..at + L::Vector::<S>::LEN]);
    }

    #[inline(always)]
    fn unzip<S: Simd>(low: Self::Vector<S>, high: Self::Vector<S>) -> Self::Vector<S> {
        let simd = fearless_simd::ExtractToken::token(&low.0);
        let nan = L::Vector::<S>::splat(simd, L::NAN);
        let values = low
            .1
            .select(nan, low.0)
            .unzip_low(high.1.select(nan, high.0));
        (values, L::nan_mask::<S>(values))
    }

    #[inline(always)]
    fn unzip_odd<S: Simd>(low: Self::Vector<S>, high: Self::Vector<S>) -> Self::Vector<S> {
        let simd = fearless_simd::ExtractToken::token(&low.0);
        let nan = L::Vector::<S>::splat(simd, L::NAN);
        let values = low
            .1
            .select(nan, low.0)
            .unzip_high(high.1.select(nan, high.0));
        (values, L::nan_mask::<S>(values))
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
    fn index(_flat: usize) {}
    #[inline(always)]
    fn no_index() {}
    #[inline(always)]
    fn flat((): ()) -> i64 {
        -1
    }
}

/// The larger value with its index: the first maximum, or the last NaN.
pub(crate) struct ArgMax<L>(std::marker::PhantomData<L>);

impl<L: ArgLane> Fold for ArgMax<L>
where
    L::Index: Slot,
{
    type Value = L;
    type Index = L::Index;
    type Vector<S: Simd> = (L::Vector<S>, <L::Index as Lane>::Vector<S>);
    const IDEMPOTENT: bool = true;
    const IDENTITY: L = L::LOWEST;

    #[inline(always)]
    fn load<S: Simd>(simd: S, lanes: &Lanes<'_, Self>, at: usize) -> Self::Vector<S> {
        let end = at + L::Vector::<S>::LEN;
        (
            L::Vector::<S>::from_slice(simd, &lanes.values[at..end]),
            <L::Index as Lane>::Vector::<S>::from_slice(simd, &lanes.indices[at..end]),
        )
    }

    #[inline(always)]
    fn merge<S: Simd>(earlier: Self::Vector<S>, later: Self::Vector<S>) -> Self::Vector<S> {
        let wins = later.0.simd_gt(earlier.0) | L::nan_mask::<S>(later.0);
        (
            wins.select(later.0, earlier.0),
            L::select_index::<S>(wins, later.1, earlier.1),
        )
    }

    #[inline(always)]
    fn store<S: Simd>(
        (values, indices): Self::Vector<S>,
        lanes: &mut LanesMut<'_, Self>,
        at: usize,
    ) {
        let end = at + L::Vector::<S>::LEN;
        values.store_slice(&mut lanes.values[at..end]);
        indices.store_slice(&mut lanes.indices[at..end]);
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
    fn merge_one(earlier: (L, L::Index), later: (L, L::Index)) -> (L, L::Index) {
        if later.0 > earlier.0 || later.0.is_nan() {
            later
        } else {
            earlier
        }
    }

    fn index(flat: usize) -> L::Index {
        L::index(flat)
    }
    fn no_index() -> L::Index {
        L::index(usize::MAX)
    }
    fn flat(index: L::Index) -> i64 {
        L::flat(index)
    }
}

/// The larger value, where no NaN and no −0 is met: taps may then be merged in any order.
pub(crate) struct Plain<L>(std::marker::PhantomData<L>);

impl<L: Lane> Fold for Plain<L> {
    type Value = L;
    type Index = ();
    type Vector<S: Simd> = L::Vector<S>;
    const IDEMPOTENT: bool = true;
    const IDENTITY: L = L::LOWEST;

    #[inline(always)]
    fn load<S: Simd>(simd: S, lanes: &Lanes<'_, Self>, at: usize) -> Self::Vector<S> {
        L::Vector::<S>::from_slice(simd, &lanes.values[at..at + L::Vector::<S>::LEN])
    }

    #[inline(always)]
    fn merge<S: Simd>(earlier: Self::Vector<S>, later: Self::Vector<S>) -> Self::Vector<S> {
        earlier.max(later)
    }

    #[inline(always)]
    fn store<S: Simd>(vector: Self::Vector<S>, lanes: &mut LanesMut<'_, Self>, at: usize) {
        vector.store_slice(&mut lanes.values[at..at + L::Vector::<S>::LEN]);
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
    fn merge_one(earlier: (L, ()), later: (L, ())) -> (L, ()) {
        if later.0 > earlier.0 { later } else { earlier }
    }

    #[inline(always)]
    fn index(_flat: usize) {}
    #[inline(always)]
    fn no_index() {}
    #[inline(always)]
    fn flat((): ()) -> i64 {
        -1
    }
}

/// The larger value with its index, of equal ones the one with the smaller index, where no NaN is met: taps may
/// then be merged in any order.
pub(crate) struct PlainArg<L>(std::marker::PhantomData<L>);

impl<L: ArgLane> Fold for PlainArg<L>
where
    L::Index: Slot,
{
    type Value = L;
    type Index = L::Index;
    type Vector<S: Simd> = (L::Vector<S>, <L::Index as Lane>::Vector<S>);
    const IDEMPOTENT: bool = true;
    const IDENTITY: L = L::LOWEST;

    #[inline(always)]
    fn load<S: Simd>(simd: S, lanes: &Lanes<'_, Self>, at: usize) -> Self::Vector<S> {
        let end = at + L::Vector::<S>::LEN;
        (
            L::Vector::<S>::from_slice(simd, &lanes.values[at..end]),
            <L::Index as Lane>::Vector::<S>::from_slice(simd, &lanes.indices[at..end]),
        )
    }

    #[inline(always)]
    fn merge<S: Simd>(earlier: Self::Vector<S>, later: Self::Vector<S>) -> Self::Vector<S> {
        let equal = later.0.simd_eq(earlier.0);
        let wins = later.0.simd_gt(earlier.0) | (equal & L::index_below::<S>(later.1, earlier.1));
        (
            wins.select(later.0, earlier.0),
            L::select_index::<S>(wins, later.1, earlier.1),
        )
    }

    #[inline(always)]
    fn store<S: Simd>(
        (values, indices): Self::Vector<S>,
        lanes: &mut LanesMut<'_, Self>,
        at: usize,
    ) {
        let end = at + L::Vector::<S>::LEN;
        values.store_slice(&mut lanes.values[at..end]);
        indices.store_slice(&mut lanes.indices[at..end]);
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
    fn merge_one(earlier: (L, L::Index), later: (L, L::Index)) -> (L, L::Index) {
        if later.0 > earlier.0 || (later.0 == earlier.0 && later.1 < earlier.1) {
            later
        } else {
            earlier
        }
    }

    fn index(flat: usize) -> L::Index {
        L::index(flat)
    }
    /// Beyond every index, so that an element beats what pads it.
    fn no_index() -> L::Index {
        L::index(i32::MAX as usize)
    }
    fn flat(index: L::Index) -> i64 {
        L::flat(index)
    }
}

/// The sum.
pub(crate) struct Sum<L>(std::marker::PhantomData<L>);

impl<L: Lane> Fold for Sum<L> {
    type Value = L;
    type Index = ();
    type Vector<S: Simd> = L::Vector<S>;
    const IDEMPOTENT: bool = false;
    const IDENTITY: L = L::ZERO;

    #[inline(always)]
    fn load<S: Simd>(simd: S, lanes: &Lanes<'_, Self>, at: usize) -> Self::Vector<S> {
        L::Vector::<S>::from_slice(simd, &lanes.values[at..at + L::Vector::<S>::LEN])
    }

    #[inline(always)]
    fn merge<S: Simd>(earlier: Self::Vector<S>, later: Self::Vector<S>) -> Self::Vector<S> {
        earlier + later
    }

    #[inline(always)]
    fn store<S: Simd>(vector: Self::Vector<S>, lanes: &mut LanesMut<'_, Self>, at: usize) {
        vector.store_slice(&mut lanes.values[at..at + L::Vector::<S>::LEN]);
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
    fn merge_one(earlier: (L, ()), later: (L, ())) -> (L, ()) {
        (earlier.0.plus(later.0), ())
    }

    #[inline(always)]
    fn index(_flat: usize) {}
    #[inline(always)]
    fn no_index() {}
    #[inline(always)]
    fn flat((): ()) -> i64 {
        -1
    }
}
