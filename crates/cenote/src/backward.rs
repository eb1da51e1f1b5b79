//! Gradients: a mean spreads, a maximum scatters.

use crate::element::Element;
use crate::engine::{self, Planes};
use crate::error::{Error, Result};
use crate::index::{Index, Indices};
use crate::lp;
use crate::pass::{Divide, Pass};
use crate::plan::{Operation, Plan, check_length};
use crate::reduce::{Counting, Spread};
use crate::scatter::Scatter;
use crate::sink::Target;

impl Plan {
    /// The gradient of the input of an average pooling.
    ///
    /// Every element of the input receives the gradients of the windows that hold it, each divided by its
    /// window's divisor. Of integers, for which torch has no gradient, each of these is truncated toward zero before they
    /// are added.
    ///
    /// # Errors
    /// [`Error::Length`] when a buffer does not fit, [`Error::Unsupported`] when the layer's gradient
    /// depends on its input.
    pub fn backward_into<T: Element>(&self, grad_output: &[T], grad_input: &mut [T]) -> Result<()> {
        self.check_gradients(grad_output, grad_input)?;
        let Operation::Mean(_) = self.operation else {
            return Err(Error::Unsupported {
                what: "the gradient of this layer without its input".to_owned(),
                instead: "use backward_from_indices_into for max pooling, and backward_from_input_into for any layer",
            });
        };
        T::gradient(self, (grad_output, &[]), grad_input)
    }

    fn check_gradients<T>(&self, grad_output: &[T], grad_input: &[T]) -> Result<()> {
        check_length(
            "the gradient of the output",
            self.output_len(),
            grad_output.len(),
        )?;
        check_length(
            "the gradient of the input",
            self.input_len(),
            grad_input.len(),
        )
    }

    /// The gradient of a mean, which asks for no input, or of another operation from its input.
    pub(crate) fn gradient<T: Element>(
        &self,
        (grad_output, input): (&[T], &[T]),
        grad_input: &mut [T],
    ) -> Result<()> {
        match self.operation {
            Operation::Mean(counting) => self.spread(counting, grad_output, grad_input),
            Operation::Power(power) => lp::backward(self, power, grad_output, input, grad_input)?,
            Operation::Max => {
                let mut output = vec![T::default(); grad_output.len()];
                let mut indices = vec![0i64; grad_output.len()];
                self.forward_with_indices_into(input, &mut output, &mut indices)?;
                self.backward_from_indices_into(grad_output, &indices, grad_input)?;
            }
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
        self.check_gradients(grad_output, grad_input)?;
        check_length("the index buffer", self.output_len(), indices.len())?;
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

    /// The gradient of the input of any layer, from that input. Max pooling looks for its maxima again. Gradients of norms are
    /// computed in f64 (f32 for f16 and bf16), and those of integers truncated toward zero at the end.
    ///
    /// # Errors
    /// [`Error::Length`] when a buffer does not fit, [`Error::Unsupported`] for maxima in planes of 2³¹ elements
    /// or more.
    pub fn backward_from_input_into<T: Element>(
        &self,
        grad_output: &[T],
        input: &[T],
        grad_input: &mut [T],
    ) -> Result<()> {
        self.check_gradients(grad_output, grad_input)?;
        check_length("the input", self.input_len(), input.len())?;
        T::gradient(self, (grad_output, input), grad_input)
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
