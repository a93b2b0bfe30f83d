"""One evaluation of a U-Net denoiser."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine import OnDevice, node
from engine.errors import KnotworkError
from nodes.diffusion.length import same_length
from nodes.diffusion.stepping import resume, timestep, turns_left
from nodes.values import Cond, Conditioning, F, Latent, Prediction, Scheduler, SchedulerState, UNet

if TYPE_CHECKING:
    import torch


class StepRefused(KnotworkError):
    """A denoiser can't take what it was given."""


@node("diffusion.unet_step")
def unet_step(
    unet: OnDevice[UNet[F]],
    scheduler: Scheduler,
    state: SchedulerState,
    latent: Latent[F],
    positive: Conditioning[F],
    negative: Conditioning[F] | None = None,
    guidance: float = 7.5,
    extra: Latent[F] | None = None,
) -> Prediction[F]:
    """Ask the model what is noise in a latent.

    Args:
        unet: The model.
        scheduler: The run's scheduler.
        state: Its state before this turn.
        latent: The noisy latent.
        positive: What to draw.
        negative: What to stay away from.
        guidance: How strongly, as in ``diffusion.guidance``; up to 1 the negative isn't asked about.
        extra: More channels for models made for inpainting: the mask and the picture without what it covers.

    Raises:
        StepRefused: The latent's channels or the text's width are another model's.
    """
    import torch

    device, config = unet.device, unet.model.config
    samples = latent.samples.to(device)
    moment = timestep(scheduler, state, device)
    guided = guidance > 1 and config.time_cond_proj_dim is None
    progress = state.turn / (state.turn + turns_left(scheduler, state))
    wanted = _active(positive, progress)
    unwanted = _active(negative, progress) if guided and negative is not None else []
    with torch.no_grad():
        scaled = _scaled(samples, scheduler, state, moment, extra)
        texts = [_spread(cond.embeds.to(device), len(samples)) for cond in (*unwanted, *wanted)]
        _check(config, scaled, texts)
        texts = same_length(texts)
        predicted = unet.model(
            torch.cat([scaled] * len(texts)) if len(texts) > 1 else scaled,
            moment,
            encoder_hidden_states=torch.cat(texts) if len(texts) > 1 else texts[0],
            timestep_cond=_guidance_embedding(guidance, config.time_cond_proj_dim, samples),
            return_dict=False,
        )[0].chunk(len(texts))
        away = _blended(predicted[: len(unwanted)], unwanted) if unwanted else None
        return Prediction(_blended(predicted[len(unwanted) :], wanted), away, unet.handle.family)


def _active(conditioning: Conditioning[Any], progress: float) -> list[Cond]:
    found = [cond for cond in conditioning.items if cond.start <= progress < cond.end]
    if not found:
        where = f"at {progress:.0%} of the run"
        raise StepRefused(
            f"expected a conditioning {where}, got none. Widen the range of one, or link one more."
        )
    return found


def _scaled(
    samples: torch.Tensor,
    scheduler: Scheduler,
    state: SchedulerState,
    moment: torch.Tensor,
    extra: Latent[Any] | None,
) -> torch.Tensor:
    import torch

    device = str(samples.device)
    used = resume(scheduler, state, device)
    if hasattr(used, "scale_model_input"):
        samples = used.scale_model_input(samples, moment)
    if extra is None:
        return samples
    return torch.cat([samples, extra.samples.to(samples).expand(len(samples), -1, -1, -1)], dim=1)


def _spread(embeds: torch.Tensor, batch: int) -> torch.Tensor:
    """Give each of b texts its share of a batch, in order."""
    if batch % len(embeds):
        cure = "Change the latent's batch."
        raise StepRefused(f"expected {len(embeds)} pictures or a multiple of it, got {batch}. {cure}")
    return embeds.repeat_interleave(batch // len(embeds), dim=0)


def _check(config: Any, samples: torch.Tensor, texts: list[torch.Tensor]) -> None:
    if samples.shape[1] != config.in_channels:
        cure = "Link the model's own VAE to the latent, and the extra channels if it is an inpainting model."
        raise StepRefused(f"expected {config.in_channels} channels, got {samples.shape[1]}. {cure}")
    for text in texts:
        if text.shape[-1] != config.cross_attention_dim:
            cure = "Link the model's own text encoder."
            raise StepRefused(
                f"expected texts {config.cross_attention_dim} wide, got {text.shape[-1]}. {cure}"
            )


def _blended(predicted: tuple[torch.Tensor, ...], conds: list[Cond]) -> torch.Tensor:
    """Mean of the predictions, each weighed by its strength where its mask is; a plain mean where none is."""
    import torch

    if len(conds) == 1:
        return predicted[0]
    weights = torch.stack([cond.strength * _mask(cond, like=predicted[0]) for cond in conds])
    weights = torch.where(weights.sum(0) > 0, weights, 1)
    return (weights / weights.sum(0) * torch.stack(predicted)).sum(0)


def _mask(cond: Cond, like: torch.Tensor) -> torch.Tensor:
    """Where a conditioning applies, [B, 1, H, W] at the latent's size."""
    import torch

    if cond.mask is None:
        return torch.ones_like(like[:, :1])
    size = (like.shape[-2], like.shape[-1])
    cells = torch.nn.functional.interpolate(cond.mask[:, None].to(like), size=size, mode="area")
    return cells.expand(len(like), -1, -1, -1)


def _guidance_embedding(guidance: float, width: int | None, like: torch.Tensor) -> torch.Tensor | None:
    """Sinusoidal embedding [B, D] of the guidance, for models distilled with it (arXiv 2310.04378)."""
    import torch

    if width is None:
        return None
    half = width // 2
    weights = torch.tensor(guidance - 1).repeat(len(like)) * 1000.0
    rates = torch.exp(
        torch.arange(half, dtype=torch.float32) * -(torch.log(torch.tensor(10000.0)) / (half - 1))
    )
    angles = weights[:, None] * rates[None, :]
    embedded = torch.cat([torch.sin(angles), torch.cos(angles)], dim=1)
    return torch.nn.functional.pad(embedded, (0, width % 2)).to(like)
