//! What can be wrong with a pooling, and what to do about it.

use std::fmt;

/// Result of this crate's functions.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a layer, a plan or a call was refused.
///
/// Each message says what was given, what is allowed, and what to change.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Error {
    /// `kernel_size`, `stride`, `dilation` or another count is zero.
    Zero {
        /// The parameter.
        name: &'static str,
    },
    /// A parameter has a value that is never allowed.
    Parameter {
        /// The parameter.
        name: &'static str,
        /// What was given.
        given: String,
        /// What is allowed, and what to change.
        allowed: &'static str,
    },
    /// `padding` is more than half of `kernel_size`.
    PaddingTooLarge {
        /// The axis: `depth`, `height` or `width`, and `length` of a 1-D layer.
        axis: &'static str,
        /// The larger of the paddings before and after.
        padding: usize,
        /// The window's size.
        kernel_size: usize,
    },
    /// Not even one window fits into the padded input.
    WindowTooLarge {
        /// The axis: `depth`, `height` or `width`, and `length` of a 1-D layer.
        axis: &'static str,
        /// Length of the input along it.
        input: usize,
        /// Padding before and after.
        padding: [usize; 2],
        /// dilation × (kernel_size − 1) + 1.
        extent: usize,
    },
    /// Sizes whose products or sums do not fit this machine's integers.
    TooLarge {
        /// What overflows, with the sizes that make it.
        what: String,
    },
    /// There is no memory for a result, which parameters make larger than what was given.
    Memory {
        /// Bytes of the result.
        bytes: usize,
    },
    /// The tensor has the wrong number of axes.
    Rank {
        /// The shape given.
        shape: Vec<usize>,
        /// Number of pooled axes of the layer.
        pooled: usize,
    },
    /// An axis other than the batch is empty.
    EmptyAxis {
        /// The shape given.
        shape: Vec<usize>,
    },
    /// A buffer's length does not fit the plan.
    Length {
        /// Which buffer.
        what: &'static str,
        /// Elements that the plan needs.
        expected: usize,
        /// Elements that the buffer has.
        given: usize,
    },
    /// Two tensors whose shapes must agree do not.
    Shape {
        /// Which tensor.
        what: &'static str,
        /// The shape needed.
        expected: Vec<usize>,
        /// The shape given.
        given: Vec<usize>,
    },
    /// An index that a gradient is to go to is in none of the rows that its window covers.
    Index {
        /// The index.
        index: i64,
        /// Elements of a plane of the pooled input.
        plane: usize,
    },
    /// An index that an element is to be put at is beyond the unpooled plane.
    UnpoolIndex {
        /// The index.
        index: i64,
        /// Elements of an unpooled plane.
        plane: usize,
    },
    /// The layer has no such operation.
    Unsupported {
        /// What was asked for.
        what: String,
        /// What to do instead.
        instead: &'static str,
    },
}

impl Error {
    /// This error, of the axis of this name.
    pub(crate) fn along(mut self, name: &'static str) -> Self {
        if let Self::PaddingTooLarge { axis, .. } | Self::WindowTooLarge { axis, .. } = &mut self {
            *axis = name;
        }
        self
    }
}

impl fmt::Display for Error {
    #[expect(clippy::too_many_lines, reason = "a list")]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Zero { name } => write!(f, "{name} is 0, and it must be at least 1"),
            Self::Parameter {
                name,
                given,
                allowed,
            } => write!(f, "{name} is {given}: {allowed}"),
            Self::PaddingTooLarge {
                axis,
                padding,
                kernel_size,
            } => write!(
                f,
                "padding {padding} of the {axis} is more than half of kernel_size {kernel_size}: use at most {}, a larger \
                 kernel, or any_padding to go beyond what PyTorch allows",
                kernel_size / 2
            ),
            Self::WindowTooLarge {
                axis,
                input,
                padding: [before, after],
                extent,
            } => write!(
                f,
                "a window reaches over {extent} elements, and the {axis} is {input} with padding {before} + {after}: use a smaller kernel_size or dilation, more padding, or a larger input"
            ),
            Self::TooLarge { what } => write!(
                f,
                "{what} is too large for this machine's integers: use smaller sizes"
            ),
            Self::Memory { bytes } => write!(
                f,
                "there is no memory for the {bytes} bytes of the result: use a smaller output size, or less padding"
            ),
            Self::Rank { shape, pooled } => write!(
                f,
                "shape {shape:?} has {} axes, and a {pooled}-d layer takes {} (channels first, no batch) or {} \
                 (batch and channels first)",
                shape.len(),
                pooled + 1,
                pooled + 2
            ),
            Self::EmptyAxis { shape } => write!(
                f,
                "shape {shape:?} has an empty axis, and only the batch may be empty: every channel and spatial \
                 size must be at least 1"
            ),
            Self::Length {
                what,
                expected,
                given,
            } => write!(
                f,
                "{what} has {given} elements, and {expected} are needed: allocate exactly that many"
            ),
            Self::Shape {
                what,
                expected,
                given,
            } => write!(
                f,
                "{what} has shape {given:?}, and it must have {expected:?}"
            ),
            Self::Index { index, plane } => write!(
                f,
                "index {index} is outside its window, in a plane of {plane} elements: indices must come from a pooling \
                 with these parameters of a plane of this size"
            ),
            Self::UnpoolIndex { index, plane } => write!(
                f,
                "index {index} is outside of an unpooled plane of {plane} elements: give the size that was pooled as \
                 output_size, and indices of that pooling, which are 0 or more"
            ),
            Self::Unsupported { what, instead } => write!(f, "{what} is not possible: {instead}"),
        }
    }
}

impl std::error::Error for Error {}
