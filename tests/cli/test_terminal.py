import io
import sys

import pytest

from engine.cli.terminal import duration, result, show_problems, show_table, size
from engine.errors import Problem

PROBLEM = Problem("wrong-type", "encode", "text", "a str", "Image from load.image", "Link a str.")


class Screen(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_numbers_that_json_lacks_become_null(capsys: pytest.CaptureFixture[str]) -> None:
    result({"loss": [1.0, float("nan"), {"x": float("inf")}]})
    assert capsys.readouterr().out == '{"loss": [1.0, null, {"x": null}]}\n'


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (999.5, "1 KB"),
        (1500, "1.5 KB"),
        (20 * 2**30, "21.5 GB"),
        (5e15, "5e+03 TB"),
    ],
)
def test_sizes_have_three_digits(count: float, text: str) -> None:
    assert size(count) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.0123, "12 ms"), (1, "1.0 s"), (59.9, "59.9 s"), (61, "1:01 min"), (3725, "1:02:05")],
)
def test_durations_are_as_people_read_them(seconds: float, text: str) -> None:
    assert duration(seconds) == text


def test_off_a_terminal_a_table_is_lines_with_tabs(capsys: pytest.CaptureFixture[str]) -> None:
    show_table(("name", "help"), [("a", "two\nlines"), ("b", "x" * 300)])
    assert capsys.readouterr().out == f"a\ttwo lines\nb\t{'x' * 300}\n"


def test_at_a_terminal_a_table_has_a_head(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = Screen()
    monkeypatch.setattr(sys, "stdout", screen)
    show_table(("name", "[help]"), [("a", "[bold]is no markup[/bold]")])
    assert "name" in screen.getvalue()
    assert "[bold]is no markup[/bold]" in screen.getvalue()


def test_off_a_terminal_each_problem_is_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    show_problems([PROBLEM, PROBLEM])
    line = "encode.text: expected a str, got Image from load.image. Link a str.\n"
    assert capsys.readouterr().err == line * 2


def test_at_a_terminal_problems_are_a_table(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = Screen()
    monkeypatch.setattr(sys, "stderr", screen)
    monkeypatch.setenv("TERM", "dumb")
    show_problems([PROBLEM])
    head, row, count = (line.split() for line in screen.getvalue().splitlines())
    assert head == ["instance", "port", "expected", "got", "cure"]
    assert row[:2] == ["encode", "text"]
    assert count == ["1", "problem"]
