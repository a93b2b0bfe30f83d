"""What a file or folder of weights is: the one entry to everything in this package."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from engine.declare.recognised import UNKNOWN, Recognised
from nodes.checkpoints.header import Entry
from nodes.checkpoints.refusal import CheckpointRefused
from nodes.recognise.confined import Confined
from nodes.recognise.contents import Contents, count
from nodes.recognise.embedding import match_embedding
from nodes.recognise.file import read_contents
from nodes.recognise.folder import INDEX, Part, has_weights, parts_of, read_part, shards_beside
from nodes.recognise.lora import match_lora
from nodes.recognise.matching import UNET, Match, match
from nodes.recognise.readable import all_readable, readable
from nodes.recognise.signatures import CLASSES, NEEDS, PIPELINES, pairs
from nodes.recognise.told import prediction_of, read_told
from nodes.recognise.widths import family as unet_family

HOLDING_LORA = "ip-adapter"
"""Kind whose files may hold a LoRA beside what they are."""
DENOISERS = ("unet", "transformer", "prior", "decoder")
"""Parts of a pipeline that tell its family, the first that is there."""


def recognise(path: Path, roots: Sequence[Path] = ()) -> Recognised:
    """Tell what a file or folder of weights is, from metadata, names and shapes alone.

    Nothing in it is run, no weight is read, and no tensor library is imported.

    Args:
        path: A ``.safetensors``, ``.gguf``, ``.ckpt``, ``.pth``, ``.pt`` or ``.bin`` file, or a folder that
            diffusers, transformers or PEFT saved.
        roots: Folders beside a model's own to which links in it may lead.

    Raises:
        CheckpointRefused: It is damaged, or holds more than weights. What is merely not there is told in
            ``missing``.
    """
    try:
        if path.is_dir():
            return _folder(Confined.to(path, roots))
        if path.is_file():
            return _file(path)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise CheckpointRefused(path.name, "a readable file", reason, "Check the file.") from error
    raise CheckpointRefused(path.name, "a file or folder of weights", "none", "Check the name.")


def _file(path: Path) -> Recognised:
    contents = read_contents(path, path.name)
    told = read_told(contents.metadata)
    found, word = _match(contents)
    family = found.family or told.family
    parts, missing = _parts(contents.entries, family, found)
    kind = "checkpoint" if found.kind == "denoiser" and len(parts) > 1 else found.kind
    words = (readable(word or path.stem),) if kind == "embedding" else told.trigger_words
    return replace(
        _measured([contents]),
        kind=kind,
        format=path.suffix.lower().removeprefix("."),
        layout=found.layout,
        family=family,
        variant=found.variant,
        prediction=prediction_of(contents),
        parts=parts,
        missing=(*missing, *shards_beside(path)),
        trigger_words=words,
        title=told.title,
        author=told.author,
        licence=told.licence,
        metadata=all_readable(contents.metadata),
    )


def _match(contents: Contents) -> tuple[Match, str]:
    """What a file is, and the word that it stands for if it is an embedding."""
    if (embedding := match_embedding(contents)) is not None:
        return embedding
    found = match(contents.entries)
    if found is None or found.kind != HOLDING_LORA:
        found = match_lora(contents.entries) or found
    return found or Match(UNKNOWN, "", "", "", ""), ""


def _parts(entries: Mapping[str, Entry], family: str, found: Match) -> tuple[dict[str, str], tuple[str, ...]]:
    """The parts of a checkpoint in one file, and those that its denoiser needs and that are not in it."""
    if found.kind != "denoiser":
        return {}, ()
    needs = NEEDS.get(f"{family}/{found.variant}") or NEEDS.get(family, NEEDS[""])
    heads = {head for name in entries for head in _heads(name)}
    there = {part: any(prefix in heads for prefix in prefixes) for part, prefixes in needs.items()}
    parts = {"denoiser": "denoiser"} | {
        part: part.rstrip("_23").replace("_", "-") for part in there if there[part]
    }
    return parts, tuple(part for part in there if not there[part])


def _heads(name: str) -> Sequence[str]:
    """The first parts of a name, with the dots behind them."""
    pieces = name.split(".", 3)
    return [".".join(pieces[: count + 1]) + "." for count in range(len(pieces) - 1)]


def _folder(folder: Confined) -> Recognised:
    index = folder.read_json(INDEX)
    if index:
        return _pipeline(folder, index)
    part = read_part(folder)
    if not part.config and not part.contents:
        expected = f"{INDEX}, config.json or weights"
        raise CheckpointRefused(folder.place, expected, "none", "Choose the folder that holds them.")
    return _single(part)


def _single(part: Part) -> Recognised:
    """A folder that holds one model alone."""
    cls = _class_of(part.config)
    entries = {name: entry for one in part.contents for name, entry in one.entries.items()}
    found, _ = _match(Contents(entries))
    kind = next((kind for word, kind in pairs(CLASSES) if word in cls), found.kind)
    return replace(
        _measured(part.contents),
        kind=kind,
        layout=found.layout or "diffusers",
        family=found.family,
        variant=found.variant,
        parts={"": cls} if cls else {},
        missing=tuple(part.missing) or (() if part.contents else ("weights",)),
    )


def _class_of(config: Mapping[str, Any]) -> str:
    architectures = config.get("architectures")
    first = architectures[0] if isinstance(architectures, list) and architectures else ""
    cls = config.get("_class_name") or first
    return readable(cls) if isinstance(cls, str) else ""


def _pipeline(folder: Confined, index: Mapping[str, Any]) -> Recognised:
    cls, classes = _class_of(index), dict(parts_of(index, folder.place))
    read, missing = dict[str, Part](), list[str]()
    for name, part_class in classes.items():
        if not (folder.path / name).is_dir():
            missing.append(name)
            continue
        inner = folder.inner(name)
        if has_weights(part_class):
            part = read[name] = read_part(inner)
            missing += [f"{name}/{file}" for file in part.missing]
            if not part.contents and not part.missing:
                missing.append(f"{name}/weights")
    scheduled = (folder.path / "scheduler").is_dir()
    schedule = folder.inner("scheduler").read_json("scheduler_config.json") if scheduled else {}
    family, variant = _family_of(cls, read)
    return replace(
        _measured([contents for part in read.values() for contents in part.contents]),
        kind="pipeline",
        layout="diffusers",
        family=family,
        variant=variant,
        prediction=readable(schedule.get("prediction_type", "")),
        parts={"": cls} | classes if cls else classes,
        missing=tuple(missing),
    )


def _family_of(cls: str, parts: Mapping[str, Part]) -> tuple[str, str]:
    """Family and variant of a pipeline: by its class, or where this says little by its denoiser's widths."""
    family = next((family for begins, family in pairs(PIPELINES) if cls.startswith(begins)), "")
    part = next((parts[name] for name in DENOISERS if name in parts), Part())
    entries = {name: entry for one in part.contents for name, entry in one.entries.items()}
    found = match(entries)
    width, channels = part.config.get("cross_attention_dim"), part.config.get("out_channels")
    variant = found.variant if found is not None else ""
    if family == UNET and found is not None:
        family = found.family
    elif family == UNET and isinstance(width, int) and isinstance(channels, int):
        family = unet_family(width, channels)
    elif family == UNET or (not family and found is not None):
        family = found.family if found is not None else ""
    return family, "inpainting" if "Inpaint" in cls and not variant else variant


def _measured(contents: Sequence[Contents]) -> Recognised:
    dtypes, precision = count(contents)
    return Recognised(
        format="diffusers",
        precision=precision,
        dtypes=dtypes,
        tensors=sum(len(one.entries) for one in contents),
        parameters=sum(dtypes.values()),
        size=sum(one.size for one in contents),
    )
