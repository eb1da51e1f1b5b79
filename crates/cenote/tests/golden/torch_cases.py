"""Runs torch's pooling functions, and records what they make of one input as a golden case."""
import zlib

import torch
import torch.nn.functional as F

from golden_file import GoldenFile

DTYPES = {"f32": torch.float32, "f64": torch.float64, "f16": torch.float16, "bf16": torch.bfloat16, "u8": torch.uint8,
          "i8": torch.int8, "i16": torch.int16, "i32": torch.int32, "i64": torch.int64}
NAMES = {dtype: name for name, dtype in DTYPES.items()}
FLOATS = ["f32", "f64", "f16", "bf16"]
LICENCE = "BSD-3-Clause (PyTorch, Copyright (c) the PyTorch contributors)"
FORMATS = {4: torch.channels_last, 5: torch.channels_last_3d}


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


def held(x, memory_format):
    """The tensor as torch shall hold it in memory."""
    if memory_format == "contiguous":
        return x.contiguous()
    if x.dim() in (4, 5):
        return x.contiguous(memory_format=FORMATS[x.dim()])
    return x[None].contiguous(memory_format=FORMATS[x.dim() + 1])[0]  # unbatched


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


def pool(layer, x, args, indices):
    """(output, indices or None) of torch.nn.functional's `layer`."""
    function = getattr(F, layer)
    if indices:
        return function(x, **args, return_indices=True)
    return function(x, **args), None
