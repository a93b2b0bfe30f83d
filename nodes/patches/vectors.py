"""Textual inversion (Gal et al., arXiv 2208.01618): vectors that stand for a word of the prompt."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nodes.checkpoints.refusal import CheckpointRefused
from nodes.checkpoints.tensors import read_tensors
from nodes.library_lock import library_lock

if TYPE_CHECKING:
    import torch

    from engine.declare.handle import Find
    from nodes.values import Patch

ENCODERS = {"clip_l": "text_encoder", "clip_g": "text_encoder_2", "t5xxl": "text_encoder_3"}
"""Names in files for models with several encoders → the encoder's."""
A1111 = "string_to_param."
"""How the names of vectors begin in A1111's files."""
TAUGHT = "_taught"
"""Attribute of text encoders: the words that they know, each with its file."""
CURE = "Choose a textual inversion for this model."


def learn(encoders: Any, patches: list[Patch], find: Find) -> None:
    """Let text encoders know these words and no others; those that they know are not read again.

    Args:
        encoders: The family's text encoders, with their tokenizers.
        patches: The words, each with its file.
        find: Content digest → path.

    Raises:
        CheckpointRefused: A file's vectors are for other encoders, or a word is known already.
    """
    if getattr(encoders, TAUGHT, ()) == tuple(patches):
        return
    taught: dict[str, dict[str, torch.Tensor]] = {part: {} for part in encoders}
    for patch in patches:
        path = find(patch.digest)
        for part, vectors in _by_encoder(path, encoders).items():
            taught[part][patch.word] = vectors
    for part, words in taught.items():
        _forget(encoders, part)
        if words:
            _teach(encoders, part, words)
    setattr(encoders, TAUGHT, tuple(patches))


def _by_encoder(path: Path, encoders: Any) -> dict[str, torch.Tensor]:
    widths = {part: model.get_input_embeddings().embedding_dim for part, model in encoders.items()}
    found: dict[str, torch.Tensor] = {}
    read = _read(path)
    for name, vectors in read.items():
        named = ENCODERS.get(name)
        if named is not None and widths.get(named) == vectors.shape[-1]:
            found[named] = vectors
        elif part := next((part for part, width in widths.items() if width == vectors.shape[-1]), None):
            found[part] = vectors
    if not found:
        expected = f"vectors {' or '.join(map(str, widths.values()))} wide"
        got = ", ".join(str(vectors.shape[-1]) for vectors in read.values()) or "none"
        raise CheckpointRefused(path.name, expected, got, CURE)
    return found


def _read(path: Path) -> dict[str, torch.Tensor]:
    """Vectors [N, D] by the name that they have in the file."""
    tensors = read_tensors(path)
    words = {name.removeprefix(A1111): one for name, one in tensors.items() if name.startswith(A1111)}
    return {
        name: one.detach().reshape(-1, one.shape[-1])
        for name, one in (words or tensors).items()
        if one.is_floating_point() and one.ndim in (1, 2)
    }


def _forget(encoders: Any, part: str) -> None:
    tokenizer = encoders.tokenizers[part]
    if isinstance(tokenizer, _Taught):
        encoders.tokenizers[part] = tokenizer.untaught
        _set_table(encoders[part], encoders[part].get_input_embeddings().weight[: tokenizer.rows].clone())


def _teach(encoders: Any, part: str, words: Mapping[str, torch.Tensor]) -> None:
    import torch

    model, untaught = encoders[part], encoders.tokenizers[part]
    table = model.get_input_embeddings().weight.detach()
    tokenizer = deepcopy(untaught)
    # The class of what takes its place still tells what it is
    tokenizer.__class__ = type(f"Taught{type(untaught).__name__}", (_Taught, type(untaught)), {})
    tokenizer.untaught, tokenizer.rows = untaught, len(table)
    rows, count = [table], len(table)
    for word, vectors in words.items():
        names = [word, *(f"{word}_{i}" for i in range(1, len(vectors)))]
        if known := [name for name in names if name in tokenizer.get_vocab()]:
            cure = "Give it another word."
            raise CheckpointRefused(part, "a word that it doesn't know", repr(known[0]), cure)
        ids = tokenizer.add_tokens(names) and tokenizer.convert_tokens_to_ids(names)
        if ids != list(range(count, count + len(names))):
            raise CheckpointRefused(part, f"{count} as the next token's number", f"{ids[0]}", CURE)
        rows.append(vectors.to(table))
        count += len(names)
    encoders.tokenizers[part] = tokenizer
    _set_table(model, torch.cat(rows))


def _set_table(model: Any, rows: torch.Tensor) -> None:
    from torch import nn

    model.set_input_embeddings(nn.Embedding.from_pretrained(rows))


class _Taught:
    """What is added to the class of a tokenizer that knows more words.

    Attributes:
        untaught: The tokenizer without them.
        rows: Vectors that its encoder has without them.
    """

    untaught: Any
    rows: int

    def __call__(self, text: Any, *more: Any, **options: Any) -> Any:
        """Tokens of texts, in which a word of several vectors stands for all of them."""
        return self.read(self.written(text), *more, **options)

    def written(self, text: Any) -> Any:
        """Texts as they are read: a word of several vectors once for each."""
        with library_lock:
            from diffusers.loaders.textual_inversion import TextualInversionLoaderMixin

        return TextualInversionLoaderMixin().maybe_convert_prompt(text, self)  # pyright: ignore[reportArgumentType] # it is one

    def read(self, text: Any, *more: Any, **options: Any) -> Any:
        """Tokens of texts that are written so."""
        return super().__call__(text, *more, **options)  # pyright: ignore[reportAttributeAccessIssue] # of the tokenizer
