"""What conditionings tell a model's IP-Adapters, by the order of the adapters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from nodes.diffusion.extra import PICTURE_PROMPT
from nodes.diffusion.refusal import StepRefused
from nodes.values import Cond

if TYPE_CHECKING:
    import torch

VECTOR, VECTOR_OR_BLACK = "vector", "vector_or_black"
STATES, STATES_OR_ZEROS = "states", "states_or_zeros"
"""What may be told of pictures. Where there are none to tell of, a family's adapters were trained with one or
the other: a vector of zeros, or a black picture's; the states of a grey picture, or zeros."""
FACE = "face"
"""What FaceID adapters are told: the vectors of a face."""
FOR_FACES = "IPAdapterFaceIDImageProjection"


def telling(cond: Cond, told: Mapping[str, torch.Tensor]) -> Cond:
    """A conditioning that tells the next adapter of pictures, too.

    Args:
        cond: What tells the adapters before it.
        told: By the names above: vectors [1, P, D] and states [1, P, T, D] of P pictures or faces, as far as
            the encoder gives them.
    """
    head = f"{PICTURE_PROMPT}.{_count(cond)}"
    return replace(cond, extra=cond.extra | {f"{head}.{name}": value for name, value in told.items()})


def _count(cond: Cond) -> int:
    return len({name.split(".")[1] for name in cond.extra if name.startswith(f"{PICTURE_PROMPT}.")})


def pictures_for(
    model: Any, cond: Cond, like: torch.Tensor, plain: str = VECTOR
) -> list[torch.Tensor] | None:
    """What each of a model's IP-Adapters is told, [N, P, D] or [N, P, T, D] of P pictures; None without any.

    Args:
        model: The U-Net or transformer.
        cond: Of N rows.
        like: Of the type that the model computes in.
        plain: What plain adapters read; all others read states, or faces.

    Raises:
        StepRefused: There are more pictures than adapters or fewer, or the encoder is another one's.
    """
    layers: Any = getattr(getattr(model, "encoder_hid_proj", None), "image_projection_layers", ())
    _check_count(cond, len(layers))
    read = [plain if hasattr(layer, "image_embeds") else _other(layer) for layer in layers]
    return [_told(cond, at, *one).to(like) for at, one in enumerate(zip(layers, read, strict=True))] or None


def _other(layer: Any) -> str:
    return FACE if type(layer).__name__ == FOR_FACES else STATES


def picture_for(model: Any, cond: Cond, like: torch.Tensor) -> torch.Tensor | None:
    """What the IP-Adapter of a model that takes but one is told, [N, T, D] of a picture; None without one.

    Args:
        model: The transformer.
        cond: Of N rows.
        like: Of the type that the model computes in.

    Raises:
        StepRefused: There are more pictures than one, or none, or the encoder is another one's.
    """
    layer = getattr(model, "image_proj", None)
    _check_count(cond, int(layer is not None))
    if layer is None:
        return None
    told = _told(cond, 0, layer, STATES_OR_ZEROS)
    if told.shape[1] != 1:
        cure = "Link one picture to conditioning.picture_prompt."
        raise StepRefused(f"expected one picture for this model's IP-Adapter, got {told.shape[1]}. {cure}")
    return told[:, 0].to(like)


def _check_count(cond: Cond, adapters: int) -> None:
    count = _count(cond)
    if adapters != count:
        cure = "Link conditioning.picture_prompt to both conditionings, once for each ip_adapter.apply."
        raise StepRefused(f"expected picture prompts for {adapters} IP-Adapters, got {count}. {cure}")


def _told(cond: Cond, at: int, layer: Any, name: str) -> torch.Tensor:
    from torch import nn

    told = cond.extra.get(f"{PICTURE_PROMPT}.{at}.{name}")
    width = next(part.in_features for part in layer.modules() if isinstance(part, nn.Linear))
    if told is None or told.shape[-1] != width:
        got = "none" if told is None else str(told.shape[-1])
        cure = "Link the picture encoder that the IP-Adapter was trained with."
        if name == FACE:
            cure = "Link conditioning.face_prompt with a vector of this width."
        raise StepRefused(
            f"expected {'faces' if name == FACE else 'pictures'} encoded {width} wide, got {got}. {cure}"
        )
    return told
