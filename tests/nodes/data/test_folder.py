import json
from pathlib import Path
from typing import Any

import pytest
import torch
from PIL import Image as Pillow

from engine import Folder
from engine.errors import ValueRefused
from engine.run.context import RunContext, Token
from nodes.data.batches import batch
from nodes.data.captions import captions
from nodes.data.digits import digits
from nodes.data.folder import folder, from_images
from nodes.data.show import show
from nodes.data.values import Dataset
from nodes.values import Image

RED, GREEN, BLUE = (255, 0, 0), (0, 255, 0), (0, 0, 255)
QUIET = RunContext("data", "cpu", Token(), lambda event: None)


def picture(path: Path, colour: tuple[int, ...], size: tuple[int, int] = (8, 8)) -> None:
    path.parent.mkdir(exist_ok=True)
    Pillow.new("RGB" if len(colour) == 3 else "RGBA", size, colour).save(path)


def data(root: Path, **more: Any) -> Dataset:
    given: dict[str, Any] = {"size": 8} | more
    return folder(Folder(root, ""), QUIET, **given)


def test_pictures_come_in_the_order_of_their_names(tmp_path: Path) -> None:
    picture(tmp_path / "b.png", BLUE)
    picture(tmp_path / "a.png", RED)
    found = data(tmp_path)

    assert found.pixels.dtype == torch.uint8
    assert found.pixels[:, :, 0, 0].tolist() == [list(RED), list(BLUE)]
    assert found.names == ["a", "b"]
    assert (found.labels, found.captions, found.first.tolist()) == (None, [], [0, 1, 2])


def test_folders_inside_are_classes_and_captions(tmp_path: Path) -> None:
    picture(tmp_path / "dog" / "1.png", RED)
    picture(tmp_path / "cat" / "2.png", GREEN)
    picture(tmp_path / "dog" / "0.png", BLUE)
    found = data(tmp_path)

    assert found.classes == ["cat", "dog"]
    assert found.labels is not None
    assert found.labels.tolist() == [0, 1, 1]
    assert captions(found) == ["cat", "dog", "dog"]
    assert batch(found, 0, 3).labels is not None


def test_lines_of_a_text_beside_a_picture_are_its_captions(tmp_path: Path) -> None:
    picture(tmp_path / "a.png", RED)
    (tmp_path / "a.txt").write_text("a red square\n\nall red\n")

    assert data(tmp_path).captions == [["a red square", "all red"]]
    assert data(tmp_path).names == ["a red square"]


@pytest.mark.parametrize("name", ["metadata.jsonl", "metadata.csv"])
def test_a_table_has_captions_by_path(tmp_path: Path, name: str) -> None:
    picture(tmp_path / "x" / "a.png", RED)
    picture(tmp_path / "x" / "b.png", BLUE)
    rows = [("x/b.png", "blue, all of it"), ("x/a.png", "red")]
    if name.endswith("csv"):
        table = "file_name,text\n" + "".join(f'{path},"{text}"\n' for path, text in rows)
    else:
        table = "".join(json.dumps({"file_name": path, "text": text}) + "\n" for path, text in rows)
    (tmp_path / name).write_text(table)

    assert data(tmp_path).captions == [["red"], ["blue, all of it"]]


def test_what_juts_out_is_cut_off_or_the_whole_is_put_on_the_background(tmp_path: Path) -> None:
    picture(tmp_path / "wide.png", RED, (16, 8))
    assert data(tmp_path).pixels.float().mean((0, 2, 3)).tolist() == list(RED)

    inside = data(tmp_path, fit="inside", background="#0000ff").pixels[0]
    assert inside[:, 0, 0].tolist() == list(BLUE)
    assert inside[:, 4, 4].tolist() == list(RED)


def test_what_is_behind_translucent_pictures_is_the_background_and_grey_is_brightness(tmp_path: Path) -> None:
    picture(tmp_path / "clear.png", (*RED, 0))
    assert data(tmp_path, background="#00ff00").pixels[0, :, 0, 0].tolist() == list(GREEN)

    grey = data(tmp_path, background="#00ff00", channels=1).pixels
    assert grey.shape == (1, 1, 8, 8)
    assert grey.stride() == (64, 64, 8, 1)  # as it comes out of the store
    assert int(grey[0, 0, 0, 0]) == round(0.587 * 255)


def test_folders_that_are_no_dataset_are_refused_with_a_cure(tmp_path: Path) -> None:
    with pytest.raises(ValueRefused, match="expected a folder with pictures"):
        data(tmp_path)
    picture(tmp_path / "a.png", RED)
    picture(tmp_path / "b.png", RED)
    (tmp_path / "a.txt").write_text("red")
    with pytest.raises(ValueRefused, match=r"none for b\.png: write b\.txt beside it"):
        data(tmp_path)
    (tmp_path / "metadata.jsonl").write_text('{"text": "red"}\n')
    with pytest.raises(ValueRefused, match=r"file_name in each row of metadata\.jsonl, got none in row 1"):
        data(tmp_path)
    (tmp_path / "metadata.jsonl").write_text("red\n")
    with pytest.raises(ValueRefused, match=r"a JSON object on each line of metadata\.jsonl, got line 1"):
        data(tmp_path)
    (tmp_path / "metadata.jsonl").write_text('{"file_name": "a.png", "text": "red"}\n')
    with pytest.raises(ValueRefused, match=r"none for b\.png: add it to metadata\.jsonl"):
        data(tmp_path)
    picture(tmp_path / "c" / "c.png", RED)
    with pytest.raises(ValueRefused, match=r"all pictures in folders, .* got a\.png"):
        data(tmp_path)
    (tmp_path / "c" / "broken.png").write_bytes(b"no picture")
    (tmp_path / "a.png").unlink()
    (tmp_path / "b.png").unlink()
    (tmp_path / "metadata.jsonl").unlink()
    with pytest.raises(ValueRefused, match=r"a whole picture file .* got broken\.png"):
        data(tmp_path)


def test_a_cell_that_is_too_long_for_a_table_is_refused_by_its_line(tmp_path: Path) -> None:
    picture(tmp_path / "a.png", RED)
    (tmp_path / "metadata.csv").write_text(f"file_name,text\na.png,{'red ' * 50_000}\n")
    with pytest.raises(
        ValueRefused, match=r"cells in metadata\.csv, got after line 1: .*shorten it to 131072"
    ):
        data(tmp_path)


def test_pictures_of_a_graph_make_a_dataset() -> None:
    found = from_images(
        [Image(torch.ones(2, 8, 8, 3)), Image(torch.zeros(1, 4, 4, 1))],
        labels=[0, 0, 1],
        classes=["light", "dark"],
        size=8,
    )

    assert found.pixels.float().mean((1, 2, 3)).tolist() == [255, 255, 0]
    assert found.captions == [["light"], ["light"], ["dark"]]


def test_captions_and_labels_that_do_not_fit_the_pictures_are_refused() -> None:
    one = [Image(torch.ones(1, 8, 8, 3))]
    with pytest.raises(ValueRefused, match="a caption for each of 1 pictures, got 2"):
        from_images(one, captions=["a", "b"])
    with pytest.raises(ValueRefused, match="labels below 1, the number of classes, got 3"):
        from_images(one, labels=[3], classes=["only"])
    with pytest.raises(ValueRefused, match="a list with pictures"):
        from_images([])


def test_a_dataset_is_shown_with_its_classes() -> None:
    plain = show(digits(16, 4), 2, 2, labels=False).pixels
    named = show(digits(16, 4), 2, 2).pixels

    assert plain.shape == (1, 8 + 16 + 8, 8 + 2 * (16 + 8), 3)
    assert named.shape[1] > plain.shape[1]
    samples = digits(16, 4).pixels[[0, 2], 0] / 255
    assert torch.allclose(plain[0, 8:24, 8:24, 0], samples[0])
    assert torch.allclose(plain[0, 8:24, 32:48, 0], samples[1])
