"""Max pooling, chosen by hand: every parameter, rank, element type and layout, and everything that goes wrong."""
import itertools
from functools import partial

import torch

from torch_cases import (DTYPES, FLOATS, Call, error_of, exact_gradient, full_range, normal, normal_gradient, record,
                         special, ties, torch_file)

NO_TAP = ("a window has no valid tap: torch gives an index outside the plane (the first tap that is not negative), "
          "and its backward writes there")
WRONG_DEPTH = ("torch's channels-last kernel forgets the depth in the index of an all -inf window; the indices here are those "
               "of its contiguous kernel")
NARROW = "torch refuses this only because of the element type or the layout"


def per_axis(value, axes):
    return list(value) if isinstance(value, (list, tuple)) else [value] * axes


def has_empty_window(sizes, output_sizes, args):
    """Whether some window has no tap inside the input, so that torch's index points nowhere."""
    axes = len(sizes)
    kernel = per_axis(args["kernel_size"], axes)
    stride = per_axis(args.get("stride") or kernel, axes)
    padding, dilation = per_axis(args.get("padding", 0), axes), per_axis(args.get("dilation", 1), axes)
    return any(not any(0 <= o * s - p + j * d < size for j in range(k))
               for size, count, k, s, p, d in zip(sizes, output_sizes, kernel, stride, padding, dilation)
               for o in range(count))


def add(file, name, x, args, memory_format="contiguous", gradient=None):
    """Adds what max pooling makes of `x`; `gradient` makes that of the output from the case's name and the output."""
    args = dict(args)
    layer = args.pop("layer", None) or f"max_pool{len(args['kernel_size'])}d"
    call = Call(layer, args, return_indices=True)
    record(file, name, call, x, memory_format, gradient, partial(corrected, call))
    if layer == "max_pool1d" and x.dtype.is_floating_point and error_of(lambda: call(x)) is None:
        alone, _ = Call(layer, args, return_indices=False)(x)  # another kernel of torch's
        assert torch.equal(alone.nan_to_num(nan=99), call(x)[0].nan_to_num(nan=99)), name


def corrected(call, x, output, indices):
    """The indices to expect, and remarks on torch's."""
    remarks, axes = {}, call.axes
    contiguous = call(x.contiguous())[1]
    if not torch.equal(indices, contiguous):
        remarks["torch_wrong"] = WRONG_DEPTH
    if has_empty_window(x.shape[-axes:], output.shape[-axes:], call.args):
        remarks["torch_unsafe"] = NO_TAP
    return contiguous, remarks


# A vector of 256 bits over the channels, and a tail.
CHANNELS = {"u8": 35, "i8": 35, "i16": 19, "f16": 19, "bf16": 19, "i32": 11, "f32": 11, "i64": 5, "f64": 5}
# Shape of the pooled axes, and the arguments. Always different on every axis.
GEOMETRIES = {
    1: [([9], dict(kernel_size=[2])),
        ([10], dict(kernel_size=[3], stride=[1])),
        ([10], dict(kernel_size=[3], stride=[2], padding=[1])),
        ([11], dict(kernel_size=[3], stride=[2], padding=[1], dilation=[2])),
        ([10], dict(kernel_size=[3], ceil_mode=True)),
        ([7], dict(kernel_size=[1], stride=[3])),
        ([13], dict(kernel_size=[5], stride=[2], padding=[2], dilation=[2], ceil_mode=True)),
        ([8], dict(kernel_size=[2], stride=[5], ceil_mode=True)),
        ([70], dict(kernel_size=[33], stride=[1], padding=[16]))],
    2: [([7, 9], dict(kernel_size=[2, 3])),
        ([6, 11], dict(kernel_size=[3, 2], stride=[1, 2])),
        ([8, 5], dict(kernel_size=[3, 3], stride=[2, 2], padding=[1, 1])),
        ([9, 10], dict(kernel_size=[4, 3], stride=[3, 2], padding=[2, 1], ceil_mode=True)),
        ([9, 8], dict(kernel_size=[2, 3], stride=[1, 3], padding=[0, 1], dilation=[3, 2])),
        ([7, 10], dict(kernel_size=[3, 2], stride=[2, 3], padding=[1, 1], dilation=[2, 3], ceil_mode=True)),
        ([5, 6], dict(kernel_size=[1, 1], stride=[2, 1])),
        ([6, 7], dict(kernel_size=[6, 7])),
        ([8, 8], dict(kernel_size=[3, 3], ceil_mode=True)),
        ([12, 21], dict(kernel_size=[11, 13], stride=[1, 1], padding=[5, 6])),
        ([3, 40], dict(kernel_size=[1, 3], stride=[1, 2], padding=[0, 1]))],
    3: [([4, 5, 7], dict(kernel_size=[2, 2, 3])),
        ([5, 4, 6], dict(kernel_size=[3, 2, 3], stride=[1, 2, 1])),
        ([4, 6, 5], dict(kernel_size=[2, 3, 3], stride=[2, 1, 2], padding=[1, 1, 1])),
        ([5, 7, 6], dict(kernel_size=[3, 2, 2], stride=[2, 3, 1], padding=[1, 0, 1], ceil_mode=True)),
        ([6, 5, 7], dict(kernel_size=[2, 3, 2], stride=[1, 1, 2], padding=[0, 1, 1], dilation=[3, 2, 4])),
        ([5, 6, 8], dict(kernel_size=[3, 1, 2], stride=[3, 2, 3], padding=[1, 0, 1], dilation=[2, 1, 3], ceil_mode=True)),
        ([3, 4, 5], dict(kernel_size=[3, 4, 5])),
        ([9, 9, 10], dict(kernel_size=[7, 5, 9], stride=[1, 1, 1], padding=[3, 2, 4]))],
}


def label(axes, sizes, args):
    short = {"kernel_size": "k", "stride": "s", "padding": "p", "dilation": "d"}
    parts = [short[key] + "x".join(map(str, value)) for key, value in args.items() if key in short]
    return f"{axes}d {'x'.join(map(str, sizes))} " + " ".join(parts) + (" ceil" if args.get("ceil_mode") else "")


def geometries(file):
    """Every geometry in f32: with ties, with NaN and both zeros, and channels last; then the other types."""
    for axes, table in GEOMETRIES.items():
        for number, (sizes, args) in enumerate(table):
            base = f"max_pool {label(axes, sizes, args)}"
            batched = [2, 3, *sizes]
            add(file, f"{base} ties", ties(base, batched), args, gradient=exact_gradient)
            add(file, f"{base} special", special(base, batched), args, gradient=exact_gradient)
            add(file, f"{base} unbatched", ties(base, batched)[0], args, gradient=exact_gradient)
            add(file, f"{base} normal", normal(base, batched[1:])[:2], args, gradient=normal_gradient)
            if axes > 1:
                add(file, f"{base} channels_last", special(base, [2, CHANNELS["f32"], *sizes]), args, "channels_last", exact_gradient)
            for dtype in list(DTYPES)[1:]:
                types(file, f"{base} {dtype}", sizes, args, dtype, number)


def types(file, name, sizes, args, dtype, number):
    """The other element types: every geometry once, in turn contiguous, channels last and unbatched."""
    values = special if dtype in FLOATS else full_range
    gradient = exact_gradient if dtype in FLOATS else None
    kind = number % 3
    if kind == 1 and len(sizes) > 1:
        narrow = dtype in ("u8", "i8") and torch.tensor(sizes).prod() > 127
        if not narrow:
            add(file, f"{name} channels_last", values(name, [1, CHANNELS[dtype], *sizes], dtype), args, "channels_last", gradient)
            return
    shape = [2, *sizes] if kind == 2 else [2, 1, *sizes]
    add(file, name, values(name, shape, dtype), args, gradient=gradient)


def small_grid(file):
    """Every small 1-D geometry: ceil corners, windows without a valid tap, and what torch refuses."""
    for size, k, s, d in itertools.product(range(1, 6), range(1, 4), range(1, 4), range(1, 5)):
        for p, ceil in itertools.product(range(k // 2 + 2), (False, True)):
            args = dict(kernel_size=[k], stride=[s], padding=[p], dilation=[d], ceil_mode=ceil)
            name = f"max_pool {label(1, [size], args)} grid"
            add(file, name, ties(name, [1, 2, size]), args, gradient=exact_gradient)


def corners(file):
    """Single facts that a wrong max kernel gets wrong."""
    nan, inf = float("nan"), float("inf")
    rows = {
        "the last NaN wins": [1, nan, 3, nan, 2],
        "the first of equal maxima wins": [1, 5, 5, 2, 5],
        "minus zero first": [-0.0, 0.0, -0.0, 0.0, -0.0],
        "plus zero first": [0.0, -0.0, 0.0, -0.0, 0.0],
        "all minus infinity": [-inf] * 5,
        "minus infinity before NaN": [-inf, -inf, nan, -inf, -inf],
        "infinity and NaN": [inf, nan, inf, inf, -inf],
        "NaN first": [nan, 1, 2, 3, 4],
        "all NaN": [nan] * 5,
    }
    for name, row in rows.items():
        for dtype in FLOATS:
            x = torch.tensor(row, dtype=DTYPES[dtype])
            add(file, f"1d {name} {dtype} k5", x.view(1, 1, 5), dict(kernel_size=[5]), gradient=exact_gradient)
            add(file, f"1d {name} {dtype} k3", x.view(1, 1, 5), dict(kernel_size=[3], stride=[1], padding=[1]), gradient=exact_gradient)
            square = torch.stack([x.roll(i) for i in range(5)])
            add(file, f"2d {name} {dtype}", square[None, None], dict(kernel_size=[3, 2], stride=[2, 1], padding=[1, 1]), gradient=exact_gradient)
            wide = square[None, None].expand(1, 19, 5, 5)
            add(file, f"2d {name} {dtype} channels_last", wide, dict(kernel_size=[3, 3], stride=[2, 1], padding=[1, 1]), "channels_last", exact_gradient)
            cube = torch.stack([square.roll(i, 0) for i in range(3)])
            add(file, f"3d {name} {dtype}", cube[None, None], dict(kernel_size=[2, 3, 2], stride=[1, 2, 3], padding=[1, 1, 1]), gradient=exact_gradient)
    add(file, "3d all minus infinity channels_last", torch.full([1, 3, 4, 3, 3], -inf), dict(kernel_size=[2, 2, 2]),
        "channels_last", exact_gradient)
    for dtype in ("u8", "i8", "i16", "i32", "i64"):
        low = torch.iinfo(DTYPES[dtype]).min
        x = torch.full([1, 2, 4, 5], low, dtype=DTYPES[dtype])
        add(file, f"2d all the smallest {dtype}", x, dict(kernel_size=[3, 3], stride=[1, 2], padding=[1, 1]))
    x = torch.tensor([2**53, 2**53 + 1, 2**53 + 2, -2**53 - 1, -2**53]).view(1, 1, 5)
    add(file, "1d i64 beyond 2^53", x, dict(kernel_size=[2], stride=[1]))
    for axes, memory_format in [(1, "contiguous"), (2, "contiguous"), (2, "channels_last"), (3, "contiguous"), (3, "channels_last")]:
        nowhere = dict(kernel_size=[2] * axes, stride=[1] * axes, padding=[1] * axes, dilation=[4] * axes)
        add(file, f"{axes}d windows without a valid tap {memory_format}", ties("nowhere", [1, 9] + [3] * axes), nowhere, memory_format)
    for axes in (1, 2, 3):
        sizes, layer = [4, 5, 6][:axes], f"max_pool{axes}d"
        add(file, f"{axes}d empty batch", torch.zeros([0, 3, *sizes]), dict(kernel_size=[2] * axes), gradient=exact_gradient)
        add(file, f"{axes}d scalar arguments", ties(layer, [1, 2, *sizes]),
            dict(layer=layer, kernel_size=3, stride=2, padding=1, dilation=1, ceil_mode=True), gradient=exact_gradient)
        add(file, f"{axes}d no stride", ties(layer, [1, 2, *sizes]),
            dict(layer=layer, kernel_size=2, stride=None), gradient=exact_gradient)
        add(file, f"{axes}d one element of a list", ties(layer, [1, 2, *sizes]),
            dict(layer=layer, kernel_size=[2], stride=[1], padding=[1], dilation=[1]), gradient=exact_gradient)
        add(file, f"{axes}d ceil, a kernel larger than the input", ties(layer, [1, 2, *sizes]),
            dict(layer=layer, kernel_size=9, stride=7, ceil_mode=True), gradient=exact_gradient)
    ones = torch.ones([1, 1, 40, 40], dtype=torch.bfloat16)
    ones[0, 0, 20, 20] = 2  # every window that holds it sends it its gradient
    add(file, "2d bf16 many gradients to one element", ones, dict(kernel_size=[31, 31], stride=[1, 1], padding=[15, 15]),
        gradient=lambda _, output: torch.ones_like(output))
    add(file, "2d f16 many gradients to one element", ones.to(torch.float16), dict(kernel_size=[31, 31], stride=[1, 1], padding=[15, 15]),
        gradient=lambda _, output: torch.ones_like(output))


# Arguments that torch refuses for a kernel that would otherwise fit.
BAD = [("kernel_size 0", dict(kernel_size=0)), ("kernel_size 0 with a stride", dict(kernel_size=0, stride=1)),
       ("kernel_size -1", dict(kernel_size=-1, stride=1)), ("stride 0", dict(kernel_size=2, stride=0)),
       ("stride -1", dict(kernel_size=2, stride=-1)), ("padding -1", dict(kernel_size=2, padding=-1)),
       ("padding beyond half", dict(kernel_size=3, padding=2)), ("padding beyond half, dilated", dict(kernel_size=3, padding=2, dilation=3)),
       ("padding with kernel_size 1", dict(kernel_size=1, padding=1)),
       ("dilation 0", dict(kernel_size=2, dilation=0)), ("dilation -1", dict(kernel_size=2, dilation=-1)),
       ("window too large", dict(kernel_size=7)), ("window too large in ceil mode", dict(kernel_size=9, stride=1, ceil_mode=True)),
       ("dilated window too large", dict(kernel_size=3, dilation=3)),
       ("too many sizes", dict(kernel_size=[2, 2, 2, 2])), ("no sizes", dict(kernel_size=[])),
       ("fractional kernel", dict(kernel_size=2.5)), ("kernel beyond 2^31", dict(kernel_size=2**31)),
       ("kernel beyond 2^62", dict(kernel_size=2**62, dilation=2**62)), ("stride beyond 2^31", dict(kernel_size=2, stride=2**31)),
       ("dilation beyond 2^31", dict(kernel_size=2, dilation=2**31)), ("dilation 2^62", dict(kernel_size=3, dilation=2**62))]


def refusals(file):
    for axes in (1, 2, 3):
        layer, sizes = f"max_pool{axes}d", [4, 5, 6][:axes]
        x = ties(layer, [1, 2, *sizes])
        shapes = [("rank too low", sizes), ("rank too high", [1, 1, 2, *sizes]), ("no channels", [2, 0, *sizes]),
                  ("no channels, unbatched", [0, *sizes]), ("empty image", [2, 3, *[0] * axes]),
                  ("empty last axis", [2, 3, *sizes[:-1], 0]), ("empty batch and no channels", [0, 0, *sizes]),
                  ("empty batch of empty images", [0, 3, *sizes[:-1], 0])]
        cases = [(name, x, args) for name, args in BAD] + [(name, torch.zeros(shape), dict(kernel_size=2)) for name, shape in shapes]
        for (name, x, args), indices in itertools.product(cases, (False, True)):
            call = Call(layer, args, return_indices=indices)
            if error_of(lambda: call(x)) is None:
                # only the kernel of torch's that counts in 64 bits accepts such a stride
                assert (layer, name, indices) == ("max_pool1d", "stride beyond 2^31", False)
            record(file, f"{layer} {name}" + (" with indices" if indices else ""), call, x)
    narrow_refusals(file)


def narrow_refusals(file):
    """What torch refuses and a better kernel may pool."""
    cases = [(f"max_pool1d {dtype} without indices", "max_pool1d", full_range("narrow", [1, 2, 6], dtype), "contiguous", False)
             for dtype in ("u8", "i8", "i16", "i32", "i64")]
    cases += [(f"max_pool2d {dtype} channels_last beyond 127 elements", "max_pool2d", full_range("narrow", [1, 3, 8, 16], dtype), "channels_last", True)
              for dtype in ("u8", "i8")]
    cases += [("max_pool3d u8 channels_last beyond 127 elements", "max_pool3d", full_range("narrow", [1, 3, 4, 5, 7], "u8"), "channels_last", True)]
    for name, layer, x, memory_format, indices in cases:
        record(file, name, Call(layer, dict(kernel_size=2), return_indices=indices), x, memory_format, torch_limit=NARROW)


def make():
    file = torch_file("max pooling, chosen by hand")
    corners(file)
    geometries(file)
    small_grid(file)
    refusals(file)
    return file
