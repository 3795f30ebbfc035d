"""Writes golden cases of networks whose branches run side by side to the classifier, in float64:
`parallel_branches.py test/goldens`.

Exports two small networks into FOLDER/onnx, without the numbers of their weights, and computes their features and blocks
(FOLDER/onnx/parallel-branches.json) and the proxies of whole networks (FOLDER/proxies/parallel-branches.json).
Needs torch, numpy and onnx.
"""
import sys
from pathlib import Path

import torch
from torch import nn

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))
from onnx_goldens import export, write_goldens  # noqa: E402
from zoo import strip  # noqa: E402

BATCH = 8


def conv(before: int, after: int, stride: int = 2) -> nn.Sequential:
    return nn.Sequential(nn.Conv2d(before, after, 3, stride, 1, bias=False), nn.BatchNorm2d(after), nn.ReLU())


class SlowFast(nn.Module):
    """A wide stream, which reads the narrow one beside it, and is the branch along which features lie."""

    def __init__(self):
        super().__init__()
        self.slow = nn.ModuleList([conv(3, 10, 1), conv(14, 16), conv(22, 24)])
        self.fast = nn.ModuleList([conv(3, 4, 1), conv(4, 6), conv(6, 8)])
        self.head = nn.Linear(32, 5)

    def forward(self, x):
        slow, fast = self.slow[0](x), self.fast[0](x)
        for wide, narrow in zip(self.slow[1:], self.fast[1:]):
            slow, fast = wide(torch.cat([slow, fast], 1)), narrow(fast)
        return self.head(torch.cat([slow.mean((2, 3)), fast.mean((2, 3))], 1))


class JoinedStages(nn.Module):
    """The pooled maps of all stages are joined before the classifier."""

    def __init__(self):
        super().__init__()
        self.stages = nn.ModuleList([conv(3, 8), conv(8, 12), conv(12, 16)])
        self.head = nn.Linear(36, 4)

    def forward(self, x):
        pooled = []
        for stage in self.stages:
            x = stage(x)
            pooled.append(x.mean((2, 3)))
        return self.head(torch.cat(pooled, 1))


# The network and its features: the names of tensors, as `zeroscout inspect` prints them.
NETWORKS = {
    "slow-fast": (SlowFast, ["/Concat_output_0", "/Concat_1_output_0", "/slow.2/slow.2.2/Relu_output_0"]),
    "joined-stages": (JoinedStages, [f"/stages.{i}/stages.{i}.2/Relu_output_0" for i in range(3)]),
}  # fmt: skip


def main(folder: Path) -> None:
    cases, whole = [], []
    for name, (build, features) in NETWORKS.items():
        file = f"{name}.onnx"
        torch.manual_seed(0)
        network = build()
        export(network, {"image": torch.randn(2, 3, 32, 32)}, folder / "onnx" / file)
        strip(folder / "onnx" / file)
        case = {"file": file, "batch": BATCH, "input": [3, 32, 32]}
        parameters = sum(p.numel() for p in network.parameters())
        cases.append({**case, "features": features, "channelAxes": [1] * len(features), "parameters": parameters})
        whole.append({**case, "last": features[-1]})
    write_goldens(folder, "parallel-branches", cases, whole)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
