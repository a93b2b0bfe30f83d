"""Sounds from WAV files, as the standard library and scipy write them."""

from __future__ import annotations

import struct
import wave
from pathlib import Path

import numpy as np
import pytest
import torch
from scipy.io import wavfile

from engine import File
from nodes.audio.load import SoundRefused, load
from nodes.values import Audio

HALF = [0.0, 0.5, -0.5, -1.0]
WIDTHS = {
    1: [128, 192, 64, 0],
    2: [0, 2**14, -(2**14), -(2**15)],
    3: [0, 2**22, -(2**22), -(2**23)],
    4: [0, 2**30, -(2**30), -(2**31)],
}


def read(path: Path) -> Audio:
    return load(File(path, ""))


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
    extra = b"bext" + struct.pack("<I", 4) + b"note"
    path.write_bytes(
        data[:4] + struct.pack("<I", len(data) - 8 + len(extra)) + data[8:12] + extra + data[12:]
    )

    assert read(path).samples.tolist() == [[[0.0, 0.5]]]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "expected a WAV file, got File format"),
        (b"ID3\x03 an MP3 file", "a.wav: expected a WAV file"),
        (b"RIFF\x10\0\0\0WAVEfmt \x10\0\0\0", "expected 24 bytes, got 20 of them: the file is cut short"),
    ],
)
def test_what_is_no_whole_wav_file_is_refused(data: bytes, said: str, tmp_path: Path) -> None:
    (tmp_path / "a.wav").write_bytes(data)

    with pytest.raises(SoundRefused, match=said):
        read(tmp_path / "a.wav")


def test_a_file_that_is_cut_short_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path / "a.wav", 2, [1] * 100)
    path.write_bytes(path.read_bytes()[:-20])

    with pytest.raises(SoundRefused, match="expected 244 bytes, got 224 of them"):
        read(path)


def test_a_sound_without_samples_or_with_one_that_is_no_number_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SoundRefused, match="expected samples, got none"):
        read(written(tmp_path / "a.wav", 2, []))
    wavfile.write(tmp_path / "b.wav", 8000, np.array([0, np.nan], np.float32))
    with pytest.raises(SoundRefused, match="NaN or infinity"):
        read(tmp_path / "b.wav")
