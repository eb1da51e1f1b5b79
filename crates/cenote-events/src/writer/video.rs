//! Video.

use ndarray::{Array4, Array5, Axis};

use super::SummaryWriter;
use super::value::one_value;
use crate::message::{ImageValue, Kind};
use crate::picture::Tiles;
use crate::{Error, ImageTensor, Pixel, Result};

impl SummaryWriter {
    /// Logs videos, with the axes N (videos), T (frames), C, H, W, as one GIF of `fps` frames a second (torch's default
    /// is 4).
    ///
    /// As in torch the videos of a batch are shown side by side, their number rounded up to a power of two by black ones.
    /// A GIF has 256 colours a frame, so colours are approximate, and its frames last whole hundredths of a second.
    ///
    /// ```
    /// use ndarray::Array5;
    /// # let dir = tempfile::tempdir()?;
    /// # let writer = cenote_events::SummaryWriter::new(dir.path())?;
    /// let video = Array5::from_shape_fn((1, 16, 3, 24, 32), |(_, t, c, y, x)| ((x + y + t * (c + 1)) % 32) as f32 / 31.0);
    /// writer.add_video("waves", &video, 8, 0)?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Shape`] if there are not five axes, no pixel, or not 1 or 3 channels, or the picture is larger than a GIF
    /// can be (65535); [`Error::Argument`] if `fps` is not in 1..=100, or a format is named, since the order of the axes is
    /// fixed; what the background threads ran into;
    /// [`Error::Closed`].
    pub fn add_video<'a, T: Pixel>(
        &self,
        tag: &str,
        video: impl Into<ImageTensor<'a, T>>,
        fps: u16,
        global_step: i64,
    ) -> Result<()> {
        if !(1..=100).contains(&fps) {
            return Err(Error::argument(
                "fps",
                fps.to_string(),
                "give 1 to 100 frames a second",
            ));
        }
        let frames = video.into().to_ntchw_bytes()?;
        let shape = frames.shape().to_vec();
        let (columns, rows) = arrangement(shape[0]);
        let fits = |len: usize, times: usize| {
            len.checked_mul(times)
                .is_some_and(|side| side <= u16::MAX.into())
        };
        if !fits(shape[4], columns) || !fits(shape[3], rows) {
            return Err(Error::shape(
                "the video",
                &shape,
                "a GIF can be 65535 pixels wide and high at most: log fewer or smaller videos",
            ));
        }
        let tag = tag.to_owned();
        self.encode_summary(frames.len(), global_step, move || {
            let image = gif(&frames, fps).map_err(|error| error.to_string())?;
            Ok(one_value(&tag, Kind::Image(image)))
        })
    }
}

/// torch's columns and rows for so many videos.
fn arrangement(count: usize) -> (usize, usize) {
    let rows = 1 << (count.ilog2() / 2);
    (count.next_power_of_two() / rows, rows)
}

/// One GIF that starts again after its end.
#[expect(
    clippy::cast_possible_truncation,
    reason = "add_video has checked the size"
)]
fn gif(frames: &Array5<u8>, fps: u16) -> std::result::Result<ImageValue, gif::EncodingError> {
    let (count, _, _, height, width) = frames.dim();
    let (columns, rows) = arrangement(count);
    let (width, height) = (width * columns, height * rows);
    let mut file = Vec::new();
    let mut encoder = gif::Encoder::new(&mut file, width as u16, height as u16, &[])?;
    encoder.set_repeat(gif::Repeat::Infinite)?;
    for frame in frames.axis_iter(Axis(1)) {
        let pixels = tile(frame.to_owned(), columns, rows);
        // Speed 10 is the crate's advice: a quarter of the time of 1, and hard to tell apart.
        let mut frame = gif::Frame::from_rgb_speed(width as u16, height as u16, &pixels, 10);
        frame.delay = (100 + fps / 2) / fps;
        encoder.write_frame(&frame)?;
    }
    drop(encoder);
    let (width, height) = (width as i32, height as i32);
    Ok(ImageValue {
        height,
        width,
        colorspace: 3,
        encoded_image_string: file,
    })
}

/// The videos' frames of one time side by side, RGB.
fn tile(images: Array4<u8>, columns: usize, rows: usize) -> Vec<u8> {
    let height = images.dim().2;
    let shape = images.shape().to_vec();
    let canvas = Tiles::with_columns(images, &shape, columns).map(Tiles::into_canvas);
    let canvas = canvas.expect("add_video has checked the size");
    // The grid has the width of all columns only where it has a full row, and the rows that it needs.
    let missing = rows * height - canvas.height as usize;
    let stride = canvas.width as usize * 3;
    let full = columns * shape[3] * 3;
    let mut bytes: Vec<u8> = canvas
        .bytes
        .chunks_exact(stride)
        .flat_map(|row| {
            row.iter()
                .copied()
                .chain(std::iter::repeat_n(0, full - stride))
        })
        .collect();
    bytes.resize(bytes.len() + missing * full, 0);
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn batches_are_arranged_as_torch_does() {
        let cases = [
            (1, (1, 1)),
            (2, (2, 1)),
            (3, (4, 1)),
            (4, (2, 2)),
            (5, (4, 2)),
            (8, (4, 2)),
            (9, (8, 2)),
            (16, (4, 4)),
        ];
        for (count, want) in cases {
            assert_eq!(arrangement(count), want, "{count}");
        }
    }

    #[test]
    fn a_gif_has_the_frames_and_the_black_videos() {
        let frames =
            Array5::from_shape_fn((3, 4, 3, 2, 5), |(_, t, ..)| if t == 2 { 255 } else { 0 });
        let image = gif(&frames, 8).unwrap();
        assert_eq!((image.width, image.height), (20, 2));
        let mut options = gif::DecodeOptions::new();
        options.set_color_output(gif::ColorOutput::RGBA);
        let mut decoder = options
            .read_info(image.encoded_image_string.as_slice())
            .unwrap();
        let mut count = 0;
        while let Some(frame) = decoder.read_next_frame().unwrap() {
            let white = if count == 2 { 255 } else { 0 };
            assert_eq!(
                (frame.delay, frame.buffer[0], frame.buffer[19 * 4]),
                (13, white, 0)
            );
            count += 1;
        }
        assert_eq!(count, 4);
    }
}
