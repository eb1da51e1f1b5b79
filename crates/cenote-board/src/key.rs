//! The names of values in addresses: short, and never the name of anything else.

use std::fmt;
use std::str::FromStr;
use std::time::{SystemTime, UNIX_EPOCH};

use cenote_events::{FileId, RunView, ValueRef};

/// Names one run of this server. The ids of files mean something within one run only, so it is a part of every key: a
/// browser that keeps an image does not take it for one of the next run.
#[derive(Debug, Clone)]
pub(crate) struct Session(String);

impl Session {
    pub(crate) fn new() -> Self {
        let since = SystemTime::now().duration_since(UNIX_EPOCH);
        let nanoseconds = since.map_or(0, |since| since.as_nanos());
        let mixed = nanoseconds ^ (u128::from(std::process::id()) << 80);
        Self(format!("{:08x}", (mixed ^ (mixed >> 32)) as u32))
    }

    pub(crate) fn name(&self) -> &str {
        &self.0
    }

    /// A name for all that a run has held so far: while it is the same, values have only been added.
    pub(crate) fn generation(&self, run: &RunView<'_>) -> String {
        format!("{}-{:x}", self.0, run.generation())
    }

    /// The key of a value.
    pub(crate) fn key(&self, value: ValueRef) -> String {
        let place = Place {
            file: value.file.0,
            offset: value.offset,
            len: value.len,
            index: value.index,
        };
        format!("{}-{place}", self.0)
    }

    /// What a key of this session names.
    pub(crate) fn value(&self, key: &str) -> Option<ValueRef> {
        let place: Place = key.strip_prefix(&self.0)?.strip_prefix('-')?.parse().ok()?;
        Some(ValueRef {
            step: 0,
            wall_time: 0.0,
            file: FileId(place.file),
            offset: place.offset,
            len: place.len,
            index: place.index,
            mark: cenote_events::Mark::Forward,
        })
    }
}

/// Where a value is, as text: `file.offset.length.index` in hexadecimal.
#[derive(Debug, PartialEq, Eq)]
struct Place {
    file: u32,
    offset: u64,
    len: u32,
    index: u32,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            file,
            offset,
            len,
            index,
        } = self;
        write!(f, "{file:x}.{offset:x}.{len:x}.{index:x}")
    }
}

impl FromStr for Place {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let mut parts = text
            .split('.')
            .map(|part| u64::from_str_radix(part, 16).ok());
        let mut next = || parts.next().flatten().ok_or(());
        let small = |number: u64| u32::try_from(number).map_err(drop);
        let place = Self {
            file: small(next()?)?,
            offset: next()?,
            len: small(next()?)?,
            index: small(next()?)?,
        };
        if parts.next().is_some() {
            return Err(());
        }
        Ok(place)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_names_what_it_was_made_of() {
        let session = Session::new();
        let text = format!("{}-3.1ff.10.2", session.name());
        let value = session.value(&text).unwrap();
        assert_eq!(
            (value.file.0, value.offset, value.len, value.index),
            (3, 511, 16, 2)
        );
        assert_eq!(session.key(value), text);
    }

    #[test]
    fn anything_else_is_no_key() {
        let session = Session("00aa11bb".to_owned());
        for key in [
            "",
            "00aa11bb",
            "00aa11bb-1.2.3",
            "00aa11bb-1.2.3.4.5",
            "00aa11bb-1.2.3.x",
            "00aa11bb-../../etc/passwd",
            "00aa11bb-100000000.2.3.4",
            "00aa11bc-1.2.3.4",
        ] {
            assert!(session.value(key).is_none(), "{key}");
        }
    }
}
