"""Textual inversions: vectors that stand for a word of the prompt, in one of four layouts."""

from __future__ import annotations

from nodes.checkpoints.header import Entry
from nodes.recognise.contents import Contents
from nodes.recognise.matching import Match

WIDTHS = {768: "sd1", 1024: "sd2", 1280: "sdxl", 2048: "sdxl", 4096: "sd3"}
"""Width of a text encoder's input → family."""
ENCODERS = frozenset({"clip_l", "clip_g", "t5xxl"})
VECTORS = 1024
"""Vectors of one word at most; anything longer is another kind of table."""


def match_embedding(contents: Contents) -> tuple[Match, str] | None:
    """Find out whether a file is a textual inversion.

    Returns:
        What it is, and its word where the file says it; None when it is something else.
    """
    entries = contents.entries
    if "string_to_param.*" in entries:
        family = _family(entries["string_to_param.*"])
        return Match("embedding", family, "", "a1111", ""), str(contents.plain.get("name", ""))
    if not entries or len(entries) > 3 or not all(map(_is_vectors, entries.values())):
        return None
    if set(entries) == {"emb_params"}:
        return Match("embedding", _family(entries["emb_params"]), "", "a1111", ""), ""
    if set(entries) <= ENCODERS:
        family = "sdxl" if "clip_g" in entries else _family(next(iter(entries.values())))
        return Match("embedding", "sd3" if "t5xxl" in entries else family, "", "a1111", ""), ""
    if len(entries) == 1:
        [(word, entry)] = entries.items()
        if _family(entry) and "." not in word.strip("."):
            return Match("embedding", _family(entry), "", "diffusers", ""), word
    return None


def _is_vectors(entry: Entry) -> bool:
    return len(entry.shape) in (1, 2) and (len(entry.shape) == 1 or entry.shape[0] <= VECTORS)


def _family(entry: Entry) -> str:
    return WIDTHS.get(entry.shape[-1], "") if entry.shape else ""
