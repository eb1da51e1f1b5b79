//! A disk that is full: an error, and a file that can be read.
//!
//! The unit tests have a stand-in for a disk. This one needs a real file system that is small: name a directory on one
//! with `CENOTE_SMALL_DISK` (for instance `mount -t tmpfs -o size=1m tmpfs DIR`), and run with `--ignored`.

use cenote_events::{LogDir, SummaryWriter};
use ndarray::Array3;

#[test]
#[ignore = "needs CENOTE_SMALL_DISK, a directory on a file system of a few megabytes"]
fn a_full_disk_is_an_error_and_leaves_a_file_that_can_be_read() {
    let disk = std::env::var_os("CENOTE_SMALL_DISK")
        .expect("CENOTE_SMALL_DISK names a directory on a small file system");
    let dir = tempfile::tempdir_in(disk).unwrap();
    let writer = SummaryWriter::new(dir.path()).unwrap();
    let noise = Array3::from_shape_fn((3, 100, 150), |(c, y, x)| {
        ((x * 7919 + y * 104_729 + c * 31) >> 3) as u8
    });
    let error = (0..100_000)
        .find_map(|step| writer.add_image("noise", &noise, step).err())
        .expect("a small disk is full at some time")
        .to_string();
    assert!(
        error.starts_with("cannot write ") && error.contains("No space left"),
        "{error}"
    );
    assert!(writer.close().is_err());
    let index = LogDir::open_verified(dir.path()).unwrap();
    let run = index.run(".").unwrap();
    assert_eq!(
        (run.damage().count(), run.files().next().unwrap().waiting),
        (0, 0)
    );
    assert!(run.tag("noise").unwrap().len() > 3);
}
