"""Pictures from files. Writing them is the runner's act."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Literal, NamedTuple

from engine import File, Folder, Within, node
from engine.errors import ValueRefused
from nodes.image.decode import SUFFIXES, read
from nodes.values import Image


@node("image.load")
def load(file: Annotated[File, Within("files", SUFFIXES)]) -> Image:
    """Read a picture, turned upright, in sRGB, with its alpha; 16-bit files keep their bits.

    Args:
        file: PNG, JPEG, WebP, GIF, BMP, TIFF or AVIF; of several pictures in a file, the first.
    """
    return read(file.path)


class Loaded(NamedTuple):
    """What a folder held.

    Attributes:
        images: The pictures in the order of their names.
        names: Their file names without endings.
    """

    images: list[Image]
    names: list[str]


@node("image.load_folder")
def load_folder(folder: Annotated[Folder, Within("files", SUFFIXES)]) -> Loaded:
    """Read every picture of a folder; folders inside it are left out.

    Args:
        folder: The folder; it may hold other files.
    """
    paths = sorted(
        path for path in folder.path.iterdir() if path.suffix.lower() in SUFFIXES and path.is_file()
    )
    if not paths:
        raise ValueRefused(f"a folder with pictures ({', '.join(SUFFIXES)})", f"none in {folder.path.name}")
    return Loaded([read(path) for path in paths], [path.stem for path in paths])


@node("image.depth")
def depth(image: Image, bits: Literal[8, 16] = 16) -> Image:
    """Choose the bits of the file that a picture is written to; the picture itself stays as it is.

    Args:
        image: The pictures.
        bits: Bits of each channel: 8 is what most programs want, 16 keeps fine gradients.
    """
    return replace(image, bits=bits)
