//! What one value becomes: a file of its own, or a line.

use anyhow::{Result, bail};
use cenote_events::message::plugin::{
    Category, Chart, ChartContent, HParamValue, HParamsData, Layout,
};
use cenote_events::message::{DataType, Kind, Value as Logged, What};
use cenote_events::{Location, SummaryKind};
use serde_json::{Value, json};

use super::super::number;

pub(super) struct Blob {
    pub(super) extension: &'static str,
    pub(super) bytes: Vec<u8>,
}

/// What becomes files of its own, at least one.
pub(super) fn blobs(kind: SummaryKind, location: &Location) -> Result<Vec<Blob>> {
    let blob = |extension, bytes| Blob { extension, bytes };
    let blobs: Vec<Blob> = match kind {
        SummaryKind::Image => {
            let value = location.read()?;
            let images = value.images().into_iter();
            images
                .map(|bytes| blob(image_extension(bytes), bytes.to_vec()))
                .collect()
        }
        SummaryKind::Audio => {
            let value = location.read()?;
            let sounds = value.audio().into_iter();
            sounds
                .map(|audio| blob(audio_extension(audio.encoded), audio.encoded.to_vec()))
                .collect()
        }
        _ => match location.read_event()?.what {
            Some(What::GraphDef(bytes) | What::MetaGraphDef(bytes)) => vec![blob("pb", bytes)],
            Some(What::TaggedRunMetadata(metadata)) => vec![blob("pb", metadata.run_metadata)],
            _ => strings(location.read()?)
                .into_iter()
                .map(|bytes| blob("pb", bytes))
                .collect(),
        },
    };
    if blobs.is_empty() {
        bail!("it holds no {}", kind.name());
    }
    Ok(blobs)
}

/// The strings of a tensor: TensorFlow 2 writes graphs so.
fn strings(value: Logged) -> Vec<Vec<u8>> {
    match value.value {
        Some(Kind::Tensor(tensor)) => tensor.string_val,
        _ => Vec::new(),
    }
}

fn image_extension(bytes: &[u8]) -> &'static str {
    match bytes {
        [0x89, b'P', b'N', b'G', ..] => "png",
        [0xff, 0xd8, ..] => "jpg",
        [b'G', b'I', b'F', ..] => "gif",
        [b'B', b'M', ..] => "bmp",
        _ => "image",
    }
}

fn audio_extension(bytes: &[u8]) -> &'static str {
    match bytes {
        [b'f', b'L', b'a', b'C', ..] => "flac",
        [b'O', b'g', b'g', b'S', ..] => "ogg",
        [b'I', b'D', b'3', ..] | [0xff, 0xe0..=0xff, ..] => "mp3",
        _ => "wav",
    }
}

/// What becomes a line.
pub(super) fn line(kind: SummaryKind, location: &Location) -> Result<Value> {
    let value = location.read()?;
    let numbers = |values: &[f64]| values.iter().copied().map(number).collect::<Vec<_>>();
    Ok(match kind {
        SummaryKind::Histogram => {
            let buckets = value.histogram()?.buckets;
            let mut line = json!({ "buckets": buckets.iter().map(|bucket| numbers(bucket)).collect::<Vec<_>>() });
            if let Some(Kind::Histo(histogram)) = &value.value {
                for (name, figure) in [
                    ("min", histogram.min),
                    ("max", histogram.max),
                    ("num", histogram.num),
                    ("sum", histogram.sum),
                    ("sum_squares", histogram.sum_squares),
                ] {
                    line[name] = number(figure);
                }
            }
            line
        }
        SummaryKind::Text => {
            let text = value.text()?;
            json!({ "text": text.strings, "shape": text.shape })
        }
        // Each session has its own.
        SummaryKind::Hparams => {
            let data = value
                .metadata
                .as_ref()
                .and_then(|metadata| metadata.hparams());
            json!({ "hparams": data.map(|data| hparams(&data)) })
        }
        SummaryKind::CustomScalars => json!({ "layout": layout(&value.layout()?) }),
        _ if matches!(&value.value, Some(Kind::Tensor(tensor)) if tensor.dtype == DataType::String as i32) =>
        {
            let text = value.text()?;
            json!({ "values": text.strings, "shape": text.shape })
        }
        _ => {
            let tensor = value.numbers()?;
            json!({ "values": numbers(&tensor.values), "shape": tensor.shape })
        }
    })
}

fn hparams(data: &HParamsData) -> Value {
    match data {
        HParamsData::SessionStartInfo(start) => {
            let value = |value: &Option<HParamValue>| match value {
                Some(HParamValue::Number(value)) => number(*value),
                Some(HParamValue::String(value)) => json!(value),
                Some(HParamValue::Bool(value)) => json!(value),
                None => Value::Null,
            };
            start
                .hparams
                .iter()
                .map(|(name, set)| (name.clone(), value(&set.kind)))
                .collect()
        }
        HParamsData::Experiment(experiment) => {
            let metrics = experiment
                .metric_infos
                .iter()
                .filter_map(|metric| Some(&metric.name.as_ref()?.tag));
            let names = experiment.hparam_infos.iter().map(|info| &info.name);
            json!({ "names": names.collect::<Vec<_>>(), "metrics": metrics.collect::<Vec<_>>() })
        }
        HParamsData::SessionEndInfo(end) => {
            json!({ "status": end.status, "end_time_secs": number(end.end_time_secs) })
        }
    }
}

/// The charts of each category by title.
fn layout(layout: &Layout) -> Value {
    let chart = |chart: &Chart| {
        let content = match &chart.content {
            Some(ChartContent::Multiline(lines)) => json!({ "multiline": lines.tag }),
            Some(ChartContent::Margin(margin)) => {
                let series = margin
                    .series
                    .iter()
                    .map(|series| [&series.value, &series.lower, &series.upper]);
                json!({ "margin": series.collect::<Vec<_>>() })
            }
            None => Value::Null,
        };
        (chart.title.clone(), content)
    };
    let charts = |category: &Category| category.chart.iter().map(chart).collect::<Value>();
    layout
        .category
        .iter()
        .map(|category| (category.title.clone(), charts(category)))
        .collect()
}
