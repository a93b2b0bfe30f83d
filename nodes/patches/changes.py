"""Changes of any form in the layers of loaded models: put in once, then on, off or at another strength.

Factors are multiplied out whenever their layer computes: a model with changes takes little more memory, and
its own weights stay as they are. Imported only where a model is patched: the classes themselves need torch.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

import torch
from torch import nn
from torch.nn import functional

from nodes.patches.lycoris import NUMBERS, Parts, bias_change, change, needs_weight

NAME = "lycoris"
"""Attribute of a layer with changes."""
CHANGEABLE = (nn.Linear, nn.Conv1d, nn.Conv2d, nn.Conv3d, nn.LayerNorm, nn.GroupNorm)


class ChangeMisfit(ValueError):
    """A change that a layer can't have.

    Attributes:
        expected: What fits the layer.
        got: What there is.
    """

    def __init__(self, expected: str, got: str) -> None:
        super().__init__(f"expected {expected}, got {got}")
        self.expected, self.got = expected, got


class Change(nn.Module):
    """What one file adds to a layer.

    Args:
        parts: Its tensors.
        rows: Which outputs of the file's layer are this one's; None for all.
    """

    def __init__(self, parts: Parts, rows: torch.Tensor | None) -> None:
        super().__init__()
        self.numbers = {kind: tensor for kind, tensor in parts.items() if kind in NUMBERS}
        self.parts = nn.ParameterDict(
            {
                kind: nn.Parameter(tensor, requires_grad=False)
                for kind, tensor in parts.items()
                if kind not in NUMBERS
            }
        )
        self.register_buffer("rows", rows, persistent=False)

    def forward(self, layer: nn.Module, given: torch.Tensor, strength: float) -> torch.Tensor:
        """What is added to that which the layer gives for its input."""
        # Where layers take turns on a device, this one has left it when its hooks are called
        here = given.device
        parts: Parts = {kind: tensor.to(here) for kind, tensor in self.parts.items()} | self.numbers
        weight = cast("torch.Tensor", layer.weight).to(here).float() if needs_weight(parts) else None
        rows = None if self.rows is None else cast("torch.Tensor", self.rows).to(here)
        added = change(parts, strength, _shape(layer), weight, rows)
        bias = bias_change(parts, strength)
        if added is None:
            added = given.new_zeros(_shape(layer))
        return _applied(layer, given, added.to(given), None if bias is None else bias.to(given))


class Changes(nn.Module):
    """The changes of a layer.

    Attributes:
        of: By the name of what they are part of.
        strengths: Those that are on, in order.
    """

    def __init__(self) -> None:
        super().__init__()
        self.of = nn.ModuleDict()
        self.strengths: dict[str, float] = {}


def put(layer: Any, name: str, parts: Parts, rows: torch.Tensor | None = None) -> None:
    """Give a layer a change, which is off at first.

    Args:
        layer: A linear layer, a convolution or a norm.
        name: Of what the change is part of.
        parts: The file's tensors for the layer.
        rows: Which outputs of the file's layer are this one's; None for all.

    Raises:
        ChangeMisfit: It is of another shape, lacks a tensor, or is for another kind of layer.
    """
    _check(layer, parts, rows)
    if not hasattr(layer, NAME):
        layer.add_module(NAME, Changes())
        layer.register_forward_hook(_add)
    device = layer.weight.device
    moved = {kind: tensor if kind in NUMBERS else tensor.to(device) for kind, tensor in parts.items()}
    getattr(layer, NAME).of[name] = Change(moved, None if rows is None else rows.to(device))


def changed(model: nn.Module) -> Iterator[tuple[str, Changes]]:
    """The changes of a model's layers by the names of the layers."""
    for layer_name, layer in model.named_modules():
        found = getattr(layer, NAME, None)
        if isinstance(found, Changes):
            yield layer_name, found


def forget(model: nn.Module, name: str) -> None:
    """Take a change out of all layers of a model."""
    for _, changes in changed(model):
        if name in changes.of:
            del changes.of[name]


def _add(layer: nn.Module, given: tuple[Any, ...], result: torch.Tensor) -> torch.Tensor:
    changes = cast("Changes", layer.lycoris)
    for name, strength in changes.strengths.items():
        if strength and name in changes.of:
            result = result + changes.of[name](layer, given[0], strength)
    return result


def _shape(layer: Any) -> tuple[int, ...]:
    if isinstance(layer, nn.Linear):
        return layer.out_features, layer.in_features
    return tuple(layer.weight.shape)


def _applied(
    layer: nn.Module, given: torch.Tensor, weight: torch.Tensor, bias: torch.Tensor | None
) -> torch.Tensor:
    """What the layer would give with another weight and bias: it is linear in both."""
    if isinstance(layer, nn.Linear):
        return functional.linear(given, weight, bias)
    if isinstance(layer, nn.LayerNorm):
        return functional.layer_norm(given, layer.normalized_shape, weight, bias, layer.eps)
    if isinstance(layer, nn.GroupNorm):
        return functional.group_norm(given, layer.num_groups, weight, bias, layer.eps)
    convolution: Any = layer
    return convolution._conv_forward(given, weight, bias)


def _check(layer: Any, parts: Parts, rows: torch.Tensor | None) -> None:
    if not isinstance(layer, CHANGEABLE) or getattr(layer, "weight", None) is None:
        raise ChangeMisfit("a linear layer, a convolution or a norm", type(layer).__name__)
    shape = _shape(layer)
    if needs_weight(parts) and tuple(layer.weight.shape) != shape:
        raise ChangeMisfit("weights as they are, which the change depends on", "quantised ones")
    shapes = {kind: tensor if kind in NUMBERS else tensor.to("meta") for kind, tensor in parts.items()}
    weight = torch.empty(shape, device="meta")
    expected = f"a change of weights {list(shape)}, whole"
    try:
        change(shapes, 1.0, shape, weight, None if rows is None else rows.to("meta"))
    except KeyError as error:
        raise ChangeMisfit(expected, f"one without {error.args[0]}") from None
    except (RuntimeError, IndexError) as error:
        raise ChangeMisfit(expected, str(error).partition("\n")[0]) from None
    bias = bias_change(parts, 1.0)
    if bias is not None and len(bias) != shape[0]:
        raise ChangeMisfit(f"a change of {shape[0]} biases", f"{len(bias)}")
