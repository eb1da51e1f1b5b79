//! Several writers at once, and a reader beside them.

use std::collections::BTreeSet;
use std::sync::RwLock;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use cenote_events::{LogDir, SummaryWriter};
use ndarray::Array3;

#[test]
fn writers_share_a_directory_and_a_reader_follows_them() {
    let dir = tempfile::tempdir().unwrap();
    let index = RwLock::new(LogDir::new(dir.path()));
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        let reader = scope.spawn(|| {
            let mut polls = 0;
            while !done.load(Ordering::SeqCst) {
                let update = index.read().unwrap().poll();
                index.write().unwrap().apply(update);
                polls += 1;
            }
            polls
        });
        let writers: Vec<_> = (0..4i64)
            .map(|worker| {
                let run = dir.path().join(format!("run{}", worker % 2));
                scope.spawn(move || {
                    let writer = SummaryWriter::new(run).unwrap();
                    for step in 0..50 {
                        writer
                            .add_scalar(&format!("loss{worker}"), 0.5, step)
                            .unwrap();
                        let image = Array3::from_elem((3, 8, 8), worker as f32 / 4.0);
                        writer
                            .add_image(&format!("image{worker}"), &image, step)
                            .unwrap();
                        if step % 10 == 0 {
                            writer.flush().unwrap();
                        }
                    }
                    writer.close().unwrap();
                })
            })
            .collect();
        writers
            .into_iter()
            .for_each(|writer| writer.join().unwrap());
        done.store(true, Ordering::SeqCst);
        assert!(reader.join().unwrap() > 1);
    });
    let mut index = index.into_inner().unwrap();
    index.refresh();
    for (run, workers) in [("run0", [0, 2]), ("run1", [1, 3])] {
        let run = index.run(run).unwrap();
        assert_eq!(run.files().count(), 2);
        let tags: BTreeSet<String> = run.tags().iter().map(|tag| tag.tag().to_owned()).collect();
        let want = workers
            .iter()
            .flat_map(|worker| [format!("loss{worker}"), format!("image{worker}")]);
        assert_eq!(tags, want.collect());
        assert!(
            run.tags()
                .iter()
                .all(|tag| tag.len() == 50 && tag.step_range() == Some((0, 49)))
        );
    }
}
