"""IP-Adapters in a loaded model: attention to pictures beside that to texts, put in once, at any strength."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from nodes.checkpoints.refusal import CheckpointRefused
from nodes.patches import blocks
from nodes.patches.ip_adapter_file import Adapter, read

if TYPE_CHECKING:
    from engine.declare.handle import Find
    from nodes.values import Patch

READING = {
    "UNet2DConditionModel": ("cross_attention_dim", "attn2.processor"),
    "FluxTransformer2DModel": ("joint_attention_dim", ""),
}
"""Class of a model → its config's name for a text's width, and how the names of layers end that read it."""
LOOKING = "_looking"
"""Attribute of a model that wears IP-Adapters."""


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
    """Let a model have these IP-Adapters and no others.

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
    if type(model).__name__ not in READING or getattr(model, "encoder_hid_proj", None) is not None:
        cure = "Take it off this model."
        expected = "Stable Diffusion 1, XL or FLUX.1"
        raise CheckpointRefused(paths[0].name, expected, type(model).__name__, cure)
    kind = getattr(model.config, "encoder_hid_dim_type", None)
    looking = _Looking(digests, dict(model.attn_processors), kind)
    adapters = [read(path) for path in paths]
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
    for name, processor in model.attn_processors.items():
        kernel = getattr(looking.processors.get(name), "_attention_backend", None)
        if kernel is not None:
            processor._attention_backend = kernel
    setattr(model, LOOKING, looking)


def _take_off(model: Any, looking: _Looking) -> None:
    model.encoder_hid_proj = None
    model.config.encoder_hid_dim_type = looking.kind
    model.set_attn_processor(dict(looking.processors))
    if hasattr(model, LOOKING):
        delattr(model, LOOKING)


def _check(path: Path, adapter: Adapter, model: Any) -> None:
    """Its keys and values are read by number, in the order of the model's layers."""
    cure = "It is for another model: choose an IP-Adapter for this one."
    said, ending = READING[type(model).__name__]
    reading = [
        name
        for name in model.attn_processors
        if name.endswith(ending) and not name.startswith("single_transformer_blocks.")
    ]
    layers = [name for name in adapter["ip_adapter"] if name.endswith("to_k_ip.weight")]
    if len(layers) != len(reading):
        got = str(len(layers))
        raise CheckpointRefused(path.name, f"keys for {len(reading)} layers that read texts", got, cure)
    width, expected = adapter["ip_adapter"][layers[0]].shape[-1], getattr(model.config, said)
    if width != expected:
        raise CheckpointRefused(path.name, f"tokens {expected} wide", str(width), cure)
