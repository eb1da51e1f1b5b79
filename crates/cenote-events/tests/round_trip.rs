//! Random summaries come back from the index as they were logged.

use cenote_events::message::{DataType, HistogramProto, Kind, TensorProto, TensorShapeProto};
use cenote_events::message::{Summary, SummaryMetadata, Value};
use cenote_events::{LogDir, SummaryKind, SummaryWriter};
use proptest::prelude::*;

/// A value and the kind that the index should take it for.
#[derive(Debug, Clone)]
struct Logged {
    step: i64,
    value: Value,
    kind: SummaryKind,
}

fn scalar() -> impl Strategy<Value = (Kind, Option<&'static str>, SummaryKind)> {
    any::<f32>().prop_map(|value| (Kind::SimpleValue(value), None, SummaryKind::Scalar))
}

/// One number in any form and of any type, by itself or of the plugin for such.
fn number() -> impl Strategy<Value = (Kind, Option<&'static str>, SummaryKind)> {
    let bytes_of = [
        (DataType::Half, 2),
        (DataType::Uint32, 4),
        (DataType::Int16, 2),
    ];
    let content = (prop::sample::select(bytes_of.to_vec()), any::<[u8; 4]>());
    let content = content.prop_map(|((dtype, len), bytes)| TensorProto {
        dtype: dtype.into(),
        tensor_content: bytes[..len].to_vec(),
        ..TensorProto::default()
    });
    let listed = any::<u16>().prop_map(|bits| TensorProto {
        dtype: DataType::Half.into(),
        half_val: vec![bits.into()],
        ..TensorProto::default()
    });
    let plugin = prop_oneof![Just(None), Just(Some("")), Just(Some("scalars"))];
    (prop_oneof![content, listed], plugin)
        .prop_map(|(tensor, plugin)| (Kind::Tensor(tensor), plugin, SummaryKind::Scalar))
}

fn histogram() -> impl Strategy<Value = (Kind, Option<&'static str>, SummaryKind)> {
    prop::collection::vec((any::<f64>(), any::<f64>()), 0..20).prop_map(|buckets| {
        let (bucket_limit, bucket) = buckets.into_iter().unzip();
        let histogram = HistogramProto {
            bucket_limit,
            bucket,
            ..HistogramProto::default()
        };
        (Kind::Histo(histogram), None, SummaryKind::Histogram)
    })
}

fn strings() -> impl Strategy<Value = (Kind, Option<&'static str>, SummaryKind)> {
    let plugins = prop_oneof![
        Just(("text", SummaryKind::Text)),
        Just(("images", SummaryKind::Image)),
        Just(("audio", SummaryKind::Audio)),
        // What cannot be shown as the plugin says is a tensor.
        Just(("scalars", SummaryKind::Tensor)),
        Just(("anything", SummaryKind::Tensor)),
    ];
    (
        prop::collection::vec(prop::collection::vec(any::<u8>(), 0..70_000), 0..5),
        plugins,
    )
        .prop_map(|(string_val, (plugin, kind))| {
            let tensor_shape = Some(TensorShapeProto::new(&[string_val.len()]));
            let tensor = TensorProto {
                dtype: 7,
                tensor_shape,
                string_val,
                ..TensorProto::default()
            };
            (Kind::Tensor(tensor), Some(plugin), kind)
        })
}

/// Values whose tags differ from kind to kind, as a tag has one kind.
fn logged() -> impl Strategy<Value = Logged> {
    let held = prop_oneof![4 => scalar(), 2 => number(), 1 => histogram(), 1 => strings()];
    (any::<i64>(), "[a-c/é.]{0,3}", held).prop_map(|(step, tag, (kind, plugin, summary_kind))| {
        let metadata = plugin.map(|plugin_name| SummaryMetadata {
            plugin_data: Some(cenote_events::message::PluginData {
                plugin_name: plugin_name.to_owned(),
                content: Vec::new(),
            }),
            ..SummaryMetadata::default()
        });
        let tag = format!("{tag}:{}", summary_kind.name());
        Logged {
            step,
            value: Value {
                tag,
                metadata,
                value: Some(kind),
            },
            kind: summary_kind,
        }
    })
}

/// Floats as bits, so that NaN equals itself.
fn bits(value: &Value) -> String {
    match &value.value {
        Some(Kind::Histo(histogram)) => {
            let bits = |floats: &[f64]| {
                floats
                    .iter()
                    .map(|float| float.to_bits())
                    .collect::<Vec<_>>()
            };
            format!(
                "{:?} {:?}",
                bits(&histogram.bucket_limit),
                bits(&histogram.bucket)
            )
        }
        other => format!("{other:?}"),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn everything_comes_back(all in prop::collection::vec(logged(), 1..30)) {
        let dir = tempfile::tempdir().unwrap();
        let writer = SummaryWriter::new(dir.path()).unwrap();
        for logged in &all {
            let summary = Summary { value: vec![logged.value.clone()] };
            writer.add_summary(summary, logged.step).unwrap();
        }
        writer.close().unwrap();
        let index = LogDir::open(dir.path()).unwrap();
        let run = index.run(".").unwrap();
        prop_assert_eq!(run.damage().count(), 0);
        prop_assert_eq!(run.tags().iter().map(|tag| tag.len()).sum::<usize>(), all.len());
        for tag in run.tags() {
            let of_tag: Vec<&Logged> = all.iter().filter(|logged| logged.value.tag == tag.tag()).collect();
            prop_assert_eq!(tag.kind(), of_tag[0].kind);
            if tag.kind() == SummaryKind::Scalar {
                prop_assert_eq!(tag.scalars().len(), of_tag.len());
                for (point, logged) in tag.scalars().iter().zip(&of_tag) {
                    let value = match &logged.value.value {
                        Some(Kind::SimpleValue(value)) => f64::from(*value),
                        _ => logged.value.numbers().unwrap().values[0],
                    };
                    prop_assert_eq!(point.step, logged.step);
                    prop_assert!(point.value == value || value.is_nan() && point.value.is_nan());
                }
                continue;
            }
            prop_assert_eq!(tag.values().len(), of_tag.len());
            for (place, logged) in tag.values().into_iter().zip(&of_tag) {
                prop_assert_eq!(place.step, logged.step);
                let value = index.locate(place).unwrap().read().unwrap();
                prop_assert_eq!(bits(&value), bits(&logged.value));
            }
        }
    }
}
