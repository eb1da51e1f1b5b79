"""Adaptive max and average pooling, chosen by hand."""
import itertools

import torch

from torch_cases import (FLOATS, Call, exact_gradient, full_range, normal, normal_gradient, record, special, ties, torch_file)

LIMIT = "torch refuses this element type only because it has no kernel for it"
MEAN = "torch takes an average to one element for a mean over the last axes, which accepts any rank and empty axes"
NO_CHANNELS = "of torch's adaptive layers only the 1-D and 2-D averages accept a tensor without channels"

# Shape of the pooled axes, and the output size.
GEOMETRIES = {
    1: [([10], 3), ([10], [7]), ([7], 7), ([5], 12), ([33], 1)],
    2: [([7, 9], [3, 4]), ([10, 7], [7, 7]), ([5, 6], [8, 13]), ([6, 8], [None, 3]), ([6, 8], [2, None]), ([9, 7], 5), ([8, 11], 1), ([6, 8], [3, 4])],
    3: [([4, 5, 7], [3, 2, 4]), ([5, 6, 4], [7, 4, 2]), ([6, 4, 5], [None, 3, None]), ([4, 6, 5], 3), ([5, 4, 7], 1), ([6, 4, 8], [3, 2, 4])],
}


def call(kind, axes, output_size):
    return Call(f"adaptive_{kind}_pool{axes}d", dict(output_size=output_size), return_indices=True if kind == "max" else None)


def geometries(file):
    for axes, kind in itertools.product((1, 2, 3), ("max", "avg")):
        for number, (sizes, output_size) in enumerate(GEOMETRIES[axes]):
            base = f"adaptive_{kind}_pool{axes}d {'x'.join(map(str, sizes))} to {output_size} #{number}"
            run = call(kind, axes, output_size)
            record(file, f"{base} normal", run, normal(base, [2, 2, *sizes]), gradient=normal_gradient)
            record(file, f"{base} special", run, special(base, [2, 2, *sizes]), gradient=exact_gradient)
            record(file, f"{base} unbatched", run, ties(base, [3, *sizes]), gradient=exact_gradient)
            if axes > 1:
                record(file, f"{base} channels_last", run, special(base, [1, 11, *sizes]), "channels_last", exact_gradient)
                record(file, f"{base} normal channels_last", run, normal(base, [1, 9, *sizes]), "channels_last", normal_gradient)
            for dtype in FLOATS[1:]:
                values = special if kind == "max" else normal
                record(file, f"{base} {dtype}", run, values(base, [1, 2, *sizes], dtype), gradient=exact_gradient)


def small_grid(file):
    """All windows of small inputs, from one output to more than there are inputs."""
    for kind, size, output in itertools.product(("max", "avg"), range(1, 9), range(1, 12)):
        name = f"adaptive_{kind}_pool1d {size} to {output} grid"
        record(file, name, call(kind, 1, output), ties(name, [1, 1, size]), gradient=exact_gradient)


def corners(file):
    for axes, kind in itertools.product((1, 2, 3), ("max", "avg")):
        sizes, layer = [4, 5, 6][:axes], f"adaptive_{kind}_pool{axes}d"
        record(file, f"{layer} empty batch", call(kind, axes, 2), torch.zeros([0, 3, *sizes]), gradient=exact_gradient)
        record(file, f"{layer} empty output", call(kind, axes, 0), ties(layer, [2, 3, *sizes]), gradient=exact_gradient)
        if axes > 1:
            record(file, f"{layer} half of the output empty", call(kind, axes, [0, *sizes[1:]]), ties(layer, [2, 3, *sizes]))
        for dtype in ("u8", "i8", "i16", "i32", "i64"):
            record(file, f"{layer} {dtype}", call(kind, axes, 2), full_range(layer, [1, 2, *sizes], dtype), torch_limit=LIMIT)
    ones = torch.ones([1, 2, 8, 8, 8])
    for dtype in (torch.bfloat16, torch.float16):
        for output in (1, [1, 1, 2]):
            record(file, f"3d average of many ones {dtype} to {output}".replace("torch.", ""), call("avg", 3, output), ones.to(dtype),
                   gradient=exact_gradient)
    wide = torch.ones([1, 1, 2], dtype=torch.bfloat16)
    for kind in ("max", "avg"):
        record(file, f"adaptive_{kind}_pool1d bf16 many gradients to one element", call(kind, 1, 1200), wide,
               gradient=lambda _, output: torch.ones_like(output))
    big = torch.full([1, 1, 3], torch.finfo(torch.float32).max)
    record(file, "adaptive_avg_pool1d a sum beyond f32, a mean within", call("avg", 1, 2), big)


def refusals(file):
    for axes, kind in itertools.product((1, 2, 3), ("max", "avg")):
        layer, sizes = f"adaptive_{kind}_pool{axes}d", [4, 5, 6][:axes]
        x = ties(layer, [1, 2, *sizes])
        bad = [("output_size -1", -1), ("too many sizes", [2, 2, 2, 2]), ("no sizes", []), ("fractional output", 2.5)]
        bad += [("None in 1-D", [None])] * (axes == 1)
        for name, output_size in bad:
            record(file, f"{layer} {name}", call(kind, axes, output_size), x)
        shapes = [("rank too low", sizes), ("rank too high", [1, 1, 2, *sizes]), ("no channels", [2, 0, *sizes]),
                  ("empty image", [2, 3, *[0] * axes]), ("empty batch of empty images", [0, 3, *[0] * axes])]
        for (name, shape), output_size in itertools.product(shapes, (2, 1)):
            quirk = MEAN if output_size == 1 else NO_CHANNELS
            record(file, f"{layer} {name} to {output_size}", call(kind, axes, output_size), torch.zeros(shape), quirk=quirk)


def make():
    file = torch_file("adaptive pooling, chosen by hand")
    corners(file)
    geometries(file)
    small_grid(file)
    refusals(file)
    return file
