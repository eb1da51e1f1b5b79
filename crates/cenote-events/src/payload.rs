//! What a value read back holds: pictures, sound, text, numbers.

use prost::Message;

use crate::message::plugin::{HParamsData, HParamsPluginData, Layout, MeshPluginData};
use crate::message::{DataType, HistogramProto, Kind, SummaryMetadata, TensorProto, Value};
use crate::{Error, PrCurve, Result};

/// A histogram: left edge, right edge and count of each bucket.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Histogram {
    /// `[left, right, count]`, from left to right.
    pub buckets: Vec<[f64; 3]>,
}

/// Text: rank 0 or 1 is one Markdown text or several, rank 2 a table of them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Text {
    /// The shape.
    pub shape: Vec<usize>,
    /// The strings in row-major order; what is not UTF-8 is replaced by `U+FFFD`.
    pub strings: Vec<String>,
}

/// Encoded sound.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Audio<'a> {
    /// A whole file.
    pub encoded: &'a [u8],
    /// `audio/wav`, unless the writer said otherwise.
    pub content_type: &'a str,
    /// A description in Markdown; empty if there is none.
    pub label: &'a [u8],
}

/// A tensor of numbers.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Numbers {
    /// The shape.
    pub shape: Vec<usize>,
    /// The elements in row-major order, as f64.
    pub values: Vec<f64>,
}

/// The most elements of a tensor that are made of fewer: a writer may leave out repetitions of the last one.
const MOST_REPEATED: usize = 1 << 20;

impl Value {
    /// The encoded pictures, each a whole PNG, JPEG or GIF file; none if this is no image.
    #[must_use]
    pub fn images(&self) -> Vec<&[u8]> {
        match &self.value {
            Some(Kind::Image(image)) => vec![&image.encoded_image_string],
            Some(Kind::Tensor(tensor)) => tensor
                .string_val
                .iter()
                .skip(2)
                .map(Vec::as_slice)
                .collect(),
            _ => Vec::new(),
        }
    }

    /// Width and height of the pictures, as the writer says.
    #[must_use]
    pub fn image_size(&self) -> Option<(u32, u32)> {
        match &self.value {
            Some(Kind::Image(image)) => {
                Some((image.width.try_into().ok()?, image.height.try_into().ok()?))
            }
            Some(Kind::Tensor(tensor)) => {
                let number = |i: usize| {
                    std::str::from_utf8(tensor.string_val.get(i)?)
                        .ok()?
                        .parse()
                        .ok()
                };
                Some((number(0)?, number(1)?))
            }
            _ => None,
        }
    }

    /// The encoded sounds; none if this is no audio.
    #[must_use]
    pub fn audio(&self) -> Vec<Audio<'_>> {
        match &self.value {
            Some(Kind::Audio(audio)) => {
                let content_type = if audio.content_type.is_empty() {
                    "audio/wav"
                } else {
                    &audio.content_type
                };
                vec![Audio {
                    encoded: &audio.encoded_audio_string,
                    content_type,
                    label: b"",
                }]
            }
            Some(Kind::Tensor(tensor)) => {
                // [k, 2] is sounds with labels, [k] sounds alone.
                let labelled = shape(tensor).is_ok_and(|shape| shape.len() == 2 && shape[1] == 2);
                let each = if labelled { 2 } else { 1 };
                let sounds = tensor.string_val.chunks_exact(each).map(|sound| Audio {
                    encoded: &sound[0],
                    content_type: "audio/wav",
                    label: sound.get(1).map_or(b"", Vec::as_slice),
                });
                sounds.collect()
            }
            _ => Vec::new(),
        }
    }

    /// The histogram, its empty ends cut off and its outer edges the smallest and the largest value, as TensorBoard shows
    /// it.
    ///
    /// # Errors
    /// [`Error::Value`] if this is no histogram.
    pub fn histogram(&self) -> Result<Histogram> {
        match &self.value {
            Some(Kind::Histo(histogram)) => Ok(from_proto(histogram)),
            _ => {
                let numbers = self.numbers_as("a histogram")?;
                match numbers.shape.as_slice() {
                    [_, 3] => Ok(Histogram {
                        buckets: numbers.values.as_chunks().0.to_vec(),
                    }),
                    shape => {
                        Err(self
                            .error("a histogram", format!("its shape is {shape:?}, not [k, 3]")))
                    }
                }
            }
        }
    }

    /// The text.
    ///
    /// # Errors
    /// [`Error::Value`] if this is no tensor of strings.
    pub fn text(&self) -> Result<Text> {
        let wanted = "text";
        match &self.value {
            Some(Kind::Tensor(tensor)) if tensor.dtype() == DataType::String => {
                let shape = shape(tensor).map_err(|reason| self.error(wanted, reason))?;
                let strings: Vec<_> = tensor
                    .string_val
                    .iter()
                    .map(|bytes| String::from_utf8_lossy(bytes).into_owned())
                    .collect();
                if elements(&shape) != Some(strings.len()) {
                    return Err(self.error(
                        wanted,
                        format!("it has {} strings for the shape {shape:?}", strings.len()),
                    ));
                }
                Ok(Text { shape, strings })
            }
            _ => Err(self.error(wanted, "it is not a tensor of strings".to_owned())),
        }
    }

    /// A tensor of numbers of any type.
    ///
    /// # Errors
    /// [`Error::Value`] if this is no tensor of numbers, or has not the elements that its shape says.
    pub fn numbers(&self) -> Result<Numbers> {
        self.numbers_as("a tensor of numbers")
    }

    fn numbers_as(&self, wanted: &'static str) -> Result<Numbers> {
        match &self.value {
            Some(Kind::Tensor(tensor)) => {
                numbers(tensor).map_err(|reason| self.error(wanted, reason))
            }
            _ => Err(self.error(wanted, "it is not a tensor".to_owned())),
        }
    }

    /// The precision-recall curve.
    ///
    /// # Errors
    /// [`Error::Value`] if this is none.
    pub fn pr_curve(&self) -> Result<PrCurve> {
        let wanted = "a precision-recall curve";
        let Numbers { shape, values } = self.numbers_as(wanted)?;
        let &[6, thresholds @ (1..)] = shape.as_slice() else {
            return Err(self.error(
                wanted,
                format!("its shape is {shape:?}, not [6, thresholds]"),
            ));
        };
        let mut rows = values.chunks_exact(thresholds).map(<[f64]>::to_vec);
        Ok(PrCurve {
            rows: std::array::from_fn(|_| rows.next().unwrap_or_default()),
        })
    }

    /// The layout of the page Custom Scalars.
    ///
    /// # Errors
    /// [`Error::Value`] if this is none.
    pub fn layout(&self) -> Result<Layout> {
        let wanted = "a layout";
        match &self.value {
            Some(Kind::Tensor(TensorProto { string_val, .. })) if string_val.len() == 1 => {
                Layout::decode(string_val[0].as_slice())
                    .map_err(|error| self.error(wanted, error.to_string()))
            }
            _ => Err(self.error(wanted, "it is not a tensor of one string".to_owned())),
        }
    }

    fn error(&self, wanted: &'static str, reason: String) -> Error {
        Error::Value {
            tag: self.tag.clone(),
            wanted,
            reason,
        }
    }
}

impl SummaryMetadata {
    /// The name of the plugin that shows it; empty if none is named.
    #[must_use]
    pub fn plugin_name(&self) -> &str {
        self.plugin_data
            .as_ref()
            .map_or("", |plugin| &plugin.plugin_name)
    }

    /// Hyperparameters, if that is what this is.
    #[must_use]
    pub fn hparams(&self) -> Option<HParamsData> {
        self.content::<HParamsPluginData>("hparams")?.data
    }

    /// What part of a mesh this is, if it is one.
    #[must_use]
    pub fn mesh(&self) -> Option<MeshPluginData> {
        self.content("mesh")
    }

    fn content<M: Message + Default>(&self, plugin_name: &str) -> Option<M> {
        let plugin = self
            .plugin_data
            .as_ref()
            .filter(|plugin| plugin.plugin_name == plugin_name)?;
        M::decode(plugin.content.as_slice()).ok()
    }
}

/// As TensorBoard's `_migrate_histogram_value`.
fn from_proto(histogram: &HistogramProto) -> Histogram {
    let filled = |count: &f64| *count > 0.0;
    let counts = &histogram.bucket[..histogram.bucket.len().min(histogram.bucket_limit.len())];
    let (Some(start), Some(end)) = (
        counts.iter().position(filled),
        counts.iter().rposition(filled),
    ) else {
        return Histogram::default();
    };
    let inner = histogram.bucket_limit[start..end].iter().copied();
    let lefts = std::iter::once(histogram.min).chain(inner.clone());
    let rights = inner.chain([histogram.max]);
    let buckets = lefts
        .zip(rights)
        .zip(&counts[start..=end])
        .map(|((left, right), &count)| [left, right, count]);
    Histogram {
        buckets: buckets.collect(),
    }
}

fn shape(tensor: &TensorProto) -> Result<Vec<usize>, String> {
    let dims = tensor.tensor_shape.iter().flat_map(|shape| &shape.dim);
    dims.map(|dim| {
        usize::try_from(dim.size).map_err(|_| format!("an axis has the length {}", dim.size))
    })
    .collect()
}

/// How many elements a shape has, if that can be told.
fn elements(shape: &[usize]) -> Option<usize> {
    shape
        .iter()
        .try_fold(1usize, |len, &axis| len.checked_mul(axis))
}

fn numbers(tensor: &TensorProto) -> Result<Numbers, String> {
    let shape = shape(tensor)?;
    let len = elements(&shape).ok_or("its shape is too large")?;
    let mut values = if tensor.tensor_content.is_empty() {
        listed(tensor)?
    } else {
        packed(tensor)?
    };
    if let Some(&last) = values.last()
        && values.len() < len
        && len <= MOST_REPEATED
        && tensor.tensor_content.is_empty()
    {
        values.resize(len, last);
    }
    if values.len() == len {
        Ok(Numbers { shape, values })
    } else {
        Err(format!(
            "it has {} elements for the shape {shape:?}",
            values.len()
        ))
    }
}

/// The only element of a tensor, if it has one and that is a number.
pub(crate) fn number(tensor: &TensorProto) -> Option<f64> {
    match numbers(tensor).ok()?.values.as_slice() {
        &[number] => Some(number),
        _ => None,
    }
}

/// The elements of the `*_val` of the type.
fn listed(tensor: &TensorProto) -> Result<Vec<f64>, String> {
    let half = |to_f64: fn(u16) -> f64| {
        tensor
            .half_val
            .iter()
            .map(|&bits| to_f64(bits as u16))
            .collect()
    };
    Ok(match tensor.dtype() {
        DataType::Float => tensor.float_val.iter().map(|&value| value.into()).collect(),
        DataType::Double => tensor.double_val.clone(),
        DataType::Int64 => tensor.int64_val.iter().map(|&value| value as f64).collect(),
        DataType::Int32 | DataType::Int16 | DataType::Int8 | DataType::Uint16 => {
            tensor.int_val.iter().map(|&value| value.into()).collect()
        }
        // torch has u8 in a field of its own.
        DataType::Uint8 if tensor.int_val.is_empty() => tensor
            .uint32_val
            .iter()
            .map(|&value| value.into())
            .collect(),
        DataType::Uint8 => tensor.int_val.iter().map(|&value| value.into()).collect(),
        DataType::Uint32 => tensor
            .uint32_val
            .iter()
            .map(|&value| value.into())
            .collect(),
        DataType::Uint64 => tensor
            .uint64_val
            .iter()
            .map(|&value| value as f64)
            .collect(),
        DataType::Bool => tensor
            .bool_val
            .iter()
            .map(|&value| u8::from(value).into())
            .collect(),
        DataType::Half => half(|bits| half::f16::from_bits(bits).to_f64()),
        DataType::Bfloat16 => half(|bits| half::bf16::from_bits(bits).to_f64()),
        DataType::String | DataType::Invalid => {
            return Err(format!("its elements are of type {:?}", tensor.dtype()));
        }
    })
}

/// The elements of `tensor_content`.
fn packed(tensor: &TensorProto) -> Result<Vec<f64>, String> {
    fn each<const N: usize>(
        bytes: &[u8],
        to_f64: impl Fn([u8; N]) -> f64,
    ) -> Result<Vec<f64>, String> {
        let (elements, rest) = bytes.as_chunks::<N>();
        if rest.is_empty() {
            Ok(elements.iter().map(|&element| to_f64(element)).collect())
        } else {
            Err("its content ends inside an element".to_owned())
        }
    }
    let bytes = tensor.tensor_content.as_slice();
    match tensor.dtype() {
        DataType::Float => each(bytes, |b| f32::from_le_bytes(b).into()),
        DataType::Double => each(bytes, f64::from_le_bytes),
        DataType::Int64 => each(bytes, |b| i64::from_le_bytes(b) as f64),
        DataType::Int32 => each(bytes, |b| i32::from_le_bytes(b).into()),
        DataType::Int16 => each(bytes, |b| i16::from_le_bytes(b).into()),
        DataType::Int8 => each(bytes, |b| i8::from_le_bytes(b).into()),
        DataType::Uint16 => each(bytes, |b| u16::from_le_bytes(b).into()),
        DataType::Uint8 | DataType::Bool => each(bytes, |[b]| b.into()),
        DataType::Uint32 => each(bytes, |b| u32::from_le_bytes(b).into()),
        DataType::Uint64 => each(bytes, |b| u64::from_le_bytes(b) as f64),
        DataType::Half => each(bytes, |b| half::f16::from_le_bytes(b).to_f64()),
        DataType::Bfloat16 => each(bytes, |b| half::bf16::from_le_bytes(b).to_f64()),
        DataType::String | DataType::Invalid => {
            Err(format!("its elements are of type {:?}", tensor.dtype()))
        }
    }
}

#[cfg(test)]
mod tests;
