from pathlib import Path

import pytest
import torch
from PIL import Image as Pillow

from engine import File, Folder
from engine.errors import ValueRefused
from nodes.image.files import depth, load, load_folder
from nodes.values import Image


def test_a_file_becomes_a_picture(tmp_path: Path) -> None:
    Pillow.new("RGB", (3, 2), (255, 0, 0)).save(tmp_path / "a.png")

    image = load(File(tmp_path / "a.png", ""))

    assert image.pixels.shape == (1, 2, 3, 3)


def test_a_folder_becomes_its_pictures_by_name(tmp_path: Path) -> None:
    for name, size in (("b.PNG", 1), ("a.png", 2), ("c.jpg", 3)):
        Pillow.new("L", (size, size)).save(tmp_path / name)
    (tmp_path / "notes.txt").write_text("not a picture")

    images, names = load_folder(Folder(tmp_path, ""))

    assert names == ["a", "b", "c"]
    assert [image.pixels.shape[1] for image in images] == [2, 1, 3]


def test_a_folder_without_pictures_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueRefused, match="a folder with pictures"):
        load_folder(Folder(tmp_path, ""))


def test_depth_changes_the_file_and_not_the_picture() -> None:
    image = Image(torch.rand(1, 2, 2, 3))

    deep = depth(image, 16)

    assert deep.bits == 16
    assert deep.pixels is image.pixels
    assert deep.encode({})[0][24] == 16
