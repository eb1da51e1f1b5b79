//! What a tag is a series of.

use super::skim::Held;
use crate::message::SummaryMetadata;

/// What a tag is a series of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum SummaryKind {
    /// Numbers: [`TagView::scalars`](super::TagView::scalars).
    Scalar,
    /// Encoded pictures: [`Value::images`](crate::message::Value::images).
    Image,
    /// Histograms: [`Value::histogram`](crate::message::Value::histogram).
    Histogram,
    /// Text: [`Value::text`](crate::message::Value::text).
    Text,
    /// Encoded sound: [`Value::audio`](crate::message::Value::audio).
    Audio,
    /// Precision-recall curves: [`Value::pr_curve`](crate::message::Value::pr_curve).
    PrCurve,
    /// Hyperparameters: [`SummaryMetadata::hparams`].
    Hparams,
    /// Parts of meshes: [`SummaryMetadata::mesh`] and [`Value::numbers`](crate::message::Value::numbers).
    Mesh,
    /// A layout of charts: [`Value::layout`](crate::message::Value::layout).
    CustomScalars,
    /// Graphs: [`Location::read_event`](super::Location::read_event).
    Graph,
    /// Run metadata of graphs: [`Location::read_event`](super::Location::read_event).
    RunMetadata,
    /// Anything else.
    Tensor,
}

impl SummaryKind {
    /// A short name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Scalar => "scalar",
            Self::Image => "image",
            Self::Histogram => "histogram",
            Self::Text => "text",
            Self::Audio => "audio",
            Self::PrCurve => "pr_curve",
            Self::Hparams => "hparams",
            Self::Mesh => "mesh",
            Self::CustomScalars => "custom_scalars",
            Self::Graph => "graph",
            Self::RunMetadata => "run_metadata",
            Self::Tensor => "tensor",
        }
    }

    /// What a tag holds whose first value held this and whose metadata is this.
    pub(super) fn of(held: Held, metadata: Option<&SummaryMetadata>) -> Self {
        let plugin = metadata.and_then(|metadata| metadata.plugin_data.as_ref());
        match held {
            Held::Scalar(_) => Self::Scalar,
            Held::Image => Self::Image,
            Held::Histogram | Held::OldHistogram => Self::Histogram,
            Held::Audio => Self::Audio,
            Held::Graph => Self::Graph,
            Held::RunMetadata => Self::RunMetadata,
            Held::Tensor(_) | Held::Nothing => {
                match plugin.map_or("", |plugin| plugin.plugin_name.as_str()) {
                    "scalars" => Self::Scalar,
                    "images" => Self::Image,
                    "histograms" => Self::Histogram,
                    "text" => Self::Text,
                    "audio" => Self::Audio,
                    "pr_curves" => Self::PrCurve,
                    "hparams" => Self::Hparams,
                    "mesh" => Self::Mesh,
                    "custom_scalars" => Self::CustomScalars,
                    "graphs"
                    | "graph_run_metadata"
                    | "graph_run_metadata_graph"
                    | "graph_keras_model" => Self::Graph,
                    "" if matches!(held, Held::Tensor(tensor) if tensor.scalar.is_some()) => {
                        Self::Scalar
                    }
                    _ => Self::Tensor,
                }
            }
        }
    }
}
