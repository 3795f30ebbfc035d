"""Writes golden values of the proxies of whole networks, in float64: `whole_golden.py CASES.json`.

CASES.json is a list of {"space", "candidate", "batch", "resolution"} or {"file", "batch", "input"}, files in ../onnx beside it; each
gets "values". A file may have "last", the last feature, if it is not what the last mean reads. Tensors are those of tensors.py: "input", "second" and "noise" of standard deviation 1, "labels", "second labels" and
"classes" uniform; convolutions and linear layers He normal, biases 0, AutoFormer as its profile `init`.
"""
from setup import enter

enter()

import json
import math
import sys
from pathlib import Path

import numpy as np
import onnx
import torch
from torch.nn import functional as F

import autoformer_golden
import onnx_operators
import whole
from onnx_network import Network
from spaces import SPACES
from tensors import he, scaled, uniform



def uniforms(name: str, count: int) -> torch.Tensor:
    return torch.from_numpy(uniform(name, count).astype(np.float32).astype(np.float64))


def draw(shape: torch.Size, classes: int, dtype: torch.dtype = torch.float64) -> dict:
    batch = shape[0]
    normal = lambda name: scaled(name, shape, 1.0).to(dtype)
    labels = lambda name: (uniforms(name, batch) * classes).long().clamp_max(classes - 1)
    return {
        "images": normal("input"), "labels": labels("labels"), "second": normal("second"), "second_labels": labels("second labels"),
        "noise": normal("noise"), "classes": uniforms("classes", min(classes, 16) * batch),
    }  # fmt: skip


def of_space(case: dict) -> whole.Whole:
    network = SPACES[case["space"]].build(case["candidate"], "cpu", case["resolution"])
    is_former = case["space"] == "autoformer"
    profile = {"profile": "init", "zero": []}
    weight = lambda name, shape: autoformer_golden.weight(profile, name, shape) if is_former else he(name, shape)
    head = network.head if is_former else network.classifier
    for name, tensor in {**network.weights(), "classifier.weight": head.weight}.items():
        tensor.copy_(weight(name, tensor.shape))
    for name, tensor in network.named_parameters():
        if name.endswith("bias") and name not in ("patch_embed.bias",):
            tensor.zero_()
    network = network.double()
    layers = [m for m in network.modules() if isinstance(m, (torch.nn.Conv2d, torch.nn.Linear))]
    for layer in layers:
        layer.weight.requires_grad_()
    seen = {}

    def forward(images):
        x = network.stem(images)
        for block in network.blocks:
            x = block(x)
        if is_former:
            x = network.norm(x)[:, 1:]
        elif hasattr(network, "last"):
            normalization, relu = network.last[:2]
            x = relu(normalization(x))
        seen["last"] = x
        return network.head(x.mean(dim=1)) if is_former else network.classifier(x.mean(dim=(2, 3)))

    shape = torch.Size((case["batch"], 3, case["resolution"], case["resolution"]))
    images = draw(shape, 1)["images"]
    weights = whole.used(forward, images, [layer.weight for layer in layers])
    return whole.Whole(
        forward=forward, last=lambda: seen["last"], weights=weights, parameters=list(network.parameters()),
        costs={}, **draw(shape, head.weight.shape[0]),
    )  # fmt: skip


def scales_of(path: str) -> set[str]:
    """The vectors that are 1: scales of normalizations, whatever their names, and others whose names end in "weight"."""
    graph = onnx.load(path).graph
    named = {t.name for t in graph.initializer if len(t.dims) == 1 and t.name.endswith("weight")}
    return named | {node.input[1] for node in graph.node if node.op_type == "BatchNormalization"}


def of_file(case: dict, folder: Path, dtype: torch.dtype = torch.float64, rounding: torch.Generator | None = None) -> whole.Whole:
    """With `rounding`, the result of every operation is off by a random rounding of float32."""
    # Uses F.batch_norm, which the recorder observes.
    onnx_operators.OPS["BatchNormalization"] = lambda net, x, a, node: F.batch_norm(
        x[0], None, None, x[1], x[2], True, 0.1, a.get("epsilon", 1e-5)
    )
    path = str(folder / case["file"])
    net = Network(path, dtype, scales_of(path))
    net.rounding = rounding
    output = net.graph.output[0].name
    means = [node.input[0] for node in net.graph.node if node.op_type in ("GlobalAveragePool", "ReduceMean")]
    pooled = case["last"] if "last" in case else means[-1]
    names = []
    for node in net.nodes_before(output, {**net.fixed, **dict.fromkeys(net.types)}):
        if node.op_type in ("Conv", "DeformConv", "Gemm", "MatMul"):
            names += [i for i in node.input[:2] if i in net.fixed and net.fixed[i].dim() > 1 and i not in names]
    for name in names:
        net.fixed[name].requires_grad_()
    seen = {}

    def forward(images):
        values = net.run(net.given(images), output)
        seen["last"] = values[pooled]
        return values[output]

    shape = torch.Size((case["batch"], *case["input"]))
    with torch.no_grad():
        classes = forward(scaled("input", shape, 1.0).to(dtype)).shape[1]
    learned = [t for t in net.fixed.values() if t.is_floating_point() and t.dim() > 0]
    return whole.Whole(
        forward=forward, last=lambda: seen["last"], weights=[net.fixed[name] for name in names], parameters=learned, costs={},
        **draw(shape, classes, dtype),
    )  # fmt: skip


def main(path: str) -> None:
    torch.set_num_threads(1)
    folder = Path(path).parent.parent / "onnx"
    cases = json.loads(Path(path).read_text())
    for case in cases:
        known = case.get("values", {})
        # Without normalization the softmax of a transformer saturates, and its values overflow float64.
        wanted = [name for name in whole.PROXIES if not (name == "synflow" and case.get("space") == "autoformer")]
        if all(name in known for name in wanted):
            continue
        net = of_file(case, folder) if "file" in case else of_space(case)
        case["values"] = {name: known[name] if name in known else spell(whole.PROXIES[name](net)) for name in wanted}
        print(case.get("file", case.get("candidate")), flush=True)
        Path(path).write_text(json.dumps(cases, indent=2) + "\n")


def spell(value: float):
    """JSON has no infinities, so minus infinity, the value of a network without a signal, is written as text."""
    if math.isnan(value) or value == math.inf:
        raise ValueError(f"a proxy is {value} in the reference")
    return value if math.isfinite(value) else "-inf"


if __name__ == "__main__":
    main(*sys.argv[1:])
