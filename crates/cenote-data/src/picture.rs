//! From a picture's file to its pixels.

mod jpeg;
mod pnm;

use std::fs;
use std::io::Cursor;
use std::path::Path;

use image::{DynamicImage, ImageDecoder, ImageError, ImageFormat, ImageReader, Limits};

use crate::{Error, Image, ImageLayout, ImageShape, Result};

/// The decoded bytes that any file may claim: 4,700 x 4,700 pixels of red, green and blue.
const FREE_BYTES: u64 = 1 << 26;

/// The decoded bytes that each byte of a file may claim beyond [`FREE_BYTES`]. One byte of deflate stands for at most
/// 1,032, and a picture of one colour has up to 1,700 for each byte of a lossy format (WebP).
const BYTES_PER_BYTE: u64 = 2048;

/// Pillow refuses pictures of more pixels as decompression bombs; three bytes each.
const MOST_BYTES: u64 = 178_956_970 * 3;

/// A picture's file in memory.
struct File<'a> {
    path: &'a Path,
    bytes: Vec<u8>,
}

/// Reads a picture in the form that its file has: grey or colours, with transparency or not, of 8 or 16 bits (PPM and PGM
/// of 8, rescaled as Pillow does), and as it lies in the file, however the camera was held.
///
/// What is refused, and how much a file may allocate, is what [`ImageFolder`](crate::ImageFolder) says: this is how it
/// reads. The result is the type of the crate `image` 0.25.
///
/// ```
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("picture.pgm");
/// std::fs::write(&path, b"P2 2 1 15 0 15")?;
/// let picture = cenote_data::read_picture(&path)?;
/// assert_eq!(picture.as_bytes(), [0, 255]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`Error::Io`] where the file cannot be read; [`Error::Decode`] where it is no picture of a known format, cut or damaged;
/// [`Error::Malformed`] where it claims more pixels than it can hold.
pub fn read_picture(path: impl AsRef<Path>) -> Result<DynamicImage> {
    let path = path.as_ref();
    let bytes = fs::read(path).map_err(|source| Error::io("read", path, source))?;
    let file = File { path, bytes };
    match image::guess_format(&file.bytes) {
        Ok(ImageFormat::Jpeg) => jpeg::decode(&file),
        Ok(ImageFormat::Pnm) => pnm::decode(&file),
        Ok(format) => file.decode_as(format),
        Err(error) => Err(file.failed(error)),
    }
}

/// The picture at `path` in red, green and blue.
pub(crate) fn decode(path: &Path) -> Result<Image<'static>> {
    let picture = read_picture(path)?;
    let shape = ImageShape::new(3, picture.height() as usize, picture.width() as usize);
    Image::new(shape, ImageLayout::Hwc, rgb_bytes(picture))
}

impl File<'_> {
    /// What the crate `image` makes of the file.
    fn decode_as(&self, format: ImageFormat) -> Result<DynamicImage> {
        let failed = |error| self.failed(error);
        let mut reader = ImageReader::with_format(Cursor::new(&self.bytes[..]), format);
        let mut limits = Limits::default();
        limits.max_alloc = Some(MOST_BYTES);
        reader.limits(limits);
        let decoder = reader.into_decoder().map_err(failed)?;
        self.check_claim(decoder.dimensions(), decoder.total_bytes())?;
        DynamicImage::from_decoder(decoder).map_err(failed)
    }

    /// Refuses a size that the file is too short to be honest about, before anything of that size is allocated.
    fn check_claim(&self, (width, height): (u32, u32), decoded: u64) -> Result<()> {
        let len = self.bytes.len() as u64;
        let allowed = FREE_BYTES
            .saturating_add(len.saturating_mul(BYTES_PER_BYTE))
            .min(MOST_BYTES);
        if decoded <= allowed {
            return Ok(());
        }
        let reason = format!(
            "its header claims {width} x {height} pixels, which decode to {decoded} bytes; a file of {len} bytes may \
             decode to {allowed}: it is damaged or made to exhaust the memory; replace it or leave it out"
        );
        Err(Error::malformed(self.path, reason))
    }

    fn failed(&self, source: ImageError) -> Error {
        Error::Decode {
            path: self.path.to_owned(),
            source,
        }
    }
}

/// Three bytes for each pixel. Of 16 bits the high 8 are kept.
fn rgb_bytes(picture: DynamicImage) -> Vec<u8> {
    let high_byte = |&level: &u16| level.to_be_bytes()[0];
    match picture {
        DynamicImage::ImageLuma16(_)
        | DynamicImage::ImageLumaA16(_)
        | DynamicImage::ImageRgb16(_)
        | DynamicImage::ImageRgba16(_) => picture.into_rgb16().iter().map(high_byte).collect(),
        other => other.into_rgb8().into_raw(),
    }
}

#[cfg(test)]
mod tests;
