"""Shap-E as ``knotwork families`` lists it."""

from __future__ import annotations

from engine.declare.listing import Listing

FAMILY = "shap-e"
LISTING = Listing(
    FAMILY,
    "Shap-E, surfaces of texts and pictures",
    (
        "load.shap_e",
        "load.shap_e_image",
        "shap_e.encode_text",
        "shap_e.encode_image",
        "shap_e.noise",
        "shap_e.prior_step",
        "diffusion.scheduler_step",
        "shap_e.decode",
        "shap_e.render",
    ),
    ("diffusers",),
    "shap_e",
    "bit for bit",
    "MIT",
)
