"""How fast torch's add_images and add_scalar are, for examples/image_rate.rs to be compared with.

usage: python rate_of_torch.py CIFAR_BATCH.bin [REPEATS]
Logs the same batches of 64 images as f32 NCHW, and prints medians: milliseconds a batch and microseconds a scalar, each
until the file is whole, and the size of the file of images.
"""
import os
import statistics
import sys
import tempfile
import time

import numpy as np
from torch.utils.tensorboard import SummaryWriter

SCALARS = 20_000


def timed(log):
    """Seconds that logging took, with opening and closing, and the bytes that it wrote."""
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        writer = SummaryWriter(folder)
        log(writer)
        writer.close()
        seconds = time.perf_counter() - start
        return seconds, sum(os.path.getsize(os.path.join(folder, name)) for name in os.listdir(folder))


def main():
    records = np.fromfile(sys.argv[1], np.uint8).reshape(-1, 3073)[:, 1:].reshape(-1, 3, 32, 32)
    images = records.astype(np.float32) / 255
    batches = [images[start:start + 64] for start in range(0, len(images), 64)]
    repeats = int(sys.argv[2]) if len(sys.argv) > 2 else 5

    def all_images(writer):
        for step, batch in enumerate(batches):
            writer.add_images("input", batch, step)

    def all_scalars(writer):
        for step in range(SCALARS):
            writer.add_scalar("loss", 1.0 / (step + 1), step)

    seconds, sizes = zip(*(timed(all_images) for _ in range(repeats)))
    print(f"add_images: {statistics.median(seconds) / len(batches) * 1e3:.2f} ms a batch, {sizes[0]} bytes")
    seconds, _ = zip(*(timed(all_scalars) for _ in range(repeats)))
    print(f"add_scalar: {statistics.median(seconds) / SCALARS * 1e6:.2f} µs")


main()
