//! Scalars: one series, several series, and the new style.

use super::SummaryWriter;
use super::value::{one_tensor, one_value, plugin};
use crate::message::{DataType, Kind, TensorProto};
use crate::{Element, Error, Result};

impl SummaryWriter {
    /// Logs one number of any float or integer type, or a bool, stored as f32.
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
    /// What the background threads ran into, or [`Error::Closed`].
    #[expect(
        clippy::cast_possible_truncation,
        reason = "the format holds f32; add_scalar_double keeps all of it"
    )]
    pub fn add_scalar(&self, tag: &str, value: impl Element, global_step: i64) -> Result<()> {
        self.add_summary(
            one_value(tag, Kind::SimpleValue(value.to_f64() as f32)),
            global_step,
        )
    }

    /// Logs one number as a tensor of f32: torch's `new_style=True`.
    ///
    /// # Errors
    /// What the background threads ran into, or [`Error::Closed`].
    #[expect(
        clippy::cast_possible_truncation,
        reason = "the format holds f32; add_scalar_double keeps all of it"
    )]
    pub fn add_scalar_new_style(
        &self,
        tag: &str,
        value: impl Element,
        global_step: i64,
    ) -> Result<()> {
        let float_val = vec![value.to_f64() as f32];
        let tensor = TensorProto {
            dtype: DataType::Float.into(),
            float_val,
            ..TensorProto::default()
        };
        self.add_summary(
            one_tensor(tag, plugin("scalars", Vec::new()), tensor),
            global_step,
        )
    }

    /// Logs one number in double precision: torch's `new_style=True, double_precision=True`.
    ///
    /// TensorBoard's default loader does not show such scalars, only `--load_fast=false` does; [`LogDir`](crate::LogDir)
    /// reads them.
    ///
    /// ```
    /// # let dir = tempfile::tempdir()?;
    /// # let writer = cenote_events::SummaryWriter::new(dir.path())?;
    /// writer.add_scalar_double("clock", 1_700_000_000.123_456, 0)?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// What the background threads ran into, or [`Error::Closed`].
    pub fn add_scalar_double(
        &self,
        tag: &str,
        value: impl Element,
        global_step: i64,
    ) -> Result<()> {
        let tensor = TensorProto {
            dtype: DataType::Double.into(),
            double_val: vec![value.to_f64()],
            ..TensorProto::default()
        };
        self.add_summary(
            one_tensor(tag, plugin("scalars", Vec::new()), tensor),
            global_step,
        )
    }

    /// Logs several numbers to be shown in one chart, each as a run of its own: a file in
    /// `<log_dir>/<main_tag>_<key>`, with the tag `main_tag`.
    ///
    /// As in torch, `/` becomes `_` in the tag's part of the directory's name, and makes nested runs in the key's. (`\`
    /// becomes `_` in both.)
    ///
    /// ```
    /// # let dir = tempfile::tempdir()?;
    /// # let writer = cenote_events::SummaryWriter::new(dir.path())?;
    /// for step in 0..100 {
    ///     let x = step as f64 / 10.0;
    ///     writer.add_scalars("waves", [("sin", x.sin()), ("cos", x.cos())], step)?;
    /// }
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Argument`] for a key that is empty or leads out of the log directory; [`Error::Io`] if a directory or file
    /// cannot be made; what the background threads ran into; [`Error::Closed`].
    pub fn add_scalars<'k>(
        &self,
        main_tag: &str,
        values: impl IntoIterator<Item = (&'k str, f64)>,
        global_step: i64,
    ) -> Result<()> {
        for (key, value) in values {
            if key.is_empty() {
                return Err(Error::argument(
                    "a key of add_scalars",
                    "empty",
                    "each series needs a name",
                ));
            }
            let name = format!("{}_{key}", main_tag.replace('/', "_")).replace('\\', "_");
            self.child(&name)?
                .add_scalar(main_tag, value, global_step)?;
        }
        Ok(())
    }
}
