import pytest

from engine.errors import ValueRefused
from nodes import math


def test_floats_are_added_subtracted_multiplied_and_divided() -> None:
    assert math.add(1.5, 2.0) == 3.5
    assert math.subtract(1.5, 2.0) == -0.5
    assert math.multiply(1.5, 2.0) == 3.0
    assert math.divide(3.0, 2.0) == 1.5


def test_a_remainder_has_the_sign_of_the_divisor() -> None:
    assert math.modulo(7.5, 2.0) == 1.5
    assert math.modulo(-7.5, 2.0) == 0.5


def test_half_is_the_exponent_of_the_square_root() -> None:
    assert math.power(9.0, 0.5) == 3.0


def test_a_whole_number_linked_to_a_float_port_becomes_a_float() -> None:
    assert type(math.add(1, 2)) is float


def test_bounds() -> None:
    assert math.minimum(1.0, 2.0) == 1.0
    assert math.maximum(1.0, 2.0) == 2.0
    assert math.absolute(-2.0) == 2.0
    assert [math.clamp(a, 0.0, 1.0) for a in (-1.0, 0.25, 2.0)] == [0.0, 0.25, 1.0]


def test_remapping_is_linear_and_goes_on_beyond_the_range() -> None:
    assert [math.remap(a, 0.0, 10.0, 100.0, 200.0) for a in (0.0, 5.0, 20.0)] == [100.0, 150.0, 300.0]


def test_rounding() -> None:
    assert math.round_to(2.345, 1) == 2.3
    assert math.round_to(1234.0, -2) == 1200.0
    assert [math.to_int(-2.5, how) for how in ("nearest", "down", "up", "toward zero")] == [-2, -3, -2, -2]


@pytest.mark.parametrize(
    ("sign", "truths"),
    [
        ("<", [True, False, False]),
        ("<=", [True, True, False]),
        ("=", [False, True, False]),
        ("!=", [True, False, True]),
        (">=", [False, True, True]),
        (">", [False, False, True]),
    ],
)
def test_comparing_with_two(sign: math.Comparison, truths: list[bool]) -> None:
    assert [math.compare(a, 2.0, sign) for a in (1.0, 2.0, 3.0)] == truths


def test_whole_numbers_stay_whole() -> None:
    assert math.add_int(2, 3) == 5
    assert math.subtract_int(2, 3) == -1
    assert math.multiply_int(2, 3) == 6
    assert math.divide_int(7, 2) == (3, 1)
    assert math.divide_int(-7, 2) == (-4, 1)


def test_dividing_by_zero_names_the_port() -> None:
    for divide in (math.divide, math.modulo, math.divide_int):
        with pytest.raises(ValueRefused, match="expected b other than 0"):
            divide(1, 0)


def test_a_power_that_is_not_real_is_refused() -> None:
    with pytest.raises(ValueRefused, match=r"got -2 \*\* 0.5"):
        math.power(-2.0, 0.5)


def test_a_result_that_no_graph_file_can_hold_is_refused() -> None:
    with pytest.raises(ValueRefused, match="finite"):
        math.multiply(1e200, 1e200)
    with pytest.raises(ValueRefused, match="2\\^53"):
        math.multiply_int(2**52, 2)


def test_bounds_the_wrong_way_round_are_refused() -> None:
    with pytest.raises(ValueRefused, match="low ≤ high"):
        math.clamp(0.0, 1.0, -1.0)
    with pytest.raises(ValueRefused, match="differ"):
        math.remap(0.0, 1.0, 1.0)
