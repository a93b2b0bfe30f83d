"""Train states that earlier runs wrote out."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any

from engine import File, Within, node
from engine.declare import codec
from nodes.checkpoints.refusal import CheckpointRefused
from nodes.train.state import begin
from nodes.train.trained import check_shapes, outlined
from nodes.train.values import TrainState

if TYPE_CHECKING:
    import torch

Saved = Annotated[File, Within("files", (".safetensors",))]
Parts = dict[str, dict[str, Any]]
CURE = "Choose a state that a training graph wrote out."


def start_of(parts: Parts, seed: int, file: File | None) -> TrainState:
    """Begin a training, or go on with one.

    Args:
        parts: Name → config of each of the networks trained together; see ``nodes.train.networks``.
        seed: Seed of the weights and of every draw in training.
        file: State of an earlier run. It brings its own sizes, weights and draws; of the parts only the names
            and classes must be the same.

    Raises:
        CheckpointRefused: The file holds no train state, a damaged one, or one of other networks.
    """
    return begin(parts, seed) if file is None else restored(file, parts)


def restored(file: File, parts: Parts | None = None) -> TrainState:
    """Read a state that a run wrote out.

    Args:
        file: The file.
        parts: Networks of the same names and classes as those that it should hold; None = any.

    Raises:
        CheckpointRefused: It holds no train state, a damaged one, or one of other networks.
    """
    place = file.path.name
    state = codec.decode(file.path.read_bytes())
    if not isinstance(state, TrainState):
        raise CheckpointRefused(place, "a train state", f"a {type(state).__name__}", CURE)
    own = _parts_of(place, state.config)
    if parts is not None and (found := _told(own)) != (expected := _told(parts)):
        cure = "Choose a state that began with this node, or begin with the node that it began with."
        raise CheckpointRefused(place, f"the state of {expected}", f"one of {found}", cure)
    _check(place, state, own)
    return state


def _parts_of(place: str, config: str) -> Parts:
    try:
        parts = json.loads(config)
    except ValueError:
        parts = None
    if not isinstance(parts, dict) or not all(isinstance(part, dict) for part in parts.values()):
        raise CheckpointRefused(place, "the networks of a state by name", config[:60] or "nothing", CURE)
    return parts


def _told(parts: Parts) -> str:
    return ", ".join(
        f"{name} ({part.get('_class_name', 'no class')})" for name, part in sorted(parts.items())
    )


def _check(place: str, state: TrainState, parts: Parts) -> None:
    """Refuse a state whose tensors are not those of its networks, before a step fails on them."""
    wanted = {
        f"{part}.{name}": like
        for part, config in parts.items()
        for name, like in outlined(place, json.dumps(config), CURE).items()
    }
    check_shapes(place, wanted, {**state.params, **state.buffers}, CURE)
    weights = {name: wanted[name] for name in wanted if name not in state.buffers}
    check_shapes(f"{place}, averaged weights", weights, state.average, CURE)
    moments: tuple[dict[str, torch.Tensor], ...] = (state.momentum, state.variance)
    for kept in (state.params, state.buffers, state.average, *moments):
        for name, tensor in kept.items():
            if name not in wanted or tensor.shape != wanted[name].shape:
                got = f"{name} of shape {list(tensor.shape)}"
                raise CheckpointRefused(place, "the tensors of its networks alone", got, CURE)


@node("train.saved_state")
def saved_state(file: Saved) -> TrainState:
    """Read the state of an earlier run.

    Args:
        file: A state that a run wrote out.

    Raises:
        CheckpointRefused: It holds no train state, or a damaged one.
    """
    return restored(file)
