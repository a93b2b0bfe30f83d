"""Generators and discriminators from files."""

from __future__ import annotations

from typing import Annotated

from engine import File, Within, node
from nodes.gan.layouts import SUFFIXES
from nodes.gan.values import Discriminator, Generator

GENERATOR = "digits_gan/generator.safetensors"
DISCRIMINATOR = "digits_gan/discriminator.safetensors"


@node("load.generator")
def generator(
    file: Annotated[File, Within("models", SUFFIXES, ("generator",))] = GENERATOR,  # pyright: ignore[reportArgumentType] # a name; the engine finds the file
) -> Generator:
    """Load a generator: one that a training graph gave, or a DCGAN in the layout of PyTorch's example.

    Args:
        file: Its weights; the built-in ones draw digits. Files other than ``.safetensors`` are read as plain
            data, without running what they may hold.
    """
    return Generator(file.digest)


@node("load.discriminator")
def discriminator(
    file: Annotated[File, Within("models", SUFFIXES, ("discriminator",))] = DISCRIMINATOR,  # pyright: ignore[reportArgumentType] # a name; the engine finds the file
) -> Discriminator:
    """Load a discriminator: one that a training graph gave, or a DCGAN in the layout of PyTorch's example.

    Args:
        file: Its weights; the built-in ones judge digits. Files other than ``.safetensors`` are read as plain
            data, without running what they may hold.
    """
    return Discriminator(file.digest)
