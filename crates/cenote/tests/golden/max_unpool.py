"""Max unpooling, chosen by hand."""
import torch
import torch.nn.functional as F

from torch_cases import DTYPES, FLOATS, Call, exact_gradient, normal, record, special, ties, torch_file

LIMIT = "torch refuses this element type only because it has no kernel for it"
UNCHECKED = "torch does not check kernel_size and stride in 1-D and 2-D"

# Shape of the pooled axes, the pooling that makes the indices, and the size to unpool to (None: what pooling came from).
GEOMETRIES = {
    1: [([8], dict(kernel_size=[2]), None), ([9], dict(kernel_size=[2]), [9]), ([10], dict(kernel_size=[3], stride=[2], padding=[1]), [10]),
        ([7], dict(kernel_size=[3], stride=[3]), [7])],
    2: [([6, 8], dict(kernel_size=[2, 2]), None), ([7, 9], dict(kernel_size=[2, 3]), [7, 9]),
        ([8, 7], dict(kernel_size=[3, 3], stride=[2, 2], padding=[1, 1]), [8, 7]), ([9, 7], dict(kernel_size=[3, 2], stride=[3, 1]), None)],
    3: [([4, 6, 8], dict(kernel_size=[2, 2, 2]), None), ([5, 6, 7], dict(kernel_size=[2, 3, 2]), [5, 6, 7]),
        ([6, 5, 7], dict(kernel_size=[3, 3, 3], stride=[2, 2, 2], padding=[1, 1, 1]), [6, 5, 7])],
}


def add(file, name, x, indices, args, memory_format="contiguous", gradient=exact_gradient, **extra):
    args = dict(args)
    layer = args.pop("layer", None) or f"max_unpool{x.dim() - 2}d"
    record(file, name, Call(layer, args, unpool_indices=indices), x, memory_format, gradient, **extra)


def pooled(x, axes, args):
    return getattr(F, f"max_pool{axes}d")(x, **args, return_indices=True)


def geometries(file):
    for axes, table in GEOMETRIES.items():
        for number, (sizes, args, size) in enumerate(table):
            layer = f"max_unpool{axes}d"
            base = f"{layer} {'x'.join(map(str, sizes))} #{number}"
            call = args if size is None else {**args, "output_size": size}
            values, indices = pooled(normal(base, [2, 3, *sizes]), axes, args)
            add(file, base, values, indices, call)
            add(file, f"{base} unbatched", values[1], indices[1], {"layer": layer, **call})
            add(file, f"{base} ties", *pooled(ties(base, [2, 2, *sizes]), axes, args), call)
            if size is not None:
                add(file, f"{base} whole output_size", values, indices, {**args, "output_size": [2, 3, *size]})
            for dtype in FLOATS[1:]:
                add(file, f"{base} {dtype}", special(base, values.shape, dtype), indices, call)
            if axes > 1:
                add(file, f"{base} channels_last", values, indices, call, "channels_last")


def corners(file):
    row = torch.tensor([[[1, 2, 3.0]]])
    add(file, "the last of equal indices wins", row, torch.tensor([[[1, 1, 5]]]), dict(kernel_size=2))
    add(file, "descending indices", row, torch.tensor([[[5, 3, 0]]]), dict(kernel_size=2))
    add(file, "NaN is unpooled like any value", torch.tensor([[[float("nan"), -0.0, 3]]]), torch.tensor([[[0, 2, 4]]]), dict(kernel_size=2))
    add(file, "one list entry", row, torch.tensor([[[0, 2, 4]]]), dict(kernel_size=[2], stride=[2], padding=[0]))
    add(file, "no stride", row, torch.tensor([[[0, 2, 4]]]), dict(kernel_size=2, stride=None))
    for size in range(4, 9):
        add(file, f"output_size {size}", row, torch.tensor([[[0, 2, 3]]]), dict(kernel_size=2, output_size=[size]))
    for axes in (1, 2, 3):
        shape = [0, 3, 2, 3, 4][:axes + 2]
        add(file, f"{axes}d empty batch", torch.zeros(shape), torch.zeros(shape, dtype=torch.int64), dict(kernel_size=2))
        shape[0] = 1
        for dtype in ("u8", "i8", "i16", "i32", "i64"):
            x = ties("unpool", shape, dtype) if dtype == "u8" else ties("unpool", shape).to(DTYPES[dtype])
            indices = torch.arange(x[0, 0].numel()).view(shape[2:]).expand(shape).contiguous()
            add(file, f"{axes}d {dtype}", x, indices, dict(kernel_size=2), gradient=None, torch_limit=LIMIT)


def refusals(file):
    for axes in (1, 2, 3):
        shape = [2, 3, 2, 3, 4][:axes + 2]
        layer, x, indices = f"max_unpool{axes}d", ties("unpool", shape), torch.zeros(shape, dtype=torch.int64)
        plane = 1
        for size in shape[2:]:
            plane *= 2 * size
        def wrong(value, at=-1):
            changed = indices.clone()
            changed.view(-1)[at] = value
            return changed
        add(file, f"{layer} index -1", x, wrong(-1), dict(kernel_size=2))
        add(file, f"{layer} index of the plane's size", x, wrong(plane), dict(kernel_size=2))
        add(file, f"{layer} the largest index", x, wrong(plane - 1), dict(kernel_size=2))
        add(file, f"{layer} a huge index", x, wrong(2**62, 0), dict(kernel_size=2))
        add(file, f"{layer} i32 indices", x, indices.int(), dict(kernel_size=2))
        add(file, f"{layer} indices of another shape", x, indices[:1], dict(kernel_size=2))
        bad = [("output_size too small", dict(kernel_size=2, output_size=[2 * size - 2 for size in shape[2:]])),
               ("output_size too large", dict(kernel_size=2, output_size=[2 * size + 2 for size in shape[2:]])),
               ("output_size of another length", dict(kernel_size=2, output_size=[4] * (axes + 1))),
               ("too many sizes", dict(kernel_size=[2] * 4)), ("a negative output", dict(kernel_size=1, padding=9)),
               ("kernel_size 0", dict(kernel_size=0, stride=2)), ("stride 0", dict(kernel_size=2, stride=0)),
               ("kernel_size -1", dict(kernel_size=-1, stride=3)), ("stride -1", dict(kernel_size=9, stride=-1))]
        for name, args in bad:
            add(file, f"{layer} {name}", x, indices, args, gradient=None, quirk=UNCHECKED)
        for name, size in [("rank too low", shape[2:]), ("no channels", [2, 0, *shape[2:]]), ("empty last axis", [*shape[:-1], 0])]:
            add(file, f"{layer} {name}", torch.zeros(size), torch.zeros(size, dtype=torch.int64), {"layer": layer, "kernel_size": 2})


def make():
    file = torch_file("max unpooling, chosen by hand")
    corners(file)
    geometries(file)
    refusals(file)
    return file
