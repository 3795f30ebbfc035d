"""Exports torchvision networks as ONNX, and times the proxies of the same networks in eager PyTorch. See README.md."""
from setup import enter

enter()

import json
import math
import sys
import time
import warnings
from pathlib import Path

import numpy as np
import torch
import torchvision
from onnx import numpy_helper
from torch import Tensor, fx, nn
from torchvision import models
from torchvision.models.feature_extraction import NodePathTracer

import onnx_reference
from proxies import by_shape, entropy, largest_singular, lowest_if_nan
from score import MEMORY_FORMATS, bare, peak_bytes, versions

sys.path.insert(0, str(Path(__file__).parents[2] / "python"))
from zeroscout_export import export  # noqa: E402


warnings.filterwarnings("ignore")


class WithOwnWeights(onnx_reference.Network):
    """The graph of a file, with the weights that the file holds."""

    def __init__(self, path: str):
        super().__init__(path, torch.float32)
        for t in self.graph.initializer:
            self.fixed[t.name] = torch.from_numpy(np.array(numpy_helper.to_array(t)))
        self.input = self.graph.input[0].name


def build(name: str) -> nn.Module:
    """The network as it is scored: normalization in training mode, no dropout, no stochastic depth, and the
    same weights each time."""
    torch.manual_seed(0)
    network = models.get_model(name, weights=None).train()
    for module in network.modules():
        if isinstance(module, nn.modules.dropout._DropoutNd) or type(module).__name__ == "StochasticDepth":
            module.eval()
    network.requires_grad_(False)
    draw_weights(network)
    return network


def draw_weights(network: nn.Module) -> None:
    """He normal for weights of products, 1 and 0 for normalization and layer scales, 0 for biases, 0.02 for
    positions and tables."""
    for name, weight in network.named_parameters():
        kind = name.rpartition(".")[2]
        if kind.endswith(("embedding", "token", "table")):
            weight.normal_(std=0.02)
        elif kind == "layer_scale" or weight.dim() == 1 and kind.endswith("weight"):
            weight.fill_(1)
        elif weight.dim() == 1:
            weight.zero_()
        else:
            weight.normal_(std=math.sqrt(2 / weight[0].numel()))


def matching_nodes(traced: fx.GraphModule, images: Tensor, wanted: list[Tensor]) -> list[fx.Node]:
    """The nodes whose values are those in the file, in order; of several with the same value, the last."""
    found: list[fx.Node | None] = [None] * len(wanted)

    class Search(fx.Interpreter):
        def run_node(self, node: fx.Node):
            value = super().run_node(node)
            for i, tensor in enumerate(wanted):
                if isinstance(value, Tensor) and value.shape == tensor.shape:
                    if torch.allclose(value, tensor, rtol=1e-3, atol=1e-3):
                        found[i] = node
            return value

    with torch.no_grad():
        Search(traced).run(images)
    missing = [i for i, node in enumerate(found) if node is None]
    if missing:
        raise ValueError(f"no value of the network is that of the file's features {missing}")
    return found


def part_between(traced: fx.GraphModule, start: fx.Node, end: fx.Node) -> fx.GraphModule:
    """The nodes that compute `end` from `start`."""
    needed, open_nodes = {start}, [end]
    while open_nodes:
        node = open_nodes.pop()
        if node not in needed:
            needed.add(node)
            open_nodes += node.all_input_nodes
    graph = fx.Graph()
    copies = {start: graph.placeholder("x")}
    for node in traced.graph.nodes:
        if node in needed and node is not start:
            copies[node] = graph.node_copy(node, copies.__getitem__)
    graph.output(copies[end])
    return fx.GraphModule(traced, graph)


class CutNetwork:
    """A network as modules that lead from feature to feature, in eager mode."""

    def __init__(self, name: str, file: str, features: list[str], axes: list[int], resolution: int):
        self.axes = axes
        network = build(name)
        tracer = NodePathTracer(autowrap_modules=(math, torchvision.ops))
        traced = fx.GraphModule(network, tracer.trace(network))
        images = torch.randn(2, 3, resolution, resolution)
        source = WithOwnWeights(file)
        with torch.no_grad():
            values = source.run({source.input: images}, features[-1])
        nodes = matching_nodes(traced, images, [values[feature] for feature in features])
        images_node = next(iter(traced.graph.nodes))
        self.parts = [part_between(traced, *ends) for ends in zip([images_node, *nodes], nodes)]

    def score(self, batch: int, resolution: int, memory_format: torch.memory_format):
        """Expressivity of each feature and trainability of each block, with new weights, images and
        probes."""
        with torch.no_grad():
            for part in self.parts:
                draw_weights(part)
            images = torch.randn(batch, 3, resolution, resolution).contiguous(memory_format=memory_format)
            feature = self.parts[0](images)
            covariances = [covariance(feature, self.axes[0])]
        jacobians: list[Tensor | None] = []
        for i, part in enumerate(self.parts[1:]):
            x = feature.detach().requires_grad_()
            y = part(x)
            v = torch.randint_like(y.detach(), 0, 2).mul_(2).sub_(1)
            (g,) = torch.autograd.grad(y, x, v)
            feature = y.detach()
            with torch.no_grad():
                covariances.append(covariance(feature, self.axes[i + 1]))
                jacobians.append(jacobian(g, v, self.axes[i], self.axes[i + 1]))
        features = [lowest_if_nan(value) for value in by_shape(covariances, entropy)]
        sigmas = iter(by_shape([each for each in jacobians if each is not None], largest_singular))
        blocks = [None if each is None else 2 - (sigma := next(sigmas)) - 1 / (sigma + 1e-6) for each in jacobians]
        return features, blocks


def by_channel(x: Tensor, axis: int) -> Tensor:
    """[images, channels, positions] for maps, [1, channels, samples] if channels are last."""
    return x.flatten(2) if axis == 1 else x.flatten(0, -2).mT[None]


def covariance(x: Tensor, axis: int) -> Tensor:
    """The covariance of channels, or of samples if these are fewer; both have the same non-zero
    eigenvalues."""
    channels = x.shape[axis]
    samples = x.numel() // channels
    x = by_channel(x, axis)
    x = x - x.mean(dim=(0, 2), keepdim=True)
    if samples < channels:
        rows = x.transpose(1, 2).flatten(0, 1)
        return rows @ rows.mT / samples
    return torch.bmm(x, x.mT).sum(dim=0) / samples


def jacobian(g: Tensor, v: Tensor, before: int, after: int) -> Tensor | None:
    """M = G^T V / positions, where g is brought to the output's positions; None if positions do not
    correspond."""
    if g.dim() != v.dim() or (g.dim() == 3 and g.shape[1] != v.shape[1]):
        return None
    if g.dim() == 4:
        g, v = (x if axis == 1 else x.movedim(axis, 1) for x, axis in ((g, before), (v, after)))
        factor = -(-g.shape[2] // v.shape[2])
        missing = [v.shape[i] * factor - g.shape[i] for i in (3, 2)]
        if any(missing):
            g = nn.functional.pad(g, [0, missing[0], 0, missing[1]])
        if factor > 1:
            g = nn.functional.pixel_unshuffle(g, factor)
        before = after = 1
    samples = v.numel() // v.shape[after]
    return torch.bmm(by_channel(g, before), by_channel(v, after).mT).sum(dim=0) / samples


def product_milliseconds(size: int, rounds: int) -> float:
    """The shortest time of a product of two float32 matrices with one thread."""
    torch.set_num_threads(1)
    matrix = torch.randn(size, size)
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        torch.mm(matrix, matrix)
        times.append((time.perf_counter() - start) * 1000)
    return min(times)


def serve() -> None:
    """Answers each line, a JSON request, with one line of JSON. `export` writes a file if there is none;
    `cut` names a network's features; `score` times it."""

    def say(message: dict) -> None:
        print(json.dumps(message, allow_nan=False), flush=True)

    say({"ready": True, "torchvision": torchvision.__version__, **versions()})
    network: CutNetwork | None = None
    for line in sys.stdin:
        try:
            request = json.loads(line)
            match request.pop("do"):
                case "export":
                    if not Path(request["file"]).exists():
                        export(build(request["network"]), request["file"])
                    answer = {}
                case "cut":
                    network = None
                    network = CutNetwork(**request)
                    answer = {}
                case "product":
                    answer = {"milliseconds": product_milliseconds(**request)}
                case "score":
                    torch.set_num_threads(request["threads"])
                    layout = MEMORY_FORMATS[request["memoryFormat"]]
                    for part in network.parts:
                        part.to(memory_format=layout)
                    start = time.perf_counter()
                    features, blocks = network.score(request["batch"], request["resolution"], layout)
                    answer = {
                        "milliseconds": round((time.perf_counter() - start) * 1000, 3),
                        "features": [bare(value) for value in features],
                        "blocks": [None if value is None else bare(value) for value in blocks],
                        "peakBytes": peak_bytes(),
                    }
        except Exception as error:  # a bad request does not end the others
            answer = {"error": f"{type(error).__name__}: {error}"}
        say(answer)


if __name__ == "__main__":
    serve()
