"""Power-average pooling, chosen by hand: torch ships no samples for it."""
import math

import torch

from torch_cases import Call, exact_gradient, normal, normal_gradient, record, ties, torch_file

LIMIT = "torch refuses this element type only because its 3-D average has no kernel for it"
NORMS = [1.0, 2.0, 3.0, 4.0, 2.5, 0.5, -1.0, -2.0, math.inf, -math.inf]

# Shape of the pooled axes, and the arguments. Always different on every axis.
GEOMETRIES = {
    1: [([9], dict(kernel_size=2)), ([10], dict(kernel_size=3, stride=2)), ([11], dict(kernel_size=4, stride=3, ceil_mode=True)),
        ([40], dict(kernel_size=21, stride=1))],
    2: [([7, 9], dict(kernel_size=[2, 3])), ([8, 5], dict(kernel_size=[3, 2], stride=[2, 1])),
        ([9, 10], dict(kernel_size=[4, 3], stride=[3, 2], ceil_mode=True)), ([6, 7], dict(kernel_size=[6, 7]))],
    3: [([4, 5, 7], dict(kernel_size=[2, 2, 3])), ([4, 6, 5], dict(kernel_size=[2, 3, 3], stride=[2, 1, 2])),
        ([5, 7, 6], dict(kernel_size=[3, 2, 2], stride=[2, 3, 1], ceil_mode=True))],
}


def add(file, name, x, args, memory_format="contiguous", gradient=normal_gradient, **extra):
    args = dict(args)
    layer = args.pop("layer", None) or f"lp_pool{x.dim() - 2}d"
    record(file, name, Call(layer, args), x, memory_format, gradient, **extra)


def geometries(file):
    """Every norm on every geometry, of positive values, of both signs, and of few values with zeros."""
    for axes, table in GEOMETRIES.items():
        for number, (sizes, args) in enumerate(table):
            layer = f"lp_pool{axes}d"
            base = f"{layer} {'x'.join(map(str, sizes))} geometry {number}"
            for norm in NORMS:
                call = {"norm_type": norm, **args}
                signed = normal(base, [1, 2, *sizes])
                add(file, f"{base} p{norm} positive", signed.abs(), call)
                add(file, f"{base} p{norm} signed", signed, call)
                add(file, f"{base} p{norm} zeros", ties(base, [1, 1, *sizes]), call, gradient=exact_gradient)
            add(file, f"{base} unbatched", normal(base, [3, *sizes]), {"layer": layer, "norm_type": 2.0, **args})
            types(file, base, axes, number, sizes, args)


def types(file, base, axes, number, sizes, args):
    norm = NORMS[number]
    if axes > 1:
        add(file, f"{base} p{norm} channels_last", normal(base, [1, 11, *sizes]), {"norm_type": norm, **args}, "channels_last")
    for dtype in ("f64", "f16", "bf16"):
        limit = LIMIT if axes == 3 and dtype != "f64" else None
        add(file, f"{base} p{norm} {dtype}", normal(base, [1, 2, *sizes], dtype), {"norm_type": norm, **args}, torch_limit=limit)


def corners(file):
    inf, nan = math.inf, math.nan
    rows = {"cancelling odd powers": [1, -1, 2, -2, 3, 0, 0, 0.0], "all zero": [0.0] * 8, "minus zero": [-0.0] * 8,
            "infinities and NaN": [inf, 1, -inf, 1, nan, 1, inf, -inf], "beyond f32": [2e19, 1, 1e30, 1, -2e19, 1, 1e38, 1e38],
            "below f32": [1e-30, 0, 1e-30, 1e-30, 1e-20, 1, -1e-30, 1e-40], "ties": [3, -3, 3, 3, -3, -3, 0, 0.0]}
    for name, row in rows.items():
        for norm in NORMS:
            add(file, f"{name} p{norm}", torch.tensor([[row]]), dict(norm_type=norm, kernel_size=2), gradient=exact_gradient)
    add(file, "f16 squares beyond f16", torch.tensor([[[300, 1, 200, 5, 1, 2]]], dtype=torch.float16), dict(norm_type=2.0, kernel_size=2))
    for axes in (1, 2, 3):
        sizes = [3, 4, 5][:axes]
        ones = torch.ones([1, 1, *sizes])
        for norm in (1.0, 2.0):
            add(file, f"{axes}d ones in ceil mode p{norm}", ones, dict(norm_type=norm, kernel_size=2, ceil_mode=True))
        add(file, f"{axes}d int norm", ties("norm", [1, 2, *sizes]).abs(), dict(norm_type=2, kernel_size=2))
        add(file, f"{axes}d empty batch", torch.zeros([0, 2, *sizes]), dict(norm_type=2.0, kernel_size=2))
        add(file, f"{axes}d no stride", ones, dict(norm_type=2.0, kernel_size=2, stride=None))


BAD = [("norm_type 0", dict(norm_type=0.0, kernel_size=2)), ("kernel_size 0", dict(norm_type=2.0, kernel_size=0, stride=1)),
       ("kernel_size -1", dict(norm_type=2.0, kernel_size=-1, stride=1)), ("stride 0", dict(norm_type=2.0, kernel_size=2, stride=0)),
       ("stride -1", dict(norm_type=2.0, kernel_size=2, stride=-1)), ("window too large", dict(norm_type=2.0, kernel_size=7)),
       ("window too large for the infinite norm", dict(norm_type=math.inf, kernel_size=7)),
       ("too many sizes", dict(norm_type=2.0, kernel_size=[2, 2, 2, 2]))]


def refusals(file):
    for axes in (1, 2, 3):
        layer, sizes = f"lp_pool{axes}d", [4, 5, 6][:axes]
        for name, args in BAD:
            add(file, f"{layer} {name}", ties(layer, [1, 2, *sizes]), args)
        for name, shape in [("rank too low", sizes), ("no channels", [2, 0, *sizes]), ("empty image", [2, 3, *[0] * axes])]:
            add(file, f"{layer} {name}", torch.zeros(shape), {"layer": layer, "norm_type": 2.0, "kernel_size": 2})


def make():
    file = torch_file("power-average pooling, chosen by hand")
    corners(file)
    geometries(file)
    refusals(file)
    return file
