//! A pooling that has been checked once and can run many times.

use fearless_simd::Level;

use crate::element::Element;
use crate::engine::{self, Planes};
use crate::error::{Error, Result};
use crate::layout::{Layout, MemoryFormat};
use crate::pass::{Divide, IndexSlot, Pass, Target};
use crate::reduce;
use crate::window::Axis;

/// What is made of each window.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Operation {
    Max,
}

/// A pooling of tensors of one shape: everything that can be wrong was found when it was made.
///
/// A plan is immutable and cheap; it can be shared between threads and run any number of times. Running it
/// with the `_into` methods allocates nothing once a thread has run a plan of this size before.
#[derive(Clone, Debug)]
pub struct Plan {
    layout: Layout,
    axes: [Axis; 3],
    operation: Operation,
    input_shape: Vec<usize>,
    output_shape: Vec<usize>,
    format: MemoryFormat,
    level: Level,
}

impl Plan {
    /// Plans `operation` over windows that `axis` makes: it is called with each pooled axis' number, from
    /// 0, and length.
    pub(crate) fn new(
        shape: &[usize],
        format: MemoryFormat,
        pooled: usize,
        operation: Operation,
        mut axis: impl FnMut(usize, usize) -> Result<Axis>,
    ) -> Result<Self> {
        let layout = Layout::new(shape, pooled, format)?;
        let mut axes = [0, 1, 2].map(|index| Axis::identity(layout.spatial[index]));
        for (number, index) in (3 - pooled..3).enumerate() {
            axes[index] = axis(number, layout.spatial[index])?;
        }
        let mut output_shape = shape.to_vec();
        for (length, axis) in output_shape[shape.len() - pooled..]
            .iter_mut()
            .zip(&axes[3 - pooled..])
        {
            *length = axis.output_len();
        }
        // The output must be addressable too: an adaptive layer may ask for any size.
        Layout::addressable(&output_shape)?;
        let input_shape = shape.to_vec();
        Ok(Self {
            layout,
            axes,
            operation,
            input_shape,
            output_shape,
            format,
            level: Level::new(),
        })
    }

    /// Shape of the input: `(N, C, …)` or `(C, …)`.
    pub fn input_shape(&self) -> &[usize] {
        &self.input_shape
    }

    /// Shape of the output.
    pub fn output_shape(&self) -> &[usize] {
        &self.output_shape
    }

    /// Elements of the input.
    pub fn input_len(&self) -> usize {
        self.layout.len()
    }

    /// Elements of the output.
    pub fn output_len(&self) -> usize {
        self.layout.outer * self.output_block()
    }

    /// Where the channels lie, in the input and in the output.
    pub fn memory_format(&self) -> MemoryFormat {
        self.format
    }

    /// Runs on a lower level of vector instructions than the machine has, for tests and measurements.
    #[doc(hidden)]
    #[must_use]
    pub fn with_level(mut self, level: Level) -> Self {
        self.level = level;
        self
    }

    /// Depth, height and width; identity axes lead.
    pub(crate) fn axes(&self) -> &[Axis; 3] {
        &self.axes
    }

    pub(crate) fn outer_and_inner(&self) -> (usize, usize) {
        (self.layout.outer, self.layout.inner)
    }

    fn output_block(&self) -> usize {
        self.axes.iter().map(Axis::output_len).product::<usize>() * self.layout.inner
    }

    /// Pools `input` into `output`, both in this plan's memory format.
    ///
    /// # Errors
    /// [`Error::Length`] when a buffer does not fit.
    pub fn forward_into<T: Element>(&self, input: &[T], output: &mut [T]) -> Result<()> {
        check_length("the input", self.input_len(), input.len())?;
        check_length("the output", self.output_len(), output.len())?;
        let target = Target {
            values: output,
            indices: &mut [()][..0],
        };
        match self.operation {
            Operation::Max => self.reduce(&reduce::Max, input, target),
        }
        Ok(())
    }

    /// Pools `input` into `output`, and writes where each maximum came from: the flat index into its
    /// channel's plane of the unpadded input, as torch returns it. The index of a window that lies wholly
    /// in the padding is −1.
    ///
    /// # Errors
    /// [`Error::Length`] when a buffer does not fit, [`Error::TooLarge`] for planes of 2³¹ elements or
    /// more, [`Error::Unsupported`] when the layer does not take maxima.
    pub fn forward_with_indices_into<T: Element>(
        &self,
        input: &[T],
        output: &mut [T],
        indices: &mut [i64],
    ) -> Result<()> {
        check_length("the input", self.input_len(), input.len())?;
        check_length("the output", self.output_len(), output.len())?;
        check_length("the index buffer", self.output_len(), indices.len())?;
        if self.layout.plane() > i32::MAX as usize {
            return Err(Error::TooLarge {
                what: "a plane whose maxima need indices",
            });
        }
        match self.operation {
            Operation::Max => self.reduce(
                &reduce::ArgMax,
                input,
                Target {
                    values: output,
                    indices,
                },
            ),
        }
        Ok(())
    }

    fn reduce<T: Element, R: reduce::Reducer<T>, I: IndexSlot>(
        &self,
        reducer: &R,
        input: &[T],
        target: Target<'_, T, I>,
    ) {
        let Layout {
            outer,
            spatial,
            inner,
        } = self.layout;
        let [depth, height, width] = &self.axes;
        let plane_rows = spatial[0] * spatial[1];
        if depth.is_identity() && height.is_identity() && inner == 1 {
            // Rows are pooled each on its own: all of them are one tall plane.
            let rows = Axis::identity(outer * plane_rows);
            let one = Axis::identity(1);
            let axes = [&one, &rows, width];
            let pass = Pass::new(axes, inner, plane_rows, (axes, Divide::Folded));
            let planes = Planes {
                count: 1,
                source: input.len(),
                target: target.values.len(),
            };
            engine::run(&pass, reducer, planes, self.level, (input, target));
        } else {
            let axes = [depth, height, width];
            let pass = Pass::new(axes, inner, plane_rows, (axes, Divide::Folded));
            let planes = Planes {
                count: outer,
                source: self.layout.block(),
                target: self.output_block(),
            };
            engine::run(&pass, reducer, planes, self.level, (input, target));
        }
    }
}

fn check_length(what: &'static str, expected: usize, given: usize) -> Result<()> {
    if expected == given {
        Ok(())
    } else {
        Err(Error::Length {
            what,
            expected,
            given,
        })
    }
}
