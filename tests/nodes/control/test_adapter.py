"""T2I-Adapters on Stable Diffusion and Stable Diffusion XL, beside diffusers' pipelines."""

from pathlib import Path
from typing import Any

import diffusers
import pytest
import torch

from engine import Folder, OnDevice
from engine.errors import ValueRefused
from nodes.checkpoints.refusal import CheckpointRefused
from nodes.checkpoints.t2i_adapter import folder_family, load
from nodes.control.adapter import adapt
from nodes.values import Conditioning, Image, T2IAdapter
from tests.nodes.control.tiny_adapter import save_adapter, save_attending
from tests.nodes.diffusion.sampling import loaded_from
from tests.nodes.families import parity, tiny_sdxl
from tests.nodes.families.folders import write_json
from tests.nodes.families.parity import NEGATIVE, PROMPT, SCALE, SIZE, assert_same

CLASSES: Any = diffusers
TEXTS = {"prompt": PROMPT, "negative_prompt": NEGATIVE, "guidance_scale": SCALE}
SIZES = {"height": SIZE, "width": SIZE}


def adapter(folder: Path, seed: int = 0, **changes: Any) -> OnDevice[T2IAdapter[Any]]:
    handle = load(Folder(save_adapter(folder, seed, **changes), folder.name))
    return OnDevice(handle, handle.load(lambda _: folder))


def pictures() -> list[Image]:
    return [parity.picture(), Image(1 - parity.picture().pixels)]


def adapted(
    texts: tuple[Conditioning[Any], Conditioning[Any]], *held: OnDevice[T2IAdapter[Any]], **ports: Any
) -> tuple[Conditioning[Any], Conditioning[Any] | None]:
    positive, negative = texts
    for one, picture, strength in zip(held, pictures(), (0.5, 0.8), strict=False):
        found = adapt(positive, one, picture, negative, strength, **ports)
        positive, negative = found.positive, found.negative or negative
    return positive, negative


def expected_of(pipeline: Any, **given: Any) -> list[torch.Tensor]:
    """The pipelines tell their latents to nobody, so the scheduler is asked."""
    return parity.stepped(pipeline, **TEXTS, **SIZES, **given, output_type="latent")


@pytest.mark.parametrize("count", [1, 2])
def test_stable_diffusion(count: int, tmp_path: Path) -> None:
    folder = save_attending(tmp_path / "sd")
    held = [adapter(tmp_path / f"adapter-{seed}", seed) for seed in range(count)]
    modules: Any = [one.model for one in held]
    pipeline = CLASSES.StableDiffusionAdapterPipeline.from_pretrained(
        folder, adapter=modules if count > 1 else modules[0], requires_safety_checker=False
    )
    pipeline.set_progress_bar_config(disable=True)
    images = [parity.as_tensor(one) for one in pictures()[:count]]
    expected = expected_of(
        pipeline,
        image=images if count > 1 else images[0],
        adapter_conditioning_scale=[0.5, 0.8] if count > 1 else 0.5,
    )

    loaded = loaded_from(folder)
    assert_same(parity.sample(loaded, *adapted(parity.texts(loaded), *held)), expected)


def test_stable_diffusion_xl_for_a_part_of_the_run(tmp_path: Path) -> None:
    folder = tiny_sdxl.save(tmp_path / "sdxl")
    kind = {"adapter_type": "full_adapter_xl", "channels": [4, 8, 8, 8], "downscale_factor": 4}
    held = adapter(tmp_path / "adapter", **kind)
    pipeline = CLASSES.StableDiffusionXLAdapterPipeline.from_pretrained(folder, adapter=held.model)
    pipeline.set_progress_bar_config(disable=True)
    expected = expected_of(
        pipeline,
        image=parity.as_tensor(parity.picture()),
        adapter_conditioning_scale=0.5,
        adapter_conditioning_factor=0.6,
    )

    loaded = loaded_from(folder)
    assert held.handle.family == "sdxl"
    assert_same(parity.sample(loaded, *adapted(parity.texts(loaded), held, end=0.6)), expected)


def test_a_grey_picture_will_do_for_an_adapter_of_one_channel(tmp_path: Path) -> None:
    held = adapter(tmp_path / "grey", in_channels=1)
    grey = Image(parity.picture().pixels[..., :1])

    levels = adapt(Conditioning([]), held, grey)
    assert levels.negative is None


def test_the_family_is_told_by_the_widths(tmp_path: Path) -> None:
    config = {"_class_name": "T2IAdapter", "adapter_type": "full_adapter", "channels": [320, 640, 1280, 1280]}
    write_json(tmp_path / "one" / "config.json", config)
    write_json(tmp_path / "two" / "config.json", config | {"adapter_type": "full_adapter_xl"})

    assert folder_family(tmp_path / "one") == {"F": "sd1"}
    assert folder_family(tmp_path / "two") == {"F": "sdxl"}


def test_another_kind_of_network_is_refused(tmp_path: Path) -> None:
    write_json(tmp_path / "config.json", {"_class_name": "UNet", "adapter_type": "", "channels": []})

    with pytest.raises(CheckpointRefused, match="expected a T2IAdapter, got UNet"):
        load(Folder(tmp_path, ""))


def test_an_empty_part_of_the_run_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueRefused, match="expected start before end"):
        adapt(Conditioning([]), adapter(tmp_path / "one"), parity.picture(), start=0.5, end=0.5)
