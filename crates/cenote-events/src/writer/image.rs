//! Images, and batches of them as one grid.

use super::SummaryWriter;
use super::scalar::one_value;
use crate::message::{ImageValue, Kind, Summary};
use crate::picture::{Canvas, encode_png};
use crate::{DataFormat, ImageTensor, Pixel, PngLevel, Result};

impl SummaryWriter {
    /// Logs one image, by default with the axes CHW.
    ///
    /// Elements become bytes as [`Pixel`] says. One channel is replicated to three; two are grey and alpha, four are RGBA.
    ///
    /// ```
    /// use cenote_events::{DataFormat, ImageTensor};
    /// use ndarray::Array3;
    /// # let dir = tempfile::tempdir()?;
    /// # let writer = cenote_events::SummaryWriter::new(dir.path())?;
    /// let ramp = Array3::from_shape_fn((3, 32, 48), |(c, y, x)| (c + 1) as f32 * (x + y) as f32 / 240.0);
    /// writer.add_image("ramp", &ramp, 0)?;
    /// let photo = vec![128u8; 32 * 48 * 3];
    /// writer.add_image("photo", ImageTensor::from_slice(&photo, &[32, 48, 3])?.format(DataFormat::Hwc), 0)?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Shape`](crate::Error::Shape) if the shape does not fit the format or holds no pixel; what the background
    /// threads ran into; [`Error::Closed`](crate::Error::Closed).
    pub fn add_image<'a, T: Pixel>(
        &self,
        tag: &str,
        image: impl Into<ImageTensor<'a, T>>,
        global_step: i64,
    ) -> Result<()> {
        self.add_grid(tag, &image.into(), DataFormat::Chw, global_step)
    }

    /// Logs a batch of images as one grid, by default with the axes NCHW.
    ///
    /// The grid has `min(N, 8)` columns and is filled row by row without padding; cells left over are black. Elements
    /// become bytes as [`Pixel`] says. One channel is replicated to three. Unlike torch, which raises an error, this takes
    /// batches of four channels (RGBA; cells left over are transparent) and of two (grey and alpha).
    ///
    /// ```
    /// use ndarray::Array4;
    /// # let dir = tempfile::tempdir()?;
    /// # let writer = cenote_events::SummaryWriter::new(dir.path())?;
    /// let batch = Array4::from_shape_fn((64, 3, 32, 32), |(n, c, y, x)| ((n + c * 9 + y + x) % 64) as f32 / 63.0);
    /// writer.add_images("input", &batch, 0)?; // one picture, 256 × 256
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Shape`](crate::Error::Shape) if the shape does not fit the format or holds no pixel; what the background
    /// threads ran into; [`Error::Closed`](crate::Error::Closed).
    pub fn add_images<'a, T: Pixel>(
        &self,
        tag: &str,
        images: impl Into<ImageTensor<'a, T>>,
        global_step: i64,
    ) -> Result<()> {
        self.add_grid(tag, &images.into(), DataFormat::Nchw, global_step)
    }

    fn add_grid<T: Pixel>(
        &self,
        tag: &str,
        images: &ImageTensor<'_, T>,
        default: DataFormat,
        global_step: i64,
    ) -> Result<()> {
        let tiles = images.to_tiles(default)?;
        let tag = tag.to_owned();
        let level = self.inner.png_level;
        self.encode_summary(tiles.len(), global_step, move || {
            image_summary(&tag, &tiles.into_canvas(), level)
        })
    }
}

/// The summary of one finished picture.
pub(super) fn image_summary(
    tag: &str,
    canvas: &Canvas,
    level: PngLevel,
) -> Result<Summary, String> {
    let encoded_image_string = encode_png(canvas, level).map_err(|error| error.to_string())?;
    let image = ImageValue {
        height: canvas.height.cast_signed(),
        width: canvas.width.cast_signed(),
        colorspace: canvas.channels.into(),
        encoded_image_string,
    };
    Ok(one_value(tag, Kind::Image(image)))
}
