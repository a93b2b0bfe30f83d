"""Pickles that leave a trace when they are run: each makes a file, a folder, or something else at a path."""

from __future__ import annotations

import codecs
import io
import pickle
import tarfile
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

Payload = Callable[[str], bytes]
"""Path → opcodes that make something there and leave one value on the stack."""
EXTENSION = 0xF3
"""Number in ``copyreg``'s registry under which a test puts ``os.mkdir``."""


class Stateful:
    """Makes a file when its state is set."""

    def __setstate__(self, path: str) -> None:
        Path(path).touch()


def text(value: str) -> bytes:
    data = value.encode()
    return b"X" + len(data).to_bytes(4, "little") + data


def names(module: str, name: str) -> bytes:
    """GLOBAL: the name of a module's."""
    return f"c{module}\n{name}\n".encode()


def by_stack(module: str, name: str) -> bytes:
    """STACK_GLOBAL, which may reach through a module."""
    return text(module) + text(name) + b"\x93"


def call(function: bytes, *arguments: bytes) -> bytes:
    """REDUCE."""
    return function + b"(" + b"".join(arguments) + b"tR"


def python(path: str) -> str:
    return f"open({path!r}, 'w').close()"


def _memmap(path: str) -> bytes:
    return text(path) + text("uint8") + text("w+") + b"K\x00K\x01"


PAYLOADS: Mapping[str, Payload] = {
    "os.system": lambda path: call(names("os", "system"), text(f"touch {path}")),
    "posix.system": lambda path: call(names("posix", "system"), text(f"touch {path}")),
    "subprocess": lambda path: call(
        names("subprocess", "call"), b"]" + b"(" + text("touch") + text(path) + b"e"
    ),
    "exec": lambda path: call(names("builtins", "exec"), text(python(path))),
    "eval": lambda path: call(names("builtins", "eval"), text(python(path))),
    "eval as Python 2 names it": lambda path: call(names("__builtin__", "eval"), text(python(path))),
    "open": lambda path: call(names("builtins", "open"), text(path), text("w")),
    "STACK_GLOBAL": lambda path: call(by_stack("os", "mkdir"), text(path)),
    "STACK_GLOBAL through torch.hub": lambda path: call(by_stack("torch.hub", "os.mkdir"), text(path)),
    "a method by STACK_GLOBAL": lambda path: call(
        by_stack("pathlib", "Path.touch"), call(names("pathlib", "PosixPath"), text(path))
    ),
    "INST": lambda path: b"(" + text(path) + b"ios\nmkdir\n",
    "OBJ": lambda path: b"(" + names("os", "mkdir") + text(path) + b"o",
    "NEWOBJ": lambda path: names("numpy", "memmap") + b"(" + _memmap(path) + b"t\x81",
    "NEWOBJ_EX": lambda path: names("numpy", "memmap") + b"(" + _memmap(path) + b"t}\x92",
    "BUILD": lambda path: names(__name__, "Stateful") + b")\x81" + text(path) + b"b",
    "BUILD after REDUCE": lambda path: call(names(__name__, "Stateful")) + text(path) + b"b",
    "an extension": lambda path: call(b"\x82" + bytes([EXTENSION]), text(path)),
    "a persistent id": lambda path: call(names("os", "mkdir"), text(path)) + b"Q",
    "a storage's persistent id": lambda path: (
        b"(" + text("storage") + call(names("os", "mkdir"), text(path)) + text("0") + text("cpu") + b"K\x01tQ"
    ),
    "a persistent id as text": lambda path: call(names("os", "mkdir"), text(path)) + b"0P0\n",
    "codecs": lambda path: call(
        names("builtins", "eval"),
        call(names("codecs", "decode"), text(codecs.encode(python(path), "rot13")), text("rot13")),
    ),
    "operator.methodcaller": lambda path: call(
        call(names("operator", "methodcaller"), text("mkdir"), text(path)),
        call(names("importlib", "import_module"), text("os")),
    ),
    "operator.attrgetter": lambda path: call(
        call(
            call(names("operator", "attrgetter"), text("mkdir")),
            call(names("importlib", "import_module"), text("os")),
        ),
        text(path),
    ),
    "getattr": lambda path: call(
        call(
            names("builtins", "getattr"), call(names("importlib", "import_module"), text("os")), text("mkdir")
        ),
        text(path),
    ),
    "functools.partial": lambda path: call(
        call(names("functools", "partial"), names("os", "mkdir"), text(path))
    ),
    "torch.save": lambda path: call(names("torch", "save"), b"K\x01", text(path)),
    "timeit": lambda path: call(
        names("timeit", "timeit"), text(python(path)), text("pass"), names("time", "time"), b"K\x01"
    ),
    "cProfile": lambda path: call(names("cProfile", "run"), text(python(path)), text(path)),
    "a pickle in a pickle": lambda path: call(
        names("_pickle", "loads"), _bytes(b"\x80\x03" + call(names("os", "mkdir"), text(path)) + b".")
    ),
    "shutil": lambda path: call(names("shutil", "copyfile"), text(__file__), text(path)),
}


def _bytes(data: bytes) -> bytes:
    return b"B" + len(data).to_bytes(4, "little") + data


def pickled(opcodes: bytes, protocol: int = 2) -> bytes:
    """A whole pickle."""
    return b"\x80" + bytes([protocol]) + opcodes + b"."


def checkpoint(payload: bytes) -> bytes:
    """The opcodes of a checkpoint that has a payload in the place of a tensor."""
    return _dict("state_dict", _dict("model.diffusion_model.out.2.weight", payload))


def optimiser(payload: bytes) -> bytes:
    """The opcodes of a checkpoint of which only the optimiser's state is harmful."""
    harmless = text("state_dict") + b"}s"
    return b"}" + harmless + text("optimizer_states") + b"](" + payload + b"es"


def embedding(payload: bytes) -> bytes:
    """The opcodes of a textual inversion."""
    return _dict("string_to_param", _dict("*", payload))


def bare(payload: bytes) -> bytes:
    """The payload alone."""
    return payload


def _dict(key: str, value: bytes) -> bytes:
    return b"}" + text(key) + value + b"s"


def in_zip(path: Path, pickle: bytes) -> None:
    """As torch.save writes files today."""
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("archive/data.pkl", pickle)
        archive.writestr("archive/version", "3\n")


def in_a_row(path: Path, data: bytes) -> None:
    """As torch.save wrote files until 2020."""
    head = [pickle.dumps(one, 2) for one in (0x1950A86A20F9469CFC6C, 1001, {"little_endian": True})]
    path.write_bytes(b"".join([*head, data, pickle.dumps([], 2)]))


def in_tar(path: Path, data: bytes) -> None:
    """As torch.save wrote files until 2017."""
    with tarfile.open(path, "w") as archive:
        for name in ("storages", "tensors", "pickle"):
            member = tarfile.TarInfo(name)
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))


def as_it_is(path: Path, data: bytes) -> None:
    """As pickle.dump writes files."""
    path.write_bytes(data)


class Victim(pickle.Unpickler):
    """Runs what it reads."""

    def persistent_load(self, pid: object) -> object:
        return pid
