"""What a file of weights holds, whatever its format."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from math import prod
from typing import Any

from nodes.checkpoints.header import BITS, Entry


@dataclass(frozen=True, slots=True)
class Contents:
    """Names, kinds and shapes of a file's tensors, and what was written beside them.

    Attributes:
        entries: Tensors by name.
        metadata: What its maker wrote beside them.
        plain: Texts and numbers that a pickle holds beside its tensors.
        bits: Kind of number → bits of one, for kinds that safetensors lacks.
        size: Bytes of the file.
    """

    entries: Mapping[str, Entry]
    metadata: Mapping[str, Any] = field(default_factory=dict)
    plain: Mapping[str, Any] = field(default_factory=dict)
    bits: Mapping[str, float] = field(default_factory=dict)
    size: int = 0


def count(several: Iterable[Contents]) -> tuple[dict[str, int], dict[str, float]]:
    """How many values there are of each kind, and which share of the bytes each kind takes, largest first."""
    values, bits = Counter[str](), dict[str, float]()
    for contents in several:
        for entry in contents.entries.values():
            number = prod(entry.shape)
            values[entry.dtype] += number
            each = contents.bits.get(entry.dtype) or BITS.get(entry.dtype, 0)
            bits[entry.dtype] = bits.get(entry.dtype, 0) + number * each
    total = sum(bits.values()) or 1
    ordered = sorted(bits.items(), key=lambda item: item[1], reverse=True)
    return dict(values), {dtype: share / total for dtype, share in ordered}
