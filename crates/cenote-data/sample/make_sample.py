"""Cuts the embedded sample out of six free photographs, in the binary layout of CIFAR-10.

usage: python make_sample.py [CONTACT_SHEET.png]
needs: scikit-image 0.26, Pillow. Downloads nothing: every photograph ships inside scikit-image.

Writes sample.bin beside this file: 300 records of one label byte and 3072 pixel bytes (channel by channel).
The same versions give the same bytes. README.md beside this file names the source and licence of each photograph.
"""

import pathlib
import random
import sys

import numpy
import skimage.data
from PIL import Image

EDGE = 32
PER_PHOTOGRAPH = 50

# name of the class -> how the photograph is loaded, the square in it that holds its subject (left, top, edge),
# and how close the looks come (edges as parts of that square's: the widest and the closest)
PHOTOGRAPHS = {
    "astronaut": (skimage.data.astronaut, (70, 0, 330), (0.92, 0.45)),
    "cat": (skimage.data.chelsea, (70, 0, 300), (0.92, 0.40)),
    "coffee": (skimage.data.coffee, (140, 0, 400), (0.92, 0.45)),
    "galaxies": (skimage.data.hubble_deep_field, (0, 0, 872), (0.40, 0.10)),
    "retina": (skimage.data.retina, (0, 0, 1411), (0.92, 0.30)),
    "rocket": (skimage.data.rocket, (180, 40, 360), (0.92, 0.45)),
}


def squares(subject, closeness, count, rng):
    """Yields `count` squares (left, top, edge): the subject first, then closer and closer looks around it."""
    left, top, edge = subject
    widest, closest = closeness
    yield subject
    for index in range(1, count):
        closer = round(edge * (widest - (widest - closest) * index / (count - 1)))
        slack = edge - closer
        yield left + rng.randint(0, slack), top + rng.randint(0, slack), closer


def main():
    rng = random.Random(32)
    records = []
    for label, (load, subject, closeness) in enumerate(PHOTOGRAPHS.values()):
        photograph = Image.fromarray(load()).convert("RGB")
        for index, (left, top, edge) in enumerate(squares(subject, closeness, PER_PHOTOGRAPH, rng)):
            box = (left, top, left + edge, top + edge)
            assert box[2] <= photograph.width and box[3] <= photograph.height, (label, box, photograph.size)
            small = photograph.resize((EDGE, EDGE), Image.Resampling.LANCZOS, box=box)
            if index % 2:
                small = small.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
            records.append((label, numpy.asarray(small)))
    rng.shuffle(records)
    here = pathlib.Path(__file__).parent
    with open(here / "sample.bin", "wb") as file:
        for label, pixels in records:
            file.write(bytes([label]) + pixels.transpose(2, 0, 1).tobytes())
    if len(sys.argv) > 1:
        columns = 20
        rows = -(-len(records) // columns)
        sheet = numpy.zeros((rows * EDGE, columns * EDGE, 3), numpy.uint8)
        for index, (_, pixels) in enumerate(records):
            row, column = divmod(index, columns)
            sheet[row * EDGE : (row + 1) * EDGE, column * EDGE : (column + 1) * EDGE] = pixels
        Image.fromarray(sheet).resize((columns * EDGE * 2, rows * EDGE * 2), Image.Resampling.NEAREST).save(sys.argv[1])


if __name__ == "__main__":
    main()
