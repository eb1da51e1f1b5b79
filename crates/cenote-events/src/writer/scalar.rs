//! Scalars.

use super::SummaryWriter;
use crate::Result;
use crate::message::{Kind, Summary, Value};

impl SummaryWriter {
    /// Logs one number, stored as f32.
    ///
    /// ```
    /// # let dir = tempfile::tempdir()?;
    /// # let writer = cenote_events::SummaryWriter::new(dir.path())?;
    /// for step in 0..100 {
    ///     writer.add_scalar("accuracy/train", 1.0 - 0.97f64.powi(step), step.into())?;
    /// }
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// What the background threads ran into, or [`Error::Closed`](crate::Error::Closed).
    #[expect(
        clippy::cast_possible_truncation,
        reason = "the format holds f32; add_scalar_double keeps all of it"
    )]
    pub fn add_scalar(&self, tag: &str, value: impl Into<f64>, global_step: i64) -> Result<()> {
        let kind = Kind::SimpleValue(value.into() as f32);
        self.add_summary(one_value(tag, kind), global_step)
    }
}

/// A summary of one value without metadata.
pub(super) fn one_value(tag: &str, kind: Kind) -> Summary {
    Summary {
        value: vec![Value {
            tag: tag.to_owned(),
            metadata: None,
            value: Some(kind),
        }],
    }
}
