"""Writes the golden files of exported networks: features and blocks, and proxies of whole networks."""
import json
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent


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
