"""Runs an ONNX file in PyTorch, in any precision, between any two of its tensors."""
import math
import sys
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import inliner, numpy_helper

sys.path.insert(0, str(Path(__file__).parent))
from onnx_operators import OPS  # noqa: E402
from onnx_rare_operators import RARE_OPS  # noqa: E402
from tensors import uniform  # noqa: E402


def weight(name: str, dims: list[int], dtype: torch.dtype, scales: set[str] | None) -> torch.Tensor:
    """He normal for two dimensions and more, 1 for scales, 0 for shifts, drawn by the tensor's name."""
    shape = torch.Size(dims)
    if scales is not None and name in scales:
        return torch.ones(shape, dtype=dtype)
    if len(dims) > 1:
        fan_in = shape[1:].numel()
        values = (uniform(name, shape.numel()) - 0.5) * (math.sqrt(12) * math.sqrt(2 / fan_in))
        return torch.from_numpy(values.astype(np.float32)).reshape(shape).to(dtype)
    is_scale = scales is None and name.endswith("weight")
    return torch.full(shape, 1.0 if is_scale else 0.0, dtype=dtype)


def attributes(node) -> dict:
    """The attributes of a node by name; strings are decoded."""
    out = {}
    for a in node.attribute:
        value = onnx.helper.get_attribute_value(a)
        out[a.name] = value.decode() if isinstance(value, bytes) else value
    return out


# Half the distance between 1 and the next float32 number: the largest relative error of rounding.
ROUNDING = 2.0**-24


class Rounded(torch.autograd.Function):
    """The identity, with each number and each gradient off by up to one rounding of float32."""

    @staticmethod
    def forward(context, x, generator):
        context.generator = generator
        return Rounded.disturbed(x, generator)

    @staticmethod
    def backward(context, gradient):
        return Rounded.disturbed(gradient, context.generator), None

    @staticmethod
    def disturbed(x, generator):
        return x * (1 + ROUNDING * (2 * torch.rand(x.shape, generator=generator, dtype=x.dtype) - 1))


class Network:
    """Runs a graph between named tensors. `scales` names the weights that are 1; by default, those of one
    dimension whose names end in "weight"."""

    def __init__(self, path: str, dtype: torch.dtype, scales: set[str] | None = None):
        model = onnx.load(path)
        if model.functions:
            model = inliner.inline_local_functions(model)
        self.dtype, self.graph = dtype, model.graph
        # A generator: the result of every operation is rounded as float32 would round it.
        self.rounding = None
        self.fixed = {}
        buffers = {note.name for note in model.graph.value_info if any(p.value == "BUFFER" for p in note.metadata_props)}
        for t in model.graph.initializer:
            n = math.prod(t.dims)
            has_data = bool(t.raw_data or t.float_data or t.int64_data or t.int32_data)
            if t.data_type == onnx.TensorProto.FLOAT and not (has_data and (n == 1 or t.name in buffers)):
                self.fixed[t.name] = weight(t.name, list(t.dims), dtype, scales)
            else:
                self.fixed[t.name] = self.tensor(t)
        inputs = [i for i in model.graph.input if i.name not in self.fixed]
        self.input = inputs[0].name
        self.types = {i.name: onnx.helper.tensor_dtype_to_np_dtype(i.type.tensor_type.elem_type) for i in inputs}
        self.shapes = {i.name: [d.dim_value for d in i.type.tensor_type.shape.dim[1:]] for i in inputs}
        # Of a network of texts: what its inputs beside the token ids hold, and the table in which the ids are looked up.
        self.beside = {i.name: float("mask" in i.name) for i in inputs[1:]}
        self.table = None
        is_float = {name: kind.kind == "f" for name, kind in self.types.items()}
        looked_up = [n for n in self.graph.node if n.op_type == "Gather" and n.input[0] in self.fixed]
        tables = {n.input[0] for n in looked_up if self.fixed[n.input[0]].is_floating_point()}
        # Of a network of several inputs of floats: their names and the shapes of one image, in the order in which numbers are given.
        # What is looked up in tables by integers is such an input, the output of the lookup.
        self.parts = []
        are_texts = not is_float[self.input] and len(self.shapes[self.input]) == 1 and all("mask" in name for name in self.beside)
        if are_texts and len(tables) == 1:
            (self.table,) = tables
            self.embedded = next(n.output[0] for n in looked_up if n.input[0] == self.table)
        elif len(inputs) > 1 or not is_float[self.input]:
            shapes = {name: shape for name, shape in self.shapes.items() if is_float[name]}
            for node in looked_up if not all(is_float.values()) else []:
                index = self.run(self.integers(2), node.input[1])[node.input[1]]
                shapes[node.output[0]] = [*index.shape[1:], self.fixed[node.input[0]].shape[1]]
            read = [name for node in self.graph.node for name in [*node.input, *node.output]]
            self.parts = sorted(shapes.items(), key=lambda part: (-math.prod(part[1]), part[1], read.index(part[0])))

    def integers(self, batch: int) -> dict:
        """Integers that count from 4 on in each image, for all inputs of integers."""
        names = [name for name, kind in self.types.items() if kind.kind == "i"]
        count = lambda shape: torch.arange(4, 4 + math.prod(shape)).reshape(1, *shape).expand(batch, *shape)
        return {name: count(self.shapes[name]) for name in names}

    def given(self, values: torch.Tensor) -> dict:
        """The inputs: images, the parts of [batch, numbers], or token ids from 4 on, whose rows of the table get these values [batch, length, channels]."""
        if self.parts:
            rows = values.split([math.prod(shape) for _, shape in self.parts], 1)
            parts = {name: row.reshape(-1, *shape) for (name, shape), row in zip(self.parts, rows)}
            return {**parts, **self.integers(values.shape[0])}
        if self.table is None:
            return {self.input: values}
        count = values.shape[0] * values.shape[1]
        self.fixed[self.table][4 : 4 + count] = values.reshape(count, -1)
        ids = torch.arange(4, 4 + count).reshape(values.shape[:2])
        beside = {name: torch.from_numpy(np.full(ids.shape, n, self.types[name])) for name, n in self.beside.items()}
        return {self.input: ids, **beside}

    def tensor(self, t) -> torch.Tensor:
        value = torch.from_numpy(np.array(numpy_helper.to_array(t)))
        return value.to(self.dtype) if value.is_floating_point() else value

    def run(self, known: dict, wanted: str) -> dict:
        """All values on which `wanted` depends, computed from the known ones."""
        values = {**self.fixed, **known}
        for node in self.nodes_before(wanted, values):
            inputs = [values[i] if i else None for i in node.input]
            outputs = {**OPS, **RARE_OPS}[node.op_type](self, inputs, attributes(node), node)
            if not isinstance(outputs, (list, tuple)):
                outputs = [outputs]
            values.update(zip(node.output, map(self.rounded, outputs)))
        return values

    def rounded(self, value):
        is_computed = self.rounding is not None and torch.is_tensor(value) and value.is_floating_point() and value.dim() > 1
        return Rounded.apply(value, self.rounding) if is_computed else value

    def nodes_before(self, wanted: str, values: dict) -> list:
        """The nodes that must run for `wanted` given `values`, each after the nodes that it reads."""
        makers = {name: node for node in self.graph.node for name in node.output}
        order, stack, seen = [], [wanted], set()
        while stack:
            name = stack[-1]
            if name in values or name == "" or name in seen:
                stack.pop()
                continue
            node = makers[name]
            missing = [i for i in node.input if i and i not in values and i not in seen]
            if missing:
                # The first one that the node reads runs first, as in PyTorch.
                stack.extend(reversed(missing))
                continue
            order.append(node)
            seen.update(node.output)
            stack.pop()
        return order
