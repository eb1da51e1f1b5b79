//! The numbers that summaries are made of.

use half::{bf16, f16};

mod sealed {
    pub trait Sealed {}
}

/// A number, or a reference to one, that scalars, histograms and meshes can be made of: any float or integer type, or
/// `bool`.
pub trait Element: sealed::Sealed + Copy {
    /// The number as f64; integers beyond 2⁵³ are rounded, as NumPy's `astype(float)` does.
    fn to_f64(self) -> f64;
}

macro_rules! impl_element {
    ($($type:ty: |$x:ident| $float:expr;)*) => {$(
        impl sealed::Sealed for $type {}
        impl Element for $type {
            #[inline]
            fn to_f64(self) -> f64 {
                let $x = self;
                $float
            }
        }
    )*};
}

impl_element! {
    f32: |x| f64::from(x);
    f64: |x| x;
    f16: |x| f64::from(x);
    bf16: |x| f64::from(x);
    u8: |x| f64::from(x);
    u16: |x| f64::from(x);
    u32: |x| f64::from(x);
    u64: |x| x as f64;
    usize: |x| x as f64;
    isize: |x| x as f64;
    i8: |x| f64::from(x);
    i16: |x| f64::from(x);
    i32: |x| f64::from(x);
    i64: |x| x as f64;
    bool: |x| f64::from(u8::from(x));
}

impl<T: Element> sealed::Sealed for &T {}
impl<T: Element> Element for &T {
    fn to_f64(self) -> f64 {
        (*self).to_f64()
    }
}
