from pathlib import Path

import pytest

from engine.graph.document import Graph
from nodes.models import train_digits
from nodes.models.train_digits import GRAPHS, TRAININGS, placed
from nodes.train.values import ModelFolder


@pytest.fixture(autouse=True)
def models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(train_digits, "MODELS", tmp_path)
    (tmp_path / "digits_gan").mkdir()
    return tmp_path


def test_a_folder_of_files_is_unpacked(models: Path) -> None:
    [archive] = ModelFolder(["unet/config.json"], [b"{}"]).encode({})
    placed("model", "digits_flow", archive)
    assert (models / "digits_flow" / "unet" / "config.json").read_bytes() == b"{}"


def test_a_network_is_written_under_its_output_s_name_or_the_one_that_is_given(models: Path) -> None:
    placed("generator", "digits_gan", b"weights")
    placed("model", "digits_gan/plane", b"others")
    assert (models / "digits_gan" / "generator.safetensors").read_bytes() == b"weights"
    assert (models / "digits_gan" / "plane.safetensors").read_bytes() == b"others"


@pytest.mark.parametrize(("name", "values", "places"), TRAININGS)
def test_what_is_trained_are_inputs_and_outputs_of_shipped_graphs(
    name: str, values: dict[str, int], places: dict[str, str]
) -> None:
    graph = Graph.read(GRAPHS / f"{name}.json")
    assert values.keys() <= graph.inputs.keys()
    assert places.keys() <= graph.outputs.keys()
