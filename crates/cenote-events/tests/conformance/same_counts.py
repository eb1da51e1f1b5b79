"""Compares what `cenote events` finds in a log with what TensorBoard's EventAccumulator finds.

usage: python same_counts.py LOGDIR CENOTE
CENOTE is the command. Prints each tag for which they differ; every value that TensorBoard finds must be there, so it fails
if ours finds fewer of any. Of damaged files TensorBoard finds fewer.
"""
import json
import os
import subprocess
import sys

from tensorboard.backend.event_processing import event_accumulator as accumulator

EVERYTHING = {kind: 0 for kind in accumulator.DEFAULT_SIZE_GUIDANCE}


def theirs(folder):
    """Tag -> number of values; or the error that reading ended with."""
    reader = accumulator.EventAccumulator(folder, size_guidance=EVERYTHING, purge_orphaned_data=False)
    error = None
    try:
        reader.Reload()
    except Exception as raised:  # whatever it is, it is the result
        error = f"{type(raised).__name__} while reading"
    series = {"scalars": reader.Scalars, "images": reader.Images, "audio": reader.Audio, "histograms": reader.Histograms,
              "tensors": reader.Tensors}
    found = reader.Tags()
    return {tag: len(read(tag)) for kind, read in series.items() for tag in found[kind]}, error


def main():
    logdir, command = sys.argv[1:]
    printed = subprocess.run([command, "events", logdir, "--json"], stdout=subprocess.PIPE, check=True).stdout
    compared, fewer = 0, 0
    for run in json.loads(printed)["runs"]:
        ours = {tag["tag"]: tag["values"] for tag in run["tags"]}
        counts, error = theirs(os.path.join(logdir, run["run"]))
        if error:
            print(f"{run['run']}: TensorBoard: {error}")
        for tag, count in counts.items():
            compared += 1
            fewer += ours.get(tag, 0) < count
            if ours.get(tag, 0) != count:
                print(f"{run['run']}: {tag}: {ours.get(tag, 0)} values, TensorBoard finds {count}")
    print(f"{compared} tags compared; ours has fewer values of {fewer}")
    sys.exit(fewer > 0)


main()
