from pathlib import Path
from typing import Any

import pytest

from engine import Folder, OnDevice
from nodes.speech import load
from tests.nodes.speech import tiny


def resident(node: Any, folder: Path) -> OnDevice[Any]:
    """The model of a folder, as a run hands it to nodes."""
    handle = node(Folder(folder, folder.name))
    return OnDevice(handle, handle.load(lambda _: folder))


@pytest.fixture(scope="session")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the tiny models."""
    home = tmp_path_factory.mktemp("speech")
    tiny.save_whisper(home / "whisper")
    tiny.save_whisper(home / "whisper.en", multilingual=False)
    tiny.save_speecht5(home / "speecht5")
    tiny.save_hifigan(home / "hifigan")
    tiny.save_wavlm(home / "wavlm")
    return home


@pytest.fixture(scope="session")
def whisper(models: Path) -> OnDevice[Any]:
    return resident(load.whisper, models / "whisper")


@pytest.fixture(scope="session")
def english_whisper(models: Path) -> OnDevice[Any]:
    return resident(load.whisper, models / "whisper.en")


@pytest.fixture(scope="session")
def voice(models: Path) -> OnDevice[Any]:
    return resident(load.speecht5, models / "speecht5")


@pytest.fixture(scope="session")
def vocoder(models: Path) -> OnDevice[Any]:
    return resident(load.hifigan, models / "hifigan")


@pytest.fixture(scope="session")
def speaker_encoder(models: Path) -> OnDevice[Any]:
    return resident(load.speaker_encoder, models / "wavlm")
