"""The nodes give the bytes of diffusers' pipelines, at every step, with the schedulers that these take."""

import json
from pathlib import Path
from typing import Any

import pytest
import torch

from nodes.vae import decode
from nodes.values import Image
from tests.nodes.diffusion import sampling
from tests.nodes.diffusion.sampling import (
    SIZE,
    Choice,
    Loaded,
    Turn,
    another_pipeline,
    loaded_from,
    mask,
    picture,
    pipeline_of,
)

KARRAS = ({"sigmas": "karras"}, {"use_karras_sigmas": True})


def same(name: str, *, eta: float = 0.0, **options: Any) -> Choice:
    """Options that the class takes by the names that the JSON port uses."""
    return Choice(name, {"options": json.dumps(options), "eta": eta}, options)


CHOICES = {
    "ddim": same("DDIMScheduler"),
    "ddim with fresh noise": same("DDIMScheduler", eta=0.7),
    "ddpm": same("DDPMScheduler"),
    "pndm": same("PNDMScheduler"),
    "euler": same("EulerDiscreteScheduler"),
    "euler karras": Choice("EulerDiscreteScheduler", *KARRAS),
    "euler ancestral": same("EulerAncestralDiscreteScheduler"),
    "heun": same("HeunDiscreteScheduler"),
    "dpm2": same("KDPM2DiscreteScheduler"),
    "dpm2 ancestral": same("KDPM2AncestralDiscreteScheduler"),
    "lms": same("LMSDiscreteScheduler"),
    "dpm++ 2m": same("DPMSolverMultistepScheduler"),
    "dpm++ 2m karras": Choice("DPMSolverMultistepScheduler", *KARRAS),
    "dpm++ 2m sde": same("DPMSolverMultistepScheduler", algorithm_type="sde-dpmsolver++"),
    "dpm++ 3m": same("DPMSolverMultistepScheduler", solver_order=3),
    "dpm++ sde": same("DPMSolverSDEScheduler", noise_sampler_seed=5),
    "dpm++ 2s": same("DPMSolverSinglestepScheduler"),
    "unipc": same("UniPCMultistepScheduler"),
    "deis": same("DEISMultistepScheduler"),
    "ipndm": same("IPNDMScheduler"),
    "sa solver": same("SASolverScheduler"),
    "lcm": same("LCMScheduler"),
    "tcd": same("TCDScheduler", eta=0.3),
    "ddim trailing v": Choice(
        "DDIMScheduler",
        {"prediction": "v_prediction", "spacing": "trailing"},
        {"prediction_type": "v_prediction", "timestep_spacing": "trailing"},
    ),
}
SEVERAL = pytest.mark.parametrize("choice", CHOICES.values(), ids=CHOICES)
# Diffusers' IPNDMScheduler can't add noise to a picture
FROM_PICTURES = {name: choice for name, choice in CHOICES.items() if name != "ipndm"}
SEVERAL_FROM_PICTURES = pytest.mark.parametrize("choice", FROM_PICTURES.values(), ids=FROM_PICTURES)
STEPS = 6


def latents_of(
    pipeline: Any, choice: Choice, guidance_scale: float = sampling.GUIDANCE, **arguments: Any
) -> list[torch.Tensor]:
    """The pipeline's latent after each of its turns."""
    kept: list[torch.Tensor] = []

    def keep(_: Any, __: int, ___: Any, values: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
        kept.append(values["latents"])
        return {}

    choice.put_into(pipeline)
    pipeline(
        sampling.PROMPT,
        negative_prompt=sampling.NEGATIVE,
        num_inference_steps=STEPS,
        guidance_scale=guidance_scale,
        generator=torch.Generator().manual_seed(sampling.SEED),
        eta=choice.ports.get("eta", 0.0),
        output_type="latent",
        callback_on_step_end=keep,
        **arguments,
    )
    return kept


def assert_same(turns: list[Turn], latents: list[torch.Tensor]) -> None:
    pairs = zip(turns, latents, strict=True)
    assert [torch.equal(turn.latent.samples, latent) for turn, latent in pairs] == [True] * len(turns)


def as_tensor(image: Image) -> torch.Tensor:
    return image.pixels.permute(0, 3, 1, 2).contiguous()


@SEVERAL
def test_text_to_image(choice: Choice, loaded: Loaded, pipeline: Any) -> None:
    expected = latents_of(pipeline, choice, height=SIZE, width=SIZE)

    assert_same(sampling.text_to_image(loaded, choice.run(loaded.scheduler, STEPS)), expected)


@SEVERAL_FROM_PICTURES
def test_image_to_image(choice: Choice, loaded: Loaded, pipeline: Any) -> None:
    made = another_pipeline("StableDiffusionImg2ImgPipeline", pipeline)
    expected = latents_of(made, choice, image=as_tensor(picture()), strength=0.7)

    run = choice.run(loaded.scheduler, STEPS, strength=0.7)
    assert_same(sampling.image_to_image(loaded, run, picture()), expected)


@SEVERAL_FROM_PICTURES
@pytest.mark.parametrize("strength", [0.7, 1.0])
def test_inpainting(choice: Choice, strength: float, loaded: Loaded, pipeline: Any) -> None:
    made = another_pipeline("StableDiffusionInpaintPipeline", pipeline)
    sizes = {"height": SIZE, "width": SIZE}
    where = mask().pixels[:, None]
    expected = latents_of(
        made, choice, image=as_tensor(picture()), mask_image=where, strength=strength, **sizes
    )

    run = choice.run(loaded.scheduler, STEPS, strength=strength)
    assert_same(sampling.inpaint(loaded, run, picture(), mask()), expected)


@pytest.mark.parametrize("dtype", ["bfloat16", "float16"])
@pytest.mark.parametrize("name", ["ddim", "euler ancestral", "dpm++ 2m", "unipc"])
def test_half_precision(name: str, dtype: Any, folder: Path) -> None:
    loaded, pipeline = loaded_from(folder, dtype), pipeline_of(folder, dtype)
    expected = latents_of(pipeline, CHOICES[name], height=SIZE, width=SIZE)

    turns = sampling.text_to_image(loaded, CHOICES[name].run(loaded.scheduler, STEPS))
    assert expected[-1].dtype == getattr(torch, dtype)
    assert_same(turns, expected)


def test_the_picture(loaded: Loaded, pipeline: Any) -> None:
    CHOICES["euler"].put_into(pipeline)
    generator = torch.Generator().manual_seed(sampling.SEED)
    expected = pipeline(
        sampling.PROMPT,
        negative_prompt=sampling.NEGATIVE,
        num_inference_steps=STEPS,
        guidance_scale=sampling.GUIDANCE,
        guidance_rescale=0.5,
        height=SIZE,
        width=SIZE,
        generator=generator,
        output_type="np",
    ).images

    run = CHOICES["euler"].run(loaded.scheduler, STEPS)
    turns = sampling.text_to_image(loaded, run, rescale=0.5)
    assert torch.equal(decode(loaded.vae, turns[-1].latent).pixels, torch.from_numpy(expected))
