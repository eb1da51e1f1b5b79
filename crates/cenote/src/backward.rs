//! Gradients: a mean spreads, a maximum scatters.

use std::any::TypeId;
use std::ops::Range;
use std::sync::OnceLock;

use crate::element::{Convert, Element};
use crate::engine::{self, Bands, Planes};
use crate::error::{Error, Result};
use crate::index::{Index, Indices, Locator};
use crate::lane::Lane;
use crate::lp;
use crate::pass::{Divide, Pass};
use crate::plan::{Operation, Plan, check_length};
use crate::reduce::{Counting, Spread};
use crate::scratch::{Slot, arena_words, with_arena};
use crate::sink::Target;
use crate::threads::{self, Tasks};
use crate::window::{Axis, Window};

type Accumulator<T> = <T as crate::element::private::Lanes>::Arg;

impl Plan {
    /// The gradient of the input of an average pooling.
    ///
    /// Every element of the input receives the gradients of the windows that hold it, each divided by its
    /// window's divisor.
    ///
    /// # Errors
    /// [`Error::Length`] when a buffer does not fit, [`Error::Unsupported`] when the layer's gradient
    /// depends on its input.
    pub fn backward_into<T: Element>(&self, grad_output: &[T], grad_input: &mut [T]) -> Result<()> {
        check_length(
            "the gradient of the output",
            self.output_len(),
            grad_output.len(),
        )?;
        check_length(
            "the gradient of the input",
            self.input_len(),
            grad_input.len(),
        )?;
        let Operation::Mean(_) = self.operation else {
            return Err(Error::Unsupported {
                what: "the gradient of this layer without its input",
                instead: "use backward_from_indices_into for max pooling, and backward_from_input_into for any layer",
            });
        };
        T::gradient(self, (grad_output, &[]), grad_input)
    }

    /// The gradient of a mean, which asks for no input, or of a power average.
    pub(crate) fn gradient<T: Element>(
        &self,
        (grad_output, input): (&[T], &[T]),
        grad_input: &mut [T],
    ) -> Result<()> {
        match self.operation {
            Operation::Mean(counting) => self.spread(counting, grad_output, grad_input),
            Operation::Power(power) => lp::backward(self, power, grad_output, input, grad_input)?,
            Operation::Max => {}
        }
        Ok(())
    }

    /// The gradient of the input of a max pooling, from the indices that its forward pass returned: each
    /// gradient goes to the element that was the maximum. Gradients of elements that are the maximum of
    /// several windows add up, in f32 for f16 and bf16.
    ///
    /// # Errors
    /// [`Error::Length`] when a buffer does not fit, [`Error::Index`] for an index outside the rows of its window
    /// (the gradient is then incomplete), [`Error::Unsupported`] when the layer does not take maxima, or when `I`
    /// cannot number its taps.
    pub fn backward_from_indices_into<T: Element, I: Index>(
        &self,
        grad_output: &[T],
        indices: &[I],
        grad_input: &mut [T],
    ) -> Result<()> {
        check_length(
            "the gradient of the output",
            self.output_len(),
            grad_output.len(),
        )?;
        check_length("the index buffer", self.output_len(), indices.len())?;
        check_length(
            "the gradient of the input",
            self.input_len(),
            grad_input.len(),
        )?;
        self.check_index::<I>()?;
        T::scatter(self, grad_output, I::indices(indices), grad_input)
    }

    /// Adds each gradient to the element that its index names.
    pub(crate) fn scatter<T: Element>(
        &self,
        grad_output: &[T],
        indices: Indices<'_>,
        grad_input: &mut [T],
    ) -> Result<()> {
        match indices {
            Indices::I64(indices) => Scatter::run_all(self, grad_output, indices, grad_input),
            Indices::U8(indices) => Scatter::run_all(self, grad_output, indices, grad_input),
            Indices::U16(indices) => Scatter::run_all(self, grad_output, indices, grad_input),
            Indices::U32(indices) => Scatter::run_all(self, grad_output, indices, grad_input),
        }
    }

    /// The gradient of the input of any layer, from that input. Max pooling looks for its maxima again.
    ///
    /// # Errors
    /// [`Error::Length`] when a buffer does not fit, [`Error::TooLarge`] for maxima in planes of 2³¹ elements
    /// or more.
    pub fn backward_from_input_into<T: Element>(
        &self,
        grad_output: &[T],
        input: &[T],
        grad_input: &mut [T],
    ) -> Result<()> {
        check_length(
            "the gradient of the output",
            self.output_len(),
            grad_output.len(),
        )?;
        check_length("the input", self.input_len(), input.len())?;
        check_length(
            "the gradient of the input",
            self.input_len(),
            grad_input.len(),
        )?;
        match self.operation {
            Operation::Mean(_) | Operation::Power(_) => {
                T::gradient(self, (grad_output, input), grad_input)?;
            }
            Operation::Max => {
                let mut output = vec![T::default(); grad_output.len()];
                let mut indices = vec![0i64; grad_output.len()];
                self.forward_with_indices_into(input, &mut output, &mut indices)?;
                self.backward_from_indices_into(grad_output, &indices, grad_input)?;
            }
        }
        Ok(())
    }

    /// Sums, for every input, the gradients of the windows that hold it, each divided as `counting` says: a
    /// pooling of the gradient over the adjoint axes.
    pub(crate) fn spread<T: Element>(
        &self,
        counting: Counting,
        grad_output: &[T],
        grad_input: &mut [T],
    ) {
        let [depth, height, width] = self.axes();
        let adjoint = [depth.adjoint(), height.adjoint(), width.adjoint()];
        let axes = adjoint.each_ref();
        let pass = Pass::new(axes, self.layout.inner, axes, (self.axes(), Divide::Lifted));
        let planes = Planes {
            count: self.layout.outer,
            source: self.output_block(),
            target: self.layout.block(),
        };
        if planes.source == 0 {
            return grad_input.fill(T::default());
        }
        let target = Target::values(grad_input);
        engine::run(
            &pass,
            &Spread(counting),
            planes,
            self.level,
            (grad_output, target),
        );
    }
}

/// Adds each gradient to the element that its index names, band by band of the input.
struct Scatter<'a, T, I> {
    plan: &'a Plan,
    /// The windows of outputs that may name a row of the input; `None` where any output may name any row.
    adjoint: Option<[Axis; 3]>,
    bands: Bands,
    grad_output: &'a [T],
    indices: &'a [I],
    /// An index outside its plane, if one was met.
    outside: OnceLock<i64>,
}

impl<T: Element, I: Index> Scatter<'_, T, I>
where
    Accumulator<T>: Slot,
{
    fn run_all(plan: &Plan, grad_output: &[T], indices: &[I], grad_input: &mut [T]) -> Result<()> {
        if grad_output.is_empty() {
            grad_input.fill(T::default());
            return Ok(());
        }
        let inputs = plan.axes().map(|axis| Axis::identity(axis.input_len()));
        let row = plan.axes[2].input_len() * plan.layout.inner;
        let bytes = (size_of::<T>() + size_of::<I>()) * indices.len() + size_of_val(grad_input);
        let pieces = threads::pieces(bytes);
        let adjoint = plan.fractional.is_none().then(|| {
            let [depth, height, width] = plan.axes();
            [depth.adjoint(), height.adjoint(), width.adjoint()]
        });
        let bands = match &adjoint {
            Some(adjoint) => {
                let wanted = pieces.div_ceil(plan.layout.outer.max(1));
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
            outside: OnceLock::new(),
        };
        let tasks = plan.layout.outer * bands.per_plane();
        let target = Target::values(grad_input);
        threads::share(&scatter, 0..tasks, tasks.div_ceil(pieces).max(1), target);
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
    fn run_band(&self, (plane, band): (usize, usize), sums: &mut [Accumulator<T>]) {
        sums.fill(<Accumulator<T> as Lane>::ZERO);
        let plan = self.plan;
        let [depth, height, width] = plan.axes();
        let row_len = width.output_len() * plan.layout.inner;
        let first = self.bands.offset(band);
        let taps = plan.axes().map(Axis::max_taps);
        let [depths, heights] = self.outputs(band);
        let along_depth = depths.map(|z| (z, depth.window(z)));
        for ((z, window), y) in along_depth.flat_map(|z| heights.clone().map(move |y| (z, y))) {
            let windows = [window, height.window(y)];
            let at = plane * plan.output_block() + (z * height.output_len() + y) * row_len;
            let row = Row {
                locator: Locator::new(plan.axes(), taps, windows),
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
    locator: Locator<'a>,
    inside: Range<i64>,
    inner: usize,
    /// Where the band begins in its plane, in elements.
    first: usize,
}

impl Row<'_> {
    /// Adds each gradient to the element that its index names; gives an index that names none.
    fn scatter<T: Element, I: Index>(
        &self,
        grads: &[T],
        indices: &[I],
        sums: &mut [Accumulator<T>],
    ) -> std::result::Result<(), i64> {
        const CHUNK: usize = 64;
        let mut lanes = [<Accumulator<T> as Lane>::ZERO; CHUNK];
        let mut outside = None;
        for (chunk, (grads, indices)) in grads.chunks(CHUNK).zip(indices.chunks(CHUNK)).enumerate()
        {
            let lanes = &mut lanes[..grads.len()];
            <T as Convert<Accumulator<T>>>::widen(grads, lanes);
            for (lane, (grad, index)) in lanes.iter().zip(indices).enumerate() {
                let output = chunk * CHUNK + lane;
                let (x, channel) = match self.inner {
                    1 => (output, 0),
                    inner => (output / inner, output % inner),
                };
                let number = index.number();
                let flat = if I::COMPACT_LIMIT.is_some() {
                    self.locator.flat(number, x)
                } else {
                    number
                };
                if self.inside.contains(&flat) {
                    let place = (flat as usize * self.inner + channel).wrapping_sub(self.first);
                    if let Some(sum) = sums.get_mut(place) {
                        *sum = sum.plus(*grad);
                    }
                } else if flat != -1 {
                    outside = Some(number);
                }
            }
        }
        outside.map_or(Ok(()), Err)
    }
}

impl<T: Element, I: Index> Tasks<T> for Scatter<'_, T, I> {
    fn offset(&self, task: usize) -> usize {
        let (plane, band) = (task / self.bands.per_plane(), task % self.bands.per_plane());
        plane * self.plan.layout.block() + self.bands.offset(band)
    }

    fn run(&self, range: Range<usize>, mut target: Target<'_, T>) {
        for task in range {
            let (plane, band) = (task / self.bands.per_plane(), task % self.bands.per_plane());
            let len = self.bands.piece(band);
            let (piece, rest) = target.split_at(len);
            target = rest;
            if let Some(sums) = in_place::<T>(piece.values) {
                self.run_band((plane, band), sums);
                continue;
            }
            with_arena(arena_words::<Accumulator<T>>(len), |mut arena| {
                let sums = &mut <Accumulator<T> as Slot>::take(&mut arena, len)[..len];
                self.run_band((plane, band), sums);
                <T as Convert<Accumulator<T>>>::narrow(sums, piece.values);
            });
        }
    }
}

/// Elements as the sums that they are, if they are.
fn in_place<T: Element>(elements: &mut [T]) -> Option<&mut [Accumulator<T>]> {
    let same = TypeId::of::<T>() == TypeId::of::<Accumulator<T>>();
    same.then(|| bytemuck::cast_slice_mut(elements))
}
