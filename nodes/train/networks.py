"""The networks that can be trained, by class name; configs in train states name them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from typing import TYPE_CHECKING, Any

from engine.errors import ValueRefused
from nodes.checkpoints.classes import MODULES
from nodes.library_lock import library_lock

if TYPE_CHECKING:
    import torch
    from torch import nn

OURS = {
    "PointDenoiser": "nodes.points.network",
    "PointClassifier": "nodes.points.perceptron",
    "Valley": "nodes.learn.valley",
    "UNetLora": "nodes.train.lora_network",
    "PointGenerator": "nodes.points.perceptron",
    "PointDiscriminator": "nodes.points.perceptron",
    "DCGANGenerator": "nodes.gan.dcgan",
    "DCGANDiscriminator": "nodes.gan.dcgan",
    "NoiseVectors": "nodes.gan.noise_vectors",
    "UNetGenerator": "nodes.gan.unet_generator",
    "ResNetGenerator": "nodes.gan.resnet_generator",
    "PatchDiscriminator": "nodes.gan.patch_discriminator",
    "VectorAutoencoder": "nodes.autoencoder.networks",
}
"""Class name → module of the networks that no library has."""


def built(config: dict[str, Any]) -> nn.Module:
    """Build a network with fresh weights, drawn from torch's own generator.

    Args:
        config: ``_class_name`` and the arguments of that class.

    Raises:
        ValueRefused: The class is none that can be trained.
    """
    arguments = {key: value for key, value in config.items() if key != "_class_name"}
    name = config.get("_class_name", "")
    network = _class(name)
    if name in OURS:
        return network(**arguments)
    if name == "CLIPTextModel":
        from transformers import CLIPTextConfig

        return network(CLIPTextConfig(**arguments))
    return network.from_config(config)


def outline(config: dict[str, Any]) -> dict[str, torch.Tensor]:
    """A network's weights and buffers by name, with shapes and types but no numbers: no memory is taken.

    Args:
        config: As above; a class raises whatever it likes over arguments that it doesn't know.
    """
    import torch

    with library_lock:
        _class(config.get("_class_name", ""))  # imported before: modules make tensors of their own
        with torch.device("meta"):
            return built(config).state_dict()


def _class(name: str) -> Any:
    if name in OURS:
        return getattr(import_module(OURS[name]), name)
    if name == "CLIPTextModel":
        from transformers import CLIPTextModel

        return CLIPTextModel
    if name not in MODULES:
        raise ValueRefused("a network that can be trained", f"{name or 'one without a name'}")
    return getattr(import_module(MODULES[name]), name)


@dataclass(frozen=True, slots=True)
class Parts:
    """The networks of a train state, with where their tensors go: finding that anew in each step would cost.

    Attributes:
        module: The networks by name.
        layers: Every module in them.
        weights: Name → the parameter that holds it.
        buffers: Name → the module that holds it, and its name there.
        attends: Whether there are layers of attention.
    """

    module: nn.ModuleDict
    layers: tuple[nn.Module, ...]
    weights: dict[str, nn.Parameter]
    buffers: dict[str, tuple[nn.Module, str]]
    attends: bool


@lru_cache(maxsize=16)
def laid_out(config: str, thread: int) -> Parts:
    """The parts that a train state's config names, for this thread to point at the weights of a state.

    Args:
        config: Name of each part → its config, as canonical JSON.
        thread: Who uses it: two threads must not point one network at different weights.
    """
    import torch

    from nodes.train.attention import attends

    with library_lock:
        module = torch.nn.ModuleDict({name: built(part) for name, part in json.loads(config).items()})
    kept = module.state_dict(keep_vars=True)
    homes = {
        f"{prefix}.{name}".lstrip("."): (owner, name)
        for prefix, owner in module.named_modules()
        for name in owner._buffers
    }
    return Parts(
        module,
        tuple(module.modules()),
        dict(module.named_parameters()),
        {name: home for name, home in homes.items() if name in kept},
        attends(module),
    )
