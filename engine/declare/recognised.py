"""What a file or folder of weights is; a pack tells it by the function that its ``recogniser`` names."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Recognised:
    """What metadata, names and shapes of tensors tell of a model; no weight is read for it.

    Attributes:
        kind: ``checkpoint``, ``pipeline`` (a folder in diffusers' layout), ``denoiser``, ``lora``,
            ``embedding``, ``vae``, ``controlnet``, ``t2i-adapter``, ``ip-adapter``, ``motion-module``,
            ``upscaler``, ``face-restorer``, ``inpainter``, ``text-encoder``, ``image-encoder``,
            ``speech-recogniser``, ``voice``, ``vocoder``, ``speaker-encoder``, ``depth-estimator``,
            ``pose-estimator``, ``generator``, ``discriminator``, ``image-translator``,
            ``patch-discriminator``, ``autoencoder`` or ``unknown``.
        format: ``safetensors``, ``gguf``, ``diffusers`` for a folder, else the ending of the file.
        layout: Whose names the tensors have, such as ``kohya``, ``diffusers`` or ``peft``.
        family: Which models it fits: ``sd1``, ``sdxl``, ``flux`` …; empty when it can't be told.
        variant: What sets it apart in its family, such as ``inpainting`` or ``refiner``.
        prediction: ``epsilon``, ``v_prediction`` …, where its maker says so.
        precision: Type of number → its share of the bytes, largest first.
        dtypes: Type of number → how many values are of it.
        tensors: Number of tensors.
        parameters: Number of values in them.
        size: Bytes of all files of weights.
        parts: Part → class or kind; the part ``""`` is the whole.
        missing: What is not there and has to come from elsewhere: shards, parts of a pipeline.
        trigger_words: Words in a prompt that it was trained with, the most frequent first.
        title: As its maker calls it.
        author: Who made it.
        licence: Under which terms.
        metadata: Everything that its maker wrote into the header of a single file.
    """

    kind: str = UNKNOWN
    format: str
    layout: str = ""
    family: str = ""
    variant: str = ""
    prediction: str = ""
    precision: Mapping[str, float] = field(default_factory=dict[str, float])
    dtypes: Mapping[str, int] = field(default_factory=dict[str, int])
    tensors: int = 0
    parameters: int = 0
    size: int = 0
    parts: Mapping[str, str] = field(default_factory=dict[str, str])
    missing: tuple[str, ...] = ()
    trigger_words: tuple[str, ...] = ()
    title: str = ""
    author: str = ""
    licence: str = ""
    metadata: Mapping[str, Any] = field(default_factory=dict[str, Any])


Recogniser = Callable[[Path, Sequence[Path]], Recognised]
"""Takes a file or folder, and the folders beside a model's own to which links in it may lead. Raises a
``KnotworkError`` for what is damaged, incomplete or harmful."""
