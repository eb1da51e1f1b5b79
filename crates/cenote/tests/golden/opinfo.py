"""The samples that torch ships for its own tests of the pooling operators (op_db), in f32, and their bad inputs."""
import inspect

import torch
import torch.nn.functional as F
from torch.testing._internal.common_methods_invocations import op_db

from torch_cases import FORMATS, NAMES, Call, exact_gradient, generator, record, torch_file

# The file of every operator; opinfo_max_pool has several thousand samples.
MAX = {"nn.functional.max_pool1d", "nn.functional.max_pool2d", "max_pool2d_with_indices_backward", "nn.functional.max_pool3d"}
# The arguments of functions that Python has no signature of.
BUILT_IN = {"avg_pool1d": ["kernel_size", "stride", "padding", "ceil_mode", "count_include_pad"],
            "avg_pool2d": ["kernel_size", "stride", "padding", "ceil_mode", "count_include_pad", "divisor_override"],
            "avg_pool3d": ["kernel_size", "stride", "padding", "ceil_mode", "count_include_pad", "divisor_override"],
            "adaptive_avg_pool1d": ["output_size"],
            "max_pool1d": ["kernel_size", "stride", "padding", "dilation", "ceil_mode", "return_indices"]}
BUILT_IN["max_pool2d"] = BUILT_IN["max_pool3d"] = BUILT_IN["max_pool1d"]
BUILT_IN["adaptive_max_pool1d"] = BUILT_IN["adaptive_max_pool2d"] = BUILT_IN["adaptive_max_pool3d"] = ["output_size", "return_indices"]
for rank in (2, 3):
    BUILT_IN[f"fractional_max_pool{rank}d"] = ["kernel_size", "output_size", "output_ratio", "return_indices", "_random_samples"]


def parameters(layer):
    return BUILT_IN.get(layer) or list(inspect.signature(getattr(F, layer)).parameters)[1:]


def plain(value):
    """An argument as JSON can hold it."""
    return [plain(entry) for entry in value] if isinstance(value, (list, tuple)) else value


def call_of(layer, sample):
    """The call that a sample stands for; fractional pooling gets samples of its own where it has none."""
    args = {**dict(zip(parameters(layer), sample.args)), **sample.kwargs}
    indices = args.pop("return_indices", None)
    unpool, samples = args.pop("indices", None), args.pop("_random_samples", None)
    args = {key: plain(value) for key, value in args.items()}
    return Call(layer, args, indices, samples, unpool)


def memory_format(x, axes):
    channels_last = FORMATS.get(axes)
    if x.dim() == axes + 2 and channels_last and not x.is_contiguous() and x.is_contiguous(memory_format=channels_last):
        return "channels_last"
    return "contiguous"


def ones(_, output):
    return torch.ones_like(output)


def add_samples(file, op):
    """All samples of an operator."""
    torch.manual_seed(0)
    layer = "max_pool2d" if op.name.startswith("max_pool2d_with") else op.name.removeprefix("nn.functional.")
    gradient = ones if op.name.endswith("_backward") else exact_gradient
    title = " ".join(filter(None, [op.name, op.variant_test_name]))
    for number, sample in enumerate(op.sample_inputs("cpu", torch.float32)):
        call, name = call_of(layer, sample), f"{title} {number}"
        x = sample.input
        if layer.startswith("fractional") and call.samples is None:
            batch = x.shape[0] if x.dim() == call.axes + 2 else 1
            call.samples = torch.rand([batch, x.shape[-call.axes - 1], call.axes], generator=generator(name))
        record(file, name, call, x, memory_format(x, call.axes), gradient)


def add_errors(file, op):
    """All bad inputs of an operator that a golden file can hold."""
    torch.manual_seed(0)
    if op.error_inputs_func is None:
        return
    layer = op.name.removeprefix("nn.functional.")
    for number, error in enumerate(op.error_inputs("cpu")):
        call, x = call_of(layer, error.sample_input), error.sample_input.input
        unpool = call.unpool_indices
        if x.dtype in NAMES and (unpool is None or unpool.dtype in NAMES):
            record(file, f"{op.name} error {number}", call, x)
        else:
            print(f"left out: {op.name} error {number}, {x.dtype}")


def make(of_max):
    file = torch_file("every sample of torch.testing._internal.common_methods_invocations.op_db for its pooling operators, "
                      "f32, by the number that it has there; none is left out")
    for op in op_db:
        if "pool" in op.name and (op.name in MAX) == of_max:
            add_samples(file, op)
            add_errors(file, op)
    return file
