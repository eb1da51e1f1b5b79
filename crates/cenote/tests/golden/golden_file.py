"""The container of the golden files: cases with their tensors, gzipped. README.md describes it."""
import gzip
import json
import os
import struct

import numpy as np

# numpy has no bf16: its bits travel as uint16.
DTYPES = {"f16": np.float16, "f32": np.float32, "f64": np.float64, "bf16": np.uint16,
          "u8": np.uint8, "i8": np.int8, "i16": np.int16, "i32": np.int32, "i64": np.int64}


class GoldenFile:
    """Collects cases, and writes them as one `NAME.golden.gz`.

    Equal tensors are stored once: the offset is shared.
    """

    def __init__(self, source, licence, notes=()):
        self.header = {"source": source, "licence": licence, "notes": list(notes), "cases": []}
        self.names = set()
        self.offsets = {}
        self.chunks = []
        self.size = 0

    def add(self, name, layer, args, tensors, memory_format="contiguous", **extra):
        """Adds a case. `tensors` maps a role ("input", "output" …) to (dtype name, numpy array)."""
        if name in self.names:
            raise ValueError(f"two cases are called {name!r}")
        self.names.add(name)
        case = {"name": name, "layer": layer, "args": args, "memory_format": memory_format,
                "tensors": {role: self._store(*t) for role, t in tensors.items() if t is not None}}
        case.update((key, value) for key, value in extra.items() if value is not None)
        self.header["cases"].append(case)

    def _store(self, dtype, array):
        data = np.ascontiguousarray(array, dtype=np.dtype(DTYPES[dtype]).newbyteorder("<")).tobytes()
        if data not in self.offsets:
            padding = -self.size % 8  # each tensor begins at a multiple of 8
            self.chunks += [bytes(padding), data]
            self.offsets[data] = self.size + padding
            self.size += padding + len(data)
        return {"dtype": dtype, "shape": list(array.shape), "offset": self.offsets[data], "len": len(data)}

    def write(self, path):
        """Writes the file whole or not at all; equal cases give equal bytes."""
        header = json.dumps(self.header, separators=(",", ":"), allow_nan=False).encode()
        header += b" " * (-len(header) % 8)
        content = struct.pack("<Q", len(header)) + header + b"".join(self.chunks)
        packed = gzip.compress(content, 9, mtime=0)
        with open(path + ".part", "wb") as out:
            out.write(packed)
        os.replace(path + ".part", path)
        return len(packed)


def read(path):
    """The header of a golden file, and a function that gives a stored tensor as a numpy array."""
    with gzip.open(path) as file:
        content = file.read()
    (length,) = struct.unpack_from("<Q", content)
    header = json.loads(content[8:8 + length])

    def tensor(entry):
        start = 8 + length + entry["offset"]
        flat = np.frombuffer(content[start:start + entry["len"]], np.dtype(DTYPES[entry["dtype"]]).newbyteorder("<"))
        return flat.reshape(entry["shape"])

    return header, tensor
