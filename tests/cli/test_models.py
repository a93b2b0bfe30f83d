import json
from pathlib import Path

import pytest

from tests.cli.conftest import Cli
from tests.nodes.recognise import companions, layouts, writing

BUILT_IN = "realesr-animevideov3-x4.safetensors"


@pytest.fixture
def folder(home: Path) -> Path:
    """The home's model folder, with a checkpoint and a LoRA."""
    folder = home / "models"
    tags = {"ss_tag_frequency": json.dumps({"all": {"sks cat": 9, "garden": 2}})}
    writing.safetensors(folder / "sd3.safetensors", layouts.SINGLE_FILES["sd3 medium alone"][0])
    writing.safetensors(
        folder / "loras" / "cat.safetensors", companions.LORAS["kohya sdxl"][0], metadata=tags
    )
    return folder


def test_models_are_listed_with_what_they_are(cli: Cli, folder: Path) -> None:
    rows = {line.split("\t")[0]: line.split("\t")[1:] for line in cli("models").stdout.splitlines()}

    size = f"{(folder / 'loras' / 'cat.safetensors').stat().st_size / 1000:.3g} KB"
    assert rows["loras/cat.safetensors"] == ["lora", "sdxl", "F16", size, "", "sks cat, garden", ""]
    assert rows["sd3.safetensors"][:3] == ["checkpoint", "sd3", "F16"]
    assert rows["sd3.safetensors"][4] == "text_encoder, text_encoder_2, text_encoder_3"
    assert rows["sd3.safetensors"][6].startswith("Stability AI Community License: free below")
    assert rows[BUILT_IN][:2] == ["upscaler", "compact"]


def test_one_model_is_told_with_its_parts(cli: Cli, folder: Path) -> None:
    text = cli("models", "sd3.safetensors").stdout

    assert text.startswith("sd3.safetensors\nkind\tcheckpoint\nformat\tsafetensors\nlayout\toriginal\n")
    assert "\nmissing\ttext_encoder, text_encoder_2, text_encoder_3\n" in text
    assert text.endswith("\nParts\ndenoiser\tdenoiser\nvae\tvae\n")


def test_json_has_every_field(cli: Cli, folder: Path) -> None:
    [model] = json.loads(cli("models", "loras/cat.safetensors", "--json").stdout)["models"]

    assert (model["kind"], model["layout"], model["family"]) == ("lora", "kohya", "sdxl")
    assert model["trigger_words"] == ["sks cat", "garden"]
    assert model["tensors"] == 9


def test_a_damaged_model_is_told_among_the_others(cli: Cli, folder: Path) -> None:
    (folder / "bad.safetensors").write_bytes(b"<!DOCTYPE html>")
    result = cli("models")

    assert "bad.safetensors\tdamaged\t" in result.stdout
    assert "bad.safetensors: expected weights, got an HTML page." in result.stderr
    assert "sd3.safetensors\tcheckpoint" in result.stdout


@pytest.mark.parametrize("name", ["nothing.safetensors", "../home.safetensors"])
def test_a_name_that_no_model_has_is_refused(name: str, cli: Cli, folder: Path) -> None:
    writing.safetensors(folder.parent / "home.safetensors", companions.LORAS["kohya sdxl"][0])
    result = cli("models", name)

    assert result.exit_code == 2
    assert f'expected the name of a model in the model folders, got "{name}"' in result.stderr
