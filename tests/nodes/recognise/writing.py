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


def gguf(
    path: Path, shapes: Shapes, kind: str, architecture: str, vocabulary: Sequence[str] = (), **texts: str
) -> Path:
    """Write a GGUF file as city96's conversion does, with llama.cpp's package and a hole for its weights.

    Args:
        path: Where.
        shapes: Tensors by name. Those of one axis stay F32, those that no blocks divide F16; a shape of more
            than four axes is flattened and kept in the metadata.
        kind: Quantisation of the others.
        architecture: Under ``general.architecture``.
        vocabulary: Words with a score of one half each.
        texts: More metadata, with ``__`` for dots.
    """
    writer = GGUFWriter(path, architecture)
    for name, value in texts.items():
        writer.add_string(name.replace("__", "."), value)
    if vocabulary:
        writer.add_token_list(vocabulary)
        writer.add_token_scores([0.5] * len(vocabulary))
    size = 0
    for name, shape in shapes.items():
        if len(shape) > 4:
            writer.add_array(f"comfy.gguf.orig_shape.{name}", list(shape))
            shape = (shape[0], prod(shape[1:]))
        length = _add(writer, name, shape, GGMLQuantizationType[kind])
        size += -(-length // 32) * 32
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_ti_data_to_file()
    writer.close()
    with path.open("ab") as file:
        file.truncate(-(-file.tell() // 32) * 32 + size)
    return path


def _add(writer: GGUFWriter, name: str, shape: Sequence[int], kind: GGMLQuantizationType) -> int:
    """Announce a tensor; how many bytes it takes."""
    block, width = GGML_QUANT_SIZES[kind]
    if len(shape) < 2 or shape[-1] % block:
        plain = np.dtype(np.float32 if len(shape) < 2 else np.float16)
        length = prod(shape) * plain.itemsize
        writer.add_tensor_info(name, shape, plain, length)
    else:
        length = prod(shape) // block * width
        packed = (*shape[:-1], shape[-1] // block * width)
        writer.add_tensor_info(name, packed, np.dtype(np.uint8), length, raw_dtype=kind)
    return length
