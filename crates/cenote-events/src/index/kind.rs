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
    /// Hyperparameters: [`SummaryMetadata::hparams`]. Values are all metadata, each its own: that of the tag,
    /// [`TagView::metadata`](super::TagView::metadata), is the first value's, so read the others with
    /// [`Location::read`](super::Location::read) where a run has more than one session.
    Hparams,
    /// Parts of meshes: [`SummaryMetadata::mesh`] and [`Value::numbers`](crate::message::Value::numbers).
    Mesh,
    /// A layout of charts: [`Value::layout`](crate::message::Value::layout).
    CustomScalars,
    /// Graphs. Those of [`RunView::graph`](super::RunView::graph), as torch logs them, are events:
    /// [`Location::read_event`](super::Location::read_event). Those of TensorFlow's plugins `graph_keras_model` (JSON),
    /// `graph_run_metadata` and `graph_run_metadata_graph` (a `RunMetadata`) are values, each a tensor of one string:
    /// [`Location::read`](super::Location::read).
    Graph,
    /// Run metadata of graphs: an event, or of the plugin `graph_tagged_run_metadata` a tensor of one string; as graphs.
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

    /// What a tag holds whose first value held this and whose metadata is this, and of which some value is a number or none.
    pub(super) fn of(held: Held, metadata: Option<&SummaryMetadata>, has_numbers: bool) -> Self {
        let plugin_name = metadata.map_or("", SummaryMetadata::plugin_name);
        match held {
            Held::Scalar(_) => Self::Scalar,
            Held::Image => Self::Image,
            Held::Histogram | Held::OldHistogram => Self::Histogram,
            Held::Audio => Self::Audio,
            Held::Graph => Self::Graph,
            Held::RunMetadata => Self::RunMetadata,
            Held::Tensor(_) | Held::Nothing => match plugin_name {
                "scalars" if has_numbers => Self::Scalar,
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
                "graph_tagged_run_metadata" => Self::RunMetadata,
                "" if matches!(held, Held::Tensor(tensor) if tensor.scalar.is_some()) => {
                    Self::Scalar
                }
                _ => Self::Tensor,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::index::skim::HeldTensor;
    use crate::message::PluginData;

    #[test]
    fn tensors_are_what_their_plugin_shows() {
        let of = |plugin_name: &str, has_numbers| {
            let plugin_data = Some(PluginData {
                plugin_name: plugin_name.to_owned(),
                ..PluginData::default()
            });
            let metadata = SummaryMetadata {
                plugin_data,
                ..SummaryMetadata::default()
            };
            let held = Held::Tensor(HeldTensor::default());
            SummaryKind::of(held, Some(&metadata), has_numbers)
        };
        assert_eq!(of("scalars", true), SummaryKind::Scalar);
        assert_eq!(of("scalars", false), SummaryKind::Tensor);
        assert_eq!(of("", false), SummaryKind::Tensor);
        assert_eq!(of("graph_keras_model", false), SummaryKind::Graph);
        let tagged = of("graph_tagged_run_metadata", false);
        assert_eq!(tagged, SummaryKind::RunMetadata);
    }
}
