"""The signatures against diffusers: the models that it builds, and the files that it knows."""

from collections.abc import Mapping
from importlib import import_module
from typing import Any

import pytest
import torch

from nodes.checkpoints.header import Entry
from nodes.recognise.matching import match
from tests.nodes.recognise import layouts

SMALL = {"num_layers": 1}
BOTH = {"num_layers": 1, "num_single_layers": 1}
XL = {
    "cross_attention_dim": 2048,
    "addition_embed_type": "text_time",
    "addition_time_embed_dim": 256,
    "projection_class_embeddings_input_dim": 2816,
}
CASES: list[tuple[str, dict[str, Any], tuple[str, str, str]]] = [
    ("unets.unet_2d_condition.UNet2DConditionModel", {"cross_attention_dim": 768}, ("denoiser", "sd1", "")),
    ("unets.unet_2d_condition.UNet2DConditionModel", {"cross_attention_dim": 1024}, ("denoiser", "sd2", "")),
    ("unets.unet_2d_condition.UNet2DConditionModel", XL, ("denoiser", "sdxl", "")),
    (
        "unets.unet_2d_condition.UNet2DConditionModel",
        {"cross_attention_dim": 768, "in_channels": 9},
        ("denoiser", "sd1", "inpainting"),
    ),
    ("unets.unet_2d.UNet2DModel", {}, ("denoiser", "ddpm", "")),
    ("unets.unet_motion_model.UNetMotionModel", {}, ("denoiser", "animatediff", "")),
    (
        "unets.unet_spatio_temporal_condition.UNetSpatioTemporalConditionModel",
        {},
        ("denoiser", "svd", ""),
    ),
    ("unets.unet_motion_model.MotionAdapter", {}, ("motion-module", "animatediff", "v2")),
    ("transformers.transformer_flux.FluxTransformer2DModel", BOTH, ("denoiser", "flux", "schnell")),
    (
        "transformers.transformer_flux.FluxTransformer2DModel",
        {**BOTH, "guidance_embeds": True},
        ("denoiser", "flux", "dev"),
    ),
    ("transformers.transformer_flux2.Flux2Transformer2DModel", BOTH, ("denoiser", "flux2", "")),
    ("transformers.transformer_chroma.ChromaTransformer2DModel", BOTH, ("denoiser", "chroma", "")),
    ("transformers.transformer_sd3.SD3Transformer2DModel", SMALL, ("denoiser", "sd3", "")),
    (
        "transformers.transformer_sd3.SD3Transformer2DModel",
        {"num_layers": 2, "dual_attention_layers": (0,)},
        ("denoiser", "sd3", "3.5-medium"),
    ),
    ("transformers.transformer_wan.WanTransformer3DModel", SMALL, ("denoiser", "wan", "t2v")),
    (
        "transformers.transformer_wan.WanTransformer3DModel",
        {**SMALL, "in_channels": 36},
        ("denoiser", "wan", "i2v"),
    ),
    ("transformers.transformer_ltx.LTXVideoTransformer3DModel", SMALL, ("denoiser", "ltx", "")),
    (
        "transformers.cogvideox_transformer_3d.CogVideoXTransformer3DModel",
        SMALL,
        ("denoiser", "cogvideox", ""),
    ),
    ("transformers.stable_audio_transformer.StableAudioDiTModel", SMALL, ("denoiser", "stable-audio", "")),
    ("transformers.dit_transformer_2d.DiTTransformer2DModel", SMALL, ("denoiser", "dit", "")),
    ("transformers.prior_transformer.PriorTransformer", SMALL, ("denoiser", "kandinsky-prior", "")),
    ("transformers.transformer_qwenimage.QwenImageTransformer2DModel", SMALL, ("denoiser", "qwen-image", "")),
    ("controlnets.controlnet.ControlNetModel", {"cross_attention_dim": 768}, ("controlnet", "sd1", "")),
    ("controlnets.controlnet_sd3.SD3ControlNetModel", SMALL, ("controlnet", "sd3", "")),
    ("controlnets.controlnet_flux.FluxControlNetModel", BOTH, ("controlnet", "flux", "")),
    (
        "controlnets.controlnet_flux.FluxControlNetModel",
        {**BOTH, "num_mode": 10},
        ("controlnet", "flux", "union"),
    ),
    ("controlnets.controlnet_union.ControlNetUnionModel", XL, ("controlnet", "sdxl", "union")),
    ("adapter.T2IAdapter", {}, ("t2i-adapter", "sd1", "")),
    (
        "adapter.T2IAdapter",
        {"adapter_type": "full_adapter_xl", "downscale_factor": 16},
        ("t2i-adapter", "sdxl", ""),
    ),
    ("autoencoders.autoencoder_kl.AutoencoderKL", {}, ("vae", "", "")),
    (
        "autoencoders.autoencoder_kl.AutoencoderKL",
        {"latent_channels": 16, "use_quant_conv": False, "use_post_quant_conv": False},
        ("vae", "flux", ""),
    ),
    ("autoencoders.autoencoder_tiny.AutoencoderTiny", {}, ("vae", "", "tiny")),
    ("autoencoders.autoencoder_kl_wan.AutoencoderKLWan", {}, ("vae", "wan", "")),
    ("autoencoders.autoencoder_kl_ltx.AutoencoderKLLTXVideo", {}, ("vae", "ltx", "")),
    ("autoencoders.autoencoder_kl_cogvideox.AutoencoderKLCogVideoX", {}, ("vae", "cogvideox", "")),
    ("autoencoders.autoencoder_kl_flux2.AutoencoderKLFlux2", {}, ("vae", "flux2", "")),
]


def entries(state: Mapping[str, torch.Tensor]) -> dict[str, Entry]:
    return {name: Entry("F32", tuple(value.shape)) for name, value in state.items()}


@pytest.mark.filterwarnings("ignore::FutureWarning")
@pytest.mark.parametrize(("path", "config", "told"), CASES)
def test_a_model_of_diffusers_is_known_by_its_state(
    path: str, config: dict[str, Any], told: tuple[str, str, str]
) -> None:
    module, _, name = path.rpartition(".")
    with torch.device("meta"):
        model = getattr(import_module(f"diffusers.models.{module}"), name)(**config)
    found = match(entries(model.state_dict()))

    assert found is not None
    assert (found.kind, found.family, found.variant) == told
    assert found.layout == "diffusers"


INFERRED = {
    "stable diffusion 1.5": "v1",
    "stable diffusion 1.5 inpainting": "inpainting",
    "instruct-pix2pix": "instruct-pix2pix",
    "sdxl": "xl_base",
    "sdxl refiner": "xl_refiner",
    "sdxl inpainting": "xl_inpaint",
    "sd3 medium alone": "sd3",
    "sd3.5 medium": "sd35_medium",
    "sd3.5 large": "sd35_large",
    "flux dev": "flux-dev",
    "flux schnell": "flux-schnell",
    "flux fill": "flux-fill",
    "flux depth": "flux-depth",
    "flux in one file, as comfyui packs it": "flux-dev",
    "flux.2": "flux-2-dev",
    "wan 2.1 1.3B": "wan-t2v-1.3B",
    "wan 2.1 image to video": "wan-i2v-14B",
    "ltx video": "ltx-video",
}
"""Layout → what diffusers' loader of single files takes it for."""


@pytest.mark.parametrize("name", INFERRED)
def test_diffusers_takes_these_layouts_for_the_same(name: str) -> None:
    from diffusers.loaders.single_file_utils import infer_diffusers_model_type

    shapes = layouts.SINGLE_FILES[name][0]
    state = {name: torch.empty(shape, device="meta") for name, shape in shapes.items()}

    assert infer_diffusers_model_type(state) == INFERRED[name]
