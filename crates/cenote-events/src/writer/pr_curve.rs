//! Precision-recall curves.

use prost::Message as _;

use super::SummaryWriter;
use super::value::{float_tensor, one_tensor, plugin};
use crate::message::plugin::PrCurvePluginData;
use crate::{PrCurve, Result};

impl SummaryWriter {
    /// Logs the precision-recall curve of a classifier at 127 thresholds.
    ///
    /// ```
    /// use cenote_events::PrCurve;
    /// # let dir = tempfile::tempdir()?;
    /// # let writer = cenote_events::SummaryWriter::new(dir.path())?;
    /// let labels = [true, false, true, true, false];
    /// let predictions = [0.9, 0.4, 0.8, 0.3, 0.6];
    /// writer.add_pr_curve("cats", &labels, &predictions, 0)?;
    /// // Fewer thresholds, weights, or a curve of your own:
    /// writer.add_pr_curve_raw("cats/coarse", &PrCurve::new(&labels, &predictions, 11)?, 0)?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Argument`](crate::Error::Argument) if the lengths differ; what the background threads ran into;
    /// [`Error::Closed`](crate::Error::Closed).
    pub fn add_pr_curve(
        &self,
        tag: &str,
        labels: &[bool],
        predictions: &[f32],
        global_step: i64,
    ) -> Result<()> {
        self.add_pr_curve_raw(tag, &PrCurve::new(labels, predictions, 127)?, global_step)
    }

    /// Logs a [`PrCurve`].
    ///
    /// # Errors
    /// What the background threads ran into, or [`Error::Closed`](crate::Error::Closed).
    #[expect(
        clippy::cast_possible_truncation,
        reason = "the plugin's tensor is f32, and a curve has 127 thresholds at most"
    )]
    pub fn add_pr_curve_raw(&self, tag: &str, curve: &PrCurve, global_step: i64) -> Result<()> {
        let thresholds = curve.rows[0].len();
        let content = PrCurvePluginData {
            version: 0,
            num_thresholds: thresholds as u32,
        };
        let values = curve
            .rows
            .iter()
            .flatten()
            .map(|&value| value as f32)
            .collect();
        let tensor = float_tensor(&[curve.rows.len(), thresholds], values);
        self.add_summary(
            one_tensor(tag, plugin("pr_curves", content.encode_to_vec()), tensor),
            global_step,
        )
    }
}
