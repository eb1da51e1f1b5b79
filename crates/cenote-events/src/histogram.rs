//! Histograms as NumPy and TensorFlow count them.

use std::sync::LazyLock;

use crate::element::Element;
use crate::message::HistogramProto;
use crate::{Error, Result};

/// Into which buckets a histogram counts: torch's `bins` and `max_bins`.
///
/// Buckets hold their lower edge and not their upper one, but for the last, which holds both. Values outside the edges and
/// NaN are in no bucket.
#[derive(Debug, Clone, PartialEq)]
pub struct Bins {
    edges: Edges,
    max_bins: Option<usize>,
}

#[derive(Debug, Clone, PartialEq)]
enum Edges {
    TensorFlow,
    Uniform(usize),
    Given(Vec<f64>),
}

/// More bins than any page can draw, and few enough to hold in memory.
const MOST_BINS: usize = 1 << 20;

impl Default for Bins {
    fn default() -> Self {
        Self::tensorflow()
    }
}

impl Bins {
    /// TensorFlow's 1548 buckets, each 10 % wider than the one nearer to 0, from ±10⁻¹² to ±10²⁰: torch's default.
    #[must_use]
    pub const fn tensorflow() -> Self {
        Self {
            edges: Edges::TensorFlow,
            max_bins: None,
        }
    }

    /// `count` buckets of one width from the smallest value to the largest.
    #[must_use]
    pub const fn uniform(count: usize) -> Self {
        Self {
            edges: Edges::Uniform(count),
            max_bins: None,
        }
    }

    /// Buckets between these edges, which must not decrease.
    #[must_use]
    pub fn edges(edges: impl Into<Vec<f64>>) -> Self {
        Self {
            edges: Edges::Given(edges.into()),
            max_bins: None,
        }
    }

    /// Merges neighbours until there are about this many buckets at most, as torch does.
    #[must_use]
    pub fn max_bins(self, max_bins: usize) -> Self {
        Self {
            max_bins: Some(max_bins),
            ..self
        }
    }

    fn to_edges(&self, values: &[f64]) -> Result<Vec<f64>> {
        let edges = match &self.edges {
            Edges::TensorFlow => return Ok(TENSORFLOW_EDGES.clone()),
            &Edges::Uniform(count) if !(1..=MOST_BINS).contains(&count) => {
                let allowed = format!("give 1 to {MOST_BINS}");
                return Err(Error::argument(
                    "the number of bins",
                    count.to_string(),
                    allowed,
                ));
            }
            Edges::Uniform(count) => return uniform_edges(values, *count),
            Edges::Given(edges) => edges,
        };
        if edges.len() < 2 || !edges.is_sorted() || edges.iter().any(|edge| edge.is_nan()) {
            let given = if edges.len() < 8 {
                format!("{edges:?}")
            } else {
                format!("{} edges", edges.len())
            };
            return Err(Error::argument(
                "the bin edges",
                given,
                "give at least two numbers in increasing order",
            ));
        }
        Ok(edges.clone())
    }
}

static TENSORFLOW_EDGES: LazyLock<Vec<f64>> = LazyLock::new(|| {
    let positive: Vec<f64> = std::iter::successors(Some(1e-12), |edge| Some(edge * 1.1))
        .take_while(|&edge| edge < 1e20)
        .collect();
    positive
        .iter()
        .rev()
        .map(|edge| -edge)
        .chain([0.0])
        .chain(positive.iter().copied())
        .collect()
});

/// NumPy's `linspace` over the range of the values.
fn uniform_edges(values: &[f64], count: usize) -> Result<Vec<f64>> {
    let (mut first, mut last) = (minimum(values), maximum(values));
    if !(first.is_finite() && last.is_finite()) {
        let given = format!("from {first} to {last}");
        return Err(Error::argument(
            "the range of the values",
            given,
            "uniform bins need finite values: filter them, or give edges",
        ));
    }
    if first == last {
        (first, last) = (first - 0.5, last + 0.5);
    }
    let step = (last - first) / count as f64;
    Ok((0..count)
        .map(|i| i as f64 * step + first)
        .chain([last])
        .collect())
}

/// Counts `values`, as torch's `make_histogram` does: only the buckets from the first that is not empty to the last are
/// kept, with one empty bucket before them, whose limit is the lower edge of the first.
pub(crate) fn histogram<T: Element>(
    values: impl IntoIterator<Item = T>,
    bins: &Bins,
) -> Result<HistogramProto> {
    let values: Vec<f64> = values.into_iter().map(Element::to_f64).collect();
    if values.is_empty() {
        return Err(Error::argument(
            "the histogram's input",
            "empty",
            "a histogram needs at least one value",
        ));
    }
    let edges = bins.to_edges(&values)?;
    let (edges, counts) = merge(edges.clone(), count(&values, &edges), bins.max_bins)?;
    let filled = |count: &u64| *count > 0;
    let (Some(start), Some(end)) = (
        counts.iter().position(filled),
        counts.iter().rposition(filled),
    ) else {
        let range = format!(
            "{} values outside of {} to {}",
            values.len(),
            edges[0],
            edges[edges.len() - 1]
        );
        return Err(Error::argument(
            "the histogram's input",
            range,
            "at least one value must lie within the bins",
        ));
    };
    Ok(HistogramProto {
        min: minimum(&values),
        max: maximum(&values),
        num: values.len() as f64,
        sum: pairwise_sum(&values),
        sum_squares: values.iter().map(|value| value * value).sum(),
        bucket_limit: edges[start..=end + 1].to_vec(),
        bucket: std::iter::once(0)
            .chain(counts[start..=end].iter().copied())
            .map(|count| count as f64)
            .collect(),
    })
}

/// How many values lie between each two edges.
fn count(values: &[f64], edges: &[f64]) -> Vec<u64> {
    let mut counts = vec![0; edges.len() - 1];
    let (first, last) = (edges[0], edges[edges.len() - 1]);
    for &value in values {
        if value >= first && value <= last {
            let bin = edges[..edges.len() - 1].partition_point(|&edge| edge <= value) - 1;
            counts[bin] += 1;
        }
    }
    counts
}

/// torch's merging of `len / max_bins` neighbours each, padded with empty bins at the end.
fn merge(
    edges: Vec<f64>,
    counts: Vec<u64>,
    max_bins: Option<usize>,
) -> Result<(Vec<f64>, Vec<u64>)> {
    match max_bins {
        Some(0) => Err(Error::argument("max_bins", "0", "give 1 or more")),
        Some(max_bins) if counts.len() > max_bins => {
            let each = counts.len() / max_bins;
            let merged: Vec<u64> = counts
                .chunks(each)
                .map(|chunk| chunk.iter().sum())
                .collect();
            let last = edges[edges.len() - 1];
            let edges = edges[..counts.len()]
                .iter()
                .copied()
                .step_by(each)
                .chain([last])
                .collect();
            Ok((edges, merged))
        }
        _ => Ok((edges, counts)),
    }
}

fn minimum(values: &[f64]) -> f64 {
    extreme(values, f64::INFINITY, f64::min)
}

fn maximum(values: &[f64]) -> f64 {
    extreme(values, f64::NEG_INFINITY, f64::max)
}

/// NaN if any value is, as NumPy has it.
fn extreme(values: &[f64], of_none: f64, of_two: fn(f64, f64) -> f64) -> f64 {
    values.iter().fold(of_none, |a, &b| {
        if a.is_nan() || b.is_nan() {
            f64::NAN
        } else {
            of_two(a, b)
        }
    })
}

/// The sum in the order of NumPy's `sum`: eight interleaved sums for up to 128 values, halves above that.
fn pairwise_sum(values: &[f64]) -> f64 {
    if values.len() < 8 {
        return values.iter().fold(-0.0, |sum, value| sum + value);
    }
    if values.len() > 128 {
        let half = values.len() / 2;
        let (left, right) = values.split_at(half - half % 8);
        return pairwise_sum(left) + pairwise_sum(right);
    }
    let (blocks, rest) = values.as_chunks::<8>();
    let mut sums = blocks[0];
    for block in &blocks[1..] {
        sums.iter_mut()
            .zip(block)
            .for_each(|(sum, value)| *sum += value);
    }
    let [a, b, c, d, e, f, g, h] = sums;
    rest.iter()
        .fold(((a + b) + (c + d)) + ((e + f) + (g + h)), |sum, value| {
            sum + value
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn tensorflows_edges_are_torchs() {
        let edges = &*TENSORFLOW_EDGES;
        assert_eq!(edges.len(), 1549);
        assert_eq!(
            (edges[774], edges[775], edges[776]),
            (0.0, 1e-12, 1e-12 * 1.1)
        );
        assert!(edges.is_sorted() && edges[1548] < 1e20 && edges[1548] * 1.1 >= 1e20);
    }

    #[test]
    fn the_support_is_kept_with_one_empty_bucket_before_it() {
        let proto = histogram(
            [1, 1, 2, 5],
            &Bins::edges([0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0]),
        )
        .unwrap();
        assert_eq!(proto.bucket_limit, [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
        assert_eq!(proto.bucket, [0.0, 2.0, 1.0, 0.0, 0.0, 1.0]);
        assert_eq!(
            (
                proto.min,
                proto.max,
                proto.num,
                proto.sum,
                proto.sum_squares
            ),
            (1.0, 5.0, 4.0, 9.0, 31.0)
        );
    }

    #[test]
    fn the_last_bucket_holds_its_upper_edge() {
        let proto = histogram([0.0, 1.0, 2.0], &Bins::uniform(2)).unwrap();
        assert_eq!(
            (proto.bucket_limit, proto.bucket),
            (vec![0.0, 1.0, 2.0], vec![0.0, 1.0, 2.0])
        );
    }

    #[test]
    fn one_value_makes_a_bucket_around_it() {
        let proto = histogram([3.0], &Bins::uniform(1)).unwrap();
        assert_eq!(proto.bucket_limit, [2.5, 3.5]);
    }

    #[test]
    fn nan_is_in_no_bucket_but_counted() {
        let proto = histogram([1.0, f64::NAN], &Bins::tensorflow()).unwrap();
        assert_eq!(proto.bucket.iter().sum::<f64>(), 1.0);
        assert!(proto.num == 2.0 && proto.min.is_nan() && proto.max.is_nan() && proto.sum.is_nan());
    }

    #[test]
    fn max_bins_merges_neighbours() {
        let proto = histogram(0..10, &Bins::uniform(9).max_bins(4)).unwrap();
        // 9 / 4 = 2 bins each; the last one is alone.
        assert_eq!(proto.bucket_limit, [0.0, 2.0, 4.0, 6.0, 8.0, 9.0]);
        assert_eq!(proto.bucket, [0.0, 2.0, 2.0, 2.0, 2.0, 2.0]);
    }

    #[test]
    fn bad_input_is_named() {
        let message =
            |values: &[f64], bins: Bins| histogram(values, &bins).unwrap_err().to_string();
        assert_eq!(
            message(&[], Bins::default()),
            "the histogram's input is empty; a histogram needs at least one value"
        );
        assert!(message(&[f64::NAN], Bins::default()).contains("1 values outside of"));
        assert!(message(&[1.0], Bins::uniform(0)).contains("number of bins is 0"));
        assert!(message(&[1.0], Bins::uniform(usize::MAX)).contains("give 1 to 1048576"));
        assert!(message(&[1.0, f64::INFINITY], Bins::uniform(3)).contains("from 1 to inf"));
        assert!(message(&[1.0], Bins::edges([2.0, 1.0])).contains("in increasing order"));
        assert!(message(&[1.0], Bins::default().max_bins(0)).contains("max_bins is 0"));
    }

    proptest! {
        #[test]
        fn every_value_is_counted_once(values in proptest::collection::vec(-1e3f64..1e3, 1..500), count in 1usize..40, max in 1usize..40) {
            for bins in [Bins::tensorflow(), Bins::uniform(count), Bins::uniform(count).max_bins(max)] {
                let proto = histogram(&values, &bins).unwrap();
                prop_assert_eq!(proto.bucket.iter().sum::<f64>(), values.len() as f64);
                prop_assert_eq!(proto.bucket.len(), proto.bucket_limit.len());
                prop_assert!((proto.sum - values.iter().sum::<f64>()).abs() < 1e-6);
            }
        }
    }
}
