"""Weights for the blocks of a model, by which a LoRA counts more in some of them than in others.

They are written as for A1111's extension "LoRA Block Weight": a list whose first number is for the text
encoder, then one for each block with attention, or one for each block; or as a dict by block.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from math import isfinite
from typing import Any

from engine.errors import ValueRefused

FORM = 'numbers with commas between them, or a dict such as {"down": 1, "mid": 0.5, "up": {"block_1": 0}}'
BASE = "base"
LARGEST = 100.0

Numbered = dict[str, tuple[str, ...]]
"""Block as people number it → how the names of its modules begin."""


def canonical(text: str) -> str:
    """Block weights as canonical JSON; empty where there are none.

    Args:
        text: As somebody wrote them.

    Raises:
        ValueRefused: They are no numbers, or beyond ±100.
    """
    text = text.strip()
    if not text:
        return ""
    try:
        tree = json.loads(text if text[0] in "[{" else f"[{text}]")
    except (ValueError, RecursionError):
        raise ValueRefused(FORM, repr(text[:80])) from None
    _check(tree)
    direct = tree if isinstance(tree, list) else [tree.get(BASE)]
    if any(isinstance(one, dict | list) for one in direct):
        raise ValueRefused(FORM, repr(text[:80]))
    return json.dumps(tree, sort_keys=True, separators=(",", ":"))


def _check(tree: Any) -> None:
    for leaf in _leaves(tree):
        number = isinstance(leaf, int | float) and not isinstance(leaf, bool)
        if not number or not isfinite(leaf) or abs(leaf) > LARGEST:
            raise ValueRefused(f"weights from -{LARGEST:g} to {LARGEST:g}", repr(leaf)[:80])


def _leaves(tree: Any) -> Iterator[Any]:
    if isinstance(tree, dict | list):
        for one in tree.values() if isinstance(tree, dict) else tree:
            yield from _leaves(one)
    else:
        yield tree


def of_text(blocks: str) -> float:
    """The weight for text encoders.

    Args:
        blocks: As ``canonical`` gives it.
    """
    tree = json.loads(blocks or "[]")
    return float(tree.get(BASE, 1.0) if isinstance(tree, dict) else tree[0] if tree else 1.0)


def of_denoiser(blocks: str, model: Any) -> Callable[[str], float]:
    """The weights for the layers of a denoiser: name → weight; 1 where nothing is said.

    Args:
        blocks: As ``canonical`` gives it.
        model: The U-Net or transformer.

    Raises:
        ValueRefused: The model has other blocks, or another number of them.
    """
    tree = json.loads(blocks or "{}")
    found = _of_list(tree, model) if isinstance(tree, list) else _of_dict(tree, model)

    def weight(layer: str) -> float:
        while layer not in found and layer:
            layer = layer.rpartition(".")[0]
        return found.get(layer, 1.0)

    return weight


def numbered(model: Any) -> Numbered:
    """The blocks of a model by the numbers that people know them by, in order.

    ``IN00`` …, ``MID``, ``OUT00`` … for U-Nets, as the first release numbers its layers; for transformers
    their own names, such as ``transformer_blocks.0``.
    """
    from torch import nn

    if hasattr(model, "down_blocks"):
        return dict([("IN00", ("conv_in",)), *_down(model), ("MID", ("mid_block",)), *_up(model)])
    lists = [(name, part) for name, part in model.named_children() if isinstance(part, nn.ModuleList)]
    return {f"{name}.{i}": (f"{name}.{i}",) for name, part in lists for i in range(len(part))}


def _down(model: Any) -> Iterator[tuple[str, tuple[str, ...]]]:
    at = 1
    for i, block in enumerate(model.down_blocks):
        for j in range(len(block.resnets)):
            yield f"IN{at:02}", _layer(f"down_blocks.{i}", block, j)
            at += 1
        if getattr(block, "downsamplers", None) is not None:
            yield f"IN{at:02}", (f"down_blocks.{i}.downsamplers",)
            at += 1


def _up(model: Any) -> Iterator[tuple[str, tuple[str, ...]]]:
    at = 0
    for i, block in enumerate(model.up_blocks):
        for j in range(len(block.resnets)):
            last = j == len(block.resnets) - 1
            names = _layer(f"up_blocks.{i}", block, j)
            yield f"OUT{at:02}", (*names, f"up_blocks.{i}.upsamplers") if last else names
            at += 1


def _layer(name: str, block: Any, j: int) -> tuple[str, ...]:
    resnet = f"{name}.resnets.{j}"
    return (resnet, f"{name}.attentions.{j}") if hasattr(block, "attentions") else (resnet,)


def _attends(prefixes: tuple[str, ...]) -> bool:
    return any(".attentions." in prefix or "." not in prefix for prefix in prefixes)


def _of_list(weights: list[float], model: Any) -> dict[str, float]:
    every = numbered(model)
    some = {
        name: prefixes for name, prefixes in every.items() if name != "IN00" and _attends(prefixes)
    } or every
    for blocks in (some, every):
        if len(weights) == len(blocks) + 1:
            pairs = zip(blocks.values(), weights[1:], strict=True)
            return {prefix: float(weight) for prefixes, weight in pairs for prefix in prefixes}
    counts = " or ".join(str(count) for count in sorted({len(some) + 1, len(every) + 1}))
    raise ValueRefused(f"{counts} block weights, the first for the text encoder", str(len(weights)))


def _of_dict(tree: Mapping[str, Any], model: Any) -> dict[str, float]:
    blocks = numbered(model)
    modules = {name for name, _ in model.named_modules()}
    found: dict[str, float] = {}
    for name, weight in tree.items():
        if name == BASE:
            continue
        said = {prefix: float(value) for prefix, value in _said(name, weight, blocks)}
        if modules.isdisjoint(said):
            some = ", ".join([*list(blocks)[:4], "…"])
            raise ValueRefused(f"a block of the model ({some})", repr(name)[:80])
        found |= said
    return found


def _said(name: str, weight: Any, blocks: Numbered) -> Iterator[tuple[str, Any]]:
    """What an entry says: how names of modules begin, with their weights."""
    if name in ("down", "mid", "up"):
        yield from _flat(f"{name}_block" if name == "mid" else f"{name}_blocks", weight)
        return
    if isinstance(weight, dict | list):
        raise ValueRefused(f"a number for {name[:80]}", json.dumps(weight)[:80])
    known = {block.casefold(): prefixes for block, prefixes in blocks.items()}
    known |= {"m00": known["mid"]} if "mid" in known else {}
    for prefix in known.get(name.casefold(), (name,)):
        yield prefix, weight


def _flat(prefix: str, weight: Any) -> Iterator[tuple[str, Any]]:
    """As diffusers nests them: ``block_1`` in a dict is a block, a list has one number for each layer."""
    if isinstance(weight, dict):
        for name, value in weight.items():
            yield from _flat(f"{prefix}.{name.removeprefix('block_')}", value)
    elif isinstance(weight, list):
        for j, value in enumerate(weight):
            yield from ((f"{prefix}.{part}.{j}", value) for part in ("attentions", "resnets"))
    else:
        yield prefix, weight
