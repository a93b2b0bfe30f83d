"""From a handle to its module: built on the CPU, in eval mode, from safetensors or plain data."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nodes.checkpoints import hub, single_file
from nodes.checkpoints.folder import PARTS, read_tokenizer, variant_of
from nodes.checkpoints.refusal import CheckpointRefused
from nodes.library_lock import library_lock

if TYPE_CHECKING:
    from engine.declare.handle import Find
    from nodes.values import Model


def build(handle: Model[Any], find: Find) -> Any:
    """Build the module that a handle describes.

    Args:
        handle: Which part of which checkpoint, and its dtype.
        find: Content digest → the file or folder that has it now.

    Raises:
        CheckpointRefused: The checkpoint has no such part, or its weights don't fit its config.
    """
    import torch

    if handle.part not in BUILDERS or handle.patches:
        got = f'patches of "{handle.part}"' if handle.patches else f'"{handle.part}"'
        raise CheckpointRefused(
            handle.source, f"one of {', '.join(BUILDERS)}, unpatched", got, "Link its loader."
        )
    dtype = getattr(torch, handle.dtype)
    source = hub.snapshot(handle.source) or find(handle.source)
    if source.is_dir():
        return BUILDERS[handle.part](source, dtype)
    config = find(handle.config) if handle.config else single_file.shipped(handle.family, source.name)
    return single_file.build(source, handle.part, config, dtype)


def build_unet(folder: Path, dtype: Any) -> Any:
    """The denoiser of a diffusers folder."""
    with library_lock:
        from diffusers.models.unets.unet_2d_condition import UNet2DConditionModel

    return _from_pretrained(UNet2DConditionModel, folder, "unet", dtype=dtype)


def build_vae(folder: Path, dtype: Any) -> Any:
    """The autoencoder of a diffusers folder."""
    with library_lock:
        from diffusers.models.autoencoders.autoencoder_kl import AutoencoderKL

    return _from_pretrained(AutoencoderKL, folder, "vae", dtype=dtype)


def build_text_encoder(folder: Path, dtype: Any) -> Any:
    """The text encoder of a diffusers folder, with the folder's tokenizer as its attribute ``tokenizer``."""
    with library_lock:
        from transformers.models.clip.modeling_clip import CLIPTextModel
        from transformers.utils.logging import disable_progress_bar

    disable_progress_bar()
    encoder = _from_pretrained(CLIPTextModel, folder, "text_encoder", dtype=dtype)
    encoder.tokenizer = read_tokenizer(folder)
    return encoder


BUILDERS: dict[str, Callable[[Path, Any], Any]] = {
    "unet": build_unet,
    "vae": build_vae,
    "text_encoder": build_text_encoder,
}


def _from_pretrained(cls: Any, folder: Path, part: str, **kwargs: Any) -> Any:
    place, expected = f"{folder.name}/{part}", f"the weights of a {PARTS[part][0]}"
    try:
        model, report = cls.from_pretrained(
            folder,
            subfolder=part,
            variant=variant_of(folder, part),
            use_safetensors=True,
            local_files_only=True,
            output_loading_info=True,
            **kwargs,
        )
    except (OSError, ValueError, RuntimeError) as error:
        raise CheckpointRefused(place, expected, str(error), "Download the folder again.") from error
    # Both libraries would go on with random weights in their place
    if lacking := sorted(report["missing_keys"]):
        got = f"none for {lacking[0]} and {len(lacking) - 1} more"
        raise CheckpointRefused(
            place, expected, got, "Its config is another model's: download the folder again."
        )
    return model.eval()
