"""Which layers of a model a LyCORIS file means by the names that it has for them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from nodes.patches.lora_file import CLIP_ROOT, PEFT, TEXT, Tensors
from nodes.patches.lycoris import Parts, product

if TYPE_CHECKING:
    import torch

HEADS = ("lora_unet_", "lora_transformer_", "lycoris_", "lora_", "diffusion_model.", PEFT, "")
"""How the names of layers of denoisers begin, before the layer's own."""
ROOT = CLIP_ROOT.replace(".", "_")
Rename = Callable[[Tensors], Tensors]
"""Gives tensors of a LoRA for a denoiser the names that PEFT has for them."""


class Placed(NamedTuple):
    """What a file has for a layer of a model.

    Attributes:
        part: Of the family, as its folders name it.
        layer: Its name in the part.
        parts: The file's tensors.
        rows: Which outputs of the file's layer are this one's; None for all.
    """

    part: str
    layer: str
    parts: Parts
    rows: torch.Tensor | None = None


def place(
    layers: Mapping[str, Parts], models: Mapping[str, Any], texts: Sequence[str], rename: Rename
) -> tuple[list[Placed], list[str]]:
    """Find the layers.

    Args:
        layers: The file's tensors by the name of the layer, then by kind.
        models: Part as folders name it → module: a denoiser, or text encoders.
        texts: The family's text encoders, in order.
        rename: Converts a LoRA's names.

    Returns:
        What was found, and the names of those that are none of the models'.
    """
    tables = {part: _flat(model) for part, model in models.items()}
    found: list[Placed] = []
    rest: dict[str, Parts] = {}
    for name, parts in layers.items():
        direct = list(_direct(name, parts, tables, texts))
        found += direct
        if not direct:
            rest[name] = parts
    texting = all(part in texts for part in models)
    rest = {name: parts for name, parts in rest.items() if name.startswith(TEXT) == texting}
    if not texting:
        [(part, table)] = tables.items()
        known = set(table.values())
        renamed = [one for one in _renamed(rest, part, rename) if one.layer in known]
        found += renamed
        placed = {id(one.parts) for one in renamed}
        rest = {name: parts for name, parts in rest.items() if id(parts) not in placed}
    return found, list(rest)


def _flat(model: Any) -> dict[str, str]:
    return {name.replace(".", "_"): name for name, _ in model.named_modules() if name}


def _direct(
    name: str, parts: Parts, tables: Mapping[str, Mapping[str, str]], texts: Sequence[str]
) -> Iterator[Placed]:
    """Those that are called as in the model, but for dots."""
    for part, table in tables.items():
        heads = _heads_of_text(texts.index(part)) if part in texts else HEADS
        for head in (f"{part}.", *heads):
            if name.startswith(head):
                flat = name.removeprefix(head).replace(".", "_")
                layer = table.get(flat) or table.get(flat.removeprefix(ROOT)) or table.get(ROOT + flat)
                if layer is not None:
                    yield Placed(part, layer, parts)
                    return


def _heads_of_text(index: int) -> tuple[str, ...]:
    numbered = (f"lora_te{index + 1}_", f"lycoris_te{index + 1}_")
    return numbered if index else (*numbered, "lora_te_", "lycoris_te_", PEFT)


def _renamed(layers: Mapping[str, Parts], part: str, rename: Rename) -> Iterator[Placed]:
    """Those that are called as in other programs' models, where several layers may be one.

    Names are converted with LoRAs in the place of the file's tensors: their first factor says which of the
    file's layers it was, their second which of its outputs.
    """
    import torch

    names = list(layers)
    loras: Tensors = {}
    for i, name in enumerate(names):
        whole = product({kind: tensor.to("meta") for kind, tensor in layers[name].items()})
        if whole is None:
            continue
        head = next(head for head in (f"{part}.", *HEADS) if name.startswith(head))
        key = "lora_unet_" + name.removeprefix(head).replace(".", "_")
        loras[f"{key}.lora_down.weight"] = torch.full((1, 1), float(i))
        loras[f"{key}.lora_up.weight"] = torch.arange(float(len(whole)))[:, None]
    found = _converted(loras, rename)
    for name, tensor in found.items():
        layer, lora, _ = name.partition(".lora_A.")
        rows = found.get(f"{layer}.lora_B.weight")
        if lora and rows is not None:
            parts = layers[names[int(tensor[0, 0])]]
            yield Placed(part, layer, parts, rows.flatten().long())


def _converted(loras: Tensors, rename: Rename) -> Tensors:
    """LoRAs by new names, without those that nothing is known of."""
    if not loras:
        return {}
    try:
        return rename(dict(loras))
    except (ValueError, KeyError, IndexError, RuntimeError, AttributeError, AssertionError):
        half = len(loras) // 4 * 2
        one, other = dict(list(loras.items())[:half]), dict(list(loras.items())[half:])
        return _converted(one, rename) | _converted(other, rename) if half else {}
