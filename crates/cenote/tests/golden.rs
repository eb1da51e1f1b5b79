//! Every layer against PyTorch's own results, and against the ONNX node tests.
//!
//! Maxima, indices and gradients of maxima must be equal bit for bit, but for the bits of a NaN. Sums must be
//! at least as near to the result in float64 as torch's own.

#![allow(
    clippy::print_stdout,
    reason = "the number of equal cases is a result of its own"
)]

mod common;

use cenote::{
    AdaptiveAvgPool, AdaptiveMaxPool, AvgPool, Element, FractionalMaxPool, LPPool, Layer, MaxPool,
    MaxUnpool, MemoryFormat, OutputSize, PerAxis, Plan, SlidingPool, UnpoolPlan,
};
use common::golden::{self, Case, Stored};
use half::{bf16, f16};
use ndarray::{ArrayD, IxDyn};

/// What became of the cases of one file.
#[derive(Debug, Default)]
struct Tally {
    equal: usize,
    refused: usize,
    beyond_torch: usize,
    stricter: usize,
    failures: Vec<String>,
}

impl Tally {
    fn add(&mut self, case: &Case, outcome: Result<Outcome, String>) {
        match outcome {
            Ok(Outcome::Equal) => self.equal += 1,
            Ok(Outcome::Refused) => self.refused += 1,
            Ok(Outcome::BeyondTorch) => self.beyond_torch += 1,
            Ok(Outcome::Stricter) => self.stricter += 1,
            Err(reason) => self
                .failures
                .push(format!("{} {:?}: {reason}", case.name, case.args)),
        }
    }

    fn finish(self, file: &str, cases: usize, counts: [usize; 4]) {
        println!(
            "{file}: {} equal, {} refused as torch does, {} beyond torch, {} stricter",
            self.equal, self.refused, self.beyond_torch, self.stricter
        );
        let shown = self
            .failures
            .iter()
            .take(20)
            .cloned()
            .collect::<Vec<_>>()
            .join("\n");
        assert!(
            self.failures.is_empty(),
            "{} of {cases} cases of {file} differ:\n{shown}",
            self.failures.len()
        );
        let found = [self.equal, self.refused, self.beyond_torch, self.stricter];
        assert_eq!((found, found.iter().sum::<usize>()), (counts, cases));
    }
}

enum Outcome {
    Equal,
    /// Torch refuses, and so do we.
    Refused,
    /// Torch refuses or is unsafe, and we need not be.
    BeyondTorch,
    /// Torch lets a mistake pass, and we do not.
    Stricter,
}

/// An element of the golden files.
trait Golden: Element + Stored {
    fn to_f64(self) -> f64;
    fn is_same(self, other: Self) -> bool;
}

macro_rules! impl_golden {
    ($($float:ident)*; $($integer:ident)*) => {
        $(impl Golden for $float {
            fn to_f64(self) -> f64 {
                self.into()
            }
            fn is_same(self, other: Self) -> bool {
                self.to_bits() == other.to_bits() || (self.is_nan() && other.is_nan())
            }
        })*
        $(impl Golden for $integer {
            fn to_f64(self) -> f64 {
                self as f64
            }
            fn is_same(self, other: Self) -> bool {
                self == other
            }
        })*
    };
}

impl_golden!(f32 f64 f16 bf16; u8 i8 i16 i32 i64);

/// The sizes of an argument, where they are sizes: one for each axis, or one for all.
fn sizes<const N: usize>(case: &Case, name: &str) -> Result<Option<[usize; N]>, String> {
    let Some(ints) = case.args.ints(name) else {
        return Ok(None);
    };
    let sizes: Result<Vec<usize>, _> = ints.iter().map(|&int| usize::try_from(int)).collect();
    let sizes = sizes.map_err(|_| format!("{name} is negative"))?;
    match sizes.as_slice() {
        [] => Ok(None),
        [one] => Ok(Some([*one; N])),
        sizes => sizes
            .try_into()
            .map(Some)
            .map_err(|_| format!("{name} has a wrong length")),
    }
}

fn sliding<K, const N: usize>(
    case: &Case,
    mut layer: SlidingPool<K, N>,
) -> Result<SlidingPool<K, N>, String> {
    if let Some(stride) = sizes::<N>(case, "stride")? {
        layer = layer.stride(stride);
    }
    if let Some(padding) = sizes::<N>(case, "padding")? {
        layer = layer.padding(padding);
    }
    if let Some(dilation) = sizes::<N>(case, "dilation")? {
        layer = layer.dilation(dilation);
    }
    Ok(layer.ceil_mode(case.args.flag("ceil_mode").unwrap_or(false)))
}

fn output_size<const N: usize>(case: &Case) -> Result<OutputSize<N>, String> {
    let given = case
        .args
        .optional_ints("output_size")
        .ok_or("no output_size")?;
    let size = |size: &Option<i64>| {
        size.map(usize::try_from)
            .transpose()
            .map_err(|_| "negative size")
    };
    let given: Vec<Option<usize>> = given.iter().map(size).collect::<Result<_, _>>()?;
    match given.as_slice() {
        [one] => Ok(OutputSize([*one; N])),
        sizes => sizes
            .try_into()
            .map(OutputSize)
            .map_err(|_| "output_size has a wrong length".into()),
    }
}

fn fractional<const N: usize>(case: &Case) -> Result<FractionalMaxPool<N>, String> {
    let kernel_size = PerAxis(sizes::<N>(case, "kernel_size")?.ok_or("no kernel_size")?);
    let layer = match (
        sizes::<N>(case, "output_size")?,
        case.args.numbers("output_ratio"),
    ) {
        (Some(size), _) => FractionalMaxPool::with_output_size(kernel_size, size),
        (None, Some(ratio)) => {
            let ratio = if ratio.len() == 1 {
                vec![ratio[0]; N]
            } else {
                ratio
            };
            let ratio: [f64; N] = ratio.try_into().map_err(|_| "wrong length")?;
            FractionalMaxPool::with_output_ratio(kernel_size, ratio)
        }
        (None, None) => return Err("neither size nor ratio".into()),
    };
    Ok(layer.samples(case.tensor("samples").ok_or("no samples")?.to_f64()))
}

/// The plan of a case, or why there is none.
fn plan<const N: usize>(case: &Case) -> Result<Plan, String> {
    let shape = &case.tensor("input").ok_or("no input")?.shape;
    let format = match case.memory_format {
        golden::MemoryFormat::Contiguous => MemoryFormat::Contiguous,
        golden::MemoryFormat::ChannelsLast => MemoryFormat::ChannelsLast,
    };
    let family = case
        .layer
        .trim_end_matches(|c: char| c.is_ascii_digit() || c == 'd');
    let kernel_size = || {
        Ok::<_, String>(PerAxis(
            sizes::<N>(case, "kernel_size")?.ok_or("no kernel_size")?,
        ))
    };
    let plan = match family {
        "max_pool" => sliding(case, MaxPool::new(kernel_size()?))?.plan_in(shape, format),
        "avg_pool" => sliding(case, AvgPool::new(kernel_size()?))?
            .count_include_pad(case.args.flag("count_include_pad").unwrap_or(true))
            .divisor_override(
                case.args
                    .number("divisor_override")
                    .map(|divisor| divisor as i64),
            )
            .plan_in(shape, format),
        "lp_pool" => {
            let norm_type = case.args.number("norm_type").ok_or("no norm_type")?;
            sliding(case, LPPool::new(norm_type, kernel_size()?))?.plan_in(shape, format)
        }
        "adaptive_max_pool" => AdaptiveMaxPool::new(output_size::<N>(case)?).plan_in(shape, format),
        "adaptive_avg_pool" => AdaptiveAvgPool::new(output_size::<N>(case)?).plan_in(shape, format),
        "fractional_max_pool" => fractional::<N>(case)?.plan_in(shape, MemoryFormat::Contiguous),
        other => return Err(format!("no layer {other}")),
    };
    plan.map_err(|error| error.to_string())
}

/// Elements in logical order, put in the order of a memory format and back.
struct Order {
    channels: Option<usize>,
}

impl Order {
    fn of(plan: &Plan, axes: usize) -> Self {
        let last = plan.memory_format() == MemoryFormat::ChannelsLast;
        Self {
            channels: last.then(|| plan.input_shape().len() - axes - 1),
        }
    }

    fn store<T: Copy>(&self, shape: &[usize], logical: Vec<T>) -> Vec<T> {
        let Some(channels) = self.channels else {
            return logical;
        };
        let mut axes: Vec<usize> = (0..shape.len()).collect();
        axes[channels..].rotate_left(1);
        permuted(shape, &axes, logical)
    }

    fn load<T: Copy>(&self, shape: &[usize], stored: Vec<T>) -> Vec<T> {
        let Some(channels) = self.channels else {
            return stored;
        };
        let mut stored_shape = shape.to_vec();
        stored_shape[channels..].rotate_left(1);
        let mut axes: Vec<usize> = (0..shape.len()).collect();
        axes[channels..].rotate_right(1);
        permuted(&stored_shape, &axes, stored)
    }
}

fn permuted<T: Copy>(shape: &[usize], axes: &[usize], elements: Vec<T>) -> Vec<T> {
    let array = ArrayD::from_shape_vec(IxDyn(shape), elements).unwrap();
    array.permuted_axes(IxDyn(axes)).iter().copied().collect()
}

fn same<T: Golden>(what: &str, given: &[T], expected: &[T]) -> Result<(), String> {
    if given.len() != expected.len() {
        return Err(format!(
            "{what} has {} elements instead of {}",
            given.len(),
            expected.len()
        ));
    }
    match given
        .iter()
        .zip(expected)
        .position(|(given, expected)| !given.is_same(*expected))
    {
        None => Ok(()),
        Some(at) => Err(format!(
            "{what}[{at}] is {} instead of {}",
            given[at].to_f64(),
            expected[at].to_f64()
        )),
    }
}

/// Whether a sum is as good as torch's: equal to it where torch's is exact, else no further from float64.
fn as_good<T: Golden>(case: &Case, role: &str, given: &[T]) -> Result<(), String> {
    let torch: Vec<T> = case.tensor(role).ok_or("no result")?.to_vec();
    let Some(exact) = case.tensor(&format!("{role}_f64")) else {
        let values = |elements: &[T]| {
            elements
                .iter()
                .map(|element| element.to_f64())
                .collect::<Vec<_>>()
        };
        let (given, torch) = (values(given), values(&torch));
        // Sums of f64 have no finer reference: they may differ by the order of their terms.
        let largest = torch
            .iter()
            .filter(|value| value.is_finite())
            .fold(0.0, |largest: f64, value| largest.max(value.abs()));
        let slack = if T::DTYPE == "f64" {
            16.0 * f64::EPSILON * largest
        } else {
            0.0
        };
        let equal =
            |(a, b): (&f64, &f64)| a == b || (a.is_nan() && b.is_nan()) || (a - b).abs() <= slack;
        return match given.iter().zip(&torch).position(|pair| !equal(pair)) {
            None if given.len() == torch.len() => Ok(()),
            at => Err(format!(
                "{role} is exact in torch and differs at {at:?}: {given:?} instead of {torch:?}"
            )),
        };
    };
    let limit = case
        .extra
        .number(if role == "output" {
            "torch_error"
        } else {
            "torch_grad_error"
        })
        .ok_or("no error")?;
    // The errors themselves are differences that were rounded.
    let limit = limit * (1.0 + 1e-9);
    for (at, (given, exact)) in given.iter().zip(exact.to_f64()).enumerate() {
        let given = given.to_f64();
        let error = (given - exact).abs();
        let same = given == exact || (given.is_nan() && exact.is_nan());
        // Rounding to an infinity is the one difference that has no size.
        let both_large = given.is_infinite() && torch[at].to_f64() == given;
        if !same && !both_large && (error > limit || error.is_nan()) {
            return Err(format!(
                "{role}[{at}] is {given}: {error:e} from {exact}, and torch is at most {limit:e} off"
            ));
        }
    }
    Ok(())
}

fn check<T: Golden, const N: usize>(case: &Case, plan: &Plan) -> Result<(), String> {
    let order = Order::of(plan, N);
    let text = |error: cenote::Error| error.to_string();
    let expected = case.tensor("output").ok_or("no output")?;
    if plan.output_shape() != expected.shape {
        return Err(format!(
            "the shape is {:?} instead of {:?}",
            plan.output_shape(),
            expected.shape
        ));
    }
    let input = order.store(
        plan.input_shape(),
        case.tensor("input").ok_or("no input")?.to_vec::<T>(),
    );
    let mut output = vec![T::default(); plan.output_len()];
    plan.forward_into(&input, &mut output).map_err(text)?;
    let output = order.load(plan.output_shape(), output);
    let takes_maxima = case.layer.contains("max");
    if takes_maxima {
        same("output", &output, &expected.to_vec())?;
    } else {
        as_good(case, "output", &output)?;
    }
    if let Some(indices) = case.tensor("indices") {
        let mut output = vec![T::default(); plan.output_len()];
        let mut flat = vec![0i64; plan.output_len()];
        plan.forward_with_indices_into(&input, &mut output, &mut flat)
            .map_err(text)?;
        same(
            "output beside indices",
            &order.load(plan.output_shape(), output),
            &expected.to_vec(),
        )?;
        let flat = order.load(plan.output_shape(), flat);
        let plane: usize = plan.input_shape()[plan.input_shape().len() - N..]
            .iter()
            .product();
        // Where torch's index leaves the plane, ours says that there is no element.
        let expected: Vec<i64> = indices
            .to_vec::<i64>()
            .into_iter()
            .map(|index| if index < plane as i64 { index } else { -1 })
            .collect();
        same("indices", &flat, &expected)?;
    }
    // Torch has no gradient of an empty output.
    let grad_output = case
        .tensor("grad_output")
        .filter(|_| case.extra.get("backward_error").is_none());
    if let Some(grad_output) = grad_output {
        let grad_output = order.store(plan.output_shape(), grad_output.to_vec::<T>());
        let mut grad_input = vec![T::default(); plan.input_len()];
        plan.backward_from_input_into(&grad_output, &input, &mut grad_input)
            .map_err(text)?;
        as_good(
            case,
            "grad_input",
            &order.load(plan.input_shape(), grad_input),
        )?;
    }
    Ok(())
}

fn unpool_plan<const N: usize>(case: &Case) -> Result<UnpoolPlan, String> {
    let mut layer = MaxUnpool::<N>::new(sizes::<N>(case, "kernel_size")?.ok_or("no kernel_size")?);
    if let Some(stride) = sizes::<N>(case, "stride")? {
        layer = layer.stride(stride);
    }
    if let Some(padding) = sizes::<N>(case, "padding")? {
        layer = layer.padding(padding);
    }
    let shape = &case.tensor("input").ok_or("no input")?.shape;
    if case
        .tensor("unpool_indices")
        .is_none_or(|indices| indices.shape != *shape)
    {
        return Err("the indices have another shape".into());
    }
    if case
        .tensor("unpool_indices")
        .is_none_or(|indices| indices.dtype != "i64")
    {
        return Err("the indices are no i64".into());
    }
    // Torch takes a full shape too, whose first two sizes it drops.
    let output_size = match case.args.ints("output_size") {
        Some(full) if full.len() == N + 2 => Some(std::array::from_fn(|axis| {
            usize::try_from(full[axis + 2]).unwrap_or(0)
        })),
        _ => sizes::<N>(case, "output_size")?,
    };
    if let Some(output_size) = output_size {
        layer = layer.output_size(output_size);
    }
    layer.plan(shape).map_err(|error| error.to_string())
}

fn check_unpool<T: Golden>(case: &Case, plan: &UnpoolPlan) -> Result<(), String> {
    let text = |error: cenote::Error| error.to_string();
    let indices = case
        .tensor("unpool_indices")
        .ok_or("no indices")?
        .to_vec::<i64>();
    let input = case.tensor("input").ok_or("no input")?.to_vec::<T>();
    let mut output = vec![T::default(); plan.output_len()];
    plan.forward_into(&input, &indices, &mut output)
        .map_err(text)?;
    let Some(expected) = case.tensor("output") else {
        return Ok(());
    };
    if plan.output_shape() != expected.shape {
        return Err(format!(
            "the shape is {:?} instead of {:?}",
            plan.output_shape(),
            expected.shape
        ));
    }
    same("output", &output, &expected.to_vec())?;
    if let (Some(grad_output), Some(expected)) =
        (case.tensor("grad_output"), case.tensor("grad_input"))
    {
        let mut grad_input = vec![T::default(); plan.input_len()];
        plan.backward_into(&grad_output.to_vec::<T>(), &indices, &mut grad_input)
            .map_err(text)?;
        same("grad_input", &grad_input, &expected.to_vec())?;
    }
    Ok(())
}

/// Calls a check with the element type that a tensor's name says.
macro_rules! with_dtype {
    ($dtype:expr, $check:ident $(, $axes:ident)?; $($argument:expr),*) => {
        match $dtype {
            "f32" => $check::<f32 $(, $axes)?>($($argument),*),
            "f64" => $check::<f64 $(, $axes)?>($($argument),*),
            "f16" => $check::<f16 $(, $axes)?>($($argument),*),
            "bf16" => $check::<bf16 $(, $axes)?>($($argument),*),
            "u8" => $check::<u8 $(, $axes)?>($($argument),*),
            "i8" => $check::<i8 $(, $axes)?>($($argument),*),
            "i16" => $check::<i16 $(, $axes)?>($($argument),*),
            "i32" => $check::<i32 $(, $axes)?>($($argument),*),
            "i64" => $check::<i64 $(, $axes)?>($($argument),*),
            other => Err(format!("no element type {other}")),
        }
    };
}

/// What the types of this crate have no room for: it cannot be asked, so it is refused.
fn is_unspeakable<const N: usize>(case: &Case) -> bool {
    let one_of_many = |name: &str| {
        case.args
            .get(name)
            .is_some_and(|list| list.as_array().is_some_and(|list| list.len() != N))
    };
    let fractional = case.layer.starts_with("fractional");
    let samples = case
        .tensor("samples")
        .and_then(|samples| samples.shape.last().copied());
    case.args
        .number("divisor_override")
        .is_some_and(|divisor| divisor.fract() != 0.0)
        || fractional && (one_of_many("kernel_size") || one_of_many("output_size"))
        || fractional && samples.is_some_and(|axes| axes != N)
}

fn outcome<const N: usize>(case: &Case) -> Result<Outcome, String> {
    if is_unspeakable::<N>(case) {
        return case
            .error()
            .map(|_| Outcome::Refused)
            .ok_or_else(|| "torch takes it".into());
    }
    let dtype = case
        .tensor("input")
        .map_or("f32", |input| input.dtype.as_str());
    let result = if case.layer.starts_with("max_unpool") {
        unpool_plan::<N>(case).and_then(|plan| with_dtype!(dtype, check_unpool; case, &plan))
    } else {
        match plan::<N>(case) {
            Err(reason) => Err(reason),
            Ok(_) if case.error().is_some() => Ok(()),
            Ok(plan) => with_dtype!(dtype, check, N; case, &plan),
        }
    };
    match (result, case.error()) {
        (Ok(()), None) => Ok(Outcome::Equal),
        (Err(_), None) if case.extra.get("torch_quirk").is_some() => Ok(Outcome::Stricter),
        (Err(reason), None) => Err(reason),
        (Err(_), Some(_)) => Ok(Outcome::Refused),
        (Ok(()), Some(error))
            if case.extra.get("torch_limit").is_some()
                || error.contains("NoneType")
                || error.contains("not list")
                || error.contains("type int without overflow") =>
        {
            Ok(Outcome::BeyondTorch)
        }
        (Ok(()), Some(error)) => Err(format!("torch refuses: {error}")),
    }
}

/// Checks every case of a file, of which so many are equal, refused as torch does, beyond torch and stricter: a case that is
/// refused for another reason than torch's would change that.
fn run(file: &str, counts: [usize; 4]) {
    let golden = golden::load(file);
    let mut tally = Tally::default();
    for case in &golden.cases {
        let outcome = match case.layer.as_bytes() {
            [.., b'1', b'd'] => outcome::<1>(case),
            [.., b'2', b'd'] => outcome::<2>(case),
            [.., b'3', b'd'] => outcome::<3>(case),
            _ => Err("a layer without a rank".into()),
        };
        tally.add(case, outcome);
    }
    tally.finish(file, golden.cases.len(), counts);
}

#[test]
fn max_pool() {
    run("max_pool", [955, 744, 13, 0]);
}

#[test]
fn opinfo_max_pool() {
    run("opinfo_max_pool", [4320, 48, 0, 0]);
}

#[test]
fn opinfo() {
    run("opinfo", [789, 39, 0, 0]);
}

#[test]
fn avg_pool() {
    run("avg_pool", [584, 131, 29, 0]);
}

#[test]
fn lp_pool() {
    run("lp_pool", [461, 33, 6, 0]);
}

#[test]
fn adaptive_pool() {
    run("adaptive_pool", [483, 69, 32, 15]);
}

#[test]
fn fractional_pool() {
    run("fractional_pool", [127, 36, 1, 0]);
}

#[test]
fn max_unpool() {
    run("max_unpool", [94, 43, 15, 10]);
}

#[test]
fn test_pooling() {
    run("test_pooling", [1327, 89, 20, 3]);
}
