"""What PyTorch's own test/nn/test_pooling.py asks of the CPU, as inputs and results.

Each function is named after the tests whose geometry it has. Tests of CUDA, of quantised tensors and of second
derivatives have no counterpart. Batches and channels beyond what the geometry needs are fewer (at most 2 and 8, or one
vector and a tail), random sizes are a fixed choice, planes of 28 and 31 are 14 and 15, and very
large ones are one axis of them.
"""
import itertools
import math

import torch
import torch.nn.functional as F

from torch_cases import (DTYPES, Call, exact_gradient, generator, normal, record, torch_file)
from adaptive_pool import LIMIT, NO_CHANNELS
from max_pool import corrected

INF, NAN = math.inf, math.nan


def ones(_, output):
    return torch.ones_like(output)


def digits(name, shape, dtype="f32"):
    """randint(1, 10) of the tests."""
    return torch.randint(1, 10, shape, generator=generator(name)).to(DTYPES[dtype])


def pool(file, name, layer, x, gradient=ones, memory_format="contiguous", unpool_indices=None, samples=None, quirk=None, torch_limit=None, **args):
    indices = True if "max_pool" in layer and unpool_indices is None else None
    call = Call(layer, args, indices, samples, unpool_indices)
    correct = (lambda *result: corrected(call, *result)) if layer.startswith("max_pool") else None
    record(file, name, call, x, memory_format, gradient, correct, quirk, torch_limit=torch_limit)


def doubletensor_avg_pool(file):
    for name, sizes, divisors in [("avg_pool2d", (5, 8), [None]), ("avg_pool2d_with_divisor", (3, 3), [1, 7, 0]),
                                  ("avg_pool3d", (5, 6, 7), [None]), ("avg_pool3d_with_divisor", (6, 5, 7), [1, 7, 0])]:
        x = torch.randint(0, 1000, [1, *sizes], generator=generator(name)).double() / 1000
        for kernel in itertools.product(*(range(1, size + 1) for size in sizes)):
            for divisor in divisors:
                args = {} if divisor is None else {"divisor_override": divisor or kernel[0] * kernel[1]}
                pool(file, f"doubletensor_{name} {kernel} {divisor}", name[:10], x, None, kernel_size=list(kernel), **args)


def avg_pool_ceil_mode(file):
    for layer, args in [("avg_pool1d", dict(kernel_size=1)), ("avg_pool2d", dict(kernel_size=[1, 2], padding=[0, 1])),
                        ("avg_pool3d", dict(kernel_size=[1, 2, 3]))]:
        x = normal(layer, [1, 3] + [4] * int(layer[-2])) * 10
        pool(file, f"{layer}_ceil_mode", layer, x, ceil_mode=True, count_include_pad=True, stride=2, **args)


def avg_pool2d(file):
    for dtype, (n, c, size, args) in itertools.product(("f32", "f64"), [
            (1, 8, 8, dict(kernel_size=3)), (1, 8, 8, dict(kernel_size=3, count_include_pad=False)),
            (1, 8, 8, dict(kernel_size=3, stride=2, count_include_pad=False)), (1, 8, 8, dict(kernel_size=3, divisor_override=42)),
            (1, 8, 8, dict(kernel_size=7)), (1, 9, 14, dict(kernel_size=2)), (1, 8, 7, dict(kernel_size=3, stride=1)),
            (1, 9, 15, dict(kernel_size=3, stride=2)), (1, 17, 8, dict(kernel_size=3, stride=2))]):
        name = f"avg_pool2d_nhwc {c}x{size}x{size} {args} {dtype}"
        pool(file, name, "avg_pool2d", normal(name, [n, c, size, size], dtype), exact_gradient, "channels_last", **args)
    for dtype, (shape, k, s, layout) in itertools.product(("f16", "bf16"), [
            ((2, 8, 8, 8), 7, 1, "contiguous"), ((2, 17, 8, 8), 7, 1, "channels_last"),
            ((1, 4, 20, 10), 8, 2, "contiguous"), ((1, 19, 20, 10), 8, 2, "channels_last")]):
        name = f"avg_pool2d_reduced_floating {shape} {layout} {dtype}"
        pool(file, name, "avg_pool2d", normal(name, shape, dtype), ones, layout, kernel_size=k, stride=s)
    for layout in ("contiguous", "channels_last"):
        pool(file, f"AvgPool2d_empty {layout}", "avg_pool2d", torch.zeros(0, 16, 20, 32), ones, layout, kernel_size=3, stride=2)
    pool(file, "AvgPool2d_empty no channels", "avg_pool2d", torch.zeros(16, 0, 20, 32), kernel_size=3, stride=2)


def adaptive(file):
    for axes, kind in itertools.product((2, 3), ("max", "avg")):
        layer, x = f"adaptive_{kind}_pool{axes}d", normal("none", [4] * (axes + 1))
        pool(file, f"{layer}_size_none", layer, x, output_size=[2] * (axes - 1) + [None])
        for dtype in ("u8", "i8", "i16", "i32", "i64"):
            pool(file, f"{layer}_no_suppot_input {dtype}", layer, digits("int", [4] * (axes + 1), dtype), None, output_size=[2] * axes, torch_limit=LIMIT)
    pool(file, "adaptive_pooling_size_overflow", "adaptive_max_pool1d", torch.zeros(2, 2, 2), output_size=0x3FFFFFFFFFFFFFFF)
    for layout, kind in itertools.product(("contiguous", "channels_last"), ("max", "avg")):
        layer = f"adaptive_{kind}_pool2d"
        pool(file, f"adaptive_pooling_{kind}_nhwc 8 to 7 {layout}", layer, digits(layer, [2, 8, 8, 8]), exact_gradient, layout, output_size=[7, 7])
        for dtype in ("bf16", "f16"):
            pool(file, f"adaptive_pooling_lower_precision {kind} {layout} {dtype}", layer, digits(layer, [1, 19, 8, 8], dtype), ones, layout, output_size=[7, 7])
    for axes in (1, 2, 3):
        x, layer = torch.zeros([0] + [10] * axes), f"adaptive_avg_pool{axes}d"
        pool(file, f"{layer}_zero_batch", layer, x, None, output_size=[5] * axes, quirk=NO_CHANNELS)
    for axes, kind in itertools.product((1, 2, 3), ("max", "avg")):
        x = digits("empty", [1, 3] if axes == 1 else [1, 3, 4, 5])
        pool(file, f"adaptive_{kind}_pool{axes}d_empty_output_size", f"adaptive_{kind}_pool{axes}d", x, output_size=0)
    for dtype, (sizes, output) in itertools.product(("f32", "f64"), [
            ([10, 10], [7, 7]), ([9, 14], [5, 8]), ([11, 11], [1, 1]), ([3, 3], [1, 1]), ([10, 10, 10], [7, 7, 7]), ([6, 6, 6], [1, 1, 1]), ([3, 3, 3], [1, 1, 1])]):
        name = f"adaptive_pooling_max_nhwc {sizes} {dtype}"
        pool(file, name, f"adaptive_max_pool{len(sizes)}d", digits(name, [1, 5, *sizes], dtype), exact_gradient, "channels_last", output_size=output)
    for layout in ("contiguous", "channels_last"):
        pool(file, f"adaptive_avg_pool2d_output_size_one {layout}", "adaptive_avg_pool2d", digits("one", [2, 3, 6, 6]), ones, layout, output_size=[1, 1])
    pool(file, "adaptive_avg_pool3d_output_size_one", "adaptive_avg_pool3d", normal("one", [2, 3, 6, 6, 6]), output_size=1)
    for kind, (size, output) in itertools.product(("max", "avg"), [(5873, 3527), (3693, 2219)]):
        x = torch.randint(0, 256, [1, size], generator=generator("odd")).float()
        pool(file, f"adaptive_pool_odd_size {kind} {size} to {output}", f"adaptive_{kind}_pool1d", x, None, output_size=output)


def unpool(file):
    big = torch.rand(1, 1, 6, 6, generator=generator("big"))
    big[0, 0, 4, 4] = 100
    output, indices = F.max_pool2d(big, 3, stride=2, return_indices=True)
    pool(file, "MaxUnpool2d_output_size too small", "max_unpool2d", output, unpool_indices=indices, kernel_size=3, stride=2)
    small = torch.rand(1, 1, 5, 5, generator=generator("small"))
    small[:, :, :4:2, :4:2] = 100
    output, indices = F.max_pool2d(small, 3, stride=2, return_indices=True)
    for h, w in itertools.product(range(3, 10), range(3, 10)):
        size = [1, 1, h, w] if h == 6 else [h, w]
        pool(file, f"MaxUnpool2d_output_size {size}", "max_unpool2d", output, unpool_indices=indices, kernel_size=3, stride=2, output_size=size)
    output, indices = F.max_pool2d(normal("nhwc", [2, 10, 9, 9]), 3, stride=2, return_indices=True)
    pool(file, "max_unpool2d_nhwc_cpu", "max_unpool2d", output, exact_gradient, "channels_last", indices, kernel_size=3, stride=2)
    for axes, shape, args in [(1, [1, 1, 4], {}), (1, [1, 1, 4], dict(stride=2)), (1, [1, 1, 5], dict(stride=2, output_size=[1, 1, 5])),
                              (2, [1, 1, 4, 4], {}), (2, [1, 1, 4, 4], dict(stride=2)), (3, [2, 3, 4, 4, 4], {}), (3, [2, 3, 4, 4, 4], dict(stride=2))]:
        output, indices = getattr(F, f"max_pool{axes}d")(normal("unpool", shape, "f64"), 2, stride=2, return_indices=True)
        pool(file, f"max_unpool {axes}d {shape} {args}", f"max_unpool{axes}d", output, exact_gradient, unpool_indices=indices, kernel_size=2, **args)
    x = torch.ones(1, 3, 1, 1, 1)
    pool(file, "max_unpool3d_input_check", "max_unpool3d", x, unpool_indices=x.long() * 0, kernel_size=[1, 1])
    for axes in (1, 2, 3):
        x = torch.zeros([0, 10] + [5] * axes)
        pool(file, f"MaxUnpool_zero_batch_dim {axes}d", f"max_unpool{axes}d", x, unpool_indices=x.long(), kernel_size=2, stride=2)
    for kernel, shape, past in [([2, 2], (1, 3, 4, 5), 80), ([2, 3], (2, 1, 4, 2), 48), ([2, 2, 2], (1, 3, 4, 5), 480), ([2, 2, 2], (2, 3, 4, 1), 96)]:
        for index in (-1, past, past - 1):
            indices = torch.zeros(shape, dtype=torch.int64)
            indices.view(-1)[0] = index
            x = digits("unpool", shape)
            pool(file, f"MaxUnpool_index_errors {kernel} {shape} {index}", f"max_unpool{len(kernel)}d", x, unpool_indices=indices, kernel_size=kernel)


def fractional(file):
    for axes in (2, 3):
        layer, sizes = f"fractional_max_pool{axes}d", [50, 32, 32][:axes]
        samples = lambda n, c, dtype="f32": torch.rand([n, c, axes], generator=generator("samples")).to(DTYPES[dtype])
        half = dict(kernel_size=3, output_ratio=[0.5] * axes)
        pool(file, f"{layer}_zero_batch", layer, torch.zeros(0, 16, *sizes), samples=samples(0, 16), **half)
        pool(file, f"{layer}_zero_batch no channels", layer, torch.zeros(1, 0, *sizes), samples=samples(1, 0), **half)
        zero = dict(kernel_size=[3, 2, 2][-axes:], output_size=[0, 1, 1][:axes])
        pool(file, f"{layer}_zero_out_size", layer, digits("zero", [2, 3, 8, 7, 9][:axes + 2]), None, samples=samples(2, 3), **zero)
        one = dict(kernel_size=[3, 2, 2][-axes:], output_size=[1] * axes)
        pool(file, f"{layer}_zero_samples empty batch", layer, torch.zeros(0, 16, *sizes), samples=samples(0, 16), **one)
        pool(file, f"{layer}_zero_samples", layer, digits("zero", [1, 16, 8, 7, 9][:axes + 2]), samples=samples(0, 16), **one)
        x, given = normal("x", [1, 2] + [7] * axes, "f64"), samples(1, 2, "f64")
        pool(file, f"{layer} batched", layer, x, exact_gradient, samples=given, kernel_size=[2] * axes, output_size=[3] * axes)
        pool(file, f"{layer} unbatched", layer, x[0], exact_gradient, samples=given, kernel_size=[2] * axes, output_size=[3] * axes)
        for kernel in ([], [1], [1, 1])[:axes]:
            pool(file, f"{layer} kernel {kernel}", layer, x[0], samples=given, kernel_size=kernel, output_size=[3] * axes)
        for output in {2: [[9, 3], [3, 9], [3], []], 3: [[9, 3, 3], [3, 9, 3], [3, 3, 9], [3, 3], [3], []]}[axes]:
            pool(file, f"{layer} output {output}", layer, x[0], samples=given, kernel_size=[2] * axes, output_size=output)
        for value in (NAN, -INF):
            pool(file, f"{layer}_nan_inf {value}", layer, torch.full([1, 1] + [3] * axes, value), samples=samples(1, 1), kernel_size=2, output_size=1)


def max_and_avg(file):
    for axes, kind in itertools.product((1, 2, 3), ("max", "avg")):
        layer, sizes = f"{kind}_pool{axes}d", [5, 6, 7][:axes]
        pool(file, f"pooling_shape {layer} k1", layer, digits("shape", [1, 1, *sizes]), kernel_size=1, stride=2, padding=0, ceil_mode=True)
        for ceil in (False, True):
            pool(file, f"pooling_shape {layer} k2 ceil {ceil}", layer, digits("shape", [1, 1, 3, 4, 5][:axes + 2]), kernel_size=2, stride=2, padding=1, ceil_mode=ceil)
        pool(file, f"pooling_zero_stride {layer}", layer, torch.ones([1, 2] + [4] * axes), kernel_size=2, stride=0)
        large = dict(kernel_size=3, stride=2, padding=0, dilation=2) if kind == "max" else dict(kernel_size=6, stride=2, padding=0)
        pool(file, f"pool_invalid_size {layer}", layer, torch.ones([1, 1] + [4] * axes), **large)
    pool(file, "pooling_shape issue 45357", "max_pool2d", digits("45357", [1, 1, 6, 7]), kernel_size=1, stride=[2, 2], padding=0, ceil_mode=True)
    for axes, kind in itertools.product((1, 2, 3), ("max", "adaptive_max")):
        layer, size = f"{kind}_pool{axes}d", dict(output_size=2) if kind != "max" else dict(kernel_size=2)
        x = torch.arange(1.0, 4 ** (axes + 1) + 1).view([2, 2] + [4] * axes)
        pool(file, f"maxpool_indices {layer}", layer, x, **size)
        three = dict(output_size=3) if kind != "max" else dict(kernel_size=3)
        pool(file, f"maxpool_indices_no_batch_dim {layer}", layer, normal("no batch", [3, 5, 6, 7][:axes + 1]), **three)
        for value in (NAN, -INF):
            one = dict(output_size=1) if kind != "max" else dict(kernel_size=3)
            pool(file, f"max_pool_nan_inf {layer} {value}", layer, torch.full([1, 1] + [3] * axes, value), exact_gradient, **one)
        for shape in ([0, 16, 50, 44, 31][:axes + 2], [1, 0, 50, 44, 31][:axes + 2]):
            pool(file, f"MaxPool_zero_batch_dim {layer} {shape}", layer, torch.zeros(shape), **three)


def max_pool1d(file):
    for dtype, (row, k, s, p, d, ceil) in itertools.product(("f32", "f64"), [
            ([[1]], 1, None, 0, 1, False), ([[1]], 2, None, 1, 2, False), ([[1], [1]], 2, None, 1, 2, False),
            ([[1, 2]], 2, 1, 1, 2, False), ([[1, 2]], 2, 2, 1, 2, True)]):
        name = f"max_pool1d_corner_cases {row} {k} {s} {p} {d} {ceil} {dtype}"
        pool(file, name, "max_pool1d", torch.tensor(row, dtype=DTYPES[dtype]), kernel_size=k, stride=s, padding=p, dilation=d, ceil_mode=ceil)
    for (c, size), k, s, d, ceil in itertools.product([(3, 19), (2, 41), (5, 67)], (1, 2, 4), (1, 3, 4), (1, 2, 4), (False, True)):
        args = dict(kernel_size=k, stride=s, padding=min(k // 2, (size + s) % 3), dilation=d, ceil_mode=ceil)
        pool(file, f"max_pool1d {c}x{size} {args}", "max_pool1d", normal("max_pool1d", [c, size]), exact_gradient, **args)
    strided = normal("strided", [5, 31, 33])[::2, ::3, ::2]
    for name, x in [("strided", strided), ("transposed", strided.transpose(1, 2))]:
        pool(file, f"max_pool1d {name}", "max_pool1d", x, kernel_size=3, stride=2, padding=1, dilation=2, ceil_mode=True)


def max_pool_channels_last(file):
    for dtype, (c, size, k, s) in itertools.product(("f16", "bf16", "f32", "f64"), [(8, 8, 7, None), (9, 14, 2, None), (8, 7, 3, 1), (9, 15, 3, 2), (17, 8, 3, 2)]):
        name = f"max_pool2d_nhwc {c}x{size}x{size} k{k} s{s} {dtype}"
        pool(file, name, "max_pool2d", digits(name, [1, c, size, size], dtype), exact_gradient, "channels_last", kernel_size=k, stride=s)
    for dtype, layout in itertools.product(("i32", "i64"), ("contiguous", "channels_last")):
        x = torch.tensor([[[[-1, -2], [-3, -4]]]], dtype=DTYPES[dtype])
        pool(file, f"max_pool2d_corner_cases {dtype} {layout}", "max_pool2d", x, None, layout, kernel_size=2, stride=2, padding=1, dilation=2, ceil_mode=True)
    for dtype, (shape, k, s) in itertools.product(("f16", "bf16", "f32", "f64"), [
            ((2, 4, 8, 8, 8), 7, None), ((1, 4, 8, 8, 8), [5, 6, 7], None), ((4, 14, 12, 13), [5, 6, 7], None), ((1, 4, 7, 7, 7), 3, 1),
            ((1, 9, 9, 9, 9), 3, 2), ((1, 9, 9, 9, 9), [1, 2, 3], 2), ((9, 9, 9, 9), [1, 2, 3], 2), ((1, 19, 4, 4, 4), 3, 2), ((19, 4, 4, 4), 3, 2)]):
        name = f"max_pool3d_ndhwc {shape} k{k} s{s} {dtype}"
        pool(file, name, "max_pool3d", digits(name, shape, dtype), exact_gradient, "channels_last", kernel_size=k, stride=s)
    for dtype, (shape, k, s, layout) in itertools.product(("f16", "bf16"), [
            ((1, 6, 8, 8), 7, 1, "contiguous"), ((1, 33, 8, 8), 7, 1, "channels_last"), ((1, 5, 20, 10), 8, 2, "contiguous"), ((1, 19, 20, 10), 8, 2, "channels_last"),
            ((1, 3, 10, 10, 10), 8, 2, "contiguous"), ((1, 19, 10, 9, 14), 8, 2, "channels_last"), ((1, 5, 3, 8, 8), 3, 1, "contiguous"), ((1, 10, 8, 8, 8), 7, 1, "channels_last")]):
        name = f"max_pool_bfloat16_half {shape} {layout} {dtype}"
        pool(file, name, f"max_pool{len(shape) - 2}d", digits(name, shape, dtype), ones, layout, kernel_size=k, stride=s)
    for dtype, (h, w, k, s, p) in itertools.product(("f32", "f64"), [(10, 10, 2, 1, 1), (9, 14, 2, 1, 1), (11, 11, 4, 2, 2)]):
        name = f"pooling_max_nhwc {h}x{w} {dtype}"
        pool(file, name, "max_pool2d", digits(name, [2, 4, h, w], dtype), exact_gradient, "channels_last",
             kernel_size=[k, k], stride=[s, s], padding=[p, p], dilation=[2, 2])
    for sizes in ([64, 8, 8], [8, 64, 8], [8, 8, 64]):
        pool(file, f"maxpool3d_non_square_backward {sizes}", "max_pool3d", digits("square", [2, *sizes]), kernel_size=[1, 1, 1])


def make():
    file = torch_file("the cases of PyTorch's test/nn/test_pooling.py that concern the CPU",
                      "batches and channels are fewer, random sizes a fixed choice, and very large planes one axis of them; left out: CUDA, "
                      "quantised tensors, second derivatives, and pool_large_size (16,777,217 elements)")
    for port in (doubletensor_avg_pool, avg_pool_ceil_mode, avg_pool2d, adaptive, unpool, fractional, max_and_avg, max_pool1d, max_pool_channels_last):
        port(file)
    return file
