"""Datasets of pictures in a folder, or of pictures in a graph, with their captions and classes."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from engine import Context, Folder, Within, node
from engine.errors import ValueRefused
from nodes.data.values import Dataset
from nodes.image.channels import luminance, with_channels
from nodes.image.combine import composite
from nodes.image.decode import SUFFIXES, read
from nodes.image.geometry import Fit, resize
from nodes.image.ink import Colour, ink
from nodes.values import Image

if TYPE_CHECKING:
    import torch

TABLES = ("metadata.jsonl", "metadata.csv")
"""Files that hold the captions of pictures, as Hugging Face's ImageFolder has them."""
PATH, TEXTS = "file_name", ("text", "caption", "prompt")
"""Columns of such a table: the picture's path in the folder, and names that its caption goes by."""
Pictures = Annotated[Folder, Within("files", (*SUFFIXES, ".txt", ".jsonl", ".csv"))]
Side = Annotated[int, Field(ge=8, le=1024)]
Channels = Literal[1, 3]


@node("data.folder")
def folder(
    folder: Pictures,
    ctx: Context,
    size: Side = 64,
    fit: Fit = "cover",
    channels: Channels = 3,
    background: Colour = "#ffffff",
) -> Dataset:
    """Read a folder of pictures, with those of the folders inside it, as a dataset.

    Where all pictures lie in folders inside it, the name of the first folder on the way is the class of a
    picture. Captions stand in a file of the picture's name with the ending ``.txt``, each on a line, the
    primary one first; or in ``metadata.jsonl`` or ``metadata.csv`` with ``file_name`` and ``text`` of each
    picture. Without captions, the class is the caption.

    Args:
        folder: The folder.
        ctx: Told of the progress.
        size: Pixels along a side to which all are brought.
        fit: ``cover`` cuts off what juts out of the square; ``inside`` puts the whole picture on the
            background; ``stretch`` changes its proportions.
        channels: Channels of the pictures: 1 = grey, 3 = colour.
        background: What lies around pictures that are put inside, and behind translucent ones.

    Raises:
        ValueRefused: There are no pictures, a file is none, only some lie in folders, or only some have
            captions.
    """
    import torch

    root = folder.path
    paths = sorted(path for path in root.rglob("*") if path.suffix.lower() in SUFFIXES and path.is_file())
    if not paths:
        raise ValueRefused(f"a folder with pictures ({', '.join(SUFFIXES)})", f"none in {root.name}")
    classes, labels = classes_of(root, paths)
    captions = captions_of(root, paths)
    pixels = torch.empty(len(paths), channels, size, size, dtype=torch.uint8)
    for place, path in enumerate(paths):
        pixels[place] = fitted(read(path), size, fit, channels, background)[0]
        ctx.progress(place + 1, len(paths))
    return dataset_of(pixels, captions, labels, classes, [path.stem for path in paths])


@node("data.from_images")
def from_images(
    images: list[Image],
    captions: list[str] | None = None,
    labels: list[int] | None = None,
    classes: list[str] | None = None,
    size: Side = 64,
    fit: Fit = "cover",
    channels: Channels = 3,
    background: Colour = "#ffffff",
) -> Dataset:
    """Make a dataset of pictures.

    Args:
        images: The pictures; batches count as several.
        captions: The caption of each.
        labels: The class of each, from 0 on.
        classes: The name of each class.
        size: Pixels along a side to which all are brought.
        fit: ``cover`` cuts off what juts out of the square; ``inside`` puts the whole picture on the
            background; ``stretch`` changes its proportions.
        channels: Channels of the pictures: 1 = grey, 3 = colour.
        background: What lies around pictures that are put inside, and behind translucent ones.

    Raises:
        ValueRefused: There are no pictures, or not as many captions or labels.
    """
    import torch

    parts = [fitted(image, size, fit, channels, background) for image in images]
    count = sum(map(len, parts))
    if not count:
        raise ValueRefused("a list with pictures", "an empty one")
    for what, given in (("caption", captions), ("label", labels)):
        if given is not None and len(given) != count:
            raise ValueRefused(f"a {what} for each of {count} pictures", f"{len(given)}")
    if labels is not None and min(labels) < 0:
        raise ValueRefused("labels from 0 on", str(min(labels)))
    names = classes or [str(label) for label in range(max(labels or [-1]) + 1)]
    if labels is not None and max(labels) >= len(names):
        raise ValueRefused(f"labels below {len(names)}, the number of classes", str(max(labels)))
    told = [[text] for text in captions or []]
    numbers = None if labels is None else torch.tensor(labels)
    return dataset_of(torch.cat(parts), told, numbers, names, [str(place) for place in range(count)])


def dataset_of(
    pixels: torch.Tensor,
    captions: list[list[str]],
    labels: torch.Tensor | None,
    classes: list[str],
    names: Sequence[str],
) -> Dataset:
    """A dataset whose pictures have one sample each; without captions, the class is the caption."""
    import torch

    if not captions and labels is not None:
        captions = [[classes[label]] for label in labels.tolist()]
    told = [texts[0] for texts in captions] or list(names)
    tags: list[list[str]] = [[] for _ in told]
    return Dataset(pixels, torch.arange(len(pixels) + 1), captions, tags, told, labels, classes)


def fitted(image: Image, size: int, fit: Fit, channels: int, background: str) -> torch.Tensor:
    """Pictures brought to a square, uint8 [B, channels, size, size]."""
    import torch

    small = resize.function(image, size, size, fit)
    count, height, width, _ = small.pixels.shape
    ground = ink(background, 3).expand(count, size, size, 3).contiguous()
    whole = composite.function(Image(ground), small, x=(size - width) // 2, y=(size - height) // 2).pixels
    pixels = luminance(whole) if channels == 1 else with_channels(whole, 3)
    levels = (pixels.clamp(0, 1) * 255).round().byte().permute(0, 3, 1, 2)
    return levels.clone(memory_format=torch.contiguous_format)  # one channel alone may lie either way


def classes_of(root: Path, paths: Sequence[Path]) -> tuple[list[str], torch.Tensor | None]:
    """Names of the folders that pictures lie in, and int64 [N] the one of each; none where there are none.

    Raises:
        ValueRefused: Only some lie in folders.
    """
    import torch

    inside = [path.relative_to(root).parts for path in paths]
    alone = [parts[0] for parts in inside if len(parts) == 1]
    if len(alone) == len(paths):
        return [], None
    if alone:
        cure = "Put it into a folder too, or all pictures beside each other"
        raise ValueRefused(f"all pictures in folders, one for each class, or none ({cure})", alone[0])
    classes = sorted({parts[0] for parts in inside})
    return classes, torch.tensor([classes.index(parts[0]) for parts in inside])


def captions_of(root: Path, paths: Sequence[Path]) -> list[list[str]]:
    """The captions of each picture; empty where none has any.

    Raises:
        ValueRefused: Only some have captions, or a table can't be read.
    """
    table = next((root / name for name in TABLES if (root / name).is_file()), None)
    listed = {} if table is None else read_table(table)
    every = [listed.get(path.relative_to(root).as_posix()) or beside(path) for path in paths]
    missing = [path for path, captions in zip(paths, every, strict=True) if not captions]
    if len(missing) == len(paths):
        return []
    if missing:
        name = missing[0].relative_to(root).as_posix()
        where = f"write {missing[0].stem}.txt beside it" if table is None else f"add it to {table.name}"
        raise ValueRefused(f"a caption for each of {len(paths)} pictures", f"none for {name}: {where}")
    return every


def beside(path: Path) -> list[str]:
    """The lines of the text file beside a picture."""
    text = path.with_suffix(".txt")
    if not text.is_file():
        return []
    return [line.strip() for line in text.read_text("utf-8-sig", "replace").splitlines() if line.strip()]


def read_table(path: Path) -> dict[str, list[str]]:
    """The caption of each picture in a table, by its path.

    Raises:
        ValueRefused: A line is none of a table, or has no path.
    """
    with path.open(encoding="utf-8-sig", newline="") as file:
        if path.suffix == ".csv":
            rows: list[Mapping[str, object]] = _rows(path, file)
        else:
            rows = [_record(path, number, line) for number, line in enumerate(file, 1) if line.strip()]
    found: dict[str, list[str]] = {}
    for number, row in enumerate(rows, 1):
        if not row.get(PATH):
            raise ValueRefused(f"{PATH} in each row of {path.name}", f"none in row {number}")
        texts = [str(row[key]).strip() for key in TEXTS if row.get(key)]
        found[str(row[PATH])] = texts
    return found


def _rows(path: Path, lines: Iterable[str]) -> list[Mapping[str, object]]:
    reader = csv.DictReader(lines)
    try:
        return list(reader)
    except csv.Error as error:
        cure = f"shorten it to {csv.field_size_limit()} characters, or look for a quote that isn't closed"
        got = f"after line {reader.line_num}: {error} ({cure})"
        raise ValueRefused(f"rows of comma-separated cells in {path.name}", got) from None


def _record(path: Path, number: int, line: str) -> Mapping[str, object]:
    try:
        row = json.loads(line)
    except ValueError as error:
        raise ValueRefused(f"a JSON object on each line of {path.name}", f"line {number}: {error}") from None
    if not isinstance(row, dict):
        raise ValueRefused(
            f"a JSON object on each line of {path.name}", f"line {number}: {line.strip()[:60]}"
        )
    return row
