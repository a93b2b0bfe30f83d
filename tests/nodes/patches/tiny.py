"""Files that change the tiny Stable Diffusion."""

from pathlib import Path

import torch
from diffusers.models.unets.unet_2d_condition import UNet2DConditionModel

from tests.nodes.diffusion.tiny import TEXT_WIDTH, unet_config
from tests.nodes.families.folders import save_image_encoder
from tests.nodes.patches import ip_adapters, loras

SEEN = 24


def save_lora(path: Path) -> None:
    """A LoRA of random weights for the U-Net."""
    loras.save(path, loras.tensors_of({"unet": UNet2DConditionModel(**unet_config())}, "kohya"))


def save_word(path: Path) -> None:
    """Two random vectors, as A1111 saves them."""
    vectors = torch.randn(2, TEXT_WIDTH, generator=torch.Generator().manual_seed(0))
    torch.save({"string_to_param": {"*": vectors}, "name": "<cat-toy>"}, path)


def save_ip_adapter(path: Path) -> None:
    """An IP-Adapter of random weights."""
    ip_adapters.save(path, ip_adapters.tensors_of(UNet2DConditionModel(**unet_config()), SEEN))


def save_encoder(folder: Path) -> None:
    """The picture encoder that it is for."""
    save_image_encoder(folder, projection_dim=SEEN)
