"""Computes proxies of whole networks in PyTorch, each from its paper's formula, with autograd's gradients.
Sources: docs/reference/proxies.md."""
import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

from recorder import Recorder


@dataclass(frozen=True)
class Whole:
    """A network with the tensors of a draw."""

    forward: Callable[[Tensor], Tensor]  # maps images to class scores
    last: Callable[[], Tensor]  # the last feature of the latest run, before the mean over positions
    weights: list[Tensor]  # weights of convolutions and linear layers
    parameters: list[Tensor]  # all trainable tensors
    images: Tensor
    labels: Tensor
    second: Tensor  # another batch
    second_labels: Tensor
    noise: Tensor
    classes: Tensor  # uniform numbers with which classes are sampled
    costs: dict


def run(net: Whole, images: Tensor, normalization: str = "batch") -> tuple[Tensor, Recorder]:
    with Recorder(net.weights, normalization) as record:
        out = net.forward(images)
    record.depth, record.spatial_depth = record.depths[id(out)]
    logits = out.reshape(len(images), -1)
    if logits.requires_grad:
        # Parts on which the output does not depend are no part of the network.
        record.activations = reached(logits, record.activations)
        record.normalized = reached(logits, record.normalized)
    return logits, record


def reached(logits: Tensor, pairs: list[tuple[Tensor, Tensor]]) -> list[tuple[Tensor, Tensor]]:
    # No gradient comes to what is computed before all weights, as the first normalization of a network of embeddings.
    early = [pair for pair in pairs if not pair[1].requires_grad]
    late = [pair for pair in pairs if pair[1].requires_grad]
    if not late:
        return early
    grads = torch.autograd.grad(logits.sum(), [out for _, out in late], retain_graph=True, allow_unused=True)
    # Activations that read only zeros, after an operation `none`, do not depend on the images.
    return early + [pair for pair, g in zip(late, grads, strict=True) if g is not None and pair[1].any()]


def used(forward: Callable[[Tensor], Tensor], images: Tensor, weights: list[Tensor]) -> list[Tensor]:
    """The weights on which the output depends; those of layers that read only zeros have no gradient."""
    grads = torch.autograd.grad(forward(images).sum(), weights, allow_unused=True)
    return [w for w, g in zip(weights, grads, strict=True) if g is not None and g.any()]


def gradients(net: Whole, images: Tensor, labels: Tensor, create_graph: bool = False) -> tuple[Tensor, ...]:
    logits, _ = run(net, images)
    return torch.autograd.grad(F.cross_entropy(logits, labels), net.weights, create_graph=create_graph)


def dots(a, b) -> Tensor:
    return sum((x * y).sum() for x, y in zip(a, b, strict=True))


def grad_norm(net: Whole) -> float:
    return float(sum(g.norm() for g in gradients(net, net.images, net.labels)))


def snip(net: Whole) -> float:
    return float(sum((w * g).abs().sum().detach() for w, g in zip(net.weights, gradients(net, net.images, net.labels), strict=True)))


def plain(net: Whole) -> float:
    return float(dots(net.weights, gradients(net, net.images, net.labels)))


def l2_norm(net: Whole) -> float:
    return float(sum(w.detach().norm() for w in net.weights))


def grasp(net: Whole) -> float:
    first = gradients(net, net.images, net.labels, create_graph=True)
    second = torch.autograd.grad(dots([g.detach() for g in first], first), net.weights, allow_unused=True)
    return -float(dots(net.weights, [torch.zeros_like(w) if h is None else h for w, h in zip(net.weights, second)]))


def fisher(net: Whole) -> float:
    logits, record = run(net, net.images)
    outputs = [record.outputs[i] for i in sorted(record.outputs)]
    grads = torch.autograd.grad(F.cross_entropy(logits, net.labels), [out for out, _ in outputs])
    total = 0.0
    for (out, axis), g in zip(outputs, grads, strict=True):
        product = (out * g).movedim(axis, 1).flatten(2).sum(2) if out.dim() > 2 else out * g
        total += float((product**2).sum()) / (2 * len(logits))
    return total


def jacobian_and_classes(net: Whole) -> tuple[Tensor, int]:
    images = net.images.detach().requires_grad_()
    logits, _ = run(net, images)
    return torch.autograd.grad(logits.sum(), images)[0].flatten(1), logits.shape[1]


def correlations(rows: Tensor) -> Tensor:
    centred = rows - rows.mean(1, keepdim=True)
    length = centred.norm(dim=1, keepdim=True)
    unit = torch.where(length > 0, centred / length, torch.zeros_like(centred))
    return unit @ unit.T


def jacov(net: Whole) -> float:
    s = torch.linalg.eigvalsh(correlations(jacobian_and_classes(net)[0])).clamp_min(0) + 1e-5
    return -float((s.log() + 1 / s).sum())


def epe_nas(net: Whole) -> float:
    rows, classes = jacobian_and_classes(net)
    if (rows == rows[:, :1]).all(1).any():
        return -math.inf
    parts = [rows[net.labels == label] for label in net.labels.unique()]
    sums = torch.stack([(correlations(part).abs() + 1e-5).log().sum() / (len(part) if classes > 100 else 1) for part in parts])
    if classes <= 100:
        return float(sums.abs().sum())
    return float((sums[:, None] - sums[None, :]).abs().sum() / len(sums))


def codes(net: Whole) -> Tensor:
    """Whether each unit is active, [images, units]."""
    _, record = run(net, net.images)
    return torch.cat([(x > 0).flatten(1) for x, _ in record.activations], 1)


def naswot(net: Whole) -> float:
    c = codes(net).to(torch.float64)
    return float(torch.linalg.slogdet(c @ c.T + (1 - c) @ (1 - c).T)[1])


def swap(net: Whole) -> float:
    return float(len(torch.unique(codes(net), dim=1).T))


def zen(net: Whole) -> float:
    _, record = run(net, net.images)
    before = net.last().detach()
    run(net, net.images + 0.01 * net.noise)
    distance = (before - net.last().detach()).flatten(1).norm(dim=1).mean()
    return float(distance.log() + sum(0.5 * v.log() for v, _ in record.normalized))


def zico(net: Whole) -> float:
    score = 0.0
    for a, b in zip(gradients(net, net.images, net.labels), gradients(net, net.second, net.second_labels), strict=True):
        both = torch.stack((a.abs(), b.abs()))
        mean, std = both.mean(0), both.std(0, unbiased=False)
        total = float((mean / std)[std > 0].sum())
        score += math.log(total) if total > 0 else 0.0
    return score


def matrix(x: Tensor) -> Tensor:
    """[samples, channels]."""
    return (x.movedim(1, -1) if x.dim() > 3 else x).reshape(-1, x.shape[1 if x.dim() > 3 else -1])


def effective_rank(x: Tensor) -> float:
    s = torch.linalg.svdvals(matrix(x.detach()))
    if float(s.sum()) == 0:
        return 0.0
    p = s / s.sum()
    return math.exp(float(-torch.special.xlogy(p, p).sum()))


def near(net: Whole) -> float:
    _, record = run(net, net.images)
    return sum(effective_rank(x) + effective_rank(y) for x, y in record.activations)


def meco(net: Whole) -> float:
    _, record = run(net, net.images)
    total = 0.0
    for out, axis in record.outputs.values():
        rows = out.detach()[0].movedim(axis - 1, 0).flatten(1) if out.dim() > 2 else out.detach()[0][:, None]
        if rows.shape[1] > rows.shape[0]:
            total += float(torch.linalg.eigvalsh(correlations(rows)).min())
    return total


def synflow(net: Whole) -> float:
    saved = [w.detach().clone() for w in net.parameters]
    with torch.no_grad():
        for w in net.parameters:
            w.abs_()
    # All images of the batch are the same image of ones, so one of them suffices.
    logits, _ = run(net, torch.ones_like(net.images[:1]), "none")
    # Without a weight that the output depends on, nothing flows.
    flows = torch.autograd.grad(logits.sum(), net.weights) if net.weights else []
    total = float(dots([w.detach() for w in net.weights], flows)) if net.weights else 0.0
    with torch.no_grad():
        for w, value in zip(net.parameters, saved, strict=True):
            w.copy_(value)
    return math.log(total) + math.log(len(net.images)) if total > 0 else -math.inf


def vkdnw(net: Whole) -> float:
    logits, record = run(net, net.images, "fixed")
    count = len(record.outputs)
    chosen = list(range(count)) if count <= 128 else [i * count // 128 for i in range(128)]
    weights = [net.weights[i] for i in sorted(record.outputs)]
    p = logits.detach().softmax(1)
    batch, classes = p.shape
    rows = []
    for n in range(batch):
        passes = classes if classes <= 16 else 16
        for k in range(passes):
            if classes <= 16:
                cotangent = p[n, k].sqrt() * (F.one_hot(torch.tensor(k), classes) - p[n])
            else:
                y = int((p[n].cumsum(0) > net.classes[k * batch + n]).nonzero()[0])
                cotangent = (F.one_hot(torch.tensor(y), classes) - p[n]) / math.sqrt(passes)
            grads = torch.autograd.grad(logits[n], [weights[i] for i in chosen], cotangent, retain_graph=True)
            rows.append(torch.stack([g.flatten()[0] for g in grads]))
    j = torch.stack(rows)
    values = torch.linalg.eigvalsh(j.T @ j / batch).clamp_min(0)
    deciles = torch.quantile(values, torch.arange(1, 10, dtype=values.dtype) / 10)
    if float(deciles.sum()) == 0:
        return float(count)
    q = deciles / deciles.sum()
    return count + float(-torch.special.xlogy(q, q).sum())


def depth(net: Whole) -> float:
    return float(run(net, net.images)[1].depth)


def spatial_depth(net: Whole) -> float:
    """The convolutions with kernels of more than one position on the path that has most of them."""
    return float(run(net, net.images)[1].spatial_depth)


def activations(net: Whole) -> float:
    """The elements in the outputs of all layers, for one image; of each use of a layer."""
    return run(net, net.images)[1].elements / len(net.images)


PROXIES = {
    "synflow": synflow, "snip": snip, "grasp": grasp, "grad-norm": grad_norm, "fisher": fisher, "l2-norm": l2_norm, "plain": plain,
    "jacov": jacov, "naswot": naswot, "epe-nas": epe_nas, "zen": zen, "zico": zico, "near": near, "meco": meco, "vkdnw": vkdnw,
    "swap": swap, "depth": depth, "spatial-depth": spatial_depth, "activations": activations,
}  # fmt: skip
