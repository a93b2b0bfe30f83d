"""What can't be seen takes the colour of what can: then models and filters draw no fringes along edges."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch


def bled(picture: torch.Tensor) -> torch.Tensor:
    """Give transparent pixels the colour of the nearest one that is not; alpha stays.

    Args:
        picture: [H, W, C], straight alpha.

    Returns:
        [H, W, C]; the picture itself if it has no such pixels, or nothing else.
    """
    import torch
    from scipy.ndimage import distance_transform_edt

    hidden = picture[..., 3] == 0 if picture.shape[-1] == 4 else None
    if hidden is None or not bool(hidden.any()) or bool(hidden.all()):
        return picture
    nearest = distance_transform_edt(hidden.numpy(), return_distances=False, return_indices=True)
    rows, columns = torch.from_numpy(nearest).long()
    return torch.cat([picture[rows, columns, :3], picture[..., 3:]], dim=-1)
