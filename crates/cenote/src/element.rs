//! The nine element types, and the lanes that their maxima and sums are computed in.

use std::fmt::Debug;

use fearless_simd::{Simd, SimdBase};
use half::slice::HalfFloatSliceExt;
use half::{bf16, f16};

use crate::error::Result;
use crate::index::Indices;
use crate::lane::{ArgLane, Lane, MOST_LANES, RealLane, SumLane};
use crate::look::Look;
use crate::plan::Plan;
use crate::scratch::Slot;
use crate::sink::Target;

/// A type that tensors can hold: f32, f64, f16, bf16, u8, i8, i16, i32 or i64.
///
/// Maxima are exact in every type. Sums of f16 and bf16 are computed in f32, those of f32 in f64 (so that
/// a mean is rounded once), those of integers in i64, where they wrap; powers of integers in f64. What an integer type
/// cannot hold becomes the nearest that it can.
///
/// [`half::f16`](crate::half::f16) and [`half::bf16`](crate::half::bf16) are those of the crate [`half`](crate::half) 2.
pub trait Element:
    Copy + Debug + Default + PartialOrd + Send + Sync + 'static + private::Lanes
{
}

pub(crate) mod private {
    use super::*;

    /// Which lanes an element is computed in.
    pub trait Lanes:
        Sized
        + bytemuck::Pod
        + Convert<Self::Max>
        + Convert<Self::Arg>
        + Convert<Self::Sum>
        + Convert<Self::Real>
        + Lift<Self::Plain>
        + Look<Self::Plain>
        + Lift<Self::Arg>
        + Lift<Self::Sum>
        + Lift<Self::Real>
    {
        #[allow(private_bounds, reason = "lanes are this crate's own affair")]
        type Max: Lane + Slot;
        #[allow(private_bounds, reason = "lanes are this crate's own affair")]
        type Arg: ArgLane + Slot;
        #[allow(private_bounds, reason = "lanes are this crate's own affair")]
        type Sum: SumLane + Slot + Element;
        #[allow(private_bounds, reason = "lanes are this crate's own affair")]
        type Real: RealLane + Slot + Element;
        /// What plain elements are compared as: where neither NaN nor −0 is met, the order of lanes is that of
        /// elements, and equal lanes are equal elements.
        #[allow(private_bounds, reason = "lanes are this crate's own affair")]
        type Plain: Lane + Slot;
        /// Whether a sum has at least twice the element's precision, so that dividing it by way of a
        /// reciprocal still rounds as a division would.
        const WIDE_SUM: bool;
        /// What numbers are rounded to that torch computes in the element's own type; integers hold any.
        const PRECISION: Precision;

        // What a plan does with elements. These are here, and no generic functions of the plan, so that each is
        // compiled once, with this crate, and not with every crate that calls it.
        /// [`Plan::forward`]
        fn forward(plan: &Plan, input: &[Self], target: Target<'_, Self>) -> Result<()>;
        /// [`Plan::gradient`]
        fn gradient(plan: &Plan, of: (&[Self], &[Self]), grad_input: &mut [Self]) -> Result<()>;
        /// [`Plan::scatter`]
        fn scatter(
            plan: &Plan,
            grad_output: &[Self],
            indices: Indices<'_>,
            grad_input: &mut [Self],
        ) -> Result<()>;
    }

    /// A floating-point format that numbers can be rounded to.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum Precision {
        /// f64, and what integers are taken as.
        F64,
        /// f32
        F32,
        /// f16
        F16,
        /// bf16
        Bf16,
    }

    /// Widening of one element, lossless but for i64 to f64.
    #[allow(private_bounds, reason = "lanes are this crate's own affair")]
    pub trait Lift<L: Lane>: Copy {
        fn lift(self) -> L;

        /// As many elements as a vector has lanes.
        #[allow(private_interfaces, reason = "lanes are this crate's own affair")]
        #[inline(always)]
        fn lift_vector<S: Simd>(simd: S, elements: &[Self]) -> L::Vector<S> {
            let mut lanes = [L::ZERO; MOST_LANES];
            let lanes = &mut lanes[..L::Vector::<S>::LEN];
            for (lane, element) in lanes.iter_mut().zip(elements) {
                *lane = element.lift();
            }
            L::Vector::<S>::from_slice(simd, lanes)
        }
    }

    /// Widening to a lane, lossless but for i64 to f64, and the way back.
    pub trait Convert<L>: Sized {
        fn widen(elements: &[Self], lanes: &mut [L]);
        fn narrow(lanes: &[L], elements: &mut [Self]);
    }
}

pub(crate) use private::{Convert, Lift, Precision};

impl Precision {
    pub(crate) fn round(self, value: f64) -> f64 {
        match self {
            Self::F64 => value,
            Self::F32 => f64::from(value as f32),
            Self::F16 => f16::from_f64(value).to_f64(),
            Self::Bf16 => bf16::from_f64(value).to_f64(),
        }
    }
}

macro_rules! impl_element {
    ($($element:ident $max:ident $plain:ident $arg:ident $sum:ident $real:ident $wide:literal $precision:ident),*) => {$(
        impl Element for $element {}
        impl private::Lanes for $element {
            type Max = $max;
            type Plain = $plain;
            type Arg = $arg;
            type Sum = $sum;
            type Real = $real;
            const WIDE_SUM: bool = $wide;
            const PRECISION: Precision = Precision::$precision;
            fn forward(plan: &Plan, input: &[Self], target: Target<'_, Self>) -> Result<()> {
                plan.forward(input, target)
            }
            fn gradient(
                plan: &Plan,
                of: (&[Self], &[Self]),
                grad_input: &mut [Self],
            ) -> Result<()> {
                plan.gradient(of, grad_input)
            }
            fn scatter(
                plan: &Plan,
                grad_output: &[Self],
                indices: Indices<'_>,
                grad_input: &mut [Self],
            ) -> Result<()> {
                plan.scatter(grad_output, indices, grad_input)
            }
        }
    )*};
}

impl_element!(
    f32 f32 f32 f32 f64 f64 true F32,
    f64 f64 f64 f64 f64 f64 false F64,
    f16 f32 i16 f32 f32 f32 false F16,
    bf16 f32 i16 f32 f32 f32 false Bf16,
    u8 u8 u8 i32 i64 f64 false F64,
    i8 i8 i8 i32 i64 f64 false F64,
    i16 i16 i16 i32 i64 f64 false F64,
    i32 i32 i32 i32 i64 f64 false F64,
    i64 i64 i64 i64 i64 f64 false F64
);

/// Elements that are lanes.
macro_rules! impl_lift_self {
    ($($element:ident)*) => {$(
        impl Lift<$element> for $element {
            #[inline(always)]
            fn lift(self) -> $element {
                self
            }
            #[allow(private_interfaces, reason = "lanes are this crate's own affair")]
            #[inline(always)]
            fn lift_vector<S: Simd>(
                simd: S,
                elements: &[Self],
            ) -> <$element as Lane>::Vector<S> {
                SimdBase::from_slice(simd, elements)
            }
        }
    )*};
}

impl_lift_self!(f32 f64 u8 i8 i16 i32 i64);

/// The bits of a half float as an integer in the order of the floats; its own inverse.
#[inline(always)]
pub(crate) fn ordered(bits: i16) -> i16 {
    bits ^ ((bits >> 15) & i16::MAX)
}

macro_rules! impl_lift_ordered {
    ($($half:ident)*) => {$(
        impl Lift<i16> for $half {
            #[inline(always)]
            fn lift(self) -> i16 {
                ordered(self.to_bits().cast_signed())
            }
        }
    )*};
}

impl_lift_ordered!(f16 bf16);

impl Lift<f32> for bf16 {
    #[inline(always)]
    fn lift(self) -> f32 {
        f32::from_bits(u32::from(self.to_bits()) << 16)
    }
}

impl Lift<f32> for f16 {
    #[inline(always)]
    fn lift(self) -> f32 {
        self.to_f32()
    }
}

macro_rules! impl_lift {
    ($($element:ident $lane:ident),*) => {$(
        impl Lift<$lane> for $element {
            #[inline(always)]
            fn lift(self) -> $lane {
                self.into()
            }
        }
    )*};
}

impl_lift!(f32 f64, u8 i32, i8 i32, i16 i32, u8 i64, i8 i64, i16 i64, i32 i64);
impl_lift!(u8 f64, i8 f64, i16 f64, i32 f64);

impl Lift<f64> for i64 {
    /// Rounds beyond 2⁵³: the only lift that is not exact, for power averages.
    #[inline(always)]
    #[allow(clippy::cast_precision_loss, reason = "it is what is said above")]
    fn lift(self) -> f64 {
        self as f64
    }
}

/// Lifts elements one by one.
#[inline(always)]
pub(crate) fn lift_each<T: Lift<L>, L: Lane>(elements: &[T], lanes: &mut [L]) {
    for (lane, &element) in lanes.iter_mut().zip(elements) {
        *lane = element.lift();
    }
}

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
            fn widen(elements: &[Self], lanes: &mut [$lane]) {
                lift_each(elements, lanes);
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
                lift_each(elements, lanes);
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
