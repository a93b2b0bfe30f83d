"""What ``knotwork families`` lists of the models that enlarge and restore pictures."""

from __future__ import annotations

from engine.declare.listing import Listing

FORMATS = ("single file",)
PARITY = "bit for bit"
LISTINGS = (
    Listing(
        "upscaling",
        "Upscalers: Real-ESRGAN, SwinIR, HAT, DAT, SPAN and others, for pictures and films",
        ("load.upscaler", "image.upscale", "video.upscale"),
        FORMATS,
        "upscale_video",
        PARITY,
    ),
    Listing(
        "restoration",
        "Restoration: SCUNet, NAFNet, DRUNet, FBCNN and others, against noise, blur, haze and compression",
        ("load.upscaler", "image.restore"),
        FORMATS,
        "restore",
        PARITY,
    ),
    Listing(
        "inpainting",
        "LaMa, filling without a prompt",
        ("load.inpainter", "image.inpaint"),
        FORMATS,
        "remove_object",
        PARITY,
    ),
    Listing(
        "face-restoration",
        "GFPGAN and RestoreFormer, restoring faces",
        ("load.face_restorer", "image.restore_face"),
        FORMATS,
        "restore_face",
        PARITY,
    ),
)
