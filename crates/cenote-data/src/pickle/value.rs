//! What a pickle says, as plain values.

use std::borrow::Cow;
use std::ops::Range;
use std::path::Path;

use crate::{Error, Result};

/// The number of a value in the list of all of them. Containers hold numbers, so that a value can be in many places.
pub(super) type Id = usize;

/// One value.
#[derive(Debug, Clone)]
pub(super) enum Value {
    None,
    Bool(bool),
    Int(i64),
    /// Bytes of the pickle itself.
    Text(Range<usize>),
    /// Bytes that had to be decoded.
    Decoded(Vec<u8>),
    List(Vec<Id>),
    Tuple(Vec<Id>),
    Dict(Vec<(Id, Id)>),
    /// One of the few names that are understood.
    Global(Global),
    /// `numpy.dtype("u1")`.
    Bytes1,
    /// An array: until its state arrives, empty.
    Array(Option<Array>),
}

/// The names that a pickle may mention.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Global {
    Reconstruct,
    NdArray,
    DType,
    Encode,
}

/// An array of unsigned bytes.
#[derive(Debug, Clone)]
pub(super) struct Array {
    pub(super) shape: Vec<usize>,
    pub(super) fortran: bool,
    /// The number of the value that has the bytes.
    pub(super) bytes: Id,
}

/// A whole pickle: a dict, as each file of CIFAR is.
#[derive(Debug)]
pub(crate) struct Pickled<'a> {
    path: &'a Path,
    input: &'a [u8],
    values: Vec<Value>,
    root: Id,
}

/// A two-dimensional array of bytes, row by row.
#[derive(Debug)]
pub(crate) struct ByteArray {
    /// Rows and columns.
    pub(crate) shape: [usize; 2],
    pub(crate) bytes: ArrayBytes,
}

/// Where an array's bytes are.
#[derive(Debug)]
pub(crate) enum ArrayBytes {
    /// In the pickle, at this offset.
    Inside(usize),
    /// Apart, since the pickle holds them in another order or encoding.
    Apart(Vec<u8>),
}

impl<'a> Pickled<'a> {
    pub(super) fn new(path: &'a Path, input: &'a [u8], values: Vec<Value>, root: Id) -> Self {
        Self {
            path,
            input,
            values,
            root,
        }
    }

    /// The bytes of a string value.
    fn text(&self, id: Id) -> Option<&[u8]> {
        text(&self.values, self.input, id)
    }

    /// What the dict says under `key`.
    fn entry(&self, key: &str) -> Result<&Value> {
        let Value::Dict(entries) = &self.values[self.root] else {
            return Err(Error::malformed(
                self.path,
                "the pickle is no dict, as the published batches are",
            ));
        };
        // Of two entries with one key the last one counts, as in Python.
        entries
            .iter()
            .rev()
            .find(|(name, _)| self.text(*name) == Some(key.as_bytes()))
            .map(|(_, value)| &self.values[*value])
            .ok_or_else(|| {
                let names: Vec<_> = entries
                    .iter()
                    .take(20)
                    .filter_map(|(name, _)| Some(beginning(self.text(*name)?)))
                    .collect();
                Error::malformed(
                    self.path,
                    format!("the pickle has no entry \"{key}\"; it has {names:?}"),
                )
            })
    }

    fn wrong(&self, key: &str, expected: &str) -> Error {
        Error::malformed(
            self.path,
            format!("the entry \"{key}\" of the pickle is not {expected}"),
        )
    }

    /// The list of small numbers under `key`.
    pub(crate) fn integers(&self, key: &str) -> Result<Vec<i64>> {
        let wrong = || self.wrong(key, "a list of integers");
        let Value::List(items) = self.entry(key)? else {
            return Err(wrong());
        };
        let integer = |&item: &Id| match self.values[item] {
            Value::Int(integer) => Ok(integer),
            _ => Err(wrong()),
        };
        items.iter().map(integer).collect()
    }

    /// The list of strings under `key`. A list that names one long string again and again is refused: whoever copies the
    /// strings needs no more memory than the pickle did.
    pub(crate) fn strings(&self, key: &str) -> Result<Vec<&[u8]>> {
        let wrong = || self.wrong(key, "a list of strings");
        let Value::List(items) = self.entry(key)? else {
            return Err(wrong());
        };
        let mut total = 0;
        let string = |&item: &Id| {
            let bytes = self.text(item).ok_or_else(wrong)?;
            total += bytes.len();
            if total > self.input.len() {
                return Err(self.wrong(key, "a list of strings that the file has room for"));
            }
            Ok(bytes)
        };
        items.iter().map(string).collect()
    }

    /// The array of bytes under `key`.
    pub(crate) fn byte_array(&self, key: &str) -> Result<ByteArray> {
        let wrong = || {
            self.wrong(
                key,
                "a two-dimensional array of at least one byte that matches its shape",
            )
        };
        let Value::Array(Some(array)) = self.entry(key)? else {
            return Err(wrong());
        };
        let &[rows, columns] = array.shape.as_slice() else {
            return Err(wrong());
        };
        let bytes = self.text(array.bytes).ok_or_else(wrong)?;
        // Of no columns there can be any number of rows.
        if bytes.is_empty() || rows.checked_mul(columns) != Some(bytes.len()) {
            return Err(wrong());
        }
        let bytes = match &self.values[array.bytes] {
            _ if array.fortran => ArrayBytes::Apart(transposed(bytes, rows, columns)),
            Value::Text(range) => ArrayBytes::Inside(range.start),
            _ => ArrayBytes::Apart(bytes.to_vec()),
        };
        Ok(ByteArray {
            shape: [rows, columns],
            bytes,
        })
    }
}

/// The bytes of the string that has number `id`.
pub(super) fn text<'v>(values: &'v [Value], input: &'v [u8], id: Id) -> Option<&'v [u8]> {
    match values.get(id)? {
        Value::Text(range) => input.get(range.clone()),
        Value::Decoded(bytes) => Some(bytes),
        _ => None,
    }
}

/// How a text begins, for a message.
pub(super) fn beginning(text: &[u8]) -> String {
    const CHARACTERS: usize = 40;
    const LONGEST: usize = char::MAX.len_utf8();
    let bytes = &text[..text.len().min(CHARACTERS * LONGEST)];
    String::from_utf8_lossy(bytes)
        .chars()
        .take(CHARACTERS)
        .collect()
}

/// Column by column to row by row.
fn transposed(columnwise: &[u8], rows: usize, columns: usize) -> Vec<u8> {
    (0..rows)
        .flat_map(|row| (0..columns).map(move |column| columnwise[column * rows + row]))
        .collect()
}

/// Bytes that Python 3 wrote for Python 2: each as the Unicode character of the same number.
pub(super) fn from_latin1(text: &[u8]) -> Option<Cow<'_, [u8]>> {
    if text.is_ascii() {
        return Some(Cow::Borrowed(text));
    }
    let characters = std::str::from_utf8(text).ok()?.chars();
    characters
        .map(|character| u8::try_from(u32::from(character)).ok())
        .collect::<Option<Vec<u8>>>()
        .map(Cow::Owned)
}
