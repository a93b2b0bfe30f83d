"""A tiny T2I-Adapter, and a tiny Stable Diffusion that it fits."""

from pathlib import Path
from typing import Any

from tests.nodes.diffusion import tiny

ATTENDING = {
    "down_block_types": ("CrossAttnDownBlock2D", "DownBlock2D"),
    "up_block_types": ("UpBlock2D", "CrossAttnUpBlock2D"),
}
"""A U-Net whose first level has attention, as Stable Diffusion's has and adapters expect."""


def save_attending(folder: Path) -> Path:
    """A folder of Stable Diffusion that adapters fit."""
    return tiny.save(folder, **ATTENDING)


def save_adapter(folder: Path, seed: int = 0, **changes: Any) -> Path:
    """A T2I-Adapter for a U-Net whose first level has attention."""
    import torch
    from diffusers.models.adapter import T2IAdapter

    torch.manual_seed(seed)
    given: dict[str, Any] = {"in_channels": 3, "channels": [4, 8], "num_res_blocks": 1, "downscale_factor": 2}
    given |= changes
    T2IAdapter(**given).save_pretrained(folder)
    return folder
