#!/usr/bin/env python3
"""Checks a log directory of `cenote run` with TensorBoard's own reader, pixel for pixel.

    check_tensorboard.py --logdir logs --dataset crates/cenote-data/sample/sample.bin
    check_tensorboard.py --logdir logs --against other-logs

With --dataset, what the log must hold is computed here from the images: batches in order, max pooling, and the
picture that `SummaryWriter.add_images` of torch makes of a batch. With --against, a second log must hold the same.
Prints one line; the exit code is 0 only if all is as it should be. Needs requirements-ci.txt, and no torch.
"""
import argparse
import io
import os
import sys

import numpy as np
from PIL import Image
from tensorboard import context
from tensorboard.backend.event_processing import data_provider, event_accumulator, plugin_event_multiplexer

COLUMNS = 8


class Difference(Exception):
    """What is not as it should be."""


def sizes(text):
    """`3` or `3,2`: one size for each axis."""
    values = [int(size) for size in text.split(",")]
    if len(values) not in (1, 2):
        raise argparse.ArgumentTypeError(f"{text} is neither one size nor two (height,width)")
    return values * 2 if len(values) == 1 else values


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--logdir", required=True, help="the log directory to check")
    parser.add_argument("--dataset", nargs="+", metavar="FILE.bin", help="the images, in CIFAR's binary layout")
    parser.add_argument("--against", metavar="LOGDIR", help="a log directory that must hold the same pictures")
    parser.add_argument("--label-bytes", type=int, default=1, help="labels before each image: 1 in CIFAR-10, 2 in CIFAR-100")
    parser.add_argument("--limit", type=int, help="use only the first images of the dataset")
    parser.add_argument("--batch-size", type=int, default=64)
    parser.add_argument("--kernel-size", type=sizes, default=[3, 3])
    parser.add_argument("--stride", type=sizes, help="default: kernel size")
    parser.add_argument("--padding", type=sizes, default=[0, 0])
    parser.add_argument("--dilation", type=sizes, default=[1, 1])
    parser.add_argument("--ceil-mode", action=argparse.BooleanOptionalAction, default=True)
    given = parser.parse_args()
    if not given.dataset and not given.against:
        parser.error("give --dataset, --against, or both")
    given.stride = given.stride or given.kernel_size
    return given


def read_images(files, label_bytes):
    """All images of files in CIFAR's binary layout: (N, 3, 32, 32), u8."""
    record = label_bytes + 3 * 32 * 32
    images = []
    for path in files:
        content = np.fromfile(path, np.uint8)
        if content.size == 0 or content.size % record:
            raise Difference(f"{path} has {content.size} bytes, which is no multiple of {record}")
        images.append(content.reshape(-1, record)[:, label_bytes:].reshape(-1, 3, 32, 32))
    return np.concatenate(images)


def output_size(size, kernel, stride, padding, dilation, ceil_mode):
    """How many windows an axis has; in ceil mode the last one must begin inside the input or the padding before it."""
    space = size + 2 * padding - dilation * (kernel - 1) - 1
    windows = (space + (stride - 1 if ceil_mode else 0)) // stride + 1
    return windows - 1 if ceil_mode and (windows - 1) * stride >= size + padding else windows


def max_pool(images, given):
    """Max pooling of (N, C, H, W), f32."""
    geometry = list(zip(images.shape[2:], given.kernel_size, given.stride, given.padding, given.dilation))
    counts = [output_size(*axis, given.ceil_mode) for axis in geometry]
    reach = [max((o - 1) * s + d * (k - 1) + 1, p + i) for o, (i, k, s, p, d) in zip(counts, geometry)]
    padded = np.full((*images.shape[:2], *reach), -np.inf, np.float32)
    (_, _, _, top, _), (_, _, _, left, _) = geometry
    padded[:, :, top:top + images.shape[2], left:left + images.shape[3]] = images
    (rows, columns), output = counts, None
    for y in range(given.kernel_size[0]):
        for x in range(given.kernel_size[1]):
            tap = padded[:, :, y * given.dilation[0]:, x * given.dilation[1]:]
            tap = tap[:, :, ::given.stride[0], ::given.stride[1]][:, :, :rows, :columns]
            output = tap if output is None else np.maximum(output, tap)
    return output


def grid(batch):
    """The picture of a batch as torch's add_images makes it: eight columns, row by row, black where there is none."""
    pixels = (batch * np.float32(255)).clip(0, 255).astype(np.uint8)
    count, channels, height, width = pixels.shape
    columns = min(count, COLUMNS)
    rows = -(-count // columns)
    picture = np.zeros((rows * height, columns * width, channels), np.uint8)
    for number, image in enumerate(pixels):
        y, x = number // columns * height, number % columns * width
        picture[y:y + height, x:x + width] = image.transpose(1, 2, 0)
    return picture


def expected(given):
    """The pictures that the log must hold: tag → list by step."""
    images = read_images(given.dataset, given.label_bytes)[:given.limit]
    pictures = {"input": [], "output": []}
    for start in range(0, len(images), given.batch_size):
        batch = images[start:start + given.batch_size].astype(np.float32) / np.float32(255)
        pictures["input"].append(grid(batch))
        pictures["output"].append(grid(max_pool(batch, given)))
    return pictures


def logged(logdir):
    """The pictures that a log holds, decoded: tag → list by step."""
    if not os.path.isdir(logdir):
        raise Difference(f"{logdir} is no folder")
    log = event_accumulator.EventAccumulator(logdir, size_guidance={event_accumulator.IMAGES: 0})
    log.Reload()
    tags = log.Tags()["images"]
    if sorted(tags) != ["input", "output"]:
        raise Difference(f"{logdir} has the image tags {sorted(tags)}, not ['input', 'output']")
    return {tag: [decoded(logdir, tag, step, event) for step, event in enumerate(log.Images(tag))] for tag in tags}


def check_description(given):
    """The output must say which layer it is of, to the reader that TensorBoard shows pages from."""
    log = plugin_event_multiplexer.EventMultiplexer()
    log.AddRun(given.logdir, "run")
    log.Reload()
    tags = data_provider.MultiplexerDataProvider(log, given.logdir).list_blob_sequences(
        context.RequestContext(), experiment_id="", plugin_name="images")["run"]
    said, wanted = tags["output"].description, f"`MaxPool2d(kernel_size={given.kernel_size[0]}, "
    if not said.startswith(wanted):
        raise Difference(f"{given.logdir}: output says that it is {said!r}, not {wanted!r}…")


def decoded(logdir, tag, step, event):
    place = f"{logdir}: {tag} {step}"
    if event.step != step:
        raise Difference(f"{place} has step {event.step}")
    with Image.open(io.BytesIO(event.encoded_image_string)) as image:
        if image.format != "PNG" or image.mode != "RGB":
            raise Difference(f"{place} is {image.format} of mode {image.mode}, not PNG of mode RGB")
        if image.size != (event.width, event.height):
            raise Difference(f"{place} is {image.size}, and its summary says {(event.width, event.height)}")
        return np.asarray(image)


def compare(ours, theirs, name):
    """How many pictures two logs share; raises at the first difference."""
    for tag, pictures in theirs.items():
        if len(ours[tag]) != len(pictures):
            raise Difference(f"{tag} has {len(ours[tag])} steps, {name} {len(pictures)}")
        for step, (given, wanted) in enumerate(zip(ours[tag], pictures)):
            if given.shape != wanted.shape:
                raise Difference(f"{tag} {step} has shape {given.shape}, {name} {wanted.shape}")
            wrong = np.argwhere(given != wanted)
            if len(wrong):
                y, x, channel = wrong[0]
                raise Difference(f"{tag} {step} differs from {name} in {len(wrong)} values, first at row {y}, column {x}, "
                                 f"channel {channel}: {given[y, x, channel]} for {wanted[y, x, channel]}")
    return sum(len(pictures) for pictures in theirs.values())


def main():
    given = arguments()
    try:
        log, done = logged(given.logdir), []
        if given.dataset:
            check_description(given)
            done.append(f"{compare(log, expected(given), 'the dataset')} as computed from the dataset")
        if given.against:
            done.append(f"{compare(log, logged(given.against), given.against)} as in {given.against}")
    except Difference as difference:
        sys.exit(f"differs: {difference}")
    print(f"equal: {given.logdir}, {len(log['input'])} steps, pictures: {', '.join(done)}")


if __name__ == "__main__":
    main()
