"""Writes PyTorch networks as ONNX files that zeroscout scores: normalization stays, the batch stays free.

    python -m zeroscout_export my_models:family --out models/

`family` is a function of the module `my_models` without arguments that returns one network, or returns or yields networks
or pairs of a name and a network; a dict of networks by name will do too. Needs torch, and the packages that torch.onnx.export
asks for: onnx, and onnxscript for `--exporter dynamo`.
"""
import argparse
import contextlib
import ctypes
import importlib
import inspect
import os
import re
import sys
import traceback
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial, update_wrapper
from pathlib import Path

import torch
from torch import nn
from torch.nn import functional

# Where PyTorch's newer exporter notes whether a tensor is a parameter or a buffer of a module.
KIND = "pkg.torch.export.graph_signature.InputSpec.kind"


class Integers(tuple):
    """The shape of an input of integers that a network looks up in tables, such as categories (3,); () for one integer."""


def export(network: nn.Module, path: str | Path, size: int = 224, channels: int = 3, exporter: str = "torchscript",
           image: Sequence[int] | Sequence[Sequence[int]] | None = None, tokens: int | None = None) -> None:
    """Writes one network. Images have the shape `image`, by default (channels, size, size); signals have (channels, length) or (samples,),
    volumes and videos (channels, depth, height, width). A network of several inputs has a list of such shapes, of which some may be
    `Integers`. A network of texts reads the ids of `tokens` tokens. Normalizations are in training mode, in which the exporter leaves
    them unchanged; all other modules, such as dropout and auxiliary classifiers, are in evaluation mode."""
    network = plain_module(network)
    network.eval()
    image = image or (channels, size, size)
    shapes = [image] if isinstance(image, Integers) or isinstance(image[0], int) else image
    # Every table has a row 0.
    example = lambda shape: torch.zeros(2, *shape, dtype=torch.long) if isinstance(shape, Integers) else torch.randn(2, *shape)
    inputs = tuple(example(each) for each in shapes) if tokens is None else (token_ids(network, tokens),)
    materialize(network, inputs)
    inputs = of_network_type(network, inputs)
    for module in network.modules():
        # Not train(), which would switch the modules within it too.
        module.training = is_normalization(module)
    with any_pooled_size(), plain_local_response(), counted_from_front(), split_by_slices(), without_fast_attention(), exported_as_training(network):
        write(network, inputs, str(path), exporter)
    if exporter == "torchscript":
        mark_kinds(network, str(path))


def plain_module(network: nn.Module) -> nn.Module:
    """The network itself, without torch.compile and without the wrappers of training on several devices."""
    wrappers = (nn.DataParallel, nn.parallel.DistributedDataParallel)
    while isinstance(network, wrappers) or hasattr(network, "_orig_mod"):
        network = network.module if isinstance(network, wrappers) else network._orig_mod
    if isinstance(network, torch.jit.ScriptModule):
        raise TypeError("it was made by torch.jit.script or torch.jit.trace; must be the torch.nn.Module that was given to these")
    return network


def materialize(network: nn.Module, inputs: tuple[torch.Tensor, ...]) -> None:
    """Lazy layers learn their sizes from the first images."""
    if any(nn.parameter.is_lazy(tensor) for tensor in (*network.parameters(), *network.buffers())):
        with torch.no_grad():
            network(*inputs)


def of_network_type(network: nn.Module, inputs: tuple[torch.Tensor, ...]) -> tuple[torch.Tensor, ...]:
    """Images of the type of all parameters: a network after half() or double() takes no others."""
    types = {parameter.dtype for parameter in network.parameters() if parameter.is_floating_point()}
    return tuple(each.to(*types) if each.is_floating_point() and len(types) == 1 else each for each in inputs)


def token_ids(network: nn.Module, count: int) -> torch.Tensor:
    """Two texts of ids that the network's table has."""
    rows = max((module.num_embeddings for module in network.modules() if isinstance(module, nn.Embedding)), default=2)
    return torch.arange(count).remainder(rows).expand(2, count).contiguous()


def is_normalization(module: nn.Module) -> bool:
    """Whether a module itself keeps running statistics, as batch normalization of PyTorch and of other packages does."""
    return any(name.startswith("running_") for name, _ in module.named_buffers(recurse=False))


@contextlib.contextmanager
def exported_as_training(network: nn.Module) -> Iterator[None]:
    """Lets the exporter find the network in training mode, while it computes in evaluation mode: of a network in evaluation mode the
    older exporter makes parameters with equal numbers one tensor. Of a record of outputs, as the networks of transformers return,
    the logits alone are written."""
    before = network.register_forward_pre_hook(lambda module, _: setattr(module, "training", False))

    def end(module: nn.Module, _, output):
        module.training = True
        return getattr(output, "logits", output)

    after = network.register_forward_hook(end)
    network.training = True
    try:
        yield
    finally:
        network.training = False
        before.remove()
        after.remove()


@contextlib.contextmanager
def without_fast_attention() -> Iterator[None]:
    """Lets attention and transformer layers compute with operators that have an equivalent in ONNX; in evaluation mode PyTorch may
    use fused ones."""
    enabled = torch.backends.mha.get_fastpath_enabled()
    torch.backends.mha.set_fastpath_enabled(False)
    try:
        yield
    finally:
        torch.backends.mha.set_fastpath_enabled(enabled)


def write(network: nn.Module, inputs: tuple[torch.Tensor, ...], path: str, exporter: str) -> None:
    if exporter == "dynamo":
        batch = torch.export.Dim("batch", min=2, max=4096)
        torch.onnx.export(network, inputs, path, dynamo=True, dynamic_shapes=tuple({0: batch} for _ in inputs), optimize=False,
                          external_data=False)
        return
    names = names_of(network, inputs)
    with reading_no_defaults(network):
        torch.onnx.export(
            network, inputs, path, dynamo=False, opset_version=17, input_names=names,
            training=torch.onnx.TrainingMode.PRESERVE, do_constant_folding=False, dynamic_axes={name: {0: "batch"} for name in names},
        )


def names_of(network: nn.Module, inputs: tuple[torch.Tensor, ...]) -> list[str]:
    """Several inputs are named like the arguments of `forward`."""
    if len(inputs) == 1:
        return ["images" if inputs[0].is_floating_point() else "input_ids"]
    arguments = [name for name, each in inspect.signature(network.forward).parameters.items() if each.kind != each.VAR_POSITIONAL]
    return [arguments[i] if i < len(arguments) else f"input_{i}" for i in range(len(inputs))]


@contextlib.contextmanager
def reading_no_defaults(network: nn.Module) -> Iterator[None]:
    """Lets `forward` have further arguments with defaults. The older exporter passes the defaults too, but makes a number among them
    an input of the file, and leaves out None, in whose place the network then gets the next one."""
    own = vars(network).get("forward")
    forward = network.forward
    network.forward = lambda *inputs: forward(*inputs)
    try:
        yield
    finally:
        del network.forward
        if own is not None:
            network.forward = own


@contextlib.contextmanager
def any_pooled_size() -> Iterator[None]:
    """Lets adaptive average pooling have windows of different sizes, which ONNX has no operator for: PyTorch computes them from
    slices meanwhile, with the same values."""
    names = [f"adaptive_avg_pool{sides}d" for sides in (1, 2, 3)]
    originals = [getattr(functional, name) for name in names]
    for sides, name in enumerate(names, 1):
        # torch.export asks a function for its name.
        setattr(functional, name, update_wrapper(partial(pool_slices, sides, originals[sides - 1]), originals[sides - 1]))
    try:
        yield
    finally:
        for name, original in zip(names, originals):
            setattr(functional, name, original)


def pool_slices(sides: int, original: Callable, input: torch.Tensor, output_size) -> torch.Tensor:
    """Adaptive average pooling along the last `sides` axes."""
    sizes = (output_size,) * sides if isinstance(output_size, int) else tuple(output_size)
    axes = [(axis, int(input.shape[axis]), wanted) for axis, wanted in zip(range(-sides, 0), sizes) if wanted is not None]
    if all(n % wanted == 0 for _, n, wanted in axes):
        return original(input, output_size)
    x = input
    for axis, n, wanted in axes:
        bounds = [(i * n // wanted, -(-(i + 1) * n // wanted)) for i in range(wanted)]
        x = torch.cat([x.narrow(axis, start, end - start).mean(axis, keepdim=True) for start, end in bounds], axis)
    return x


@contextlib.contextmanager
def plain_local_response() -> Iterator[None]:
    """Lets local response normalization (AlexNet) be exported without the `If` that the older exporter writes for its `squeeze`."""
    original = functional.local_response_norm

    def normalize(x: torch.Tensor, size: int, alpha: float = 1e-4, beta: float = 0.75, k: float = 1.0) -> torch.Tensor:
        if x.dim() != 4:
            return original(x, size, alpha, beta, k)
        squares = functional.pad((x * x).unsqueeze(1), (0, 0, 0, 0, size // 2, (size - 1) // 2))
        mean = functional.avg_pool3d(squares, (size, 1, 1), stride=1)[:, 0]
        return x / (alpha * mean + k) ** beta

    functional.local_response_norm = normalize
    try:
        yield
    finally:
        functional.local_response_norm = original


@contextlib.contextmanager
def counted_from_front() -> Iterator[None]:
    """Lets axes be counted from the back. The older exporter writes windows of `unfold` (PatchTST) along such an axis that are not
    transposed, and where it joins two orders of axes (`permute`, `movedim`), it reads memory beside the first: the file has any
    number as an axis, or the process ends. It does not know `mT`."""
    unfold, permute, movedim = torch.Tensor.unfold, torch.Tensor.permute, torch.Tensor.movedim

    def counted(x: torch.Tensor, axes: int | Sequence[int]) -> int | tuple[int, ...]:
        if isinstance(axes, Sequence):
            return tuple(counted(x, axis) for axis in axes)
        return axes + x.dim() if axes < 0 else axes

    def permuted(x: torch.Tensor, *axes, dims: Sequence[int] = ()) -> torch.Tensor:
        axes = axes or (dims,)
        return permute(x, counted(x, axes[0] if isinstance(axes[0], Sequence) else axes))

    def moved(x: torch.Tensor, source: int | Sequence[int], destination: int | Sequence[int]) -> torch.Tensor:
        return movedim(x, counted(x, source), counted(x, destination))

    ways = {
        (torch.Tensor, "unfold"): lambda x, dimension, size, step: unfold(x, counted(x, dimension), size, step),
        (torch.Tensor, "mT"): property(lambda x: x.transpose(-2, -1)),
        **{(place, "permute"): permuted for place in (torch, torch.Tensor)},
        **{(place, name): moved for place in (torch, torch.Tensor) for name in ("movedim", "moveaxis")},
    }
    with contextlib.ExitStack() as stack:
        for (place, name), way in ways.items():
            stack.callback(setattr, place, name, getattr(place, name))
            setattr(place, name, way)
        yield


@contextlib.contextmanager
def split_by_slices() -> Iterator[None]:
    """Lets `tensor_split` (MViT) be exported as slices: the older exporter writes a loop, because it does not count the parts."""
    originals = torch.tensor_split, torch.Tensor.tensor_split

    def tensor_split(x: torch.Tensor, places: int | Sequence[int] | torch.Tensor | None = None, dim: int = 0, **named):
        # PyTorch has several names for this argument: indices, sections and others.
        places = next(iter(named.values())) if places is None else places
        places = places.tolist() if isinstance(places, torch.Tensor) else places
        size = int(x.shape[dim])
        if isinstance(places, int):
            places = [i * (size // places) + min(i, size % places) for i in range(1, places)]
        bounds = [0, *places, size]
        before = (slice(None),) * (dim + x.dim() if dim < 0 else dim)
        return tuple(x[(*before, slice(start, end))] for start, end in zip(bounds, bounds[1:]))

    torch.tensor_split = torch.Tensor.tensor_split = tensor_split
    try:
        yield
    finally:
        torch.tensor_split, torch.Tensor.tensor_split = originals


def mark_kinds(network: nn.Module, path: str) -> None:
    """Notes which tensors of the file are parameters and which are buffers, as the newer exporter does by itself. Buffers, such as
    masks and tables of rotary positions, are not trained and keep their numbers."""
    import onnx

    model = onnx.load(path, load_external_data=False)
    kinds = {name: "PARAMETER" for name, _ in network.named_parameters()}
    kinds |= {name: "BUFFER" for name, _ in network.named_buffers()}
    for tensor in model.graph.initializer:
        if tensor.name in kinds:
            note = onnx.helper.make_tensor_value_info(tensor.name, tensor.data_type, list(tensor.dims))
            note.metadata_props.add(key=KIND, value=kinds[tensor.name])
            model.graph.value_info.append(note)
    onnx.save(model, path)


def shapes(text: str) -> list[tuple[int, ...]]:
    """The shapes of several inputs, which are separated by commas."""
    return [shape(each) for each in text.split(",")]


def shape(text: str) -> tuple[int, ...]:
    """The shape that is written as 3x16x112x112, or of integers as int:3, or as int for a single one."""
    if text == "int":
        return Integers()
    written = text.removeprefix("int:")
    sizes = tuple(int(size) for size in written.split("x") if size.isdecimal())
    if len(sizes) != written.count("x") + 1 or min(sizes) < 1 or len(sizes) > 4:
        raise argparse.ArgumentTypeError(f"found {text}; must be 1 to 4 whole numbers, such as 3x224x224, or integers, such as int:3")
    return Integers(sizes) if written != text else sizes


def positive(text: str) -> int:
    """The whole number that is written, at least 1."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"found {text}; must be a whole number, at least 1")
    return int(text)


def named_networks(source: str) -> Iterator[tuple[str, nn.Module]]:
    """The networks of `module:function`, with names that are valid file names."""
    function = function_of(source)
    function_name = source.partition(":")[2]
    count = 0
    for number, item in enumerate(made_by(function, source)):
        count += 1
        name, network = item if is_pair(item) else (f"{function_name}-{number}", item)
        if not isinstance(network, nn.Module):
            raise SystemExit(f"{source}: made {described(network)}; {RIGHT}")
        # A name that begins with a dot would be that of a hidden file.
        yield re.sub(r"[^\w.-]+", "-", str(name)).lstrip(".-") or f"{function_name}-{number}", network
    if count == 0:
        raise SystemExit(f"{source}: made no network; must return or yield at least one")


RIGHT = "must be torch.nn.Module, or a pair of a name and one"


def function_of(source: str) -> Callable[[], object]:
    """The function that `module:function` names. Errors of the module end the program with their last line and their place."""
    module_name, _, function_name = source.partition(":")
    if not module_name or not function_name:
        raise SystemExit(f"{source}: must be module:function, such as my_models:family")
    if re.search(r"[/\\]|\.py$", module_name):
        name = Path(module_name.replace("\\", "/")).stem
        raise SystemExit(f"{source}: found the path of a file; must be the name of a module: {name}:{function_name}, in the folder of the file")
    sys.path.insert(0, ".")
    try:
        module = importlib.import_module(module_name)
    except Exception as error:
        raise SystemExit(f"{source}: {fault(error)}") from error
    try:
        return getattr(module, function_name)
    except AttributeError as error:
        raise SystemExit(f"{source}: {error}") from error


def made_by(function: Callable[[], object], source: str) -> Iterator[object]:
    """What the function returns or yields. Its errors end the program with their last line, and the place in the user's code."""
    count = 0
    try:
        for item in items_of(function(), source):
            yield item
            count += 1
    except Exception as error:
        counted = "1 network" if count == 1 else f"{count} networks"
        raise SystemExit(f"{source}: failed after {counted}: {fault(error)}") from error


def items_of(made: object, source: str) -> Iterable[object]:
    """What a function returned, as networks and pairs of a name and a network."""
    if isinstance(made, nn.Module) or is_pair(made) and isinstance(made[1], nn.Module):
        return [made]
    if isinstance(made, dict):
        return made.items()
    if isinstance(made, Iterable) and not isinstance(made, type):
        return made
    raise SystemExit(f"{source}: returned {described(made)}; {RIGHT}, or several")


def is_pair(item: object) -> bool:
    """Whether it is a pair of a name and a network, not a tuple of two networks."""
    return isinstance(item, tuple) and len(item) == 2 and not isinstance(item[0], nn.Module)


def described(value: object) -> str:
    """A value that is no network, in words."""
    if isinstance(value, type):
        return f"the class {value.__name__}, which was not called"
    return "nothing" if value is None else f"a {type(value).__name__}"


def fault(error: Exception) -> str:
    """An error, with its place in the user's code where it has one. A SyntaxError names its place itself."""
    ours = (__file__, "<frozen", os.path.dirname(importlib.__file__), os.path.dirname(torch.__file__))
    places = [place for place in traceback.extract_tb(error.__traceback__) if not place.filename.startswith(ours)]
    where = f" ({places[-1].filename}, line {places[-1].lineno})" if places and not isinstance(error, SyntaxError) else ""
    return f"{type(error).__name__}: {error}{where}"


@contextlib.contextmanager
def without_output() -> Iterator[None]:
    """Discards what is written to standard output meanwhile: where the older exporter fails, PyTorch's C++ code prints the whole
    graph there."""
    flush = ctypes.CDLL(None).fflush if os.name == "posix" else lambda _: None
    sys.stdout.flush()
    kept, nowhere = os.dup(1), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    try:
        yield
    finally:
        sys.stdout.flush()
        flush(None)
        os.dup2(kept, 1)
        os.close(kept)
        os.close(nowhere)


@contextlib.contextmanager
def without_known_warnings() -> Iterator[None]:
    """Discards what the exporters say of every network and every normalization, and what nobody can act on."""
    with warnings.catch_warnings():
        for known in ("You are using the legacy TorchScript-based ONNX export", "ONNX Preprocess - Removing mutation",
                      "Exporting a model while it is in training mode"):
            warnings.filterwarnings("ignore", message=known)
        yield


def reason_of(error: Exception) -> str:
    """The first line of an error. The newer exporter says in its own what to try next, and has the reason as its cause."""
    while error.__cause__ is not None:
        error = error.__cause__
    return f"{type(error).__name__}: {next(iter(str(error).strip().splitlines()), 'no reason given')}"


def main() -> None:
    parser = argparse.ArgumentParser(prog="zeroscout_export", description="write PyTorch networks as ONNX files for zeroscout")
    parser.add_argument("source", metavar="MODULE:FUNCTION", help="function that returns or yields networks or pairs of a name and a network, or returns a dict of networks by name")
    parser.add_argument("--out", default="models", help="folder for the files (default: models)")
    parser.add_argument("--size", type=positive, default=224, help="side of the images (default: 224)")
    parser.add_argument("--channels", type=positive, default=3, help="number of channels of the images (default: 3)")
    parser.add_argument("--image", type=shapes, metavar="SHAPE",
                        help="shape of one image, in place of --channels and --size: 1x64x101; of signals 12x1000, of videos 3x16x112x112; "
                             "of several inputs 3x224x224,16; of integers that are looked up in tables int:3, or int for one")
    parser.add_argument("--tokens", type=positive, metavar="COUNT", help="number of tokens of a text, for networks that read token ids in place of images")
    parser.add_argument("--exporter", choices=["torchscript", "dynamo"], default="torchscript")
    options = parser.parse_args()
    folder = Path(options.out)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        parser.error(f"--out {folder}: {error.strerror}; must be a folder")
    failed = []
    twins = 0
    written = set()
    for name, network in named_networks(options.source):
        path = folder / f"{name}.onnx"
        if name in written:
            twins += 1
            print(f"{name} was not exported: an earlier network has this name; names must differ in letters, digits, dots, underscores and dashes",
                  file=sys.stderr)
            continue
        written.add(name)
        try:
            with without_output(), without_known_warnings():
                export(network, path, options.size, options.channels, options.exporter, options.image, options.tokens)
        except Exception as error:  # noqa: BLE001: one network that PyTorch cannot export does not stop the others.
            older = f"; {path} is from an earlier export" if path.exists() else ""
            failed.append(f"{name} was not exported: {reason_of(error)}{older}")
            print(failed[-1], file=sys.stderr)
        else:
            print(path)
    if failed or twins:
        # Another exporter helps where PyTorch failed, and not where two networks have one name.
        other = "dynamo" if options.exporter == "torchscript" else "torchscript"
        advice = f"; PyTorch's other exporter may write {'it' if len(failed) == 1 else 'them'}: --exporter {other}" if failed else ""
        raise SystemExit(f"{len(failed) + twins} of the networks were not exported{advice}")


if __name__ == "__main__":
    main()
