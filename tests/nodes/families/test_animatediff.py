"""AnimateDiff's nodes give the bytes of diffusers' pipeline, at every step and decoded."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import diffusers
import pytest
import torch

from engine import Folder
from engine.declare import codec
from nodes.checkpoints.motion_adapter import from_folder
from nodes.checkpoints.refusal import CheckpointRefused
from nodes.diffusion.refusal import StepRefused
from nodes.diffusion.scheduler import scheduler
from nodes.patches.lora import apply
from nodes.values import Features
from nodes.video.latent import video_noise
from tests.nodes.diffusion import tiny
from tests.nodes.diffusion.sampling import Loaded, Turn
from tests.nodes.families import filming, parity
from tests.nodes.families.animating import (
    FRAMES,
    LINEAR,
    PIXELS,
    SIZE,
    animated,
    expected_of,
    filmed,
    pipeline_of,
)
from tests.nodes.families.parity import assert_same
from tests.nodes.families.tiny_animatediff import save
from tests.nodes.patches import loras


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    place = tmp_path_factory.mktemp("animatediff")
    (place / "model").mkdir()
    return {"model": tiny.save(place / "model"), "motion": save(place / "motion")}


@pytest.fixture(scope="module")
def loaded(folders: dict[str, Path]) -> Loaded:
    return animated(folders)


def test_text_to_video(loaded: Loaded, folders: dict[str, Path]) -> None:
    pipeline, turns = pipeline_of(folders), filmed(loaded)

    assert_same(turns, expected_of(pipeline))
    filming.assert_decoded_same(pipeline, loaded, turns, **PIXELS)


def test_video_to_video(loaded: Loaded, folders: dict[str, Path]) -> None:
    video, pipeline = filming.a_film(FRAMES, SIZE), pipeline_of(folders)
    expected = filming.latents_from_film(pipeline, "AnimateDiffVideoToVideoPipeline", video, strength=0.7)

    ports: dict[str, Any] = {"name": "DDIMScheduler", "options": json.dumps(LINEAR)}
    assert_same(filming.from_film(loaded, video, 0.7, by_frame=True, **ports), expected)


def test_saved_and_loaded_again(loaded: Loaded, folders: dict[str, Path], tmp_path: Path) -> None:
    adapter: Any = diffusers.models.unets.unet_motion_model.MotionAdapter
    adapter.from_pretrained(folders["motion"]).save_pretrained(tmp_path / "motion")
    model = parity.saved_again(folders["model"], tmp_path / "model")

    again = animated({"model": model, "motion": tmp_path / "motion"})
    assert_same(filmed(again), [turn.latent.samples for turn in filmed(loaded)])


@pytest.mark.parametrize("part", ["attentions", "motion_modules"], ids=["of pictures", "of motion"])
def test_a_lora(part: str, loaded: Loaded, folders: dict[str, Path], tmp_path: Path) -> None:
    tensors = loras.tensors_of({"unet": loaded.denoiser.model}, "diffusers")
    lora = loras.save(tmp_path / "lora.safetensors", {n: one for n, one in tensors.items() if part in n})
    pipeline = pipeline_of(folders)
    pipeline.load_lora_weights(lora.path)

    turns = filmed(animated(folders, lambda handle: apply(handle, lora).denoiser, files=(lora,)))
    assert_same(turns, expected_of(pipeline))
    assert not torch.equal(turns[-1].latent.samples, filmed(loaded)[-1].latent.samples)


def test_the_handle_is_stored_with_its_adapter(loaded: Loaded) -> None:
    handle = loaded.denoiser.handle

    assert codec.decode(codec.encode(handle)) == handle


def test_an_adapter_for_another_model_is_refused(folders: dict[str, Path], tmp_path: Path) -> None:
    other = save(tmp_path / "other", block_out_channels=(4, 8, 8))

    with pytest.raises(CheckpointRefused, match="motion adapter for this model"):
        animated(folders | {"motion": other})


def test_a_folder_of_another_kind_is_refused(folders: dict[str, Path]) -> None:
    with pytest.raises(CheckpointRefused, match="got UNet2DConditionModel"):
        from_folder(Folder(folders["model"] / "unet", "unet"))


@pytest.mark.parametrize("frames", [9, 0], ids=["too many frames", "a picture"])
def test_what_is_no_film_that_it_can_draw_is_refused(frames: int, loaded: Loaded) -> None:
    drawn = video_noise(loaded.vae.handle, SIZE, SIZE, max(frames, 1))
    latent = drawn.latent if frames else replace(drawn.latent, samples=drawn.latent.samples[:, :, 0])
    run = scheduler(loaded.scheduler, steps=1)

    with pytest.raises(StepRefused, match="at most 8 frames"):
        parity.turns(loaded, run, Turn(latent, run.state, drawn.rng), parity.texts(loaded)[0], None, 1.0)


def test_a_t2i_adapter_is_refused(loaded: Loaded) -> None:
    text = parity.texts(loaded)[0]
    adapted = replace(text.items[0], features=[Features([torch.zeros(1, 4, 16, 16)])])

    with pytest.raises(StepRefused, match="expected a film without a T2I-Adapter's features"):
        filmed(loaded, replace(text, items=[adapted]))
