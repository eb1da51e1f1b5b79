//! PPM and its relatives, whose headers say which level is the brightest.

use std::io::Cursor;

use image::codecs::pnm::PnmDecoder;
use image::{DynamicImage, ImageFormat};

use super::{File, rgb_image};
use crate::{Image, Result};

/// Rescales the levels as Pillow does. The crate `image` has rescaled them to all of 8 or 16 bits: its step is undone, and
/// Pillow's is made, since two roundings are not one.
pub(super) fn decode(file: &File<'_>) -> Result<Image<'static>> {
    let header =
        PnmDecoder::new(Cursor::new(&file.bytes[..])).map_err(|error| file.failed(error))?;
    let (_, header) = header.into_inner();
    let brightest = header.maximal_sample();
    let picture = file.decode_as(ImageFormat::Pnm)?;
    let size = (picture.width(), picture.height());
    let is_wide = matches!(
        picture,
        DynamicImage::ImageLuma16(_)
            | DynamicImage::ImageLumaA16(_)
            | DynamicImage::ImageRgb16(_)
            | DynamicImage::ImageRgba16(_)
    );
    let pixels = if is_wide {
        let levels = picture.into_rgb16();
        let rescaled = |&level: &u16| rescaled(level.into(), u16::MAX.into(), brightest);
        levels.iter().map(rescaled).collect()
    } else {
        let mut pixels = picture.into_rgb8().into_raw();
        if brightest != u8::MAX.into() {
            for level in &mut pixels {
                *level = rescaled((*level).into(), u8::MAX.into(), brightest);
            }
        }
        pixels
    };
    rgb_image(size, pixels)
}

/// A level of `full` as the file's level of `brightest`, and that as one of 255: rounded as Python rounds.
fn rescaled(level: u32, full: u32, brightest: u32) -> u8 {
    let of_file = (level * brightest + full / 2) / full;
    let share = f64::from(of_file) / f64::from(brightest);
    (share * 255.0).round_ties_even() as u8
}
