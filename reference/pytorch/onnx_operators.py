"""Implements the operators of ONNX in PyTorch. Each takes the network, its inputs, its attributes and its
node."""
import functools
import math

import torch
from torch.nn import functional as F


def windows(a, n, sizes=(), kernel=()):
    """Strides, dilations and pads of a window over n spatial dimensions; `sizes` and `kernel` tell the pads of `auto_pad`."""
    strides, dilations = a.get("strides", [1] * n), a.get("dilations", [1] * n)
    auto = a.get("auto_pad", "NOTSET")
    if auto not in ("SAME_UPPER", "SAME_LOWER"):
        return strides, dilations, a.get("pads", [0] * 2 * n)
    missing = [max(0, (-(-size // s) - 1) * s + (k - 1) * d + 1 - size) for size, k, s, d in zip(sizes, kernel, strides, dilations)]
    small, large = [m // 2 for m in missing], [m - m // 2 for m in missing]
    return strides, dilations, small + large if auto == "SAME_UPPER" else large + small


def pad_edges(x, pads, value=0.0):
    """ONNX lists all pads at the beginnings of the axes, then all at the ends; PyTorch lists pairs, last axis first."""
    n = len(pads) // 2
    flat = [p for i in reversed(range(n)) for p in (pads[i], pads[i + n])]
    return F.pad(x, flat, value=value) if any(pads) else x


def conv(net, x, a, node):
    n = x[1].dim() - 2
    strides, dilations, pads = windows(a, n, x[0].shape[2:], x[1].shape[2:])
    f = {1: F.conv1d, 2: F.conv2d, 3: F.conv3d}[n]
    # The newer exporter writes zeros of another shape for a three-dimensional convolution without a bias.
    bias = x[2] if len(x) > 2 and x[2].dim() == 1 else None
    return f(pad_edges(x[0], pads), x[1], bias, strides, 0, dilations, a.get("group", 1))


def max_pool(net, x, a, node):
    n = len(a["kernel_shape"])
    strides, dilations, pads = windows(a, n)
    f = {1: F.max_pool1d, 2: F.max_pool2d, 3: F.max_pool3d}[n]
    return f(pad_edges(x[0], pads, -math.inf), a["kernel_shape"], strides, 0, dilations, bool(a.get("ceil_mode", 0)))


def average_pool(net, x, a, node):
    n = len(a["kernel_shape"])
    strides, _, pads = windows(a, n)
    f = {1: F.avg_pool1d, 2: F.avg_pool2d, 3: F.avg_pool3d}[n]
    half = pads[: len(pads) // 2]
    if half == pads[len(pads) // 2 :]:
        return f(x[0], a["kernel_shape"], strides, half, bool(a.get("ceil_mode", 0)), bool(a.get("count_include_pad", 0)))
    assert a.get("count_include_pad", 0), "uneven padding that does not count"
    return f(pad_edges(x[0], pads), a["kernel_shape"], strides)


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
    """Older operator sets have the axes as an attribute, newer ones as the second input."""
    if len(x) > 1 and x[1] is not None:
        return [int(i) for i in x[1]]
    return list(a["axes"]) if "axes" in a else list(range(x[0].dim()))


def reduce_of(f):
    """A reduction over axes, which f computes from the input, the axes and whether they are kept."""
    def run(net, x, a, node):
        return f(x[0], axes_of(x, a), bool(a.get("keepdims", 1)))
    return run


def slice_axes(net, x, a, node):
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
    return x[0].reshape([x[0].shape[i] if n == 0 and not a.get("allowzero", 0) else n for i, n in enumerate(shape)])


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
    if not x[1].numel():
        return out
    index = x[1].reshape(-1, x[1].shape[-1])
    rest = x[0].shape[x[1].shape[-1] :]
    return out.index_put(tuple(index.T), x[2].reshape([index.shape[0], *rest]), accumulate=a.get("reduction") == "add")


def pad(net, x, a, node):
    pads = [int(i) for i in x[1]] if len(x) > 1 else list(a["pads"])
    value = float(x[2]) if len(x) > 2 and x[2] is not None else 0.0
    mode = a.get("mode", "constant")
    if mode == "constant":
        return pad_edges(x[0], pads, value)
    n = x[0].dim()
    assert mode in ("reflect", "edge", "wrap") and not any(pads[i] for i in (0, 1, n, n + 1)), "only positions are padded by mode"
    flat = [p for i in reversed(range(2, n)) for p in (pads[i], pads[i + n])]
    return F.pad(x[0], flat, mode={"reflect": "reflect", "edge": "replicate", "wrap": "circular"}[mode])


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


def elementwise(f):
    """An operator without attributes, which f computes from the inputs."""
    return lambda net, x, a, node: f(*x)


OPS = {
    "Conv": conv, "MaxPool": max_pool, "AveragePool": average_pool, "BatchNormalization": batch_norm,
    "LayerNormalization": layer_norm, "Gemm": gemm, "Softmax": softmax, "Transpose": transpose, "Expand": expand,
    "Slice": slice_axes, "Split": split, "Reshape": reshape, "Gather": gather, "Unsqueeze": unsqueeze, "Squeeze": squeeze,
    "Div": div, "Clip": clip, "Cast": cast, "Constant": constant, "ConstantOfShape": constant_of_shape,
    "ScatterND": scatter_nd, "Pad": pad, "Einsum": einsum, "Flatten": flatten,
    "Concat": lambda net, x, a, node: torch.cat([each for each in x if each.numel()] or x, a["axis"]),
    "GlobalAveragePool": lambda net, x, a, node: x[0].mean(list(range(2, x[0].dim())), keepdim=True),
    "ReduceMean": reduce_of(lambda x, axes, keep: x.mean(axes, keepdim=keep)),
    "ReduceSum": reduce_of(lambda x, axes, keep: x.sum(axes, keepdim=keep)),
    "ReduceMax": reduce_of(lambda x, axes, keep: x.amax(axes, keepdim=keep)),
    "ReduceL2": reduce_of(lambda x, axes, keep: x.square().sum(axes, keepdim=keep).sqrt()),
    "Shape": lambda net, x, a, node: torch.tensor(x[0].shape[a.get("start", 0) : a.get("end")], dtype=torch.int64),
    "Range": lambda net, x, a, node: torch.arange(*[each.item() for each in x]),
    "HardSigmoid": lambda net, x, a, node: torch.clamp(x[0] * a.get("alpha", 0.2) + a.get("beta", 0.5), 0, 1),
    "HardSwish": lambda net, x, a, node: x[0] * torch.clamp(x[0] / 6 + 0.5, 0, 1),
    "LeakyRelu": lambda net, x, a, node: F.leaky_relu(x[0], a.get("alpha", 0.01)),
    "Elu": lambda net, x, a, node: F.elu(x[0], a.get("alpha", 1.0)),
    "Identity": lambda net, x, a, node: x[0], "Dropout": lambda net, x, a, node: x[0],
    "Relu": elementwise(torch.relu), "Sigmoid": elementwise(torch.sigmoid), "Tanh": elementwise(torch.tanh), "Erf": elementwise(torch.erf),
    "Exp": elementwise(torch.exp), "Log": elementwise(torch.log), "Sqrt": elementwise(torch.sqrt), "Neg": elementwise(torch.neg),
    "Abs": elementwise(torch.abs), "Softplus": elementwise(F.softplus), "Add": elementwise(torch.add), "Sub": elementwise(torch.sub),
    "Mul": elementwise(torch.mul), "Pow": elementwise(torch.pow), "MatMul": elementwise(torch.matmul), "Where": elementwise(torch.where),
    "Equal": elementwise(torch.eq), "Greater": elementwise(torch.gt), "Less": elementwise(torch.lt), "Not": elementwise(torch.logical_not), "IsNaN": elementwise(torch.isnan),
    "Max": lambda net, x, a, node: functools.reduce(torch.maximum, x), "Min": lambda net, x, a, node: functools.reduce(torch.minimum, x), "Reciprocal": elementwise(torch.reciprocal),
    "Floor": elementwise(torch.floor), "Mod": elementwise(torch.remainder), "Sum": lambda net, x, a, node: sum(x),
}
