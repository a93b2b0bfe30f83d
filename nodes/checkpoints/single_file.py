"""A Stable Diffusion model in one file, as the original releases lay it out."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

from nodes.checkpoints.folder import Layout, read_configs, read_tokenizer
from nodes.checkpoints.header import Entry, read_header
from nodes.checkpoints.recognise import UNET, family_of_file
from nodes.checkpoints.refusal import UNPICKLED, CheckpointRefused
from nodes.library_lock import library_lock

CONFIGS = Path(__file__).parent / "configs"
PREFIXES = {"unet": UNET, "vae": "first_stage_model.", "text_encoder": "cond_stage_model."}
"""Part → how the names of its tensors begin."""
FIRST_CONVOLUTION = f"{UNET}input_blocks.0.0.weight"


def read_file(path: Path, config: Path | None) -> Layout:
    """Read what a file holds, without its weights.

    Args:
        path: The file.
        config: Folder with its configs in diffusers' layout; None for the built-in ones of its family.

    Raises:
        CheckpointRefused: It is no whole Stable Diffusion checkpoint, or the configs are another's.
    """
    entries = read_entries(path)
    for part, prefix in PREFIXES.items():
        if not any(name.startswith(prefix) for name in entries):
            cure = "Choose a whole Stable Diffusion checkpoint."
            raise CheckpointRefused(path.name, f"a {part} ({prefix}…)", "none", cure)
    found = family_of_file(entries)
    layout = read_configs(config or shipped(found, path.name))
    if layout.family != found:
        cure = "Choose the folder that the file's model was saved with."
        raise CheckpointRefused(path.name, f"configs of family {found}", layout.family, cure)
    return layout


def read_entries(path: Path) -> dict[str, Entry]:
    """Names, kinds and shapes of a checkpoint's tensors.

    Raises:
        CheckpointRefused: It is cut short, or holds more than plain data.
    """
    if path.suffix == ".safetensors":
        return read_header(path, path.name)
    tensors = _plain(path, "meta")
    return {name: Entry(str(value.dtype), tuple(value.shape)) for name, value in tensors.items()}


def shipped(family: str, place: str) -> Path:
    """Folder of the built-in configs of a family.

    Raises:
        CheckpointRefused: There are none.
    """
    folder = CONFIGS / family
    if not family or not folder.is_dir():
        expected = (
            f"a family with built-in configs ({', '.join(sorted(path.name for path in CONFIGS.iterdir()))})"
        )
        cure = "Choose the folder of its configs."
        raise CheckpointRefused(place, expected, family or "none that is known", cure)
    return folder


def build(path: Path, part: str, config: Path, dtype: Any) -> Any:
    """Build one part of a checkpoint.

    Args:
        path: The file.
        part: ``unet``, ``vae`` or ``text_encoder``.
        config: Folder with its configs in diffusers' layout.
        dtype: torch dtype of the weights.

    Raises:
        CheckpointRefused: The weights don't fit the config.
    """
    weights = _tensors(path, PREFIXES[part])
    try:
        return BUILDERS[part](weights, config, dtype).eval()
    except (OSError, ValueError, RuntimeError, KeyError) as error:
        expected = f"a {part} as {config.name}/{part}/config.json says"
        cure = "Choose the folder that the file's model was saved with."
        raise CheckpointRefused(path.name, expected, str(error), cure) from error


def _unet(weights: dict[str, Any], config: Path, dtype: Any) -> Any:
    with library_lock:
        from diffusers.models.unets.unet_2d_condition import UNet2DConditionModel

    # A model made for inpainting differs from its family by its first convolution alone
    channels = weights[FIRST_CONVOLUTION].shape[1]
    return _from_single_file(UNet2DConditionModel, weights, config, "unet", dtype, in_channels=channels)


def _vae(weights: dict[str, Any], config: Path, dtype: Any) -> Any:
    with library_lock:
        from diffusers.models.autoencoders.autoencoder_kl import AutoencoderKL

    return _from_single_file(AutoencoderKL, weights, config, "vae", dtype)


def _from_single_file(
    cls: Any, weights: dict[str, Any], config: Path, part: str, dtype: Any, **changes: Any
) -> Any:
    # With `config` it asks no hub
    return cls.from_single_file(
        weights, config=str(config), subfolder=part, dtype=dtype, local_files_only=True, **changes
    )


def _text_encoder(weights: dict[str, Any], config: Path, dtype: Any) -> Any:
    with library_lock:
        from diffusers.loaders.single_file_utils import create_diffusers_clip_model_from_ldm
        from transformers.models.clip.modeling_clip import CLIPTextModel

    encoder = create_diffusers_clip_model_from_ldm(
        CLIPTextModel,
        weights,
        subfolder="text_encoder",
        config=str(config),
        torch_dtype=dtype,
        local_files_only=True,
    )
    encoder.tokenizer = read_tokenizer(config)
    return encoder


BUILDERS = {"unet": _unet, "vae": _vae, "text_encoder": _text_encoder}


def _tensors(path: Path, prefix: str) -> dict[str, Any]:
    if path.suffix != ".safetensors":
        return {name: value for name, value in _plain(path, "cpu").items() if name.startswith(prefix)}
    from safetensors import safe_open

    with safe_open(path, framework="pt") as file:
        return {name: file.get_tensor(name) for name in file.keys() if name.startswith(prefix)}  # noqa: SIM118


def _plain(path: Path, device: str) -> dict[str, Any]:
    """Tensors of a pickled checkpoint, read so that nothing in it is run."""
    import torch

    try:
        tree = torch.load(path, map_location=device, weights_only=True)
    except (pickle.UnpicklingError, RuntimeError, EOFError, ValueError) as error:
        cure = "Download it again, or take the .safetensors of the same model."
        got = UNPICKLED if isinstance(error, pickle.UnpicklingError) else str(error).partition("\n")[0]
        raise CheckpointRefused(path.name, "tensors and plain data, whole", got, cure) from error
    tree = tree.get("state_dict", tree) if isinstance(tree, dict) else {}
    return {name: value for name, value in tree.items() if isinstance(value, torch.Tensor)}
