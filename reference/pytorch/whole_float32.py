"""Measures how far float32 moves proxies of whole networks in PyTorch itself: `whole_float32.py CASES.json`.

Each case with "disputed", a list of proxies, gets "float32": for each of them the largest deviation from the value in float64, relative
to max(1, |value|), over one run in float32 and a few runs in float64 whose every operation is off at random: by a rounding, and where it
sums products, by as much as a convolution in float32 is off. A single run says little, because a value may hang on one activation that is
almost zero and changes sign.
"""
from setup import enter

enter()

import functools
import json
import sys
from pathlib import Path

import torch
import torch.nn.functional as F

import whole
from onnx_network import Rounding
from whole_golden import of_file

RUNS = 8


@functools.cache
def error_of_sums() -> float:
    """The error of a convolution [8, 64, 16, 16] with 64 kernels of 3x3 in float32, relative to the result (root mean squares)."""
    generator = torch.Generator().manual_seed(0)
    images, kernels = (torch.randn(shape, generator=generator) for shape in ((8, 64, 16, 16), (64, 64, 3, 3)))
    exact = F.conv2d(images.double(), kernels.double())
    return float((F.conv2d(images, kernels) - exact).norm() / exact.norm())


def deviation(name: str, case: dict, folder: Path) -> float:
    expected = case["values"][name]
    if isinstance(expected, str):
        return 0.0
    networks = [of_file(case, folder, torch.float32)]
    of_sums = error_of_sums()
    networks += [of_file(case, folder, rounding=Rounding(torch.Generator().manual_seed(seed), of_sums)) for seed in range(RUNS)]
    return max(abs(whole.PROXIES[name](net) - expected) for net in networks) / max(1, abs(expected))


def main(path: str) -> None:
    torch.set_num_threads(1)
    folder = Path(path).parent.parent / "onnx"
    cases = json.loads(Path(path).read_text())
    for case in cases:
        case["float32"] = {name: deviation(name, case, folder) for name in case.get("disputed", [])}
    Path(path).write_text(json.dumps(cases, indent=2) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
