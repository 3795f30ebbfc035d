"""Scores candidates one at a time with eager PyTorch, as published code does, and times each. See
README.md."""
from setup import enter

enter()

import argparse
import json
import math
import os
import platform
import sys
import time

import torch

import proxies
from spaces import SPACES

DEFAULTS = {
    "space": "nas-bench-201", "batch": 64, "resolution": 32, "threads": None, "device": "cpu", "seed": None, "warmup": 0,
    "memoryFormat": "contiguous",
}
MEMORY_FORMATS = {"contiguous": torch.contiguous_format, "channels_last": torch.channels_last}


def synchronize(device: torch.device) -> None:
    if device.type == "cuda":
        torch.cuda.synchronize(device)


def score(space, arch: str, options: dict) -> tuple[float, proxies.Score]:
    """Milliseconds and proxies of one candidate: new network, weights, images and probes, all of which is
    timed."""
    device = torch.device(options["device"])
    layout = MEMORY_FORMATS[options["memoryFormat"]]
    batch, resolution = options["batch"], options["resolution"]
    synchronize(device)
    start = time.perf_counter()
    network = space.build(arch, device, resolution).to(memory_format=layout)
    images = torch.randn(batch, 3, resolution, resolution, device=device).contiguous(memory_format=layout)
    found = proxies.score(network, images)
    synchronize(device)
    return (time.perf_counter() - start) * 1000, found


def bare(value: float):
    """JSON has no infinities, so they are written as text."""
    return value if math.isfinite(value) else "-inf"


def record(arch: str, milliseconds: float, found: proxies.Score) -> dict:
    return {
        "arch": arch,
        "milliseconds": round(milliseconds, 3),
        "expressivity": bare(found.expressivity),
        "progressivity": bare(found.progressivity),
        "trainability": bare(found.trainability),
        "complexity": found.complexity,
        "parameters": found.parameters,
    }


def run(archs: list[str], options: dict):
    """Yields a record for each candidate; the first `warmup` candidates run before, unrecorded."""
    if options["space"] not in SPACES:
        raise ValueError(f"no such space: {options['space']}")
    if options["memoryFormat"] not in MEMORY_FORMATS:
        raise ValueError(f"no such memory format: {options['memoryFormat']}")
    space = SPACES[options["space"]]
    device = torch.device(options["device"])
    if device.type == "cuda" and not torch.cuda.is_available():
        raise ValueError("this PyTorch sees no CUDA device")
    if options["threads"]:
        torch.set_num_threads(options["threads"])
    if options["seed"] is not None:
        torch.manual_seed(options["seed"])
    for index in range(options["warmup"] if archs else 0):
        score(space, archs[index % len(archs)], options)
    for arch in archs:
        yield record(arch, *score(space, arch, options))


def peak_bytes() -> int | None:
    """The largest resident size of this process so far."""
    try:
        import resource
    except ImportError:
        return None
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def versions() -> dict:
    return {
        "python": platform.python_version(),
        "torch": torch.__version__,
        "threads": torch.get_num_threads(),
        "cpuCapability": torch.backends.cpu.get_cpu_capability(),
        "mkl": torch.backends.mkl.is_available(),
        "cuda": torch.cuda.get_device_name() if torch.cuda.is_available() else None,
        "pid": os.getpid(),
    }


def serve() -> None:
    def say(message: dict) -> None:
        print(json.dumps(message, allow_nan=False), flush=True)

    say({"ready": True, **versions()})
    for line in sys.stdin:
        if not line.strip():
            continue
        identity = None
        try:
            request = json.loads(line)
            identity = request.pop("id", None)
            archs = request.pop("archs")
            scores = request.pop("scores", False)
            unknown = set(request) - set(DEFAULTS)
            if unknown:
                raise ValueError(f"unknown options: {', '.join(sorted(unknown))}")
            start = time.perf_counter()
            records = list(run(archs, {**DEFAULTS, **request}))
            answer = {
                "milliseconds": [r["milliseconds"] for r in records],
                "wall": round((time.perf_counter() - start) * 1000, 3),
                "threads": torch.get_num_threads(),
                "peakBytes": peak_bytes(),
            }
            if scores:
                answer["scores"] = records
        except Exception as error:  # a bad request does not end the others
            answer = {"error": f"{type(error).__name__}: {error}"}
        say(answer if identity is None else {"id": identity, **answer})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--arch-file", help="a file with one architecture a line")
    source.add_argument("--stdin", action="store_true", help="one architecture a line on standard input")
    source.add_argument("--serve", action="store_true", help="one JSON request a line in, one JSON answer a line out")
    parser.add_argument("--space", default=DEFAULTS["space"], choices=sorted(SPACES))
    parser.add_argument("--batch", type=int, default=DEFAULTS["batch"])
    parser.add_argument("--resolution", type=int, default=DEFAULTS["resolution"])
    parser.add_argument("--threads", type=int, help="default: PyTorch's own choice")
    parser.add_argument("--device", default="cpu", help="cpu or cuda")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--warmup", type=int, default=3, help="candidates scored before the first one that counts")
    parser.add_argument("--memory-format", dest="memoryFormat", default="contiguous", choices=sorted(MEMORY_FORMATS))
    options = vars(parser.parse_args())
    arch_file, _, serving = options.pop("arch_file"), options.pop("stdin"), options.pop("serve")
    if serving:
        return serve()
    lines = open(arch_file, encoding="utf-8") if arch_file else sys.stdin
    archs = [line.strip() for line in lines if line.strip()]
    try:
        for one in run(archs, options):
            print(json.dumps(one, allow_nan=False), flush=True)
    except ValueError as error:
        raise SystemExit(f"score.py: {error}")


if __name__ == "__main__":
    main()
