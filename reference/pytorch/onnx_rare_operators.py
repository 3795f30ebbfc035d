"""Implements further operators of the ONNX standard in PyTorch: those of the newer exporter, and of models in
timm."""
import math

import torch
from torch.nn import functional as F

from onnx_operators import elementwise, pad_edges, reduce_of, windows


def conv_transpose(net, x, a, node):
    n = x[1].dim() - 2
    strides, dilations, pads = windows(a, n)
    assert pads[:n] == pads[n:]
    f = {1: F.conv_transpose1d, 2: F.conv_transpose2d, 3: F.conv_transpose3d}[n]
    bias = x[2] if len(x) > 2 else None
    return f(x[0], x[1], bias, strides, pads[:n], a.get("output_padding", 0), a.get("group", 1), dilations)


def resize(net, x, a, node):
    sizes = [int(i) for i in x[3]] if len(x) > 3 and x[3] is not None else [int(n * s) for n, s in zip(x[0].shape, x[2].tolist())]
    mode, place = a.get("mode", "nearest"), a.get("coordinate_transformation_mode", "half_pixel")
    if mode == "nearest":
        assert place == "asymmetric" and a.get("nearest_mode") == "floor"
        return F.interpolate(x[0], sizes[2:], mode="nearest")
    kind = {"linear": {1: "linear", 2: "bilinear"}[x[0].dim() - 2], "cubic": "bicubic"}[mode]
    assert place in ("align_corners", "pytorch_half_pixel", "half_pixel")
    return F.interpolate(x[0], sizes[2:], mode=kind, align_corners=place == "align_corners", antialias=bool(a.get("antialias", 0)))


def group_norm(net, x, a, node):
    weight, bias = x[1], x[2]
    if len(weight) == a["num_groups"] != x[0].shape[1]:
        weight, bias = (each.repeat_interleave(x[0].shape[1] // len(each)) for each in (weight, bias))
    return F.group_norm(x[0], a["num_groups"], weight, bias, a.get("epsilon", 1e-5))


def rms_norm(net, x, a, node):
    axes = list(range(x[0].dim()))[a.get("axis", -1) :]
    return x[0] / torch.sqrt((x[0] ** 2).mean(axes, keepdim=True) + a.get("epsilon", 1e-5)) * x[1]


def lp_norm(net, x, a, node):
    axis = a.get("axis", -1)
    norm = x[0].abs().sum(axis, keepdim=True) if a.get("p", 2) == 1 else x[0].square().sum(axis, keepdim=True).sqrt()
    return x[0] / norm


def depth_to_space(net, x, a, node):
    b, c, h, w = x[0].shape
    s = a["blocksize"]
    if a.get("mode", "DCR") == "CRD":
        return F.pixel_shuffle(x[0], s)
    return x[0].reshape(b, s, s, c // s**2, h, w).permute(0, 3, 4, 1, 5, 2).reshape(b, c // s**2, h * s, w * s)


def space_to_depth(net, x, a, node):
    b, c, h, w = x[0].shape
    s = a["blocksize"]
    return x[0].reshape(b, c, h // s, s, w // s, s).permute(0, 3, 5, 1, 2, 4).reshape(b, c * s * s, h // s, w // s)


def gather_elements(net, x, a, node):
    axis = a.get("axis", 0)
    return torch.gather(x[0], axis, torch.where(x[1] < 0, x[1] + x[0].shape[axis], x[1]))


def scatter_elements(net, x, a, node):
    axis = a.get("axis", 0)
    index = torch.where(x[1] < 0, x[1] + x[0].shape[axis], x[1])
    return x[0].scatter_add(axis, index, x[2]) if a.get("reduction") == "add" else x[0].scatter(axis, index, x[2])


def top_k(net, x, a, node):
    """Of equal elements, the first is first."""
    axis = a.get("axis", -1)
    values, index = torch.sort(x[0], dim=axis, descending=bool(a.get("largest", 1)), stable=True)
    return [each.narrow(axis, 0, int(x[1])) for each in (values, index)]


def place_of(largest):
    """The first place of the largest or the smallest element."""
    def run(net, x, a, node):
        index = top_k(net, [x[0], 1], {"axis": a.get("axis", 0), "largest": largest}, node)[1]
        return index if a.get("keepdims", 1) else index.squeeze(a.get("axis", 0))
    return run


def one_hot(net, x, a, node):
    off, on = x[2]
    return torch.where(F.one_hot(x[0] % int(x[1]), int(x[1])) > 0, on, off).movedim(-1, a.get("axis", -1))


def gather_nd(net, x, a, node):
    batches = a.get("batch_dims", 0)
    depth = x[1].shape[-1]
    count = math.prod(x[1].shape[:batches])
    index = x[1].reshape(count, -1, depth)
    rows = x[0].reshape([count] + list(x[0].shape[batches:]))
    found = torch.stack([row[tuple(at.T)] for row, at in zip(rows, index)])
    return found.reshape(list(x[1].shape[:-1]) + list(x[0].shape[batches + depth :]))


def split_to_sequence(net, x, a, node):
    axis = a.get("axis", 0)
    if len(x) < 2:
        parts = list(torch.split(x[0], 1, axis))
        return [parts if a.get("keepdims", 1) else [part.squeeze(axis) for part in parts]]
    sizes = x[1].tolist()
    return [list(torch.split(x[0], sizes, axis))]


def trilu(net, x, a, node):
    k = int(x[1]) if len(x) > 1 and x[1] is not None else 0
    return torch.triu(x[0], k) if a.get("upper", 1) else torch.tril(x[0], k)


# The gates of PyTorch (input, forget, cell, output; reset, update, new) in the order in which ONNX has them.
GATES = {"LSTM": [0, 2, 3, 1], "GRU": [1, 0, 2], "RNN": [0]}


def recurrent(net, x, a, node):
    """PyTorch's own layer. GRU as PyTorch has it, with the reset gate after the product."""
    kind, size = node.op_type, a["hidden_size"]
    sequence, w, r = x[:3]
    both = a.get("direction", "forward") == "bidirectional"
    options = {"nonlinearity": a["activations"][0].decode().lower()} if kind == "RNN" and "activations" in a else {}
    layer = getattr(torch.nn, kind)(sequence.shape[-1], size, bidirectional=both, dtype=sequence.dtype, **options)
    ordered = lambda rows: torch.cat([rows.split(size)[gate] for gate in GATES[kind]])
    for d, end in enumerate(["l0", "l0_reverse"][: 1 + both]):
        for name, rows in zip(("weight_ih", "weight_hh", "bias_ih", "bias_hh"), (w[d], r[d], *x[3][d].chunk(2))):
            setattr(layer, f"{name}_{end}", torch.nn.Parameter(ordered(rows)))
    first = (x[5], x[6]) if kind == "LSTM" else x[5]
    reverse = a.get("direction") == "reverse"
    y, last = layer(sequence.flip(0) if reverse else sequence, first)
    y = y.flip(0) if reverse else y
    y = y.unflatten(2, (1 + both, size)).transpose(1, 2)
    return [y, *(last if kind == "LSTM" else [last])]


def dft(net, x, a, node):
    """torch.fft of real numbers, or of complex ones as pairs of a real and an imaginary part along the last axis."""
    axis = int(x[2]) if len(x) > 2 and x[2] is not None else a.get("axis", 1)
    axis = axis % x[0].dim()
    n = int(x[1]) if len(x) > 1 and x[1] is not None else None
    signal = torch.view_as_complex(x[0].contiguous()) if x[0].shape[-1] == 2 else x[0].squeeze(-1)
    inverse, onesided = a.get("inverse", 0), a.get("onesided", 0)
    if inverse and onesided:
        return torch.fft.irfft(signal, n, axis).unsqueeze(-1)
    transform = torch.fft.ifft if inverse else torch.fft.rfft if onesided else torch.fft.fft
    return torch.view_as_real(transform(signal, n, axis))


def stft(net, x, a, node):
    step, n = int(x[1]), len(x[2])
    frames = x[0].unfold(1, n, step).transpose(2, 3) * x[2].reshape(n, 1)
    return dft(net, [frames, None, 2], {"onesided": a.get("onesided", 1)}, node)


def bilinear(x, rows, columns):
    """Samples [batch, channels, ...] of maps at coordinates [batch, ...], with zeros beyond the edges. PyTorch's own samples have
    no second derivatives."""
    h, w = x.shape[2:]
    # A frame of zeros around the map, on which every coordinate beyond it lies.
    framed = F.pad(x, (2, 2, 2, 2))
    rows, columns = rows.clamp(-1.5, h + 0.5) + 2, columns.clamp(-1.5, w + 0.5) + 2
    top, left = rows.detach().floor(), columns.detach().floor()
    batch = torch.arange(len(x)).reshape(-1, *[1] * (rows.dim() - 1))
    total = 0
    for i in (0, 1):
        for j in (0, 1):
            share = (1 - (rows - top - i).abs()) * (1 - (columns - left - j).abs())
            total = total + framed[batch, :, (top + i).long(), (left + j).long()].movedim(-1, 1) * share.unsqueeze(1)
    return total


def grid_sample(net, x, a, node):
    mode = a.get("mode", "linear")
    name, padding, corners = {"linear": "bilinear", "cubic": "bicubic"}.get(mode, mode), a.get("padding_mode", "zeros"), a.get("align_corners", 0)
    out = F.grid_sample(x[0], x[1], name, padding, bool(corners))
    if name != "bilinear" or padding != "zeros" or x[0].dim() != 4:
        return out
    columns, rows = [((g + 1) * (n - corners) - 1 + corners) / 2 for g, n in zip(x[1].unbind(-1), x[0].shape[:1:-1])]
    same = bilinear(x[0], rows, columns)
    assert torch.allclose(same, out, rtol=1e-4, atol=1e-4)
    return same


def deform_conv(net, x, a, node):
    """A convolution of the sampled windows, side by side, which must be torchvision's own result; its groups follow from the shapes."""
    (b, c, _, _), (kh, kw) = x[0].shape, x[1].shape[2:]
    strides, dilations, pads = windows(a, 2)
    groups, (oh, ow) = a.get("offset_group", 1), x[2].shape[2:]
    bias, mask = [x[i] if len(x) > i else None for i in (3, 4)]
    offset = x[2].reshape(b * groups, kh, kw, 2, oh, ow)
    place = lambda n, k, i: (torch.arange(n) * strides[i] - pads[i]) + (torch.arange(k) * dilations[i])[:, None]
    rows = offset[:, :, :, 0] + place(oh, kh, 0)[:, None, :, None]
    columns = offset[:, :, :, 1] + place(ow, kw, 1)[None, :, None, :]
    values = bilinear(x[0].reshape(b * groups, c // groups, *x[0].shape[2:]), rows, columns)
    if mask is not None:
        values = values * mask.reshape(b * groups, 1, kh, kw, oh, ow)
    values = values.permute(0, 1, 4, 2, 5, 3).reshape(b, c, oh * kh, ow * kw)
    out = F.conv2d(values, x[1], bias, (kh, kw), groups=a.get("group", 1))
    try:
        from torchvision.ops import deform_conv2d
    except ImportError:
        return out
    own = deform_conv2d(pad_edges(x[0], pads), x[2], x[1], bias, strides, 0, dilations, mask)
    assert torch.allclose(out, own, rtol=1e-4, atol=1e-4)
    return out


RARE_OPS = {
    "GridSample": grid_sample, "DeformConv": deform_conv,
    "AffineGrid": lambda net, x, a, node: F.affine_grid(x[0], [int(i) for i in x[1]], bool(a.get("align_corners", 0))),
    "DFT": dft, "STFT": stft,
    "LSTM": recurrent, "GRU": recurrent, "RNN": recurrent,
    "Mean": lambda net, x, a, node: sum(x) / len(x),
    "CastLike": lambda net, x, a, node: x[0].to(x[1].dtype),
    "Sin": elementwise(torch.sin), "Cos": elementwise(torch.cos), "Sign": elementwise(torch.sign), "Ceil": elementwise(torch.ceil),
    "Round": elementwise(torch.round), "And": elementwise(torch.logical_and), "Or": elementwise(torch.logical_or), "LessOrEqual": elementwise(torch.le),
    "GreaterOrEqual": elementwise(torch.ge), "Softsign": elementwise(F.softsign), "Mish": elementwise(F.mish),
    "PRelu": lambda net, x, a, node: torch.where(x[0] > 0, x[0], x[0] * x[1]),
    "Celu": lambda net, x, a, node: F.celu(x[0], a.get("alpha", 1.0)), "Selu": lambda net, x, a, node: F.selu(x[0]),
    "ThresholdedRelu": lambda net, x, a, node: torch.where(x[0] > a.get("alpha", 1.0), x[0], torch.zeros_like(x[0])),
    "Swish": lambda net, x, a, node: x[0] * torch.sigmoid(a.get("alpha", 1.0) * x[0]),
    "Gelu": lambda net, x, a, node: F.gelu(x[0], approximate=a.get("approximate", "none")),
    "Size": lambda net, x, a, node: torch.tensor(x[0].numel()),
    "NonZero": lambda net, x, a, node: torch.stack(torch.nonzero(x[0], as_tuple=True)),
    "Tile": lambda net, x, a, node: x[0].tile([int(i) for i in x[1]]),
    "DepthToSpace": depth_to_space, "SpaceToDepth": space_to_depth, "GatherND": gather_nd, "GatherElements": gather_elements,
    "TopK": top_k, "ArgMax": place_of(1), "ArgMin": place_of(0), "OneHot": one_hot, "ScatterElements": scatter_elements,
    "SplitToSequence": split_to_sequence, "SequenceAt": lambda net, x, a, node: x[0][int(x[1])],
    "LogSoftmax": lambda net, x, a, node: torch.log_softmax(x[0], a.get("axis", -1)),
    "GlobalMaxPool": lambda net, x, a, node: x[0].amax(list(range(2, x[0].dim())), keepdim=True),
    "ReduceMin": reduce_of(lambda x, axes, keep: x.amin(axes, keepdim=keep)),
    "ReduceL1": reduce_of(lambda x, axes, keep: x.abs().sum(axes, keepdim=keep)),
    "ReduceSumSquare": reduce_of(lambda x, axes, keep: x.square().sum(axes, keepdim=keep)),
    "ReduceProd": reduce_of(lambda x, axes, keep: x.prod(axes[0], keepdim=keep)),
    "Resize": resize, "ConvTranspose": conv_transpose, "GroupNormalization": group_norm, "RMSNormalization": rms_norm,
    "InstanceNormalization": lambda net, x, a, node: F.instance_norm(x[0], weight=x[1], bias=x[2], eps=a.get("epsilon", 1e-5)),
    "CumSum": lambda net, x, a, node: torch.cumsum(x[0], int(x[1])), "LpNormalization": lp_norm, "Trilu": trilu,
}
