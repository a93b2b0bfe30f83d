"""AnimateDiff (Guo et al., arXiv 2307.04725): a model of pictures that makes films, by layers over time."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

from engine import node
from engine.declare.listing import Listing
from nodes.checkpoints.motion_adapter import MotionAdapter
from nodes.checkpoints.refusal import CheckpointRefused
from nodes.library_lock import library_lock
from nodes.values import Denoiser, F

if TYPE_CHECKING:
    from engine.declare.handle import Find

LISTING = Listing(
    "animatediff",
    "AnimateDiff, films by Stable Diffusion 1",
    (
        "load.diffusers",
        "load.motion_adapter",
        "load.motion_adapter_file",
        "diffusion.animate",
        "text.encode",
        "latent.video_noise",
        "diffusion.predict",
        "diffusion.scheduler_step",
        "vae.decode_video",
    ),
    ("diffusers", "single file"),
    "animatediff",
    "bit for bit",
    "Apache-2.0",
)


@dataclass(frozen=True, slots=True)
class AnimatedDenoiser(Denoiser[F]):
    """A U-Net of pictures with a motion adapter.

    Attributes:
        motion: The adapter.
    """

    motion: MotionAdapter[Any] = MotionAdapter("")  # noqa: RUF009 # frozen

    def load(self, find: Find) -> Any:
        """Build both, join them, and put options and patches on the whole."""
        model = _joined(self, find)
        for option in self.options:
            option.put_on(model)
        if self.patches:
            self.adapt(model, find)
        return model


@node("diffusion.animate")
def animate(denoiser: Denoiser[F], motion: MotionAdapter[Any]) -> Denoiser[F]:
    """Make a model of pictures one of films, with a motion adapter of AnimateDiff.

    It takes what the model of pictures takes; its noise comes from ``latent.video_noise``. Its schedule is
    linear: the scheduler DDIM with the options {"beta_schedule": "linear", "timestep_spacing": "linspace"}.

    Args:
        denoiser: A model of Stable Diffusion 1.
        motion: The adapter, of the same precision.
    """
    same: dict[str, Any] = {one.name: getattr(denoiser, one.name) for one in fields(Denoiser)}
    return AnimatedDenoiser(**same, motion=motion)


def _joined(handle: AnimatedDenoiser[Any], find: Find) -> Any:
    plain: Denoiser[Any] = Denoiser(handle.source, handle.part, handle.family, handle.dtype, handle.config)
    unet, adapter = plain.load(find), handle.motion.load(find)
    with library_lock:
        from diffusers.models.unets.unet_motion_model import UNetMotionModel

        try:
            joined: Any = UNetMotionModel.from_unet2d(unet, adapter)
        except (ValueError, RuntimeError) as error:
            expected, cure = "a motion adapter for this model", "Choose another one."
            raise CheckpointRefused("motion", expected, f"another ({error})", cure) from error
    return joined.eval()
