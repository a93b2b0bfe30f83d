from pathlib import Path
from typing import Any

import pytest
import torch

from nodes.vae import decode
from tests.nodes.diffusion.sampling import Loaded, loaded_from
from tests.nodes.diffusion.tiny import unet_config
from tests.nodes.families import parity
from tests.nodes.families.folders import save_clip, save_index, save_vae
from tests.nodes.families.parity import NEGATIVE, PROMPT, SCALE, SEED, SIZE, STEPS, assert_same, latents_of

EULER = {
    "_class_name": "EulerDiscreteScheduler",
    "beta_start": 0.00085,
    "beta_end": 0.012,
    "beta_schedule": "scaled_linear",
    "steps_offset": 1,
    "timestep_spacing": "leading",
}


def save(folder: Path) -> Path:
    """A folder of Stable Diffusion XL with random weights."""
    from diffusers.models.unets.unet_2d_condition import UNet2DConditionModel

    torch.manual_seed(0)
    config = unet_config(
        attention_head_dim=(2, 4),
        use_linear_projection=True,
        addition_embed_type="text_time",
        addition_time_embed_dim=8,
        transformer_layers_per_block=(1, 2),
        projection_class_embeddings_input_dim=80,
        cross_attention_dim=64,
    )
    UNet2DConditionModel(**config).save_pretrained(folder / "unet")
    save_vae(folder / "vae")
    save_clip(folder / "text_encoder")
    save_clip(folder / "text_encoder_2", projected=True)
    save_index(
        folder,
        "StableDiffusionXLPipeline",
        EULER,
        unet="diffusers.UNet2DConditionModel",
        vae="diffusers.AutoencoderKL",
        text_encoder="transformers.CLIPTextModel",
        text_encoder_2="transformers.CLIPTextModelWithProjection",
        tokenizer="transformers.CLIPTokenizer",
        tokenizer_2="transformers.CLIPTokenizer",
    )
    return folder


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save(tmp_path_factory.mktemp("sdxl"))


@pytest.fixture(scope="module")
def loaded(folder: Path) -> Loaded:
    return loaded_from(folder)


@pytest.fixture(scope="module")
def pipeline(folder: Path) -> Any:
    return parity.pipeline_of(folder)


def expected_of(pipeline: Any, **arguments: Any) -> list[torch.Tensor]:
    sizes = {"height": SIZE, "width": SIZE}
    texts = {"prompt": PROMPT, "negative_prompt": NEGATIVE}
    return latents_of(pipeline, **texts | sizes | {"guidance_scale": SCALE} | arguments)


def test_text_to_image(loaded: Loaded, pipeline: Any) -> None:
    assert_same(parity.sample(loaded, *parity.texts(loaded)), expected_of(pipeline))


def test_saved_and_loaded_again(loaded: Loaded, folder: Path, tmp_path: Path) -> None:
    again = loaded_from(parity.saved_again(folder, tmp_path / "again"))

    before, after = (parity.sample(one, *parity.texts(one)) for one in (loaded, again))
    assert_same(after, [turn.latent.samples for turn in before])


def test_the_picture(loaded: Loaded, pipeline: Any) -> None:
    expected = pipeline(
        PROMPT,
        negative_prompt=NEGATIVE,
        height=SIZE,
        width=SIZE,
        num_inference_steps=STEPS,
        guidance_scale=SCALE,
        generator=torch.Generator().manual_seed(SEED),
        output_type="np",
    ).images

    turns = parity.sample(loaded, *parity.texts(loaded))
    assert torch.equal(decode(loaded.vae, turns[-1].latent).pixels, torch.from_numpy(expected))
