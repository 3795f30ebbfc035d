"""Writes PyTorch networks as ONNX files that zeroscout scores: normalization stays, the batch stays free.

    python -m zeroscout_export my_models:family --out models/

`family` is a function of the module `my_models` without arguments that returns one network, or returns or yields networks
or pairs of a name and a network. Needs torch, and the packages that torch.onnx.export asks for: onnx, and onnxscript for
`--exporter dynamo`.
"""
import argparse
import importlib
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import torch
from torch import nn


def export(network: nn.Module, path: str | Path, size: int = 224, channels: int = 3, exporter: str = "torchscript") -> None:
    """Writes one network. In training mode the exporter leaves batch normalization unchanged; dropout is
    switched off."""
    network.train()
    for module in network.modules():
        if isinstance(module, (nn.modules.dropout._DropoutNd,)) or type(module).__name__ in ("StochasticDepth", "DropPath"):
            module.eval()
    images = torch.randn(2, channels, size, size)
    if exporter == "dynamo":
        batch = torch.export.Dim("batch", min=2, max=4096)
        torch.onnx.export(network, (images,), path, dynamo=True, dynamic_shapes=({0: batch},), optimize=False,
                          external_data=False)
        return
    torch.onnx.export(
        network, (images,), str(path), dynamo=False, opset_version=17, input_names=["images"],
        training=torch.onnx.TrainingMode.PRESERVE, do_constant_folding=False, dynamic_axes={"images": {0: "batch"}},
    )


def named_networks(source: str) -> Iterator[tuple[str, nn.Module]]:
    """The networks of `module:function`, with names that are valid file names."""
    module_name, _, function_name = source.partition(":")
    if not function_name:
        raise SystemExit(f'{source}: must be module:function, such as my_models:family')
    sys.path.insert(0, ".")
    try:
        function = getattr(importlib.import_module(module_name), function_name)
    except (ImportError, AttributeError) as error:
        raise SystemExit(f"{source}: {error}") from error
    made = function()
    if isinstance(made, nn.Module):
        made = [made]
    for number, item in enumerate(made):
        name, network = item if isinstance(item, tuple) else (f"{function_name}-{number}", item)
        if not isinstance(network, nn.Module):
            raise SystemExit(f"{source}: made a {type(network).__name__}; must be torch.nn.Module, or a pair of a name and one")
        yield re.sub(r"[^A-Za-z0-9._-]+", "-", str(name)), network


def main() -> None:
    parser = argparse.ArgumentParser(prog="zeroscout_export", description="write PyTorch networks as ONNX files for zeroscout")
    parser.add_argument("source", metavar="MODULE:FUNCTION", help="returns or yields networks, or pairs of a name and a network")
    parser.add_argument("--out", default="models", help="folder (default: models)")
    parser.add_argument("--size", type=int, default=224, help="side of the images (default: 224)")
    parser.add_argument("--channels", type=int, default=3, help="of the images (default: 3)")
    parser.add_argument("--exporter", choices=["torchscript", "dynamo"], default="torchscript")
    options = parser.parse_args()
    folder = Path(options.out)
    folder.mkdir(parents=True, exist_ok=True)
    for name, network in named_networks(options.source):
        path = folder / f"{name}.onnx"
        export(network, path, options.size, options.channels, options.exporter)
        print(path)


if __name__ == "__main__":
    main()
