"""FLUX.2 and FLUX.2 klein (Black Forest Labs, 2025 and 2026): a language model reads the text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from nodes.diffusion.extra import GUIDANCE
from nodes.diffusion.family import Cells, Configs, Family, Prompt, Question, Timetable
from nodes.diffusion.fit import check_fit
from nodes.diffusion.flow import empirical_shift, flow_steps, straight_sigmas
from nodes.diffusion.reference import references
from nodes.library_lock import library_lock
from nodes.values import Cond

if TYPE_CHECKING:
    import torch

LENGTH = 512
"""Tokens of a text."""
LAYERS = {"mistral3": (10, 20, 30), "qwen3": (9, 18, 27)}
"""Kind of language model → its layers whose hidden states the transformer reads."""
APART = 10
"""How far the positions of pictures to refer to are apart."""


def cells(configs: Configs) -> Cells:
    """What the latents of a folder's model are like: a cell is a patch of the VAE's."""
    vae = configs("vae")
    rows, columns = vae.get("patch_size") or (2, 2)
    factor = 2 ** (len(vae["block_out_channels"]) - 1)
    return Cells("flux2", vae["latent_channels"] * rows * columns, factor * rows)


def encode(encoders: Any, prompt: Prompt) -> Cond:
    """Hidden states of three layers, side by side."""
    import torch

    model, kind = encoders["text_encoder"], encoders["text_encoder"].config.model_type
    found = (_asked_mistral if kind == "mistral3" else _asked_qwen)(encoders, prompt.text)
    with torch.no_grad():
        states = model(
            input_ids=found["input_ids"].to(model.device),
            attention_mask=found["attention_mask"].to(model.device),
            output_hidden_states=True,
            use_cache=False,
        ).hidden_states
    layers = torch.stack([states[layer] for layer in LAYERS[kind]], dim=1).to(model.dtype)
    return Cond(layers.permute(0, 2, 1, 3).flatten(2).contiguous())


def _asked_mistral(encoders: Any, text: str) -> Any:
    """The text as a user's message after the instruction that FLUX.2 was trained with."""
    with library_lock:
        from diffusers.pipelines.flux2.system_messages import SYSTEM_MESSAGE

    said = {"system": SYSTEM_MESSAGE, "user": text.replace("[IMG]", "")}
    messages = [{"role": role, "content": [{"type": "text", "text": words}]} for role, words in said.items()]
    return encoders.tokenizers["text_encoder"].apply_chat_template(
        [messages],
        add_generation_prompt=False,
        tokenize=True,
        return_dict=True,
        return_tensors="pt",
        padding="max_length",
        truncation=True,
        max_length=LENGTH,
    )


def _asked_qwen(encoders: Any, text: str) -> Any:
    """The text as a user's message, to be answered without thinking."""
    tokenizer = encoders.tokenizers["text_encoder"]
    asked = tokenizer.apply_chat_template(
        [{"role": "user", "content": text}], tokenize=False, add_generation_prompt=True, enable_thinking=False
    )
    return tokenizer(asked, return_tensors="pt", padding="max_length", truncation=True, max_length=LENGTH)


def timetable(config: Mapping[str, Any], steps: int, shape: tuple[int, ...]) -> Timetable:
    """Straight, and moved towards noise by the number of cells and of steps."""
    sigmas = None if config.get("use_flow_sigmas") else straight_sigmas(steps)
    return Timetable(sigmas, empirical_shift(shape[-2] * shape[-1], steps))


def ask(model: Any, question: Question) -> torch.Tensor:
    """Ask the transformer, which also sees pictures to refer to.

    Raises:
        StepRefused: The latent or the text is another model's.
    """
    import torch

    samples, embeds = question.samples, question.cond.text()
    check_fit(samples, model.config.in_channels, embeds, model.config.joint_attention_dim)
    shown = references(question.cond.extra)
    guidance = question.cond.extra.get(GUIDANCE) if model.config.guidance_embeds else None
    times = [0, *(APART + APART * at for at in range(len(shown)))]
    seen = [samples, *shown]
    predicted = model(
        hidden_states=torch.cat([one.flatten(2).transpose(1, 2) for one in seen], dim=1),
        timestep=question.timestep.expand(len(samples)).to(samples.dtype) / 1000,
        guidance=None if guidance is None else guidance.float(),
        encoder_hidden_states=embeds,
        txt_ids=_places(0, 1, 1, embeds.shape[1]).to(samples.device),
        img_ids=torch.cat(
            [_places(time, one.shape[-2], one.shape[-1]) for time, one in zip(times, seen, strict=True)]
        ).to(samples.device),
        return_dict=False,
    )[0]
    cells = predicted[:, : samples.shape[-2] * samples.shape[-1]]
    return cells.transpose(1, 2).reshape(samples.shape)


def _places(time: int, height: int, width: int, length: int = 1) -> torch.Tensor:
    """Where each token is: [tokens, 4], number of the picture, row, column and place in the text."""
    import torch

    return torch.cartesian_prod(torch.tensor([time]), *map(torch.arange, (height, width, length)))


FAMILY = Family(
    name="flux2",
    title="FLUX.2 and FLUX.2 klein",
    pipelines=("Flux2Pipeline", "Flux2KleinPipeline", "Flux2KleinInpaintPipeline"),
    denoiser="transformer",
    denoiser_class="Flux2Transformer2DModel",
    ask=ask,
    cells=cells,
    texts={"text_encoder": "tokenizer"},
    encode=encode,
    weighs=False,
    joint=True,
    one_call=False,
    timetable=timetable,
    left_out=flow_steps,
    formats=("diffusers", "single file", "GGUF"),
    nodes=(
        "load.denoiser",
        "load.vae",
        "load.text_encoders",
        "conditioning.reference",
    ),
    graph="flux_2",
    licence="FLUX.2 [dev] and klein 9B: non-commercial; klein 4B: Apache-2.0",
    restricted=True,
)
