from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from engine import File
from nodes.checkpoints.embedding import from_file
from nodes.checkpoints.refusal import CheckpointRefused

VECTOR = np.array([1.0, -2.0, 0.5], np.float32)


def read(path: Path) -> list[list[float]]:
    return from_file(File(path, "")).vectors.tolist()


@pytest.mark.parametrize("values", [VECTOR, VECTOR[None], VECTOR.astype(np.float64)])
def test_a_vector_of_numpy_is_read(values: Any, tmp_path: Path) -> None:
    np.save(tmp_path / "a.npy", values)

    assert read(tmp_path / "a.npy") == [[1.0, -2.0, 0.5]]


def test_the_only_tensor_of_a_safetensors_file_is_read(tmp_path: Path) -> None:
    save_file({"speaker": torch.from_numpy(VECTOR).half()}, tmp_path / "a.safetensors")

    assert read(tmp_path / "a.safetensors") == [[1.0, -2.0, 0.5]]


class Payload:
    def __reduce__(self) -> Any:
        return (Path("executed").touch, ())


@pytest.mark.parametrize(
    ("values", "said"),
    [
        (np.array([1, 2]), "expected floats .* got int64"),
        (np.zeros((1, 2, 3), np.float32), r"got float32 \(1, 2, 3\)"),
        (np.zeros(0, np.float32), r"got float32 \(0,\)"),
        (np.array([np.nan], np.float32), "finite numbers"),
    ],
)
def test_what_is_no_vector_is_refused(values: Any, said: str, tmp_path: Path) -> None:
    np.save(tmp_path / "a.npy", values)

    with pytest.raises(CheckpointRefused, match=said):
        read(tmp_path / "a.npy")


def test_a_pickled_object_is_refused_and_not_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    np.save(tmp_path / "a.npy", np.array([Payload()], object), allow_pickle=True)
    assert not (tmp_path / "executed").exists()

    with pytest.raises(CheckpointRefused, match="a file of numbers"):
        read(tmp_path / "a.npy")
    assert not (tmp_path / "executed").exists()


def test_several_tensors_and_damaged_files_are_refused(tmp_path: Path) -> None:
    save_file({"a": torch.ones(2), "b": torch.ones(2)}, tmp_path / "a.safetensors")
    with pytest.raises(CheckpointRefused, match="a single tensor, got 2"):
        read(tmp_path / "a.safetensors")
    for name in ("b.safetensors", "b.npy"):
        (tmp_path / name).write_bytes(b"nothing of the kind")
        with pytest.raises(CheckpointRefused, match="a file of numbers"):
            read(tmp_path / name)
