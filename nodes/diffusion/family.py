"""What is particular about a family of diffusion models: its parts on disk, its texts, and how it is asked.

Everything else, the loop, the guidance, the schedulers, is the same for all of them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from nodes.diffusion.agreement import as_they_are
from nodes.values import Cond, Control

if TYPE_CHECKING:
    import torch

LOADER = "load.diffusers"
"""Id of the node that loads the folders of nearly all families."""
Configs = Callable[[str], dict[str, Any]]
"""Subfolder → what its config says, empty where there is none."""


class Cells(NamedTuple):
    """What a family's latents are like.

    Attributes:
        family: Its name; models of one name take each other's latents and texts.
        channels: Channels of a latent.
        factor: Pixels per latent cell along a side.
        frames: Frames of a film per latent cell over time; the first frame has its own; 0 = one by one.
        length: Cells of a sound, all of which the model draws whatever is asked for; 0 = no sounds.
    """

    family: str
    channels: int
    factor: int
    frames: int = 0
    length: int = 0


@dataclass(frozen=True, slots=True)
class Question:
    """One call of a denoiser, for N rows: several conditionings are one batch.

    Attributes:
        samples: [N, ...] the noisy latents, as the scheduler scales them.
        timestep: The scheduler's timestep, with no dimensions.
        cond: What it is asked about: each tensor has N rows.
        factor: Pixels per latent cell along a side.
        controls: The control networks that apply now, each with its module.
    """

    samples: torch.Tensor
    timestep: torch.Tensor
    cond: Cond
    factor: int = 8
    controls: tuple[tuple[Control, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class EndPictures:
    """Pictures that a film is to begin and end with.

    Attributes:
        first: [B, 3, H, W], -1..1.
        last: The same; None where the end is open.
        frames: Frames of the film.
        cells: Frames of its latent.
        noise: Deviation of noise that is added to the picture.
        generator: Draws it.
    """

    first: torch.Tensor
    last: torch.Tensor | None
    frames: int
    cells: int
    noise: float
    generator: torch.Generator


@dataclass(frozen=True, slots=True)
class Prompt:
    """What a text encoder is asked.

    Attributes:
        text: What to draw, or what to stay away from.
        other: The text for the family's second encoder; empty for the same.
        skip: Layers of CLIP left out at the end.
    """

    text: str
    other: str = ""
    skip: int = 0


class Timetable(NamedTuple):
    """How a run's noise levels are spread, where the family and not the scheduler decides it.

    Attributes:
        sigmas: The levels; None = as the scheduler spreads them.
        shift: How far they are moved towards noise; None = as the scheduler's config says.
    """

    sigmas: tuple[float, ...] | None = None
    shift: float | None = None


def by_the_scheduler(config: Mapping[str, Any], steps: int, shape: tuple[int, ...]) -> Timetable:
    """The scheduler decides alone."""
    return Timetable()


def whole_steps(steps: int, strength: float) -> int:
    """Steps that a strength below 1 leaves out: what it keeps is rounded down, as Stable Diffusion does."""
    return max(steps - int(steps * strength), 0)


def as_it_is(cond: Cond, samples: torch.Tensor, factor: int, model: Any) -> Cond:
    """A conditioning that says all that the denoiser takes."""
    return cond


def mask_first(masked: torch.Tensor, mask: torch.Tensor, factor: int) -> torch.Tensor:
    """The extra channels of Stable Diffusion's models for inpainting: each cell's mask, then the picture.

    Args:
        masked: [B, C, H, W] the picture without what the mask covers.
        mask: [B, H, W] at the size of the picture, 0 or 1.
        factor: Pixels per latent cell along a side.
    """
    import torch

    cells = torch.nn.functional.interpolate(mask[:, None].to(masked), size=masked.shape[-2:])
    return torch.cat([cells.expand(len(masked), -1, -1, -1), masked], dim=1)


@dataclass(frozen=True, slots=True)
class Family:
    """A family of models.

    Attributes:
        name: As handles, latents and conditionings carry it.
        title: As people call it.
        pipelines: Classes that ``model_index.json`` names in its folders.
        denoiser: Subfolder of its denoiser.
        denoiser_class: Class of it.
        low_noise: Subfolder of a second denoiser that takes over where little noise is left, in models that
            have two; empty for families without.
        loader: Id of the node that loads its folders.
        companions: Part → subfolders of modules that it is called with, which are its attributes.
        ask: Calls the denoiser's module: what it predicts, [N, ...].
        cells: Reads what its latents are like.
        vae: Subfolder of its VAE; empty where the model draws pixels.
        decoding: What its pipeline tells the VAE's ``decode``.
        upcasts_vae: Whether its VAE computes in float32 where its config says that it overflows in float16.
        texts: Subfolder of each text encoder → that of its tokenizer.
        projections: Subfolders of modules that work on what the text encoders say.
        encode: Calls its text encoders.
        weighs: Whether its texts may say weights: not where a language model reads them in a template.
        joint: Whether text and picture attend to each other as one, so that a repeated text counts more.
        agree: (positive texts, negative texts) → the same, told alike what they can't be told apart, or what
            its pipeline tells both unless a text is told otherwise.
        complete: Adds what a denoiser takes and a conditioning may leave out, such as sizes.
        one_call: Whether its pipeline asks about the negative and the positive text in one batch.
        scheduler_options: What its pipeline corrects in the scheduler's config.
        timetable: (scheduler's config, steps, latent's shape) → noise levels.
        left_out: (steps, strength) → steps left out.
        frames_first: Whether its pipeline holds films as [B, F, C, H, W], and so draws noise frame by frame.
        float32_latents: Whether its pipeline keeps latents in float32 whatever the model computes in.
        first_guidance: Guidance at the first frame of a film, from which it grows to what is asked at the
            last; None where it is the same in all.
        picture_channels: (VAE's module, pictures) → more channels [B, C, F, H, W] for models that make films
            of pictures; None where it has none such.
        inpainting: (masked picture's latents, mask's pixels, factor) → more channels for inpainting models.
        single_file: Part → how the names of its tensors begin in one file; more than one where files differ.
        graph: Name of its example graph.
        nodes: Ids of further nodes that are made for it.
        formats: What it is loaded from.
        parity: How its numbers compare with diffusers' pipelines.
        licence: Under which terms its weights are found in the wild.
        restricted: Whether these forbid or limit earning money with them, or uses other than research.
        also: Other names that its ``cells`` may give.
        variant_of: Family that its LoRAs, and files of its transformer alone, are told as; empty for its own.
    """

    name: str
    title: str
    pipelines: tuple[str, ...]
    denoiser: str
    denoiser_class: str
    ask: Callable[[Any, Question], torch.Tensor]
    cells: Callable[[Configs], Cells]
    loader: str = LOADER
    companions: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    vae: str = "vae"
    decoding: Mapping[str, Any] = field(default_factory=dict[str, Any])
    upcasts_vae: bool = False
    low_noise: str = ""
    texts: Mapping[str, str] = field(default_factory=dict[str, str])
    projections: tuple[str, ...] = ()
    encode: Callable[[Any, Prompt], Cond] | None = None
    weighs: bool = True
    joint: bool = False
    agree: Callable[[list[Cond], list[Cond]], tuple[list[Cond], list[Cond]]] = as_they_are
    complete: Callable[[Cond, torch.Tensor, int, Any], Cond] = as_it_is
    one_call: bool = True
    scheduler_options: Mapping[str, Any] = field(default_factory=dict[str, Any])
    timetable: Callable[[Mapping[str, Any], int, tuple[int, ...]], Timetable] = by_the_scheduler
    left_out: Callable[[int, float], int] = whole_steps
    frames_first: bool = False
    float32_latents: bool = False
    first_guidance: float | None = None
    picture_channels: Callable[[Any, EndPictures], torch.Tensor] | None = None
    inpainting: Callable[[torch.Tensor, torch.Tensor, int], torch.Tensor] = mask_first
    single_file: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    graph: str = ""
    nodes: tuple[str, ...] = ()
    formats: tuple[Literal["diffusers", "single file", "GGUF"], ...] = ("diffusers",)
    parity: str = "bit for bit"
    licence: str = ""
    restricted: bool = False
    also: tuple[str, ...] = ()
    variant_of: str = ""


def kl_cells(configs: Configs, family: str, folder: str = "vae") -> Cells:
    """Latents of an ``AutoencoderKL`` or ``VQModel``, whose levels but the last halve the sides."""
    vae = configs(folder)
    return Cells(family, vae["latent_channels"], 2 ** (len(vae["block_out_channels"]) - 1))
