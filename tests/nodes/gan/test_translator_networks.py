"""The networks of pix2pix and CycleGAN are those of the papers."""

from typing import Any

import pytest
import torch

from nodes.gan.patch_discriminator import PatchDiscriminator
from nodes.gan.resnet_generator import ResNetGenerator
from nodes.gan.unet_generator import UNetGenerator
from nodes.train.networks import built

UNET, RESNET, PATCHES = "UNetGenerator", "ResNetGenerator", "PatchDiscriminator"


def counted(name: str, **sizes: Any) -> int:
    with torch.device("meta"):
        return sum(weight.numel() for weight in built({"_class_name": name, **sizes}).parameters())


def noise(*shape: int) -> torch.Tensor:
    return torch.rand(shape, generator=torch.Generator().manual_seed(1)) * 2 - 1


@pytest.mark.parametrize(
    ("name", "sizes", "millions"),
    [
        (UNET, {"inputs": 3, "outputs": 3}, 54.414),
        (RESNET, {"inputs": 3, "outputs": 3}, 11.378),
        (PATCHES, {"channels": 6}, 2.769),
        (PATCHES, {"channels": 3, "norm": "instance"}, 2.765),
    ],
)
def test_by_default_networks_have_as_many_weights_as_published(
    name: str, sizes: dict[str, Any], millions: float
) -> None:
    """The numbers are those that the authors' programs print."""
    assert round(counted(name, **sizes) / 1e6, 3) == millions


def test_a_unet_halves_256_pixels_to_one_with_the_channels_of_the_paper() -> None:
    with torch.device("meta"):
        network = UNetGenerator(3, 3)
    shapes = [weight.shape for name, weight in network.named_parameters() if weight.ndim == 4]
    halving = [shape for shape in shapes if shape[0] >= shape[1]][:8]
    assert [shape[0] for shape in halving] == [64, 128, 256, 512, 512, 512, 512, 512]
    assert network.multiple == 256


@pytest.mark.parametrize(("layers", "side"), [(1, 16), (2, 34), (3, 70), (4, 142), (5, 286)])
def test_a_patch_measures_as_the_papers_say(layers: int, side: int) -> None:
    """Backwards from one score: each kernel of 4 makes a side of s into stride · (s - 1) + 4."""
    by_hand = 1
    for stride in (1, 1, *[2] * layers):
        by_hand = stride * (by_hand - 1) + 4
    assert by_hand == side
    network = PatchDiscriminator(1, 1, layers).eval()
    given = torch.ones(1, 1, 2 * side, 2 * side, requires_grad=True)
    scores = network(given)
    middle = scores.shape[-1] // 2
    for weight in network.parameters():
        weight.data.abs_()
    network(given)[0, 0, middle, middle].backward()
    assert given.grad is not None
    seen = given.grad[0, 0].nonzero()
    assert (seen.amax(0) - seen.amin(0) + 1).tolist() == [side, side]


def test_pictures_of_70_pixels_have_scores_of_several_patches() -> None:
    assert PatchDiscriminator(3, 2)(noise(2, 3, 256, 256)).shape == (2, 1, 30, 30)


@pytest.mark.parametrize("network", [UNetGenerator(1, 3, 2, 5), ResNetGenerator(1, 3, 2, 2)])
def test_generators_keep_the_size_and_make_the_channels_that_are_wanted(network: torch.nn.Module) -> None:
    made = network(noise(2, 1, 32, 64))
    assert made.shape == (2, 3, 32, 64)
    assert made.abs().max() <= 1


def test_a_resnet_has_as_many_blocks_as_are_asked_for() -> None:
    assert counted(RESNET, inputs=3, outputs=3, blocks=9) - counted(
        RESNET, inputs=3, outputs=3, blocks=6
    ) == 3 * 2 * (256 * 256 * 9 + 256)


@pytest.mark.parametrize("network", [UNetGenerator(1, 1, 2, 6), ResNetGenerator(1, 1, 4, 2, "batch", True)])
def test_dropout_follows_each_picture_s_seed_and_nothing_else(network: torch.nn.Module) -> None:
    network.eval()
    given, seeds = noise(3, 1, 64, 64), torch.tensor([7, 7, 8])
    same = given[:1].expand(3, -1, -1, -1)
    first, second, third = network(same, seeds)
    assert torch.equal(first, second)
    assert not torch.equal(first, third)
    assert torch.equal(network(same[2:], seeds[2:])[0], network(same[:1], seeds[2:])[0])
    assert not torch.equal(network(same)[0], first)


def test_dropout_leaves_half_and_doubles_it() -> None:
    from nodes.gan.layers import Dropout

    kept = Dropout()(torch.ones(1, 100, 100), [torch.Generator().manual_seed(0)])
    assert set(kept.unique().tolist()) == {0.0, 2.0}
    assert abs(float(kept.mean()) - 1) < 0.03


def test_an_unknown_normalisation_is_refused() -> None:
    with pytest.raises(ValueError, match="expected a normalisation by batch or instance, got 'layer'"):
        ResNetGenerator(3, 3, norm="layer")


def test_fresh_weights_are_gaussian_of_deviation_0_02_and_biases_zero() -> None:
    network = ResNetGenerator(3, 3, 32, 2)
    weights = {name: weight for name, weight in network.named_parameters() if weight.ndim == 4}
    drawn = torch.cat([weight.detach().flatten() for weight in weights.values()])
    assert abs(float(drawn.std()) - 0.02) < 0.001
    assert not any(weight.any() for name, weight in network.named_parameters() if name.endswith("bias"))
