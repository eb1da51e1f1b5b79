//! A view of a file's bytes that reads as much as the way it is used asks for.

use std::io::{self, Read, Seek, SeekFrom};

/// What is read after a jump: enough for the head of an event, so that the image behind it is never touched.
const AFTER_JUMP: usize = 4 << 10;
/// The most that is read at once when the file is read through.
const MOST: usize = 1 << 18;

/// Bytes of a file, from a buffer that moves along. Nothing beyond `end` is looked at, so that a file that grows meanwhile
/// looks the same throughout.
pub(super) struct Window<F> {
    file: F,
    end: u64,
    /// Where `buffer` is in the file.
    start: u64,
    buffer: Vec<u8>,
    next_read: usize,
}

impl<F: Read + Seek> Window<F> {
    /// A window on the first `end` bytes.
    pub(super) fn new(file: F, end: u64) -> Self {
        Self {
            file,
            end,
            start: 0,
            buffer: Vec::new(),
            next_read: AFTER_JUMP,
        }
    }

    /// The length of the file as far as the window looks.
    pub(super) fn end(&self) -> u64 {
        self.end
    }

    /// `len` bytes from `offset`, or fewer where the file ends. Callers ask for small pieces: all of it is held.
    pub(super) fn bytes(&mut self, offset: u64, len: usize) -> io::Result<&[u8]> {
        let len = usize::try_from(self.end.saturating_sub(offset))
            .unwrap_or(usize::MAX)
            .min(len);
        if !self.holds(offset, len) {
            self.fill(offset, len)?;
        }
        let from = usize::try_from(offset - self.start).map_err(io::Error::other)?;
        let to = (from + len).min(self.buffer.len());
        Ok(&self.buffer[from.min(to)..to])
    }

    fn holds(&self, offset: u64, len: usize) -> bool {
        offset >= self.start && offset - self.start + len as u64 <= self.buffer.len() as u64
    }

    /// Moves the window to `offset`. Reading on from what is held doubles the size of reads; a jump makes them small again.
    fn fill(&mut self, offset: u64, len: usize) -> io::Result<()> {
        let held_to = self.start + self.buffer.len() as u64;
        let kept = if offset >= self.start && offset <= held_to {
            self.next_read = (self.next_read * 2).min(MOST);
            usize::try_from(offset - self.start).map_err(io::Error::other)?
        } else {
            self.next_read = AFTER_JUMP;
            self.buffer.len()
        };
        self.buffer.drain(..kept);
        self.start = offset;
        let from = offset + self.buffer.len() as u64;
        let want = len.max(self.next_read).saturating_sub(self.buffer.len()) as u64;
        let want = want.min(self.end.saturating_sub(from));
        // At most `MOST`, or what a caller asks for: it is read in one piece where there is room for it.
        self.buffer
            .reserve_exact(usize::try_from(want).map_err(io::Error::other)?);
        self.file.seek(SeekFrom::Start(from))?;
        (&mut self.file).take(want).read_to_end(&mut self.buffer)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::io::Cursor;

    proptest! {
        #[test]
        fn any_order_of_reads_gives_the_files_bytes(
            len in 0usize..40_000,
            end in 0usize..40_000,
            reads in proptest::collection::vec((0u64..50_000, 0usize..9000), 1..60),
        ) {
            let file: Vec<u8> = (0..len).map(|i| (i * i / 7) as u8).collect();
            let end = end.min(len);
            let mut window = Window::new(Cursor::new(&file), end as u64);
            for (offset, len) in reads {
                let from = usize::try_from(offset).unwrap().min(end);
                prop_assert_eq!(window.bytes(offset, len).unwrap(), &file[from..end.min(from + len)]);
            }
        }
    }
}
