from dataclasses import replace
from pathlib import Path
from typing import Any

import diffusers
import pytest
import torch

from engine import Folder, OnDevice
from nodes.checkpoints.controlnet import from_folder
from nodes.control.apply import apply
from nodes.diffusion.sizes import sizes
from tests.nodes.diffusion.sampling import Loaded, loaded_from
from tests.nodes.families import parity
from tests.nodes.families.folders import randomise
from tests.nodes.families.parity import NEGATIVE, PROMPT, SCALE, SIZE, assert_same, latents_of
from tests.nodes.families.tiny_sdxl import EULER, REFINER, save


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save(tmp_path_factory.mktemp("sdxl"))


def expected_of(pipeline: Any, **arguments: Any) -> list[torch.Tensor]:
    return latents_of(pipeline, **parity.GIVEN | arguments)


def test_text_to_image(loaded: Loaded, pipeline: Any) -> None:
    assert_same(parity.sample(loaded, *parity.texts(loaded)), expected_of(pipeline))


def test_saved_and_loaded_again(loaded: Loaded, folder: Path, tmp_path: Path) -> None:
    parity.assert_kept(folder, loaded, tmp_path, lambda one: parity.sample(one, *parity.texts(one)))


def test_the_picture(loaded: Loaded, pipeline: Any) -> None:
    turns = parity.sample(loaded, *parity.texts(loaded))
    parity.assert_decoded_same(pipeline, loaded, turns, **parity.GIVEN)


@pytest.fixture(scope="module")
def from_picture(pipeline: Any) -> Any:
    return parity.another(pipeline, REFINER)


@pytest.fixture(scope="module")
def refiner_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save(tmp_path_factory.mktemp("refiner"), refiner=True)


@pytest.mark.parametrize("name", ["EulerDiscreteScheduler", "HeunDiscreteScheduler"])
def test_the_refiner_ends_what_the_base_began(
    name: str, loaded: Loaded, pipeline: Any, refiner_folder: Path
) -> None:
    refining, refiner = loaded_from(refiner_folder), parity.pipeline_of(refiner_folder)
    base = parity.another(pipeline, "StableDiffusionXLPipeline")
    for one in (base, refiner):
        one.scheduler = getattr(diffusers, name).from_config(EULER)
    begun = expected_of(base, denoising_end=0.6, output_type="latent")
    expected = latents_of(
        refiner,
        prompt=PROMPT,
        negative_prompt=NEGATIVE,
        image=begun[-1],
        denoising_start=0.6,
        guidance_scale=SCALE,
    )

    turns = parity.sample(loaded, *parity.texts(loaded), ports={"name": name, "end": 0.6})
    assert_same(turns, begun)
    positive, negative = parity.texts(refining)
    wanted = {"width": SIZE, "height": SIZE, "target_width": SIZE, "target_height": SIZE}
    told = sizes(positive, **wanted), sizes(negative, **wanted, beauty=2.5)
    ports = {"name": name, "begin": 0.6}
    assert_same(parity.sample(refining, *told, ports=ports, picture=turns[-1].latent), expected)


def test_other_sizes(loaded: Loaded, pipeline: Any) -> None:
    said = {"original_size": (32, 48), "crops_coords_top_left": (3, 5), "target_size": (80, 96)}
    expected = expected_of(pipeline, **said)

    positive, negative = parity.texts(loaded)
    told = sizes(positive, width=48, height=32, top=3, left=5, target_width=96, target_height=80)
    assert_same(parity.sample(loaded, told, negative), expected)


def test_other_sizes_for_the_negative_text(loaded: Loaded, pipeline: Any) -> None:
    said = {"original_size": (32, 48), "negative_original_size": (16, 24)}
    said |= {"target_size": (80, 96), "negative_target_size": (40, 56)}
    expected = expected_of(pipeline, **said)

    positive, negative = parity.texts(loaded)
    told = [
        sizes(positive, width=48, height=32, target_width=96, target_height=80),
        sizes(negative, width=24, height=16, target_width=56, target_height=40),
    ]
    assert_same(parity.sample(loaded, *told), expected)


def test_image_to_image(loaded: Loaded, from_picture: Any) -> None:
    given = {"prompt": PROMPT, "negative_prompt": NEGATIVE, "guidance_scale": SCALE, "strength": 0.7}
    expected = latents_of(from_picture, image=parity.as_tensor(parity.picture()), **given)

    assert_same(parity.from_picture(loaded, *parity.texts(loaded), strength=0.7), expected)


def test_inpainting(loaded: Loaded, pipeline: Any) -> None:
    inpaint = parity.another(pipeline, "StableDiffusionXLInpaintPipeline")
    pictures = {"image": parity.as_tensor(parity.picture()), "mask_image": parity.mask().pixels[:, None]}
    expected = expected_of(inpaint, **pictures, strength=0.7)

    assert_same(parity.inpainted(loaded, *parity.texts(loaded), strength=0.7), expected)


@pytest.mark.filterwarnings("ignore:`upcast_vae` is deprecated")
def test_half_precision_decodes_in_single(folder: Path, tmp_path: Path) -> None:
    """Its VAE overflows in float16; the pipeline computes it in float32, from weights in float16."""
    pipeline = parity.pipeline_of(folder, dtype=torch.float16)
    pipeline.save_pretrained(tmp_path / "half")
    loaded = loaded_from(tmp_path / "half", "float16")

    turns = parity.sample(loaded, *parity.texts(loaded))
    assert loaded.vae.model.dtype == torch.float32
    parity.assert_decoded_same(pipeline, loaded, turns, **parity.GIVEN)


def test_a_control_network(loaded: Loaded, pipeline: Any, tmp_path: Path) -> None:
    from diffusers.models.controlnets.controlnet import ControlNetModel

    network = ControlNetModel.from_unet(loaded.denoiser.model, conditioning_embedding_out_channels=(4, 8))
    randomise(network).save_pretrained(tmp_path)
    handle = from_folder(Folder(tmp_path, "control"), "float32")
    handle = replace(handle, family="sdxl")
    held = OnDevice(handle, handle.load(lambda _: tmp_path))
    controlled = parity.another(pipeline, "StableDiffusionXLControlNetPipeline", controlnet=held.model)
    picture = parity.as_tensor(parity.picture())
    expected = expected_of(controlled, image=picture, controlnet_conditioning_scale=0.7)

    context = parity.with_models(held)
    positive, negative = parity.texts(loaded)
    found = apply(positive, handle, parity.picture(), context, negative, 0.7)
    assert_same(parity.sample(loaded, found.positive, found.negative, context=context), expected)
