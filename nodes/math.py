"""Arithmetic on numbers: floats by default, whole numbers in the nodes whose names end in ``_int``.

Results stay within what a graph file can hold: floats are finite, whole numbers within ±(2^53 − 1).
"""

from __future__ import annotations

import math
from typing import Annotated, Literal, NamedTuple, TypeVar

from pydantic import Field

from engine import node
from engine.errors import ValueRefused

Number = TypeVar("Number", int, float)
LARGEST_INT = 2**53 - 1

Comparison = Literal["<", "<=", "=", "!=", ">=", ">"]
Rounding = Literal["nearest", "down", "up", "toward zero"]


@node("math.number")
def number(value: float = 0.0) -> float:
    """Hold a number, to link it to several places.

    Args:
        value: The number.
    """
    return _finite(value)


@node("math.integer")
def integer(value: int = 0) -> int:
    """Hold a whole number, to link it to several places.

    Args:
        value: The whole number.
    """
    return _exact(value)


@node("math.add")
def add(a: float = 0.0, b: float = 0.0) -> float:
    """Add two numbers.

    Args:
        a: First summand.
        b: Second summand.
    """
    return _finite(a + b)


@node("math.subtract")
def subtract(a: float = 0.0, b: float = 0.0) -> float:
    """Subtract one number from another.

    Args:
        a: What to subtract from.
        b: How much to subtract.
    """
    return _finite(a - b)


@node("math.multiply")
def multiply(a: float = 1.0, b: float = 1.0) -> float:
    """Multiply two numbers.

    Args:
        a: First factor.
        b: Second factor.
    """
    return _finite(a * b)


@node("math.divide")
def divide(a: float = 1.0, b: float = 1.0) -> float:
    """Divide one number by another.

    Args:
        a: What to divide.
        b: What to divide by; not 0.
    """
    return _finite(a / _divisor(b))


@node("math.modulo")
def modulo(a: float = 0.0, b: float = 1.0) -> float:
    """Remainder of a division; it has the sign of ``b``.

    Args:
        a: What to divide.
        b: What to divide by; not 0.
    """
    return _finite(a % _divisor(b))


@node("math.power")
def power(a: float = 1.0, b: float = 2.0) -> float:
    """Raise one number to the power of another; 0.5 is the square root.

    Args:
        a: The base. A negative one needs a whole exponent.
        b: The exponent.
    """
    try:
        return _finite(math.pow(a, b))
    except (ValueError, OverflowError):
        raise ValueRefused("a base and an exponent with a finite real power", f"{a:g} ** {b:g}") from None


@node("math.minimum")
def minimum(a: float = 0.0, b: float = 0.0) -> float:
    """The lesser of two numbers.

    Args:
        a: One number.
        b: The other.
    """
    return _finite(min(a, b))


@node("math.maximum")
def maximum(a: float = 0.0, b: float = 0.0) -> float:
    """The greater of two numbers.

    Args:
        a: One number.
        b: The other.
    """
    return _finite(max(a, b))


@node("math.absolute")
def absolute(a: float = 0.0) -> float:
    """A number without its sign.

    Args:
        a: The number.
    """
    return _finite(abs(a))


@node("math.clamp")
def clamp(a: float = 0.0, low: float = 0.0, high: float = 1.0) -> float:
    """Keep a number within bounds.

    Args:
        a: The number.
        low: Least result.
        high: Greatest result; not below ``low``.
    """
    if low > high:
        raise ValueRefused("low ≤ high", f"low {low:g}, high {high:g}")
    return _finite(min(max(a, low), high))


@node("math.remap")
def remap(
    a: float = 0.0,
    from_low: float = 0.0,
    from_high: float = 1.0,
    to_low: float = 0.0,
    to_high: float = 1.0,
) -> float:
    """Carry a number over from one range to another, in proportion; beyond the range it goes on.

    Args:
        a: The number.
        from_low: Becomes ``to_low``.
        from_high: Becomes ``to_high``; not equal to ``from_low``.
        to_low: Result at ``from_low``.
        to_high: Result at ``from_high``.
    """
    if from_low == from_high:
        raise ValueRefused("from_low and from_high to differ", f"{from_low:g} for both")
    return _finite(to_low + (a - from_low) * (to_high - to_low) / (from_high - from_low))


@node("math.round")
def round_to(a: float = 0.0, digits: Annotated[int, Field(ge=-15, le=15)] = 0) -> float:
    """Round a number; halves go to the even neighbour.

    Args:
        a: The number.
        digits: Digits kept behind the decimal point; -1 rounds to tens.
    """
    return _finite(round(a, digits))


@node("math.compare")
def compare(a: float = 0.0, b: float = 0.0, how: Comparison = "<") -> bool:
    """Compare two numbers.

    Args:
        a: Number on the left.
        b: Number on the right.
        how: Sign between them.
    """
    return {"<": a < b, "<=": a <= b, "=": a == b, "!=": a != b, ">=": a >= b, ">": a > b}[how]


@node("math.to_int")
def to_int(a: float = 0.0, how: Rounding = "nearest") -> int:
    """Turn a number into a whole one.

    Args:
        a: The number.
        how: Which way to round; ``nearest`` sends halves to the even neighbour.
    """
    rounded = {"nearest": round, "down": math.floor, "up": math.ceil, "toward zero": math.trunc}
    return _exact(rounded[how](a))


@node("math.add_int")
def add_int(a: int = 0, b: int = 0) -> int:
    """Add two whole numbers.

    Args:
        a: First summand.
        b: Second summand.
    """
    return _exact(a + b)


@node("math.subtract_int")
def subtract_int(a: int = 0, b: int = 0) -> int:
    """Subtract one whole number from another.

    Args:
        a: What to subtract from.
        b: How much to subtract.
    """
    return _exact(a - b)


@node("math.multiply_int")
def multiply_int(a: int = 1, b: int = 1) -> int:
    """Multiply two whole numbers.

    Args:
        a: First factor.
        b: Second factor.
    """
    return _exact(a * b)


class Quotient(NamedTuple):
    """A whole division.

    Attributes:
        quotient: How often ``b`` goes into ``a``, rounded down.
        remainder: What is left; it has the sign of ``b``.
    """

    quotient: int
    remainder: int


@node("math.divide_int")
def divide_int(a: int = 1, b: int = 1) -> Quotient:
    """Divide whole numbers, with the remainder.

    Args:
        a: What to divide.
        b: What to divide by; not 0.
    """
    quotient, remainder = divmod(a, _divisor(b))
    return Quotient(_exact(quotient), _exact(remainder))


def _divisor(b: Number) -> Number:
    if b == 0:
        raise ValueRefused("b other than 0, to divide by", "0")
    return b


def _finite(result: float) -> float:
    if not math.isfinite(result):
        raise ValueRefused("numbers whose result is finite (below 1.8e308)", f"{result}")
    return float(result)


def _exact(result: int) -> int:
    if abs(result) > LARGEST_INT:
        raise ValueRefused(
            "whole numbers whose result is within ±(2^53 − 1)", f"one of {result.bit_length()} bits"
        )
    return result
