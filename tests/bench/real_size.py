"""A checkpoint as large as Stable Diffusion 1.5's, of random weights: ``python -m tests.bench.real_size``."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from math import prod
from pathlib import Path
from typing import Any

from nodes.checkpoints.single_file import CONFIGS
from tests.nodes.checkpoints.original import REAL, named

CONFIG = CONFIGS / "sd1"
CODES = {"float32": ("F32", 4), "float16": ("F16", 2)}
"""Type of the weights → its name in a file, and bytes of one."""


def entries() -> Iterator[tuple[str, tuple[int, ...]]]:
    """Original names and shapes of all weights."""
    for part, model in models().items():
        for name, weight in model.state_dict().items():
            prefix = "text_model." if part == "text_encoder" else ""
            yield named(part, prefix + name, REAL), tuple(weight.shape)


def models() -> dict[str, Any]:
    """The model's parts, without weights."""
    import torch
    from diffusers.models.autoencoders.autoencoder_kl import AutoencoderKL
    from diffusers.models.unets.unet_2d_condition import UNet2DConditionModel
    from transformers import CLIPTextConfig, CLIPTextModel

    classes: dict[str, Any] = {"unet": UNet2DConditionModel, "vae": AutoencoderKL}
    with torch.device("meta"):
        diffusing = {
            part: cls.from_config(json.loads((CONFIG / part / "config.json").read_text()))
            for part, cls in classes.items()
        }
        text = CLIPTextModel(CLIPTextConfig.from_pretrained(CONFIG / "text_encoder"))
    return diffusing | {"text_encoder": text}


def write(path: Path, dtype: str = "float32") -> int:
    """Write the checkpoint, a tensor at a time.

    Args:
        path: A ``.safetensors`` file.
        dtype: ``float32`` (4.3 GB) or ``float16`` (2.1 GB).

    Returns:
        Bytes of its weights.
    """
    import torch

    code, size = CODES[dtype]
    found, header, end = list(entries()), dict[str, Any](), 0
    for name, shape in found:
        begin, end = end, end + prod(shape) * size
        header[name] = {"dtype": code, "shape": shape, "data_offsets": [begin, end]}
    head = json.dumps(header, separators=(",", ":")).encode()
    head += b" " * (-len(head) % 8)
    generator = torch.Generator().manual_seed(0)
    with path.open("wb") as file:
        file.write(len(head).to_bytes(8, "little") + head)
        for name, shape in found:
            weight = _random(name, shape, generator).to(getattr(torch, dtype))
            file.write(memoryview(weight.numpy()).cast("B"))
    return end


def _random(name: str, shape: tuple[int, ...], generator: Any) -> Any:
    """Weights that keep numbers about as large as they are; of what normalises, 1 and 0."""
    import torch

    if len(shape) == 1:
        return torch.full(shape, float(name.endswith("weight")))
    return torch.randn(shape, generator=generator) / prod(shape[1:]) ** 0.5


if __name__ == "__main__":
    print(f"{write(Path(sys.argv[1]), *sys.argv[2:]):,} bytes")
