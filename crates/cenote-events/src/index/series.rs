//! Many values of one tag in few bytes: each is kept as what it differs from the one expected after the value before it.

use std::marker::PhantomData;
use std::sync::Arc;

use prost::encoding::{decode_varint, encode_varint};

/// How many numbers an entry is made of.
pub(super) const NUMBERS: usize = 4;

/// An entry of a series, as numbers that grow or change little from one to the next.
pub(super) trait Entry: Copy {
    /// The numbers.
    fn to_numbers(self) -> [u64; NUMBERS];
    /// The entry that has these numbers.
    fn from_numbers(numbers: [u64; NUMBERS]) -> Self;
    /// What the numbers after these most likely are.
    fn expected_after(numbers: [u64; NUMBERS]) -> [u64; NUMBERS];
}

/// Entries in the order in which they were added, to be gone through from the first on. A clone shares what there is.
///
/// A number takes 7 bits a byte of its distance from what was expected: 5 to 12 bytes an entry in place of its 32.
#[derive(Debug, Clone)]
pub(super) struct Series<E> {
    bytes: Arc<Vec<u8>>,
    len: usize,
    /// What is expected next.
    expected: [u64; NUMBERS],
    entries: PhantomData<E>,
}

impl<E> Default for Series<E> {
    fn default() -> Self {
        Self {
            bytes: Arc::default(),
            len: 0,
            expected: [0; NUMBERS],
            entries: PhantomData,
        }
    }
}

impl<E: Entry> Series<E> {
    /// How many entries it has.
    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// Adds one to the end.
    pub(super) fn push(&mut self, entry: E) {
        self.extend([entry]);
    }

    /// All entries, as they are now.
    pub(super) fn iter(&self) -> Entries<E> {
        Entries {
            series: self.clone(),
            at: 0,
            left: self.len,
            expected: [0; NUMBERS],
        }
    }
}

impl<E: Entry> Extend<E> for Series<E> {
    fn extend<I: IntoIterator<Item = E>>(&mut self, entries: I) {
        // Copied only while someone goes through what there was.
        let bytes = Arc::make_mut(&mut self.bytes);
        for entry in entries {
            let numbers = entry.to_numbers();
            for (number, expected) in numbers.into_iter().zip(self.expected) {
                let distance = number.wrapping_sub(expected).cast_signed();
                // Small distances either way become small numbers.
                let folded = (distance << 1) ^ (distance >> 63);
                encode_varint(folded.cast_unsigned(), bytes);
            }
            self.expected = E::expected_after(numbers);
            self.len += 1;
        }
    }
}

/// The entries of a series, one after another.
#[derive(Debug, Clone)]
pub(super) struct Entries<E> {
    series: Series<E>,
    at: usize,
    left: usize,
    expected: [u64; NUMBERS],
}

impl<E: Entry> Iterator for Entries<E> {
    type Item = E;

    fn next(&mut self) -> Option<E> {
        self.left = self.left.checked_sub(1)?;
        let mut bytes = &self.series.bytes[self.at..];
        let mut numbers = [0; NUMBERS];
        for (number, expected) in numbers.iter_mut().zip(self.expected) {
            let folded = decode_varint(&mut bytes).expect("extend() wrote it");
            let distance = (folded >> 1) ^ (folded & 1).wrapping_neg();
            *number = distance.wrapping_add(expected);
        }
        self.at = self.series.bytes.len() - bytes.len();
        self.expected = E::expected_after(numbers);
        Some(E::from_numbers(numbers))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.left, Some(self.left))
    }
}

#[cfg(test)]
mod tests {
    use super::super::part::{Blob, Scalar};
    use super::*;
    use proptest::prelude::*;

    /// Anything that a file may hold, near to what came before as often as not.
    fn number() -> impl Strategy<Value = u64> {
        prop_oneof![any::<u64>(), 0u64..300, Just(u64::MAX), Just(1 << 63)]
    }

    fn round_trip<E: Entry>(entries: &[[u64; NUMBERS]]) {
        let mut series = Series::<E>::default();
        let (first, rest) = entries.split_at(entries.len() / 3);
        first
            .iter()
            .for_each(|&numbers| series.push(E::from_numbers(numbers)));
        series.extend(rest.iter().map(|&numbers| E::from_numbers(numbers)));
        let before = series.iter();
        series.push(E::from_numbers([7; NUMBERS]));
        let got: Vec<_> = before.map(E::to_numbers).collect();
        assert_eq!(got, entries, "as it was when it was asked for");
        let last = series.iter().last().map(E::to_numbers);
        assert_eq!(last, Some([7; NUMBERS]));
        assert_eq!(series.len(), entries.len() + 1);
    }

    proptest! {
        #[test]
        fn what_goes_in_comes_out(entries in proptest::collection::vec([number(), number(), number(), number()], 0..40)) {
            round_trip::<Blob>(&entries);
            round_trip::<Scalar>(&entries);
        }
    }

    #[test]
    fn a_value_of_an_ordinary_log_takes_few_bytes() {
        // Two tags in turns, some 20 ms between the steps of each.
        let mut blobs = Series::default();
        let mut scalars = Series::default();
        let mut offset = 40;
        for step in 0..1000u32 {
            let wall_time = 1.7e9 + f64::from(step) * 0.02 + f64::from(step * 7919 % 100) * 1e-5;
            let len = 10_000 + step * 7919 % 500;
            let value = f64::from(1.0 / (step as f32 + 1.0));
            let step = i64::from(step);
            blobs.push(Blob {
                step,
                wall_time,
                offset,
                len,
                value: 0,
            });
            scalars.push(Scalar {
                step,
                wall_time,
                value,
                offset,
            });
            offset += u64::from(len) + 5_000;
        }
        assert!(
            blobs.bytes.len() <= 10 * blobs.len(),
            "{}",
            blobs.bytes.len()
        );
        assert!(
            scalars.bytes.len() <= 14 * scalars.len(),
            "{}",
            scalars.bytes.len()
        );
    }
}
