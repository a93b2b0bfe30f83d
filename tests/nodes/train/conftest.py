"""A dataset of four pictures and networks so small that a step takes milliseconds."""

import pytest
import torch

from nodes.data.emoji import emoji
from nodes.data.values import Dataset
from nodes.train.autoencoder import autoencoder_start, encode
from nodes.train.diffusion import text_to_image_start
from nodes.train.values import Latents, TokenTable, TrainState, Vocabulary
from nodes.train.vocabulary import tokens, vocabulary


@pytest.fixture(autouse=True, scope="session")
def one_thread() -> None:
    torch.set_num_threads(1)


@pytest.fixture(scope="session")
def dataset() -> Dataset:
    return emoji(4, recolour=False)


@pytest.fixture
def autoencoder() -> TrainState:
    return autoencoder_start([8, 16, 16, 16], 4, seed=1)


@pytest.fixture(scope="session")
def words(dataset: Dataset) -> Vocabulary:
    return vocabulary(dataset, 700, 8)


@pytest.fixture(scope="session")
def table(dataset: Dataset, words: Vocabulary) -> TokenTable:
    return tokens(dataset, words)


@pytest.fixture(scope="session")
def latents(dataset: Dataset) -> Latents:
    return encode(autoencoder_start([8, 16, 16, 16], 4, seed=1), dataset)


@pytest.fixture
def denoiser(words: Vocabulary, latents: Latents) -> TrainState:
    return text_to_image_start(words, latents, [16, 32], 1, 32, 1, seed=2)
