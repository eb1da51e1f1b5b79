"""Compares the log of examples/every_kind.rs with the one that torch writes from the same inputs.

usage: python same_as_torch.py LOGDIR

Decoded, events must be equal field by field, apart from times. Pictures are compared as pixels; sums of squares to 12
digits, since BLAS adds in an order of its own. Every known difference is named below, with its reason.
"""
import io
import math
import os
import struct
import sys
import tempfile

import numpy as np
from google.protobuf import text_format
from PIL import Image
from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.plugins.hparams.plugin_data_pb2 import HParamsPluginData
from tensorboard.plugins.projector.projector_config_pb2 import ProjectorConfig

import every_kind

# Tags that torch cannot write, or writes in a way that we know to be wrong.
ONLY_OURS = {"grid_rgba": "torch refuses batches with an alpha channel", "video": "torch needs an old moviepy",
             "labels": "torch's typeface differs", "__graph__": "torch needs a model to trace"}


def events(path):
    """All events of a file; every record must be whole."""
    data = open(path, "rb").read()
    at = 0
    while at < len(data):
        (length,) = struct.unpack_from("<Q", data, at)
        yield Event.FromString(data[at + 12:at + 12 + length])
        at += length + 16


def runs(logdir):
    """Run -> file order -> events."""
    found = {}
    for folder, _, names in sorted(os.walk(logdir)):
        files = sorted(name for name in names if "tfevents" in name)
        if files:
            run = os.path.relpath(folder, logdir)
            found[run] = [list(events(os.path.join(folder, name))) for name in files]
    return found


def pixels(encoded):
    return np.array(Image.open(io.BytesIO(encoded)))


def number_equal(field, a, b):
    if math.isnan(a) and math.isnan(b):
        return True
    return math.isclose(a, b, rel_tol=1e-12) if field == "sum_squares" else a == b


def hparams_equal(ours, theirs):
    """Bools are bools in ours and numbers in torch's."""
    ours, theirs = HParamsPluginData.FromString(ours), HParamsPluginData.FromString(theirs)
    for data in (ours, theirs):
        for info in data.experiment.hparam_infos:
            if info.name == "momentum":
                info.ClearField("type")
        for name, value in data.session_start_info.hparams.items():
            if value.WhichOneof("kind") == "bool_value":
                value.number_value = float(value.bool_value)
    return ours == theirs


def difference(ours, theirs, path=""):
    """The first field in which two messages differ, or None."""
    for field in ours.DESCRIPTOR.fields:
        name = f"{path}.{field.name}"
        a, b = getattr(ours, field.name), getattr(theirs, field.name)
        if field.name == "wall_time":
            continue
        if field.name == "encoded_image_string" and a and b:
            if pixels(a).shape != pixels(b).shape or (pixels(a) != pixels(b)).any():
                return f"{name}: pixels differ"
        elif field.name == "content" and ours.plugin_name == "hparams":
            if not hparams_equal(a, b):
                return f"{name}: hyperparameters differ"
        elif field.is_repeated:
            if len(a) != len(b):
                return f"{name}: {len(a)} and {len(b)} of them"
            for i, (x, y) in enumerate(zip(a, b)):
                found = difference(x, y, f"{name}[{i}]") if field.message_type else None if x == y else f"{name}[{i}]: {x!r} and {y!r}"
                if found:
                    return found
        elif field.message_type:
            if ours.HasField(field.name) != theirs.HasField(field.name):
                return f"{name}: only one has it"
            found = difference(a, b, name)
            if found:
                return found
        elif isinstance(a, float):
            if not number_equal(field.name, a, b):
                return f"{name}: {a!r} and {b!r}"
        elif a != b:
            return f"{name}: {a!r} and {b!r}"
    return None


def tags(event):
    if event.HasField("graph_def") or event.HasField("tagged_run_metadata"):
        return ["__graph__"]
    return [value.tag for value in event.summary.value]


def compare_events(ours, theirs):
    assert ours.keys() == theirs.keys(), (sorted(ours), sorted(theirs))
    compared = 0
    for run, files in ours.items():
        assert len(files) == len(theirs[run]), run
        for a, b in zip(files, theirs[run]):
            a = [event for event in a if not set(tags(event)) & set(ONLY_OURS)]
            assert len(a) == len(b), (run, len(a), len(b))
            for x, y in zip(a, b):
                found = difference(x, y)
                assert found is None, f"run {run}, step {x.step}, tags {tags(x)}: {found}"
                compared += 1
    return compared


def compare_projector(ours, theirs):
    read = lambda folder, name: open(os.path.join(folder, "run1", name), "rb").read()
    configs = [text_format.Parse(read(folder, "projector_config.pbtxt"), ProjectorConfig()) for folder in (ours, theirs)]
    assert configs[0] == configs[1], configs
    folder = "00001/points%2fa"
    assert read(ours, f"{folder}/metadata.tsv") == read(theirs, f"{folder}/metadata.tsv")
    numbers = [np.loadtxt(io.BytesIO(read(folder_, f"{folder}/tensors.tsv"))) for folder_ in (ours, theirs)]
    assert (numbers[0] == numbers[1]).all()
    assert (pixels(read(ours, f"{folder}/sprite.png")) == pixels(read(theirs, f"{folder}/sprite.png"))).all()


def main():
    ours = sys.argv[1]
    with tempfile.TemporaryDirectory() as theirs:
        every_kind.write(theirs)
        compared = compare_events(runs(ours), runs(theirs))
        compare_projector(ours, theirs)
    print(f"same as torch: {compared} events and the projector's files")
    for tag, reason in ONLY_OURS.items():
        print(f"not compared: {tag} ({reason})")


main()
