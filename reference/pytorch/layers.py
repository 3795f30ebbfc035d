"""Defines layers that several spaces share."""
from torch import nn


class Conv2d(nn.Conv2d):
    """A convolution, drawn He normal with fan-in when it is created; a bias begins at 0."""

    def __init__(self, c_in: int, c_out: int, kernel: int, stride: int = 1, groups: int = 1, bias: bool = False):
        super().__init__(c_in, c_out, kernel, stride, padding=kernel // 2, groups=groups, bias=bias)

    def reset_parameters(self) -> None:
        nn.init.kaiming_normal_(self.weight)
        if self.bias is not None:
            nn.init.zeros_(self.bias)


def batch_norm(channels: int, eps: float = 1e-5) -> nn.BatchNorm2d:
    """Batch normalization with batch statistics only, without running averages."""
    return nn.BatchNorm2d(channels, eps=eps, track_running_stats=False)
