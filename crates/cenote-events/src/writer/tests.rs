use std::fs;

use ndarray::Array4;

use super::*;
use crate::message::Kind;
use crate::record::{Record, RecordReader};
use crate::{Error, PngLevel};

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
