"""Runs torch's pooling functions, and records what they make of one input as a golden case."""
import math
import zlib

import torch
import torch.nn.functional as F

from golden_file import GoldenFile

DTYPES = {"f32": torch.float32, "f64": torch.float64, "f16": torch.float16, "bf16": torch.bfloat16, "u8": torch.uint8,
          "i8": torch.int8, "i16": torch.int16, "i32": torch.int32, "i64": torch.int64}
NAMES = {dtype: name for name, dtype in DTYPES.items()}
FLOATS = ["f32", "f64", "f16", "bf16"]
LICENCE = "BSD-3-Clause (PyTorch, Copyright (c) the PyTorch contributors)"
FORMATS = {2: torch.channels_last, 3: torch.channels_last_3d}


def torch_file(*notes):
    """An empty golden file whose cases come from torch."""
    return GoldenFile(f"torch {torch.__version__}, CPU, one thread", LICENCE, notes)


def generator(name):
    """Random numbers that depend on the case's name only, so that cases can come and go."""
    return torch.Generator().manual_seed(zlib.crc32(name.encode()))


def ties(name, shape, dtype="f32"):
    """Few distinct values: most windows hold their maximum more than once."""
    low = 0 if dtype == "u8" else -3
    return torch.randint(low, low + 7, shape, generator=generator(name)).to(DTYPES[dtype])


def full_range(name, shape, dtype):
    """Integers over the whole range of the type, both ends included."""
    info = torch.iinfo(DTYPES[dtype])
    values = torch.randint(info.min, info.max, shape, generator=generator(name), dtype=torch.int64).to(DTYPES[dtype])
    values.view(-1)[0], values.view(-1)[-1] = info.max, info.min
    return values


def special(name, shape, dtype="f32"):
    """NaN, infinities, both zeros, ties."""
    values = torch.tensor([float("nan"), float("-inf"), float("-inf"), float("inf"), -0.0, 0.0, -0.0, 0.0, 1.0, -1.0, -2.0])
    weights = torch.tensor([1, 3, 3, 1, 5, 5, 5, 5, 2, 5, 5.0])
    count = 1
    for size in shape:
        count *= size
    picked = torch.multinomial(weights, max(count, 1), replacement=True, generator=generator(name))[:count]
    return values[picked].reshape(shape).to(DTYPES[dtype])


def normal(name, shape, dtype="f32"):
    return torch.randn(shape, generator=generator(name), dtype=torch.float64).to(DTYPES[dtype])


def exact_gradient(name, like):
    """A gradient whose sums are exact in every type and in any order: small multiples of 1/4."""
    return (torch.randint(-8, 9, like.shape, generator=generator(name + " gradient")) / 4).to(like.dtype)


def normal_gradient(name, like):
    return normal(name + " gradient", like.shape).to(like.dtype)


def held(x, memory_format, axes):
    """The tensor, whose last `axes` are pooled, as torch shall hold it in memory."""
    if memory_format == "contiguous":
        return x.contiguous()
    if x.dim() == axes + 2:
        return x.contiguous(memory_format=FORMATS[axes])
    return x[None].contiguous(memory_format=FORMATS[axes])[0]  # unbatched


def stored(x):
    """A tensor as the golden file takes it: the name of its type, and its values in logical order."""
    x = x.detach().contiguous()
    bits = x.view(torch.int16) if x.dtype == torch.bfloat16 else x
    array = bits.numpy()
    return NAMES[x.dtype], array.view("uint16") if x.dtype == torch.bfloat16 else array


def largest_error(result, reference):
    """Largest absolute difference, and only between finite values: else the two must agree."""
    finite = reference.isfinite()
    difference = (result.to(reference.dtype) - reference)[finite].abs()
    return float(difference.max()) if difference.numel() else 0.0


def error_of(call):
    """torch's message, on one line, or None where it has no objection."""
    try:
        call()
    except Exception as error:  # every kind counts: RuntimeError, TypeError, ValueError, NotImplementedError …
        first = str(error).split("\nException raised from")[0]
        return f"{type(error).__name__}: " + " ".join(first.split())
    return None


def number(value):
    """A number as JSON can hold it."""
    return value if math.isfinite(value) else str(value)


class Call:
    """One call of a pooling function of torch.nn.functional: all but its input and its types."""

    def __init__(self, layer, args, return_indices=None, samples=None, unpool_indices=None):
        self.layer, self.args = layer, args
        self.axes = int(layer[-2])
        self.return_indices, self.samples, self.unpool_indices = return_indices, samples, unpool_indices

    def __call__(self, x):
        """(output, indices or None)"""
        keywords = dict(self.args)
        if self.samples is not None:
            keywords["_random_samples"] = self.samples.to(x.dtype)
        if self.unpool_indices is not None:
            keywords["indices"] = self.unpool_indices
        if self.return_indices is not None:
            keywords["return_indices"] = self.return_indices
        result = getattr(F, self.layer)(x, **keywords)
        return result if isinstance(result, tuple) else (result, None)

    def gradient(self, x, grad_output):
        leaf = x.detach().clone().requires_grad_()
        output, _ = self(leaf)
        return torch.autograd.grad(output, leaf, grad_output)[0]


def widened(call, x, indices):
    """The input in float64, or None where that tells nothing: the type is not a narrower float, or the windows of a
    fractional pooling, whose starts are computed in the input's type, are not the same.
    """
    if not x.dtype.is_floating_point or x.dtype == torch.float64:
        return None
    wide = x.double()
    if call.samples is not None and (indices is None or not torch.equal(call(wide)[1], indices)):
        return None
    return wide


def with_reference(tensors, role, result, wide, extra, reference):
    """Adds a result, and where it is not exact also the same in float64 and torch's error."""
    tensors[role] = stored(result)
    if wide is None:
        return
    expected = reference()
    if not torch.equal(result.double().nan_to_num(nan=0.5), expected.nan_to_num(nan=0.5)):
        tensors[role + "_f64"] = stored(expected)
        extra["torch_error" if role == "output" else "torch_grad_error"] = number(largest_error(result, expected))


def record(file, name, call, x, memory_format="contiguous", gradient=None, correct=None, quirk=None, **extra):
    """Adds what torch makes of one input to a file: the output, indices, and the gradient of the input.

    `gradient(name, output)` makes that of the output. `correct(x, output, indices)` may return remarks
    (torch_unsafe, torch_wrong) and the indices to store in place of torch's. `quirk` says why torch accepts what
    it refuses elsewhere; it is noted if torch does.
    """
    x = held(x, memory_format, call.axes)
    optional = {"samples": call.samples, "unpool_indices": call.unpool_indices}
    tensors = {"input": stored(x), **{role: stored(t) for role, t in optional.items() if t is not None}}
    extra["return_indices"] = call.return_indices
    args = {key: number(value) if isinstance(value, float) else value for key, value in call.args.items()}
    message = error_of(lambda: call(x))
    if message:
        file.add(name, call.layer, args, tensors, memory_format, error=message, **extra)
        return
    output, indices = call(x)
    extra["torch_quirk"] = quirk
    if correct:
        indices, remarks = correct(x, output, indices)
        extra.update(remarks)
        x = x.contiguous() if "torch_wrong" in extra else x  # what torch computes right
    wide = widened(call, x, indices)
    with_reference(tensors, "output", output, wide, extra, lambda: call(wide)[0])
    if indices is not None:
        tensors["indices"] = stored(indices)
    if gradient and "torch_unsafe" not in extra:
        grad_output = gradient(name, output)
        tensors["grad_output"] = stored(grad_output)
        refusal = error_of(lambda: call.gradient(x, grad_output))
        if refusal:
            extra["backward_error"] = refusal
        else:
            with_reference(tensors, "grad_input", call.gradient(x, grad_output), wide, extra,
                           lambda: call.gradient(wide, grad_output.double()))
    file.add(name, call.layer, args, tensors, memory_format, **extra)
