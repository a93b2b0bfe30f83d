"""Training of an autoencoder with a codebook: VQ-VAE (van den Oord et al. 2017, arXiv 1711.00937).

The network is diffusers' ``VQModel``. Its quantiser finds the nearest vector of the codebook for each cell,
and hands the decoder's gradient straight through to the encoder.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

from pydantic import Field

from engine import Context, Owned, Seed, node
from nodes.autoencoder.pictures import side_by_side
from nodes.autoencoder.training import Channels, Show, Size, sizes
from nodes.autoencoder.values import PART
from nodes.data.values import Batch
from nodes.train.saved import Saved, start_of
from nodes.train.state import advance
from nodes.train.values import Recipe, TrainState
from nodes.train.widths import GROUPS, check_widths

if TYPE_CHECKING:
    import torch


class QuantisedStep(NamedTuple):
    """One step of training; the numbers are before the step.

    Attributes:
        state: The state after it.
        loss: What is made smaller: reconstruction + codebook + β × commitment.
        reconstruction: Mean squared error of the values of the pictures, -1..1.
        commitment: Mean squared distance of the encoder's vectors from those of the codebook. The codebook's
            own loss is the same number; it moves the codebook, this one the encoder.
        perplexity: How many vectors of the codebook the batch uses, as if all of them equally often.
    """

    state: TrainState
    loss: float
    reconstruction: float
    commitment: float
    perplexity: float


@node("autoencoder.quantised_start")
def quantised_start(
    widths: list[int],
    size: Size = 32,
    channels: Channels = 1,
    vectors: Annotated[int, Field(ge=2, le=65_536)] = 64,
    numbers: Annotated[int, Field(ge=1, le=256)] = 4,
    seed: Seed = 0,
    file: Saved | None = None,
) -> TrainState:
    """A vector-quantised autoencoder ready to be trained, fresh or going on from a saved state.

    Args:
        widths: Channels at each resolution, from the pixels down; each but the last halves the sides.
            Multiples of 8.
        size: Pixels along a side of the pictures.
        channels: Channels of the pictures: 1 = grey, 3 = colour.
        vectors: Vectors in the codebook.
        numbers: Numbers of each.
        seed: Seed of the weights and of the training.
        file: State of an earlier run that began with this node, to go on from; it brings its own sizes.

    Raises:
        ValueRefused: The widths are no multiples of 8, or halve the sides too often.
    """
    if file is None:
        check_widths(widths, size)
    return start_of({PART: architecture(widths, size, channels, vectors, numbers)}, seed, file)


def architecture(widths: list[int], size: int, channels: int, vectors: int, numbers: int) -> dict[str, Any]:
    """Write the config of a VQModel."""
    return {
        "_class_name": "VQModel", "in_channels": channels, "out_channels": channels, "sample_size": size,
        "down_block_types": ["DownEncoderBlock2D"] * len(widths),
        "up_block_types": ["UpDecoderBlock2D"] * len(widths), "block_out_channels": widths,
        "layers_per_block": 1, "latent_channels": numbers, "vq_embed_dim": numbers,
        "num_vq_embeddings": vectors, "norm_num_groups": GROUPS, "mid_block_add_attention": False,
    }  # fmt: skip


@node("autoencoder.quantised_step")
def quantised_step(
    state: Owned[TrainState],
    batch: Batch,
    recipe: Recipe,
    ctx: Context,
    beta: Annotated[float, Field(ge=0, le=100)] = 0.25,
    show: Show = 250,
) -> QuantisedStep:
    """Train a vector-quantised autoencoder on one batch of pictures.

    Args:
        state: The weights and the optimiser; changed in place.
        batch: Pictures.
        recipe: How the weights are moved.
        ctx: Shows how pictures come back.
        beta: Weight of the commitment: how strongly the encoder is held to the codebook.
        show: Steps after which whoever watches is shown how pictures come back by now; 0 = never.

    Raises:
        ValueRefused: The state is of another network.
    """
    sizes(state, "VQModel", "autoencoder.quantised_start")
    state, told = advance(state, lambda _: (batch.samples,), partial(quantised_loss, beta), recipe)
    if show and state.step % show == 0:
        ctx.preview(side_by_side(state, batch))
    return QuantisedStep(state, *told)


def quantised_loss(beta: float, module: Any, pictures: torch.Tensor) -> torch.Tensor:
    """The three terms of equation 3 together; then reconstruction and commitment apart, and the perplexity.

    Args:
        beta: Weight of the commitment.
        module: The network.
        pictures: [B, C, H, W], -1..1.
    """
    import torch
    from torch.nn.functional import mse_loss

    network = module[PART]
    pictures = pictures.contiguous(memory_format=torch.channels_last)  # faster on a CPU, with few channels
    vectors = network.encode(pictures).latents
    straight_through, _, (_, _, chosen) = network.quantize(vectors)
    # the quantiser's own loss has β at the wrong term
    book, commitment = codebook_losses(vectors, network.quantize.embedding.weight, chosen)
    made = network.decode(straight_through, force_not_quantize=True).sample
    lost = mse_loss(made.float(), pictures)
    return torch.stack([lost + book + beta * commitment, lost, commitment, perplexity(chosen)])


def codebook_losses(
    vectors: torch.Tensor, codebook: torch.Tensor, chosen: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor]:
    """Mean squared distance of vectors from those of the codebook, twice: to move one, and to move the other.

    Args:
        vectors: [B, D, H, W], of the encoder.
        codebook: [K, D].
        chosen: int64 [B · H · W]: the nearest of each.

    Returns:
        A loss that has gradients for the codebook alone, and one that has them for the vectors alone.
    """
    from torch.nn.functional import mse_loss

    flat = vectors.permute(0, 2, 3, 1).reshape(-1, codebook.shape[1])
    nearest = codebook[chosen]
    return mse_loss(nearest, flat.detach()), mse_loss(flat, nearest.detach())


def perplexity(chosen: torch.Tensor) -> torch.Tensor:
    """The exponential of the entropy of choices: K when K are made equally often, 1 when always the same."""
    import torch

    shares = torch.bincount(chosen.flatten()).double() / chosen.numel()
    return torch.special.entr(shares).sum().exp().float()
