//! From a picture's file to its pixels.

mod jpeg;
mod pnm;

use std::fs;
use std::io::Cursor;
use std::path::Path;

use image::metadata::Orientation;
use image::{
    DynamicImage, ImageBuffer, ImageDecoder, ImageError, ImageFormat, ImageReader, Limits, Luma,
    LumaA, Pixel, Rgb, Rgba,
};

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

impl Image<'static> {
    /// Reads a picture in red, green and blue, as an [`ImageFolder`](crate::ImageFolder) gives it, whose documentation says
    /// what is read and how. Like there and in torchvision, it lies as in the file, however the camera was held.
    ///
    /// # Errors
    /// As [`read_picture`].
    pub fn open(path: impl AsRef<Path>) -> Result<Self> {
        let (picture, _) = read(path.as_ref())?;
        let shape = ImageShape::new(3, picture.height() as usize, picture.width() as usize);
        let pixels = of_bytes(picture).into_rgb8().into_raw();
        Self::new(shape, ImageLayout::Hwc, pixels)
    }
}

/// Reads a picture with the channels that its file has, and upright.
///
/// The channels are grey (1), grey and opacity (2), red, green and blue (3), or these and opacity (4). A picture that a
/// camera marked as turned is turned back. In all else this reads as an [`ImageFolder`](crate::ImageFolder) does, whose
/// documentation says what is refused, how 16 bits become 8, and how much a file may allocate; [`Image::open`] gives what
/// such a folder gives. torchvision's `read_image` with `apply_exif_orientation` is alike, but for its other decoders.
///
/// ```
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("picture.pgm");
/// std::fs::write(&path, b"P2 2 1 15 0 15")?;
/// let picture = cenote_data::read_picture(&path)?;
/// assert_eq!(picture.shape().to_string(), "1x1x2");
/// assert_eq!(picture.pixels(), [0, 255]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`Error::Io`] where the file cannot be read; [`Error::Decode`] where it is no picture of a known format, cut or damaged;
/// [`Error::Malformed`] where it claims more pixels than it can hold.
pub fn read_picture(path: impl AsRef<Path>) -> Result<Image<'static>> {
    let (mut picture, orientation) = read(path.as_ref())?;
    picture.apply_orientation(orientation);
    let (height, width) = (picture.height() as usize, picture.width() as usize);
    let picture = of_bytes(picture);
    let (channels, pixels) = match picture.color().channel_count() {
        1 => (1, picture.into_luma8().into_raw()),
        2 => (2, picture.into_luma_alpha8().into_raw()),
        3 => (3, picture.into_rgb8().into_raw()),
        _ => (4, picture.into_rgba8().into_raw()),
    };
    let shape = ImageShape::new(channels, height, width);
    Image::new(shape, ImageLayout::Hwc, pixels)
}

/// The picture as it lies in its file, and how it is to be turned.
fn read(path: &Path) -> Result<(DynamicImage, Orientation)> {
    let bytes = fs::read(path).map_err(|source| Error::io("read", path, source))?;
    let file = File { path, bytes };
    match image::guess_format(&file.bytes) {
        Ok(ImageFormat::Jpeg) => jpeg::decode(&file),
        Ok(ImageFormat::Pnm) => Ok((pnm::decode(&file)?, Orientation::NoTransforms)),
        Ok(format) => file.decode_as(format),
        Err(error) => Err(file.failed(error)),
    }
}

impl File<'_> {
    /// What the crate `image` makes of the file.
    fn decode_as(&self, format: ImageFormat) -> Result<(DynamicImage, Orientation)> {
        let failed = |error| self.failed(error);
        let mut reader = ImageReader::with_format(Cursor::new(&self.bytes[..]), format);
        let mut limits = Limits::default();
        limits.max_alloc = Some(MOST_BYTES);
        reader.limits(limits);
        let mut decoder = reader.into_decoder().map_err(failed)?;
        self.check_claim(decoder.dimensions(), decoder.total_bytes())?;
        // Where only the note of it is damaged, the picture is not.
        let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
        let picture = DynamicImage::from_decoder(decoder).map_err(failed)?;
        Ok((picture, orientation))
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
            source: Box::new(source),
        }
    }
}

/// The picture with a byte for each channel. Of 16 bits the high 8 are kept.
fn of_bytes(picture: DynamicImage) -> DynamicImage {
    let high_byte = |level: u32| (level >> 8) as u8;
    match picture {
        DynamicImage::ImageLuma16(levels) => mapped::<_, Luma<u8>>(&levels, high_byte),
        DynamicImage::ImageLumaA16(levels) => mapped::<_, LumaA<u8>>(&levels, high_byte),
        DynamicImage::ImageRgb16(levels) => mapped::<_, Rgb<u8>>(&levels, high_byte),
        DynamicImage::ImageRgba16(levels) => mapped::<_, Rgba<u8>>(&levels, high_byte),
        other => other,
    }
}

/// The same picture with a byte of each level.
fn mapped<P, Q>(
    picture: &ImageBuffer<P, Vec<P::Subpixel>>,
    byte: impl Fn(u32) -> u8,
) -> DynamicImage
where
    P: Pixel<Subpixel: Into<u32>>,
    Q: Pixel<Subpixel = u8>,
    DynamicImage: From<ImageBuffer<Q, Vec<u8>>>,
{
    let (width, height) = picture.dimensions();
    let bytes = picture.iter().map(|&level| byte(level.into())).collect();
    let picture = ImageBuffer::<Q, _>::from_raw(width, height, bytes);
    picture.expect("as many levels as before").into()
}

#[cfg(test)]
mod tests;
