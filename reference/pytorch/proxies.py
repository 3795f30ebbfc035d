"""The four proxies of a network that has `stem` and `blocks`, from the formulas of docs/understand/method.md.

Knows no search space: a network is a module with `stem`, `blocks`, `flops(resolution)` and `parameter_count()`, and
`skips_identities` where blocks that are identities do not count. Features are maps [b, c, h, w] or tokens [b, n, c].
"""
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F

Signs = Callable[[int, Tensor], Tensor]


@dataclass(frozen=True)
class Score:
    expressivity: float
    progressivity: float
    trainability: float
    complexity: float
    parameters: int
    features: list[float]  # expressivity of each feature
    blocks: list[float | None]  # trainability of each block; None if it is skipped


def random_signs(_block: int, like: Tensor) -> Tensor:
    """A Rademacher tensor: -1 or +1."""
    return torch.randint_like(like, 0, 2).mul_(2).sub_(1)


def by_channel(x: Tensor) -> Tensor:
    """[images, channels, positions] for maps, [1, channels, tokens of all images] for tokens."""
    return x.flatten(2) if x.dim() == 4 else x.flatten(0, 1).mT[None]


@torch.no_grad()
def covariance(feature: Tensor) -> Tensor:
    x = by_channel(feature)
    x = x - x.mean(dim=(0, 2), keepdim=True)
    return torch.bmm(x, x.mT).sum(dim=0) / (x.shape[0] * x.shape[2])


@torch.no_grad()
def jacobian(g: Tensor, v: Tensor) -> Tensor:
    """M = G^T V / positions, where g is brought to the output's positions."""
    shrink = g.shape[2] // v.shape[2]
    if shrink > 1:
        g = F.pixel_unshuffle(g, shrink)
    g, v = by_channel(g), by_channel(v)
    return torch.bmm(g, v.mT).sum(dim=0) / (v.shape[0] * v.shape[2])


def identical(g: Tensor, v: Tensor) -> bool | Tensor:
    """Whether the block is an identity. On a GPU the answer stays there, so that the host need not wait for
    it."""
    if g.shape != v.shape:
        return False
    return (g == v).all() if g.is_cuda else torch.equal(g, v)


def by_shape(matrices: list[Tensor], values: Callable[[Tensor], Tensor]) -> list[float]:
    """`values` of every matrix, with one batched call for each shape; values that are not finite give NaN."""
    groups = defaultdict(list)
    for index, matrix in enumerate(matrices):
        groups[matrix.shape].append(index)
    found = [math.nan] * len(matrices)
    for indices in groups.values():
        stack = torch.stack([matrices[i] for i in indices])
        finite = stack.isfinite().flatten(1).all(dim=1)
        result = values(torch.where(finite[:, None, None], stack, 0))
        for index, value in zip(indices, torch.where(finite, result, math.nan).tolist()):
            found[index] = value
    return found


def entropy(covariances: Tensor) -> Tensor:
    eigenvalues = torch.linalg.eigvalsh(covariances).clamp(min=0)
    p = eigenvalues / eigenvalues.sum(dim=-1, keepdim=True)  # a dead feature: 0 / 0
    return -(p * (p + 1e-8).log()).sum(dim=-1)


def largest_singular(matrices: Tensor) -> Tensor:
    return torch.linalg.svdvals(matrices)[..., 0]


def lowest_if_nan(value: float) -> float:
    return -math.inf if math.isnan(value) else value


def score(network: nn.Module, images: Tensor, signs: Signs = random_signs) -> Score:
    """One pass over the blocks: the forward pass of each, its vector-Jacobian product, its statistics."""
    with torch.no_grad():
        feature = network.stem(images)
    covariances = [covariance(feature)]
    jacobians: list[Tensor] = []
    identities: list[bool | Tensor] = []
    for index, block in enumerate(network.blocks):
        x = feature.detach().requires_grad_()
        y = block(x)
        v = signs(index, y.detach())
        (g,) = torch.autograd.grad(y, x, v)
        feature = y.detach()
        covariances.append(covariance(feature))
        jacobians.append(jacobian(g, v))
        identities.append(identical(g, v))

    features = [lowest_if_nan(e) for e in by_shape(covariances, entropy)]
    sigmas = by_shape(jacobians, largest_singular)
    of_identity = None if getattr(network, "skips_identities", False) else -math.inf
    blocks = [
        of_identity if identity else lowest_if_nan(2 - sigma - 1 / (sigma + 1e-6))
        for sigma, identity in zip(sigmas, identities)
    ]
    counted = [block for block in blocks if block is not None]

    alive = all(map(math.isfinite, features))
    return Score(
        expressivity=math.fsum(features) if alive else -math.inf,
        progressivity=min(b - a for a, b in zip(features, features[1:])) if alive else -math.inf,
        trainability=math.fsum(counted) / len(counted) if counted and all(map(math.isfinite, counted)) else -math.inf,
        complexity=network.flops(images.shape[-1]),
        parameters=network.parameter_count(),
        features=features,
        blocks=blocks,
    )
