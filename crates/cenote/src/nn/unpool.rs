//! Layers that put maxima back where they came from.

use std::fmt;
use std::ops::Range;
use std::sync::OnceLock;

use super::PerAxis;
use super::repr::{Arguments, each, truth};
use crate::element::Element;
use crate::error::{Error, Result};
use crate::fetch::{Parts, ahead};
use crate::layout::{Layout, MemoryFormat};
use crate::plan::check_length;
use crate::sink::Target;
use crate::threads::{Share, Tasks};

/// Max unpooling over `N` axes: puts each element where its index says, zeros elsewhere.
///
/// ```text
/// output[index[i]] = input[i]
/// ```
///
/// in each plane. An axis of `input` elements gives `(input − 1)·stride − 2·padding + kernel_size` outputs, or an
/// `output_size` less than a stride from that.
///
#[doc = include_str!("../../docs/max_unpool.svg")]
///
/// The indices are those that a max pooling returned; they count in the plane of the output. Of elements with
/// one index the last wins, whatever the number of threads.
///
/// # Differences from PyTorch
/// `kernel_size` and `stride` must be at least 1 on every rank, the result never depends on threads, and
/// integers are taken, also by the gradient.
///
/// ```
/// use cenote::{Layer, MaxPool1d, MaxUnpool1d};
///
/// let input = [1, 5, 2, 4];
/// let pool = MaxPool1d::new(2).plan(&[1, 4])?;
/// let (mut maxima, mut indices) = ([0; 2], [0i64; 2]);
/// pool.forward_with_indices_into(&input, &mut maxima, &mut indices)?;
///
/// let unpool = MaxUnpool1d::new(2).plan(&[1, 2])?;
/// let mut output = [0; 4];
/// unpool.forward_into(&maxima, &indices, &mut output)?;
/// assert_eq!(output, [0, 5, 0, 4]);
/// # Ok::<(), cenote::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct MaxUnpool<const N: usize> {
    kernel_size: [usize; N],
    stride: Option<[usize; N]>,
    padding: [usize; N],
    output_size: Option<[usize; N]>,
    rebase_indices: bool,
}

/// Max unpooling over `(N, C, L)` or `(C, L)`: [torch.nn.MaxUnpool1d]. See [`MaxUnpool`].
///
/// [torch.nn.MaxUnpool1d]: https://pytorch.org/docs/stable/generated/torch.nn.MaxUnpool1d.html
pub type MaxUnpool1d = MaxUnpool<1>;

/// Max unpooling over `(N, C, H, W)` or `(C, H, W)`: [torch.nn.MaxUnpool2d]. See [`MaxUnpool`].
///
/// [torch.nn.MaxUnpool2d]: https://pytorch.org/docs/stable/generated/torch.nn.MaxUnpool2d.html
pub type MaxUnpool2d = MaxUnpool<2>;

/// Max unpooling over `(N, C, D, H, W)` or `(C, D, H, W)`: [torch.nn.MaxUnpool3d]. See [`MaxUnpool`].
///
/// [torch.nn.MaxUnpool3d]: https://pytorch.org/docs/stable/generated/torch.nn.MaxUnpool3d.html
pub type MaxUnpool3d = MaxUnpool<3>;

impl<const N: usize> MaxUnpool<N> {
    /// The inverse of a max pooling over windows of `kernel_size` that move by their own size.
    pub fn new(kernel_size: impl Into<PerAxis<N>>) -> Self {
        Self {
            kernel_size: kernel_size.into().0,
            stride: None,
            padding: [0; N],
            output_size: None,
            rebase_indices: false,
        }
    }

    /// The pooling's stride. Default: `kernel_size`.
    #[must_use]
    pub fn stride(mut self, stride: impl Into<PerAxis<N>>) -> Self {
        self.stride = Some(stride.into().0);
        self
    }

    /// The pooling's padding. Default: 0.
    #[must_use]
    pub fn padding(mut self, padding: impl Into<PerAxis<N>>) -> Self {
        self.padding = padding.into().0;
        self
    }

    /// Size of the output, less than a stride from the default, `(input − 1) · stride − 2 · padding + kernel_size`: several
    /// sizes pool to one, and this tells which it was. (An argument of the call in torch.)
    #[must_use]
    pub fn output_size(mut self, output_size: impl Into<PerAxis<N>>) -> Self {
        self.output_size = Some(output_size.into().0);
        self
    }

    /// Whether indices count in a plane of the default size even where another output size is given, as
    /// ONNX's `MaxUnpool` has it. Default: `false`, as torch.
    #[must_use]
    pub fn rebase_indices(mut self, rebase_indices: bool) -> Self {
        self.rebase_indices = rebase_indices;
        self
    }

    /// Plans the unpooling of contiguous tensors of `shape`.
    ///
    /// # Errors
    /// What [`Layer::plan_in`](crate::Layer::plan_in) refuses, and an output size a stride or more from the
    /// default.
    pub fn plan(&self, shape: &[usize]) -> Result<UnpoolPlan> {
        self.plan_in(shape, MemoryFormat::Contiguous)
    }

    /// As [`MaxUnpool::plan`], of tensors whose channels lie as `format` says.
    ///
    /// # Errors
    /// As [`MaxUnpool::plan`].
    pub fn plan_in(&self, shape: &[usize], format: MemoryFormat) -> Result<UnpoolPlan> {
        let input = Layout::new(shape, N, format)?;
        let (mut default, mut output_shape) = (shape.to_vec(), shape.to_vec());
        let leading = shape.len() - N;
        for axis in 0..N {
            let size = self.default_size(axis, shape[leading + axis])?;
            default[leading + axis] = size;
            output_shape[leading + axis] = match self.output_size {
                Some(wanted) => self.check_size(axis, size, wanted[axis])?,
                None => size,
            };
        }
        Layout::addressable(&default)?;
        Layout::addressable(&output_shape)?;
        let plane = |shape: &[usize]| {
            let mut plane = [1; 3];
            plane[3 - N..].copy_from_slice(&shape[leading..]);
            plane
        };
        Ok(UnpoolPlan {
            input_block: input.block(),
            outer: input.outer,
            inner: input.inner,
            plane: plane(&output_shape),
            indexed: if self.rebase_indices {
                plane(&default)
            } else {
                plane(&output_shape)
            },
            input_shape: shape.to_vec(),
            output_shape,
            format,
        })
    }

    fn default_size(&self, axis: usize, length: usize) -> Result<usize> {
        let (kernel_size, stride) = (
            self.kernel_size[axis],
            self.stride.unwrap_or(self.kernel_size)[axis],
        );
        for (name, value) in [("kernel_size", kernel_size), ("stride", stride)] {
            if value == 0 {
                return Err(Error::Zero { name });
            }
        }
        let size = (length as i128 - 1) * stride as i128 - 2 * self.padding[axis] as i128
            + kernel_size as i128;
        if size < 0 {
            return Err(Error::Parameter {
                name: "padding",
                given: self.padding[axis].to_string(),
                allowed: "the output would have a negative size: use less padding",
            });
        }
        usize::try_from(size).map_err(|_| Error::TooLarge {
            what: format!("an unpooled axis of {size}"),
        })
    }

    fn check_size(&self, axis: usize, default: usize, wanted: usize) -> Result<usize> {
        let stride = self.stride.unwrap_or(self.kernel_size)[axis];
        if wanted.abs_diff(default) < stride {
            return Ok(wanted);
        }
        Err(Error::Parameter {
            name: "output_size",
            given: format!("{wanted}, and the default is {default} with stride {stride}"),
            allowed: "it must be less than a stride from the default",
        })
    }
}

/// As torch prints a layer, sizes that are alike as one number: `MaxUnpool2d(kernel_size=2, stride=2, padding=0)`.
impl<const N: usize> fmt::Display for MaxUnpool<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Arguments::default()
            .with("kernel_size", each(&self.kernel_size))
            .with("stride", each(&self.stride.unwrap_or(self.kernel_size)))
            .with("padding", each(&self.padding))
            .with_if(
                self.output_size.is_some(),
                "output_size",
                each(&self.output_size.unwrap_or([0; N])),
            )
            .with_if(self.rebase_indices, "rebase_indices", truth(true))
            .write(f, "MaxUnpool", N)
    }
}

/// An unpooling of tensors of one shape, checked and ready to run.
#[derive(Clone, Debug)]
pub struct UnpoolPlan {
    outer: usize,
    inner: usize,
    /// Elements of the input that one outer index owns.
    input_block: usize,
    /// Depth, height and width of the output, and of the plane in which indices count.
    plane: [usize; 3],
    indexed: [usize; 3],
    input_shape: Vec<usize>,
    output_shape: Vec<usize>,
    format: MemoryFormat,
}

impl UnpoolPlan {
    /// Shape of the input: `(N, C, …)` or `(C, …)`.
    pub fn input_shape(&self) -> &[usize] {
        &self.input_shape
    }

    /// Where the channels lie, in the input and in the output.
    pub fn memory_format(&self) -> MemoryFormat {
        self.format
    }

    /// Shape of the output.
    pub fn output_shape(&self) -> &[usize] {
        &self.output_shape
    }

    /// Elements of the input.
    pub fn input_len(&self) -> usize {
        self.outer * self.input_block
    }

    /// Elements of the output.
    pub fn output_len(&self) -> usize {
        self.outer * self.output_block()
    }

    fn output_block(&self) -> usize {
        self.plane.iter().product::<usize>() * self.inner
    }

    /// Puts each element of `input` where its index says, and zeros elsewhere.
    ///
    /// # Errors
    /// [`Error::Length`] when a buffer does not fit, [`Error::UnpoolIndex`] for an index outside its plane (the
    /// output is then incomplete).
    pub fn forward_into<T: Element>(
        &self,
        input: &[T],
        indices: &[i64],
        output: &mut [T],
    ) -> Result<()> {
        check_length("the input", self.input_len(), input.len())?;
        check_length("the index buffer", self.input_len(), indices.len())?;
        check_length("the output", self.output_len(), output.len())?;
        self.share(
            output,
            self.output_block(),
            indices,
            |block, out, next, places| {
                let elements = block_of(input, block, self.input_block);
                let indices = block_of(indices, block, self.input_block);
                if self.is_plain() {
                    let chunks = elements.chunks(CHUNK).zip(indices.chunks(CHUNK));
                    let mut next = Parts::new(next, chunks.len());
                    for (elements, indices) in chunks {
                        next.fetch();
                        // An index is a place, and one look at the bounds serves.
                        for (&element, &index) in elements.iter().zip(indices) {
                            match usize::try_from(index)
                                .ok()
                                .and_then(|place| out.get_mut(place))
                            {
                                Some(slot) => *slot = element,
                                None => places.refuse(index),
                            }
                        }
                    }
                    return;
                }
                let pairs = elements.iter().zip(indices);
                for (at, (&element, &index)) in pairs.enumerate() {
                    if let Some(place) = places.find(at, index) {
                        out[place] = element;
                    }
                }
            },
        )
    }

    /// The gradient of the input: each element's gradient is that of the place it was put.
    ///
    /// # Errors
    /// As [`UnpoolPlan::forward_into`].
    pub fn backward_into<T: Element>(
        &self,
        grad_output: &[T],
        indices: &[i64],
        grad_input: &mut [T],
    ) -> Result<()> {
        check_length(
            "the gradient of the output",
            self.output_len(),
            grad_output.len(),
        )?;
        check_length("the index buffer", self.input_len(), indices.len())?;
        check_length(
            "the gradient of the input",
            self.input_len(),
            grad_input.len(),
        )?;
        let block_len = self.output_block();
        self.share(
            grad_input,
            self.input_block,
            indices,
            |block, grads, _, places| {
                let source = block_of(grad_output, block, block_len);
                let pairs = grads
                    .iter_mut()
                    .zip(block_of(indices, block, self.input_block));
                if self.is_plain() {
                    for (grad, &index) in pairs {
                        let found = usize::try_from(index)
                            .ok()
                            .and_then(|place| source.get(place));
                        *grad = found.copied().unwrap_or_else(|| {
                            places.refuse(index);
                            T::default()
                        });
                    }
                    return;
                }
                for (at, (grad, &index)) in pairs.enumerate() {
                    *grad = places
                        .find(at, index)
                        .map_or_else(T::default, |place| source[place]);
                }
            },
        )
    }

    /// Runs `work` for every outer index with its piece of `target`, and what finds the place of an element in its block
    /// of the output.
    fn share<T: Element>(
        &self,
        target: &mut [T],
        unit: usize,
        indices: &[i64],
        work: impl Fn(usize, &mut [T], &[T], &Places<'_>) + Sync,
    ) -> Result<()> {
        let places = Places {
            plan: self,
            len: self.indexed.iter().product(),
            outside: OnceLock::new(),
        };
        let bytes = size_of_val(target) + size_of_val(indices) + self.input_len() * size_of::<T>();
        let blocks = Blocks {
            unit,
            bytes,
            work: |block: usize, piece: &mut [T], next: &[T]| work(block, piece, next, &places),
        };
        Share::of(bytes).run(&blocks, self.outer, Target::values(target));
        match places.outside.into_inner() {
            None => Ok(()),
            Some(index) => Err(Error::UnpoolIndex {
                index,
                plane: places.len,
            }),
        }
    }

    /// Whether an index is a place in a block of the output.
    fn is_plain(&self) -> bool {
        self.inner == 1 && self.indexed == self.plane
    }

    /// The place in the output's plane of an index that counts in the default plane.
    #[inline(always)]
    fn rebase(&self, index: usize) -> Option<usize> {
        if self.indexed == self.plane {
            return Some(index);
        }
        let [_, height, width] = self.indexed;
        let at = [
            index / width / height,
            index / width % height,
            index % width,
        ];
        let inside = at.iter().zip(&self.plane).all(|(at, length)| at < length);
        inside.then(|| (at[0] * self.plane[1] + at[1]) * self.plane[2] + at[2])
    }
}

/// Finds the places that indices name.
struct Places<'a> {
    plan: &'a UnpoolPlan,
    /// Elements of the plane in which indices count.
    len: usize,
    /// An index outside of it, if one was met.
    outside: OnceLock<i64>,
}

impl Places<'_> {
    /// Keeps an index outside the plane.
    #[cold]
    fn refuse(&self, index: i64) {
        // The first index met is named; the others are no news.
        let _ = self.outside.set(index);
    }

    /// The place in its block of the output of the element at `at` in its block of the input.
    #[inline(always)]
    fn find(&self, at: usize, index: i64) -> Option<usize> {
        let plan = self.plan;
        let place = usize::try_from(index)
            .ok()
            .filter(|&index| index < self.len)
            .and_then(|index| plan.rebase(index));
        if place.is_none() {
            self.refuse(index);
        }
        match plan.inner {
            1 => place,
            inner => place.map(|place| place * inner + at % inner),
        }
    }
}

/// Elements that are put in their places before memory is asked for more of the next block.
const CHUNK: usize = 64;

fn block_of<T>(elements: &[T], block: usize, len: usize) -> &[T] {
    &elements[block * len..(block + 1) * len]
}

/// Work on blocks of `unit` elements, each on its own.
struct Blocks<F> {
    unit: usize,
    /// Bytes read and written.
    bytes: usize,
    work: F,
}

impl<T: Element, F: Fn(usize, &mut [T], &[T]) + Sync> Tasks<T> for Blocks<F> {
    fn offset(&self, task: usize) -> usize {
        task * self.unit
    }

    fn run(&self, range: Range<usize>, mut target: Target<'_, T>) {
        for block in range {
            let (piece, rest) = target.split_at(self.unit);
            target = rest;
            piece.values.fill(T::default());
            let next = ahead(target.values, self.unit, self.bytes);
            (self.work)(block, piece.values, next);
        }
    }
}
