"""Who speaks: a vector that is alike for two recordings of one person."""

from __future__ import annotations

from engine import OnDevice, node
from engine.errors import ValueRefused
from nodes.audio.resample import mono
from nodes.speech.handles import SpeakerEncoder
from nodes.values import Audio, Embedding

SHORTEST = 0.5
"""Seconds that the model needs."""


@node("speech.speaker")
def speaker(encoder: OnDevice[SpeakerEncoder], audio: Audio) -> Embedding:
    """Make an x-vector of a recording (Snyder et al., 2018), with WavLM (Chen et al., arXiv 2110.13900).

    SpeechT5 speaks as the person only with vectors of the encoder that it was trained with; those of another
    one give it some other voice.

    Args:
        encoder: The model.
        audio: One recording of one person; its channels are mixed, and its rate is brought to the model's.

    Raises:
        ValueRefused: There are several recordings, or this one is too short.
    """
    import torch

    module, extractor = encoder.model, encoder.model.processor
    rate = extractor.sampling_rate
    samples = mono(audio, rate)
    if len(samples) < SHORTEST * rate:
        raise ValueRefused(f"{SHORTEST:g} seconds of speech at least", f"{len(samples) / rate:.2f}")
    heard = extractor(samples.numpy(), sampling_rate=rate, return_tensors="pt").input_values
    with torch.no_grad():
        found = module(heard.to(encoder.device, module.dtype)).embeddings
    return Embedding(found.float().cpu().contiguous())
