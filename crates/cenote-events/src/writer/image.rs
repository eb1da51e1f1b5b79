//! Images, batches of them as one grid, and images with boxes.

use super::SummaryWriter;
use super::value::one_value;
use crate::message::{ImageValue, Kind, Summary};
use crate::picture::{Canvas, Tiles, encode_png};
use crate::{Boxes, DataFormat, Error, ImageTensor, Pixel, PngLevel, Result};

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
    /// [`Error::Shape`] if the shape does not fit the format or holds no pixel; what the background threads ran into;
    /// [`Error::Closed`].
    pub fn add_image<'a, T: Pixel>(
        &self,
        tag: &str,
        image: impl Into<ImageTensor<'a, T>>,
        global_step: i64,
    ) -> Result<()> {
        self.add_tiles(
            tag,
            image.into().to_tiles(DataFormat::Chw)?,
            Boxes::default(),
            global_step,
        )
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
    /// [`Error::Shape`] if the shape does not fit the format or holds no pixel; what the background threads ran into;
    /// [`Error::Closed`].
    pub fn add_images<'a, T: Pixel>(
        &self,
        tag: &str,
        images: impl Into<ImageTensor<'a, T>>,
        global_step: i64,
    ) -> Result<()> {
        self.add_tiles(
            tag,
            images.into().to_tiles(DataFormat::Nchw)?,
            Boxes::default(),
            global_step,
        )
    }

    /// Logs one image, by default with the axes CHW, with red boxes drawn on it.
    ///
    /// Boxes are drawn as torch draws them; labels are in another typeface. torch's `rescale` is left out: resize the image
    /// before logging it.
    ///
    /// ```
    /// use cenote_events::Boxes;
    /// use ndarray::Array3;
    /// # let dir = tempfile::tempdir()?;
    /// # let writer = cenote_events::SummaryWriter::new(dir.path())?;
    /// let image = Array3::<f32>::from_elem((3, 64, 96), 0.5);
    /// let boxes = Boxes::new([[10.0, 20.0, 50.0, 60.0], [60.0, 8.0, 90.0, 40.0]]).labels(["cat", "dog"]);
    /// writer.add_image_with_boxes("found", &image, &boxes, 0)?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Argument`] if there are labels, but not one for each box (torch then leaves them out without a word), or the
    /// image is grey with an alpha channel; [`Error::Shape`] if the shape does not fit the format or holds no pixel; what the
    /// background threads ran into; [`Error::Closed`].
    pub fn add_image_with_boxes<'a, T: Pixel>(
        &self,
        tag: &str,
        image: impl Into<ImageTensor<'a, T>>,
        boxes: &Boxes,
        global_step: i64,
    ) -> Result<()> {
        if !boxes.labels.is_empty() && boxes.labels.len() != boxes.corners.len() {
            let given = format!("{} for {} boxes", boxes.labels.len(), boxes.corners.len());
            return Err(Error::argument(
                "the number of labels",
                given,
                "give one for each box, or none",
            ));
        }
        let tiles = image.into().to_tiles(DataFormat::Chw)?;
        if tiles.channels() == 2 {
            return Err(Error::argument(
                "the image's channels",
                "2",
                "boxes are red: give 1, 3 or 4 channels",
            ));
        }
        self.add_tiles(tag, tiles, boxes.clone(), global_step)
    }

    fn add_tiles(&self, tag: &str, tiles: Tiles, boxes: Boxes, global_step: i64) -> Result<()> {
        let tag = tag.to_owned();
        let level = self.inner.png_level;
        self.encode_summary(tiles.len(), global_step, move || {
            let mut canvas = tiles.into_canvas();
            boxes.draw(&mut canvas);
            image_summary(&tag, &canvas, level)
        })
    }
}

/// The summary of one finished picture.
fn image_summary(tag: &str, canvas: &Canvas, level: PngLevel) -> Result<Summary, String> {
    let encoded_image_string = encode_png(canvas, level).map_err(|error| error.to_string())?;
    let image = ImageValue {
        height: canvas.height.cast_signed(),
        width: canvas.width.cast_signed(),
        colorspace: canvas.channels.into(),
        encoded_image_string,
    };
    Ok(one_value(tag, Kind::Image(image)))
}
