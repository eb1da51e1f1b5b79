//! Pictures as tensors of bytes, and back.

use std::path::Path;

use anyhow::{Context, Result, bail};
use image::metadata::Orientation;
use image::{ExtendedColorType, ImageDecoder, ImageEncoder, ImageReader};

use crate::npy::{Elements, Tensor, write_whole};

/// Whether a path names a picture rather than a tensor.
pub(crate) fn is_picture(path: &Path) -> bool {
    let extension = path
        .extension()
        .map(|extension| extension.to_string_lossy().to_ascii_lowercase());
    matches!(
        extension.as_deref(),
        Some(
            "png"
                | "jpg"
                | "jpeg"
                | "bmp"
                | "webp"
                | "tif"
                | "tiff"
                | "pnm"
                | "ppm"
                | "pgm"
                | "pbm"
        )
    )
}

/// Reads a picture as a tensor of u8, (C, H, W), with its own number of channels, 1 to 4, as it is to be held.
pub(crate) fn read(path: &Path) -> Result<Tensor> {
    let mut picture = cenote_data::read_picture(path)?;
    let orientation = || -> Result<Orientation> {
        let reader = ImageReader::open(path)?.with_guessed_format()?;
        Ok(reader.into_decoder()?.orientation()?)
    };
    picture.apply_orientation(
        orientation().with_context(|| format!("cannot read the picture {}", path.display()))?,
    );
    let (width, height) = (picture.width() as usize, picture.height() as usize);
    let interleaved = match picture.color().channel_count() {
        1 => picture.into_luma8().into_raw(),
        2 => picture.into_luma_alpha8().into_raw(),
        3 => picture.into_rgb8().into_raw(),
        _ => picture.into_rgba8().into_raw(),
    };
    let channels = interleaved.len() / (width * height).max(1);
    let plane = |channel| {
        interleaved
            .iter()
            .skip(channel)
            .step_by(channels.max(1))
            .copied()
    };
    let elements: Vec<u8> = (0..channels).flat_map(plane).collect();
    Ok(Tensor::new(&[channels, height, width], elements))
}

/// Writes a tensor of u8, (C, H, W) with 1 to 4 channels, as a PNG.
pub(crate) fn write(tensor: &Tensor, path: &Path) -> Result<()> {
    let (Elements::U8(elements), &[channels, height, width]) =
        (&tensor.elements, tensor.shape.as_slice())
    else {
        bail!(
            "a {} tensor of shape {:?} is no picture: write it to a .npy file",
            tensor.elements.dtype(),
            tensor.shape
        );
    };
    if path
        .extension()
        .is_none_or(|extension| !extension.eq_ignore_ascii_case("png"))
    {
        bail!(
            "{}: pictures are written as PNG: end the name in .png, or in .npy for a tensor",
            path.display()
        );
    }
    let color = match channels {
        1 => ExtendedColorType::L8,
        2 => ExtendedColorType::La8,
        3 => ExtendedColorType::Rgb8,
        4 => ExtendedColorType::Rgba8,
        _ => bail!("a tensor of {channels} channels is no picture: write it to a .npy file"),
    };
    let plane = height * width;
    let interleaved: Vec<u8> = (0..plane)
        .flat_map(|at| (0..channels).map(move |channel| elements[channel * plane + at]))
        .collect();
    let (width, height) = (u32::try_from(width)?, u32::try_from(height)?);
    write_whole(path, |file| {
        Ok(image::codecs::png::PngEncoder::new(file).write_image(
            &interleaved,
            width,
            height,
            color,
        )?)
    })
}
