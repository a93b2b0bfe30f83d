"""What is known of kinds and families beside their tensors, which ``signatures.txt`` lists."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

PREFIXES = {
    "controlnet": ("", "control_model.", "controlnet."),
    "ip-adapter": ("",),
    "motion-module": ("", "module."),
    "t2i-adapter": ("", "adapter."),
    "denoiser": (
        "",
        "model.diffusion_model.",
        "diffusion_model.",
        "net.",
        "transformer.",
        "unet.",
        "model.",
        "module.",
    ),
    "face-restorer": ("",),
    "vae": ("", "first_stage_model.", "vae.", "pretransform.model.", "autoencoder."),
    "text-encoder": (
        "",
        "cond_stage_model.transformer.",
        "cond_stage_model.model.",
        "text_encoder.",
        "transformer.",
    ),
    "image-encoder": ("", "image_encoder."),
    "upscaler": ("", "module."),
    "inpainter": ("",),
    "generator": ("", "module.", "netG_state_dict.", "netG.", "generator."),
    "discriminator": ("", "module.", "netD_state_dict.", "netD.", "discriminator."),
    "image-translator": ("", "module."),
    "patch-discriminator": ("", "module."),
    "autoencoder": ("",),
}
"""Kind → how the names of its tensors may begin. The first kind that is found counts."""

TABLE = Path(__file__).with_name("signatures.txt")
UNET_WIDTH = (
    "input_blocks.#.#.transformer_blocks.#.attn2.to_k.weight",
    "output_blocks.#.#.transformer_blocks.#.attn2.to_k.weight",
    "middle_block.#.transformer_blocks.#.attn2.to_k.weight",
    "down_blocks.#.attentions.#.transformer_blocks.#.attn2.to_k.weight",
    "up_blocks.#.attentions.#.transformer_blocks.#.attn2.to_k.weight",
    "mid_block.attentions.#.transformer_blocks.#.attn2.to_k.weight",
    "ip_adapter.#.to_k_ip.weight",
)
"""Tensors whose second axis is the width of a text that a U-Net attends to."""
FIRST_CONVOLUTION = ("input_blocks.0.0.weight", "conv_in.weight")
LAST_CONVOLUTION = ("out.2.weight", "conv_out.weight")
UNET_INPUTS = {5: "depth", 8: "instruct-pix2pix", 9: "inpainting"}
"""Channels that a U-Net of four latent channels takes → its variant."""

VAE = ("first_stage_model.", "vae.", "pretransform.model.")
CLIP_L, CLIP_G, T5 = ("text_encoders.clip_l.",), ("text_encoders.clip_g.",), ("text_encoders.t5xxl.",)
NEEDS = {
    "sdxl": {
        "vae": VAE,
        "text_encoder": ("conditioner.embedders.0.",),
        "text_encoder_2": ("conditioner.embedders.1.",),
    },
    "sdxl/refiner": {"vae": VAE, "text_encoder_2": ("conditioner.embedders.0.",)},
    "sd3": {"vae": VAE, "text_encoder": CLIP_L, "text_encoder_2": CLIP_G, "text_encoder_3": T5},
    "flux": {"vae": VAE, "text_encoder": CLIP_L, "text_encoder_2": T5},
    "svd": {"vae": VAE, "image_encoder": ("conditioner.embedders.0.",)},
    "dit": {"vae": VAE},
    "ddpm": {},
    "": {"vae": VAE, "text_encoder": ("cond_stage_model.", "text_encoders.", "conditioner.conditioners.")},
}
"""Family → what its denoiser needs beside itself, and how the names of its tensors begin in one file; the
family ``""`` stands for all others."""

ARCHITECTURES = """
stable-diffusion-v1 sd1         stable-diffusion-v2 sd2     stable-diffusion-xl sdxl
stable-diffusion-v3 sd3         stable-diffusion-3 sd3      sd_v1 sd1           sd_v2 sd2
sdxl sdxl           sd1 sd1     sd2 sd2         sd3 sd3     flux-2 flux2        flux.2 flux2
flux2 flux2         flux flux   wan wan         ltx ltx     hunyuan hunyuan-video
hyvid hunyuan-video             qwen qwen-image             lumina lumina2      chroma chroma
cogvideo cogvideox              svd svd         aura auraflow                   z-image z-image
"""
"""How an architecture's name begins in the metadata of trainers, modelspec and GGUF, and its family."""

PIPELINES = """
StableDiffusionXL sdxl      StableDiffusion3 sd3        StableDiffusionUpscale sd-x4 StableDiffusion unet
LatentConsistency unet      StableVideoDiffusion svd    StableAudio stable-audio    StableUnCLIP stable-unclip
UnCLIP unclip               KandinskyV22Prior kandinsky-prior                       Kandinsky kandinsky
Flux2 flux2                 Flux flux
Wan wan                     LTX2 ltx2                   LTX ltx                     CogVideoX cogvideox
AnimateDiff animatediff     DiT dit                     DDPM ddpm                   DDIM ddpm
LDMSuperResolution ldm-sr   LDM ldm                     IF if                       ShapE shap-e
PixArt pixart               Sana sana                   Lumina2 lumina2             AuraFlow auraflow
HunyuanVideo hunyuan-video  Mochi mochi                 Chroma chroma               QwenImage qwen-image
ZImage z-image              HiDream hidream             Cosmos cosmos
"""
"""How the class of a pipeline begins, and its family; the first that fits."""
CLASSES = """
ControlNet controlnet   T2IAdapter t2i-adapter      MultiAdapter t2i-adapter    MotionAdapter motion-module
Autoencoder vae         VQModel vae                 UNet denoiser               Transformer denoiser
Prior denoiser          CLIPText text-encoder       CLIPVision image-encoder    Siglip image-encoder
T5Encoder text-encoder  UMT5 text-encoder           ForCausalLM text-encoder
WhisperFor speech-recogniser                        ForTextToSpeech voice       HifiGan vocoder
ForXVector speaker-encoder
ForDepthEstimation depth-estimator                  ForPoseEstimation pose-estimator
ForConditionalGeneration text-encoder
"""
"""What stands in the class of a model, and its kind; the first that fits."""
WITHOUT_WEIGHTS = (
    "Tokenizer",
    "TokenizerFast",
    "Scheduler",
    "Processor",
    "FeatureExtractor",
    "ProcessorFast",
)
"""How the classes of a pipeline's parts end that have no weights."""


def pairs(table: str) -> Iterator[tuple[str, str]]:
    """The pairs of a table."""
    words = table.split()
    return zip(words[::2], words[1::2], strict=True)
