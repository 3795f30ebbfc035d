"""Times the proxies of whole networks of NAS-Bench-201 in eager PyTorch, float32: one JSON request a line in, one answer a line out."""
from setup import enter

enter()

import json
import math
import sys
import time

import torch

import whole
from spaces import SPACES

# Proxies that need no gradient run without recording one, as people write them.
FORWARD = {"naswot", "swap", "near", "meco", "zen", "depth", "spatial-depth", "l2-norm", "activations"}


def measure(proxy: str, candidate: str, batch: int, resolution: int, draws: int = 1) -> dict:
    """From the text of a candidate to its values under all draws, weights and images drawn anew by PyTorch for each. Which layers the
    output reads is found before."""
    read = layers_read(candidate, resolution)
    start = time.perf_counter()
    network = SPACES["nas-bench-201"].build(candidate, "cpu", resolution)
    layers = [m for m in network.modules() if isinstance(m, (torch.nn.Conv2d, torch.nn.Linear))]
    values = [under_draw(proxy, network, layers, read, batch, resolution) for _ in range(draws)]
    milliseconds = (time.perf_counter() - start) * 1000
    return {"milliseconds": milliseconds, "values": [value if math.isfinite(value) else None for value in values]}


def under_draw(proxy: str, network, layers: list, read: list[int], batch: int, resolution: int) -> float:
    for layer in layers:
        torch.nn.init.kaiming_normal_(layer.weight)
        layer.weight.requires_grad_(proxy not in FORWARD)
    seen = {}

    def forward(images):
        x = network.stem(images)
        for block in network.blocks:
            x = block(x)
        seen["last"] = x
        return network.classifier(x.mean(dim=(2, 3)))

    images, second, noise = (torch.randn(batch, 3, resolution, resolution) for _ in range(3))
    classes = network.classifier.weight.shape[0]
    labels, second_labels = (torch.randint(classes, (batch,)) for _ in range(2))
    net = whole.Whole(
        forward=forward, last=lambda: seen["last"], weights=[layers[index].weight for index in read],
        parameters=list(network.parameters()), images=images, labels=labels, second=second, second_labels=second_labels,
        noise=noise, classes=torch.rand(min(classes, 16) * batch), costs={},
    )  # fmt: skip
    with torch.set_grad_enabled(proxy not in FORWARD):
        return whole.PROXIES[proxy](net)


def layers_read(candidate: str, resolution: int) -> list[int]:
    network = SPACES["nas-bench-201"].build(candidate, "cpu", resolution)
    layers = [m for m in network.modules() if isinstance(m, (torch.nn.Conv2d, torch.nn.Linear))]
    for layer in layers:
        layer.weight.requires_grad_()
    x = network.stem(torch.randn(2, 3, resolution, resolution))
    for block in network.blocks:
        x = block(x)
    out = network.classifier(x.mean(dim=(2, 3))).sum()
    grads = torch.autograd.grad(out, [layer.weight for layer in layers], allow_unused=True)
    return [index for index, grad in enumerate(grads) if grad is not None]


def serve() -> None:
    torch.set_num_threads(1)
    # The reference finds the activations on which the output depends by a backward pass of its own, which no proxy needs. It is left out
    # of the measured time.
    whole.reached = lambda logits, pairs: pairs
    print(json.dumps({"torch": torch.__version__, "proxies": list(whole.PROXIES)}), flush=True)
    for line in sys.stdin:
        try:
            answer = measure(**json.loads(line))
        except Exception as error:  # one bad request does not end the others
            answer = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    serve()
