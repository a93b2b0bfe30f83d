"""What lies on disks: names and shapes as in the files that were published, a few of each kind of layer.

They were taken from the loaders of diffusers, kohya's sd-scripts, A1111's webui, ComfyUI and the original
releases, all of which read these names.
"""

from __future__ import annotations

from collections.abc import Mapping

Shapes = dict[str, tuple[int, ...]]


def behind(prefix: str, shapes: Mapping[str, tuple[int, ...]]) -> Shapes:
    """The same tensors behind a prefix."""
    return {prefix + name: shape for name, shape in shapes.items()}


def unet(width: int, inputs: int = 4, labels: int = 0, channels: int = 4) -> Shapes:
    """A U-Net of CompVis' and Stability's releases."""
    block = "input_blocks.4.1.transformer_blocks.0"
    found: Shapes = {
        "time_embed.0.weight": (1280, 320),
        "input_blocks.0.0.weight": (320, inputs, 3, 3),
        "input_blocks.3.0.op.weight": (320, 320, 3, 3),
        f"{block}.attn1.to_k.weight": (640, 640),
        f"{block}.attn2.to_k.weight": (640, width),
        f"{block}.attn2.to_v.weight": (640, width),
        "middle_block.1.transformer_blocks.0.attn2.to_k.weight": (1280, width),
        "output_blocks.8.1.transformer_blocks.0.attn2.to_k.weight": (320, width),
        "out.0.weight": (320,),
        "out.2.weight": (channels, 320, 3, 3),
    }
    return found | ({"label_emb.0.0.weight": (1280, labels)} if labels else {})


VAE: Shapes = {
    "encoder.conv_in.weight": (128, 3, 3, 3),
    "encoder.down.0.block.0.conv1.weight": (128, 128, 3, 3),
    "encoder.conv_out.weight": (8, 512, 3, 3),
    "decoder.conv_in.weight": (512, 4, 3, 3),
    "decoder.mid.attn_1.q.weight": (512, 512, 1, 1),
    "decoder.up.0.block.0.conv1.weight": (128, 256, 3, 3),
    "decoder.conv_out.weight": (3, 128, 3, 3),
    "quant_conv.weight": (8, 8, 1, 1),
    "post_quant_conv.weight": (4, 4, 1, 1),
}
VAE_16: Shapes = {name: shape for name, shape in VAE.items() if "quant_conv" not in name} | {
    "encoder.conv_out.weight": (32, 512, 3, 3),
    "decoder.conv_in.weight": (512, 16, 3, 3),
}
VAE_DIFFUSERS: Shapes = {
    "encoder.conv_in.weight": (128, 3, 3, 3),
    "encoder.down_blocks.0.resnets.0.conv1.weight": (128, 128, 3, 3),
    "decoder.conv_in.weight": (512, 4, 3, 3),
    "decoder.up_blocks.0.resnets.0.conv1.weight": (512, 512, 3, 3),
    "post_quant_conv.weight": (4, 4, 1, 1),
}
CLIP: Shapes = {
    "text_model.embeddings.token_embedding.weight": (49408, 768),
    "text_model.embeddings.position_embedding.weight": (77, 768),
    "text_model.encoder.layers.0.self_attn.q_proj.weight": (768, 768),
    "text_model.final_layer_norm.weight": (768,),
}
OPEN_CLIP: Shapes = {
    "positional_embedding": (77, 1024),
    "token_embedding.weight": (49408, 1024),
    "transformer.resblocks.0.attn.in_proj_weight": (3072, 1024),
    "transformer.resblocks.9.mlp.c_proj.bias": (1024,),
    "ln_final.weight": (1024,),
}
OPEN_CLIP_G: Shapes = {
    "positional_embedding": (77, 1280),
    "token_embedding.weight": (49408, 1280),
    "transformer.resblocks.0.attn.in_proj_weight": (3840, 1280),
    "transformer.resblocks.9.mlp.c_proj.bias": (1280,),
    "text_projection": (1280, 1280),
}
T5: Shapes = {
    "shared.weight": (32128, 4096),
    "encoder.block.0.layer.0.SelfAttention.q.weight": (4096, 4096),
    "encoder.block.0.layer.1.DenseReluDense.wi_0.weight": (10240, 4096),
    "encoder.final_layer_norm.weight": (4096,),
}
SD3: Shapes = {
    "pos_embed": (1, 36864, 1536),
    "x_embedder.proj.weight": (1536, 16, 2, 2),
    "context_embedder.weight": (1536, 4096),
    "joint_blocks.0.context_block.adaLN_modulation.1.bias": (9216,),
    "joint_blocks.0.context_block.attn.qkv.weight": (4608, 1536),
    "joint_blocks.0.x_block.attn.qkv.weight": (4608, 1536),
    "final_layer.linear.weight": (64, 1536),
}
SD35_MEDIUM: Shapes = SD3 | {
    "pos_embed": (1, 147456, 1536),
    "joint_blocks.0.x_block.attn2.qkv.weight": (4608, 1536),
}
SD35_LARGE: Shapes = {
    "pos_embed": (1, 36864, 2432),
    "joint_blocks.0.x_block.attn.qkv.weight": (7296, 2432),
    "joint_blocks.37.x_block.attn.qkv.weight": (7296, 2432),
    "joint_blocks.37.x_block.mlp.fc1.weight": (9728, 2432),
}
FLUX: Shapes = {
    "img_in.weight": (3072, 64),
    "txt_in.weight": (3072, 4096),
    "time_in.in_layer.weight": (3072, 256),
    "double_blocks.0.img_attn.qkv.weight": (9216, 3072),
    "double_blocks.0.img_attn.norm.key_norm.scale": (128,),
    "single_blocks.0.linear1.weight": (21504, 3072),
    "final_layer.linear.weight": (64, 3072),
}
FLUX_DEV: Shapes = FLUX | {
    "guidance_in.in_layer.weight": (3072, 256),
    "guidance_in.in_layer.bias": (3072,),
}
FLUX2: Shapes = {
    "img_in.weight": (6144, 128),
    "double_blocks.0.img_attn.qkv.weight": (18432, 6144),
    "single_blocks.0.linear1.weight": (55296, 6144),
    "single_stream_modulation.lin.weight": (18432, 6144),
    "double_stream_modulation_img.lin.weight": (36864, 6144),
}
WAN: Shapes = {
    "patch_embedding.weight": (1536, 16, 1, 2, 2),
    "blocks.0.self_attn.q.weight": (1536, 1536),
    "blocks.0.cross_attn.k.weight": (1536, 1536),
    "blocks.0.modulation": (1, 6, 1536),
    "head.modulation": (1, 2, 1536),
}
WAN_I2V: Shapes = WAN | {"patch_embedding.weight": (5120, 36, 1, 2, 2)}
LTX: Shapes = {
    "patchify_proj.weight": (2048, 128),
    "adaln_single.linear.weight": (12288, 2048),
    "caption_projection.linear_1.weight": (2048, 4096),
    "transformer_blocks.27.scale_shift_table": (6, 2048),
    "transformer_blocks.0.attn1.to_k.weight": (2048, 2048),
    "transformer_blocks.0.attn2.to_k.weight": (2048, 2048),
}
SVD: Shapes = unet(1024, inputs=8, labels=768) | {
    "input_blocks.1.1.time_stack.0.attn2.to_k.weight": (320, 1024),
    "input_blocks.1.1.transformer_blocks.0.attn2.to_k.weight": (320, 1024),
}
STABLE_AUDIO: Shapes = {
    "model.model.transformer.layers.0.self_attn.to_qkv.weight": (4608, 1536),
    "model.model.transformer.layers.0.cross_attn.to_kv.weight": (1536, 768),
    "model.model.preprocess_conv.weight": (64, 64, 1),
    "pretransform.model.decoder.layers.0.weight_v": (2048, 64, 7),
    "pretransform.model.decoder.layers.1.layers.0.alpha": (2048,),
    "conditioner.conditioners.seconds_start.embedder.embedding.1.weight": (768, 257),
}
DIT: Shapes = {
    "pos_embed": (1, 256, 1152),
    "x_embedder.proj.weight": (1152, 4, 2, 2),
    "y_embedder.embedding_table.weight": (1001, 1152),
    "blocks.0.attn.qkv.weight": (3456, 1152),
    "blocks.0.adaLN_modulation.1.weight": (6912, 1152),
}
SINGLE_FILES: Mapping[str, tuple[Shapes, str, str, str, tuple[str, ...]]] = {
    "stable diffusion 1.5": (
        behind("model.diffusion_model.", unet(768))
        | behind("first_stage_model.", VAE)
        | behind("cond_stage_model.transformer.", CLIP)
        | {"alphas_cumprod": (1000,), "model_ema.decay": ()},
        *("checkpoint", "sd1", "", ()),
    ),
    "stable diffusion 1.5 inpainting": (
        behind("model.diffusion_model.", unet(768, inputs=9))
        | behind("first_stage_model.", VAE)
        | behind("cond_stage_model.transformer.", CLIP),
        *("checkpoint", "sd1", "inpainting", ()),
    ),
    "instruct-pix2pix": (
        behind("model.diffusion_model.", unet(768, inputs=8))
        | behind("first_stage_model.", VAE)
        | behind("cond_stage_model.transformer.", CLIP),
        *("checkpoint", "sd1", "instruct-pix2pix", ()),
    ),
    "stable diffusion 1.5 without its VAE": (
        behind("model.diffusion_model.", unet(768)) | behind("cond_stage_model.transformer.", CLIP),
        *("checkpoint", "sd1", "", ("vae",)),
    ),
    "stable diffusion 2.1": (
        behind("model.diffusion_model.", unet(1024))
        | behind("first_stage_model.", VAE)
        | behind("cond_stage_model.model.", OPEN_CLIP),
        *("checkpoint", "sd2", "", ()),
    ),
    "stable diffusion 2 depth": (
        behind("model.diffusion_model.", unet(1024, inputs=5))
        | behind("first_stage_model.", VAE)
        | behind("cond_stage_model.model.", OPEN_CLIP)
        | {"depth_model.model.pretrained.model.cls_token": (1, 1, 1024)},
        *("checkpoint", "sd2", "depth", ()),
    ),
    "stable diffusion x4 upscaler": (
        behind("model.diffusion_model.", unet(1024, inputs=7) | {"label_emb.weight": (1000, 1280)})
        | behind("first_stage_model.", VAE)
        | behind("cond_stage_model.model.", OPEN_CLIP),
        *("checkpoint", "sd-x4", "", ()),
    ),
    "sdxl": (
        behind("model.diffusion_model.", unet(2048, labels=2816))
        | behind("first_stage_model.", VAE)
        | behind("conditioner.embedders.0.transformer.", CLIP)
        | behind("conditioner.embedders.1.model.", OPEN_CLIP_G),
        *("checkpoint", "sdxl", "", ()),
    ),
    "sdxl of other widths": (
        behind("model.diffusion_model.", unet(64, labels=96)),
        *("denoiser", "sdxl", "", ("vae", "text_encoder", "text_encoder_2")),
    ),
    "sdxl refiner": (
        behind("model.diffusion_model.", unet(1280, labels=2560))
        | behind("first_stage_model.", VAE)
        | behind("conditioner.embedders.0.model.", OPEN_CLIP_G),
        *("checkpoint", "sdxl", "refiner", ()),
    ),
    "sdxl inpainting": (
        behind("model.diffusion_model.", unet(2048, inputs=9, labels=2816))
        | behind("first_stage_model.", VAE)
        | behind("conditioner.embedders.0.transformer.", CLIP)
        | behind("conditioner.embedders.1.model.", OPEN_CLIP_G),
        *("checkpoint", "sdxl", "inpainting", ()),
    ),
    "a U-Net of other widths": (
        behind("model.diffusion_model.", unet(320, channels=8))
        | behind("first_stage_model.", VAE)
        | behind("cond_stage_model.transformer.", CLIP),
        *("checkpoint", "sd-320-8", "", ()),
    ),
    "sd3 medium with its clips": (
        behind("model.diffusion_model.", SD3)
        | behind("first_stage_model.", VAE_16)
        | behind("text_encoders.clip_l.transformer.", CLIP)
        | behind("text_encoders.clip_g.transformer.", CLIP),
        *("checkpoint", "sd3", "", ("text_encoder_3",)),
    ),
    "sd3 medium alone": (
        behind("model.diffusion_model.", SD3) | behind("first_stage_model.", VAE_16),
        *("checkpoint", "sd3", "", ("text_encoder", "text_encoder_2", "text_encoder_3")),
    ),
    "sd3.5 medium": (
        behind("model.diffusion_model.", SD35_MEDIUM) | behind("first_stage_model.", VAE_16),
        *("checkpoint", "sd3", "3.5-medium", ("text_encoder", "text_encoder_2", "text_encoder_3")),
    ),
    "sd3.5 large": (
        SD35_LARGE,
        *("denoiser", "sd3", "3.5-large", ("vae", "text_encoder", "text_encoder_2", "text_encoder_3")),
    ),
    "flux dev": (FLUX_DEV, "denoiser", "flux", "dev", ("vae", "text_encoder", "text_encoder_2")),
    "flux schnell": (FLUX, "denoiser", "flux", "schnell", ("vae", "text_encoder", "text_encoder_2")),
    "flux fill": (
        FLUX_DEV | {"img_in.weight": (3072, 384)},
        *("denoiser", "flux", "fill", ("vae", "text_encoder", "text_encoder_2")),
    ),
    "flux depth": (
        FLUX_DEV | {"img_in.weight": (3072, 128)},
        *("denoiser", "flux", "control", ("vae", "text_encoder", "text_encoder_2")),
    ),
    "flux in one file, as comfyui packs it": (
        behind("model.diffusion_model.", FLUX_DEV)
        | behind("vae.", VAE_16)
        | behind("text_encoders.clip_l.transformer.", CLIP)
        | behind("text_encoders.t5xxl.transformer.", T5),
        *("checkpoint", "flux", "dev", ()),
    ),
    "flux.2": (FLUX2, "denoiser", "flux2", "", ("vae", "text_encoder")),
    "wan 2.1 1.3B": (WAN, "denoiser", "wan", "t2v", ("vae", "text_encoder")),
    "wan 2.1 image to video": (
        behind("model.diffusion_model.", WAN_I2V),
        *("denoiser", "wan", "i2v", ("vae", "text_encoder")),
    ),
    "ltx video": (
        behind("model.diffusion_model.", LTX)
        | {"vae.decoder.up_blocks.0.res_blocks.0.conv1.conv.weight": (512, 512, 3, 3, 3)},
        *("checkpoint", "ltx", "", ("text_encoder",)),
    ),
    "stable video diffusion": (
        behind("model.diffusion_model.", SVD)
        | behind("first_stage_model.", VAE)
        | {"conditioner.embedders.0.open_clip.model.visual.proj": (1280, 1024)},
        *("checkpoint", "svd", "", ()),
    ),
    "stable audio open": (STABLE_AUDIO, "checkpoint", "stable-audio", "", ()),
    "dit xl": (DIT, "denoiser", "dit", "", ("vae",)),
}
"""Name → tensors, and the kind, family, variant and missing parts that they tell."""
