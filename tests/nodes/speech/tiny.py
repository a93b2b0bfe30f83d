"""Models of speech of a few thousand random weights, as transformers' own tests build them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

LANGUAGES, TASKS = ("en", "de"), ("translate", "transcribe")
SPECIAL = [
    f"<|{word}|>"
    for word in (
        "startoftranscript",
        *LANGUAGES,
        *TASKS,
        "startoflm",
        "startofprev",
        "nospeech",
        "notimestamps",
    )
]
STEPS = 50
"""Timestamps of 0.02 seconds in the window of one second of the tiny Whisper."""


def save_whisper(folder: Path, *, multilingual: bool = True) -> Path:
    """Write a Whisper that hears one second at a time."""
    import torch
    from transformers import WhisperConfig, WhisperFeatureExtractor, WhisperForConditionalGeneration

    ids = _save_whisper_tokenizer(folder)
    start, end, last = ids["<|startoftranscript|>"], ids["<|endoftext|>"], ids[f"<|{STEPS * 0.02:.2f}|>"]
    config = WhisperConfig(
        vocab_size=last + 1,
        d_model=16,
        encoder_layers=2,
        decoder_layers=2,
        encoder_attention_heads=4,
        decoder_attention_heads=4,
        encoder_ffn_dim=8,
        decoder_ffn_dim=8,
        max_source_positions=STEPS,
        max_target_positions=24,
        decoder_start_token_id=start,
        bos_token_id=end,
        eos_token_id=end,
        pad_token_id=end,
    )
    torch.manual_seed(0)
    model = WhisperForConditionalGeneration(config)
    with torch.no_grad():  # random weights of the usual size would say the same whatever they hear
        for weight in model.parameters():
            weight.mul_(8)
    model.generation_config = _whisper_generation(ids, multilingual)
    model.save_pretrained(folder)
    WhisperFeatureExtractor(chunk_length=1).save_pretrained(folder)
    return folder


def _whisper_generation(ids: dict[str, int], multilingual: bool) -> Any:
    from transformers import GenerationConfig

    languages: dict[str, Any] = {
        "lang_to_id": {f"<|{code}|>": ids[f"<|{code}|>"] for code in LANGUAGES},
        "task_to_id": {task: ids[f"<|{task}|>"] for task in TASKS},
    }
    return GenerationConfig(
        decoder_start_token_id=ids["<|startoftranscript|>"],
        bos_token_id=ids["<|endoftext|>"],
        eos_token_id=ids["<|endoftext|>"],
        pad_token_id=ids["<|endoftext|>"],
        max_length=24,
        no_timestamps_token_id=ids["<|notimestamps|>"],
        suppress_tokens=[ids[word] for word in SPECIAL],
        is_multilingual=multilingual,
        **(languages if multilingual else {}),
    )


def _save_whisper_tokenizer(folder: Path) -> dict[str, int]:
    """One token for each byte, then the special ones, then timestamps, in Whisper's order."""
    from transformers import WhisperTokenizer
    from transformers.convert_slow_tokenizer import bytes_to_unicode

    vocabulary = {letter: index for index, letter in enumerate(bytes_to_unicode().values())}
    tokenizer = WhisperTokenizer(vocab=vocabulary, merges=[], additional_special_tokens=SPECIAL)
    tokenizer.add_tokens([f"<|{step * 0.02:.2f}|>" for step in range(STEPS + 1)])
    tokenizer.save_pretrained(folder)
    return tokenizer.get_vocab()


def save_speecht5(folder: Path) -> Path:
    """Write a SpeechT5 that speaks, with a tokenizer of letters."""
    import torch
    from transformers import SpeechT5Config, SpeechT5FeatureExtractor, SpeechT5ForTextToSpeech

    _save_letters(folder)
    torch.manual_seed(0)
    config = SpeechT5Config(
        vocab_size=60,
        hidden_size=24,
        encoder_layers=2,
        decoder_layers=2,
        encoder_attention_heads=2,
        decoder_attention_heads=2,
        encoder_ffn_dim=4,
        decoder_ffn_dim=4,
        num_mel_bins=20,
        speech_decoder_prenet_units=32,
        speech_decoder_postnet_units=32,
        speech_decoder_postnet_layers=2,
        speaker_embedding_dim=16,
        max_text_positions=100,
        max_speech_positions=400,
    )
    SpeechT5ForTextToSpeech(config).save_pretrained(folder)
    SpeechT5FeatureExtractor(num_mel_bins=20).save_pretrained(folder)
    return folder


def _save_letters(folder: Path) -> None:
    import sentencepiece

    folder.mkdir(parents=True, exist_ok=True)
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(["the quick brown fox jumps over the lazy dog", "Hello, world. How are you?"]),
        model_prefix=str(folder / "spm_char"),
        model_type="char",
        vocab_size=45,
        hard_vocab_limit=False,
        character_coverage=1.0,
        bos_id=0,
        pad_id=1,
        eos_id=2,
        unk_id=3,
        minloglevel=2,
    )
    (folder / "spm_char.vocab").unlink()
    told = {"tokenizer_class": "SpeechT5Tokenizer", "model_max_length": 100}
    (folder / "tokenizer_config.json").write_text(json.dumps(told))


def save_hifigan(folder: Path) -> Path:
    """Write a vocoder for the tiny SpeechT5."""
    import torch
    from transformers import SpeechT5HifiGan, SpeechT5HifiGanConfig

    torch.manual_seed(0)
    config = SpeechT5HifiGanConfig(
        model_in_dim=20,
        upsample_initial_channel=16,
        resblock_kernel_sizes=(3,),
        resblock_dilation_sizes=((1, 3),),
    )
    SpeechT5HifiGan(config).save_pretrained(folder)
    return folder


def save_wavlm(folder: Path) -> Path:
    """Write a speaker encoder."""
    import torch
    from transformers import Wav2Vec2FeatureExtractor, WavLMConfig, WavLMForXVector

    torch.manual_seed(0)
    config = WavLMConfig(
        hidden_size=16,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=20,
        conv_dim=(8, 8, 8),
        conv_stride=(8, 8, 5),
        conv_kernel=(8, 8, 5),
        num_conv_pos_embeddings=16,
        num_conv_pos_embedding_groups=2,
        num_buckets=32,
        tdnn_dim=(16, 16, 16, 16, 24),
        xvector_output_dim=16,
    )
    WavLMForXVector(config).save_pretrained(folder)
    Wav2Vec2FeatureExtractor(do_normalize=True).save_pretrained(folder)
    return folder


def save_speaker(file: Path) -> Path:
    """Write the embedding of a speaker."""
    import numpy as np

    with file.open("wb") as out:
        np.save(out, np.random.default_rng(0).normal(size=16).astype(np.float32))
    return file


def save_sound(file: Path) -> Path:
    """Write a sound of two and a half seconds, in two channels at a rate that is not Whisper's."""
    import numpy as np
    from scipy.io import wavfile

    samples = np.random.default_rng(0).normal(scale=0.2, size=(20000, 2)).clip(-1, 1)
    wavfile.write(file, 8000, (samples * 32767).astype(np.int16))
    return file
