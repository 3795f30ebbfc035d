"""Measures how far float32 moves proxies of whole networks in PyTorch itself: `whole_float32.py CASES.json`.

Each case with "disputed", a list of proxies, gets "float32": for each of them the largest deviation from the value in float64, relative
to max(1, |value|), over one run in float32 and a few runs in float64 whose every operation is off by a random rounding of float32.
"""
from setup import enter

enter()

import json
import sys
from pathlib import Path

import torch

import whole
from whole_golden import of_file

RUNS = 4


def deviation(name: str, case: dict, folder: Path) -> float:
    expected = case["values"][name]
    if isinstance(expected, str):
        return 0.0
    networks = [of_file(case, folder, torch.float32)]
    networks += [of_file(case, folder, rounding=torch.Generator().manual_seed(seed)) for seed in range(RUNS)]
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
