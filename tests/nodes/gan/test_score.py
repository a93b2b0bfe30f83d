from typing import Any

import pytest
import torch

from engine import OnDevice
from engine.errors import ValueRefused
from nodes.gan.dcgan import DCGANDiscriminator
from nodes.gan.score import score, score_history
from nodes.gan.training import RANGES, GanRefused
from nodes.gan.values import Discriminator
from nodes.image.channels import luminance
from nodes.values import Image

Judge = OnDevice[Discriminator[str]]


def judge(channels: int = 1, classes: int = 0) -> Judge:
    torch.manual_seed(0)
    module = DCGANDiscriminator(16, channels, 4, classes)
    last: Any = module.main[-1]
    with torch.no_grad():
        last.weight.mul_(200)  # so that its scores aren't all one half
    return OnDevice(Discriminator("digest"), module.eval().requires_grad_(False))


def pictures(count: int = 5, channels: int = 1) -> Image:
    return Image(torch.rand(count, 16, 16, channels, generator=torch.Generator().manual_seed(1)))


def test_scores_are_the_probabilities_of_the_logits_and_their_mean() -> None:
    network = judge()
    signal = pictures().pixels.permute(0, 3, 1, 2) * 2 - 1
    wanted = network.model(signal).sigmoid()
    told = score(network, pictures())
    assert told.scores == pytest.approx(wanted.tolist())
    assert told.mean == pytest.approx(float(wanted.mean()))


def test_the_score_of_a_picture_does_not_depend_on_those_beside_it() -> None:
    network = judge()
    many = score(network, pictures(300)).scores
    alone = [score(network, Image(one[None])).scores[0] for one in pictures(300).pixels[[0, 255, 256, 299]]]
    assert [many[place] for place in (0, 255, 256, 299)] == pytest.approx(alone, abs=1e-5)


def test_a_discriminator_of_classes_is_told_them_in_turn_or_one_of_all() -> None:
    network = judge(classes=3)
    assert score(network, pictures()).scores == score(network, pictures(), [0, 1, 2, 0, 1]).scores
    assert score(network, pictures(), [2]).scores == score(network, pictures(), [2] * 5).scores
    assert score(network, pictures(), [2]).scores != score(network, pictures(), [1]).scores


def test_pictures_of_other_channels_are_made_to_fit() -> None:
    grey = pictures()
    colour = Image(grey.pixels.expand(-1, -1, -1, 3).contiguous())
    assert score(judge(), colour).scores == pytest.approx(score(judge(), grey).scores, abs=1e-5)
    assert score(judge(3), grey).scores == pytest.approx(score(judge(3), colour).scores, abs=1e-5)


def test_colours_are_made_grey_by_their_brightness() -> None:
    colour = pictures(channels=3)
    assert score(judge(), colour).scores == score(judge(), Image(luminance(colour.pixels))).scores


def test_pictures_with_alpha_are_refused() -> None:
    with pytest.raises(GanRefused, match=r"without alpha, got some with it\. image\.flatten"):
        score(judge(3), pictures(channels=4))


def test_pictures_of_another_size_and_wrong_labels_are_refused() -> None:
    with pytest.raises(GanRefused, match="expected pictures of 16 × 16 pixels, got 8 × 8"):
        score(judge(), Image(torch.zeros(1, 8, 8, 1)))
    with pytest.raises(GanRefused, match="a label for each of 5 pictures, got 2"):
        score(judge(classes=3), pictures(), [1, 2])
    with pytest.raises(GanRefused, match="labels from 0 to 2, got 3"):
        score(judge(classes=3), pictures(), [3])


def shares(place: int) -> list[float]:
    return [float(other == place) for other in range(RANGES)]


def test_the_history_shows_real_scores_in_orange_on_top_and_made_ones_in_blue_below() -> None:
    page = score_history([shares(RANGES - 1)] * 50, [shares(0)] * 50, 200, 150).pixels[0]
    top, middle, bottom = page[25, 100], page[75, 100], page[124, 100]
    assert top[0] > top[2] + 0.3
    assert bottom[2] > bottom[0] + 0.3
    assert torch.equal(middle, torch.ones(3))


def test_time_runs_to_the_right() -> None:
    page = score_history([shares(0)] * 25 + [shares(RANGES - 1)] * 25, [shares(0)] * 50, 200, 150).pixels[0]
    assert torch.equal(page[25, 60], torch.ones(3))
    assert page[25, 180, 2] < 0.5


def test_scores_of_no_step_can_not_be_drawn() -> None:
    with pytest.raises(ValueRefused, match="scores of as many steps"):
        score_history([], [])
