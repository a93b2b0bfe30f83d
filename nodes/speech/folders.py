"""Models of speech in transformers' layout: what a folder holds, and the modules in it.

Microsoft released SpeechT5 as pickles; these are read as plain data, without running what they may hold.
"""

from __future__ import annotations

from math import prod
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nodes.checkpoints.folder import read_config
from nodes.checkpoints.pretrained import check_weights, from_transformers
from nodes.checkpoints.refusal import AGAIN, CheckpointRefused
from nodes.speech.handles import Vocoder, Voice
from nodes.speech.listing import HIFIGAN, SPEECHT5, WAVLM, WHISPER
from nodes.values import Model

if TYPE_CHECKING:
    from engine.declare.handle import Find

OLDER = {"speecht5_hifigan": HIFIGAN}
"""What ``config.json`` calls a model → its family, where these differ."""
LOADERS = {
    SPEECHT5: "load.speecht5",
    HIFIGAN: "load.hifigan",
    WHISPER: "load.whisper",
    WAVLM: "load.speaker_encoder",
}
FEATURES = "preprocessor_config.json"
CLASSES: dict[str, tuple[str, dict[str, str]]] = {
    WHISPER: (
        "WhisperForConditionalGeneration",
        {"feature_extractor": "WhisperFeatureExtractor", "tokenizer": "WhisperTokenizer"},
    ),
    SPEECHT5: ("SpeechT5ForTextToSpeech", {"tokenizer": "SpeechT5Tokenizer"}),
    HIFIGAN: ("SpeechT5HifiGan", {}),
    WAVLM: ("WavLMForXVector", {"processor": "Wav2Vec2FeatureExtractor"}),
}
"""Family → class in transformers, and attributes that get what the folder holds beside it."""


def read_whisper(folder: Path) -> None:
    """Check that a folder holds a Whisper model, without reading its weights.

    Raises:
        CheckpointRefused: It is another model's, or a part is missing or cut short.
    """
    _read_model(folder, WHISPER)
    read_config(folder, FEATURES, "feature_size")
    _need(folder, "tokenizer.json", "vocab.json")


def read_wavlm(folder: Path) -> None:
    """Check that a folder holds a WavLM that tells speakers apart, without reading its weights.

    Raises:
        CheckpointRefused: It is another model's, or a part is missing or cut short.
    """
    _need_class(folder, _read_model(folder, WAVLM), "WavLMForXVector", "wavlm-base-plus-sv")
    read_config(folder, FEATURES, "sampling_rate")


def read_speecht5(folder: Path, source: str, dtype: str) -> Voice[Any]:
    """Describe the SpeechT5 model of a folder, without reading its weights.

    Raises:
        CheckpointRefused: It is another model's, or a part is missing or cut short.
    """
    config = _read_model(folder, SPEECHT5)
    _need_class(folder, config, "SpeechT5ForTextToSpeech", "speecht5_tts")
    _need(folder, "spm_char.model")
    features = read_config(folder, FEATURES, "sampling_rate", "win_length", "hop_length", "fmin", "fmax")
    rate = features["sampling_rate"]
    window = features["win_length"] * rate // 1000  # these two are in milliseconds
    return Voice(
        source,
        family=SPEECHT5,
        dtype=dtype,
        speaker=config.get("speaker_embedding_dim", 512),
        rate=rate,
        n_fft=2 ** (window - 1).bit_length(),
        hop=features["hop_length"] * rate // 1000,
        fmin=float(features["fmin"]),
        fmax=float(features["fmax"]),
    )


def read_hifigan(folder: Path, source: str, dtype: str) -> Vocoder[Any]:
    """Describe the HiFi-GAN of a folder, without reading its weights.

    Raises:
        CheckpointRefused: It is another model's, or a part is missing or cut short.
    """
    config = _read_model(folder, HIFIGAN, "model_in_dim", "sampling_rate", "upsample_rates")
    bands, rate, hop = config["model_in_dim"], config["sampling_rate"], prod(config["upsample_rates"])
    return Vocoder(source, family=HIFIGAN, dtype=dtype, bands=bands, rate=rate, hop=hop)


def _read_model(folder: Path, family: str, *keys: str) -> dict[str, Any]:
    said = str(read_config(folder, "config.json", "model_type")["model_type"])
    found = OLDER.get(said, said)
    if found != family:
        cure = f"Load it with {LOADERS[found]}." if found in LOADERS else "Choose another folder."
        raise CheckpointRefused(f"{folder.name}/config.json", f"a model of the type {family}", found, cure)
    check_weights(folder, pickled=True)
    return read_config(folder, "config.json", *keys)


def _need_class(folder: Path, config: dict[str, Any], name: str, example: str) -> None:
    found = config.get("architectures")
    if found != [name]:
        cure = f"Choose one such as {example}."
        raise CheckpointRefused(f"{folder.name}/config.json", f"a {name}", f"{found}", cure)


def _need(folder: Path, *names: str) -> None:
    if not any((folder / name).is_file() for name in names):
        raise CheckpointRefused(folder.name, " or ".join(names), "no such file", AGAIN)


def build(handle: Model[Any], find: Find) -> Any:
    """Build the module that a handle describes.

    Args:
        handle: Which folder, and its dtype.
        find: Content digest → the folder that has it now.

    Raises:
        CheckpointRefused: Its weights can't be read or don't fit its config.
    """
    import torch

    model, beside = CLASSES[handle.family]
    folder, dtype = find(handle.source), getattr(torch, handle.dtype)
    return from_transformers(folder, model, beside, dtype=dtype, pickled=True)
