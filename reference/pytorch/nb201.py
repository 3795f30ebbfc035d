"""Builds NAS-Bench-201 networks (CIFAR shape) as eager PyTorch modules for one architecture string."""
import torch
from torch import Tensor, nn

from layers import Conv2d, batch_norm

OPERATIONS = ("none", "skip_connect", "nor_conv_1x1", "nor_conv_3x3", "avg_pool_3x3")
CHANNELS = (16, 32, 64)
CELLS = 5  # cells in each stage


def relu_conv_bn(c_in: int, c_out: int, kernel: int, stride: int = 1) -> nn.Sequential:
    # The ReLU is not in place because other edges read the same node.
    return nn.Sequential(nn.ReLU(), Conv2d(c_in, c_out, kernel, stride), batch_norm(c_out))


class Zero(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return x * 0


def operation(name: str, channels: int) -> nn.Module:
    match name:
        case "none":
            return Zero()
        case "skip_connect":
            return nn.Identity()
        case "nor_conv_1x1":
            return relu_conv_bn(channels, channels, 1)
        case "nor_conv_3x3":
            return relu_conv_bn(channels, channels, 3)
        case "avg_pool_3x3":
            return nn.AvgPool2d(3, stride=1, padding=1, count_include_pad=False)
    raise ValueError(f"no such operation: {name}")


def parse(arch: str) -> list[list[tuple[str, int]]]:
    """For each of the nodes 1, 2, 3, its incoming edges as (operation, source node)."""
    nodes = []
    for node, text in enumerate(arch.strip().split("+"), start=1):
        edges = [edge.split("~") for edge in text.strip("|").split("|")]
        if [edge[1:] for edge in edges] != [[str(source)] for source in range(node)]:
            raise ValueError(f"not an architecture of NAS-Bench-201: {arch!r}")
        nodes.append([(name, int(source)) for name, source in edges])
    if len(nodes) != 3 or any(name not in OPERATIONS for edges in nodes for name, _ in edges):
        raise ValueError(f"not an architecture of NAS-Bench-201: {arch!r}")
    return nodes


class Cell(nn.Module):
    """Node j sums its incoming edges; a `none` edge beside others adds nothing and is not computed."""

    def __init__(self, nodes: list[list[tuple[str, int]]], channels: int):
        super().__init__()
        self.edges = nn.ModuleList(operation(name, channels) for edges in nodes for name, _ in edges)
        self.plan: list[list[tuple[nn.Module, int]]] = []
        modules = iter(self.edges)
        for edges in nodes:
            node = [(next(modules), source) for _, source in edges]
            self.plan.append([edge for edge in node if not isinstance(edge[0], Zero)] or node[:1])

    def forward(self, x: Tensor) -> Tensor:
        nodes = [x]
        for edges in self.plan:
            first, *rest = (module(nodes[source]) for module, source in edges)
            nodes.append(sum(rest, start=first))
        return nodes[-1]


class Reduction(nn.Module):
    """The residual block between two stages: half the positions, twice the channels."""

    def __init__(self, c_in: int, c_out: int):
        super().__init__()
        self.conv_a = relu_conv_bn(c_in, c_out, 3, stride=2)
        self.conv_b = relu_conv_bn(c_out, c_out, 3)
        self.downsample = nn.Sequential(nn.AvgPool2d(2), Conv2d(c_in, c_out, 1))

    def forward(self, x: Tensor) -> Tensor:
        return self.downsample(x) + self.conv_b(self.conv_a(x))


class Network(nn.Module):
    def __init__(self, arch: str, classes: int = 10):
        super().__init__()
        nodes = parse(arch)
        self.stem = nn.Sequential(Conv2d(3, CHANNELS[0], 3), batch_norm(CHANNELS[0]))
        self.blocks = nn.ModuleList()
        for stage, channels in enumerate(CHANNELS):
            if stage:
                self.blocks.append(Reduction(CHANNELS[stage - 1], channels))
            self.blocks.extend(Cell(nodes, channels) for _ in range(CELLS))
        self.last = nn.Sequential(batch_norm(CHANNELS[-1]), nn.ReLU(inplace=True), nn.AdaptiveAvgPool2d(1), nn.Flatten())
        self.classifier = nn.Linear(CHANNELS[-1], classes)

    def forward(self, x: Tensor) -> Tensor:
        x = self.stem(x)
        for block in self.blocks:
            x = block(x)
        return self.classifier(self.last(x))

    def flops(self, resolution: int) -> int:
        """Multiply-accumulates of the convolutions and the classifier; an operation counts even if nothing
        reads it."""
        total = self.classifier.weight.numel() + self.classifier.bias.numel()
        side = resolution
        for block in (self.stem, *self.blocks):
            if isinstance(block, Reduction):
                side //= 2
            total += side * side * sum(m.weight.numel() for m in block.modules() if isinstance(m, Conv2d))
        return total

    def parameter_count(self) -> int:
        return sum(p.numel() for p in self.parameters())

    def weights(self) -> dict[str, Tensor]:
        """The weights of a draw, under the names in test/goldens."""
        found = {"stem": self.stem[0].weight}
        for index, block in enumerate(self.blocks):
            if isinstance(block, Reduction):
                found[f"block{index}.conv_a"] = block.conv_a[1].weight
                found[f"block{index}.conv_b"] = block.conv_b[1].weight
                found[f"block{index}.downsample"] = block.downsample[1].weight
            else:
                for edge, module in enumerate(block.edges):
                    if isinstance(module, nn.Sequential):
                        found[f"block{index}.edge{edge}"] = module[1].weight
        return found


def build(arch: str, device: torch.device | str = "cpu", _resolution: int = 32) -> Network:
    """A network in training mode with a new draw of weights, without gradients of weights."""
    with torch.device(device):
        return Network(arch).train().requires_grad_(False)
