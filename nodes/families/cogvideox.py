"""CogVideoX (Yang et al., arXiv 2408.06072): films of texts and pictures, by a transformer over both."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nodes.diffusion.family import Cells, Configs, EndPictures, Family, Prompt, Question
from nodes.diffusion.fit import check_fit
from nodes.diffusion.t5 import t5_states
from nodes.latent_space import to_model_space
from nodes.library_lock import library_lock
from nodes.values import Cond

if TYPE_CHECKING:
    import torch

LENGTH = 226
"""T5's tokens."""
OFFSET = 2.0
"""What the models of version 1.5 that start from a picture are told beside the timestep."""


def cells(configs: Configs) -> Cells:
    """What the latents of a folder's model are like."""
    vae = configs("vae")
    factor = 2 ** (len(vae["block_out_channels"]) - 1)
    return Cells("cogvideox", vae["latent_channels"], factor, int(vae.get("temporal_compression_ratio", 4)))


def encode(encoders: Any, prompt: Prompt) -> Cond:
    """T5's hidden states."""
    read = encoders.tokens("text_encoder", prompt.text, LENGTH)
    return Cond(t5_states(encoders, "text_encoder", read))


def ask(model: Any, question: Question) -> torch.Tensor:
    """Ask the transformer, which takes frame by frame.

    Raises:
        StepRefused: The latent or the text is another model's.
    """
    import torch

    check_fit(question.samples, model.config.in_channels, question.cond.text(), model.config.text_embed_dim)
    samples = question.samples.transpose(1, 2).contiguous().to(model.dtype)
    told = model.config.ofs_embed_dim is not None
    predicted = model(
        hidden_states=samples,
        encoder_hidden_states=question.cond.text().to(model.dtype),
        timestep=question.timestep.expand(len(samples)),
        ofs=torch.full((1,), OFFSET).to(samples) if told else None,
        image_rotary_emb=_places(model.config, samples),
        return_dict=False,
    )[0]
    return predicted.float().transpose(1, 2).contiguous()


def _places(config: Any, samples: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor] | None:
    """Rotary embedding of each patch's place; None for the small models, which embed it themselves."""
    if not config.use_rotary_positional_embeddings:
        return None
    with library_lock:
        from diffusers.models.embeddings import get_3d_rotary_pos_embed
        from diffusers.pipelines.cogvideo.pipeline_cogvideox import get_resize_crop_region_for_grid

    frames, _, *size = samples.shape[1:]
    grid = tuple(side // config.patch_size for side in size)
    height, width = (side // config.patch_size for side in (config.sample_height, config.sample_width))
    if config.patch_size_t is None:
        how: dict[str, Any] = {
            "crops_coords": get_resize_crop_region_for_grid(grid, width, height),
            "temporal_size": frames,
        }
    else:
        how = {
            "crops_coords": None,
            "temporal_size": (frames + config.patch_size_t - 1) // config.patch_size_t,
            "grid_type": "slice",
            "max_size": (height, width),
        }
    embedded: Any = get_3d_rotary_pos_embed(
        embed_dim=config.attention_head_dim, grid_size=grid, device=samples.device, **how
    )
    return embedded


def picture_channels(vae: Any, ends: EndPictures) -> torch.Tensor:
    """The first picture, encoded, in the first frame; zeros in the others."""
    film = ends.first[:, :, None].to(vae.dtype)
    latent = to_model_space(vae, vae.encode(film).latent_dist.sample(ends.generator))
    channels = latent.new_zeros(*latent.shape[:2], ends.cells, *latent.shape[3:])
    channels[:, :, :1] = latent
    return channels


FAMILY = Family(
    name="cogvideox",
    title="CogVideoX",
    pipelines=("CogVideoXPipeline", "CogVideoXImageToVideoPipeline", "CogVideoXVideoToVideoPipeline"),
    denoiser="transformer",
    denoiser_class="CogVideoXTransformer3DModel",
    ask=ask,
    cells=cells,
    texts={"text_encoder": "tokenizer"},
    encode=encode,
    joint=True,
    frames_first=True,
    picture_channels=picture_channels,
    graph="cogvideox",
    nodes=(
        "latent.video_noise",
        "latent.picture_channels",
        "latent.frames",
        "vae.encode_video",
        "vae.decode_video",
    ),
    licence="2B: Apache-2.0; 5B: CogVideoX licence, free below a million visits a month",
    restricted=True,
)
