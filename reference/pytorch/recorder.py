"""Records what a network computes while it runs: layers, activation functions, their values, and the
depth."""
import torch
from torch import Tensor
from torch.overrides import TorchFunctionMode

LAYERS = {"conv1d", "conv2d", "conv3d", "linear", "matmul", "__matmul__"}
CURVES = {"erf", "sigmoid", "tanh"}


def tensors_in(value) -> list[Tensor]:
    if isinstance(value, Tensor):
        return [value]
    if isinstance(value, (list, tuple)):
        return [t for each in value for t in tensors_in(each)]
    return []


class Recorder(TorchFunctionMode):
    """`normalization`: `batch` leaves it as it is, `fixed` stops gradients through its statistics, `none`
    removes it."""

    def __init__(self, weights: list[Tensor], normalization: str = "batch"):
        super().__init__()
        self.weights = weights
        self.normalization = normalization
        self.outputs: dict[int, tuple[Tensor, int]] = {}  # for each weight's layer: output and channel axis
        self.elements = 0  # in the outputs of all layers, of each use of a layer
        self.activations: list[tuple[Tensor, Tensor]] = []  # input and output
        # The mean variance, with epsilon, and the input that was normalized.
        self.normalized: list[tuple[Tensor, Tensor]] = []
        self.kept: list[Tensor] = []  # keeps tensors alive, so that no id is used twice
        # For each tensor: the layers, and the convolutions with kernels of more than one position, on its longest paths.
        self.depths: dict[int, tuple[int, int]] = {}
        # For each tensor, the tensor from which it was computed by operations with constants only.
        self.origins: dict[int, Tensor] = {}
        self.gates: dict[int, Tensor] = {}  # the argument of each gate

    def activate(self, x: Tensor, out: Tensor):
        self.activations.append((x, out))

    def weight_of(self, args) -> int | None:
        for arg in args:
            for index, weight in enumerate(self.weights):
                if isinstance(arg, Tensor) and (arg is weight or arg._base is weight):
                    return index
        return None

    def __torch_function__(self, func, types, args=(), kwargs=None):
        kwargs = kwargs or {}
        name = getattr(func, "__name__", "")
        if name == "batch_norm":
            out = self.batch_norm(*args, **kwargs)
        elif name == "layer_norm":
            out = self.layer_norm(*args, **kwargs)
        elif name in ("relu", "relu_"):
            out = torch.clamp_min(args[0], 0)
            self.activate(args[0], out)
        elif name == "gelu":
            out = func(*args, **kwargs)
            self.activate(args[0], out)
        else:
            out = func(*args, **kwargs)
            self.watch(name, args, out)
        self.measure_depth(name, args, kwargs, out)
        return out

    def measure_depth(self, name, args, kwargs, out):
        inputs = tensors_in(args) + tensors_in(tuple(kwargs.values()))
        index = self.weight_of(args) if name in LAYERS else None
        before = [self.depths.get(id(t), (0, 0)) for t in inputs] or [(0, 0)]
        spatial = index is not None and name.startswith("conv") and any(side > 1 for side in args[1].shape[2:])
        layers = max(n for n, _ in before) + (index is not None)
        convolutions = max(n for _, n in before) + spatial
        for each in tensors_in(out):
            known = self.depths.get(id(each), (0, 0))
            self.depths[id(each)] = max(layers, known[0]), max(convolutions, known[1])
            self.kept.append(each)
        if index is not None:
            self.elements += out.numel()
            self.outputs[index] = (out, 1 if name.startswith("conv") else out.dim() - 1)

    def watch(self, name, args, out):
        """Activation functions that are written as x times a gate of x."""
        if not isinstance(out, Tensor):
            return
        parts = [t for t in args[:2] if isinstance(t, Tensor) and t.numel() > 1]
        if name in CURVES:
            self.gates[id(out)] = self.origins.get(id(args[0]), args[0])
        elif name in ("mul", "__mul__", "div", "__truediv__", "add", "__add__") and len(parts) == 1:
            if id(parts[0]) in self.gates:
                self.gates[id(out)] = self.gates[id(parts[0])]
            self.origins[id(out)] = self.origins.get(id(parts[0]), parts[0])
        elif name in ("mul", "__mul__") and len(parts) == 2:
            for x, gate in (parts, parts[::-1]):
                own = self.origins.get(id(x), x)
                if self.gates.get(id(gate)) is own:
                    self.activate(own, out)
                    break
        self.kept.append(out)

    def standardize(self, x: Tensor, axes: list[int], eps: float) -> Tensor:
        if self.normalization == "none":
            return x
        mean = x.mean(axes, keepdim=True)
        variance = ((x - mean) ** 2).mean(axes, keepdim=True) + eps
        if self.normalization == "fixed" and 0 in axes:
            mean, variance = mean.detach(), variance.detach()
        out = (x - mean) / variance.sqrt()
        self.normalized.append((variance.detach().mean(), out))
        return out

    def batch_norm(self, x, running_mean, running_var, weight=None, bias=None, training=True, momentum=0.1, eps=1e-5, *rest):
        shape = [1, -1] + [1] * (x.dim() - 2)
        out = self.standardize(x, [i for i in range(x.dim()) if i != 1], eps)
        out = out if weight is None else out * weight.reshape(shape)
        return out if bias is None else out + bias.reshape(shape)

    def layer_norm(self, x, normalized_shape, weight=None, bias=None, eps=1e-5, *rest):
        out = self.standardize(x, [x.dim() - 1 - i for i in range(len(normalized_shape))], eps)
        out = out if weight is None else out * weight
        return out if bias is None else out + bias
