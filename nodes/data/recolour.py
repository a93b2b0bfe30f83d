"""Recolouring: the same picture in another named colour, so that captions can teach what colour words mean.

A picture with one dominant hue has that hue turned to the asked one; what has other hues (a leaf on an apple)
stays. Grey things are tinted instead. The turn keeps the maximum and the minimum of the three channels, which
is why the evaluation's colour-blind distance looks at exactly those two.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch

# Degrees on the colour circle; pink is a pale magenta red.
HUES = {
    "red": 0,
    "orange": 28,
    "yellow": 52,
    "green": 120,
    "turquoise": 180,
    "blue": 220,
    "purple": 275,
    "pink": 330,
}
PALE = {"pink": 0.65}
INSIDE, OUTSIDE = 35.0, 65.0


def to_hsv(rgb: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Split [..., 3] sRGB in 0..1 into hue in degrees, saturation and value."""
    import torch

    high, low = rgb.amax(-1), rgb.amin(-1)
    chroma = high - low
    safe = chroma.clamp_min(1e-6)
    red, green, blue = rgb.unbind(-1)
    hue = torch.where(
        high == red,
        (green - blue) / safe % 6,
        torch.where(high == green, (blue - red) / safe + 2, (red - green) / safe + 4),
    )
    return hue * 60 % 360, chroma / high.clamp_min(1e-6), high


def to_rgb(hue: torch.Tensor, saturation: torch.Tensor, value: torch.Tensor) -> torch.Tensor:
    """Join hue in degrees, saturation and value into [..., 3] sRGB in 0..1."""
    import torch

    def channel(offset: int) -> torch.Tensor:
        k = (offset + hue / 60) % 6
        return value - value * saturation * torch.minimum(k, 4 - k).clamp(0, 1)

    return torch.stack([channel(5), channel(3), channel(1)], -1)


def hue_histogram(picture: torch.Tensor) -> torch.Tensor:
    """Weigh the 360 whole degrees of hue in an [H, W, 3] picture by chroma, smoothed over ±9°."""
    import torch

    hue, saturation, value = to_hsv(picture)
    bins = torch.zeros(360).index_add_(0, hue.long().flatten() % 360, (saturation * value).flatten())
    return sum((bins.roll(shift) for shift in range(-9, 10)), torch.zeros(360)) / 19


def dominant_hue(picture: torch.Tensor) -> float:
    """Return the degree of hue that carries the most chroma in an [H, W, 3] picture."""
    return float(hue_histogram(picture).argmax())


def turned(picture: torch.Tensor, colour: str) -> torch.Tensor:
    """Turn the dominant hue of an [H, W, 3] picture to a named colour; hues over 65° away stay."""
    hue, saturation, value = to_hsv(picture)
    centre = dominant_hue(picture)
    distance = ((hue - centre + 180) % 360 - 180).abs()
    share = ((OUTSIDE - distance) / (OUTSIDE - INSIDE)).clamp(0, 1)
    way = (HUES[colour] - centre + 180) % 360 - 180
    paler = 1 - share * (1 - PALE.get(colour, 1.0))
    return to_rgb((hue + share * way) % 360, saturation * paler, value)


def tinted(picture: torch.Tensor, colour: str) -> torch.Tensor:
    """Tint the greys of an [H, W, 3] picture with a named colour; black, white and real colours stay."""
    import torch

    hue, saturation, value = to_hsv(picture)
    grey = ((0.3 - saturation) / 0.15).clamp(0, 1)
    middle = ((value - 0.12) / 0.2).clamp(0, 1) * ((0.99 - value) / 0.06).clamp(0, 1)
    amount = grey * middle
    wanted = torch.full_like(hue, float(HUES[colour]))
    mixed = saturation + amount * (0.62 * PALE.get(colour, 1.0) - saturation).clamp_min(0)
    return to_rgb(torch.where(amount > 0, wanted, hue), mixed, value)


def recoloured(picture: torch.Tensor, colour: str, how: str) -> torch.Tensor:
    """Give an [H, W, 3] picture in 0..1 a named colour.

    Args:
        picture: sRGB in 0..1.
        colour: One of the eight names in `HUES`.
        how: "hue" for pictures with one dominant hue, "tint" for grey ones.

    Raises:
        ValueError: The colour has no hue here, or `how` is neither of the two.
    """
    if colour not in HUES:
        raise ValueError(f"expected a colour out of {', '.join(HUES)}, got {colour!r}")
    if how not in ("hue", "tint"):
        raise ValueError(
            f"expected how to be 'hue' or 'tint', got {how!r}: leave such pictures in their own colours"
        )
    return (turned if how == "hue" else tinted)(picture, colour)
