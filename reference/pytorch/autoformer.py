"""Builds AutoFormer's vision transformers as eager PyTorch modules for one architecture, a subnetwork of a
supernet."""
from dataclasses import dataclass
from functools import lru_cache
import math
import re

import torch
from torch import Tensor, nn
from torch.nn import functional as F

HEAD, PATCH, CLASSES = 64, 16, 1000
FARTHEST = 14  # larger relative positions are clipped to this
TABLE = 2 * FARTHEST + 2  # entry 0 is for the class token
STD = 0.02


@dataclass(frozen=True)
class Architecture:
    width: int
    heads: tuple[int, ...]  # heads of each layer
    ratios: tuple[float, ...]

    def hidden(self, layer: int) -> int:
        return math.trunc(self.width * self.ratios[layer])


SUPERNETS = tuple(  # tiny, small, base
    Architecture(width, (heads,) * depth, (4,) * depth) for depth, width, heads in ((14, 256, 4), (14, 448, 7), (16, 640, 10))
)


def parse(arch: str) -> Architecture:
    """Reads `w216-h3r4-h4r3.5-...`: width, then heads and MLP ratio of each layer."""
    width, *layers = arch.strip().split("-")
    found = [re.fullmatch(r"h(\d+)r([\d.]+)", layer) for layer in layers]
    if not re.fullmatch(r"w\d+", width) or not all(found):
        raise ValueError(f"not an architecture of AutoFormer: {arch!r}")
    return Architecture(int(width[1:]), tuple(int(layer[1]) for layer in found), tuple(float(layer[2]) for layer in found))


class Linear(nn.Linear):
    def reset_parameters(self) -> None:
        nn.init.normal_(self.weight, std=STD)
        nn.init.zeros_(self.bias)


def normal(*shape: int) -> nn.Parameter:
    return nn.Parameter(torch.empty(shape).normal_(std=STD))


@lru_cache
def distances(side: int, device: torch.device) -> tuple[Tensor, Tensor]:
    """Entries [N, N] of the tables of rows and of columns for each query and key; 0 if either is the class
    token."""
    place = torch.arange(side, device=device)
    grid = torch.stack((place.repeat_interleave(side), place.repeat(side)))
    apart = grid[:, None, :] - grid[:, :, None]  # key minus query
    rows, columns = F.pad(apart.clamp(-FARTHEST, FARTHEST) + FARTHEST + 1, (1, 0, 1, 0))
    return rows, columns


class RelativePositions(nn.Module):
    def __init__(self):
        super().__init__()
        self.v = normal(TABLE, HEAD)
        self.h = normal(TABLE, HEAD)

    def forward(self, tokens: int) -> Tensor:
        """The vector for each query and key, [N, N, 64]."""
        rows, columns = distances(math.isqrt(tokens - 1), self.v.device)
        return self.v[rows] + self.h[columns]


class Attention(nn.Module):
    def __init__(self, width: int, heads: int):
        super().__init__()
        self.heads = heads
        self.qkv = Linear(width, 3 * heads * HEAD)
        self.rel_k = RelativePositions()
        self.rel_v = RelativePositions()
        self.proj = Linear(heads * HEAD, width)

    def forward(self, x: Tensor) -> Tensor:
        images, tokens, _ = x.shape
        q, k, v = self.qkv(x).view(images, tokens, 3, self.heads, HEAD).permute(2, 0, 3, 1, 4)
        logits = (q @ k.mT + torch.einsum("bhnd,nmd->bhnm", q, self.rel_k(tokens))) * HEAD**-0.5
        p = logits.softmax(dim=-1)
        taken = p @ v + torch.einsum("bhnm,nmd->bhnd", p, self.rel_v(tokens))
        return self.proj(taken.transpose(1, 2).flatten(2))


class Layer(nn.Module):
    def __init__(self, width: int, heads: int, hidden: int):
        super().__init__()
        self.attn_norm = nn.LayerNorm(width)
        self.attn = Attention(width, heads)
        self.mlp_norm = nn.LayerNorm(width)
        self.fc1 = Linear(width, hidden)
        self.fc2 = Linear(hidden, width)

    def attend(self, x: Tensor) -> Tensor:
        return x + self.attn(self.attn_norm(x))

    def mlp(self, x: Tensor) -> Tensor:
        return x + self.fc2(F.gelu(self.fc1(self.mlp_norm(x))))


class Network(nn.Module):
    """Features are the stream after each attention and each MLP; the embedding is not a feature."""

    skips_identities = True

    def __init__(self, arch: Architecture, resolution: int):
        super().__init__()
        width, patches = arch.width, (resolution // PATCH) ** 2
        self.patch_embed = nn.Conv2d(3, width, PATCH, stride=PATCH)
        self.cls_token = normal(width)
        self.pos_embed = normal(patches + 1, width)
        self.layers = nn.ModuleList(Layer(width, heads, arch.hidden(i)) for i, heads in enumerate(arch.heads))
        self.norm = nn.LayerNorm(width)
        self.head = Linear(width, CLASSES)

    def stem(self, images: Tensor) -> Tensor:
        """The part of the network up to the first feature, [images, tokens, channels]."""
        patches = self.patch_embed(images).flatten(2).mT
        first = self.cls_token.expand(len(images), 1, -1)
        return self.layers[0].attend(torch.cat((first, patches), dim=1) + self.pos_embed)

    @property
    def blocks(self):
        """The part from one feature to the next."""
        after = (step for layer in self.layers[1:] for step in (layer.attend, layer.mlp))
        return [self.layers[0].mlp, *after]

    def forward(self, images: Tensor) -> Tensor:
        x = self.stem(images)
        for block in self.blocks:
            x = block(x)
        return self.head(self.norm(x).mean(dim=1))

    def flops(self, resolution: int) -> float:
        """Multiply-accumulates as the published search counts them: with one token too many inside the
        layers."""
        patches, width = (resolution // PATCH) ** 2, self.head.in_features
        n = patches + 2
        total = 3 * PATCH**2 * width * patches + width + (patches + 1) * width / 2 + (patches + 1) * CLASSES * width
        for layer in self.layers:
            q, hidden = layer.attn.heads * HEAD, layer.fc1.out_features
            total += n * (2 * width + 4 * width * q + q / 2 + 2 * width * hidden) + n * n * (2 * q + 2 * FARTHEST + 0.5)
        return total

    def parameter_count(self) -> int:
        return sum(p.numel() for p in self.parameters())

    def weights(self) -> dict[str, Tensor]:
        """The weights of a draw, under the names in test/goldens."""
        classifier = ("norm.", "head.")
        return {name.replace("layers.", "blocks."): p for name, p in self.named_parameters() if not name.startswith(classifier)}


@lru_cache(maxsize=1)
def supernet(largest: Architecture, device: torch.device, resolution: int) -> dict[str, Tensor]:
    """Drawn once and shared by all candidates, as in the published search."""
    with device:
        return Network(largest, resolution).requires_grad_(False).state_dict()


def front(name: str, of: Tensor, shape: torch.Size) -> Tensor:
    """The leading slice of a supernet's tensor; for queries, keys and values one slice each."""
    if ".qkv." in name:
        of, shape = of.unflatten(0, (3, -1)), torch.Size((3, shape[0] // 3, *shape[1:]))
        return of[tuple(map(slice, shape))].flatten(0, 1)
    return of[tuple(map(slice, shape))]


def build(arch: str, device: torch.device | str = "cpu", resolution: int = 224) -> Network:
    """A network for images of one size with the supernet's weights, without gradients of weights."""
    wanted = parse(arch)
    largest = next(net for net in SUPERNETS if net.width >= wanted.width and len(net.heads) >= len(wanted.heads))
    drawn = supernet(largest, torch.device(device), resolution)
    with torch.device("meta"):
        network = Network(wanted, resolution).eval().requires_grad_(False)
    cut = {name: front(name, drawn[name], tensor.shape) for name, tensor in network.state_dict().items()}
    network.load_state_dict(cut, assign=True)
    return network
