"""Fractional max pooling with given samples, chosen by hand."""
import itertools

import torch

from torch_cases import FLOATS, Call, exact_gradient, generator, record, special, ties, torch_file

STRICT = "torch's 3-D kernel wants the last window to end before the input does; its 2-D kernel lets it end there"

# Shape of the pooled axes, and the arguments.
GEOMETRIES = {
    2: [([7, 9], dict(kernel_size=2, output_size=3)), ([11, 8], dict(kernel_size=[3, 2], output_size=[5, 6])),
        ([10, 13], dict(kernel_size=2, output_ratio=[0.5, 0.7])), ([7, 6], dict(kernel_size=2, output_size=[6, 5])),
        ([9, 9], dict(kernel_size=3, output_size=1)), ([5, 12], dict(kernel_size=[5, 1], output_size=[1, 12])),
        ([25, 30], dict(kernel_size=2, output_size=[17, 21]))],
    3: [([6, 7, 9], dict(kernel_size=2, output_size=3)), ([7, 9, 8], dict(kernel_size=[2, 3, 2], output_size=[4, 5, 6])),
        ([10, 8, 9], dict(kernel_size=2, output_ratio=[0.5, 0.7, 0.3])), ([7, 6, 5], dict(kernel_size=2, output_size=[5, 4, 3])),
        ([6, 5, 7], dict(kernel_size=3, output_size=1)), ([13, 12, 11], dict(kernel_size=2, output_size=[9, 7, 8]))],
}


def uniform(name, shape, dtype=torch.float32):
    """Samples in [0, 1), among them 0 and the largest below 1."""
    samples = torch.rand(shape, generator=generator(name + " samples"))
    flat = samples.view(-1)
    if flat.numel() > 3:
        flat[0], flat[3] = 0.0, 1 - 2**-8
    return samples.to(dtype)


def add(file, name, x, args, samples=None, gradient=exact_gradient, **extra):
    axes = args.pop("axes", None) or x.dim() - 2
    if samples is None:
        batch = x.shape[0] if x.dim() == axes + 2 else 1
        samples = uniform(name, [batch, x.shape[-axes - 1], axes], x.dtype)
    call = Call(f"fractional_max_pool{axes}d", args, return_indices=True, samples=samples)
    record(file, name, call, x, gradient=gradient, **extra)


def geometries(file):
    for axes, table in GEOMETRIES.items():
        for number, (sizes, args) in enumerate(table):
            base = f"fractional_max_pool{axes}d {'x'.join(map(str, sizes))} #{number}"
            add(file, f"{base} ties", ties(base, [2, 3, *sizes]), dict(args))
            add(file, f"{base} special", special(base, [2, 3, *sizes]), dict(args))
            add(file, f"{base} unbatched", ties(base, [4, *sizes]), {"axes": axes, **args})
            for dtype in FLOATS[1:]:
                add(file, f"{base} {dtype}", special(base, [1, 2, *sizes], dtype), dict(args))


def starts(file):
    """Where windows start, for many samples: the values count up, so the output tells."""
    for axes, (size, kernel, output) in itertools.product((2, 3), [(20, 2, 7), (23, 3, 11), (64, 2, 45), (101, 5, 33), (40, 2, 38)]):
        shape = [1, 12] + [2 if axes == 3 else 1] * (axes - 1) + [size]
        for dtype in ("f32", "f16", "bf16", "f64"):
            x = torch.arange(size).expand(shape).contiguous()
            name = f"starts {axes}d {size} k{kernel} to {output} {dtype}"
            x = x.to({"f32": torch.float32, "f64": torch.float64, "f16": torch.float16, "bf16": torch.bfloat16}[dtype])
            args = dict(kernel_size=[1] * (axes - 1) + [kernel], output_size=[1] * (axes - 1) + [output])
            add(file, name, x, args, gradient=None)


def corners(file):
    for axes in (2, 3):
        sizes, layer = [6, 7, 8][:axes], f"fractional_max_pool{axes}d"
        x = ties(layer, [2, 3, *sizes])
        add(file, f"{layer} empty batch", torch.zeros([0, 3, *sizes]), dict(kernel_size=2, output_size=3))
        add(file, f"{layer} empty output", x, dict(kernel_size=2, output_size=[0] + [3] * (axes - 1)), gradient=None)
        add(file, f"{layer} samples for more images", x, dict(kernel_size=2, output_size=3), uniform(layer, [5, 3, axes]))
        add(file, f"{layer} both sizes given", x, dict(kernel_size=2, output_size=3, output_ratio=[0.9] * axes))
        limit = dict(torch_limit=STRICT) if axes == 3 else {}
        add(file, f"{layer} the last window ends with the input", x, dict(kernel_size=2, output_size=[size - 1 for size in sizes]), **limit)


def refusals(file):
    for axes in (2, 3):
        layer, sizes = f"fractional_max_pool{axes}d", [6, 7, 8][:axes]
        x, good = ties(layer, [2, 3, *sizes]), dict(kernel_size=2, output_size=3)
        bad = [("kernel_size 0", dict(kernel_size=0, output_size=3)), ("kernel_size -1", dict(kernel_size=-1, output_size=3)),
               ("output_size -1", dict(kernel_size=2, output_size=-1)), ("output too large", dict(kernel_size=2, output_size=9)),
               ("kernel too large", dict(kernel_size=9, output_size=1)), ("too many sizes", dict(kernel_size=[2] * 4, output_size=3)),
               ("no sizes", dict(kernel_size=[], output_size=3)), ("too many output sizes", dict(kernel_size=2, output_size=[3] * 4)),
               ("neither size nor ratio", dict(kernel_size=2)), ("ratio beyond 1", dict(kernel_size=2, output_ratio=[1.5] * axes))]
        for name, args in bad:
            add(file, f"{layer} {name}", x, args)
        shapes = [("too few samples", [1, 3, axes]), ("samples of too few channels", [2, 2, axes]),
                  ("samples of too many axes", [2, 3, axes + 1]), ("samples of too few axes", [2, 3, axes - 1]), ("flat samples", [6])]
        for name, shape in shapes:
            add(file, f"{layer} {name}", x, dict(good), uniform(name, shape))
        for name, shape in [("rank too low", sizes), ("no channels", [2, 0, *sizes]), ("empty last axis", [2, 3, *sizes[:-1], 0])]:
            add(file, f"{layer} {name}", torch.zeros(shape), {"axes": axes, **good}, uniform(name, [2, shape[-axes - 1] if len(shape) > axes else 1, axes]))


def make():
    file = torch_file("fractional max pooling with given samples, chosen by hand")
    corners(file)
    geometries(file)
    starts(file)
    refusals(file)
    return file
