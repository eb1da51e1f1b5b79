//! From bytes to records: framing, checksums, and finding the way again after damage.

use std::io::{self, Read, Seek};

use super::window::Window;
use crate::message::LONGEST_MESSAGE;
use crate::record::{FOOTER_LEN, HEADER_LEN, Header, MaskedCrc, OVERHEAD};

/// Payloads up to this size are always checked: their bytes are in memory anyway.
pub(super) const SMALL: u64 = 64 << 10;
/// How much is read at once when a large payload is checked.
const PIECE: usize = 1 << 20;

/// What is at a position.
#[derive(Debug, PartialEq)]
pub(super) enum Found {
    /// A whole record, whose length checks.
    Record { payload: u64, len: u64 },
    /// The file ends inside a record, or right here: wait.
    Tail,
    /// The length does not check, or no message is so long. `zeros`: it is all zeros, as a hole is.
    BadLength { zeros: bool },
}

/// Looks at `position`.
pub(super) fn look<F: Read + Seek>(window: &mut Window<F>, position: u64) -> io::Result<Found> {
    let end = window.end();
    let bytes = window.bytes(position, HEADER_LEN)?;
    let Some(bytes) = bytes.first_chunk::<HEADER_LEN>() else {
        return Ok(Found::Tail);
    };
    let header = Header::from_bytes(*bytes);
    if !header.is_valid() || header.len > LONGEST_MESSAGE as u64 {
        return Ok(Found::BadLength {
            zeros: *bytes == [0; HEADER_LEN],
        });
    }
    Ok(match record_end(position, header.len) {
        Some(record_end) if record_end <= end => Found::Record {
            payload: position + HEADER_LEN as u64,
            len: header.len,
        },
        _ => Found::Tail,
    })
}

/// Where a record ends.
pub(super) fn record_end(position: u64, len: u64) -> Option<u64> {
    position.checked_add(len)?.checked_add(OVERHEAD as u64)
}

/// The checksum of a payload and the one that the file holds for it. Takes no more memory than a piece.
pub(super) fn checksums<F: Read + Seek>(
    window: &mut Window<F>,
    payload: u64,
    len: u64,
) -> io::Result<(MaskedCrc, MaskedCrc)> {
    let mut crc = 0;
    let (mut at, end) = (payload, payload + len);
    while at < end {
        let piece = usize::try_from(end - at).unwrap_or(PIECE).min(PIECE);
        let bytes = window.bytes(at, piece)?;
        if bytes.is_empty() {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        crc = crc32c::crc32c_append(crc, bytes);
        at += bytes.len() as u64;
    }
    let footer = window.bytes(end, FOOTER_LEN)?;
    let footer = footer
        .try_into()
        .map_err(|_| io::Error::from(io::ErrorKind::UnexpectedEof))?;
    Ok((MaskedCrc::mask(crc), MaskedCrc(u32::from_le_bytes(footer))))
}

/// A search for the next record after a broken length, which goes on when the file has grown.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Resync {
    /// The position of the broken length.
    pub(super) start: u64,
    /// No record starts between `start` and here.
    pub(super) searched: u64,
    /// Whether all bytes so far were zeros.
    pub(super) zeros: bool,
    /// Bytes that checksums of candidates may still take.
    budget: u64,
}

/// What checksums may cost per byte searched, and at least: without a bound a file of forged headers would be read
/// through once for each.
const BUDGET_PER_BYTE: u64 = 4;
const LEAST_BUDGET: u64 = 64 << 20;

impl Resync {
    pub(super) fn new(start: u64, zeros: bool) -> Self {
        Self {
            start,
            searched: start,
            zeros,
            budget: LEAST_BUDGET,
        }
    }

    /// The next position at which a record starts that checks: its length does, and either the next length after it or its
    /// payload. A length that checks is waited for if the file ends first, so that it does not matter when a growing file
    /// is looked at. The search goes little further than `stop`.
    pub(super) fn next<F: Read + Seek>(
        &mut self,
        window: &mut Window<F>,
        stop: u64,
    ) -> io::Result<Searched> {
        // What was a hole may have been filled.
        match self.check(window, self.start)? {
            Checked::Record => return Ok(Searched::Record(self.start)),
            Checked::Undecided => return Ok(Searched::Waiting),
            Checked::Nothing => {}
        }
        while self.searched < stop {
            // A copy, since looking at candidates moves the window.
            let piece = window.bytes(self.searched, PIECE)?.to_vec();
            let Some(last) = piece.len().checked_sub(HEADER_LEN) else {
                return Ok(Searched::Waiting);
            };
            let mut at = 0;
            while at <= last {
                let candidate = find_header(&piece[at..]).map(|found| at + found);
                let passed = candidate.unwrap_or(last + 1) - at;
                self.zeros &= piece[at..at + passed].iter().all(|&byte| byte == 0);
                self.budget = self.budget.saturating_add(passed as u64 * BUDGET_PER_BYTE);
                self.searched += passed as u64;
                at += passed;
                if candidate.is_some() {
                    match self.check(window, self.searched)? {
                        Checked::Record => return Ok(Searched::Record(self.searched)),
                        Checked::Undecided => return Ok(Searched::Waiting),
                        Checked::Nothing => {}
                    }
                    self.searched += 1;
                    at += 1;
                }
            }
        }
        Ok(Searched::Stopped)
    }

    /// Whether there is a record at `position`.
    fn check<F: Read + Seek>(
        &mut self,
        window: &mut Window<F>,
        position: u64,
    ) -> io::Result<Checked> {
        let (payload, len) = match look(window, position)? {
            Found::Record { payload, len } => (payload, len),
            Found::BadLength { .. } => return Ok(Checked::Nothing),
            Found::Tail => return Ok(Checked::Undecided),
        };
        let after = position + len + OVERHEAD as u64;
        let next_is_cut = after + HEADER_LEN as u64 > window.end();
        if !next_is_cut && !matches!(look(window, after)?, Found::BadLength { .. }) {
            return Ok(Checked::Record);
        }
        if len <= self.budget {
            self.budget -= len;
            let (got, want) = checksums(window, payload, len)?;
            if got == want {
                return Ok(Checked::Record);
            }
        }
        Ok(if next_is_cut {
            Checked::Undecided
        } else {
            Checked::Nothing
        })
    }
}

/// What a search has come to.
#[derive(Debug, PartialEq)]
pub(super) enum Searched {
    /// A record starts there.
    Record(u64),
    /// The file has none yet.
    Waiting,
    /// It was enough for once.
    Stopped,
}

/// What a candidate turned out to be.
enum Checked {
    Record,
    Nothing,
    /// What the file holds next will tell.
    Undecided,
}

/// The first place in `bytes` where a length is followed by its checksum.
fn find_header(bytes: &[u8]) -> Option<usize> {
    bytes.windows(HEADER_LEN).position(|header| {
        // Most text is told by the top bytes of a length: no message has 2³² bytes. In a hole the sum is zero too, which
        // no length has that a hole holds: a length of zero has another.
        header[4..8] == [0; 4]
            && *header != [0; HEADER_LEN]
            && header
                .first_chunk()
                .is_some_and(|header| Header::from_bytes(*header).is_valid())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::append_record;
    use proptest::prelude::*;
    use std::io::Cursor;

    fn file_of(payloads: &[&[u8]]) -> Vec<u8> {
        let mut file = Vec::new();
        for payload in payloads {
            append_record(&mut file, |out| out.extend_from_slice(payload));
        }
        file
    }

    fn search(resync: &mut Resync, file: &[u8], end: u64) -> Option<u64> {
        let mut window = Window::new(Cursor::new(file), end);
        match resync.next(&mut window, u64::MAX).unwrap() {
            Searched::Record(found) => Some(found),
            Searched::Waiting => None,
            Searched::Stopped => panic!("it was not to stop"),
        }
    }

    fn next(file: &[u8], start: u64) -> Option<u64> {
        search(&mut Resync::new(start, false), file, file.len() as u64)
    }

    #[test]
    fn the_search_finds_the_next_record_whatever_comes_after_it() {
        let record = file_of(&[b"a record"]);
        let junk = b"\x08\0\0\0\0\0\0\0junk and more";
        // At the end of the file, before another record, before junk, before a part of a record.
        for rest in [&b""[..], &record, junk, &record[..15]] {
            let file = [junk, &record[..], rest].concat();
            assert_eq!(next(&file, 0), Some(junk.len() as u64));
        }
        assert_eq!(next(junk, 0), None);
    }

    #[test]
    fn a_header_without_its_payload_is_no_record() {
        let forged = Header::new(5).to_bytes();
        let file = [&[1][..], &forged, b"wrong sum!!", &file_of(&[b"right"])].concat();
        assert_eq!(next(&file, 0), Some(24));
    }

    #[test]
    fn forged_headers_do_not_cost_a_read_of_the_file_each() {
        let forged = Header::new(6 << 20).to_bytes();
        let mut file = vec![1];
        file.extend(forged.repeat(1 << 20));
        let mut resync = Resync::new(0, false);
        assert_eq!(search(&mut resync, &file, file.len() as u64), None);
        assert!(
            resync.budget < LEAST_BUDGET,
            "it was used, and there was no more"
        );
    }

    #[test]
    fn an_empty_record_after_zeros_is_found() {
        for zeros in 1..40 {
            let file = [&vec![0; zeros][..], &file_of(&[b"", b"x"])].concat();
            assert_eq!(next(&file, 0), Some(zeros as u64));
        }
    }

    #[test]
    fn a_search_goes_on_when_the_file_has_grown() {
        let file = [&[0u8; 100][..], &file_of(&[b"x", b"y"])].concat();
        let mut resync = Resync::new(0, true);
        for end in 0..112 {
            assert_eq!(search(&mut resync, &file, end), None);
        }
        assert!(resync.zeros);
        assert_eq!(search(&mut resync, &file, file.len() as u64), Some(100));
    }

    #[test]
    fn a_length_that_no_message_has_is_none_though_it_checks() {
        let record = file_of(&[b"a record"]);
        for len in [1 << 31, 1 << 40, u64::MAX] {
            let forged = Header::new(len).to_bytes();
            let file = [&forged[..], &record].concat();
            let mut window = Window::new(Cursor::new(&file), file.len() as u64);
            let found = look(&mut window, 0).unwrap();
            assert_eq!(found, Found::BadLength { zeros: false });
            let file = [&[1][..], &forged, &record].concat();
            assert_eq!(next(&file, 0), Some(13), "nor in a search");
        }
    }

    #[test]
    fn a_search_stops_where_it_is_told_and_goes_on_from_there() {
        let file = [&vec![1; 3 * PIECE][..], &file_of(&[b"x", b"y"])].concat();
        let mut window = Window::new(Cursor::new(&file), file.len() as u64);
        let mut resync = Resync::new(0, false);
        let mut stops = 0;
        let found = loop {
            let stop = resync.searched + 1;
            match resync.next(&mut window, stop).unwrap() {
                Searched::Stopped => stops += 1,
                other => break other,
            }
            assert!(resync.searched < stop + PIECE as u64);
        };
        assert_eq!((found, stops), (Searched::Record(3 << 20), 3));
    }

    proptest! {
        #[test]
        fn large_payloads_have_the_checksum_that_they_have_in_one_piece(len in 0usize..5_000_000, flip in any::<bool>()) {
            let payload: Vec<u8> = (0..len).map(|i| (i >> 5) as u8).collect();
            let mut file = file_of(&[&payload]);
            if flip {
                *file.last_mut().unwrap() ^= 1;
            }
            let mut window = Window::new(Cursor::new(&file), file.len() as u64);
            let (got, want) = checksums(&mut window, HEADER_LEN as u64, len as u64).unwrap();
            prop_assert_eq!(got, MaskedCrc::of(&payload));
            prop_assert_eq!(got == want, !flip);
        }

        #[test]
        fn random_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400), at in 0u64..500) {
            let mut window = Window::new(Cursor::new(&bytes), bytes.len() as u64);
            look(&mut window, at).unwrap();
            Resync::new(at, false).next(&mut window, u64::MAX).unwrap();
        }
    }
}
