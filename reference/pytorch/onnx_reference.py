"""Golden cases of ONNX networks in float64: an interpreter of ONNX in PyTorch, whose gradients are autograd's.

    python onnx_reference.py FEATURES.json CASES.json

FEATURES.json is a list of {"file", "batch", "input", "features", "channelAxes", "parameters"}, as `zeroscout inspect FILE
--json` has them for each block; files lie beside it. CASES.json gets the cases, in the form of
test/goldens/onnx, with `float32Deviation`: by how much PyTorch itself is off in float32. Needs torch, numpy and onnx.
Weights are those of tensors.py by the names of initializers: He for two dimensions and more, 1 for scales, 0 for shifts.
"""
import json
import math
import sys
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import numpy_helper
from torch.nn import functional as F

sys.path.insert(0, str(Path(__file__).parent))
from tensors import scaled, uniform  # noqa: E402


def weight(name: str, dims: list[int], dtype: torch.dtype) -> torch.Tensor:
    shape = torch.Size(dims)
    if len(dims) > 1:
        fan_in = shape[1:].numel()
        values = (uniform(name, shape.numel()) - 0.5) * (math.sqrt(12) * math.sqrt(2 / fan_in))
        return torch.from_numpy(values.astype(np.float32)).reshape(shape).to(dtype)
    return torch.full(shape, 1.0 if name.endswith("weight") else 0.0, dtype=dtype)


def attributes(node) -> dict:
    out = {}
    for a in node.attribute:
        value = onnx.helper.get_attribute_value(a)
        out[a.name] = value.decode() if isinstance(value, bytes) else value
    return out


class Network:
    """Runs a graph between named tensors."""

    def __init__(self, path: str, dtype: torch.dtype):
        model = onnx.load(path)
        self.dtype, self.graph = dtype, model.graph
        self.fixed = {}
        for t in model.graph.initializer:
            n = math.prod(t.dims)
            has_data = bool(t.raw_data or t.float_data or t.int64_data or t.int32_data)
            if t.data_type == onnx.TensorProto.FLOAT and not (has_data and n == 1):
                self.fixed[t.name] = weight(t.name, list(t.dims), dtype)
            else:
                self.fixed[t.name] = self.tensor(t)
        self.input = next(i.name for i in model.graph.input if i.name not in self.fixed)

    def tensor(self, t) -> torch.Tensor:
        value = torch.from_numpy(np.array(numpy_helper.to_array(t)))
        return value.to(self.dtype) if value.is_floating_point() else value

    def run(self, known: dict, wanted: str) -> dict:
        """All values that `wanted` needs, from those that are known."""
        values = {**self.fixed, **known}
        makers = {name: node for node in self.graph.node for name in node.output}
        order, stack, seen = [], [wanted], set()
        while stack:
            name = stack[-1]
            if name in values or name == "" or name in seen:
                stack.pop()
                continue
            node = makers[name]
            missing = [i for i in node.input if i and i not in values and i not in seen]
            if missing:
                stack.extend(missing)
                continue
            order.append(node)
            seen.update(node.output)
            stack.pop()
        for node in order:
            inputs = [values[i] if i else None for i in node.input]
            outputs = OPS[node.op_type](self, inputs, attributes(node), node)
            if not isinstance(outputs, (list, tuple)):
                outputs = [outputs]
            values.update(zip(node.output, outputs))
        return values


def windows(a, n):
    strides, dilations = a.get("strides", [1] * n), a.get("dilations", [1] * n)
    return strides, dilations, a.get("pads", [0] * 2 * n)


def padded(x, pads, value=0.0):
    n = len(pads) // 2
    flat = [p for i in reversed(range(n)) for p in (pads[i], pads[i + n])]
    return F.pad(x, flat, value=value) if any(pads) else x


def conv(net, x, a, node):
    n = x[1].dim() - 2
    strides, dilations, pads = windows(a, n)
    f = {1: F.conv1d, 2: F.conv2d, 3: F.conv3d}[n]
    return f(padded(x[0], pads), x[1], x[2] if len(x) > 2 else None, strides, 0, dilations, a.get("group", 1))


def max_pool(net, x, a, node):
    strides, dilations, pads = windows(a, len(a["kernel_shape"]))
    return F.max_pool2d(padded(x[0], pads, -math.inf), a["kernel_shape"], strides, 0, dilations, bool(a.get("ceil_mode", 0)))


def average_pool(net, x, a, node):
    strides, _, pads = windows(a, len(a["kernel_shape"]))
    half = pads[: len(pads) // 2]
    if half == pads[len(pads) // 2 :]:
        return F.avg_pool2d(x[0], a["kernel_shape"], strides, half, bool(a.get("ceil_mode", 0)), bool(a.get("count_include_pad", 0)))
    assert a.get("count_include_pad", 0), "uneven padding that does not count"
    return F.avg_pool2d(padded(x[0], pads), a["kernel_shape"], strides)


def batch_norm(net, x, a, node):
    axes = [i for i in range(x[0].dim()) if i != 1]
    mean = x[0].mean(axes, keepdim=True)
    var = ((x[0] - mean) ** 2).mean(axes, keepdim=True)
    shape = [1, -1] + [1] * (x[0].dim() - 2)
    return (x[0] - mean) / torch.sqrt(var + a.get("epsilon", 1e-5)) * x[1].reshape(shape) + x[2].reshape(shape)


def layer_norm(net, x, a, node):
    shape = x[0].shape[a.get("axis", -1) :]
    return F.layer_norm(x[0], shape, x[1], x[2] if len(x) > 2 else None, a.get("epsilon", 1e-5))


def axes_of(x, a):
    if len(x) > 1 and x[1] is not None:
        return [int(i) for i in x[1]]
    return list(a["axes"]) if "axes" in a else list(range(x[0].dim()))


def reduce_of(f):
    def run(net, x, a, node):
        return f(x[0], axes_of(x, a), bool(a.get("keepdims", 1)))
    return run


def sliced(net, x, a, node):
    out = x[0]
    starts, ends = [int(i) for i in x[1]], [int(i) for i in x[2]]
    axes = [int(i) for i in x[3]] if len(x) > 3 and x[3] is not None else list(range(len(starts)))
    steps = [int(i) for i in x[4]] if len(x) > 4 and x[4] is not None else [1] * len(starts)
    for start, end, axis, step in zip(starts, ends, axes, steps):
        index = range(out.shape[axis])[slice(start, end if end > -(2**62) else None, step)]
        out = out.index_select(axis, torch.tensor(list(index), dtype=torch.long))
    return out


def split(net, x, a, node):
    axis = a.get("axis", 0)
    if len(x) > 1 and x[1] is not None:
        sizes = [int(i) for i in x[1]]
    else:
        sizes = list(a["split"]) if "split" in a else -(-x[0].shape[axis] // len(node.output))
    return list(torch.split(x[0], sizes, axis))


def reshape(net, x, a, node):
    shape = [int(i) for i in x[1]]
    return x[0].reshape([x[0].shape[i] if n == 0 else n for i, n in enumerate(shape)])


def gather(net, x, a, node):
    axis, index = a.get("axis", 0), x[1]
    axis %= max(1, x[0].dim())
    index = torch.where(index < 0, index + x[0].shape[axis], index)
    flat = x[0].index_select(axis, index.reshape(-1))
    return flat.reshape(list(x[0].shape[:axis]) + list(index.shape) + list(x[0].shape[axis + 1 :]))


def unsqueeze(net, x, a, node):
    out = x[0]
    axes = axes_of(x, a)
    rank = out.dim() + len(axes)
    for axis in sorted(i % rank for i in axes):
        out = out.unsqueeze(axis)
    return out


def squeeze(net, x, a, node):
    axes = axes_of(x, a) if (len(x) > 1 or "axes" in a) else [i for i, n in enumerate(x[0].shape) if n == 1]
    keep = [n for i, n in enumerate(x[0].shape) if i not in [j % x[0].dim() for j in axes]]
    return x[0].reshape(keep)


def gemm(net, x, a, node):
    left = x[0].mT if a.get("transA", 0) else x[0]
    right = x[1].mT if a.get("transB", 0) else x[1]
    out = a.get("alpha", 1.0) * (left @ right)
    return out + a.get("beta", 1.0) * x[2] if len(x) > 2 else out


def div(net, x, a, node):
    return x[0] / x[1] if x[0].is_floating_point() else torch.div(x[0], x[1], rounding_mode="trunc")


def clip(net, x, a, node):
    low = x[1] if len(x) > 1 and x[1] is not None else None
    high = x[2] if len(x) > 2 and x[2] is not None else None
    return torch.clamp(x[0], low, high)


def cast(net, x, a, node):
    kinds = {1: net.dtype, 11: net.dtype, 10: net.dtype, 6: torch.int32, 7: torch.int64, 9: torch.bool}
    return x[0].to(kinds[a["to"]])


def constant(net, x, a, node):
    name, value = next(iter(a.items()))
    if name == "value":
        return net.tensor(value)
    value = torch.tensor(value)
    return value.to(net.dtype) if value.is_floating_point() else value


def constant_of_shape(net, x, a, node):
    value = net.tensor(a["value"]) if "value" in a else torch.zeros(1, dtype=net.dtype)
    return value.reshape(()).expand([int(i) for i in x[0]]).clone()


def scatter_nd(net, x, a, node):
    out = x[0].clone()
    index = x[1].reshape(-1, x[1].shape[-1])
    rest = x[0].shape[x[1].shape[-1] :]
    out[tuple(index.T)] = x[2].reshape([index.shape[0], *rest])
    return out


def pad(net, x, a, node):
    pads = [int(i) for i in x[1]] if len(x) > 1 else list(a["pads"])
    value = float(x[2]) if len(x) > 2 and x[2] is not None else 0.0
    assert a.get("mode", "constant") == "constant"
    return padded(x[0], pads, value)


def softmax(net, x, a, node):
    return torch.softmax(x[0], a.get("axis", -1))


def transpose(net, x, a, node):
    return x[0].permute(a.get("perm", list(reversed(range(x[0].dim())))))


def expand(net, x, a, node):
    shape = torch.broadcast_shapes(x[0].shape, torch.Size(int(i) for i in x[1]))
    return x[0].expand(shape)


def einsum(net, x, a, node):
    return torch.einsum(a["equation"], *x)


def flatten(net, x, a, node):
    axis = a.get("axis", 1)
    return x[0].reshape(math.prod(x[0].shape[:axis]), -1)


def simple(f):
    return lambda net, x, a, node: f(*x)


OPS = {
    "Conv": conv, "MaxPool": max_pool, "AveragePool": average_pool, "BatchNormalization": batch_norm,
    "LayerNormalization": layer_norm, "Gemm": gemm, "Softmax": softmax, "Transpose": transpose, "Expand": expand,
    "Slice": sliced, "Split": split, "Reshape": reshape, "Gather": gather, "Unsqueeze": unsqueeze, "Squeeze": squeeze,
    "Div": div, "Clip": clip, "Cast": cast, "Constant": constant, "ConstantOfShape": constant_of_shape,
    "ScatterND": scatter_nd, "Pad": pad, "Einsum": einsum, "Flatten": flatten,
    "Concat": lambda net, x, a, node: torch.cat([each for each in x if each.numel()], a["axis"]),
    "GlobalAveragePool": lambda net, x, a, node: x[0].mean(list(range(2, x[0].dim())), keepdim=True),
    "ReduceMean": reduce_of(lambda x, axes, keep: x.mean(axes, keepdim=keep)),
    "ReduceSum": reduce_of(lambda x, axes, keep: x.sum(axes, keepdim=keep)),
    "ReduceMax": reduce_of(lambda x, axes, keep: x.amax(axes, keepdim=keep)),
    "ReduceL2": reduce_of(lambda x, axes, keep: x.square().sum(axes, keepdim=keep).sqrt()),
    "Shape": lambda net, x, a, node: torch.tensor(x[0].shape, dtype=torch.int64),
    "Range": lambda net, x, a, node: torch.arange(*[each.item() for each in x]),
    "HardSigmoid": lambda net, x, a, node: torch.clamp(x[0] * a.get("alpha", 0.2) + a.get("beta", 0.5), 0, 1),
    "HardSwish": lambda net, x, a, node: x[0] * torch.clamp(x[0] / 6 + 0.5, 0, 1),
    "LeakyRelu": lambda net, x, a, node: F.leaky_relu(x[0], a.get("alpha", 0.01)),
    "Elu": lambda net, x, a, node: F.elu(x[0], a.get("alpha", 1.0)),
    "Identity": lambda net, x, a, node: x[0], "Dropout": lambda net, x, a, node: x[0],
    "Relu": simple(torch.relu), "Sigmoid": simple(torch.sigmoid), "Tanh": simple(torch.tanh), "Erf": simple(torch.erf),
    "Exp": simple(torch.exp), "Log": simple(torch.log), "Sqrt": simple(torch.sqrt), "Neg": simple(torch.neg),
    "Abs": simple(torch.abs), "Softplus": simple(F.softplus), "Add": simple(torch.add), "Sub": simple(torch.sub),
    "Mul": simple(torch.mul), "Pow": simple(torch.pow), "MatMul": simple(torch.matmul), "Where": simple(torch.where),
    "Equal": simple(torch.eq), "Greater": simple(torch.gt), "Less": simple(torch.lt), "Not": simple(torch.logical_not),
    "Max": simple(torch.maximum), "Min": simple(torch.minimum), "Reciprocal": simple(torch.reciprocal),
    "Floor": simple(torch.floor), "Mod": simple(torch.remainder), "Sum": lambda net, x, a, node: sum(x),
}


def channel_last(x: torch.Tensor, axis: int) -> torch.Tensor:
    return x.movedim(axis, -1)


def expressivity(x: torch.Tensor, axis: int) -> float:
    rows = channel_last(x, axis).reshape(-1, x.shape[axis]).double()
    if rows.shape[0] < 2:
        return -math.inf
    rows = rows - rows.mean(0)
    values = torch.linalg.svdvals(rows) ** 2
    p = values / values.sum()
    value = float(-(p * torch.log(p + 1e-8)).sum())
    return -math.inf if math.isnan(value) else value


def trainability(g: torch.Tensor, v: torch.Tensor, before: int, after: int, tokens: bool):
    g, v = channel_last(g, before), channel_last(v, after)
    a, b = g.shape[1:-1], v.shape[1:-1]
    if len(a) != len(b) or any(n < m for n, m in zip(a, b)) or (tokens and a != b):
        return None
    s = [-(-n // m) for n, m in zip(a, b)]
    flat = [0, 0] + [p for n, m, k in reversed(list(zip(a, b, s))) for p in (0, m * k - n)]
    g = F.pad(g, flat)
    batch, channels = g.shape[0], g.shape[-1]
    g = g.reshape([batch] + [p for m, k in zip(b, s) for p in (m, k)] + [channels])
    n = len(b)
    g = g.permute([0] + [1 + 2 * i for i in range(n)] + [2 + 2 * i for i in range(n)] + [1 + 2 * n])
    g = g.reshape(batch * math.prod(b), -1).double()
    v = v.reshape(batch * math.prod(b), -1).double()
    sigma = float(torch.linalg.matrix_norm(g.mT @ v / v.shape[0], 2))
    return 2 - sigma - 1 / (sigma + 1e-6)


def measure(item: dict, folder: Path, dtype: torch.dtype):
    net = Network(str(folder / item["file"]), dtype)
    shape = torch.Size([item["batch"], *item["input"]])
    known = {net.input: scaled("input", shape, 1.0).to(dtype)}
    axes = item["channelAxes"]
    features, blocks, before = [], [], None
    for i, name in enumerate(item["features"]):
        with torch.no_grad():
            values = net.run(known, name)
            x = values[name]
            features.append(expressivity(x, axes[i]))
        if before is not None:
            v = torch.from_numpy(np.where(uniform(f"signs.{i - 1}", x.numel()) < 0.5, -1.0, 1.0)).reshape(x.shape).to(dtype)
            start = known[before].detach().requires_grad_()
            y = net.run({before: start}, name)[name]
            (g,) = torch.autograd.grad(y, start, v)
            tokens = x.dim() == 3 and axes[i] != 1
            blocks.append(trainability(g, v, axes[i - 1], axes[i], tokens))
        known, before = {name: x}, name
    return features, blocks


def main(source: str, target: str) -> None:
    folder = Path(source).parent
    cases = []
    for item in json.loads(Path(source).read_text()):
        features, blocks = measure(item, folder, torch.float64)
        single = measure(item, folder, torch.float32)
        off = max(abs(a - b) / max(1, abs(a)) for ours, other in zip((features, blocks), single) for a, b in zip(ours, other) if a is not None)
        spell = lambda values: ["-inf" if v == -math.inf else v for v in values]
        cases.append({"kind": "onnx", "file": item["file"], "batch": item["batch"], "input": item["input"], "weights": "file",
                      "features": item["features"], "expressivityPerFeature": spell(features), "trainabilityPerBlock": spell(blocks),
                      "parameters": item["parameters"], "float32Deviation": off})
        print(item["file"], f"float32 is off by {off:.1e}", flush=True)
        Path(target).write_text(json.dumps(cases, indent=1))


if __name__ == "__main__":
    main(*sys.argv[1:])
