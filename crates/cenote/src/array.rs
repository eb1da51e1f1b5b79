//! Layers on `ndarray` views: the same shapes as torch's tensors, in any memory order.

use std::borrow::Cow;

use ndarray::{Array, ArrayBase, ArrayD, ArrayViewD, Data, Dimension, IxDyn};

use crate::element::Element;
use crate::error::{Error, Result};
use crate::layout::MemoryFormat;
use crate::nn::{Layer, MaxUnpool};
use crate::plan::Plan;

/// A tensor's elements in an order that plans know, borrowed where they already lie so.
struct Elements<'a, T: Clone> {
    values: Cow<'a, [T]>,
    format: MemoryFormat,
}

/// Where the channels are in a tensor of `rank` axes of which the last `pooled` are pooled.
fn channel_axis(rank: usize, pooled: usize) -> Option<usize> {
    rank.checked_sub(pooled + 1)
}

/// The view with its channels as the last axis.
fn channels_last<T>(mut view: ArrayViewD<'_, T>, channels: usize) -> ArrayViewD<'_, T> {
    for axis in channels..view.ndim() - 1 {
        view.swap_axes(axis, axis + 1);
    }
    view
}

impl<'a, T: Element> Elements<'a, T> {
    fn of(view: ArrayViewD<'a, T>, pooled: usize) -> Self {
        if let Some(values) = view.to_slice() {
            return Self {
                values: Cow::Borrowed(values),
                format: MemoryFormat::Contiguous,
            };
        }
        if let Some(channels) = channel_axis(view.ndim(), pooled)
            && let Some(values) = channels_last(view.clone(), channels).to_slice()
        {
            return Self {
                values: Cow::Borrowed(values),
                format: MemoryFormat::ChannelsLast,
            };
        }
        Self::contiguous(&view)
    }

    fn contiguous(view: &ArrayViewD<'_, T>) -> Self {
        Self {
            values: Cow::Owned(view.iter().copied().collect()),
            format: MemoryFormat::Contiguous,
        }
    }

    /// The elements of `view` in `format`.
    fn in_format(view: ArrayViewD<'a, T>, format: MemoryFormat, pooled: usize) -> Self {
        let view = match (format, channel_axis(view.ndim(), pooled)) {
            (MemoryFormat::ChannelsLast, Some(channels)) => channels_last(view, channels),
            _ => view,
        };
        match view.to_slice() {
            Some(values) => Self {
                values: Cow::Borrowed(values),
                format,
            },
            None => Self {
                format,
                ..Self::contiguous(&view)
            },
        }
    }
}

/// An array of `shape` whose elements lie as `format` says.
fn array<T, D: Dimension>(
    values: Vec<T>,
    shape: &[usize],
    format: MemoryFormat,
    pooled: usize,
) -> Result<Array<T, D>> {
    let mut stored = shape.to_vec();
    let channels =
        channel_axis(shape.len(), pooled).filter(|_| format == MemoryFormat::ChannelsLast);
    if let Some(channels) = channels {
        stored[channels..].rotate_left(1);
    }
    let given = values.len();
    let mismatch = |_| Error::Length {
        what: "the array",
        expected: shape.iter().product(),
        given,
    };
    let mut array = ArrayD::from_shape_vec(IxDyn(&stored), values).map_err(mismatch)?;
    if let Some(channels) = channels {
        for axis in (channels + 1..shape.len()).rev() {
            array.swap_axes(axis - 1, axis);
        }
    }
    array.into_dimensionality::<D>().map_err(mismatch)
}

fn check_shape(what: &'static str, expected: &[usize], given: &[usize]) -> Result<()> {
    if expected == given {
        return Ok(());
    }
    Err(Error::Shape {
        what,
        expected: expected.to_vec(),
        given: given.to_vec(),
    })
}

/// The layer's plan for `shape`, and the elements of `view` in an order that it takes.
fn planned<'a, T: Element>(
    layer: &impl Layer,
    shape: &[usize],
    view: &ArrayViewD<'a, T>,
) -> Result<(Plan, Elements<'a, T>)> {
    let elements = Elements::of(view.clone(), layer.pooled_axes());
    match layer.plan_in(shape, elements.format) {
        Err(Error::Unsupported { .. }) if elements.format == MemoryFormat::ChannelsLast => {
            Ok((layer.plan(shape)?, Elements::contiguous(view)))
        }
        plan => Ok((plan?, elements)),
    }
}

/// As many zeros, or an error where parameters ask for more than there is memory for. `given` elements were given: no
/// more than those fit without a question.
fn zeros<T: Copy + Default>(len: usize, given: usize) -> Result<Vec<T>> {
    if len > given {
        let bytes = len.saturating_mul(size_of::<T>());
        let reserved = Vec::<T>::new().try_reserve_exact(len);
        reserved.map_err(|_| Error::Memory { bytes })?;
    }
    Ok(vec![T::default(); len])
}

/// Pools an array: what [`Layer::forward`] does.
pub(crate) fn forward<T: Element, D: Dimension, L: Layer>(
    layer: &L,
    view: ArrayViewD<'_, T>,
) -> Result<Array<T, D>> {
    let (plan, input) = planned(layer, view.shape(), &view)?;
    let mut output = zeros(plan.output_len(), plan.input_len())?;
    plan.forward_into(&input.values, &mut output)?;
    array(
        output,
        plan.output_shape(),
        input.format,
        layer.pooled_axes(),
    )
}

/// The gradient of an array: what [`Layer::backward`] does.
pub(crate) fn backward<T: Element, D: Dimension, L: Layer>(
    layer: &L,
    grad_output: ArrayViewD<'_, T>,
    view: ArrayViewD<'_, T>,
) -> Result<Array<T, D>> {
    let (plan, input) = planned(layer, view.shape(), &view)?;
    check_shape(
        "the gradient of the output",
        plan.output_shape(),
        grad_output.shape(),
    )?;
    let grad_output = Elements::in_format(grad_output, input.format, layer.pooled_axes());
    let mut grad_input = vec![T::default(); plan.input_len()];
    plan.backward_from_input_into(&grad_output.values, &input.values, &mut grad_input)?;
    array(
        grad_input,
        plan.input_shape(),
        input.format,
        layer.pooled_axes(),
    )
}

/// A max pooling that returns the index of each maximum beside it: torch's `return_indices=True`.
///
/// Made by [`SlidingPool::return_indices`](crate::SlidingPool::return_indices) and its like.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct WithIndices<L> {
    layer: L,
}

impl<L: Layer> WithIndices<L> {
    pub(crate) fn new(layer: L) -> Self {
        Self { layer }
    }

    /// The maxima, and the flat index of each in its plane of the unpadded input.
    ///
    /// # Errors
    /// Whatever is wrong with the layer, the shape, or both together.
    pub fn forward<T: Element, S: Data<Elem = T>, D: Dimension>(
        &self,
        input: &ArrayBase<S, D>,
    ) -> Result<(Array<T, D>, Array<i64, D>)> {
        let (plan, input) = planned(&self.layer, input.shape(), &input.view().into_dyn())?;
        let mut output = zeros(plan.output_len(), plan.input_len())?;
        let mut indices = zeros(plan.output_len(), plan.input_len())?;
        plan.forward_with_indices_into(&input.values, &mut output, &mut indices)?;
        let shape = plan.output_shape();
        let axes = self.layer.pooled_axes();
        let output = array(output, shape, input.format, axes)?;
        Ok((output, array(indices, shape, input.format, axes)?))
    }

    /// The gradient of an input of `input_shape`, from the indices that the forward pass returned.
    ///
    /// # Errors
    /// As [`WithIndices::forward`], and for shapes that do not belong together or an index outside its plane.
    pub fn backward<T: Element, S: Data<Elem = T>, I: Data<Elem = i64>, D: Dimension>(
        &self,
        grad_output: &ArrayBase<S, D>,
        indices: &ArrayBase<I, D>,
        input_shape: &[usize],
    ) -> Result<Array<T, D>> {
        let grad_output = grad_output.view().into_dyn();
        let given = grad_output.shape().to_vec();
        let axes = self.layer.pooled_axes();
        let (plan, grad_output) = planned(&self.layer, input_shape, &grad_output)?;
        check_shape("the gradient of the output", plan.output_shape(), &given)?;
        check_shape("the index array", plan.output_shape(), indices.shape())?;
        let indices = Elements::in_format(indices.view().into_dyn(), grad_output.format, axes);
        let mut grad_input = zeros(plan.input_len(), plan.output_len())?;
        plan.backward_from_indices_into(&grad_output.values, &indices.values, &mut grad_input)?;
        array(grad_input, input_shape, grad_output.format, axes)
    }
}

impl<const N: usize> MaxUnpool<N> {
    /// Puts each element of `input` where its index says, and zeros elsewhere. An array whose channels are last in memory
    /// gives one whose channels are last.
    ///
    /// ```
    /// use cenote::{MaxPool2d, MaxUnpool2d};
    /// use ndarray::array;
    ///
    /// let image = array![[[1.0, 2.0, 0.0], [3.0, 4.0, 0.0]]]; // (C, H, W)
    /// let (maxima, indices) = MaxPool2d::new(2).return_indices().forward(&image)?;
    /// let unpool = MaxUnpool2d::new(2).output_size([2, 3]);
    /// assert_eq!(unpool.forward(&maxima, &indices)?, array![[[0.0, 0.0, 0.0], [0.0, 4.0, 0.0]]]);
    /// # Ok::<(), cenote::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`MaxUnpool::plan`], and for shapes that differ or an index outside its plane.
    pub fn forward<T: Element, S: Data<Elem = T>, I: Data<Elem = i64>, D: Dimension>(
        &self,
        input: &ArrayBase<S, D>,
        indices: &ArrayBase<I, D>,
    ) -> Result<Array<T, D>> {
        check_shape("the index array", input.shape(), indices.shape())?;
        let input = Elements::of(input.view().into_dyn(), N);
        let plan = self.plan_in(indices.shape(), input.format)?;
        let indices = Elements::in_format(indices.view().into_dyn(), input.format, N);
        let mut output = zeros(plan.output_len(), plan.input_len())?;
        plan.forward_into(&input.values, &indices.values, &mut output)?;
        array(output, plan.output_shape(), input.format, N)
    }

    /// The gradient of an input of the shape of `indices`, given that of the output.
    ///
    /// # Errors
    /// As [`MaxUnpool::forward`].
    pub fn backward<T: Element, S: Data<Elem = T>, I: Data<Elem = i64>, D: Dimension>(
        &self,
        grad_output: &ArrayBase<S, D>,
        indices: &ArrayBase<I, D>,
    ) -> Result<Array<T, D>> {
        let shape = grad_output.shape().to_vec();
        let grad_output = Elements::of(grad_output.view().into_dyn(), N);
        let plan = self.plan_in(indices.shape(), grad_output.format)?;
        check_shape("the gradient of the output", plan.output_shape(), &shape)?;
        let flat = Elements::in_format(indices.view().into_dyn(), grad_output.format, N);
        let mut grad_input = zeros(plan.input_len(), plan.output_len())?;
        plan.backward_into(&grad_output.values, &flat.values, &mut grad_input)?;
        array(grad_input, indices.shape(), grad_output.format, N)
    }
}
