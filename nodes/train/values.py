"""The values of training. Shapes: N samples, C channels, H height, W width, T tokens."""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from engine import Rng
from engine.declare import codec

if TYPE_CHECKING:
    import torch


@dataclass(frozen=True, slots=True)
class Latents:
    """A dataset's pictures in an autoencoder's latent space, encoded once.

    Attributes:
        samples: float16 [N, 2, C, H, W]: of the pictures as they are, and mirrored.
    """

    samples: torch.Tensor


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """A byte-pair tokenizer in the files of CLIP's.

    Attributes:
        vocab: Text of ``vocab.json``.
        merges: Text of ``merges.txt``.
        length: Tokens a caption is padded or cut to.
    """

    vocab: str
    merges: str
    length: int


@dataclass(frozen=True, slots=True)
class TokenTable:
    """Every caption that a dataset can show, in tokens.

    Attributes:
        tokens: int64 [3, captions, T]: bare, after "a" or "an", after "the"; caption 0 is the empty one.
        first: int64 [N + 1]: the captions of sample n are first[n] up to first[n + 1].
        primary: Share of draws that take a sample's first caption.
        articles: Share of draws that begin with an article.
    """

    tokens: torch.Tensor
    first: torch.Tensor
    primary: float
    articles: float


Precision = Literal["float32", "bfloat16"]
Optimiser = Literal["muon", "adamw", "adam", "sgd"]
Schedule = Literal["cosine", "linear", "constant"]


@dataclass(frozen=True, slots=True)
class Recipe:
    """How weights are moved.

    Attributes:
        rate: Peak learning rate; with Muon, of the matrices that it moves.
        adam_rate: Peak learning rate of what Muon leaves to AdamW.
        warmup: Steps in which the rates rise.
        steps: Steps in which they fall again; more can follow at the lowest rate.
        decay: Decay of the averaged weights, which are what is exported.
        precision: Of the products in the networks; weights and sums are float32.
        shards: Parts of a batch computed side by side, with one thread each.
        optimiser: The rule by which gradients move weights.
        schedule: How the rates fall after the warm-up.
        beta1: Decay of the first moment, or the momentum of gradient descent.
        beta2: Decay of the second moment.
        weight_decay: Share of a weight that a step at rate 1 takes away.
        clip: Largest norm of all gradients together; 0 = any.
    """

    rate: float
    adam_rate: float
    warmup: int
    steps: int
    decay: float
    precision: Precision
    shards: int
    optimiser: Optimiser = "muon"
    schedule: Schedule = "cosine"
    beta1: float = 0.9
    beta2: float = 0.99
    weight_decay: float = 0.0
    clip: float = 0.0


@dataclass(frozen=True, slots=True)
class TrainState:
    """Everything that a training run carries from step to step, so that a resumed run gives the same bytes.

    Attributes:
        config: The architecture as canonical JSON.
        params: Name → weight.
        buffers: Name → what networks keep beside weights, such as the statistics of their normalisations.
        momentum: Name → the optimiser's first moment, for weights that were moved.
        variance: Name → the optimiser's second moment, for weights that Adam moved.
        average: Name → exponential moving average of the weight.
        step: Steps done.
        rng: Generator of every draw in training.
    """

    config: str
    params: dict[str, torch.Tensor]
    buffers: dict[str, torch.Tensor]
    momentum: dict[str, torch.Tensor]
    variance: dict[str, torch.Tensor]
    average: dict[str, torch.Tensor]
    step: int
    rng: Rng

    suffix = ".safetensors"

    def encode(self, text: dict[str, str]) -> list[bytes]:
        """One file, which ``train.saved_state`` reads."""
        return [codec.encode(self)]


@dataclass(frozen=True, slots=True)
class ModelFolder:
    """A folder of model files, exported as a ZIP archive that is not compressed.

    Attributes:
        names: Path of each file inside the folder.
        contents: Its bytes.
    """

    names: list[str]
    contents: list[bytes]

    suffix = ".zip"

    def encode(self, text: dict[str, str]) -> list[bytes]:
        """One archive; equal folders give equal bytes."""
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
            for name, content in zip(self.names, self.contents, strict=True):
                archive.writestr(zipfile.ZipInfo(name), content)
        return [buffer.getvalue()]
