//! The command as a person uses it: what it writes, and what it says when something is wrong.

use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

fn cenote(arguments: &[&str]) -> Output {
    let command = Command::new(env!("CARGO_BIN_EXE_cenote"))
        .args(arguments)
        .stdin(Stdio::null())
        .output();
    command.expect("the command starts")
}

/// What a successful call prints.
fn answer(arguments: &[&str]) -> String {
    let output = cenote(arguments);
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{arguments:?}: {error}");
    assert_eq!(error, "", "nothing is drawn where nobody looks");
    String::from_utf8(output.stdout).expect("text")
}

/// What a refused call says.
fn refusal(arguments: &[&str]) -> String {
    let output = cenote(arguments);
    let error = String::from_utf8(output.stderr).expect("text");
    assert!(!output.status.success(), "{arguments:?} succeeded");
    assert!(!error.contains("panicked"), "{error}");
    error
}

fn directory() -> TempDir {
    tempfile::tempdir().expect("a temporary folder")
}

fn text(path: &Path) -> &str {
    path.to_str().expect("a path of text")
}

#[test]
fn the_main_job_runs_on_the_sample() {
    let directory = directory();
    let logs = directory.path().join("logs");
    let figures: Value =
        serde_json::from_str(&answer(&["run", "--logdir", text(&logs), "--json"])).unwrap();
    assert_eq!(figures["images"], 300);
    assert_eq!(figures["batches"], 5);
    assert_eq!(figures["input_shape"], serde_json::json!([64, 3, 32, 32]));
    assert_eq!(figures["output_shape"], serde_json::json!([64, 3, 11, 11]));
    assert_eq!(figures["interrupted"], false);
    let listing: Value =
        serde_json::from_str(&answer(&["events", text(&logs), "--verify", "--json"])).unwrap();
    let listing = listing.to_string();
    assert!(
        listing.contains("\"input\"") && listing.contains("\"output\""),
        "{listing}"
    );
}

#[test]
fn a_limit_cuts_the_last_batch() {
    let directory = directory();
    let arguments = [
        "run",
        "--limit",
        "100",
        "--logdir",
        text(directory.path()),
        "--json",
    ];
    let figures: Value = serde_json::from_str(&answer(&arguments)).unwrap();
    assert_eq!(
        (figures["images"].as_u64(), figures["batches"].as_u64()),
        (Some(100), Some(2))
    );
}

#[test]
fn every_layer_over_images_runs() {
    let directory = directory();
    for options in [
        &["avg_pool2d", "--kernel-size", "2", "--no-ceil-mode"][..],
        &["lp_pool2d", "--norm-type", "3"],
        &["adaptive_max_pool2d", "--output-size", "none,7"],
        &["adaptive_avg_pool2d", "--output-size", "5"],
        &[
            "fractional_max_pool2d",
            "--output-ratio",
            "0.7",
            "--kernel-size",
            "2",
            "--seed",
            "3",
        ],
    ] {
        let run = [
            "run",
            "--limit",
            "64",
            "--logdir",
            text(directory.path()),
            "--run",
            options[0],
            "--layer",
        ];
        answer(&[&run[..], options].concat());
    }
}

#[test]
fn a_log_that_is_there_already_is_pointed_out() {
    let directory = directory();
    let arguments = ["run", "--limit", "1", "--logdir", text(directory.path())];
    assert!(!answer(&arguments).contains("already held"));
    assert!(answer(&arguments).contains("already held 1 event file(s)"));
}

#[test]
fn bad_layers_are_refused_with_a_reason() {
    let directory = directory();
    for (options, reason) in [
        (
            &["--kernel-size", "0"][..],
            "kernel_size is 0, and it must be at least 1",
        ),
        (&["--stride", "0"], "stride is 0, and it must be at least 1"),
        (
            &["--dilation", "0"],
            "dilation is 0, and it must be at least 1",
        ),
        (
            &["--padding", "2"],
            "padding 2 is more than half of kernel_size 3: use at most 1",
        ),
        (
            &["--kernel-size", "40", "--no-ceil-mode"],
            "a window reaches over 40 elements, and the axis has 32",
        ),
        (
            &["--kernel-size", "1,2,3"],
            "--kernel-size has 3 values, and the layer pools 2 axes",
        ),
        (&["--kernel-size", "-3"], "-3"),
        (
            &["--layer", "max_pool7d"],
            "is no layer over images: use one of max_pool2d",
        ),
        (&["--norm-type", "2"], "max_pool2d takes no --norm-type"),
        (
            &["--layer", "adaptive_max_pool2d"],
            "adaptive_max_pool2d needs --output-size",
        ),
        (&["--dilation", "18446744073709551615"], "too large"),
        (&["--batch-size", "0"], "--batch-size"),
    ] {
        let error = refusal(&[&["run", "--logdir", text(directory.path())], options].concat());
        assert!(error.contains(reason), "{options:?} says: {error}");
    }
}

#[test]
fn missing_data_says_how_to_get_it() {
    let directory = directory();
    let arguments = [
        "run",
        "--dataset",
        "cifar10",
        "--data-dir",
        text(directory.path()),
    ];
    let error = refusal(&arguments);
    assert!(
        error.contains("--download") && error.contains("test_batch.bin"),
        "{error}"
    );
    let offline = ["--download", "--data-url", "http://127.0.0.1:9"];
    let error = refusal(&[&arguments[..], &offline[..]].concat());
    assert!(
        error.contains("127.0.0.1:9/cifar-10-binary.tar.gz"),
        "{error}"
    );
}

#[test]
fn a_log_directory_that_cannot_be_written_is_named() {
    let directory = directory();
    let file = directory.path().join("taken");
    std::fs::write(&file, "a file").unwrap();
    let error = refusal(&["run", "--logdir", text(&file.join("logs"))]);
    assert!(
        error.contains("taken") && error.contains("--logdir"),
        "{error}"
    );
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_an_error_and_the_log_stays_readable() {
    // The environment names a folder on a small file system, where there is one.
    let Ok(small) = std::env::var("CENOTE_SMALL_DISK") else {
        return;
    };
    let logs = Path::new(&small).join("logs");
    let runs = || cenote(&["run", "--batch-size", "1", "--logdir", text(&logs)]);
    let full = (0..1000)
        .map(|_| runs())
        .find(|output| !output.status.success())
        .expect("a small file system");
    let error = String::from_utf8(full.stderr).unwrap();
    assert!(
        error.contains("No space left") && error.matches("No space left").count() == 1,
        "{error}"
    );
    answer(&["events", text(&logs)]);
}

/// Ten thousand noisy images in CIFAR-10's binary layout.
#[cfg(unix)]
fn noise(path: &Path) {
    let mut state = 1u32;
    let mut bytes = vec![0u8; 10_000 * 3073];
    for (at, byte) in bytes.iter_mut().enumerate() {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        *byte = if at % 3073 == 0 {
            (at / 3073 % 10) as u8
        } else {
            (state >> 24) as u8
        };
    }
    std::fs::write(path, bytes).unwrap();
}

#[cfg(unix)]
#[test]
fn an_interrupted_run_leaves_whole_records() {
    let directory = directory();
    noise(&directory.path().join("test_batch.bin"));
    let logs = directory.path().join("logs");
    let mut child = Command::new(env!("CARGO_BIN_EXE_cenote"))
        .args([
            "run",
            "--dataset",
            "cifar10",
            "--data-dir",
            text(directory.path()),
        ])
        .args(["--batch-size", "1", "--logdir", text(&logs)])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let began = Instant::now();
    let has_begun = || {
        let entries = std::fs::read_dir(&logs).into_iter().flatten().flatten();
        entries
            .filter_map(|entry| entry.metadata().ok())
            .any(|file| file.len() > 100_000)
    };
    while !has_begun() {
        assert!(
            began.elapsed() < Duration::from_secs(60),
            "the run does not begin"
        );
        std::thread::sleep(Duration::from_millis(2));
    }
    assert!(
        Command::new("kill")
            .args(["-INT", &child.id().to_string()])
            .status()
            .unwrap()
            .success()
    );
    let status = child.wait().unwrap();
    assert_eq!(status.code(), Some(130));
    answer(&["events", text(&logs), "--verify"]);
}

#[test]
fn a_layer_that_cannot_pool_leaves_no_log() {
    let directory = directory();
    let logs = directory.path().join("logs");
    for options in [
        &["--kernel-size", "0"][..],
        &["--padding", "2"],
        &["--layer", "fractional_max_pool2d"],
    ] {
        refusal(&[&["run", "--logdir", text(&logs)], options].concat());
        assert_eq!(
            std::fs::read_dir(&logs).map_or(0, Iterator::count),
            0,
            "{options:?}"
        );
    }
    let said = refusal(&["run", "--logdir", text(&logs), "--run", "../elsewhere"]);
    assert!(
        said.contains("--run is '../elsewhere', and it names a folder"),
        "{said}"
    );
    assert!(!directory.path().join("elsewhere").exists());
}

#[test]
fn a_run_says_at_once_where_its_board_is() {
    use std::io::{BufRead, BufReader};

    let directory = directory();
    let logs = directory.path().join("logs");
    let mut child = Command::new(env!("CARGO_BIN_EXE_cenote"))
        .args([
            "run",
            "--json",
            "--board",
            "--port",
            "0",
            "--logdir",
            text(&logs),
        ])
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    let read = BufReader::new(child.stderr.take().unwrap()).read_line(&mut line);
    child.kill().unwrap();
    child.wait().unwrap();
    read.unwrap();
    assert!(line.starts_with("board  http://127.0.0.1:"), "{line}");
}

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

#[test]
fn help_lists_the_layers_and_only_what_each_takes() {
    let all = answer(&["pool", "--help"]);
    assert!(
        all.contains("max_pool1d") && all.contains("max_unpool3d") && all.contains("Examples:")
    );
    let adaptive = answer(&["pool", "adaptive_avg_pool2d", "--help"]);
    assert!(adaptive.contains("--output-size") && !adaptive.contains("--kernel-size"));
    assert!(!adaptive.contains("--indices"));
    assert!(answer(&["pool", "avg_pool3d", "--help"]).contains("--count-include-pad"));
}
