//! Reads what the index needs of an event (step, tags, kinds) and steps over the rest.
//!
//! A full decode would copy every image; here an image costs the few bytes before it. The input is a [`Source`], which is
//! a slice for small payloads and a [`Window`] on the file for large ones.

use std::io::{self, Read, Seek};

use prost::Message as _;

use super::window::Window;
use crate::message::TensorProto;
use crate::payload::number;

/// Random access to a payload.
pub(super) trait Source {
    /// `len` bytes from `offset`, or fewer at the end. `len` is small.
    fn bytes(&mut self, offset: u64, len: usize) -> io::Result<&[u8]>;
}

impl Source for &[u8] {
    fn bytes(&mut self, offset: u64, len: usize) -> io::Result<&[u8]> {
        let from = usize::try_from(offset).map_or(self.len(), |offset| offset.min(self.len()));
        Ok(&self[from..self.len().min(from.saturating_add(len))])
    }
}

/// A payload in a file.
pub(super) struct Payload<'w, F> {
    pub(super) window: &'w mut Window<F>,
    /// Where the payload starts in the file.
    pub(super) start: u64,
}

impl<F: Read + Seek> Source for Payload<'_, F> {
    fn bytes(&mut self, offset: u64, len: usize) -> io::Result<&[u8]> {
        self.window.bytes(self.start.saturating_add(offset), len)
    }
}

/// Why a payload could not be skimmed.
#[derive(Debug)]
pub(super) enum SkimError {
    /// It is not an event.
    NotAMessage,
    Io(io::Error),
}

impl From<io::Error> for SkimError {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

/// The wire types of the two ends of a group.
const START_GROUP: u64 = 3;
const END_GROUP: u64 = 4;
/// How deep groups may be nested, as in protobuf.
const DEEPEST: u32 = 100;

type Skim<T> = Result<T, SkimError>;

/// What an event holds, without its blobs.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Skimmed {
    pub(super) wall_time: f64,
    pub(super) step: i64,
    /// A session starts here.
    pub(super) session_start: bool,
    /// There is a graph.
    pub(super) graph: bool,
    /// The tag of run metadata.
    pub(super) run_metadata: Option<String>,
    pub(super) values: Vec<SkimmedValue>,
}

/// One value of a summary.
#[derive(Debug, Default, PartialEq)]
pub(super) struct SkimmedValue {
    pub(super) tag: String,
    pub(super) held: Held,
    /// A serialised `SummaryMetadata`.
    pub(super) metadata: Option<Vec<u8>>,
}

/// What sort of thing a value, or an event without values, holds.
#[derive(Debug, Default, Clone, Copy, PartialEq)]
pub(super) enum Held {
    #[default]
    Nothing,
    Scalar(f64),
    OldHistogram,
    Image,
    Histogram,
    Audio,
    Tensor(HeldTensor),
    Graph,
    RunMetadata,
}

/// What is known of a tensor.
#[derive(Debug, Default, Clone, Copy, PartialEq)]
pub(super) struct HeldTensor {
    /// Its only element, if it is a number.
    pub(super) scalar: Option<f64>,
    /// How many strings it holds.
    pub(super) strings: u32,
    /// How many sounds those are, if they are sounds: in the shape [k, 2] each has a label.
    pub(super) sounds: u32,
}

/// The longest tag or metadata that is kept; longer ones are no tag that anyone wrote.
const LONGEST: u64 = 1 << 20;

/// The longest message of a tensor that is looked at for the one number in it.
const LONGEST_NUMBER: usize = 4 << 10;

/// The most values of one event: an empty value takes two bytes of a file, and fifty times as much here.
const MOST_VALUES: usize = 1 << 20;

/// Skims the event of `len` bytes in `source`.
pub(super) fn skim(source: &mut impl Source, len: u64) -> Skim<Skimmed> {
    let mut cursor = Cursor { source, at: 0 };
    let mut event = Skimmed::default();
    while let Some(field) = cursor.field(len)? {
        match field {
            (1, Wire::Fixed64(bits)) => event.wall_time = f64::from_bits(bits),
            (2, Wire::Varint(step)) => event.step = step.cast_signed(),
            (4 | 9, Wire::Bytes(_)) => event.graph = true,
            (5, Wire::Bytes(end)) => {
                while let Some(field) = cursor.field(end)? {
                    match field {
                        (1, Wire::Bytes(_)) if event.values.len() == MOST_VALUES => {
                            return Err(SkimError::NotAMessage);
                        }
                        (1, Wire::Bytes(end)) => event.values.push(cursor.value(end)?),
                        other => cursor.skip(other)?,
                    }
                }
                continue;
            }
            (7, Wire::Bytes(end)) => {
                while let Some(field) = cursor.field(end)? {
                    match field {
                        (1, Wire::Varint(status)) => event.session_start = status == 1,
                        other => cursor.skip(other)?,
                    }
                }
                continue;
            }
            (8, Wire::Bytes(end)) => {
                let mut tag = String::new();
                while let Some(field) = cursor.field(end)? {
                    match field {
                        (1, Wire::Bytes(end)) => tag = cursor.string(end)?,
                        other => cursor.skip(other)?,
                    }
                }
                event.run_metadata = Some(tag);
                continue;
            }
            _ => {}
        }
        cursor.skip(field)?;
    }
    Ok(event)
}

/// The value of a field, or where it ends.
#[derive(Clone, Copy)]
enum Wire {
    Varint(u64),
    Fixed64(u64),
    /// Not read yet; ends there.
    Bytes(u64),
    Fixed32(u32),
}

struct Cursor<'s, S> {
    source: &'s mut S,
    at: u64,
}

impl<S: Source> Cursor<'_, S> {
    /// The next field of a message that ends at `end`, or none at its end. [`Wire::Bytes`] are left to the caller, to read
    /// or to [`skip`](Self::skip).
    fn field(&mut self, end: u64) -> Skim<Option<(u64, Wire)>> {
        while self.at != end {
            match self.key(end)? {
                (number, START_GROUP) => self.skip_group(number, end, DEEPEST)?,
                (number, wire_type) => return Ok(Some((number, self.wire(wire_type, end)?))),
            }
        }
        Ok(None)
    }

    /// The number and the wire type of a field.
    fn key(&mut self, end: u64) -> Skim<(u64, u64)> {
        let key = self.varint(end)?;
        match key >> 3 {
            0 => Err(SkimError::NotAMessage),
            number => Ok((number, key & 7)),
        }
    }

    fn wire(&mut self, wire_type: u64, end: u64) -> Skim<Wire> {
        Ok(match wire_type {
            0 => Wire::Varint(self.varint(end)?),
            1 => Wire::Fixed64(u64::from_le_bytes(self.fixed(end)?)),
            2 => {
                let len = self.varint(end)?;
                let field_end = self
                    .at
                    .checked_add(len)
                    .filter(|&field_end| field_end <= end);
                Wire::Bytes(field_end.ok_or(SkimError::NotAMessage)?)
            }
            5 => Wire::Fixed32(u32::from_le_bytes(self.fixed(end)?)),
            _ => return Err(SkimError::NotAMessage),
        })
    }

    /// Steps over a group: events have none, but to protobuf they are fields like any other that it does not know.
    fn skip_group(&mut self, number: u64, end: u64, depth: u32) -> Skim<()> {
        let deeper = depth.checked_sub(1).ok_or(SkimError::NotAMessage)?;
        loop {
            match self.key(end)? {
                (inner, END_GROUP) if inner == number => return Ok(()),
                (inner, START_GROUP) => self.skip_group(inner, end, deeper)?,
                (inner, wire_type) => {
                    let wire = self.wire(wire_type, end)?;
                    self.skip((inner, wire))?;
                }
            }
        }
    }

    /// Steps over what [`field`](Self::field) left.
    fn skip(&mut self, (_, wire): (u64, Wire)) -> Skim<()> {
        if let Wire::Bytes(end) = wire {
            self.at = end;
        }
        Ok(())
    }

    fn varint(&mut self, end: u64) -> Skim<u64> {
        let bytes = self.source.bytes(self.at, 10)?;
        let mut value = 0;
        for (i, &byte) in bytes.iter().enumerate() {
            value |= u64::from(byte & 0x7f) << (7 * i);
            if byte < 0x80 {
                self.at += i as u64 + 1;
                return if self.at <= end {
                    Ok(value)
                } else {
                    Err(SkimError::NotAMessage)
                };
            }
        }
        Err(SkimError::NotAMessage)
    }

    fn fixed<const N: usize>(&mut self, end: u64) -> Skim<[u8; N]> {
        let bytes = self.source.bytes(self.at, N)?;
        let bytes = <[u8; N]>::try_from(bytes).map_err(|_| SkimError::NotAMessage)?;
        self.at += N as u64;
        if self.at <= end {
            Ok(bytes)
        } else {
            Err(SkimError::NotAMessage)
        }
    }

    fn raw(&mut self, end: u64) -> Skim<Vec<u8>> {
        let len = end - self.at;
        if len > LONGEST {
            return Err(SkimError::NotAMessage);
        }
        let len = usize::try_from(len).map_err(|_| SkimError::NotAMessage)?;
        let bytes = self.source.bytes(self.at, len)?.to_vec();
        self.at = end;
        if bytes.len() == len {
            Ok(bytes)
        } else {
            Err(SkimError::NotAMessage)
        }
    }

    fn string(&mut self, end: u64) -> Skim<String> {
        String::from_utf8(self.raw(end)?).map_err(|_| SkimError::NotAMessage)
    }

    /// A `Summary.Value`.
    fn value(&mut self, end: u64) -> Skim<SkimmedValue> {
        let mut value = SkimmedValue::default();
        while let Some(field) = self.field(end)? {
            match field {
                (1, Wire::Bytes(end)) => {
                    value.tag = self.string(end)?;
                    continue;
                }
                (2, Wire::Fixed32(bits)) => value.held = Held::Scalar(f32::from_bits(bits).into()),
                (3, Wire::Bytes(_)) => value.held = Held::OldHistogram,
                (4, Wire::Bytes(_)) => value.held = Held::Image,
                (5, Wire::Bytes(_)) => value.held = Held::Histogram,
                (6, Wire::Bytes(_)) => value.held = Held::Audio,
                (8, Wire::Bytes(end)) => {
                    value.held = Held::Tensor(self.tensor(end)?);
                    continue;
                }
                (9, Wire::Bytes(end)) => {
                    value.metadata = Some(self.raw(end)?);
                    continue;
                }
                _ => {}
            }
            self.skip(field)?;
        }
        Ok(value)
    }

    /// A `TensorProto`: how many strings, and its number if it has one element of a numeric type.
    fn tensor(&mut self, end: u64) -> Skim<HeldTensor> {
        let start = self.at;
        let mut strings = 0u32;
        let mut shape = Shape::default();
        while let Some(field) = self.field(end)? {
            match field {
                (2, Wire::Bytes(end)) => {
                    shape = self.shape(end)?;
                    continue;
                }
                (8, Wire::Bytes(_)) => strings = strings.saturating_add(1),
                _ => {}
            }
            self.skip(field)?;
        }
        let scalar = match usize::try_from(end - start) {
            Ok(len @ ..=LONGEST_NUMBER) if shape.elements == 1 && strings == 0 => {
                // As whoever reads the value decodes it, so that the index knows as a number what is one.
                TensorProto::decode(self.source.bytes(start, len)?)
                    .ok()
                    .and_then(|tensor| number(&tensor))
            }
            _ => None,
        };
        Ok(HeldTensor {
            scalar,
            strings,
            sounds: if shape.is_pairs { strings / 2 } else { strings },
        })
    }

    fn shape(&mut self, end: u64) -> Skim<Shape> {
        let mut shape = Shape::default();
        let mut axes = 0u64;
        while let Some(field) = self.field(end)? {
            let (2, Wire::Bytes(end)) = field else {
                self.skip(field)?;
                continue;
            };
            let mut size = 0;
            while let Some(field) = self.field(end)? {
                match field {
                    (1, Wire::Varint(value)) => size = value,
                    other => self.skip(other)?,
                }
            }
            axes += 1;
            shape.elements = shape.elements.saturating_mul(size);
            shape.is_pairs = axes == 2 && size == 2;
        }
        Ok(shape)
    }
}

/// What is known of a tensor's shape.
struct Shape {
    elements: u64,
    /// Whether it is [k, 2].
    is_pairs: bool,
}

impl Default for Shape {
    /// That of a tensor which has none: rank 0.
    fn default() -> Self {
        Self {
            elements: 1,
            is_pairs: false,
        }
    }
}

#[cfg(test)]
mod tests;
