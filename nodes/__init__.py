"""The built-in nodes."""

from engine.declare.registry import Pack

pack = Pack(
    "knotwork",
    {
        "math": ("nodes.math",),
        "text": ("nodes.text", "nodes.wildcards", "nodes.diffusion.encode"),
        "list": ("nodes.lists",),
        "flow": ("nodes.flow",),
        "image": (
            "nodes.image.files",
            "nodes.image.patterns",
            "nodes.image.geometry",
            "nodes.image.combine",
            "nodes.image.colour",
            "nodes.image.curve",
            "nodes.image.blur",
            "nodes.image.grid",
            "nodes.image.compare",
            "nodes.image.upscale",
            "nodes.image.restore",
            "nodes.image.inpaint",
            "nodes.image.face",
        ),
        "mask": ("nodes.image.masks",),
        "load": ("nodes.checkpoints.load", "nodes.checkpoints.upscaler", "nodes.checkpoints.restoration"),
        "latent": (
            "nodes.diffusion.latent",
            "nodes.diffusion.blend",
            "nodes.diffusion.geometry",
            "nodes.diffusion.batches",
        ),
        "conditioning": ("nodes.diffusion.conditioning", "nodes.diffusion.conditioning_blend"),
        "diffusion": (
            "nodes.diffusion.scheduler",
            "nodes.diffusion.step",
            "nodes.diffusion.guidance",
            "nodes.diffusion.guidance_kinds",
        ),
        "vae": ("nodes.vae",),
        "train": (
            "nodes.train.dataset",
            "nodes.train.vocabulary",
            "nodes.train.recipe",
            "nodes.train.autoencoder",
            "nodes.train.diffusion",
            "nodes.train.saved",
            "nodes.train.pictures",
            "nodes.train.export",
            "nodes.train.evaluate",
        ),
    },
    recogniser="nodes.recognise.recognise:recognise",
)
