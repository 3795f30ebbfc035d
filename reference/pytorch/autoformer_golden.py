"""Creates the tensors of AutoFormer's golden cases, by the case's profile and the tensor's name."""
from fnmatch import fnmatchcase

import torch

from tensors import he, scaled

PROFILES = ("init", "he", "full")


def uniform(std: float):
    return lambda name, shape: scaled(name, shape, std)


def constant(value: float):
    return lambda _, shape: torch.full(shape, value)


def gain(name: str, shape: torch.Size) -> torch.Tensor:
    return 1 + scaled(name, shape, 0.2)


# Patterns of tensor names, the first match of which counts, with the way in which each of PROFILES creates
# the tensor (goldens/autoformer/SPACE.md, section 5).
TABLE = (
    ("patch_embed.weight", uniform(2304**-0.5), he, he),
    ("patch_embed.bias", uniform(2304**-0.5), uniform(0.1), uniform(0.1)),
    ("cls_token", uniform(0.02), uniform(1), uniform(1)),
    ("pos_embed", uniform(0.02), uniform(1), uniform(1)),
    ("*.rel_[kv].[vh]", uniform(0.02), uniform(0.5), uniform(0.5)),
    ("*_norm.weight", constant(1), constant(1), gain),
    ("*_norm.bias", constant(0), constant(0), uniform(0.2)),
    ("*.weight", uniform(0.02), he, he),
    ("*.bias", constant(0), constant(0), uniform(0.3)),
)


def arch(case: dict) -> str:
    layers = (f"h{heads}r{ratio}" for heads, ratio in zip(case["numHeads"], case["mlpRatio"], strict=True))
    return "-".join((f"w{case['embedDim']}", *layers))


def weight(case: dict, name: str, shape: torch.Size) -> torch.Tensor:
    if any(fnmatchcase(name, pattern) for pattern in case["zero"]):
        return torch.zeros(shape)
    makes = next(makes for pattern, *makes in TABLE if fnmatchcase(name, pattern))
    return makes[PROFILES.index(case["profile"])](name, shape)
