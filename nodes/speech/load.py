"""Loaders of models of speech: from a folder to a handle; weights are not read."""

from __future__ import annotations

from typing import Annotated

from engine import Folder, Within, node
from nodes.checkpoints.load import Dtype
from nodes.speech.folders import read_hifigan, read_speecht5, read_wavlm, read_whisper
from nodes.speech.handles import SpeakerEncoder, SpeechRecogniser, Vocoder, Voice
from nodes.speech.listing import WAVLM, WHISPER

FILES = (".json", ".safetensors", ".bin", ".txt", ".model")
RecogniserFolder = Annotated[Folder, Within("models", FILES, ("speech-recogniser",))]
VoiceFolder = Annotated[Folder, Within("models", FILES, ("voice",))]
EncoderFolder = Annotated[Folder, Within("models", FILES, ("speaker-encoder",))]
VocoderFolder = Annotated[Folder, Within("models", FILES, ("vocoder",))]


@node("load.whisper")
def whisper(folder: RecogniserFolder, dtype: Dtype = "float32") -> SpeechRecogniser:
    """Load Whisper, which writes down what is said (Radford et al., arXiv 2212.04356).

    Licence: OpenAI's weights (``openai/whisper-…``) are free to use under Apache 2.0.

    Args:
        folder: Folder in transformers' layout, such as that of whisper-small.
        dtype: Precision of its weights in memory; float16 suits graphics cards, not CPUs.

    Raises:
        CheckpointRefused: It holds another kind of model, or a part is missing or cut short.
    """
    read_whisper(folder.path)
    return SpeechRecogniser(folder.digest, family=WHISPER, dtype=dtype)


@node("load.speecht5")
def speecht5(folder: VoiceFolder, dtype: Dtype = "float32") -> Voice:
    """Load SpeechT5, which speaks texts as mel spectrograms (Ao et al., arXiv 2110.07205).

    Licence: Microsoft's weights (``microsoft/speecht5_tts``) are free to use under MIT. Let it speak with
    nobody's voice who hasn't agreed.

    Args:
        folder: Folder in transformers' layout; weights in a pickle are read as plain data.
        dtype: Precision of its weights in memory; float16 suits graphics cards, not CPUs.

    Raises:
        CheckpointRefused: It holds another kind of model, or a part is missing or cut short.
    """
    return read_speecht5(folder.path, folder.digest, dtype)


@node("load.hifigan")
def hifigan(folder: VocoderFolder, dtype: Dtype = "float32") -> Vocoder:
    """Load a HiFi-GAN, which makes sound of mel spectrograms (Kong et al., arXiv 2010.05646).

    Licence: Microsoft's weights for SpeechT5 (``microsoft/speecht5_hifigan``) are free to use under MIT.

    Args:
        folder: Folder in transformers' layout; weights in a pickle are read as plain data.
        dtype: Precision of its weights in memory; float16 suits graphics cards, not CPUs.

    Raises:
        CheckpointRefused: It holds another kind of model, or a part is missing or cut short.
    """
    return read_hifigan(folder.path, folder.digest, dtype)


@node("load.speaker_encoder")
def speaker_encoder(folder: EncoderFolder, dtype: Dtype = "float32") -> SpeakerEncoder:
    """Load a WavLM that tells speakers apart (Chen et al., arXiv 2110.13900).

    Licence: Microsoft's weights (``microsoft/wavlm-base-plus-sv``) come under that of UniSpeech, CC BY-SA
    3.0: what is made of them may be shared under the same terms.

    Args:
        folder: Folder in transformers' layout; weights in a pickle are read as plain data.
        dtype: Precision of its weights in memory; float16 suits graphics cards, not CPUs.

    Raises:
        CheckpointRefused: It holds another kind of model, or a part is missing or cut short.
    """
    read_wavlm(folder.path)
    return SpeakerEncoder(folder.digest, family=WAVLM, dtype=dtype)
