"""The baseline's own Python: prints the path of an interpreter that has what the baseline needs.

On first use it makes `.venv` beside this file and installs requirements.txt there. ZEROSCOUT_BASELINE_PYTHON names an
interpreter to use as it is instead, for a machine that already has PyTorch. Standard library only.
"""
import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
VENV = HERE / ".venv"
REQUIREMENTS = HERE / "requirements.txt"
STAMP = VENV / "installed"
OVERRIDE = "ZEROSCOUT_BASELINE_PYTHON"
ENTERED = "ZEROSCOUT_BASELINE_ENTERED"


def python() -> str:
    """The path of the interpreter for the baseline; installs it if it is missing or out of date."""
    named = os.environ.get(OVERRIDE)
    if named:
        found = shutil.which(named)
        if found is None:
            raise SystemExit(f"{OVERRIDE}: no such program: {named}")
        return found
    path = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    wanted = hashlib.sha256(REQUIREMENTS.read_bytes()).hexdigest()
    if path.exists() and STAMP.exists() and STAMP.read_text().strip() == wanted:
        return str(path)
    print(f"installing the baseline's packages into {VENV} (once; about a minute)", file=sys.stderr)
    run = lambda *command: subprocess.run(command, check=True, stdin=subprocess.DEVNULL, stdout=sys.stderr)
    try:
        run(sys.executable, "-m", "venv", "--clear", str(VENV))
        run(str(path), "-m", "pip", "install", "--progress-bar", "off", "--only-binary=:all:", "-r", str(REQUIREMENTS))
    except subprocess.CalledProcessError as error:
        raise SystemExit(f"could not install the baseline: {error}\nname a python with PyTorch in {OVERRIDE} instead")
    STAMP.write_text(wanted + "\n")
    return str(path)


def enter() -> None:
    """Continues in the baseline's own interpreter; the programs here call it before they import torch."""
    if os.environ.get(ENTERED):
        return
    path = python()
    environment = {**os.environ, ENTERED: "1"}
    if os.name == "nt":
        raise SystemExit(subprocess.run([path, *sys.argv], env=environment).returncode)
    os.execve(path, [path, *sys.argv], environment)


if __name__ == "__main__":
    print(python())
