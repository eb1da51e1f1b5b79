#!/usr/bin/env python3
"""Times pooling cases here and in PyTorch, ONNX Runtime, OpenVINO, candle and Burn alternately. Prints Markdown.

    compare_peers.py --cenote target/release/cenote [--rust-peers PATH] [--only stem] [--rounds 3] [--json FILE] [--from FILE]

Run it with a Python that has torch, onnx, onnxruntime and openvino; what is missing is left out. Candle and Burn are timed by
a program of their own: `cargo build --release --manifest-path scripts/rust_peers/Cargo.toml` makes
scripts/rust_peers/target/release/rust_peers. Each round times a case here (`cenote bench`, beside its copy of the same bytes)
and then in each peer, with as many threads each; the medians of the rounds are compared. --json appends the figures to a
file, a case a line, and --from prints the table of such a file and measures nothing: so a long list can be measured in parts.
"""
import argparse
import datetime
import importlib.metadata
import json
import os
import pathlib
import platform
import re
import statistics
import subprocess
import sys
import time

# name, layer, shape, element type, arguments of torch, and the most that a case should take, in copies of its bytes
CASES = [
    ("cifar k3 ceil", "max2d", (64, 3, 32, 32), "f32", dict(kernel_size=3, ceil_mode=True), 3),
    ("resnet stem", "max2d", (32, 64, 112, 112), "f32", dict(kernel_size=3, stride=2, padding=1), 1.3),
    ("resnet stem n1", "max2d", (1, 64, 112, 112), "f32", dict(kernel_size=3, stride=2, padding=1), 3),
    ("vgg k2", "max2d", (8, 64, 224, 224), "f32", dict(kernel_size=2), 1.2),
    ("sppf k5 s1", "max2d", (8, 256, 40, 40), "f32", dict(kernel_size=5, stride=1, padding=2), 3),
    ("k13 s1", "max2d", (8, 256, 40, 40), "f32", dict(kernel_size=13, stride=1, padding=6), 4),
    ("k31 s1", "max2d", (2, 64, 112, 112), "f32", dict(kernel_size=31, stride=1, padding=15), 8),
    ("photo u8 k2", "max2d", (1, 3, 1080, 1920), "u8", dict(kernel_size=2), 3),
    ("photo u8 k3 ceil", "max2d", (1, 3, 1080, 1920), "u8", dict(kernel_size=3, ceil_mode=True), 4),
    ("bf16 stem", "max2d", (8, 64, 112, 112), "bf16", dict(kernel_size=3, stride=2, padding=1), 3),
    ("f64 k3", "max2d", (8, 64, 56, 56), "f64", dict(kernel_size=3, stride=2, padding=1), 3),
    ("nhwc stem", "max2d", (32, 64, 112, 112), "f32 channels_last", dict(kernel_size=3, stride=2, padding=1), 1.3),
    ("stem + indices", "max2d", (32, 64, 112, 112), "f32", dict(kernel_size=3, stride=2, padding=1, return_indices=True), 2.5),
    ("avg k3 s1", "avg2d", (32, 64, 56, 56), "f32", dict(kernel_size=3, stride=1, padding=1), 2),
    ("avg k2", "avg2d", (32, 64, 112, 112), "f32", dict(kernel_size=2), 1.3),
    ("global avg", "aavg2d", (32, 2048, 7, 7), "f32", dict(output_size=1), 1.5),
    ("adaptive avg 6", "aavg2d", (32, 512, 14, 14), "f32", dict(output_size=6), 5),
    ("adaptive max 6", "amax2d", (32, 512, 14, 14), "f32", dict(output_size=6), 5),
    ("lp2 k3 s2", "lp2d", (32, 64, 56, 56), "f32", dict(norm_type=2.0, kernel_size=3, stride=2), 3),
    ("max1d k3 s2", "max1d", (64, 128, 4096), "f32", dict(kernel_size=3, stride=2, padding=1), 1.3),
    ("max3d k3 s2", "max3d", (2, 64, 16, 56, 56), "f32", dict(kernel_size=3, stride=2, padding=1), 4),
    ("avg3d k2", "avg3d", (2, 64, 16, 56, 56), "f32", dict(kernel_size=2), 3),
    ("fractional k2", "frac2d", (8, 64, 56, 56), "f32", dict(kernel_size=2, output_size=39), 8),
    ("unpool k2", "unpool2d", (32, 64, 56, 56), "f32", dict(kernel_size=2), 2),
    ("max backward", "max2d_backward", (32, 64, 112, 112), "f32", dict(kernel_size=3, stride=2, padding=1), 2.5),
    ("avg backward", "avg2d_backward", (32, 64, 112, 112), "f32", dict(kernel_size=3, stride=2, padding=1), 2.5),
]
PEERS = {"torch": "torch", "onnxruntime": "ONNX Runtime", "openvino": "OpenVINO", "candle": "candle", "burn": "Burn"}
# Those that the program in rust_peers times, and their packages.
IN_RUST = {"candle": "candle-core", "burn": "burn"}


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cenote", metavar="PATH", help="the command, built in release mode")
    parser.add_argument("--rust-peers", metavar="PATH", help="the program that times candle and Burn")
    parser.add_argument("--only", default="", metavar="WORD", help="only cases whose name contains this")
    parser.add_argument("--rounds", type=int, default=3, metavar="N")
    parser.add_argument("--seconds", type=float, default=0.2, metavar="S", help="for each measurement (default 0.2)")
    parser.add_argument("--threads", type=int, default=os.cpu_count(), metavar="N")
    parser.add_argument("--json", metavar="FILE", help="append the figures to this file")
    parser.add_argument("--from", dest="file", metavar="FILE", help="print the table of this file; measure nothing")
    given = parser.parse_args()
    if not given.file and not given.cenote:
        parser.error("give --cenote, or --from with figures that were measured before")
    return given


def median_ms(work, seconds):
    work(), work()
    times, begin = [], time.perf_counter()
    while time.perf_counter() - begin < seconds or len(times) < 3:
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return statistics.median(times) * 1e3


def with_torch(layer, shape, dtype, kw):
    """What PyTorch does for a case, and its input."""
    import torch
    import torch.nn.functional as F
    kinds = {"f32": torch.float32, "f64": torch.float64, "bf16": torch.bfloat16, "u8": torch.uint8}
    layers = {"max1d": F.max_pool1d, "max2d": F.max_pool2d, "max3d": F.max_pool3d, "avg2d": F.avg_pool2d,
              "avg3d": F.avg_pool3d, "aavg2d": F.adaptive_avg_pool2d, "amax2d": F.adaptive_max_pool2d,
              "lp2d": F.lp_pool2d, "frac2d": F.fractional_max_pool2d}
    kind = kinds[dtype.split()[0]]
    x = torch.randint(0, 255, shape, dtype=kind) if kind == torch.uint8 else torch.randn(shape).to(kind)
    if "channels_last" in dtype:
        x = x.contiguous(memory_format=torch.channels_last)
    if layer.endswith("_backward"):
        x = x.requires_grad_()
        y = layers[layer[:-9]](x, **kw)
        g = torch.randn_like(y)
        return (lambda: torch.autograd.grad(y, x, g, retain_graph=True)), x
    if layer == "unpool2d":
        y, i = F.max_pool2d(x, return_indices=True, **kw)
        return (lambda: F.max_unpool2d(y, i, **kw)), x
    return (lambda: layers[layer](x, **kw)), x


def onnx_model(layer, shape, kw):
    from onnx import TensorProto, helper
    pair, k = lambda value: [value, value], kw["kernel_size"]
    more = {"count_include_pad": 1} if layer == "avg2d" else {}
    node = helper.make_node({"max2d": "MaxPool", "avg2d": "AveragePool"}[layer], ["x"], ["y"], kernel_shape=pair(k),
                            strides=pair(kw.get("stride", k)), pads=[kw.get("padding", 0)] * 4,
                            ceil_mode=int(kw.get("ceil_mode", False)), **more)
    graph = helper.make_graph([node], "g", [helper.make_tensor_value_info("x", TensorProto.FLOAT, shape)],
                              [helper.make_tensor_value_info("y", TensorProto.FLOAT, None)])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)])
    model.ir_version = 8
    return model.SerializeToString()


def peers(case, threads):
    """What each peer that has the layer does: name → a function without arguments."""
    _, layer, shape, dtype, kw, _ = case
    work = {}
    try:
        import torch
        torch.set_num_threads(threads)
        work["torch"], x = with_torch(layer, shape, dtype, kw)
    except ImportError:
        return work
    if layer not in ("max2d", "avg2d") or dtype != "f32" or kw.get("return_indices"):
        return work
    x, model = x.detach().numpy(), onnx_model(layer, shape, kw)
    try:
        import onnxruntime
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
        binding = session.io_binding()
        binding.bind_ortvalue_input("x", onnxruntime.OrtValue.ortvalue_from_numpy(x))
        output = session.run(None, {"x": x})[0]
        binding.bind_ortvalue_output("y", onnxruntime.OrtValue.ortvalue_from_numpy(output))
        work["onnxruntime"] = lambda: session.run_with_iobinding(binding)
    except ImportError:
        pass
    try:
        import openvino
        core = openvino.Core()
        hints = {"INFERENCE_PRECISION_HINT": "f32", "INFERENCE_NUM_THREADS": threads}
        request = core.compile_model(core.read_model(model), "CPU", hints).create_infer_request()
        request.set_input_tensor(openvino.Tensor(x, shared_memory=True))
        work["openvino"] = request.infer
    except ImportError:
        pass
    return work


def ours(given, name):
    """Milliseconds here, and of a copy of the same bytes."""
    command = [given.cenote, "bench", "--json", "--filter", name, "--seconds", str(given.seconds), "--threads", str(given.threads)]
    lines = subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()
    row = next(row for row in map(json.loads, lines) if row["case"] == name)
    return row["ours_ms"], row["copy_ms"]


def in_rust(case, given):
    """Milliseconds of candle and Burn, where they have the layer."""
    _, layer, shape, dtype, kw, _ = case
    if not given.rust_peers or dtype != "f32":
        return {}
    asked = json.dumps({"layer": layer, "shape": shape, **kw})
    environment = {**os.environ, "RAYON_NUM_THREADS": str(given.threads)}
    command = [given.rust_peers, asked, str(given.seconds)]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True, env=environment).stdout)


def measure(case, given):
    work = peers(case, given.threads)
    rounds = []
    for _ in range(given.rounds):
        here, copy = ours(given, case[0])
        beside = {peer: median_ms(work[peer], given.seconds) for peer in work}
        rounds.append({"ours": here, "copy": copy, **beside, **in_rust(case, given)})
    return {"case": case[0], **{key: statistics.median(each[key] for each in rounds) for key in rounds[0]}}


def version(name):
    if package := IN_RUST.get(name):
        lock = pathlib.Path(__file__).with_name("rust_peers") / "Cargo.lock"
        found = re.search(f'name = "{package}"\nversion = "(.*)"', lock.read_text())
        return found and found.group(1)
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None


def processor():
    try:
        with open("/proc/cpuinfo") as file:
            return next(line.split(":")[1].strip() for line in file if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor()


def table(rows, threads):
    measured = [peer for peer in PEERS if any(peer in row for row in rows)]
    named = ", ".join(f"{PEERS[peer]} {version(peer)}" for peer in measured if version(peer))
    yield f"{datetime.date.today()}, {processor()}, {threads} threads each; {named}. Medians in ms.\n"
    heads = ["case", "copy", "here", *(PEERS[peer] for peer in measured), "here × copy", "goal", "best peer × here"]
    yield f"| {' | '.join(heads)} |"
    yield f"| --- |{' ---: |' * (len(heads) - 1)}"
    goals = {case[0]: case[5] for case in CASES}
    for row in rows:
        beside = [row.get(peer) for peer in measured]
        cells = [f"{value:.3g}" if value is not None else "" for value in (row["copy"], row["ours"], *beside)]
        best = min((value for value in beside if value is not None), default=None)
        gain = f"{best / row['ours']:.1f}" if best is not None else ""
        yield f"| {row['case']} | {' | '.join(cells)} | {row['ours'] / row['copy']:.1f} | {goals[row['case']]} | {gain} |"


def main():
    given = arguments()
    if given.file:
        with open(given.file) as file:
            rows = [json.loads(line) for line in file]
    else:
        rows = []
        for case in (case for case in CASES if given.only in case[0]):
            rows.append(measure(case, given))
            print(rows[-1]["case"], file=sys.stderr)
            if given.json:
                with open(given.json, "a") as file:
                    print(json.dumps(rows[-1]), file=file)
    print("\n".join(table(rows, given.threads)))


if __name__ == "__main__":
    main()
