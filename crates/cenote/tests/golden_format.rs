//! Every golden file is whole, and its cases are what `golden/README.md` says.

mod common;

use std::collections::HashSet;
use std::fs;

use common::golden::{self, Case, Tensor};

/// The most that all files together may take in the repository.
const SIZE_LIMIT: u64 = 6_500_000;

#[test]
fn every_file_is_described_and_names_its_source() {
    let folder = golden::folder();
    let readme = fs::read_to_string(folder.join("README.md")).unwrap();
    let names = golden::names();
    assert!(!names.is_empty(), "no golden files in {}", folder.display());
    for name in &names {
        let file = golden::load(name);
        assert!(
            readme.contains(&format!("`{name}`")),
            "README.md does not list {name}"
        );
        assert!(
            !file.source.is_empty() && !file.licence.is_empty() && !file.notes.is_empty(),
            "{name}"
        );
    }
    let size = |name| {
        fs::metadata(folder.join(format!("{name}.golden.gz")))
            .unwrap()
            .len()
    };
    let total: u64 = names.iter().map(size).sum();
    assert!(
        total <= SIZE_LIMIT,
        "the golden files take {total} bytes, more than {SIZE_LIMIT}"
    );
}

#[test]
fn every_case_is_complete() {
    for name in golden::names() {
        let file = golden::load(&name);
        let mut seen = HashSet::new();
        for case in &file.cases {
            assert!(
                seen.insert(&case.name),
                "{name}: two cases are called {}",
                case.name
            );
            check(case).unwrap_or_else(|problem| panic!("{name}, {}: {problem}", case.name));
        }
    }
}

fn check(case: &Case) -> Result<(), String> {
    let input = case.tensor("input").ok_or("no input")?;
    if case.error().is_some() {
        return match case.tensor("output") {
            Some(_) => Err("both an output and an error".to_owned()),
            None => Ok(()),
        };
    }
    let output = case
        .tensor("output")
        .ok_or("neither an output nor an error")?;
    for (role, tensor) in case.tensors() {
        let like = match role {
            "indices" | "grad_output" | "output_f64" => output,
            "grad_input" | "grad_input_f64" | "unpool_indices" => input,
            "input" | "output" | "samples" => tensor,
            other => return Err(format!("unknown role {other}")),
        };
        if tensor.shape != like.shape {
            return Err(format!(
                "{role} has shape {:?}, not {:?}",
                tensor.shape, like.shape
            ));
        }
        if role.ends_with("_f64") && tensor.dtype != "f64" {
            return Err(format!("{role} has type {}", tensor.dtype));
        }
    }
    let backward =
        case.tensor("grad_input").is_some() || case.extra.text("backward_error").is_some();
    if backward != case.tensor("grad_output").is_some() {
        return Err("a gradient of the output without one of the input, or the reverse".to_owned());
    }
    match case.tensor("indices") {
        Some(indices) => check_indices(case, indices),
        None => Ok(()),
    }
}

/// Indices are i64 and not negative; where torch is safe, they lie in the plane of the pooled axes.
fn check_indices(case: &Case, indices: &Tensor) -> Result<(), String> {
    let input = case.tensor("input").ok_or("no input")?;
    let plane: usize = input.shape[input.shape.len() - pooled_axes(case, input)..]
        .iter()
        .product();
    let limit = match case.extra.text("torch_unsafe") {
        Some(_) => i64::MAX,
        None => i64::try_from(plane).map_err(|error| error.to_string())?,
    };
    match indices
        .to_vec::<i64>()
        .iter()
        .find(|index| !(0..limit).contains(*index))
    {
        Some(index) => Err(format!("index {index} is not in 0..{limit}")),
        None => Ok(()),
    }
}

/// How many axes an index counts over: `max_pool2d` says two, an ONNX operator counts over all.
fn pooled_axes(case: &Case, input: &Tensor) -> usize {
    let digit = case
        .layer
        .strip_suffix('d')
        .and_then(|name| name.chars().last()?.to_digit(10));
    digit.map_or(input.shape.len(), |axes| axes as usize)
}

/// A small file, packed by hand.
fn packed(header: &str, tensors: &[u8]) -> Vec<u8> {
    [
        &(header.len() as u64).to_le_bytes(),
        header.as_bytes(),
        tensors,
    ]
    .concat()
}

fn one_case(tensor: &str) -> String {
    format!(
        r#"{{"source":"s","licence":"l","notes":[],"cases":[{{"name":"n","layer":"max_pool1d","args":{{"kernel_size":[2],
        "stride":null,"output_size":[null,3],"norm_type":"-inf","ceil_mode":true}},"memory_format":"channels_last",
        "tensors":{{"input":{tensor}}},"torch_unsafe":"why"}}]}}"#
    )
}

#[test]
fn a_case_is_read_as_it_was_written() {
    let header = one_case(r#"{"dtype":"i16","shape":[1,2],"offset":1,"len":4}"#);
    let file = golden::parse(&packed(&header, &[9, 1, 0, 0xfe, 0xff])).unwrap();
    let [case] = file.cases.as_slice() else {
        panic!("one case")
    };
    assert_eq!(case.memory_format, golden::MemoryFormat::ChannelsLast);
    assert_eq!(case.extra.text("torch_unsafe"), Some("why"));
    assert_eq!(case.args.ints("kernel_size"), Some(vec![2]));
    assert_eq!(case.args.ints("stride"), None);
    assert_eq!(
        case.args.optional_ints("output_size"),
        Some(vec![None, Some(3)])
    );
    assert_eq!(case.args.number("norm_type"), Some(f64::NEG_INFINITY));
    assert_eq!(case.args.flag("ceil_mode"), Some(true));
    let input = case.tensor("input").unwrap();
    assert_eq!(input.to_vec::<i16>(), [1, -2]);
    assert_eq!(input.to_f64(), [1.0, -2.0]);
}

#[test]
fn damaged_files_are_refused() {
    let good = one_case(r#"{"dtype":"i16","shape":[1,2],"offset":0,"len":4}"#);
    assert!(golden::parse(&packed(&good, &[0; 4])).is_ok());
    let refused = |content: &[u8], gist: &str| {
        let problem = golden::parse(content).unwrap_err();
        assert!(problem.contains(gist), "{problem:?} does not say {gist:?}");
    };
    refused(&[0; 7], "ends before");
    refused(&u64::MAX.to_le_bytes(), "the header has");
    refused(&packed("{", &[]), "EOF");
    refused(&packed(&good, &[0; 3]), "lies at 0 + 4 of 3");
    let far = one_case(&format!(
        r#"{{"dtype":"i16","shape":[1,2],"offset":{},"len":4}}"#,
        u64::MAX
    ));
    refused(&packed(&far, &[0; 4]), "lies at");
    let long = one_case(r#"{"dtype":"i16","shape":[1,3],"offset":0,"len":4}"#);
    refused(&packed(&long, &[0; 4]), "[1, 3]");
    let unknown = one_case(r#"{"dtype":"f8","shape":[4],"offset":0,"len":4}"#);
    refused(&packed(&unknown, &[0; 4]), "unknown type f8");
}
