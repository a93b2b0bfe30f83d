"""What LyCORIS (Yeh et al., arXiv 2309.14859) adds to weights of layers: LoHa, LoKr, DoRA and the rest."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch

KIND = re.compile(
    r"\.(?:(hada_w[12]_[ab]|hada_t[12]|lokr_w[12](?:_[ab])?|lokr_t2|diff|diff_b|w_norm|b_norm|on_input"
    r"|alpha|dora_scale)|(lora_down|lora_up|lora_mid|weight)(?:\.weight)?)$"
)
"""How the names of tensors end, after that of their layer."""
MARKS = re.compile(r"hada_|lokr_|lora_mid|dora_scale|._norm|on_input")
WHOLE = frozenset({"diff", "diff_b"})
RANKS = "hada_w1_b", "lokr_w2_b", "lokr_w1_b", "lora_down"
"""Those whose first axis is the rank, by which the alpha is divided; where there is none, the alpha is for
nothing."""
NUMBERS = frozenset({"alpha", "on_input"})
"""Those that are a single number."""
TINY = 1e-12

Parts = Mapping[str, "torch.Tensor"]
"""What a file has for one layer, by the kind of tensor."""


def take(tensors: dict[str, torch.Tensor]) -> dict[str, dict[str, torch.Tensor]]:
    """Take those out of a file's tensors that are no plain pairs of matrices.

    Args:
        tensors: By name. Those of pairs stay.

    Returns:
        By the name of the layer as the file has it, then by kind.
    """
    layers: dict[str, dict[str, str]] = {}
    for name in tensors:
        if (ending := KIND.search(name)) is not None:
            layers.setdefault(name[: ending.start()], {})[ending[1] or ending[2]] = name
    found: dict[str, dict[str, torch.Tensor]] = {}
    for layer, names in layers.items():
        paired = "lora_down" in names or f"{layer}.lora_A.weight" in tensors
        if any(map(MARKS.match, names)) or (not paired and not WHOLE.isdisjoint(names)):
            found[layer] = {kind: tensors.pop(name) for kind, name in names.items()}
    return found


def change(
    parts: Parts,
    strength: float,
    shape: Sequence[int],
    weight: torch.Tensor | None,
    rows: torch.Tensor | None = None,
) -> torch.Tensor | None:
    """What is added to the weight of a layer.

    Args:
        parts: The file's tensors for it.
        strength: 0 = nothing, 1 = as it was trained.
        shape: Of the weight, [outputs, inputs, ...].
        weight: The weight; only a DoRA's and an (IA)³'s change depends on it.
        rows: Which outputs of the layer that the file means are this one's; None for all, in order.

    Returns:
        Of the weight's shape, float32; None where only the bias changes.
    """
    if "on_input" in parts:
        assert weight is not None
        return _scaled(parts, weight) * strength
    whole = product(parts)
    if whole is None:
        return None
    if rows is not None:
        whole = whole.flatten(1)[rows]
    whole = whole.reshape(tuple(shape))
    if "dora_scale" not in parts:
        return whole * (strength * _factor(parts))
    assert weight is not None
    lengths = parts["dora_scale"].float()
    lengths = lengths[rows] if rows is not None and len(lengths) > 1 else lengths
    return (_decomposed(weight + whole * _factor(parts), lengths) - weight) * strength


def bias_change(parts: Parts, strength: float) -> torch.Tensor | None:
    """What is added to the bias of a layer, [outputs]; None for nothing."""
    bias = parts.get("diff_b", parts.get("b_norm"))
    return None if bias is None else bias.float() * strength


def needs_weight(parts: Parts) -> bool:
    """Whether the change depends on the weight."""
    return "dora_scale" in parts or "on_input" in parts


def product(parts: Parts) -> torch.Tensor | None:
    """The factors of a change multiplied out, [outputs, ...], float32; None where there are none."""
    part = {kind: tensor.float() for kind, tensor in parts.items()}
    if "hada_w1_a" in part:
        return _half(part, "1") * _half(part, "2")
    if "lokr_w1" in part or "lokr_w1_a" in part:
        return _kronecker(part)
    if "lora_mid" in part:
        return _tucker(part["lora_mid"], part["lora_up"].flatten(1).T, part["lora_down"].flatten(1))
    if "lora_up" in part:
        return part["lora_up"].flatten(1) @ part["lora_down"].flatten(1)
    return part.get("diff", part.get("w_norm"))


def _factor(parts: Parts) -> float:
    rank = next((len(parts[kind]) for kind in RANKS if kind in parts), 0)
    return float(parts["alpha"]) / rank if rank and "alpha" in parts else 1.0


def _half(part: Parts, number: str) -> torch.Tensor:
    """One of the two whose product by elements a LoHa is (Hyeon-Woo et al., arXiv 2108.06098)."""
    one, other = part[f"hada_w{number}_a"], part[f"hada_w{number}_b"]
    core = part.get(f"hada_t{number}")
    if core is None:
        return one @ other
    # Inputs first, as PEFT does, since the last bits depend on it
    return _tucker(core.transpose(0, 1), other, one).transpose(0, 1)


def _kronecker(part: Parts) -> torch.Tensor:
    import torch

    one = part["lokr_w1"] if "lokr_w1" in part else part["lokr_w1_a"] @ part["lokr_w1_b"]
    if "lokr_w2" in part:
        other = part["lokr_w2"]
    elif "lokr_t2" in part:
        other = _tucker(part["lokr_t2"], part["lokr_w2_a"], part["lokr_w2_b"])
    else:
        other = part["lokr_w2_a"] @ part["lokr_w2_b"]
    return torch.kron(one.reshape(*one.shape, *[1] * (other.ndim - 2)), other.contiguous())


def _tucker(core: torch.Tensor, outputs: torch.Tensor, inputs: torch.Tensor) -> torch.Tensor:
    """The kernel of a convolution of which ranks go in and out, [outputs, inputs, ...]."""
    import torch

    return torch.einsum("i j ..., i p, j r -> p r ...", core, outputs, inputs)


def _decomposed(weight: torch.Tensor, lengths: torch.Tensor) -> torch.Tensor:
    """A weight whose rows, or columns in older files, have these lengths (Liu et al., arXiv 2402.09353)."""
    import torch

    axis = 0 if len(lengths) == len(weight) else 1
    others = [i for i in range(weight.ndim) if i != axis]
    norm = torch.linalg.vector_norm(weight, dim=others, keepdim=True).clamp(min=TINY)
    return weight * (lengths.reshape(norm.shape) / norm)


def _scaled(parts: Parts, weight: torch.Tensor) -> torch.Tensor:
    """What (IA)³ (Liu et al., arXiv 2205.05638) adds: each input's or output's weights times a number."""
    axis = 1 if bool(parts["on_input"].any()) else 0
    numbers = [1] * weight.ndim
    numbers[axis] = -1
    return weight * parts["weight"].float().reshape(numbers)
