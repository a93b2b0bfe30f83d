import tomllib
from pathlib import Path

import pytest
from hatchling.builders.sdist import SdistBuilder
from hatchling.builders.wheel import WheelBuilder
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[1]

project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
requirements = [
    Requirement(line) for line in project["dependencies"] + project["optional-dependencies"]["dev"]
]

Builder = type[WheelBuilder] | type[SdistBuilder]


def pins() -> dict[str, str]:
    """The exact version of each distribution in constraints.txt."""
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pinned = (line.split("==") for line in lines if line and not line.startswith("#"))
    return {name.lower().replace("_", "-"): version for name, version in pinned}


@pytest.mark.parametrize("requirement", requirements, ids=str)
def test_every_requirement_is_pinned_inside_its_range(requirement: Requirement) -> None:
    assert pins()[requirement.name] in requirement.specifier


def test_no_pin_is_for_one_platform_only() -> None:
    assert not [name for name in pins() if name.startswith(("cuda-", "nvidia-", "triton"))]


@pytest.mark.parametrize("builder", [WheelBuilder, SdistBuilder])
def test_graphs_are_packaged_with_their_pictures_words_and_examples(builder: Builder) -> None:
    expected = {path.relative_to(ROOT).as_posix() for path in (ROOT / "graphs").rglob("*") if path.is_file()}
    packaged = {file.distribution_path for file in builder(str(ROOT)).recurse_included_files()}
    assert "graphs/text_to_image.json" in expected
    assert [*(ROOT / "graphs" / "examples").glob("text_to_image/*.webp")]
    assert expected <= packaged
