"""Depth against transformers' own pipeline, and normals by hand."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image as Pillow

from engine import Folder, OnDevice
from nodes.control.depth import depth, normal
from nodes.control.estimators import DepthEstimator, depth_estimator
from nodes.image.patterns import gradient, solid
from nodes.values import Image
from tests.nodes.control import tiny_estimators
from tests.nodes.control.conftest import Listener


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    home = tmp_path_factory.mktemp("models")
    return {name: save(home / name) for name, save in tiny_estimators.DEPTH.items()}


@pytest.fixture(scope="module")
def pair(coffee: Image) -> Image:
    """Two pictures of 60×44 in steps of 1/255."""
    return Image(torch.cat([coffee.pixels[:, :352:8, :480:8], coffee.pixels[:, 40:392:8, 100:580:8]]))


def built(folder: Path) -> OnDevice[DepthEstimator]:
    handle = depth_estimator(Folder(folder, "a"))
    return OnDevice(handle, handle.load(lambda _: folder))


def predicted(folder: Path, image: Image) -> list[torch.Tensor]:
    """What the pipeline predicts for each picture, [H, W]."""
    from transformers import pipeline

    estimate = pipeline("depth-estimation", model=str(folder), device="cpu")
    pictures = [Pillow.fromarray((one * 255).round().byte().numpy()) for one in image.pixels]
    return [estimate(picture)["predicted_depth"] for picture in pictures]


def stretched(plane: torch.Tensor) -> torch.Tensor:
    return (plane - plane.min()) / (plane.max() - plane.min())


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("depth_anything", lambda found: found),
        ("dpt", lambda found: found),
        ("zoedepth", lambda metres: 1 / metres),
    ],
)
def test_depth_is_what_the_pipeline_predicts_with_the_nearest_white(
    name: str, near: Any, folders: dict[str, Path], pair: Image, listener: Listener
) -> None:
    expected = [stretched(near(found)) for found in predicted(folders[name], pair)]

    planes = depth(pair, built(folders[name]), listener).pixels

    assert planes.shape == (2, 44, 60, 3)
    assert planes.is_contiguous()
    assert listener.told == [(1, 2), (2, 2)]
    for plane, one in zip(planes, expected, strict=True):
        assert torch.equal(plane, one[..., None].expand(-1, -1, 3))


def test_a_metric_depth_anything_is_turned_around(tmp_path: Path, pair: Image, listener: Listener) -> None:
    folder = tiny_estimators.depth_anything(tmp_path / "metric", depth_estimation_type="metric", max_depth=20)
    [metres, _] = predicted(folder, pair)

    [white, _] = depth(pair, built(folder), listener).pixels[..., 0]

    assert white[np.unravel_index(int(metres.argmin()), metres.shape)] == 1
    assert white[np.unravel_index(int(metres.argmax()), metres.shape)] == 0


def test_even_ground_is_black(folders: dict[str, Path], listener: Listener) -> None:
    estimator = built(folders["dpt"])
    last = [module for module in estimator.model.head.modules() if isinstance(module, torch.nn.Conv2d)][-1]
    last.weight.zero_()

    assert depth(solid(32, 32), estimator, listener).pixels.abs().max() == 0


def test_a_model_in_half_precision_gives_about_the_same(
    folders: dict[str, Path], pair: Image, listener: Listener
) -> None:
    handle = depth_estimator(Folder(folders["dpt"], "a"), "bfloat16")
    half = depth(pair, OnDevice(handle, handle.load(lambda _: folders["dpt"])), listener).pixels

    assert half.dtype == torch.float32
    assert (half - depth(pair, built(folders["dpt"]), listener).pixels).abs().mean() < 0.05


def test_what_faces_the_viewer_is_blue() -> None:
    flat = normal(solid(8, 8, "#404040")).pixels

    torch.testing.assert_close(flat, torch.tensor([0.5, 0.5, 1.0]).expand(1, 8, 8, 3))


@pytest.mark.parametrize(
    ("direction", "facing"), [("right", [1, 0, 1]), ("down", [0, 1, 1])], ids=["left is red", "up is green"]
)
def test_what_comes_nearer_faces_back(direction: Any, facing: list[float]) -> None:
    # brightness rises by 1/63 a pixel, and stands out 63 pixels: 45 degrees
    slope = normal(gradient(64, 64, direction=direction), relief=63 / 64).pixels

    expected = (torch.tensor(facing) / 2**0.5 + 1) / 2
    torch.testing.assert_close(slope, expected.expand(1, 64, 64, 3), atol=1e-4, rtol=0)


def test_normals_of_a_batch_are_those_of_each_picture() -> None:
    pictures = [gradient(24, 16, direction=direction) for direction in ("right", "outward")]

    both = normal(Image(torch.cat([one.pixels for one in pictures]))).pixels

    assert both.is_contiguous()
    assert torch.equal(both, torch.cat([normal(one).pixels for one in pictures]))
