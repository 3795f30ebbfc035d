"""The MobileNetV2 (IDWE) space (ImageNet shape) as eager PyTorch modules, built for one structure string.

Definition, with the costs exactly as the published search counts them: SPACE.md of test/goldens/mbv2.
"""
from collections.abc import Iterator
from math import floor
import re

import torch
from torch import Tensor, nn

from layers import Conv2d, batch_norm

CLASSES = 1000
EPS = 1e-3
BLOCK = re.compile(r"SuperConvK(?P<conv>[1357])BNRELU\((?P<a>[\d,]+)\)|SuperResIDWE(?P<e>[1246])K(?P<res>[357])\((?P<b>[\d,]+)\)")


def eighths(value: float) -> int:
    """The nearest multiple of 8, at least 8; halves are rounded to even, as Python's round does."""
    return max(8, 8 * round(value / 8))


class ConvBlock(nn.Sequential):
    def __init__(self, c_in: int, c_out: int, kernel: int, stride: int):
        super().__init__(Conv2d(c_in, c_out, kernel, stride), batch_norm(c_out, EPS), nn.ReLU(inplace=True))
        self.sizes = c_in, c_out, kernel, stride

    def costs(self, side: int) -> tuple[float, int, int]:
        """Multiply-accumulates, parameters, and the side of the resulting map."""
        x, y, k, s = self.sizes
        out = side // s
        return floor(x * y * k**2 * side**2 / s**2) + y * out**2, x * y * k**2 + y, out


class Unit(nn.Module):
    """Expand, depthwise, reduce; the shortcut is a projection or the input itself; ReLU after the sum."""

    def __init__(self, c_in: int, c_out: int, expansion: int, kernel: int, stride: int, first: bool):
        super().__init__()
        width = eighths(c_out * expansion)
        self.body = nn.Sequential(
            Conv2d(c_in, width, 1), batch_norm(width, EPS), nn.ReLU(inplace=True),
            Conv2d(width, width, kernel, stride, groups=width), batch_norm(width, EPS), nn.ReLU(inplace=True),
            Conv2d(width, c_out, 1), batch_norm(c_out, EPS),
        )  # fmt: skip
        projected = first or stride > 1 or c_in != c_out
        self.shortcut = (
            nn.Sequential(Conv2d(c_in, c_out, 1, stride, bias=True), batch_norm(c_out, EPS)) if projected else nn.Identity()
        )
        self.sizes = c_in, width, c_out, kernel, stride, projected

    def forward(self, x: Tensor) -> Tensor:
        return (self.body(x) + self.shortcut(x)).relu_()

    def costs(self, side: int) -> tuple[float, int, int]:
        x, m, y, k, s, projected = self.sizes
        out = side // s
        flops = (x + 1) * m * side**2 + floor(m * k**2 * side**2 / s**2) + m * out**2 + (m + 1) * y * out**2
        parameters = (x + 1) * m + m * k**2 + m + (m + 1) * y
        if projected:
            flops += (x + 1) * y * (out / s) ** 2
            parameters += (x + 1) * y
        return flops, parameters, out


def parse(arch: str) -> Iterator[tuple[bool, int, int, list[int]]]:
    """For each block: whether it is a convolution, expansion, kernel, and the numbers in its brackets."""
    rest = arch.strip()
    while rest:
        match = BLOCK.match(rest)
        numbers = [int(n) for n in (match["a"] or match["b"]).split(",")] if match else []
        if match is None or len(numbers) != (4 if match["conv"] else 5):
            raise ValueError(f"not a structure of the MobileNetV2 space: {arch!r}, at {rest[:40]!r}")
        yield bool(match["conv"]), int(match["e"] or 0), int(match["conv"] or match["res"]), numbers
        rest = rest[match.end() :]


class Network(nn.Module):
    def __init__(self, arch: str):
        super().__init__()
        modules: list[ConvBlock | Unit] = []
        self.layers = 0
        for conv, expansion, kernel, (c_in, c_out, stride, *bottleneck, sub) in parse(arch):
            self.layers += sub
            for index in range(sub):
                step = stride if index == 0 else 1
                x = c_in if index == 0 else c_out
                if conv:
                    modules.append(ConvBlock(x, c_out, kernel, step))
                else:
                    modules.append(Unit(x, bottleneck[0], expansion, kernel, step, first=index == 0))
                    modules.append(Unit(bottleneck[0], c_out, expansion, kernel, 1, first=False))
        self.stem = modules[0]
        self.blocks = nn.ModuleList(modules[1:])
        self.classifier = nn.Linear(c_out, CLASSES)

    def forward(self, x: Tensor) -> Tensor:
        x = self.stem(x)
        for block in self.blocks:
            x = block(x)
        return self.classifier(x.mean(dim=(2, 3)))

    def flops(self, resolution: int) -> float:
        """Multiply-accumulates as the published search counts them: a strided projection may count a
        quarter."""
        total: float = self.classifier.weight.numel()
        side = resolution
        for module in (self.stem, *self.blocks):
            flops, _, side = module.costs(side)
            total += flops
        return total

    def parameter_count(self) -> int:
        """Parameters as the published search counts them: one for each normalized channel, one for the
        classifier's bias."""
        return sum(module.costs(1)[1] for module in (self.stem, *self.blocks)) + self.classifier.weight.numel() + 1

    def weights(self) -> dict[str, Tensor]:
        """The weights of a draw, under the names in test/goldens: convolutions in forward order."""
        convolutions = (m for part in (self.stem, *self.blocks) for m in part.modules() if isinstance(m, Conv2d))
        return {f"conv{index}": convolution.weight for index, convolution in enumerate(convolutions)}


def build(arch: str, device: torch.device | str = "cpu", _resolution: int = 224) -> Network:
    """A network in training mode with a new draw of weights, without gradients of weights."""
    with torch.device(device):
        return Network(arch).train().requires_grad_(False)
