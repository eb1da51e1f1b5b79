//! One axis of a band: which positions it reads, and where the taps of its outputs are among them.

use std::ops::Range;

use fearless_simd::Simd;

use crate::fold::{Fold, LanesMut};
use crate::kernel::Taps;
use crate::long::{MOST_PIECES, double};
use crate::table::Table;
use crate::window::{Axis, Sliding};

/// The height or the depth of a band. Position 0 is the first input that the band's outputs read, or
/// padding before it where windows are long.
pub(crate) struct Stage<'a> {
    axis: &'a Axis,
    outputs: Range<usize>,
    /// The input that position 0 is; negative in the padding.
    first: isize,
    positions: usize,
    /// Long windows: they are folded together, so all of them must be whole.
    long: Option<Sliding>,
}

impl<'a> Stage<'a> {
    pub(crate) fn new(axis: &'a Axis, outputs: Range<usize>) -> Self {
        let long = axis.as_long().copied();
        let (first, positions) = if let Some(sliding) = long {
            let last =
                (outputs.len() - 1) * sliding.stride + (sliding.kernel_size - 1) * sliding.dilation;
            let first = (outputs.start * sliding.stride) as isize - sliding.padding[0] as isize;
            (first, last + 1)
        } else {
            let inputs = axis.inputs(outputs.clone());
            (inputs.start as isize, inputs.len())
        };
        Self {
            axis,
            outputs,
            first,
            positions,
            long,
        }
    }

    pub(crate) fn positions(&self) -> usize {
        self.positions
    }

    /// The stride of long windows.
    pub(crate) fn long_stride(&self) -> Option<usize> {
        self.long.map(|sliding| sliding.stride)
    }

    /// The input at a position, if the position is not padding.
    pub(crate) fn input(&self, position: usize) -> Option<usize> {
        let input = self.first.checked_add_unsigned(position)?;
        usize::try_from(input)
            .ok()
            .filter(|&input| input < self.axis.input_len())
    }

    /// The inputs among the positions.
    pub(crate) fn inputs(&self) -> Range<usize> {
        let bound = |position: isize| (position.max(0) as usize).min(self.axis.input_len());
        bound(self.first)..bound(self.first.saturating_add_unsigned(self.positions))
    }

    /// The taps of an output, whose windows are in `table`, among the positions, which lie `unit` lanes apart; of long
    /// windows those that are `left`.
    pub(crate) fn taps(&self, table: &Table<'_>, output: usize, unit: usize, left: Taps) -> Taps {
        if let Some(sliding) = self.long {
            let start = (output - self.outputs.start) * sliding.stride * unit;
            return Taps { start, ..left };
        }
        let (start, count) = table.window(output);
        let start = if count == 0 {
            0
        } else {
            start - self.first as usize
        };
        Taps::new(start * unit, count, self.axis.step() * unit)
    }

    /// Makes the positions ready for [`Stage::taps`]: fills those that are padding, and folds long windows, all but what
    /// it says is left. It may do so by way of `spare`, with which `lanes` then changes places.
    pub(crate) fn prepare<'b, S: Simd, F: Fold>(
        &self,
        simd: S,
        lanes: &mut LanesMut<'b, F>,
        spare: &mut LanesMut<'b, F>,
        unit: usize,
    ) -> Taps {
        let Some(sliding) = self.long else {
            return Taps::new(0, 1, 0);
        };
        for position in (0..self.positions).filter(|&position| self.input(position).is_none()) {
            lanes.clear(position * unit, unit);
            // The index of padding before the input is that of the first tap inside.
            if let Some(first) = self.first_tap_inside(position) {
                lanes
                    .indices
                    .copy_within(first * unit..(first + 1) * unit, position * unit);
            }
        }
        let len = ((self.outputs.len() - 1) * sliding.stride + 1) * unit;
        let taps = (sliding.kernel_size, sliding.dilation * unit);
        double(simd, lanes, taps, (len, MOST_PIECES), spare)
    }

    /// The position of the first tap inside the input, of a window with a tap at `position` before it.
    fn first_tap_inside(&self, position: usize) -> Option<usize> {
        let input = self.first + position as isize;
        let first = position + input.rem_euclid(self.axis.step() as isize).abs_diff(input);
        (input < 0 && first < self.positions && self.input(first).is_some()).then_some(first)
    }
}
