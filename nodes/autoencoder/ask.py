"""What networks of every kind of autoencoder are asked: the codes of pictures, and the pictures of codes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine.errors import ValueRefused

if TYPE_CHECKING:
    import torch


def codes_of(
    module: Any, pictures: torch.Tensor, labels: torch.Tensor | None, noise: torch.Generator | None = None
) -> torch.Tensor:
    """Encode pictures.

    Args:
        module: A ``VectorAutoencoder``, or a ``VQModel`` of diffusers.
        pictures: [B, C, H, W], -1..1.
        labels: int64 [B], for one that is told classes.
        noise: Draws from a picture's Gaussian of codes, on the CPU; without it the mean is taken.

    Returns:
        [B, D, H, W]; vectors have a height and width of 1.
    """
    import torch

    if is_quantised(module):
        vectors = module.encode(pictures).latents
        _, _, (_, _, chosen) = module.quantize(vectors)
        batch, _, height, width = vectors.shape
        return module.quantize.get_codebook_entry(chosen, (batch, height, width, -1))
    mean, log_variance = module.encode(pictures, labels)
    if noise is not None and log_variance is not None:
        drawn = torch.randn(mean.shape, generator=noise).to(mean)
        mean = mean + (0.5 * log_variance).exp() * drawn
    return mean[:, :, None, None]


def pictures_of(module: Any, codes: torch.Tensor, labels: torch.Tensor | None) -> torch.Tensor:
    """Decode codes; those of a quantised autoencoder are led to the nearest of its codebook.

    Args:
        module: As above.
        codes: [B, D, H, W].
        labels: int64 [B], for one that is told classes.

    Returns:
        [B, C, H, W], 0..1.

    Raises:
        ValueRefused: The codes are not of this autoencoder.
    """
    if is_quantised(module):
        _check_shape(codes, module.config.vq_embed_dim or module.config.latent_channels, cells=True)
        return (module.decode(codes).sample / 2 + 0.5).clamp(0, 1)
    _check_shape(codes, module.numbers, cells=False)
    return module.decode(codes[:, :, 0, 0], labels).sigmoid()


def classes_for(module: Any, labels: list[int] | None, count: int) -> torch.Tensor | None:
    """The classes that a network is told, int64 [B]; None for one that is told none.

    Args:
        module: As above.
        labels: The class of each picture; without any, all in turn.
        count: Pictures.

    Raises:
        ValueRefused: There are not as many as pictures, or no such classes.
    """
    import torch

    known = 0 if is_quantised(module) else module.classes
    if not known:
        return None
    given = labels or [place % known for place in range(count)]
    if len(given) != count:
        raise ValueRefused(f"a class for each of {count} pictures", f"{len(given)} classes")
    if not all(0 <= label < known for label in given):
        raise ValueRefused(f"classes from 0 to {known - 1}", ", ".join(map(str, sorted({*given}))))
    return torch.tensor(given)


def is_quantised(module: Any) -> bool:
    """Whether its codes are out of a codebook."""
    return type(module).__name__ == "VQModel"


def _check_shape(codes: torch.Tensor, numbers: int, *, cells: bool) -> None:
    wanted = f"[B, {numbers}, H, W]" if cells else f"[B, {numbers}, 1, 1]"
    if codes.ndim != 4 or codes.shape[1] != numbers or (codes.shape[2:] != (1, 1) and not cells):
        raise ValueRefused(f"codes of this autoencoder, {wanted}", str(list(codes.shape)))
