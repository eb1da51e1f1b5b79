use std::sync::atomic::{AtomicUsize, Ordering};

use proptest::prelude::*;

use super::super::file::tests::SmallDisk;
use super::*;
use crate::record::{Record, RecordReader, append_record};

const HOUR: Duration = Duration::from_secs(3600);

fn start(disk: &SmallDisk, max_queue: usize) -> Background {
    let file = EventFile::new("test".into(), Box::new(disk.clone()));
    Background::start(
        file,
        Limits {
            max_queue,
            flush_every: HOUR,
        },
    )
    .unwrap()
}

fn record(payload: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    append_record(&mut bytes, |out| out.extend_from_slice(payload));
    bytes
}

fn payloads(disk: &SmallDisk) -> Vec<Vec<u8>> {
    let bytes = disk.bytes.lock().unwrap().clone();
    let mut reader = RecordReader::new(bytes.as_slice());
    let mut payloads = Vec::new();
    loop {
        match reader.read().unwrap() {
            Record::Whole(payload) => payloads.push(payload),
            Record::End => return payloads,
            other => panic!("not a whole file: {other:?}"),
        }
    }
}

proptest! {
    #[test]
    fn the_file_keeps_the_order_of_calls(sizes in proptest::collection::vec((any::<bool>(), 0usize..50_000), 1..40), max_queue in 1usize..5) {
        let disk = SmallDisk::new(usize::MAX);
        let background = start(&disk, max_queue);
        for (i, &(encoded, size)) in sizes.iter().enumerate() {
            let payload = vec![i as u8; size];
            if encoded {
                let encode = move || {
                    thread::sleep(Duration::from_micros(size as u64 % 97));
                    Ok(record(&payload))
                };
                background.push_encode(size, Box::new(encode)).unwrap();
            } else {
                background.push_record(&record(&payload)).unwrap();
            }
        }
        background.close().unwrap();
        let want: Vec<Vec<u8>> = sizes.iter().enumerate().map(|(i, &(_, size))| vec![i as u8; size]).collect();
        prop_assert_eq!(payloads(&disk), want);
    }
}

#[test]
fn a_flush_writes_what_was_added_before() {
    let disk = SmallDisk::new(usize::MAX);
    let background = start(&disk, 10);
    background.push_record(&record(b"small")).unwrap();
    assert_eq!(payloads(&disk).len(), 0);
    background
        .push_encode(5, Box::new(|| Ok(record(b"large"))))
        .unwrap();
    background.push_record(&record(b"small")).unwrap();
    background.flush().unwrap();
    assert_eq!(payloads(&disk), [b"small", b"large", b"small"]);
    background.flush().unwrap();
}

#[test]
fn small_records_reach_the_file_after_the_interval() {
    let disk = SmallDisk::new(usize::MAX);
    let file = EventFile::new("test".into(), Box::new(disk.clone()));
    let background = Background::start(
        file,
        Limits {
            max_queue: 10,
            flush_every: Duration::from_millis(5),
        },
    )
    .unwrap();
    background.push_record(&record(b"small")).unwrap();
    while payloads(&disk).is_empty() {
        thread::sleep(Duration::from_millis(1));
    }
}

#[test]
fn no_more_than_the_queue_waits() {
    static ALIVE: AtomicUsize = AtomicUsize::new(0);
    static MOST: AtomicUsize = AtomicUsize::new(0);
    let disk = SmallDisk::new(usize::MAX);
    let background = start(&disk, 3);
    for _ in 0..50 {
        background
            .push_encode(
                1,
                Box::new(|| {
                    thread::sleep(Duration::from_micros(300));
                    ALIVE.fetch_sub(1, Ordering::SeqCst);
                    Ok(record(b"x"))
                }),
            )
            .unwrap();
        MOST.fetch_max(ALIVE.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
    }
    background.close().unwrap();
    // The count is taken just outside of the queue's lock.
    assert!(MOST.load(Ordering::SeqCst) <= 4);
    assert_eq!(payloads(&disk).len(), 50);
}

#[test]
fn a_full_disk_surfaces_at_the_next_calls_and_at_close() {
    let disk = SmallDisk::new(100);
    let background = start(&disk, 2);
    let push = || background.push_encode(30, Box::new(|| Ok(record(&[1; 30]))));
    assert!(
        (0..100_000).any(|_| push().is_err()),
        "no call told of the full disk"
    );
    assert!(push().is_err());
    let messages = [
        background.push_record(&record(b"x")),
        background.flush(),
        background.close(),
        background.close(),
    ];
    for message in messages {
        assert!(
            message
                .unwrap_err()
                .to_string()
                .starts_with("cannot write test: ")
        );
    }
    assert_eq!(payloads(&disk).len(), 2);
}

#[test]
fn a_failing_and_a_panicking_encoder_are_errors_not_hangs() {
    for panics in [false, true] {
        let disk = SmallDisk::new(usize::MAX);
        let background = start(&disk, 2);
        background.push_record(&record(b"before")).unwrap();
        background.flush().unwrap();
        let encode = move || {
            if panics {
                panic!("on purpose")
            } else {
                Err("no such picture".to_owned())
            }
        };
        background.push_encode(1, Box::new(encode)).unwrap();
        let error = background.flush().unwrap_err().to_string();
        let reason = if panics {
            "the encoder panicked"
        } else {
            "no such picture"
        };
        assert_eq!(error, format!("cannot encode a summary for test: {reason}"));
        assert!(background.close().is_err());
        assert_eq!(payloads(&disk), [b"before"]);
    }
}

#[test]
fn without_threads_for_encoders_the_caller_encodes() {
    static THREADS: AtomicUsize = AtomicUsize::new(0);
    let one_only: Spawn = |work| match THREADS.fetch_add(1, Ordering::SeqCst) {
        0 => spawn(work),
        _ => Err(io::ErrorKind::WouldBlock.into()),
    };
    let disk = SmallDisk::new(usize::MAX);
    let file = EventFile::new("test".into(), Box::new(disk.clone()));
    let limits = Limits {
        max_queue: 2,
        flush_every: HOUR,
    };
    let background = Background::start_by(one_only, file, limits).unwrap();
    let want: Vec<Vec<u8>> = (0..20).map(|i| vec![i; 9]).collect();
    for payload in want.clone() {
        background
            .push_encode(9, Box::new(move || Ok(record(&payload))))
            .unwrap();
    }
    background.close().unwrap();
    assert_eq!(payloads(&disk), want);
}

#[test]
fn without_a_thread_for_the_writer_there_is_none() {
    let none: Spawn = |_| Err(io::ErrorKind::WouldBlock.into());
    let file = EventFile::new("test".into(), Box::new(SmallDisk::new(100)));
    let limits = Limits {
        max_queue: 2,
        flush_every: HOUR,
    };
    let error = Background::start_by(none, file, limits).err().unwrap();
    assert!(
        error
            .to_string()
            .starts_with("cannot start the thread that writes test: "),
        "{error}"
    );
}

#[test]
fn whoever_closes_returns_when_all_is_written() {
    let disk = SmallDisk::new(usize::MAX);
    let background = start(&disk, 2);
    let (started, starts) = std::sync::mpsc::channel();
    let (go_on, goes_on) = std::sync::mpsc::channel();
    let encode = move || {
        started.send(()).unwrap();
        goes_on.recv().unwrap();
        Ok(record(b"slow"))
    };
    background.push_encode(4, Box::new(encode)).unwrap();
    starts.recv().unwrap();
    thread::scope(|scope| {
        let closing = || {
            background.close().unwrap();
            payloads(&disk).len()
        };
        let both = [scope.spawn(closing), scope.spawn(closing)];
        // Long enough for both to be closing; were it not, there would be less to see.
        thread::sleep(Duration::from_millis(50));
        go_on.send(()).unwrap();
        for written in both {
            assert_eq!(written.join().unwrap(), 1);
        }
    });
}

#[test]
fn after_close_calls_say_so() {
    let background = start(&SmallDisk::new(1000), 2);
    background.close().unwrap();
    background.close().unwrap();
    let error = background
        .push_record(&record(b"x"))
        .unwrap_err()
        .to_string();
    assert!(
        error.starts_with("the writer of test is closed: "),
        "{error}"
    );
}
