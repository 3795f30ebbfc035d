"""Checks the baseline in float32 against golden cases: `golden.py CASES.json`. Exits 0 only if all are within tolerance."""
from setup import enter

enter()

from collections.abc import Callable
from dataclasses import dataclass
import json
import math
import sys

import torch

import autoformer_golden
import proxies
from spaces import SPACES
from tensors import he, scaled, signs


@dataclass(frozen=True)
class Kind:
    """Cases of one space: where they hold the candidate, their tolerances relative to max(1, |value|), and
    their costs."""

    space: str
    candidate: str
    feature: float
    block: Callable[[dict], float]
    most_blocks: float  # nine in ten blocks are within this
    costs: Callable[[torch.nn.Module, dict], list[bool]]  # whether each cost is right
    weight: Callable[[dict, str, torch.Size], torch.Tensor] = lambda case, name, shape: he(name, shape)

    def arch(self, case: dict) -> str:
        return autoformer_golden.arch(case) if self.space == "autoformer" else case[self.candidate]


KINDS = [
    Kind(
        space="nas-bench-201", candidate="arch", feature=1e-4, block=lambda case: 5e-3, most_blocks=2e-4,
        # Costs are counted for 32 x 32 images and 10 classes.
        costs=lambda network, case: [
            network.flops(32) == round(case["megaflops"] * 1e6),
            network.parameter_count() == round(case["megaparams"] * 1e6),
        ],
    ),
    Kind(
        space="mobilenet-v2", candidate="structure", feature=5e-4, most_blocks=1e-3,
        # Blocks may deviate as much as the published code in float32 does.
        block=lambda case: max(1e-3, 5 * case.get("float32", {}).get("maxBlockRelativeDeviation", 0)),
        costs=lambda network, case: [
            network.flops(case["resolution"]) == case["flops"],
            network.flops(224) == case["flops224"],
            network.parameter_count() == case["params"],
            network.layers == case["numLayers"],
        ],
    ),
    Kind(
        space="autoformer", candidate="embedDim", feature=1e-5, block=lambda case: 1e-5, most_blocks=1e-5,
        costs=lambda network, case: [
            network.flops(case["resolution"]) == case["complexity"],
            network.flops(224) == case["flopsAt224"],
            network.parameter_count() == case["params"],
        ],
        weight=autoformer_golden.weight,
    ),
]  # fmt: skip
MOST = 0.9


def kind_of(case: dict) -> Kind:
    for kind in KINDS:
        if kind.candidate in case:
            return kind
    raise SystemExit(f"a case has none of the fields {', '.join(kind.candidate for kind in KINDS)}")


def score(kind: Kind, network: torch.nn.Module, case: dict, device: str) -> proxies.Score:
    for name, weight in network.weights().items():
        weight.copy_(kind.weight(case, name, weight.shape))
    images = scaled("input", torch.Size((case["batch"], 3, case["resolution"], case["resolution"])), 1.0)
    return proxies.score(network, images.to(device), signs)


def deviation(got: float | None, wanted: float | str | None) -> float:
    """The deviation relative to max(1, |wanted|); infinities and skipped blocks must be equal."""
    if got is None or wanted is None:
        return 0.0 if got == wanted else math.inf
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
    # Each deviation as a share of its tolerance, except `close`: whether a block is within the narrow
    # tolerance.
    features, blocks, close, sums, costs = [], [], [], [], []
    for case in cases:
        kind = kind_of(case)
        network = SPACES[kind.space].build(kind.arch(case), device, case["resolution"])
        found = score(kind, network, case, device)
        block_tolerance = kind.block(case)
        features += [deviation(*pair) / kind.feature for pair in zip(found.features, case["expressivityPerFeature"], strict=True)]
        off = [deviation(*pair) for pair in zip(found.blocks, case["trainabilityPerBlock"], strict=True)]
        blocks += [d / block_tolerance for d in off]
        close += [d <= kind.most_blocks for d in off]
        # A sum or difference of features may deviate by what its features may, and so may a mean of blocks.
        counted = [max(1.0, abs(e)) for e in found.blocks if e is not None]
        for got, name, parts in (
            (found.expressivity, "expressivity", sum(max(1.0, abs(e)) for e in found.features) * kind.feature),
            (found.progressivity, "progressivity", 2 * max(max(1.0, abs(e)) for e in found.features) * kind.feature),
            (found.trainability, "trainability", sum(counted) / max(1, len(counted)) * block_tolerance),
        ):
            if name not in case:
                continue
            wanted = float(case[name])
            difference = 0.0 if got == wanted else abs(got - wanted)
            sums.append(difference and difference / parts if math.isfinite(difference) else math.inf)
        costs += kind.costs(network, case)
    share = sum(close) / len(close)
    checks = [
        (f"expressivity per feature: largest deviation {max(features):.3g} of its tolerance", max(features) <= 1),
        (f"trainability per block: largest deviation {max(blocks):.3g} of its tolerance", max(blocks) <= 1),
        (f"trainability per block: {share:.2%} within the narrow tolerance (at least {MOST:.0%})", share >= MOST),
        (f"sums and means: largest deviation {max(sums):.3g} of what their parts may be off", max(sums) <= 1),
        (f"FLOPs, parameters, layers: {costs.count(False)} of {len(costs)} wrong", all(costs)),
    ]
    print(f"{len(cases)} cases on {device}, torch {torch.__version__}")
    for text, good in checks:
        print("ok  " if good else "FAIL", text)
    return 0 if all(good for _, good in checks) else 1


if __name__ == "__main__":
    raise SystemExit(main())
