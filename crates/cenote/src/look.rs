//! Looking at elements: whether they may be compared as plain lanes, in any order.

use fearless_simd::{Bytes, Select, Simd, SimdBase};
use fearless_simd_macros::simd;
use half::{bf16, f16};

use crate::columns::each_chunk;
use crate::element::ordered;
use crate::fold::{Larger, MergeValues};
use crate::lane::{Lane, MOST_LANES};

/// Elements as the lanes that plain ones are compared as, and what a look at them sees.
///
/// Floats are looked at as integers: −0 is the smallest of all, and without its sign a NaN is larger than infinity. So a
/// minimum and a maximum say whether any of many is there.
#[allow(private_bounds, reason = "lanes are this crate's own affair")]
pub trait Look<L: Lane>: Copy + Default {
    /// Whether elements are floats.
    const IS_FLOAT: bool;
    /// A vector of elements, or of as much of several as tells the largest of each lane.
    type Met<S: Simd>: Copy;
    /// What was seen.
    type Seen<S: Simd>: Copy;

    /// The vector of elements that starts at `at`.
    fn load<S: Simd>(simd: S, elements: &[Self], at: usize) -> Self::Met<S>;
    fn merge<S: Simd>(a: Self::Met<S>, b: Self::Met<S>) -> Self::Met<S>;
    /// The largest of each lane.
    #[allow(private_interfaces, reason = "lanes are this crate's own affair")]
    fn largest<S: Simd>(met: Self::Met<S>) -> L::Vector<S>;
    /// What is seen of no elements.
    fn nothing_seen<S: Simd>(simd: S) -> Self::Seen<S>;
    /// Looks at elements, as they were loaded.
    fn see<S: Simd>(met: Self::Met<S>, seen: &mut Self::Seen<S>);
    /// Looks at what elements were merged to: whatever of a look can wait until then.
    #[inline(always)]
    fn see_merged<S: Simd>(_met: Self::Met<S>, _seen: &mut Self::Seen<S>) {}
    /// Whether none of the elements seen is NaN or, where `zero` says so, −0.
    fn are_plain<S: Simd>(seen: Self::Seen<S>, zero: bool) -> bool;
    /// Makes elements of the plain lanes that lie in their place.
    #[inline(always)]
    fn settle(_elements: &mut [Self]) {}
    /// As [`Look::settle`], of a vector of them: the elements' bits.
    #[allow(private_interfaces, reason = "lanes are this crate's own affair")]
    #[inline(always)]
    fn settle_vector<S: Simd>(lanes: L::Vector<S>) -> L::Vector<S> {
        lanes
    }
}

/// The vector of elements that starts at `at`. Looks at it if it is `fresh`.
#[inline(always)]
pub(crate) fn load_fresh<S: Simd, L: Lane, T: Look<L>>(
    simd: S,
    (elements, at): (&[T], usize),
    fresh: bool,
    seen: &mut T::Seen<S>,
) -> T::Met<S> {
    let met = T::load(simd, elements, at);
    if fresh {
        T::see(met, seen);
    }
    met
}

/// The largest of each lane. Looks at them if one of the elements is `fresh`.
#[inline(always)]
pub(crate) fn largest_fresh<S: Simd, L: Lane, T: Look<L>>(
    met: T::Met<S>,
    fresh: bool,
    seen: &mut T::Seen<S>,
) -> L::Vector<S> {
    if fresh {
        T::see_merged(met, seen);
    }
    T::largest(met)
}

/// Looks at the vector of elements that starts at `at`.
#[inline(always)]
pub(crate) fn see_vector<S: Simd, L: Lane, T: Look<L>>(
    simd: S,
    (elements, at): (&[T], usize),
    seen: &mut T::Seen<S>,
) {
    let met = load_fresh(simd, (elements, at), true, seen);
    T::see_merged(met, seen);
}

/// Looks at all elements of a row.
#[inline(always)]
pub(crate) fn see_row<S: Simd, L: Lane, T: Look<L>>(simd: S, row: &[T], seen: &mut T::Seen<S>) {
    if !T::IS_FLOAT {
        return;
    }
    let width = L::Vector::<S>::LEN;
    if row.len() < width {
        let mut filled = [T::default(); MOST_LANES];
        filled[..row.len()].copy_from_slice(row);
        return see_vector(simd, (&filled, 0), seen);
    }
    each_chunk!(width, row.len(), |at| {
        see_vector(simd, (row, at), seen);
    });
}

/// Whether no element is NaN or, where `zero` says so, −0.
#[simd]
pub(crate) fn are_plain<S: Simd, L: Lane, T: Look<L>>(simd: S, elements: &[T], zero: bool) -> bool {
    let mut seen = T::nothing_seen(simd);
    see_row(simd, elements, &mut seen);
    T::are_plain::<S>(seen, zero)
}

/// Elements that are lanes themselves.
macro_rules! meet_lanes {
    ($lane:ident $lanes:ident) => {
        type Met<S: Simd> = S::$lanes;

        #[inline(always)]
        fn load<S: Simd>(simd: S, elements: &[Self], at: usize) -> S::$lanes {
            S::$lanes::from_slice(simd, &elements[at..at + S::$lanes::LEN])
        }
        #[inline(always)]
        fn merge<S: Simd>(a: S::$lanes, b: S::$lanes) -> S::$lanes {
            <Larger as MergeValues<$lane>>::merge::<S>(a, b)
        }
        #[allow(private_interfaces, reason = "lanes are this crate's own affair")]
        #[inline(always)]
        fn largest<S: Simd>(met: S::$lanes) -> S::$lanes {
            met
        }
    };
}

impl Look<f32> for f32 {
    const IS_FLOAT: bool = true;
    meet_lanes!(f32 f32s);
    /// The least, and the largest without their signs.
    type Seen<S: Simd> = [S::i32s; 2];

    #[inline(always)]
    fn nothing_seen<S: Simd>(simd: S) -> [S::i32s; 2] {
        [i32::MAX, 0].map(|bits| S::i32s::splat(simd, bits))
    }
    #[inline(always)]
    fn see<S: Simd>(vector: S::f32s, [smallest, largest]: &mut [S::i32s; 2]) {
        let bits = vector.bitcast::<S::i32s>();
        *smallest = smallest.min(bits);
        *largest = largest.max(bits & i32::MAX);
    }
    #[inline(always)]
    fn are_plain<S: Simd>([smallest, largest]: [S::i32s; 2], zero: bool) -> bool {
        let infinity = f32::INFINITY.to_bits().cast_signed();
        largest.reduce_max() <= infinity && !(zero && smallest.reduce_min() == i32::MIN)
    }
}

/// Few processors compare integers of 64 bits quickly. So upper halves are compared, of which that of −0 is the least; and a sum is NaN
/// if an element is. By mistake infinities of both signs pass for a NaN, and negative numbers nearer to 0 than 2⁻¹⁰⁴² for −0: that
/// takes longer, and gives the same.
impl Look<f64> for f64 {
    const IS_FLOAT: bool = true;
    meet_lanes!(f64 f64s);
    /// The least of all halves, and two sums, which take turns, since one would wait for itself.
    type Seen<S: Simd> = (S::i32s, [S::f64s; 2]);

    #[inline(always)]
    fn nothing_seen<S: Simd>(simd: S) -> Self::Seen<S> {
        (S::i32s::splat(simd, 0), [S::f64s::splat(simd, 0.0); 2])
    }
    #[inline(always)]
    fn see<S: Simd>(vector: S::f64s, (smallest, sums): &mut Self::Seen<S>) {
        *smallest = smallest.min(vector.bitcast::<S::i32s>());
        let [first, second] = *sums;
        *sums = [second, first + vector];
    }
    #[inline(always)]
    fn are_plain<S: Simd>((smallest, [first, second]): Self::Seen<S>, zero: bool) -> bool {
        let has_nan = (first + second).as_slice().iter().any(|sum| sum.is_nan());
        let upper = usize::from(cfg!(target_endian = "little"));
        let mut upper = smallest.as_slice().iter().skip(upper).step_by(2);
        let has_zero = zero && upper.any(|&half| half == i32::MIN);
        !(has_nan || has_zero)
    }
}

/// The bits of half floats are in order but for two negative ones. So the largest is the largest number of bits, or the least if that
/// is negative: to compare both takes less than to put each element in order. They also say whether NaN is there, or −0, but for a
/// negative NaN, which has the largest bits without a sign.
macro_rules! impl_look_half {
    ($($half:ident)*) => {$(
        impl Look<i16> for $half {
            const IS_FLOAT: bool = true;
            /// The largest and the least.
            type Met<S: Simd> = [S::i16s; 2];
            /// The same of all, and the largest without a sign.
            type Seen<S: Simd> = ([S::i16s; 2], S::u16s);

            #[inline(always)]
            fn load<S: Simd>(simd: S, elements: &[Self], at: usize) -> [S::i16s; 2] {
                let bits = bytemuck::cast_slice(&elements[at..at + S::i16s::LEN]);
                [S::i16s::from_slice(simd, bits); 2]
            }
            #[inline(always)]
            fn merge<S: Simd>(a: [S::i16s; 2], b: [S::i16s; 2]) -> [S::i16s; 2] {
                [a[0].max(b[0]), a[1].min(b[1])]
            }
            #[allow(private_interfaces, reason = "lanes are this crate's own affair")]
            #[inline(always)]
            fn largest<S: Simd>([largest, least]: [S::i16s; 2]) -> S::i16s {
                largest.simd_lt(0).select(least ^ i16::MAX, largest)
            }
            #[inline(always)]
            fn nothing_seen<S: Simd>(simd: S) -> Self::Seen<S> {
                ([S::i16s::splat(simd, 0); 2], S::u16s::splat(simd, 0))
            }
            #[inline(always)]
            fn see<S: Simd>([bits, _]: [S::i16s; 2], (_, unsigned): &mut Self::Seen<S>) {
                *unsigned = unsigned.max(bits.bitcast::<S::u16s>());
            }
            #[inline(always)]
            fn see_merged<S: Simd>(met: [S::i16s; 2], (all, _): &mut Self::Seen<S>) {
                *all = Self::merge::<S>(*all, met);
            }
            #[inline(always)]
            fn are_plain<S: Simd>(([largest, least], unsigned): Self::Seen<S>, zero: bool) -> bool {
                let has_nan = largest.reduce_max() > $half::INFINITY.to_bits().cast_signed()
                    || unsigned.reduce_max() > $half::NEG_INFINITY.to_bits();
                !has_nan && !(zero && least.reduce_min() == i16::MIN)
            }
            #[inline(always)]
            fn settle(elements: &mut [Self]) {
                for bits in bytemuck::cast_slice_mut::<_, i16>(elements) {
                    *bits = ordered(*bits);
                }
            }
            #[allow(private_interfaces, reason = "lanes are this crate's own affair")]
            #[inline(always)]
            fn settle_vector<S: Simd>(lanes: S::i16s) -> S::i16s {
                lanes ^ ((lanes >> 15) & i16::MAX)
            }
        }
    )*};
}

impl_look_half!(f16 bf16);

macro_rules! impl_look_integer {
    ($($integer:ident $integers:ident),*) => {$(
        impl Look<$integer> for $integer {
            const IS_FLOAT: bool = false;
            meet_lanes!($integer $integers);
            type Seen<S: Simd> = ();

            #[inline(always)]
            fn nothing_seen<S: Simd>(_simd: S) {}
            #[inline(always)]
            fn see<S: Simd>(_met: S::$integers, _seen: &mut ()) {}
            #[inline(always)]
            fn are_plain<S: Simd>(_seen: (), _zero: bool) -> bool {
                true
            }
        }
    )*};
}

impl_look_integer!(u8 u8s, i8 i8s, i16 i16s, i32 i32s, i64 i64s);
