#!/usr/bin/env python3
"""Times `cenote run` beside the Python pipeline that it replaces, alternately, in one sitting. Prints Markdown.

    time_against_python.py --cenote target/release/cenote --python ~/.venv/bin/python --script seed_pipeline.py --data DATA

DATA holds cifar-10-batches-py and cifar-10-batches-bin (or one of them). The script is called as
`python SCRIPT DATA LOGDIR`, and prints `import … s  pipeline … s`; its imports do not count against it. Everything
counts against cenote: its whole process, from start to exit. Peak memory is what the kernel reports of the process
(never below this script's own, about 15 MB). Needs only Python, on Linux or macOS.
"""
import argparse
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cenote", required=True, metavar="PATH", help="the command, built in release mode")
    parser.add_argument("--python", required=True, metavar="PATH", help="a Python that has torch, torchvision and tensorboard")
    parser.add_argument("--script", required=True, metavar="FILE", help="the Python pipeline")
    parser.add_argument("--data", required=True, metavar="DIR", help="the folder that holds the CIFAR-10 folders")
    parser.add_argument("--repeats", type=int, default=5, metavar="N", help="how often each runs (default 5)")
    parser.add_argument("options", nargs="*", help="more options for `cenote run`, after --")
    return parser.parse_args()


def run(command):
    """(seconds, peak memory in bytes, what it printed) of a command; ends this script if the command fails."""
    with tempfile.TemporaryFile() as printed:
        start = time.perf_counter()
        process = subprocess.Popen(command, stdout=printed, stderr=subprocess.STDOUT)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        printed.seek(0)
        text = printed.read().decode(errors="replace")
    if process.returncode != 0:
        sys.exit(f"{' '.join(command)} ended with {process.returncode}:\n{text}")
    return seconds, usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024), text


def python_run(given, folder):
    """(seconds after the imports, seconds in all, peak memory) of the Python pipeline."""
    seconds, memory, text = run([given.python, given.script, given.data, os.path.join(folder, "python")])
    pipeline = re.search(r"pipeline ([\d.]+) s", text)
    if not pipeline:
        sys.exit(f"{given.script} did not print how long its pipeline took, but:\n{text}")
    return float(pipeline[1]), seconds, memory


def cenote_run(given, folder):
    """(seconds, peak memory) of the command."""
    logdir = os.path.join(folder, "cenote")
    shutil.rmtree(logdir, ignore_errors=True)
    seconds, memory, _ = run([given.cenote, "run", "--dataset", "cifar10", "--split", "test", "--data-dir", given.data,
                              "--logdir", logdir, *given.options])
    return seconds, memory


def row(name, seconds, memory):
    return f"| {name} | {statistics.median(seconds):.3f} | {min(seconds):.3f} | {max(seconds):.3f} | {max(memory) / 1e6:.0f} |"


def main():
    given = arguments()
    pythons, cenotes = [], []
    with tempfile.TemporaryDirectory() as folder:
        cenote_run(given, folder)  # both read the images from a warm page cache
        for _ in range(given.repeats):
            pythons.append(python_run(given, folder))
            cenotes.append(cenote_run(given, folder))
    pipeline, whole, python_memory = zip(*pythons)
    seconds, memory = zip(*cenotes)
    print(f"{given.repeats} runs of each, alternately, {os.cpu_count()} processors\n")
    print("| | median s | least s | most s | peak memory MB |")
    print("| --- | ---: | ---: | ---: | ---: |")
    print(row("Python pipeline, after its imports", pipeline, python_memory))
    print(row("Python pipeline, whole process", whole, python_memory))
    print(row("`cenote run`, whole process", seconds, memory))
    ratio = statistics.median(pipeline) / statistics.median(seconds)
    print(f"\n`cenote run` takes 1/{ratio:.1f} of the Python pipeline's time after its imports, "
          f"1/{statistics.median(whole) / statistics.median(seconds):.1f} of its whole process.")


if __name__ == "__main__":
    main()
