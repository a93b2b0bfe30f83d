"""What ``knotwork families`` lists of autoencoders."""

from __future__ import annotations

from engine.declare.listing import Listing

LISTINGS = (
    Listing(
        "autoencoder",
        "Autoencoders, plain and variational (VAE, β-VAE, conditional VAE); trained in the graph",
        (
            "load.autoencoder",
            "autoencoder.start",
            "autoencoder.step",
            "autoencoder.model",
            "autoencoder.encode",
            "autoencoder.decode",
            "autoencoder.plane",
            "autoencoder.scatter",
        ),
        ("single file",),
        "digits_vae",
        "arithmetic by hand",
        "Apache-2.0",
    ),
    Listing(
        "vq-vae",
        "VQ-VAE; trained in the graph",
        (
            "load.autoencoder",
            "autoencoder.quantised_start",
            "autoencoder.quantised_step",
            "autoencoder.model",
            "autoencoder.encode",
            "autoencoder.decode",
        ),
        ("single file",),
        "train_digits_vqvae",
        "arithmetic by hand",
    ),
)
