"""Trained autoencoders: taken out of a training run, and asked for codes and pictures."""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import Field

from engine import OnDevice, Rng, Seed, node
from engine.errors import ValueRefused
from nodes.autoencoder.ask import classes_for, codes_of, is_quantised, pictures_of
from nodes.autoencoder.values import FAMILY, PART, Autoencoder, Codes
from nodes.image.channels import luminance
from nodes.train.trained import trained
from nodes.train.values import TrainState
from nodes.values import Image, Latent


class Encoded(NamedTuple):
    """Pictures as codes.

    Attributes:
        codes: A code of each picture.
        rng: The generator after the draw.
    """

    codes: Codes
    rng: Rng


class Drawn(NamedTuple):
    """Codes to make pictures of.

    Attributes:
        codes: Gaussian vectors of mean 0 and deviation 1.
        rng: The generator after the draw.
    """

    codes: Codes
    rng: Rng


@node("autoencoder.model")
def model(state: TrainState) -> Autoencoder[Any]:
    """Take the autoencoder out of a training run, with its averaged weights, to use or to keep as a file.

    Args:
        state: The state of an autoencoder.

    Raises:
        ValueRefused: The state is of another network.
    """
    if PART not in (parts := json.loads(state.config)):
        raise ValueRefused("the state of an autoencoder", f"one of {', '.join(parts)}")
    return trained(Autoencoder, state, PART)


@node("autoencoder.encode")
def encode(
    model: OnDevice[Autoencoder[Any]],
    image: Image,
    labels: list[int] | None = None,
    draw: Literal["mean", "sample"] = "mean",
    seed: Seed = 0,
    rng: Rng | None = None,
) -> Encoded:
    """Encode pictures.

    Args:
        model: An autoencoder.
        image: Pictures of its size, without alpha; for one of grey pictures, colours become grey.
        labels: Class of each picture, for an autoencoder that is told classes; without any, all in turn.
        draw: Of the Gaussian that a variational autoencoder gives, take the mean or a sample.
        seed: Equal seeds draw equal samples.
        rng: Generator to go on from, in place of the seed.

    Raises:
        ValueRefused: The pictures or labels don't fit the autoencoder.
    """
    import torch

    module = model.model
    generator = (rng or Rng.seeded(seed)).generator()
    told = classes_for(module, labels, len(image.pixels))
    pictures = _signed(module, image).to(model.device, next(module.parameters()).dtype)
    with torch.no_grad():
        codes = codes_of(
            module,
            pictures,
            None if told is None else told.to(model.device),
            generator if draw == "sample" else None,
        )
    factor = pictures.shape[-1] // codes.shape[-1] if is_quantised(module) else 1
    return Encoded(Latent(codes.float().cpu().contiguous(), FAMILY, factor), Rng.of(generator))


@node("autoencoder.decode")
def decode(model: OnDevice[Autoencoder[Any]], codes: Codes, labels: list[int] | None = None) -> Image:
    """Decode codes into pictures.

    Args:
        model: An autoencoder. One with a codebook takes the nearest of its vectors for each cell.
        codes: Its codes, or codes between them.
        labels: Class of each picture, for an autoencoder that is told classes; without any, all in turn.

    Raises:
        ValueRefused: The codes or labels don't fit the autoencoder.
    """
    import torch

    module = model.model
    told = classes_for(module, labels, len(codes.samples))
    with torch.no_grad():
        made = pictures_of(
            module,
            codes.samples.to(model.device, next(module.parameters()).dtype),
            None if told is None else told.to(model.device),
        )
    return Image(made.permute(0, 2, 3, 1).float().cpu().contiguous())


@node("autoencoder.noise")
def noise(
    count: Annotated[int, Field(ge=1, le=4096)] = 16,
    numbers: Annotated[int, Field(ge=1, le=1024)] = 2,
    seed: Seed = 0,
    rng: Rng | None = None,
) -> Drawn:
    """Draw codes from the unit Gaussian, to which a variational autoencoder brings the codes of its pictures.

    Args:
        count: How many.
        numbers: Numbers in each: as many as the autoencoder was trained with.
        seed: Equal seeds draw equal codes.
        rng: Generator to go on from, in place of the seed.
    """
    import torch

    generator = (rng or Rng.seeded(seed)).generator()
    drawn = torch.randn(count, numbers, 1, 1, generator=generator)
    return Drawn(Latent(drawn, FAMILY, 1), Rng.of(generator))


def _signed(module: Any, image: Image) -> Any:
    """Pictures as an autoencoder takes them, [B, C, H, W], -1..1."""
    pixels = image.pixels
    channels, size = (
        (module.config.in_channels, module.config.sample_size)
        if is_quantised(module)
        else (module.channels, module.size)
    )
    if pixels.shape[3] == 4:
        raise ValueRefused("pictures without alpha (put image.flatten in front)", "some with it")
    if pixels.shape[1:3] != (size, size):
        wanted = f"pictures of {size} × {size} (put image.resize in front)"
        raise ValueRefused(wanted, f"{pixels.shape[2]} × {pixels.shape[1]}")
    if channels == 1 and pixels.shape[3] == 3:
        pixels = luminance(pixels)
    return pixels.expand(-1, -1, -1, channels).permute(0, 3, 1, 2).contiguous() * 2 - 1
