import json
import shutil
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import GraphError
from engine.graph.canonical import compact, number, ordered, pretty


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (1, "1"),
        (1.0, "1"),
        (-0.0, "0"),
        (0.002, "0.002"),
        (1e-6, "0.000001"),
        (-1e-6, "-0.000001"),
        (1e-7, "1e-7"),
        (1.23e-5, "0.0000123"),
        (1e20, "100000000000000000000"),
        (2**53, "9007199254740992"),
        (-1.5e20, "-150000000000000000000"),
        (1e21, "1e+21"),
        (333333333.33333329, "333333333.3333333"),
        (5e-324, "5e-324"),
        (1.7976931348623157e308, "1.7976931348623157e+308"),
    ],
)
def test_numbers_are_written_as_rfc_8785_asks(value: float, written: str) -> None:
    assert number(value) == written


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_written_float_reads_back_as_itself(value: float) -> None:
    assert float(number(value)) == value


@pytest.mark.skipif(shutil.which("node") is None, reason="needs node as the oracle")
def test_javascript_writes_the_same_numbers() -> None:
    values = [
        sign * digits * 10.0**power
        for sign in (1, -1)
        for digits in (1, 1.5, 7.25)
        for power in range(-30, 30)
    ]
    command = ["node", "-e", "console.log(JSON.stringify(JSON.parse(process.argv[1])))", json.dumps(values)]
    written = subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()

    assert compact(values) == written


@pytest.mark.parametrize("value", [2**53 + 1, -(2**53) - 1, 10**400, float("nan"), float("inf")])
def test_numbers_that_another_reader_would_change_are_refused(value: float) -> None:
    with pytest.raises(GraphError, match="numbers that every JSON reader keeps"):
        number(value)


def test_keys_sort_by_utf_16_code_units() -> None:
    # RFC 8785, section 3.2.3: the smiley's surrogates come before U+FB33
    assert ordered(["\u20ac", "\r", "\ufb33", "1", "\U0001f600", "\u0080", "\u00f6"]) == [
        "\r",
        "1",
        "\u0080",
        "\u00f6",
        "\u20ac",
        "\U0001f600",
        "\ufb33",
    ]


def test_a_file_has_a_line_for_each_field_and_short_lists_on_one() -> None:
    assert pretty({"b": {"at": [0, 0.5]}, "a": {}}) == '{\n "a": {},\n "b": {\n  "at": [0, 0.5]\n }\n}\n'


def test_long_lists_have_a_line_for_each_item() -> None:
    assert pretty(["x" * 60, "y" * 60]).count("\n") == 4
