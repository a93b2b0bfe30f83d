"""Control networks: from diffusers' folders, or from a single file, to handles and to modules."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, NamedTuple

from engine import File, Folder, Within, node
from nodes.checkpoints import controlnet_file
from nodes.checkpoints.classes import model_class
from nodes.checkpoints.folder import Config, read_config
from nodes.checkpoints.load import Dtype
from nodes.checkpoints.pretrained import check_weights, from_pretrained
from nodes.checkpoints.refusal import CheckpointRefused
from nodes.recognise.widths import family as unet_family
from nodes.values import ControlNet, Model

if TYPE_CHECKING:
    from engine.declare.handle import Find

CONFIG = "config.json"
ControlNetFolder = Annotated[Folder, Within("models", (".json", ".safetensors"), ("controlnet",))]
ControlNetFile = Annotated[File, Within("models", (".safetensors",), ("controlnet",))]
Hint = Literal["picture", "signed", "latent", "unshifted"]


class Kind(NamedTuple):
    """What a class of control networks is for.

    Attributes:
        family: Reads the family from a config.
        hint: Reads what it takes; see ``nodes.values.ControlNet``.
        kinds: Reads how many kinds of pictures it tells apart.
        sparse: Whether it makes films, of which it is told some frames.
    """

    family: Callable[[Config], str]
    hint: Callable[[Mapping[str, Any]], Hint]
    kinds: Callable[[Mapping[str, Any]], int] = lambda config: 0
    sparse: bool = False


def _of_unet(config: Config) -> str:
    return unet_family(config["cross_attention_dim"], config.get("in_channels", 4))


def _of_sd3(config: Mapping[str, Any]) -> Hint:
    """Those that get zeros for the pooled text were trained on latents without the shift."""
    return "unshifted" if config.get("force_zeros_for_pooled_projection", True) else "latent"


def _of_flux(config: Mapping[str, Any]) -> Hint:
    return "signed" if config.get("conditioning_embedding_channels") else "latent"


def _of_sparse(config: Mapping[str, Any]) -> Hint:
    return "unshifted" if config.get("use_simplified_condition_embedding", True) else "picture"


KINDS = {
    "ControlNetModel": Kind(_of_unet, lambda config: "picture"),
    "SparseControlNetModel": Kind(_of_unet, _of_sparse, sparse=True),
    "SD3ControlNetModel": Kind(lambda config: "sd3", _of_sd3),
    "FluxControlNetModel": Kind(lambda config: "flux", _of_flux, lambda config: config.get("num_mode") or 0),
}
"""Class that a config names → what it is for."""


@node("load.controlnet")
def from_folder(folder: ControlNetFolder, dtype: Dtype = "float32") -> ControlNet:
    """Load a control network, which makes a model follow a picture, from a folder as diffusers saves it.

    Args:
        folder: Folder that holds ``config.json`` and its weights.
        dtype: Precision of its weights in memory; as that of the model's.

    Raises:
        CheckpointRefused: It holds another kind of model, or its weights are missing or cut short.
    """
    config, kind = read(folder.path)
    check_weights(folder.path)
    family = kind.family(config)
    hint, kinds = kind.hint(config), kind.kinds(config)
    return ControlNet(folder.digest, family=family, dtype=dtype, hint=hint, kinds=kinds, sparse=kind.sparse)


@from_folder.infer
def folder_family(folder: Path) -> dict[str, str]:
    """The family of the models that it controls."""
    config, kind = read(folder)
    return {"F": kind.family(config)}


def read(folder: Path) -> tuple[Config, Kind]:
    """A control network's config, and what its class is for.

    Raises:
        CheckpointRefused: It is no control network that is known.
    """
    config = read_config(folder, CONFIG)
    name = config.get("_class_name")
    if name not in KINDS:
        cure = "Choose the folder of such a network."
        raise CheckpointRefused(f"{folder.name}/{CONFIG}", " or ".join(KINDS), str(name or "none")[:80], cure)
    return config, KINDS[name]


@node("load.controlnet_file")
def from_file(
    file: ControlNetFile, config: ControlNetFolder | None = None, dtype: Dtype = "float32"
) -> ControlNet:
    """Load a control network from a single file, in diffusers' names or, for Stable Diffusion, the authors'.

    Args:
        file: ``.safetensors``.
        config: Folder with its ``config.json``, for networks whose tensors don't tell all; empty for most.
        dtype: Precision of its weights in memory; as that of the model's.

    Raises:
        CheckpointRefused: It holds another kind of model, or is cut short.
    """
    sizes, kind = _of_file(file.path, config.path if config else None)
    return ControlNet(
        file.digest,
        family=kind.family(sizes),
        dtype=dtype,
        config=config.digest if config else "",
        hint=kind.hint(sizes),
        kinds=kind.kinds(sizes),
    )


@from_file.infer
def file_family(file: Path) -> dict[str, str]:
    """The family of the models that it controls."""
    found = controlnet_file.read(file)[1].family
    return {"F": found} if found else {}


def _of_file(path: Path, config: Path | None) -> tuple[Config, Kind]:
    if config is not None:
        controlnet_file.read(path)
        return read(config)
    name, sizes = controlnet_file.sizes_of(path)
    return Config(path.name, sizes), KINDS[name]


def build(handle: Model[Any], find: Find) -> Any:
    """Build the module that a handle describes.

    Args:
        handle: Which folder or file, and its dtype.
        find: Content digest → the file or folder that has it now.

    Raises:
        CheckpointRefused: Its weights don't fit its config.
    """
    import torch

    place = find(handle.source)
    if place.is_file():
        given = dict(read(find(handle.config))[0]) if handle.config else None
        return controlnet_file.build(place, given, getattr(torch, handle.dtype))
    config, _ = read(place)
    return from_pretrained(model_class(config["_class_name"]), place, dtype=getattr(torch, handle.dtype))
