"""Checkpoints of DCGAN that other programs wrote: what their names and shapes say of the architecture.

The layout is that of PyTorch's example (https://github.com/pytorch/examples/tree/main/dcgan), which most
programs follow: one sequence ``main``, in which each block of the generator has three places (convolution,
normalisation, activation), and so has each of the discriminator after its first, which isn't normalised.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Literal

from nodes.checkpoints.refusal import CheckpointRefused
from nodes.checkpoints.tensors import read_tensors
from nodes.train.networks import outline
from nodes.train.trained import HEADER, Weights, check_shapes, exported

if TYPE_CHECKING:
    from pathlib import Path

    import torch

Kind = Literal["generator", "discriminator"]
SUFFIXES = (".safetensors", ".pth", ".pt", ".ckpt", ".bin")
KERNEL = 4
DEEPEST = 8
"""Convolutions at most: of pictures with 512 pixels along a side."""
COUNTED = ".num_batches_tracked"
"""What files before PyTorch 0.4.1 lack; it changes nothing in use."""
CURE = "Choose weights in the layout of PyTorch's DCGAN example, or a file that a training graph gave."


def read(path: Path, kind: Kind) -> Weights:
    """Read a generator or discriminator, exported by a training graph or written by another program.

    Args:
        path: ``.safetensors``, or a pickled state dict, of which nothing is run. Names may begin with more
            than ``main``, as in a file of a training, which holds both networks.
        kind: Which of the two.

    Raises:
        CheckpointRefused: It holds no such network.
    """
    if path.suffix.lower() == ".safetensors" and _has_architecture(path):
        return _checked(path.name, exported(path), kind)
    return standard(path.name, read_tensors(path), kind)


def standard(place: str, tensors: Mapping[str, torch.Tensor], kind: Kind) -> Weights:
    """Find a network of the standard layout among tensors.

    Args:
        place: How errors name the file.
        tensors: Name → tensor.
        kind: Which of the two networks.

    Raises:
        CheckpointRefused: There is none.
    """
    first = "main.0.weight"
    begins = [name.removesuffix(first) for name in tensors if name.endswith(first)]
    for begin in begins:
        own = {name.removeprefix(begin): one for name, one in tensors.items() if name.startswith(begin)}
        if ("main.1.weight" in own) == (kind == "generator"):
            return _network(place, own, kind)
    got = f"tensors such as {', '.join(list(tensors)[:3]) or 'none at all'}"
    if begins:
        got = f"a {'discriminator' if kind == 'generator' else 'generator'}"
    raise CheckpointRefused(place, f"a DCGAN {kind}", got, CURE)


def _has_architecture(path: Path) -> bool:
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, "pt") as file:
            return HEADER in (file.metadata() or {})
    except SafetensorError as error:
        raise CheckpointRefused(path.name, "a network's weights", str(error), "Get it again.") from None


def _checked(place: str, weights: Weights, kind: Kind) -> Weights:
    name = json.loads(weights.config).get("_class_name", "")
    if not name.lower().endswith(kind):
        raise CheckpointRefused(place, f"a {kind}", f"a network of the class {name}", f"Choose a {kind}.")
    return weights


def _network(place: str, tensors: dict[str, torch.Tensor], kind: Kind) -> Weights:
    import torch

    config = _config(place, tensors, kind)
    wanted = outline(config)
    for name in wanted:
        if name.endswith(COUNTED):
            tensors.setdefault(name, torch.zeros((), dtype=torch.int64))
    check_shapes(place, wanted, tensors, CURE)
    if more := tensors.keys() - wanted.keys():
        raise CheckpointRefused(place, f"the tensors of a DCGAN {kind}", f"{min(more)} beside them", CURE)
    taken = {name: tensors[name].contiguous() for name in wanted}
    return Weights(json.dumps(config, sort_keys=True), taken)


def _config(place: str, tensors: Mapping[str, torch.Tensor], kind: Kind) -> dict[str, Any]:
    shapes = list(_kernels(tensors))
    if not 2 <= len(shapes) - 1 < DEEPEST:
        raise CheckpointRefused(place, "3 to 8 convolutions in a row", f"{len(shapes)}", CURE)
    size = KERNEL << (len(shapes) - 1)
    if kind == "generator":
        noise, width, channels = shapes[0][0], shapes[-1][0], shapes[-1][1]
        return {
            "_class_name": "DCGANGenerator",
            "size": size,
            "channels": channels,
            "noise": noise,
            "width": width,
        }
    return {
        "_class_name": "DCGANDiscriminator",
        "size": size,
        "channels": shapes[0][1],
        "width": shapes[0][0],
    }


def _kernels(tensors: Mapping[str, torch.Tensor]) -> Iterator[tuple[int, ...]]:
    """Shapes of the convolutions, in their order."""
    places = sorted(
        int(parts[1])
        for parts in (name.split(".") for name in tensors)
        if len(parts) == 3 and parts[0] == "main" and parts[1].isdecimal() and parts[2] == "weight"
    )
    for place in places:
        shape = tuple(tensors[f"main.{place}.weight"].shape)
        if len(shape) == 4:
            yield shape
