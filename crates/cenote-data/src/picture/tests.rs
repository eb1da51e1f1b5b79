use std::path::PathBuf;

use image::codecs::png::PngEncoder;
use image::{ExtendedColorType, ImageEncoder};
use proptest::prelude::*;

use super::*;

/// The pictures that tests/golden/make_golden.py writes with Pillow.
const JPEGS: [&str; 5] = ["baseline", "progressive", "restarts", "grey", "cmyk"];

fn golden(name: &str) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    fs::read(folder.join(format!("{name}.jpg"))).unwrap()
}

/// What becomes of a file with these bytes.
fn decoded(bytes: &[u8]) -> Result<Image<'static>> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("picture");
    fs::write(&path, bytes).unwrap();
    Image::open(&path)
}

fn refusal(bytes: &[u8]) -> String {
    decoded(bytes).unwrap_err().to_string()
}

/// Where a marker with a length begins.
fn marker(bytes: &[u8], code: u8) -> usize {
    let is_there = |pair: &[u8]| pair == [0xff, code];
    bytes.windows(2).position(is_there).unwrap()
}

#[test]
fn jpegs_have_the_pixels_that_the_crate_image_gives_them() {
    let mut files: Vec<_> = JPEGS.map(golden).into();
    // CMYK again, with an Adobe segment that says it is YCCK.
    let mut ycck = golden("cmyk");
    let adobe = marker(&ycck, 0xee);
    ycck[adobe + 15] = 2;
    files.push(ycck);
    for (number, bytes) in files.iter().enumerate() {
        let expected = image::load_from_memory(bytes).unwrap().into_rgb8();
        let picture = decoded(bytes).unwrap();
        assert_eq!(picture.shape(), ImageShape::new(3, 83, 127));
        assert!(picture.pixels() == expected.as_raw(), "file {number}");
    }
}

#[test]
fn a_jpeg_cut_anywhere_is_an_error() {
    for name in JPEGS {
        let bytes = golden(name);
        let file = |len: usize| File {
            path: Path::new(name),
            bytes: bytes[..len].to_vec(),
        };
        assert!(jpeg::decode(&file(bytes.len())).is_ok());
        for len in 0..bytes.len() {
            let message = jpeg::decode(&file(len)).unwrap_err().to_string();
            assert!(message.contains("cut short"), "{name} {len}: {message}");
        }
        assert!(refusal(&bytes[..bytes.len() / 2]).starts_with("cannot decode the picture"));
    }
}

#[test]
fn a_thumbnail_s_end_is_not_the_picture_s() {
    let bytes = golden("baseline");
    let thumbnail = [&[0xff, 0xe1, 0x00, 0x06], &[0xff, 0xd8, 0xff, 0xd9][..]].concat();
    let with = [&bytes[..2], &thumbnail, &bytes[2..]].concat();
    assert_eq!(decoded(&with).unwrap(), decoded(&bytes).unwrap());
    assert!(refusal(&with[..with.len() / 2]).contains("cut short"));
}

#[test]
fn what_pillow_skips_in_a_jpeg_is_skipped() {
    let bytes = golden("baseline");
    let expected = decoded(&bytes).unwrap();
    let trailing = [&bytes, &b"more, for instance a film"[..]].concat();
    assert_eq!(decoded(&trailing).unwrap(), expected);
    // Stray bytes between two headers, and fill before a marker.
    let table = marker(&bytes, 0xdb);
    let stray = [&bytes[..table], &[1, 2, 3, 4, 5, 6, 0xff], &bytes[table..]].concat();
    assert_eq!(decoded(&stray).unwrap(), expected);
}

#[test]
fn damaged_data_of_a_jpeg_are_an_error() {
    for name in ["baseline", "progressive", "grey"] {
        let mut bytes = golden(name);
        let middle = bytes.len() / 2;
        // The longest codes there are, and no table has one of only ones.
        bytes[middle..middle + 16].copy_from_slice(&[0xff, 0].repeat(8));
        let message = refusal(&bytes);
        assert!(message.starts_with("cannot decode"), "{name}: {message}");
    }
}

proptest! {
    #[test]
    fn no_change_to_a_jpeg_panics(
        which in 0..JPEGS.len(),
        changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
    ) {
        let mut bytes = golden(JPEGS[which]);
        for (at, byte) in changes {
            *at.get_mut(&mut bytes) = byte;
        }
        let file = File { path: Path::new("changed"), bytes };
        if let Ok((picture, _)) = jpeg::decode(&file) {
            let channels = if picture.color().has_color() { 3 } else { 1 };
            let len = picture.width() as usize * picture.height() as usize * channels;
            prop_assert_eq!(picture.as_bytes().len(), len);
        }
    }
}

/// Files of a few bytes whose headers claim 13,000 x 13,000 pixels.
fn claims() -> Vec<Vec<u8>> {
    let mut files = Vec::new();
    for (name, frame) in [("baseline", 0xc0), ("progressive", 0xc2), ("grey", 0xc0)] {
        let mut bytes = golden(name);
        let at = marker(&bytes, frame);
        let edge = 13_000u16.to_be_bytes();
        bytes[at + 5..at + 9].copy_from_slice(&[edge, edge].concat());
        files.push(bytes);
    }
    let mut bmp = b"BM\x36\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0".to_vec();
    bmp.extend([13_000u32.to_le_bytes(), 13_000u32.to_le_bytes()].concat());
    bmp.extend(b"\x01\0\x18\0".iter().chain(&[0; 24]));
    files.push(bmp);
    let mut png = Vec::new();
    PngEncoder::new(&mut png)
        .write_image(&[0; 3], 1, 1, ExtendedColorType::Rgb8)
        .unwrap();
    png[16..24].copy_from_slice(&[13_000u32.to_be_bytes(), 13_000u32.to_be_bytes()].concat());
    let mut crc = flate2::Crc::new();
    crc.update(&png[12..29]);
    png[29..33].copy_from_slice(&crc.sum().to_be_bytes());
    files.push(png);
    files.push(b"P6\n13000 13000\n255\n".to_vec());
    files.push(b"P3\n13000 13000\n255\n".to_vec());
    files
}

#[test]
fn a_file_cannot_claim_what_it_is_too_short_to_hold() {
    for bytes in claims() {
        let message = refusal(&bytes);
        let reason = "its header claims 13000 x 13000 pixels, which decode to";
        assert!(message.contains(reason), "{message}");
        let allowed = format!(
            "a file of {} bytes may decode to {}:",
            bytes.len(),
            (1 << 26) + 2048 * bytes.len()
        );
        assert!(message.contains(&allowed), "{message}");
    }
}

#[test]
fn pictures_of_one_colour_are_not_refused() {
    // The edge of a square picture, its decoded bytes for each pixel, and the length of the file that Pillow 13 writes.
    let files = [
        (4000, 3, 680),       // WebP, lossless
        (4000, 3, 28_534),    // WebP
        (8000, 3, 113_878),   // WebP
        (8000, 3, 202_506),   // PNG
        (8000, 3, 375_287),   // JPEG, with tables of its own
        (8000, 1, 250_160),   // JPEG, grey, with tables of its own
        (8000, 3, 375_936),   // JPEG, progressive
        (8000, 1, 4_572),     // TIFF, black and white, group 4
        (13_000, 3, 533_700), // PNG
    ];
    for (edge, channels, len) in files {
        let file = File {
            path: &PathBuf::from("flat"),
            bytes: vec![0; len],
        };
        let claim = u64::from(edge) * u64::from(edge) * channels;
        file.check_claim((edge, edge), claim).unwrap();
    }
}

/// The channels and bytes of a picture of `pixels`, written as PNG.
fn png(pixels: DynamicImage) -> Image<'static> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("picture.png");
    pixels.save(&path).unwrap();
    read_picture(&path).unwrap()
}

#[test]
fn a_picture_keeps_its_channels_and_the_high_byte_of_16_bits() {
    let grey = ImageBuffer::from_pixel(1, 2, Luma([0x01ff_u16]));
    assert_eq!(png(grey.into()).pixels(), [1, 1]);
    let clear = ImageBuffer::from_pixel(1, 1, LumaA([7u8, 9]));
    assert_eq!(png(clear.into()).pixels(), [7, 9]);
    let colour = ImageBuffer::from_pixel(2, 1, Rgb([0x00ff_u16, 0x8000, 0xffff]));
    let colour = png(colour.into());
    assert_eq!(colour.shape(), ImageShape::new(3, 1, 2));
    assert_eq!(colour.pixels(), [0, 128, 255, 0, 128, 255]);
    let clear = ImageBuffer::from_pixel(1, 1, Rgba([0x0102_u16, 0x0304, 0x0506, 0x0708]));
    assert_eq!(png(clear.into()).pixels(), [1, 3, 5, 7]);
}

#[test]
fn a_picture_is_turned_as_the_camera_was_held_unless_it_is_of_a_folder() {
    // Exif of one entry: the orientation 6, for a quarter turn to the right.
    let exif = b"Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0";
    let length = (exif.len() as u16 + 2).to_be_bytes();
    let plain = golden("baseline");
    let segment = [&[0xff, 0xe1], &length[..], exif].concat();
    let turned = [&plain[..2], &segment, &plain[2..]].concat();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("picture.jpg");
    fs::write(&path, turned).unwrap();
    let lying = Image::open(&path).unwrap();
    assert_eq!(lying, decoded(&plain).unwrap());
    let upright = read_picture(&path).unwrap();
    assert_eq!(upright.shape(), ImageShape::new(3, 127, 83));
    let (first, corner) = (&upright.pixels()[..3], 82 * 127 * 3);
    assert_eq!(first, &lying.pixels()[corner..][..3]);
}

#[test]
fn a_ppm_s_levels_are_rescaled_as_by_pillow() {
    for most in [15u32, 100, 255, 256, 1000, 1023, 4095, 65_535] {
        let mut bytes = format!("P6\n{} 1\n{most}\n", most + 1).into_bytes();
        for level in 0..=most as u16 {
            let level = level.to_be_bytes();
            let level = &level[if most < 256 { 1 } else { 0 }..];
            bytes.extend(level.repeat(3));
        }
        let picture = decoded(&bytes).unwrap();
        for (level, pixel) in picture.pixels().chunks_exact(3).enumerate() {
            let pillow = (level as f64 / f64::from(most) * 255.0).round_ties_even() as u8;
            assert_eq!(pixel, [pillow; 3], "{level} of {most}");
        }
    }
}
