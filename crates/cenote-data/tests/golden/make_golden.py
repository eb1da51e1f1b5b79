"""Writes what torchvision makes of one picture, for tests/transforms_golden.rs.

usage: python make_golden.py
needs: torch 2.15, torchvision 0.29, Pillow 13.0, scikit-image 0.26 (whose photograph of a cat, by Stefan van der Walt, is CC0)
"""

import pathlib

import skimage.data
import torch
from PIL import Image
from torchvision import transforms
from torchvision.transforms import functional

HERE = pathlib.Path(__file__).parent
RESIZE = [24, 40, 83, [50, 31], [120, 200], [83, 20], [7, 127], [1, 1]]
# Pillow 13 scales the height first where more than twice as many rows go as columns: so in these, but for the third.
RESIZE += [[20, 110], [10, 140], [23, 97], [22, 97]]
JPEG = {
    "baseline": {},
    "progressive": {"progressive": True},
    "restarts": {"restart_marker_blocks": 2},
    "grey": {"mode": "L"},
    "cmyk": {"mode": "CMYK"},
}
CENTER_CROP = [32, [50, 61], [100, 150], [90, 20], [20, 130], [83, 127]]
CROP = [(0, 0), (3, 5), (8, 8), (67, 119), (71, 111)]
COLOR = {"brightness": [0.4, 1.7], "contrast": [0.3, 1.9], "saturation": [0.0, 0.6, 2.3], "hue": [-0.3, 0.1, 0.5]}
MEAN, STD = [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]


def name(kind, size):
    numbers = size if isinstance(size, (list, tuple)) else [size]
    return HERE / "_".join([kind, *map(str, numbers)])


def save(kind, size, picture):
    picture.save(f"{name(kind, size)}.png", optimize=True)


def save_tensor(kind, tensor):
    (HERE / f"{kind}.bin").write_bytes(tensor.to(torch.float32).numpy().astype("<f4").tobytes())


def main():
    cat = Image.fromarray(skimage.data.chelsea())
    picture = cat.crop((130, 90, 257, 173))  # 127 columns, 83 rows
    picture.save(HERE / "picture.png", optimize=True)
    for size in RESIZE:
        save("resize", size, transforms.Resize(size)(picture))
    for size in CENTER_CROP:
        save("center_crop", size, transforms.CenterCrop(size)(picture))
    padded = functional.pad(picture, [4, 4, 4, 4])
    for top, left in CROP:
        save("pad_4_crop", (top, left), functional.crop(padded, top, left, 20, 24))
    save("hflip", (), functional.hflip(picture))
    save("vflip", (), functional.vflip(picture))
    part = picture.crop((40, 20, 88, 56))
    for kind, factors in COLOR.items():
        for factor in factors:
            save(kind, factor, getattr(functional, f"adjust_{kind}")(part, factor))
    for kind, options in JPEG.items():
        mode = options.pop("mode", "RGB")
        picture.convert(mode).save(HERE / f"{kind}.jpg", quality=75, **options)
    levels = Image.frombytes("L", (16, 16), bytes(range(256)))
    save_tensor("to_tensor", transforms.ToTensor()(levels))
    small = transforms.ToTensor()(picture.crop((0, 0, 12, 10)))
    save_tensor("normalize", transforms.Normalize(MEAN, STD)(small))


if __name__ == "__main__":
    main()
