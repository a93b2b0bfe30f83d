"""Values to bytes and back."""

from __future__ import annotations

import enum
import json
import struct
import sys
import threading
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import msgpack
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from engine.declare.codec import CodecError, decode, encode
from engine.declare.node import node
from engine.declare.registry import Registry


@dataclass(frozen=True)
class Point:
    x: float
    y: float = 0.0


@dataclass(frozen=True)
class Cloud:
    points: torch.Tensor
    name: str = ""
    rest: Any = None


@dataclass(frozen=True)
class Derived:
    x: int
    doubled: int = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "doubled", 2 * self.x)


@dataclass
class Changing:
    x: int = 0


class Mode(enum.Enum):
    FAST = "fast"
    PAIR = (1, 2)


class Pair(NamedTuple):
    a: int
    b: int


class Loud:
    """Tells when it is made; nothing that is read may make one."""

    made: list[object] = []  # noqa: RUF012

    def __init__(self, *args: object) -> None:
        self.made.append(args)


@node("codec.point")
def point(x: float) -> Point:
    return Point(x)


Registry({}).add([point])


def same(one: Any, other: Any) -> bool:
    """Equality that tells 1 from 1.0 and True, and compares tensors bit for bit."""
    if type(one) is not type(other):
        return False
    if isinstance(one, torch.Tensor):
        return one.dtype == other.dtype and one.shape == other.shape and torch.equal(bits(one), bits(other))
    if isinstance(one, (list, tuple)):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, (Point, Cloud)):
        return same(vars(one), vars(other))
    return one == other


def bits(tensor: torch.Tensor) -> torch.Tensor:
    return tensor.contiguous().view(torch.uint8) if tensor.dim() else tensor.reshape(1).view(torch.uint8)


tensors = st.builds(
    lambda numbers, dtype: torch.tensor(numbers, dtype=torch.float64).to(dtype),
    st.lists(st.floats(-100, 100), max_size=4),
    st.sampled_from([torch.float32, torch.float16, torch.bfloat16, torch.int64, torch.bool, torch.complex64]),
)
scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text()
    | st.binary(max_size=8)
    | st.sampled_from(Mode)
)
values = st.recursive(
    scalars | tensors,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.lists(inner, max_size=3).map(tuple)
        | st.dictionaries(st.text(max_size=3), inner, max_size=3)
        | st.builds(Point, st.floats(allow_nan=False), st.floats(allow_nan=False))
        | st.builds(Cloud, tensors, st.text(max_size=3), inner)
    ),
    max_leaves=8,
)


@given(values)
def test_every_value_comes_back_as_it_was(value: Any) -> None:
    assert same(decode(encode(value)), value)


@given(values)
def test_a_value_that_came_back_has_the_same_bytes(value: Any) -> None:
    data = encode(value)
    assert encode(decode(data)) == data


@given(st.dictionaries(st.text(max_size=4), scalars | tensors, min_size=2, max_size=5))
def test_the_order_of_a_dict_does_not_matter(record: dict[str, Any]) -> None:
    assert encode(dict(reversed(record.items()))) == encode(record)


def test_views_and_shared_memory_are_stored_as_plain_tensors() -> None:
    grid = torch.arange(6.0).reshape(2, 3)
    assert encode(Cloud(grid.T)) == encode(Cloud(grid.T.contiguous()))
    assert encode([grid, grid]) == encode([grid, grid.clone()])
    assert encode(grid.requires_grad_()) == encode(torch.arange(6.0).reshape(2, 3))


def test_values_that_python_calls_equal_but_are_not_the_same_differ() -> None:
    assert len({encode(value) for value in (1, 1.0, True, "1", b"1", [1], (1,))}) == 7


def test_numbers_that_are_none_survive_beside_tensors() -> None:
    back = decode(encode(Cloud(torch.zeros(1), rest=[float("inf"), float("-inf"), float("nan")])))
    assert back.rest[:2] == [float("inf"), float("-inf")]
    assert back.rest[2] != back.rest[2]


def test_a_key_that_looks_like_a_form_is_a_key() -> None:
    value = {"$": "tensor", "name": "t00000"}
    assert decode(encode(value)) == value


def test_derived_fields_are_derived_again() -> None:
    assert decode(encode(Derived(4))) == Derived(4)


@pytest.mark.parametrize(
    "value",
    [
        object(),
        {1, 2},
        1j,
        Pair(1, 2),
        Path("a"),
        lambda: 0,
        Loud,
        {1: "a"},
        [object()],
        Changing(),
        "\ud800",
        {"\ud800": torch.zeros(1)},
        torch.zeros(2).to_sparse(),
    ],
    ids=[
        "object",
        "set",
        "complex",
        "named tuple",
        "path",
        "function",
        "class",
        "dict by number",
        "list of objects",
        "dataclass that changes",
        "no Unicode",
        "no Unicode beside a tensor",
        "sparse tensor",
    ],
)
def test_anything_else_is_refused(value: object) -> None:
    with pytest.raises(CodecError):
        encode(value)


def test_a_refusal_names_the_class_and_the_cure() -> None:
    with pytest.raises(CodecError, match=r"Event values can't be stored\..*or declare the node stored=False"):
        encode(threading.Event())


def test_a_class_inside_a_function_is_refused_when_it_is_stored_not_when_it_is_read() -> None:
    @dataclass(frozen=True)
    class Hidden:
        x: int

    with pytest.raises(CodecError, match=r"is gone|can't be found"):
        encode(Hidden(1))


def test_values_nested_too_deep_are_refused() -> None:
    deep: list[Any] = []
    for _ in range(100_000):
        deep = [deep]
    with pytest.raises(CodecError):
        encode(deep)


def record(tree: object) -> bytes:
    """What ``encode`` would have written, had it made this tree."""
    return b"m" + msgpack.packb(tree)


def tensor_file(header: object) -> bytes:
    text = json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text


HERE = __name__


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"m",
        b"m\xc1",
        b"m\x01\x02",
        b"\xff" * 40,
        tensor_file([]),
        tensor_file({}),
        tensor_file({"__metadata__": {"knotwork": "{"}}),
        tensor_file({"__metadata__": {"knotwork": '{"$": "tensor", "name": "t00000"}'}}),
        tensor_file({"__metadata__": {"knotwork": "[" * 100_000}}),
        record({}),
        record({"$": "nothing"}),
        record({"$": ["x"]}),
        record({"$": "bytes", "hex": "zz"}),
        record({"$": "bytes", "hex": 5}),
        record({"$": "tuple"}),
        record({"$": "tuple", "items": 3}),
        record({"$": "tensor", "name": "t00000"}),
        record({"$": "value", "class": f"{HERE}:Point", "fields": {}}),
        record({"$": "value", "class": f"{HERE}:Point", "fields": {"x": 1, "z": 2}}),
        record({"$": "value", "class": f"{HERE}:Nobody", "fields": {}}),
        record({"$": "value", "class": 5, "fields": {}}),
        record({"$": "enum", "class": f"{HERE}:Mode", "value": "slow"}),
        record({"$": "enum", "class": f"{HERE}:Point", "value": 1}),
    ],
    ids=lambda data: repr(data[:40]) + str(len(data)),
)
def test_bytes_that_are_no_value_are_refused(data: bytes) -> None:
    with pytest.raises(CodecError):
        decode(data)


@given(st.binary(max_size=60))
def test_no_bytes_do_anything_else(data: bytes) -> None:
    for one in (data, b"m" + data):
        with suppress(CodecError):
            decode(one)


@given(values, st.data())
def test_nor_do_damaged_ones(value: Any, data: st.DataObject) -> None:
    damaged = bytearray(encode(value))
    damaged[data.draw(st.integers(0, len(damaged) - 1))] ^= data.draw(st.integers(1, 255))
    with suppress(CodecError):
        decode(bytes(damaged))


@pytest.mark.parametrize(
    "name",
    [
        "subprocess:Popen",
        "builtins:eval",
        "os:system",
        "pathlib:Path",
        f"{HERE}:Loud",
        f"{HERE}:Path",
        f"{HERE}:torch.nn.Linear",
        f"{HERE}:Point.__init__",
        f"{HERE}:Changing",
        "engine.store.store:shutil.rmtree",
        "engine.store.store:Store",
        "nowhere.at.all:Thing",
        "torch.utils.data:Dataset",
        "dataclasses:Field",
    ],
)
@pytest.mark.parametrize("form", ["value", "enum"])
def test_only_value_classes_of_packs_are_made(form: str, name: str, tmp_path: Path) -> None:
    Loud.made.clear()
    argument = str(tmp_path / "made")
    tree = {"$": form, "class": name, "value": ["touch", argument], "fields": {"args": ["touch", argument]}}
    with pytest.raises(CodecError):
        decode(record(tree))
    assert not Loud.made
    assert not list(tmp_path.iterdir())


def test_a_module_of_no_pack_is_not_even_imported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "stranger.py").write_text("raise SystemExit('imported')")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(CodecError, match='value class "stranger:Thing" belongs to no installed pack'):
        decode(record({"$": "value", "class": "stranger:Thing", "fields": {}}))


@pytest.mark.parametrize("value", [1.5, "abc", [1, 2], None])
def test_plain_values_need_no_torch(value: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "safetensors.torch", None)
    monkeypatch.delitem(sys.modules, "torch")
    assert decode(encode(value)) == value
