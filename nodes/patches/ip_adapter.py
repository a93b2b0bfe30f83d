"""IP-Adapters (Ye et al., arXiv 2308.06721) on a model: which, and how strong; their weights are not read."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated

from pydantic import Field

from engine import File, Within, node
from nodes.checkpoints.refusal import CheckpointRefused
from nodes.patches import blocks as block_weights
from nodes.patches.face_lora import holds_lora
from nodes.patches.lora import SUFFIXES, is_known
from nodes.recognise.asked import recognise_as
from nodes.recognise.file import read_contents
from nodes.recognise.recognise import recognise
from nodes.values import Denoiser, F, Patch

KIND = "ip-adapter"
AdapterFile = Annotated[File, Within("models", SUFFIXES, (KIND,))]
FACES_AND_PICTURES = "image_proj.perceiver_resampler.proj_in.weight"
"""Of a "FaceID plus" adapter, which is told both."""


@node("ip_adapter.apply")
def apply(
    denoiser: Denoiser[F],
    file: AdapterFile,
    scale: Annotated[float, Field(ge=-10, le=10)] = 1.0,
    blocks: str = "",
) -> Denoiser[F]:
    """Let pictures tell a model what to draw, beside its text: ``conditioning.picture_prompt`` takes them.

    For several put several of these in a row, and as many of ``conditioning.picture_prompt``: the first
    picture is for the first adapter. At another strength nothing is read again.

    Args:
        denoiser: The model, of the adapter's family.
        file: The IP-Adapter: for Stable Diffusion 1 and XL plain, "plus", "full face" or FaceID, for FLUX.1
            XLabs', for Stable Diffusion 3.5 InstantX's, which is alone on a model. FaceID adapters bring a
            LoRA, which is on at any scale, and take a face's vector: ``conditioning.face_prompt``.
        scale: How strongly: 0 = not at all, 1 = as it was trained; 0.5 leaves the text more of a say.
        blocks: Weights of single blocks beside the scale, as for ``lora.apply``; empty for all. Style alone,
            without what the picture is of, in Stable Diffusion XL: {"down": 0, "mid": 0, "up": {"block_0":
            [0, 1, 0], "block_1": 0}}.

    Raises:
        CheckpointRefused: It is no IP-Adapter, one told pictures and faces at once, or for another model.
        ValueRefused: The block weights can't be read.
    """
    found = recognise_as(file.path, (KIND,)).family
    if is_known(found) and denoiser.family and found != denoiser.family:
        cure = "Choose one for the model, or link the model that it is for."
        raise CheckpointRefused(
            file.path.name, f"an IP-Adapter for {denoiser.family}", f"one for {found}", cure
        )
    names = read_contents(file.path, file.path.name).entries
    if FACES_AND_PICTURES in names:
        expected, cure = "an IP-Adapter that is told a picture or a face", "Choose ip-adapter-faceid."
        raise CheckpointRefused(file.path.name, expected, "one that is told both", cure)
    patch = Patch(KIND, file.digest, scale, block_weights.canonical(blocks))
    lora = (Patch("lora", file.digest),) if holds_lora(names) else ()
    return replace(denoiser, patches=(*denoiser.patches, *lora, patch))


@apply.infer
def adapter_family(file: Path) -> dict[str, str]:
    """The family of the models that it is for."""
    found = recognise(file).family
    return {"F": found} if is_known(found) else {}
