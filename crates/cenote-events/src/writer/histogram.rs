//! Histograms.

use super::SummaryWriter;
use super::value::one_value;
use crate::histogram::histogram;
use crate::message::{HistogramProto, Kind};
use crate::{Bins, Element, Error, Result};

impl SummaryWriter {
    /// Logs how the values are spread, in TensorFlow's bins.
    ///
    /// ```
    /// use ndarray::Array2;
    /// # let dir = tempfile::tempdir()?;
    /// # let writer = cenote_events::SummaryWriter::new(dir.path())?;
    /// let weights = Array2::from_shape_fn((64, 32), |(i, j)| ((i * 37 + j * 17) % 101) as f32 / 50.0 - 1.0);
    /// writer.add_histogram("weights", &weights, 0)?;
    /// writer.add_histogram("labels", [0u8, 3, 3, 9], 0)?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Argument`] if no value lies within the bins; what the background threads ran into; [`Error::Closed`].
    pub fn add_histogram<T: Element>(
        &self,
        tag: &str,
        values: impl IntoIterator<Item = T>,
        global_step: i64,
    ) -> Result<()> {
        self.add_histogram_with_bins(tag, values, &Bins::tensorflow(), global_step)
    }

    /// Logs how the values are spread, in the bins given.
    ///
    /// ```
    /// use cenote_events::Bins;
    /// # let dir = tempfile::tempdir()?;
    /// # let writer = cenote_events::SummaryWriter::new(dir.path())?;
    /// let grades = [1.0, 1.3, 2.0, 2.7, 3.3];
    /// writer.add_histogram_with_bins("grades", grades, &Bins::edges([1.0, 2.0, 3.0, 4.0]), 0)?;
    /// writer.add_histogram_with_bins("grades/even", grades, &Bins::uniform(10), 0)?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Argument`] if no value lies within the bins, or the bins cannot be used; what the background threads ran
    /// into; [`Error::Closed`].
    pub fn add_histogram_with_bins<T: Element>(
        &self,
        tag: &str,
        values: impl IntoIterator<Item = T>,
        bins: &Bins,
        global_step: i64,
    ) -> Result<()> {
        self.add_summary(
            one_value(tag, Kind::Histo(histogram(values, bins)?)),
            global_step,
        )
    }

    /// Logs a histogram counted elsewhere.
    ///
    /// ```
    /// use cenote_events::message::HistogramProto;
    /// # let dir = tempfile::tempdir()?;
    /// # let writer = cenote_events::SummaryWriter::new(dir.path())?;
    /// let histogram = HistogramProto {
    ///     min: 0.0, max: 2.0, num: 5.0, sum: 6.0, sum_squares: 8.0,
    ///     bucket_limit: vec![0.0, 1.0, 2.0],
    ///     bucket: vec![0.0, 3.0, 2.0],
    /// };
    /// writer.add_histogram_raw("counted", histogram, 0)?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Argument`] if there are not as many limits as buckets; what the background threads ran into;
    /// [`Error::Closed`].
    pub fn add_histogram_raw(
        &self,
        tag: &str,
        histogram: HistogramProto,
        global_step: i64,
    ) -> Result<()> {
        let (limits, buckets) = (histogram.bucket_limit.len(), histogram.bucket.len());
        if limits != buckets {
            let given = format!("{limits} bucket limits for {buckets} buckets");
            return Err(Error::argument(
                "the histogram",
                given,
                "give the upper limit of each bucket",
            ));
        }
        self.add_summary(one_value(tag, Kind::Histo(histogram)), global_step)
    }
}
