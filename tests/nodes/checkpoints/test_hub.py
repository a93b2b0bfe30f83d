"""The local cache is laid out by hand: no test asks a network."""

import shutil
from pathlib import Path

import pytest

from nodes.checkpoints import hub, load
from nodes.checkpoints.refusal import CheckpointRefused

COMMIT = "0123456789abcdef0123456789abcdef01234567"


@pytest.fixture(autouse=True)
def cache(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A cache that holds one model, fetched some time ago."""
    model = tmp_path / "models--someone--tiny"
    shutil.copytree(folder, model / "snapshots" / COMMIT)
    (model / "refs").mkdir()
    (model / "refs" / "main").write_text(COMMIT)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))


def test_a_model_is_known_by_its_commit() -> None:
    parts = load.from_hub("someone/tiny")

    assert parts.denoiser.source == f"hub:someone/tiny@{COMMIT}"
    assert parts.denoiser.family == "sd-32-4"


def test_a_model_of_the_hub_is_built_without_a_digest_of_its_files() -> None:
    unet = load.from_hub("someone/tiny").denoiser

    assert unet.load({}.__getitem__).config.cross_attention_dim == 32


def test_a_model_that_the_cache_lacks_is_refused_offline() -> None:
    with pytest.raises(CheckpointRefused, match='"someone/else": expected revision main in the local'):
        load.from_hub("someone/else")


def test_a_name_that_no_model_can_have_is_refused() -> None:
    with pytest.raises(CheckpointRefused, match='hub model "no//such"'):
        load.from_hub("no//such")


def test_the_family_of_a_model_in_the_cache_is_known_before_it_runs() -> None:
    assert load.hub_family("someone/tiny", "main") == {"F": "sd-32-4"}
    assert load.hub_family("someone/tiny", COMMIT) == {"F": "sd-32-4"}


@pytest.mark.parametrize("repo", ["someone/else", "no//such", ""])
def test_the_family_of_another_is_not_known_and_the_hub_is_not_asked(repo: str) -> None:
    assert load.hub_family(repo, "main") == {}


def test_a_digest_names_no_model_of_the_hub() -> None:
    assert hub.snapshot("5f" * 16) is None
