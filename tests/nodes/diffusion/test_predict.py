from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from nodes.diffusion.conditioning import combine, limit
from nodes.diffusion.conditioning_blend import batch as gathered
from nodes.diffusion.conditioning_blend import concat
from nodes.diffusion.distilled_guidance import tell
from nodes.diffusion.latent import inpainting_channels, noise
from nodes.diffusion.predict import predict
from nodes.diffusion.refusal import StepRefused
from nodes.diffusion.scheduler import Run, scheduler, start
from nodes.vae import encode as encode_picture
from nodes.values import Conditioning, Latent, Mask, Prediction, SchedulerState
from tests.nodes.diffusion import sampling, tiny
from tests.nodes.diffusion.sampling import (
    SEED,
    SIZE,
    WATCHED,
    Loaded,
    Turn,
    another_pipeline,
    loaded_from,
    mask,
    picture,
    pipeline_of,
    texts,
)
from tests.nodes.diffusion.test_exactness import (
    CHOICES,
    STEPS,
    as_tensor,
    assert_same,
    latents_of,
)

EULER = CHOICES["euler ancestral"]


def variant(folder: Path, **unet: Any) -> tuple[Loaded, Any]:
    """A tiny model with another U-Net, and diffusers' pipeline of it."""
    tiny.save(folder, **unet)
    return loaded_from(folder), pipeline_of(folder)


@pytest.fixture
def run(loaded: Loaded) -> Run:
    return EULER.run(loaded.scheduler, STEPS)


def predicted(
    loaded: Loaded, run: Run, positive: Conditioning[Any], turn: int = 0, batch: int = 1, **arguments: Any
) -> Prediction[Any]:
    latent = start(run.scheduler, noise(loaded.vae.handle, SIZE, SIZE, batch).latent)
    return predict(
        loaded.denoiser, run.scheduler, SchedulerState(turn=turn), latent, WATCHED, positive, **arguments
    )


def test_up_to_a_guidance_of_one_the_negative_is_not_asked(loaded: Loaded, pipeline: Any) -> None:
    expected = latents_of(pipeline, EULER, height=SIZE, width=SIZE, guidance_scale=1.0)

    assert_same(sampling.text_to_image(loaded, EULER.run(loaded.scheduler, STEPS), scale=1.0), expected)


def test_a_prediction_without_guidance_has_no_negative(loaded: Loaded, run: Run) -> None:
    positive, negative = texts(loaded)

    assert predicted(loaded, run, positive, negative=negative, guidance=1.0).negative is None
    assert predicted(loaded, run, positive, guidance=5.0).negative is None
    assert predicted(loaded, run, positive, negative=negative, guidance=5.0).negative is not None


def test_several_pictures_share_a_text(loaded: Loaded, pipeline: Any) -> None:
    expected = latents_of(pipeline, EULER, height=SIZE, width=SIZE, num_images_per_prompt=2)
    run = EULER.run(loaded.scheduler, STEPS)
    drawn = noise(loaded.vae.handle, SIZE, SIZE, batch=2, seed=SEED)
    turns = [Turn(start(run.scheduler, drawn.latent), run.state, drawn.rng)]
    for _ in range(run.turns):
        turns.append(sampling.turn(loaded, run, turns[-1], sampling.GUIDANCE))

    assert_same(turns[1:], expected)


def test_a_model_distilled_with_guidance_is_told_it(tmp_path: Path) -> None:
    loaded, pipeline = variant(tmp_path / "distilled", time_cond_proj_dim=9)
    expected = latents_of(pipeline, EULER, height=SIZE, width=SIZE)

    assert_same(sampling.text_to_image(loaded, EULER.run(loaded.scheduler, STEPS)), expected)


def test_a_predicted_variance_is_apart_and_all_lies_as_the_store_would_give_it(tmp_path: Path) -> None:
    loaded = loaded_from(tiny.save(tmp_path, out_channels=8))
    positive, negative = texts(loaded)

    found = predicted(
        loaded, EULER.run(loaded.scheduler, STEPS), positive, negative=negative, guidance=5.0, batch=2
    )
    tensors = [found.samples, found.negative, found.variance]
    assert [one is not None and (one.shape[1], one.is_contiguous()) for one in tensors] == [(4, True)] * 3


@pytest.fixture(scope="module")
def distilled(tmp_path_factory: pytest.TempPathFactory) -> Loaded:
    return loaded_from(tiny.save(tmp_path_factory.mktemp("distilled"), time_cond_proj_dim=9))


def test_each_text_tells_a_distilled_model_its_own_guidance(distilled: Loaded) -> None:
    run = EULER.run(distilled.scheduler, STEPS)
    text = texts(distilled)[0]
    weak, strong = tell(text, 1.5), tell(text, 8.0)

    found = predicted(distilled, run, combine(weak, strong)).samples
    one, other = (predicted(distilled, run, side).samples for side in (weak, strong))
    assert not torch.allclose(one, other, atol=1e-4)
    assert torch.allclose(found, (one + other) / 2, atol=1e-5)


def test_each_picture_of_a_batch_has_its_own_guidance(distilled: Loaded) -> None:
    run = EULER.run(distilled.scheduler, STEPS)
    text = texts(distilled)[0]
    both = [tell(text, 1.5), tell(text, 8.0)]

    found = predicted(distilled, run, gathered(both), batch=2).samples
    alone = [predicted(distilled, run, side, batch=2).samples[[at]] for at, side in enumerate(both)]
    assert torch.allclose(found, torch.cat(alone), atol=1e-5)


@pytest.mark.parametrize("name", ["ddim", "euler ancestral", "dpm++ 2m"])
def test_a_model_made_for_inpainting_sees_mask_and_masked_picture(name: str, tmp_path: Path) -> None:
    loaded, plain = variant(tmp_path / "inpainting", in_channels=9)
    pipeline = another_pipeline("StableDiffusionInpaintPipeline", plain)
    where, choice = mask().pixels[:, None], CHOICES[name]
    sizes = {"height": SIZE, "width": SIZE, "strength": 1.0}
    expected = latents_of(pipeline, choice, image=as_tensor(picture()), mask_image=where, **sizes)

    run = choice.run(loaded.scheduler, STEPS, strength=1.0)
    drawn = noise(loaded.vae.handle, SIZE, SIZE, seed=SEED)
    masked = encode_picture(loaded.vae, picture(), mask(), rng=drawn.rng)
    extra = inpainting_channels(masked.latent, mask())
    turns = [Turn(start(run.scheduler, drawn.latent), run.state, masked.rng)]
    for _ in range(run.turns):
        turns.append(sampling.turn(loaded, run, turns[-1], sampling.GUIDANCE, extra=extra))
    assert_same(turns[1:], expected)


def test_another_models_latent_is_refused(loaded: Loaded, run: Run) -> None:
    latent = Latent(torch.zeros(1, 12, 8, 8))

    with pytest.raises(StepRefused, match=r"expected 4 channels, got 12\. Link the model's own VAE"):
        predict(loaded.denoiser, run.scheduler, run.state, latent, WATCHED, texts(loaded)[0])


def test_another_models_text_is_refused(loaded: Loaded, run: Run) -> None:
    cond = replace(texts(loaded)[0].items[0], embeds=torch.zeros(1, 77, 768))

    with pytest.raises(StepRefused, match=r"expected texts 32 wide, got 768\. Link the model's own text"):
        predicted(loaded, run, Conditioning([cond]))


def test_more_texts_than_pictures_are_refused(loaded: Loaded, run: Run) -> None:
    cond = replace(texts(loaded)[0].items[0], embeds=torch.zeros(2, 77, 32))

    with pytest.raises(StepRefused, match="expected 2 pictures or a multiple of it, got 1"):
        predicted(loaded, run, Conditioning([cond]))


def test_a_longer_text_is_asked_about_beside_a_shorter_one(loaded: Loaded, run: Run) -> None:
    first, second = texts(loaded)
    both = concat(first, second)

    found = predicted(loaded, run, both, negative=second, guidance=5.0)
    assert found.negative is not None
    assert torch.allclose(found.samples, predicted(loaded, run, both).samples, atol=1e-5)
    assert torch.allclose(found.negative, predicted(loaded, run, second).samples, atol=1e-5)


def half(side: slice) -> Mask:
    pixels = torch.zeros(1, SIZE, SIZE)
    pixels[:, :, side] = 1
    return Mask(pixels)


def test_texts_apply_where_their_masks_are(loaded: Loaded, run: Run) -> None:
    first, second = texts(loaded)
    both = combine(limit(first, half(slice(0, 32))), limit(second, half(slice(32, None))))

    found = predicted(loaded, run, both).samples
    left, right = (predicted(loaded, run, one).samples for one in (first, second))
    assert not torch.allclose(left, right, atol=1e-4)
    assert torch.allclose(found, torch.cat([left[..., :16], right[..., 16:]], dim=-1), atol=1e-5)


def test_texts_are_weighed_by_their_strength(loaded: Loaded, run: Run) -> None:
    first, second = texts(loaded)

    found = predicted(loaded, run, combine(limit(first, strength=3), second)).samples
    one, other = (predicted(loaded, run, text).samples for text in (first, second))
    assert torch.allclose(found, 0.75 * one + 0.25 * other, atol=1e-5)


def test_where_no_mask_is_the_texts_count_alike(loaded: Loaded, run: Run) -> None:
    first, second = texts(loaded)
    nowhere = Mask(torch.zeros(1, SIZE, SIZE))

    found = predicted(loaded, run, combine(limit(first, nowhere, 3), limit(second, nowhere))).samples
    one, other = (predicted(loaded, run, text).samples for text in (first, second))
    assert torch.allclose(found, (one + other) / 2, atol=1e-5)


def test_a_text_applies_in_its_part_of_the_run(loaded: Loaded) -> None:
    first, second = texts(loaded)
    run = scheduler(loaded.scheduler, "DDIMScheduler", steps=4)
    changing = combine(limit(first, end=0.5), limit(second, start=0.5))

    for turn, text in enumerate((first, first, second, second)):
        expected = predicted(loaded, run, text, turn).samples
        assert torch.equal(predicted(loaded, run, changing, turn).samples, expected)


def test_a_turn_without_any_text_is_refused(loaded: Loaded, run: Run) -> None:
    with pytest.raises(StepRefused, match="expected a conditioning at 0% of the run, got none"):
        predicted(loaded, run, limit(texts(loaded)[0], start=0.5))
