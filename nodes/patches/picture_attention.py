"""IP-Adapters in a loaded model: attention to pictures beside that to texts, put in once, at any strength."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from nodes.checkpoints.refusal import CheckpointRefused
from nodes.library_lock import library_lock
from nodes.patches import blocks
from nodes.patches.ip_adapter_file import read
from nodes.patches.ip_adapter_host import HOSTS, Host, host_of

if TYPE_CHECKING:
    from engine.declare.handle import Find
    from nodes.values import Patch

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
        CheckpointRefused: A file is no IP-Adapter for this model, or they are more than it takes.
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
    several = host_of(model).several
    weights = [(patch.scale, blocks.of_denoiser(patch.blocks, model)) for patch in patches]
    for name, processor in model.attn_processors.items():
        if hasattr(processor, "to_k_ip"):
            scales = [scale * weight(name) for scale, weight in weights]
            processor.scale = scales if several else scales[0]


def _put_on(model: Any, paths: list[Path], digests: tuple[str, ...]) -> None:
    host = _checked_host(model, paths)
    kind = getattr(model.config, "encoder_hid_dim_type", None)
    looking = _Looking(digests, dict(model.attn_processors), kind)
    adapters = [read(path) for path in paths]
    for path, adapter in zip(paths, adapters, strict=True):
        host.check(path.name, adapter, model)
    try:
        model._load_ip_adapter_weights(adapters if host.several else adapters[0])
    except (KeyError, ValueError, RuntimeError, IndexError) as error:
        _take_off(model, looking)
        names, cure = (
            " or ".join(path.name for path in paths),
            "Check that it is an IP-Adapter for this model.",
        )
        raise CheckpointRefused(names, "an IP-Adapter, whole", str(error).strip()[:300], cure) from error
    _keep_kernels(model, looking.processors)
    model.eval()
    setattr(model, LOOKING, looking)


def _checked_host(model: Any, paths: list[Path]) -> Host:
    host = HOSTS.get(type(model).__name__)
    if host is None or getattr(model, host.projection, None) is not None:
        titles = list(dict.fromkeys(host.title for host in HOSTS.values()))
        expected = f"{', '.join(titles[:-1])} or {titles[-1]}"
        raise CheckpointRefused(paths[0].name, expected, type(model).__name__, "Take it off this model.")
    if len(paths) > 1 and not host.several:
        expected = f"one IP-Adapter on {host.title}"
        raise CheckpointRefused(paths[1].name, expected, f"{len(paths)}", "Take the others off.")
    return host


def _keep_kernels(model: Any, before: dict[str, Any]) -> None:
    """Let each layer attend by the kernel that was chosen for the model."""
    with library_lock:
        from diffusers.models.attention_processor import AttnProcessor, IPAdapterAttnProcessor

    found = dict(model.attn_processors)
    for name, processor in found.items():
        kernel = getattr(before.get(name), "_attention_backend", None)
        if kernel is not None:
            processor._attention_backend = kernel
        if type(before.get(name)) is AttnProcessor and hasattr(processor, "to_k_ip"):
            sizes = processor.hidden_size, processor.cross_attention_dim, processor.num_tokens
            found[name] = IPAdapterAttnProcessor(*sizes, scale=processor.scale)
            found[name].to_k_ip, found[name].to_v_ip = processor.to_k_ip, processor.to_v_ip
    model.set_attn_processor(found)


def _take_off(model: Any, looking: _Looking) -> None:
    setattr(model, host_of(model).projection, None)
    if hasattr(model.config, "encoder_hid_dim_type"):
        model.config.encoder_hid_dim_type = looking.kind
    model.set_attn_processor(dict(looking.processors))
    if hasattr(model, LOOKING):
        delattr(model, LOOKING)
