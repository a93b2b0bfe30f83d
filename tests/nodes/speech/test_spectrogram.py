import torch

from nodes.speech.spectrogram import draw
from nodes.values import Mel


def test_low_tones_are_at_the_bottom_and_the_loudest_is_white() -> None:
    bands = torch.tensor([[[-4.0, -4.0, 0.0], [-2.0, -4.0, -4.0]]])  # two bands, three steps
    image = draw(Mel(bands, 16000, 1024, 256, 80.0, 7600.0), 1)

    assert image.pixels[..., 0].tolist() == [[[0.5, 0.0, 0.0], [0.0, 0.0, 1.0]]]


def test_each_band_and_step_is_a_square() -> None:
    image = draw(Mel(torch.randn(2, 5, 7), 16000, 1024, 256, 80.0, 7600.0), 3)

    assert image.pixels.shape == (2, 15, 21, 1)
    assert image.pixels[0, :3, :3].unique().numel() == 1


def test_silence_is_black() -> None:
    assert not draw(Mel(torch.full((1, 2, 2), -10.0), 16000, 1024, 256, 80.0, 7600.0)).pixels.any()
