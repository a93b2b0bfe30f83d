"""Folders of models, as diffusers, transformers and PEFT save them: which files they consist of."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nodes.checkpoints.refusal import AGAIN, CheckpointRefused
from nodes.recognise.confined import Confined
from nodes.recognise.contents import Contents
from nodes.recognise.file import read_contents
from nodes.recognise.readable import readable
from nodes.recognise.signatures import WITHOUT_WEIGHTS

INDEX = "model_index.json"
SHARDED = re.compile(r"\.(?:safetensors|bin)\.index(?:\.\w+)?\.json")
SHARD = re.compile(r"(?P<head>.+)-(?P<number>\d{5})-of-(?P<count>\d{5})(?P<tail>\.\w+)")
SHARDS = 1000
"""Shards of a model at most."""
STEMS = ("diffusion_pytorch_model", "model", "pytorch_model", "adapter_model")
"""How the file of a model's weights is called."""


@dataclass(slots=True)
class Part:
    """One model in a folder.

    Attributes:
        contents: What each file of its weights holds.
        missing: Files of weights that are not there.
        config: Its config.
    """

    contents: list[Contents] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    config: Mapping[str, Any] = field(default_factory=dict)


def parts_of(index: Mapping[str, Any], place: str) -> Iterator[tuple[str, str]]:
    """The parts that a pipeline's index names, and their classes.

    Raises:
        CheckpointRefused: A part's name leads out of the folder.
    """
    for name, value in index.items():
        if not isinstance(value, list) or name.startswith("_"):
            continue  # a setting of the pipeline
        if len(value) != 2 or not all(isinstance(one, str | None) for one in value):
            got = json.dumps(value)[:80]
            raise CheckpointRefused(f"{place}/{INDEX}", f"library and class of {name[:80]!r}", got, AGAIN)
        if value[1] is not None:  # both are null for a part that is left out
            _plain(name, f"{place}/{INDEX}")
            yield name, readable(value[1])


def has_weights(cls: str) -> bool:
    """Whether a part of this class has weights."""
    return not cls.endswith(WITHOUT_WEIGHTS)


def read_part(folder: Confined) -> Part:
    """Read the headers of a model's files.

    Raises:
        CheckpointRefused: One is damaged, or a name or a link in the folder leads out of it.
    """
    part = Part(config=folder.read_json("config.json"))
    files, weight_map = _files(folder)
    for name in files:
        if (folder.path / name).exists():
            part.contents.append(read_contents(folder.find(name), f"{folder.place}/{name}"))
        else:
            part.missing.append(name)
    found = {tensor for contents in part.contents for tensor in contents.entries}
    lost = next((tensor for tensor in weight_map if tensor not in found), None)
    if lost is not None and not part.missing:
        got = f"none in {str(weight_map[lost])[:80]}"
        expected = f"the tensor {lost[:80]!r} that the index names"
        raise CheckpointRefused(folder.place, expected, got, AGAIN)
    return part


def _files(folder: Confined) -> tuple[list[str], Mapping[str, Any]]:
    """The files that hold a model's weights, safetensors first, and which tensor lies where."""
    names = folder.names()
    for suffix in (".safetensors", ".bin"):
        whole = [f"{stem}{suffix}" for stem in STEMS if f"{stem}{suffix}" in names]
        if whole:
            return whole[:1], {}
        indices = [name for name in names if SHARDED.search(name) and suffix in name]
        if indices:
            return _indexed(folder, indices[0])
        ours = [name for name in names if name.endswith(suffix) and name.startswith(STEMS)]
        if ours:
            return _numbered(ours) or ours[:1], {}
    return [], {}


def _indexed(folder: Confined, name: str) -> tuple[list[str], Mapping[str, Any]]:
    weight_map, place = folder.read_json(name).get("weight_map"), f"{folder.place}/{name}"
    shards = weight_map.values() if isinstance(weight_map, dict) else ()
    if not isinstance(weight_map, dict) or not all(isinstance(shard, str) for shard in shards):
        raise CheckpointRefused(place, "the names of shards", "none", AGAIN)
    for shard in shards:
        _plain(shard, place)
    return sorted(set(shards)), weight_map


def _numbered(names: list[str]) -> list[str]:
    """All shards of which some are there."""
    first = SHARD.fullmatch(names[0])
    if first is None or int(first["count"]) > SHARDS:
        return []
    head, count, tail = first["head"], first["count"], first["tail"]
    return [f"{head}-{number:05}-of-{count}{tail}" for number in range(1, int(count) + 1)]


def shards_beside(path: Path) -> list[str]:
    """Other shards of the model that a file is one of, which are not there."""
    names = [path.name] if SHARD.fullmatch(path.name) else []
    beside = sorted(os.listdir(path.parent)) if names else []
    return [name for name in _numbered(names or [""]) if name not in beside]


def _plain(name: str, place: str) -> None:
    if not name.isprintable() or not name or name.startswith(".") or any(sign in name for sign in "/\\:\0"):
        got = repr(name[:80])
        raise CheckpointRefused(place, "names of files in the folder itself", got, "Don't use this model.")
