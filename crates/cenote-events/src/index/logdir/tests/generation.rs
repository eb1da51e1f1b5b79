//! Within one generation of a run, values are only added.

use std::collections::BTreeMap;

use super::*;
use crate::message::{SessionLog, SessionStatus};

/// What happens to a log between two looks at it.
#[derive(Debug, Clone)]
enum Happening {
    Append { file: usize, tag: bool },
    Restart { file: usize, step: i64 },
    Rewrite { file: usize },
    Delete { file: usize },
}

fn something() -> impl Strategy<Value = Happening> {
    prop_oneof![
        4 => (0..3usize, any::<bool>()).prop_map(|(file, tag)| Happening::Append { file, tag }),
        1 => (0..3usize, 0..9i64).prop_map(|(file, step)| Happening::Restart { file, step }),
        1 => (0..3usize).prop_map(|file| Happening::Rewrite { file }),
        1 => (0..3usize).prop_map(|file| Happening::Delete { file }),
    ]
}

fn restart_record(step: i64) -> Vec<u8> {
    let start = SessionLog {
        status: SessionStatus::Start.into(),
        ..SessionLog::default()
    };
    let event = Event {
        wall_time: 1.0,
        step,
        what: Some(What::SessionLog(start)),
        source_metadata: None,
    };
    let mut record = Vec::new();
    append_record(&mut record, |payload| event.encode_raw(payload));
    record
}

/// The points of each tag, and the generation of their run.
type State = (u64, BTreeMap<String, Vec<(i64, Mark)>>);

fn state(index: &LogDir) -> Option<State> {
    let run = index.run("r")?;
    let points = |tag: &TagView<'_>| -> Vec<_> {
        let points = tag.scalars();
        points
            .iter()
            .map(|point| (point.step, point.mark))
            .collect()
    };
    let tags = run.tags();
    let tags = tags
        .iter()
        .map(|tag| (tag.tag().to_owned(), points(tag)))
        .collect();
    Some((run.generation(), tags))
}

/// Files of which one run is written, and the steps that were written, each once.
struct Writing {
    dir: tempfile::TempDir,
    step: i64,
}

impl Writing {
    fn happen(&mut self, happening: &Happening) {
        self.step += 1;
        let path = |file: &usize| self.dir.path().join(format!("r/tfevents.{file}"));
        match happening {
            Happening::Append { file, tag } => append(
                &path(file),
                &scalar_record(if *tag { "a" } else { "b" }, self.step),
            ),
            Happening::Restart { file, step } => append(&path(file), &restart_record(*step)),
            Happening::Rewrite { file } => {
                fs::write(path(file), scalar_record("a", self.step)).unwrap();
            }
            Happening::Delete { file } => drop(fs::remove_file(path(file))),
        }
    }
}

proptest! {
    #[test]
    fn what_was_there_stays_while_the_generation_does(looks in proptest::collection::vec(proptest::collection::vec(something(), 1..3), 1..20)) {
        let mut log = Writing { dir: tempfile::tempdir().unwrap(), step: 0 };
        fs::create_dir(log.dir.path().join("r")).unwrap();
        let mut index = LogDir::open(log.dir.path()).unwrap();
        let mut seen = BTreeMap::<u64, State>::new();
        for events in looks {
            events.iter().for_each(|event| log.happen(event));
            index.refresh();
            let Some((generation, tags)) = state(&index) else { continue };
            if let Some((_, before)) = seen.get(&generation) {
                for (tag, points) in before {
                    let now = tags.get(tag).map_or(&[][..], |now| now);
                    prop_assert!(now.starts_with(points), "{tag} in generation {generation}: {points:?}, then {now:?}");
                }
            }
            seen.insert(generation, (generation, tags));
        }
    }
}

#[test]
fn values_that_are_only_added_leave_the_generation() {
    let mut log = Writing {
        dir: tempfile::tempdir().unwrap(),
        step: 0,
    };
    fs::create_dir(log.dir.path().join("r")).unwrap();
    let mut index = LogDir::new(log.dir.path());
    let mut generation_after = |events: &[Happening]| {
        events.iter().for_each(|event| log.happen(event));
        index.refresh();
        state(&index).map(|(generation, _)| generation)
    };
    let (first, second) = (
        Happening::Append { file: 0, tag: true },
        Happening::Append {
            file: 1,
            tag: false,
        },
    );
    let begun = generation_after(std::slice::from_ref(&first)).unwrap();
    // More of a file, a file after it, and more of the first one with tags of its own.
    for more in [&first, &second, &first] {
        assert_eq!(generation_after(std::slice::from_ref(more)), Some(begun));
    }
    let gone = [Happening::Delete { file: 0 }, Happening::Delete { file: 1 }];
    assert_eq!(generation_after(&gone), None);
    assert!(
        generation_after(&[first]) > Some(begun),
        "a run of the same name"
    );
}
