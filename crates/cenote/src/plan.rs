//! A pooling that has been checked once and can run many times.

use fearless_simd::Level;

use crate::element::Element;
use crate::engine::{self, Planes};
use crate::error::{Error, Result};
use crate::fractional::{self, Samples};
use crate::index::{Index, IndicesMut};
use crate::layout::{Layout, MemoryFormat};
use crate::lp;
use crate::pass::{Divide, Pass};
use crate::reduce::{self, Counting, Power, Reducer};
use crate::sink::Target;
use crate::window::Axis;

/// What is made of each window.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Operation {
    Max,
    Mean(Counting),
    Power(Power),
}

/// A pooling of tensors of one shape: everything that can be wrong was found when it was made.
///
/// A plan is immutable and cheap; it can be shared between threads and run any number of times. Running a
/// forward pass allocates nothing once a thread has run one of this size before, but a job for rayon where it is shared among
/// threads and called from outside of their pool, and copies of the tensors for norms of ±∞. Gradients of maxima
/// by their input allocate an output and its indices, and those of norms two copies of the input and two of the output, in the
/// precision of their powers (f64; f32 for f16 and bf16).
#[derive(Clone, Debug)]
pub struct Plan {
    pub(crate) layout: Layout,
    pub(crate) axes: [Axis; 3],
    pub(crate) operation: Operation,
    /// What places the windows of a fractional layer.
    pub(crate) samples: Option<Samples>,
    input_shape: Vec<usize>,
    output_shape: Vec<usize>,
    format: MemoryFormat,
    pub(crate) level: Level,
}

/// What the axes of a 2-D or 3-D layer are called.
const AXES: [&str; 3] = ["depth", "height", "width"];

impl Plan {
    /// Plans `operation` over windows that `axis` makes: it is called with each pooled axis' number, from
    /// 0, and length.
    pub(crate) fn new(
        (shape, format): (&[usize], MemoryFormat),
        pooled: usize,
        operation: Operation,
        mut axis: impl FnMut(usize, usize) -> Result<Axis>,
    ) -> Result<Self> {
        let layout = Layout::new(shape, pooled, format)?;
        let mut axes = [0, 1, 2].map(|index| Axis::identity(layout.spatial[index]));
        for (number, index) in (3 - pooled..3).enumerate() {
            let names = if pooled == 1 { ["length"; 3] } else { AXES };
            axes[index] =
                axis(number, layout.spatial[index]).map_err(|error| error.along(names[index]))?;
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
            samples: None,
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
    pub(crate) fn axes(&self) -> [&Axis; 3] {
        self.axes.each_ref()
    }

    /// Elements of the output that one outer index owns.
    pub(crate) fn output_block(&self) -> usize {
        self.axes.iter().map(Axis::output_len).product::<usize>() * self.layout.inner
    }

    /// Pools `input` into `output`, both in this plan's memory format.
    ///
    /// # Errors
    /// [`Error::Length`] when a buffer does not fit.
    pub fn forward_into<T: Element>(&self, input: &[T], output: &mut [T]) -> Result<()> {
        check_length("the input", self.input_len(), input.len())?;
        check_length("the output", self.output_len(), output.len())?;
        T::forward(self, input, Target::values(output))
    }

    /// Runs the operation, on elements of one of the nine types.
    pub(crate) fn forward<T: Element>(&self, input: &[T], target: Target<'_, T>) -> Result<()> {
        let indexed = !matches!(target.indices, IndicesMut::Nowhere);
        match self.operation {
            Operation::Max if indexed => self.reduce(&reduce::ArgMax, input, target),
            Operation::Max => self.reduce(&reduce::Max, input, target),
            Operation::Mean(counting) => self.reduce(&reduce::Mean(counting), input, target),
            Operation::Power(power) if power.norm_type.is_infinite() => {
                lp::infinite(self, power, input, target.values)?;
            }
            Operation::Power(power) => self.reduce(&power, input, target),
        }
        Ok(())
    }

    /// Pools `input` into `output`, and writes where each maximum came from.
    ///
    /// `I` chooses the form of the indices. `i64` is torch's: the flat index into the channel's plane of the
    /// unpadded input, and −1 for a window that lies wholly in the padding. `u8`, `u16` and `u32` are
    /// *compact*: the number of the tap in its window, an eighth to a half of the memory. They are for
    /// [`backward_from_indices_into`](Self::backward_from_indices_into) of the same plan; how taps are numbered may change.
    /// Windows of adaptive layers are numbered as if each were as large as any may be, which can be one tap more an axis.
    ///
    /// # Errors
    /// [`Error::Length`] when a buffer does not fit, [`Error::Unsupported`] for planes of 2³¹ elements or more, when the
    /// layer does not take maxima, or when `I` cannot number the taps of a window.
    pub fn forward_with_indices_into<T: Element, I: Index>(
        &self,
        input: &[T],
        output: &mut [T],
        indices: &mut [I],
    ) -> Result<()> {
        check_length("the input", self.input_len(), input.len())?;
        check_length("the output", self.output_len(), output.len())?;
        check_length("the index buffer", self.output_len(), indices.len())?;
        if self.layout.plane() > i32::MAX as usize {
            return Err(Error::Unsupported {
                what: format!("an index into a plane of {} elements", self.layout.plane()),
                instead: "pool planes of less than 2³¹ elements, or forward without indices",
            });
        }
        self.check_index::<I>()?;
        let indices = I::slots(indices);
        T::forward(
            self,
            input,
            Target {
                values: output,
                indices,
            },
        )
    }

    /// Makes column-major indices of flat ones that a forward pass returned: the first spatial axis then counts
    /// fastest, as with ONNX's `storage_order=1`. −1 stays −1.
    pub fn column_major(&self, indices: &mut [i64]) {
        let [depth, height, width] = self.axes().map(|axis| axis.input_len() as i64);
        for index in indices.iter_mut().filter(|index| **index >= 0) {
            let (z, y, x) = (
                *index / width / height,
                *index / width % height,
                *index % width,
            );
            *index = (x * height + y) * depth + z;
        }
    }

    /// Refuses an operation without indices, and a form of index that cannot say where a maximum is.
    pub(crate) fn check_index<I: Index>(&self) -> Result<()> {
        if self.operation != Operation::Max {
            return Err(Error::Unsupported {
                what: "an index of a layer that does not take maxima".to_owned(),
                instead: "only max pooling returns indices",
            });
        }
        let taps = |axis: &Axis| axis.max_taps() as u128;
        let most = self
            .axes()
            .map(taps)
            .into_iter()
            .fold(1, u128::saturating_mul);
        if let Some(limit) = I::COMPACT_LIMIT
            && most > u128::from(limit) + 1
        {
            return Err(Error::Unsupported {
                what: format!("numbering the {most} taps of a window from 0 to {limit}"),
                instead: "use compact indices of a wider type (u16, u32), or flat i64 indices",
            });
        }
        if I::COMPACT_LIMIT.is_some() && self.samples.is_some() {
            return Err(Error::Unsupported {
                what: "numbering the taps of windows that differ from plane to plane".to_owned(),
                instead: "use flat i64 indices for fractional pooling",
            });
        }
        if I::COMPACT_LIMIT.is_some() && self.axes.iter().any(Axis::may_be_empty) {
            return Err(Error::Unsupported {
                what: "numbering the taps of windows that may lie wholly in the padding".to_owned(),
                instead: "use flat i64 indices, in which −1 stands for no element",
            });
        }
        Ok(())
    }

    /// Runs a reducer over the planes.
    pub(crate) fn reduce<T: Element, R: Reducer<T>>(
        &self,
        reducer: &R,
        input: &[T],
        target: Target<'_, T>,
    ) {
        let Layout {
            outer,
            spatial,
            inner,
        } = self.layout;
        let [depth, height, width] = self.axes();
        let planes = Planes {
            count: outer,
            source: self.layout.block(),
            target: self.output_block(),
        };
        let one = Axis::identity(1);
        // What is pooled row by row is one tall plane.
        let run_tall = |axes: [&Axis; 3], plane: [&Axis; 3], target: Target<'_, T>| {
            let planes = Planes {
                count: 1,
                source: input.len(),
                target: target.values.len(),
            };
            let pass = Pass::new(axes, inner, plane, (axes, Divide::Folded));
            engine::run(&pass, reducer, planes, self.level, (input, target));
        };
        if let Some(samples) = &self.samples {
            fractional::run((self, samples), reducer, planes, (input, target));
        } else if inner == 1 && self.axes.iter().all(Axis::is_whole) && !target.indices.is_compact()
        {
            // Planes are pooled whole: each is a row. Taps are not numbered along a row, though.
            let rows = Axis::identity(outer);
            let whole = Axis::adaptive(self.layout.plane(), 1);
            run_tall([&one, &rows, &whole], [&one, &one, &whole], target);
        } else if depth.is_identity() && height.is_identity() && inner == 1 {
            let rows = Axis::identity(outer * spatial[0] * spatial[1]);
            run_tall([&one, &rows, width], self.axes(), target);
        } else {
            let axes = [depth, height, width];
            let pass = Pass::new(axes, inner, axes, (axes, Divide::Folded));
            engine::run(&pass, reducer, planes, self.level, (input, target));
        }
    }
}

pub(crate) fn check_length(what: &'static str, expected: usize, given: usize) -> Result<()> {
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
