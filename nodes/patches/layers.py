"""LoRAs in the layers of loaded models: put in once, then switched on, off and to another strength."""

from __future__ import annotations

import logging
import warnings
from collections import Counter
from collections.abc import Callable, Generator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from nodes.checkpoints.refusal import CheckpointRefused
from nodes.diffusion.family import Family
from nodes.library_lock import library_lock
from nodes.patches import blocks
from nodes.patches.lora_file import CLIP_ROOT, PEFT, LoraFile, Tensors, by_pefts_names, read
from nodes.patches.lycoris_names import Placed, place

if TYPE_CHECKING:
    from engine.declare.handle import Find
    from nodes.values import Patch

LOG = logging.getLogger(__name__)
KEPT = 4
"""LoRAs that stay in a model while they are off: switched on again, they aren't read."""
SECOND = "low_noise"
WORN = "_loras"
"""Attribute of a model: the names of the LoRAs that are in it, the first put in first."""


class _Worn(NamedTuple):
    """A LoRA that is on.

    Attributes:
        name: PEFT's name of it: the same file twice is two of them.
        patch: Which it is.
        weight: Name of a layer → its strength there.
    """

    name: str
    patch: Patch
    weight: Callable[[str], float]


def wear(models: Mapping[str, Any], family: Family, patches: list[Patch], find: Find) -> None:
    """Let models have these LoRAs and no others.

    Args:
        models: Part of the family, as its folders name it → module.
        family: The models'.
        patches: The LoRAs, in the order in which they are added up.
        find: Content digest → path.

    Raises:
        CheckpointRefused: A file is no LoRA for these models.
    """
    named = _named(patches)
    worn = {
        part: [_worn(name, patch, part, family, model) for name, patch in named]
        for part, model in models.items()
    }
    with ExitStack() as alone:
        for model in models.values():
            alone.enter_context(_without_second(model))
        for name, patch in named:
            if not any(name in _inside(model) for model in models.values()):
                _put_in(models, family, name, find(patch.digest))
        for part, model in models.items():
            _switch(model, worn[part])


@contextmanager
def _without_second(model: Any) -> Generator[None]:
    """Leave out Wan 2.2's second transformer, whose layers have the same names: it is patched by itself."""
    second = model._modules.pop(SECOND, None)
    try:
        yield
    finally:
        if second is not None:
            model._modules[SECOND] = second


def _named(patches: list[Patch]) -> list[tuple[str, Patch]]:
    seen = Counter[str]()
    found: list[tuple[str, Patch]] = []
    for patch in patches:
        seen[patch.digest] += 1
        found.append((f"{patch.digest.replace('.', '_')}_{seen[patch.digest]}", patch))
    return found


def _inside(model: Any) -> list[str]:
    return model.__dict__.setdefault(WORN, [])


def _worn(name: str, patch: Patch, part: str, family: Family, model: Any) -> _Worn:
    if part in family.texts:
        scale = patch.scale * blocks.of_text(patch.blocks)
        return _Worn(name, patch, lambda _: scale)
    weight = blocks.of_denoiser(patch.blocks, model)
    return _Worn(name, patch, lambda layer: patch.scale * weight(layer))


def _switch(model: Any, worn: list[_Worn]) -> None:
    """Switch those on that are worn, all others off; those beyond the last few that are off leave."""
    if not _inside(model):
        return
    from diffusers.utils.peft_utils import delete_adapter_layers
    from peft.tuners.tuners_utils import BaseTunerLayer

    from nodes.patches.changes import changed, forget

    pairs = getattr(model, "peft_config", None) or {}
    names = [one.name for one in worn if one.name in pairs]
    for layer_name, layer in model.named_modules():
        if isinstance(layer, BaseTunerLayer):
            tuned: Any = layer
            tuned.enable_adapters(bool(names))
            tuned.set_adapter(names)
            for one in worn:
                tuned.set_scale(one.name, one.weight(layer_name))
    for layer_name, changes in changed(model):
        changes.strengths = {one.name: one.weight(layer_name) for one in worn}
    off = [name for name in _inside(model) if name not in {one.name for one in worn}]
    for name in off[:-KEPT]:
        if name in pairs:
            delete_adapter_layers(model, name)
        forget(model, name)
        _inside(model).remove(name)


def _put_in(models: Mapping[str, Any], family: Family, name: str, path: Path) -> None:
    """Read a LoRA into the layers of the models that it has matrices for."""
    denoiser = models.get(family.denoiser)
    attending = list(getattr(denoiser, "attn_processors", ()))
    lora = read(path, family, getattr(denoiser, "config", None), attending)
    placed, strangers = place(lora.changes, models, list(family.texts), lora.rename)
    fitting = 0
    for part, model in models.items():
        fits, others = _sorted(_of_part(lora.tensors, part, model), part in family.texts, model, path)
        strangers += [f"{part}.{layer}" for layer in others]
        own = [one for one in placed if one.part == part]
        if fits:
            _inject(model, part, part in family.texts, name, lora._replace(tensors=fits), path)
        _change(model, name, own, path)
        if fits or own:
            fitting += 1
            _inside(model).append(name)
    if not fitting:
        got = ", ".join((strangers or sorted(lora.tensors))[:3]) or "none"
        cure = f"It is for another model: choose a LoRA for {family.title}."
        raise CheckpointRefused(path.name, f"layers of the {' or '.join(models)}", f"{got} …", cure)
    if strangers:
        some = ", ".join(strangers[:5])
        LOG.warning("%s: %d of its layers are none of the model's: %s", path.name, len(strangers), some)


def _change(model: Any, name: str, placed: list[Placed], path: Path) -> None:
    """Put what is no plain pair of matrices into its layers."""
    from nodes.patches.changes import ChangeMisfit, put

    layers = dict(model.named_modules())
    for one in placed:
        layer = layers[one.layer]
        base = layer.get_base_layer() if hasattr(layer, "get_base_layer") else layer
        try:
            put(base, name, one.parts, one.rows)
        except ChangeMisfit as error:
            cure = "It is for another model: choose a LoRA for this one."
            expected = f"{error.expected}, for {one.layer}"
            raise CheckpointRefused(path.name, expected, error.got, cure) from error


def _of_part(tensors: Tensors, part: str, model: Any) -> Tensors:
    """A part's tensors; of those that name no part, as PEFT saves them, the ones whose layers it has."""
    own = {name.removeprefix(f"{part}."): one for name, one in tensors.items() if name.startswith(f"{part}.")}
    if own:
        return own
    layers = {name for name, _ in model.named_modules()}
    bare = {name.removeprefix(PEFT): one for name, one in tensors.items()}
    return {name: one for name, one in bare.items() if _layer_of(name).removeprefix(CLIP_ROOT) in layers}


def _layer_of(name: str) -> str:
    return name.replace(".processor.", ".").partition(".lora_")[0]


def _sorted(tensors: Tensors, text: bool, model: Any, path: Path) -> tuple[Tensors, list[str]]:
    """The tensors by PEFT's names whose layers the model has, and the layers that it lacks."""
    named = by_pefts_names(tensors, text=text) if tensors else {}
    layers = dict(model.named_modules())
    fits: Tensors = {}
    others: set[str] = set()
    for name, tensor in named.items():
        layer, lora, kind = name.partition(".lora_")
        own = layer if layer in layers else layer.removeprefix(CLIP_ROOT)
        if not lora or own not in layers:
            others.add(layer)
            continue
        _check_shape(f"{lora}{kind}", tensor, layers[own], layer, path)
        fits[name] = tensor
    return fits, sorted(others)


def _check_shape(kind: str, tensor: Any, layer: Any, name: str, path: Path) -> None:
    weight = getattr(layer, "weight", None)
    if weight is None:
        return
    if kind.startswith(".lora_A"):
        got, expected, what = tensor.shape[1], weight.shape[1], "inputs"
    elif kind.startswith(".lora_B"):
        got, expected, what = tensor.shape[0], weight.shape[0], "outputs"
    else:
        return
    if got != expected:
        cure = "It is for another model: choose a LoRA for this one."
        raise CheckpointRefused(path.name, f"{expected} {what} of {name}", str(got), cure)


def _inject(model: Any, part: str, text: bool, name: str, lora: LoraFile, path: Path) -> None:
    put = _into_text_encoder if text else _into_denoiser
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "Already found a `peft_config` attribute")  # several are meant
            put(model, part, name, lora)
    except (ValueError, KeyError, RuntimeError, TypeError) as error:
        said = str(error).strip()[:300]
        cure = "Check that it is a LoRA for this model."
        raise CheckpointRefused(path.name, f"a LoRA for the {part}", said, cure) from error
    model.eval()


def _into_denoiser(model: Any, part: str, name: str, lora: LoraFile) -> None:
    tensors = {f"{part}.{key}": value for key, value in lora.tensors.items()}
    model.load_lora_adapter(
        tensors,
        prefix=part,
        network_alphas=lora.alphas,
        metadata=lora.settings,
        adapter_name=name,
        low_cpu_mem_usage=True,
    )


def _into_text_encoder(model: Any, part: str, name: str, lora: LoraFile) -> None:
    """As diffusers' loaders do it, but for transformers' way of loading, which reports the others missing."""
    with library_lock:
        from diffusers.utils.peft_utils import get_peft_kwargs
        from peft import LoraConfig, inject_adapter_in_model, set_peft_model_state_dict

    layers = dict(model.named_modules())
    tensors = {
        key if key.partition(".lora_")[0] in layers else key.removeprefix(CLIP_ROOT): value
        for key, value in lora.tensors.items()
    }
    ranks = {key: value.shape[1] for key, value in tensors.items() if key.endswith(".lora_B.weight")}
    alphas, settings = (_without(part, said) for said in (lora.alphas, lora.settings))
    config = LoraConfig(**(settings or get_peft_kwargs(ranks, alphas, tensors, is_unet=False)))
    inject_adapter_in_model(config, model, name, low_cpu_mem_usage=True, state_dict=tensors)
    set_peft_model_state_dict(model, tensors, name, low_cpu_mem_usage=True)
    model.to(dtype=model.dtype)
    model._hf_peft_config_loaded = True  # or what leaves would stay in the model's list


def _without(part: str, said: Mapping[str, Any] | None) -> dict[str, Any] | None:
    head = f"{part}."
    if said is None:
        return None
    return {name.removeprefix(head): one for name, one in said.items() if name.startswith(head)}
