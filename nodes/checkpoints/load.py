"""Loaders: from a file, a folder or a hub id to handles of the model's parts; weights are not read."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Generic, Literal, NamedTuple

from engine import File, Folder, Within, node
from nodes.checkpoints import hub, single_file
from nodes.checkpoints.folder import Layout, read_folder
from nodes.checkpoints.recognise import denoiser_of_file
from nodes.checkpoints.refusal import CheckpointRefused
from nodes.values import VAE, Denoiser, F, SchedulerConfig, TextEncoder

Dtype = Literal["float32", "float16", "bfloat16"]
FILES = (".json", ".safetensors", ".txt", ".model")
"""Endings of what is read in a folder in diffusers' layout."""
ModelFolder = Annotated[Folder, Within("models", FILES, ("pipeline",))]
ModelFile = Annotated[File, Within("models", (".safetensors", ".ckpt", ".pth", ".pt"), ("checkpoint",))]


class Parts(NamedTuple, Generic[F]):
    """The parts of a diffusion model, of whatever family.

    Attributes:
        denoiser: The U-Net or transformer.
        vae: The autoencoder.
        text_encoder: The text encoders with their tokenizers.
        scheduler: The noise schedule it was trained with.
    """

    denoiser: Denoiser[F]
    vae: VAE[F]
    text_encoder: TextEncoder[F]
    scheduler: SchedulerConfig


@node("load.diffusers")
def from_folder(
    folder: ModelFolder = "emoji",  # pyright: ignore[reportArgumentType] # a name; the engine finds the folder
    dtype: Dtype = "float32",
) -> Parts:
    """Load a diffusion model from a folder in diffusers' layout.

    Args:
        folder: Folder that holds ``model_index.json``.
        dtype: Precision of its weights in memory; float16 suits graphics cards, not CPUs.

    Raises:
        CheckpointRefused: It holds another kind of model, or a part is missing or cut short.
    """
    return _parts(folder.digest, read_folder(folder.path), dtype)


@from_folder.infer
def folder_family(folder: Path) -> dict[str, str]:
    """The family of a folder's model."""
    return {"F": read_folder(folder).cells.family}


@node("load.single_file")
def from_file(file: ModelFile, config: ModelFolder | None = None, dtype: Dtype = "float32") -> Parts:
    """Load a diffusion model from one file in the original releases' layout.

    Args:
        file: A ``.safetensors`` file; others are read as plain data, without running what they may hold.
        config: Folder of its configs and tokenizers in diffusers' layout; empty for Stable Diffusion 1, 2, XL
            and 3, FLUX.1 and LTX-Video, whose are built in but for T5's tokenizer. Those of 2 are of the
            models that predict velocity; for its base models set the scheduler's prediction to epsilon,
            unless the file's metadata says so. Where the file has no text encoders, use load.text_encoders.
        dtype: Precision of its weights in memory; float16 suits graphics cards, not CPUs.

    Raises:
        CheckpointRefused: It holds another kind of model, or is cut short.
    """
    layout = single_file.read_file(file.path, config.path if config else None)
    return _parts(file.digest, layout, dtype, config.digest if config else "")


@from_file.infer
def file_family(file: Path) -> dict[str, str]:
    """The family of a file's model; a pickled file's is not known before it runs."""
    if file.suffix != ".safetensors":
        return {}
    found, _ = denoiser_of_file(single_file.read_entries(file))
    return {"F": found} if found else {}


@node("load.hub", pure=False)
def from_hub(repo: str, revision: str = "main", dtype: Dtype = "float32") -> Parts:
    """Load a diffusion model from the Hugging Face hub, or from its local cache when offline.

    Args:
        repo: Its id, ``owner/name``.
        revision: Branch, tag or commit.
        dtype: Precision of its weights in memory; float16 suits graphics cards, not CPUs.

    Raises:
        CheckpointRefused: It can't be found, or holds another kind of model.
    """
    source, folder = hub.fetch(repo, revision)
    return _parts(source, read_folder(folder), dtype)


@from_hub.infer
def hub_family(repo: str, revision: str) -> dict[str, str]:
    """The family of a model that is in the local cache; another's is not known before it runs."""
    folder = hub.cached(repo, revision)
    if folder is None:
        return {}
    try:
        return {"F": read_folder(folder).cells.family}
    except CheckpointRefused:  # it may be there in part, or change on the hub
        return {}


def _parts(source: str, layout: Layout, dtype: str, config: str = "") -> Parts:
    family, channels, factor, frames, length = layout.cells
    return Parts(
        Denoiser(source, "denoiser", family, dtype, config),
        VAE(
            source,
            "vae",
            family,
            dtype,
            config,
            channels=channels,
            factor=factor,
            frames=frames,
            length=length,
        ),
        TextEncoder(source, "text_encoder", family, dtype, config),
        layout.scheduler,
    )
