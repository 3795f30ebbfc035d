"""Golden cases of ONNX networks in float64: an interpreter of ONNX in PyTorch, whose gradients are autograd's.

    python onnx_reference.py FEATURES.json CASES.json

FEATURES.json is a list of {"file", "batch", "input", "features", "channelAxes", "parameters"}, as `zeroscout inspect FILE
--json` has them for each block, and may have "scales", the names of the weights that are 1; files lie beside it. CASES.json
gets the cases, in the form of test/goldens/onnx, with the "scales" and `float32Deviation`: by how much PyTorch itself is off
in float32. With "roundings": N it also gets `conditioning`: by how much float64 moves, the most of N times, where the result
of every operation, forward and backward, is rounded at random as float32 would round it. No float32 computation can be
expected to be closer than that. With "orders": true it also gets `float32Orders`: the largest deviation of PyTorch in float32
over its own orders of summation, with and without oneDNN, in both layouts of memory.
Weights are those of tensors.py by the names of initializers: He for two dimensions and more, 1 for scales, 0 for shifts.
Needs torch, numpy and onnx.
"""
import json
import math
import sys
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional as F

sys.path.insert(0, str(Path(__file__).parent))
from onnx_network import Network  # noqa: E402
from tensors import scaled, uniform  # noqa: E402

# Half the distance from 1 to the next float32: the largest relative rounding error.
ROUNDING = 2.0**-24


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


def deviation(values, others) -> float:
    """The largest deviation of all features and blocks, relative to max(1, |value|)."""
    pairs = [(a, b) for ours, other in zip(values, others) for a, b in zip(ours, other)]
    return max((abs(a - b) / max(1, abs(a)) for a, b in pairs if a is not None and a != b), default=0.0)


def measure(item: dict, folder: Path, dtype: torch.dtype, seed: int | None = None, layout=torch.contiguous_format):
    """Features and blocks; with a seed the result of every operation is rounded at random. `layout` is that of images and
    kernels in memory."""
    scales = set(item["scales"]) if "scales" in item else None
    net = Network(str(folder / item["file"]), dtype, scales)
    if seed is not None:
        net.rounding = torch.Generator().manual_seed(seed)
    shape = torch.Size([item["batch"], *item["input"]])
    # Later parts read the shape of the images.
    values = scaled("input", shape, 1.0).to(dtype)
    images = net.given(values.contiguous(memory_format=layout) if len(shape) == 4 else values)
    for key, value in net.fixed.items():
        if value.dim() == 4:
            net.fixed[key] = value.contiguous(memory_format=layout)
    known = images
    axes = item["channelAxes"]
    features, blocks, before = [], [], None
    for i, name in enumerate(item["features"]):
        # As a feature, the input of a network of texts stands for the embeddings of its tokens.
        name = net.embedded if net.table is not None and name == net.input else name
        with torch.no_grad():
            values = net.run(known, name)
            x = values[name]
            features.append(expressivity(x, axes[i]))
        if before is not None:
            v = torch.from_numpy(np.where(uniform(f"signs.{i - 1}", x.numel()) < 0.5, -1.0, 1.0)).reshape(x.shape).to(dtype)
            start = known[before].detach().requires_grad_()
            y = net.run({**images, before: start}, name)[name]
            (g,) = torch.autograd.grad(y, start, v)
            tokens = x.dim() == 3 and axes[i] != 1
            blocks.append(trainability(g, v, axes[i - 1], axes[i], tokens))
        known, before = {**images, name: x}, name
    return features, blocks


def float32_in_every_order(item: dict, folder: Path) -> list:
    """Features and blocks in float32, with each of PyTorch's kernels for convolutions, in each layout of memory."""
    measured = []
    for onednn in (True, False):
        with torch.backends.mkldnn.flags(enabled=onednn):
            for layout in (torch.contiguous_format, torch.channels_last):
                measured.append(measure(item, folder, torch.float32, layout=layout))
    return measured


def main(source: str, target: str) -> None:
    folder = Path(source).parent
    cases = []
    for item in json.loads(Path(source).read_text()):
        features, blocks = exact = measure(item, folder, torch.float64)
        off = deviation(exact, measure(item, folder, torch.float32))
        spell = lambda values: ["-inf" if v == -math.inf else v for v in values]
        cases.append({"kind": "onnx", "file": item["file"], "batch": item["batch"], "input": item["input"], "weights": "file",
                      "features": item["features"], "expressivityPerFeature": spell(features), "trainabilityPerBlock": spell(blocks),
                      "parameters": item["parameters"], "float32Deviation": off})
        if "scales" in item:
            cases[-1]["scales"] = item["scales"]
        if "roundings" in item:
            rounded = (measure(item, folder, torch.float64, seed) for seed in range(item["roundings"]))
            cases[-1]["conditioning"] = max(deviation(exact, values) for values in rounded)
        if item.get("orders"):
            cases[-1]["float32Orders"] = max(deviation(exact, values) for values in float32_in_every_order(item, folder))
        print(item["file"], f"float32 is off by {off:.1e}", flush=True)
        Path(target).write_text(json.dumps(cases, indent=1))


if __name__ == "__main__":
    main(*sys.argv[1:])
