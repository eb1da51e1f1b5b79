"""Runs every layer of `cenote pool`, forward and backward, beside PyTorch on the same .npy files.

    python pool_like_torch.py CENOTE        (a Python with torch and numpy; CENOTE is the built command)

Maxima, indices and gradients of maxima must be equal; sums as near as rounding allows. Prints a line for each case.
"""
import pathlib
import subprocess
import sys
import tempfile

import numpy as np
import torch
import torch.nn.functional as F

CENOTE = sys.argv[1]
SHAPES = {1: (2, 3, 17), 2: (2, 3, 13, 16), 3: (2, 3, 7, 8, 10)}


def option(name, value):
    """An argument of torch as an option of the command."""
    if isinstance(value, (tuple, list)):
        value = ",".join("none" if item is None else str(item) for item in value)
    if isinstance(value, bool):
        value = str(value).lower()
    return [f"--{name.replace('_', '-')}", str(value)]


def cases():
    """Functional name, torch's arguments."""
    for axes in (1, 2, 3):
        each = lambda *values: values[:axes] if axes > 1 else values[0]
        yield f"max_pool{axes}d", dict(kernel_size=each(3, 2, 3))
        yield f"max_pool{axes}d", dict(kernel_size=3, stride=each(2, 1, 2), padding=1, dilation=each(2, 1, 2), ceil_mode=True)
        yield f"avg_pool{axes}d", dict(kernel_size=each(3, 2, 3))
        yield f"avg_pool{axes}d", dict(kernel_size=3, stride=2, padding=1, ceil_mode=True, count_include_pad=False)
        if axes > 1:
            yield f"avg_pool{axes}d", dict(kernel_size=2, divisor_override=3)
        yield f"lp_pool{axes}d", dict(norm_type=2.0, kernel_size=3, stride=2, ceil_mode=True)
        yield f"lp_pool{axes}d", dict(norm_type=float("inf"), kernel_size=2)
        yield f"adaptive_max_pool{axes}d", dict(output_size=each(5, 3, 4))
        yield f"adaptive_avg_pool{axes}d", dict(output_size=each(5, 3, 4))
        if axes > 1:
            yield f"adaptive_avg_pool{axes}d", dict(output_size=(None,) + (4,) * (axes - 1))
            yield f"fractional_max_pool{axes}d", dict(kernel_size=2, output_size=(4,) * axes)
            yield f"fractional_max_pool{axes}d", dict(kernel_size=2, output_ratio=(0.5,) * axes)
        yield f"max_unpool{axes}d", dict(kernel_size=2)
        yield f"max_unpool{axes}d", dict(kernel_size=2, output_size=SHAPES[axes][2:])


def torch_result(layer, arguments, x, extra):
    """Output and indices of torch's function."""
    function = getattr(F, layer)
    if "max" not in layer or "unpool" in layer:
        return (function(x, extra["input_indices"], **arguments) if "unpool" in layer else function(x, **arguments)), None
    if "fractional" in layer:
        return function(x, _random_samples=extra["samples"], return_indices=True, **arguments)
    return function(x, return_indices=True, **arguments)


def run(layer, arguments, folder):
    """The command's outputs, and torch's: pairs by name."""
    axes = int(layer[-2])
    generator = torch.Generator().manual_seed(len(layer) + len(arguments))
    x = torch.randn(SHAPES[axes], generator=generator)
    extra, options = {}, []
    if "unpool" in layer:
        x, extra["input_indices"] = getattr(F, f"max_pool{axes}d")(x, 2, return_indices=True)
    if "fractional" in layer:
        extra["samples"] = torch.rand((2, 3, axes), generator=generator)
    x.requires_grad_()
    expected, indices = torch_result(layer, arguments, x, extra)
    grad = torch.randn(expected.shape, generator=generator)
    expected.backward(grad)
    for name, value in arguments.items():
        options += option(name, value)
    for name, value in extra.items():
        np.save(folder / f"{name}.npy", value.numpy())
        options += option(name, folder / f"{name}.npy")
    np.save(folder / "x.npy", x.detach().numpy())
    np.save(folder / "g.npy", grad.numpy())
    base = [CENOTE, "pool", layer, "--input", folder / "x.npy", *options]
    wanted = [] if indices is None else ["--indices", folder / "i.npy"]
    subprocess.run([*base, "--output", folder / "y.npy", *wanted], check=True, capture_output=True)
    subprocess.run([*base, "--output", folder / "d.npy", "--backward", folder / "g.npy"], check=True, capture_output=True)
    yield "output", np.load(folder / "y.npy"), expected.detach().numpy()
    if indices is not None:
        yield "indices", np.load(folder / "i.npy"), indices.numpy()
    yield "gradient", np.load(folder / "d.npy"), x.grad.numpy()


def main():
    failed = 0
    for layer, arguments in cases():
        # Gradients of several windows add up in another order.
        exact = "max" in layer
        with tempfile.TemporaryDirectory() as folder:
            for name, given, expected in run(layer, arguments, pathlib.Path(folder)):
                close = (given == expected) | np.isclose(given, expected, rtol=2e-6, atol=1e-6)
                same = given.shape == expected.shape and (
                    np.array_equal(given, expected) if exact and name != "gradient" else close.all())
                failed += not same
                print(f"{'equal' if same else 'DIFFERENT':9} {name:8} {layer} {arguments}")
    print("every result is torch's" if not failed else f"{failed} differ")
    sys.exit(failed > 0)


main()
