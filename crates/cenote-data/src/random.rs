//! Randomness that depends on a seed, an epoch and an example, and on nothing else.

use std::f64::consts::TAU;

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
        self.uniform() < p
    }

    /// A number from 0 on and below 1, each multiple of 2^-53 as likely: what `torch.rand` draws.
    pub fn uniform(&mut self) -> f64 {
        self.0.random()
    }

    /// A number of the normal distribution with mean 0 and standard deviation 1: what `torch.randn` draws.
    ///
    /// Made of two uniform ones (Box and Muller's way), none further from 0 than 8.6. Its last digits depend on the
    /// logarithm and cosine of the system's mathematical library, and may differ from one platform to another.
    pub fn normal(&mut self) -> f64 {
        // The logarithm of 0 would be infinite; this is above 0 and at most 1.
        let radius = (-2.0 * (1.0 - self.uniform()).ln()).sqrt();
        radius * (TAU * self.uniform()).cos()
    }
}

/// The numbers below `len` in the random order of one epoch; `None` where the system has no room for them.
pub(crate) fn permutation(len: usize, seed: u64, epoch: u64) -> Option<Vec<usize>> {
    shuffled(len, Random::keyed(seed, epoch, 0, *b"shuffle "))
}

/// The numbers below `len` in the random order of a split, which has nothing to do with that of an epoch.
pub(crate) fn permutation_of_split(len: usize, seed: u64) -> Option<Vec<usize>> {
    shuffled(len, Random::keyed(seed, 0, 0, *b"split   "))
}

fn shuffled(len: usize, mut random: Random) -> Option<Vec<usize>> {
    let mut order = Vec::new();
    order.try_reserve_exact(len).ok()?;
    order.extend(0..len);
    order.shuffle(&mut random.0);
    Some(order)
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
        let permutation = |len, seed, epoch| permutation(len, seed, epoch).unwrap();
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

    #[test]
    fn uniform_and_normal_have_their_mean_and_deviation() {
        let mut random = Random::new(1, 2, 3);
        let mut measured = |draw: fn(&mut Random) -> f64| {
            let numbers: Vec<f64> = (0..100_000).map(|_| draw(&mut random)).collect();
            let mean = numbers.iter().sum::<f64>() / 1e5;
            let squares: f64 = numbers.iter().map(|x| (x - mean).powi(2)).sum();
            (mean, (squares / 1e5).sqrt(), numbers)
        };
        let (mean, deviation, numbers) = measured(Random::uniform);
        assert!((mean - 0.5).abs() < 0.005, "{mean}");
        assert!(
            (deviation - 12f64.sqrt().recip()).abs() < 0.005,
            "{deviation}"
        );
        assert!(numbers.iter().all(|x| (0.0..1.0).contains(x)));
        let (mean, deviation, numbers) = measured(Random::normal);
        assert!(
            mean.abs() < 0.02 && (deviation - 1.0).abs() < 0.02,
            "{mean} {deviation}"
        );
        let beyond = |limit: f64| numbers.iter().filter(|x| x.abs() > limit).count();
        assert!((31_000..32_500).contains(&beyond(1.0)), "{}", beyond(1.0));
        assert!((4_200..4_900).contains(&beyond(2.0)), "{}", beyond(2.0));
        assert!(numbers.iter().all(|x| x.abs() < 8.6));
    }
}
