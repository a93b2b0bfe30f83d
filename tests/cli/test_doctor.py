import json
import os
import shutil
from pathlib import Path

import pytest

from engine.cli import selfcheck
from engine.cli.selfcheck import examine
from engine.settings import BUILT_IN, Settings
from tests.cli.conftest import Cli

CHECKS = {
    "first run",
    "same numbers as the CPU",
    "same bytes twice",
    "results come back from disk",
    "models leave when room is needed",
    "speed",
}


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tensors that take no time."""
    monkeypatch.setattr(selfcheck, "SIZE", 32)
    monkeypatch.setattr(selfcheck, "EDGE", 64)


def test_a_healthy_machine_passes_every_check(cli: Cli) -> None:
    result = cli("doctor", "--device", "cpu", "--json")
    found = json.loads(result.stdout)
    assert result.exit_code == 0
    assert found["ok"]
    assert {one["check"] for one in found["checks"] if one["ok"]} == CHECKS


def test_versions_devices_budgets_and_packs_are_told(cli: Cli) -> None:
    found = json.loads(cli("doctor", "--device", "cpu", "--json").stdout)
    assert found["versions"].keys() >= {"python", "knotwork", "torch", "diffusers", "transformers"}
    assert "cpu" in found["devices"]
    assert found["settings"].keys() >= {"home", "free disk", "disk budget", "memory budget", "device"}
    assert "knotwork" in found["packs"]["working"]


def test_a_person_gets_the_same_in_sections(cli: Cli) -> None:
    text = cli("doctor", "--device", "cpu").stdout
    titles = [line for line in text.splitlines() if line and "\t" not in line]
    assert titles == ["versions", "machine", "devices", "settings", "models", "packs", "checks"]


def test_folders_of_models_are_told_with_what_is_in_them(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    forge = tmp_path / "forge" / "models"
    (forge / "Stable-diffusion").mkdir(parents=True)
    (forge / "ESRGAN").mkdir()
    upscaler = BUILT_IN / "nodes" / "models" / "realesr-animevideov3-x4.safetensors"
    shutil.copy(upscaler, forge / "ESRGAN" / "large.safetensors")
    for name in ("cut", "torn"):
        (forge / "Stable-diffusion" / f"{name}.safetensors").write_bytes(upscaler.read_bytes()[:1000])
    monkeypatch.setenv("KNOTWORK_MODEL_ROOTS", f"{forge.parent}{os.pathsep}{tmp_path / 'gone'}")
    found = json.loads(cli("doctor", "--device", "cpu", "--json").stdout)["models"]

    assert found[str(forge.parent)] == "A1111: 2 damaged, 1 upscaler"
    assert found[str(tmp_path / "gone")] == "not there"
    built_in = found[str(BUILT_IN / "nodes" / "models")]
    assert built_in == "3 pipelines, 2 autoencoders, 1 discriminator, 1 generator, 1 upscaler"


def test_a_file_of_paths_that_is_none_is_refused(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "paths.yaml").write_text("[")
    monkeypatch.setenv("KNOTWORK_MODEL_ROOTS", str(tmp_path / "paths.yaml"))
    result = cli("doctor", "--device", "cpu")

    assert result.exit_code == 2
    assert "paths.yaml: expected YAML" in result.stderr


def test_a_device_that_is_not_there_is_a_finding_not_a_crash(cli: Cli) -> None:
    result = cli("doctor", "--device", "cuda:99", "--json")
    found = json.loads(result.stdout)
    assert result.exit_code == 1
    assert not any(one["ok"] for one in found["checks"] if one["check"] == "speed")


def test_nothing_is_left_in_the_home(cli: Cli) -> None:
    cli("doctor", "--device", "cpu")
    assert json.loads(cli("cache", "stats", "--json").stdout)["entries"] == 0


@pytest.mark.gpu
def test_every_device_passes() -> None:
    assert [one for one in examine(Settings.load(), ["cpu", "cuda"]) if not one.ok] == []
