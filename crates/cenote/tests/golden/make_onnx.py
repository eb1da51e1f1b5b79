"""Makes onnx.golden.gz from the pooling cases of the ONNX node tests: `python make_onnx.py [FOLDER]`.

FOLDER holds test_maxpool_1d_default and so on: `onnx/backend/test/data/node` of the unpacked wheel of onnx 1.19.1
(later ones no longer ship the files); by default that of the installed onnx. Any version of onnx can read them.
"""
import glob
import os
import sys

import numpy as np
import onnx
from onnx import numpy_helper

from golden_file import GoldenFile

DTYPES = {"float32": "f32", "uint8": "u8", "int64": "i64"}
OPERATORS = {"MaxPool", "AveragePool", "LpPool", "MaxUnpool", "GlobalMaxPool", "GlobalAveragePool", "GlobalLpPool"}


def values(path):
    with open(path, "rb") as file:
        array = numpy_helper.to_array(onnx.TensorProto.FromString(file.read()))
    return DTYPES[array.dtype.name], array


def attribute(attribute):
    value = onnx.helper.get_attribute_value(attribute)
    if isinstance(value, bytes):
        return value.decode()
    return list(value) if hasattr(value, "__len__") else value


def add(file, folder):
    """Adds the case in a folder, if it is one node that pools."""
    model = onnx.load(os.path.join(folder, "model.onnx"))
    node = model.graph.node[0]
    if len(model.graph.node) != 1 or node.op_type not in OPERATORS:
        return
    args = {a.name: attribute(a) for a in node.attribute}
    inputs = [values(path) for path in sorted(glob.glob(os.path.join(folder, "test_data_set_0", "input_*.pb")))]
    outputs = [values(path) for path in sorted(glob.glob(os.path.join(folder, "test_data_set_0", "output_*.pb")))]
    tensors = {"input": inputs[0], "output": outputs[0]}
    if node.op_type == "MaxUnpool":
        tensors["unpool_indices"] = inputs[1]
        if len(inputs) > 2:
            args["output_shape"] = np.asarray(inputs[2][1]).tolist()
    elif len(outputs) > 1:
        tensors["indices"] = outputs[1]
    opset = next(entry.version for entry in model.opset_import if not entry.domain)
    file.add(os.path.basename(folder), node.op_type, args, tensors, opset=opset)


def main():
    default = os.path.join(os.path.dirname(onnx.__file__), "backend", "test", "data", "node")
    folder = sys.argv[1] if len(sys.argv) > 1 else default
    file = GoldenFile("onnx 1.19.1, backend/test/data/node", "Apache-2.0 (ONNX, Copyright (c) ONNX Project Contributors)",
                      ["Compare as ONNX does: rtol 1e-3, atol 1e-7.",
                       "args are the node's attributes, and output_shape, which MaxUnpool has as its third input."])
    for case in sorted(glob.glob(os.path.join(folder, "test_*pool*"))):
        add(file, case)
    count = len(file.header["cases"])
    if count != 53:
        sys.exit(f"{folder} holds {count} pooling cases, not the 53 of onnx 1.19.1")
    size = file.write(os.path.join(os.path.dirname(os.path.abspath(__file__)), "onnx.golden.gz"))
    print(f"onnx: {count} cases, {size / 1e3:.0f} kB")


if __name__ == "__main__":
    main()
