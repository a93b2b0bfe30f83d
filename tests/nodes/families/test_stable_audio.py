"""Sounds of texts, equal to diffusers' pipeline at every step."""

from pathlib import Path
from typing import Any

import pytest
import torch

from engine import Rng
from engine.errors import ValueRefused
from nodes.audio.latent import audio_noise
from nodes.audio.vae import decode_audio, encode_audio
from nodes.diffusion.blend import add
from nodes.diffusion.conditioning_blend import zero
from nodes.diffusion.latent import SizeRefused
from nodes.diffusion.refusal import StepRefused
from nodes.diffusion.scheduler import scheduler, start
from nodes.diffusion.seconds import seconds
from nodes.vae import PictureRefused, decode
from nodes.values import VAE, Audio, Conditioning, Latent
from tests.nodes.diffusion.sampling import Loaded, Turn
from tests.nodes.families import parity
from tests.nodes.families.parity import NEGATIVE, PROMPT, SCALE, SEED, STEPS, assert_same
from tests.nodes.families.tiny_stable_audio import CELLS, HOP, LONGEST, RATE, save

END = 0.3


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save(tmp_path_factory.mktemp("stable_audio"))


def expected_of(pipeline: Any, **arguments: Any) -> tuple[list[torch.Tensor], torch.Tensor]:
    """The latents of every turn as rows of cells, and the sound."""
    kept: list[torch.Tensor] = []
    found = pipeline(
        PROMPT,
        num_inference_steps=STEPS,
        guidance_scale=SCALE,
        audio_end_in_s=END,
        generator=torch.Generator().manual_seed(SEED),
        callback=lambda _, __, latents: kept.append(latents.unsqueeze(2)),
        **arguments,
    )
    return kept, found.audios


def timed(loaded: Loaded, start: float = 0.0) -> list[Conditioning[Any]]:
    return [seconds(loaded.text_encoder, text, END, start) for text in parity.texts(loaded)]


def sounded(
    loaded: Loaded, texts: list[Conditioning[Any]], sound: Latent[Any] | None = None, rng: Rng | None = None
) -> list[Turn]:
    """The latent of every turn, from noise or from a sound with noise."""
    drawn = audio_noise(loaded.vae.handle, seed=SEED)
    run = scheduler(loaded.scheduler, steps=STEPS, latent=drawn.latent)
    begin = start(run.scheduler, drawn.latent)
    if sound is not None:
        begin = add(sound, begin)
    positive, negative = texts
    return parity.turns(loaded, run, Turn(begin, run.state, rng or drawn.rng), positive, negative, SCALE)


def test_text_to_audio(loaded: Loaded, pipeline: Any) -> None:
    steps, sound = expected_of(pipeline, negative_prompt=NEGATIVE)

    turns = sounded(loaded, timed(loaded))
    assert_same(turns, steps)
    made = decode_audio(loaded.vae, turns[-1].latent, 0, END)
    assert torch.equal(made.samples, sound)
    assert (made.samples.shape, made.rate) == ((1, 2, int(END * RATE)), RATE)


def test_a_sound_that_begins_later(loaded: Loaded, pipeline: Any) -> None:
    steps, sound = expected_of(pipeline, negative_prompt=NEGATIVE, audio_start_in_s=0.1)

    turns = sounded(loaded, timed(loaded, 0.1))
    assert_same(turns, steps)
    assert torch.equal(decode_audio(loaded.vae, turns[-1].latent, 0.1, END).samples, sound)


def test_without_a_negative_text_its_place_is_taken_by_zeros(loaded: Loaded, pipeline: Any) -> None:
    positive, _ = timed(loaded)

    assert_same(sounded(loaded, [positive, zero(positive)]), expected_of(pipeline)[0])


def test_audio_to_audio(loaded: Loaded, pipeline: Any) -> None:
    """The pipeline draws the noise first, then the VAE's sample, and adds the one to the other."""
    sound = Audio(torch.rand((1, 2, CELLS * HOP), generator=torch.Generator().manual_seed(1)) * 2 - 1, RATE)
    given = {"initial_audio_waveforms": sound.samples, "initial_audio_sampling_rate": RATE}
    steps, _ = expected_of(pipeline, negative_prompt=NEGATIVE, **given)

    encoded = encode_audio(loaded.vae, sound, rng=audio_noise(loaded.vae.handle, seed=SEED).rng)
    assert_same(sounded(loaded, timed(loaded), encoded.latent, encoded.rng), steps)


def test_saved_and_loaded_again(loaded: Loaded, folder: Path, tmp_path: Path) -> None:
    parity.assert_kept(folder, loaded, tmp_path, lambda one: sounded(one, timed(one)))


def test_a_sound_is_brought_to_the_models_rate_channels_and_length(loaded: Loaded) -> None:
    short, long = (Audio(torch.rand(1, 1, count), 2 * RATE) for count in (RATE, 2 * RATE))

    shapes = [tuple(encode_audio(loaded.vae, one).latent.samples.shape) for one in (short, long)]
    assert shapes == [(1, 4, 1, CELLS)] * 2


def test_a_conditioning_without_seconds_is_refused(loaded: Loaded) -> None:
    with pytest.raises(
        StepRefused, match=r"expected seconds beside the text, got none\. Put conditioning\.s"
    ):
        sounded(loaded, list(parity.texts(loaded)))


@pytest.mark.parametrize(("begin", "end"), [(2.0, 1.0), (0.0, 33.0)])
def test_times_that_the_model_does_not_know_are_refused(begin: float, end: float, loaded: Loaded) -> None:
    with pytest.raises(ValueRefused, match="a start and then an end, both from 0 to 32 s"):
        seconds(loaded.text_encoder, parity.texts(loaded)[0], end, begin)


def test_more_seconds_than_were_made_are_refused(loaded: Loaded) -> None:
    latent = audio_noise(loaded.vae.handle).latent

    with pytest.raises(ValueRefused, match=rf"within {LONGEST:.2f} s.*got 0 and 1"):
        decode_audio(loaded.vae, latent, 0, 1.0)


def test_sounds_are_not_decoded_into_pictures(loaded: Loaded) -> None:
    with pytest.raises(
        PictureRefused, match=r"got one of sounds\. Take vae\.encode_audio and vae\.decode_au"
    ):
        decode(loaded.vae, audio_noise(loaded.vae.handle).latent)


def test_noise_for_pictures_is_no_noise_for_sounds() -> None:
    with pytest.raises(SizeRefused, match="expected a VAE of sounds, got one of pictures"):
        audio_noise(VAE(""))
