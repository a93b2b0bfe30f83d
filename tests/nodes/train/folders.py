"""Folders of models that were trained in a test."""

import io
import zipfile
from pathlib import Path

from nodes.train.values import ModelFolder


def written(folder: ModelFolder, place: Path) -> Path:
    """Unpack what a run would have written out."""
    with zipfile.ZipFile(io.BytesIO(folder.encode({})[0])) as archive:
        archive.extractall(place)
    return place
