//! What a stretch of a file holds, tag by tag.

use std::collections::BTreeMap;
use std::sync::Arc;

use prost::Message as _;

use super::damage::Damage;
use super::series::{Entry, NUMBERS, Series};
use super::skim::{Held, Skimmed, SkimmedValue};
use crate::message::SummaryMetadata;

/// The tag under which graphs are listed, as TensorBoard does.
pub(super) const GRAPH_TAG: &str = "__run_graph__";

/// A number at a step.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Scalar {
    pub(super) step: i64,
    pub(super) wall_time: f64,
    pub(super) value: f64,
    pub(super) offset: u64,
}

impl Entry for Scalar {
    fn to_numbers(self) -> [u64; NUMBERS] {
        // Most numbers were f32: the 29 zeros at the end of one go to the front.
        let value = self.value.to_bits().rotate_right(29);
        [
            self.step.cast_unsigned(),
            self.wall_time.to_bits(),
            value,
            self.offset,
        ]
    }

    fn from_numbers([step, wall_time, value, offset]: [u64; NUMBERS]) -> Self {
        Self {
            step: step.cast_signed(),
            wall_time: f64::from_bits(wall_time),
            value: f64::from_bits(value.rotate_left(29)),
            offset,
        }
    }

    fn expected_after([step, wall_time, value, offset]: [u64; NUMBERS]) -> [u64; NUMBERS] {
        [step.wrapping_add(1), wall_time, value, offset]
    }
}

/// Where a value is, however large the value.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Blob {
    pub(super) step: i64,
    pub(super) wall_time: f64,
    /// Of the record.
    pub(super) offset: u64,
    /// Of the payload.
    pub(super) len: u32,
    /// Which value of the event.
    pub(super) value: u32,
}

impl Entry for Blob {
    fn to_numbers(self) -> [u64; NUMBERS] {
        [
            self.step.cast_unsigned(),
            self.wall_time.to_bits(),
            self.offset,
            u64::from(self.value) << 32 | u64::from(self.len),
        ]
    }

    #[expect(clippy::cast_possible_truncation, reason = "two halves of a number")]
    fn from_numbers([step, wall_time, offset, halves]: [u64; NUMBERS]) -> Self {
        Self {
            step: step.cast_signed(),
            wall_time: f64::from_bits(wall_time),
            offset,
            len: halves as u32,
            value: (halves >> 32) as u32,
        }
    }

    fn expected_after([step, wall_time, offset, halves]: [u64; NUMBERS]) -> [u64; NUMBERS] {
        let next = offset.wrapping_add(halves & u64::from(u32::MAX));
        [step.wrapping_add(1), wall_time, next, halves]
    }
}

/// Everything about one tag in one file.
#[derive(Debug, Default)]
pub(super) struct TagPart {
    /// What the first value held.
    pub(super) held: Held,
    /// From the first value that has it.
    pub(super) metadata: Option<SummaryMetadata>,
    /// The most strings that a tensor held.
    pub(super) strings: u32,
    /// The most sounds that one held, if they are sounds.
    pub(super) sounds: u32,
    pub(super) scalars: Series<Scalar>,
    pub(super) blobs: Series<Blob>,
    /// The smallest and the largest step.
    pub(super) step_range: Option<(i64, i64)>,
    /// Bytes of the records of `blobs`.
    pub(super) size: u64,
}

impl TagPart {
    /// Adds a value to the end.
    fn add(&mut self, number: Option<f64>, blob: Blob) {
        let Blob {
            step,
            wall_time,
            offset,
            ..
        } = blob;
        if let Some(value) = number {
            self.scalars.push(Scalar {
                step,
                wall_time,
                value,
                offset,
            });
        } else {
            self.blobs.push(blob);
            self.size += u64::from(blob.len);
        }
        self.widen(Some((step, step)));
    }

    fn widen(&mut self, steps: Option<(i64, i64)>) {
        let ranges = self.step_range.into_iter().chain(steps);
        self.step_range = ranges.reduce(|one, other| (one.0.min(other.0), one.1.max(other.1)));
    }

    /// Adds what came after.
    fn append(&mut self, next: Self) {
        self.metadata = self.metadata.take().or(next.metadata);
        self.strings = self.strings.max(next.strings);
        self.sounds = self.sounds.max(next.sounds);
        self.scalars.extend(next.scalars.iter());
        self.blobs.extend(next.blobs.iter());
        self.widen(next.step_range);
        self.size += next.size;
    }
}

/// A session that started: what came before for its step and later is void.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Restart {
    pub(super) offset: u64,
    pub(super) step: i64,
}

/// What a stretch of a file holds.
#[derive(Debug, Default)]
pub(super) struct Part {
    pub(super) tags: BTreeMap<Arc<str>, TagPart>,
    pub(super) restarts: Vec<Restart>,
    pub(super) damage: Vec<Damage>,
    pub(super) records: u64,
    pub(super) first_wall_time: Option<f64>,
}

impl Part {
    /// Adds what came after.
    pub(super) fn append(&mut self, next: Self) {
        for (tag, part) in next.tags {
            match self.tags.get_mut(&tag) {
                None => drop(self.tags.insert(tag, part)),
                Some(known) => known.append(part),
            }
        }
        self.restarts.extend(next.restarts);
        self.damage.extend(next.damage);
        self.records += next.records;
        self.first_wall_time = self.first_wall_time.or(next.first_wall_time);
    }

    /// Adds what one event holds, whose record starts at `offset` and has a payload of `len` bytes. `before` is what
    /// the file held before this part: metadata comes with the first value of a tag only.
    #[expect(
        clippy::cast_possible_truncation,
        reason = "scan() takes no longer payloads for events"
    )]
    pub(super) fn add_event(
        &mut self,
        event: Skimmed,
        offset: u64,
        len: u64,
        before: Option<&Self>,
    ) {
        let at = Blob {
            step: event.step,
            wall_time: event.wall_time,
            offset,
            len: len as u32,
            value: 0,
        };
        self.records += 1;
        self.first_wall_time.get_or_insert(event.wall_time);
        if event.session_start {
            self.restarts.push(Restart {
                offset,
                step: event.step,
            });
        }
        if event.graph {
            self.tag(GRAPH_TAG.to_owned(), Held::Graph, before)
                .add(None, at);
        }
        if let Some(tag) = event.run_metadata {
            self.tag(tag, Held::RunMetadata, before).add(None, at);
        }
        for (held, value) in event.values.into_iter().zip(0..) {
            self.add_value(held, Blob { value, ..at }, before);
        }
    }

    fn add_value(&mut self, value: SkimmedValue, at: Blob, before: Option<&Self>) {
        let part = self.tag(value.tag, value.held, before);
        if part.metadata.is_none() {
            // Metadata that is no message is as good as none: the value itself is still there.
            part.metadata = value
                .metadata
                .and_then(|bytes| SummaryMetadata::decode(bytes.as_slice()).ok());
        }
        let metadata = part.metadata.as_ref();
        let plugin_name = metadata.map_or("", SummaryMetadata::plugin_name);
        let number = match value.held {
            Held::Scalar(value) => Some(value),
            Held::Tensor(tensor) if matches!(plugin_name, "" | "scalars") => tensor.scalar,
            _ => None,
        };
        if let Held::Tensor(tensor) = value.held {
            part.strings = part.strings.max(tensor.strings);
            part.sounds = part.sounds.max(tensor.sounds);
        }
        part.add(number, at);
    }

    fn tag(&mut self, tag: String, held: Held, before: Option<&Self>) -> &mut TagPart {
        // Nearly always it is known, and then nothing is allocated.
        if !self.tags.contains_key(tag.as_str()) {
            let known = before.and_then(|before| before.tags.get(tag.as_str()));
            let part = TagPart {
                held,
                metadata: known.and_then(|known| known.metadata.clone()),
                ..TagPart::default()
            };
            self.tags.insert(tag.as_str().into(), part);
        }
        self.tags
            .get_mut(tag.as_str())
            .expect("it was inserted if it was not there")
    }
}
