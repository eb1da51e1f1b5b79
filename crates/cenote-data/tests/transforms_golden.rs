//! Compares the transforms with what torchvision made of the same picture; tests/golden/make_golden.py wrote it.

use std::fs;
use std::path::{Path, PathBuf};

use cenote_data::transforms::{
    CenterCrop, ColorJitter, Compose, CropSize, ImageTransform, Normalize, Resize, ResizeTo,
    ToTensor,
};
use cenote_data::{Image, ImageLayout, ImageShape, Random, Region};

fn golden(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/golden")
        .join(name)
}

fn picture(name: &str) -> Image<'static> {
    let decoded = image::open(golden(&format!("{name}.png")))
        .unwrap()
        .into_rgb8();
    let shape = ImageShape::new(3, decoded.height() as usize, decoded.width() as usize);
    Image::new(shape, ImageLayout::Hwc, decoded.into_raw()).unwrap()
}

/// The same picture, plane by plane.
fn planes(picture: &Image<'_>) -> Image<'static> {
    let pixels = (0..3).flat_map(|channel| picture.pixels().iter().skip(channel).step_by(3));
    Image::new(
        picture.shape(),
        ImageLayout::Chw,
        pixels.copied().collect::<Vec<_>>(),
    )
    .unwrap()
}

/// Applies a transform to both layouts of the picture, which must agree; the result with the channels last.
fn apply(transform: &impl ImageTransform) -> Image<'static> {
    let picture = picture("picture");
    let random = || Random::new(0, 0, 0);
    let from_planes = transform.apply(planes(&picture), &mut random()).unwrap();
    let result = transform.apply(picture, &mut random()).unwrap();
    assert_eq!(planes(&result), from_planes);
    result
}

fn floats(name: &str) -> Vec<f32> {
    let bytes = fs::read(golden(&format!("{name}.bin"))).unwrap();
    bytes
        .as_chunks()
        .0
        .iter()
        .map(|&chunk| f32::from_le_bytes(chunk))
        .collect()
}

#[test]
fn resize_is_pillow_s_to_the_last_bit() {
    let sizes: [(&str, ResizeTo); 12] = [
        ("resize_24", 24.into()),
        ("resize_40", 40.into()),
        ("resize_83", 83.into()),
        ("resize_50_31", [50, 31].into()),
        ("resize_120_200", [120, 200].into()),
        ("resize_83_20", [83, 20].into()),
        ("resize_7_127", [7, 127].into()),
        ("resize_1_1", [1, 1].into()),
        // Pillow 13 scales the height first in these, but for the third.
        ("resize_20_110", [20, 110].into()),
        ("resize_10_140", [10, 140].into()),
        ("resize_23_97", [23, 97].into()),
        ("resize_22_97", [22, 97].into()),
    ];
    for (name, size) in sizes {
        assert_eq!(apply(&Resize::new(size)), picture(name), "{name}");
    }
}

/// A part of the picture, which may reach beyond it.
fn part([top, left]: [isize; 2], [height, width]: [usize; 2]) -> Image<'static> {
    let region = Region {
        top,
        left,
        height,
        width,
    };
    picture("picture").crop(region).unwrap()
}

#[test]
fn center_crop_is_torchvision_s() {
    let sizes: [(&str, CropSize); 6] = [
        ("center_crop_32", 32.into()),
        ("center_crop_50_61", [50, 61].into()),
        ("center_crop_100_150", [100, 150].into()),
        ("center_crop_90_20", [90, 20].into()),
        ("center_crop_20_130", [20, 130].into()),
        ("center_crop_83_127", [83, 127].into()),
    ];
    for (name, size) in sizes {
        assert_eq!(apply(&CenterCrop::new(size)), picture(name), "{name}");
    }
}

#[test]
fn a_crop_of_a_padded_picture_is_torchvision_s() {
    for (top, left) in [(0, 0), (3, 5), (8, 8), (67, 119), (71, 111)] {
        let name = format!("pad_4_crop_{top}_{left}");
        let made = part([top - 4, left - 4], [20, 24]);
        assert_eq!(made, picture(&name), "{name}");
    }
}

#[test]
fn flips_are_torchvision_s() {
    assert_eq!(picture("picture").hflip(), picture("hflip"));
    assert_eq!(picture("picture").vflip(), picture("vflip"));
}

#[test]
fn colours_are_torchvision_s_to_the_last_bit() {
    let part = part([20, 40], [36, 48]);
    let check = |name: &str, jitter: cenote_data::Result<ColorJitter>| {
        let (jitter, mut random) = (jitter.unwrap(), Random::new(0, 0, 0));
        let from_planes = jitter.apply(planes(&part), &mut random).unwrap();
        let made = jitter.apply(part.clone(), &mut random).unwrap();
        assert_eq!(made, picture(name), "{name}");
        assert_eq!(from_planes, planes(&made), "{name}");
    };
    for factor in [0.4, 1.7] {
        check(
            &format!("brightness_{factor}"),
            ColorJitter::new().brightness(factor, factor),
        );
    }
    for factor in [0.3, 1.9] {
        check(
            &format!("contrast_{factor}"),
            ColorJitter::new().contrast(factor, factor),
        );
    }
    for factor in [0.0, 0.6, 2.3] {
        check(
            &format!("saturation_{factor:?}"),
            ColorJitter::new().saturation(factor, factor),
        );
    }
    for factor in [-0.3, 0.1, 0.5] {
        check(
            &format!("hue_{factor}"),
            ColorJitter::new().hue(factor, factor),
        );
    }
}

#[test]
fn to_tensor_and_normalize_are_torchvision_s_to_the_last_bit() {
    let bits = |numbers: &[f32]| numbers.iter().map(|x| x.to_bits()).collect::<Vec<_>>();
    let mut random = Random::new(0, 0, 0);
    let levels = Image::new(
        ImageShape::new(1, 16, 16),
        ImageLayout::Chw,
        (0..=255).collect::<Vec<u8>>(),
    );
    let tensor = ToTensor::new().apply(levels.unwrap(), &mut random).unwrap();
    assert_eq!(bits(tensor.as_slice().unwrap()), bits(&floats("to_tensor")));

    let corner = part([0, 0], [10, 12]);
    let normalize = Normalize::new(&[0.485, 0.456, 0.406], &[0.229, 0.224, 0.225]).unwrap();
    let tensor = Compose::new()
        .to_tensor()
        .then(normalize)
        .apply(corner, &mut random)
        .unwrap();
    assert_eq!(bits(tensor.as_slice().unwrap()), bits(&floats("normalize")));
}
