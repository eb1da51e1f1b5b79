//! The forms that the index of a maximum can have.

use crate::window::Axis;

/// A form of index: `i64` is torch's flat index into the plane, `u8`, `u16` and `u32` number the taps of the
/// window.
pub trait Index: Copy + Send + Sync + 'static + Form {}

pub(crate) mod private {
    /// How an index is written and read.
    pub trait Form: Sized {
        /// The largest tap number that fits; `None` for a flat index.
        const COMPACT_LIMIT: Option<u32>;
        fn from_number(number: i64) -> Self;
        fn number(self) -> i64;
    }
}

pub(crate) use private::Form;

macro_rules! impl_index {
    ($($index:ident $limit:expr),*) => {$(
        impl Index for $index {}
        impl private::Form for $index {
            const COMPACT_LIMIT: Option<u32> = $limit;
            #[inline(always)]
            #[allow(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "a plan is asked whether its tap numbers fit before any is made"
            )]
            fn from_number(number: i64) -> Self {
                number as $index
            }
            #[inline(always)]
            fn number(self) -> i64 {
                self.into()
            }
        }
    )*};
}

impl_index!(i64 None, u8 Some(u8::MAX as u32), u16 Some(u16::MAX as u32), u32 Some(u32::MAX));

/// Where a pooling writes an index: an [`Index`], or nothing.
pub(crate) trait IndexSlot: Copy + Send + Sync {
    /// Whether it numbers the taps of its window.
    const COMPACT: bool;
    fn from_number(number: i64) -> Self;
}

impl IndexSlot for () {
    const COMPACT: bool = false;
    fn from_number(_number: i64) {}
}

impl<I: Index> IndexSlot for I {
    const COMPACT: bool = I::COMPACT_LIMIT.is_some();
    #[inline(always)]
    fn from_number(number: i64) -> Self {
        Form::from_number(number)
    }
}

/// Translates between flat indices and tap numbers along one row of outputs.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Locator<'a> {
    axes: [&'a Axis; 3],
    /// First taps along depth and height.
    starts: [usize; 2],
    taps: [usize; 3],
}

impl<'a> Locator<'a> {
    /// The row of outputs at depth `z` and height `y`.
    pub(crate) fn new(axes: [&'a Axis; 3], taps: [usize; 3], (z, y): (usize, usize)) -> Self {
        Self {
            axes,
            starts: [axes[0].window(z).start, axes[1].window(y).start],
            taps,
        }
    }

    /// The tap number, in the window of output `x`, of the element at `flat`.
    pub(crate) fn number(&self, flat: i64, x: usize) -> i64 {
        let [depth, height, width] = self.axes;
        let Ok(flat) = usize::try_from(flat) else {
            return 0;
        };
        let (row, at_x) = (flat / width.input_len(), flat % width.input_len());
        let (at_z, at_y) = (row / height.input_len(), row % height.input_len());
        let tap = |axis: &Axis, at: usize, start: usize| at.saturating_sub(start) / axis.step();
        let along_z = tap(depth, at_z, self.starts[0]);
        let along_y = tap(height, at_y, self.starts[1]);
        let along_x = tap(width, at_x, width.window(x).start);
        ((along_z * self.taps[1] + along_y) * self.taps[2] + along_x) as i64
    }

    /// The flat index of a tap of the window of output `x`.
    pub(crate) fn flat(&self, number: i64, x: usize) -> i64 {
        let [depth, height, width] = self.axes;
        let Ok(number) = usize::try_from(number) else {
            return -1;
        };
        let (rows, along_x) = (number / self.taps[2], number % self.taps[2]);
        let (along_z, along_y) = (rows / self.taps[1], rows % self.taps[1]);
        let at_z = self.starts[0] + along_z * depth.step();
        let at_y = self.starts[1] + along_y * height.step();
        let at_x = width.window(x).start + along_x * width.step();
        if at_y >= height.input_len() || at_x >= width.input_len() {
            return i64::MAX;
        }
        ((at_z * height.input_len() + at_y) * width.input_len() + at_x) as i64
    }
}
