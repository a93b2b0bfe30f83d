"""Files of weights as headers alone: names and shapes are genuine, the weights a hole in the file."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
from gguf import GGMLQuantizationType, GGUFWriter
from gguf.constants import GGML_QUANT_SIZES

Shapes = Mapping[str, Sequence[int]]
BYTES = {"F32": 4, "F16": 2, "BF16": 2, "F8_E4M3": 1, "I64": 8}


def header(
    shapes: Shapes, dtype: str = "F16", metadata: Mapping[str, Any] | None = None
) -> tuple[bytes, int]:
    """The header of a safetensors file, and how many bytes follow it."""
    tree: dict[str, Any] = {} if metadata is None else {"__metadata__": dict(metadata)}
    end = 0
    for name, shape in shapes.items():
        start, end = end, end + prod(shape) * BYTES[dtype]
        tree[name] = {"dtype": dtype, "shape": list(shape), "data_offsets": [start, end]}
    text = json.dumps(tree).encode()
    return len(text).to_bytes(8, "little") + text, end


def safetensors(
    path: Path, shapes: Shapes, dtype: str = "F16", metadata: Mapping[str, Any] | None = None
) -> Path:
    """Write a safetensors file that takes no room on disk, however large its tensors are."""
    head, rest = header(shapes, dtype, metadata)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        file.write(head)
        file.truncate(len(head) + rest)
    return path


def gguf(path: Path, shapes: Shapes, kind: str, architecture: str, **texts: str) -> Path:
    """Write a GGUF file with the package that llama.cpp comes with, and a hole for its weights.

    Args:
        path: Where.
        shapes: Tensors by name; those of one dimension stay F32, as city96's conversion leaves them.
        kind: Quantisation of the others.
        architecture: Under ``general.architecture``.
        texts: More metadata, with ``__`` for dots.
    """
    writer = GGUFWriter(path, architecture)
    for name, value in texts.items():
        writer.add_string(name.replace("__", "."), value)
    size = 0
    for name, shape in shapes.items():
        quantised = GGMLQuantizationType[kind if len(shape) > 1 else "F32"]
        block, width = GGML_QUANT_SIZES[quantised]
        length = prod(shape) // block * width
        bytes_shape = (*shape[:-1], shape[-1] // block * width)
        if quantised is GGMLQuantizationType.F32:
            writer.add_tensor_info(name, shape, np.dtype(np.float32), length)
        else:
            writer.add_tensor_info(name, bytes_shape, np.dtype(np.uint8), length, raw_dtype=quantised)
        size += -(-length // 32) * 32
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_ti_data_to_file()
    writer.close()
    with path.open("ab") as file:
        start = -(-file.tell() // 32) * 32
        file.truncate(start + size)
    return path
