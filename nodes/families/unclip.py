"""unCLIP (Ramesh et al., arXiv 2204.06125) as karlo: a prior, a decoder, and what draws larger."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from nodes.diffusion.extra import PICTURE_VECTOR, TEXT_MASK
from nodes.diffusion.family import Cells, Configs, Family, Question
from nodes.diffusion.prior import ask_prior, encode_with_mask
from nodes.diffusion.refusal import StepRefused
from nodes.values import Cond

if TYPE_CHECKING:
    import torch

NAME = "unclip"
DECODER, LARGER = "decoder", "super_res_first"
PROJECTION, LAST = "text_proj", "super_res_last"


def cells(configs: Configs) -> Cells:
    """Pixels in colour."""
    return Cells(NAME, 3, 1)


def complete(cond: Cond, samples: torch.Tensor, factor: int, model: Any) -> Cond:
    """To the decoder a text alone means one without a picture, for which it has learned a vector."""
    projection = getattr(model, PROJECTION, None)
    if projection is None or PICTURE_VECTOR in cond.extra:
        return cond
    learned = projection.learned_classifier_free_guidance_embeddings
    return replace(cond, extra={**cond.extra, PICTURE_VECTOR: learned.expand(len(cond.text()), -1)})


def ask(model: Any, question: Question) -> torch.Tensor:
    """Ask the prior, the decoder, or those that draw larger."""
    if hasattr(model, PROJECTION):
        return _ask_decoder(model, question)
    return _ask_larger(model, question) if hasattr(model, LAST) else ask_prior(model, question)


def _ask_decoder(model: Any, question: Question) -> torch.Tensor:
    import torch

    cond, projection = question.cond, getattr(model, PROJECTION)
    states, labels = projection(
        image_embeddings=cond.extra[PICTURE_VECTOR].to(question.samples),
        prompt_embeds=cond.pooled,
        text_encoder_hidden_states=cond.text(),
        do_classifier_free_guidance=False,
    )
    told = projection.clip_extra_context_tokens
    mask = torch.nn.functional.pad(cond.extra[TEXT_MASK], (told, 0), value=True)
    return model(
        question.samples,
        question.timestep,
        encoder_hidden_states=states,
        class_labels=labels,
        attention_mask=mask,
        return_dict=False,
    )[0]


def _ask_larger(model: Any, question: Question) -> torch.Tensor:
    """The second U-Net takes the last step, which removes the last noise."""
    channels, expected = question.samples.shape[1], model.config.in_channels
    if channels != expected:
        cure = "Link diffusion.enlarge_drawn to the sampler's channels."
        raise StepRefused(f"expected a small picture beside the latent, got {channels} channels. {cure}")
    chosen = getattr(model, LAST) if question.timestep == 0 else model
    return chosen(question.samples, question.timestep, return_dict=False)[0]


FAMILY = Family(
    name=NAME,
    title="unCLIP (karlo)",
    pipelines=("UnCLIPPipeline",),
    loader="load.unclip",
    denoiser=DECODER,
    denoiser_class="UNet2DConditionModel",
    companions={DECODER: (PROJECTION,), LARGER: (LAST,)},
    ask=ask,
    cells=cells,
    complete=complete,
    vae="",
    texts={"text_encoder": "tokenizer"},
    encode=encode_with_mask,
    graph="unclip",
    nodes=("prior.vector", "conditioning.vector", "diffusion.enlarge_drawn"),
    licence="CreativeML Open RAIL-M: not for the uses that its attachment A lists",
)
