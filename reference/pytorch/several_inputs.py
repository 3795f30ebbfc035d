"""Writes golden cases of networks that read several inputs, in float64: `several_inputs.py test/goldens`.

Exports small networks into FOLDER/onnx, without the numbers of their weights, and computes their features and blocks
(FOLDER/onnx/several-inputs.json) and the proxies of whole networks (FOLDER/proxies/several-inputs.json).
Needs torch, numpy and onnx.
"""
import math
import sys
from pathlib import Path

import torch
from torch import nn

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))
from onnx_goldens import export, write_goldens  # noqa: E402
from zoo import strip  # noqa: E402

BATCH = 4


def conv(before: int, after: int, stride: int = 2) -> nn.Sequential:
    return nn.Sequential(nn.Conv2d(before, after, 3, stride, 1, bias=False), nn.BatchNorm2d(after), nn.ReLU())


class Streams(nn.Module):
    """Two streams, colours and optical flow, whose maps are joined, and a vector that is joined before the classifier."""

    def __init__(self):
        super().__init__()
        self.color = nn.Sequential(conv(3, 8), conv(8, 16))
        self.flow = nn.Sequential(conv(2, 8), conv(8, 8))
        self.trunk, self.vector = conv(24, 24), nn.Linear(5, 8)
        self.head = nn.Linear(32, 6)

    def forward(self, vector, flow, color):
        x = self.trunk(torch.cat([self.color(color), self.flow(flow)], 1))
        return self.head(torch.cat([self.vector(vector).relu(), x.mean((2, 3))], 1))


class Siamese(nn.Module):
    """The difference of two embeddings by the same weights."""

    def __init__(self):
        super().__init__()
        self.tower = nn.Sequential(conv(3, 8), conv(8, 16), conv(16, 16))
        self.head = nn.Linear(16, 2)

    def forward(self, left, right):
        return self.head(self.tower(left).mean((2, 3)) - self.tower(right).mean((2, 3)))


class Modulated(nn.Module):
    """Residual blocks whose maps a vector scales and shifts."""

    def __init__(self):
        super().__init__()
        self.stem = conv(3, 12)
        self.blocks = nn.ModuleList([conv(12, 12, 1) for _ in range(3)])
        self.scales = nn.ModuleList([nn.Linear(4, 24) for _ in range(3)])
        self.head = nn.Linear(12, 5)

    def forward(self, image, vector):
        x = self.stem(image)
        for block, scale in zip(self.blocks, self.scales):
            times, plus = scale(vector)[:, :, None, None].chunk(2, 1)
            x = nn.functional.max_pool2d(x + block(x) * (1 + times) + plus, 2)
        return self.head(x.mean((2, 3)))


# The network, the names and shapes of its inputs, and its features: the names of tensors, as `zeroscout inspect` prints them.
NETWORKS = {
    "two-streams": (Streams, {"vector": [5], "flow": [2, 32, 32], "color": [3, 32, 32]},
                    ["/color/color.0/color.0.2/Relu_output_0", "/Concat_output_0", "/trunk/trunk.2/Relu_output_0"]),
    "siamese": (Siamese, {"left": [3, 32, 32], "right": [3, 32, 32]},
                [f"/tower/tower.{i}/tower.{i}.2/Relu_output_0" for i in range(3)]),
    "modulated": (Modulated, {"image": [3, 32, 32], "vector": [4]},
                  ["/Add_3_output_0", "/Add_7_output_0", "/Add_11_output_0", "/MaxPool_2_output_0"]),
}  # fmt: skip


def main(folder: Path) -> None:
    cases, whole = [], []
    for name, (build, shapes, features) in NETWORKS.items():
        file = f"{name}.onnx"
        torch.manual_seed(0)
        network = build()
        export(network, {name: torch.randn(2, *shape) for name, shape in shapes.items()}, folder / "onnx" / file)
        strip(folder / "onnx" / file)
        case = {"file": file, "batch": BATCH, "input": [sum(math.prod(shape) for shape in shapes.values())]}
        parameters = sum(p.numel() for p in network.parameters())
        cases.append({**case, "features": features, "channelAxes": [1] * len(features), "parameters": parameters})
        whole.append({**case, "last": features[-1]})
    write_goldens(folder, "several-inputs", cases, whole)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
