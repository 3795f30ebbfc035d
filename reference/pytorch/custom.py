"""Networks of custom spaces, written with PyTorch's own layers, and their scores in float64.

    python custom.py < CASES.json

CASES.json is a list of {"channels", "classes", "batch", "resolution", "stem", "stages"}: of the stem and of each stage the kind
and the numbers that docs/guides/own-space.md names, with `activation` as text. One JSON line a case: the shapes of all parameters
in the order in which the layers come, the proxies of each feature and block, multiply-accumulates and parameters. Weights are
those of tensors.py by the names graph.0, graph.1 and so on: He for two dimensions and more, 1 for scales, 0 for shifts and biases.
"""
import json
import sys
from dataclasses import asdict
from typing import Any

import torch
from torch import Tensor, nn

import proxies
from tensors import he, scaled, signs

ACTIVATIONS: dict[str, type[nn.Module]] = {
    "relu": nn.ReLU,
    "relu6": nn.ReLU6,
    "hardswish": nn.Hardswish,
    "silu": nn.SiLU,
    "gelu": nn.GELU,
}
Option = dict[str, Any]


def conv(n: int, to: int, kernel: int, stride: int = 1, groups: int = 1, dilation: int = 1, bias: bool = False) -> nn.Conv2d:
    padding = dilation * (kernel - 1) // 2
    return nn.Conv2d(n, to, kernel, stride, padding, dilation, groups, bias)


def norm(n: int) -> nn.BatchNorm2d:
    return nn.BatchNorm2d(n, track_running_stats=False)


def conv_norm(n: int, to: int, kernel: int, **rest: int) -> nn.Sequential:
    return nn.Sequential(conv(n, to, kernel, **rest), norm(to))


class Squeeze(nn.Module):
    def __init__(self, n: int, hidden: int, activation: str):
        super().__init__()
        hard = activation == "hardswish"
        self.gate = nn.Sequential(
            nn.AdaptiveAvgPool2d(1),
            conv(n, hidden, 1, bias=True),
            nn.ReLU() if hard else ACTIVATIONS[activation](),
            conv(hidden, n, 1, bias=True),
            nn.Hardsigmoid() if hard else nn.Sigmoid(),
        )

    def forward(self, x: Tensor) -> Tensor:
        return x * self.gate(x)


class Residual(nn.Module):
    """The sum of two branches, followed by an activation if there is one."""

    def __init__(self, branch: nn.Module, shortcut: nn.Module, after: nn.Module):
        super().__init__()
        self.branch, self.shortcut, self.after = branch, shortcut, after

    def forward(self, x: Tensor) -> Tensor:
        return self.after(self.branch(x) + self.shortcut(x))


class Dense(nn.Module):
    def __init__(self, n: int, o: Option):
        super().__init__()
        inner, act = o["expansion"] * o["growth"], ACTIVATIONS[o["activation"]]
        self.layers = nn.Sequential(
            norm(n), act(), conv(n, inner, 1), norm(inner), act(), conv(inner, o["growth"], o["kernel"])
        )

    def forward(self, x: Tensor) -> Tensor:
        return torch.cat([x, self.layers(x)], 1)


def pool(kind: str, kernel: int, stride: int) -> nn.Module:
    padding = 0 if kernel == 2 else (kernel - 1) // 2
    if kind == "maxpool":
        return nn.MaxPool2d(kernel, stride, padding)
    return nn.AvgPool2d(kernel, stride, padding, count_include_pad=False)


def block(o: Option, n: int, stride: int) -> nn.Module:
    kind, to, kernel, act = o["kind"], o["width"] or n, o["kernel"], ACTIVATIONS[o["activation"]]
    spread = {"groups": o["groups"], "dilation": o["dilation"]}
    gate = lambda channels: Squeeze(channels, max(1, n // o["squeeze"]), o["activation"]) if o["squeeze"] else nn.Identity()  # noqa: E731
    shortcut = lambda: nn.Identity() if stride == 1 and n == to else conv_norm(n, to, 1, stride=stride)  # noqa: E731
    if kind == "conv":
        return nn.Sequential(conv_norm(n, to, kernel, stride=stride, **spread), act())
    if kind == "basic":
        first = conv_norm(n, to, kernel, stride=stride, **spread)
        branch = nn.Sequential(first, act(), conv_norm(to, to, kernel, **spread), gate(to))
        return Residual(branch, shortcut(), act())
    if kind == "bottleneck":
        inner = int(to / o["expansion"] * o["ratio"])
        filtered = conv_norm(inner, inner, kernel, stride=stride, **spread)
        reduced = conv_norm(n, inner, 1)
        branch = nn.Sequential(reduced, act(), filtered, act(), gate(inner), conv_norm(inner, to, 1))
        return Residual(branch, shortcut(), act())
    if kind == "inverted":
        wide = n * o["expansion"]
        filtered = conv_norm(wide, wide, kernel, stride=stride, groups=wide, dilation=o["dilation"])
        expand = [] if o["expansion"] == 1 else [conv_norm(n, wide, 1), act()]
        branch = nn.Sequential(*expand, filtered, act(), gate(wide), conv_norm(wide, to, 1))
        return Residual(branch, nn.Identity(), nn.Identity()) if stride == 1 and n == to else branch
    if kind == "identity":
        return conv_norm(n, to, 1, stride=stride)
    if kind == "dense":
        return Dense(n, o)
    if kind == "transition":
        narrowed = [norm(n), act(), conv(n, to, 1)]
        return nn.Sequential(*narrowed, *([] if stride == 1 else [nn.AvgPool2d(stride, stride)]))
    if kind in ("maxpool", "avgpool"):
        pooled = pool(kind, kernel, stride)
        return pooled if to == n else nn.Sequential(pooled, conv_norm(n, to, 1))
    raise ValueError(f"{kind}: unknown kind of block")


class Network(nn.Module):
    def __init__(self, case: Option):
        super().__init__()
        stem, stages = case["stem"], case["stages"]
        n = stem["width"] or stages[0]["width"]
        self.stem = nn.Sequential(
            conv_norm(case["channels"], n, stem["kernel"], stride=stem["stride"]), ACTIVATIONS[stem["activation"]]()
        )
        if stem["pool"] > 1:
            self.stem.append(nn.MaxPool2d(3, stem["pool"], 1))
        self.blocks = nn.ModuleList()
        for o in stages:
            if o["kind"] == "identity" and o["stride"] == 1 and o["width"] == n:
                continue
            for i in range(o["depth"]):
                self.blocks.append(block(o, n, o["stride"] if i == 0 else 1))
                n = n + o["growth"] if o["kind"] == "dense" else o["width"] or n
        last = stages[-1]
        ends = [norm(n), ACTIVATIONS[last["activation"]]()] if last["kind"] in ("dense", "transition") else []
        self.head = nn.Sequential(*ends, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(n, case["classes"]))
        self.channels = case["channels"]

    @torch.no_grad()
    def flops(self, resolution: int) -> int:
        count = 0

        def add(layer: nn.Module, _: Any, output: Tensor) -> None:
            nonlocal count
            count += layer.weight[0].numel() * output[0].numel()

        hooks = [m.register_forward_hook(add) for m in self.modules() if isinstance(m, (nn.Conv2d, nn.Linear))]
        x = self.stem(torch.zeros(2, self.channels, resolution, resolution, dtype=torch.float64))
        for each in self.blocks:
            x = each(x)
        self.head(x)
        for hook in hooks:
            hook.remove()
        return count

    def parameter_count(self) -> int:
        return sum(p.numel() for p in self.parameters())


@torch.no_grad()
def fill(network: nn.Module) -> None:
    for i, (name, p) in enumerate(network.named_parameters()):
        p.copy_(he(f"graph.{i}", p.shape) if p.dim() > 1 else torch.full(p.shape, float(name.endswith("weight"))))


def answer(case: Option) -> Option:
    network = Network(case).double()
    fill(network)
    images = scaled("input", torch.Size((case["batch"], case["channels"], case["resolution"], case["resolution"])), 1.0)
    score = proxies.score(network, images.double(), lambda i, like: signs(i, like).double())
    return {"shapes": [list(p.shape) for p in network.parameters()], **asdict(score)}


if __name__ == "__main__":
    torch.set_num_threads(1)  # threads that wait for each other are slow while tests run beside this program
    for each in json.load(sys.stdin):
        print(json.dumps(answer(each)))
