"""What makers of models write into their headers."""

import json
from pathlib import Path

import pytest

from nodes.recognise.recognise import recognise
from tests.nodes.recognise import companions, layouts, writing

LORA = companions.LORAS["kohya sd1"][0]
UNKNOWN = companions.LORAS["a layer that nobody knows"][0]


def test_tags_are_trigger_words_the_most_frequent_first(tmp_path: Path) -> None:
    tags = {"10_cat": {"sks cat": 40, "outdoors": 3}, "5_more": {"outdoors": 20, "": 99, "red": 1}}
    path = writing.safetensors(
        tmp_path / "a.safetensors", LORA, metadata={"ss_tag_frequency": json.dumps(tags)}
    )

    assert recognise(path).trigger_words == ("sks cat", "outdoors", "red")


def test_the_phrase_of_modelspec_comes_before_tags(tmp_path: Path) -> None:
    metadata = {
        "modelspec.trigger_phrase": "in the style of a fresco, fresco",
        "ss_tag_frequency": json.dumps({"a": {"wall": 5, "fresco": 2}}),
    }
    path = writing.safetensors(tmp_path / "a.safetensors", LORA, metadata=metadata)

    assert recognise(path).trigger_words == ("in the style of a fresco", "fresco", "wall")


@pytest.mark.parametrize(
    "text", ["no json", "[]", '{"a": 1}', '{"a": {"b": "c", "d": NaN, "e": -1, "f": 1e400}}', "[" * 100_000]
)
def test_tags_that_are_none_are_left_out(text: str, tmp_path: Path) -> None:
    path = writing.safetensors(tmp_path / "a.safetensors", LORA, metadata={"ss_tag_frequency": text})

    assert recognise(path).trigger_words == ()


def test_title_author_and_licence_are_modelspecs(tmp_path: Path) -> None:
    metadata = {
        "modelspec.title": "Frescos",
        "modelspec.author": "A. Painter",
        "modelspec.license": "CC-BY-4.0",
    }
    found = recognise(writing.safetensors(tmp_path / "a.safetensors", LORA, metadata=metadata))

    assert (found.title, found.author, found.licence) == ("Frescos", "A. Painter", "CC-BY-4.0")
    assert found.metadata == metadata


@pytest.mark.parametrize(
    ("metadata", "family"),
    [
        ({"modelspec.architecture": "stable-diffusion-xl-v1-base/lora"}, "sdxl"),
        ({"modelspec.architecture": "stable-diffusion-v1/lora"}, "sd1"),
        ({"modelspec.architecture": "Flux.1-dev/lora"}, "flux"),
        ({"ss_base_model_version": "sd_v1"}, "sd1"),
        ({"ss_base_model_version": "sdxl_base_v1-0"}, "sdxl"),
        ({"ss_base_model_version": "flux1"}, "flux"),
        ({"ss_v2": "True"}, "sd2"),
        ({"modelspec.architecture": "something new"}, ""),
    ],
)
def test_metadata_tell_a_family_that_shapes_do_not(
    metadata: dict[str, str], family: str, tmp_path: Path
) -> None:
    assert (
        recognise(writing.safetensors(tmp_path / "a.safetensors", UNKNOWN, metadata=metadata)).family
        == family
    )


def test_shapes_are_believed_before_metadata(tmp_path: Path) -> None:
    metadata = {"ss_base_model_version": "sdxl_base_v1-0"}

    assert recognise(writing.safetensors(tmp_path / "a.safetensors", LORA, metadata=metadata)).family == "sd1"


@pytest.mark.parametrize(
    ("metadata", "prediction"),
    [
        ({"modelspec.prediction_type": "v"}, "v_prediction"),
        ({"modelspec.prediction_type": "epsilon"}, "epsilon"),
        ({"ss_v_parameterization": "True"}, "v_prediction"),
        ({}, ""),
    ],
)
def test_what_it_predicts_is_told_where_metadata_say_it(
    metadata: dict[str, str], prediction: str, tmp_path: Path
) -> None:
    found = recognise(writing.safetensors(tmp_path / "a.safetensors", LORA, metadata=metadata))

    assert found.prediction == prediction


def test_an_empty_tensor_can_mark_a_checkpoint_as_predicting_velocity(tmp_path: Path) -> None:
    shapes = layouts.SINGLE_FILES["sdxl"][0] | {"v_pred": (), "ztsnr": ()}

    assert recognise(writing.safetensors(tmp_path / "a.safetensors", shapes)).prediction == "v_prediction"
