from pathlib import Path

import pytest

from engine import File
from engine.errors import ValueRefused
from nodes import text
from nodes.text import strip


def test_texts_are_put_together() -> None:
    assert text.concat("a", "b") == "ab"
    assert text.join("red", " ", "car", separator="-") == "red-car"
    assert text.join("red", "", "car", separator="-", skip_empty=False) == "red--car"
    assert text.join_list(["red", "car"]) == "red, car"
    assert text.constant("red") == "red"


def test_names_of_a_template_take_values_in_their_order() -> None:
    assert text.template("a {colour} {thing} on a {colour} {place}", "red", "car", "road") == (
        "a red car on a red road"
    )


def test_a_value_is_put_in_as_it_is() -> None:
    assert text.template("{a}{b}", "{b}", r"\1") == r"{b}\1"


def test_doubled_braces_are_braces() -> None:
    assert text.template("{{red|green}} {thing}", "car") == "{red|green} car"


def test_a_template_names_the_places_that_want_values() -> None:
    with pytest.raises(ValueRefused, match="one value for each of colour, thing, got 1 values"):
        text.template("a {colour} {thing}", "red")


def test_a_single_brace_in_a_template_is_found() -> None:
    with pytest.raises(ValueRefused, match=r"a single '\{' at character 3"):
        text.template("a {colour")


@pytest.mark.parametrize(
    ("value", "digits", "written"),
    [
        (2.0, 2, "2"),
        (2.5, 2, "2.5"),
        (1 / 3, 2, "0.33"),
        (1200.0, 0, "1200"),
        (-0.001, 2, "0"),
        (1e20, 0, "1" + "0" * 20),
    ],
)
def test_numbers_are_written_without_needless_digits(value: float, digits: int, written: str) -> None:
    assert text.number(value, digits) == written
    assert text.number(value, digits, "°") == f"{written}°"


def test_replacing_takes_the_text_literally() -> None:
    assert text.replace("a.b.c", ".", r"\0") == r"a\0b\0c"
    assert text.replace("Red RED", "red", "blue", ignore_case=True) == "blue blue"
    assert text.replace("abc", "", "x") == "abc"


def test_stripping() -> None:
    assert strip("  a \n b ") == "a \n b"
    assert strip("  a \n b ", collapse=True) == "a b"


def test_splitting() -> None:
    assert text.split("a, b,,c", ",") == ["a", "b", "c"]
    assert text.split("a, b,,c", ",", skip_empty=False) == ["a", " b", "", "c"]
    assert text.split("a  b\tc", "") == ["a", "b", "c"]


def test_lines_of_a_file_without_remarks(tmp_path: Path) -> None:
    path = tmp_path / "colours.txt"
    path.write_bytes("\ufeffred\r\n\n# a remark\n  grün \n".encode())

    assert text.lines(File(path, "")) == ["red", "grün"]
    assert text.lines(File(path, ""), skip_empty=False) == ["red", "", "# a remark", "  grün "]


def test_a_file_in_another_encoding_names_the_place(tmp_path: Path) -> None:
    path = tmp_path / "colours.txt"
    path.write_bytes("grün".encode("latin-1"))

    with pytest.raises(ValueRefused, match=r"byte 0xfc at position 2 of colours\.txt"):
        text.lines(File(path, ""))
