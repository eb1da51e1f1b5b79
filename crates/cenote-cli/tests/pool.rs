//! `cenote pool` as a person uses it.

mod common;

use std::path::Path;
use std::process::Command;

use common::{answer, cenote, directory, refusal, text};

#[test]
fn results_that_fit_nowhere_are_refused() {
    let directory = directory();
    let at = |name: &str| directory.path().join(name);
    image::GrayImage::new(4, 4).save(at("in.png")).unwrap();
    let pool = |layer: &str, options: &[&str]| {
        let (input, output) = (at("in.png"), at("out.npy"));
        let files = ["pool", layer, "-i", text(&input), "-o", text(&output)];
        refusal(&[&files, options].concat())
    };
    let said = pool("adaptive_max_pool2d", &["--output-size", "100000000"]);
    assert!(said.contains("does not fit into memory"), "{said}");
    let output = at("out.npy");
    let said = pool("max_pool2d", &["-k", "2", "--indices", text(&output)]);
    assert!(
        said.contains("--indices and --output name one file"),
        "{said}"
    );
    let same = directory.path().join(".").join("out.npy");
    let said = pool("max_pool2d", &["-k", "2", "--indices", text(&same)]);
    assert!(
        said.contains("--indices and --output name one file"),
        "{said}"
    );
    for name in ["out.gif", "out.npz"] {
        let (input, output) = (at("in.png"), at(name));
        let said = refusal(&[
            "pool",
            "max_pool2d",
            "-k",
            "2",
            "-i",
            text(&input),
            "-o",
            text(&output),
        ]);
        assert!(said.contains("end the name in one of those"), "{said}");
        assert!(!output.exists());
    }
    let said = refusal(&["bench", "--seconds", "1e300"]);
    assert!(said.contains("at most 3600"), "{said}");
    refusal(&["bench", "--threads", "100000"]);
}

#[test]
fn a_picture_is_pooled_to_a_picture() {
    let directory = directory();
    let (input, output) = (
        directory.path().join("in.png"),
        directory.path().join("out.png"),
    );
    let picture = image::RgbImage::from_fn(7, 5, |x, y| {
        image::Rgb([x as u8 * 10, y as u8 * 10, (x * y) as u8])
    });
    picture.save(&input).unwrap();
    let said = answer(&[
        "pool",
        "max_pool2d",
        "-i",
        text(&input),
        "-o",
        text(&output),
        "-k",
        "2",
        "--ceil-mode",
    ]);
    assert!(said.contains("uint8 3×5×7 → uint8 3×3×4"), "{said}");
    let pooled = image::open(&output).unwrap().into_rgb8();
    assert_eq!(pooled.dimensions(), (4, 3));
    assert_eq!(pooled.get_pixel(0, 0), &image::Rgb([10, 10, 1]));
    assert_eq!(pooled.get_pixel(3, 2), &image::Rgb([60, 40, 24]));
}

#[test]
fn a_photograph_is_held_as_its_camera_was_and_refused_where_it_is_cut() {
    let directory = directory();
    let at = |name: &str| directory.path().join(name);
    image::GrayImage::new(20, 10).save(at("flat.jpg")).unwrap();
    let jpeg = std::fs::read(at("flat.jpg")).unwrap();
    // One entry: the camera was turned by a quarter (tag 274, a short, 6).
    let exif =
        b"\xff\xe1\0\x22Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0";
    let turned = [&jpeg[..2], exif, &jpeg[2..]].concat();
    std::fs::write(at("turned.jpg"), &turned).unwrap();
    std::fs::write(at("cut.jpg"), &turned[..turned.len() - 20]).unwrap();
    let pool = |name: &str, run: fn(&[&str]) -> String| {
        let (input, output) = (at(name), at("out.png"));
        let files = ["-i", text(&input), "-o", text(&output)];
        run(&[&["pool", "max_pool2d", "-k", "2"][..], &files].concat())
    };
    let said = pool("turned.jpg", answer);
    assert!(said.contains("uint8 1×20×10 → uint8 1×10×5"), "{said}");
    let said = pool("cut.jpg", refusal);
    assert!(said.contains("the file was cut short"), "{said}");
}

/// Writes a little-endian f4 tensor.
fn write_npy(path: &Path, shape: &[u64], values: &[f32]) {
    use npyz::WriterBuilder;
    let file = std::fs::File::create(path).unwrap();
    let mut writer = npyz::WriteOptions::new()
        .default_dtype()
        .shape(shape)
        .writer(file)
        .begin_nd()
        .unwrap();
    writer.extend(values.iter().copied()).unwrap();
    writer.finish().unwrap();
}

fn read_npy<T: npyz::Deserialize>(path: &Path) -> (Vec<u64>, Vec<T>) {
    let file = npyz::NpyFile::new(std::fs::File::open(path).unwrap()).unwrap();
    (file.shape().to_vec(), file.into_vec().unwrap())
}

#[test]
fn a_tensor_goes_there_and_back() {
    let directory = directory();
    let path = |name: &str| directory.path().join(name);
    let values: Vec<f32> = (0..16).map(|value| (value * 7 % 16) as f32).collect();
    write_npy(&path("x.npy"), &[1, 4, 4], &values);
    let (x, y, i, g) = (path("x.npy"), path("y.npy"), path("i.npy"), path("g.npy"));
    answer(&[
        "pool",
        "max_pool2d",
        "-i",
        text(&x),
        "-o",
        text(&y),
        "-k",
        "2",
        "--indices",
        text(&i),
    ]);
    let (shape, maxima) = read_npy::<f32>(&y);
    let (_, indices) = read_npy::<i64>(&i);
    assert_eq!(shape, [1, 2, 2]);
    assert!(
        maxima
            .iter()
            .zip(&indices)
            .all(|(value, &index)| values[index as usize] == *value)
    );

    answer(&[
        "pool",
        "max_unpool2d",
        "-i",
        text(&y),
        "--input-indices",
        text(&i),
        "-o",
        text(&g),
        "-k",
        "2",
    ]);
    let (shape, unpooled) = read_npy::<f32>(&g);
    assert_eq!(shape, [1, 4, 4]);
    assert_eq!(unpooled.iter().filter(|value| **value != 0.0).count(), 4);

    answer(&[
        "pool",
        "max_pool2d",
        "-i",
        text(&x),
        "--backward",
        text(&y),
        "-o",
        text(&g),
        "-k",
        "2",
    ]);
    assert_eq!(read_npy::<f32>(&g).1, unpooled);
}

#[test]
fn wrong_tensors_are_refused_with_a_reason() {
    let directory = directory();
    let path = |name: &str| directory.path().join(name);
    write_npy(&path("flat.npy"), &[6], &[0.0; 6]);
    write_npy(&path("empty.npy"), &[1, 0, 4], &[]);
    write_npy(&path("no_batch.npy"), &[0, 3, 4, 4], &[]);
    std::fs::write(path("text.npy"), "no tensor").unwrap();
    let pool = |input: &str, output: &str| {
        let (input, output) = (path(input), path(output));
        cenote(&[
            "pool",
            "max_pool2d",
            "-i",
            text(&input),
            "-o",
            text(&output),
            "-k",
            "2",
        ])
    };
    for (input, output, reason) in [
        (
            "flat.npy",
            "y.npy",
            "shape [6] has 1 axes, and a 2-d layer takes 3",
        ),
        ("empty.npy", "y.npy", "only the batch may be empty"),
        ("text.npy", "y.npy", "no NumPy .npy file"),
        ("missing.npy", "y.npy", "missing.npy"),
    ] {
        let result = pool(input, output);
        let error = String::from_utf8_lossy(&result.stderr).into_owned();
        assert!(
            !result.status.success() && error.contains(reason),
            "{input} says: {error}"
        );
        assert!(!path(output).exists(), "{output} was written");
    }
    assert!(
        pool("no_batch.npy", "y.npy").status.success(),
        "an empty batch is fine"
    );
    assert_eq!(read_npy::<f32>(&path("y.npy")).0, [0, 3, 2, 2]);
}

/// What a pipe carries is the tensor and nothing else.
#[cfg(unix)]
#[test]
fn tensors_go_through_pipes() {
    let directory = directory();
    let x = directory.path().join("x.npy");
    write_npy(&x, &[1, 1, 4], &[1.0, 3.0, -5.0, 4.0]);
    let output = Command::new(env!("CARGO_BIN_EXE_cenote"))
        .args([
            "pool",
            "lp_pool1d",
            "-i",
            "-",
            "-o",
            "-",
            "-k",
            "2",
            "--norm-type",
            "-inf",
        ])
        .stdin(std::fs::File::open(&x).unwrap())
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(
        said.starts_with("lp_pool1d: float32 1×1×4 → float32 1×1×2"),
        "{said}"
    );
    let array = npyz::NpyFile::new(output.stdout.as_slice()).unwrap();
    assert_eq!(array.shape(), [1, 1, 2]);
    assert_eq!(array.into_vec::<f32>().unwrap(), [1.0, 4.0]);
}
