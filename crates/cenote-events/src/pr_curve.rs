//! Precision-recall curves.

use crate::{Error, Result};

/// The most thresholds that a curve can have: torch's limit, which TensorBoard's readers share.
const MAX_THRESHOLDS: usize = 127;
/// Denominators are never smaller than this.
const MINIMUM_COUNT: f64 = 1e-7;

/// A precision-recall curve: six numbers for each of some thresholds, evenly spaced from 0 to 1.
#[derive(Debug, Clone, PartialEq)]
pub struct PrCurve {
    pub(crate) rows: [Vec<f64>; 6],
}

impl PrCurve {
    /// Computes the curve of a classifier as torch does: `predictions` are probabilities in 0..=1 of `labels` being true,
    /// and `thresholds` is the number of thresholds (torch's default, and the most, is 127).
    ///
    /// A prediction counts for the threshold at or below it; below 0, past the last threshold, and NaN, it counts for
    /// nothing.
    ///
    /// # Errors
    /// [`Error::Argument`] if the lengths differ or `thresholds` is not in 2..=127.
    pub fn new(labels: &[bool], predictions: &[f32], thresholds: usize) -> Result<Self> {
        Self::compute(labels, predictions, None, thresholds)
    }

    /// As [`PrCurve::new`], each sample counting `weights` times.
    ///
    /// # Errors
    /// [`Error::Argument`] if the lengths differ or `thresholds` is not in 2..=127.
    pub fn weighted(
        labels: &[bool],
        predictions: &[f32],
        weights: &[f64],
        thresholds: usize,
    ) -> Result<Self> {
        Self::compute(labels, predictions, Some(weights), thresholds)
    }

    /// True positives, false positives, true negatives, false negatives, precision and recall, by threshold.
    #[must_use]
    pub fn into_rows(self) -> [Vec<f64>; 6] {
        self.rows
    }

    /// A curve computed elsewhere: true positives, false positives, true negatives, false negatives, precision and recall,
    /// one number per threshold each.
    ///
    /// # Errors
    /// [`Error::Argument`] if the lengths differ or are not in 2..=127.
    pub fn from_rows(rows: [Vec<f64>; 6]) -> Result<Self> {
        check_thresholds(rows[0].len())?;
        for row in &rows {
            check_lengths(
                "the rows of a precision-recall curve",
                rows[0].len(),
                row.len(),
            )?;
        }
        Ok(Self { rows })
    }

    fn compute(
        labels: &[bool],
        predictions: &[f32],
        weights: Option<&[f64]>,
        thresholds: usize,
    ) -> Result<Self> {
        check_thresholds(thresholds)?;
        check_lengths("labels and predictions", labels.len(), predictions.len())?;
        check_lengths(
            "labels and weights",
            labels.len(),
            weights.map_or(labels.len(), <[f64]>::len),
        )?;
        let mut positives = vec![0.0; thresholds];
        let mut negatives = vec![0.0; thresholds];
        for (i, (&label, &prediction)) in labels.iter().zip(predictions).enumerate() {
            let bucket = (prediction * (thresholds - 1) as f32).floor();
            if (0.0..thresholds as f32).contains(&bucket) {
                let side = if label {
                    &mut positives
                } else {
                    &mut negatives
                };
                #[expect(
                    clippy::cast_possible_truncation,
                    clippy::cast_sign_loss,
                    reason = "checked on the line above"
                )]
                let bucket = bucket as usize;
                side[bucket] += weights.map_or(1.0, |weights| weights[i]);
            }
        }
        let (tp, fp) = (sum_from_the_end(positives), sum_from_the_end(negatives));
        let tn: Vec<f64> = fp.iter().map(|count| fp[0] - count).collect();
        let fn_: Vec<f64> = tp.iter().map(|count| tp[0] - count).collect();
        let share = |other: &[f64]| {
            tp.iter()
                .zip(other)
                .map(|(tp, other)| tp / (tp + other).max(MINIMUM_COUNT))
                .collect()
        };
        let (precision, recall) = (share(&fp), share(&fn_));
        Ok(Self {
            rows: [tp, fp, tn, fn_, precision, recall],
        })
    }
}

fn sum_from_the_end(mut counts: Vec<f64>) -> Vec<f64> {
    let mut sum = 0.0;
    for count in counts.iter_mut().rev() {
        sum += *count;
        *count = sum;
    }
    counts
}

fn check_thresholds(thresholds: usize) -> Result<()> {
    if (2..=MAX_THRESHOLDS).contains(&thresholds) {
        return Ok(());
    }
    Err(Error::argument(
        "the number of thresholds",
        thresholds.to_string(),
        "give 2 to 127 (torch's default is 127)",
    ))
}

fn check_lengths(what: &str, a: usize, b: usize) -> Result<()> {
    if a == b {
        Ok(())
    } else {
        Err(Error::argument(
            format!("the length of {what}"),
            format!("{a} and {b}"),
            "they must be the same",
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_small_curve_by_hand() {
        // Thresholds 0, 0.5 and 1.
        let curve = PrCurve::new(&[true, false, true, false], &[0.9, 0.6, 0.2, 0.1], 3).unwrap();
        let [tp, fp, tn, fn_, precision, recall] = curve.rows;
        assert_eq!((tp, fp), (vec![2.0, 1.0, 0.0], vec![2.0, 1.0, 0.0]));
        assert_eq!((tn, fn_), (vec![0.0, 1.0, 2.0], vec![0.0, 1.0, 2.0]));
        assert_eq!(
            (precision, recall),
            (vec![0.5, 0.5, 0.0], vec![1.0, 0.5, 0.0])
        );
    }

    #[test]
    fn weights_count_and_values_outside_do_not() {
        let curve = PrCurve::weighted(
            &[true, true, true, false],
            &[1.0, 2.5, f32::NAN, -0.1],
            &[3.0, 1.0, 1.0, 1.0],
            2,
        )
        .unwrap();
        assert_eq!(curve.rows[0], [3.0, 3.0]);
        assert_eq!(curve.rows[1], [0.0, 0.0]);
    }

    #[test]
    fn bad_input_is_named() {
        let message = PrCurve::new(&[true], &[], 127).unwrap_err().to_string();
        assert_eq!(
            message,
            "the length of labels and predictions is 1 and 0; they must be the same"
        );
        let message = PrCurve::new(&[], &[], 128).unwrap_err().to_string();
        assert_eq!(
            message,
            "the number of thresholds is 128; give 2 to 127 (torch's default is 127)"
        );
        let uneven = [
            vec![0.0; 5],
            vec![0.0; 5],
            vec![0.0; 4],
            vec![0.0; 5],
            vec![0.0; 5],
            vec![0.0; 5],
        ];
        assert!(
            PrCurve::from_rows(uneven)
                .unwrap_err()
                .to_string()
                .contains("5 and 4")
        );
    }
}
