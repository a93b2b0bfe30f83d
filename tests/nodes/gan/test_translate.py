"""Translating pictures, and judging patches of them."""

from typing import Any

import pytest
import torch

from engine import OnDevice
from engine.declare.codec import decode, encode
from engine.errors import ValueRefused
from nodes.gan.cyclegan import cycle_discriminators_start, cycle_generators_start
from nodes.gan.pix2pix import pix2pix_discriminator_start, pix2pix_generator_start
from nodes.gan.training import GanRefused
from nodes.gan.translate import judge_patches, patch_discriminator, translate, translator
from nodes.gan.translators import PatchJudge, Translator
from nodes.train.state import only_read
from nodes.values import Image

UNET = pix2pix_generator_start(1, 3, width=2, levels=6, norm="instance", seed=1)
CYCLE = cycle_generators_start(3, width=2, blocks=1, seed=2)


def nowhere(digest: str) -> Any:
    raise AssertionError(digest)


def resident(handle: Translator[Any]) -> OnDevice[Translator[Any]]:
    return OnDevice(handle, handle.load(nowhere))


def judge(handle: PatchJudge[Any]) -> OnDevice[PatchJudge[Any]]:
    return OnDevice(handle, handle.load(nowhere))


def pictures(count: int, height: int, width: int, channels: int = 3) -> Image:
    rng = torch.Generator().manual_seed(5)
    return Image(torch.rand(count, height, width, channels, generator=rng))


def test_a_picture_is_what_the_network_makes_of_it_from_minus_one_to_one() -> None:
    given = pictures(1, 16, 16)
    network: Any = only_read(CYCLE, average=True)
    with torch.no_grad():
        made = network["b_to_a"]((given.pixels * 2 - 1).permute(0, 3, 1, 2)) / 2 + 0.5
    assert torch.equal(
        translate(resident(translator(CYCLE, "b to a")), given).pixels, made.permute(0, 2, 3, 1)
    )


def test_sides_that_do_not_fit_are_continued_and_cut_again() -> None:
    given = pictures(1, 21, 30)
    pixels = given.pixels.permute(0, 3, 1, 2)
    continued = torch.nn.functional.pad(pixels, (0, 2, 0, 3), mode="replicate").permute(0, 2, 3, 1)
    network = resident(translator(CYCLE))
    whole = translate(network, Image(continued)).pixels
    assert torch.equal(translate(network, given).pixels, whole[:, :21, :30])


def test_a_picture_of_a_single_pixel_is_translated() -> None:
    assert translate(resident(translator(UNET)), pictures(1, 1, 1)).pixels.shape == (1, 1, 1, 3)


def test_no_picture_depends_on_the_others() -> None:
    given, network = pictures(3, 64, 64), resident(translator(UNET))
    alone = translate(network, Image(given.pixels[2:])).pixels
    assert torch.equal(translate(network, given).pixels[2:], alone)


def test_colours_become_grey_for_a_network_of_one_channel_and_grey_colour_for_one_of_three() -> None:
    grey = Image(pictures(1, 64, 64, 1).pixels)
    colour = Image(grey.pixels.expand(-1, -1, -1, 3))
    unet, resnet = resident(translator(UNET)), resident(translator(CYCLE))
    torch.testing.assert_close(translate(unet, grey).pixels, translate(unet, colour).pixels)
    assert torch.equal(translate(resnet, grey).pixels, translate(resnet, colour).pixels)


def test_dropout_is_off_unless_asked_for_and_follows_the_seed() -> None:
    given, network = pictures(1, 64, 64), resident(translator(UNET))
    plain = translate(network, given).pixels
    assert torch.equal(plain, translate(network, given, seed=3).pixels)
    noisy = translate(network, given, dropout=True, seed=3).pixels
    assert torch.equal(noisy, translate(network, given, dropout=True, seed=3).pixels)
    assert not torch.equal(noisy, plain)
    assert not torch.equal(noisy, translate(network, given, dropout=True, seed=4).pixels)


def test_the_parameters_of_a_training_stay_as_they_are_when_it_goes_on() -> None:
    state = cycle_generators_start(1, width=2, blocks=1)
    taken = translator(state)
    before = translate(resident(taken), pictures(1, 8, 8)).pixels
    for weight in state.average.values():
        weight.zero_()
    assert torch.equal(translate(resident(taken), pictures(1, 8, 8)).pixels, before)


def test_a_stored_translator_makes_the_same() -> None:
    taken = translator(UNET)
    again = decode(encode(taken))
    given = pictures(1, 64, 64)
    assert torch.equal(translate(resident(again), given).pixels, translate(resident(taken), given).pixels)


def test_pictures_with_alpha_are_refused() -> None:
    with pytest.raises(ValueRefused, match=r"image\.flatten takes it away"):
        translate(resident(translator(CYCLE)), pictures(1, 16, 16, 4))


def test_states_of_other_networks_are_refused() -> None:
    with pytest.raises(GanRefused, match="expected the state of a translator, got patch_discriminator"):
        translator(pix2pix_discriminator_start(2, width=2))
    with pytest.raises(GanRefused, match="Link what a training of pix2pix or CycleGAN gave"):
        patch_discriminator(UNET)


def test_patches_are_judged_with_what_they_were_made_of() -> None:
    taken = judge(patch_discriminator(pix2pix_discriminator_start(4, width=2, layers=1, norm="instance")))
    made, source = pictures(2, 20, 24), pictures(2, 20, 24, 1)
    both = torch.cat([source.pixels, made.pixels], -1).permute(0, 3, 1, 2) * 2 - 1
    scores = taken.model(both[:1])[0, 0].sigmoid()
    told = judge_patches(taken, made, source)
    assert told.patches.pixels.shape == (2, 8, 10, 1)
    assert torch.equal(told.patches.pixels[0, ..., 0], scores)
    assert told.scores[0] == pytest.approx(float(scores.mean()))


def test_scores_of_least_squares_are_kept_between_zero_and_one() -> None:
    taken = judge(patch_discriminator(cycle_discriminators_start(3, width=2, layers=1), "b"))
    given = pictures(1, 20, 24)
    raw = taken.model(given.pixels.permute(0, 3, 1, 2) * 2 - 1)
    told = judge_patches(taken, given, trained_by="least squares")
    assert torch.equal(told.patches.pixels[..., 0], raw[:, 0].clamp(0, 1))


def test_sources_that_do_not_fit_are_refused() -> None:
    taken = judge(patch_discriminator(pix2pix_discriminator_start(4, width=2, layers=1)))
    with pytest.raises(ValueRefused, match="expected 4 channels, those of a picture and of what"):
        judge_patches(taken, pictures(1, 20, 20))
    with pytest.raises(ValueRefused, match=r"sources of the pictures' number and size, \[1, 20, 20\]"):
        judge_patches(taken, pictures(1, 20, 20), pictures(2, 20, 20, 1))
