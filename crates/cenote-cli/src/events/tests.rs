use std::fs;
use std::path::Path;

use cenote_events::message::{
    DataType, Kind, PluginData, Summary, SummaryMetadata, TensorProto, TensorShapeProto,
    Value as Logged,
};
use cenote_events::{Hparams, SummaryWriter};
use clap::Parser;
use tempfile::TempDir;

use super::*;

#[derive(Parser)]
struct Command {
    #[command(flatten)]
    args: Args,
}

/// What the command prints, and whether it succeeds.
fn events(arguments: &[&str]) -> (String, Result<ExitCode>) {
    let args = Command::try_parse_from([&["events"], arguments].concat())
        .unwrap()
        .args;
    let mut out = Vec::new();
    let outcome = execute(args, &mut out);
    (String::from_utf8(out).unwrap(), outcome)
}

/// What an export of all that a folder holds says.
fn export(dir: &TempDir, out: &TempDir) -> (String, Result<ExitCode>) {
    let [root, to] = [dir, out].map(|folder| folder.path().to_str().unwrap());
    events(&[root, "--export", to])
}

fn log(dir: &Path) {
    let writer = SummaryWriter::new(dir.join("run 1"))
        .unwrap()
        .with_walltime(5.0);
    for step in 0..4 {
        writer.add_scalar("a/loss", 0.5, step).unwrap();
        writer
            .add_image("input", &ndarray::Array3::<u8>::zeros((3, 2, 5)), step)
            .unwrap();
    }
    writer.add_scalar("nan", f64::NAN, 0).unwrap();
    writer.add_text("note", "# hello", 2).unwrap();
    writer.add_histogram("weights", [1.0, 2.0], 0).unwrap();
    writer.add_audio("tone", &[0.0, 0.5], 8000, 7).unwrap();
    writer.close().unwrap();
}

#[test]
fn the_list_names_runs_tags_kinds_and_steps() {
    let dir = tempfile::tempdir().unwrap();
    log(dir.path());
    let (text, outcome) = events(&[dir.path().to_str().unwrap(), "--verify"]);
    assert_eq!(outcome.unwrap(), ExitCode::SUCCESS);
    assert!(text.starts_with("run 1  (1 file(s), "), "{text}");
    for line in [
        "  a/loss             scalar     4       0 to 3",
        "  note/text_summary  text       1       2       ",
        "every checksum of 1 file(s) is right",
    ] {
        assert!(text.contains(line), "{text}");
    }
    let (text, _) = events(&[dir.path().to_str().unwrap(), "--json", "--tag", "input"]);
    let list: Value = serde_json::from_str(&text).unwrap();
    let tags = &list["runs"][0]["tags"];
    assert_eq!(
        (
            tags.as_array().unwrap().len(),
            &tags[0]["kind"],
            &tags[0]["last_step"]
        ),
        (1, &json!("image"), &json!(3))
    );
}

#[test]
fn damage_is_shown_and_verify_fails_on_it() {
    let dir = tempfile::tempdir().unwrap();
    log(dir.path());
    let path = event_file(dir.path());
    let mut file = fs::read(&path).unwrap();
    file[90 + 20] ^= 1;
    file.truncate(file.len() - 1);
    fs::write(&path, file).unwrap();
    let (text, outcome) = events(&[dir.path().to_str().unwrap(), "--verify"]);
    assert_eq!(outcome.unwrap(), ExitCode::FAILURE);
    assert!(
        text.contains("bytes at offset 88: bad payload checksum (got 0x"),
        "{text}"
    );
    assert!(
        text.contains("are no whole record: it is being written, or was cut off"),
        "{text}"
    );
    assert!(
        text.ends_with("1 damaged place(s), 1 unfinished record(s) in 1 file(s)\n"),
        "{text}"
    );
    let (_, outcome) = events(&[dir.path().to_str().unwrap()]);
    assert_eq!(outcome.unwrap(), ExitCode::SUCCESS);
}

/// The event file of `run 1`.
fn event_file(dir: &Path) -> PathBuf {
    let mut entries = fs::read_dir(dir.join("run 1")).unwrap();
    entries.next().unwrap().unwrap().path()
}

#[test]
fn verify_fails_on_a_file_that_ends_within_a_record_and_looks_at_the_runs_asked_for() {
    let dir = tempfile::tempdir().unwrap();
    log(dir.path());
    let path = event_file(dir.path());
    let bytes = fs::read(&path).unwrap();
    fs::write(&path, &bytes[..bytes.len() / 2]).unwrap();
    let good = SummaryWriter::new(dir.path().join("good")).unwrap();
    good.add_scalar("loss", 1.0, 0).unwrap();
    good.close().unwrap();
    let root = dir.path().to_str().unwrap();
    let (text, outcome) = events(&[root, "--verify"]);
    assert_eq!(outcome.unwrap(), ExitCode::FAILURE);
    assert!(
        text.ends_with("1 unfinished record(s) in 2 file(s)\n"),
        "{text}"
    );
    let (text, outcome) = events(&[root, "--verify", "--run", "good"]);
    assert_eq!(outcome.unwrap(), ExitCode::SUCCESS);
    assert!(
        text.ends_with("every checksum of 1 file(s) is right\n"),
        "{text}"
    );
    let out = dir.path().join("out");
    let (_, outcome) = events(&[root, "--verify", "--export", out.to_str().unwrap()]);
    assert_eq!(outcome.unwrap(), ExitCode::FAILURE);
    let other = dir.path().join("hello.txt");
    fs::write(&other, "hello").unwrap();
    let (_, outcome) = events(&[other.to_str().unwrap(), "--verify"]);
    assert_eq!(outcome.unwrap(), ExitCode::FAILURE);
}

#[test]
fn tags_of_any_length_and_content_are_listed_on_a_line_and_exported() {
    let dir = tempfile::tempdir().unwrap();
    let writer = SummaryWriter::new(dir.path()).unwrap();
    let long = "学".repeat(90);
    let tags = [
        long.clone() + "1",
        long + "2",
        "red\x1b[31m\nline".to_owned(),
    ];
    for tag in &tags {
        writer.add_scalar(tag, 1.0, 0).unwrap();
    }
    writer.close().unwrap();
    let root = dir.path().to_str().unwrap();
    let (text, _) = events(&[root]);
    assert!(text.contains("red\\u{1b}[31m\\nline"), "{text}");
    assert!(
        !text.contains('\x1b') && text.lines().all(|line| line.chars().count() < 120),
        "{text}"
    );
    let out = dir.path().join("out");
    let (text, outcome) = events(&[root, "--export", out.to_str().unwrap()]);
    assert_eq!(
        (text.as_str(), outcome.unwrap()),
        ("3 values in 3 files\n", ExitCode::SUCCESS)
    );
}

#[test]
fn an_export_has_a_file_for_each_image_and_each_other_tag() {
    let (dir, out) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    log(dir.path());
    let out = out.path().join("new");
    let (text, outcome) = events(&[
        dir.path().to_str().unwrap(),
        "--export",
        out.to_str().unwrap(),
        "--steps",
        "..2",
    ]);
    assert_eq!(outcome.unwrap(), ExitCode::SUCCESS);
    assert_eq!(text, "9 values in 7 files\n");
    let run = out.join("run 1");
    let read = |name: &str| fs::read_to_string(run.join(name)).unwrap();
    assert_eq!(
        read("a%2floss.csv"),
        "step,wall_time,value,mark\n0,5,0.5,forward\n1,5,0.5,forward\n2,5,0.5,forward\n"
    );
    assert_eq!(
        read("nan.csv"),
        "step,wall_time,value,mark\n0,5,NaN,forward\n"
    );
    let text: Value = serde_json::from_str(&read("note%2ftext_summary.jsonl")).unwrap();
    assert_eq!(
        text,
        json!({ "text": ["# hello"], "shape": [1], "step": 2, "wall_time": 5.0, "mark": "forward" })
    );
    let mut images: Vec<_> = fs::read_dir(run.join("input"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    images.sort();
    assert_eq!(images, ["00000000.png", "00000001.png", "00000002.png"]);
    assert!(
        fs::read(run.join("input/00000001.png"))
            .unwrap()
            .starts_with(b"\x89PNG")
    );
    assert!(!run.join("tone").exists());
}

#[test]
fn a_tag_of_two_kinds_is_exported_as_both() {
    let (dir, out) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let writer = SummaryWriter::new(dir.path()).unwrap();
    writer.add_scalar("loss", 0.5, 0).unwrap();
    writer
        .add_image("loss", &ndarray::Array3::<u8>::zeros((3, 2, 5)), 1)
        .unwrap();
    writer.add_histogram("loss", [1.0, 3.0], 2).unwrap();
    writer.close().unwrap();
    let (text, outcome) = export(&dir, &out);
    assert_eq!(
        (text.as_str(), outcome.unwrap()),
        ("3 values in 3 files\n", ExitCode::SUCCESS)
    );
    assert!(out.path().join("loss.csv").is_file());
    assert!(out.path().join("loss/00000001.png").is_file());
    let line = fs::read_to_string(out.path().join("loss.histogram.jsonl")).unwrap();
    let line: Value = serde_json::from_str(&line).unwrap();
    assert_eq!((&line["num"], &line["sum"]), (&json!(2.0), &json!(4.0)));
}

#[test]
fn nothing_to_verify_or_to_export_is_an_error() {
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path().to_str().unwrap();
    let message = |arguments: &[&str]| format!("{:#}", events(arguments).1.unwrap_err());
    assert!(message(&[root, "--verify"]).starts_with("no event files in "));
    log(dir.path());
    let out = dir.path().join("out");
    let arguments = [root, "--export", out.to_str().unwrap(), "--steps", "100.."];
    assert!(message(&arguments).starts_with("no value has a step within --steps"));
    assert!(!out.exists());
}

/// Every file below a folder, by its path there.
fn files_below(folder: &Path) -> Vec<String> {
    let mut files: Vec<String> = walk(folder)
        .into_iter()
        .map(|path| {
            path.strip_prefix(folder)
                .unwrap()
                .to_str()
                .unwrap()
                .to_owned()
        })
        .collect();
    files.sort();
    files
}

fn walk(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap();
    entries
        .flat_map(|entry| {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path)
            } else {
                vec![path]
            }
        })
        .collect()
}

#[test]
fn each_tag_has_files_of_its_own() {
    let (dir, out) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let writer = SummaryWriter::new(dir.path()).unwrap();
    let image = ndarray::Array3::<u8>::zeros((1, 2, 2));
    writer.add_scalar("loss", 1.0, 0).unwrap();
    writer.add_scalar("LOSS", 1.0, 0).unwrap();
    for _ in 0..3 {
        writer.add_image("loss.csv", &image, 0).unwrap();
    }
    writer.add_scalar("note.tensor", 1.0, 0).unwrap();
    writer.add_text("note", "x", 0).unwrap();
    writer.close().unwrap();
    let (said, outcome) = export(&dir, &out);
    assert_eq!(outcome.unwrap(), ExitCode::SUCCESS);
    assert_eq!(said, "7 values in 7 files\n");
    let files = files_below(out.path());
    assert_eq!(
        files,
        [
            "LOSS.csv",
            "loss.csv~1/00000000.png",
            "loss.csv~1/00000000_1.png",
            "loss.csv~1/00000000_2.png",
            "loss~1.csv",
            "note%2ftext_summary.jsonl",
            "note.tensor.csv",
        ]
    );
}

#[test]
fn each_session_has_its_own_hyperparameters() {
    let (dir, out) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    for lr in [0.1, 0.9] {
        let writer = SummaryWriter::builder()
            .log_dir(dir.path())
            .filename_suffix(format!(".{lr}"))
            .build()
            .unwrap();
        let hparams = Hparams::new().set("lr", lr).in_this_run();
        writer
            .add_hparams(&hparams, [("accuracy", 0.5)], 0)
            .unwrap();
        writer.close().unwrap();
    }
    export(&dir, &out).1.unwrap();
    let path = out.path().join("_hparams_%2fsession_start_info.jsonl");
    let lines = fs::read_to_string(path).unwrap();
    let rates = lines
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap()["hparams"]["lr"].clone());
    assert_eq!(rates.collect::<Vec<_>>(), [json!(0.1), json!(0.9)]);
}

#[test]
fn strings_of_any_plugin_are_exported() {
    let (dir, out) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let writer = SummaryWriter::new(dir.path()).unwrap();
    for plugin in ["my_plugin", "graph_keras_model"] {
        let tensor = TensorProto {
            dtype: DataType::String.into(),
            tensor_shape: Some(TensorShapeProto::new(&[1])),
            string_val: vec![b"hello".to_vec()],
            ..TensorProto::default()
        };
        let value = Logged {
            tag: plugin.to_owned(),
            metadata: Some(SummaryMetadata {
                plugin_data: Some(PluginData {
                    plugin_name: plugin.to_owned(),
                    ..PluginData::default()
                }),
                ..SummaryMetadata::default()
            }),
            value: Some(Kind::Tensor(tensor)),
        };
        writer
            .add_summary(Summary { value: vec![value] }, 0)
            .unwrap();
    }
    writer.close().unwrap();
    assert_eq!(export(&dir, &out).0, "2 values in 2 files\n");
    let read = |path: &str| fs::read_to_string(out.path().join(path)).unwrap();
    assert_eq!(read("graph_keras_model/00000000.pb"), "hello");
    let line: Value = serde_json::from_str(&read("my_plugin.jsonl")).unwrap();
    assert_eq!(line["values"], json!(["hello"]));
}

#[test]
fn scalars_can_be_json_lines() {
    let (dir, out) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    log(dir.path());
    let arguments = [
        dir.path().to_str().unwrap(),
        "--export",
        out.path().to_str().unwrap(),
        "--tag",
        "nan",
        "--scalars",
        "jsonl",
    ];
    events(&arguments).1.unwrap();
    let line: Value =
        serde_json::from_str(&fs::read_to_string(out.path().join("run 1/nan.jsonl")).unwrap())
            .unwrap();
    assert_eq!(line["value"], "NaN");
}

#[test]
fn what_is_new_is_told_once() {
    let dir = tempfile::tempdir().unwrap();
    let writer = SummaryWriter::new(dir.path()).unwrap();
    let mut index = LogDir::new(dir.path());
    let selection = Selection {
        run: None,
        tag: None,
        steps: "..".parse().unwrap(),
    };
    let mut shown = tail::Shown::default();
    let mut news = |index: &LogDir| {
        let mut steps = Vec::new();
        shown
            .print_new(index, &selection, |news| {
                steps.push(news.step);
                Ok(())
            })
            .unwrap();
        steps
    };
    for step in 0..3 {
        writer.add_scalar("loss", 1.0, step).unwrap();
        writer.add_text("note", "x", step).unwrap();
        writer.flush().unwrap();
        index.refresh();
        assert_eq!((news(&index), news(&index)), (vec![step; 2], vec![]));
    }
    // What a second file of the run holds comes after what the first one still gets.
    let second = SummaryWriter::builder()
        .log_dir(dir.path())
        .filename_suffix(".second")
        .build()
        .unwrap();
    second.add_scalar("loss", 2.0, 100).unwrap();
    second.add_text("note", "y", 100).unwrap();
    second.flush().unwrap();
    index.refresh();
    assert_eq!(news(&index), [100; 2]);
    for writer in [&writer, &second] {
        writer.add_scalar("loss", 3.0, 7).unwrap();
        writer.flush().unwrap();
        index.refresh();
        assert_eq!(news(&index), [7]);
    }
}

#[test]
fn names_and_steps_that_are_not_there_are_refused() {
    let dir = tempfile::tempdir().unwrap();
    log(dir.path());
    let message = |arguments: &[&str]| {
        format!(
            "{:#}",
            events(&[&[dir.path().to_str().unwrap()], arguments].concat())
                .1
                .unwrap_err()
        )
    };
    assert!(message(&["--tag", "none"]).starts_with("no run has a tag 'none': `cenote events "));
    assert!(message(&["--steps", "1.."]).starts_with("--steps chooses what is exported"));
    assert!(message(&["--run", "none"]).contains("has no run 'none': "));
    assert!(
        format!("{:#}", events(&["no/such"]).1.unwrap_err())
            .starts_with("cannot read the log directory no/such: ")
    );
    assert_eq!(
        "5..3".parse::<Steps>().unwrap_err().to_string(),
        "5..3 holds no step: give the smaller step first"
    );
    assert!(
        "a".parse::<Steps>()
            .unwrap_err()
            .to_string()
            .starts_with("'a' is no step")
    );
    assert_eq!(
        "-3..".parse::<Steps>().unwrap(),
        Steps {
            first: -3,
            last: i64::MAX
        }
    );
    assert_eq!("7".parse::<Steps>().unwrap(), Steps { first: 7, last: 7 });
}
