"""Train states that earlier runs wrote out."""

from __future__ import annotations

from typing import Annotated

from engine import File, Within, node
from engine.declare import codec
from nodes.train.values import TrainState

Saved = Annotated[File, Within("files", (".safetensors",))]


def restored(file: File) -> TrainState:
    """Read a state that a run wrote out.

    Raises:
        ValueError: The file holds another value.
    """
    state = codec.decode(file.path.read_bytes())
    if not isinstance(state, TrainState):
        raise ValueError(
            f"expected {file.path.name} to hold a train state, got a {type(state).__name__}: "
            "take a state that a training graph wrote out"
        )
    return state


@node("train.saved_state")
def saved_state(file: Saved) -> TrainState:
    """Read the state of an earlier run.

    Args:
        file: A state that a run wrote out.
    """
    return restored(file)
