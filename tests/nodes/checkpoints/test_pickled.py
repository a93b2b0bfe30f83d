import argparse
import pickle
import sys
from pathlib import Path
from types import ModuleType
from unittest.mock import patch

import numpy as np
import pytest
import torch

from nodes.checkpoints.pickled import load_pickled
from nodes.checkpoints.refusal import CheckpointRefused
from nodes.recognise.recognise import recognise


@pytest.mark.parametrize("zipped", [True, False])
def test_what_torch_saved_is_loaded(zipped: bool, tmp_path: Path) -> None:
    saved = {"weights": {"a": torch.arange(6.0).reshape(2, 3)}, "step": 7, "betas": (0.9, 0.999)}
    torch.save(saved, tmp_path / "a.pt", _use_new_zipfile_serialization=zipped)
    loaded = load_pickled(tmp_path / "a.pt")

    assert torch.equal(loaded["weights"]["a"], saved["weights"]["a"])
    assert (loaded["step"], loaded["betas"]) == (7, (0.9, 0.999))


@pytest.mark.parametrize("zipped", [True, False])
def test_shapes_alone_are_loaded_onto_no_device(zipped: bool, tmp_path: Path) -> None:
    torch.save({"a": torch.zeros(2, 3)}, tmp_path / "a.pt", _use_new_zipfile_serialization=zipped)

    assert load_pickled(tmp_path / "a.pt", "meta")["a"].is_meta


def test_an_optimisers_state_is_plain_data(tmp_path: Path) -> None:
    layer = torch.nn.Linear(2, 3)
    optimiser = torch.optim.AdamW(layer.parameters())
    layer(torch.zeros(1, 2)).sum().backward()
    optimiser.step()
    torch.save({"model": layer.state_dict(), "optimiser": optimiser.state_dict()}, tmp_path / "a.pt")

    assert load_pickled(tmp_path / "a.pt")["optimiser"]["state"][0]["exp_avg"].shape == (3, 2)


@pytest.mark.parametrize(
    "dtype", [torch.float64, torch.bfloat16, torch.float8_e4m3fn, torch.uint16, torch.bool, torch.complex64]
)
def test_every_kind_of_number_is_loaded(dtype: torch.dtype, tmp_path: Path) -> None:
    torch.save({"a": torch.ones(3, 2, dtype=dtype).T}, tmp_path / "a.pt")

    assert load_pickled(tmp_path / "a.pt")["a"].dtype is dtype


def test_what_only_torch_refuses_is_refused_in_our_words(tmp_path: Path) -> None:
    """The recogniser builds nothing, so it passes a number where torch wants a device."""
    torch.save({"a": torch.device("cpu")}, tmp_path / "a.pt")
    whole = (tmp_path / "a.pt").read_bytes()
    (tmp_path / "a.pt").write_bytes(whole.replace(b"X\x03\x00\x00\x00cpu", b"X\x03\x00\x00\x00xyz"))

    with pytest.raises(CheckpointRefused, match=r"^a\.pt: expected tensors and plain data"):
        load_pickled(tmp_path / "a.pt")


@pytest.fixture
def lightning(tmp_path: Path) -> Path:
    """A checkpoint as PyTorch Lightning left it beside Stable Diffusion 1's weights, and no Lightning."""
    name = "pytorch_lightning.callbacks.model_checkpoint"
    callback = type("ModelCheckpoint", (), {"__module__": name})
    score = {"monitor": "val/loss", "best_model_score": np.float64(1.5)}
    saved = {
        "epoch": 3,
        "pytorch-lightning_version": "1.4.2",
        "state_dict": {"a": torch.arange(3.0)},
        "callbacks": {callback: score, "current": callback()},
        "hyper_parameters": argparse.Namespace(rate=0.1),
    }
    module = ModuleType(name)
    module.ModelCheckpoint = callback  # pyright: ignore[reportAttributeAccessIssue] # made up here
    parts = name.split(".")
    packages = {".".join(parts[: end + 1]): ModuleType(parts[end]) for end in range(2)}
    with patch.dict(sys.modules, {**packages, name: module}):
        torch.save(saved, tmp_path / "lightning.ckpt")
    return tmp_path / "lightning.ckpt"


def test_what_a_trainer_left_beside_the_weights_is_passed_over(lightning: Path) -> None:
    assert torch.equal(load_pickled(lightning)["state_dict"]["a"], torch.arange(3.0))
    assert recognise(lightning).parameters == 3
    assert not {name for name in sys.modules if name.startswith("pytorch_lightning")}


def test_what_is_passed_over_in_one_file_is_not_allowed_in_the_next(lightning: Path) -> None:
    load_pickled(lightning)

    with pytest.raises(pickle.UnpicklingError, match="pytorch_lightning"):
        torch.load(lightning, weights_only=True)
