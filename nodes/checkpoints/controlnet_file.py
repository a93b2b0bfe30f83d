"""Control networks from a file that holds one alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from nodes.checkpoints.classes import model_class
from nodes.checkpoints.network_sizes import read_network_sizes
from nodes.checkpoints.refusal import CheckpointRefused
from nodes.checkpoints.tensors import read_tensors
from nodes.library_lock import library_lock
from nodes.recognise.contents import Contents
from nodes.recognise.file import read_contents
from nodes.recognise.matching import Match, match

CLASSES = {"flux": "FluxControlNetModel", "sd3": "SD3ControlNetModel"}
"""Family → class; that of all others is ``ControlNetModel``."""
RELEASED: dict[str, dict[str, Any]] = {
    "sd1": {"cross_attention_dim": 768},
    "sd2": {
        "cross_attention_dim": 1024,
        "attention_head_dim": (5, 10, 20, 20),
        "use_linear_projection": True,
    },
}
"""Family → what sets its networks in the authors' names apart from the class's defaults."""
CURE = "Choose the folder that diffusers has it in, or one with its config.json as its config."


def read(path: Path) -> tuple[Contents, Match]:
    """What a file's tensors are, and that they are a control network's.

    Raises:
        CheckpointRefused: It is no such file.
    """
    contents = read_contents(path, path.name)
    found = match(contents.entries)
    if found is None or found.kind != "controlnet":
        cure = "Choose the file of a control network."
        raise CheckpointRefused(
            path.name, "a control network", found.kind if found else "something else", cure
        )
    return contents, found


def sizes_of(path: Path) -> tuple[str, dict[str, Any]]:
    """Class of a file's network, and the arguments that fit its tensors.

    Raises:
        CheckpointRefused: See ``read``; or its tensors don't tell all, or are in names that can't be read.
    """
    contents, found = read(path)
    name = CLASSES.get(found.family, "ControlNetModel")
    if found.layout != "diffusers":
        if found.family not in RELEASED:
            names = f"{found.layout} names for {found.family or 'a U-Net of another size'}"
            raise CheckpointRefused(path.name, "a control network in diffusers' names", names, CURE)
        return name, RELEASED[found.family]
    start = len(found.prefix)
    shapes = {
        key[start:]: entry.shape for key, entry in contents.entries.items() if key.startswith(found.prefix)
    }
    try:
        return name, read_network_sizes(name, shapes)
    except (KeyError, ValueError, StopIteration) as error:
        expected = f"a {name} whose tensors tell its sizes"
        raise CheckpointRefused(path.name, expected, f"one without {error}", CURE) from error


def build(path: Path, config: dict[str, Any] | None, dtype: Any) -> Any:
    """Build the network of a file.

    Args:
        path: ``.safetensors``.
        config: Its config; None = as its tensors tell.
        dtype: torch dtype of the weights.

    Raises:
        CheckpointRefused: The weights don't fit.
    """
    from accelerate import init_empty_weights

    _, found = read(path)
    name, sizes = sizes_of(path) if config is None else (config["_class_name"], config)
    cls, start = model_class(name), len(found.prefix)
    weights = {key[start:]: one for key, one in read_tensors(path, (found.prefix,), dtype).items()}
    with init_empty_weights():
        model = cls.from_config(sizes)
    try:
        if found.layout != "diffusers":
            weights = _renamed(weights, model.config)
        model.load_state_dict(weights, assign=True)
    except (RuntimeError, LookupError) as error:
        raise CheckpointRefused(path.name, f"the weights of a {name}", str(error), CURE) from error
    return model.to(dtype).eval().requires_grad_(False)


def _renamed(weights: dict[str, Any], config: Any) -> dict[str, Any]:
    """The authors' weights in diffusers' names."""
    with library_lock:
        from diffusers.loaders.single_file_utils import convert_controlnet_checkpoint

    return convert_controlnet_checkpoint(weights, config)
