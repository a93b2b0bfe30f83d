"""A module from a folder of config and weights, as diffusers and transformers save them."""

from __future__ import annotations

import pickle
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from nodes.checkpoints.header import read_header
from nodes.checkpoints.refusal import AGAIN, UNPICKLED, CheckpointRefused
from nodes.checkpoints.widened import widened
from nodes.library_lock import library_lock
from nodes.recognise.pickled import read_tree

PICKLED = "pytorch_model*.bin"
NAME = re.compile(
    r"(?:diffusion_pytorch_model|model)(?:\.(?P<variant>\w+))?(?:-\d+-of-(?P<shards>\d+))?\.safetensors"
)
"""How diffusers and transformers call weights."""


def check_weights(folder: Path, part: str = "", *, pickled: bool = False) -> None:
    """Check that a part has weights and that they are whole, without reading them.

    Args:
        folder: The model.
        part: Subfolder of the part; empty for the folder itself.
        pickled: Whether weights in a pickle, which are read as plain data, will do.

    Raises:
        CheckpointRefused: There are none, their end is missing, or a pickle holds more than plain data.
    """
    place, name = folder / part, _name(folder, part)
    found = _weights(place, name)
    for weights in found:
        read_header(weights, f"{name}/{weights.name}")
    pickles = sorted(place.glob(PICKLED)) if pickled and not found else []
    for weights in pickles:
        read_tree(weights, f"{name}/{weights.name}")
    if not found and not pickles:
        others = ", ".join(sorted(path.name for path in place.glob("*") if path.suffix != ".json"))
        got = others or ("no weights" if place.is_dir() else "nothing")
        cure = "Download it again, or save it with save_pretrained, which writes safetensors."
        raise CheckpointRefused(name, "weights in a .safetensors file", got, cure)


def _weights(place: Path, name: str) -> list[Path]:
    """The files that hold a model's weights: one, or all shards of one; none where there are none such."""
    variant = _variant(place)
    of_variant = [(path, found) for path, found in _named(place) if found["variant"] == variant]
    if whole := [path for path, found in of_variant if not found["shards"]]:
        return whole[:1]
    if of_variant and len(of_variant) < (shards := int(of_variant[0][1]["shards"])):
        got = f"{len(of_variant)} of them"
        raise CheckpointRefused(name, f"all {shards} shards of its weights", got, AGAIN)
    return [path for path, _ in of_variant]


def from_pretrained(
    cls: Any,
    folder: Path,
    part: str = "",
    *,
    dtype: Any,
    pickled: bool = False,
    unused: tuple[str, ...] = (),
    **kwargs: Any,
) -> Any:
    """Build a part's module on the CPU, in eval mode; nothing is fetched and no code of the folder runs.

    Args:
        cls: Class of diffusers or transformers.
        folder: The model.
        part: Subfolder of the part; empty for the folder itself.
        dtype: Of the weights in memory.
        pickled: Whether weights in a pickle, which are read as plain data, will do.
        unused: How names begin of weights that the class has but never computes with; they may be missing.
        kwargs: More arguments of the class.

    Raises:
        CheckpointRefused: The weights can't be read, or some that the config asks for are missing.
    """
    check_weights(folder, part, pickled=pickled)
    if not kwargs and (model := widened(cls, folder / part, dtype)) is not None:
        return model
    from nodes.checkpoints.default_dtype import default_kept

    place, expected = _name(folder, part), f"the weights of a {cls.__name__}"
    kwargs |= {"weights_only": True} if pickled else {"use_safetensors": True}
    try:
        with default_kept():
            model, report = cls.from_pretrained(
                folder,
                subfolder=part,
                variant=_variant(folder / part),
                local_files_only=True,
                output_loading_info=True,
                dtype=dtype,
                **kwargs,
            )
    except pickle.UnpicklingError as error:  # its message advises to run the file
        raise CheckpointRefused(place, expected, UNPICKLED, AGAIN) from error
    except (OSError, ValueError, RuntimeError) as error:
        got = "weights of other shapes" if "ignore_mismatched_sizes" in str(error) else str(error)
        raise CheckpointRefused(place, expected, got, AGAIN) from error
    # Both libraries would go on with random weights in their place
    if lacking := sorted(name for name in report["missing_keys"] if not name.startswith(unused)):
        got = f"none for {lacking[0]} and {len(lacking) - 1} more"
        cure = "Its config is another model's: download the folder again."
        raise CheckpointRefused(place, expected, got, cure)
    return model.eval()


def from_transformers(
    folder: Path, model: str, beside: Mapping[str, str] | None = None, *, dtype: Any, **options: Any
) -> Any:
    """Build a model of transformers from the folder that holds it alone, with what prepares its inputs.

    Args:
        folder: The model.
        model: Name of its class; the caller knows it, no folder says it.
        beside: Attribute of the model → class of its processor or tokenizer, which the folder holds, too.
        dtype: Of the weights in memory.
        options: More arguments of ``from_pretrained``.

    Raises:
        CheckpointRefused: See ``from_pretrained``.
    """
    with library_lock:
        import transformers

        module = getattr(transformers, model)
        others = {attribute: getattr(transformers, name) for attribute, name in (beside or {}).items()}
    built = from_pretrained(module, folder, dtype=dtype, **options)
    for attribute, other in others.items():
        setattr(built, attribute, other.from_pretrained(folder, local_files_only=True))
    return built


def _name(folder: Path, part: str) -> str:
    return f"{folder.name}/{part}" if part else folder.name


def _variant(place: Path) -> str | None:
    """What stands between stem and suffix, such as ``fp16``, where a part has no plain weights' file."""
    variants = {found["variant"] for _, found in _named(place)}
    return None if None in variants or not variants else min(variants)


def _named(place: Path) -> list[tuple[Path, re.Match[str]]]:
    """Files of weights, and what their names say."""
    return [
        (path, found)
        for path in sorted(place.glob("*.safetensors"))
        if (found := NAME.fullmatch(path.name)) is not None
    ]
