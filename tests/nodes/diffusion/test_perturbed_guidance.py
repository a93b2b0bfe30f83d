"""Perturbed-attention guidance, beside diffusers' pipelines."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
import torch

from engine.errors import ValueRefused
from nodes.diffusion.conditioning import combine
from nodes.diffusion.conditioning_blend import concat
from nodes.diffusion.latent import noise
from nodes.diffusion.perturbed_guidance import perturbed_guidance
from nodes.diffusion.predict import predict
from nodes.diffusion.refusal import StepRefused
from nodes.diffusion.scheduler import scheduler, scheduler_step, start
from nodes.values import Conditioning, Prediction, SchedulerState
from tests.nodes.diffusion import tiny
from tests.nodes.diffusion.sampling import WATCHED, Loaded, Turn, loaded_from
from tests.nodes.families import parity, tiny_flux, tiny_sdxl
from tests.nodes.families.parity import NEGATIVE, PROMPT, SEED, SIZE, STEPS, assert_same, latents_of

BLOCKS = {"down_block_types": ("CrossAttnDownBlock2D",) * 2, "up_block_types": ("CrossAttnUpBlock2D",) * 2}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny.save(tmp_path_factory.mktemp("sd"), **BLOCKS)


@pytest.fixture(scope="module")
def loaded(folder: Path) -> Loaded:
    return loaded_from(folder)


def turns(loaded: Loaded, layers: str, scale: float, **guiding: float) -> list[Turn]:
    positive, negative = parity.texts(loaded)
    drawn = noise(loaded.vae.handle, SIZE, SIZE, seed=SEED)
    run = scheduler(loaded.scheduler, "EulerDiscreteScheduler", steps=STEPS, latent=drawn.latent)
    found = [Turn(start(run.scheduler, drawn.latent), run.state, drawn.rng)]
    for _ in range(run.turns):
        latent, state, rng = found[-1]
        taken = run.scheduler, state
        said = predict(loaded.denoiser, *taken, latent, WATCHED, positive, negative, scale, perturbed=layers)
        guided = perturbed_guidance(said, *taken, scale, **guiding)
        found.append(Turn(*scheduler_step(*taken, guided, latent, rng, WATCHED)))
    return found[1:]


def expected_of(folder: Path, name: str, layers: list[str], scale: float, **given: Any) -> list[torch.Tensor]:
    from diffusers.schedulers.scheduling_euler_discrete import EulerDiscreteScheduler

    pipeline = parity.another(parity.pipeline_of(folder), name, pag_applied_layers=layers)
    pipeline.scheduler = EulerDiscreteScheduler.from_config(pipeline.scheduler.config)
    texts = {"prompt": PROMPT, "negative_prompt": NEGATIVE, "height": SIZE, "width": SIZE}
    return latents_of(pipeline, **texts, guidance_scale=scale, **given)


@pytest.mark.parametrize("layers", ["mid", "down_blocks.1, up_blocks.0.attentions.1"])
@pytest.mark.parametrize(
    ("scale", "strength", "adaptive", "rescale"),
    [(5.0, 3.0, 0.0, 0.0), (5.0, 2.0, 0.003, 0.7), (1.0, 3.0, 0.0, 0.0)],
    ids=["both", "adaptive and rescaled", "alone"],
)
def test_stable_diffusion(
    layers: str,
    scale: float,
    strength: float,
    adaptive: float,
    rescale: float,
    loaded: Loaded,
    folder: Path,
) -> None:
    given = {"pag_scale": strength, "pag_adaptive_scale": adaptive, "guidance_rescale": rescale}
    expected = expected_of(folder, "StableDiffusionPAGPipeline", layers.split(", "), scale, **given)

    guiding = {"perturbed_scale": strength, "adaptive": adaptive, "rescale": rescale}
    assert_same(turns(loaded, layers, scale, **guiding), expected)


def test_stable_diffusion_xl(tmp_path: Path) -> None:
    folder = tiny_sdxl.save(tmp_path)
    expected = expected_of(folder, "StableDiffusionXLPAGPipeline", ["mid"], 5.0, pag_scale=3.0)

    assert_same(turns(loaded_from(folder), "mid", 5.0, perturbed_scale=3.0), expected)


def asked(loaded: Loaded, positive: Conditioning[Any], layers: str, scale: float = 5.0) -> Prediction[Any]:
    drawn = noise(loaded.vae.handle, SIZE, SIZE, seed=SEED).latent
    run = scheduler(loaded.scheduler, steps=STEPS, latent=drawn)
    latent = start(run.scheduler, drawn)
    negative = parity.texts(loaded)[1]
    return predict(
        loaded.denoiser,
        run.scheduler,
        run.state,
        latent,
        WATCHED,
        positive,
        negative,
        scale,
        perturbed=layers,
    )


def test_the_model_is_as_it_was(loaded: Loaded) -> None:
    positive = parity.texts(loaded)[0]
    processors = dict(loaded.denoiser.model.attn_processors)
    before = asked(loaded, positive, "")

    perturbed = asked(loaded, positive, "mid")
    assert loaded.denoiser.model.attn_processors == processors
    after = asked(loaded, positive, "")
    assert torch.equal(before.samples, after.samples)
    assert perturbed.perturbed is not None
    assert before.perturbed is None
    assert not torch.equal(perturbed.perturbed, perturbed.samples)


def test_the_model_is_as_it_was_after_a_failure(loaded: Loaded) -> None:
    processors = dict(loaded.denoiser.model.attn_processors)
    narrow = [replace(cond, embeds=cond.text()[..., :16]) for cond in parity.texts(loaded)[0].items]

    with pytest.raises(StepRefused, match="texts 32 wide, got 16"):
        asked(loaded, Conditioning(narrow), "mid", 1.0)
    assert loaded.denoiser.model.attn_processors == processors


@pytest.mark.parametrize("others", ["", "mid", "up_blocks"])
def test_others_who_ask_the_model_meanwhile_are_left_alone(others: str, loaded: Loaded) -> None:
    """Both are inside of the model before either goes on."""
    model, positive = loaded.denoiser.model, parity.texts(loaded)[0]
    processors = dict(model.attn_processors)
    layers = ["mid", others]
    expected = [asked(loaded, positive, one) for one in layers]
    both = Barrier(2, timeout=60)

    def meet(*_: Any) -> None:
        both.wait()

    meeting = [layer.register_forward_pre_hook(meet) for layer in (model.conv_in, model.conv_out)]
    try:
        with ThreadPoolExecutor(2) as pool:
            found = list(pool.map(lambda one: asked(loaded, positive, one), layers))
    finally:
        for hook in meeting:
            hook.remove()

    for one, same in zip(found, expected, strict=True):
        assert torch.equal(one.samples, same.samples)
        if same.perturbed is not None:
            assert one.perturbed is not None
            assert torch.equal(one.perturbed, same.perturbed)
    assert model.attn_processors == processors


def test_texts_that_are_asked_one_by_one_are_perturbed_alike(loaded: Loaded) -> None:
    """A longer text has a call of its own, whose last bits differ from those of a batch."""
    positive, negative = parity.texts(loaded)
    longer = concat(positive, negative)

    apart = [asked(loaded, one, "mid") for one in (positive, longer)]
    both = asked(loaded, combine(positive, longer), "mid")
    parts = [one.perturbed for one in apart if one.perturbed is not None]
    assert both.perturbed is not None
    assert torch.allclose(both.perturbed, (parts[0] + parts[1]) / 2, atol=1e-6)


@pytest.mark.parametrize("layers", ["middle", "down_blocks.10", "mid, "])
def test_layers_that_the_model_lacks_are_refused(layers: str, loaded: Loaded) -> None:
    with pytest.raises(
        StepRefused, match=r"expected layers with self-attention \(down_blocks\.0\.attentions"
    ):
        asked(loaded, parity.texts(loaded)[0], layers)


def test_a_model_of_another_kind_is_refused(tmp_path: Path) -> None:
    flux = loaded_from(tiny_flux.save(tmp_path))

    with pytest.raises(StepRefused, match=r"\(of which this model has none\), got 'mid'"):
        asked(flux, parity.texts(flux)[0], "mid", 1.0)


def test_other_kernels_for_attention_are_refused(loaded: Loaded) -> None:
    from diffusers.models.attention_processor import AttnProcessor

    processors = dict(loaded.denoiser.model.attn_processors)
    loaded.denoiser.model.set_attn_processor(AttnProcessor())
    try:
        with pytest.raises(
            StepRefused, match=r"expected AttnProcessor2_0, got AttnProcessor\. Load the model"
        ):
            asked(loaded, parity.texts(loaded)[0], "mid")
    finally:
        loaded.denoiser.model.set_attn_processor(processors)


def test_a_prediction_without_perturbed_attention_is_refused(loaded: Loaded) -> None:
    run = scheduler(loaded.scheduler, steps=STEPS)

    with pytest.raises(ValueRefused, match=r"name layers for diffusion\.predict to perturb"):
        perturbed_guidance(Prediction(torch.zeros(1)), run.scheduler, SchedulerState())
