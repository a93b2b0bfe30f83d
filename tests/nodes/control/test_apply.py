from pathlib import Path
from typing import Any

import diffusers
import pytest
import torch

from engine import Folder, OnDevice
from engine.errors import ValueRefused
from nodes.checkpoints.controlnet import folder_family, from_folder
from nodes.checkpoints.load import Dtype
from nodes.checkpoints.refusal import CheckpointRefused
from nodes.control.apply import apply
from nodes.diffusion.refusal import StepRefused
from nodes.values import Cond, Conditioning, ControlNet, Image
from tests.nodes.control.tiny_network import save_network
from tests.nodes.diffusion.sampling import WATCHED, Loaded, loaded_from
from tests.nodes.families import parity
from tests.nodes.families.parity import NEGATIVE, PROMPT, SCALE, SIZE, assert_same, latents_of


def network(folder: Path, dtype: Dtype = "float32") -> OnDevice[ControlNet[Any]]:
    handle = from_folder(Folder(folder, folder.name), dtype)
    return OnDevice(handle, handle.load(lambda _: folder))


@pytest.fixture(scope="module")
def networks(tmp_path_factory: pytest.TempPathFactory) -> list[OnDevice[ControlNet[Any]]]:
    root = tmp_path_factory.mktemp("networks")
    return [network(save_network(root / f"network-{seed}", seed)) for seed in range(2)]


def expected_of(folder: Path, networks: list[Any], pictures: list[Image], **arguments: Any) -> Any:
    classes: Any = diffusers
    pipeline = classes.StableDiffusionControlNetPipeline.from_pretrained(
        folder, controlnet=[one.model for one in networks], requires_safety_checker=False
    )
    pipeline.set_progress_bar_config(disable=True)
    images = [picture.pixels.permute(0, 3, 1, 2) for picture in pictures]
    texts = {"prompt": PROMPT, "negative_prompt": NEGATIVE, "guidance_scale": SCALE}
    return latents_of(pipeline, image=images, height=SIZE, width=SIZE, **texts, **arguments)


def test_several_networks_each_for_its_part_of_the_run(
    loaded: Loaded, folder: Path, networks: list[OnDevice[ControlNet[Any]]]
) -> None:
    pictures = [parity.picture(), Image(1 - parity.picture().pixels)]
    expected = expected_of(
        folder,
        networks,
        pictures,
        controlnet_conditioning_scale=[0.5, 0.8],
        control_guidance_start=[0.0, 0.4],
        control_guidance_end=[0.6, 1.0],
    )

    positive, negative = parity.texts(loaded)
    parts = [(0.5, 0.0, 0.6), (0.8, 0.4, 1.0)]
    for one, picture, part in zip(networks, pictures, parts, strict=True):
        positive, negative, _ = apply(positive, one.handle, picture, WATCHED, negative, *part)
    turns = parity.sample(loaded, positive, negative, context=parity.with_models(*networks))
    assert_same(turns, expected)
    assert not torch.equal(
        turns[-1].latent.samples, parity.sample(loaded, *parity.texts(loaded))[-1].latent.samples
    )


def test_in_half_precision(folder: Path, tmp_path: Path) -> None:
    loaded, held = loaded_from(folder, "bfloat16"), network(save_network(tmp_path), "bfloat16")
    positive, _ = parity.texts(loaded)

    controlled = apply(positive, held.handle, parity.picture(), WATCHED).positive
    found, plain = (
        parity.sample(loaded, text, context=parity.with_models(held))[-1].latent.samples
        for text in (controlled, positive)
    )
    assert found.dtype == torch.bfloat16
    assert not torch.equal(found, plain)


def test_its_family_is_that_of_the_models_that_it_controls(tmp_path: Path) -> None:
    assert folder_family(save_network(tmp_path / "network")) == {"F": "sd-32-4"}


def test_a_folder_of_something_else_is_refused(folder: Path) -> None:
    with pytest.raises(CheckpointRefused, match=r"expected ControlNetModel or .*, got UNet2DConditionModel"):
        from_folder(Folder(folder / "unet", ""))


@pytest.fixture
def conditioning() -> Conditioning[Any]:
    return Conditioning([Cond(torch.zeros(1, 1, 1))])


def test_a_picture_of_another_size_is_refused(
    loaded: Loaded, networks: list[OnDevice[ControlNet[Any]]]
) -> None:
    positive, _ = parity.texts(loaded)
    positive = apply(positive, networks[0].handle, parity.picture(48), WATCHED).positive

    with pytest.raises(StepRefused, match="expected a control picture of 64 × 64, got 48 × 48"):
        parity.sample(loaded, positive, context=parity.with_models(*networks))


def test_a_network_that_takes_latents_needs_the_vae(conditioning: Conditioning[Any]) -> None:
    with pytest.raises(ValueRefused, match="expected the model's VAE"):
        apply(conditioning, ControlNet("", hint="latent"), parity.picture(), WATCHED)


@pytest.mark.parametrize(("kinds", "kind"), [(0, 0), (3, None), (3, 3)])
def test_a_kind_is_named_for_networks_that_tell_kinds_apart_and_for_no_others(
    conditioning: Conditioning[Any], kinds: int, kind: int | None
) -> None:
    with pytest.raises(ValueRefused, match=r"expected (a kind below 3|no kind)"):
        apply(conditioning, ControlNet("", kinds=kinds), parity.picture(), WATCHED, kind=kind)


def test_an_empty_part_of_the_run_is_refused(conditioning: Conditioning[Any]) -> None:
    with pytest.raises(ValueRefused, match=r"expected start before end, got start 0\.5, end 0\.5"):
        apply(conditioning, ControlNet(""), parity.picture(), WATCHED, start=0.5, end=0.5)
