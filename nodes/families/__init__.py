"""The families of diffusion models that Knotwork knows, one file each."""

from __future__ import annotations

from engine.declare.listing import Listing
from nodes.diffusion.family import Family
from nodes.families import (
    cogvideox,
    ddpm,
    deepfloyd_if,
    dit,
    flux,
    flux_2,
    kandinsky,
    ldm_super_resolution,
    ltx,
    ltx_condition,
    pixart,
    sd_x4,
    sdxl,
    stable_audio,
    stable_diffusion,
    stable_diffusion_3,
    stable_unclip,
    stable_video_diffusion,
    unclip,
    wan,
)

FAMILIES: tuple[Family, ...] = (
    stable_diffusion.FAMILY,
    sdxl.FAMILY,
    stable_diffusion_3.FAMILY,
    flux.FAMILY,
    flux_2.FAMILY,
    pixart.FAMILY,
    deepfloyd_if.FAMILY,
    sd_x4.FAMILY,
    ldm_super_resolution.FAMILY,
    kandinsky.FAMILY,
    kandinsky.FAMILY_PRIOR,
    unclip.FAMILY,
    stable_unclip.FAMILY,
    ddpm.FAMILY,
    dit.FAMILY,
    wan.FAMILY,
    wan.FAMILY_DENSE,
    ltx.FAMILY,
    ltx_condition.FAMILY,
    cogvideox.FAMILY,
    stable_video_diffusion.FAMILY,
    stable_audio.FAMILY,
)

_BY_NAME = {family.name: family for family in FAMILIES}
_BY_PIPELINE = {pipeline: family for family in FAMILIES for pipeline in family.pipelines}

NODES = ("diffusion.predict", "diffusion.scheduler_step")
"""What runs every family."""


def named(name: str) -> Family:
    """The family that a handle, latent or conditioning names.

    A name without a family of its own, such as ``sd-32-4``, is that of a Stable Diffusion model of other
    sizes; so is an empty one.
    """
    return _BY_NAME.get(name, stable_diffusion.FAMILY)


def fits(found: str, family: str) -> bool:
    """Whether what a file was told as is for a family: as its own, or as what it is a variant of."""
    return found in {family, named(family).variant_of}


def has_variants(name: str) -> bool:
    """Whether files for a family's variants are told as its own."""
    return any(family.variant_of == name for family in FAMILIES)


def of_pipeline(name: str) -> Family | None:
    """The family whose folders say that they are of this pipeline's class."""
    return _BY_PIPELINE.get(name)


def listings() -> list[Listing]:
    """The families as ``knotwork families`` lists them, those that draw pictures first."""
    # Their loaders import this module
    from nodes.autoencoder import listing as autoencoder
    from nodes.control import listing as control
    from nodes.gan import listing as gan
    from nodes.image import listing as image
    from nodes.mesh.shap_e import listing as shap_e
    from nodes.speech import listing as speech
    from nodes.train import listing as train
    from nodes.video import animate

    films_and_more = (animate.LISTING, *control.LISTINGS, *image.LISTINGS, shap_e.LISTING, *speech.LISTINGS)
    return [*map(_listing, FAMILIES), *films_and_more, *gan.LISTINGS, *train.LISTINGS, *autoencoder.LISTINGS]


def _listing(family: Family) -> Listing:
    encodes = ("text.encode",) if family.encode else ()
    single = ("load.single_file",) if "single file" in family.formats and family.single_file else ()
    nodes = (family.loader, *single, *encodes, *NODES, *family.nodes)
    return Listing(
        family.name,
        family.title,
        nodes,
        family.formats,
        family.graph,
        family.parity,
        family.licence,
        family.restricted,
        family.also,
    )
