"""The inputs of examples/every_kind.rs, logged with torch: the same formulas in the same order."""
import numpy as np
import torch
from torch.utils.tensorboard import SummaryWriter

STEPS = 12


def pattern(n, c, y, x):
    n, c, y, x = np.broadcast_arrays(n, c, y, x)
    return ((n * 31 + c * 57 + y * 7 + x * 3) % 257).astype(np.float32) / np.float32(256)


def grid(*shape):
    """Index arrays of a shape."""
    return np.indices(shape)


def spread(i):
    a = ((np.asarray(i) * 7919) % 1021).astype(np.float64) - 510.0
    return a * np.abs(a) / 262144.0 * 2.0


def images(*shape):
    return pattern(*grid(*shape))


def chw(*shape):
    c, y, x = grid(*shape)
    return pattern(0, c, y, x)


def series(writer, i):
    writer.add_scalar("loss/train", 1.0 / (i + 1), i)
    writer.add_scalar("loss/test", 1.5 / (i + 1), i)
    writer.add_scalar("loss/low", 1.25 / (i + 1), i)
    writer.add_scalar("loss/high", 2.0 / (i + 1), i)
    writer.add_scalars("waves", {"sin": np.sin(i / 4.0), "cos": np.cos(i / 4.0)}, i)
    c, y, x = grid(3, 20, 30)
    writer.add_image("moving", pattern(i, c, y, x), i)
    writer.add_histogram("weights", spread(np.arange(500) + 500 * i) + i / 8.0, i)
    writer.add_histogram("ramp", spread(np.arange(64) * (i + 1)), i, bins=10)
    writer.add_text("note", f"# Step {i}\n\n* one\n* two", i)
    k = np.arange(200)
    predictions = ((k * 37 + i) % 129).astype(np.float32) / np.float32(128)
    writer.add_pr_curve("pr", (k * 7 + i) % 3 == 0, predictions, i)


def all_images(writer):
    batch = images(10, 3, 8, 12)
    writer.add_images("grid", batch, 0)
    writer.add_images("grid_nhwc", batch.transpose(0, 2, 3, 1), 0, dataformats="NHWC")
    writer.add_images("grid_f64", batch.astype(np.float64), 0)
    writer.add_images("grid_u8", (batch * np.float32(255)).astype(np.uint8), 0)
    writer.add_images("grid_grey", images(3, 1, 8, 12), 0)
    writer.add_image("clipped", chw(3, 8, 12) * np.float32(3) - np.float32(1), 0)
    writer.add_image("grey", chw(1, 8, 12), 0)
    writer.add_image("grey_alpha", chw(2, 8, 12), 0)
    writer.add_image("rgba", chw(4, 8, 12), 0)
    writer.add_image("hw", chw(1, 8, 12)[0], 0, dataformats="HW")
    writer.add_image("hwc", chw(3, 8, 12).transpose(1, 2, 0), 0, dataformats="HWC")
    large = chw(3, 40, 60) / np.float32(4)
    corners = np.array([[3.0, 5.0, 20.0, 30.0], [25.5, 10.25, 70.0, 39.0], [40.0, 20.0, 30.0, 8.0]])
    writer.add_image_with_boxes("boxes", large, corners, 0)


def one_of_each(writer):
    writer.add_scalar("new_style", 1.5, 0, new_style=True)
    writer.add_scalar("double", 0.1, 0, new_style=True, double_precision=True)
    writer.add_scalar("nan", float("nan"), 0)
    writer.add_histogram("edges", spread(np.arange(1000)), 0, bins=list(range(-4, 5)))
    writer.add_histogram("merged", spread(np.arange(1000)), 0, max_bins=100)
    writer.add_histogram_raw("counted", 0.0, 2.0, 5, 6.0, 8.0, [0.0, 1.0, 2.0], [0, 3, 2], 0)
    k = np.arange(4000)
    tone = ((k * 40) % 257).astype(np.float32) / np.float32(100) - np.float32(1.28)
    writer.add_audio("tone", tone, 0, sample_rate=8000)
    _, i, j = grid(1, 4, 3)
    vertices = torch.tensor((i == j + 1).astype(np.float32))
    colors = torch.tensor([[[255, 0, 0], [0, 255, 0], [0, 0, 255], [255, 255, 0]]])
    faces = torch.tensor([[[0, 1, 2], [0, 1, 3], [0, 2, 3], [1, 2, 3]]])
    writer.add_mesh("tetrahedron", vertices, colors=colors, faces=faces, global_step=0)
    charts = {"train and test": ["Multiline", ["loss/train", "loss/test"]],
              "with spread": ["Margin", ["loss/test", "loss/low", "loss/high"]]}
    writer.add_custom_scalars({"Losses": charts})
    writer.add_tensor("tensor", torch.tensor([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]), 0)
    for n, (lr, momentum) in enumerate([(0.1, True), (0.01, False), (0.001, True)]):
        hparams = {"lr": lr, "name": "abc", "momentum": momentum}
        writer.add_hparams(hparams, {"accuracy": 0.5 + lr}, {"lr": [0.1, 0.01, 0.001]}, f"session{n}", 0)
    i, j = grid(10, 4)
    n, c, y, x = grid(10, 3, 8, 8)
    writer.add_embedding(torch.tensor(pattern(i, j, i * j, 0)), [f"point {i}" for i in range(10)],
                         torch.tensor(pattern(n * 20, c, y, x)), 1, "points/a")


def write(logdir):
    writer = SummaryWriter(f"{logdir}/run1")
    for i in range(STEPS):
        series(writer, i)
    all_images(writer)
    one_of_each(writer)
    writer.close()
    first = SummaryWriter(f"{logdir}/restarted")
    for i in range(15):
        first.add_scalar("loss", float(i), i)
    first.close()
    second = SummaryWriter(f"{logdir}/restarted", purge_step=10, filename_suffix=".again")
    second.add_scalar("loss", 100.0, 10)
    second.close()
