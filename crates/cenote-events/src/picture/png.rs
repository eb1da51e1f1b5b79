//! PNG at three levels.

use png::{BitDepth, ColorType, DeflateCompression, Encoder, EncodingError, Filter};

use super::Canvas;

/// How much time goes into a smaller PNG. The pixels are the same at every level.
///
/// Beside Pillow, which torch uses, on grids of 64 photographs (NOTES.md has the tables):
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum PngLevel {
    /// 12 % larger than Pillow's files in a thirtieth of the time; pictures in grey and drawings, which gain more from
    /// compression, are compressed more.
    #[default]
    Fast,
    /// Pillow's size in a third of the time.
    Balanced,
    /// The smallest files, in half the time.
    Small,
}

/// How the rows are prepared and compressed.
type Method = (DeflateCompression, Filter);

const FASTEST: Method = (DeflateCompression::FdeflateUltraFast, Filter::Paeth);
const FAST: Method = (DeflateCompression::Level(2), Filter::Adaptive);
const BALANCED: Method = (DeflateCompression::Level(6), Filter::Adaptive);
const SMALL: Method = (DeflateCompression::Level(9), Filter::Adaptive);

/// A whole PNG file.
pub(crate) fn encode_png(canvas: &Canvas, level: PngLevel) -> Result<Vec<u8>, EncodingError> {
    match level {
        // The fastest method finds no repeats longer than a run of zeros: it leaves the three equal channels of a grey
        // picture three times as large as they need be.
        PngLevel::Fast if is_grey(canvas) => encode_with(canvas, FAST),
        PngLevel::Fast => {
            let file = encode_with(canvas, FASTEST)?;
            if file.len() > canvas.bytes.len() / 2 {
                return Ok(file);
            }
            // A drawing, in which repeats are worth a second look; it is a quick one.
            let smaller = encode_with(canvas, FAST)?;
            Ok(if smaller.len() < file.len() {
                smaller
            } else {
                file
            })
        }
        PngLevel::Balanced => encode_with(canvas, BALANCED),
        PngLevel::Small => encode_with(canvas, SMALL),
    }
}

/// Whether all three channels are the same everywhere: for a colour picture the first pixels tell.
fn is_grey(canvas: &Canvas) -> bool {
    canvas.channels == 3
        && canvas
            .bytes
            .chunks_exact(3)
            .all(|pixel| pixel[0] == pixel[1] && pixel[1] == pixel[2])
}

fn encode_with(canvas: &Canvas, (compression, filter): Method) -> Result<Vec<u8>, EncodingError> {
    let mut file = Vec::with_capacity(canvas.bytes.len() + 256);
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
            let grey = Canvas { bytes: vec![seed; canvas.bytes.len()], ..canvas.clone() };
            for level in [PngLevel::Fast, PngLevel::Balanced, PngLevel::Small] {
                prop_assert_eq!(&decode(&encode_png(&canvas, level).unwrap()), &canvas);
                prop_assert_eq!(&decode(&encode_png(&grey, level).unwrap()), &grey);
            }
        }
    }

    #[test]
    fn drawings_and_grey_pictures_are_compressed_more_at_the_fast_level() {
        let mut drawing = Canvas::new(256, 256, 3);
        for (i, pixel) in drawing.bytes.chunks_exact_mut(3).enumerate() {
            let colour = if i % 64 < 8 {
                [255; 3]
            } else {
                [10, 20, (i / 256) as u8]
            };
            pixel.copy_from_slice(&colour);
        }
        let mut grey = Canvas::new(256, 256, 3);
        for (i, pixel) in grey.bytes.chunks_exact_mut(3).enumerate() {
            pixel.fill((i * i / 77) as u8);
        }
        for canvas in [&drawing, &grey] {
            let size = |file: Result<Vec<u8>, EncodingError>| file.unwrap().len();
            assert!(size(encode_png(canvas, PngLevel::Fast)) < size(encode_with(canvas, FASTEST)));
        }
    }
}
