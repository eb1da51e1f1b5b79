//! The geometry of one pass over a tensor, and the scratch memory that it takes.

use std::ops::Range;

use crate::fold::Fold;
use crate::long::LONG;
use crate::scratch::{arena_words, lane_words};
use crate::stage::Stage;
use crate::stuffed::Halves;
use crate::table::Table;
use crate::window::{Axis, Sliding};

/// When a pass divides by the number of taps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Divide {
    /// After folding: a mean.
    Folded,
    /// Before folding, by the counts of the adjoint axes: the gradient of a mean.
    Lifted,
}

/// Rows of long windows are a multiple of as many lanes, which are whole vectors, where that makes them little longer.
const ROUND: usize = 16;

/// How the width is contracted.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Width {
    /// It is not.
    Keep,
    /// Windows are alike: rows hold their padding, and windows are folded at every position.
    Flat(Flat),
    /// Windows are folded one by one, as runs of neighbouring channels.
    Groups,
    /// Windows are folded one by one, lane by lane.
    Single,
}

/// Rows laid out so that all windows are alike.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Flat {
    pub(crate) sliding: Sliding,
    /// Positions from one row to the next, a multiple of the stride.
    pub(crate) pitch: usize,
    /// Positions from one element of a row to the next, with nothing between them: 1, but for an adjoint.
    pub(crate) hop: usize,
    /// How rows with something between their elements are summed without it, if they are: last, of all axes.
    pub(crate) halves: Option<Halves>,
}

impl Width {
    fn new(axes: [&Axis; 3], inner: usize) -> Self {
        let axis = axes[2];
        if axis.is_identity() {
            return Self::Keep;
        }
        let plane = axes.iter().map(|axis| axis.output_len()).product();
        let flat = |sliding: Sliding, hop: usize| {
            let starts = (axis.output_len() - 1) * sliding.stride;
            let reach = starts + (sliding.kernel_size - 1) * sliding.dilation + 1;
            let rounded = reach.next_multiple_of(ROUND);
            let is_near = rounded - reach <= reach / 8;
            Self::Flat(Flat {
                sliding,
                pitch: if sliding.stride == 1 && sliding.kernel_size > 5 && is_near {
                    rounded
                } else {
                    reach.next_multiple_of(sliding.stride)
                },
                hop,
                halves: Halves::new(&sliding, hop, (axis.output_len(), plane, inner)),
            })
        };
        match (axis.as_uniform(), axis.stuffed()) {
            (Some(&sliding), _)
                if inner == 1 || sliding.stride == 1 || sliding.kernel_size >= LONG =>
            {
                flat(sliding, 1)
            }
            (_, Some((sliding, hop))) if inner == 1 || hop <= 2 => flat(sliding, hop),
            _ if inner == 1 => Self::Single,
            _ => Self::Groups,
        }
    }
}

/// The geometry of a pass, which is all that it knows of a layer.
pub(crate) struct Pass<'a> {
    pub(crate) axes: [&'a Axis; 3],
    pub(crate) inner: usize,
    pub(crate) width: Width,
    /// The axes whose windows are counted, and when.
    pub(crate) counted: ([&'a Axis; 3], Divide),
    /// The axes of one plane, in which indices count. They differ from `axes` where several planes are
    /// pooled as one tall one.
    pub(crate) plane: [&'a Axis; 3],
    pub(crate) may_be_empty: bool,
}

/// The outputs of one task along depth and height.
#[derive(Clone, Debug)]
pub(crate) struct Band {
    pub(crate) depth: Range<usize>,
    pub(crate) height: Range<usize>,
}

impl Band {
    /// All outputs.
    pub(crate) fn whole([depth, height, _]: [&Axis; 3]) -> Self {
        Self {
            depth: 0..depth.output_len(),
            height: 0..height.output_len(),
        }
    }

    /// The outputs of as many planes, one below the other, of each of which this band is all.
    pub(crate) fn stacked(&self, planes: usize) -> Self {
        Self {
            depth: self.depth.clone(),
            height: self.height.start..self.height.start + planes * self.height.len(),
        }
    }

    /// The outputs along depth (0) or height (1).
    pub(crate) fn outputs(&self, index: usize) -> Range<usize> {
        [&self.depth, &self.height][index].clone()
    }
}

/// Lanes of each buffer of a band.
pub(crate) struct Sizes {
    pub(crate) staged: usize,
    pub(crate) spare: usize,
    pub(crate) contracted: usize,
    pub(crate) folded: usize,
    pub(crate) row: usize,
}

impl<'a> Pass<'a> {
    /// A pass over `axes` of tensors with `inner` neighbouring channels, whose indices count in `plane`.
    pub(crate) fn new(
        axes: [&'a Axis; 3],
        inner: usize,
        plane: [&'a Axis; 3],
        counted: ([&'a Axis; 3], Divide),
    ) -> Self {
        let width = Width::new(axes, inner);
        let may_be_empty = axes.iter().any(|axis| axis.may_be_empty());
        Self {
            axes,
            inner,
            width,
            counted,
            plane,
            may_be_empty,
        }
    }

    /// Whether each row is one window, and nothing else is pooled.
    pub(crate) fn is_whole(&self) -> bool {
        let [depth, height, width] = self.axes;
        self.inner == 1 && depth.is_identity() && height.is_identity() && width.is_whole()
    }

    /// Lanes of an output row.
    pub(crate) fn row_len(&self) -> usize {
        self.axes[2].output_len() * self.inner
    }

    /// Lanes of an input row.
    pub(crate) fn source_row_len(&self) -> usize {
        self.axes[2].input_len() * self.inner
    }

    /// How the width is contracted in two halves, if it is.
    pub(crate) fn halves(&self) -> Option<&Halves> {
        match &self.width {
            Width::Flat(flat) => flat.halves.as_ref(),
            Width::Keep | Width::Groups | Width::Single => None,
        }
    }

    /// Lanes of a row that is folded along height and depth.
    pub(crate) fn folded_row_len(&self) -> usize {
        self.halves().map_or(self.row_len(), |halves| halves.pitch)
    }

    /// Lanes from one staged row to the next.
    pub(crate) fn staged_pitch(&self) -> usize {
        match self.width {
            Width::Flat(Flat { pitch, .. }) => pitch * self.inner,
            Width::Keep | Width::Groups | Width::Single => self.source_row_len(),
        }
    }

    /// Lanes of padding before a staged row.
    pub(crate) fn padding_before(&self) -> usize {
        match self.width {
            Width::Flat(Flat { sliding, .. }) => sliding.padding[0] * self.inner,
            Width::Keep | Width::Groups | Width::Single => 0,
        }
    }

    /// Lanes of a staged row that lie between its padding.
    pub(crate) fn inside(&self) -> usize {
        let room = self.staged_pitch().saturating_sub(self.padding_before());
        self.source_row_len().min(room)
    }

    /// Rows that are staged at a time: as many as stay in the first cache, where rows are folded together.
    pub(crate) fn staged_rows<V>(&self, rows: usize) -> usize {
        const STAGED_BYTES: usize = 16 << 10;
        match self.width {
            Width::Flat(_) => {
                (STAGED_BYTES / (self.staged_pitch() * size_of::<V>())).clamp(1, rows.max(1))
            }
            Width::Keep | Width::Groups | Width::Single => 1,
        }
    }

    /// Output rows that are made at a time where rows are folded first: as many as stay in the first cache.
    pub(crate) fn direct_rows<V>(&self) -> usize {
        const STAGED_BYTES: usize = 24 << 10;
        (STAGED_BYTES / (self.staged_pitch() * size_of::<V>()).max(1)).max(1)
    }

    /// Rows that are folded for `rows` output rows, at most: where windows lie anywhere, those between as well.
    pub(crate) fn most_folded(&self, rows: usize) -> usize {
        match self.width {
            Width::Single => 2 * rows,
            Width::Keep | Width::Flat(_) | Width::Groups => rows,
        }
    }

    /// Windows of all rows along the height that may be folded between those of outputs.
    pub(crate) fn dense_windows(&self) -> usize {
        let [_, height, width] = self.axes;
        // Windows of taps that are no neighbours may begin before the one before them.
        let are_near = (height.step(), width.step()) == (1, 1);
        match self.width {
            Width::Single if are_near && !self.is_whole() => height.input_len(),
            _ => 0,
        }
    }

    /// Lanes of each buffer where rows are folded first.
    pub(crate) fn direct_sizes<V>(&self, band: &Band) -> Sizes {
        let rows = self.direct_rows::<V>().min(band.height.len());
        let staged = self.most_folded(rows) * self.staged_pitch();
        let contracted = staged.max(rows * self.row_len());
        Sizes {
            staged: contracted,
            spare: contracted,
            contracted,
            folded: 0,
            row: 0,
        }
    }

    /// The depth and the height of a band.
    pub(crate) fn stages(&self, band: &Band) -> [Stage<'a>; 2] {
        let stage = |index: usize| Stage::new(self.axes[index], band.outputs(index));
        [stage(0), stage(1)]
    }

    /// Lanes of each buffer of a band.
    pub(crate) fn sizes<V>(&self, band: &Band) -> Sizes {
        let [depth, height] = self.stages(band);
        let staged = self.staged_rows::<V>(height.positions()) * self.staged_pitch();
        let len = self.folded_row_len();
        let contracted = height.positions() * len;
        let slab = band.height.len() * len;
        let folded = if self.axes[0].is_identity() {
            0
        } else {
            depth.positions() * slab
        };
        let row = len.max(self.source_row_len());
        // Buffers that change places with the spare one are as large as it.
        let largest = staged.max(contracted).max(folded);
        let long = |axis: &Axis, own: usize| {
            if axis.as_long().is_some() {
                largest
            } else {
                own
            }
        };
        let spare = match self.width {
            Width::Flat(_) => largest,
            _ if self.axes[..2].iter().any(|axis| axis.as_long().is_some()) => largest,
            _ => 0,
        };
        Sizes {
            staged,
            spare,
            contracted: long(self.axes[1], contracted),
            folded: long(self.axes[0], folded),
            row,
        }
    }

    /// Words of scratch memory that buffers of these sizes take.
    pub(crate) fn scratch_words<F: Fold>(&self, sizes: &Sizes) -> usize {
        let width = self.axes[2]
            .output_len()
            .max(self.counted.0[2].output_len());
        let &Sizes {
            staged,
            spare,
            contracted,
            folded,
            row,
        } = sizes;
        let lanes = [staged, spare, contracted, folded, row, width].map(lane_words::<F>);
        let tables = Table::words(width) + Table::words(self.dense_windows());
        let starts = arena_words::<i32>(self.row_len());
        lanes.iter().sum::<usize>() + tables + starts
    }
}
