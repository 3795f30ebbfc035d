"""Runs an ONNX program in float64 with ONNX's own reference evaluator, which is written in NumPy: `float64.py FOLDER`.

FOLDER holds `program.onnx` and `inputs.bin`, the program's inputs one after the other as float32, little-endian. The program
is run with every float32 number, constant and cast widened to float64; `outputs.bin` gets its outputs one after the other as
float64, and `outputs.json` [name, index of the first number, index after the last] of each.
"""
from setup import enter

enter()

import json
import math
import sys
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import TensorProto, numpy_helper
from onnx.reference import ReferenceEvaluator
from onnx.reference.op_run import OpRun

FLOAT, DOUBLE = TensorProto.FLOAT, TensorProto.DOUBLE


class FusedMatMul(OpRun):
    """ONNX Runtime's product of matrices, either of which may be transposed."""

    op_domain = "com.microsoft"

    def _run(self, a, b, transA=0, transB=0):
        return (np.matmul(a.swapaxes(-1, -2) if transA else a, b.swapaxes(-1, -2) if transB else b),)


class GatherElements(OpRun):
    """The evaluator's own takes no more than 64 elements along the axis."""

    def _run(self, data, indices, axis=0):
        return (np.take_along_axis(data, np.where(indices < 0, indices + data.shape[axis], indices), axis),)


class MaxPool(OpRun):
    """The evaluator's own returns wrong indices where maps are padded."""

    def _run(self, x, kernel_shape=None, strides=None, dilations=None, pads=None, ceil_mode=0, **_):
        rank = len(kernel_shape)
        strides, dilations, pads = strides or [1] * rank, dilations or [1] * rank, pads or [0] * 2 * rank
        if rank != 2 or pads[:rank] != pads[rank:]:
            raise SystemExit(f"MaxPool over {rank} axes with padding {pads}: only two axes with the same padding on both sides")
        how = {"stride": strides, "padding": pads[:rank], "dilation": dilations, "ceil_mode": bool(ceil_mode)}
        y, places = torch.nn.functional.max_pool2d(torch.from_numpy(x), kernel_shape, return_indices=True, **how)
        # ONNX counts from the start of the tensor, and PyTorch from the start of the map.
        maps = np.arange(x.shape[0] * x.shape[1]).reshape(*x.shape[:2], 1, 1) * (x.shape[2] * x.shape[3])
        return y.numpy(), places.numpy() + maps


def widened(tensor: TensorProto) -> TensorProto:
    return numpy_helper.from_array(numpy_helper.to_array(tensor).astype(np.float64), tensor.name)


def widen(graph: onnx.GraphProto) -> None:
    for tensor in graph.initializer:
        if tensor.data_type == FLOAT:
            tensor.CopyFrom(widened(tensor))
    for value in [*graph.input, *graph.output, *graph.value_info]:
        if value.type.tensor_type.elem_type == FLOAT:
            value.type.tensor_type.elem_type = DOUBLE
    for node in graph.node:
        for attribute in node.attribute:
            if attribute.type == onnx.AttributeProto.TENSOR and attribute.t.data_type == FLOAT:
                attribute.t.CopyFrom(widened(attribute.t))
            if node.op_type == "Cast" and attribute.name == "to" and attribute.i == FLOAT:
                attribute.i = DOUBLE
            if attribute.type == onnx.AttributeProto.GRAPH:
                widen(attribute.g)


def main(folder: Path) -> None:
    model = onnx.load(folder / "program.onnx")
    widen(model.graph)
    numbers = np.fromfile(folder / "inputs.bin", "<f4").astype(np.float64)
    feeds, start = {}, 0
    for value in model.graph.input:
        shape = [side.dim_value for side in value.type.tensor_type.shape.dim]
        feeds[value.name] = numbers[start : start + math.prod(shape)].reshape(shape)
        start += math.prod(shape)
    if start != numbers.size:
        raise SystemExit(f"inputs.bin holds {numbers.size} numbers, and the program's inputs {start}")
    names = [value.name for value in model.graph.output]
    outputs = [np.asarray(x) for x in ReferenceEvaluator(model, new_ops=[FusedMatMul, GatherElements, MaxPool]).run(names, feeds)]
    single = [name for name, x in zip(names, outputs, strict=True) if x.dtype != np.float64]
    if single:
        raise SystemExit(f"these outputs were not computed in float64: {', '.join(single)}")
    np.concatenate([x.ravel() for x in outputs]).astype("<f8").tofile(folder / "outputs.bin")
    ends = np.cumsum([x.size for x in outputs]).tolist()
    places = [[name, end - x.size, end] for name, x, end in zip(names, outputs, ends, strict=True)]
    (folder / "outputs.json").write_text(json.dumps(places))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
