//! Elements compared bit for bit.

use cenote::Element;
use fearless_simd::Level;
use half::{bf16, f16};

/// An element whose bits can be compared.
pub(crate) trait Bits: Element + std::fmt::Debug {
    /// The bits of a value, with one pattern for every NaN.
    fn bits(self) -> u64;
}

macro_rules! impl_float_bits {
    ($($float:ident)*) => {$(
        impl Bits for $float {
            fn bits(self) -> u64 {
                if self.is_nan() { u64::MAX } else { u64::from(self.to_bits()) }
            }
        }
    )*};
}

macro_rules! impl_integer_bits {
    ($($integer:ident)*) => {$(
        impl Bits for $integer {
            #[allow(clippy::cast_sign_loss, clippy::cast_lossless, reason = "bits are compared with bits")]
            fn bits(self) -> u64 {
                self as u64
            }
        }
    )*};
}

impl_float_bits!(f32 f64 f16 bf16);
impl_integer_bits!(u8 i8 i16 i32 i64);

pub(crate) fn assert_same<T: Bits>(given: &[T], expected: &[T], what: &str, level: Level) {
    let bits = |values: &[T]| values.iter().map(|value| value.bits()).collect::<Vec<_>>();
    assert_eq!(
        bits(given),
        bits(expected),
        "{what} at {level:?}: {given:?} instead of {expected:?}"
    );
}
