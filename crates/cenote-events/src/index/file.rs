//! What is known of one file, and how it comes to be known.

use std::fs::{File, Metadata};
use std::io::{self, Read, Seek};
use std::time::{Duration, SystemTime};

use super::damage::{Damage, DamageKind};
use super::part::Part;
use super::skim::{Payload, SkimError, skim};
use super::walk::{Found, Resync, SMALL, Searched, checksums, look};
use super::window::Window;
use crate::record::{FOOTER_LEN, OVERHEAD};

/// How a file looked when it was last read, and how far that went.
#[derive(Debug, Clone, Default)]
pub(super) struct Progress {
    identity: Option<Identity>,
    /// The first bytes: they hold the time of the first event, so that a file that took this one's place differs.
    head: Vec<u8>,
    /// The bytes before `position`: they hold the checksum of the last record, so that a file written over in place
    /// differs.
    tail: Vec<u8>,
    pub(super) len: u64,
    modified: Option<SystemTime>,
    /// Whether the file had been left alone for a while: a clock's ticks are coarse, and a second change within one
    /// would not show.
    settled: bool,
    /// Every record before this position is known.
    pub(super) position: u64,
    pub(super) resync: Option<Resync>,
    has_more: bool,
}

/// Bytes at either end of what was read that tell a file from another.
const MARK: usize = 64;
/// The coarsest clock that a file system keeps times by.
const TICK: Duration = Duration::from_secs(2);

type Identity = (u64, u64);

#[cfg(unix)]
#[expect(
    clippy::unnecessary_wraps,
    reason = "other systems have no identity to give"
)]
fn identity(metadata: &Metadata) -> Option<Identity> {
    use std::os::unix::fs::MetadataExt as _;
    Some((metadata.dev(), metadata.ino()))
}

#[cfg(not(unix))]
fn identity(_: &Metadata) -> Option<Identity> {
    None
}

impl Progress {
    /// Whether the file can hold nothing new.
    pub(super) fn is_current(&self, metadata: &Metadata) -> bool {
        self.settled
            && self.len == metadata.len()
            && self.modified == metadata.modified().ok()
            && self.identity == identity(metadata)
    }

    /// Whether the file is another one than was read before: records are only ever added to its end.
    fn is_replaced(&self, metadata: &Metadata, window: &mut Window<File>) -> io::Result<bool> {
        Ok(self.identity != identity(metadata)
            || metadata.len() < self.len
            || window.bytes(0, MARK)?.get(..self.head.len()) != Some(&self.head)
            || window.bytes(self.tail_start(), self.tail.len())? != self.tail)
    }

    fn tail_start(&self) -> u64 {
        self.position.saturating_sub(MARK as u64)
    }

    /// Takes down what the file looks like.
    fn look_at(&mut self, metadata: &Metadata, window: &mut Window<File>) -> io::Result<()> {
        let modified = metadata.modified().ok();
        self.identity = identity(metadata);
        self.len = metadata.len();
        self.modified = modified;
        self.settled = modified
            .and_then(|modified| modified.elapsed().ok())
            .is_some_and(|age| age > TICK);
        if self.head.len() < MARK {
            self.head = window.bytes(0, MARK)?.to_vec();
        }
        let tail = usize::try_from(self.position - self.tail_start()).unwrap_or(MARK);
        self.tail = window.bytes(self.tail_start(), tail)?.to_vec();
        Ok(())
    }

    /// Whether reading stopped before the end because it was enough for once.
    pub(super) fn has_more(&self) -> bool {
        self.has_more
    }

    /// Where reading goes on.
    fn reached(&self) -> u64 {
        self.resync.map_or(self.position, |resync| resync.searched)
    }

    /// How many bytes from the start on are dealt with: all of them when a search has come to the end.
    pub(super) fn done(&self) -> u64 {
        match self.resync {
            Some(_) if !self.has_more => self.len,
            _ => self.reached(),
        }
    }

    /// Bytes at the end that are part of a record, or zeros that may still be filled.
    pub(super) fn waiting(&self) -> u64 {
        match self.open_damage() {
            Some(_) => 0,
            None => self.len.saturating_sub(self.position),
        }
    }

    /// Damage up to the end of the file, or to where reading stopped: no record follows it yet.
    pub(super) fn open_damage(&self) -> Option<Damage> {
        let resync = self.resync.filter(|resync| !resync.zeros)?;
        Some(Damage {
            offset: resync.start,
            len: self.done().saturating_sub(resync.start),
            kind: DamageKind::BadLength,
        })
    }
}

/// What one reading of a file found.
#[derive(Debug)]
pub(super) struct Scan {
    /// Whether what was known of the file is void.
    pub(super) replaced: bool,
    pub(super) part: Part,
    pub(super) progress: Progress,
}

/// How a file is read.
#[derive(Debug, Clone, Copy)]
pub(super) struct ScanOptions {
    /// Check the payloads of large records too.
    pub(super) verify: bool,
    /// Stop after about so many bytes, at the end of a record or of a piece that was searched.
    pub(super) most: u64,
}

/// Reads on from `progress`, which was reached with what is in `before`.
pub(super) fn scan(
    file: File,
    mut progress: Progress,
    before: Option<&Part>,
    options: ScanOptions,
) -> io::Result<Scan> {
    let metadata = file.metadata()?;
    let mut window = Window::new(file, metadata.len());
    let replaced = progress.len > 0 && progress.is_replaced(&metadata, &mut window)?;
    if replaced {
        progress = Progress::default();
    }
    let mut scanner = Scanner {
        window,
        progress,
        part: Part::default(),
        before: before.filter(|_| !replaced),
        options,
    };
    scanner.progress.has_more = scanner.run()?;
    let Scanner {
        mut window,
        mut progress,
        part,
        ..
    } = scanner;
    progress.look_at(&metadata, &mut window)?;
    Ok(Scan {
        replaced,
        part,
        progress,
    })
}

struct Scanner<'a, F> {
    window: Window<F>,
    progress: Progress,
    part: Part,
    before: Option<&'a Part>,
    options: ScanOptions,
}

impl<F: Read + Seek> Scanner<'_, F> {
    /// Reads until the end or until enough is read, and tells whether there is more.
    fn run(&mut self) -> io::Result<bool> {
        let stop = self.progress.reached().saturating_add(self.options.most);
        while self.progress.reached() < stop {
            if let Some(mut resync) = self.progress.resync.take() {
                let searched = resync.next(&mut self.window, stop)?;
                let Searched::Record(found) = searched else {
                    self.progress.resync = Some(resync);
                    return Ok(searched == Searched::Stopped);
                };
                if found > resync.start {
                    let kind = if resync.zeros {
                        DamageKind::Hole
                    } else {
                        DamageKind::BadLength
                    };
                    self.damage(kind, resync.start, found - resync.start);
                }
                self.progress.position = found;
            }
            match look(&mut self.window, self.progress.position)? {
                Found::Tail => return Ok(false),
                Found::BadLength { zeros } => {
                    self.progress.resync = Some(Resync::new(self.progress.position, zeros))
                }
                Found::Record { payload, len } => {
                    self.record(payload, len)?;
                    self.progress.position = payload + len + FOOTER_LEN as u64;
                }
            }
        }
        Ok(true)
    }

    fn record(&mut self, payload: u64, len: u64) -> io::Result<()> {
        let offset = self.progress.position;
        if len <= SMALL {
            // Held as a whole, so that what follows never goes back: that would end reading ahead.
            let record = usize::try_from(len).map_err(io::Error::other)? + FOOTER_LEN;
            self.window.bytes(payload, record)?;
        }
        if len <= SMALL || self.options.verify {
            let (got, want) = checksums(&mut self.window, payload, len)?;
            if got != want {
                self.damage(
                    DamageKind::BadChecksum { got, want },
                    offset,
                    len + OVERHEAD as u64,
                );
                return Ok(());
            }
        }
        let skimmed = if len <= SMALL {
            let len = usize::try_from(len).map_err(io::Error::other)?;
            skim(&mut self.window.bytes(payload, len)?, len as u64)
        } else {
            skim(
                &mut Payload {
                    window: &mut self.window,
                    start: payload,
                },
                len,
            )
        };
        match skimmed {
            Ok(event) => self.part.add_event(event, offset, len, self.before),
            Err(SkimError::Io(error)) => return Err(error),
            Err(SkimError::NotAMessage) => {
                let (got, want) = checksums(&mut self.window, payload, len)?;
                let kind = if got == want {
                    DamageKind::NotAMessage
                } else {
                    DamageKind::BadChecksum { got, want }
                };
                self.damage(kind, offset, len + OVERHEAD as u64);
            }
        }
        Ok(())
    }

    fn damage(&mut self, kind: DamageKind, offset: u64, len: u64) {
        self.part.damage.push(Damage { offset, len, kind });
    }
}
