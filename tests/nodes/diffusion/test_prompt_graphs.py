"""The shipped graphs of several prompts and of kinds of guidance, on the tiny model."""

import shutil
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
import torch

from engine import Headless
from engine.run.scheduler import Options
from nodes.diffusion.guidance_kinds import projected
from nodes.diffusion.latent import noise
from nodes.diffusion.predict import predict
from nodes.diffusion.scheduler import scheduler, scheduler_step, start
from tests.nodes.diffusion.sampling import (
    GUIDANCE,
    NEGATIVE,
    PROMPT,
    SEED,
    SIZE,
    WATCHED,
    Loaded,
    text_to_image,
    texts,
)
from tests.nodes.diffusion.test_graphs import shipped, started

STEPS = 3
LEFT, RIGHT = "a red apple", "a blue car"


@pytest.fixture(scope="module")
def engine(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Headless]:
    home = tmp_path_factory.mktemp("home")
    shutil.copytree(folder, home / "models" / "tiny")
    with started(home) as engine:
        yield engine


def ran(engine: Headless, name: str, output: str, **values: Any) -> Any:
    given = {"steps": STEPS, "seed": SEED, "guidance": GUIDANCE, **values}
    report = engine.run(shipped(engine, name), given, [output])
    assert report.failures == []
    return report.outputs[output]


def drawn(engine: Headless, name: str, **values: Any) -> torch.Tensor:
    """What a graph draws, before it is enlarged: [B, H, W, C]."""
    return ran(engine, name, "decode.out", **values).pixels


def compared(engine: Headless) -> dict[str, torch.Tensor]:
    """What each kind of guidance came to, as a latent."""
    kinds = ("plain", "rescaled", "projected", "tangential", "magnitude", "middle")
    latents = ran(engine, "compare_guidance", "latents.out", prompt=PROMPT, negative=NEGATIVE)
    return {kind: latent.samples for kind, latent in zip(kinds, latents, strict=True)}


@pytest.mark.parametrize(
    "name", ["regional_prompts", "prompt_walk", "compare_guidance", "perturbed_guidance"]
)
def test_the_nodes_of_a_graph_leave_their_inputs_alone(name: str, engine: Headless) -> None:
    plan = engine.plan(shipped(engine, name), {"steps": 2}, ["decode.out"])

    assert engine.local.run(plan, options=Options(check_purity=True)).failures == []


def test_a_prompt_whose_side_is_the_whole_picture_draws_it_alone(engine: Headless) -> None:
    found = drawn(engine, "regional_prompts", left=LEFT, right=RIGHT, border=1, softness=0)

    assert torch.allclose(found, drawn(engine, "text_to_image", prompt=LEFT), atol=1e-4)
    assert not torch.allclose(found, drawn(engine, "text_to_image", prompt=RIGHT), atol=1e-4)


def test_both_sides_have_a_say_in_a_picture_of_two_prompts(engine: Headless) -> None:
    found = drawn(engine, "regional_prompts", left=LEFT, right=RIGHT)

    assert not torch.allclose(found, drawn(engine, "regional_prompts", left=LEFT, right=LEFT), atol=1e-4)
    assert not torch.allclose(found, drawn(engine, "regional_prompts", left=RIGHT, right=RIGHT), atol=1e-4)


def test_a_walk_begins_with_one_prompt_and_ends_with_the_other(engine: Headless) -> None:
    walk = drawn(engine, "prompt_walk", first=LEFT, last=RIGHT, count=3)

    assert walk.shape == (3, SIZE, SIZE, 3)
    assert torch.allclose(walk[:1], drawn(engine, "text_to_image", prompt=LEFT), atol=1e-4)
    assert torch.allclose(walk[2:], drawn(engine, "text_to_image", prompt=RIGHT), atol=1e-4)
    assert not torch.allclose(walk[1:2], walk[:1], atol=1e-4)


def test_plain_guidance_is_the_samplers(engine: Headless, loaded: Loaded) -> None:
    run = scheduler(loaded.scheduler, steps=STEPS)
    found = compared(engine)

    assert torch.equal(found["plain"], text_to_image(loaded, run)[-1].latent.samples)
    assert torch.equal(found["rescaled"], text_to_image(loaded, run, rescale=0.7)[-1].latent.samples)


def test_the_loop_carries_the_momentum_of_projected_guidance(engine: Headless, loaded: Loaded) -> None:
    run, noised = scheduler(loaded.scheduler, steps=STEPS), noise(loaded.vae.handle, SIZE, SIZE, seed=SEED)
    latent, state, rng, momentum = start(run.scheduler, noised.latent), run.state, noised.rng, None
    for _ in range(run.turns):
        asked = (loaded.denoiser, run.scheduler, state, latent, WATCHED, *texts(loaded), GUIDANCE)
        guided, momentum = projected(predict(*asked), momentum, GUIDANCE, threshold=2.5)
        latent, state, rng = scheduler_step(run.scheduler, state, guided, latent, rng, WATCHED)

    assert torch.equal(compared(engine)["projected"], latent.samples)


def test_each_kind_of_guidance_comes_to_another_picture(engine: Headless) -> None:
    found = list(compared(engine).values())

    assert not any(torch.equal(one, other) for one, other in combinations(found, 2))


def test_perturbed_attention_guides_with_a_negative_text_and_without(engine: Headless) -> None:
    found = ran(engine, "perturbed_guidance", "latents.out", prompt=PROMPT, negative=NEGATIVE)

    assert not any(torch.equal(one.samples, other.samples) for one, other in combinations(found, 2))
