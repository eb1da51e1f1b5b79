//! What `add_image` and `add_images` take.

use ndarray::{Array4, Array5, ArrayBase, ArrayView, ArrayViewD, Axis, Data, Dimension, IxDyn};

use super::{DataFormat, Pixel, Tiles};
use crate::{Error, Result};

/// A borrowed image or batch of images: elements, shape, and the order of the axes.
///
/// Made by `Into` from `ndarray` arrays and views of any strides and, with the feature `image`, from buffers of the
/// `image` crate; or from a slice and a shape with [`ImageTensor::from_slice`]. Unless [`format`](Self::format) says
/// otherwise the axes are in the order that the method taking it names (CHW or NCHW); a buffer of the `image` crate
/// knows its own order.
///
/// ```
/// use cenote_events::{DataFormat, ImageTensor, SummaryWriter};
/// use ndarray::Array3;
/// # let dir = tempfile::tempdir()?;
/// let writer = SummaryWriter::new(dir.path())?;
/// let photo = Array3::<u8>::zeros((48, 64, 3));
/// writer.add_image("photo", ImageTensor::from(&photo).format(DataFormat::Hwc), 0)?;
/// let batch = vec![0.5f32; 10 * 3 * 4 * 6];
/// writer.add_images("batch", ImageTensor::from_slice(&batch, &[10, 3, 4, 6])?, 0)?;
/// writer.close()?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct ImageTensor<'a, T> {
    view: ArrayViewD<'a, T>,
    format: Option<DataFormat>,
}

impl<'a, T: Pixel> ImageTensor<'a, T> {
    /// Elements in row-major order and their shape.
    ///
    /// # Errors
    /// [`Error::Shape`] if the shape does not multiply to the number of elements.
    pub fn from_slice(elements: &'a [T], shape: &[usize]) -> Result<Self> {
        let view = ArrayView::from_shape(IxDyn(shape), elements).map_err(|_| {
            Error::shape(
                "the image",
                shape,
                format!("its product must be the {} elements given", elements.len()),
            )
        })?;
        Ok(Self { view, format: None })
    }

    /// Says the order of the axes.
    #[must_use]
    pub fn format(self, format: DataFormat) -> Self {
        Self {
            format: Some(format),
            ..self
        }
    }

    /// Converts to bytes, ready to be tiled. `default` is the format where none was said.
    pub(crate) fn to_tiles(&self, default: DataFormat) -> Result<Tiles> {
        let format = self.format.unwrap_or(default);
        let shape = self.view.shape();
        if shape.len() != format.rank() {
            return Err(Error::shape(
                "the image",
                shape,
                format!(
                    "it needs the {} axes of {format}: reshape it, or name its order with ImageTensor::format",
                    format.rank()
                ),
            ));
        }
        let [n, c, h, w] = format
            .positions()
            .map(|axis| axis.map_or(1, |axis| shape[axis]));
        if n * h * w == 0 {
            return Err(Error::shape(
                "the image",
                shape,
                "an image needs at least one row, one column and, in a batch, one image",
            ));
        }
        if !(1..=4).contains(&c) {
            let hint = "give 1 (grey), 2 (grey and alpha), 3 (RGB) or 4 (RGBA), or name the axes with ImageTensor::format";
            return Err(Error::shape(
                format!("the image as {format} has {c} channels"),
                shape,
                hint,
            ));
        }
        Tiles::new(self.to_nchw_bytes(format), shape)
    }

    /// A video: bytes with the axes N, T, C, H, W, one or three channels.
    pub(crate) fn to_ntchw_bytes(&self) -> Result<Array5<u8>> {
        let shape = self.view.shape();
        let refuse = |allowed: &str| Err(Error::shape("the video", shape, allowed));
        let &[n, t, c, h, w] = shape else {
            return refuse("it needs the five axes N, T, C, H, W");
        };
        if n * t * h * w == 0 {
            return refuse("a video needs at least one frame, one row and one column");
        }
        if let Some(format) = self.format {
            return Err(Error::argument(
                "the video's format",
                format.name(),
                "a video has the axes N, T, C, H, W in this order: permute them and name no format",
            ));
        }
        if c != 1 && c != 3 {
            return refuse("the third axis counts channels: 1 (grey) or 3 (RGB)");
        }
        Ok(self
            .view
            .mapv(T::to_byte)
            .into_dimensionality()
            .expect("it has five axes"))
    }

    /// Bytes with the axes N, C, H, W, in whatever memory order the elements had.
    fn to_nchw_bytes(&self, format: DataFormat) -> Array4<u8> {
        let mut bytes = self.view.mapv(T::to_byte);
        let mut order = Vec::with_capacity(4);
        for position in format.positions() {
            order.push(position.unwrap_or_else(|| {
                bytes.insert_axis_inplace(Axis(bytes.ndim()));
                bytes.ndim() - 1
            }));
        }
        let bytes = bytes.permuted_axes(order);
        bytes
            .into_dimensionality()
            .expect("the order names four axes")
    }
}

impl<'a, T, S, D> From<&'a ArrayBase<S, D>> for ImageTensor<'a, T>
where
    S: Data<Elem = T>,
    D: Dimension,
{
    fn from(array: &'a ArrayBase<S, D>) -> Self {
        Self {
            view: array.view().into_dyn(),
            format: None,
        }
    }
}

impl<'a, T, D: Dimension> From<ArrayView<'a, T, D>> for ImageTensor<'a, T> {
    fn from(view: ArrayView<'a, T, D>) -> Self {
        Self {
            view: view.into_dyn(),
            format: None,
        }
    }
}

/// RGB, RGBA, grey, or grey and alpha; bytes or f32 in 0..=1.
#[cfg(feature = "image")]
impl<'a, P, C> From<&'a image::ImageBuffer<P, C>> for ImageTensor<'a, P::Subpixel>
where
    P: image::Pixel<Subpixel: BufferElement>,
    C: std::ops::Deref<Target = [P::Subpixel]>,
{
    fn from(buffer: &'a image::ImageBuffer<P, C>) -> Self {
        let (width, height) = buffer.dimensions();
        let shape = [
            height as usize,
            width as usize,
            usize::from(P::CHANNEL_COUNT),
        ];
        // A container may be longer than the picture needs.
        let samples = &buffer.as_raw()[..shape.iter().product()];
        let view = ArrayView::from_shape(IxDyn(&shape), samples)
            .expect("the slice has the length of the shape");
        Self {
            view,
            format: Some(DataFormat::Hwc),
        }
    }
}

/// The sample types of `image` buffers that stand for the whole range from black to white as [`Pixel`] reads them.
/// `u16` is left out: `image` means 65535 by white.
#[cfg(feature = "image")]
pub trait BufferElement: Pixel {}
#[cfg(feature = "image")]
impl BufferElement for u8 {}
#[cfg(feature = "image")]
impl BufferElement for f32 {}

#[cfg(all(test, feature = "image"))]
mod tests {
    use super::*;

    #[test]
    fn buffers_know_their_own_order() {
        let picture = image::RgbImage::from_fn(5, 2, |x, y| image::Rgb([x as u8, y as u8, 9]));
        let canvas = ImageTensor::from(&picture)
            .to_tiles(DataFormat::Chw)
            .unwrap()
            .into_canvas();
        assert_eq!((canvas.width, canvas.height, canvas.channels), (5, 2, 3));
        assert_eq!(canvas.bytes, picture.into_raw());
        // A container may hold more than the picture.
        let grey =
            image::ImageBuffer::<image::Luma<f32>, Vec<f32>>::from_raw(2, 1, vec![0.0, 1.0, 0.5])
                .unwrap();
        let canvas = ImageTensor::from(&grey)
            .to_tiles(DataFormat::Chw)
            .unwrap()
            .into_canvas();
        assert_eq!(canvas.bytes, [0, 0, 0, 255, 255, 255]);
    }
}
