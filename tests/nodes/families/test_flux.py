from pathlib import Path
from typing import Any

import pytest
import torch

from engine import OnDevice
from nodes.control.apply import apply
from nodes.diffusion.distilled_guidance import tell
from nodes.diffusion.latent import inpainting_channels, noise
from nodes.diffusion.packing import pack
from nodes.diffusion.reference import show
from nodes.diffusion.refusal import StepRefused
from nodes.diffusion.scheduler import scheduler, start
from nodes.vae import encode as encode_picture
from nodes.values import ControlNet, Image
from tests.nodes.diffusion.sampling import Loaded, Turn, loaded_from
from tests.nodes.families import parity
from tests.nodes.families.parity import NEGATIVE, PROMPT, SCALE, SEED, SIZE, STEPS, latents_of
from tests.nodes.families.tiny_flux import save, save_network

GIVEN = {"prompt": PROMPT, "height": SIZE, "width": SIZE, "guidance_scale": 3.5}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save(tmp_path_factory.mktemp("flux"))


def expected_of(pipeline: Any, **arguments: Any) -> list[torch.Tensor]:
    return latents_of(pipeline, **GIVEN | arguments)


def assert_same(turns: list[Turn], expected: list[torch.Tensor]) -> None:
    """As the pipelines hold latents: in patches."""
    pairs = zip(turns, expected, strict=True)
    assert [torch.equal(pack(turn.latent.samples), one) for turn, one in pairs] == [True] * len(turns)


def test_text_to_image(loaded: Loaded, pipeline: Any) -> None:
    assert_same(parity.sample(loaded, parity.texts(loaded)[0], scale=3.5), expected_of(pipeline))


def test_two_pictures_that_are_no_squares(loaded: Loaded, pipeline: Any) -> None:
    expected = expected_of(pipeline, width=48, num_images_per_prompt=2)

    begin = noise(loaded.vae.handle, 48, SIZE, 2, seed=SEED).latent
    text = parity.texts(loaded)[0]
    assert_same(parity.sample(loaded, text, scale=3.5, begin=begin, size=(48, SIZE)), expected)


def test_schnell_which_is_told_no_guidance(tmp_path: Path) -> None:
    folder = save(tmp_path, distilled=False)

    loaded = loaded_from(folder)
    turns = parity.sample(loaded, parity.texts(loaded)[0], scale=1.0)
    assert_same(turns, expected_of(parity.pipeline_of(folder)))


def test_a_negative_text_and_guidance_of_its_own(loaded: Loaded, pipeline: Any) -> None:
    expected = expected_of(pipeline, negative_prompt=NEGATIVE, true_cfg_scale=SCALE)

    positive, negative = parity.texts(loaded)
    assert_same(parity.sample(loaded, tell(positive, 3.5), negative), expected)


def test_the_negative_is_not_asked_about_where_nothing_tells_the_guidance(loaded: Loaded) -> None:
    positive, negative = parity.texts(loaded)

    with_it, without = (parity.sample(loaded, positive, one)[-1].latent for one in (negative, None))
    assert torch.equal(with_it.samples, without.samples)


def test_image_to_image(loaded: Loaded, pipeline: Any) -> None:
    oracle = parity.another(pipeline, "FluxImg2ImgPipeline")
    expected = expected_of(oracle, image=parity.as_tensor(parity.picture()), strength=0.6)

    turns = parity.from_picture(loaded, parity.texts(loaded)[0], strength=0.6, scale=3.5)
    assert_same(turns, expected)


def test_inpainting(loaded: Loaded, pipeline: Any) -> None:
    oracle = parity.another(pipeline, "FluxInpaintPipeline")
    pictures = {"image": parity.as_tensor(parity.picture()), "mask_image": parity.mask().pixels[:, None]}
    expected = expected_of(oracle, **pictures, strength=0.6)

    turns = parity.inpainted(loaded, parity.texts(loaded)[0], strength=0.6, scale=3.5)
    assert_same(turns, expected)


def test_a_model_made_for_inpainting(tmp_path: Path) -> None:
    """Its tiny VAE has two pixels to a cell, so that a cell has four of the mask."""
    folder = save(tmp_path, channels=16 * 2 + 4 * 4)
    oracle = parity.pipeline_of(folder, "FluxFillPipeline")
    pictures = {"image": parity.as_tensor(parity.picture()), "mask_image": parity.mask().pixels[:, None]}
    expected = expected_of(oracle, **pictures)

    loaded = loaded_from(folder)
    encoded = encode_picture(loaded.vae, parity.picture(), seed=SEED)
    drawn = noise(loaded.vae.handle, SIZE, SIZE, rng=encoded.rng)
    masked = encode_picture(loaded.vae, parity.picture(), parity.mask(), rng=drawn.rng)
    extra = inpainting_channels(masked.latent, parity.mask())
    run = scheduler(loaded.scheduler, steps=STEPS, strength=1.0, latent=drawn.latent)
    first = Turn(start(run.scheduler, drawn.latent, encoded.latent), run.state, masked.rng)
    text = parity.texts(loaded)[0]
    assert_same(parity.turns(loaded, run, first, text, None, 3.5, extra), expected)


def test_a_model_made_for_inpainting_without_its_channels_is_refused(tmp_path: Path) -> None:
    loaded = loaded_from(save(tmp_path, channels=16 * 2 + 4 * 4))

    with pytest.raises(StepRefused, match=r"expected 12 channels, got 4\. .* the extra channels"):
        parity.sample(loaded, parity.texts(loaded)[0])


def test_a_model_that_takes_a_control_picture_as_more_channels(tmp_path: Path) -> None:
    folder = save(tmp_path, channels=16 * 2)
    oracle = parity.pipeline_of(folder, "FluxControlPipeline")
    signed = parity.as_tensor(parity.picture()) * 2 - 1  # it takes tensors as they are
    expected = expected_of(oracle, control_image=signed)

    loaded = loaded_from(folder)
    encoded = encode_picture(loaded.vae, parity.picture(), seed=SEED)
    begin = noise(loaded.vae.handle, SIZE, SIZE, rng=encoded.rng).latent
    text = parity.texts(loaded)[0]
    assert_same(parity.sample(loaded, text, scale=3.5, begin=begin, extra=encoded.latent), expected)


def test_a_picture_to_refer_to(loaded: Loaded, pipeline: Any) -> None:
    oracle = parity.another(pipeline, "FluxKontextPipeline")
    image = parity.as_tensor(parity.picture())
    expected = expected_of(oracle, image=image, max_area=SIZE * SIZE, _auto_resize=False)

    encoded = encode_picture(loaded.vae, parity.picture(), draw="mode")
    text = show(parity.texts(loaded)[0], encoded.latent)
    assert_same(parity.sample(loaded, text, scale=3.5), expected)


def test_saved_and_loaded_again(loaded: Loaded, folder: Path, tmp_path: Path) -> None:
    parity.assert_kept(
        folder, loaded, tmp_path, lambda one: parity.sample(one, parity.texts(one)[0], scale=3.5)
    )


def test_the_picture(loaded: Loaded, pipeline: Any) -> None:
    turns = parity.sample(loaded, parity.texts(loaded)[0], scale=3.5)
    parity.assert_decoded_same(pipeline, loaded, turns, **GIVEN)


@pytest.mark.parametrize(
    ("networks", "kinds"),
    [
        ([{}, {}], [None, None]),
        ([{"num_mode": 3}], [2]),
        ([{"guidance_embeds": False, "num_single_layers": 0}], [None]),
    ],
    ids=["two", "that tells kinds of pictures apart", "that is told no guidance"],
)
def test_control(
    networks: list[dict[str, Any]], kinds: list[int | None], loaded: Loaded, pipeline: Any, tmp_path: Path
) -> None:
    held = [
        parity.control_network(save_network(tmp_path / f"{at}", at, **one)) for at, one in enumerate(networks)
    ]
    assert_control_same(held, kinds, loaded, pipeline)


def test_control_by_a_picture_that_is_not_encoded(tmp_path: Path) -> None:
    """As XLabs' networks do it, which expect eight pixels to a cell."""
    folder = save(tmp_path / "model", levels=4)
    patches = {"patch_size": 2, "conditioning_embedding_channels": 4, "num_single_layers": 0}

    held = parity.control_network(save_network(tmp_path / "network", 0, **patches))
    assert_control_same([held], [None], loaded_from(folder), parity.pipeline_of(folder))


def assert_control_same(
    held: list[OnDevice[ControlNet[Any]]], kinds: list[int | None], loaded: Loaded, pipeline: Any
) -> None:
    nets, many = [one.model for one in held], len(held) > 1
    oracle = parity.another(pipeline, "FluxControlNetPipeline", controlnet=nets if many else nets[0])
    pictures = [parity.picture(), Image(1 - parity.picture().pixels)][: len(nets)]
    planes = [parity.as_tensor(one) * 2 - 1 for one in pictures]  # it takes tensors as they are
    expected = expected_of(
        oracle,
        control_image=planes if many else planes[0],
        control_mode=kinds[0],
        controlnet_conditioning_scale=[0.5] * len(nets) if many else 0.5,
        control_guidance_end=0.6,
    )

    text, rng, context = parity.texts(loaded)[0], None, parity.with_models(*held, loaded.vae)
    for one, image, kind in zip(held, pictures, kinds, strict=True):
        text, _, rng = apply(
            text, one.handle, image, context, None, 0.5, 0.0, 0.6, loaded.vae.handle, kind, SEED, rng
        )
    begin = noise(loaded.vae.handle, SIZE, SIZE, rng=rng).latent
    assert_same(parity.sample(loaded, text, scale=3.5, begin=begin, context=context), expected)
