"""Files that change the tiny Stable Diffusion, and what they are told."""

from pathlib import Path

import numpy as np
import torch
from diffusers.models.unets.unet_2d_condition import UNet2DConditionModel

from tests.nodes.diffusion.tiny import TEXT_WIDTH, unet_config
from tests.nodes.families import tiny_sd3
from tests.nodes.families.folders import save_image_encoder, save_siglip
from tests.nodes.patches import ip_adapters, loras

SEEN, FACE = 24, 512


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


def save_sd3_adapter(path: Path) -> None:
    """InstantX's IP-Adapter for the tiny Stable Diffusion 3.5, of random weights."""
    ip_adapters.save(path, ip_adapters.tensors_of_sd3(tiny_sd3.transformer(), SEEN))


def save_sd3_encoder(folder: Path) -> None:
    """The picture encoder that it is for."""
    save_siglip(folder, hidden_size=SEEN)


def save_face_adapter(path: Path) -> None:
    """An IP-Adapter FaceID of random weights, with the LoRA inside."""
    ip_adapters.save(path, ip_adapters.tensors_of_faces(UNet2DConditionModel(**unet_config()), FACE))


def save_face(path: Path) -> None:
    """A vector of length 1, as ArcFace makes one of a face."""
    vector = torch.randn(FACE, generator=torch.Generator().manual_seed(0))
    np.save(path, torch.nn.functional.normalize(vector, dim=0).numpy())
