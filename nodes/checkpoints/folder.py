"""A model folder in diffusers' layout, read from its index, configs and weights' headers."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nodes import families
from nodes.checkpoints.classes import MODULES, RENAMED
from nodes.checkpoints.pretrained import check_weights
from nodes.checkpoints.refusal import AGAIN, CheckpointRefused
from nodes.diffusion.family import LOADER, Cells, Family
from nodes.library_lock import library_lock
from nodes.values import SchedulerConfig

INDEX = "model_index.json"
LIBRARIES = ("diffusers", "transformers", "stable_audio", "unclip", "stable_diffusion")
"""Libraries and modules of diffusers' pipelines whose classes a folder's index may name."""
TOKENIZER = ("tokenizer.json", "vocab.json", "spiece.model", "tokenizer.model")
CLIP = Path(__file__).parent / "configs" / "sd1" / "tokenizer"
"""CLIP's vocabulary, which the built-in configs of several families share."""


@dataclass(frozen=True, slots=True)
class Layout:
    """What a diffusers folder says about its model.

    Attributes:
        family: Its family.
        cells: What its latents are like.
        scheduler: The noise schedule it was trained with.
    """

    family: Family
    cells: Cells
    scheduler: SchedulerConfig


def read_folder(folder: Path) -> Layout:
    """Read what a folder holds, without its weights.

    Raises:
        CheckpointRefused: It is no known pipeline's folder, or a part is missing or cut short.
    """
    family, index = family_of_folder(folder), read_index(folder)
    _check_parts(folder, family, index)
    for part in (parts_of(family) - family.texts.keys()) & index.keys():
        check_weights(folder, subfolder(folder, part))
    if family.texts.keys() & index.keys():
        check_texts(folder, family)
    return read_configs(folder, family)


def check_texts(folder: Path, family: Family) -> None:
    """Check that a folder's text encoders and tokenizers are whole, without reading weights.

    Raises:
        CheckpointRefused: There are none, or one is missing or cut short.
    """
    there = family.texts.keys() & read_index(folder).keys()
    if not there:
        expected = f"text encoders of {family.title} ({', '.join(family.texts)})"
        raise CheckpointRefused(f"{folder.name}/{INDEX}", expected, "none", "Choose a folder that has them.")
    for part in there:
        check_weights(folder, subfolder(folder, part))
        tokenizer = family.texts[part]
        if not any((folder / tokenizer / name).exists() for name in TOKENIZER):
            expected = " or ".join(TOKENIZER)
            raise CheckpointRefused(f"{folder.name}/{tokenizer}", expected, "none of them", AGAIN)


def read_configs(folder: Path, family: Family) -> Layout:
    """Read the configs alone, of a folder that may hold no weights.

    Raises:
        CheckpointRefused: A config is missing or is another model's.
    """
    schedule = read_config(folder, inside(folder, "scheduler", "scheduler_config.json"))
    name = str(schedule["_class_name"])
    cells = family.cells(lambda part: read_config(folder, inside(folder, part, "config.json")))
    return Layout(family, cells, SchedulerConfig(name, canonical({**schedule, **family.scheduler_options})))


def family_of_folder(folder: Path) -> Family:
    """The family of a folder's model.

    Raises:
        CheckpointRefused: None is known.
    """
    name = read_config(folder, INDEX).get("_class_name")
    family = families.of_pipeline(str(name))
    if family is None:
        expected = f"a pipeline of {', '.join(one.title for one in families.FAMILIES)}"
        cure = "Choose the folder of such a model."
        raise CheckpointRefused(f"{folder.name}/{INDEX}", expected, str(name or "none"), cure)
    if family.loader != LOADER:
        cure = f"Load it with {family.loader}."
        raise CheckpointRefused(f"{folder.name}/{INDEX}", f"a pipeline for {LOADER}", str(name), cure)
    return family


def parts_of(family: Family) -> set[str]:
    """Subfolders with weights that a family's folder has."""
    return {family.denoiser, *family.texts, *family.projections, family.vae, family.low_noise} - {""}


def _check_parts(folder: Path, family: Family, index: dict[str, tuple[str, str]]) -> None:
    """Text encoders may be left out; a denoiser and a VAE may not."""
    wanted = {family.denoiser: family.denoiser_class} | ({family.vae: ""} if family.vae else {})
    for part, name in wanted.items():
        got = index[part][1] if part in index else "none"
        if got == "none" or (name and got != name):
            expected = f"a {name or part} as {part}, as in a {family.pipelines[0]}"
            cure = "Choose the folder of such a model."
            raise CheckpointRefused(f"{folder.name}/{INDEX}", expected, got, cure)


def subfolder(folder: Path, part: str) -> str:
    """Where a part lies: in a folder of its name, or, in small early models, in the model's own."""
    return part if (folder / part).is_dir() else ""


def inside(folder: Path, part: str, name: str) -> str:
    """A file of a part by its name from the model's folder on; see ``subfolder``."""
    return f"{subfolder(folder, part)}/{name}".lstrip("/")


def read_index(folder: Path) -> dict[str, tuple[str, str]]:
    """Which parts a folder has that can be built: subfolder → library and class."""
    found: dict[str, tuple[str, str]] = {}
    for part, entry in read_config(folder, INDEX).items():
        if not isinstance(entry, list) or len(entry) != 2 or entry[0] not in LIBRARIES:
            continue
        library, name = entry[0], RENAMED.get(entry[1], entry[1])
        if name in MODULES:
            found[part] = (library, name)
    return found


def read_tokenizer(folder: Path) -> Any:
    """The tokenizer of a folder, of whatever class its config names; without a vocabulary it is CLIP's."""
    with library_lock:
        from transformers.models.auto.tokenization_auto import AutoTokenizer

    alone = not any((folder / name).exists() for name in TOKENIZER)
    options = dict(read_config(folder, "tokenizer_config.json")) if alone else {}
    place = CLIP if alone else folder
    return AutoTokenizer.from_pretrained(place, local_files_only=True, trust_remote_code=False, **options)


def canonical(config: dict[str, Any]) -> str:
    """A scheduler's arguments as JSON that equal arguments make equal."""
    public = {key: value for key, value in config.items() if not key.startswith("_")}
    return json.dumps(public, sort_keys=True, separators=(",", ":"))


class Config(dict[str, Any]):
    """A config, which says what it lacks."""

    def __init__(self, place: str, tree: dict[str, Any]) -> None:
        super().__init__(tree)
        self._place = place

    def __missing__(self, key: str) -> Any:
        raise CheckpointRefused(self._place, key, f"no {key}", AGAIN)


def read_config(folder: Path, name: str, *keys: str) -> Config:
    """Read a config; a key that it lacks is refused when it is asked for.

    Args:
        folder: The model's.
        name: The config's file.
        keys: What it must have, asked for at once.

    Raises:
        CheckpointRefused: There is none, it is no JSON object, or lacks a key.
    """
    place = f"{folder.name}/{name}"
    cure = "Choose the folder that holds model_index.json." if name == INDEX else AGAIN
    try:
        tree = json.loads((folder / name).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise CheckpointRefused(place, "a file", "none", cure) from None
    except (ValueError, OSError, RecursionError) as error:
        raise CheckpointRefused(place, "JSON", str(error), cure) from None
    if not isinstance(tree, dict):
        raise CheckpointRefused(place, "a JSON object", type(tree).__name__, cure)
    config = Config(place, tree)
    for key in keys:
        config[key]
    return config
