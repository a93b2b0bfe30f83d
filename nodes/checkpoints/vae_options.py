"""Memory of a VAE at the price of other numbers, as a part of the graph."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from pydantic import Field

from engine import node
from engine.errors import ValueRefused
from nodes.checkpoints.options import OneByOne, Option, Tiles
from nodes.values import VAE, F


@node("vae.options")
def options(
    vae: VAE[F],
    tile: Annotated[int, Field(ge=0, le=16384)] = 0,
    overlap: Annotated[float, Field(ge=0, le=0.5)] = 0.25,
    one_by_one: bool = False,
) -> VAE[F]:
    """Let a VAE take less memory, at the price of slightly other numbers.

    Of several of these in a row the last one counts.

    Args:
        vae: The model's VAE.
        tile: Side in pixels of the tiles that larger pictures are cut into; 0 = whole pictures. Each tile is
            encoded or decoded alone, so that brightness may differ a little from one to the next.
        overlap: Share of a tile's side that is blended with its neighbour.
        one_by_one: Take the pictures of a batch one after the other.

    Raises:
        ValueRefused: A tile is smaller than two cells of the VAE, or they are no whole number.
    """
    if tile % vae.factor or 0 < tile < 2 * vae.factor:
        raise ValueRefused(f"tiles of a multiple of {vae.factor} pixels, at least 2 of them", str(tile))
    options: list[Option] = []
    if tile:
        options.append(Tiles(tile, overlap))
    if one_by_one:
        options.append(OneByOne())
    return replace(vae, options=tuple(options))
