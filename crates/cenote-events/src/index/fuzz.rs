//! Arbitrary bytes at every door: the framing, the messages, and whole directories.
//!
//! `cargo test` tries a few hundred inputs. To look for longer, with coverage as the guide:
//!
//! ```sh
//! cargo install cargo-bolero
//! RUSTC_BOOTSTRAP=1 cargo bolero test -p cenote-events index::fuzz::framing --sanitizer NONE -T 10min
//! ```

use std::fs::{self, OpenOptions};
use std::io::{self, Cursor, Read, Write as _};
use std::path::Path;

use prost::Message as _;

use super::skim::{Held, skim};
use super::walk::{Found, Resync, Searched, look};
use super::window::Window;
use super::{FileView, LogDir, RunView, SummaryKind};
use crate::message::{Event, Kind, LONGEST_MESSAGE, Value, What};
use crate::record::{HEADER_LEN, Header, OVERHEAD, Record, RecordReader, append_record};

/// Gives its bytes in pieces of the lengths that `pieces` says, one after the other and again from the start.
struct Pieces<'a> {
    bytes: &'a [u8],
    pieces: &'a [u8],
    reads: usize,
}

impl Read for Pieces<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let piece = match self.pieces {
            [] => 1,
            pieces => usize::from(pieces[self.reads % pieces.len()]) + 1,
        };
        self.reads += 1;
        let len = piece.min(out.len()).min(self.bytes.len());
        out[..len].copy_from_slice(&self.bytes[..len]);
        self.bytes = &self.bytes[len..];
        Ok(len)
    }
}

/// Every record up to the first after which nothing more can be read.
fn records(mut reader: RecordReader<impl Read>) -> Vec<Record> {
    let mut all = Vec::new();
    loop {
        let record = reader.read().expect("memory can be read");
        let goes_on = matches!(record, Record::Whole(_) | Record::BadPayload { .. });
        all.push(record);
        if !goes_on {
            return all;
        }
    }
}

/// A file: `input` as it is, or cut into payloads that are framed well, one of them damaged. Checksums are a lock that no
/// fuzzer picks, so it must be let in.
fn file_of(input: &[u8]) -> Vec<u8> {
    match input {
        [mode, damage, payloads @ ..] if mode & 1 == 1 => {
            let mut file = Vec::new();
            for payload in payloads.split(|&byte| byte == *mode) {
                append_record(&mut file, |out| out.extend_from_slice(payload));
            }
            if mode & 2 == 2 {
                let at = usize::from(*damage) % file.len();
                file[at] ^= mode | 1;
            }
            file
        }
        bytes => bytes.to_vec(),
    }
}

/// Whether the length at `position` is one that no event has, though a record of something else might.
fn is_too_long(file: &[u8], position: u64) -> bool {
    let at = usize::try_from(position).unwrap();
    let header = file[at..].first_chunk::<HEADER_LEN>();
    header.is_some_and(|header| Header::from_bytes(*header).len > LONGEST_MESSAGE as u64)
}

#[test]
fn framing() {
    bolero::check!()
        .with_type::<(Vec<u8>, Vec<u8>)>()
        .for_each(|(input, pieces)| {
            let file = file_of(input);
            let whole = records(RecordReader::new(file.as_slice()));
            let in_pieces = RecordReader::new(Pieces {
                bytes: &file,
                pieces,
                reads: 0,
            });
            assert_eq!(whole, records(in_pieces), "pieces must not matter");

            // The index's way through the same bytes meets the same records.
            let end = file.len() as u64;
            let mut window = Window::new(Cursor::new(&file), end);
            let mut position = 0;
            for record in &whole {
                let found = look(&mut window, position).unwrap();
                match record {
                    Record::Whole(payload) | Record::BadPayload { payload, .. } => {
                        let (start, len) = (position + HEADER_LEN as u64, payload.len() as u64);
                        assert_eq!(
                            found,
                            Found::Record {
                                payload: start,
                                len
                            }
                        );
                        position += len + OVERHEAD as u64;
                    }
                    Record::BadLength(_) => assert!(matches!(found, Found::BadLength { .. })),
                    Record::Truncated if is_too_long(&file, position) => {
                        assert!(matches!(found, Found::BadLength { .. }));
                    }
                    Record::Truncated | Record::End => assert_eq!(found, Found::Tail),
                }
            }
            let mut resync = Resync::new(position, false);
            if let Searched::Record(next) = resync.next(&mut window, u64::MAX).unwrap() {
                assert!(matches!(
                    look(&mut window, next).unwrap(),
                    Found::Record { .. }
                ));
                assert!((position..end).contains(&next));
            }
        });
}

/// Asks a value for everything that it could be.
fn read_all(value: &Value) {
    let _ = (value.images(), value.image_size(), value.audio());
    let _ = (value.histogram(), value.text(), value.numbers());
    let _ = (value.pr_curve(), value.layout());
    if let Some(metadata) = &value.metadata {
        let _ = (metadata.hparams(), metadata.mesh());
    }
}

#[test]
fn messages() {
    bolero::check!().for_each(|bytes: &[u8]| {
        let skimmed = skim(&mut &*bytes, bytes.len() as u64);
        if let Ok(value) = Value::decode(bytes) {
            read_all(&value);
        }
        let Ok(event) = Event::decode(bytes) else {
            return;
        };
        // What can be decoded whole must be skimmed, and mean the same. A tag or metadata over a megabyte may be refused.
        let Ok(skimmed) = skimmed else {
            assert!(bytes.len() > 1 << 20, "skimming refused {event:?}");
            return;
        };
        assert_eq!(skimmed.wall_time.to_bits(), event.wall_time.to_bits());
        assert_eq!(skimmed.step, event.step);
        let Some(What::Summary(summary)) = event.what else {
            return;
        };
        summary.value.iter().for_each(read_all);
        // Of an event that holds one thing and then another, decoding keeps the last and skimming keeps all.
        if summary.value.len() == skimmed.values.len() {
            for (value, skimmed) in summary.value.iter().zip(&skimmed.values) {
                assert_eq!(skimmed.tag, value.tag);
                if let Some(Kind::SimpleValue(want)) = value.value {
                    assert!(matches!(skimmed.held, Held::Scalar(got) if got.to_bits() == f64::from(want).to_bits()));
                }
            }
        }
    });
}

/// Reads everything that an index says is there.
fn read_index(index: &LogDir) {
    for run in index.runs() {
        let _ = (run.first_wall_time(), run.damage().count(), run.graph());
        for tag in run.tags() {
            assert_eq!(tag.len(), tag.scalars().len() + tag.values().len());
            assert!(tag.kind() != SummaryKind::Scalar || !tag.scalars().is_empty());
            let _ = (tag.kind(), tag.step_range(), tag.size(), tag.max_samples());
            for value in tag.values() {
                let place = index.locate(value).expect("no file went away");
                // Skimming passes over fields that reading decodes, so a record may be indexed and yet be no event.
                let event = match place.read_event() {
                    Ok(event) => event,
                    Err(error) => {
                        assert!(error.to_string().contains("it is not an event"), "{error}");
                        continue;
                    }
                };
                if !matches!(tag.kind(), SummaryKind::Graph | SummaryKind::RunMetadata)
                    && let Some(What::Summary(_)) = event.what
                    && let Ok(value) = place.read()
                {
                    read_all(&value);
                }
            }
        }
    }
}

/// Two files of two runs; the second comes in two parts, and then a copy of the first takes its place.
fn grow_and_replace(dir: &Path, first: &[u8], second: &[u8], cut: usize) {
    let paths = ["a/tfevents", "a/b/tfevents"].map(|name| dir.join(name));
    fs::create_dir_all(dir.join("a/b")).unwrap();
    fs::write(&paths[0], first).unwrap();
    let mut index = LogDir::open(dir).unwrap();
    fs::write(&paths[1], &second[..cut % (second.len() + 1)]).unwrap();
    index.refresh();
    OpenOptions::new()
        .write(true)
        .open(&paths[1])
        .unwrap()
        .write_all(second)
        .unwrap();
    index.refresh();
    let files = |index: &LogDir| -> Vec<_> {
        let of_run = |run: RunView<'_>| -> (String, Vec<_>, Vec<_>, Vec<_>) {
            let files = run.files().map(|file| (file.records, file.waiting));
            let damage = run.damage().map(|(_, damage)| damage);
            let tags = run.tags().into_iter().map(|tag| {
                let name = tag.tag().to_owned();
                (name, tag.scalars().len(), tag.values().len())
            });
            let name = run.name().to_owned();
            (name, files.collect(), damage.collect(), tags.collect())
        };
        index.runs().map(of_run).collect()
    };
    let at_once = files(&LogDir::open(dir).unwrap());
    assert_eq!(files(&index), at_once, "growing must not matter");
    read_index(&index);
    let unread: u64 = index
        .run("a/b")
        .map_or(0, |run| run.files().map(unread).sum());
    let known = &second[..second.len() - usize::try_from(unread).unwrap()];
    fs::copy(&paths[0], &paths[1]).unwrap();
    index.refresh();
    if !is_taken_for(known, second.len(), first) {
        let at_once = files(&LogDir::open(dir).unwrap());
        assert_eq!(files(&index), at_once, "another file must not be mistaken");
        read_index(&index);
    }
}

/// The bytes at the end of a file that are looked at again: part of a record, zeros, or damage that no record follows.
fn unread(file: FileView<'_>) -> u64 {
    file.waiting + file.at_end.map_or(0, |damage| damage.len)
}

/// Whether a file that was `known` as far as it was read, and `len` long, looks as if it had grown to `now`: both ends of
/// what was read are the same.
fn is_taken_for(known: &[u8], len: usize, now: &[u8]) -> bool {
    let ends = |file: &[u8]| -> Option<(Vec<u8>, Vec<u8>)> {
        let head = file.get(..known.len().min(64))?;
        let tail = file.get(known.len().saturating_sub(64)..known.len())?;
        Some((head.to_vec(), tail.to_vec()))
    };
    now.len() >= len && ends(now) == ends(known)
}

#[test]
fn directories() {
    bolero::check!()
        .with_type::<(Vec<u8>, Vec<u8>, u16)>()
        .for_each(|(first, second, cut)| {
            let dir = tempfile::tempdir().unwrap();
            grow_and_replace(dir.path(), &file_of(first), &file_of(second), (*cut).into());
        });
}
