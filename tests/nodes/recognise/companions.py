"""What lies beside checkpoints: LoRAs, adapters, VAEs, text encoders, upscalers; see ``layouts``."""

from __future__ import annotations

from collections.abc import Mapping

from tests.nodes.recognise.layouts import CLIP, T5, VAE, VAE_16, VAE_DIFFUSERS, Shapes, behind, unet


def kohya(layer: str, takes: int, gives: int, rank: int = 16) -> Shapes:
    """A layer of a LoRA as kohya's trainer writes it."""
    return {
        f"{layer}.alpha": (),
        f"{layer}.lora_down.weight": (rank, takes),
        f"{layer}.lora_up.weight": (gives, rank),
    }


def peft(layer: str, takes: int, gives: int, rank: int = 16) -> Shapes:
    """A layer of a LoRA as PEFT writes it."""
    return {f"{layer}.lora_A.weight": (rank, takes), f"{layer}.lora_B.weight": (gives, rank)}


_ATTENTION = "attentions.0.transformer_blocks.0"
_FLAT = _ATTENTION.replace(".", "_")
LORAS: Mapping[str, tuple[Shapes, str, str]] = {
    "kohya sd1": (
        kohya(f"lora_unet_down_blocks_0_{_FLAT}_attn1_to_k", 320, 320)
        | kohya(f"lora_unet_down_blocks_0_{_FLAT}_attn2_to_k", 768, 320)
        | kohya("lora_te_text_model_encoder_layers_0_mlp_fc1", 768, 3072),
        *("kohya", "sd1"),
    ),
    "kohya sd1, text alone": (
        kohya("lora_te_text_model_encoder_layers_0_mlp_fc1", 768, 3072),
        "kohya",
        "sd1",
    ),
    "kohya sd2": (kohya(f"lora_unet_mid_block_{_FLAT}_attn2_to_k", 1024, 1280), "kohya", "sd2"),
    "kohya sdxl": (
        kohya("lora_unet_input_blocks_4_1_transformer_blocks_0_attn2_to_k", 2048, 640)
        | kohya("lora_te1_text_model_encoder_layers_0_mlp_fc1", 768, 3072)
        | kohya("lora_te2_text_model_encoder_layers_0_mlp_fc1", 1280, 5120),
        *("kohya", "sdxl"),
    ),
    "kohya sd1 LoHa": (
        {
            f"lora_unet_down_blocks_0_{_FLAT}_attn2_to_k.{end}": shape
            for end, shape in {
                "alpha": (),
                "hada_w1_a": (320, 8),
                "hada_w1_b": (8, 768),
                "hada_w2_a": (320, 8),
                "hada_w2_b": (8, 768),
            }.items()
        },
        *("kohya", "sd1"),
    ),
    "kohya sdxl LoKr": (
        {
            f"lora_unet_input_blocks_4_1_transformer_blocks_0_attn2_to_k.{end}": shape
            for end, shape in {
                "alpha": (),
                "lokr_w1": (8, 16),
                "lokr_w2_a": (80, 4),
                "lokr_w2_b": (4, 128),
            }.items()
        },
        *("kohya", "sdxl"),
    ),
    "kohya sd1, whole differences": (
        {
            f"lora_unet_mid_block_{_FLAT}_attn2_to_k.diff": (1280, 768),
            "lora_unet_mid_block_resnets_0_norm1.w_norm": (1280,),
            "lora_unet_mid_block_resnets_0_norm1.b_norm": (1280,),
        },
        *("kohya", "sd1"),
    ),
    "kohya, factors of a U-Net that tell no width": (
        {
            f"lora_unet_mid_block_{_FLAT}_attn2_to_k.weight": (1280,),
            f"lora_unet_mid_block_{_FLAT}_attn2_to_k.on_input": (),
        },
        *("kohya", ""),
    ),
    "lycoris flux LoKr": (
        {
            f"lycoris_single_transformer_blocks_0_attn_to_q.{end}": shape
            for end, shape in {"alpha": (), "lokr_w1": (16, 16), "lokr_w2": (192, 192)}.items()
        },
        *("lycoris", "flux"),
    ),
    "kohya flux": (
        kohya("lora_unet_double_blocks_0_img_attn_qkv", 3072, 9216)
        | kohya("lora_unet_single_blocks_0_linear1", 3072, 21504)
        | kohya("lora_te1_text_model_encoder_layers_0_mlp_fc1", 768, 3072),
        *("kohya", "flux"),
    ),
    "kohya sd3": (kohya("lora_unet_joint_blocks_0_x_block_attn_qkv", 1536, 4608), "kohya", "sd3"),
    "diffusers sd1, today": (
        peft(f"unet.down_blocks.0.{_ATTENTION}.attn2.to_k", 768, 320)
        | peft("text_encoder.text_model.encoder.layers.0.self_attn.q_proj", 768, 768),
        *("diffusers", "sd1"),
    ),
    "diffusers sdxl": (peft(f"unet.up_blocks.0.{_ATTENTION}.attn2.to_k", 2048, 1280), "diffusers", "sdxl"),
    "diffusers sd1, attention processors of 2023": (
        {
            f"unet.mid_block.{_ATTENTION}.attn2.processor.to_k_lora.down.weight": (4, 768),
            f"unet.mid_block.{_ATTENTION}.attn2.processor.to_k_lora.up.weight": (1280, 4),
        },
        *("diffusers", "sd1"),
    ),
    "diffusers sdxl of 2023": (
        {
            f"unet.down_blocks.1.{_ATTENTION}.attn2.to_k.lora.down.weight": (4, 2048),
            f"unet.down_blocks.1.{_ATTENTION}.attn2.to_k.lora.up.weight": (640, 4),
        },
        *("diffusers", "sdxl"),
    ),
    "diffusers flux": (
        peft("transformer.transformer_blocks.0.attn.to_q", 3072, 3072)
        | peft("transformer.single_transformer_blocks.0.attn.to_q", 3072, 3072),
        *("diffusers", "flux"),
    ),
    "diffusers sd3": (peft("transformer.transformer_blocks.0.attn.to_q", 1536, 1536), "diffusers", "sd3"),
    "diffusers wan": (
        peft("transformer.blocks.0.attn1.to_q", 5120, 5120)
        | peft("transformer.blocks.0.attn2.to_k", 5120, 5120),
        *("diffusers", "wan"),
    ),
    "comfyui wan": (
        peft("diffusion_model.blocks.0.cross_attn.k", 5120, 5120)
        | peft("diffusion_model.blocks.0.self_attn.q", 5120, 5120),
        *("comfyui", "wan"),
    ),
    "comfyui flux": (peft("diffusion_model.double_blocks.0.img_attn.qkv", 3072, 9216), "comfyui", "flux"),
    "peft sd1": (
        peft(f"base_model.model.down_blocks.0.{_ATTENTION}.attn2.to_k", 768, 320),
        *("peft", "sd1"),
    ),
    "peft sdxl, with its adapter's name": (
        {
            f"base_model.model.down_blocks.1.{_ATTENTION}.attn2.to_k.lora_A.default.weight": (8, 2048),
            f"base_model.model.down_blocks.1.{_ATTENTION}.attn2.to_k.lora_B.default.weight": (640, 8),
        },
        *("peft", "sdxl"),
    ),
    "ltx": (peft("transformer.transformer_blocks.0.attn2.to_k", 2048, 2048), "diffusers", "ltx"),
    "cogvideox": (peft("transformer.transformer_blocks.0.attn1.to_q", 3072, 3072), "diffusers", "cogvideox"),
    "animatediff": (
        {
            "down_blocks.0.motion_modules.0.temporal_transformer.transformer_blocks.0.attention_blocks.0"
            f".processor.to_q_lora.{way}.weight": shape
            for way, shape in {"down": (32, 320), "up": (320, 32)}.items()
        },
        *("diffusers", "animatediff"),
    ),
    "a layer that nobody knows": (kohya("lora_unet_something_else", 5, 5), "kohya", ""),
}
"""Name → tensors, and the layout and family that they tell."""

_MOTION = "down_blocks.0.motion_modules.0.temporal_transformer"
_TO_K = f"{_ATTENTION}.attn2.to_k.weight"
OTHERS: Mapping[str, tuple[Shapes, str, str, str, str]] = {
    "vae": (VAE, "vae", "original", "", ""),
    "vae of a checkpoint": (behind("first_stage_model.", VAE), "vae", "original", "", ""),
    "vae of diffusers": (VAE_DIFFUSERS, "vae", "diffusers", "", ""),
    "vae of flux": (VAE_16, "vae", "original", "flux", ""),
    "vae of wan": ({"decoder.middle.0.residual.0.gamma": (384, 1, 1, 1)}, "vae", "original", "wan", ""),
    "controlnet": (
        behind(
            "control_model.",
            unet(768)
            | {"input_hint_block.0.weight": (16, 3, 3, 3), "zero_convs.0.0.weight": (320, 320, 1, 1)},
        ),
        *("controlnet", "original", "sd1", ""),
    ),
    "controlnet of diffusers": (
        {
            "controlnet_cond_embedding.conv_in.weight": (16, 3, 3, 3),
            "controlnet_down_blocks.0.weight": (320, 320, 1, 1),
            f"down_blocks.0.{_TO_K}": (320, 768),
        },
        *("controlnet", "diffusers", "sd1", ""),
    ),
    "controlnet of sdxl, small": (
        {
            "controlnet_cond_embedding.conv_in.weight": (16, 3, 3, 3),
            "add_embedding.linear_1.weight": (1280, 2816),
            "controlnet_down_blocks.0.weight": (320, 320, 1, 1),
        },
        *("controlnet", "diffusers", "sdxl", ""),
    ),
    "controlnet of flux, union": (
        {
            "controlnet_x_embedder.weight": (3072, 64),
            "controlnet_mode_embedder.weight": (10, 3072),
            "transformer_blocks.0.attn.to_q.weight": (3072, 3072),
            "controlnet_blocks.0.weight": (3072, 3072),
        },
        *("controlnet", "diffusers", "flux", "union"),
    ),
    "controlnet of sd3": (
        {
            "pos_embed_input.proj.weight": (1536, 16, 2, 2),
            "controlnet_blocks.0.weight": (1536, 1536),
            "transformer_blocks.0.attn.add_k_proj.weight": (1536, 1536),
        },
        *("controlnet", "diffusers", "sd3", ""),
    ),
    "t2i adapter": (
        {
            "conv_in.weight": (320, 192, 3, 3),
            "body.0.block1.weight": (320, 320, 3, 3),
            "body.0.block2.weight": (320, 320, 1, 1),
        },
        *("t2i-adapter", "original", "sd1", ""),
    ),
    "t2i adapter of sdxl, diffusers": (
        {
            "adapter.conv_in.weight": (320, 768, 3, 3),
            "adapter.body.0.resnets.0.block1.weight": (320, 320, 3, 3),
        },
        *("t2i-adapter", "diffusers", "sdxl", ""),
    ),
    "ip adapter": (
        {
            "image_proj.proj.weight": (3072, 1024),
            "image_proj.norm.weight": (768,),
            "ip_adapter.1.to_k_ip.weight": (320, 768),
        },
        *("ip-adapter", "original", "sd1", ""),
    ),
    "ip adapter plus of sdxl": (
        {"image_proj.latents": (1, 16, 1280), "ip_adapter.1.to_k_ip.weight": (640, 2048)},
        *("ip-adapter", "original", "sdxl", "plus"),
    ),
    "ip adapter of sd3": (
        {
            "image_proj.latents": (1, 64, 1280),
            "image_proj.layers.0.2.1.weight": (5120, 1280),
            "ip_adapter.0.norm_ip.linear.weight": (4864, 1280),
            "ip_adapter.0.to_k_ip.weight": (2432, 2432),
        },
        *("ip-adapter", "original", "sd3", ""),
    ),
    "ip adapter faceid": (
        {
            "image_proj.proj.0.weight": (1024, 512),
            "ip_adapter.0.to_q_lora.down.weight": (128, 320),
            "ip_adapter.0.to_q_lora.up.weight": (320, 128),
            "ip_adapter.1.to_k_ip.weight": (320, 768),
        },
        *("ip-adapter", "original", "sd1", "faceid"),
    ),
    "motion module 1": (
        {
            f"{_MOTION}.norm.weight": (320,),
            "down_blocks.3.motion_modules.0.temporal_transformer.norm.weight": (1280,),
        }
        | {"down_blocks.2.motion_modules.0.temporal_transformer.norm.weight": (1280,)},
        *("motion-module", "original", "animatediff", ""),
    ),
    "motion module 2": (
        {
            f"{_MOTION}.norm.weight": (320,),
            "mid_block.motion_modules.0.temporal_transformer.norm.weight": (1280,),
        },
        *("motion-module", "original", "animatediff", "v2"),
    ),
    "clip": (CLIP, "text-encoder", "transformers", "clip-l", ""),
    "t5": (T5, "text-encoder", "transformers", "t5-xxl", ""),
    "clip-g of openclip": (
        {
            "token_embedding.weight": (49408, 1280),
            "transformer.resblocks.0.attn.in_proj_weight": (3840, 1280),
        },
        *("text-encoder", "open-clip", "clip-g", ""),
    ),
    "t5 in float8 with scales": (
        T5 | {"scaled_fp8": (0,), "encoder.block.0.layer.0.SelfAttention.q.scale_weight": ()},
        *("text-encoder", "transformers", "t5-xxl", ""),
    ),
    "umt5 of another size": (
        T5 | {"encoder.block.1.layer.0.SelfAttention.relative_attention_bias.weight": (32, 64)},
        *("text-encoder", "transformers", "umt5", ""),
    ),
    "umt5": (T5 | {"shared.weight": (256384, 4096)}, "text-encoder", "transformers", "umt5-xxl", ""),
    "clip vision": (
        {
            "vision_model.embeddings.patch_embedding.weight": (1280, 3, 14, 14),
            "visual_projection.weight": (1024, 1280),
        },
        *("image-encoder", "transformers", "clip", ""),
    ),
    "esrgan": (
        {"model.0.weight": (64, 3, 3, 3), "model.1.sub.0.RDB1.conv1.0.weight": (32, 64, 3, 3)},
        *("upscaler", "original", "esrgan", ""),
    ),
    "real-esrgan": (
        {
            "conv_first.weight": (64, 3, 3, 3),
            "body.0.rdb1.conv1.weight": (32, 64, 3, 3),
            "conv_last.weight": (3, 64, 3, 3),
        },
        *("upscaler", "original", "esrgan", ""),
    ),
    "unet of sdxl alone, diffusers": (
        {
            "conv_in.weight": (320, 4, 3, 3),
            "add_embedding.linear_1.weight": (1280, 2816),
            f"down_blocks.1.{_TO_K}": (640, 2048),
            "conv_out.weight": (4, 320, 3, 3),
        },
        *("denoiser", "diffusers", "sdxl", ""),
    ),
    "dcgan's generator": (
        {
            "netG_state_dict.main.0.weight": (100, 512, 4, 4),
            "netG_state_dict.main.1.running_mean": (512,),
            "netG_state_dict.main.3.weight": (512, 256, 4, 4),
        },
        *("generator", "original", "dcgan", ""),
    ),
    "dcgan's discriminator": (
        {
            "main.0.weight": (64, 3, 4, 4),
            "main.2.weight": (128, 64, 4, 4),
            "main.3.running_mean": (128,),
        },
        *("discriminator", "original", "dcgan", ""),
    ),
    "pix2pix's generator": (
        {
            "model.model.0.weight": (64, 3, 4, 4),
            "model.model.1.model.1.weight": (128, 64, 4, 4),
            "model.model.1.model.2.running_mean": (128,),
            "model.model.3.weight": (128, 3, 4, 4),
            "model.model.3.bias": (3,),
        },
        *("image-translator", "original", "pix2pix", ""),
    ),
    "cyclegan's generator": (
        {
            "model.1.weight": (64, 3, 7, 7),
            "model.2.running_mean": (64,),
            "model.4.weight": (128, 64, 3, 3),
            "model.10.conv_block.1.weight": (256, 256, 3, 3),
            "model.26.weight": (3, 64, 7, 7),
        },
        *("image-translator", "original", "cyclegan", ""),
    ),
    "patchgan": (
        {
            "model.0.weight": (64, 6, 4, 4),
            "model.2.weight": (128, 64, 4, 4),
            "model.5.weight": (256, 128, 4, 4),
            "model.8.weight": (512, 256, 4, 4),
            "model.11.weight": (1, 512, 4, 4),
        },
        *("patch-discriminator", "original", "patchgan", ""),
    ),
    "a vector's autoencoder": (
        {
            "encoder.0.weight": (20, 1, 4, 4),
            "to_code.weight": (4, 1280),
            "from_code.weight": (1280, 2),
            "decoder.1.weight": (80, 40, 4, 4),
        },
        *("autoencoder", "original", "vector", ""),
    ),
    "something else": ({"fc1.weight": (10, 10), "fc2.weight": (10, 10)}, "unknown", "", "", ""),
}
"""Name → tensors, and the kind, layout, family and variant that they tell."""

EMBEDDINGS: Mapping[str, tuple[Shapes, str, str, str]] = {
    "a1111": ({"emb_params": (8, 768)}, "a1111", "sd1", "file"),
    "a1111 sd2": ({"emb_params": (4, 1024)}, "a1111", "sd2", "file"),
    "a1111 sdxl": ({"clip_l": (8, 768), "clip_g": (8, 1280)}, "a1111", "sdxl", "file"),
    "diffusers": ({"<cat-toy>": (1, 768)}, "diffusers", "sd1", "<cat-toy>"),
    "diffusers, one vector": ({"<cat-toy>": (768,)}, "diffusers", "sd1", "<cat-toy>"),
}
"""Name → tensors, and the layout, family and word that they tell."""
