//! Reads the golden files; `golden/README.md` says what is in them.
#![allow(dead_code, reason = "every test binary uses its own part of this")]

use std::collections::BTreeMap;
use std::fs;
use std::io::Read;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use flate2::read::GzDecoder;
use half::{bf16, f16};
use serde::Deserialize;
use serde_json::Value;

/// A golden file: where its numbers come from, and its cases.
#[derive(Debug)]
pub(crate) struct Golden {
    pub(crate) source: String,
    pub(crate) licence: String,
    pub(crate) notes: Vec<String>,
    pub(crate) cases: Vec<Case>,
}

/// One call of a layer, and what came of it.
#[derive(Debug)]
pub(crate) struct Case {
    pub(crate) name: String,
    /// torch's functional name, or ONNX's operator.
    pub(crate) layer: String,
    pub(crate) args: Args,
    pub(crate) memory_format: MemoryFormat,
    /// Remarks beyond the tensors: `error`, `torch_unsafe`, `torch_wrong`, `torch_limit`, `torch_error` …
    pub(crate) extra: Args,
    tensors: BTreeMap<String, Tensor>,
}

/// How the source held the tensors in memory; their bytes here are always in logical order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum MemoryFormat {
    Contiguous,
    ChannelsLast,
}

/// Named values of any kind.
#[derive(Debug, Deserialize)]
#[serde(transparent)]
pub(crate) struct Args(BTreeMap<String, Value>);

/// A tensor in row-major order.
#[derive(Clone, Debug)]
pub(crate) struct Tensor {
    pub(crate) dtype: String,
    pub(crate) shape: Vec<usize>,
    content: Rc<[u8]>,
    range: Range<usize>,
}

#[derive(Deserialize)]
struct Header {
    source: String,
    licence: String,
    notes: Vec<String>,
    cases: Vec<RawCase>,
}

#[derive(Deserialize)]
struct RawCase {
    name: String,
    layer: String,
    args: Args,
    memory_format: MemoryFormat,
    tensors: BTreeMap<String, RawTensor>,
    #[serde(flatten)]
    extra: Args,
}

#[derive(Deserialize)]
struct RawTensor {
    dtype: String,
    shape: Vec<usize>,
    offset: usize,
    len: usize,
}

/// The folder of the golden files.
pub(crate) fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden")
}

/// The names of all golden files, for [`load`], in alphabetical order.
pub(crate) fn names() -> Vec<String> {
    let entries = fs::read_dir(folder()).expect("the folder of the golden files is readable");
    let mut names: Vec<String> = entries
        .map(|entry| entry.expect("its entries are readable").file_name())
        .filter_map(|name| Some(name.to_str()?.strip_suffix(".golden.gz")?.to_owned()))
        .collect();
    names.sort();
    names
}

/// Reads `NAME.golden.gz`.
///
/// # Panics
/// When it is missing or damaged.
pub(crate) fn load(name: &str) -> Golden {
    let path = folder().join(format!("{name}.golden.gz"));
    let file = fs::File::open(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let mut content = Vec::new();
    GzDecoder::new(file)
        .read_to_end(&mut content)
        .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    parse(&content).unwrap_or_else(|problem| panic!("{}: {problem}", path.display()))
}

/// Takes apart the unpacked content of a golden file.
pub(crate) fn parse(content: &[u8]) -> Result<Golden, String> {
    let (length, rest) = content
        .split_first_chunk()
        .ok_or("ends before the header's length")?;
    let length = usize::try_from(u64::from_le_bytes(*length)).map_err(|error| error.to_string())?;
    let (header, bytes) = rest
        .split_at_checked(length)
        .ok_or_else(|| format!("the header has {length} bytes, the file {}", rest.len()))?;
    let header: Header = serde_json::from_slice(header).map_err(|error| error.to_string())?;
    let bytes: Rc<[u8]> = bytes.into();
    let case = |raw: RawCase| raw.with_tensors_of(&bytes);
    Ok(Golden {
        source: header.source,
        licence: header.licence,
        notes: header.notes,
        cases: header
            .cases
            .into_iter()
            .map(case)
            .collect::<Result<_, _>>()?,
    })
}

impl RawCase {
    fn with_tensors_of(self, bytes: &Rc<[u8]>) -> Result<Case, String> {
        let tensors = self.tensors.into_iter().map(|(role, raw)| {
            let tensor = raw
                .of(bytes)
                .map_err(|problem| format!("{}: {role} {problem}", self.name))?;
            Ok((role, tensor))
        });
        Ok(Case {
            tensors: tensors.collect::<Result<_, String>>()?,
            name: self.name,
            layer: self.layer,
            args: self.args,
            memory_format: self.memory_format,
            extra: self.extra,
        })
    }
}

impl RawTensor {
    fn of(self, content: &Rc<[u8]>) -> Result<Tensor, String> {
        let size = match self.dtype.as_str() {
            "u8" | "i8" => 1,
            "f16" | "bf16" | "i16" => 2,
            "f32" | "i32" => 4,
            "f64" | "i64" => 8,
            other => return Err(format!("has the unknown type {other}")),
        };
        let needed = self
            .shape
            .iter()
            .try_fold(size, |len: usize, &axis| len.checked_mul(axis));
        let end = self.offset.checked_add(self.len);
        match end {
            Some(end) if end <= content.len() && needed == Some(self.len) => Ok(Tensor {
                dtype: self.dtype,
                shape: self.shape,
                content: Rc::clone(content),
                range: self.offset..end,
            }),
            _ => Err(format!(
                "of shape {:?} and type {} lies at {} + {} of {} bytes",
                self.shape,
                self.dtype,
                self.offset,
                self.len,
                content.len()
            )),
        }
    }
}

impl Case {
    /// The tensor in a role: `input`, `output`, `indices`, `grad_output`, `grad_input` …
    pub(crate) fn tensor(&self, role: &str) -> Option<&Tensor> {
        self.tensors.get(role)
    }

    /// All tensors, by role.
    pub(crate) fn tensors(&self) -> impl Iterator<Item = (&str, &Tensor)> {
        self.tensors
            .iter()
            .map(|(role, tensor)| (role.as_str(), tensor))
    }

    /// The message with which the source refused the case.
    pub(crate) fn error(&self) -> Option<&str> {
        self.extra.text("error")
    }
}

impl Args {
    /// The value as it was given; `null` counts as none.
    pub(crate) fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name).filter(|value| !value.is_null())
    }

    /// An int as a list of one, or a list of ints. None when the value is missing, null, or anything else.
    pub(crate) fn ints(&self, name: &str) -> Option<Vec<i64>> {
        self.optional_ints(name)?.into_iter().collect()
    }

    /// As [`Args::ints`], where an entry of the list may be null (`output_size`).
    pub(crate) fn optional_ints(&self, name: &str) -> Option<Vec<Option<i64>>> {
        let one = |value: &Value| match value {
            Value::Null => Some(None),
            value => value.as_i64().map(Some),
        };
        match self.get(name)? {
            Value::Array(list) => list.iter().map(one).collect(),
            value => Some(vec![one(value)?]),
        }
    }

    /// A number, or a list of numbers.
    pub(crate) fn numbers(&self, name: &str) -> Option<Vec<f64>> {
        match self.get(name)? {
            Value::Array(list) => list.iter().map(number).collect(),
            value => Some(vec![number(value)?]),
        }
    }

    /// A number; the infinities are written as `"inf"` and `"-inf"`.
    pub(crate) fn number(&self, name: &str) -> Option<f64> {
        number(self.get(name)?)
    }

    /// A truth value; ONNX writes 0 and 1.
    pub(crate) fn flag(&self, name: &str) -> Option<bool> {
        let value = self.get(name)?;
        value
            .as_bool()
            .or_else(|| value.as_i64().map(|int| int != 0))
    }

    /// A text.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.get(name)?.as_str()
    }
}

fn number(value: &Value) -> Option<f64> {
    value.as_f64().or_else(|| value.as_str()?.parse().ok())
}

/// An element type that golden files hold.
pub(crate) trait Stored: Copy {
    /// Its name in a golden file.
    const DTYPE: &'static str;
    /// The values that little-endian bytes stand for.
    fn from_bytes(bytes: &[u8]) -> Vec<Self>;
}

macro_rules! impl_stored {
    ($($element:ident),*) => {$(
        impl Stored for $element {
            const DTYPE: &'static str = stringify!($element);
            fn from_bytes(bytes: &[u8]) -> Vec<Self> {
                let (values, _) = bytes.as_chunks();
                values.iter().map(|&value| Self::from_le_bytes(value)).collect()
            }
        }
    )*};
}

impl_stored!(f32, f64, f16, bf16, u8, i8, i16, i32, i64);

impl Tensor {
    /// Its bytes: little-endian, row-major.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.content[self.range.clone()]
    }

    /// Its values.
    ///
    /// # Panics
    /// When it holds another type.
    pub(crate) fn to_vec<T: Stored>(&self) -> Vec<T> {
        assert_eq!(
            self.dtype,
            T::DTYPE,
            "the type asked for is not the tensor's"
        );
        T::from_bytes(self.bytes())
    }

    /// Its values as f64, whatever type it holds (an i64 beyond 2⁵³ is rounded).
    pub(crate) fn to_f64(&self) -> Vec<f64> {
        fn wide<T: Stored>(bytes: &[u8], widen: impl Fn(T) -> f64) -> Vec<f64> {
            T::from_bytes(bytes).into_iter().map(widen).collect()
        }
        let bytes = self.bytes();
        match self.dtype.as_str() {
            "f32" => wide(bytes, |value: f32| value.into()),
            "f16" => wide(bytes, |value: f16| value.into()),
            "bf16" => wide(bytes, |value: bf16| value.into()),
            "u8" => wide(bytes, |value: u8| value.into()),
            "i8" => wide(bytes, |value: i8| value.into()),
            "i16" => wide(bytes, |value: i16| value.into()),
            "i32" => wide(bytes, |value: i32| value.into()),
            "i64" => wide(bytes, |value: i64| value as f64),
            _ => wide(bytes, |value: f64| value),
        }
    }
}
