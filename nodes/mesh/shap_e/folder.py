"""Shap-E models in diffusers' layout: what a folder holds, and the modules in it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nodes.checkpoints.classes import model_class
from nodes.checkpoints.folder import INDEX, canonical, read_config, read_tokenizer
from nodes.checkpoints.pretrained import check_weights, from_pretrained
from nodes.checkpoints.refusal import CheckpointRefused
from nodes.values import Model, SchedulerConfig

if TYPE_CHECKING:
    from engine.declare.handle import Find

TEXT, PICTURE = "ShapEPipeline", "ShapEImg2ImgPipeline"
LOADERS = {TEXT: "load.shap_e", PICTURE: "load.shap_e_image"}
PARTS = {
    TEXT: ("prior", "text_encoder", "shap_e_renderer"),
    PICTURE: ("prior", "image_encoder", "shap_e_renderer"),
}
"""Pipeline → its parts that have weights."""
CLASSES = {
    "prior": "PriorTransformer",
    "text_encoder": "CLIPTextModelWithProjection",
    "shap_e_renderer": "ShapERenderer",
}
"""Part → its class; ``nodes.checkpoints.image_encoder`` builds the one that looks at pictures."""


@dataclass(frozen=True, slots=True)
class Layout:
    """What a folder says about its model.

    Attributes:
        vectors: Vectors of a latent.
        width: Width of each.
        scheduler: The noise schedule it was trained with.
    """

    vectors: int
    width: int
    scheduler: SchedulerConfig


def read_folder(folder: Path, pipeline: str) -> Layout:
    """Read what a folder holds, without its weights.

    Args:
        folder: In diffusers' layout.
        pipeline: ``TEXT`` or ``PICTURE``: what it has to be.

    Raises:
        CheckpointRefused: It is another model's, or a part is missing or cut short.
    """
    found = read_config(folder, INDEX).get("_class_name")
    if found != pipeline:
        known = LOADERS.get(str(found))
        cure = f"Load it with {known}." if known else "Choose the folder of a Shap-E model."
        raise CheckpointRefused(f"{folder.name}/{INDEX}", f"a {pipeline}", f"a {found}", cure)
    for part in PARTS[pipeline]:
        check_weights(folder, part)
    prior = read_config(folder, "prior/config.json", "num_embeddings", "embedding_dim")
    schedule = read_config(folder, "scheduler/scheduler_config.json", "_class_name")
    scheduler = SchedulerConfig(schedule["_class_name"], canonical(schedule))
    return Layout(prior["num_embeddings"], prior["embedding_dim"], scheduler)


def build(handle: Model[Any], find: Find) -> Any:
    """Build the module that a handle describes; a text encoder's attribute ``tokenizer`` is the folder's.

    Args:
        handle: Which part of which folder, and its dtype.
        find: Content digest → the folder that has it now.

    Raises:
        CheckpointRefused: Its weights don't fit its config.
    """
    import torch

    folder, part = find(handle.source), handle.part
    model = from_pretrained(model_class(CLASSES[part]), folder, part, dtype=getattr(torch, handle.dtype))
    if part == "text_encoder":
        model.tokenizer = read_tokenizer(folder / "tokenizer")
        model.tokenizer.pad_token_id = 0  # as the model was trained, whatever the folder says
    return model
