"""Training of a LoRA for a model that is loaded: its own weights stay as they are, and are not copied."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from engine import OnDevice, Owned, Seed, node
from engine.errors import ValueRefused
from nodes.library_lock import library_lock
from nodes.train.evaluate import hidden_states
from nodes.train.objective import denoising_loss, draw_levels
from nodes.train.sampling import denoised
from nodes.train.saved import Saved, start_of
from nodes.train.state import Tensors, TrainStep, advance, bound
from nodes.train.values import Recipe, TrainState
from nodes.values import VAE, Conditioning, Denoiser, Image, Latent, SchedulerConfig, TextEncoder

if TYPE_CHECKING:
    import torch

PART = "lora"
Share = Annotated[float, Field(ge=0, le=1)]


@dataclass(frozen=True, slots=True)
class LoraWeights:
    """A trained LoRA, exported as a file that ``lora.apply`` reads, and diffusers and others do.

    Attributes:
        tensors: By the names that diffusers gives them.
    """

    tensors: dict[str, torch.Tensor]

    suffix = ".safetensors"

    def encode(self, text: dict[str, str]) -> list[bytes]:
        """One file."""
        from safetensors.torch import save

        return [save(self.tensors, {"format": "pt"})]


@node("train.lora_start")
def lora_start(
    denoiser: OnDevice[Denoiser],
    rank: Annotated[int, Field(ge=1, le=256)] = 8,
    seed: Seed = 0,
    file: Saved | None = None,
) -> TrainState:
    """A LoRA on a U-Net's attention ready to be trained: fresh, or going on from a saved state.

    A fresh one changes nothing yet, for one of its two matrices is 0 in each layer.

    Args:
        denoiser: The U-Net that it is for.
        rank: Inner dimension of its matrices: how much can be learned, and how large the file is.
        seed: Seed of the weights and of the training.
        file: State of an earlier run that began with this node, to go on from; it brings its own rank.

    Raises:
        ValueRefused: The denoiser is no U-Net that reads texts, wears a LoRA already, or is not the one that
            the saved LoRA is for.
    """
    check_denoiser(denoiser)
    sizes = {"unet": architecture(denoiser.model), "rank": rank}
    state = start_of({PART: {"_class_name": "UNetLora", **sizes}}, seed, file)
    check_same(state, denoiser)
    return state


@node("train.lora_step")
def lora_step(
    state: Owned[TrainState],
    denoiser: OnDevice[Denoiser],
    latent: Latent,
    captions: list[Conditioning],
    schedule: SchedulerConfig,
    recipe: Recipe,
    empty: Conditioning | None = None,
    batch: Annotated[int, Field(ge=1, le=4096)] = 8,
    untold: Share = 0.1,
) -> TrainStep:
    """Train the LoRA on a few captioned pictures, as the model itself was trained.

    Args:
        state: The LoRA's matrices and their optimiser; changed in place.
        denoiser: The U-Net; it stays as it is.
        latent: The pictures, as the model's VAE encodes them.
        captions: The caption of each, as the model's text encoders read it.
        schedule: The model's own.
        recipe: How the weights are moved.
        empty: How the empty text is read, for the share that is not told its caption.
        batch: Pictures in a batch; they are drawn anew each time.
        untold: Share of the pictures that get the empty text in place of their caption, which guidance needs.

    Raises:
        ValueRefused: There is not one caption for each picture, the state is of another network, or the
            denoiser is not the U-Net that it is for.
    """
    clean = latent.samples.float()
    if len(captions) != len(clean):
        raise ValueRefused(f"a caption for each of {len(clean)} pictures", f"{len(captions)}")
    told = embeddings(captions)
    silent = None if empty is None else embeddings([empty])
    lora_on(state, denoiser)  # the network that this thread's step uses is lent the weights
    draw = partial(captioned_batch, clean, told, silent, schedule, batch, untold)
    state, (loss,) = advance(state, draw, partial(lora_loss, schedule), recipe)
    return TrainStep(state, loss)


def embeddings(captions: list[Conditioning]) -> torch.Tensor:
    """The hidden states of captions, [N, T, D].

    Raises:
        ValueRefused: One has several parts, or they differ in length.
    """
    import torch

    parts: list[torch.Tensor] = []
    for caption in captions:
        states = caption.items[0].embeds if len(caption.items) == 1 else None
        if states is None:
            raise ValueRefused("captions of one text each", "one of several, or of none")
        parts.append(states.float().cpu())
    if len({part.shape for part in parts}) > 1:
        raise ValueRefused("captions of one length", "some that are longer")
    return torch.cat(parts)


def captioned_batch(
    clean: torch.Tensor,
    told: torch.Tensor,
    silent: torch.Tensor | None,
    schedule: SchedulerConfig,
    batch: int,
    untold: float,
    generator: torch.Generator,
) -> Tensors:
    """Draw latents, noise, noise levels, and the captions of the latents, or for some the empty text."""
    import torch

    chosen = torch.randint(len(clean), (batch,), generator=generator)
    noise = torch.randn(batch, *clean.shape[1:], generator=generator)
    levels = draw_levels(schedule, batch, generator)
    hidden = told[chosen]
    if silent is not None:
        quiet = torch.rand(batch, generator=generator) < untold
        hidden = torch.where(quiet[:, None, None], silent, hidden)
    return clean[chosen], noise, levels, hidden


def lora_loss(
    schedule: SchedulerConfig,
    module: Any,
    clean: torch.Tensor,
    noise: torch.Tensor,
    levels: torch.Tensor,
    hidden: torch.Tensor,
) -> torch.Tensor:
    """Mean squared error of the prediction."""
    return denoising_loss(
        schedule, lambda noisy, moments: module[PART](noisy, moments, hidden), clean, noise, levels
    )


def lora_on(state: TrainState, denoiser: OnDevice[Denoiser], *, average: bool = False) -> Any:
    """The U-Net with a state's LoRA, on the weights of a loaded one.

    Raises:
        ValueRefused: The state is of another network, or the denoiser is not the U-Net that it is for.
    """
    parts = json.loads(state.config)
    if PART not in parts:
        raise ValueRefused("a state that began with train.lora_start", f"one of {', '.join(parts)}")
    check_denoiser(denoiser)
    check_same(state, denoiser)
    module: Any = bound(state.config, state.average if average else state.params)
    module[PART].lend(denoiser.model)
    return module[PART]


def architecture(unet: Any) -> dict[str, Any]:
    """A U-Net's config without where it was read from, and by which version: equal ones make equal states."""
    config = json.loads(unet.to_json_string())
    return {name: value for name, value in config.items() if not name.startswith("_")}


def check_same(state: TrainState, denoiser: OnDevice[Denoiser]) -> None:
    """Tell whether a denoiser is of the architecture that a LoRA was begun on.

    Raises:
        ValueRefused: It is of another.
    """
    if json.loads(state.config)[PART]["unet"] != architecture(denoiser.model):
        raise ValueRefused("the U-Net that the LoRA was begun on", "one of another architecture")


def check_denoiser(denoiser: OnDevice[Denoiser]) -> None:
    """Tell whether a denoiser can be given a LoRA here.

    Raises:
        ValueRefused: It is no U-Net that reads texts, or wears one already.
    """
    kind = type(denoiser.model).__name__
    if kind != "UNet2DConditionModel":
        raise ValueRefused("a U-Net that reads texts, as Stable Diffusion's", kind)
    if denoiser.handle.patches:
        raise ValueRefused("the model as it was loaded (link the loader)", "one that wears a LoRA already")


@node("train.lora")
def lora(state: TrainState) -> LoraWeights:
    """Take the LoRA out of a training run, with its averaged weights, as a file for lora.apply.

    Args:
        state: The state of a LoRA.

    Raises:
        ValueRefused: The state is of another network.
    """
    with library_lock:
        from diffusers.utils.state_dict_utils import convert_state_dict_to_diffusers

    head = f"{PART}."
    own = {
        name.removeprefix(head).replace("/", ".").replace(".default.", "."): weight.clone()
        for name, weight in state.average.items()
        if name.startswith(head)
    }
    if not own:
        parts = ", ".join(json.loads(state.config))
        raise ValueRefused("a state that began with train.lora_start", f"one of {parts}")
    named = convert_state_dict_to_diffusers(own)
    return LoraWeights({f"unet.{name}": weight.contiguous() for name, weight in named.items()})


@node("train.lora_samples")
def lora_samples(
    state: TrainState,
    denoiser: OnDevice[Denoiser],
    vae: OnDevice[VAE],
    text_encoder: OnDevice[TextEncoder],
    scheduler: SchedulerConfig,
    prompts: list[str],
    steps: Annotated[int, Field(ge=1, le=1000)] = 25,
    guidance: Annotated[float, Field(ge=1, le=30)] = 3.0,
    seed: Seed = 0,
) -> Image:
    """Draw a picture for each prompt with a LoRA in training; train.draw draws the same without it.

    Args:
        state: The state of a LoRA; its averaged weights are used.
        denoiser: The U-Net that it is for.
        vae: The model's VAE.
        text_encoder: The model's text encoders.
        scheduler: The model's own schedule.
        prompts: What to draw.
        steps: Steps of the sampler.
        guidance: Weight of the prompt against the empty prompt.
        seed: Seed of the noise.

    Raises:
        ValueRefused: There are no prompts, the state is of another network, or the denoiser is not the U-Net
            that it is for.
    """
    import diffusers
    import torch

    if not prompts:
        raise ValueRefused("at least one prompt", "none")
    worn, config = lora_on(state, denoiser, average=True), denoiser.model.config
    shape = (len(prompts), config.in_channels, config.sample_size, config.sample_size)
    noise = torch.randn(shape, generator=torch.Generator().manual_seed(seed))
    stepper = getattr(diffusers, scheduler.name).from_config(json.loads(scheduler.config))
    with torch.no_grad():
        hidden = hidden_states(text_encoder.model, [""] * len(prompts) + prompts).float().cpu()
        latents = denoised(lambda both, moment: worn(both, moment, hidden), noise, steps, guidance, stepper)
        made = vae.model.decode(latents.to(vae.device) / vae.model.config.scaling_factor).sample
    return Image((made / 2 + 0.5).clamp(0, 1).float().cpu().permute(0, 2, 3, 1).contiguous())
