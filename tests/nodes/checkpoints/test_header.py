from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from nodes.checkpoints.header import Entry, read_header
from nodes.checkpoints.refusal import CheckpointRefused


@pytest.fixture
def path(tmp_path: Path) -> Path:
    file = tmp_path / "a.safetensors"
    save_file(
        {"weight": np.zeros((2, 3), np.float16), "bias": np.zeros(3, np.float32)}, file, {"format": "pt"}
    )
    return file


def test_names_kinds_and_shapes_are_read(path: Path) -> None:
    assert read_header(path, "a") == {"weight": Entry("F16", (2, 3)), "bias": Entry("F32", (3,))}


def test_a_file_cut_short_is_refused(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])

    with pytest.raises(CheckpointRefused, match=r"a: expected \d+ bytes, got \d+ of them: .* cut short"):
        read_header(path, "a")


@pytest.mark.parametrize(
    "content",
    [b"", b"short", b"\xff" * 64, b"\x02\0\0\0\0\0\0\0[]", b"\x09\0\0\0\0\0\0\0" + b'{"a": {}}'],
    ids=["empty", "short", "noise", "a list", "no offsets"],
)
def test_another_file_is_refused(path: Path, content: bytes) -> None:
    path.write_bytes(content)

    with pytest.raises(CheckpointRefused, match="expected a safetensors file"):
        read_header(path, "a")


def test_a_pointer_of_git_lfs_is_named(path: Path) -> None:
    path.write_bytes(b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n")

    with pytest.raises(CheckpointRefused, match="git lfs pull"):
        read_header(path, "a")
