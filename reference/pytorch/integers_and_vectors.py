"""Writes golden cases of networks that look integers up in tables, and of networks of vectors, in float64:
`integers_and_vectors.py test/goldens`.

Exports small networks into FOLDER/onnx, without the numbers of their weights, and computes their features and blocks
(FOLDER/onnx/integers-and-vectors.json) and the proxies of whole networks (FOLDER/proxies/integers-and-vectors.json).
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

BATCH = 12


def conv(before: int, after: int) -> nn.Sequential:
    return nn.Sequential(nn.Conv2d(before, after, 3, 2, 1, bias=False), nn.BatchNorm2d(after), nn.ReLU())


class Product(nn.Module):
    """A linear layer without bias whose weight is [in, out], so that a file has no transposition of it."""

    def __init__(self, before: int, after: int):
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(before, after))

    def forward(self, x):
        return x @ self.weight


class Encoder(nn.Module):
    """A layer of a transformer with one head."""

    def __init__(self, width: int):
        super().__init__()
        self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.qkv, self.out = Product(width, 3 * width), Product(width, width)
        self.up, self.down = Product(width, 2 * width), Product(2 * width, width)

    def forward(self, x):
        q, k, v = self.qkv(self.norm1(x)).chunk(3, 2)
        x = x + self.out((q @ k.transpose(1, 2) / q.shape[-1] ** 0.5).softmax(2) @ v)
        return x + self.down(torch.relu(self.up(self.norm2(x))))


class Tabular(nn.Module):
    """Categories, each with a table of its own, and numbers, for residual blocks of linear layers."""

    def __init__(self):
        super().__init__()
        self.tables = nn.ModuleList([nn.Embedding(n, 6) for n in (20, 9, 30)])
        self.start = nn.Linear(18 + 5, 10)
        self.blocks = nn.ModuleList([nn.Sequential(nn.BatchNorm1d(10), nn.Linear(10, 20), nn.ReLU(), nn.Linear(20, 10)) for _ in range(2)])
        self.head = nn.Sequential(nn.BatchNorm1d(10), nn.ReLU(), nn.Linear(10, 3))

    def forward(self, categories, numbers):
        rows = [table(categories[:, i]) for i, table in enumerate(self.tables)]
        x = self.start(torch.cat([*rows, numbers], 1))
        for block in self.blocks:
            x = x + block(x)
        return self.head(x)


class TokensOfColumns(nn.Module):
    """Every column is a token: rows of one table for categories, a vector times the number for numbers."""

    def __init__(self):
        super().__init__()
        self.table, self.offsets = nn.Embedding(60, 16), nn.Buffer(torch.tensor([0, 10, 30]))
        self.weight, self.bias = nn.Parameter(torch.randn(4, 16)), nn.Parameter(torch.randn(7, 16))
        self.layers = nn.ModuleList([Encoder(16), Encoder(16)])
        self.head = nn.Linear(16, 4)

    def forward(self, categories, numbers):
        x = torch.cat([self.table(categories + self.offsets), numbers[:, :, None] * self.weight], 1) + self.bias
        for layer in self.layers:
            x = layer(x)
        return self.head(x.mean(1))


class ImageWithCategory(nn.Module):
    """Maps of an image, which the row of a category scales, and a second category before the classifier."""

    def __init__(self):
        super().__init__()
        self.stem, self.trunk = conv(3, 8), nn.ModuleList([conv(8, 12), conv(12, 16)])
        self.scale, self.place = nn.Embedding(11, 12), nn.Embedding(7, 5)
        self.head = nn.Linear(16 + 5, 6)

    def forward(self, image, kind, place):
        x = self.trunk[0](self.stem(image)) * torch.sigmoid(self.scale(kind))[:, :, None, None]
        return self.head(torch.cat([self.trunk[1](x).mean((2, 3)), self.place(place)], 1))


class TwoTexts(nn.Module):
    """Two sentences, by one table and one encoder."""

    def __init__(self):
        super().__init__()
        self.table = nn.Embedding(80, 12)
        self.layer = Encoder(12)
        self.head = nn.Linear(36, 3)

    def forward(self, premise, hypothesis):
        a, b = (self.layer(self.table(ids)).mean(1) for ids in (premise, hypothesis))
        return self.head(torch.cat([a, b, a * b], 1))


class Perceptron(nn.Module):
    """Linear layers with normalization; the images are flattened."""

    def __init__(self):
        super().__init__()
        hidden = lambda before, after: nn.Sequential(nn.Linear(before, after), nn.BatchNorm1d(after), nn.ReLU())
        self.layers = nn.Sequential(nn.Flatten(), hidden(36, 24), hidden(24, 10), hidden(10, 8), nn.Linear(8, 5))

    def forward(self, image):
        return self.layers(image)


def ids(most: int, *shape: int):
    return torch.randint(0, most, (2, *shape))


# The network, its inputs, how many numbers are drawn for one image, and its features: the names of tensors, as `zeroscout inspect`
# prints them.
NETWORKS = {
    "tabular": (Tabular, {"categories": ids(9, 3), "numbers": torch.randn(2, 5)}, [23],
                ["/start/Gemm_output_0", "/Add_output_0", "/Add_1_output_0", "/head/head.1/Relu_output_0"]),
    "columns": (TokensOfColumns, {"categories": ids(9, 3), "numbers": torch.randn(2, 4)}, [3 * 16 + 4],
                ["/Add_1_output_0", *(f"/layers.{i}/Add_{k}_output_0" for i in (0, 1) for k in (1, 2))]),
    "image-with-category": (ImageWithCategory, {"image": torch.randn(2, 3, 32, 32), "kind": ids(7), "place": ids(7)}, [3 * 32 * 32 + 12 + 5],
                            ["/stem/stem.2/Relu_output_0", "/Mul_output_0", "/trunk.1/trunk.1.2/Relu_output_0"]),
    "two-texts": (TwoTexts, {"premise": ids(80, 9), "hypothesis": ids(80, 7)}, [16 * 12],
                  ["/table/Gather_output_0", "/layer/Add_1_output_0", "/layer/Add_2_output_0"]),
    "perceptron": (Perceptron, {"image": torch.randn(2, 1, 6, 6)}, [1, 6, 6],
                   [f"/layers/layers.{i}/layers.{i}.2/Relu_output_0" for i in (1, 2, 3)]),
}  # fmt: skip


def main(folder: Path) -> None:
    cases, whole = [], []
    for name, (build, inputs, numbers, features) in NETWORKS.items():
        file = f"{name}.onnx"
        torch.manual_seed(0)
        network = build()
        export(network, inputs, folder / "onnx" / file)
        strip(folder / "onnx" / file)
        case = {"file": file, "batch": BATCH, "input": numbers}
        axes = [1 if name in ("tabular", "image-with-category", "perceptron") else 2] * len(features)
        parameters = sum(p.numel() for p in network.parameters())
        cases.append({**case, "features": features, "channelAxes": axes, "parameters": parameters})
        whole.append({**case, "last": features[-1]})
    write_goldens(folder, "integers-and-vectors", cases, whole)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
