from collections import Counter
from pathlib import Path

import pytest

from engine import Folder
from engine.errors import ValueRefused
from nodes.wildcards import wildcards


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    (tmp_path / "animal.txt").write_text("cat\n\n# no dogs\nbig {frog|toad}\n", "utf-8")
    (tmp_path / "scene.txt").write_text("__animal__ on __ground__\n", "utf-8")
    (tmp_path / "ground.txt").write_text("sand\n", "utf-8")
    return Folder(tmp_path, "")


def draws(text: str, count: int = 200, folder: Folder | None = None) -> Counter[str]:
    return Counter(wildcards(text, seed, folder) for seed in range(count))


def test_text_without_random_parts_stays_as_it_is() -> None:
    assert wildcards("a red_car, (very:1.2) _nice_") == "a red_car, (very:1.2) _nice_"


def test_equal_seeds_draw_equal_texts() -> None:
    prompt = "{a|b|c|d} {a|b|c|d} {a|b|c|d}"

    assert wildcards(prompt, 5) == wildcards(prompt, 5)
    assert len(draws(prompt, 20)) > 10


def test_every_option_comes_up_about_equally_often() -> None:
    counts = draws("{red|green} car")

    assert set(counts) == {"red car", "green car"}
    assert min(counts.values()) > 70


def test_weights_make_options_frequent_or_impossible() -> None:
    counts = draws("{0::never|3::often|seldom}")

    assert set(counts) == {"often", "seldom"}
    assert 120 < counts["often"] < 180


def test_choices_nest_and_may_be_empty() -> None:
    assert set(draws("{a {b|c}|}")) == {"a b", "a c", ""}


def test_names_stand_for_lines_that_may_hold_random_parts(folder: Folder) -> None:
    assert set(draws("__animal__", folder=folder)) == {"cat", "big frog", "big toad"}
    assert set(draws("__scene__", folder=folder)) == {"cat on sand", "big frog on sand", "big toad on sand"}


def test_a_name_in_an_option_that_is_not_drawn_is_not_looked_up(folder: Folder) -> None:
    assert wildcards("{0::__missing__|__ground__}", 0, folder) == "sand"


def test_a_backslash_takes_the_meaning_off() -> None:
    assert wildcards(r"\{a\|b\} \_\_x\_\_ \\") == "{a|b} __x__ \\"


def test_an_unknown_name_lists_the_known_ones(folder: Folder) -> None:
    with pytest.raises(ValueRefused, match="one of animal, ground, scene in the folder, got __anmal__"):
        wildcards("__anmal__", 0, folder)


def test_a_name_without_a_folder_is_refused() -> None:
    with pytest.raises(ValueRefused, match=r"a folder that holds animal\.txt"):
        wildcards("__animal__")


def test_a_name_does_not_lead_out_of_the_folder(tmp_path: Path) -> None:
    (tmp_path / "inside").mkdir()
    (tmp_path / "secret.txt").write_text("secret", "utf-8")

    assert wildcards("__../secret__", 0, Folder(tmp_path / "inside", "")) == "__../secret__"


def test_lines_that_name_each_other_in_a_circle_are_refused(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("x __b__", "utf-8")
    (tmp_path / "b.txt").write_text("y __a__", "utf-8")

    with pytest.raises(ValueRefused, match="a circle of names"):
        wildcards("__a__", 0, Folder(tmp_path, ""))


def test_lines_that_multiply_are_refused(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("__a__ __a__", "utf-8")

    with pytest.raises(ValueRefused, match="at most 100,000 characters"):
        wildcards("__a__", 0, Folder(tmp_path, ""))


@pytest.mark.parametrize(
    ("prompt", "message"),
    [
        ("a {b|c", "a lone { at character 3"),
        ("a b|c}", "a lone } at character 6"),
        ("{0::a|0::b}", "a weight above 0"),
    ],
)
def test_choices_that_make_no_sense_name_the_place(prompt: str, message: str) -> None:
    with pytest.raises(ValueRefused, match=message):
        wildcards(prompt)


def test_deep_nesting_comes_to_an_end() -> None:
    assert wildcards("{" * 3000 + "deep" + "}" * 3000) == "deep"
