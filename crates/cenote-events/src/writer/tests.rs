use std::fs;

use ndarray::{Array2, Array4};

use super::*;
use crate::message::plugin::{
    EXPERIMENT_TAG, HParamDomain, HParamValue, HParamsData, SESSION_START_TAG,
};
use crate::message::{Kind, SummaryMetadata, Value};
use crate::record::{Record, RecordReader};
use crate::{Embedding, Error, Hparams, PngLevel};

mod runs;

/// All events of the only file in `dir`.
fn events(dir: &Path) -> Vec<Event> {
    let entry = fs::read_dir(dir)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .find(|path| path.is_file())
        .unwrap();
    let bytes = fs::read(entry).unwrap();
    let mut reader = RecordReader::new(bytes.as_slice());
    let mut events = Vec::new();
    loop {
        match reader.read().unwrap() {
            Record::Whole(payload) => events.push(Event::decode(payload.as_slice()).unwrap()),
            Record::End => return events,
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn the_first_event_is_torchs() {
    let dir = tempfile::tempdir().unwrap();
    let writer = SummaryWriter::new(dir.path()).unwrap();
    let events = events(dir.path());
    assert_eq!(events.len(), 1, "written before any summary");
    assert_eq!(
        events[0].what,
        Some(What::FileVersion("brain.Event:2".to_owned()))
    );
    assert_eq!(events[0].encoded_len(), 72);
    drop(writer);
}

#[test]
fn a_purge_step_is_written_as_torch_does() {
    let dir = tempfile::tempdir().unwrap();
    SummaryWriter::builder()
        .log_dir(dir.path())
        .purge_step(7)
        .build()
        .unwrap();
    let events = events(dir.path());
    assert_eq!(
        events.iter().map(|event| event.step).collect::<Vec<_>>(),
        [0, 7, 7]
    );
    assert!(
        matches!(&events[2].what, Some(What::SessionLog(log)) if log.status() == crate::message::SessionStatus::Start)
    );
}

#[test]
fn scalars_and_images_keep_their_order_and_times() {
    let dir = tempfile::tempdir().unwrap();
    let writer = SummaryWriter::builder()
        .log_dir(dir.path())
        .png_level(PngLevel::Balanced)
        .build()
        .unwrap();
    let timed = writer.with_walltime(12.5);
    let batch = Array4::<f32>::ones((10, 3, 4, 6));
    for step in 0..20 {
        timed.add_images("grid", &batch, step).unwrap();
        timed.add_scalar("loss", 0.5f32, step).unwrap();
    }
    writer.close().unwrap();
    let events = events(dir.path());
    assert_eq!(events.len(), 41);
    for (i, event) in events[1..].iter().enumerate() {
        assert_eq!((event.wall_time, event.step), (12.5, i as i64 / 2));
        let Some(What::Summary(summary)) = &event.what else {
            panic!("not a summary")
        };
        match (
            summary.value[0].tag.as_str(),
            summary.value[0].value.as_ref().unwrap(),
        ) {
            ("grid", Kind::Image(image)) if i % 2 == 0 => {
                assert_eq!((image.width, image.height, image.colorspace), (48, 8, 3));
            }
            ("loss", Kind::SimpleValue(value)) if i % 2 == 1 => assert_eq!(*value, 0.5),
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn a_description_is_written_with_the_plugin_that_shows_it() {
    let dir = tempfile::tempdir().unwrap();
    let writer = SummaryWriter::new(dir.path()).unwrap();
    let said = writer.with_description("what it *is*");
    said.add_scalar("a", 1.0, 0).unwrap();
    said.add_images("b", &Array4::<u8>::zeros((2, 3, 4, 4)), 0)
        .unwrap();
    said.add_histogram("c", [1.0, 2.0], 0).unwrap();
    said.add_text("d", "text", 0).unwrap();
    said.add_scalars("e", [("f", 1.0)], 0).unwrap();
    writer.add_scalar("g", 1.0, 0).unwrap();
    writer.close().unwrap();

    let metadata = |event: &Event| match &event.what {
        Some(What::Summary(summary)) => summary.value[0].metadata.clone(),
        _ => None,
    };
    let written: Vec<_> = events(dir.path())[1..].iter().map(metadata).collect();
    let plugins = ["scalars", "images", "histograms", "text"];
    assert_eq!(written.len(), plugins.len() + 1);
    for (metadata, plugin) in written.iter().zip(plugins) {
        let metadata = metadata.as_ref().unwrap();
        assert_eq!(metadata.summary_description, "what it *is*");
        assert_eq!(metadata.plugin_data.as_ref().unwrap().plugin_name, plugin);
    }
    assert_eq!(
        written[plugins.len()],
        None,
        "the first handle says nothing"
    );
    let child = &events(&dir.path().join("e_f"))[1];
    assert_eq!(metadata(child).unwrap().summary_description, "what it *is*");
}

#[test]
fn a_summary_that_says_what_it_is_keeps_saying_it() {
    let dir = tempfile::tempdir().unwrap();
    let writer = SummaryWriter::new(dir.path()).unwrap();
    let value = Value {
        tag: "by hand".to_owned(),
        metadata: Some(SummaryMetadata {
            summary_description: "its own".to_owned(),
            ..SummaryMetadata::default()
        }),
        value: Some(Kind::SimpleValue(1.0)),
    };
    let said = writer.with_description("the handle's");
    let summary = Summary { value: vec![value] };
    said.add_summary(summary, 0).unwrap();
    writer.close().unwrap();
    let Some(What::Summary(summary)) = &events(dir.path())[1].what else {
        panic!("not a summary")
    };
    let metadata = summary.value[0].metadata.as_ref().unwrap();
    assert_eq!(metadata.summary_description, "its own");
}

#[test]
fn numbers_of_every_type_are_scalars_and_hyperparameters() {
    let dir = tempfile::tempdir().unwrap();
    let writer = SummaryWriter::new(dir.path()).unwrap();
    writer.add_scalar("a", 5usize, 0).unwrap();
    writer.add_scalar("a", 5u64, 1).unwrap();
    writer.add_scalar("a", -5i64, 2).unwrap();
    writer.add_scalar_new_style("b", true, 3).unwrap();
    writer.add_scalar_double("c", 1u64 << 52, 4).unwrap();
    let hparams = Hparams::new()
        .set("seed", 42i64)
        .set("layers", 7u64)
        .set("offset", -1isize)
        .set("half", half::f16::ONE);
    writer
        .add_hparams(&hparams.in_this_run(), [("loss", 1.0)], 0)
        .unwrap();
    writer.close().unwrap();

    let index = crate::LogDir::open(dir.path()).unwrap();
    let run = index.run(".").unwrap();
    let numbers = |tag| -> Vec<f64> {
        let points = run.tag(tag).unwrap().scalars();
        points.iter().map(|point| point.value).collect()
    };
    assert_eq!(numbers("a"), [5.0, 5.0, -5.0]);
    assert_eq!(numbers("b"), [1.0]);
    assert_eq!(numbers("c"), [(1u64 << 52) as f64]);
    let start = run.tag(SESSION_START_TAG).unwrap();
    let Some(HParamsData::SessionStartInfo(start)) = start.metadata().unwrap().hparams() else {
        panic!("not the start of a session")
    };
    let kind = |name: &str| start.hparams[name].kind.clone().unwrap();
    let numbers = ["seed", "layers", "offset", "half"].map(kind);
    assert_eq!(numbers, [42.0, 7.0, -1.0, 1.0].map(HParamValue::Number));
}

#[test]
fn the_last_domain_of_a_hyperparameter_counts() {
    let dir = tempfile::tempdir().unwrap();
    let writer = SummaryWriter::new(dir.path()).unwrap();
    let hparams = Hparams::new()
        .set("lr", 0.1)
        .domain("lr", [0.1])
        .domain("lr", [0.1, 0.2])
        .in_this_run();
    writer.add_hparams(&hparams, [("loss", 1.0)], 0).unwrap();
    writer.close().unwrap();
    let index = crate::LogDir::open(dir.path()).unwrap();
    let tag = index.run(".").unwrap().tag(EXPERIMENT_TAG).unwrap();
    let Some(HParamsData::Experiment(experiment)) = tag.metadata().unwrap().hparams() else {
        panic!("not an experiment")
    };
    let Some(HParamDomain::Discrete(domain)) = &experiment.hparam_infos[0].domain else {
        panic!("not a list of values")
    };
    assert_eq!(domain.values.len(), 2);
}

#[test]
fn what_no_reader_takes_is_not_written() {
    let dir = tempfile::tempdir().unwrap();
    let writer = SummaryWriter::new(dir.path()).unwrap();
    // Memory that nobody touches.
    let large = || vec![0; 1 << 31];
    let image = crate::message::ImageValue {
        encoded_image_string: large(),
        ..crate::message::ImageValue::default()
    };
    let summary = value::one_value("a tag", Kind::Image(image));
    let error = writer.add_summary(summary, 0).unwrap_err().to_string();
    assert_eq!(
        error,
        "the summary of \"a tag\" is 2147483688 bytes long; a message takes 2147483647 bytes at most: log a part of it"
    );
    let error = writer.add_event(What::GraphDef(large()), 7).unwrap_err();
    assert!(
        error
            .to_string()
            .starts_with("the event of step 7 is 214748")
    );
    let endless = ndarray::arr0(-1i8);
    let endless = endless.broadcast(1 << 31).unwrap();
    let error = writer.add_tensor("t", &endless, 0);
    assert!(matches!(error, Err(Error::Shape { .. })));
    writer.close().unwrap();
    assert_eq!(events(dir.path()).len(), 1);
}

#[test]
fn a_video_with_a_format_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let writer = SummaryWriter::new(dir.path()).unwrap();
    let video = ndarray::Array5::<u8>::zeros((1, 2, 3, 4, 4));
    let video = crate::ImageTensor::from(&video).format(crate::DataFormat::Nhwc);
    let error = writer.add_video("v", video, 4, 0).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the video's format is NHWC; a video has the axes N, T, C, H, W in this order: permute them and name no format"
    );
}

#[test]
fn dropping_the_last_handle_closes_and_close_is_for_all_handles() {
    let dir = tempfile::tempdir().unwrap();
    let writer = SummaryWriter::new(dir.path()).unwrap();
    let clone = writer.clone();
    writer.add_scalar("a", 1.0, 0).unwrap();
    drop(writer);
    clone.add_scalar("a", 2.0, 1).unwrap();
    drop(clone);
    assert_eq!(events(dir.path()).len(), 3);

    let other = tempfile::tempdir().unwrap();
    let writer = SummaryWriter::new(other.path()).unwrap();
    writer.clone().close().unwrap();
    assert!(matches!(
        writer.add_scalar("a", 1.0, 0),
        Err(Error::Closed { .. })
    ));
}

#[test]
fn a_directory_that_cannot_be_written_is_a_clear_error() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("file");
    fs::write(&file, b"x").unwrap();
    let error = SummaryWriter::new(&file).unwrap_err().to_string();
    assert!(
        error.starts_with(&format!(
            "cannot create the log directory {}: ",
            file.display()
        )),
        "{error}"
    );
}

#[test]
fn writers_on_one_directory_can_log_embeddings_at_once() {
    let dir = tempfile::tempdir().unwrap();
    let points = Array2::<f32>::ones((2, 2));
    let embedding = Embedding::new(&points).unwrap();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                let writer = SummaryWriter::new(dir.path()).unwrap();
                for step in 0..50 {
                    writer.add_embedding("points", &embedding, step).unwrap();
                }
                writer.close().unwrap();
                let closed = writer.add_embedding("points", &embedding, 0);
                assert!(matches!(closed, Err(Error::Closed { .. })));
            });
        }
    });
    let config = fs::read_to_string(dir.path().join("projector_config.pbtxt")).unwrap();
    assert_eq!(config.matches("tensor_path").count(), 50);
    let left = |entry: fs::DirEntry| entry.path().extension().is_some_and(|end| end == "part");
    assert!(
        !fs::read_dir(dir.path())
            .unwrap()
            .any(|entry| left(entry.unwrap()))
    );
}
