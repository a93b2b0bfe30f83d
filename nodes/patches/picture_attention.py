"""IP-Adapters in a loaded U-Net: attention to pictures beside that to texts, put in once, at any strength."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from nodes.checkpoints.pickled import load_pickled
from nodes.checkpoints.refusal import CheckpointRefused
from nodes.patches import blocks

if TYPE_CHECKING:
    import torch

    from engine.declare.handle import Find
    from nodes.values import Patch

Adapter = dict[str, dict[str, "torch.Tensor"]]
"""``image_proj``: what makes tokens of a picture. ``ip_adapter``: keys and values, layer by layer."""
PARTS = ("image_proj", "ip_adapter")
LOOKING = "_looking"
"""Attribute of a U-Net that wears IP-Adapters."""


class _Looking(NamedTuple):
    """IP-Adapters that are on.

    Attributes:
        digests: Of their files, in order.
        processors: What attended in their place before.
        kind: What the config said of what comes before attention.
    """

    digests: tuple[str, ...]
    processors: dict[str, Any]
    kind: str | None


def look(model: Any, patches: list[Patch], find: Find) -> None:
    """Let a U-Net have these IP-Adapters and no others.

    Args:
        model: The denoiser.
        patches: The IP-Adapters, in the order of the pictures that it is told.
        find: Content digest → path.

    Raises:
        CheckpointRefused: A file is no IP-Adapter for this model.
    """
    looking: _Looking | None = getattr(model, LOOKING, None)
    digests = tuple(patch.digest for patch in patches)
    if digests != (looking.digests if looking else ()):
        if looking:
            _take_off(model, looking)
        if patches:
            _put_on(model, [find(digest) for digest in digests], digests)
    if patches:
        _weigh(model, patches)


def _weigh(model: Any, patches: list[Patch]) -> None:
    weights = [(patch.scale, blocks.of_denoiser(patch.blocks, model)) for patch in patches]
    for name, processor in model.attn_processors.items():
        if hasattr(processor, "to_k_ip"):
            processor.scale = [scale * weight(name) for scale, weight in weights]


def _put_on(model: Any, paths: list[Path], digests: tuple[str, ...]) -> None:
    if not hasattr(model, "encoder_hid_proj") or model.encoder_hid_proj is not None:
        cure = "Take it off this model."
        raise CheckpointRefused(paths[0].name, "a U-Net that reads texts", type(model).__name__, cure)
    looking = _Looking(digests, dict(model.attn_processors), model.config.encoder_hid_dim_type)
    adapters = [_read(path) for path in paths]
    for path, adapter in zip(paths, adapters, strict=True):
        _check(path, adapter, model)
    try:
        model._load_ip_adapter_weights(adapters)
    except (KeyError, ValueError, RuntimeError, IndexError) as error:
        _take_off(model, looking)
        names, cure = (
            " or ".join(path.name for path in paths),
            "Check that it is an IP-Adapter for this model.",
        )
        raise CheckpointRefused(names, "an IP-Adapter, whole", str(error).strip()[:300], cure) from error
    model.eval()
    setattr(model, LOOKING, looking)


def _take_off(model: Any, looking: _Looking) -> None:
    model.encoder_hid_proj = None
    model.config.encoder_hid_dim_type = looking.kind
    model.set_attn_processor(dict(looking.processors))
    if hasattr(model, LOOKING):
        delattr(model, LOOKING)


def _read(path: Path) -> Adapter:
    import torch

    if path.suffix.lower() != ".safetensors":
        tree = load_pickled(path)
        parts = {part: tree.get(part) if isinstance(tree, dict) else None for part in PARTS}
        return {
            part: {str(name): value for name, value in found.items() if isinstance(value, torch.Tensor)}
            for part, found in parts.items()
            if isinstance(found, dict)
        }
    from safetensors.torch import load_file

    tensors = load_file(path)
    return {
        part: {
            name.removeprefix(f"{part}."): value
            for name, value in tensors.items()
            if name.startswith(f"{part}.")
        }
        for part in PARTS
    }


def _check(path: Path, adapter: Adapter, model: Any) -> None:
    """Its keys and values are read by number, in the order of the U-Net's layers."""
    cure = "It is for another model: choose an IP-Adapter for this one."
    reading = [name for name in model.attn_processors if name.endswith("attn2.processor")]
    layers = [name for name in adapter.get("ip_adapter", {}) if name.endswith("to_k_ip.weight")]
    if len(layers) != len(reading):
        got = str(len(layers))
        raise CheckpointRefused(path.name, f"keys for {len(reading)} layers that read texts", got, cure)
    width = adapter["ip_adapter"][layers[0]].shape[-1]
    if width != model.config.cross_attention_dim:
        expected = f"tokens {model.config.cross_attention_dim} wide"
        raise CheckpointRefused(path.name, expected, str(width), cure)
