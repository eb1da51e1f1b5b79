//! Looking at elements: whether they may be compared as plain lanes, in any order.

use fearless_simd::{Bytes, Simd, SimdBase};
use fearless_simd_macros::simd;
use half::{bf16, f16};

use crate::columns::each_chunk;
use crate::element::ordered;
use crate::lane::{Lane, MOST_LANES};

/// Elements as the lanes that plain ones are compared as, and what a look at them sees.
///
/// Floats are looked at as integers: −0 is the smallest of all, and without its sign a NaN is larger than infinity. So a
/// minimum and a maximum say whether any of many is there.
#[allow(private_bounds, reason = "lanes are this crate's own affair")]
pub trait Look<L: Lane>: Copy + Default {
    /// Whether elements are floats.
    const IS_FLOAT: bool;
    /// A vector of elements as integers; nothing where all elements are plain.
    type Bits<S: Simd>: Copy;
    /// What was seen.
    type Seen<S: Simd>: Copy;

    /// The vector of elements that starts at `at`.
    #[allow(private_interfaces, reason = "lanes are this crate's own affair")]
    fn load<S: Simd>(simd: S, elements: &[Self], at: usize) -> (L::Vector<S>, Self::Bits<S>);
    /// The least and the largest of no elements.
    fn nothing_seen<S: Simd>(simd: S) -> Self::Seen<S>;
    fn see<S: Simd>(bits: Self::Bits<S>, seen: &mut Self::Seen<S>);
    /// Whether none of the elements seen is NaN or, where `zero` says so, −0.
    fn are_plain<S: Simd>(seen: Self::Seen<S>, zero: bool) -> bool;
    /// Makes elements of the plain lanes that lie in their place.
    fn settle(elements: &mut [Self]);
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
) -> L::Vector<S> {
    let (vector, bits) = T::load(simd, elements, at);
    if fresh {
        T::see(bits, seen);
    }
    vector
}

/// Looks at all elements of a row.
#[inline(always)]
pub(crate) fn see_row<S: Simd, L: Lane, T: Look<L>>(simd: S, row: &[T], seen: &mut T::Seen<S>) {
    if size_of::<T::Bits<S>>() == 0 {
        return;
    }
    let width = L::Vector::<S>::LEN;
    if row.len() < width {
        let mut filled = [T::default(); MOST_LANES];
        filled[..row.len()].copy_from_slice(row);
        T::see(T::load(simd, &filled, 0).1, seen);
        return;
    }
    each_chunk!(width, row.len(), |at| {
        T::see(T::load(simd, row, at).1, seen);
    });
}

/// Whether no element is NaN or, where `zero` says so, −0.
#[simd]
pub(crate) fn are_plain<S: Simd, L: Lane, T: Look<L>>(simd: S, elements: &[T], zero: bool) -> bool {
    let mut seen = T::nothing_seen(simd);
    see_row(simd, elements, &mut seen);
    T::are_plain::<S>(seen, zero)
}

macro_rules! look_at_floats {
    ($float:ident $integer:ident $bits:ident) => {
        const IS_FLOAT: bool = true;
        type Bits<S: Simd> = S::$bits;
        type Seen<S: Simd> = [S::$bits; 2];

        #[inline(always)]
        fn nothing_seen<S: Simd>(simd: S) -> [S::$bits; 2] {
            let splat = S::$bits::splat;
            [splat(simd, $integer::MAX), splat(simd, 0)]
        }
        #[inline(always)]
        fn see<S: Simd>(bits: S::$bits, [smallest, largest]: &mut [S::$bits; 2]) {
            *smallest = smallest.min(bits);
            *largest = largest.max(bits & $integer::MAX);
        }
        #[inline(always)]
        fn are_plain<S: Simd>([smallest, largest]: [S::$bits; 2], zero: bool) -> bool {
            let infinity = $float::INFINITY.to_bits().cast_signed();
            largest.reduce_max() <= infinity && !(zero && smallest.reduce_min() == $integer::MIN)
        }
    };
}

impl Look<f32> for f32 {
    look_at_floats!(f32 i32 i32s);

    #[inline(always)]
    fn load<S: Simd>(simd: S, elements: &[Self], at: usize) -> (S::f32s, S::i32s) {
        let vector = S::f32s::from_slice(simd, &elements[at..at + S::f32s::LEN]);
        (vector, vector.bitcast())
    }
    #[inline(always)]
    fn settle(_elements: &mut [Self]) {}
}

/// Few processors compare integers of 64 bits quickly. So upper halves are compared, of which that of −0 is the least; and a sum is NaN
/// if an element is. By mistake infinities of both signs pass for a NaN, and negative numbers nearer to 0 than 2⁻¹⁰⁴² for −0: that
/// takes longer, and gives the same.
impl Look<f64> for f64 {
    const IS_FLOAT: bool = true;
    type Bits<S: Simd> = S::f64s;
    /// The least of all halves, and two sums, which take turns, since one would wait for itself.
    type Seen<S: Simd> = (S::i32s, [S::f64s; 2]);

    #[inline(always)]
    fn load<S: Simd>(simd: S, elements: &[Self], at: usize) -> (S::f64s, S::f64s) {
        let vector = S::f64s::from_slice(simd, &elements[at..at + S::f64s::LEN]);
        (vector, vector)
    }
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
    #[inline(always)]
    fn settle(_elements: &mut [Self]) {}
}

macro_rules! impl_look_half {
    ($($half:ident)*) => {$(
        impl Look<i16> for $half {
            look_at_floats!($half i16 i16s);

            #[inline(always)]
            fn load<S: Simd>(simd: S, elements: &[Self], at: usize) -> (S::i16s, S::i16s) {
                let bits = bytemuck::cast_slice(&elements[at..at + S::i16s::LEN]);
                let bits = S::i16s::from_slice(simd, bits);
                // The order of bits is its own inverse.
                (Self::settle_vector::<S>(bits), bits)
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
            type Bits<S: Simd> = ();
            type Seen<S: Simd> = ();

            #[inline(always)]
            fn load<S: Simd>(simd: S, elements: &[Self], at: usize) -> (S::$integers, ()) {
                let elements = &elements[at..at + S::$integers::LEN];
                (S::$integers::from_slice(simd, elements), ())
            }
            #[inline(always)]
            fn nothing_seen<S: Simd>(_simd: S) {}
            #[inline(always)]
            fn see<S: Simd>((): (), _seen: &mut ()) {}
            #[inline(always)]
            fn are_plain<S: Simd>(_seen: (), _zero: bool) -> bool {
                true
            }
            #[inline(always)]
            fn settle(_elements: &mut [Self]) {}
        }
    )*};
}

impl_look_integer!(u8 u8s, i8 i8s, i16 i16s, i32 i32s, i64 i64s);
