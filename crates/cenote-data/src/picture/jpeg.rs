//! JPEG, by the decoder that the crate `image` uses as well, but so that damage is an error.
//!
//! `image` asks that decoder to be lenient: what is missing becomes grey. Here three things hold:
//! - The stream has to reach its end-of-image marker, whatever may follow that. So a file that was cut is always an error,
//!   even where only the marker is gone, as in Pillow.
//! - The headers are read leniently, as by Pillow, which skips stray bytes between them.
//! - The data are read strictly. libjpeg goes on after damage with whatever it makes of the rest, and Pillow shows that;
//!   the decoder here would leave the rest grey, so that the error is the lesser evil.

use image::error::DecodingError;
use image::metadata::Orientation;
use image::{DynamicImage, GrayImage, ImageError, ImageFormat, RgbImage};
use zune_jpeg::JpegDecoder;
use zune_jpeg::zune_core::bytestream::ZCursor;
use zune_jpeg::zune_core::colorspace::ColorSpace;
use zune_jpeg::zune_core::options::DecoderOptions;

use super::File;
use crate::{Error, Result};

/// Grey, or red, green and blue; CMYK and YCCK become that as in the crate `image`.
pub(super) fn decode(file: &File<'_>) -> Result<(DynamicImage, Orientation)> {
    if !reaches_its_end(&file.bytes) {
        let reason = "the file was cut short: it has no end-of-image marker (FF D9) after its data";
        return Err(damaged(file, reason));
    }
    let lenient = DecoderOptions::default()
        .set_strict_mode(false)
        .set_max_width(usize::MAX)
        .set_max_height(usize::MAX);
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(&file.bytes), lenient);
    decoder
        .decode_headers()
        .map_err(|error| damaged(file, error))?;
    let (Some(info), Some(colours)) = (decoder.info(), decoder.input_colorspace()) else {
        return Err(damaged(file, "it has no header"));
    };
    let grey = colours == ColorSpace::Luma;
    let (channels, output) = if grey {
        (1, ColorSpace::Luma)
    } else {
        (3, ColorSpace::RGB)
    };
    let (width, height) = (u32::from(info.width), u32::from(info.height));
    let len = u64::from(width) * u64::from(height) * channels;
    file.check_claim((width, height), len)?;
    let strict = lenient
        .set_strict_mode(true)
        .jpeg_set_out_colorspace(output);
    decoder.set_options(strict);
    let pixels = decoder.decode().map_err(|error| damaged(file, error))?;
    let picture = if grey {
        GrayImage::from_raw(width, height, pixels).map(DynamicImage::from)
    } else {
        RgbImage::from_raw(width, height, pixels).map(DynamicImage::from)
    };
    let picture =
        picture.ok_or_else(|| damaged(file, "it holds fewer pixels than its header says"))?;
    let orientation = decoder
        .exif()
        .and_then(|exif| Orientation::from_exif_chunk(exif));
    Ok((picture, orientation.unwrap_or(Orientation::NoTransforms)))
}

fn damaged(file: &File<'_>, reason: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Error {
    file.failed(ImageError::Decoding(DecodingError::new(
        ImageFormat::Jpeg.into(),
        reason,
    )))
}

/// Whether the markers of the stream lead to its end. Segments with a length are stepped over, since a thumbnail in one
/// has an end of its own.
fn reaches_its_end(bytes: &[u8]) -> bool {
    const END_OF_IMAGE: u8 = 0xd9;
    let mut rest = bytes;
    while let Some(at) = rest.iter().position(|&byte| byte == 0xff) {
        rest = &rest[at + 1..];
        match *rest {
            [END_OF_IMAGE, ..] => return true,
            // Fill, an escaped 255 in the data, and the markers without a length.
            [0xff, ..] => {}
            [0x00 | 0x01 | 0xd0..=0xd8, ..] => rest = &rest[1..],
            [_, high, low, ..] => {
                let end = 1 + usize::from(u16::from_be_bytes([high, low]));
                rest = rest.get(end..).unwrap_or_default();
            }
            _ => return false,
        }
    }
    false
}
