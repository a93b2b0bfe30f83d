import pytest
import torch

from nodes.data.values import Dataset
from nodes.train.pictures import reconstructions, samples, tiled
from nodes.train.values import TrainState, Vocabulary


def test_pictures_are_laid_out_in_rows_and_the_rest_is_white() -> None:
    page = tiled(torch.arange(3.0).reshape(3, 1, 1, 1) / 10, 2).pixels
    assert page[0, :, :, 0].tolist() == [[0.0, pytest.approx(0.1)], [pytest.approx(0.2), 1.0]]


def test_reconstructions_lie_beside_their_pictures(autoencoder: TrainState, dataset: Dataset) -> None:
    page = reconstructions(autoencoder, dataset, 2).pixels
    assert page.shape == (1, 64, 512, 3)
    assert torch.allclose(page[0, :, :64], dataset.pixels[0].permute(1, 2, 0) / 255, atol=1e-5)


def test_samples_follow_the_seed(autoencoder: TrainState, denoiser: TrainState, words: Vocabulary) -> None:
    one, two, other = (
        samples(autoencoder, denoiser, words, 2, 2.0, seed, ["smiley", "frog"]).pixels for seed in (0, 0, 1)
    )
    assert one.shape == (1, 64, 512, 3)
    assert torch.equal(one, two)
    assert not torch.equal(one, other)
