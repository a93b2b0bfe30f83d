"""The models of speech as ``knotwork families`` lists them."""

from __future__ import annotations

from engine.declare.listing import Listing

SPEECHT5, HIFIGAN, WHISPER, WAVLM = "speecht5", "hifigan", "whisper", "wavlm"
LISTINGS = (
    Listing(
        SPEECHT5,
        "SpeechT5 with HiFi-GAN, from text to speech",
        ("load.speecht5", "load.hifigan", "load.embedding", "speech.speak", "mel.decode"),
        ("transformers",),
        "speak",
        "bit for bit",
        "MIT",
    ),
    Listing(
        WHISPER,
        "Whisper, from speech to text",
        ("load.whisper", "audio.load", "speech.transcribe", "speech.subtitles"),
        ("transformers",),
        "transcribe",
        "bit for bit",
        "Apache-2.0",
    ),
)
