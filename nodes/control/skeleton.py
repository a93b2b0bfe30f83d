"""A person's joints drawn as OpenPose draws them, which is what ControlNets for poses were trained on.

Eighteen joints and seventeen limbs (Cao et al. 2019, the COCO model); joint i has the hue i/18 of the colour
circle, limb i too, at six tenths of the brightness so that joints stand out.
"""

from __future__ import annotations

from collections.abc import Iterable
from colorsys import hsv_to_rgb
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch

JOINTS = (
    *("nose", "neck", "right shoulder", "right elbow", "right wrist", "left shoulder", "left elbow"),
    *("left wrist", "right hip", "right knee", "right ankle", "left hip", "left knee", "left ankle"),
    *("right eye", "left eye", "right ear", "left ear"),
)
"""In OpenPose's order."""
COCO = (
    *("nose", "left eye", "right eye", "left ear", "right ear", "left shoulder", "right shoulder"),
    *("left elbow", "right elbow", "left wrist", "right wrist", "left hip", "right hip"),
    *("left knee", "right knee", "left ankle", "right ankle"),
)
"""In the order of the COCO data set, which has no neck."""
LIMBS = (
    *((1, 2), (1, 5), (2, 3), (3, 4), (5, 6), (6, 7), (1, 8), (8, 9), (9, 10), (1, 11), (11, 12), (12, 13)),
    *((1, 0), (0, 14), (14, 16), (0, 15), (15, 17)),
)
"""Places in ``JOINTS`` that are joined."""
THICKNESS = 128
"""A joint's radius, and half a limb's thickness, is this part of the picture's shorter side: 4 of 512."""
DIM = 0.6

Joint = tuple[float, float] | None
"""x and y in pixels; None for one that was not found."""


def joints_of(points: torch.Tensor, scores: torch.Tensor, threshold: float) -> list[Joint]:
    """OpenPose's joints from COCO's; the neck is between the shoulders.

    Args:
        points: [17, 2], x and y in pixels.
        scores: [17].
        threshold: Score above which a joint counts as found.

    Returns:
        One for each of ``JOINTS``.
    """
    found: dict[str, Joint] = {
        name: (x, y)
        for name, (x, y), score in zip(COCO, points.tolist(), scores.tolist(), strict=True)
        if score > threshold
    }
    left, right = found.get("left shoulder"), found.get("right shoulder")
    if left and right:
        found["neck"] = ((left[0] + right[0]) / 2, (left[1] + right[1]) / 2)
    return [found.get(name) for name in JOINTS]


def drawn(people: Iterable[list[Joint]], height: int, width: int) -> torch.Tensor:
    """Draw people on black.

    Args:
        people: The joints of each, as in ``joints_of``.
        height: Of the picture, in pixels.
        width: Of the picture, in pixels.

    Returns:
        float32 [H, W, 3], 0..1.
    """
    import numpy as np
    import torch
    from skimage.draw import disk, ellipse

    canvas = np.zeros((height, width, 3), np.float32)
    radius = max(1.0, min(height, width) / THICKNESS)
    for joints in people:
        for place, (start, end) in enumerate(LIMBS):
            if (a := joints[start]) and (b := joints[end]):
                (x, y), (dx, dy) = ((a[0] + b[0]) / 2, (a[1] + b[1]) / 2), (b[0] - a[0], b[1] - a[1])
                limb = ellipse(
                    *(y, x, radius, max(np.hypot(dx, dy) / 2, radius)),
                    shape=(height, width),
                    rotation=-np.arctan2(dy, dx),
                )
                canvas[limb] = DIM * np.array(colour(place))
        for place, joint in enumerate(joints):
            if joint:
                canvas[disk((joint[1], joint[0]), radius, shape=(height, width))] = colour(place)
    return torch.from_numpy(canvas)


def colour(place: int) -> tuple[float, float, float]:
    """Red, green and blue of a joint or a limb, 0..1."""
    return hsv_to_rgb(place / len(JOINTS), 1, 1)
