//! From an element to a byte.

use half::{bf16, f16};

mod sealed {
    pub trait Sealed {}
}

/// An element type that images can be made of.
///
/// | type | becomes |
/// |---|---|
/// | `u8` | itself |
/// | `f32`, `f64`, `f16`, `bf16` | × 255 in f32, clipped to 0..=255, truncated, as in torch; NaN becomes 0 (torch leaves it undefined) |
/// | other integers | clipped to 0..=255: an integer is a pixel value. torch multiplies every type but `u8` by 255, so that an `int32` of 2 comes out white |
/// | `bool` | 0 or 255, as in torch |
pub trait Pixel: sealed::Sealed + Copy + Send + Sync + 'static {
    /// The byte that a PNG holds for this element.
    fn to_byte(self) -> u8;
}

macro_rules! impl_pixel {
    ($($type:ty: |$x:ident| $byte:expr;)*) => {$(
        impl sealed::Sealed for $type {}
        impl Pixel for $type {
            #[inline]
            fn to_byte(self) -> u8 {
                let $x = self;
                $byte
            }
        }
    )*};
}

/// What 2²³ adds to a float below it: the whole numbers lie one apart there, so the sum is rounded to one of them, and
/// its low bits are that number.
const ROUNDER: f32 = 8_388_608.0;

/// `(x * 255).clip(0, 255)` in f32, truncated; NaN gives 0. Equal to `(x * 255.0) as u8`, but the compiler makes vector
/// instructions of it: NOTES.md has the times.
#[inline]
fn scale(x: f32) -> u8 {
    let scaled = x * 255.0;
    let scaled = if scaled > 0.0 { scaled } else { 0.0 };
    let scaled = if scaled < 255.0 { scaled } else { 255.0 };
    let rounded = scaled + ROUNDER;
    let was_rounded_up = rounded - ROUNDER > scaled;
    (rounded.to_bits() - u32::from(was_rounded_up)) as u8
}

impl_pixel! {
    u8: |x| x;
    f32: |x| scale(x);
    f64: |x| scale(x as f32);
    f16: |x| scale(x.to_f32());
    bf16: |x| scale(x.to_f32());
    i8: |x| x.max(0) as u8;
    i16: |x| x.clamp(0, 255) as u8;
    i32: |x| x.clamp(0, 255) as u8;
    i64: |x| x.clamp(0, 255) as u8;
    u16: |x| x.min(255) as u8;
    u32: |x| x.min(255) as u8;
    u64: |x| x.min(255) as u8;
    bool: |x| if x { 255 } else { 0 };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn floats_are_scaled_clipped_and_truncated_as_torch_does() {
        let cases = [
            (0.0, 0),
            (-0.0, 0),
            (1.0, 255),
            (0.999, 254),
            (0.5, 127),
            (1.0 / 255.0, 1),
            (-1.0, 0),
            (1.5, 255),
            (f32::INFINITY, 255),
            (f32::NEG_INFINITY, 0),
            (f32::NAN, 0),
        ];
        for (x, byte) in cases {
            assert_eq!(x.to_byte(), byte, "{x}");
            assert_eq!(f64::from(x).to_byte(), byte, "{x} as f64");
        }
        assert_eq!(f16::from_f32(0.5).to_byte(), 127);
        assert_eq!(bf16::from_f32(0.5).to_byte(), 127);
    }

    #[test]
    fn scaling_equals_the_plain_cast_for_every_sign_exponent_and_end_of_fraction() {
        for bits in (0..=u32::MAX >> 7).flat_map(|high| [high << 7, high << 7 | 0x7f]) {
            let x = f32::from_bits(bits);
            assert_eq!(scale(x), (x * 255.0) as u8, "{x:?} {bits:#x}");
        }
    }

    #[test]
    fn every_byte_survives_to_tensor_and_back() {
        for byte in 0..=255u8 {
            assert_eq!((f32::from(byte) / 255.0).to_byte(), byte);
        }
    }

    #[test]
    fn integers_are_pixel_values_and_bools_are_black_and_white() {
        assert_eq!(
            [2i32.to_byte(), (-5i32).to_byte(), 300i32.to_byte()],
            [2, 0, 255]
        );
        assert_eq!([i8::MIN.to_byte(), i8::MAX.to_byte()], [0, 127]);
        assert_eq!(
            [
                u16::MAX.to_byte(),
                7u64.to_byte(),
                256i64.to_byte(),
                9i16.to_byte(),
                8u32.to_byte()
            ],
            [255, 7, 255, 9, 8]
        );
        assert_eq!([true.to_byte(), false.to_byte()], [255, 0]);
    }
}
