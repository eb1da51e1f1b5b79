//! The summaries that most methods make: one value under one tag.

use crate::message::{
    DataType, Kind, PluginData, Summary, SummaryMetadata, TensorProto, TensorShapeProto, Value,
};

/// One value without metadata.
pub(super) fn one_value(tag: &str, kind: Kind) -> Summary {
    Summary {
        value: vec![Value {
            tag: tag.to_owned(),
            metadata: None,
            value: Some(kind),
        }],
    }
}

/// One tensor for a plugin.
pub(super) fn one_tensor(tag: &str, metadata: SummaryMetadata, tensor: TensorProto) -> Summary {
    let value = Value {
        tag: tag.to_owned(),
        metadata: Some(metadata),
        value: Some(Kind::Tensor(tensor)),
    };
    Summary { value: vec![value] }
}

/// The metadata that names a plugin.
pub(super) fn plugin(plugin_name: &str, content: Vec<u8>) -> SummaryMetadata {
    let plugin_data = PluginData {
        plugin_name: plugin_name.to_owned(),
        content,
    };
    SummaryMetadata {
        plugin_data: Some(plugin_data),
        ..SummaryMetadata::default()
    }
}

/// A tensor of f32.
pub(super) fn float_tensor(shape: &[usize], float_val: Vec<f32>) -> TensorProto {
    let tensor_shape = Some(TensorShapeProto::new(shape));
    TensorProto {
        dtype: DataType::Float.into(),
        tensor_shape,
        float_val,
        ..TensorProto::default()
    }
}

/// A tensor of one string.
pub(super) fn string_tensor(shape: &[usize], string: Vec<u8>) -> TensorProto {
    let tensor_shape = Some(TensorShapeProto::new(shape));
    TensorProto {
        dtype: DataType::String.into(),
        tensor_shape,
        string_val: vec![string],
        ..TensorProto::default()
    }
}

/// Says what a value is that does not say it itself. The plugin that shows it is named too: without one, TensorBoard does
/// not look at its metadata.
pub(super) fn describe(value: &mut Value, description: &str) {
    let plugin_name = match &value.value {
        Some(Kind::SimpleValue(_)) => "scalars",
        Some(Kind::Image(_)) => "images",
        Some(Kind::Audio(_)) => "audio",
        Some(Kind::Histo(_)) => "histograms",
        Some(Kind::Tensor(_) | Kind::ObsoleteOldStyleHistogram(_)) | None => "",
    };
    let metadata = value.metadata.get_or_insert_default();
    if metadata.plugin_name().is_empty() && !plugin_name.is_empty() {
        metadata.plugin_data = plugin(plugin_name, Vec::new()).plugin_data;
    }
    if metadata.summary_description.is_empty() {
        description.clone_into(&mut metadata.summary_description);
    }
}
