//! Pictures as tensors of bytes, and back.

use std::path::Path;

use anyhow::{Result, bail};
use cenote_data::{ImageLayout, ImageShape, is_image_file};
use image::{ExtendedColorType, ImageEncoder};

use crate::npy::{Elements, Tensor, write_whole};

/// Whether a path names a picture rather than a tensor.
pub(crate) fn is_picture(path: &Path) -> bool {
    let is = |extension: &str| {
        path.extension()
            .is_some_and(|own| own.eq_ignore_ascii_case(extension))
    };
    is_image_file(path) || is("pnm") || is("pbm")
}

/// Reads a picture as a tensor of u8, (C, H, W), with its own number of channels, 1 to 4, as it is to be held.
pub(crate) fn read(path: &Path) -> Result<Tensor> {
    let picture = cenote_data::read_picture(path)?.into_layout(ImageLayout::Chw);
    let ImageShape {
        channels,
        height,
        width,
    } = picture.shape();
    Ok(Tensor::new(
        &[channels, height, width],
        picture.pixels().to_vec(),
    ))
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
