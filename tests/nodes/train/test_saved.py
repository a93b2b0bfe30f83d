"""Saved states that a training goes on from, and such as are refused."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from engine import File
from nodes.checkpoints.refusal import CheckpointRefused
from nodes.gan.training import discriminator_start, generator_start
from nodes.points.adversarial import generator_start as points_start
from nodes.train.denoiser import denoiser_start
from nodes.train.saved import saved_state
from nodes.train.values import TrainState

GENERATOR = generator_start(8, noise=4, width=2)
WEIGHT = "generator.main.0.weight"


def kept(state: TrainState, folder: Path) -> File:
    path = folder / "state.safetensors"
    path.write_bytes(state.encode({})[0])
    return File(path, "")


def test_a_saved_state_brings_its_own_sizes(tmp_path: Path) -> None:
    again = generator_start(64, width=32, seed=5, file=kept(GENERATOR, tmp_path))

    assert again.encode({}) == GENERATOR.encode({})


def test_widths_do_not_matter_beside_a_saved_state(tmp_path: Path) -> None:
    state = denoiser_start([8, 8], size=8)

    assert denoiser_start([], file=kept(state, tmp_path)).config == state.config


@pytest.mark.parametrize(
    ("state", "got"),
    [
        (discriminator_start(8, width=2), r"discriminator \(DCGANDiscriminator\)"),
        (points_start(2, 4, 1), r"generator \(PointGenerator\)"),
    ],
)
def test_a_state_of_other_networks_is_refused(state: TrainState, got: str, tmp_path: Path) -> None:
    file = kept(state, tmp_path)
    expected = rf"state\.safetensors: expected the state of generator \(DCGANGenerator\), got one of {got}\. "
    with pytest.raises(CheckpointRefused, match=f"{expected}Choose a state that began with this node"):
        generator_start(8, file=file)


DAMAGES: dict[str, tuple[Callable[[TrainState], TrainState], str]] = {
    "a weight of another shape": (
        lambda state: replace(state, params={**state.params, WEIGHT: torch.zeros(4, 3, 4, 4)}),
        r"expected generator\.main\.0\.weight of shape \[4, 2, 4, 4\], got \[4, 3, 4, 4\]",
    ),
    "a weight that is missing": (
        lambda state: replace(state, params={k: v for k, v in state.params.items() if k != WEIGHT}),
        r"expected generator\.main\.0\.weight of shape \[4, 2, 4, 4\], got none",
    ),
    "no averaged weights": (
        lambda state: replace(state, average={}),
        r"averaged weights: expected generator\.main\.0\.weight of shape \[4, 2, 4, 4\], got none",
    ),
    "a moment of another shape": (
        lambda state: replace(state, momentum={WEIGHT: torch.zeros(3)}),
        r"expected the tensors of its networks alone, got generator\.main\.0\.weight of shape \[3\]",
    ),
    "a weight of no network": (
        lambda state: replace(state, params={**state.params, "other": torch.zeros(1)}),
        r"expected the tensors of its networks alone, got other of shape \[1\]",
    ),
    "an architecture that can't be built": (
        lambda state: replace(state, config=state.config.replace('"width"', '"breadth"')),
        r"expected a network with its architecture, got one that can't be built \(.*breadth",
    ),
    "no architecture": (
        lambda state: replace(state, config="[]"),
        r"expected the networks of a state by name, got \[\]",
    ),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_state_that_is_not_of_its_own_networks_is_refused(damage: str, tmp_path: Path) -> None:
    damaged, message = DAMAGES[damage]
    with pytest.raises(CheckpointRefused, match=rf"state\.safetensors.*{message}"):
        saved_state(kept(damaged(GENERATOR), tmp_path))
