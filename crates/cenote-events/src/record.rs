//! TFRecord framing: `u64le length | crc of those 8 bytes | payload | crc of the payload`.
//!
//! Both checksums are [`MaskedCrc`]s, so a record is its payload and [`OVERHEAD`] bytes. There is no file header and no
//! mark to resynchronise on.

use std::io::{self, Read};

pub use crate::masked_crc::MaskedCrc;

/// Bytes before the payload: its length, and the checksum of the length.
pub const HEADER_LEN: usize = 12;
/// Bytes after the payload: its checksum.
pub const FOOTER_LEN: usize = 4;
/// Bytes that framing adds to a payload.
pub const OVERHEAD: usize = HEADER_LEN + FOOTER_LEN;

/// The first 12 bytes of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Header {
    /// The length of the payload that follows, in bytes, as claimed.
    pub len: u64,
    /// The checksum that the file holds for the length.
    pub crc: MaskedCrc,
}

impl Header {
    /// The header of a payload of `len` bytes.
    #[must_use]
    pub fn new(len: u64) -> Self {
        Self {
            len,
            crc: MaskedCrc::of(&len.to_le_bytes()),
        }
    }

    /// Reads a header without judging it.
    #[must_use]
    pub fn from_bytes(bytes: [u8; HEADER_LEN]) -> Self {
        let [a, b, c, d, e, f, g, h, i, j, k, l] = bytes;
        Self {
            len: u64::from_le_bytes([a, b, c, d, e, f, g, h]),
            crc: MaskedCrc(u32::from_le_bytes([i, j, k, l])),
        }
    }

    /// The bytes as they stand in a file.
    #[must_use]
    pub fn to_bytes(self) -> [u8; HEADER_LEN] {
        let mut bytes = [0; HEADER_LEN];
        bytes[..8].copy_from_slice(&self.len.to_le_bytes());
        bytes[8..].copy_from_slice(&self.crc.0.to_le_bytes());
        bytes
    }

    /// Whether the checksum fits the length.
    #[must_use]
    pub fn is_valid(self) -> bool {
        self.crc == MaskedCrc::of(&self.len.to_le_bytes())
    }
}

/// Appends one record to `out`, its payload appended by `write_payload`.
///
/// The payload is built in place, so a large one is never copied.
pub fn append_record(out: &mut Vec<u8>, write_payload: impl FnOnce(&mut Vec<u8>)) {
    let start = out.len();
    out.extend_from_slice(&[0; HEADER_LEN]);
    write_payload(out);
    let payload = start + HEADER_LEN;
    let header = Header::new((out.len() - payload) as u64);
    out[start..payload].copy_from_slice(&header.to_bytes());
    let crc = MaskedCrc::of(&out[payload..]);
    out.extend_from_slice(&crc.0.to_le_bytes());
}

/// What reading the next record found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Record {
    /// A whole record, both checksums right.
    Whole(Vec<u8>),
    /// A whole record whose payload does not fit its checksum. The records after it can still be read.
    BadPayload {
        /// The bytes as they are in the file.
        payload: Vec<u8>,
        /// The checksum of those bytes.
        got: MaskedCrc,
        /// The checksum that the file holds.
        want: MaskedCrc,
    },
    /// The length does not fit its checksum: where the next record starts is unknown.
    BadLength(Header),
    /// The input ended inside a record: more may be written later.
    Truncated,
    /// The input ended between two records.
    End,
}

/// Reads records one after the other from any [`Read`], checking every checksum.
///
/// This is the small tool for one stream of any records, which ends where a length is damaged. [`LogDir`](crate::LogDir)
/// finds the way again, and follows files that grow.
///
/// ```
/// use cenote_events::record::{append_record, Record, RecordReader};
/// let mut file = Vec::new();
/// append_record(&mut file, |payload| payload.extend_from_slice(b"hello"));
/// let mut reader = RecordReader::new(file.as_slice());
/// assert_eq!(reader.read()?, Record::Whole(b"hello".to_vec()));
/// assert_eq!(reader.read()?, Record::End);
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Debug)]
pub struct RecordReader<R> {
    inner: R,
}

impl<R: Read> RecordReader<R> {
    /// Reads from `inner`, which should be buffered.
    pub fn new(inner: R) -> Self {
        Self { inner }
    }

    /// The next record. A claimed length allocates nothing beyond what the input really holds.
    ///
    /// # Errors
    /// Whatever the input's `read` returns.
    pub fn read(&mut self) -> io::Result<Record> {
        let mut header = Vec::with_capacity(HEADER_LEN);
        self.inner
            .by_ref()
            .take(HEADER_LEN as u64)
            .read_to_end(&mut header)?;
        if header.is_empty() {
            return Ok(Record::End);
        }
        let Ok(header) = <[u8; HEADER_LEN]>::try_from(header) else {
            return Ok(Record::Truncated);
        };
        let header = Header::from_bytes(header);
        if !header.is_valid() {
            return Ok(Record::BadLength(header));
        }
        let mut payload = Vec::new();
        self.inner
            .by_ref()
            .take(header.len)
            .read_to_end(&mut payload)?;
        let mut footer = Vec::with_capacity(FOOTER_LEN);
        self.inner
            .by_ref()
            .take(FOOTER_LEN as u64)
            .read_to_end(&mut footer)?;
        let Ok(footer) = <[u8; FOOTER_LEN]>::try_from(footer) else {
            return Ok(Record::Truncated);
        };
        let want = MaskedCrc(u32::from_le_bytes(footer));
        let got = MaskedCrc::of(&payload);
        Ok(if got == want {
            Record::Whole(payload)
        } else {
            Record::BadPayload { payload, got, want }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn file_of(payloads: &[Vec<u8>]) -> Vec<u8> {
        let mut file = Vec::new();
        for payload in payloads {
            append_record(&mut file, |out| out.extend_from_slice(payload));
        }
        file
    }

    #[test]
    fn a_claimed_length_of_exabytes_allocates_nothing() {
        let mut file = Header::new(u64::MAX).to_bytes().to_vec();
        file.extend_from_slice(b"short");
        assert_eq!(
            RecordReader::new(file.as_slice()).read().unwrap(),
            Record::Truncated
        );
    }

    #[test]
    fn a_flipped_length_checksum_is_a_bad_length() {
        let mut file = file_of(&[b"abc".to_vec()]);
        file[8] ^= 1;
        assert!(
            matches!(RecordReader::new(file.as_slice()).read().unwrap(), Record::BadLength(header) if header.len == 3)
        );
    }

    #[test]
    fn after_a_bad_payload_the_next_record_is_read() {
        let mut file = file_of(&[b"abc".to_vec(), b"def".to_vec()]);
        file[HEADER_LEN] ^= 1;
        let mut reader = RecordReader::new(file.as_slice());
        assert!(
            matches!(reader.read().unwrap(), Record::BadPayload { got, want, .. } if got != want)
        );
        assert_eq!(reader.read().unwrap(), Record::Whole(b"def".to_vec()));
    }

    proptest! {
        #[test]
        fn records_come_back_and_any_cut_is_truncated_or_an_end(
            payloads in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..40), 0..6),
            cut in any::<prop::sample::Index>(),
        ) {
            let file = file_of(&payloads);
            let mut reader = RecordReader::new(file.as_slice());
            for payload in &payloads {
                prop_assert_eq!(reader.read().unwrap(), Record::Whole(payload.clone()));
            }
            prop_assert_eq!(reader.read().unwrap(), Record::End);

            let cut = cut.index(file.len() + 1);
            let mut reader = RecordReader::new(&file[..cut]);
            let mut whole = 0;
            let last = loop {
                match reader.read().unwrap() {
                    Record::Whole(_) => whole += 1,
                    other => break other,
                }
            };
            let boundary = file_of(&payloads[..whole]).len();
            prop_assert_eq!(last, if boundary == cut { Record::End } else { Record::Truncated });
        }

        #[test]
        fn random_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let mut reader = RecordReader::new(bytes.as_slice());
            while let Record::Whole(_) | Record::BadPayload { .. } = reader.read().unwrap() {}
        }
    }
}
