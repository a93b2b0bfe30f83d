"""From a Shap-E latent to a surface, or to views from all around.

A latent is the weights of a function of space, which diffusers writes into the renderer's own layers: as
nodes run side by side on a CPU, one latent at a time is decoded. Shap-E's z is up; here y is.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from threading import Lock
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

from pydantic import Field

from engine import Context, OnDevice, node
from engine.errors import ValueRefused
from nodes.mesh.shap_e.handles import ShapERenderer
from nodes.mesh.shap_e.rays import same_rays
from nodes.values import F, Image, Latent, Mesh, Video

if TYPE_CHECKING:
    import torch

Resolution = Annotated[int, Field(ge=8, le=256)]
Size = Annotated[int, Field(ge=32, le=1024, multiple_of=32)]
Samples = Annotated[int, Field(ge=2, le=512)]
FPS = 10
VIEWS, QUERIES = 20, 4096
"""Views of a turn, and points or rays that are asked about at once, as diffusers has them."""

_one_at_a_time = Lock()


@node("shap_e.decode")
def decode(
    renderer: OnDevice[ShapERenderer[F]], latent: Latent[F], ctx: Context, resolution: Resolution = 128
) -> Mesh:
    """Find the coloured surface of a latent, by marching cubes.

    Args:
        renderer: The model's renderer.
        latent: One clean latent, [1, T, D].
        ctx: Shows how far it is.
        resolution: Points along a side of the cube at which the function is asked whether they are inside;
            twice as many take eight times as long.

    Raises:
        ValueRefused: No point is inside, or there are several latents.
    """
    import torch

    model, samples = renderer.model, _only(latent).to(renderer.device)
    calls = -(-(resolution**3) // QUERIES)
    with _alone(renderer, ctx, calls), model.mesh_decoder.register_forward_hook(_refuse_nothing):
        found = model.decode_to_mesh(samples, renderer.device, grid_size=resolution)
    colours = torch.stack([found.vertex_channels[name] for name in "RGB"], dim=1)
    x, y, z = found.verts.float().cpu().unbind(1)
    faces = found.faces.cpu().contiguous()
    return Mesh(torch.stack([x, z, -y], dim=1), faces, _srgb(colours.cpu()).clamp(0, 1).contiguous())


class Views(NamedTuple):
    """A latent seen from all around.

    Attributes:
        images: Twenty views; the last is as the first.
        video: A turn around it that can be repeated.
    """

    images: Image
    video: Video


@node("shap_e.render")
def render(
    renderer: OnDevice[ShapERenderer[F]],
    latent: Latent[F],
    ctx: Context,
    size: Size = 64,
    samples: Samples = 64,
) -> Views:
    """Draw a latent from twenty places around it, as a radiance field before white.

    Args:
        renderer: The model's renderer.
        latent: One clean latent, [1, T, D].
        ctx: Shows how far it is.
        size: Pixels of a side.
        samples: Points on the way of each ray at which the field is asked first; then it is asked at twice as
            many more, where there is something.

    Raises:
        ValueRefused: There are several latents.
    """
    with _alone(renderer, ctx, 2 * VIEWS * size**2 // QUERIES), same_rays(renderer.device):
        found = renderer.model.decode_to_image(
            _only(latent).to(renderer.device),
            renderer.device,
            size=size,
            n_coarse_samples=samples,
            n_fine_samples=2 * samples,
        )
    pixels = found.float().clamp(0, 1).cpu().contiguous()
    return Views(Image(pixels), Video(pixels[None, :-1].contiguous(), FPS))


@contextmanager
def _alone(renderer: OnDevice[Any], ctx: Context, calls: int) -> Iterator[None]:
    """Let nobody else decode.

    Args:
        renderer: The renderer.
        ctx: Is told before each question to the function how far it is.
        calls: How often it will be asked, about.
    """
    asked = count()

    def tell(*_: Any) -> None:
        ctx.progress(min(next(asked), calls), calls)

    with _one_at_a_time, renderer.model.mlp.register_forward_pre_hook(tell):
        yield


def _refuse_nothing(_module: Any, _inputs: Any, found: Any) -> None:
    """Stop before diffusers asks for the colours of no points, which ends in an error that says nothing."""
    if not len(found.faces):
        raise ValueRefused("a latent with a surface", "one without any point inside")


def _only(latent: Latent[Any]) -> torch.Tensor:
    if latent.samples.ndim != 3 or len(latent.samples) != 1:
        raise ValueRefused("one latent of shap_e.noise", f"samples of the form {tuple(latent.samples.shape)}")
    return latent.samples


def _srgb(colours: torch.Tensor) -> torch.Tensor:
    """Put the curve of sRGB (IEC 61966-2-1) on colours, which diffusers takes off for renderers."""
    import torch

    bright = 1.055 * colours.clamp(min=0) ** (1 / 2.4) - 0.055
    return torch.where(colours <= 0.0031308, 12.92 * colours, bright).float()
