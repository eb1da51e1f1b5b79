//! The number types that kernels compute in, and the vectors that hold them.

use fearless_simd::{Select, Simd, SimdBase, SimdCombine, SimdFloat};

use crate::index::IndexLane;

/// Lanes of the widest vector.
pub(crate) const MOST_LANES: usize = 64;

/// A type that a kernel computes in: seven of them carry all nine element types.
pub(crate) trait Lane: Copy + PartialOrd + Send + Sync + bytemuck::Pod + 'static {
    /// A vector of the machine's native width.
    type Vector<S: Simd>: SimdBase<S, Element = Self>;
    /// A vector of 16 bytes.
    type Block<S: Simd>: SimdCombine<S, Element = Self>;
    /// Below or equal to every other value: −inf or the smallest integer.
    const LOWEST: Self;
    const ZERO: Self;
    /// What a maximum over a NaN is; unused for integers.
    const NAN: Self;

    fn is_nan(self) -> bool;
    fn nan_mask<S: Simd>(vector: Self::Vector<S>) -> Mask<Self, S>;
    /// Sum; integers wrap, as torch's do.
    fn plus(self, other: Self) -> Self;
}

/// The mask that compares two vectors of `L`.
pub(crate) type Mask<L, S> = <<L as Lane>::Vector<S> as SimdBase<S>>::Mask;

macro_rules! impl_float_lane {
    ($($lane:ident $vectors:ident $block:ident),*) => {$(
        impl Lane for $lane {
            type Vector<S: Simd> = S::$vectors;
            type Block<S: Simd> = fearless_simd::$block<S>;
            const LOWEST: Self = Self::NEG_INFINITY;
            const ZERO: Self = 0.0;
            const NAN: Self = Self::NAN;

            #[inline(always)]
            fn is_nan(self) -> bool {
                self != self
            }
            #[inline(always)]
            fn nan_mask<S: Simd>(vector: Self::Vector<S>) -> Mask<Self, S> {
                vector.is_nan()
            }
            #[inline(always)]
            fn plus(self, other: Self) -> Self {
                self + other
            }
        }
    )*};
}

macro_rules! impl_integer_lane {
    ($($lane:ident $vectors:ident $block:ident),*) => {$(
        impl Lane for $lane {
            type Vector<S: Simd> = S::$vectors;
            type Block<S: Simd> = fearless_simd::$block<S>;
            const LOWEST: Self = Self::MIN;
            const ZERO: Self = 0;
            const NAN: Self = 0;

            #[inline(always)]
            fn is_nan(self) -> bool {
                false
            }
            #[inline(always)]
            fn nan_mask<S: Simd>(vector: Self::Vector<S>) -> Mask<Self, S> {
                fearless_simd::SimdMask::splat(fearless_simd::ExtractToken::token(&vector), false)
            }
            #[inline(always)]
            fn plus(self, other: Self) -> Self {
                self.wrapping_add(other)
            }
        }
    )*};
}

impl_float_lane!(f32 f32s f32x4, f64 f64s f64x2);
impl_integer_lane!(u8 u8s u8x16, i8 i8s i8x16, i16 i16s i16x8, i32 i32s i32x4, i64 i64s i64x2);

/// A lane whose maxima can carry the index they came from.
pub(crate) trait ArgLane: Lane {
    /// A lane of the same width, so that one mask selects value and index.
    type Index: Lane + IndexLane;

    /// Where the first index is below the second.
    fn index_below<S: Simd>(
        first: <Self::Index as Lane>::Vector<S>,
        second: <Self::Index as Lane>::Vector<S>,
    ) -> Mask<Self, S>;
    fn select_index<S: Simd>(
        mask: Mask<Self, S>,
        if_true: <Self::Index as Lane>::Vector<S>,
        if_false: <Self::Index as Lane>::Vector<S>,
    ) -> <Self::Index as Lane>::Vector<S>;
}

macro_rules! impl_arg_lane {
    ($($lane:ident $index:ident),*) => {$(
        impl ArgLane for $lane {
            type Index = $index;

            #[inline(always)]
            fn index_below<S: Simd>(
                first: <$index as Lane>::Vector<S>,
                second: <$index as Lane>::Vector<S>,
            ) -> Mask<Self, S> {
                first.simd_lt(second)
            }
            #[inline(always)]
            fn select_index<S: Simd>(
                mask: Mask<Self, S>,
                if_true: <$index as Lane>::Vector<S>,
                if_false: <$index as Lane>::Vector<S>,
            ) -> <$index as Lane>::Vector<S> {
                mask.select(if_true, if_false)
            }
        }
    )*};
}

impl_arg_lane!(f32 i32, i32 i32, f64 i64, i64 i64);

/// A lane that sums are computed in.
pub(crate) trait SumLane: Lane {
    /// `count` taps as a divisor.
    fn count(count: i64) -> Self;
    /// `self / divisor`; integers truncate toward zero, as torch's do.
    fn divide(self, divisor: Self) -> Self;
    fn times(self, factor: Self) -> Self;
}

macro_rules! impl_sum_lane {
    ($($lane:ident)*) => {$(
        impl SumLane for $lane {
            #[inline(always)]
            #[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation, reason = "torch rounds a divisor too, and taps are far below 2^53")]
            fn count(count: i64) -> Self {
                count as $lane
            }
            #[inline(always)]
            fn divide(self, divisor: Self) -> Self {
                self / divisor
            }
            #[inline(always)]
            fn times(self, factor: Self) -> Self {
                self * factor
            }
        }
    )*};
}

impl_sum_lane!(f32 f64);

impl SumLane for i64 {
    #[inline(always)]
    fn count(count: i64) -> Self {
        count
    }
    #[inline(always)]
    fn divide(self, divisor: Self) -> Self {
        self.wrapping_div(divisor)
    }
    #[inline(always)]
    fn times(self, factor: Self) -> Self {
        self.wrapping_mul(factor)
    }
}

/// A lane that powers and roots are computed in.
pub(crate) trait RealLane: SumLane {
    fn magnitude(self) -> Self;
    fn negative(self) -> Self;
    fn square_root(self) -> Self;
    /// As torch computes powers: some by products and roots, whose results at zeros and infinities `powf` does not give.
    fn power(self, exponent: f64) -> Self;
    /// The nearest whole number.
    fn nearest(self) -> Self;
}

macro_rules! impl_real_lane {
    ($($lane:ident)*) => {$(
        impl RealLane for $lane {
            #[inline(always)]
            fn magnitude(self) -> Self {
                self.abs()
            }
            #[inline(always)]
            fn negative(self) -> Self {
                -self
            }
            #[inline(always)]
            fn square_root(self) -> Self {
                self.sqrt()
            }
            #[allow(clippy::cast_possible_truncation, reason = "the exponent is a small number that the caller chose")]
            fn power(self, exponent: f64) -> Self {
                match exponent {
                    0.0 => 1.0,
                    1.0 => self,
                    2.0 => self * self,
                    3.0 => self * self * self,
                    0.5 => self.sqrt(),
                    -0.5 => 1.0 / self.sqrt(),
                    -1.0 => 1.0 / self,
                    -2.0 => 1.0 / (self * self),
                    _ => self.powf(exponent as $lane),
                }
            }
            #[inline(always)]
            fn nearest(self) -> Self {
                self.round()
            }
        }
    )*};
}

impl_real_lane!(f32 f64);
