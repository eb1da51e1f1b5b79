//! The gradient of a maximum: each goes to the element that an index names.

use std::any::TypeId;
use std::ops::Range;
use std::sync::OnceLock;

use crate::element::{Convert, Element};
use crate::engine::Bands;
use crate::error::{Error, Result};
use crate::fetch::{Parts, ahead};
use crate::index::Index;
use crate::lane::Lane;
use crate::number::Taps;
use crate::plan::Plan;
use crate::scratch::{Slot, arena_words, with_arena};
use crate::sink::Target;
use crate::threads::{Share, Tasks};
use crate::window::{Axis, Window};

type Accumulator<T> = <T as crate::element::private::Lanes>::Arg;

/// Adds each gradient to the element that its index names, band by band of the input.
pub(crate) struct Scatter<'a, T, I> {
    plan: &'a Plan,
    /// The windows of outputs that may name a row of the input; `None` where any output may name any row.
    adjoint: Option<[Axis; 3]>,
    bands: Bands,
    grad_output: &'a [T],
    indices: &'a [I],
    /// Bytes read and written.
    bytes: usize,
    /// An index outside its plane, if one was met.
    outside: OnceLock<i64>,
}

impl<T: Element, I: Index> Scatter<'_, T, I>
where
    Accumulator<T>: Slot,
{
    pub(crate) fn run_all(
        plan: &Plan,
        grad_output: &[T],
        indices: &[I],
        grad_input: &mut [T],
    ) -> Result<()> {
        if grad_output.is_empty() {
            grad_input.fill(T::default());
            return Ok(());
        }
        let inputs = plan.axes().map(|axis| Axis::identity(axis.input_len()));
        let row = plan.axes[2].input_len() * plan.layout.inner;
        let bytes = (size_of::<T>() + size_of::<I>()) * indices.len() + size_of_val(grad_input);
        let share = Share::of(bytes);
        let adjoint = plan.samples.is_none().then(|| {
            let [depth, height, width] = plan.axes();
            [depth.adjoint(), height.adjoint(), width.adjoint()]
        });
        let bands = match &adjoint {
            Some(adjoint) => {
                let wanted = share.pieces().div_ceil(plan.layout.outer.max(1));
                Bands::new(
                    adjoint.each_ref(),
                    row * size_of::<Accumulator<T>>(),
                    row,
                    wanted,
                )
            }
            None => Bands::whole(inputs.each_ref(), row),
        };
        let scatter = Scatter {
            plan,
            adjoint,
            bands,
            grad_output,
            indices,
            bytes,
            outside: OnceLock::new(),
        };
        let tasks = plan.layout.outer * bands.per_plane();
        let target = Target::values(grad_input);
        share.run(&scatter, tasks, target);
        match scatter.outside.into_inner() {
            None => Ok(()),
            Some(index) => Err(Error::Index {
                index,
                plane: plan.layout.plane(),
            }),
        }
    }

    /// The outputs along depth and height that may name a row of the band.
    fn outputs(&self, band: usize) -> [Range<usize>; 2] {
        let [depth, height, _] = self.plan.axes();
        let Some(adjoint) = &self.adjoint else {
            return [0..depth.output_len(), 0..height.output_len()];
        };
        let band = self.bands.band(adjoint.each_ref(), band);
        [
            adjoint[0].inputs(band.depth),
            adjoint[1].inputs(band.height),
        ]
    }

    /// Scatters the outputs of one band of one plane to its sums, whatever they were.
    fn run_band(
        &self,
        (plane, band): (usize, usize),
        taps: &Taps<'_>,
        sums: &mut [Accumulator<T>],
        next: &[T],
    ) {
        sums.fill(<Accumulator<T> as Lane>::ZERO);
        let plan = self.plan;
        let [depth, height, width] = plan.axes();
        let row_len = width.output_len() * plan.layout.inner;
        let first = self.bands.offset(band);
        let [depths, heights] = self.outputs(band);
        let mut next = Parts::new(next, depths.len() * heights.len());
        let along_depth = depths.map(|z| (z, depth.window(z)));
        for ((z, window), y) in along_depth.flat_map(|z| heights.clone().map(move |y| (z, y))) {
            next.fetch();
            let windows = [window, height.window(y)];
            let at = plane * plan.output_block() + (z * height.output_len() + y) * row_len;
            let row = Row {
                taps,
                start: windows.map(|window| window.start),
                inside: self.named_by(windows),
                inner: plan.layout.inner,
                first,
            };
            let (grads, indices) = (
                &self.grad_output[at..at + row_len],
                &self.indices[at..at + row_len],
            );
            if let Err(outside) = row.scatter(grads, indices, sums) {
                // The first index met is named; the others are no news.
                let _ = self.outside.set(outside);
            }
        }
    }

    /// The flat indices that outputs whose windows along depth and height are these may name: the rows of the windows.
    fn named_by(&self, windows: [Window; 2]) -> Range<i64> {
        let [depth, height, width] = self.plan.axes();
        if self.adjoint.is_none() {
            return 0..self.plan.layout.plane() as i64;
        }
        if windows.iter().any(|window| window.taps == 0) {
            return 0..0;
        }
        let row = |[z, y]: [usize; 2]| (z * height.input_len() + y) * width.input_len();
        let last = |axis: &Axis, window: Window| window.start + (window.taps - 1) * axis.step();
        let first = row(windows.map(|window| window.start));
        let last = row([last(depth, windows[0]), last(height, windows[1])]);
        first as i64..(last + width.input_len()) as i64
    }
}

/// One row of outputs, and where their gradients may go.
struct Row<'a> {
    /// Where taps are, if indices are their numbers, and where windows begin along depth and height.
    taps: &'a Taps<'a>,
    start: [usize; 2],
    inside: Range<i64>,
    inner: usize,
    /// Where the band begins in its plane, in elements.
    first: usize,
}

/// Gradients that are scattered together.
const CHUNK: usize = 64;

impl Row<'_> {
    /// Adds each gradient to the element that its index names; gives an index that names none.
    fn scatter<T: Element, I: Index>(
        &self,
        grads: &[T],
        indices: &[I],
        sums: &mut [Accumulator<T>],
    ) -> std::result::Result<(), i64> {
        let mut lanes = [<Accumulator<T> as Lane>::ZERO; CHUNK];
        // Places that are known before any gradient is added: a processor holds back reading a sum while it is not known where the
        // one before it goes.
        let mut flats = [0; CHUNK];
        let mut outside = None;
        let mut channel = 0;
        for (chunk, (grads, indices)) in grads.chunks(CHUNK).zip(indices.chunks(CHUNK)).enumerate()
        {
            let lanes = &mut lanes[..grads.len()];
            <T as Convert<Accumulator<T>>>::widen(grads, lanes);
            let met = if I::COMPACT_LIMIT.is_some() {
                let numbers = (indices, self.start);
                self.taps.locate(numbers, chunk * CHUNK, &mut flats);
                self.add(lanes, flats.iter().copied(), &mut channel, sums)
            } else {
                let flats = indices.iter().map(|index| index.number());
                self.add(lanes, flats, &mut channel, sums)
            };
            if let Some(lane) = met {
                outside = Some(indices[lane].number());
            }
        }
        outside.map_or(Ok(()), Err)
    }

    /// Adds each gradient to the element that has its flat index; gives a lane whose index names none. The first gradient is one of
    /// `channel`.
    #[inline(always)]
    fn add<L: Lane>(
        &self,
        grads: &[L],
        flats: impl Iterator<Item = i64>,
        channel: &mut usize,
        sums: &mut [L],
    ) -> Option<usize> {
        if self.inner == 1 {
            return self.add_each(grads, flats.map(|flat| (flat, 0)), 1, sums);
        }
        let mut next = *channel;
        let places = flats.map(|flat| {
            let channel = next;
            next = if channel + 1 == self.inner {
                0
            } else {
                channel + 1
            };
            (flat, channel)
        });
        let outside = self.add_each(grads, places, self.inner, sums);
        *channel = next;
        outside
    }

    #[inline(always)]
    fn add_each<L: Lane>(
        &self,
        grads: &[L],
        places: impl Iterator<Item = (i64, usize)>,
        inner: usize,
        sums: &mut [L],
    ) -> Option<usize> {
        let mut outside = None;
        for (lane, (grad, (flat, channel))) in grads.iter().zip(places).enumerate() {
            if self.inside.contains(&flat) {
                let place = (flat as usize * inner + channel).wrapping_sub(self.first);
                if let Some(sum) = sums.get_mut(place) {
                    *sum = sum.plus(*grad);
                }
            } else if flat != -1 {
                outside = Some(lane);
            }
        }
        outside
    }
}

impl<T: Element, I: Index> Tasks<T> for Scatter<'_, T, I> {
    fn offset(&self, task: usize) -> usize {
        let (plane, band) = (task / self.bands.per_plane(), task % self.bands.per_plane());
        plane * self.plan.layout.block() + self.bands.offset(band)
    }

    fn run(&self, range: Range<usize>, mut target: Target<'_, T>) {
        let (axes, inner) = (self.plan.axes(), self.plan.layout.inner);
        let outputs = range.len() * self.plan.output_block() / self.bands.per_plane();
        let numbered = match I::COMPACT_LIMIT {
            Some(_) => Taps::scratch_words(axes, inner, outputs),
            None => 0,
        };
        let is_in_place = in_place(target.values).is_some();
        let summed = if is_in_place { 0 } else { self.bands.piece(0) };
        let words = numbered + arena_words::<Accumulator<T>>(summed);
        with_arena(words, |mut arena| {
            let taps = match I::COMPACT_LIMIT {
                Some(_) => Taps::new(axes, inner, outputs, &mut arena),
                None => Taps::default(),
            };
            let sums = <Accumulator<T> as Slot>::take_exactly(&mut arena, summed);
            for task in range {
                let (plane, band) = (task / self.bands.per_plane(), task % self.bands.per_plane());
                let len = self.bands.piece(band);
                let (piece, rest) = target.split_at(len);
                target = rest;
                let next = ahead(target.values, len, self.bytes);
                if let Some(sums) = in_place(piece.values) {
                    self.run_band((plane, band), &taps, sums, next);
                } else {
                    let sums = &mut sums[..piece.values.len()];
                    self.run_band((plane, band), &taps, sums, next);
                    <T as Convert<Accumulator<T>>>::narrow(sums, piece.values);
                }
            }
        });
    }
}

/// Elements as the sums that they are, if they are.
fn in_place<T: Element>(elements: &mut [T]) -> Option<&mut [Accumulator<T>]> {
    let same = TypeId::of::<T>() == TypeId::of::<Accumulator<T>>();
    same.then(|| bytemuck::cast_slice_mut(elements))
}
