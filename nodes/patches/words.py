"""Words that a text encoder learned by textual inversion: which; their vectors are not read."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated

from engine import File, Within, node
from engine.errors import ValueRefused
from nodes.checkpoints.refusal import CheckpointRefused
from nodes.patches.lora import SUFFIXES, is_known
from nodes.recognise.asked import recognise_as
from nodes.recognise.recognise import recognise
from nodes.values import F, Patch, TextEncoder

WordFile = Annotated[File, Within("models", SUFFIXES, ("embedding",))]
LONGEST = 100


@node("text.embedding")
def embedding(text_encoder: TextEncoder[F], file: WordFile, word: str = "") -> TextEncoder[F]:
    """Teach a text encoder a word by textual inversion (Gal et al., arXiv 2208.01618).

    Wherever the word stands in a prompt, the vectors of the file are read in its place; each of them counts
    as one token.

    Args:
        text_encoder: The model's text encoders.
        file: The vectors, as A1111, diffusers or ComfyUI's users save them; files for models with several
            encoders hold some for each.
        word: The word, without spaces; empty for the file's own, else the file's name.

    Raises:
        CheckpointRefused: It holds something else, or vectors for another model.
        ValueRefused: The word has spaces, or is too long.
    """
    found = recognise_as(file.path, ("embedding",))
    if is_known(found.family) and text_encoder.family and found.family != text_encoder.family:
        cure = "Choose one for the model."
        expected, got = f"a word for {text_encoder.family}", f"one for {found.family}"
        raise CheckpointRefused(file.path.name, expected, got, cure)
    said = word or found.trigger_words[0]
    if not said or len(said) > LONGEST or any(sign.isspace() for sign in said):
        raise ValueRefused(f"a word of up to {LONGEST} signs without spaces", repr(said[:LONGEST]))
    patch = Patch("embedding", file.digest, word=said)
    return replace(text_encoder, patches=(*text_encoder.patches, patch))


@embedding.infer
def embedding_family(file: Path) -> dict[str, str]:
    """The family of the models that it is for."""
    found = recognise(file).family
    return {"F": found} if is_known(found) else {}
