//! The command as a person uses it: what it writes, and what it says when something is wrong.

mod common;

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use common::{answer, cenote, directory, refusal, text};
use serde_json::Value;

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
            "padding 2 of the height is more than half of kernel_size 3: use at most 1",
        ),
        (
            &["--kernel-size", "40", "--no-ceil-mode"],
            "a window reaches over 40 elements, and the height is 32",
        ),
        (
            &["--kernel-size", "1,2,3"],
            "--kernel-size has 3 values, and the layer pools 2 axes",
        ),
        (
            &["--kernel-size", "-3"],
            "'-3' is no size: give a whole number",
        ),
        (&["--padding", "-1"], "'-1' is no size: give a whole number"),
        (&["--num-workers", "-1"], "invalid value '-1'"),
        (&["--resize", "-1"], "invalid value '-1'"),
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
        (
            &["--layer", "adaptive_avg_pool2d", "--output-size", "1000000"],
            "does not fit into memory",
        ),
        (&["--batch-size", "0"], "--batch-size"),
    ] {
        let error = refusal(&[&["run", "--logdir", text(directory.path())], options].concat());
        assert!(error.contains(reason), "{options:?} says: {error}");
    }
}

#[test]
fn damaged_data_is_said_to_be_damaged() {
    let directory = directory();
    let archive = directory.path().join("cifar-10-binary.tar.gz");
    std::fs::write(&archive, b"\x1f\x8b\x08 and no more").unwrap();
    for more in [&[][..], &["--download"]] {
        let arguments = ["run", "--dataset", "cifar10", "--data-dir", text(&archive)];
        let error = refusal(&[&arguments, more].concat());
        assert!(error.contains("cifar-10-binary.tar.gz"), "{error}");
        assert!(!error.contains("--download"), "{error}");
        assert!(!error.contains("fetching"), "{error}");
        assert!(!error.contains("cannot make the folder"), "{error}");
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
fn what_is_there_is_not_fetched() {
    let directory = directory();
    noise(&directory.path().join("test_batch.bin"));
    let logs = directory.path().join("logs");
    let data = ["--dataset", "cifar10", "--data-dir", text(directory.path())];
    let offline = ["--download", "--data-url", "http://127.0.0.1:9"];
    let rest = ["--limit", "1", "--logdir", text(&logs)];
    answer(&[&["run"][..], &data, &offline, &rest].concat());
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
        &["--layer", "adaptive_avg_pool2d", "--output-size", "0"],
        &["--data-dir", "elsewhere"],
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

/// Names of files need not be text; JSON is.
#[cfg(target_os = "linux")]
#[test]
fn a_path_that_is_no_text_is_told_in_json_as_well_as_it_can_be() {
    use std::os::unix::ffi::OsStrExt;

    let directory = directory();
    let logs = directory
        .path()
        .join(std::ffi::OsStr::from_bytes(b"lo\xffgs"));
    for arguments in [
        &["run", "--limit", "2", "--json", "--logdir"][..],
        &["events", "--json"],
    ] {
        let output = Command::new(env!("CARGO_BIN_EXE_cenote"))
            .args(arguments)
            .arg(&logs)
            .output()
            .unwrap();
        assert!(output.status.success(), "{output:?}");
        let value: Value = serde_json::from_slice(&output.stdout).unwrap();
        let place = value["log_dir"].as_str().or(value["logdir"].as_str());
        assert!(place.unwrap().ends_with("lo\u{fffd}gs"), "{value}");
    }
}

#[test]
fn a_log_says_which_layer_its_pictures_are_of() {
    let directory = directory();
    let logs = directory.path().join("logs");
    answer(&[
        "run",
        "--limit",
        "2",
        "--stride",
        "2",
        "--logdir",
        text(&logs),
    ]);
    let index = cenote_events::LogDir::open(&logs).unwrap();
    let run = index.runs().next().unwrap();
    let said = |tag: &str| {
        run.tag(tag)
            .unwrap()
            .metadata()
            .unwrap()
            .summary_description
            .clone()
    };
    assert_eq!(said("input"), "sample, 64 images a step");
    assert_eq!(
        said("output"),
        "`MaxPool2d(kernel_size=3, stride=2, padding=0, dilation=1, ceil_mode=True)`"
    );
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
