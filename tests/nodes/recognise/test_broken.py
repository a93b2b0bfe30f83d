"""Whatever is not whole is refused with a reason that a person can act upon."""

import json
import pickle
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from nodes.checkpoints import single_file, upscaler
from nodes.checkpoints.pickled import load_pickled
from nodes.checkpoints.refusal import CheckpointRefused
from nodes.recognise.recognise import recognise
from tests.nodes.recognise import traps, writing


def entry(start: int = 0, stop: int = 4, shape: object = (1,), dtype: object = "F32") -> dict[str, object]:
    return {"dtype": dtype, "shape": shape, "data_offsets": [start, stop]}


def with_header(tree: object, size: int = 4) -> bytes:
    text = tree if isinstance(tree, bytes) else json.dumps(tree).encode()
    return len(text).to_bytes(8, "little") + text + bytes(size)


POINTER = b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 4265146304\n"
PAGE = b"\n<!DOCTYPE html><html><head><title>Sign in</title></head></html>"
SAFETENSORS = {
    "empty": (b"", "0 bytes that do not begin as one"),
    "a pointer of Git LFS": (POINTER, "a Git LFS pointer"),
    "a page of the web": (PAGE, "an HTML page"),
    "noise": (b"\xff" * 100, "100 bytes that do not begin as one"),
    "a header longer than the file": (b"\xff\xff\xff\x0f\0\0\0\0{}", "10 bytes that do not begin as one"),
    "a header of 16 exabytes": (b"\xff" * 8 + b"{}", "10 bytes that do not begin as one"),
    "a header that is a list": (with_header([]), "do not begin as one"),
    "a header nested too deeply": (with_header(b'{"a":' * 100_000), "do not begin as one"),
    "cut short": (with_header({"a": entry()}, 3), "the file is cut short"),
    "something behind the end": (with_header({"a": entry()}, 5), "something follows its end"),
    "a gap": (with_header({"a": entry(4, 8)}, 8), "over another or behind a gap"),
    "an overlap": (with_header({"a": entry(), "b": entry(2, 6)}, 6), "over another or behind a gap"),
    "offsets the wrong way round": (with_header({"a": entry(4, 0)}), "whose bytes are not those"),
    "offsets below zero": (with_header({"a": entry(-4, 0)}), "with sizes that are none"),
    "a shape of other bytes": (with_header({"a": entry(shape=(2,))}), "whose bytes are not those"),
    "a shape below zero": (with_header({"a": entry(shape=(-1, -1))}), "with sizes that are none"),
    "a shape of fractions": (with_header({"a": entry(shape=(1.0,))}), "with sizes that are none"),
    "a shape of 10,000 axes": (with_header({"a": entry(shape=(9,) * 10_000)}), "with sizes that are none"),
    "a type that is a list": (with_header({"a": entry(dtype=[])}), "do not begin as one"),
    "an unknown type": (with_header({"a": entry(dtype="F3")}), "of the unknown type 'F3'"),
    "no offsets": (with_header({"a": {"dtype": "F32"}}), "without dtype, shape and offsets"),
    "a name twice": (with_header(b'{"a": 1, "a": 2}'), "a name twice"),
    "NaN": (with_header(b'{"a": NaN}'), "NaN in its header"),
    "a number of many digits": (with_header(b'{"a": ' + b"9" * 10_000 + b"}"), "do not begin as one"),
    "metadata that is no text": (with_header({"__metadata__": {"a": {}}}), "metadata that is no text"),
}  # fmt: skip


@pytest.mark.parametrize("case", SAFETENSORS)
def test_a_broken_safetensors_file_is_refused(case: str, tmp_path: Path) -> None:
    path, (data, got) = tmp_path / "broken.safetensors", SAFETENSORS[case]
    path.write_bytes(data)

    with pytest.raises(CheckpointRefused, match=rf"^broken\.safetensors: expected .*, got .*{got}"):
        recognise(path)


@pytest.mark.parametrize("case", SAFETENSORS)
@pytest.mark.parametrize("route", [lambda path: single_file.read_file(path, None), upscaler.describe])
def test_no_loader_takes_it_either(case: str, route: Callable[[Path], object], tmp_path: Path) -> None:
    path = tmp_path / "broken.safetensors"
    path.write_bytes(SAFETENSORS[case][0])

    with pytest.raises(CheckpointRefused):
        route(path)


def gguf(*parts: bytes, version: int = 3, tensors: int = 0, pairs: int = 0) -> bytes:
    return b"GGUF" + struct.pack("<IQQ", version, tensors, pairs) + b"".join(parts)


def named(name: bytes) -> bytes:
    return struct.pack("<Q", len(name)) + name


def tensor(name: bytes, shape: tuple[int, ...] = (32,), kind: int = 0, offset: int = 0) -> bytes:
    return named(name) + struct.pack(f"<I{len(shape)}QIQ", len(shape), *shape, kind, offset)


GGUF = {
    "empty": (b"", "end within its header"),
    "a pointer of Git LFS": (POINTER, "a Git LFS pointer"),
    "another magic": (b"GGML" + bytes(20), "do not begin as one"),
    "another version": (gguf(version=99), "version 99"),
    "the other byte order": (gguf(version=3 << 24), "version 50331648"),
    "absurdly many tensors": (gguf(tensors=2**60), "a count of 1152921504606846976"),
    "absurdly many keys": (gguf(pairs=2**60), "a count of 1152921504606846976"),
    "an absurdly long name": (gguf(struct.pack("<Q", 2**50), bytes(64), pairs=1), "a count of"),
    "an absurdly long array": (
        gguf(named(b"a"), struct.pack("<IIQ", 9, 0, 2**50), bytes(64), pairs=1),
        "a count of",
    ),
    "an array of arrays": (
        gguf(named(b"a"), struct.pack("<IIQ", 9, 9, 1), bytes(64), pairs=1),
        "an array of arrays",
    ),
    "a value of an unknown type": (gguf(named(b"a"), struct.pack("<I", 77), bytes(64), pairs=1), "type 77"),
    "a tensor of an unknown type": (gguf(tensor(b"a", kind=999), bytes(256), tensors=1), "999"),
    "absurdly many axes": (gguf(named(b"a"), struct.pack("<I", 2**31), bytes(64), tensors=1), "dimensions"),
    "a tensor that is not there": (gguf(tensor(b"a"), bytes(32), tensors=1), "cut short"),
    "a tensor far behind the end": (gguf(tensor(b"a", offset=2**62), bytes(256), tensors=1), "cut short"),
    "an overlap": (
        gguf(tensor(b"a"), tensor(b"b", offset=64), bytes(512), tensors=2),
        "over another",
    ),
    "a name twice": (gguf(tensor(b"a"), tensor(b"a", offset=128), bytes(512), tensors=2), "twice"),
    "half a block": (gguf(tensor(b"a", (33,), kind=2), bytes(256), tensors=1), "a piece of a block"),
    "no alignment": (
        gguf(named(b"general.alignment"), struct.pack("<II", 4, 0), bytes(64), pairs=1),
        "an alignment that is none",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", GGUF)
def test_a_broken_gguf_file_is_refused(case: str, tmp_path: Path) -> None:
    path, (data, got) = tmp_path / "broken.gguf", GGUF[case]
    path.write_bytes(data)

    with pytest.raises(CheckpointRefused, match=rf"^broken\.gguf: expected .*, got .*{got}"):
        recognise(path)


def torch_file(path: Path, content: object, zipped: bool = True) -> Path:
    torch.save(content, path, _use_new_zipfile_serialization=zipped)
    return path


@pytest.mark.parametrize("zipped", [True, False])
@pytest.mark.parametrize("kept", [0.0, 0.3, 0.6, 0.97])
def test_a_torch_file_cut_short_is_refused(kept: float, zipped: bool, tmp_path: Path) -> None:
    path = torch_file(tmp_path / "cut.pth", {"weight": torch.zeros(1000)}, zipped)
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * kept)])

    with pytest.raises(CheckpointRefused, match=r"^cut\.pth: expected tensors and plain data, whole, got "):
        recognise(path)


@pytest.mark.parametrize("zipped", [True, False])
def test_a_whole_torch_file_is_taken(zipped: bool, tmp_path: Path) -> None:
    path = torch_file(tmp_path / "whole.pth", {"weight": torch.zeros(1000)}, zipped)

    assert recognise(path).parameters == 1000


def test_a_safetensors_file_with_another_ending_is_named(tmp_path: Path) -> None:
    path = writing.safetensors(tmp_path / "renamed.ckpt", {"a": (1,)})

    with pytest.raises(CheckpointRefused, match=r"renamed\.ckpt: .* got a file of safetensors or GGUF"):
        recognise(path)


def test_an_archive_that_unpacks_to_more_than_it_is_is_refused_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "bomb.ckpt"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("archive/data.pkl", traps.pickled(b"]" + b"]0" * 5_000_000))

    with pytest.raises(CheckpointRefused, match="an archive that unpacks to more than it is"):
        recognise(path)


def test_an_archive_that_is_compressed_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "packed.ckpt"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("archive/data.pkl", traps.pickled(b"}"))

    with pytest.raises(CheckpointRefused, match=r"a zip archive that torch\.save did not write"):
        recognise(path)


def test_storages_that_lie_elsewhere_are_refused(tmp_path: Path) -> None:
    whole = torch_file(tmp_path / "whole.pt", {"weight": torch.zeros(1000)})
    path = tmp_path / "hollow.pt"
    with zipfile.ZipFile(whole) as old, zipfile.ZipFile(path, "w") as new:
        new.writestr("whole/data.pkl", old.read("whole/data.pkl"))
        new.writestr("whole/data/0", bytes(10))

    with pytest.raises(CheckpointRefused, match="too few bytes of the tensor 0: the file is cut short"):
        recognise(path)


def test_a_tensor_larger_than_its_storage_is_refused(tmp_path: Path) -> None:
    whole = torch_file(tmp_path / "whole.pt", {"weight": torch.zeros(200)})
    path = tmp_path / "huge.pt"
    with zipfile.ZipFile(whole) as old, zipfile.ZipFile(path, "w") as new:
        for name in old.namelist():
            # the shape, written as a tuple of one byte-sized number, behind the storage's count
            changed = old.read(name).replace(b"QK\x00K\xc8\x85", b"QK\x00K\xc9\x85")
            new.writestr(name, changed)

    with pytest.raises(CheckpointRefused, match="a tensor larger than its storage"):
        recognise(path)


@pytest.mark.parametrize(
    "opcodes",
    [b"", b"t", b"R", b"h\x07", b"}(K\x01s", b"0", b"](K\x01K\x02t", b"\x8a\x00b", b"X\xff\xff\xff\x7fa"],
    ids=["nothing", "mark", "call", "memory", "pair", "stack", "loose mark", "state", "text"],
)
def test_a_pickle_out_of_order_is_refused(opcodes: bytes, tmp_path: Path) -> None:
    path = tmp_path / "broken.pt"
    traps.in_zip(path, traps.pickled(opcodes))

    with pytest.raises(CheckpointRefused, match=r"^broken\.pt: expected "):
        recognise(path)


@pytest.mark.parametrize("read", [recognise, load_pickled, upscaler.describe])
def test_keys_nested_too_deeply_to_be_hashed_end_nothing(
    read: Callable[[Path], object], tmp_path: Path
) -> None:
    path = tmp_path / "deep.pt"
    traps.in_zip(path, traps.pickled(b"})" + b"\x85" * 60_000 + b"K\x01s"))

    with pytest.raises(CheckpointRefused, match="a key that is neither text nor number"):
        read(path)


def test_what_refers_to_itself_a_thousandfold_is_read_once(tmp_path: Path) -> None:
    path = tmp_path / "laughs.pt"
    level = b"".join(b"](" + b"h\x00" * 10 + b"eq\x00" for _ in range(1000))
    traps.in_zip(path, traps.pickled(b"]q\x00" + level + b"}" + traps.text("a") + b"h\x00s"))

    assert recognise(path).tensors == 0


def test_a_pickle_without_names_is_refused(tmp_path: Path) -> None:
    path = torch_file(tmp_path / "list.pt", [torch.zeros(1)])

    with pytest.raises(CheckpointRefused, match="expected tensors by name, got a list"):
        recognise(path)


def test_what_pickle_itself_wrote_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "plain.bin"
    path.write_bytes(pickle.dumps({"a": 1}, 2))

    with pytest.raises(CheckpointRefused, match=r"a pickle that torch\.save did not write"):
        recognise(path)


@pytest.mark.parametrize("name", ["absent.safetensors", "absent"])
def test_what_is_not_there_is_told(name: str, tmp_path: Path) -> None:
    with pytest.raises(CheckpointRefused, match=f"^{name}: expected a file or folder of weights, got none"):
        recognise(tmp_path / name)


def test_a_file_of_another_ending_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "picture.png"
    path.write_bytes(b"\x89PNG")

    with pytest.raises(CheckpointRefused, match=r"^picture\.png: expected a file of weights, got '\.png'"):
        recognise(path)


def test_only_the_header_of_a_large_file_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Four gigabytes that take no room on disk."""
    path = writing.safetensors(
        tmp_path / "large.safetensors", {f"layer.{n}.weight": (1000, 1000) for n in range(2000)}
    )
    read = 0
    opened = Path.open

    class Counted:
        def __init__(self, file: Any) -> None:
            self.file = file

        def __enter__(self) -> "Counted":
            return self

        def __exit__(self, *_: object) -> None:
            self.file.close()

        def read(self, size: int) -> bytes:
            nonlocal read
            read += size
            return self.file.read(size)

        def seek(self, *place: int) -> int:
            return self.file.seek(*place)

    monkeypatch.setattr(Path, "open", lambda self, mode: Counted(opened(self, mode)))
    found = recognise(path)

    assert (found.parameters, found.size > 4e9) == (2_000_000_000, True)
    assert read < 250_000
