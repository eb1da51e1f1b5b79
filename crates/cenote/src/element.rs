//! The nine element types, and the lanes that their maxima and sums are computed in.

use half::slice::HalfFloatSliceExt;
use half::{bf16, f16};

use crate::lane::{ArgLane, Lane, SumLane};
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
        Sized + Copy + Convert<Self::Max> + Convert<Self::Arg> + Convert<Self::Sum>
    {
        #[allow(private_bounds, reason = "lanes are this crate's own affair")]
        type Max: Lane + Slot;
        #[allow(private_bounds, reason = "lanes are this crate's own affair")]
        type Arg: ArgLane<Index: Slot> + Slot;
        #[allow(private_bounds, reason = "lanes are this crate's own affair")]
        type Sum: SumLane + Slot;
        /// Whether a sum has at least twice the element's precision, so that dividing it by way of a
        /// reciprocal still rounds as a division would.
        const WIDE_SUM: bool;
    }

    /// Lossless widening to a lane, and the way back.
    pub trait Convert<L>: Sized {
        fn widen(elements: &[Self], lanes: &mut [L]);
        fn narrow(lanes: &[L], elements: &mut [Self]);
    }
}

pub(crate) use private::Convert;

macro_rules! impl_element {
    ($($element:ident $max:ident $arg:ident $sum:ident $wide:literal),*) => {$(
        impl Element for $element {}
        impl private::Lanes for $element {
            type Max = $max;
            type Arg = $arg;
            type Sum = $sum;
            const WIDE_SUM: bool = $wide;
        }
    )*};
}

impl_element!(
        f32 f32 f32 f64 true,
    f64 f64 f64 f64 false,
    f16 f32 f32 f32 false,
    bf16 f32 f32 f32 false,
    u8 u8 i32 i64 false,
    i8 i8 i32 i64 false,
    i16 i16 i32 i64 false,
    i32 i32 i32 i64 false,
    i64 i64 i64 i64 false
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
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a lane holds what fits its element")]
            fn narrow(lanes: &[$lane], elements: &mut [Self]) {
                for (element, &lane) in elements.iter_mut().zip(lanes) {
                    *element = lane as $element;
                }
            }
        }
    )*};
}

impl_cast!(f32 f64);

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
