"""Modules and tokenizers of text encoders that lie in files of their own or among a whole model's parts."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from types import SimpleNamespace
from typing import Any

from nodes import families
from nodes.checkpoints.classes import model_class
from nodes.checkpoints.folder import TOKENIZER, read_tokenizer
from nodes.checkpoints.refusal import CheckpointRefused
from nodes.checkpoints.scaled import is_scaled, unscaled
from nodes.checkpoints.tensors import read_tensors
from nodes.checkpoints.text_files import READERS, Found
from nodes.checkpoints.text_sizes import clip_sizes, t5_sizes
from nodes.library_lock import library_lock

CONFIGS = Path(__file__).parent / "configs"
SHIPPED = {
    "clip-l": CONFIGS / "sd1" / "tokenizer",
    "clip-g": CONFIGS / "sdxl" / "tokenizer_2",
    "clip-h": CONFIGS / "sd2" / "tokenizer",
}
"""Kind of encoder → its tokenizer, where it is built in."""
PIECES = "spiece_model"
"""Tensor of bytes that holds a SentencePiece model, as ComfyUI's files of UMT5 carry it."""
PIECES_FILE = "spiece.model"
MADE_BY = {"t5": "google/t5-v1_1-xxl", "umt5": "google/umt5-xxl"}
"""Kind of encoder → a model on the hub whose tokenizer is its own."""
DROPPED = {"sd2": 1}
"""Family → layers at the end of OpenCLIP's text model that it was trained without."""


def build(encoders: Mapping[str, Found], family: str, folder: Path | None, dtype: Any) -> Any:
    """Build text encoders as ``nodes.checkpoints.build`` makes them of a folder.

    Args:
        encoders: The family's parts and what was found for each.
        family: Whose texts they read.
        folder: Where tokenizers are looked for.
        dtype: torch dtype of the weights.

    Raises:
        CheckpointRefused: Weights are missing or don't fit, or a tokenizer is missing.
    """
    from torch import nn

    check_tokenizers(encoders, family, folder)
    readers = READERS[family]
    modules: Any = nn.ModuleDict(
        {part: _module(one, readers[part].cls, family, dtype) for part, one in encoders.items()}
    )
    modules.tokenizers = {part: _tokenizer(part, one, family, folder) for part, one in encoders.items()}
    return modules.eval()


def _module(found: Found, name: str, family: str, dtype: Any) -> Any:
    from nodes.checkpoints.default_dtype import default_kept

    cls, place = model_class(name), found.path.name
    expected, cure = f"the weights of a {name}", "Download it again, or choose another."
    try:
        config = cls.config_class(**_sizes(found, family))
        given = _gguf(found) if found.layout == "gguf" else _given(found, cls, config, dtype)
        with default_kept():
            model, report = cls.from_pretrained(
                **given, config=config, dtype=dtype, local_files_only=True, output_loading_info=True
            )
    except (OSError, ValueError, RuntimeError, KeyError) as error:
        raise CheckpointRefused(place, expected, f"{error} missing or of another size", cure) from error
    if lacking := sorted(report["missing_keys"]):
        raise CheckpointRefused(place, expected, f"none for {lacking[0]} and {len(lacking) - 1} more", cure)
    return model.eval()


def _sizes(found: Found, family: str) -> dict[str, Any]:
    if not found.kind.startswith("clip"):
        return t5_sizes(found.shapes)
    sizes = clip_sizes(found.kind, found.shapes, open_clip=found.layout == "open-clip")
    if found.layout == "open-clip":
        sizes["num_hidden_layers"] -= DROPPED.get(family, 0)
    return sizes


def _gguf(found: Found) -> dict[str, Any]:
    """Where transformers finds quantised weights; it makes plain ones of them."""
    return {"pretrained_model_name_or_path": found.path.parent, "gguf_file": found.path.name}


def _given(found: Found, cls: Any, config: Any, dtype: Any) -> dict[str, Any]:
    """The weights of a file in the names of transformers, without what else lies among them."""
    import torch

    scaled = is_scaled(found.shapes)
    read = read_tensors(found.path, (found.prefix,), None if scaled else dtype)
    weights = {name.removeprefix(found.prefix): value for name, value in read.items()}
    if scaled:
        weights = unscaled(weights, found.path.name, dtype)
    if found.layout == "open-clip":
        with library_lock:
            from diffusers.loaders.single_file_utils import convert_open_clip_checkpoint

        weights = convert_open_clip_checkpoint(SimpleNamespace(config=config), weights, prefix="")
    if found.kind == "clip-l":  # as its text's vector is where a file has no projection
        weights.setdefault("text_projection.weight", torch.eye(config.hidden_size, dtype=dtype))
    with torch.device("meta"):
        known = {name.removeprefix("text_model.") for name in cls(config).state_dict()}
    kept = {name: one for name, one in weights.items() if name.removeprefix("text_model.") in known}
    return {"pretrained_model_name_or_path": None, "state_dict": kept}


def check_tokenizers(encoders: Mapping[str, Found], family: str, folder: Path | None) -> None:
    """Check that each encoder has a tokenizer.

    Raises:
        CheckpointRefused: One has none.
    """
    for part, found in encoders.items():
        if _place(part, found, family, folder) is None and PIECES not in found.shapes:
            expected = f"the tokenizer of {found.kind.upper()} ({PIECES_FILE} or tokenizer.json)"
            got = f"none in {folder.name}" if folder else "no folder that has it"
            cure = (
                "CLIP's is built in, this one is not: put it into a folder of its own among your models, "
                f"for example that of {MADE_BY[found.kind]}, and choose this folder beside the file."
            )
            raise CheckpointRefused(found.path.name, expected, got, cure)


def _tokenizer(part: str, found: Found, family: str, folder: Path | None) -> Any:
    place = _place(part, found, family, folder)
    if place is None:
        return _from_pieces(found)
    if (place / "tokenizer_config.json").exists():
        return read_tokenizer(place)
    return _of_t5(place)


def _place(part: str, found: Found, family: str, folder: Path | None) -> Path | None:
    """The folder of an encoder's tokenizer."""
    own = families.named(family).texts[part]
    if found.kind in SHIPPED:
        given = folder / own if folder else None
        return given if given and _has(given) and not _is_t5(given) else SHIPPED[found.kind]
    inside = sorted(folder.glob("tokenizer*")) if folder else []
    places = [folder / own, *inside, folder] if folder else []
    return next((place for place in places if place.is_dir() and _has(place) and _is_t5(place)), None)


def _has(place: Path) -> bool:
    return any((place / name).exists() for name in TOKENIZER)


def _is_t5(place: Path) -> bool:
    """Whether a tokenizer is one of SentencePiece and not CLIP's."""
    if (place / PIECES_FILE).exists():
        return True
    try:
        config = json.loads((place / "tokenizer_config.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        config = {}
    named = config.get("tokenizer_class") if isinstance(config, dict) else ""
    return not (place / "vocab.json").exists() and "CLIP" not in str(named)


def _from_pieces(found: Found) -> Any:
    """The tokenizer that a file of weights carries."""
    pieces = read_tensors(found.path, (f"{found.prefix}{PIECES}",))
    with TemporaryDirectory() as made:
        (Path(made) / PIECES_FILE).write_bytes(next(iter(pieces.values())).numpy().tobytes())
        return _of_t5(Path(made))


def _of_t5(place: Path) -> Any:
    """A tokenizer that has no config of its own."""
    with library_lock:
        from transformers.models.t5.tokenization_t5 import T5Tokenizer

    return T5Tokenizer.from_pretrained(place, local_files_only=True)
