"""Which folders the loaders of speech take, and what they say of others."""

import json
import pickle
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file
from transformers import SpeechT5FeatureExtractor

from engine import Folder
from nodes.checkpoints.refusal import CheckpointRefused
from nodes.recognise.recognise import recognise
from nodes.speech.load import hifigan, speaker_encoder, speecht5, whisper


def read(node: Any, folder: Path) -> Any:
    return node(Folder(folder, ""))


def test_a_loader_tells_what_the_model_works_with(models: Path) -> None:
    voice, vocoder = read(speecht5, models / "speecht5"), read(hifigan, models / "hifigan")

    assert (voice.speaker, voice.rate, voice.hop) == (16, 16000, 256)
    assert (vocoder.bands, vocoder.rate, vocoder.hop) == (20, 16000, 256)
    assert read(whisper, models / "whisper").family == "whisper"


@pytest.mark.parametrize(("window", "hop"), [(64, 16), (50, 12)])
def test_windows_are_as_long_as_the_feature_extractor_makes_them(
    window: int, hop: int, models: Path, tmp_path: Path
) -> None:
    folder = shutil.copytree(models / "speecht5", tmp_path / "speecht5")
    extractor = SpeechT5FeatureExtractor(win_length=window, hop_length=hop, fmin=50, fmax=8000)
    extractor.save_pretrained(folder)

    voice = read(speecht5, folder)
    assert (voice.n_fft, voice.hop) == (extractor.n_fft, extractor.sample_stride)
    assert (voice.fmin, voice.fmax) == (50.0, 8000.0)


@pytest.mark.parametrize(
    ("node", "name", "said"),
    [
        (
            whisper,
            "speecht5",
            "expected a model of the type whisper, got speecht5. Load it with load.speecht5",
        ),
        (
            speecht5,
            "hifigan",
            "expected a model of the type speecht5, got hifigan. Load it with load.hifigan",
        ),
        (hifigan, "whisper", "expected a model of the type hifigan, got whisper. Load it with load.whisper"),
    ],
)
def test_another_family_s_folder_is_refused_with_its_loader(
    node: Any, name: str, said: str, models: Path
) -> None:
    with pytest.raises(CheckpointRefused, match=said):
        read(node, models / name)


def test_the_recogniser_tells_what_each_folder_is_for(models: Path) -> None:
    kinds = {name: recognise(models / name).kind for name in ("whisper", "speecht5", "hifigan", "wavlm")}

    assert kinds == {
        "whisper": "speech-recogniser",
        "speecht5": "voice",
        "hifigan": "vocoder",
        "wavlm": "speaker-encoder",
    }


def rewrite(path: Path, **changes: Any) -> None:
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-10])


@pytest.mark.parametrize(
    ("node", "name", "spoil", "said"),
    [
        (whisper, "whisper", lambda at: (at / "config.json").unlink(), "config.json: expected a file"),
        (whisper, "whisper", lambda at: (at / "tokenizer.json").unlink(), "tokenizer.json or vocab.json"),
        (
            whisper,
            "whisper",
            lambda at: (at / "preprocessor_config.json").unlink(),
            "preprocessor_config.json",
        ),
        (
            whisper,
            "whisper",
            lambda at: (at / "model.safetensors").unlink(),
            "weights in a .safetensors file",
        ),
        (whisper, "whisper", lambda at: cut(at / "model.safetensors"), "whisper/model.safetensors"),
        (speecht5, "speecht5", lambda at: (at / "spm_char.model").unlink(), "spm_char.model"),
        (
            speecht5,
            "speecht5",
            lambda at: rewrite(at / "config.json", architectures=["SpeechT5ForSpeechToText"]),
            "a SpeechT5ForTextToSpeech",
        ),
        (hifigan, "hifigan", lambda at: rewrite(at / "config.json", model_type="vits"), "got vits"),
        (
            speaker_encoder,
            "wavlm",
            lambda at: rewrite(at / "config.json", architectures=["WavLMForCTC"]),
            "a WavLMForXVector",
        ),
    ],
)
def test_a_folder_that_lacks_something_is_refused(
    node: Any, name: str, spoil: Callable[[Path], object], said: str, models: Path, tmp_path: Path
) -> None:
    folder = shutil.copytree(models / name, tmp_path / name)
    spoil(folder)

    with pytest.raises(CheckpointRefused, match=said):
        read(node, folder)


def pickled(models: Path, tmp_path: Path) -> Path:
    """The vocoder as Microsoft released it: its weights in a pickle, and its type's older name."""
    folder = shutil.copytree(models / "hifigan", tmp_path / "hifigan")
    torch.save(load_file(folder / "model.safetensors"), folder / "pytorch_model.bin")
    (folder / "model.safetensors").unlink()
    rewrite(folder / "config.json", model_type="hifigan")
    return folder


def test_weights_in_a_pickle_are_read_as_plain_data(models: Path, tmp_path: Path, vocoder: Any) -> None:
    folder = pickled(models, tmp_path)
    loaded = read(hifigan, folder).load(lambda _: folder)

    expected = vocoder.model.state_dict()
    assert all(torch.equal(weight, expected[name]) for name, weight in loaded.state_dict().items())


class Payload:
    def __reduce__(self) -> Any:
        return (Path("executed").touch, ())


def test_a_pickle_that_would_run_something_is_refused(
    models: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    folder = pickled(models, tmp_path)
    vocoder = read(hifigan, folder)
    torch.save({"mean": Payload()}, folder / "pytorch_model.bin")
    with pytest.raises(CheckpointRefused, match=r"hifigan/pytorch_model\.bin"):
        vocoder.load(lambda _: folder)
    (folder / "pytorch_model.bin").write_bytes(pickle.dumps(Payload(), 2))
    with pytest.raises(CheckpointRefused, match=r"hifigan/pytorch_model\.bin"):
        read(hifigan, folder)
    assert not (tmp_path / "executed").exists()


def test_a_model_that_lacks_weights_is_refused(models: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(models / "hifigan", tmp_path / "hifigan")
    rewrite(folder / "config.json", resblock_dilation_sizes=[[1, 3, 5]])
    with pytest.raises(CheckpointRefused, match="got none for resblocks"):
        read(hifigan, folder).load(lambda _: folder)
    rewrite(folder / "config.json", upsample_initial_channel=32)
    with pytest.raises(CheckpointRefused, match="got weights of other shapes"):
        read(hifigan, folder).load(lambda _: folder)


def test_a_model_saved_and_loaded_again_is_the_same(models: Path, tmp_path: Path, whisper: Any) -> None:
    from nodes.speech.load import whisper as load_whisper

    whisper.model.save_pretrained(tmp_path / "again")
    shutil.copytree(
        models / "whisper", tmp_path / "again", dirs_exist_ok=True, ignore=lambda *_: ["model.safetensors"]
    )
    again = read(load_whisper, tmp_path / "again").load(lambda _: tmp_path / "again")

    expected = whisper.model.state_dict()
    assert all(torch.equal(weight, expected[name]) for name, weight in again.state_dict().items())
