//! A writer that is killed in the middle leaves a file that can be read, with everything that was flushed.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use cenote_events::{LogDir, SummaryWriter};
use ndarray::Array3;

/// Names the directory to write to, in the process that is to be killed.
const LOGDIR: &str = "CENOTE_EVENTS_KILLED_LOGDIR";

/// Not a test of its own: what the other test runs in a process that it kills. It says which step it has flushed.
#[test]
#[expect(clippy::print_stdout, reason = "the other process reads it")]
fn writes_until_it_is_killed() {
    let Some(logdir) = std::env::var_os(LOGDIR) else {
        return;
    };
    let writer = SummaryWriter::new(logdir).unwrap();
    for step in 0.. {
        let noise =
            |(c, y, x): (usize, usize, usize)| ((x * 7919 + y * 104_729 + c * 31) >> 3) as u8;
        writer
            .add_image("noise", &Array3::from_shape_fn((3, 100, 150), noise), step)
            .unwrap();
        for i in 0..20 {
            writer
                .add_scalar("loss", f64::from(i), step * 20 + i64::from(i))
                .unwrap();
        }
        if step % 7 == 0 {
            writer.flush().unwrap();
            println!("flushed {step}");
        }
    }
}

/// Runs the writer, kills it after `wait`, and returns the last step that it said was flushed.
fn kill_after(logdir: &Path, wait: Duration) -> Option<i64> {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "writes_until_it_is_killed", "--nocapture"])
        .env(LOGDIR, logdir)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let output = BufReader::new(child.stdout.take().unwrap());
    let reader = thread::spawn(move || {
        let lines = output.lines().map_while(Result::ok);
        lines
            .filter_map(|line| line.split_once("flushed ")?.1.parse().ok())
            .last()
    });
    thread::sleep(wait);
    child.kill().unwrap();
    child.wait().unwrap();
    reader.join().unwrap()
}

#[test]
fn killed_at_fifty_moments_it_loses_at_most_what_was_not_flushed() {
    let mut moments_with_data = 0;
    for moment in 0..50u64 {
        let dir = tempfile::tempdir().unwrap();
        // Uneven steps, so that all parts of the loop are met.
        let flushed = kill_after(
            dir.path(),
            Duration::from_micros(moment * moment * 37 + moment * 613),
        );
        let Some(flushed) = flushed else { continue };
        moments_with_data += 1;
        let index = LogDir::open_verified(dir.path()).unwrap();
        let run = index.run(".").unwrap();
        assert_eq!(
            run.damage().count(),
            0,
            "at most the end of the file is missing"
        );
        let steps: Vec<i64> = run
            .tag("loss")
            .unwrap()
            .scalars()
            .iter()
            .map(|point| point.step)
            .collect();
        assert!(steps.iter().copied().eq(0..steps.len() as i64), "no gap");
        assert!(
            steps.len() as i64 >= (flushed + 1) * 20,
            "{} scalars, though step {flushed} was flushed",
            steps.len()
        );
        let images = run.tag("noise").unwrap().values();
        assert!(images.len() as i64 > flushed);
        for image in images {
            assert!(index.locate(image).unwrap().read().is_ok());
        }
    }
    assert!(
        moments_with_data > 10,
        "only {moments_with_data} of 50 processes came to write"
    );
}
