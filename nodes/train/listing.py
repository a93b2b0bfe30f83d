"""What ``knotwork families`` lists of the models that are trained here on pictures."""

from __future__ import annotations

from engine.declare.listing import Listing

LISTINGS = (
    Listing(
        "denoiser",
        "Diffusion and flow matching on pixels, told classes; trained in the graph",
        (
            "train.schedule",
            "train.denoiser_start",
            "train.denoiser_step",
            "train.denoiser_samples",
            "train.denoiser_folder",
            "conditioning.labels",
        ),
        ("diffusers",),
        "digits_diffusion",
        "bit for bit",
        "Apache-2.0",
    ),
)
