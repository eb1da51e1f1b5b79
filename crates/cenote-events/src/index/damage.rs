//! What is wrong with a file.

use std::fmt;

use crate::record::MaskedCrc;

/// Bytes of a file that hold no event, which were stepped over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Damage {
    /// Where they start.
    pub offset: u64,
    /// How many they are.
    pub len: u64,
    /// What is wrong with them.
    pub kind: DamageKind,
}

/// What is wrong with some bytes of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum DamageKind {
    /// One record, whose payload does not fit its checksum.
    BadChecksum {
        /// The checksum of the payload.
        got: MaskedCrc,
        /// The checksum in the file.
        want: MaskedCrc,
    },
    /// One record, whose payload fits its checksum but is no event.
    NotAMessage,
    /// A record whose length does not fit its checksum, or is longer than any message, and everything from it to the next
    /// record that checks.
    BadLength,
    /// Zeros.
    Hole,
}

impl fmt::Display for DamageKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BadChecksum { got, want } => {
                write!(
                    f,
                    "bad payload checksum (got {:#010x}, the file says {:#010x})",
                    got.0, want.0
                )
            }
            Self::NotAMessage => f.write_str("not an event, though its checksum is right"),
            Self::BadLength => f.write_str("bad length, or bad length checksum"),
            Self::Hole => f.write_str("a hole of zeros"),
        }
    }
}

impl fmt::Display for Damage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} bytes at offset {}: {}",
            self.len, self.offset, self.kind
        )
    }
}
