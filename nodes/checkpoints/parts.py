"""Loaders of one part each, so that a model can be put together of several files, as ComfyUI's users do."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Generic, Literal, NamedTuple

from engine import File, Within, node
from nodes import families
from nodes.checkpoints import single_file, transformer_file, vae_file
from nodes.checkpoints.folder import family_of_folder, read_config, read_configs
from nodes.checkpoints.load import Dtype, ModelFolder
from nodes.checkpoints.refusal import CheckpointRefused
from nodes.checkpoints.sizes import read_sizes
from nodes.diffusion.family import Cells, Family
from nodes.recognise.matching import Match
from nodes.values import VAE, Denoiser, F, SchedulerConfig

FROM_TENSORS = "from its tensors"
DenoiserFile = Annotated[
    File,
    Within(
        "models",
        (".safetensors", ".gguf"),
        ("denoiser",),
        ("sd3", "flux", "flux2", "wan", "wan-dense", "ltx"),
    ),
]
VAEFile = Annotated[File, Within("models", (".safetensors",), ("vae", "checkpoint"))]
Kind = Literal["from its tensors", "sd1", "sd3", "flux", "flux2"]


class Alone(NamedTuple, Generic[F]):
    """A denoiser without the rest of its model.

    Attributes:
        denoiser: The transformer.
        scheduler: The noise schedule it was trained with.
    """

    denoiser: Denoiser[F]
    scheduler: SchedulerConfig


@node(
    "load.denoiser",
    licence="FLUX.1 [dev], FLUX.2 [dev], FLUX.2 klein 9B: non-commercial; Stable Diffusion 3.5: Stability AI "
    "Community License, free below 1 million US dollars of revenue a year",
)
def denoiser(file: DenoiserFile, config: ModelFolder | None = None, dtype: Dtype = "float32") -> Alone:
    """Load the transformer of Stable Diffusion 3, FLUX, Wan or LTX-Video from its own file or a whole one.

    Wan 2.2's larger models have two: load each, and let one sampler run begin what the other ends.

    Args:
        file: ``.safetensors`` in the names of its release or of diffusers, or ``.gguf``, whose weights stay
            quantised in memory.
        config: Folder of the model's configs in diffusers' layout, where they differ from the release's, as
            for LTX-Video from 0.9.5 on.
        dtype: Precision of its weights in memory, and in which quantised ones compute; float16 suits graphics
            cards, not CPUs.

    Raises:
        CheckpointRefused: It holds something else, or is cut short; or the configs are another family's.
    """
    family, folder = _transformer(file.path, config.path if config else None)
    handle: Denoiser = Denoiser(file.digest, "denoiser", family.name, dtype, config.digest if config else "")
    return Alone(handle, read_configs(folder, family).scheduler)


@denoiser.infer
def denoiser_family(file: Path, config: Path | None = None) -> dict[str, str]:
    """The family of a file's transformer, or the variant of it that its configs are of."""
    return {"F": _transformer(file, config)[0].name}


def _transformer(path: Path, config: Path | None) -> tuple[Family, Path]:
    """Family of a transformer's file, and the folder of its configs."""
    contents, found = transformer_file.read(path, path.name)
    family = families.named(found.family)
    if family.name != found.family or not transformer_file.is_transformer(family):
        expected = "a transformer of Stable Diffusion 3, FLUX, Wan or LTX-Video"
        cure = "Choose such a file, or load the whole model with load.single_file or load.diffusers."
        raise CheckpointRefused(path.name, expected, found.family or "an unknown family", cure)
    if config is not None:
        family = _configured(config, family)
    try:
        read_sizes(family.denoiser_class, transformer_file.shapes_of(contents, found))
    except (KeyError, ValueError) as error:
        got = f"a file without {error}"
        cure = "Download it again."
        raise CheckpointRefused(path.name, f"all weights of a {family.denoiser_class}", got, cure) from error
    return family, config or single_file.shipped(found.family, path.name, found.variant)


def _configured(folder: Path, family: Family) -> Family:
    """The family, or the variant of it that a folder of configs is of."""
    found = family_of_folder(folder)
    if not families.fits(family.name, found.name):
        cure = "Choose the folder that the file's model was saved with."
        raise CheckpointRefused(folder.name, f"configs of {family.title}", found.title, cure)
    return found


@node("load.vae")
def vae(
    file: VAEFile, family: Kind = FROM_TENSORS, config: ModelFolder | None = None, dtype: Dtype = "float32"
) -> VAE:
    """Load an autoencoder from a file that holds it alone, or from that of a whole model.

    Args:
        file: ``.safetensors`` in the names of its release or of diffusers.
        family: Whose it is. Those of Stable Diffusion 3 and FLUX.1 have the same tensors and other
            statistics, and are taken for FLUX.1's; those with four channels need to be told.
        config: Folder of the model's configs in diffusers' layout, in place of the release's.
        dtype: Precision of its weights in memory; float16 suits graphics cards, not CPUs.

    Raises:
        CheckpointRefused: It holds something else, or its family is not told.
    """
    name, cells = _autoencoder(file.path, family, config.path if config else None)
    return VAE(
        file.digest,
        "vae",
        name,
        dtype,
        config.digest if config else "",
        channels=cells.channels,
        factor=cells.factor,
        frames=cells.frames,
        length=cells.length,
    )


@vae.infer
def vae_family(file: Path, family: str, config: Path | None = None) -> dict[str, str]:
    """The family of an autoencoder, where its configs, its tensors or its user tell it."""
    found = _family_told(vae_file.read(file, file.name)[1], family, config)
    return {"F": found} if found else {}


def _family_told(found: Match, family: str, config: Path | None) -> str:
    if config is not None:
        return read_configs(config, family_of_folder(config)).cells.family
    return found.family if family == FROM_TENSORS else family


def _autoencoder(path: Path, family: str, config: Path | None) -> tuple[str, Cells]:
    """Family of an autoencoder's file, and what its latents are like."""
    contents, found = vae_file.read(path, path.name)
    name = _family_told(found, family, config)
    if not name:
        cure = "Choose its family, or the folder of its configs."
        raise CheckpointRefused(path.name, "an autoencoder whose tensors tell its family", "none", cure)
    folder = config or single_file.shipped(name, path.name)
    sizes = vae_file.sizes_of(path.name, contents, found)
    return name, families.named(name).cells(
        lambda part: {**read_config(folder, f"{part}/config.json"), **(sizes if part == "vae" else {})}
    )
