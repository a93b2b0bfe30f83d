"""Control networks on conditionings: from there a denoiser's question finds them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any, Generic, NamedTuple

from pydantic import Field

from engine import Context, Rng, Seed, node
from engine.errors import ValueRefused
from nodes.control.picture import seen
from nodes.diffusion.conditioning import Part, check_part
from nodes.latent_space import to_model_space
from nodes.values import VAE, Conditioning, Control, ControlNet, F, Image

if TYPE_CHECKING:
    import torch


class Applied(NamedTuple, Generic[F]):
    """Conditionings that a control network hangs on.

    Attributes:
        positive: What to draw.
        negative: What to stay away from; empty when none was given.
        rng: The generator after the draws of a VAE.
    """

    positive: Conditioning[F]
    negative: Conditioning[F] | None
    rng: Rng


@node("control.apply")
def apply(
    positive: Conditioning[F],
    controlnet: ControlNet[F],
    image: Image,
    ctx: Context,
    negative: Conditioning[F] | None = None,
    strength: Annotated[float, Field(ge=0, le=10)] = 1.0,
    start: Part = 0.0,
    end: Part = 1.0,
    vae: VAE[F] | None = None,
    kind: Annotated[int, Field(ge=0, le=63)] | None = None,
    seed: Seed = 0,
    rng: Rng | None = None,
) -> Applied:
    """Let a control network (Zhang et al., arXiv 2302.05543) make the model follow a picture.

    For several networks put several of these in a row: what they add to the model is summed.

    Args:
        positive: What to draw.
        controlnet: The network, of the model's family.
        image: What it was trained to follow, such as edges or depth, at the size of the picture to draw.
        ctx: Loads the VAE.
        negative: What to stay away from.
        strength: Weight of what the network adds.
        start: Part of the run from which it adds.
        end: Part of the run at which it ends, beyond ``start``.
        vae: The model's VAE, for networks that take latents: those of Stable Diffusion 3 and FLUX.
        kind: Which kind of picture it is, for networks that were trained on several ("union"), as their model
            cards number them.
        seed: Equal seeds draw equal samples of the VAE.
        rng: Generator to go on from, in place of the seed.

    Raises:
        ValueRefused: The network takes latents and no VAE is linked, or it tells kinds apart and none is
            named; or it is one of films; or the part of the run is empty.
    """
    check_part(start, end)
    if controlnet.sparse:
        raise ValueRefused("a network that follows pictures", "one of films (use control.apply_keyframes)")
    if kind not in (range(controlnet.kinds) if controlnet.kinds else [None]):
        wanted = f"a kind below {controlnet.kinds}" if controlnet.kinds else "no kind: it was trained on one"
        raise ValueRefused(wanted, "none" if kind is None else str(kind))
    sides = [side for side in (negative, positive) if side is not None]
    generator = (rng or Rng.seeded(seed)).generator()
    pixels = seen(image).permute(0, 3, 1, 2).contiguous()
    if controlnet.hint in ("latent", "unshifted"):
        hints = _encoded(pixels, controlnet, vae, ctx, generator, len(sides))
    else:
        hint = pixels * 2.0 - 1.0 if controlnet.hint == "signed" else pixels
        hints = [hint] * len(sides)
    controls = [Control(controlnet, hint, strength, start, end, kind) for hint in hints]
    hung = [hang(side, control) for side, control in zip(sides, controls, strict=True)]
    return Applied(hung[-1], hung[0] if len(hung) == 2 else None, Rng.of(generator))


def _encoded(
    pixels: torch.Tensor,
    controlnet: ControlNet[Any],
    vae: VAE[Any] | None,
    ctx: Context,
    generator: torch.Generator,
    sides: int,
) -> list[torch.Tensor]:
    """A latent for each side: diffusers draws one sample for the negative and another for the positive."""
    import torch

    if vae is None:
        raise ValueRefused("the model's VAE, which this network needs for its picture", "none")
    held = ctx.on_device(vae)
    model: Any = held.model
    with torch.no_grad():
        signed = torch.cat([pixels * 2.0 - 1.0] * sides).to(held.device, model.dtype)
        samples = model.encode(signed).latent_dist.sample(generator)
        if controlnet.hint == "unshifted":
            scaled = samples * model.config.scaling_factor
        else:
            scaled = to_model_space(model, samples)
    return [latent.contiguous() for latent in scaled.chunk(sides)]


def hang(conditioning: Conditioning[Any], control: Control) -> Conditioning[Any]:
    """A conditioning that one more control network hangs on."""
    items = [replace(item, controls=[*item.controls, control]) for item in conditioning.items]
    return replace(conditioning, items=items)
