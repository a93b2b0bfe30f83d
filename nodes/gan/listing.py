"""What ``knotwork families`` lists of adversarial networks."""

from __future__ import annotations

from engine.declare.listing import Listing

FORMATS = ("single file",)
PARITY = "bit for bit with the papers' layers, written out"
LISTINGS = (
    Listing(
        "dcgan",
        "DCGAN, pictures out of noise and back to the noise, with a discriminator; trained in the graph",
        (
            "load.generator",
            "load.discriminator",
            "load.face_generator",
            "gan.noise",
            "gan.noise_of_seeds",
            "gan.generate",
            "gan.score",
            "gan.projection_start",
            "gan.projection_step",
        ),
        ("single file", "the package gan-face-generate"),
        "faces",
        "to 1e-6 of the paper's layers, written out",
        "gan-face-generate: MIT; digits_gan: as Knotwork",
    ),
    Listing(
        "conditional-gan",
        "Conditional GAN, a DCGAN that is told classes; trained in the graph",
        (
            "load.generator",
            "load.discriminator",
            "gan.generator_start",
            "gan.discriminator_start",
            "gan.discriminator_step",
            "gan.generator_step",
            "gan.generate",
            "gan.score",
        ),
        FORMATS,
        "digits_gan",
        "bit for bit with the network that was trained",
    ),
    Listing(
        "pix2pix",
        "pix2pix, pictures to pictures, learned from pairs; trained in the graph",
        (
            "load.image_translator",
            "load.patch_discriminator",
            "gan.translate",
            "gan.judge_patches",
            "data.paired_batch",
            "gan.pix2pix_generator_start",
            "gan.pix2pix_discriminator_start",
            "gan.pix2pix_generator_step",
            "gan.pix2pix_discriminator_step",
        ),
        FORMATS,
        "train_pix2pix",
        PARITY,
        "none stated with the published weights, and many of their data are for research only (UT Zappos50K, "
        "Cityscapes)",
        restricted=True,
    ),
    Listing(
        "cyclegan",
        "CycleGAN, pictures to pictures and back, learned without pairs; trained in the graph",
        (
            "load.image_translator",
            "load.patch_discriminator",
            "gan.translate",
            "gan.judge_patches",
            "gan.pool",
            "gan.cycle_generators_start",
            "gan.cycle_discriminators_start",
            "gan.cycle_generator_step",
            "gan.cycle_discriminator_step",
        ),
        FORMATS,
        "train_cyclegan",
        PARITY,
        "none stated with the published weights, and many of their data are for research only (ImageNet, "
        "Cityscapes)",
        restricted=True,
    ),
)
