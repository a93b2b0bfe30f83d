"""Reading what a file of weights holds, by its ending."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from nodes.checkpoints.header import read_whole_header, refuse_pages
from nodes.checkpoints.refusal import CheckpointRefused
from nodes.recognise.contents import Contents
from nodes.recognise.gguf import read_gguf
from nodes.recognise.pickled import read_pickled

PICKLED = (".ckpt", ".pth", ".pt", ".bin")
SUFFIXES = (".safetensors", ".gguf", *PICKLED)


def read_contents(path: Path, place: str) -> Contents:
    """Read names, kinds and shapes of a file's tensors, and what its maker wrote beside them.

    Args:
        path: The file.
        place: How errors name it.

    Raises:
        CheckpointRefused: It is damaged, of another format than its ending says, or holds more than weights.
    """
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        cure = f"Choose one that ends in {', '.join(SUFFIXES)}."
        raise CheckpointRefused(place, "a file of weights", repr(path.suffix[:20]), cure)
    size = path.stat().st_size
    if suffix == ".safetensors":
        header = read_whole_header(path, place)
        return Contents(header.entries, header.metadata, size=size)
    with path.open("rb") as file:
        refuse_pages(file.read(128), place)
    contents = read_gguf(path, place) if suffix == ".gguf" else read_pickled(path, place)
    return replace(contents, size=size)
