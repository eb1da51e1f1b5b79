"""Makes the golden files from PyTorch: `python make_golden.py [NAME …]`, by default all of them.

Needs torch 2.15.0 and, for its own samples, expecttest. README.md says what is in the files.
"""
import os
import sys
import warnings
from functools import partial

warnings.filterwarnings("ignore")
import torch

import adaptive_pool
import avg_pool
import fractional_pool
import lp_pool
import max_pool
import max_unpool
import opinfo
import torch_test_pooling

FILES = {
    "max_pool": max_pool.make,
    "avg_pool": avg_pool.make,
    "lp_pool": lp_pool.make,
    "adaptive_pool": adaptive_pool.make,
    "fractional_pool": fractional_pool.make,
    "max_unpool": max_unpool.make,
    "test_pooling": torch_test_pooling.make,
    "opinfo": partial(opinfo.make, of_max=False),
    "opinfo_max_pool": partial(opinfo.make, of_max=True),
}


def main():
    torch.set_num_threads(1)
    folder = os.path.dirname(os.path.abspath(__file__))
    for name in sys.argv[1:] or FILES:
        file = FILES[name]()
        size = file.write(os.path.join(folder, f"{name}.golden.gz"))
        errors = sum("error" in case for case in file.header["cases"])
        print(f"{name}: {len(file.header['cases'])} cases ({errors} refused), {size / 1e3:.0f} kB")


if __name__ == "__main__":
    main()
