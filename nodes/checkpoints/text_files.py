"""Text encoders in files of their own, as ComfyUI's users have them, or among the parts of a whole model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from nodes.checkpoints.header import Entry
from nodes.checkpoints.refusal import CheckpointRefused
from nodes.checkpoints.sizes import Shapes
from nodes.recognise.file import read_contents
from nodes.recognise.matching import match

KINDS = ("clip-l", "clip-g", "clip-h", "umt5", "t5")
"""How the recogniser's names of the encoders begin that are read from files."""
PLACES = (
    *("text_encoders.clip_l.transformer.", "text_encoders.clip_g.transformer."),
    *("text_encoders.t5xxl.transformer.", "text_encoders.umt5xxl.transformer."),
    *("conditioner.embedders.0.transformer.", "conditioner.embedders.0.model."),
    *("conditioner.embedders.1.model.", "cond_stage_model.transformer.", "cond_stage_model.model."),
)
"""How the names of an encoder's tensors begin in the file of a whole model."""


class Reader(NamedTuple):
    """An encoder that a family reads texts with.

    Attributes:
        kind: One of ``KINDS``.
        cls: The class that its pipeline makes of it.
        optional: Whether the family also does without.
    """

    kind: str
    cls: str
    optional: bool = False


_L, _LP = Reader("clip-l", "CLIPTextModel"), Reader("clip-l", "CLIPTextModelWithProjection")
_G = Reader("clip-g", "CLIPTextModelWithProjection")
_T5, _UMT5 = Reader("t5", "T5EncoderModel"), Reader("umt5", "UMT5EncoderModel")
READERS: dict[str, dict[str, Reader]] = {
    "sd1": {"text_encoder": _L},
    "sd2": {"text_encoder": Reader("clip-h", "CLIPTextModel")},
    "sdxl": {"text_encoder": _L._replace(optional=True), "text_encoder_2": _G},  # its refiner has one alone
    "sd3": {"text_encoder": _LP, "text_encoder_2": _G, "text_encoder_3": _T5._replace(optional=True)},
    "flux": {"text_encoder": _L, "text_encoder_2": _T5},
    "pixart": {"text_encoder": _T5},
    "wan": {"text_encoder": _UMT5},
    "wan-dense": {"text_encoder": _UMT5},
    "ltx": {"text_encoder": _T5},
    "cogvideox": {"text_encoder": _T5},
}
"""Family → part → the encoder that is read there."""
TOLD = {
    frozenset({"clip-l"}): "sd1",
    frozenset({"clip-h"}): "sd2",
    frozenset({"clip-g"}): "sdxl",
    frozenset({"clip-l", "clip-g"}): "sdxl",
    frozenset({"clip-l", "clip-g", "t5"}): "sd3",
    frozenset({"clip-l", "t5"}): "flux",
    frozenset({"umt5"}): "wan",
}
"""Encoders → the family that they are taken for."""


@dataclass(frozen=True, slots=True)
class Found:
    """A text encoder in a file.

    Attributes:
        path: The file.
        kind: One of ``KINDS``.
        layout: Whose names its tensors have.
        prefix: How these begin.
        shapes: Its tensors, by their names without the prefix.
    """

    path: Path
    kind: str
    layout: str
    prefix: str
    shapes: Shapes


def encoders_in(path: Path) -> list[Found]:
    """The text encoders of a file, without reading weights.

    Raises:
        CheckpointRefused: It is damaged.
    """
    entries = read_contents(path, path.name).entries
    if (alone := _found(path, "", entries)) is not None:
        return [alone]
    inner = (
        _found(path, place, {name: one for name, one in entries.items() if name.startswith(place)})
        for place in PLACES
    )
    return [one for one in inner if one is not None]


def _found(path: Path, place: str, entries: Mapping[str, Entry]) -> Found | None:
    own = {name[len(place) :]: entry for name, entry in entries.items()}
    found = match(own)
    if found is None or found.kind != "text-encoder":
        return None
    kind = next((kind for kind in KINDS if found.family.startswith(kind)), found.family)
    start = len(found.prefix)
    shapes = {name[start:]: one.shape for name, one in own.items() if name.startswith(found.prefix)}
    return Found(path, kind, found.layout, place + found.prefix, shapes)


def assigned(paths: Sequence[Path], family: str = "") -> tuple[str, dict[str, Found]]:
    """Which encoder of some files is which part of a family's model.

    Args:
        paths: The files, in any order.
        family: Whose texts they read; empty = as the encoders tell.

    Raises:
        CheckpointRefused: They are no text encoders, not those of the family, or don't tell whose they are.
    """
    found: dict[str, Found] = {}
    for path in paths:
        encoders = encoders_in(path)
        odd = next((one.kind or "one of another kind" for one in encoders if one.kind not in KINDS), None)
        if odd or not encoders:
            cure = "Choose the file of a text encoder, or load the folder of its model."
            raise CheckpointRefused(path.name, "a text encoder of CLIP, T5 or UMT5", odd or "none", cure)
        found |= {one.kind: one for one in encoders}
    name = family or TOLD.get(frozenset(found), "")
    got, place = " and ".join(sorted(found)), ", ".join(path.name for path in paths)
    if not name:
        raise CheckpointRefused(place, "text encoders that tell their family", got, "Choose the family.")
    readers = READERS[name]
    lacking = [one.kind for one in readers.values() if not one.optional and one.kind not in found]
    if lacking:
        cure = f"Choose a file of {' and one of '.join(lacking)}, too, or another family."
        raise CheckpointRefused(place, f"all text encoders of {name}", got or "none", cure)
    return name, {part: found[one.kind] for part, one in readers.items() if one.kind in found}
