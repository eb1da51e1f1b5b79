use image::{DynamicImage, GrayImage, ImageBuffer, Luma, LumaA, Rgb, RgbImage, Rgba, RgbaImage};
use tempfile::TempDir;

use super::*;
use crate::transforms::{Compose, Resize};
use crate::{Batch, DataLoader};

/// A folder with one 2x1 picture, of the level in its name, at each path.
fn folder(paths: &[&str]) -> TempDir {
    let root = tempfile::tempdir().unwrap();
    for path in paths {
        let path = root.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        RgbImage::from_pixel(2, 1, Rgb([1, 2, 3]))
            .save(path)
            .unwrap();
    }
    root
}

fn error(root: &Path) -> String {
    ImageFolder::new(root).unwrap_err().to_string()
}

#[test]
fn classes_and_pictures_come_in_torchvision_s_order() {
    let root = folder(&[
        "b/z.png",
        "b/A.PNG",
        "a/x/y/1.png",
        "a/x/1.png",
        "a/x-1/1.png",
        "a/2.png",
        "a/10.bmp",
    ]);
    fs::write(root.path().join("a/notes.txt"), "no picture").unwrap();
    fs::write(root.path().join("loose.png"), "in no class").unwrap();
    let pictures = ImageFolder::new(root.path()).unwrap();
    assert_eq!(pictures.classes(), ["a", "b"]);
    let listed: Vec<_> = pictures
        .samples()
        .iter()
        .map(|(path, label)| {
            (
                path.strip_prefix(root.path()).unwrap().to_str().unwrap(),
                *label,
            )
        })
        .collect();
    // torchvision sorts folders as strings, where "x-1" lies between "x" and "x/y".
    let expected = [
        ("a/10.bmp", 0),
        ("a/2.png", 0),
        ("a/x/1.png", 0),
        ("a/x-1/1.png", 0),
        ("a/x/y/1.png", 0),
        ("b/A.PNG", 1),
        ("b/z.png", 1),
    ];
    assert_eq!(listed, expected);
    assert_eq!(pictures.get(5).unwrap().label, 1);
    assert_eq!(pictures.get(0).unwrap().image.pixels(), [1, 2, 3, 1, 2, 3]);
}

#[test]
fn every_kind_of_picture_becomes_red_green_and_blue() {
    let root = tempfile::tempdir().unwrap();
    let class = root.path().join("class");
    fs::create_dir(&class).unwrap();
    let save = |name: &str, picture: DynamicImage| picture.save(class.join(name)).unwrap();
    save("0.png", GrayImage::from_pixel(1, 1, Luma([9])).into());
    save(
        "1.png",
        RgbaImage::from_pixel(1, 1, Rgba([1, 2, 3, 0])).into(),
    );
    save(
        "2.png",
        ImageBuffer::from_pixel(1, 1, LumaA([5u8, 0])).into(),
    );
    save(
        "3.png",
        ImageBuffer::from_pixel(1, 1, Luma([0x01ff_u16])).into(),
    );
    save(
        "4.png",
        ImageBuffer::from_pixel(1, 1, Rgb([0x00ff_u16, 0x8000, 0xffff])).into(),
    );
    save("5.tiff", RgbImage::from_pixel(1, 1, Rgb([4, 5, 6])).into());
    save("6.webp", RgbImage::from_pixel(1, 1, Rgb([4, 5, 6])).into());
    save("7.pgm", GrayImage::from_pixel(1, 1, Luma([8])).into());
    save("8.ppm", RgbImage::from_pixel(1, 1, Rgb([4, 5, 6])).into());
    // The content decides, not the name.
    fs::copy(class.join("5.tiff"), class.join("9.jpg")).unwrap();
    let pictures = ImageFolder::new(root.path()).unwrap();
    let pixels: Vec<_> = (0..pictures.len())
        .map(|index| pictures.get(index).unwrap().image.pixels().to_vec())
        .collect();
    assert_eq!(
        pixels,
        [
            [9, 9, 9],
            [1, 2, 3],
            [5, 5, 5],
            [1, 1, 1],
            [0, 128, 255],
            [4, 5, 6],
            [4, 5, 6],
            [8, 8, 8],
            [4, 5, 6],
            [4, 5, 6]
        ]
    );
}

#[test]
fn a_folder_without_classes_or_a_class_without_pictures_is_refused() {
    let root = tempfile::tempdir().unwrap();
    assert!(
        error(root.path())
            .ends_with("looked for subfolders; put the pictures into one subfolder for each class")
    );
    let root = folder(&["a/1.png"]);
    fs::create_dir(root.path().join("b")).unwrap();
    fs::create_dir(root.path().join("c")).unwrap();
    fs::write(root.path().join("c/notes.txt"), "").unwrap();
    assert!(
        error(root.path()).ends_with(
            "no picture for the classes b, c: add some or take these folders away; pictures end in .jpg, .jpeg, .png, \
             .ppm, .bmp, .pgm, .tif, .tiff, .webp"
        ),
        "{}",
        error(root.path())
    );
    assert!(error(&root.path().join("nowhere")).starts_with("cannot list the folder"));
}

#[test]
fn a_file_that_is_no_picture_is_an_error_when_it_is_asked_for() {
    let root = folder(&["a/1.png"]);
    fs::write(root.path().join("a/2.png"), "no picture").unwrap();
    let whole = fs::read(root.path().join("a/1.png")).unwrap();
    fs::write(root.path().join("a/3.png"), &whole[..whole.len() - 20]).unwrap();
    let pictures = ImageFolder::new(root.path()).unwrap();
    assert!(pictures.get(0).is_ok());
    for index in [1, 2] {
        let message = pictures.get(index).unwrap_err().to_string();
        assert!(
            message.starts_with("cannot decode the picture"),
            "{message}"
        );
        assert!(
            message.ends_with("replace the file or leave it out"),
            "{message}"
        );
    }
}

#[test]
fn a_decompression_bomb_is_refused() {
    let root = folder(&["a/1.png"]);
    let path = root.path().join("a/1.png");
    let mut bytes = fs::read(&path).unwrap();
    // Width and height in the header become 100,000 each, and its checksum fits.
    bytes[16..20].copy_from_slice(&100_000u32.to_be_bytes());
    bytes[20..24].copy_from_slice(&100_000u32.to_be_bytes());
    let mut crc = flate2::Crc::new();
    crc.update(&bytes[12..29]);
    bytes[29..33].copy_from_slice(&crc.sum().to_be_bytes());
    fs::write(&path, bytes).unwrap();
    let message = ImageFolder::new(root.path())
        .unwrap()
        .get(0)
        .unwrap_err()
        .to_string();
    assert!(
        message.contains("its header claims 100000 x 100000 pixels"),
        "{message}"
    );
}

#[cfg(target_os = "linux")]
#[test]
fn names_that_are_no_text_stay_apart() {
    use std::os::unix::ffi::OsStrExt;

    let root = folder(&["caf\u{e9}/1.png"]);
    for name in [b"caf\xe9", b"caf\xe8"] {
        let class = root.path().join(OsStr::from_bytes(name));
        fs::create_dir(&class).unwrap();
        fs::copy(root.path().join("caf\u{e9}/1.png"), class.join("1.png")).unwrap();
    }
    let pictures = ImageFolder::new(root.path()).unwrap();
    assert_eq!(pictures.classes(), ["caf\\xe8", "caf\\xe9", "caf\u{e9}"]);
}

#[cfg(unix)]
#[test]
fn links_are_followed_except_in_circles() {
    use std::os::unix::fs::symlink;

    let root = folder(&["a/1.png"]);
    let elsewhere = folder(&["pictures/2.png"]);
    symlink(root.path(), root.path().join("a/circle")).unwrap();
    symlink(elsewhere.path().join("pictures"), root.path().join("b")).unwrap();
    let pictures = ImageFolder::new(root.path()).unwrap();
    assert_eq!(pictures.classes(), ["a", "b"]);
    assert_eq!(pictures.len(), 2, "{:?}", pictures.samples());
}

#[cfg(unix)]
#[test]
fn links_to_nothing_are_passed_over_unless_they_are_called_pictures() {
    use std::os::unix::fs::symlink;

    let root = folder(&["a/1.png"]);
    // What Emacs leaves beside a file that is being edited.
    symlink("me@here.123:456", root.path().join("a/.#notes.txt")).unwrap();
    symlink("itself", root.path().join("a/itself")).unwrap();
    assert_eq!(ImageFolder::new(root.path()).unwrap().len(), 1);
    let missing = root.path().join("a/2.png");
    symlink("nowhere.png", &missing).unwrap();
    let pictures = ImageFolder::new(root.path()).unwrap();
    assert_eq!(pictures.samples()[1], (missing.clone(), 0));
    assert!(pictures.get(0).is_ok());
    let message = pictures.get(1).unwrap_err().to_string();
    let path = missing.display().to_string();
    assert!(
        message.starts_with(&format!("cannot read {path}: ")),
        "{message}"
    );
    assert_eq!(message.matches(&path).count(), 1, "{message}");
}

#[test]
fn resize_brings_pictures_into_one_batch() {
    let root = folder(&["a/1.png"]);
    GrayImage::from_pixel(5, 9, Luma([255]))
        .save(root.path().join("a/2.png"))
        .unwrap();
    let pictures = ImageFolder::new(root.path()).unwrap();
    let loader = DataLoader::builder(pictures)
        .batch_size(2)
        .transform(Compose::new().then(Resize::new([4, 4])))
        .build()
        .unwrap();
    let Batch { images, .. } = loader.epoch(0).next().unwrap().unwrap();
    assert_eq!(images.shape(), [2, 3, 4, 4]);
    assert_eq!(images[[1, 2, 3, 3]], 1.0);
    assert_eq!(images[[0, 1, 0, 0]], 2.0 / 255.0);
}
