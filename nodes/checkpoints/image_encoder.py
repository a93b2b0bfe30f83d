"""Encoders of pictures, with what brings pictures to their size: from folders to handles and to modules."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from engine import Folder, Within, node
from nodes.checkpoints.classes import model_class
from nodes.checkpoints.folder import read_config
from nodes.checkpoints.load import Dtype
from nodes.checkpoints.pretrained import check_weights, from_pretrained
from nodes.checkpoints.refusal import CheckpointRefused
from nodes.library_lock import library_lock
from nodes.values import F, Model

if TYPE_CHECKING:
    from engine.declare.handle import Find

PART = "image_encoder"
PREPARING = ("image_processor", "feature_extractor")
"""Subfolders that say how a pipeline's pictures are prepared."""
CLASSES = {
    "CLIPVisionModel": "CLIPVisionModel",
    "CLIPVisionModelWithProjection": "CLIPVisionModelWithProjection",
    "CLIPModel": "CLIPVisionModelWithProjection",
    "SiglipVisionModel": "SiglipVisionModel",
    "SiglipModel": "SiglipVisionModel",
}
"""Class that a config names → the class that is built."""
EncoderFolder = Annotated[Folder, Within("models", (".json", ".safetensors"), ("image-encoder", "pipeline"))]


class ImageEncoder(Model[F]):
    """A picture encoder with what brings pictures to its size."""

    def load(self, find: Find) -> Any:
        """Build the module, with what prepares pictures as its attribute ``processor``."""
        with library_lock:
            return _build(self, find(self.source))


@node("load.image_encoder")
def from_folder(folder: EncoderFolder, dtype: Dtype = "float32") -> ImageEncoder:
    """Load a picture encoder, CLIP's or SigLIP's, which tells models what is in a picture.

    Args:
        folder: Folder of a model that has an ``image_encoder``, or of the encoder alone.
        dtype: Precision of its weights in memory; float16 suits graphics cards, not CPUs.

    Raises:
        CheckpointRefused: It has none, one of another kind, or its weights are missing or cut short.
    """
    part = PART if (folder.path / PART).is_dir() else ""
    class_of(folder.path, part)
    check_weights(folder.path, part)
    return ImageEncoder(folder.digest, part, dtype=dtype)


def class_of(folder: Path, part: str) -> str:
    """Name of the class that an encoder's config asks for.

    Raises:
        CheckpointRefused: It is another kind of model.
    """
    name = f"{part}/config.json".lstrip("/")
    said = read_config(folder, name).get("architectures") or ["none"]
    if said[0] not in CLASSES:
        cure = "Choose a folder with a picture encoder of CLIP or SigLIP."
        raise CheckpointRefused(f"{folder.name}/{name}", " or ".join(CLASSES), str(said[0]), cure)
    return CLASSES[said[0]]


def _build(handle: ImageEncoder[Any], folder: Path) -> Any:
    import torch

    name = class_of(folder, handle.part)
    encoder = from_pretrained(model_class(name), folder, handle.part, dtype=getattr(torch, handle.dtype))
    prepares = _siglip if name.startswith("Siglip") else _clip
    encoder.processor = prepares(_preparing(folder, handle.part), encoder.config.image_size)
    return encoder


def _preparing(folder: Path, part: str) -> Path | None:
    """Where a folder says how pictures are prepared; None where it doesn't."""
    places = (*((folder / name for name in PREPARING) if part else ()), folder / part)
    return next((place for place in places if (place / "preprocessor_config.json").exists()), None)


def _clip(place: Path | None, size: int) -> Any:
    from transformers.models.clip.image_processing_clip import CLIPImageProcessor

    if place is not None:
        return CLIPImageProcessor.from_pretrained(place, local_files_only=True)
    return CLIPImageProcessor(size={"shortest_edge": size}, crop_size={"height": size, "width": size})


def _siglip(place: Path | None, size: int) -> Any:
    from transformers.models.siglip.image_processing_siglip import SiglipImageProcessor

    if place is not None:
        return SiglipImageProcessor.from_pretrained(place, local_files_only=True)
    return SiglipImageProcessor(size={"height": size, "width": size})
