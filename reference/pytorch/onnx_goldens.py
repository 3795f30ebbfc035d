"""Exports networks and writes their golden files: features and blocks, and proxies of whole networks."""
import json
import subprocess
import sys
from pathlib import Path

import torch
from torch import nn

HERE = Path(__file__).parent


def export(network: nn.Module, inputs: dict[str, torch.Tensor], path: Path) -> None:
    """As docs/guides/own-network.md says, with a free batch."""
    torch.onnx.export(
        network.train(), tuple(inputs.values()), str(path), dynamo=False, opset_version=17, training=torch.onnx.TrainingMode.PRESERVE,
        do_constant_folding=False, input_names=list(inputs), dynamic_axes={name: {0: "batch"} for name in inputs},
    )  # fmt: skip


def write_goldens(folder: Path, name: str, cases: list[dict], whole: list[dict]) -> Path:
    """Computes `cases` for onnx/NAME.json and `whole` for proxies/NAME.json, which is returned."""
    wanted = folder / "onnx" / "features.json"
    wanted.write_text(json.dumps(cases))
    run = lambda program, *files: subprocess.run([sys.executable, HERE / program, *files], check=True)
    run("onnx_reference.py", wanted, folder / "onnx" / f"{name}.json")
    wanted.unlink()
    proxies = folder / "proxies" / f"{name}.json"
    proxies.write_text(json.dumps(whole))
    run("whole_golden.py", proxies)
    return proxies
