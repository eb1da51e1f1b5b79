//! Windows that slide: padding, ceil mode and dilation.

use std::ops::Range;

use super::Window;
use crate::error::{Error, Result};

/// A sliding window along one axis, in torch's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sliding {
    /// Taps of a window.
    pub kernel_size: usize,
    /// Distance between the starts of neighbouring windows.
    pub stride: usize,
    /// Padding before and after the input. It only clips windows: no padded element is ever read.
    pub padding: [usize; 2],
    /// Distance between neighbouring taps.
    pub dilation: usize,
    /// Whether a last window that overhangs the padded input counts, as long as it starts inside the
    /// input or the padding before it.
    pub ceil_mode: bool,
}

impl Sliding {
    /// A window of `kernel_size` taps that moves by its own size.
    pub fn new(kernel_size: usize) -> Self {
        Self {
            kernel_size,
            stride: kernel_size,
            padding: [0, 0],
            dilation: 1,
            ceil_mode: false,
        }
    }

    /// Refuses a zero.
    pub(crate) fn check(&self) -> Result<()> {
        let counts = [
            ("kernel_size", self.kernel_size),
            ("stride", self.stride),
            ("dilation", self.dilation),
        ];
        match counts.into_iter().find(|(_, value)| *value == 0) {
            Some((name, _)) => Err(Error::Zero { name }),
            None => Ok(()),
        }
    }

    /// Distance from the first tap to one past the last.
    pub(crate) fn extent(&self) -> Result<usize> {
        (self.kernel_size - 1)
            .checked_mul(self.dilation)
            .and_then(|reach| reach.checked_add(1))
            .ok_or_else(|| Error::TooLarge {
                what: format!(
                    "dilation {} × (kernel_size {} − 1)",
                    self.dilation, self.kernel_size
                ),
            })
    }

    /// Number of windows over `input` elements: torch's formula, its ceil-mode rule included.
    pub(super) fn output_size(&self, input: usize) -> Result<usize> {
        self.check()?;
        let wide = |value: usize| value as i128;
        let [before, after] = self.padding.map(wide);
        let padded = wide(input) + before + after;
        let round_up = if self.ceil_mode {
            wide(self.stride) - 1
        } else {
            0
        };
        let steps = (padded - wide(self.extent()?) + round_up).div_euclid(wide(self.stride));
        let starts_inside = |last: i128| last * wide(self.stride) < wide(input) + before;
        let last = if self.ceil_mode && !starts_inside(steps) {
            steps - 1
        } else {
            steps
        };
        // The last window begins at last × stride, and a kernel reads up to one extent past it.
        let reach = last * wide(self.stride) + wide(self.extent()?);
        if padded.max(reach) > wide(usize::MAX >> 2) {
            return Err(Error::TooLarge {
                what: format!(
                    "an axis of {input} with padding {before} + {after} and its last window"
                ),
            });
        }
        if last < 0 {
            return Err(Error::WindowTooLarge {
                axis: "axis",
                input,
                padding: self.padding,
                extent: self.extent()?,
            });
        }
        Ok(last as usize + 1)
    }

    /// How far the adjoint's first window starts before its input; `None` if it starts inside.
    pub(crate) fn lead(&self) -> Option<usize> {
        ((self.kernel_size - 1) * self.dilation).checked_sub(self.padding[0])
    }

    /// The outputs between whose first and last tap an input lies, of any number of them.
    pub(super) fn reaching(&self, input: usize) -> Range<usize> {
        let at = input + self.padding[0];
        let reach = (self.kernel_size - 1) * self.dilation;
        at.saturating_sub(reach).div_ceil(self.stride)..at / self.stride + 1
    }

    pub(super) fn window(&self, input: usize, output: usize) -> Window {
        let begin = (output * self.stride) as isize - self.padding[0] as isize;
        // Taps on so many positions. A division takes longer than all else here.
        let taps_on = |positions: usize| match self.dilation {
            1 => positions,
            dilation => positions.div_ceil(dilation),
        };
        // Number of taps that lie before `limit`.
        let taps_before = |limit: usize| {
            let room = (limit as isize - begin).max(0) as usize;
            taps_on(room).min(self.kernel_size)
        };
        let clipped = taps_on((-begin).max(0).unsigned_abs());
        let taps = taps_before(input).saturating_sub(clipped);
        Window {
            start: if taps == 0 {
                0
            } else {
                begin.wrapping_add_unsigned(clipped * self.dilation) as usize
            },
            taps,
            span: taps_before(input + self.padding[1]),
        }
    }
}
