"""The classes that a model's folder may name, and where they are: nothing else is ever built."""

from __future__ import annotations

import logging
from importlib import import_module
from typing import Any

from nodes.library_lock import library_lock

MODULES = {
    "UNet2DConditionModel": "diffusers.models.unets.unet_2d_condition",
    "UNet2DModel": "diffusers.models.unets.unet_2d",
    "SD3Transformer2DModel": "diffusers.models.transformers.transformer_sd3",
    "FluxTransformer2DModel": "diffusers.models.transformers.transformer_flux",
    "Flux2Transformer2DModel": "diffusers.models.transformers.transformer_flux2",
    "ControlNetModel": "diffusers.models.controlnets.controlnet",
    "SparseControlNetModel": "diffusers.models.controlnets.controlnet_sparsectrl",
    "SD3ControlNetModel": "diffusers.models.controlnets.controlnet_sd3",
    "FluxControlNetModel": "diffusers.models.controlnets.controlnet_flux",
    "PriorTransformer": "diffusers.models.transformers.prior_transformer",
    "ShapERenderer": "diffusers.pipelines.shap_e.renderer",
    "StableUnCLIPImageNormalizer": "diffusers.pipelines.stable_diffusion.stable_unclip_image_normalizer",
    "UnCLIPTextProjModel": "diffusers.pipelines.deprecated.unclip.text_proj",
    "StableAudioDiTModel": "diffusers.models.transformers.stable_audio_transformer",
    "AutoencoderOobleck": "diffusers.models.autoencoders.autoencoder_oobleck",
    "StableAudioProjectionModel": "diffusers.pipelines.stable_audio.modeling_stable_audio",
    "DiTTransformer2DModel": "diffusers.models.transformers.dit_transformer_2d",
    "UNetSpatioTemporalConditionModel": "diffusers.models.unets.unet_spatio_temporal_condition",
    "AutoencoderKLTemporalDecoder": "diffusers.models.autoencoders.autoencoder_kl_temporal_decoder",
    "CogVideoXTransformer3DModel": "diffusers.models.transformers.cogvideox_transformer_3d",
    "AutoencoderKLCogVideoX": "diffusers.models.autoencoders.autoencoder_kl_cogvideox",
    "LTXVideoTransformer3DModel": "diffusers.models.transformers.transformer_ltx",
    "AutoencoderKLLTXVideo": "diffusers.models.autoencoders.autoencoder_kl_ltx",
    "WanTransformer3DModel": "diffusers.models.transformers.transformer_wan",
    "AutoencoderKLWan": "diffusers.models.autoencoders.autoencoder_kl_wan",
    "UMT5EncoderModel": "transformers.models.umt5.modeling_umt5",
    "PixArtTransformer2DModel": "diffusers.models.transformers.pixart_transformer_2d",
    "VQModel": "diffusers.models.autoencoders.vq_model",
    "AutoencoderKL": "diffusers.models.autoencoders.autoencoder_kl",
    "AutoencoderKLFlux2": "diffusers.models.autoencoders.autoencoder_kl_flux2",
    "AutoencoderTiny": "diffusers.models.autoencoders.autoencoder_tiny",
    "CLIPTextModel": "transformers.models.clip.modeling_clip",
    "CLIPTextModelWithProjection": "transformers.models.clip.modeling_clip",
    "CLIPVisionModel": "transformers.models.clip.modeling_clip",
    "CLIPVisionModelWithProjection": "transformers.models.clip.modeling_clip",
    "SiglipVisionModel": "transformers.models.siglip.modeling_siglip",
    "T5EncoderModel": "transformers.models.t5.modeling_t5",
    "Mistral3ForConditionalGeneration": "transformers.models.mistral3.modeling_mistral3",
    "Qwen3ForCausalLM": "transformers.models.qwen3.modeling_qwen3",
}

RENAMED = {"Transformer2DModel": "DiTTransformer2DModel"}
"""Name in folders of early releases → the class that came of it."""


def _tells_something(record: logging.LogRecord) -> bool:
    """Diffusers warns, whenever it casts a module, of the parts that stay in float32: even of none."""
    return "should be kept in float32: []" not in record.getMessage()


logging.getLogger("diffusers.models.modeling_utils").addFilter(_tells_something)


def model_class(name: str) -> Any:
    """The class of this name.

    Raises:
        KeyError: A folder may not name it.
    """
    module = MODULES[name]
    with library_lock:
        return getattr(import_module(module), name)
