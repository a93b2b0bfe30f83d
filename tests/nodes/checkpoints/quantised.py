"""Files of quantised weights."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any


def quantised(path: Path, weights: Mapping[str, Any], architecture: str) -> None:
    """A GGUF file as city96's conversion writes it: matrices in blocks of 8 bits, the rest whole."""
    from gguf import GGMLQuantizationType, GGUFWriter
    from gguf.quants import quantize

    writer = GGUFWriter(path, architecture)
    for name, value in weights.items():
        array, kind = value.numpy(), GGMLQuantizationType.F32
        if array.ndim == 2 and array.shape[1] % 32 == 0:
            kind = GGMLQuantizationType.Q8_0
            array = quantize(array, kind)
        writer.add_tensor(name, array, raw_dtype=kind)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
