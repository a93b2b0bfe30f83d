"""A module from a folder of config and weights, as diffusers and transformers save them."""

from __future__ import annotations

import pickle
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from nodes.checkpoints.header import read_header
from nodes.checkpoints.refusal import AGAIN, UNPICKLED, CheckpointRefused
from nodes.checkpoints.widened import widened
from nodes.library_lock import library_lock
from nodes.recognise.pickled import read_tree

PICKLED = "pytorch_model*.bin"


def check_weights(folder: Path, part: str = "", *, pickled: bool = False) -> None:
    """Check that a part has weights and that they are whole, without reading them.

    Args:
        folder: The model.
        part: Subfolder of the part; empty for the folder itself.
        pickled: Whether weights in a pickle, which are read as plain data, will do.

    Raises:
        CheckpointRefused: There are none, their end is missing, or a pickle holds more than plain data.
    """
    place = folder / part
    found = sorted(place.glob("*.safetensors"))
    for weights in found:
        read_header(weights, f"{_name(folder, part)}/{weights.name}")
    pickles = sorted(place.glob(PICKLED)) if pickled and not found else []
    for weights in pickles:
        read_tree(weights, f"{_name(folder, part)}/{weights.name}")
    if not found and not pickles:
        got = ", ".join(sorted(path.name for path in place.glob("*"))) or "nothing"
        cure = "Download it again, or save it with save_pretrained, which writes safetensors."
        raise CheckpointRefused(_name(folder, part), "weights in a .safetensors file", got, cure)


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
    place, expected = _name(folder, part), f"the weights of a {cls.__name__}"
    if pickled:
        kwargs |= {"weights_only": True}
    else:
        kwargs |= {"use_safetensors": True}
    try:
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
    names = sorted(path.name for path in place.glob("*.safetensors"))
    plain = [name for name in names if name.count(".") == 1]
    return None if plain or not names else names[0].split(".")[1].partition("-")[0]
