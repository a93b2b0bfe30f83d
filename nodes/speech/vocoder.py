"""From a mel spectrogram to sound."""

from __future__ import annotations

from engine import OnDevice, node
from engine.errors import ValueRefused
from nodes.speech.handles import Vocoder
from nodes.values import Audio, Mel


@node("mel.decode")
def decode(vocoder: OnDevice[Vocoder], mel: Mel) -> Audio:
    """Make sound of mel spectrograms.

    Args:
        vocoder: A HiFi-GAN that was trained on spectrograms of this kind.
        mel: The spectrograms.

    Raises:
        ValueRefused: The spectrograms are of another kind.
    """
    import torch

    handle, module = vocoder.handle, vocoder.model
    wanted = (handle.bands, handle.rate, handle.hop)
    given = (mel.bands.shape[1], mel.rate, mel.hop)
    if given != wanted:
        form = "{} bands at a rate of {} with {} samples to a step".format
        raise ValueRefused(form(*wanted), form(*given))
    with torch.no_grad():
        steps = mel.bands.transpose(1, 2).contiguous().to(vocoder.device, module.dtype)
        return Audio(module(steps)[:, None].float().cpu().contiguous(), handle.rate)
