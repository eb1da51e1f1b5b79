//! Randomness that depends on a seed, an epoch and an example, and on nothing else.

use rand::rngs::ChaCha8Rng;
use rand::seq::SliceRandom;
use rand::{RngExt, SeedableRng};

/// The source of chance of one example in one epoch.
///
/// Which thread loads the example, and when, makes no difference: the stream is derived from the three numbers alone
/// (they key a ChaCha generator). The numbers are not torch's: the same seed gives another, equally random order there.
///
/// ```
/// use cenote_data::Random;
///
/// let mut first = Random::new(7, 0, 42);
/// let mut again = Random::new(7, 0, 42);
/// assert_eq!(first.below(1000), again.below(1000));
/// ```
#[derive(Debug)]
pub struct Random(ChaCha8Rng);

impl Random {
    /// The stream of example `index` in `epoch` under `seed`.
    pub fn new(seed: u64, epoch: u64, index: u64) -> Self {
        Self::keyed(seed, epoch, index, *b"example ")
    }

    fn keyed(seed: u64, epoch: u64, index: u64, purpose: [u8; 8]) -> Self {
        let mut key = [0; 32];
        let words = [seed, epoch, index, u64::from_le_bytes(purpose)];
        for (bytes, word) in key.chunks_exact_mut(8).zip(words) {
            bytes.copy_from_slice(&word.to_le_bytes());
        }
        Self(ChaCha8Rng::from_seed(key))
    }

    /// A number from 0 to `limit` - 1, each as likely; 0 where `limit` is 0.
    pub fn below(&mut self, limit: usize) -> usize {
        if limit == 0 {
            0
        } else {
            self.0.random_range(0..limit)
        }
    }

    /// True with probability `p`: always for 1 and more, never for 0 and less.
    pub fn chance(&mut self, p: f64) -> bool {
        self.0.random::<f64>() < p
    }
}

/// The numbers below `len` in the random order of one epoch.
pub(crate) fn permutation(len: usize, seed: u64, epoch: u64) -> Vec<usize> {
    let mut order: Vec<usize> = (0..len).collect();
    order.shuffle(&mut Random::keyed(seed, epoch, 0, *b"shuffle ").0);
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_number_of_the_key_changes_the_stream() {
        let draw = |seed, epoch, index| Random::new(seed, epoch, index).below(usize::MAX);
        let streams = [draw(1, 2, 3), draw(0, 2, 3), draw(1, 0, 3), draw(1, 2, 0)];
        for (i, a) in streams.iter().enumerate() {
            for b in &streams[i + 1..] {
                assert_ne!(a, b);
            }
        }
    }

    #[test]
    fn a_permutation_holds_every_number_once_and_depends_on_the_epoch() {
        let order = permutation(1000, 5, 0);
        let mut sorted = order.clone();
        sorted.sort_unstable();
        assert!(sorted.into_iter().eq(0..1000));
        assert_ne!(order, permutation(1000, 5, 1));
        assert_ne!(order, permutation(1000, 6, 0));
        assert_eq!(order, permutation(1000, 5, 0));
    }

    #[test]
    fn chance_and_below_keep_their_limits() {
        let mut random = Random::new(0, 0, 0);
        assert!((0..1000).all(|_| random.chance(1.0) && !random.chance(0.0)));
        assert!((0..1000).all(|_| random.below(3) < 3));
        assert_eq!(random.below(0), 0);
    }
}
