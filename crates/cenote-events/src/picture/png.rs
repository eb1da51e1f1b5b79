//! PNG at three levels.

use png::{BitDepth, ColorType, DeflateCompression, Encoder, Filter};

use super::Canvas;

/// How much time goes into a smaller PNG. The pixels are the same at every level.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum PngLevel {
    /// About a hundred times as fast as Pillow, which torch uses, for files somewhat larger than its.
    #[default]
    Fast,
    /// Smaller than Pillow's files in a fraction of its time.
    Balanced,
    /// The smallest files, slower than Pillow.
    Small,
}

/// A whole PNG file.
pub(crate) fn encode_png(canvas: &Canvas, level: PngLevel) -> Result<Vec<u8>, png::EncodingError> {
    let (compression, filter) = match level {
        PngLevel::Fast => (DeflateCompression::FdeflateUltraFast, Filter::Paeth),
        PngLevel::Balanced => (DeflateCompression::Level(4), Filter::Adaptive),
        PngLevel::Small => (DeflateCompression::Level(9), Filter::Adaptive),
    };
    let mut file = Vec::with_capacity(canvas.bytes.len() / 2 + 256);
    let mut encoder = Encoder::new(&mut file, canvas.width, canvas.height);
    encoder.set_depth(BitDepth::Eight);
    encoder.set_color(match canvas.channels {
        1 => ColorType::Grayscale,
        2 => ColorType::GrayscaleAlpha,
        4 => ColorType::Rgba,
        _ => ColorType::Rgb,
    });
    encoder.set_deflate_compression(compression);
    encoder.set_filter(filter);
    let mut writer = encoder.write_header()?;
    writer.write_image_data(&canvas.bytes)?;
    writer.finish()?;
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn decode(file: &[u8]) -> Canvas {
        let mut reader = png::Decoder::new(std::io::Cursor::new(file))
            .read_info()
            .unwrap();
        let mut bytes = vec![0; reader.output_buffer_size().unwrap()];
        let info = reader.next_frame(&mut bytes).unwrap();
        Canvas {
            width: info.width,
            height: info.height,
            channels: info.color_type.samples() as u8,
            bytes,
        }
    }

    proptest! {
        #[test]
        fn pixels_come_back_at_every_level(width in 1u32..20, height in 1u32..20, channels in 1u8..5, seed in any::<u8>()) {
            let mut canvas = Canvas::new(width, height, channels);
            for (i, byte) in canvas.bytes.iter_mut().enumerate() {
                *byte = (i as u8).wrapping_mul(seed) ^ (i >> 3) as u8;
            }
            for level in [PngLevel::Fast, PngLevel::Balanced, PngLevel::Small] {
                prop_assert_eq!(&decode(&encode_png(&canvas, level).unwrap()), &canvas);
            }
        }
    }
}
