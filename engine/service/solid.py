"""Pictures of meshes: their faces as seen from above and one side, those in front drawn last."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

if TYPE_CHECKING:
    import numpy as np
    import torch
    from PIL.Image import Image

SIDE = 512
FINE = 2
"""Times that a picture is drawn larger first, so that its edges are smooth."""
FACES = 200_000
"""Faces that are drawn one by one; more are drawn as dots, since they are hardly larger."""
TURN, TIP = 0.6, 0.4
"""Angles of the view, in radians; the editor's own begins with the same."""
LIGHT = (0.35, 0.6, 0.72)
AMBIENT = 0.35
PLAIN = (0.62, 0.6, 0.78)


@runtime_checkable
class Surface(Protocol):
    """A mesh, as values of all packs have it."""

    vertices: torch.Tensor
    faces: torch.Tensor


def rendered(mesh: Surface) -> Image:
    """Draw a mesh: vertices [V, 3], y up; triangles [F, 3]; colours [V, 3] in 0..1, if it has any."""
    import numpy as np
    from PIL import Image, ImageDraw

    side = SIDE * FINE
    picture = Image.new("RGBA", (side, side), (0, 0, 0, 0))
    vertices, faces = _array(mesh.vertices), _array(mesh.faces).astype(np.int64)
    faces = faces[((faces >= 0) & (faces < len(vertices))).all(1)] if len(faces) else faces
    if not len(vertices) or not len(faces):
        return picture.resize((SIDE, SIDE))
    seen = _seen(np.nan_to_num(vertices, posinf=0.0, neginf=0.0))
    corners = seen[faces]
    order = np.argsort(corners[..., 2].mean(1))
    corners, shades = corners[order], _shades(corners, _colours(mesh, faces))[order]
    flat = np.stack([side / 2 + corners[..., 0] * side * 0.46, side / 2 - corners[..., 1] * side * 0.46], -1)
    pen = ImageDraw.Draw(picture)
    if len(flat) <= FACES:
        for face, shade in zip(flat.reshape(len(flat), 6).tolist(), shades.tolist(), strict=True):
            pen.polygon(face, tuple(shade), tuple(shade))
        return picture.resize((SIDE, SIDE), Image.Resampling.BOX)
    return _dots(flat.mean(1), shades).resize((SIDE, SIDE), Image.Resampling.BOX)


def _array(tensor: Any) -> np.ndarray:
    return tensor.detach().cpu().double().numpy()


def _seen(vertices: np.ndarray) -> np.ndarray:
    """Vertices within -1..1 around their middle, turned about the upright axis, then tipped to the viewer."""
    import numpy as np

    vertices = vertices / (np.abs(vertices).max() or 1.0)
    vertices = vertices - (vertices.min(0) + vertices.max(0)) / 2
    x, y, z = (vertices / (np.linalg.norm(vertices, axis=1).max() or 1.0)).T
    across = x * math.cos(TURN) + z * math.sin(TURN)
    deep = z * math.cos(TURN) - x * math.sin(TURN)
    up = y * math.cos(TIP) - deep * math.sin(TIP)
    return np.stack([across, up, y * math.sin(TIP) + deep * math.cos(TIP)], -1)


def _colours(mesh: Surface, faces: np.ndarray) -> np.ndarray:
    """The colour of each face: the mean of its vertices'."""
    import numpy as np

    colours = getattr(mesh, "colours", None)
    if colours is None or tuple(colours.shape) != (len(mesh.vertices), 3):
        return np.broadcast_to(np.asarray(PLAIN), (len(faces), 3))
    return np.clip(np.nan_to_num(_array(colours)), 0, 1)[faces].mean(1)


def _shades(corners: np.ndarray, colours: np.ndarray) -> np.ndarray:
    """Colours in 0..255 as bright as the light falls on the faces, from whichever side."""
    import numpy as np

    normals = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    lengths = np.linalg.norm(normals, axis=1, keepdims=True)
    facing = np.abs((normals / np.where(lengths, lengths, 1)) @ np.asarray(LIGHT))
    shaded = colours * (AMBIENT + (1 - AMBIENT) * facing[:, None])
    return np.concatenate(
        [(np.clip(shaded, 0, 1) * 255).astype(np.uint8), np.full((len(corners), 1), 255, np.uint8)], 1
    )


def _dots(places: np.ndarray, shades: np.ndarray) -> Image:
    import numpy as np
    from PIL import Image

    side = SIDE * FINE
    pixels = np.zeros((side, side, 4), np.uint8)
    x, y = np.clip(places.T.astype(np.int64), 0, side - 3)
    for down in range(3):
        for along in range(3):
            pixels[y + down, x + along] = shades
    return Image.fromarray(pixels)
