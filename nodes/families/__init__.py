"""The families of diffusion models that Knotwork knows, one file each."""

from __future__ import annotations

from nodes.diffusion.family import Family
from nodes.families import flux, sdxl, stable_diffusion

FAMILIES: tuple[Family, ...] = (
    stable_diffusion.FAMILY,
    sdxl.FAMILY,
    flux.FAMILY,
)

_BY_NAME = {family.name: family for family in FAMILIES}
_BY_PIPELINE = {pipeline: family for family in FAMILIES for pipeline in family.pipelines}


def named(name: str) -> Family:
    """The family that a handle, latent or conditioning names.

    A name without a family of its own, such as ``sd-32-4``, is that of a Stable Diffusion model of other
    sizes; so is an empty one.
    """
    return _BY_NAME.get(name, stable_diffusion.FAMILY)


def of_pipeline(name: str) -> Family | None:
    """The family whose folders say that they are of this pipeline's class."""
    return _BY_PIPELINE.get(name)
