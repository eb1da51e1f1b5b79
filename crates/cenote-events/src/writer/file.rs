//! The file that records go to.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use crate::record::{HEADER_LEN, Header, OVERHEAD};
use crate::{Error, Result};

/// Where records go: a file, or a test's stand-in.
pub(crate) trait Sink: Write + Send {
    /// Cuts everything from `len` on.
    fn truncate(&mut self, len: u64) -> io::Result<()>;
}

impl Sink for File {
    fn truncate(&mut self, len: u64) -> io::Result<()> {
        self.set_len(len)?;
        self.seek(SeekFrom::Start(len)).map(drop)
    }
}

/// Writes runs of whole records. After a failure the file ends with its last whole record, as far as the system lets it.
pub(crate) struct EventFile {
    path: PathBuf,
    sink: Box<dyn Sink>,
    /// Bytes written, all of them whole records.
    len: u64,
}

/// The host's name as a part of a file's.
pub(crate) fn host_name() -> String {
    let host = gethostname::gethostname();
    host.to_string_lossy().replace(['/', '\\'], "_")
}

impl EventFile {
    /// Creates `events.out.tfevents.<seconds>.<host>.<pid>.<counter><suffix>` in `dir`, which is made if need be. The
    /// file is new: other writers, in this process or another, never share it. The counter has zeros in front, so that of
    /// two files of one second the one begun later has the later name: readers go by names.
    pub(crate) fn create(dir: &Path, seconds: u64, suffix: &str) -> Result<Self> {
        static COUNTER: AtomicU64 = AtomicU64::new(0);
        fs::create_dir_all(dir)
            .map_err(|error| Error::io("create the log directory", dir, error))?;
        let host = host_name();
        loop {
            let counter = COUNTER.fetch_add(1, Ordering::Relaxed);
            let pid = std::process::id();
            let path = dir.join(format!(
                "events.out.tfevents.{seconds:010}.{host}.{pid}.{counter:06}{suffix}"
            ));
            match OpenOptions::new().write(true).create_new(true).open(&path) {
                Ok(file) => return Ok(Self::new(path, Box::new(file))),
                // A process of another machine or container with the same name and id.
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(Error::io("create the event file", &path, error)),
            }
        }
    }

    pub(crate) fn new(path: PathBuf, sink: Box<dyn Sink>) -> Self {
        Self { path, sink, len: 0 }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Writes whole records, one after the other in `records`.
    pub(crate) fn write(&mut self, records: &[u8]) -> Result<()> {
        let (written, result) = write_counted(&mut *self.sink, records);
        match result.and_then(|()| self.sink.flush()) {
            Ok(()) => {
                self.len += records.len() as u64;
                Ok(())
            }
            Err(error) => {
                let whole = self.len + whole_records(&records[..written]) as u64;
                // If this fails too the file ends in part of a record, which every reader takes for a file still growing.
                let _ = self.sink.truncate(whole);
                self.len = whole;
                Err(Error::io("write", &self.path, error))
            }
        }
    }
}

/// `write_all`, telling how far it got.
fn write_counted(sink: &mut dyn Sink, bytes: &[u8]) -> (usize, io::Result<()>) {
    let mut written = 0;
    while written < bytes.len() {
        match sink.write(&bytes[written..]) {
            Ok(0) => return (written, Err(io::ErrorKind::WriteZero.into())),
            Ok(n) => written += n,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return (written, Err(error)),
        }
    }
    (written, Ok(()))
}

/// The length of the whole records at the start of `bytes`, which we framed ourselves.
fn whole_records(bytes: &[u8]) -> usize {
    let mut at = 0;
    while let Some(header) = bytes[at..].first_chunk::<HEADER_LEN>() {
        let end = at
            + usize::try_from(Header::from_bytes(*header).len).unwrap_or(usize::MAX - OVERHEAD)
            + OVERHEAD;
        if end > bytes.len() {
            break;
        }
        at = end;
    }
    at
}

#[cfg(test)]
pub(crate) mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;
    use crate::record::append_record;

    /// A disk with room for so many bytes.
    #[derive(Clone)]
    pub(crate) struct SmallDisk {
        pub(crate) room: usize,
        pub(crate) bytes: Arc<Mutex<Vec<u8>>>,
    }

    impl SmallDisk {
        pub(crate) fn new(room: usize) -> Self {
            Self {
                room,
                bytes: Arc::default(),
            }
        }
    }

    impl Write for SmallDisk {
        fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
            let mut bytes = self.bytes.lock().unwrap();
            let fits = buf.len().min(self.room - bytes.len());
            bytes.extend_from_slice(&buf[..fits]);
            if fits == 0 {
                Err(io::ErrorKind::StorageFull.into())
            } else {
                Ok(fits)
            }
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    impl Sink for SmallDisk {
        fn truncate(&mut self, len: u64) -> io::Result<()> {
            self.bytes
                .lock()
                .unwrap()
                .truncate(usize::try_from(len).unwrap());
            Ok(())
        }
    }

    fn records(count: usize) -> Vec<u8> {
        let mut bytes = Vec::new();
        for _ in 0..count {
            append_record(&mut bytes, |payload| payload.extend_from_slice(&[7; 24]));
        }
        bytes
    }

    #[test]
    fn a_full_disk_is_an_error_and_leaves_whole_records() {
        for room in 0..=200 {
            let disk = SmallDisk::new(room);
            let mut file = EventFile::new("full".into(), Box::new(disk.clone()));
            let result = file
                .write(&records(2))
                .and_then(|()| file.write(&records(3)));
            assert_eq!(result.is_ok(), room == 200);
            if let Err(error) = result {
                assert!(
                    error.to_string().starts_with("cannot write full: "),
                    "{error}"
                );
            }
            assert_eq!(disk.bytes.lock().unwrap().len(), room / 40 * 40);
        }
    }

    #[test]
    fn names_are_torchs_and_never_shared() {
        let dir = tempfile::tempdir().unwrap();
        let run = dir.path().join("a/b");
        let names: Vec<String> = std::thread::scope(|scope| {
            let handles: Vec<_> = (0..8)
                .map(|_| scope.spawn(|| EventFile::create(&run, 1_700_000_000, ".x").unwrap()))
                .collect();
            let name = |file: EventFile| {
                file.path()
                    .file_name()
                    .unwrap()
                    .to_string_lossy()
                    .into_owned()
            };
            handles
                .into_iter()
                .map(|handle| name(handle.join().unwrap()))
                .collect()
        });
        assert_eq!(fs::read_dir(&run).unwrap().count(), 8);
        for name in names {
            let rest = name
                .strip_prefix("events.out.tfevents.1700000000.")
                .unwrap();
            let end = rest.strip_suffix(".x").unwrap();
            assert!(end.contains(&format!(".{}.", std::process::id())), "{end}");
        }
    }

    #[test]
    fn of_two_files_the_later_has_the_later_name() {
        let dir = tempfile::tempdir().unwrap();
        // So many that the counter gets another digit.
        let names: Vec<_> = (0..120)
            .map(|_| {
                EventFile::create(dir.path(), 1_700_000_000, "")
                    .unwrap()
                    .path
            })
            .collect();
        assert!(names.is_sorted());
    }

    #[test]
    fn a_directory_that_cannot_be_made_is_named() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("file"), b"").unwrap();
        let error = EventFile::create(&dir.path().join("file/run"), 0, "")
            .err()
            .unwrap()
            .to_string();
        assert!(
            error.starts_with("cannot create the log directory ") && error.contains("file/run"),
            "{error}"
        );
    }
}
