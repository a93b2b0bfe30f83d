"""karlo's unCLIP, whose folder holds three models that draw one after another."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Generic, NamedTuple

from engine import Folder, Within, node
from nodes.checkpoints.folder import INDEX, canonical, check_texts, read_config, read_index
from nodes.checkpoints.load import FILES, Dtype
from nodes.checkpoints.pretrained import check_weights
from nodes.checkpoints.refusal import CheckpointRefused
from nodes.diffusion.prior import SIDE
from nodes.families.unclip import DECODER, FAMILY, LARGER, LAST, NAME, PROJECTION
from nodes.values import VAE, Denoiser, F, SchedulerConfig, TextEncoder

PRIOR = "prior"
UnCLIPFolder = Annotated[Folder, Within("models", FILES, ("pipeline",), (NAME,))]


class Stages(NamedTuple, Generic[F]):
    """The models that draw one after another.

    Attributes:
        text_encoder: The text encoder, for the prior and the decoder.
        prior: Makes a picture's vector of a text.
        vectors: Says how wide the prior's noise is; 8 pixels wide and high is one vector.
        prior_schedule: The noise schedule of the prior.
        decoder: Draws a small picture of a vector and a text.
        pixels: Stands for a VAE: the decoder and the enlarger draw pixels.
        decoder_schedule: The noise schedule of the decoder.
        enlarger: Draws the small picture larger.
        enlarger_schedule: The noise schedule of the enlarger.
    """

    text_encoder: TextEncoder[F]
    prior: Denoiser[F]
    vectors: VAE[F]
    prior_schedule: SchedulerConfig
    decoder: Denoiser[F]
    pixels: VAE[F]
    decoder_schedule: SchedulerConfig
    enlarger: Denoiser[F]
    enlarger_schedule: SchedulerConfig


@node("load.unclip")
def from_folder(folder: UnCLIPFolder, dtype: Dtype = "float32") -> Stages:
    """Load karlo's unCLIP from a folder in diffusers' layout.

    Args:
        folder: Folder that holds ``model_index.json``.
        dtype: Precision of its weights in memory; float16 suits graphics cards, not CPUs.

    Raises:
        CheckpointRefused: It holds another kind of model, or a part is missing or cut short.
    """
    place, source = folder.path, folder.digest
    _check(place)
    width = read_config(place, f"{PRIOR}/config.json")["embedding_dim"]
    prior, decoder, enlarger = (_schedule(place, stage) for stage in (PRIOR, DECODER, "super_res"))
    return Stages(
        TextEncoder(source, "text_encoder", NAME, dtype),
        Denoiser(source, PRIOR, NAME, dtype),
        VAE(source, "vae", NAME, dtype, channels=width, factor=SIDE),
        prior,
        Denoiser(source, DECODER, NAME, dtype),
        VAE(source, "vae", NAME, dtype, channels=3, factor=1),
        decoder,
        Denoiser(source, LARGER, NAME, dtype),
        enlarger,
    )


@from_folder.infer
def folder_family(folder: Path) -> dict[str, str]:
    """The family of a folder's models."""
    _check(folder)
    return {"F": NAME}


def _check(folder: Path) -> None:
    name = str(read_config(folder, INDEX).get("_class_name"))
    if name not in FAMILY.pipelines:
        cure = "Choose karlo's folder, or load this one with load.diffusers."
        raise CheckpointRefused(f"{folder.name}/{INDEX}", f"a {FAMILY.pipelines[0]}", name, cure)
    index = read_index(folder)
    for part in (PRIOR, DECODER, PROJECTION, LARGER, LAST):
        if part not in index:
            raise CheckpointRefused(
                f"{folder.name}/{INDEX}", f"a {part}", "none", "Download the folder again."
            )
        check_weights(folder, part)
    check_texts(folder, FAMILY)


def _schedule(folder: Path, stage: str) -> SchedulerConfig:
    config = read_config(folder, f"{stage}_scheduler/scheduler_config.json", "_class_name")
    return SchedulerConfig(config["_class_name"], canonical(config))
