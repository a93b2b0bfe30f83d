"""Networks that were trained here, as handles: what a train state gives to the nodes that use a model.

A handle of a file names the file by its digest; one of a train state carries the averaged weights themselves.
Exported, it becomes a file that loaders of its kind read: safetensors, with the architecture in the header.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeVar

from nodes.checkpoints.refusal import CheckpointRefused
from nodes.library_lock import library_lock
from nodes.train.networks import built, outline
from nodes.values import F, Model

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from pathlib import Path

    import torch

    from engine.declare.handle import Find
    from nodes.train.values import TrainState

HEADER = "knotwork.network"
AGAIN = "Export it again."
N = TypeVar("N", bound="Network[Any]")


@dataclass(frozen=True, slots=True, eq=False)
class Weights:
    """An architecture with its weights. Two are the same only if they are one object.

    Attributes:
        config: Class name and arguments as canonical JSON; see ``nodes.train.networks``.
        tensors: Name → weight or buffer.
    """

    config: str
    tensors: dict[str, torch.Tensor]


@dataclass(frozen=True, slots=True)
class Network(Model[F]):
    """A network of one of the classes in ``nodes.train.networks``.

    Attributes:
        weights: What was trained; None when it is read from a file.
    """

    weights: Weights | None = None

    suffix = ".safetensors"

    def encode(self, text: dict[str, str]) -> list[bytes]:
        """One file, for the loader of its kind.

        Raises:
            CheckpointRefused: It was read from a file, which is there already.
        """
        from safetensors.torch import save

        if self.weights is None:
            cure = "Copy the file itself."
            raise CheckpointRefused(
                self.source[:12], "a network that was trained here", "one of a file", cure
            )
        return [save(self.weights.tensors, {HEADER: self.weights.config})]

    def load(self, find: Find) -> Any:
        """Build the module on the CPU, in eval mode."""
        import torch

        weights = self.weights or self.read(find(self.source))
        with library_lock:
            module = built(json.loads(weights.config))
        module.load_state_dict(weights.tensors)
        # diffusers' own `to` warns of models that have nothing to keep in float32
        return torch.nn.Module.to(module, getattr(torch, self.dtype)).eval().requires_grad_(False)

    @classmethod
    def read(cls, path: Path) -> Weights:
        """Read a file that was exported; kinds with layouts of other programs read those here, too."""
        return exported(path)


def exported(path: Path, wanted: str = "a network", classes: Collection[str] = ()) -> Weights:
    """Read a file that a trained network was exported to.

    Args:
        path: The file.
        wanted: What it should hold.
        classes: Of which class that may be; empty = of any.

    Raises:
        CheckpointRefused: It is another kind of file, another network, or damaged.
    """
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, "pt") as file:
            config = (file.metadata() or {}).get(HEADER)
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    except SafetensorError as error:
        raise CheckpointRefused(path.name, "a network's weights", str(error), "Export it again.") from None
    if config is None:
        cure = "Take a file that a training graph gave."
        raise CheckpointRefused(path.name, "a network with its architecture", "tensors alone", cure)
    _check(path.name, config, tensors)
    if classes and (name := json.loads(config)["_class_name"]) not in classes:
        cure = "Choose a file that a training graph of such networks gave."
        raise CheckpointRefused(path.name, wanted, f"a network of the class {name}", cure)
    return Weights(config, tensors)


def _check(place: str, config: str, tensors: Mapping[str, torch.Tensor]) -> None:
    wanted = outlined(place, config)
    check_shapes(place, wanted, tensors, AGAIN)
    for name in sorted(tensors.keys() - wanted.keys()):
        got = f"{name} of shape {list(tensors[name].shape)} beside them"
        raise CheckpointRefused(place, "the tensors of its architecture alone", got, AGAIN)


def outlined(place: str, config: str, cure: str = AGAIN) -> dict[str, torch.Tensor]:
    """The tensors of an architecture that a file names as JSON, without numbers.

    Raises:
        CheckpointRefused: It can't be built.
    """
    try:
        return outline(json.loads(config))
    except Exception as error:  # a stranger's numbers: whatever a network's class makes of them
        got = f"one that can't be built ({error or type(error).__name__})"
        raise CheckpointRefused(place, "a network with its architecture", got, cure) from None


def check_shapes(
    place: str, wanted: Mapping[str, torch.Tensor], tensors: Mapping[str, torch.Tensor], cure: str
) -> None:
    """Check that the tensors of a network are all there; others may be beside them.

    Args:
        place: How errors name the file.
        wanted: The tensors of its architecture; see ``outline``.
        tensors: Those of the file.
        cure: What to do if they aren't.

    Raises:
        CheckpointRefused: One is missing, or of another shape.
    """
    for name, like in wanted.items():
        got = list(tensors[name].shape) if name in tensors else "none"
        if got != list(like.shape):
            raise CheckpointRefused(place, f"{name} of shape {list(like.shape)}", f"{got}", cure)


def trained(kind: type[N], state: TrainState, part: str) -> N:
    """Make a handle of one of the networks in a train state, with its averaged weights.

    Args:
        kind: Class of the handle.
        state: Where the weights are; what becomes of it later doesn't change the handle.
        part: Which network, by its name in the state.
    """
    tensors = {**state.average, **state.buffers}
    own: Mapping[str, torch.Tensor] = {
        name.removeprefix(f"{part}."): tensor.clone()
        for name, tensor in tensors.items()
        if name.startswith(f"{part}.")
    }
    config = json.dumps(json.loads(state.config)[part], sort_keys=True)
    return replace(kind(""), weights=Weights(config, dict(own)))
