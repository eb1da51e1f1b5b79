//! One pass over a tensor: stage rows, contract them, fold them along height and depth, finish them.

use std::ops::Range;

use fearless_simd::Simd;

use crate::element::Element;
use crate::fold::{Fold, LanesMut};
use crate::kernel::{LONG, Taps, fold_long, fold_one, fold_taps, thin};
use crate::reduce::{Counting, Counts, Reducer, Value};
use crate::scratch::{Arena, Slot, lane_words};
use crate::window::{Axis, Sliding, Window};

/// Where a pooling writes an index.
pub(crate) trait IndexSlot: Copy + Send + Sync {
    fn from_flat(flat: i64) -> Self;
}

impl IndexSlot for () {
    fn from_flat(_flat: i64) {}
}

impl IndexSlot for i64 {
    fn from_flat(flat: i64) -> Self {
        flat
    }
}

/// When a pass divides by the number of taps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Divide {
    /// After folding: a mean.
    Folded,
    /// Before folding, by the counts of the adjoint axes: the gradient of a mean.
    Lifted,
}

/// How the width is contracted.
#[derive(Clone, Copy, Debug)]
enum Width {
    /// It is not.
    Keep,
    /// Rows of `pitch` positions hold their padding, and windows are folded at every position.
    Flat { sliding: Sliding, pitch: usize },
    /// Windows are folded one by one, as runs of neighbouring channels.
    Groups,
    /// Windows are folded one by one, lane by lane.
    Single,
}

/// The geometry of a pass, which is all that it knows of a layer.
pub(crate) struct Pass<'a> {
    axes: [&'a Axis; 3],
    inner: usize,
    width: Width,
    /// The axes whose windows are counted, and when.
    counted: ([&'a Axis; 3], Divide),
    /// Rows after which flat indices start anew.
    plane_rows: usize,
    may_be_empty: bool,
}

/// The outputs of one task along depth and height.
#[derive(Clone, Debug)]
pub(crate) struct Band {
    pub(crate) depth: Range<usize>,
    pub(crate) height: Range<usize>,
}

/// The part of a plane's output that a band owns.
pub(crate) struct Target<'a, T, I> {
    pub(crate) values: &'a mut [T],
    pub(crate) indices: &'a mut [I],
}

impl<'a, T, I> Target<'a, T, I> {
    pub(crate) fn split_at(self, at: usize) -> (Self, Self) {
        let (values, more_values) = self.values.split_at_mut(at);
        // Indices of the unit type may be absent, and all of them are alike.
        let (indices, more_indices) =
            self.indices
                .split_at_mut(if size_of::<I>() == 0 { 0 } else { at });
        (
            Self { values, indices },
            Self {
                values: more_values,
                indices: more_indices,
            },
        )
    }
}

/// Scratch memory of a band.
struct Buffers<'a, F: Fold> {
    /// Rows as they are lifted.
    staged: LanesMut<'a, F>,
    /// Result of a long fold.
    spare: LanesMut<'a, F>,
    /// Contracted rows of one depth.
    contracted: LanesMut<'a, F>,
    /// Rows folded along the height, of all depths.
    folded: LanesMut<'a, F>,
    /// One finished row.
    row: LanesMut<'a, F>,
    /// Start and taps of each window along the width, where they are not alike.
    windows: &'a mut [i64],
    /// Counts along the width.
    counts: &'a mut [F::Value],
}

/// Lanes of each buffer.
struct Sizes {
    staged: usize,
    spare: usize,
    contracted: usize,
    folded: usize,
    row: usize,
}

/// One axis of a band: which positions it reads, and where the taps of its outputs are among them.
struct Stage<'a> {
    axis: &'a Axis,
    outputs: Range<usize>,
    /// The input that position 0 is; negative in the padding.
    first: isize,
    positions: usize,
    long: Option<Sliding>,
}

impl<'a> Stage<'a> {
    fn new(axis: &'a Axis, outputs: Range<usize>) -> Self {
        let long = axis
            .as_sliding()
            .copied()
            .filter(|sliding| sliding.kernel_size >= LONG);
        let (first, positions) = if let Some(sliding) = long {
            let last =
                (outputs.len() - 1) * sliding.stride + (sliding.kernel_size - 1) * sliding.dilation;
            let first = (outputs.start * sliding.stride) as isize - sliding.padding[0] as isize;
            (first, last + 1)
        } else {
            let ends = |window: Window| {
                (
                    window.start,
                    window.start + (window.taps - 1) * axis.step() + 1,
                )
            };
            let windows = outputs
                .clone()
                .map(|output| axis.window(output))
                .filter(|window| window.taps > 0);
            let (start, end) = windows
                .map(ends)
                .fold((usize::MAX, 0), |(start, end), window| {
                    (start.min(window.0), end.max(window.1))
                });
            if end == 0 {
                (0, 0)
            } else {
                (start as isize, end - start)
            }
        };
        Self {
            axis,
            outputs,
            first,
            positions,
            long,
        }
    }

    /// The input at a position, if the position is not padding.
    fn input(&self, position: usize) -> Option<usize> {
        let input = self.first.checked_add_unsigned(position)?;
        usize::try_from(input)
            .ok()
            .filter(|&input| input < self.axis.input_len())
    }

    /// The taps of an output among the positions, which lie `unit` lanes apart.
    fn taps(&self, output: usize, unit: usize) -> Taps {
        if let Some(sliding) = self.long {
            let start = (output - self.outputs.start) * sliding.stride * unit;
            return Taps {
                start,
                count: 1,
                step: 0,
            };
        }
        let window = self.axis.window(output);
        let start = if window.taps == 0 {
            0
        } else {
            window.start - self.first as usize
        };
        Taps {
            start: start * unit,
            count: window.taps,
            step: self.axis.step() * unit,
        }
    }

    /// Makes the positions ready for [`Stage::taps`]: fills those that are padding, and folds long windows
    /// by way of `spare`, with which `lanes` then changes places.
    fn prepare<'b, S: Simd, F: Fold>(
        &self,
        simd: S,
        lanes: &mut LanesMut<'b, F>,
        spare: &mut LanesMut<'b, F>,
        unit: usize,
    ) {
        for position in (0..self.positions).filter(|&position| self.input(position).is_none()) {
            lanes.clear(position * unit, unit);
            // The index of padding before the input is that of the first tap inside.
            if let Some(first) = self.first_tap_inside(position) {
                lanes
                    .indices
                    .copy_within(first * unit..(first + 1) * unit, position * unit);
            }
        }
        if let Some(sliding) = self.long {
            let len = ((self.outputs.len() - 1) * sliding.stride + 1) * unit;
            fold_long(
                simd,
                lanes,
                (sliding.kernel_size, sliding.dilation * unit),
                len,
                spare,
            );
            std::mem::swap(lanes, spare);
        }
    }

    /// The position of the first tap inside the input, of a window with a tap at `position` before it.
    fn first_tap_inside(&self, position: usize) -> Option<usize> {
        let input = self.first + position as isize;
        let first = position + input.rem_euclid(self.axis.step() as isize).abs_diff(input);
        (input < 0 && first < self.positions && self.input(first).is_some()).then_some(first)
    }
}

impl<'a> Pass<'a> {
    /// A pass over `axes` of tensors with `inner` neighbouring channels, whose flat indices start anew after
    /// `plane_rows` rows.
    pub(crate) fn new(
        axes: [&'a Axis; 3],
        inner: usize,
        plane_rows: usize,
        counted: ([&'a Axis; 3], Divide),
    ) -> Self {
        let width = match axes[2].as_sliding() {
            Some(_) if axes[2].is_identity() => Width::Keep,
            Some(&sliding) if inner == 1 || sliding.stride == 1 || sliding.kernel_size >= LONG => {
                let reach = (axes[2].output_len() - 1) * sliding.stride
                    + (sliding.kernel_size - 1) * sliding.dilation
                    + 1;
                Width::Flat {
                    sliding,
                    pitch: reach.next_multiple_of(sliding.stride),
                }
            }
            _ if inner == 1 => Width::Single,
            _ => Width::Groups,
        };
        let may_be_empty = axes.iter().any(|axis| axis.may_be_empty());
        Self {
            axes,
            inner,
            width,
            counted,
            plane_rows,
            may_be_empty,
        }
    }

    pub(crate) fn axes(&self) -> [&'a Axis; 3] {
        self.axes
    }

    /// Lanes of an output row.
    pub(crate) fn row_len(&self) -> usize {
        self.axes[2].output_len() * self.inner
    }

    /// Lanes from one contracted row to the next.
    pub(crate) fn row_pitch(&self) -> usize {
        match self.width {
            Width::Flat { sliding, pitch } => pitch / sliding.stride * self.inner,
            Width::Keep | Width::Groups | Width::Single => self.row_len(),
        }
    }

    /// Lanes from one staged row to the next.
    fn staged_pitch(&self) -> usize {
        match self.width {
            Width::Flat { pitch, .. } => pitch * self.inner,
            Width::Keep | Width::Groups | Width::Single => self.axes[2].input_len() * self.inner,
        }
    }

    /// Rows that are staged at a time: as many as stay in the first cache, where rows are folded together.
    fn staged_rows<V>(&self, rows: usize) -> usize {
        const STAGED_BYTES: usize = 16 << 10;
        match self.width {
            Width::Flat { .. } => {
                (STAGED_BYTES / (self.staged_pitch() * size_of::<V>())).clamp(1, rows.max(1))
            }
            Width::Keep | Width::Groups | Width::Single => 1,
        }
    }

    fn sizes<V>(&self, band: &Band) -> Sizes {
        let depth = Stage::new(self.axes[0], band.depth.clone());
        let height = Stage::new(self.axes[1], band.height.clone());
        let staged = self.staged_rows::<V>(height.positions) * self.staged_pitch();
        let contracted = height.positions * self.row_pitch();
        let folded = if self.axes[0].is_identity() {
            0
        } else {
            depth.positions * band.height.len() * self.row_pitch()
        };
        let largest = staged.max(contracted).max(folded);
        if self.axes.iter().any(|axis| axis.is_long()) || matches!(self.width, Width::Flat { .. }) {
            Sizes {
                staged: largest,
                spare: largest,
                contracted: largest,
                folded: largest,
                row: self.row_pitch(),
            }
        } else {
            Sizes {
                staged,
                spare: 0,
                contracted,
                folded,
                row: self.row_pitch(),
            }
        }
    }

    /// Words of scratch memory that a band takes.
    pub(crate) fn scratch_words<F: Fold>(&self, band: &Band) -> usize {
        let Sizes {
            staged,
            spare,
            contracted,
            folded,
            row,
        } = self.sizes::<F::Value>(band);
        let lanes = [
            staged,
            spare,
            contracted,
            folded,
            row,
            self.axes[2].output_len(),
        ];
        lanes.map(lane_words::<F>).iter().sum::<usize>()
            + lane_words::<crate::fold::Sum<i64>>(2 * self.axes[2].output_len())
    }

    fn buffers<'b, T: Element, R: Reducer<T>>(
        &self,
        reducer: &R,
        band: &Band,
        mut arena: Arena<'b>,
    ) -> Buffers<'b, R::Fold> {
        let sizes = self.sizes::<Value<T, R>>(band);
        let width = self.axes[2].output_len();
        let buffers = Buffers {
            staged: arena.lanes(sizes.staged),
            spare: arena.lanes(sizes.spare),
            contracted: arena.lanes(sizes.contracted),
            folded: arena.lanes(sizes.folded),
            row: arena.lanes(sizes.row),
            windows: i64::take(&mut arena, 2 * width),
            counts: Slot::take(&mut arena, width),
        };
        if matches!(self.width, Width::Groups | Width::Single) {
            for (slots, window) in buffers
                .windows
                .chunks_exact_mut(2)
                .zip(self.axes[2].windows())
            {
                slots.copy_from_slice(&[window.start as i64, window.taps as i64]);
            }
        }
        if reducer.counting() != Counting::None {
            let counted = self.counted.0[2];
            for (slot, window) in buffers.counts.iter_mut().zip(counted.windows()) {
                *slot = reducer.width(count(reducer.counting(), window));
            }
        }
        buffers
    }

    /// Pools one band of one plane.
    pub(crate) fn run<S: Simd, T: Element, R: Reducer<T>, I: IndexSlot>(
        &self,
        simd: S,
        reducer: &R,
        source: &[T],
        (band, arena): (&Band, Arena<'_>),
        target: Target<'_, T, I>,
    ) {
        let mut buffers = self.buffers(reducer, band, arena);
        let depth = Stage::new(self.axes[0], band.depth.clone());
        let height = Stage::new(self.axes[1], band.height.clone());
        let mut sink = Sink {
            pass: self,
            reducer,
            target,
            next: 0,
        };
        let pitch = self.row_pitch();
        let slab = band.height.len() * pitch;
        for position in 0..depth.positions {
            let Some(z) = depth.input(position) else {
                continue;
            };
            self.contract(simd, reducer, (source, z), &height, &mut buffers);
            height.prepare(simd, &mut buffers.contracted, &mut buffers.spare, pitch);
            for (row, y) in band.height.clone().enumerate() {
                let taps = height.taps(y, pitch);
                if self.axes[0].is_identity() && self.axes[1].is_identity() {
                    let mut row = buffers.contracted.from(taps.start);
                    sink.finish(simd, (z, y), buffers.counts, &mut row);
                } else if self.axes[0].is_identity() {
                    fold_taps::<S, R::Fold, 1>(
                        simd,
                        buffers.contracted.as_ref(),
                        taps,
                        self.row_len(),
                        &mut buffers.row,
                    );
                    sink.finish(simd, (z, y), buffers.counts, &mut buffers.row);
                } else {
                    let mut out = buffers.folded.from(position * slab + row * pitch);
                    fold_taps::<S, R::Fold, 1>(
                        simd,
                        buffers.contracted.as_ref(),
                        taps,
                        self.row_len(),
                        &mut out,
                    );
                }
            }
        }
        if self.axes[0].is_identity() {
            return;
        }
        depth.prepare(simd, &mut buffers.folded, &mut buffers.spare, slab);
        for z in band.depth.clone() {
            for (row, y) in band.height.clone().enumerate() {
                let mut taps = depth.taps(z, slab);
                taps.start += row * pitch;
                fold_taps::<S, R::Fold, 1>(
                    simd,
                    buffers.folded.as_ref(),
                    taps,
                    self.row_len(),
                    &mut buffers.row,
                );
                sink.finish(simd, (z, y), buffers.counts, &mut buffers.row);
            }
        }
    }
}

/// What `counting` counts of a window.
fn count(counting: Counting, window: Window) -> i64 {
    match counting {
        Counting::None => 1,
        Counting::Fixed(_) => 1,
        Counting::Taps => window.taps.max(1) as i64,
        Counting::Span => window.span.max(1) as i64,
    }
}

/// Where finished rows go, one after the other.
struct Sink<'a, 'b, T, R, I> {
    pass: &'a Pass<'a>,
    reducer: &'a R,
    target: Target<'b, T, I>,
    next: usize,
}

impl<T: Element, R: Reducer<T>, I: IndexSlot> Sink<'_, '_, T, R, I> {
    fn finish<S: Simd>(
        &mut self,
        simd: S,
        (z, y): (usize, usize),
        width: &[Value<T, R>],
        row: &mut LanesMut<'_, R::Fold>,
    ) {
        let len = self.pass.row_len();
        let at = self.next..self.next + len;
        self.next += len;
        let counts = self
            .pass
            .counts(self.reducer, Divide::Folded, (z, y), width);
        let elements = &mut self.target.values[at.clone()];
        finish_row(
            simd,
            self.reducer,
            counts.as_ref(),
            &mut row.values[..len],
            elements,
        );
        if size_of::<I>() > 0 {
            for (slot, &index) in self.target.indices[at.clone()]
                .iter_mut()
                .zip(&row.indices[..len])
            {
                *slot = I::from_flat(R::Fold::flat(index));
            }
            if self.pass.may_be_empty {
                self.pass.mark_empty((z, y), &mut self.target.indices[at]);
            }
        }
    }
}

#[fearless_simd_macros::simd]
fn lift_row<S: Simd, T: Element, R: Reducer<T>>(
    simd: S,
    reducer: &R,
    counts: Option<&Counts<'_, Value<T, R>>>,
    elements: &[T],
    lanes: &mut [Value<T, R>],
) {
    reducer.lift(elements, counts, lanes);
}

#[fearless_simd_macros::simd]
fn finish_row<S: Simd, T: Element, R: Reducer<T>>(
    simd: S,
    reducer: &R,
    counts: Option<&Counts<'_, Value<T, R>>>,
    lanes: &mut [Value<T, R>],
    elements: &mut [T],
) {
    reducer.finish(lanes, counts, elements);
}

impl Pass<'_> {
    fn counts<'b, T: Element, R: Reducer<T>>(
        &self,
        reducer: &R,
        when: Divide,
        (z, y): (usize, usize),
        width: &'b [Value<T, R>],
    ) -> Option<Counts<'b, Value<T, R>>> {
        let (axes, divide) = self.counted;
        let rest = match reducer.counting() {
            Counting::None => return None,
            Counting::Fixed(divisor) => divisor,
            counting => count(counting, axes[0].window(z)) * count(counting, axes[1].window(y)),
        };
        let width = &width[..axes[2].output_len()];
        (divide == when).then_some(Counts {
            width,
            rest,
            inner: self.inner,
        })
    }

    /// Windows without a tap have no index.
    fn mark_empty<I: IndexSlot>(&self, (z, y): (usize, usize), indices: &mut [I]) {
        let row_is_empty = self.axes[0].window(z).taps == 0 || self.axes[1].window(y).taps == 0;
        for (group, window) in indices
            .chunks_exact_mut(self.inner)
            .zip(self.axes[2].windows())
        {
            if row_is_empty || window.taps == 0 {
                group.fill(I::from_flat(-1));
            }
        }
    }

    /// Contracts the rows of depth `z` that `height` reads.
    fn contract<S: Simd, T: Element, R: Reducer<T>>(
        &self,
        simd: S,
        reducer: &R,
        (source, z): (&[T], usize),
        height: &Stage<'_>,
        buffers: &mut Buffers<'_, R::Fold>,
    ) {
        let pitch = self.row_pitch();
        let chunk = self.staged_rows::<Value<T, R>>(height.positions);
        for first in (0..height.positions).step_by(chunk) {
            let rows = chunk.min(height.positions - first);
            for row in 0..rows {
                let Some(y) = height.input(first + row) else {
                    continue;
                };
                let mut out = if matches!(self.width, Width::Keep) {
                    buffers.contracted.from((first + row) * pitch)
                } else {
                    buffers.staged.from(row * self.staged_pitch())
                };
                let counts = self.counts(reducer, Divide::Lifted, (z, y), buffers.counts);
                self.stage(simd, reducer, counts.as_ref(), (source, z, y), &mut out);
            }
            match self.width {
                Width::Keep => {}
                Width::Flat {
                    sliding,
                    pitch: positions,
                } => {
                    let positions = (rows - 1) * positions
                        + (self.axes[2].output_len() - 1) * sliding.stride
                        + 1;
                    let groups = (rows - 1) * (pitch / self.inner) + self.axes[2].output_len();
                    self.contract_flat(simd, sliding, (positions, groups), first * pitch, buffers);
                }
                Width::Groups | Width::Single => self.contract_each(simd, first * pitch, buffers),
            }
        }
    }
}

impl Pass<'_> {
    /// Contracts staged rows whose windows are alike: `positions` of them, to `groups` from lane `at` on.
    fn contract_flat<S: Simd, F: Fold>(
        &self,
        simd: S,
        sliding: Sliding,
        (positions, groups): (usize, usize),
        at: usize,
        buffers: &mut Buffers<'_, F>,
    ) {
        let Sliding {
            kernel_size,
            stride,
            dilation,
            ..
        } = sliding;
        let len = positions * self.inner;
        let taps = Taps {
            start: 0,
            count: kernel_size,
            step: dilation * self.inner,
        };
        let mut out = buffers.contracted.from(at);
        if kernel_size >= LONG {
            fold_long(
                simd,
                &mut buffers.staged,
                (kernel_size, taps.step),
                len,
                &mut buffers.spare,
            );
        } else if stride == 1 {
            return fold_taps::<S, F, 1>(simd, buffers.staged.as_ref(), taps, len, &mut out);
        } else if stride == 2 && self.inner == 1 {
            return fold_taps::<S, F, 2>(simd, buffers.staged.as_ref(), taps, len, &mut out);
        } else {
            fold_taps::<S, F, 1>(simd, buffers.staged.as_ref(), taps, len, &mut buffers.spare);
        }
        thin(
            &buffers.spare.as_ref(),
            (stride, self.inner),
            groups,
            &mut out,
        );
    }

    /// Contracts one staged row window by window, to lane `at` on.
    fn contract_each<S: Simd, F: Fold>(&self, simd: S, at: usize, buffers: &mut Buffers<'_, F>) {
        let inner = self.inner;
        let mut out = buffers.contracted.from(at);
        let windows = buffers
            .windows
            .chunks_exact(2)
            .take(self.axes[2].output_len());
        for (output, window) in windows.enumerate() {
            let taps = Taps {
                start: window[0] as usize * inner,
                count: window[1] as usize,
                step: self.axes[2].step() * inner,
            };
            if inner == 1 {
                out.set(output, fold_one(&buffers.staged.as_ref(), taps));
            } else {
                let mut group = out.from(output * inner);
                fold_taps::<S, F, 1>(simd, buffers.staged.as_ref(), taps, inner, &mut group);
            }
        }
    }

    /// Lifts one row to lanes, its padding in place where the width is flat.
    fn stage<S: Simd, T: Element, R: Reducer<T>>(
        &self,
        simd: S,
        reducer: &R,
        counts: Option<&Counts<'_, Value<T, R>>>,
        (source, z, y): (&[T], usize, usize),
        lanes: &mut LanesMut<'_, R::Fold>,
    ) {
        let width = self.axes[2].input_len();
        let row = z * self.axes[1].input_len() + y;
        let source = &source[row * width * self.inner..];
        let (before, inside, pitch, step) = match self.width {
            Width::Flat { sliding, pitch } => {
                let before = sliding.padding[0].min(pitch);
                (before, width.min(pitch - before), pitch, sliding.dilation)
            }
            Width::Keep | Width::Groups | Width::Single => (0, width, width, 1),
        };
        let (first, end) = (before * self.inner, (before + inside) * self.inner);
        lanes.clear(0, first);
        lanes.clear(end, (pitch - before - inside) * self.inner);
        lift_row(
            simd,
            reducer,
            counts,
            &source[..inside * self.inner],
            &mut lanes.values[first..end],
        );
        if size_of::<<R::Fold as Fold>::Index>() > 0 {
            let base = row % self.plane_rows * width;
            for position in 0..before + inside {
                // The index of padding before the input is that of the first tap inside.
                let input =
                    (position as isize - before as isize).rem_euclid(step as isize) as usize;
                let input = if position < before {
                    input
                } else {
                    position - before
                };
                if input < inside {
                    let group = position * self.inner..(position + 1) * self.inner;
                    lanes.indices[group].fill(<R::Fold as Fold>::index(base + input));
                }
            }
        }
    }
}
