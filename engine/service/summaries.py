"""What people want to know of a value: sizes, ranges, what is not a number, the beginning of a text."""

from __future__ import annotations

import math
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass
from enum import Enum
from itertools import islice
from typing import TYPE_CHECKING, Any, cast

from pydantic import JsonValue

from engine.service.drawings import drawings, first_tensor
from engine.service.series import peaks, points
from engine.service.value_types import kind_of_value
from engine.service.view_records import SummaryRecord, TensorRecord, ValueKind

if TYPE_CHECKING:
    import torch

TEXT = 10_000
"""Characters of a text that are told."""
FIELD = 1000
"""Characters of a text among a value's fields that are told."""
ITEMS = 8
"""Items of a list that are told."""
TENSORS = 64
"""Tensors of a value that are told: a training state has hundreds."""
SAFE = 2**53
"""Whole numbers from here on are no longer exact in a browser."""
DEPTH = 4
BINS = 32
"""Ranges of a histogram."""
COUNTED = 2**24
"""Values that are counted at once: torch counts in floats, which are exact up to here."""
PICTORIAL: frozenset[ValueKind] = frozenset({"image", "mask", "latent", "video"})


def summary(value: Any, depth: int = 0, *, figures: bool = True) -> SummaryRecord:
    """Tell what a value holds.

    Args:
        value: The value, its tensors on any device.
        depth: In how many lists it lies.
        figures: Whether the ranges of its tensors are told, for which every value in them is looked at.
    """
    kind = kind_of_value(value)
    name = type(value).__name__
    if value is None:
        return SummaryRecord(type="nothing", kind="other")
    if isinstance(value, str):
        return SummaryRecord(type="text", kind="text", count=len(value), text=_sendable(value, TEXT))
    if isinstance(value, (bool, int, float)):
        return SummaryRecord(type=name, kind=kind, value=_number(value), text=_short(value))
    if isinstance(value, (list, tuple)):
        items = cast("Sequence[Any]", value)
        first = items[:ITEMS] if depth < DEPTH else ()
        return SummaryRecord(
            type="list",
            kind=kind,
            count=len(items),
            pictures=len(drawings(items)),
            items=tuple(summary(item, depth + 1, figures=figures) for item in first),
            points=points(items) if all(type(item) in (int, float) for item in items) else (),
        )
    return _of_record(value, name, kind, figures)


def _of_record(value: Any, name: str, kind: ValueKind, figures: bool) -> SummaryRecord:
    pictures = drawings(value)
    width, height = _size(value, kind)
    tensors = list(islice(_tensors(value, ""), TENSORS))
    first = first_tensor(value)
    return SummaryRecord(
        type=name,
        kind=kind,
        count=max(len(pictures), 1),
        pictures=len(pictures),
        width=width,
        height=height,
        fields=_fields(value),
        tensors=tuple(_tensor(*one) if figures else _form(*one) for one in tensors),
        points=points(first) if kind == "plot" and first is not None and first.ndim == 1 else (),
        peaks=peaks(first[0])
        if kind == "audio" and first is not None and first.ndim == 3 and len(first)
        else (),
        seconds=_seconds(value, kind, first),
    )


def _seconds(value: Any, kind: ValueKind, first: torch.Tensor | None) -> float:
    """How long a sound [B, C, T] or a video [B, F, H, W, C] lasts; 0 where its rate is not known."""
    if first is None or first.ndim != {"audio": 3, "video": 5}.get(kind):
        return 0.0
    rate = getattr(value, "rate" if kind == "audio" else "fps", 0)
    steps = first.shape[-1] if kind == "audio" else first.shape[1]
    return steps / rate if isinstance(rate, (int, float)) and rate > 0 else 0.0


def _size(value: Any, kind: ValueKind) -> tuple[int, int]:
    """Width and height of a value's pictures; 0 when no tensor tells."""
    tensor = first_tensor(value) if kind in PICTORIAL else None
    if tensor is None or tensor.ndim < 3:
        return (_side(value, "width"), _side(value, "height")) if kind in PICTORIAL else (0, 0)
    shape = tuple(tensor.shape)
    if kind == "latent" or tensor.ndim == 3:
        return shape[-1], shape[-2]
    return shape[-2], shape[-3]


def _side(value: Any, name: str) -> int:
    side = getattr(value, name, 0)
    return side if isinstance(side, int) else 0


def _tensors(value: Any, place: str) -> Iterator[tuple[str, torch.Tensor]]:
    """Every tensor in a value, with the way to it."""
    torch = sys.modules.get("torch")
    if torch is not None and isinstance(value, torch.Tensor):
        yield place, value
    elif isinstance(value, (list, tuple)):
        for number, item in enumerate(cast("Sequence[Any]", value)):
            yield from _tensors(item, _join(place, str(number)))
    elif isinstance(value, dict):
        for name, item in cast("dict[str, Any]", value).items():
            yield from _tensors(item, _join(place, name))
    elif is_dataclass(value) and not isinstance(value, type):
        for field in fields(value):
            yield from _tensors(getattr(value, field.name), _join(place, field.name))


def _join(place: str, name: str) -> str:
    return f"{place}.{name}" if place else name


def _form(name: str, tensor: torch.Tensor) -> TensorRecord:
    """A tensor without its range."""
    return TensorRecord(name=name, shape=tuple(tensor.shape), dtype=str(tensor.dtype).removeprefix("torch."))


def _tensor(name: str, tensor: torch.Tensor) -> TensorRecord:
    import torch

    form = _form(name, tensor)
    if tensor.is_complex() or not tensor.numel():
        return form
    values = tensor.detach().flatten()
    if not torch.is_floating_point(values) or values.dtype in (torch.float16, torch.bfloat16):
        values = values.float()  # sums of halves overflow
    finite = torch.isfinite(values)
    nan = int(torch.isnan(values).sum())
    inf = len(values) - int(finite.sum()) - nan
    if nan or inf:
        values = values[finite]
    if not len(values):
        return form.model_copy(update={"nan": nan, "inf": inf})
    deviation, mean = torch.std_mean(values, correction=0)
    low, high = torch.aminmax(values)
    ends = (float(low), float(high), float(mean), float(deviation))
    least, most, middle, spread = (one if math.isfinite(one) else None for one in ends)
    return TensorRecord(
        name=name,
        shape=form.shape,
        dtype=form.dtype,
        min=least,
        max=most,
        mean=middle,
        std=spread,
        nan=nan,
        inf=inf,
        histogram=_histogram(values, ends[0], ends[1]) if tensor.is_floating_point() else (),
    )


def _histogram(values: torch.Tensor, low: float, high: float) -> tuple[int, ...]:
    """How many finite values lie in each of equally wide ranges; empty when there is no width to divide."""
    import torch

    width = high - low
    if not 0 < width <= torch.finfo(values.dtype).max:
        return ()
    counts = torch.zeros(BINS, dtype=torch.int64)
    for part in torch.split(values, COUNTED):
        # On a GPU the order of sums would not be fixed, of which torch warns
        counts += torch.histc(part.to("cpu"), BINS, low, high).long()
    return tuple(int(count) for count in counts)


def _fields(value: Any, depth: int = 0) -> dict[str, JsonValue]:
    """The fields that can be said: numbers, texts, and short lists and records of them."""
    if isinstance(value, dict):
        held: Mapping[str, Any] = cast("dict[str, Any]", value)
    elif is_dataclass(value) and not isinstance(value, type):
        held = {field.name: getattr(value, field.name) for field in fields(value)}
    else:
        return {}
    told = {name: _plain(one, depth) for name, one in list(held.items())[:TENSORS]}
    return {name: one for name, one in told.items() if one is not None}


def _plain(value: Any, depth: int) -> JsonValue:
    if isinstance(value, Enum):
        value = value.value
    if isinstance(value, str):
        return _sendable(value, FIELD)
    if isinstance(value, (bool, int, float)):
        number = _number(value)
        return _short(value) if number is None else number
    if isinstance(value, (bytes, bytearray)):
        return f"{len(value)} bytes"
    if depth >= DEPTH:
        return None
    if isinstance(value, (list, tuple)):
        items = [_plain(item, depth + 1) for item in cast("Sequence[Any]", value)[:ITEMS]]
        return [item for item in items if item is not None] or None
    return _fields(value, depth + 1) or None


def _number(value: float) -> JsonValue:
    """A number if JSON, and a browser, can say it exactly."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value if abs(value) < SAFE else None


def _short(value: float) -> str:
    """A number as text; of one with thousands of digits the beginning."""
    if type(value) is int and value.bit_length() > 2**12:
        return f"a whole number of {value.bit_length()} bits"
    return str(value)


def _sendable(text: str, length: int) -> str:
    return text[:length].encode(errors="replace").decode()
