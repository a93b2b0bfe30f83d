"""Reading a pickle without running it: its opcodes build names, shapes and plain data, and call nothing.

A pickle is a program for a small stack machine; a pickle in the wrong hands makes it import and call what it
likes. This machine knows the opcodes and the names that ``torch.save`` writes, gives records in the place of
tensors, and stops at anything else (``pickletools`` in Python's library describes the opcodes).
"""

from __future__ import annotations

import pickletools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

from nodes.checkpoints.header import Entry

STEPS = 10_000_000
"""Opcodes of a pickle at most."""
STORAGES = {
    "Double": "F64",
    "Float": "F32",
    "Half": "F16",
    "BFloat16": "BF16",
    "Long": "I64",
    "Int": "I32",
    "Short": "I16",
    "Char": "I8",
    "Byte": "U8",
    "Bool": "BOOL",
    "ComplexFloat": "C64",
}
DTYPES = {
    "float64": "F64",
    "float32": "F32",
    "float16": "F16",
    "bfloat16": "BF16",
    "int64": "I64",
    "int32": "I32",
    "int16": "I16",
    "int8": "I8",
    "uint64": "U64",
    "uint32": "U32",
    "uint16": "U16",
    "uint8": "U8",
    "bool": "BOOL",
    "complex64": "C64",
    "float8_e4m3fn": "F8_E4M3",
    "float8_e5m2": "F8_E5M2",
    "float8_e8m0fnu": "F8_E8M0",
    "float8_e4m3fnuz": "F8_E4M3FNUZ",
    "float8_e5m2fnuz": "F8_E5M2FNUZ",
}
KINDS = {
    **{f"torch.{name}Storage": dtype for name, dtype in STORAGES.items()},
    **{f"torch.{name}": dtype for name, dtype in DTYPES.items()},
    "torch.storage.UntypedStorage": "U8",
}
"""Name in a pickle → kind of number, as safetensors calls it."""
INERT = frozenset({"builtins.set", "_codecs.encode", "torch.Size", "torch.device", "collections.Counter"})
"""Calls of these make plain data that nobody asks for here."""
TRAINERS = ("pytorch_lightning.", "lightning.")
"""How the names of things begin that trainers keep beside a model's weights; nothing stands for them."""
LEFTOVERS = frozenset(
    {
        "argparse.Namespace",
        "numpy.dtype",
        "numpy.core.multiarray.scalar",
        "numpy._core.multiarray.scalar",
    }
)
"""More of these, by their whole names."""
SCALARS = (str, int, float, bool, type(None))
CLASSES = frozenset({"torch.nn.parameter.Parameter", "torch.Tensor"})


class Foreign(ValueError):
    """A pickle asks for something that is neither a tensor nor plain data."""


class Stream(Protocol):
    """What a pickle is read from."""

    def read(self, size: int, /) -> bytes:
        """Some bytes."""
        ...

    def readline(self) -> bytes:
        """Bytes up to the next line feed."""
        ...


@dataclass(frozen=True, slots=True)
class Name:
    """A name in a pickle, not looked up."""

    text: str


INERT_VALUE = Name("plain data")


@dataclass(frozen=True, slots=True)
class Storage:
    """The bytes of tensors, which are not read.

    Attributes:
        key: Which ones.
        dtype: Kind of number.
        count: How many numbers.
    """

    key: str
    dtype: str
    count: int


class Plain(NamedTuple):
    """What a pickle holds.

    Attributes:
        tree: Dicts, lists and plain data, with an ``Entry`` for each tensor.
        storages: By key.
        leftovers: Names of a trainer's own things, which nothing stands for.
    """

    tree: Any
    storages: dict[str, Storage]
    leftovers: frozenset[str]


def read_pickle(stream: Stream) -> Plain:
    """Read one pickle.

    Args:
        stream: Behind it the stream stands at the pickle's end.

    Raises:
        Foreign: It asks for something that is neither a tensor nor plain data.
        ValueError: It is damaged.
    """
    machine = Machine()
    try:
        # Anything with these two methods will do
        for steps, (opcode, argument, _) in enumerate(pickletools.genops(stream)):  # pyright: ignore[reportArgumentType]
            if steps > STEPS:
                raise ValueError(f"more than {STEPS:,} steps")
            step = KNOWN.get(opcode.name)
            if step is None:
                raise Foreign(machine.wanted(opcode.name, argument))
            step(machine, argument)
        return Plain(machine.stack.pop(), machine.storages, frozenset(machine.leftovers))
    except (IndexError, TypeError, AttributeError, KeyError, OverflowError) as error:
        raise ValueError(f"a pickle out of order ({type(error).__name__})") from None


class Machine:
    """The stack, the memory, and the stack's marks."""

    def __init__(self) -> None:
        self.stack: list[Any] = []
        self.below: list[list[Any]] = []
        self.memory: dict[int, Any] = {}
        self.storages: dict[str, Storage] = {}
        self.leftovers: set[str] = set()

    def wanted(self, opcode: str, argument: object) -> str:
        """What an opcode that is not known would have brought in."""
        if opcode == "STACK_GLOBAL" and all(isinstance(one, str) for one in self.stack[-2:]):
            return ".".join(self.stack[-2:])
        return str(argument).replace(" ", ".") if opcode == "INST" else f"the opcode {opcode}"

    def push(self, value: object) -> None:
        """Put a value on the stack."""
        self.stack.append(value)

    def mark(self, _: object) -> None:
        """Begin a new part of the stack."""
        self.below.append(self.stack)
        self.stack = []

    def since_mark(self) -> list[Any]:
        """Take everything since the last mark."""
        taken, self.stack = self.stack, self.below.pop()
        return taken

    def named(self, argument: str) -> None:
        """GLOBAL: a module and a name."""
        text = argument.replace(" ", ".").replace("__builtin__.", "builtins.")
        if text in LEFTOVERS or text.startswith(TRAINERS):
            self.leftovers.add(text)
        elif text not in KINDS and text not in CALLS and text not in CLASSES:
            raise Foreign(text)
        self.push(Name(text))

    def persistent(self, _: object) -> None:
        """BINPERSID: torch writes storages so."""
        found = self.stack.pop()
        if not (isinstance(found, tuple) and len(found) >= 5 and found[0] == "storage"):
            raise Foreign("a persistent id that is no storage")
        dtype, count = KINDS[found[1].text], found[4]
        if type(count) is not int or not 0 <= count < 2**60:
            raise ValueError("a storage of no size")
        storage = Storage(str(found[2]), dtype, count)
        self.push(self.storages.setdefault(storage.key, storage))

    def call(self, _: object) -> None:
        """REDUCE and NEWOBJ: only what builds a tensor or plain data, and that as a record."""
        arguments = self.stack.pop()
        name = self.stack.pop()
        if not isinstance(name, Name) or not isinstance(arguments, tuple):
            raise Foreign("a call of something that is no function")
        if name.text in self.leftovers:
            self.push(INERT_VALUE)
        elif name.text in CALLS:
            self.push(CALLS[name.text](*arguments))
        else:
            raise Foreign(f"a call of {name.text}")

    def build(self, _: object) -> None:
        """BUILD: what is set on a dict or a tensor counts for nothing here."""
        self.stack.pop()
        if not isinstance(self.stack[-1], (dict, Entry)) and self.stack[-1] is not INERT_VALUE:
            raise Foreign("a state set on something that is no tensor")

    def append(self, values: list[Any]) -> None:
        """APPEND and APPENDS."""
        if type(self.stack[-1]) is not list:
            raise Foreign("items added to something that is no list")
        self.stack[-1].extend(values)

    def set(self, values: list[Any]) -> None:
        """SETITEM and SETITEMS."""
        if type(self.stack[-1]) is not dict:
            raise Foreign("items set on something that is no dict")
        for key, value in zip(values[::2], values[1::2], strict=True):
            # Hashing a deeply nested tuple would end the process, and does so in torch
            if not isinstance(key, (*SCALARS, Name)) and not _is_flat(key):
                raise Foreign("a key that is neither text nor number")
            self.stack[-1][key] = value

    def keep(self, number: int | None) -> None:
        """BINPUT."""
        self.memory[len(self.memory) if number is None else number] = self.stack[-1]


def _is_flat(key: object) -> bool:
    return isinstance(key, tuple) and all(isinstance(one, SCALARS) for one in key)


def _tensor(storage: Storage, offset: int, shape: Any, strides: Any, *rest: Any) -> Entry:
    sizes, steps = tuple(shape), tuple(strides)
    if not isinstance(storage, Storage) or not all(
        type(one) is int and 0 <= one < 2**60 for one in (offset, *sizes, *steps)
    ):
        raise ValueError("a tensor of no size")
    last = offset + sum((size - 1) * step for size, step in zip(sizes, steps, strict=True))
    if 0 not in sizes and last >= storage.count * (8 if len(rest) > 2 else 1):
        raise ValueError("a tensor larger than its storage")
    return Entry(storage.dtype, sizes)


def _tensor_of_kind(storage: Storage, offset: int, shape: Any, strides: Any, *rest: Any) -> Entry:
    made = _tensor(storage, 0, shape, (0,) * len(shape))
    return Entry(KINDS[rest[2].text], made.shape)


def _meta(kind: Name, shape: Any, *_: Any) -> Entry:
    return _tensor(Storage("", KINDS[kind.text], 1), 0, shape, (0,) * len(shape))


def _typed(function: Name, _: Any, arguments: tuple[Any, ...], *rest: Any) -> Any:
    if function.text not in REBUILD:
        raise Foreign(function.text)
    return REBUILD[function.text](*arguments)


def _dict(*pairs: Any) -> dict[Any, Any]:
    return dict(*pairs)


REBUILD: Mapping[str, Callable[..., Any]] = {
    "torch._utils._rebuild_tensor": _tensor,
    "torch._utils._rebuild_tensor_v2": _tensor,
    "torch._utils._rebuild_tensor_v3": _tensor_of_kind,
    "torch._utils._rebuild_parameter": lambda data, *_: data,
    "torch._utils._rebuild_parameter_with_state": lambda data, *_: data,
    "torch._utils._rebuild_meta_tensor_no_storage": _meta,
}
CALLS: Mapping[str, Callable[..., Any]] = {
    **REBUILD,
    "torch._tensor._rebuild_from_type_v2": _typed,
    "collections.OrderedDict": _dict,
    **dict.fromkeys(INERT, lambda *_: INERT_VALUE),
}
"""Name → what stands for a call of it."""
KNOWN: Mapping[str, Callable[[Machine, Any], None]] = {
    "PROTO": lambda machine, _: None,
    "STOP": lambda machine, _: None,
    "NONE": lambda machine, _: machine.push(None),
    "NEWTRUE": lambda machine, _: machine.push(True),
    "NEWFALSE": lambda machine, _: machine.push(False),
    **dict.fromkeys(
        ("BININT", "BININT1", "BININT2", "LONG1", "BINFLOAT", "BINUNICODE", "SHORT_BINSTRING"), Machine.push
    ),
    "EMPTY_DICT": lambda machine, _: machine.push({}),
    "EMPTY_LIST": lambda machine, _: machine.push([]),
    "EMPTY_TUPLE": lambda machine, _: machine.push(()),
    "MARK": Machine.mark,
    "TUPLE": lambda machine, _: machine.push(tuple(machine.since_mark())),
    "TUPLE1": lambda machine, _: machine.push((machine.stack.pop(),)),
    "TUPLE2": lambda machine, _: machine.push((machine.stack.pop(-2), machine.stack.pop())),
    "TUPLE3": lambda machine, _: machine.push(
        (machine.stack.pop(-3), machine.stack.pop(-2), machine.stack.pop())
    ),
    "APPEND": lambda machine, _: machine.append([machine.stack.pop()]),
    "APPENDS": lambda machine, _: machine.append(machine.since_mark()),
    "SETITEM": lambda machine, _: machine.set([machine.stack.pop(-2), machine.stack.pop()]),
    "SETITEMS": lambda machine, _: machine.set(machine.since_mark()),
    "BINPUT": Machine.keep,
    "LONG_BINPUT": Machine.keep,
    "MEMOIZE": Machine.keep,
    "BINGET": lambda machine, number: machine.push(machine.memory[number]),
    "LONG_BINGET": lambda machine, number: machine.push(machine.memory[number]),
    "GLOBAL": Machine.named,
    "BINPERSID": Machine.persistent,
    "REDUCE": Machine.call,
    "NEWOBJ": Machine.call,
    "BUILD": Machine.build,
}
"""Opcode → what it does; those that import or call in another way are missing on purpose."""
