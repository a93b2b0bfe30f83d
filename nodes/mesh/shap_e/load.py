"""Loaders of Shap-E models: from a folder to handles of the parts; weights are not read."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Generic, NamedTuple

from engine import Folder, Within, node
from nodes.checkpoints.image_encoder import PART, ImageEncoder
from nodes.checkpoints.load import FILES, Dtype
from nodes.mesh.shap_e.folder import PICTURE, TEXT, Layout, read_folder
from nodes.mesh.shap_e.handles import ShapEPrior, ShapERenderer, ShapETextEncoder
from nodes.mesh.shap_e.listing import FAMILY
from nodes.values import F, SchedulerConfig

ShapEFolder = Annotated[Folder, Within("models", FILES, ("pipeline",), (FAMILY,))]


class TextParts(NamedTuple, Generic[F]):
    """The parts of a model that reads texts.

    Attributes:
        prior: The denoiser.
        text_encoder: The text encoder with its tokenizer.
        renderer: Makes surfaces and views of latents.
        scheduler: The noise schedule that the prior was trained with.
    """

    prior: ShapEPrior[F]
    text_encoder: ShapETextEncoder[F]
    renderer: ShapERenderer[F]
    scheduler: SchedulerConfig


@node("load.shap_e")
def from_text_folder(folder: ShapEFolder, dtype: Dtype = "float32") -> TextParts:
    """Load Shap-E, which makes surfaces from texts, from a folder in diffusers' layout.

    Licence: OpenAI's weights (``openai/shap-e``) are free to use under MIT.

    Args:
        folder: Folder that holds ``model_index.json``.
        dtype: Precision of its weights in memory; float16 suits graphics cards, not CPUs.

    Raises:
        CheckpointRefused: It holds another kind of model, or a part is missing or cut short.
    """
    layout, source = read_folder(folder.path, TEXT), folder.digest
    return TextParts(
        _prior(source, layout, dtype),
        ShapETextEncoder(source, "text_encoder", FAMILY, dtype),
        ShapERenderer(source, "shap_e_renderer", FAMILY, dtype),
        layout.scheduler,
    )


@from_text_folder.infer
def text_family(folder: Path) -> dict[str, str]:
    """The family of a folder's model."""
    read_folder(folder, TEXT)
    return {"F": FAMILY}


class ImageParts(NamedTuple, Generic[F]):
    """The parts of a model that looks at pictures.

    Attributes:
        prior: The denoiser.
        image_encoder: The picture encoder.
        renderer: Makes surfaces and views of latents.
        scheduler: The noise schedule that the prior was trained with.
    """

    prior: ShapEPrior[F]
    image_encoder: ImageEncoder[F]
    renderer: ShapERenderer[F]
    scheduler: SchedulerConfig


@node("load.shap_e_image")
def from_image_folder(folder: ShapEFolder, dtype: Dtype = "float32") -> ImageParts:
    """Load Shap-E, which makes surfaces from pictures, from a folder in diffusers' layout.

    Licence: OpenAI's weights (``openai/shap-e-img2img``) are free to use under MIT.

    Args:
        folder: Folder that holds ``model_index.json``.
        dtype: Precision of its weights in memory; float16 suits graphics cards, not CPUs.

    Raises:
        CheckpointRefused: It holds another kind of model, or a part is missing or cut short.
    """
    layout, source = read_folder(folder.path, PICTURE), folder.digest
    return ImageParts(
        _prior(source, layout, dtype),
        ImageEncoder(source, PART, FAMILY, dtype),
        ShapERenderer(source, "shap_e_renderer", FAMILY, dtype),
        layout.scheduler,
    )


@from_image_folder.infer
def image_family(folder: Path) -> dict[str, str]:
    """The family of a folder's model."""
    read_folder(folder, PICTURE)
    return {"F": FAMILY}


def _prior(source: str, layout: Layout, dtype: str) -> ShapEPrior:
    return ShapEPrior(source, "prior", FAMILY, dtype, vectors=layout.vectors, width=layout.width)
