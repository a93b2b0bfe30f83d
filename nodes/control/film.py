"""Control networks that a film follows: frame by frame, or in some frames alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Generic, NamedTuple

from pydantic import Field

from engine import Context, Rng, Seed, node
from engine.errors import ValueRefused
from nodes.control.apply import Applied, hang
from nodes.control.picture import seen
from nodes.diffusion.conditioning import Part, check_part
from nodes.values import VAE, Conditioning, Control, ControlNet, F, Image, Video

if TYPE_CHECKING:
    import torch

MOST = 1000
"""Frames of a film that can be named."""


class Followed(NamedTuple, Generic[F]):
    """Conditionings that follow a film.

    Attributes:
        positive: What to draw.
        negative: What to stay away from; empty when none was given.
    """

    positive: Conditioning[F]
    negative: Conditioning[F] | None


@node("control.apply_video")
def apply_video(
    positive: Conditioning[F],
    controlnet: ControlNet[F],
    video: Video,
    negative: Conditioning[F] | None = None,
    strength: Annotated[float, Field(ge=0, le=10)] = 1.0,
    start: Part = 0.0,
    end: Part = 1.0,
) -> Followed:
    """Let a control network of pictures make a film of AnimateDiff follow another, frame by frame.

    A still picture, from ``control.apply``, holds for all frames.

    Args:
        positive: What to draw.
        controlnet: The network, of the model of pictures that is animated.
        video: What it was trained to follow, such as edges or depth, in each frame: as many frames as the
            film to draw, and of its size. ``video.frames`` and ``video.from_frames`` bring frames through
            nodes that draw control pictures.
        negative: What to stay away from.
        strength: Weight of what the network adds.
        start: Part of the run from which it adds.
        end: Part of the run at which it ends, beyond ``start``.

    Raises:
        ValueRefused: The network takes no pictures as they are, or the part of the run is empty.
    """
    check_part(start, end)
    if controlnet.sparse or controlnet.hint != "picture":
        wanted = "a network for pictures of Stable Diffusion 1"
        raise ValueRefused(wanted, "one of films" if controlnet.sparse else "one of another family")
    batch, count = video.frames.shape[:2]
    frames = seen(Image(video.frames.flatten(0, 1))).unflatten(0, (batch, count))
    hint = frames.permute(0, 4, 1, 2, 3).contiguous()
    sides = _hung(positive, negative, Control(controlnet, hint, strength, start, end))
    return Followed(*sides)


@node("control.apply_keyframes")
def apply_keyframes(
    positive: Conditioning[F],
    controlnet: ControlNet[F],
    image: Image,
    ctx: Context,
    frames: str = "0",
    negative: Conditioning[F] | None = None,
    strength: Annotated[float, Field(ge=0, le=10)] = 1.0,
    start: Part = 0.0,
    end: Part = 1.0,
    vae: VAE[F] | None = None,
    seed: Seed = 0,
    rng: Rng | None = None,
) -> Applied:
    """Let a film of AnimateDiff follow pictures in some frames, by SparseCtrl (Guo et al., arXiv 2311.16933).

    Args:
        positive: What to draw.
        controlnet: The network, trained on pictures or on scribbles, for example.
        image: The pictures, of the film's size, one for each frame that is named.
        ctx: Loads the VAE.
        frames: The frames' numbers, such as ``0, 8, 15``; the first frame is 0.
        negative: What to stay away from.
        strength: Weight of what the network adds.
        start: Part of the run from which it adds.
        end: Part of the run at which it ends, beyond ``start``.
        vae: The model's VAE, for the network that was trained on pictures in colour.
        seed: Equal seeds draw equal samples of the VAE.
        rng: Generator to go on from, in place of the seed.

    Raises:
        ValueRefused: It is a network of pictures, or one for latents and no VAE is linked; the frames can't
            be read, or are more or fewer than the pictures; or the part of the run is empty.
    """
    check_part(start, end)
    if not controlnet.sparse:
        raise ValueRefused("a SparseCtrl network of films", "one of pictures (use control.apply)")
    pixels, told = seen(image).permute(0, 3, 1, 2).contiguous(), _numbers(frames)
    if len(told) != len(pixels):
        raise ValueRefused(f"a picture for each of {len(told)} frames", str(len(pixels)))
    generator = (rng or Rng.seeded(seed)).generator()
    shown = pixels if controlnet.hint == "picture" else _encoded(pixels, vae, ctx, generator)
    hint = shown.transpose(0, 1)[None].contiguous()
    sides = _hung(positive, negative, Control(controlnet, hint, strength, start, end, frames=told))
    return Applied(*sides, Rng.of(generator))


def _numbers(text: str) -> list[int]:
    parts = [part.strip() for part in text.split(",")]
    if not all(part.isdecimal() and int(part[:9]) < MOST for part in parts) or len({*parts}) < len(parts):
        raise ValueRefused(f"different frames below {MOST}, with commas between them", repr(text[:80]))
    return [int(part) for part in parts]


def _encoded(
    pixels: torch.Tensor, vae: VAE[Any] | None, ctx: Context, generator: torch.Generator
) -> torch.Tensor:
    """Scaled latents; both texts are told the same, as diffusers does."""
    import torch

    if vae is None:
        raise ValueRefused("the model's VAE, which this network needs for its pictures", "none")
    held = ctx.on_device(vae)
    model: Any = held.model
    with torch.no_grad():
        signed = (pixels * 2.0 - 1.0).to(held.device, model.dtype)
        return model.encode(signed).latent_dist.sample(generator) * model.config.scaling_factor


def _hung(
    positive: Conditioning[Any], negative: Conditioning[Any] | None, control: Control
) -> tuple[Conditioning[Any], Conditioning[Any] | None]:
    return hang(positive, control), None if negative is None else hang(negative, control)
