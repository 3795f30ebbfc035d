"""Times LAPACK's eigenvalues and singular values as PyTorch calls it, one thread, float32. See bench/measure/eigenvalues.ts.

Serves one JSON request a line: `file` holds float32 numbers of a matrix [rows, columns], `kind` is "eigenvalues" of a
symmetric one or "singular" for the largest singular value. The answer has the processor time of a call in milliseconds
over `repeats` calls, and the entropy of the normalized eigenvalues or the singular value.
"""
from setup import enter

enter()

import json
import sys
import time

import numpy
import torch

KINDS = {"eigenvalues": torch.linalg.eigvalsh, "singular": torch.linalg.svdvals}


def entropy(values: torch.Tensor) -> float:
    p = values.double().clamp(min=0)
    p = p / p.sum()
    return -(p * torch.log(p + 1e-8)).sum().item()


def measure(request: dict) -> dict:
    compute = KINDS[request["kind"]]
    values = numpy.fromfile(request["file"], dtype=numpy.float32)
    matrix = torch.from_numpy(values).reshape(request["rows"], request["columns"])
    found = compute(matrix)
    start = time.process_time()
    for _ in range(request["repeats"]):
        compute(matrix)
    milliseconds = (time.process_time() - start) * 1000 / request["repeats"]
    value = entropy(found) if request["kind"] == "eigenvalues" else found.max().item()
    return {"milliseconds": milliseconds, "value": value}


def main() -> None:
    torch.set_num_threads(1)
    print(json.dumps({"ready": True, "torch": torch.__version__, "mkl": torch.backends.mkl.is_available()}), flush=True)
    for line in sys.stdin:
        print(json.dumps(measure(json.loads(line))), flush=True)


if __name__ == "__main__":
    main()
