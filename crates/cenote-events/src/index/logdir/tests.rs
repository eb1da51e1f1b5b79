use std::fs::{self, OpenOptions};
use std::io::Write as _;

use proptest::prelude::*;
use prost::Message as _;

use super::*;
use crate::index::{Damage, DamageKind, Mark, SummaryKind, TagView};
use crate::message::{Event, Kind, PluginData, Summary, SummaryMetadata, TensorProto, Value, What};
use crate::record::{Header, append_record};
use crate::{Hparams, SummaryWriter};

mod generation;

fn scalar_record(tag: &str, step: i64) -> Vec<u8> {
    let value = Value {
        tag: tag.to_owned(),
        metadata: None,
        value: Some(Kind::SimpleValue(step as f32)),
    };
    let event = Event {
        wall_time: 1.0,
        step,
        what: Some(What::Summary(Summary { value: vec![value] })),
        source_metadata: None,
    };
    let mut record = Vec::new();
    append_record(&mut record, |payload| event.encode_raw(payload));
    record
}

fn steps(index: &LogDir, run: &str, tag: &str) -> Vec<i64> {
    index
        .run(run)
        .and_then(|run| run.tag(tag))
        .map_or(Vec::new(), |tag| {
            tag.scalars().iter().map(|point| point.step).collect()
        })
}

fn append(path: &Path, bytes: &[u8]) {
    OpenOptions::new()
        .append(true)
        .create(true)
        .open(path)
        .unwrap()
        .write_all(bytes)
        .unwrap();
}

#[test]
fn a_growing_file_is_read_record_by_record_and_a_part_is_waited_for() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("tfevents");
    let file: Vec<u8> = (1..4).flat_map(|step| scalar_record("s", step)).collect();
    let each = file.len() / 3;
    fs::write(&path, b"").unwrap();
    let mut index = LogDir::open(dir.path()).unwrap();
    for (at, &byte) in file.iter().enumerate() {
        append(&path, &[byte]);
        let changes = index.refresh();
        let whole = (at + 1) / each;
        assert_eq!(steps(&index, ".", "s").len(), whole);
        assert_eq!(changes.records, u64::from((at + 1) % each == 0));
        let waiting = index.runs().next().unwrap().files().next().unwrap().waiting;
        assert_eq!(waiting, ((at + 1) % each) as u64);
    }
    assert_eq!(
        index.refresh(),
        Changes {
            complete: true,
            ..Changes::default()
        }
    );
}

#[test]
fn new_replaced_and_deleted_files_are_noticed() {
    let dir = tempfile::tempdir().unwrap();
    let mut index = LogDir::open(dir.path()).unwrap();
    assert_eq!(index.runs().count(), 0);
    let path = dir.path().join("a/tfevents.1");
    fs::create_dir(dir.path().join("a")).unwrap();
    fs::write(&path, scalar_record("s", 1)).unwrap();
    assert_eq!(index.refresh().runs, BTreeSet::from(["a".to_owned()]));
    let first = index.run("a").unwrap().files().next().unwrap().id;

    // Replaced in place by a longer file.
    fs::write(
        &path,
        [scalar_record("s", 5), scalar_record("s", 6)].concat(),
    )
    .unwrap();
    index.refresh();
    assert_eq!(steps(&index, "a", "s"), [5, 6]);
    assert_ne!(
        index.run("a").unwrap().files().next().unwrap().id,
        first,
        "old references must not point into the new file"
    );

    // A second file, and then the first one is deleted.
    fs::write(dir.path().join("a/tfevents.2"), scalar_record("s", 7)).unwrap();
    index.refresh();
    assert_eq!(steps(&index, "a", "s"), [5, 6, 7]);
    fs::remove_file(&path).unwrap();
    index.refresh();
    assert_eq!(steps(&index, "a", "s"), [7]);
    fs::remove_dir_all(dir.path().join("a")).unwrap();
    assert_eq!(index.refresh().runs, BTreeSet::from(["a".to_owned()]));
    assert_eq!(index.runs().count(), 0);
}

#[cfg(unix)]
#[test]
fn what_cannot_be_looked_at_is_not_taken_for_deleted() {
    use std::os::unix::fs::symlink;
    let dir = tempfile::tempdir().unwrap();
    let (root, hidden) = (dir.path().join("root"), dir.path().join("hidden"));
    for run in ["a/inside", "b"] {
        fs::create_dir_all(root.join(run)).unwrap();
        append(&root.join(run).join("tfevents"), &scalar_record("x", 1));
    }
    let mut index = LogDir::open(&root).unwrap();
    let runs = |index: &LogDir| -> Vec<String> {
        let names = index.runs().map(|run| run.name().to_owned());
        names.collect()
    };
    // A link to itself cannot be followed by anybody, root included.
    for unreadable in [root.join("a"), root.clone()] {
        fs::rename(&unreadable, &hidden).unwrap();
        symlink(&unreadable, &unreadable).unwrap();
        let changes = index.refresh();
        assert!(changes.runs.is_empty(), "{changes:?}");
        assert_eq!(runs(&index), ["a/inside", "b"]);
        assert_eq!(index.problems()[0].path, unreadable);
        fs::remove_file(&unreadable).unwrap();
        fs::rename(&hidden, &unreadable).unwrap();
        index.refresh();
        assert!(index.problems().is_empty());
    }
    fs::rename(root.join("a"), &hidden).unwrap();
    index.refresh();
    assert_eq!(runs(&index), ["b"], "what is gone is");
}

#[test]
fn the_projectors_configuration_comes_and_goes() {
    let dir = tempfile::tempdir().unwrap();
    let run = dir.path().join("run");
    fs::create_dir_all(&run).unwrap();
    append(&run.join("tfevents"), &scalar_record("x", 1));
    let config = run.join("projector_config.pbtxt");
    let mut index = LogDir::open(dir.path()).unwrap();
    let known = |index: &LogDir| {
        let run = index.run("run").unwrap();
        run.projector_config().map(Path::to_owned)
    };
    assert_eq!(known(&index), None);
    fs::write(&config, "").unwrap();
    assert!(index.refresh().runs.contains("run"), "that is news");
    assert_eq!(known(&index), Some(config.clone()));
    assert!(index.refresh().runs.is_empty());
    fs::remove_file(&config).unwrap();
    assert!(index.refresh().runs.contains("run"));
    assert_eq!(known(&index), None);
}

#[test]
fn metadata_that_only_the_first_value_has_counts_for_those_read_later() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("tfevents");
    let record = |step, plugin_name: Option<&str>| {
        let metadata = plugin_name.map(|name| SummaryMetadata {
            plugin_data: Some(PluginData {
                plugin_name: name.to_owned(),
                ..PluginData::default()
            }),
            ..SummaryMetadata::default()
        });
        let tensor = TensorProto {
            dtype: 1,
            float_val: vec![1.0],
            ..TensorProto::default()
        };
        let value = Value {
            tag: "t".to_owned(),
            metadata,
            value: Some(Kind::Tensor(tensor)),
        };
        let what = Some(What::Summary(Summary { value: vec![value] }));
        let mut record = Vec::new();
        append_record(&mut record, |payload| {
            Event {
                step,
                what,
                ..Event::default()
            }
            .encode_raw(payload);
        });
        record
    };
    fs::write(&path, record(0, Some("custom"))).unwrap();
    let mut index = LogDir::open(dir.path()).unwrap();
    for step in 1..3 {
        append(&path, &record(step, None));
        index.refresh();
    }
    for index in [index, LogDir::open(dir.path()).unwrap()] {
        let tag = index.run(".").unwrap().tag("t").unwrap();
        assert_eq!((tag.scalars().len(), tag.values().len()), (0, 3));
    }
    // In a file that took its place, it no longer does.
    let mut index = LogDir::open(dir.path()).unwrap();
    fs::write(&path, [record(5, None), record(6, None)].concat()).unwrap();
    index.refresh();
    assert_eq!(steps(&index, ".", "t"), [5, 6]);
}

#[test]
fn what_is_no_event_file_is_damage_before_a_record_follows() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("tfevents");
    let whole = scalar_record("s", 1);
    append(&path, &whole);
    let mut index = LogDir::open(dir.path()).unwrap();
    let look = |index: &LogDir| {
        let run = index.run(".").unwrap();
        let damage = run.damage().map(|(_, damage)| damage);
        let damage: Vec<_> = damage
            .map(|Damage { offset, len, kind }| (offset, len, kind))
            .collect();
        (damage, run.files().next().unwrap().waiting)
    };
    assert_eq!(look(&index), (vec![], 0));
    let start = whole.len() as u64;
    for junk in [100, 200] {
        append(&path, &[b'x'; 100]);
        assert_eq!(index.refresh().runs.len(), 1, "that is news");
        assert_eq!(
            look(&index),
            (vec![(start, junk, DamageKind::BadLength)], 0)
        );
    }
    append(&path, &whole);
    index.refresh();
    assert_eq!(look(&index), (vec![(start, 200, DamageKind::BadLength)], 0));
    assert_eq!(steps(&index, ".", "s"), [1, 1]);
    // Zeros may still be filled.
    append(&path, &[0; 50]);
    index.refresh();
    assert_eq!(look(&index).1, 50);
    assert_eq!(look(&index).0.len(), 1);
}

#[test]
fn a_file_written_over_in_place_is_another_one() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("tfevents");
    let record = |step| {
        scalar_record(
            "a tag so long that two records have the same first bytes",
            step,
        )
    };
    let old = [record(1), record(2)].concat();
    let mut index = LogDir::new(dir.path());
    for now in [
        [record(1), record(3), record(4)].concat(), // longer
        [record(1), record(5), record(4)].concat(), // as long, and within a tick of the clock
        [record(1), record(5)].concat(),            // shorter
    ] {
        fs::write(&path, &old).unwrap();
        index.refresh();
        let before = index.runs().next().unwrap().files().next().unwrap().id;
        fs::write(&path, &now).unwrap();
        index.refresh();
        let at_once = LogDir::open(dir.path()).unwrap();
        let tag = "a tag so long that two records have the same first bytes";
        assert_eq!(steps(&index, ".", tag), steps(&at_once, ".", tag));
        assert_ne!(
            before,
            index.runs().next().unwrap().files().next().unwrap().id
        );
    }
}

#[test]
fn a_damaged_file_that_grows_is_read_as_one_that_is_whole() {
    let records: Vec<Vec<u8>> = (1..7).map(|step| scalar_record("s", step)).collect();
    let mut file = records.concat();
    let len = records[0].len();
    file[2 * len] ^= 1; // a length
    file[4 * len + 20] ^= 1; // a payload
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("tfevents");
    fs::write(&path, b"").unwrap();
    let mut index = LogDir::open(dir.path()).unwrap();
    let found = |index: &LogDir| {
        let damage: Vec<_> = index
            .runs()
            .flat_map(|run| run.damage().map(|(_, damage)| damage).collect::<Vec<_>>())
            .collect();
        (steps(index, ".", "s"), damage)
    };
    for byte in file {
        append(&path, &[byte]);
        index.refresh();
        assert_eq!(found(&index), found(&LogDir::open(dir.path()).unwrap()));
    }
    assert_eq!(found(&index).0, [1, 2, 4, 6]);
}

#[test]
fn damage_in_the_middle_costs_one_record() {
    let records: Vec<Vec<u8>> = (0..20).map(|step| scalar_record("s", step)).collect();
    let len = records[10].len();
    let mut junk = Vec::new();
    append_record(&mut junk, |payload| payload.extend(vec![0xff; len - 16]));
    let flipped = |at: usize| {
        let mut record = records[10].clone();
        record[at] ^= 0xff;
        record
    };
    let cases = [
        ("payload", flipped(20), "bad payload checksum"),
        ("payload checksum", flipped(len - 1), "bad payload checksum"),
        ("length", flipped(0), "bad length checksum"),
        ("length checksum", flipped(8), "bad length checksum"),
        ("not an event", junk, "not an event"),
        ("hole", vec![0; len], "a hole of zeros"),
        ("missing", Vec::new(), ""),
    ];
    for (name, damaged, message) in cases {
        let dir = tempfile::tempdir().unwrap();
        let file = [records[..10].concat(), damaged, records[11..].concat()].concat();
        fs::write(dir.path().join("tfevents"), file).unwrap();
        let index = LogDir::open(dir.path()).unwrap();
        let want: Vec<i64> = (0..20).filter(|&step| step != 10).collect();
        assert_eq!(steps(&index, ".", "s"), want, "{name}");
        let damage: Vec<_> = index
            .run(".")
            .unwrap()
            .damage()
            .map(|(_, damage)| damage)
            .collect();
        if message.is_empty() {
            assert!(damage.is_empty());
        } else {
            let offset: usize = records[..10].iter().map(Vec::len).sum();
            assert_eq!(
                (damage.len(), damage[0].offset, damage[0].len),
                (1, offset as u64, len as u64),
                "{name}"
            );
            assert!(
                damage[0].to_string().contains(message),
                "{name}: {}",
                damage[0]
            );
        }
    }
}

#[test]
fn records_after_a_length_that_no_message_has_are_read() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("tfevents");
    let forged = Header::new(1 << 40).to_bytes();
    let (one, two) = (scalar_record("s", 1), scalar_record("s", 2));
    append(&path, &[&one[..], &forged].concat());
    let mut index = LogDir::open(dir.path()).unwrap();
    append(&path, &two);
    index.refresh();
    for index in [index, LogDir::open(dir.path()).unwrap()] {
        assert_eq!(steps(&index, ".", "s"), [1, 2]);
        let (_, damage) = index.run(".").unwrap().damage().next().unwrap();
        assert_eq!((damage.offset, damage.len), (one.len() as u64, 12));
        assert_eq!(damage.kind, DamageKind::BadLength);
    }
}

#[test]
fn a_search_is_no_longer_than_a_poll() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("tfevents");
    append(&path, &scalar_record("s", 1));
    let hole = OpenOptions::new().write(true).open(&path).unwrap();
    hole.set_len(100 << 20).unwrap();
    append(&path, &scalar_record("s", 2));
    let mut index = LogDir::new(dir.path());
    let update = index.poll();
    assert!(!index.apply(update).complete);
    let LoadProgress { done, total } = index.progress();
    assert!(done < (66 << 20) && total > (100 << 20), "{done}");
    index.refresh();
    assert_eq!(steps(&index, ".", "s"), [1, 2]);
    assert_eq!(index.progress().done, total);
}

#[test]
fn a_hole_at_the_end_is_waited_for_and_may_be_filled() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("tfevents");
    let next = scalar_record("s", 1);
    fs::write(&path, [scalar_record("s", 0), vec![0; next.len()]].concat()).unwrap();
    let mut index = LogDir::open(dir.path()).unwrap();
    assert_eq!(steps(&index, ".", "s"), [0]);
    assert_eq!(index.run(".").unwrap().damage().count(), 0);
    assert_eq!(
        index.run(".").unwrap().files().next().unwrap().waiting,
        next.len() as u64
    );
    // The bytes come late, as over a network.
    let file = [scalar_record("s", 0), next, scalar_record("s", 2)].concat();
    OpenOptions::new()
        .write(true)
        .open(&path)
        .unwrap()
        .write_all(&file)
        .unwrap();
    index.refresh();
    assert_eq!(steps(&index, ".", "s"), [0, 1, 2]);
    assert_eq!(index.run(".").unwrap().damage().count(), 0);
}

#[test]
fn a_large_payload_is_stepped_over_unless_verify_is_asked_for() {
    let dir = tempfile::tempdir().unwrap();
    let writer = SummaryWriter::new(dir.path()).unwrap();
    let noise = ndarray::Array3::from_shape_fn((3, 200, 300), |(c, y, x)| {
        ((x * 7919 + y * 104_729 + c * 31) >> 3) as u8
    });
    for step in 0..3 {
        writer.add_image("noise", &noise, step).unwrap();
    }
    writer.close().unwrap();
    let path = fs::read_dir(dir.path())
        .unwrap()
        .next()
        .unwrap()
        .unwrap()
        .path();
    let mut file = fs::read(&path).unwrap();
    let middle = file.len() / 2;
    file[middle] ^= 1;
    fs::write(&path, file).unwrap();

    let index = LogDir::open(dir.path()).unwrap();
    let values = index.run(".").unwrap().tag("noise").unwrap().values();
    let read: Vec<bool> = values
        .iter()
        .map(|&value| index.locate(value).unwrap().read().is_ok())
        .collect();
    assert_eq!(
        read,
        [true, false, true],
        "the flipped bit is found when the image is read"
    );
    let error = index
        .locate(values[1])
        .unwrap()
        .read()
        .unwrap_err()
        .to_string();
    assert!(error.contains("its checksum is MaskedCrc(0x"), "{error}");

    let index = LogDir::open_verified(dir.path()).unwrap();
    let run = index.run(".").unwrap();
    assert_eq!(run.tag("noise").unwrap().len(), 2);
    assert!(matches!(
        run.damage().next().unwrap().1.kind,
        DamageKind::BadChecksum { .. }
    ));
}

#[test]
fn restarts_purge_what_they_were_meant_to() {
    let dir = tempfile::tempdir().unwrap();
    let first = SummaryWriter::builder()
        .log_dir(dir.path())
        .filename_suffix(".a")
        .build()
        .unwrap();
    for step in 0..15 {
        first.add_scalar("s", 1.0, step).unwrap();
        first.add_text("t", "x", step).unwrap();
    }
    first.close().unwrap();
    let second = SummaryWriter::builder()
        .log_dir(dir.path())
        .filename_suffix(".b")
        .purge_step(10)
        .build()
        .unwrap();
    second.add_scalar("s", 2.0, 10).unwrap();
    second.add_scalar("s", 2.0, 10).unwrap();
    second.add_scalar("s", 2.0, 4).unwrap();
    second.close().unwrap();
    let index = LogDir::open(dir.path()).unwrap();
    let run = index.run(".").unwrap();
    let marks: Vec<Mark> = run
        .tag("s")
        .unwrap()
        .scalars()
        .iter()
        .map(|point| point.mark)
        .collect();
    let want = [
        [Mark::Forward; 10].as_slice(),
        &[Mark::Purged; 5],
        &[Mark::Forward, Mark::Repeated, Mark::Backward],
    ]
    .concat();
    assert_eq!(marks, want);
    let texts = run.tag("t/text_summary").unwrap().values();
    assert_eq!(
        texts
            .iter()
            .filter(|value| value.mark == Mark::Purged)
            .count(),
        5
    );
}

/// A run `r` with one of many kinds, and a session inside of it.
fn many_kinds() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    let writer = SummaryWriter::new(dir.path().join("r")).unwrap();
    writer.add_scalar_double("double", 0.1, 3).unwrap();
    writer.add_scalar_new_style("new", 0.5, 3).unwrap();
    writer.add_histogram("h", [1.0], 0).unwrap();
    writer.add_text("t", "words", 0).unwrap();
    writer
        .add_pr_curve("p", &[true, false], &[0.9, 0.1], 0)
        .unwrap();
    let hparams = Hparams::new().set("lr", 0.1).run_name("hp");
    writer.add_hparams(&hparams, [("acc", 0.5)], 0).unwrap();
    writer.add_tensor("x", &ndarray::array![1.0f32], 0).unwrap();
    writer
        .add_graph(&crate::message::graph::GraphDef::new())
        .unwrap();
    writer.close().unwrap();
    dir
}

#[test]
fn runs_tags_and_kinds_are_told_apart() {
    let dir = many_kinds();
    let index = LogDir::open(dir.path()).unwrap();
    let names: Vec<&str> = index.runs().map(|run| run.name()).collect();
    assert_eq!(names, ["r", "r/hp"]);
    let tags = index.run("r").unwrap().tags();
    let kinds: Vec<(&str, SummaryKind)> = tags.iter().map(|tag| (tag.tag(), tag.kind())).collect();
    let want = [
        ("__run_graph__", SummaryKind::Graph),
        ("double", SummaryKind::Scalar),
        ("h", SummaryKind::Histogram),
        ("new", SummaryKind::Scalar),
        ("p", SummaryKind::PrCurve),
        ("step1", SummaryKind::RunMetadata),
        ("t/text_summary", SummaryKind::Text),
        ("x", SummaryKind::Tensor),
    ];
    assert_eq!(kinds, want);
}

#[test]
fn values_and_metadata_are_read_back() {
    let dir = many_kinds();
    let index = LogDir::open(dir.path()).unwrap();
    let run = index.run("r").unwrap();
    let locate = |tag: TagView<'_>| index.locate(tag.values()[0]).unwrap();
    assert_eq!(run.tag("double").unwrap().scalars()[0].value, 0.1);
    let text = locate(run.tag("t/text_summary").unwrap()).read().unwrap();
    assert_eq!(text.text().unwrap().strings, ["words"]);
    let session = index
        .run("r/hp")
        .unwrap()
        .tag("_hparams_/session_start_info")
        .unwrap();
    assert_eq!(session.kind(), SummaryKind::Hparams);
    assert!(session.metadata().unwrap().hparams().is_some());
    let error = locate(run.graph().unwrap()).read().unwrap_err();
    assert!(error.to_string().ends_with("use Location::read_event"));
    let graph = locate(run.graph().unwrap()).read_event().unwrap();
    assert!(matches!(graph.what, Some(What::GraphDef(_))));
}

#[test]
fn tensors_of_images_keep_the_metadata_of_their_first_value() {
    let dir = tempfile::tempdir().unwrap();
    let writer = SummaryWriter::new(dir.path()).unwrap();
    for step in 0..3 {
        let string_val = ["3", "2", "first", "second"]
            .map(|string| string.as_bytes().to_vec())
            .to_vec();
        let tensor = TensorProto {
            dtype: 7,
            string_val,
            ..TensorProto::default()
        };
        let plugin_data = Some(PluginData {
            plugin_name: "images".to_owned(),
            content: Vec::new(),
        });
        let metadata = SummaryMetadata {
            plugin_data,
            display_name: "shown".to_owned(),
            ..SummaryMetadata::default()
        };
        // As TensorFlow does: on the first value only.
        let metadata = (step == 0).then_some(metadata);
        let value = Value {
            tag: "two".to_owned(),
            metadata,
            value: Some(Kind::Tensor(tensor)),
        };
        writer
            .add_summary(Summary { value: vec![value] }, step)
            .unwrap();
    }
    writer.close().unwrap();
    let index = LogDir::open(dir.path()).unwrap();
    let tag = index.run(".").unwrap().tag("two").unwrap();
    assert_eq!(
        (tag.kind(), tag.len(), tag.max_samples()),
        (SummaryKind::Image, 3, 2)
    );
    assert_eq!(tag.metadata().unwrap().display_name, "shown");
    let last = index.locate(tag.values()[2]).unwrap().read().unwrap();
    assert_eq!(
        (last.images(), last.image_size()),
        (vec![&b"first"[..], b"second"], Some((3, 2)))
    );
}

#[test]
fn updates_out_of_order_are_dropped() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("tfevents");
    fs::write(&path, scalar_record("s", 0)).unwrap();
    let mut index = LogDir::new(dir.path());
    let (first, second) = (index.poll(), index.poll());
    index.apply(first);
    assert_eq!(index.apply(second).records, 0);
    append(&path, &scalar_record("s", 1));
    let (first, second) = (index.poll(), index.poll());
    index.apply(first);
    index.apply(second);
    assert_eq!(steps(&index, ".", "s"), [0, 1]);
}

#[test]
fn a_log_directory_that_is_not_there_is_a_clear_error() {
    let error = LogDir::open("no/such/dir").unwrap_err().to_string();
    assert!(
        error.starts_with("cannot read the log directory no/such/dir: "),
        "{error}"
    );
}

proptest! {
    #[test]
    fn random_files_never_panic_and_never_hang(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("tfevents"), bytes).unwrap();
        LogDir::open(dir.path()).unwrap();
    }

    #[test]
    fn damaged_files_lose_only_the_records_that_are_touched(
        count in 1i64..30,
        flips in proptest::collection::vec((any::<prop::sample::Index>(), 1u8..), 0..4),
        cut in proptest::option::of(any::<prop::sample::Index>()),
    ) {
        let records: Vec<Vec<u8>> = (0..count).map(|step| scalar_record("s", step)).collect();
        let ends: Vec<usize> = records.iter().scan(0, |end, record| { *end += record.len(); Some(*end) }).collect();
        let mut file = records.concat();
        let record_of = |at: usize| ends.partition_point(|&end| end <= at);
        let mut lost = BTreeSet::new();
        for (at, flip) in flips {
            let at = at.index(file.len());
            file[at] ^= flip;
            lost.insert(record_of(at));
        }
        if let Some(cut) = cut {
            let cut = cut.index(file.len());
            lost.extend(record_of(cut)..records.len());
            file.truncate(cut);
        }
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("tfevents"), file).unwrap();
        let index = LogDir::open(dir.path()).unwrap();
        let found = steps(&index, ".", "s");
        let want: Vec<i64> = (0..count).filter(|&step| !lost.contains(&usize::try_from(step).unwrap())).collect();
        // Two flips can undo each other, and then nothing is lost.
        prop_assert!(want.iter().all(|step| found.contains(step)), "{found:?} {want:?}");
        prop_assert!(found.iter().all(|step| (0..count).contains(step)));
    }
}
