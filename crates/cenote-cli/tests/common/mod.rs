//! Calls of the command.

#![allow(dead_code, reason = "no test needs all of it")]

use std::path::Path;
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

pub(crate) fn cenote(arguments: &[&str]) -> Output {
    let command = Command::new(env!("CARGO_BIN_EXE_cenote"))
        .args(arguments)
        .stdin(Stdio::null())
        .output();
    command.expect("the command starts")
}

/// What a successful call prints.
pub(crate) fn answer(arguments: &[&str]) -> String {
    let output = cenote(arguments);
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{arguments:?}: {error}");
    assert_eq!(error, "", "nothing is drawn where nobody looks");
    String::from_utf8(output.stdout).expect("text")
}

/// What a refused call says.
pub(crate) fn refusal(arguments: &[&str]) -> String {
    let output = cenote(arguments);
    let error = String::from_utf8(output.stderr).expect("text");
    assert!(!output.status.success(), "{arguments:?} succeeded");
    assert!(!error.contains("panicked"), "{error}");
    error
}

pub(crate) fn directory() -> TempDir {
    tempfile::tempdir().expect("a temporary folder")
}

pub(crate) fn text(path: &Path) -> &str {
    path.to_str().expect("a path of text")
}
