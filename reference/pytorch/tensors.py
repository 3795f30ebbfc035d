"""Creates tensors that are determined by their names, as in test/goldens."""
import math

import numpy as np
import torch


def uniform(name: str, count: int) -> np.ndarray:
    """`count` values in [0, 1) that `name` determines: FNV-1a 32 seeds a counter, which murmur3's finalizer
    mixes."""
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


def he(name: str, shape: torch.Size) -> torch.Tensor:
    """He scale with fan-in; `shape` is (outputs, inputs, ...)."""
    return scaled(name, shape, math.sqrt(2 / shape[1:].numel()))


def signs(block: int, like: torch.Tensor) -> torch.Tensor:
    values = np.where(uniform(f"signs.{block}", like.numel()) < 0.5, np.float32(-1), np.float32(1))
    return torch.from_numpy(values).reshape(like.shape).to(like.device)
