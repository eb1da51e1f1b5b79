"""Average pooling, chosen by hand: every parameter, rank, element type and layout, and everything that torch refuses."""
import itertools

import torch

from torch_cases import (Call, exact_gradient, full_range, generator, normal, normal_gradient, record, special, ties,
                         torch_file)

LIMIT = "torch refuses this element type only because it has no kernel for it"
SMALLER = "torch's 3-D kernel refuses an input smaller than the kernel even where the padding makes it fit"

# Shape of the pooled axes, and the arguments. Always different on every axis.
GEOMETRIES = {
    1: [([9], dict(kernel_size=2)),
        ([10], dict(kernel_size=3, stride=2, padding=1)),
        ([10], dict(kernel_size=3, stride=2, padding=1, count_include_pad=False)),
        ([11], dict(kernel_size=4, stride=3, padding=2, ceil_mode=True)),
        ([11], dict(kernel_size=4, stride=3, padding=2, ceil_mode=True, count_include_pad=False)),
        ([60], dict(kernel_size=33, stride=1, padding=16))],
    2: [([7, 9], dict(kernel_size=[2, 3])),
        ([8, 5], dict(kernel_size=[3, 3], stride=[2, 1], padding=[1, 1])),
        ([8, 5], dict(kernel_size=[3, 3], stride=[2, 1], padding=[1, 1], count_include_pad=False)),
        ([9, 10], dict(kernel_size=[4, 3], stride=[3, 2], padding=[2, 1], ceil_mode=True)),
        ([9, 10], dict(kernel_size=[4, 3], stride=[3, 2], padding=[2, 1], ceil_mode=True, count_include_pad=False)),
        ([9, 10], dict(kernel_size=[4, 3], stride=[3, 2], padding=[2, 1], ceil_mode=True, divisor_override=5)),
        ([6, 7], dict(kernel_size=[3, 2], stride=[1, 2], divisor_override=-3)),
        ([6, 7], dict(kernel_size=[6, 7])),
        ([12, 21], dict(kernel_size=[11, 13], stride=[1, 2], padding=[5, 6]))],
    3: [([4, 5, 7], dict(kernel_size=[2, 2, 3])),
        ([4, 6, 5], dict(kernel_size=[2, 3, 3], stride=[2, 1, 2], padding=[1, 1, 1])),
        ([4, 6, 5], dict(kernel_size=[2, 3, 3], stride=[2, 1, 2], padding=[1, 1, 1], count_include_pad=False)),
        ([5, 7, 6], dict(kernel_size=[3, 2, 2], stride=[2, 3, 1], padding=[1, 0, 1], ceil_mode=True)),
        ([5, 7, 6], dict(kernel_size=[3, 2, 2], stride=[2, 3, 1], padding=[1, 0, 1], ceil_mode=True, divisor_override=7)),
        ([9, 9, 10], dict(kernel_size=[7, 5, 9], stride=[1, 2, 1], padding=[3, 2, 4], count_include_pad=False))],
}


def add(file, name, x, args, memory_format="contiguous", gradient=normal_gradient, **extra):
    args = dict(args)
    layer = args.pop("layer", None) or f"avg_pool{x.dim() - 2}d"
    record(file, name, Call(layer, args), x, memory_format, gradient if x.dtype.is_floating_point else None, **extra)


def geometries(file):
    for axes, table in GEOMETRIES.items():
        for number, (sizes, args) in enumerate(table):
            layer = f"avg_pool{axes}d"
            base = f"{layer} {'x'.join(map(str, sizes))} geometry {number}"
            add(file, f"{base} normal", normal(base, [1, 2, *sizes]), args)
            add(file, f"{base} special", special(base, [1, 2, *sizes]), args, gradient=exact_gradient)
            add(file, f"{base} unbatched", normal(base, [2, *sizes]), {"layer": layer, **args})
            if axes > 1:
                add(file, f"{base} channels_last", normal(base, [1, 11, *sizes]), args, "channels_last")
            for dtype in ("f64", "f16", "bf16"):
                layout = "channels_last" if axes == 2 and number % 2 else "contiguous"
                limit = LIMIT if axes == 3 and dtype != "f64" else None
                add(file, f"{base} {dtype}", normal(base, [1, 2, *sizes], dtype), args, layout, torch_limit=limit)
            add(file, f"{base} i64", torch.randint(-99, 99, [1, 2, *sizes], generator=generator(base)), args)


def small_grid(file):
    """Every small 1-D geometry: what a window counts at the edges."""
    for size, k, s in itertools.product(range(1, 6), range(1, 5), range(1, 4)):
        for p, ceil, include in itertools.product(range(k // 2 + 1), (False, True), (False, True)):
            args = dict(kernel_size=k, stride=s, padding=p, ceil_mode=ceil, count_include_pad=include)
            name = f"avg_pool1d {size} k{k} s{s} p{p}{' ceil' * ceil}{' include' * include} grid"
            add(file, name, ties(name, [1, 1, size]), args, gradient=exact_gradient)


def corners(file):
    largest = torch.finfo(torch.float32).max
    add(file, "a sum beyond f32, a mean within", torch.tensor([[[largest, largest, -1, 1.0]]]), dict(kernel_size=2))
    add(file, "a sum beyond f16, a mean within", torch.tensor([[[60000, 60000, 3, 4]]], dtype=torch.float16), dict(kernel_size=2))
    add(file, "small beside large", torch.tensor([[[1e8, 1, -1e8, 1.0]]]), dict(kernel_size=4))
    add(file, "i64 truncates toward zero", torch.tensor([[[-7, 0, 0, 0, 7, 0, 0, 0, -1, -1, -1, -1]]]), dict(kernel_size=4))
    add(file, "i64 divided by a negative divisor", torch.tensor([[[[-7, 8], [3, 3]]]]), dict(kernel_size=[1, 2], divisor_override=-4))
    ones = torch.ones([1, 1, 40, 40], dtype=torch.bfloat16)
    args = dict(kernel_size=31, stride=1, padding=15, divisor_override=1)
    add(file, "bf16 many gradients to one element", ones, args, gradient=lambda _, output: torch.ones_like(output))
    add(file, "f16 many gradients to one element", ones.half(), args, gradient=lambda _, output: torch.ones_like(output))
    for axes in (1, 2, 3):
        sizes, layer = [4, 5, 6][:axes], f"avg_pool{axes}d"
        add(file, f"{axes}d empty batch", torch.zeros([0, 3, *sizes]), dict(kernel_size=2))
        add(file, f"{axes}d no stride", ties(layer, [1, 2, *sizes]), dict(kernel_size=2, stride=None))
        add(file, f"{axes}d one element of a list", ties(layer, [1, 2, *sizes]), dict(kernel_size=[2], stride=[1], padding=[1]))
        add(file, f"{axes}d ceil, a kernel larger than the input", ties(layer, [1, 2, *sizes]),
            dict(kernel_size=9, stride=7, ceil_mode=True), **(dict(torch_limit=SMALLER) if axes == 3 else {}))
        for dtype in ("u8", "i8", "i16", "i32"):
            add(file, f"{axes}d {dtype}", full_range(layer, [1, 2, *sizes], dtype), dict(kernel_size=2), torch_limit=LIMIT)
    add(file, "3d an input smaller than the kernel", ties("3d", [1, 2, 2, 5, 6]), dict(kernel_size=3, padding=1), torch_limit=SMALLER)


BAD = [("kernel_size 0", dict(kernel_size=0)), ("kernel_size 0 with a stride", dict(kernel_size=0, stride=1)),
       ("kernel_size -1", dict(kernel_size=-1, stride=1)), ("stride 0", dict(kernel_size=2, stride=0)),
       ("stride -1", dict(kernel_size=2, stride=-1)), ("padding -1", dict(kernel_size=2, padding=-1)),
       ("padding beyond half", dict(kernel_size=3, padding=2)), ("padding with kernel_size 1", dict(kernel_size=1, padding=1)),
       ("window too large", dict(kernel_size=7)), ("window too large in ceil mode", dict(kernel_size=9, stride=1, ceil_mode=True)),
       ("too many sizes", dict(kernel_size=[2, 2, 2, 2])), ("no sizes", dict(kernel_size=[])), ("fractional kernel", dict(kernel_size=2.5)),
       ("kernel beyond 2^31", dict(kernel_size=2**31)), ("stride beyond 2^31", dict(kernel_size=2, stride=2**31))]


def refusals(file):
    for axes in (1, 2, 3):
        layer, sizes = f"avg_pool{axes}d", [4, 5, 6][:axes]
        shapes = [("rank too low", sizes), ("rank too high", [1, 1, 2, *sizes]), ("no channels", [2, 0, *sizes]),
                  ("no channels, unbatched", [0, *sizes]), ("empty image", [2, 3, *[0] * axes]),
                  ("empty last axis", [2, 3, *sizes[:-1], 0]), ("empty batch and no channels", [0, 0, *sizes])]
        divisors = [("divisor 0", dict(kernel_size=2, divisor_override=0)), ("divisor 1.5", dict(kernel_size=2, divisor_override=1.5))]
        x = ties(layer, [1, 2, *sizes])
        cases = [(name, x, args) for name, args in BAD + divisors * (axes > 1)]
        cases += [(name, torch.zeros(shape), dict(kernel_size=2)) for name, shape in shapes]
        for name, x, args in cases:
            add(file, f"{layer} {name}", x, {"layer": layer, **args})


def make():
    file = torch_file("average pooling, chosen by hand")
    corners(file)
    geometries(file)
    small_grid(file)
    refusals(file)
    return file
