"""A ref: the place of one stored value, and how a value becomes one.

Small values travel inside the ref, large ones are blobs named by their digest. A list with a large item is
stored item by item, so that lists which share items share their bytes.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, NamedTuple, cast

import msgpack

from engine.declare.codec import SCALARS, digest_of, encode
from engine.errors import StoreError

INLINE = 16 * 1024
"""Bytes up to which a value is kept in the index itself."""

Form = Literal["inline", "record", "tensors", "list"]
FORMS: tuple[Form, ...] = ("inline", "record", "tensors", "list")
SUFFIXES: dict[Form, str] = {"record": ".msgpack", "tensors": ".safetensors"}


class Missing(StoreError):
    """A value isn't stored any more, or its bytes were damaged: compute it again.

    Attributes:
        digest: Digest of the value.
    """

    def __init__(self, digest: str, reason: str) -> None:
        super().__init__(f"value {digest[:12]} {reason}. What needs it is computed again.")
        self.digest = digest


class Ref(NamedTuple):
    """One value's place. A tuple: there is one for every small result, and nothing frozen is made faster.

    Attributes:
        digest: Content digest: equal values have equal digests.
        size: Encoded bytes; of a list the sum of its items.
        form: How it is stored.
        data: The encoded value of an inline ref.
        items: The items of a list ref.
    """

    digest: str
    size: int
    form: Form = "inline"
    data: bytes = b""
    items: tuple[Ref, ...] = ()

    def blobs(self) -> list[Ref]:
        """The refs of this one that lie in files of their own."""
        if self.form == "inline":
            return []
        return [self] if self.form != "list" else [blob for item in self.items for blob in item.blobs()]


def refer(value: Any) -> tuple[Ref, dict[str, bytes]]:
    """Encode a value.

    Returns:
        Its ref, and digest → bytes of each blob.

    Raises:
        CodecError: The value can't be stored.
    """
    if type(value) is list and any(type(item) not in SCALARS for item in cast(list[Any], value)):
        parts = [refer(item) for item in cast(list[Any], value)]
        if any(ref.form != "inline" for ref, _ in parts):
            items = tuple(ref for ref, _ in parts)
            digest = digest_of(b"l" + b"".join(bytes.fromhex(ref.digest) for ref in items))
            blobs = {digest: data for _, blobs in parts for digest, data in blobs.items()}
            return Ref(digest, sum(ref.size for ref in items), "list", items=items), blobs
    data = encode(cast(Any, value))
    digest = digest_of(data)
    if len(data) <= INLINE:
        return Ref(digest, len(data), "inline", data), {}
    return Ref(digest, len(data), "record" if data[:1] == b"m" else "tensors"), {digest: data}


def pack(outputs: Mapping[str, Ref]) -> bytes:
    """Write the refs of a node's outputs for the index."""
    return msgpack.packb({name: _record(ref) for name, ref in outputs.items()})


def unpack(data: bytes) -> dict[str, Ref]:
    """Read what ``pack`` wrote."""
    return {name: _ref(*record) for name, record in msgpack.unpackb(data).items()}


def _record(ref: Ref) -> tuple[Any, ...]:
    rest = ref.data if ref.form == "inline" else [_record(item) for item in ref.items]
    return FORMS.index(ref.form), bytes.fromhex(ref.digest), ref.size, rest


def _ref(form: int, digest: bytes, size: int, rest: Any) -> Ref:
    if form == 0:
        return Ref(digest.hex(), size, "inline", rest)
    return Ref(digest.hex(), size, FORMS[form], items=tuple(_ref(*record) for record in rest))
