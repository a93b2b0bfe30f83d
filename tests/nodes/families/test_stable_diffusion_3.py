from pathlib import Path
from typing import Any

import pytest
import torch

from nodes.control.apply import apply
from nodes.diffusion.latent import noise
from nodes.values import Image
from tests.nodes.diffusion.sampling import Loaded, loaded_from
from tests.nodes.families import parity
from tests.nodes.families.parity import SEED, SIZE, assert_same, latents_of
from tests.nodes.families.tiny_sd3 import save, save_network


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save(tmp_path_factory.mktemp("sd3"))


def expected_of(pipeline: Any, **arguments: Any) -> list[torch.Tensor]:
    return latents_of(pipeline, **parity.GIVEN | arguments)


def test_text_to_image(loaded: Loaded, pipeline: Any) -> None:
    assert_same(parity.sample(loaded, *parity.texts(loaded)), expected_of(pipeline))


def test_two_pictures_that_are_no_squares(loaded: Loaded, pipeline: Any) -> None:
    expected = expected_of(pipeline, width=48, num_images_per_prompt=2)

    begin = noise(loaded.vae.handle, 48, SIZE, 2, seed=SEED).latent
    assert_same(parity.sample(loaded, *parity.texts(loaded), begin=begin, size=(48, SIZE)), expected)


def test_image_to_image(loaded: Loaded, pipeline: Any) -> None:
    oracle = parity.another(pipeline, "StableDiffusion3Img2ImgPipeline")
    expected = expected_of(oracle, image=parity.as_tensor(parity.picture()), strength=0.6)

    assert_same(parity.from_picture(loaded, *parity.texts(loaded), strength=0.6), expected)


@pytest.mark.parametrize("strength", [0.6, 1.0])
def test_inpainting(loaded: Loaded, pipeline: Any, strength: float) -> None:
    oracle = parity.another(pipeline, "StableDiffusion3InpaintPipeline")
    pictures = {"image": parity.as_tensor(parity.picture()), "mask_image": parity.mask().pixels[:, None]}
    expected = expected_of(oracle, **pictures, strength=strength)

    assert_same(parity.inpainted(loaded, *parity.texts(loaded), strength=strength), expected)


def test_steps_are_moved_by_the_size_where_the_scheduler_says_so(tmp_path: Path) -> None:
    folder = save(tmp_path, use_dynamic_shifting=True, max_shift=1.16)

    loaded = loaded_from(folder)
    assert_same(parity.sample(loaded, *parity.texts(loaded)), expected_of(parity.pipeline_of(folder)))


def test_without_t5(tmp_path: Path) -> None:
    folder = save(tmp_path, t5=False)
    pipeline = parity.pipeline_of(folder, text_encoder_3=None, tokenizer_3=None)

    loaded = loaded_from(folder)
    assert_same(parity.sample(loaded, *parity.texts(loaded)), expected_of(pipeline))


def test_saved_and_loaded_again(loaded: Loaded, folder: Path, tmp_path: Path) -> None:
    parity.assert_kept(folder, loaded, tmp_path, lambda one: parity.sample(one, *parity.texts(one)))


def test_the_picture(loaded: Loaded, pipeline: Any) -> None:
    turns = parity.sample(loaded, *parity.texts(loaded))
    parity.assert_decoded_same(pipeline, loaded, turns, **parity.GIVEN)


@pytest.mark.parametrize(
    "kinds",
    [
        [{}, {}],
        [{"force_zeros_for_pooled_projection": True}],
        [{"use_pos_embed": False, "joint_attention_dim": None, "pos_embed_type": None}],
    ],
    ids=["two", "without the pooled text", "without text and positions"],
)
def test_control(kinds: list[dict[str, Any]], loaded: Loaded, pipeline: Any, tmp_path: Path) -> None:
    """The pipeline draws its samples of the VAE from the process's own generator."""
    networks = [
        parity.control_network(save_network(tmp_path / f"{at}", **kind)) for at, kind in enumerate(kinds)
    ]
    # its own, for it gives them the transformer's positions
    nets = [parity.control_network(tmp_path / f"{at}").model for at in range(len(kinds))]
    pictures = [parity.picture(), Image(1 - parity.picture().pixels)][: len(nets)]
    many = len(nets) > 1
    controlnet = nets if many else nets[0]
    oracle = parity.another(pipeline, "StableDiffusion3ControlNetPipeline", controlnet=controlnet)
    planes = [parity.as_tensor(one) * 2 - 1 for one in pictures]  # it takes tensors as they are
    torch.manual_seed(SEED)
    expected = expected_of(
        oracle,
        control_image=planes if many else planes[0],
        controlnet_conditioning_scale=[0.5] * len(nets) if many else 0.5,
        control_guidance_end=0.6,
    )

    (positive, negative), rng = parity.texts(loaded), None
    context = parity.with_models(*networks, loaded.vae)
    for one, image in zip(networks, pictures, strict=True):
        positive, negative, rng = apply(
            positive,
            one.handle,
            image,
            context,
            negative,
            0.5,
            end=0.6,
            vae=loaded.vae.handle,
            seed=SEED,
            rng=rng,
        )
    assert_same(parity.sample(loaded, positive, negative, context=context), expected)
