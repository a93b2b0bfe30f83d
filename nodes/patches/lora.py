"""LoRAs (Hu et al., arXiv 2106.09685) on a model: which, and how strong; their weights are not read."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any, Generic, Literal, NamedTuple

from pydantic import Field

from engine import File, Within, node
from nodes import families
from nodes.checkpoints.refusal import CheckpointRefused
from nodes.patches import blocks as block_weights
from nodes.patches.lora_file import TEXT
from nodes.recognise.asked import recognise_as
from nodes.recognise.file import read_contents
from nodes.recognise.recognise import recognise
from nodes.recognise.widths import NAMED
from nodes.values import Denoiser, F, Patch, TextEncoder
from nodes.video.animate import LISTING, AnimatedDenoiser

SUFFIXES = (".safetensors", ".ckpt", ".pth", ".pt", ".bin")
LoraFile = Annotated[File, Within("models", SUFFIXES, ("lora",))]
Strength = Annotated[float, Field(ge=-100, le=100)]


class Patched(NamedTuple, Generic[F]):
    """A model with a LoRA.

    Attributes:
        denoiser: The U-Net or transformer with it.
        text_encoder: The text encoders with it; empty when none was given.
    """

    denoiser: Denoiser[F]
    text_encoder: TextEncoder[F] | None


@node("lora.apply")
def apply(
    denoiser: Denoiser[F],
    file: LoraFile,
    text_encoder: TextEncoder[F] | None = None,
    scale: Strength = 1.0,
    text_scale: Strength | None = None,
    blocks: str = "",
    expert: Literal["high noise", "low noise", "both"] = "high noise",
) -> Patched[F]:
    """Let a model draw what a LoRA, a LoCon, a DoRA, a LoHa or a LoKr was trained to.

    For several put several of these in a row: what they add to the model is summed. At another strength
    nothing is read again.

    Args:
        denoiser: The model, of the LoRA's family.
        file: The LoRA, as kohya's programs, LyCORIS, diffusers or PEFT write it.
        text_encoder: The model's text encoders, which many LoRAs change too.
        scale: How strongly: 0 = not at all, 1 = as it was trained.
        text_scale: How strongly in the text encoders; empty for the same.
        blocks: Weights of single blocks beside the scale, the first for the text encoders: a list as for
            A1111's "LoRA Block Weight", such as 1,0,0,0,0,0,0,0.5,1,1,1,1,1,1,1,1,1, or a dict by block, such
            as {"down": 0, "mid": 0.5, "up": {"block_1": [1, 1, 0]}}, {"OUT04": 0} or
            {"transformer_blocks.0": 0}. The rest is 1; empty for all.
        expert: Which denoiser gets it in models with two, as Wan 2.2's larger ones, whose LoRAs mostly are
            pairs of files. Others have the first alone.

    Raises:
        CheckpointRefused: It is no LoRA, or for another model.
        ValueRefused: The block weights can't be read.
    """
    found = recognise_as(file.path, ("lora",)).family
    moves = found == LISTING.name and isinstance(denoiser, AnimatedDenoiser)
    for one in (denoiser, text_encoder):
        if one is not None and not moves:
            _check_family(file.path, found, one.family)
    canonical = block_weights.canonical(blocks)
    of_text, of_denoiser = _parts(file)
    if scale and of_denoiser:
        second = "" if expert == "high noise" else expert
        denoiser = _with(denoiser, Patch("lora", file.digest, scale, canonical, expert=second))
    text_scale = scale if text_scale is None else text_scale
    if text_encoder is not None and text_scale and of_text:
        text_encoder = _with(text_encoder, Patch("lora", file.digest, text_scale, canonical))
    return Patched(denoiser, text_encoder)


def _parts(file: File) -> tuple[bool, bool]:
    """Whether a file has something for text encoders, and for the denoiser."""
    texts = [name.startswith(TEXT) for name in read_contents(file.path, file.path.name).entries]
    return any(texts), not all(texts)


@apply.depends
def lora_dependence(file: File, text_scale: float | None) -> dict[str, tuple[str, ...]]:
    """A part that the file has nothing for is as it comes in, whatever the strength."""
    of_text, of_denoiser = _parts(file)
    strength = "scale" if text_scale is None else "text_scale"
    return {
        "denoiser": ("denoiser", *(("file", "scale", "blocks", "expert") if of_denoiser else ())),
        "text_encoder": ("text_encoder", *(("file", strength, "blocks") if of_text else ())),
    }


@apply.infer
def lora_family(file: Path) -> dict[str, str]:
    """The family of the models that it is for; none where several take it, or models with motion adapters."""
    found = recognise(file).family
    several = found == LISTING.name or families.has_variants(found)
    return {"F": found} if is_known(found) and not several else {}


def is_known(family: str) -> bool:
    """Whether a family that was told from widths is one that people share models of."""
    return bool(family) and (family in NAMED.values() or not family.startswith("sd-"))


def _check_family(path: Path, found: str, family: str) -> None:
    if is_known(found) and family and not families.fits(found, family):
        cure = "Choose one for the model, or link the model that it is for."
        raise CheckpointRefused(path.name, f"a LoRA for {family}", f"one for {found}", cure)


def _with(handle: Any, patch: Patch) -> Any:
    return replace(handle, patches=(*handle.patches, patch))
