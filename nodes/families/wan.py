"""Wan 2.1 and 2.2 (Wan Team, arXiv 2503.20314): films of texts and pictures, trained by flow matching."""

from __future__ import annotations

import html
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from nodes.diffusion.agreement import taken_over
from nodes.diffusion.extra import PICTURE
from nodes.diffusion.family import Cells, Configs, EndPictures, Family, Prompt, Question
from nodes.diffusion.fit import check_fit
from nodes.diffusion.refusal import StepRefused
from nodes.diffusion.t5 import t5_states
from nodes.latent_space import to_model_space
from nodes.values import Cond

if TYPE_CHECKING:
    import torch

LENGTH = 512
"""T5's tokens."""
ALONE = ("load.denoiser", "load.vae", "load.text_encoders")
"""Loaders of its parts from files of their own."""
DENSE = "wan-dense"
"""The family of the models whose VAE has 16 pixels to a cell."""


def cells(configs: Configs) -> Cells:
    """What the latents of a folder's model are like."""
    vae = configs("vae")
    factor = vae.get("scale_factor_spatial", 8)
    name = "wan" if factor == 8 else DENSE
    return Cells(name, vae["z_dim"], factor, vae.get("scale_factor_temporal", 4))


def encode(encoders: Any, prompt: Prompt) -> Cond:
    """T5's hidden states; zeros where the text has ended."""
    import torch

    text = re.sub(r"\s+", " ", html.unescape(html.unescape(prompt.text))).strip()
    read = encoders.tokens("text_encoder", text, LENGTH)
    states = t5_states(encoders, "text_encoder", read, masked=True)
    length = int(read.attention_mask.sum())
    return Cond(torch.cat([states[:, :length], torch.zeros_like(states[:, length:])], dim=1))


def agree(wanted: list[Cond], unwanted: list[Cond]) -> tuple[list[Cond], list[Cond]]:
    """The negative text is told the positive one's picture, unless it has its own."""
    return wanted, taken_over(PICTURE, unwanted, wanted)


def ask(model: Any, question: Question) -> torch.Tensor:
    """Ask the transformer of this noise level.

    Raises:
        StepRefused: The latent or the text is another model's, or the text is no single one beside a picture.
    """
    return _asked(model, question, question.samples, question.timestep.expand(len(question.samples)))


def ask_dense(model: Any, question: Question) -> torch.Tensor:
    """Ask a model that is told a noise level for each patch: none where the film is given.

    More channels are a mask, 0 where it is given, and what is given.

    Raises:
        StepRefused: The latent or the text is another model's, or the text is no single one beside a picture.
    """
    channels = model.config.in_channels
    samples, given = question.samples[:, :channels], question.samples[:, channels:]
    mask = samples.new_ones(1, 1, *samples.shape[2:])
    if given.shape[1]:
        mask, condition = given[:1, :1], given[:, 1:]
        samples = (1 - mask) * condition + mask * samples
    levels = (mask[0][0][:, ::2, ::2] * question.timestep).flatten()
    return _asked(model, question, samples, levels.unsqueeze(0).expand(len(samples), -1))


def _asked(model: Any, question: Question, samples: torch.Tensor, timestep: torch.Tensor) -> torch.Tensor:
    check_fit(samples, model.config.in_channels, question.cond.text(), model.config.text_dim)
    low_noise = getattr(model, "low_noise", None)
    if low_noise is not None and question.timestep < model.boundary:
        model = low_noise
    picture = question.cond.extra.get(PICTURE)
    length = question.cond.text().shape[1]
    if picture is not None and length != LENGTH:
        # The model finds the picture by it
        cure = "Leave out conditioning.concat."
        raise StepRefused(f"expected {LENGTH} tokens of a text beside a picture, got {length}. {cure}")
    if picture is not None and model.config.pos_embed_seq_len is not None:
        # This kind takes the first and the last picture as rows of a batch
        picture = picture.reshape(2 * len(picture), -1, picture.shape[-1])
    return model(
        hidden_states=samples.to(model.dtype),
        timestep=timestep,
        encoder_hidden_states=question.cond.text().to(model.dtype),
        encoder_hidden_states_image=None if picture is None else picture.to(model.dtype),
        return_dict=False,
    )[0]


def picture_channels(vae: Any, ends: EndPictures) -> torch.Tensor:
    """A mask of four channels, 1 where a frame is given, and the film, grey in other frames, encoded."""
    import torch

    film, given = _film(ends)
    latent = to_model_space(vae, vae.encode(film.to(vae.dtype)).latent_dist.mode().float())
    rows, _, _, height, width = latent.shape
    each = vae.config.scale_factor_temporal
    frames = torch.cat([given[:1].expand(each), given[1:]]).view(1, -1, each).transpose(1, 2)
    mask = frames[:, :, :, None, None].expand(rows, -1, -1, height, width)
    return torch.cat([mask.to(latent), latent], dim=1)


def _film(ends: EndPictures) -> tuple[torch.Tensor, torch.Tensor]:
    """The film [B, 3, F, H, W], and which of its frames are given, [F]."""
    first, last, frames = ends.first, ends.last, ends.frames
    film, given = first.new_zeros(*first.shape[:2], frames, *first.shape[2:]), first.new_zeros(frames)
    film[:, :, 0], given[0] = first, 1
    if last is not None:
        film[:, :, -1], given[-1] = last, 1
    return film, given


def dense_picture_channels(vae: Any, ends: EndPictures) -> torch.Tensor:
    """A mask, 0 in the first frame, and the first picture, encoded, in each frame."""
    import torch

    film = ends.first[:, :, None].to(vae.dtype)
    latent = to_model_space(vae, vae.encode(film).latent_dist.mode().float())
    latent = latent.expand(-1, -1, ends.cells, -1, -1)
    mask = torch.ones_like(latent[:, :1])
    mask[:, :, 0] = 0
    return torch.cat([mask, latent], dim=1)


FAMILY = Family(
    name="wan",
    title="Wan 2.1 and 2.2",
    pipelines=("WanPipeline", "WanImageToVideoPipeline", "WanVideoToVideoPipeline"),
    denoiser="transformer",
    denoiser_class="WanTransformer3DModel",
    low_noise="transformer_2",
    ask=ask,
    cells=cells,
    texts={"text_encoder": "tokenizer"},
    encode=encode,
    agree=agree,
    one_call=False,
    float32_latents=True,
    picture_channels=picture_channels,
    graph="wan",
    formats=("diffusers", "single file", "GGUF"),
    nodes=(
        *ALONE,
        "latent.video_noise",
        "latent.picture_channels",
        "conditioning.picture",
        "vae.encode_video",
        "vae.decode_video",
    ),
    licence="Apache-2.0",
)
FAMILY_DENSE = replace(
    FAMILY,
    name=DENSE,
    variant_of=FAMILY.name,
    title="Wan 2.2, 5 billion parameters",
    pipelines=(),
    ask=ask_dense,
    picture_channels=dense_picture_channels,
    nodes=(
        *ALONE,
        "latent.video_noise",
        "latent.picture_channels",
        "latent.put_frames",
        "vae.decode_video",
    ),
)
