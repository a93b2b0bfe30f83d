"""A small random model of every architecture that spandrel reads, built from spandrel's own classes.

Spandrel builds GFPGAN in its full size whatever the file says; ``narrow_gfpgan`` lets it build a narrow one.
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file
from torch import nn

IMAGE: dict[str, dict[str, Any]] = {
    "ATD": {
        "embed_dim": 12,
        "depths": (2,),
        "num_heads": (2,),
        "window_size": 8,
        "num_tokens": 4,
        "upscale": 2,
    }
    | {"upsampler": "pixelshuffledirect"},
    "CRAFT": {"embed_dim": 12, "depths": [2], "num_heads": [2], "upscale": 2},
    "Compact": {"num_feat": 8, "num_conv": 2, "upscale": 3},
    "DAT": {"embed_dim": 16, "depth": [3], "num_heads": [2], "split_size": [4, 8], "upscale": 2},
    "DCTLSA": {"nf": 20, "upscale": 2},
    "DITN": {"dim": 8, "ITL_blocks": 1, "SAL_blocks": 1, "upscale": 2},
    "DRCT": {"embed_dim": 24, "depths": (6,), "num_heads": (2,), "window_size": 8, "gc": 8}
    | {"upscale": 2, "upsampler": "pixelshuffle"},
    "DRUNet": {"in_nc": 4, "out_nc": 3, "nc": [8, 8, 8, 8], "nb": 2},
    "DnCNN": {"in_nc": 3, "out_nc": 3, "nc": 8, "nb": 4},
    "ESRGAN": {"num_filters": 8, "num_blocks": 1, "scale": 4},
    "FBCNN": {"nc": [8, 8, 8, 512], "nb": 2},
    "FDAT": {
        "embed_dim": 16,
        "num_groups": 1,
        "depth_per_group": 1,
        "num_heads": 2,
        "mid_dim": 8,
        "scale": 2,
    },
    "FFTformer": {"dim": 8, "num_blocks": [1, 1, 1], "num_refinement_blocks": 1},
    "GRL": {"embed_dim": 16, "depths": [2], "num_heads_window": [2], "num_heads_stripe": [2], "upscale": 2}
    | {"upsampler": "pixelshuffledirect", "window_size": 32, "stripe_size": [64, 64], "stripe_shift": True}
    | {"anchor_window_down_factor": 4},
    "HAT": {"embed_dim": 24, "depths": (2,), "num_heads": (2,), "window_size": 8, "squeeze_factor": 8}
    | {"upscale": 4, "num_feat": 8},
    "HVICIDNet": {"channels": [4, 4, 8, 8], "heads": [1, 1, 2, 2]},
    "IPT": {"patch_size": 24, "n_feats": 4, "num_layers": 1, "scale": [2]},
    "KBNet": {"width": 8, "middle_blk_num": 1, "enc_blk_nums": [1, 1], "dec_blk_nums": [1, 1]},
    "MMRealSR": {"num_in_ch": 3, "num_out_ch": 3, "num_feat": 8, "num_block": 1, "num_grow_ch": 4}
    | {"num_feats": [8, 8], "num_blocks": [1, 1], "downscales": [2, 1]},
    "MixDehazeNet": {"embed_dims": [8, 8, 8, 8, 8]},
    "MoESR": {"dim": 8, "n_blocks": 1, "n_block": 1, "upsample_dim": 8, "scale": 2},
    "MoSR": {"dim": 8, "n_block": 2, "upscale": 2},
    "NAFNet": {"width": 8, "enc_blk_nums": [1, 1], "dec_blk_nums": [1, 1]},
    "OmniSR": {"num_feat": 16, "up_scale": 2},
    "PLKSR": {"dim": 8, "n_blocks": 1, "kernel_size": 5, "upscaling_factor": 2},
    "RCAN": {"n_resgroups": 1, "n_resblocks": 1, "n_feats": 16, "scale": 3},
    "RGT": {"embed_dim": 16, "depth": [2], "num_heads": [2]},
    "RealCUGAN": {},
    "RetinexFormer": {"n_feat": 8, "stage": 1},
    "SAFMN": {"dim": 8, "n_blocks": 1},
    "SAFMNBCIE": {"dim": 8, "n_blocks": 1, "num_layers": 1},
    "SCUNet": {"dim": 64, "config": [1, 1, 1, 1, 1, 1, 1]},
    "SPAN": {"num_in_ch": 3, "num_out_ch": 3, "feature_channels": 8, "upscale": 2},
    "SeemoRe": {"embedding_dim": 16, "num_layers": 1, "num_experts": 2, "scale": 2},
    "SwiftSRGAN": {"num_channels": 8, "num_blocks": 1, "upscale_factor": 2},
    "Swin2SR": {"embed_dim": 12, "depths": [2], "num_heads": [2], "window_size": 8, "upscale": 2}
    | {"upsampler": "pixelshuffledirect"},
    "SwinIR": {"embed_dim": 12, "depths": [2], "num_heads": [2], "window_size": 8, "upscale": 2}
    | {"upsampler": "pixelshuffledirect"},
    "Uformer": {"embed_dim": 4},
    "AuraSR": {"dim": 8, "image_size": None, "input_image_size": None}
    | {"style_network": {"dim_in": 8, "dim_out": 32, "depth": 1}},
}
"""Architecture → arguments of its class; all take a picture and nothing else."""
INPAINTING: dict[str, dict[str, Any]] = {"LaMa": {"in_nc": 4}}
FACE: dict[str, dict[str, Any]] = {
    "RestoreFormer": {"ch": 32, "num_res_blocks": 1, "ch_mult": (1, 1, 1, 1, 1, 2), "n_embed": 16}
    | {"embed_dim": 32, "z_channels": 32},
    "GFPGAN": {"out_size": 512, "num_style_feat": 16, "num_mlp": 1, "narrow": 1 / 32}
    | {"fix_decoder": False, "input_is_latent": True, "different_w": True, "sft_half": True},
}
CLASSES = {"KBNet": "KBNet_s", "RealCUGAN": "UpCunet2x"}
"""Architectures of several classes."""


def tiny(name: str, seed: int = 0, **arguments: Any) -> nn.Module:
    """A random model of an architecture."""
    module = import_module(f"spandrel.architectures.{name}")
    torch.manual_seed(seed)
    return getattr(module, CLASSES.get(name, name))(**(IMAGE | INPAINTING | FACE)[name] | arguments).eval()


def narrow_gfpgan(patch: pytest.MonkeyPatch) -> None:
    """Let spandrel build a narrow GFPGAN where it would build the full one, of 350 MB."""
    module = import_module("spandrel.architectures.GFPGAN")
    full = module.GFPGAN
    patch.setattr(module, "GFPGAN", lambda **arguments: full(**arguments | FACE["GFPGAN"]))


def save(path: Path, name: str, **arguments: Any) -> Path:
    """Write a random model of an architecture, as its makers would."""
    tensors = {key: tensor.clone() for key, tensor in tiny(name, **arguments).state_dict().items()}
    if path.suffix == ".safetensors":
        save_file(tensors, path)
    else:
        torch.save(tensors, path)
    return path
