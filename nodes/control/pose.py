"""The pose of people, as the skeletons that ControlNets follow."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from engine import Context, OnDevice, node
from engine.errors import ValueRefused
from nodes.control.estimators import PoseEstimator
from nodes.control.picture import pillow, seen
from nodes.control.skeleton import COCO, drawn, joints_of
from nodes.values import F, Image, Mask

if TYPE_CHECKING:
    import torch

Box = tuple[float, float, float, float]
"""Left, top, width and height in pixels, as in COCO."""


@node("control.pose")
def pose(
    image: Image,
    estimator: OnDevice[PoseEstimator[F]],
    ctx: Context,
    *people: Mask,
    threshold: Annotated[float, Field(ge=0, le=1)] = 0.3,
) -> Image:
    """Estimate where the joints of people are, and draw their skeletons in OpenPose's colours on black.

    The estimator looks for one person in a box. Without boxes, it takes the whole picture for one; for
    several people mask each of them, roughly.

    Args:
        image: The pictures; what lies behind them is black.
        estimator: The model, from ``load.pose``.
        ctx: Told of every picture.
        people: A mask for each person, of the pictures' size: its box is where the person is. Empty ones
            are nobody.
        threshold: Score above which a joint is drawn.

    Raises:
        ValueRefused: A mask has another size or number than the pictures; or the model knows other joints.
    """
    import torch

    pixels = seen(image)
    count, height, width, _ = pixels.shape
    for mask in people:
        if mask.pixels.shape[1:] != (height, width) or mask.pixels.shape[0] not in (1, count):
            expected = f"masks of {width}×{height}, one or {count}"
            got = f"{mask.pixels.shape[0]} of {mask.pixels.shape[2]}×{mask.pixels.shape[1]}"
            raise ValueRefused(expected, got)
    pictures: list[torch.Tensor] = []
    for place, picture in enumerate(pixels):
        ctx.tick()
        boxes: list[Box] = [(0, 0, width, height)]
        if people:
            masks = [mask.pixels[place % len(mask.pixels)] for mask in people]
            boxes = [box for mask in masks if (box := box_of(mask))]
        found = keypoints(estimator, picture, boxes)
        joints = [joints_of(points, scores, threshold) for points, scores in found]
        pictures.append(drawn(joints, height, width))
        ctx.progress(len(pictures), count)
    return Image(torch.stack(pictures))


def box_of(mask: torch.Tensor) -> Box | None:
    """The smallest box around what a mask [H, W] marks with more than half; None when it marks nothing."""
    marked = mask > 0.5
    if not bool(marked.any()):
        return None
    (top, bottom), (left, right) = (
        (int(line.nonzero().min()), int(line.nonzero().max()) + 1) for line in (marked.any(1), marked.any(0))
    )
    return left, top, right - left, bottom - top


def keypoints(
    estimator: OnDevice[Any], picture: torch.Tensor, boxes: Sequence[Box]
) -> list[tuple[torch.Tensor, torch.Tensor]]:
    """Points [17, 2] (x and y in pixels) and scores [17] of the person in each box, in COCO's order.

    Args:
        estimator: From ``load.pose``.
        picture: float32 [H, W, 3], 0..1.
        boxes: Where people are.

    Raises:
        ValueRefused: The model knows other joints.
    """
    import torch

    model = estimator.model
    if model.config.num_labels != len(COCO):
        raise ValueRefused(f"a model of COCO's {len(COCO)} joints", f"one of {model.config.num_labels}")
    if not boxes:
        return []
    inputs = model.processor(pillow(picture), boxes=[boxes], return_tensors="pt")
    inputs = inputs.to(estimator.device, model.dtype)
    if model.config.backbone_config.num_experts > 1:
        # ViTPose++ has experts for several data sets, COCO's first
        inputs["dataset_index"] = torch.zeros(len(boxes), dtype=torch.int64, device=estimator.device)
    with torch.no_grad():
        outputs = model(**inputs)
    outputs.heatmaps = outputs.heatmaps.float()
    [found] = model.processor.post_process_pose_estimation(outputs, boxes=[boxes])
    return [(person["keypoints"], person["scores"]) for person in found]
