from pathlib import Path
from typing import Any

import pytest
import torch

from nodes.diffusion.packing import pack
from nodes.vae import decode
from tests.nodes.diffusion.sampling import Loaded, loaded_from
from tests.nodes.families import parity
from tests.nodes.families.folders import save_clip, save_index, save_t5, save_vae
from tests.nodes.families.parity import PROMPT, SEED, SIZE, STEPS, latents_of

SCHEDULER = {
    "_class_name": "FlowMatchEulerDiscreteScheduler",
    "num_train_timesteps": 1000,
    "shift": 3.0,
    "use_dynamic_shifting": True,
    "base_shift": 0.5,
    "max_shift": 1.15,
    "base_image_seq_len": 256,
    "max_image_seq_len": 4096,
}


def save(folder: Path, *, distilled: bool = True) -> Path:
    """A folder of FLUX.1 with random weights."""
    from diffusers.models.transformers.transformer_flux import FluxTransformer2DModel

    torch.manual_seed(0)
    FluxTransformer2DModel(
        patch_size=1,
        in_channels=16,
        num_layers=1,
        num_single_layers=1,
        attention_head_dim=16,
        num_attention_heads=2,
        joint_attention_dim=32,
        pooled_projection_dim=32,
        axes_dims_rope=(4, 4, 8),
        guidance_embeds=distilled,
    ).save_pretrained(folder / "transformer")
    save_vae(
        folder / "vae",
        shift_factor=0.0609,
        scaling_factor=1.5035,
        use_quant_conv=False,
        use_post_quant_conv=False,
    )
    save_clip(folder / "text_encoder")
    save_t5(folder / "text_encoder_2")
    save_index(
        folder,
        "FluxPipeline",
        SCHEDULER,
        transformer="diffusers.FluxTransformer2DModel",
        vae="diffusers.AutoencoderKL",
        text_encoder="transformers.CLIPTextModel",
        text_encoder_2="transformers.T5EncoderModel",
        tokenizer="transformers.CLIPTokenizer",
        tokenizer_2="transformers.T5TokenizerFast",
    )
    return folder


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save(tmp_path_factory.mktemp("flux"))


@pytest.fixture(scope="module")
def loaded(folder: Path) -> Loaded:
    return loaded_from(folder)


@pytest.fixture(scope="module")
def pipeline(folder: Path) -> Any:
    return parity.pipeline_of(folder)


def test_text_to_image(loaded: Loaded, pipeline: Any) -> None:
    expected = latents_of(pipeline, prompt=PROMPT, height=SIZE, width=SIZE, guidance_scale=3.5)

    turns = parity.sample(loaded, parity.texts(loaded)[0], scale=3.5)
    assert [
        torch.equal(pack(turn.latent.samples), one) for turn, one in zip(turns, expected, strict=True)
    ] == [True] * STEPS


def test_the_picture(loaded: Loaded, pipeline: Any) -> None:
    expected = pipeline(
        PROMPT,
        height=SIZE,
        width=SIZE,
        num_inference_steps=STEPS,
        guidance_scale=3.5,
        generator=torch.Generator().manual_seed(SEED),
        output_type="np",
    ).images

    turns = parity.sample(loaded, parity.texts(loaded)[0], scale=3.5)
    assert torch.equal(decode(loaded.vae, turns[-1].latent).pixels, torch.from_numpy(expected))
