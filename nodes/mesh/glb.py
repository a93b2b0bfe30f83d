"""Meshes to binary glTF files (glTF 2.0), which browsers' viewers and every modelling program read."""

from __future__ import annotations

import json
import struct
from typing import TYPE_CHECKING, Any

from engine.errors import ValueRefused

if TYPE_CHECKING:
    import numpy as np
    import torch

    from nodes.values import Mesh

FLOAT, UINT32 = 5126, 5125
VERTICES, INDICES = 34962, 34963


def encode(mesh: Mesh) -> list[bytes]:
    """A GLB file with the mesh as its only scene.

    Args:
        mesh: The mesh.

    Raises:
        ValueRefused: It has no faces, a vertex is not finite, a face names a vertex that isn't there, or
            there is not one colour for each vertex.
    """
    import numpy as np

    vertices = _floats(mesh.vertices)
    faces = mesh.faces.detach().cpu().numpy()
    if not len(vertices) or not len(faces):
        raise ValueRefused("a mesh with vertices and faces", f"{len(vertices)} and {len(faces)}")
    if not np.isfinite(vertices).all():
        raise ValueRefused("finite vertices", "NaN or infinity")
    if faces.min() < 0 or faces.max() >= len(vertices):
        raise ValueRefused(
            f"faces of vertices from 0 to {len(vertices) - 1}", f"{faces.min()} to {faces.max()}"
        )
    if mesh.colours is not None and mesh.colours.shape != mesh.vertices.shape:
        got = tuple(mesh.colours.shape)
        raise ValueRefused(f"colours of the form {tuple(mesh.vertices.shape)}, one for each vertex", f"{got}")
    parts: list[tuple[np.ndarray, str, int, int]] = [
        (faces.astype("<u4").reshape(-1), "SCALAR", UINT32, INDICES),
        (vertices, "VEC3", FLOAT, VERTICES),
    ]
    attributes = {"POSITION": 1}
    if mesh.colours is not None:
        parts.append((_linear(_floats(mesh.colours)), "VEC3", FLOAT, VERTICES))
        attributes["COLOR_0"] = 2
    return [_file(parts, attributes)]


def _floats(tensor: torch.Tensor) -> np.ndarray:
    return tensor.detach().cpu().float().contiguous().numpy().astype("<f4")


def _linear(colours: np.ndarray) -> np.ndarray:
    """Take the curve of sRGB (IEC 61966-2-1) off colours: the format has them linear."""
    import numpy as np

    bright = np.clip(np.nan_to_num(colours), 0, 1)
    return np.where(bright <= 0.04045, bright / 12.92, ((bright + 0.055) / 1.055) ** 2.4).astype("<f4")


def _file(parts: list[tuple[np.ndarray, str, int, int]], attributes: dict[str, int]) -> bytes:
    views: list[dict[str, Any]] = []
    accessors: list[dict[str, Any]] = []
    data = b""
    for number, (values, type_, component, target) in enumerate(parts):
        views.append({"buffer": 0, "byteOffset": len(data), "byteLength": values.nbytes, "target": target})
        accessor = {"bufferView": number, "componentType": component, "count": len(values), "type": type_}
        if number == attributes["POSITION"]:
            accessor |= {"min": values.min(0).tolist(), "max": values.max(0).tolist()}
        accessors.append(accessor)
        data += values.tobytes()
    scene = {
        "asset": {"version": "2.0", "generator": "knotwork"},
        "scene": 0,
        "scenes": [{"nodes": [0]}],
        "nodes": [{"mesh": 0}],
        "meshes": [{"primitives": [{"attributes": attributes, "indices": 0}]}],
        "accessors": accessors,
        "bufferViews": views,
        "buffers": [{"byteLength": len(data)}],
    }
    text = json.dumps(scene, separators=(",", ":"), sort_keys=True).encode()
    chunks = _chunk(b"JSON", text + b" " * (-len(text) % 4)) + _chunk(b"BIN\0", data)
    return b"glTF" + struct.pack("<II", 2, 12 + len(chunks)) + chunks


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack("<I", len(body)) + name + body
