//! PPM and its relatives, whose headers say which level is the brightest.

use std::io::Cursor;

use image::codecs::pnm::PnmDecoder;
use image::{DynamicImage, ImageFormat, Luma, LumaA, Rgb, Rgba};

use super::{File, mapped};
use crate::Result;

/// Rescales the levels as Pillow does. The crate `image` has rescaled them to all of 8 or 16 bits: its step is undone, and
/// Pillow's is made, since two roundings are not one.
pub(super) fn decode(file: &File<'_>) -> Result<DynamicImage> {
    use DynamicImage::{
        ImageLuma8, ImageLuma16, ImageLumaA8, ImageLumaA16, ImageRgb8, ImageRgb16, ImageRgba8,
        ImageRgba16,
    };
    let header =
        PnmDecoder::new(Cursor::new(&file.bytes[..])).map_err(|error| file.failed(error))?;
    let (_, header) = header.into_inner();
    let brightest = header.maximal_sample();
    let (picture, _) = file.decode_as(ImageFormat::Pnm)?;
    if brightest == u8::MAX.into() {
        return Ok(picture);
    }
    let of_8 = |level| rescale(level, u8::MAX.into(), brightest);
    let of_16 = |level| rescale(level, u16::MAX.into(), brightest);
    Ok(match picture {
        ImageLuma8(levels) => mapped::<_, Luma<u8>>(&levels, of_8),
        ImageLumaA8(levels) => mapped::<_, LumaA<u8>>(&levels, of_8),
        ImageRgb8(levels) => mapped::<_, Rgb<u8>>(&levels, of_8),
        ImageRgba8(levels) => mapped::<_, Rgba<u8>>(&levels, of_8),
        ImageLuma16(levels) => mapped::<_, Luma<u8>>(&levels, of_16),
        ImageLumaA16(levels) => mapped::<_, LumaA<u8>>(&levels, of_16),
        ImageRgb16(levels) => mapped::<_, Rgb<u8>>(&levels, of_16),
        ImageRgba16(levels) => mapped::<_, Rgba<u8>>(&levels, of_16),
        other => other,
    })
}

/// A level of `full` as the file's level of `brightest`, and that as one of 255: rounded as Python rounds.
fn rescale(level: u32, full: u32, brightest: u32) -> u8 {
    let of_file = (level * brightest + full / 2) / full;
    let share = f64::from(of_file) / f64::from(brightest);
    (share * 255.0).round_ties_even() as u8
}
