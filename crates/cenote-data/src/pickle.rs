//! A reader of the pickles that CIFAR publishes, and of nothing more.
//!
//! A pickle is a program. This reader knows the opcodes that Python 2 (and Python 3 with protocol 2) writes for dicts,
//! lists, tuples, strings, numbers and arrays of bytes, builds plain values from them and refuses everything else by
//! name. Nothing is imported or called. Every length is checked against the bytes that are there, each opcode makes at
//! most one value, and the number of opcodes is limited, so memory stays in proportion to the file.

mod machine;
mod value;

use std::path::Path;

pub(crate) use value::{ArrayBytes, Pickled};

use crate::{Error, Result};

/// Reads the pickle in `bytes`. `path` is named in errors.
pub(crate) fn read<'a>(path: &'a Path, bytes: &'a [u8]) -> Result<Pickled<'a>> {
    machine::run(bytes)
        .map_err(|Fault { offset, reason }| Error::Pickle {
            path: path.to_owned(),
            offset,
            reason,
        })
        .map(|(values, root)| Pickled::new(path, bytes, values, root))
}

/// What is wrong, and at which byte.
#[derive(Debug)]
struct Fault {
    offset: usize,
    reason: String,
}

#[cfg(test)]
mod tests;
