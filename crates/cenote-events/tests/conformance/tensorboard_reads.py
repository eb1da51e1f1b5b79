"""Reads the log of examples/every_kind.rs with TensorBoard: its EventAccumulator, and a server in both loading modes.

usage: python tensorboard_reads.py LOGDIR [SCREENSHOTS]
With a second folder, headless Chromium takes pictures of the pages.
"""
import contextlib
import io
import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request

import numpy as np
from PIL import Image
from tensorboard.backend.event_processing import event_accumulator

import every_kind

STEPS = list(range(every_kind.STEPS))
PAGES = ["timeseries", "scalars", "images", "histograms", "distributions", "text", "hparams", "pr_curves", "audio",
         "graphs", "projector", "mesh", "custom_scalars"]


def pixels(encoded):
    return np.array(Image.open(io.BytesIO(encoded)))


def moving(step):
    """The pixels of the image `moving`, as torch makes them."""
    c, y, x = every_kind.grid(3, 20, 30)
    return (every_kind.pattern(step, c, y, x) * np.float32(255)).clip(0, 255).astype(np.uint8).transpose(1, 2, 0)


def accumulator(logdir):
    a = event_accumulator
    everything = {a.IMAGES: 0, a.SCALARS: 0, a.HISTOGRAMS: 0, a.TENSORS: 0, a.AUDIO: 0, a.COMPRESSED_HISTOGRAMS: 0}
    reader = a.EventAccumulator(os.path.join(logdir, "run1"), size_guidance=everything).Reload()
    assert [e.step for e in reader.Scalars("loss/train")] == STEPS
    assert [e.value for e in reader.Scalars("loss/train")] == [np.float32(1 / (i + 1)) for i in STEPS]
    images = reader.Images("moving")
    assert [e.step for e in images] == STEPS
    assert all((pixels(e.encoded_image_string) == moving(e.step)).all() for e in images)
    assert [e.step for e in reader.Histograms("weights")] == STEPS
    assert sum(reader.Histograms("weights")[0].histogram_value.bucket) == 500
    assert len(reader.Audio("tone")[0].encoded_audio_string) == 8044
    assert [e.tensor_proto.string_val[0].decode() for e in reader.Tensors("note/text_summary")][3] == "# Step 3\n\n* one\n* two"
    assert reader.Graph().node[1].name == "net/pool"
    print("EventAccumulator reads everything")


@contextlib.contextmanager
def server(logdir, load_fast):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "tensorboard.main", "--logdir", logdir, "--host", "127.0.0.1", "--port", str(port),
               f"--load_fast={load_fast}", "--samples_per_plugin", "images=1000", "--reload_interval", "1"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    base = f"http://127.0.0.1:{port}"
    try:
        for _ in range(120):
            with contextlib.suppress(urllib.error.URLError, ConnectionError):
                if len(json.loads(urllib.request.urlopen(base + "/data/runs").read())) >= 7:
                    break
            time.sleep(0.5)
        else:
            raise SystemExit("TensorBoard did not show the runs")
        time.sleep(2)
        yield base
    finally:
        process.terminate()
        process.wait()


def routes(base, load_fast):
    def get(path, body=None, **query):
        url = f"{base}/data/plugin/{path}" + ("?" + urllib.parse.urlencode(query) if query else "")
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(url, data, {"Content-Type": "application/json"})
        return urllib.request.urlopen(request).read()

    def read(path, **query):
        return json.loads(get(path, **query))

    run = {"run": "run1"}
    assert [point[1] for point in read("scalars/scalars", tag="loss/train", **run)] == STEPS
    assert read("scalars/scalars", tag="waves", run="run1/waves_sin")[0][2] == 0.0
    assert read("scalars/scalars", tag="new_style", **run)[0][2] == 1.5
    # The fast loader knows scalars of f32 only.
    assert ("double" in read("scalars/tags")["run1"]) == (load_fast == "false")
    images = read("images/images", tag="moving", sample=0, **run)
    assert [image["step"] for image in images] == STEPS
    for image in images:
        assert (pixels(get("images/individualImage?" + image["query"])) == moving(image["step"])).all()
    tags = set(read("images/tags")["run1"])
    assert {"grid", "grid_rgba", "boxes", "labels", "video", "hw"} <= tags, tags
    video = read("images/images", tag="video", sample=0, **run)[0]
    assert Image.open(io.BytesIO(get("images/individualImage?" + video["query"]))).n_frames == 6
    histograms = read("histograms/histograms", tag="weights", **run)
    assert [h[1] for h in histograms] == STEPS and sum(b[2] for b in histograms[0][2]) == 500
    assert len(read("distributions/distributions", tag="weights", **run)) == len(STEPS)
    assert "<h1>Step 3</h1>" in read("text/text", tag="note/text_summary", **run)[3]["text"]
    sound = read("audio/audio", tag="tone", sample=0, **run)[0]
    assert get("audio/individualAudio?" + sound["query"])[:4] == b"RIFF"
    curves = json.loads(get("pr_curves/pr_curves", tag="pr", run="run1"))["run1"]
    assert len(curves) == len(STEPS) and len(curves[0]["precision"]) == 127
    assert {"tetrahedron"} == set(read("mesh/tags")["run1"])
    layout = read("custom_scalars/layout")
    assert layout["category"][0]["title"] == "Losses", layout
    experiment = json.loads(get("hparams/experiment", body={"experimentName": ""}))
    types = {info["name"]: info["type"] for info in experiment["hparamInfos"]}
    assert types == {"lr": "DATA_TYPE_FLOAT64", "name": "DATA_TYPE_STRING", "momentum": "DATA_TYPE_BOOL"}, types
    columns = {"experimentName": "", "allowedStatuses": ["STATUS_SUCCESS"], "colParams": [{"hparam": "lr"}],
               "startIndex": 0, "sliceSize": 100}
    groups = json.loads(get("hparams/session_groups", body=columns))["sessionGroups"]
    assert sorted(group["hparams"]["lr"] for group in groups) == [0.001, 0.01, 0.1], groups
    assert b'name: "net/pool"' in get("graphs/graph", run="run1", conceptual="false")
    assert read("projector/runs") == ["run1"]
    info = read("projector/info", run="run1")
    assert info["embeddings"][0]["tensorName"] == "points/a:00001", info
    tensor = get("projector/tensor", run="run1", name="points/a:00001")
    assert np.frombuffer(tensor, np.float32).size == 40
    assert pixels(get("projector/sprite_image", run="run1", name="points/a:00001")).shape == (32, 32, 3)
    print(f"TensorBoard with --load_fast={load_fast} serves everything")


def screenshots(base, folder):
    os.makedirs(folder, exist_ok=True)
    for page in PAGES:
        out = os.path.join(folder, f"{page}.png")
        url = f"{base}/?darkMode=false&forceSVG=true#{page}"
        subprocess.run(["chromium", "--headless=new", "--no-sandbox", "--disable-gpu", "--enable-unsafe-swiftshader",
                        "--virtual-time-budget=20000", "--window-size=1600,1200", f"--screenshot={out}", url],
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=120, check=True)


def main():
    logdir = sys.argv[1]
    accumulator(logdir)
    for load_fast in ("auto", "false"):
        with server(logdir, load_fast) as base:
            routes(base, load_fast)
            if load_fast == "auto" and len(sys.argv) > 2:
                screenshots(base, sys.argv[2])


main()
