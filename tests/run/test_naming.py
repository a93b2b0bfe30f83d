from pathlib import Path

import pytest

from engine.run.naming import BadTemplate, Naming

FIELDS = {"output": "image", "graph": "cat", "seed": 7, "prompt": "a red/green car?"}


def test_a_file_is_named_after_its_output(tmp_path: Path) -> None:
    assert Naming(tmp_path).paths(FIELDS, [(".png", b"x")]) == [tmp_path / "image.png"]


def test_several_files_of_one_output_get_numbers(tmp_path: Path) -> None:
    paths = Naming(tmp_path).paths(FIELDS, [(".png", b"x"), (".png", b"y")])
    assert [path.name for path in paths] == ["image-000.png", "image-001.png"]


@pytest.mark.parametrize(
    ("template", "name"),
    [
        ("{graph}-{seed:04d}", "cat-0007.png"),
        ("{prompt}", "a_red_green_car.png"),
        ("../{output}", "_image.png"),
        ("..", "output.png"),
        ("", "output.png"),
    ],
)
def test_a_template_is_filled_in_and_leads_nowhere_else(tmp_path: Path, template: str, name: str) -> None:
    [path] = Naming(tmp_path, template).paths(FIELDS, [(".png", b"x")])
    assert path == tmp_path / name


def test_long_values_are_cut_to_what_a_file_system_takes(tmp_path: Path) -> None:
    [path] = Naming(tmp_path, "{prompt}" * 9).paths({"prompt": "ü" * 500}, [(".png", b"x")])
    path.write_bytes(b"x")
    assert path.exists()


@pytest.mark.parametrize("template", ["{what}", "{seed:q}", "{prompt:d}", "{output", "{}", "{seed.real}"])
def test_a_template_that_does_not_fit_is_refused(template: str) -> None:
    with pytest.raises(BadTemplate, match="name"):
        Naming(Path(), template).check(FIELDS)


def test_a_file_with_the_same_bytes_is_written_again(tmp_path: Path) -> None:
    (tmp_path / "image.png").write_bytes(b"x")
    assert Naming(tmp_path).paths(FIELDS, [(".png", b"x")]) == [tmp_path / "image.png"]


def test_a_file_with_other_bytes_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "image.png").write_bytes(b"another")
    assert Naming(tmp_path).paths(FIELDS, [(".png", b"x")]) == [tmp_path / "image-1.png"]


def test_the_files_of_one_output_share_their_free_number(tmp_path: Path) -> None:
    (tmp_path / "image-001.png").write_bytes(b"another")
    paths = Naming(tmp_path).paths(FIELDS, [(".png", b"x"), (".png", b"y")])
    assert [path.name for path in paths] == ["image-1-000.png", "image-1-001.png"]


def test_replacing_overwrites_what_was_there(tmp_path: Path) -> None:
    (tmp_path / "image.png").write_bytes(b"another")
    assert Naming(tmp_path, replace=True).paths(FIELDS, [(".png", b"x")]) == [tmp_path / "image.png"]


def test_files_of_one_naming_never_overwrite_each_other(tmp_path: Path) -> None:
    naming = Naming(tmp_path, replace=True)
    names = [naming.paths(FIELDS, [(".png", b"x")])[0].name for _ in range(3)]
    assert names == ["image.png", "image-1.png", "image-2.png"]
