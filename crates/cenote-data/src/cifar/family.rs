//! What is published of CIFAR-10 and of CIFAR-100, as data, and how a split of either is read.

use std::path::{Path, PathBuf};

use super::records::Records;
use super::source::{self, Found};
use super::{Error, Result, Split, names};
use crate::pickle;

/// CIFAR-10 or CIFAR-100.
#[derive(Debug)]
pub(crate) struct Family {
    pub(crate) name: &'static str,
    /// The labels of a record, in the order of the binary layout.
    pub(crate) labels: &'static [Labels],
    pub(crate) layouts: [Layout; 2],
}

/// One kind of label.
#[derive(Debug)]
pub(crate) struct Labels {
    /// What the kind is called in messages, with a space, or nothing where there is but one kind.
    pub(crate) adjective: &'static str,
    /// The published names of the classes.
    pub(crate) names: &'static [&'static str],
    /// The entry of a pickled batch.
    pub(crate) pickle_key: &'static str,
    /// The binary layout's list of names.
    names_file: &'static str,
    /// The entry of the pickled list of names.
    names_key: &'static str,
}

/// The files of each layout: those of the training split, then that of the test split.
pub(crate) const CIFAR10_BINARY_FILES: &[&str] = &[
    "data_batch_1.bin",
    "data_batch_2.bin",
    "data_batch_3.bin",
    "data_batch_4.bin",
    "data_batch_5.bin",
    "test_batch.bin",
];
pub(crate) const CIFAR10_PYTHON_FILES: &[&str] = &[
    "data_batch_1",
    "data_batch_2",
    "data_batch_3",
    "data_batch_4",
    "data_batch_5",
    "test_batch",
];
pub(crate) const CIFAR100_BINARY_FILES: &[&str] = &["train.bin", "test.bin"];
pub(crate) const CIFAR100_PYTHON_FILES: &[&str] = &["train", "test"];

/// One published layout.
#[derive(Debug)]
pub(crate) struct Layout {
    pub(crate) folder: &'static str,
    pub(crate) archive: &'static str,
    /// The test split has the last one, the training split the others.
    files: &'static [&'static str],
    /// The python layout's file of names; none in the binary layout, which has a text file for each kind of label.
    pickled_names: Option<&'static str>,
}

impl Layout {
    pub(crate) fn files(&self, split: Split) -> &'static [&'static str] {
        let (train, test) = self.files.split_at(self.files.len() - 1);
        match split {
            Split::Train => train,
            Split::Test => test,
        }
    }
}

pub(crate) static CIFAR10: Family = Family {
    name: "CIFAR-10",
    labels: &[Labels {
        adjective: "",
        names: &names::CIFAR10,
        pickle_key: "labels",
        names_file: "batches.meta.txt",
        names_key: "label_names",
    }],
    layouts: [
        Layout {
            folder: "cifar-10-batches-bin",
            archive: "cifar-10-binary.tar.gz",
            files: CIFAR10_BINARY_FILES,
            pickled_names: None,
        },
        Layout {
            folder: "cifar-10-batches-py",
            archive: "cifar-10-python.tar.gz",
            files: CIFAR10_PYTHON_FILES,
            pickled_names: Some("batches.meta"),
        },
    ],
};

pub(crate) static CIFAR100: Family = Family {
    name: "CIFAR-100",
    labels: &[
        Labels {
            adjective: "coarse ",
            names: &names::CIFAR100_COARSE,
            pickle_key: "coarse_labels",
            names_file: "coarse_label_names.txt",
            names_key: "coarse_label_names",
        },
        Labels {
            adjective: "fine ",
            names: &names::CIFAR100_FINE,
            pickle_key: "fine_labels",
            names_file: "fine_label_names.txt",
            names_key: "fine_label_names",
        },
    ],
    layouts: [
        Layout {
            folder: "cifar-100-binary",
            archive: "cifar-100-binary.tar.gz",
            files: CIFAR100_BINARY_FILES,
            pickled_names: None,
        },
        Layout {
            folder: "cifar-100-python",
            archive: "cifar-100-python.tar.gz",
            files: CIFAR100_PYTHON_FILES,
            pickled_names: Some("meta"),
        },
    ],
};

/// Reads a split: its records, and the names of the classes for each of the family's `KINDS` of label.
pub(super) fn read<const KINDS: usize>(
    family: &Family,
    root: &Path,
    split: Split,
) -> Result<(Records, [Vec<String>; KINDS])> {
    let Found {
        layout,
        folder,
        files,
    } = source::find(family, root, split)?;
    let mut records = Records::new(KINDS);
    for (path, bytes) in files {
        match layout.pickled_names {
            None => records.add_binary(family, &path, bytes)?,
            Some(_) => records.add_pickle(family, &path, bytes)?,
        }
    }
    let mut classes = [const { Vec::new() }; KINDS];
    for (classes, labels) in classes.iter_mut().zip(family.labels) {
        *classes = match &folder {
            Some(folder) => class_names(layout, labels, folder)?,
            None => published(labels),
        };
    }
    Ok((records, classes))
}

fn published(labels: &Labels) -> Vec<String> {
    labels.names.iter().map(ToString::to_string).collect()
}

/// The names that a folder gives its classes; the published ones where it gives none.
fn class_names(layout: &Layout, labels: &Labels, folder: &Path) -> Result<Vec<String>> {
    let path: PathBuf = folder.join(layout.pickled_names.unwrap_or(labels.names_file));
    if !path.exists() {
        return Ok(published(labels));
    }
    let bytes = source::read_file(&path)?;
    let pickled;
    let given = match layout.pickled_names {
        Some(_) => {
            pickled = pickle::read(&path, &bytes)?;
            pickled.strings(labels.names_key)?
        }
        None => bytes
            .split(|&byte| byte == b'\n')
            .map(<[u8]>::trim_ascii)
            .filter(|line| !line.is_empty())
            .collect(),
    };
    if given.len() != labels.names.len() {
        return Err(Error::malformed(
            &path,
            format!(
                "{} names of {}classes; there are {}: put the published file back, or delete this one to use the \
                 published names",
                given.len(),
                labels.adjective,
                labels.names.len()
            ),
        ));
    }
    let name = |bytes: &&[u8]| String::from_utf8_lossy(bytes).into_owned();
    Ok(given.iter().map(name).collect())
}
