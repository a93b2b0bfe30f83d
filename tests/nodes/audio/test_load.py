"""Sounds from files: WAV as the standard library and scipy write it, the others as FFmpeg does."""

from __future__ import annotations

import struct
import wave
from pathlib import Path

import numpy as np
import pytest
import torch
from scipy.io import wavfile

from engine import File
from engine.errors import ValueRefused
from nodes.audio.load import load
from nodes.values import Audio
from nodes.video.sound import sound
from tests.nodes.audio.sounds import LENGTH, RATE, tones, write
from tests.nodes.image.listener import Listener
from tests.nodes.video import films

HALF = [0.0, 0.5, -0.5, -1.0]
WIDTHS = {
    1: [128, 192, 64, 0],
    2: [0, 2**14, -(2**14), -(2**15)],
    3: [0, 2**22, -(2**22), -(2**23)],
    4: [0, 2**30, -(2**30), -(2**31)],
}


def read(path: Path, *part: float) -> Audio:
    return load(File(path, ""), Listener(), *part)


def written(path: Path, width: int, values: list[int], channels: int = 1) -> Path:
    frames = b"".join(value.to_bytes(width, "little", signed=width > 1) for value in values)
    with wave.open(str(path), "wb") as file:
        file.setparams((channels, width, 8000, 0, "NONE", ""))
        file.writeframes(frames)
    return path


@pytest.mark.parametrize(("width", "values"), WIDTHS.items())
def test_whole_numbers_of_every_width_reach_from_minus_one_to_one(
    width: int, values: list[int], tmp_path: Path
) -> None:
    audio = read(written(tmp_path / "a.wav", width, values))

    assert audio.rate == 8000
    assert audio.samples.dtype == torch.float32
    assert audio.samples.tolist() == [[HALF]]


@pytest.mark.parametrize("kind", [np.float32, np.float64])
def test_floats_are_kept(kind: type, tmp_path: Path) -> None:
    wavfile.write(tmp_path / "a.wav", 44100, np.array(HALF, kind))

    assert read(tmp_path / "a.wav").samples.tolist() == [[HALF]]


def test_channels_lie_side_by_side_in_the_file_and_apart_in_the_value(tmp_path: Path) -> None:
    audio = read(written(tmp_path / "a.wav", 2, [0, 1, 2, 3, 4, 5], channels=2))

    assert (audio.samples * 2**15).tolist() == [[[0, 2, 4], [1, 3, 5]]]


def test_what_a_run_wrote_is_read_again(tmp_path: Path) -> None:
    audio = Audio(torch.tensor([[[0.0, 0.25, -1.0], [1.0, 0.0, 0.5]]]), 22050)
    (tmp_path / "a.wav").write_bytes(audio.encode({})[0])

    again = read(tmp_path / "a.wav")
    assert again.rate == 22050
    assert torch.allclose(again.samples, audio.samples, atol=1 / 32767)


def test_chunks_about_something_else_are_passed_over(tmp_path: Path) -> None:
    path = written(tmp_path / "a.wav", 2, [0, 2**14])
    data = path.read_bytes()
    extra = b"cart" + struct.pack("<I", 4) + b"note"
    path.write_bytes(
        data[:4] + struct.pack("<I", len(data) - 8 + len(extra)) + data[8:12] + extra + data[12:]
    )

    assert read(path).samples.tolist() == [[[0.0, 0.5]]]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "expected a sound .WAV, MP3.* got a.wav, which is another or damaged"),
        (b"nonsense" * 99, "got a.wav, which is another or damaged"),
        (b"RIFF\x10\0\0\0WAVEfmt \x10\0\0\0", "got a.wav: its last 4 bytes are missing"),
        (b"RIFF\x0c\0\0\0WAVEdata\0\0\0\0", "got a.wav"),
    ],
)
def test_what_is_no_whole_sound_is_refused(data: bytes, said: str, tmp_path: Path) -> None:
    (tmp_path / "a.wav").write_bytes(data)

    with pytest.raises(ValueRefused, match=said):
        read(tmp_path / "a.wav")


def test_a_file_that_is_cut_short_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path / "a.wav", 2, [1] * 100)
    path.write_bytes(path.read_bytes()[:-20])

    with pytest.raises(ValueRefused, match=r"a\.wav: its last 20 bytes are missing"):
        read(path)


def test_a_sound_without_samples_or_with_one_that_is_no_number_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueRefused, match=r"a sound with samples, got a\.wav, which holds none"):
        read(written(tmp_path / "a.wav", 2, []))
    wavfile.write(tmp_path / "b.wav", 8000, np.array([0, np.nan], np.float32))
    with pytest.raises(ValueRefused, match="NaN or infinity"):
        read(tmp_path / "b.wav")


KINDS = {
    "a.flac": "flac",
    "a.mp3": "libmp3lame",
    "a.m4a": "aac",
    "a.opus": "libopus",
    "a.ogg": "libopus",
    "a.aiff": "pcm_s16be",
}


@pytest.mark.parametrize("name", KINDS)
def test_sounds_of_every_kind_are_read_without_delay(name: str, tmp_path: Path) -> None:
    audio = read(write(tmp_path / name, KINDS[name]))

    assert audio.rate == RATE
    assert audio.samples.shape[:2] == (1, 2)
    middle = slice(4000, 9000)  # encoders of AAC begin badly
    assert abs(audio.samples[0, :, middle].numpy() - tones()[:, middle]).max() < 0.08


def test_a_part_of_a_sound_is_read(tmp_path: Path) -> None:
    path = write(tmp_path / "a.flac", "flac")

    whole = read(path).samples
    assert whole.shape == (1, 2, LENGTH)
    assert read(path, 0.05, 0.15).samples.equal(whole[..., 2400:7200])
    assert read(path, 0.05).samples.equal(whole[..., 2400:])
    with pytest.raises(ValueRefused, match=r"within the 0\.20 s of a\.flac, got 0\.3 and the end"):
        read(path, 0.3)
    with pytest.raises(ValueRefused, match=r"got 0\.1 and 0\.05"):
        read(path, 0.1, 0.05)


@pytest.mark.parametrize("late", [0, 2400, -2400])
@pytest.mark.parametrize("name", ["a.mp4", "a.mkv", "a.mov"])
def test_the_sound_of_a_film_begins_with_its_pictures(name: str, late: int, tmp_path: Path) -> None:
    path = films.with_sound(tmp_path / name, late)

    audio = sound(File(path, ""), Listener())

    expected = np.pad(tones(), ((0, 0), (max(late, 0), 0)))[:, max(-late, 0) :]
    assert abs(audio.samples[0].numpy()[:, : expected.shape[1]] - expected).max() < 1e-4


def test_a_silent_film_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueRefused, match=r"a file with sound, got a\.mp4, which has none"):
        sound(File(films.write(tmp_path / "a.mp4"), ""), Listener())


def test_a_cover_is_no_film(tmp_path: Path) -> None:
    plain = write(tmp_path / "a.mp3", "libmp3lame")
    cover = tmp_path / "cover.mp3"
    films.add_cover(plain, cover)

    assert read(cover).samples.equal(read(plain).samples)
