#!/usr/bin/env python3
"""Plots how the cost of max pooling grows, into docs/: with the window, with the tensor, with threads.

    plot_growth.py --cenote target/release/cenote [--seconds 0.3] [--only kernel-size]

Run it with a Python that has matplotlib, torch, onnx, onnxruntime and openvino; engines that are missing are left out.
Peers are timed in the same sitting as `cenote bench --growth`, on tensors of the same shapes.
"""
import argparse
import json
import os
import pathlib
import subprocess

import matplotlib

matplotlib.use("svg")
import matplotlib.pyplot as plt

from compare_peers import PEERS, median_ms, peers, processor

DOCS = pathlib.Path(__file__).resolve().parent.parent / "docs"
COLOURS = {"cenote": "#d9822b", "torch": "#8a5cd0", "onnxruntime": "#2f7fd0", "openvino": "#2a9d63", "copy": "#808080"}
NAMES = {"cenote": "here", **PEERS, "torch": "PyTorch", "copy": "a copy of the same bytes"}


def growth(given, what):
    """Rows of `cenote bench --growth`: the number that grows, milliseconds here, and those of a copy."""
    command = [given.cenote, "bench", "--growth", what, "--json", "--seconds", str(given.seconds)]
    lines = subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()
    return [(int(row["case"].split()[1]), row["ours_ms"], row["copy_ms"]) for row in map(json.loads, lines)]


def start(title, x, y="milliseconds"):
    plt.rcParams.update({"svg.hashsalt": "cenote", "svg.fonttype": "none", "font.family": "sans-serif"})
    figure, axes = plt.subplots(figsize=(8.6, 4.2), layout="constrained")
    axes.set(title=title, xlabel=x, ylabel=y)
    axes.grid(True, which="major", alpha=0.25)
    axes.spines[["top", "right"]].set_visible(False)
    return figure, axes


def line(axes, name, xs, ys):
    style = "--" if name == "copy" else "-"
    axes.plot(xs, ys, style, marker="o", markersize=3.5, color=COLOURS[name], label=NAMES[name])


def finish(figure, axes, name):
    axes.legend(frameon=False, loc="center left", bbox_to_anchor=(1, 0.5))
    figure.savefig(DOCS / f"growth-{name}.svg", metadata={"Date": None})
    print(DOCS / f"growth-{name}.svg")


def beside_peers(given, name, title, x, case_of):
    """Draws a series with the peers on it; `case_of` gives the case and the threads of a number."""
    rows = growth(given, name)
    figure, axes = start(title, x)
    numbers = [row[0] for row in rows]
    line(axes, "cenote", numbers, [row[1] for row in rows])
    others = {}
    for number in numbers:
        arguments, threads = case_of(number)
        for peer, work in peers(("", "max2d", *arguments, 0), threads).items():
            others.setdefault(peer, []).append((number, median_ms(work, given.seconds)))
    for peer, points in others.items():
        line(axes, peer, *zip(*points))
    line(axes, "copy", numbers, [row[2] for row in rows])
    axes.set_yscale("log")
    if name == "threads":
        axes.set_xticks(numbers)
    finish(figure, axes, name)
    return {"here": rows, **others}


def kernel_size(given):
    threads = os.cpu_count()
    case = lambda size: (((2, 64, 112, 112), "f32", dict(kernel_size=size, stride=1, padding=size // 2)), threads)
    return beside_peers(given, "kernel-size", f"max_pool2d, stride 1, 2×64×112×112 f32, {threads} threads",
                        "kernel_size (each way)", case)


def tensor_size(given):
    rows = growth(given, "tensor-size")
    figure, axes = start("max_pool2d, kernel 3, stride 2: bytes read and written in a second", "bytes of the input", "GB/s")
    sizes = [row[0] for row in rows]
    # The output is a quarter of the input.
    line(axes, "cenote", sizes, [1.25 * size / ms / 1e6 for size, ms, _ in rows])
    line(axes, "copy", sizes, [1.25 * size / ms / 1e6 for size, _, ms in rows])
    axes.set_xscale("log", base=2)
    axes.set_yscale("log")
    ticks = [1 << power for power in range(12, 31, 3)]
    axes.set_xticks(ticks, [f"{tick >> 10} KiB" if tick < 1 << 20 else f"{tick >> 20} MiB" if tick < 1 << 30 else "1 GiB"
                            for tick in ticks])
    finish(figure, axes, "tensor-size")
    return {"here": rows}


def threads(given):
    case = lambda count: (((32, 64, 112, 112), "f32", dict(kernel_size=3, stride=2, padding=1)), count)
    return beside_peers(given, "threads", "max_pool2d, kernel 3, stride 2, 32×64×112×112 f32", "threads", case)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cenote", required=True, metavar="PATH", help="the command, built in release mode")
    parser.add_argument("--seconds", type=float, default=0.3, metavar="S", help="for each measurement (default 0.3)")
    series = {"kernel-size": kernel_size, "tensor-size": tensor_size, "threads": threads}
    parser.add_argument("--only", choices=series, help="draw one of them")
    given = parser.parse_args()
    DOCS.mkdir(exist_ok=True)
    print(processor())
    for name, draw in series.items():
        if given.only in (None, name):
            for engine, points in draw(given).items():
                print(name, engine, points)


if __name__ == "__main__":
    main()
