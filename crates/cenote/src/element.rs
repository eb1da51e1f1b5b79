//! The nine element types, and the lanes that their maxima and sums are computed in.

use half::slice::HalfFloatSliceExt;
use half::{bf16, f16};

use crate::lane::{ArgLane, Lane, RealLane, SumLane};
use crate::scratch::Slot;

/// A type that tensors can hold: f32, f64, f16, bf16, u8, i8, i16, i32 or i64.
///
/// Maxima are exact in every type. Sums of f16 and bf16 are computed in f32, those of f32 in f64 (so that
/// a mean is rounded once), those of integers in i64.
pub trait Element: Copy + Default + PartialOrd + Send + Sync + 'static + private::Lanes {}

pub(crate) mod private {
    use super::*;

    /// Which lanes an element is computed in.
    pub trait Lanes:
        Sized
        + Copy
        + Convert<Self::Max>
        + Convert<Self::Arg>
        + Convert<Self::Sum>
        + Convert<Self::Real>
    {
        #[allow(private_bounds, reason = "lanes are this crate's own affair")]
        type Max: Lane + Slot;
        #[allow(private_bounds, reason = "lanes are this crate's own affair")]
        type Arg: ArgLane<Index: Slot> + Slot;
        #[allow(private_bounds, reason = "lanes are this crate's own affair")]
        type Sum: SumLane + Slot + Element;
        #[allow(private_bounds, reason = "lanes are this crate's own affair")]
        type Real: RealLane + Slot + Element;
        /// Whether a sum has at least twice the element's precision, so that dividing it by way of a
        /// reciprocal still rounds as a division would.
        const WIDE_SUM: bool;
        /// The nearest value that the element can hold; integers hold any.
        fn round(value: f64) -> f64;
    }

    /// Lossless widening to a lane, and the way back.
    pub trait Convert<L>: Sized {
        fn widen(elements: &[Self], lanes: &mut [L]);
        fn narrow(lanes: &[L], elements: &mut [Self]);
    }
}

pub(crate) use private::Convert;

macro_rules! impl_element {
    ($($element:ident $max:ident $arg:ident $sum:ident $real:ident $wide:literal $round:expr),*) => {$(
        impl Element for $element {}
        impl private::Lanes for $element {
            type Max = $max;
            type Arg = $arg;
            type Sum = $sum;
            type Real = $real;
            const WIDE_SUM: bool = $wide;
            fn round(value: f64) -> f64 {
                let round: fn(f64) -> f64 = $round;
                round(value)
            }
        }
    )*};
}

impl_element!(
    f32 f32 f32 f64 f64 true |value| f64::from(value as f32),
    f64 f64 f64 f64 f64 false |value| value,
    f16 f32 f32 f32 f32 false |value| f16::from_f64(value).to_f64(),
    bf16 f32 f32 f32 f32 false |value| bf16::from_f64(value).to_f64(),
    u8 u8 i32 i64 f64 false |value| value,
    i8 i8 i32 i64 f64 false |value| value,
    i16 i16 i32 i64 f64 false |value| value,
    i32 i32 i32 i64 f64 false |value| value,
    i64 i64 i64 i64 f64 false |value| value
);

macro_rules! impl_copy {
    ($($element:ident)*) => {$(
        impl Convert<$element> for $element {
            #[inline(always)]
            fn widen(elements: &[Self], lanes: &mut [$element]) {
                lanes.copy_from_slice(elements);
            }
            #[inline(always)]
            fn narrow(lanes: &[$element], elements: &mut [Self]) {
                elements.copy_from_slice(lanes);
            }
        }
    )*};
}

impl_copy!(f32 f64 u8 i8 i16 i32 i64);

macro_rules! impl_cast {
    ($($element:ident $lane:ident),*) => {$(
        impl Convert<$lane> for $element {
            #[inline(always)]
            #[allow(clippy::cast_lossless, clippy::cast_precision_loss, reason = "one macro serves every pair")]
            fn widen(elements: &[Self], lanes: &mut [$lane]) {
                for (lane, &element) in lanes.iter_mut().zip(elements) {
                    *lane = element as $lane;
                }
            }
            #[inline(always)]
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "one rounding to the element is what a lane is for")]
            fn narrow(lanes: &[$lane], elements: &mut [Self]) {
                for (element, &lane) in elements.iter_mut().zip(lanes) {
                    *element = lane as $element;
                }
            }
        }
    )*};
}

// Integers meet f64 in power averages only; what comes back is truncated, and saturates.
impl_cast!(f32 f64, u8 f64, i8 f64, i16 f64, i32 f64, i64 f64);

macro_rules! impl_integer_cast {
    ($($element:ident $lane:ident),*) => {$(
        impl Convert<$lane> for $element {
            #[inline(always)]
            fn widen(elements: &[Self], lanes: &mut [$lane]) {
                for (lane, &element) in lanes.iter_mut().zip(elements) {
                    *lane = element.into();
                }
            }
            /// Saturates: the maximum of an empty window is the lane's least value, and becomes the element's.
            #[inline(always)]
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to what fits")]
            fn narrow(lanes: &[$lane], elements: &mut [Self]) {
                for (element, &lane) in elements.iter_mut().zip(lanes) {
                    *element = lane.clamp($element::MIN.into(), $element::MAX.into()) as $element;
                }
            }
        }
    )*};
}

impl_integer_cast!(u8 i32, i8 i32, i16 i32, u8 i64, i8 i64, i16 i64, i32 i64);

macro_rules! impl_half {
    ($($half:ident)*) => {$(
        impl Convert<f32> for $half {
            #[inline(always)]
            fn widen(elements: &[Self], lanes: &mut [f32]) {
                elements.convert_to_f32_slice(lanes);
            }
            #[inline(always)]
            fn narrow(lanes: &[f32], elements: &mut [Self]) {
                elements.convert_from_f32_slice(lanes);
            }
        }
    )*};
}

impl_half!(f16 bf16);
