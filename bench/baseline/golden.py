"""Checks the baseline in float32 against golden cases: `golden.py CASES.json`. Exits 0 only if all are within tolerance."""
from setup import enter

enter()

import json
import math
import sys

import numpy as np
import torch

import nb201
import proxies

FEATURE, BLOCK, BLOCK_WORST, BLOCK_SHARE = 1e-4, 2e-4, 5e-3, 0.9


def uniform(name: str, count: int) -> np.ndarray:
    """`count` values in [0, 1) that `name` alone determines: FNV-1a 32 seeds a counter, murmur3's finalizer mixes it."""
    seed = 0x811C9DC5
    for byte in name.encode():
        seed = (seed ^ byte) * 0x01000193 % 2**32
    bits = np.arange(count, dtype=np.uint32) * np.uint32(0x9E3779B9) + np.uint32(seed)  # wraps at 32 bits
    for shift, factor in ((16, 0x85EBCA6B), (13, 0xC2B2AE35)):
        bits = (bits ^ (bits >> np.uint32(shift))) * np.uint32(factor)
    return (bits ^ (bits >> np.uint32(16))) / 2.0**32


def scaled(name: str, shape: torch.Size, std: float) -> torch.Tensor:
    values = (uniform(name, shape.numel()) - 0.5) * (math.sqrt(12) * std)
    return torch.from_numpy(values.astype(np.float32)).reshape(shape)


def signs(block: int, like: torch.Tensor) -> torch.Tensor:
    values = np.where(uniform(f"signs.{block}", like.numel()) < 0.5, np.float32(-1), np.float32(1))
    return torch.from_numpy(values).reshape(like.shape).to(like.device)


def score(case: dict, device: str) -> proxies.Score:
    network = nb201.build(case["arch"], device)
    for name, weight in network.weights().items():
        weight.copy_(scaled(name, weight.shape, math.sqrt(2 / weight[0].numel())))
    images = scaled("input", torch.Size((case["batch"], 3, case["resolution"], case["resolution"])), 1.0)
    return proxies.score(network, images.to(device), signs)


def deviation(got: float, wanted: float | str) -> float:
    """Relative to max(1, |wanted|); infinities must be met exactly."""
    wanted = float(wanted)
    if math.isinf(wanted) or not math.isfinite(got):
        return 0.0 if got == wanted else math.inf
    return abs(got - wanted) / max(1.0, abs(wanted))


def main() -> int:
    if len(sys.argv) not in (2, 3):
        raise SystemExit("usage: golden.py CASES.json [cpu|cuda]")
    device = sys.argv[2] if len(sys.argv) == 3 else "cpu"
    torch.backends.cuda.matmul.allow_tf32 = False
    torch.backends.cudnn.allow_tf32 = False
    with open(sys.argv[1], encoding="utf-8") as file:
        cases = json.load(file)
    features, blocks, sums, costs = [], [], [], 0
    for case in cases:
        found = score(case, device)
        features += [deviation(*pair) for pair in zip(found.features, case["expressivityPerFeature"], strict=True)]
        blocks += [deviation(*pair) for pair in zip(found.blocks, case["trainabilityPerBlock"], strict=True)]
        # A sum or difference of features may be off by what its features may; a mean of blocks likewise.
        for got, name, parts in (
            (found.expressivity, "expressivity", sum(max(1.0, abs(e)) for e in found.features) * FEATURE),
            (found.progressivity, "progressivity", 2 * max(max(1.0, abs(e)) for e in found.features) * FEATURE),
            (found.trainability, "trainability", sum(max(1.0, abs(e)) for e in found.blocks) / len(found.blocks) * BLOCK_WORST),
        ):
            wanted = float(case[name])
            off = 0.0 if got == wanted else abs(got - wanted)
            sums.append(off / parts if math.isfinite(off) else math.inf)
        # The cases' costs are counted for 32 x 32 and 10 classes.
        network = nb201.build(case["arch"])
        costs += network.flops(32) != round(case["megaflops"] * 1e6)
        costs += network.parameter_count() != round(case["megaparams"] * 1e6)
    share = sum(d <= BLOCK for d in blocks) / len(blocks)
    checks = [
        (f"expressivity per feature: largest deviation {max(features):.3g} (at most {FEATURE:g})", max(features) <= FEATURE),
        (f"trainability per block: largest deviation {max(blocks):.3g} (at most {BLOCK_WORST:g})", max(blocks) <= BLOCK_WORST),
        (f"trainability per block: {share:.2%} within {BLOCK:g} (at least {BLOCK_SHARE:.0%})", share >= BLOCK_SHARE),
        (f"sums and means: largest deviation {max(sums):.3g} of what their parts may be off (at most 1)", max(sums) <= 1),
        (f"FLOPs and parameters: {costs} wrong", costs == 0),
    ]
    print(f"{len(cases)} cases on {device}, torch {torch.__version__}")
    for text, good in checks:
        print("ok  " if good else "FAIL", text)
    return 0 if all(good for _, good in checks) else 1


if __name__ == "__main__":
    raise SystemExit(main())
