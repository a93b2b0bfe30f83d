"""Depth and what follows from it: the direction that surfaces face."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from engine import Context, OnDevice, node
from nodes.control.estimators import DepthEstimator
from nodes.control.picture import brightness, control_picture, pillow, seen
from nodes.values import F, Image

if TYPE_CHECKING:
    import torch

NEAREST = 1e-3
"""Metres below which a distance counts as this one."""


@node("control.depth")
def depth(image: Image, estimator: OnDevice[DepthEstimator[F]], ctx: Context) -> Image:
    """Estimate how near everything is: the nearest white, the farthest black.

    Estimators of relative depth give the inverse of distance up to scale; those of metres are inverted to
    give the same. Each picture is stretched from black to white.

    Args:
        image: The pictures; what lies behind them is black.
        estimator: The model, from ``load.depth``.
        ctx: Told of every picture.
    """
    import torch

    planes: list[torch.Tensor] = []
    for picture in seen(image):
        ctx.tick()
        found = predicted(estimator, picture)
        planes.append(_stretched(1 / found.clamp(min=NEAREST) if _in_metres(estimator.model) else found))
        ctx.progress(len(planes), len(image.pixels))
    return control_picture(torch.stack(planes))


@node("control.normal")
def normal(depth: Image, relief: Annotated[float, Field(gt=0, le=100)] = 0.5) -> Image:
    """Tell from depth which way surfaces face: blue to the viewer, red to the left, green upwards.

    These are the colours of ControlNet 1.1's model for normals (ScanNet's, as Bae's estimator gives them).

    Args:
        depth: How near everything is, the nearest white, from ``control.depth``.
        relief: How far white stands out before black, in parts of the picture's longer side.
    """
    import torch

    near = brightness(depth)
    scale = relief * max(near.shape[1:])
    down, right = torch.gradient(near * scale, dim=(1, 2))
    facing = torch.nn.functional.normalize(torch.stack([right, down, torch.ones_like(near)], dim=-1), dim=-1)
    return Image((facing + 1) / 2)


def predicted(estimator: OnDevice[Any], picture: torch.Tensor) -> torch.Tensor:
    """What a model says of a picture, in its own unit, float32 [H, W].

    Args:
        estimator: From ``load.depth``.
        picture: float32 [H, W, 3], 0..1.
    """
    import torch

    model, size = estimator.model, tuple(picture.shape[:2])
    inputs = model.processor(images=pillow(picture), return_tensors="pt")
    with torch.no_grad():
        outputs = model(**inputs.to(estimator.device, model.dtype))
    outputs.predicted_depth = outputs.predicted_depth.float()
    # the second argument is the picture's size before it was prepared for ZoeDepth, and the wanted one else
    [found] = model.processor.post_process_depth_estimation(outputs, [size])
    return found["predicted_depth"].cpu()


def _in_metres(model: Any) -> bool:
    config = model.config
    return config.model_type == "zoedepth" or getattr(config, "depth_estimation_type", "") == "metric"


def _stretched(plane: torch.Tensor) -> torch.Tensor:
    """From 0 to 1; even ground is 0."""
    low, high = plane.min(), plane.max()
    return (plane - low) / (high - low) if high > low else plane * 0
