"""The shipped sampler as a Python loop over the nodes, beside diffusers' pipelines: equal at every step."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import wraps
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import diffusers
import torch

from engine import Context, Folder, OnDevice
from engine.run.context import RunContext
from nodes.checkpoints.controlnet import from_folder
from nodes.diffusion.encode import encode
from nodes.diffusion.guidance import guidance
from nodes.diffusion.latent import composite, noise
from nodes.diffusion.predict import predict
from nodes.diffusion.scheduler import Run, add_noise, scheduler, scheduler_step, start
from nodes.vae import decode
from nodes.vae import encode as encode_picture
from nodes.values import Conditioning, ControlNet, Image, Latent, Mask
from tests.nodes.diffusion.sampling import WATCHED, Loaded, Turn, loaded_from

SIZE, SEED, STEPS, SCALE = 64, 3, 4, 5.0
PROMPT, NEGATIVE = "a red apple", "blue"
GIVEN: dict[str, Any] = {
    "prompt": PROMPT,
    "negative_prompt": NEGATIVE,
    "guidance_scale": SCALE,
    "height": SIZE,
    "width": SIZE,
}
"""What most pipelines are asked for."""


def pipeline_of(folder: Path, name: str = "", **arguments: Any) -> Any:
    """The oracle: diffusers' own pipeline of a folder, of the class that its index names or of another.

    It is in eval mode, as everything that ``from_pretrained`` loads.
    """
    classes: Any = diffusers
    made = getattr(classes, name or "DiffusionPipeline").from_pretrained(folder, **arguments)
    made.set_progress_bar_config(disable=True)
    return made


def another(pipeline: Any, name: str, **arguments: Any) -> Any:
    """A pipeline of another kind with the same parts."""
    made = getattr(diffusers, name)(**pipeline.components, **arguments)
    made.set_progress_bar_config(disable=True)
    return made


def latents_of(pipeline: Any, **arguments: Any) -> list[torch.Tensor]:
    """The pipeline's latents after each of its turns."""
    kept: list[torch.Tensor] = []

    def keep(_: Any, __: int, ___: Any, values: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
        kept.append(values["latents"])
        return {}

    given: dict[str, Any] = {
        "num_inference_steps": STEPS,
        "generator": torch.Generator().manual_seed(SEED),
        "output_type": "latent",
        "callback_on_step_end": keep,
    }
    pipeline(**given | arguments)
    return kept


def stepped(pipeline: Any, *, rows: int = 1, **arguments: Any) -> list[torch.Tensor]:
    """What the scheduler of a pipeline without callbacks gives at each of its turns.

    Args:
        pipeline: The oracle.
        rows: Rows that count, where a pipeline carries some twice.
        arguments: Of its call.
    """
    kept: list[torch.Tensor] = []
    step = pipeline.scheduler.step

    @wraps(step)  # pipelines ask the signature whether it takes a generator
    def keep(*given: Any, **named: Any) -> Any:
        taken = step(*given, **named)
        kept.append(taken[0][:rows])
        return taken

    pipeline.scheduler.step = keep
    try:
        given: dict[str, Any] = {
            "num_inference_steps": STEPS,
            "generator": torch.Generator().manual_seed(SEED),
        }
        pipeline(**given | arguments)
    finally:
        del pipeline.scheduler.step
    return kept


def sample(
    loaded: Loaded,
    positive: Conditioning[Any] | None,
    negative: Conditioning[Any] | None = None,
    *,
    scale: float = SCALE,
    size: tuple[int, int] = (SIZE, SIZE),
    ports: Mapping[str, Any] | None = None,
    picture: Latent[Any] | None = None,
    extra: Latent[Any] | None = None,
    begin: Latent[Any] | None = None,
    context: Context = WATCHED,
) -> list[Turn]:
    """The latent of every turn, from noise.

    Args:
        loaded: The model.
        positive: What to draw.
        negative: What to stay away from.
        scale: Guidance.
        size: Width and height in pixels.
        ports: More ports of ``diffusion.scheduler``.
        picture: What another model's run began.
        extra: More channels of the denoiser.
        begin: Noise; None to draw it.
        context: Where control networks are loaded.
    """
    drawn = noise(loaded.vae.handle, *size, seed=SEED)
    run = scheduler(loaded.scheduler, steps=STEPS, latent=drawn.latent, **(ports or {}))
    first = Turn(start(run.scheduler, begin or drawn.latent, picture), run.state, drawn.rng)
    return turns(loaded, run, first, positive, negative, scale, extra, context)


def turns(
    loaded: Loaded,
    run: Run,
    first: Turn,
    positive: Conditioning[Any] | None,
    negative: Conditioning[Any] | None,
    scale: float,
    extra: Latent[Any] | None = None,
    context: Context = WATCHED,
    change: Callable[[Turn], Turn] = lambda turn: turn,
) -> list[Turn]:
    """Every turn of a run, each changed as inpainting changes it."""
    found = [first]
    for _ in range(run.turns):
        latent, state, rng = found[-1]
        predicted = predict(
            loaded.denoiser, run.scheduler, state, latent, context, positive, negative, scale, extra
        )
        guided = guidance(predicted, scale)
        stepped = scheduler_step(run.scheduler, state, guided, latent, rng, WATCHED)
        found.append(change(Turn(*stepped)))
    return found[1:]


def from_picture(
    loaded: Loaded,
    positive: Conditioning[Any] | None,
    negative: Conditioning[Any] | None = None,
    *,
    strength: float,
    scale: float = SCALE,
    ports: Mapping[str, Any] | None = None,
) -> list[Turn]:
    """The latent of every turn, from ``picture()``."""
    encoded = encode_picture(loaded.vae, picture(), seed=SEED)
    drawn = noise(loaded.vae.handle, SIZE, SIZE, rng=encoded.rng)
    run = scheduler(loaded.scheduler, steps=STEPS, strength=strength, latent=drawn.latent, **(ports or {}))
    first = Turn(start(run.scheduler, drawn.latent, encoded.latent), run.state, drawn.rng)
    return turns(loaded, run, first, positive, negative, scale)


def inpainted(
    loaded: Loaded,
    positive: Conditioning[Any] | None,
    negative: Conditioning[Any] | None = None,
    *,
    strength: float,
    scale: float = SCALE,
    unused_draw: bool = True,
) -> list[Turn]:
    """The latent of every turn, from ``picture()`` inside ``mask()``, by a model that isn't made for it.

    Args:
        loaded: The model.
        positive: What to draw.
        negative: What to stay away from.
        strength: How much of the run is done.
        scale: Guidance.
        unused_draw: Whether the pipeline encodes the masked picture too, which has no effect but its draw.
    """
    encoded = encode_picture(loaded.vae, picture(), seed=SEED)
    drawn = noise(loaded.vae.handle, SIZE, SIZE, rng=encoded.rng)
    rng = noise(loaded.vae.handle, SIZE, SIZE, rng=drawn.rng).rng if unused_draw else drawn.rng
    run = scheduler(loaded.scheduler, steps=STEPS, strength=strength, latent=drawn.latent)
    begin = start(run.scheduler, drawn.latent, encoded.latent, forget=True)

    def kept(turn: Turn) -> Turn:
        outside = add_noise(run.scheduler, turn.state, encoded.latent, drawn.latent)
        return turn._replace(latent=composite(outside, turn.latent, mask()))

    return turns(loaded, run, Turn(begin, run.state, rng), positive, negative, scale, change=kept)


def with_models(*held: OnDevice[Any]) -> RunContext:
    """The context of a run that has loaded these models."""
    modules = {one.handle: one for one in held}
    return replace(WATCHED, models=SimpleNamespace(on_device=modules.__getitem__))  # pyright: ignore[reportArgumentType] # as far as nodes call it


def texts(loaded: Loaded) -> tuple[Conditioning[Any], Conditioning[Any]]:
    return encode(loaded.text_encoder, PROMPT), encode(loaded.text_encoder, NEGATIVE)


def assert_same(turns: list[Turn], latents: list[torch.Tensor]) -> None:
    pairs = zip(turns, latents, strict=True)
    assert [torch.equal(turn.latent.samples, latent) for turn, latent in pairs] == [True] * len(turns)


def picture(size: int = SIZE) -> Image:
    return Image(torch.rand((1, size, size, 3), generator=torch.Generator().manual_seed(1)))


def mask(size: int = SIZE) -> Mask:
    """The right half."""
    pixels = torch.zeros((1, size, size))
    pixels[:, :, size // 2 :] = 1
    return Mask(pixels)


def as_tensor(image: Image) -> torch.Tensor:
    """As pipelines take a picture: [B, C, H, W]."""
    return image.pixels.permute(0, 3, 1, 2).contiguous()


def assert_decoded_same(pipeline: Any, loaded: Loaded, turns: list[Turn], **arguments: Any) -> None:
    """The picture of the last turn is the pipeline's."""
    given: dict[str, Any] = {
        "num_inference_steps": STEPS,
        "generator": torch.Generator().manual_seed(SEED),
        "output_type": "np",
    }
    expected = torch.from_numpy(pipeline(**given | arguments).images)

    assert torch.equal(decode(loaded.vae, turns[-1].latent).pixels, expected)


def saved_again(folder: Path, target: Path) -> Path:
    """A folder as diffusers saves what it loaded from another."""
    pipeline_of(folder).save_pretrained(target)
    return target


def assert_kept(folder: Path, loaded: Loaded, target: Path, draw: Callable[[Loaded], list[Turn]]) -> None:
    """What diffusers saves again of a folder draws as the folder does."""
    again = loaded_from(saved_again(folder, target / "again"))

    assert_same(draw(again), [turn.latent.samples for turn in draw(loaded)])


def control_network(folder: Path) -> OnDevice[ControlNet[Any]]:
    """A control network as a run loads it from its folder."""
    handle = from_folder(Folder(folder, folder.name))
    return OnDevice(handle, handle.load(lambda _: folder))
