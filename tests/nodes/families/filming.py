"""The shipped sampler for films, beside diffusers' pipelines: equal at every step."""

from pathlib import Path
from typing import Any, Literal

import diffusers
import torch

from engine import Folder, OnDevice, Rng
from nodes.checkpoints.image_encoder import from_folder
from nodes.diffusion.scheduler import scheduler, start
from nodes.image.clip import Seen, encode_clip
from nodes.values import Conditioning, Image, Latent, Video
from nodes.video.latent import video_noise
from nodes.video.vae import decode_video, encode_video
from tests.nodes.diffusion.sampling import Loaded, Turn
from tests.nodes.families import parity
from tests.nodes.families.parity import NEGATIVE, PROMPT, SCALE, SEED

STEPS = 3


def film(
    loaded: Loaded,
    positive: Conditioning[Any],
    negative: Conditioning[Any] | None = None,
    *,
    size: int,
    frames: int,
    scale: float = SCALE,
    extra: Latent[Any] | None = None,
    begin: Latent[Any] | None = None,
    rng: Rng | None = None,
) -> list[Turn]:
    """The latent of every turn, from noise."""
    drawn = video_noise(loaded.vae.handle, size, size, frames, seed=SEED, rng=rng)
    run = scheduler(loaded.scheduler, steps=STEPS, latent=drawn.latent)
    first = Turn(start(run.scheduler, begin or drawn.latent), run.state, drawn.rng)
    return parity.turns(loaded, run, first, positive, negative, scale, extra)


def from_film(
    loaded: Loaded,
    video: Video,
    strength: float,
    draw: Literal["sample", "mode"] = "sample",
    by_frame: bool = False,
    **ports: Any,
) -> list[Turn]:
    """The latent of every turn, from a film, with guidance by the two texts.

    Args:
        loaded: The model.
        video: The film.
        strength: How much of the run is done.
        draw: How the film is encoded.
        by_frame: Whether the noise is drawn frame by frame.
        ports: More ports of ``diffusion.scheduler``.
    """
    encoded = encode_video(loaded.vae, video, draw, SEED)
    frames, height, width = video.frames.shape[1:4]
    drawn = video_noise(loaded.vae.handle, width, height, frames, rng=encoded.rng, by_frame=by_frame)
    run = scheduler(loaded.scheduler, steps=STEPS, strength=strength, latent=drawn.latent, **ports)
    first = Turn(start(run.scheduler, drawn.latent, encoded.latent), run.state, drawn.rng)
    return parity.turns(loaded, run, first, *parity.texts(loaded), SCALE)


def latents_from_film(pipeline: Any, name: str, video: Video, **arguments: Any) -> list[torch.Tensor]:
    """The latents of a pipeline of another kind after each of its turns.

    Its film is made contiguous, as every value here is: a convolution's last bits depend on that.
    """
    parts = {part: one for part, one in pipeline.components.items() if one is not None}
    made = getattr(diffusers, name)(**parts)
    made.set_progress_bar_config(disable=True)
    prepare = made.video_processor.preprocess_video
    made.video_processor.preprocess_video = lambda *given, **size: prepare(*given, **size).contiguous()
    height, width = video.frames.shape[2:4]
    given: dict[str, Any] = {"prompt": PROMPT, "negative_prompt": NEGATIVE, "guidance_scale": SCALE}
    given |= {"height": height, "width": width, "num_inference_steps": STEPS}
    return parity.latents_of(made, video=video.frames[0].permute(0, 3, 1, 2)[None], **given | arguments)


def encoded_by_ltx(pipeline: Any, video: Video, generator: torch.Generator) -> torch.Tensor:
    """A film's latent, as LTX-Video's pipeline makes it of one that it is given to follow."""
    vae, pixels = pipeline.vae, video.frames.permute(0, 4, 1, 2, 3).contiguous() * 2 - 1
    with torch.no_grad():
        found = vae.encode(pixels).latent_dist.sample(generator)
    return pipeline._normalize_latents(found, vae.latents_mean, vae.latents_std)


def a_film(frames: int, size: int) -> Video:
    return Video(torch.rand((1, frames, size, size, 3), generator=torch.Generator().manual_seed(1)), 8.0)


def latents_of(pipeline: Any, *, size: int, frames: int, **arguments: Any) -> list[torch.Tensor]:
    """The pipeline's latents after each of its turns."""
    given: dict[str, Any] = {"prompt": PROMPT, "negative_prompt": NEGATIVE, "guidance_scale": SCALE}
    given |= {"height": size, "width": size, "num_frames": frames, "num_inference_steps": STEPS}
    return parity.latents_of(pipeline, **given | arguments)


def assert_decoded_same(pipeline: Any, loaded: Loaded, turns: list[Turn], **arguments: Any) -> None:
    """The film of the last turn is the pipeline's."""
    given: dict[str, Any] = {"prompt": PROMPT, "negative_prompt": NEGATIVE, "guidance_scale": SCALE}
    generator = torch.Generator().manual_seed(SEED)
    given |= {"num_inference_steps": STEPS, "generator": generator, "output_type": "np"}
    expected = torch.from_numpy(pipeline(**given | arguments).frames)

    assert torch.equal(decode_video(loaded.vae, turns[-1].latent).frames, expected)


def seen(folder: Path, image: Image, fit: Any = "crop") -> Seen:
    """What a folder's picture encoder sees."""
    handle = from_folder(Folder(folder, folder.name))
    return encode_clip(OnDevice(handle, handle.load(lambda _: folder)), image, fit)


def picture(size: int, seed: int = 1) -> Image:
    """As eight bits hold it, so that a Pillow picture of it is the same."""
    generator = torch.Generator().manual_seed(seed)
    return Image(torch.randint(256, (1, size, size, 3), generator=generator) / 255)


def as_pillow(image: Image) -> Any:
    from PIL import Image as Pillow

    return Pillow.fromarray((image.pixels[0] * 255).round().to(torch.uint8).numpy())
