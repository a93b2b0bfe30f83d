"""Fits the matrix that shows the built-in model's latents in colour: latent_rgb.json.

    python -m nodes.models.fit_latent_rgb

By least squares between the latents of the emoji and what the decoder makes of them, each cell's mean colour.
Other families in the file stay as they are.
"""

import json
import re
from pathlib import Path
from typing import Any

import torch

from nodes.checkpoints.folder import read_folder
from nodes.data.emoji import emoji
from nodes.diffusion.rgb import FILE
from nodes.train.autoencoder import to_signal
from nodes.values import VAE

EMOJI = Path(__file__).with_name("emoji")
SOURCE = "Fitted by fit_latent_rgb.py to the built-in model's decoder."
LICENCE = "Apache-2.0"


def cells(pictures: int = 0) -> tuple[torch.Tensor, torch.Tensor]:
    """Latents of emoji, [cells, C], and the colours that the decoder gives them, [cells, 3] in 0..1.

    Args:
        pictures: How many; 0 for all.
    """
    vae: Any = VAE("", "vae").load(lambda _: EMOJI)
    channels, colours = [], []
    with torch.no_grad():
        for pixels in emoji(pictures, recolour=False).pixels.split(64):
            latents = vae.encode(to_signal(pixels)).latent_dist.mean
            decoded = (vae.decode(latents).sample / 2 + 0.5).clamp(0, 1)
            means = torch.nn.functional.adaptive_avg_pool2d(decoded, latents.shape[-2:])
            channels.append(latents.movedim(1, -1).flatten(0, 2))
            colours.append(means.movedim(1, -1).flatten(0, 2))
    return torch.cat(channels), torch.cat(colours)


def fitted(channels: torch.Tensor, colours: torch.Tensor) -> torch.Tensor:
    """The factors by channel, and below them the offset: [C + 1, 3]."""
    ones = torch.ones(len(channels), 1)
    return torch.linalg.lstsq(torch.cat([channels, ones], 1).double(), colours.double()).solution.float()


def main() -> None:
    """Write the file."""
    rows = [[round(part, 4) for part in row] for row in fitted(*cells()).tolist()]
    family = read_folder(EMOJI).cells.family
    entry = {
        "families": [family],
        "factors": rows[:-1],
        "offset": rows[-1],
        "source": SOURCE,
        "licence": LICENCE,
    }
    known = json.loads(FILE.read_text(encoding="utf-8")) if FILE.exists() else []
    others = [one for one in known if one["families"] != entry["families"]]
    text = json.dumps([entry, *others], indent=1)
    rows_in_lines = re.sub(r"\[\s+([-\d.]+),\s+([-\d.]+),\s+([-\d.]+)\s+\]", r"[\1, \2, \3]", text)
    FILE.write_text(rows_in_lines + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
