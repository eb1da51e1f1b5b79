//! Hyperparameters.

use half::{bf16, f16};
use prost::Message as _;

use super::value::plugin;
use super::{SummaryWriter, now};
use crate::message::plugin::{
    EXPERIMENT_TAG, Experiment, HParamDomain, HParamInfo, HParamType, HParamValue, HParamsData,
    HParamsPluginData, ListValue, MetricInfo, MetricName, ProtoValue, SESSION_END_TAG,
    SESSION_START_TAG, SessionEndInfo, SessionStartInfo,
};
use crate::message::{Summary, Value};
use crate::{Element as _, Error, Result};

/// `STATUS_SUCCESS`.
const SUCCESS: i32 = 1;

/// The hyperparameters of one session: names and values, in the order in which they are set.
#[derive(Debug, Clone, Default)]
pub struct Hparams {
    values: Vec<(String, HParamValue)>,
    domains: Vec<(String, Vec<HParamValue>)>,
    run: Run,
}

#[derive(Debug, Clone, Default)]
enum Run {
    #[default]
    Time,
    Named(String),
    This,
}

impl Hparams {
    /// No hyperparameters.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets a number, text or a bool. A second value for a name replaces the first. Numbers are kept as f64: integers beyond
    /// 2⁵³ are rounded.
    ///
    /// ```
    /// use cenote_events::Hparams;
    /// let hparams = Hparams::new().set("lr", 0.1).set("seed", 42u64).set("optimizer", "sgd").set("nesterov", true);
    /// ```
    #[must_use]
    pub fn set(mut self, name: impl Into<String>, value: impl Into<HParamValue>) -> Self {
        let (name, value) = (name.into(), value.into());
        replace(&mut self.values, name, value);
        self
    }

    /// Says which values a hyperparameter can take: torch's `hparam_domain_discrete`. A second domain for a name replaces the
    /// first.
    #[must_use]
    pub fn domain<V: Into<HParamValue>>(
        mut self,
        name: impl Into<String>,
        values: impl IntoIterator<Item = V>,
    ) -> Self {
        let values = values.into_iter().map(Into::into).collect();
        replace(&mut self.domains, name.into(), values);
        self
    }

    /// The name of the session's run, a directory inside the log directory. Default: the time. As in torch, logging to it
    /// again begins another file of the run.
    #[must_use]
    pub fn run_name(self, run_name: impl Into<String>) -> Self {
        Self {
            run: Run::Named(run_name.into()),
            ..self
        }
    }

    /// Writes into the writer's own run instead of a run inside of it, so that the scalars logged there are the session's.
    #[must_use]
    pub fn in_this_run(self) -> Self {
        Self {
            run: Run::This,
            ..self
        }
    }

    fn check_domains(&self) -> Result<()> {
        for (name, domain) in &self.domains {
            let type_of = |value: &HParamValue| std::mem::discriminant(value);
            let value = self
                .values
                .iter()
                .find(|(known, _)| known == name)
                .map(|(_, value)| type_of(value));
            let what = || format!("the domain of {name:?}");
            match value {
                None => {
                    return Err(Error::argument(
                        what(),
                        "given without a value",
                        "set() the hyperparameter too",
                    ));
                }
                Some(expected) if domain.iter().any(|value| type_of(value) != expected) => {
                    return Err(Error::argument(
                        what(),
                        format!("{domain:?}"),
                        "its values must be of the hyperparameter's type",
                    ));
                }
                Some(_) => {}
            }
        }
        Ok(())
    }

    fn info(&self, name: &str, value: &HParamValue) -> HParamInfo {
        let kind = match value {
            HParamValue::Number(_) => HParamType::Float64,
            HParamValue::String(_) => HParamType::String,
            HParamValue::Bool(_) => HParamType::Bool,
        };
        let domain = self
            .domains
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, values)| {
                HParamDomain::Discrete(ListValue {
                    values: values.iter().cloned().map(ProtoValue::from).collect(),
                })
            });
        HParamInfo {
            name: name.to_owned(),
            r#type: kind.into(),
            domain,
            ..HParamInfo::default()
        }
    }
}

/// Puts an entry in the place of the one of the same name, or at the end.
fn replace<T>(entries: &mut Vec<(String, T)>, name: String, entry: T) {
    match entries.iter_mut().find(|(known, _)| *known == name) {
        Some((_, old)) => *old = entry,
        None => entries.push((name, entry)),
    }
}

impl From<HParamValue> for ProtoValue {
    fn from(value: HParamValue) -> Self {
        Self { kind: Some(value) }
    }
}

macro_rules! impl_from_number {
    ($($type:ty)*) => {$(
        impl From<$type> for HParamValue {
            fn from(value: $type) -> Self {
                Self::Number(value.to_f64())
            }
        }
    )*};
}
impl_from_number!(f64 f32 f16 bf16 i8 i16 i32 i64 isize u8 u16 u32 u64 usize);

impl From<bool> for HParamValue {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<&str> for HParamValue {
    fn from(value: &str) -> Self {
        Self::String(value.to_owned())
    }
}

impl From<String> for HParamValue {
    fn from(value: String) -> Self {
        Self::String(value)
    }
}

impl SummaryWriter {
    /// Logs the hyperparameters of a session and the metrics that it reached, each metric also as a scalar at
    /// `global_step`, in a run of their own, whose file is closed with them (see [`Hparams::run_name`] and
    /// [`Hparams::in_this_run`]).
    ///
    /// A bool is logged as a bool; torch logs it as a number.
    ///
    /// ```
    /// use cenote_events::Hparams;
    /// # let dir = tempfile::tempdir()?;
    /// # let writer = cenote_events::SummaryWriter::new(dir.path())?;
    /// for (i, lr) in [0.1, 0.01].into_iter().enumerate() {
    ///     let hparams = Hparams::new()
    ///         .set("lr", lr)
    ///         .set("optimizer", "sgd")
    ///         .set("nesterov", true)
    ///         .domain("lr", [0.1, 0.01, 0.001])
    ///         .run_name(format!("session{i}"));
    ///     writer.add_hparams(&hparams, [("accuracy", 0.9 - lr)], 0)?;
    /// }
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Argument`] if a domain does not fit its hyperparameter, or the run's name leads out of the log directory; [`Error::Io`] if the run cannot be made; what the
    /// background threads ran into; [`Error::Closed`].
    pub fn add_hparams<'k>(
        &self,
        hparams: &Hparams,
        metrics: impl IntoIterator<Item = (&'k str, f64)>,
        global_step: i64,
    ) -> Result<()> {
        hparams.check_domains()?;
        let metrics: Vec<_> = metrics.into_iter().collect();
        match &hparams.run {
            Run::This => {
                self.write_session(hparams, &metrics, global_step)?;
                self.flush()
            }
            Run::Time => self.write_run(&format!("{:.7}", now()), hparams, &metrics, global_step),
            Run::Named(name) => self.write_run(name, hparams, &metrics, global_step),
        }
    }

    /// Writes a session into a file of its own and closes that: a search has more sessions than a process may have files.
    fn write_run(
        &self,
        name: &str,
        hparams: &Hparams,
        metrics: &[(&str, f64)],
        global_step: i64,
    ) -> Result<()> {
        let run = self.new_child(name)?;
        let written = run.write_session(hparams, metrics, global_step);
        written.and(run.close())
    }

    fn write_session(
        &self,
        hparams: &Hparams,
        metrics: &[(&str, f64)],
        global_step: i64,
    ) -> Result<()> {
        let metric = |(tag, _): &(&str, f64)| MetricInfo {
            name: Some(MetricName {
                group: String::new(),
                tag: (*tag).to_owned(),
            }),
            ..MetricInfo::default()
        };
        let experiment = Experiment {
            hparam_infos: hparams
                .values
                .iter()
                .map(|(name, value)| hparams.info(name, value))
                .collect(),
            metric_infos: metrics.iter().map(metric).collect(),
            ..Experiment::default()
        };
        let start = SessionStartInfo {
            hparams: hparams
                .values
                .iter()
                .map(|(name, value)| (name.clone(), value.clone().into()))
                .collect(),
            ..SessionStartInfo::default()
        };
        let end = SessionEndInfo {
            status: SUCCESS,
            ..SessionEndInfo::default()
        };
        self.add_summary(
            only_metadata(EXPERIMENT_TAG, HParamsData::Experiment(experiment)),
            global_step,
        )?;
        self.add_summary(
            only_metadata(SESSION_START_TAG, HParamsData::SessionStartInfo(start)),
            global_step,
        )?;
        self.add_summary(
            only_metadata(SESSION_END_TAG, HParamsData::SessionEndInfo(end)),
            global_step,
        )?;
        metrics
            .iter()
            .try_for_each(|&(tag, value)| self.add_scalar(tag, value, global_step))
    }
}

/// A value that is all metadata.
fn only_metadata(tag: &str, data: HParamsData) -> Summary {
    let content = HParamsPluginData {
        version: 0,
        data: Some(data),
    }
    .encode_to_vec();
    Summary {
        value: vec![Value {
            tag: tag.to_owned(),
            metadata: Some(plugin("hparams", content)),
            value: None,
        }],
    }
}
