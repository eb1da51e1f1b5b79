//! PPM and its relatives, whose headers say which level is the brightest.

use std::io::Cursor;

use image::codecs::pnm::PnmDecoder;
use image::{DynamicImage, ImageBuffer, ImageFormat, Luma, LumaA, Pixel, Rgb, Rgba};

use super::File;
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
    let picture = file.decode_as(ImageFormat::Pnm)?;
    if brightest == u8::MAX.into() {
        return Ok(picture);
    }
    Ok(match picture {
        ImageLuma8(levels) => rescaled::<_, Luma<u8>>(&levels, brightest),
        ImageLumaA8(levels) => rescaled::<_, LumaA<u8>>(&levels, brightest),
        ImageRgb8(levels) => rescaled::<_, Rgb<u8>>(&levels, brightest),
        ImageRgba8(levels) => rescaled::<_, Rgba<u8>>(&levels, brightest),
        ImageLuma16(levels) => rescaled::<_, Luma<u8>>(&levels, brightest),
        ImageLumaA16(levels) => rescaled::<_, LumaA<u8>>(&levels, brightest),
        ImageRgb16(levels) => rescaled::<_, Rgb<u8>>(&levels, brightest),
        ImageRgba16(levels) => rescaled::<_, Rgba<u8>>(&levels, brightest),
        other => other,
    })
}

/// The same picture of levels up to 255.
fn rescaled<P, Q>(picture: &ImageBuffer<P, Vec<P::Subpixel>>, brightest: u32) -> DynamicImage
where
    P: Pixel<Subpixel: Into<u32>>,
    Q: Pixel<Subpixel = u8>,
    DynamicImage: From<ImageBuffer<Q, Vec<u8>>>,
{
    let (width, height) = picture.dimensions();
    let full = (1 << (8 * size_of::<P::Subpixel>())) - 1;
    let levels = picture
        .iter()
        .map(|&level| rescale(level.into(), full, brightest));
    let picture = ImageBuffer::<Q, _>::from_raw(width, height, levels.collect());
    picture.expect("as many levels as before").into()
}

/// A level of `full` as the file's level of `brightest`, and that as one of 255: rounded as Python rounds.
fn rescale(level: u32, full: u32, brightest: u32) -> u8 {
    let of_file = (level * brightest + full / 2) / full;
    let share = f64::from(of_file) / f64::from(brightest);
    (share * 255.0).round_ties_even() as u8
}
