"""The shipped trainings of autoencoders made small, and what the shipped models of digits draw."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch

from engine import OnDevice
from engine.executors.headless import Headless
from engine.graph.document import Graph
from engine.settings import BUILT_IN
from nodes.autoencoder.use import decode, encode, noise
from nodes.autoencoder.values import Autoencoder
from nodes.data.digits import digits
from nodes.data.pictures import pictures
from nodes.measure.digit_classifier import installed
from nodes.measure.digits import read_digits, recognised
from nodes.train.trained import exported
from nodes.values import Image

GRAPHS = BUILT_IN / "graphs"
MODELS = BUILT_IN / "nodes" / "models" / "digits_vae"
REAL = pictures(digits(), count=300)


def small(name: str, **start: Any) -> Graph:
    graph = Graph.read(GRAPHS / f"{name}.json")
    graph.nodes["data"].params.update({"size": 16, "count": 64})
    graph.nodes["start"].params.update({"size": 16, **start})
    graph.nodes["recipe"].params.update({"warmup": 1, "rate": 0.005, "decay": 0.9})
    graph.nodes["train"].checkpoint = 5
    graph.outputs["all"] = "train.loss"
    return graph


def resident(name: str) -> OnDevice[Autoencoder[Any]]:
    handle: Autoencoder[Any] = Autoencoder(name)
    return OnDevice(handle, handle.load(lambda name: MODELS / f"{name}.safetensors"))


@pytest.fixture(scope="module")
def headless() -> Iterator[Headless]:
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    with Headless(base=GRAPHS, cache=False) as headless:
        yield headless
    torch.set_num_threads(threads)


@pytest.fixture(scope="module")
def classifier() -> OnDevice[Any]:
    handle = installed()
    return OnDevice(handle, handle.load(lambda _: Path()))


@pytest.mark.parametrize(
    ("kind", "numbers", "classes"), [("variational", 2, 0), ("variational", 4, 10), ("plain", 4, 0)]
)
def test_an_autoencoder_is_trained_and_shown(
    kind: str, numbers: int, classes: int, headless: Headless
) -> None:
    values = {"kind": kind, "numbers": numbers, "classes": classes, "width": 8, "steps": 30, "batch": 32}
    report = headless.run(small("train_digits_autoencoder"), values)

    assert report.status == "done", report.failures
    losses = report.outputs["all"]
    assert sum(losses[-5:]) < 0.75 * sum(losses[:5])
    assert report.outputs["samples"].pixels.shape == (1, 8 * 18 + 2, 10 * 18 + 2, 3)
    assert report.outputs["reconstructions"].pixels.shape == (1, 6 * 16, 8 * 16, 1)
    assert report.outputs["scatter"].pixels.shape[1] > 560


def test_a_quantised_autoencoder_is_trained_and_shown(headless: Headless) -> None:
    report = headless.run(
        small("train_digits_vqvae", widths=[8, 16]), {"vectors": 16, "steps": 30, "batch": 16}
    )

    assert report.status == "done", report.failures
    losses = report.outputs["all"]
    assert sum(losses[-5:]) < 0.6 * sum(losses[:5])
    assert report.outputs["reconstructions"].pixels.shape == (1, 6 * 16, 8 * 16, 1)


@pytest.mark.parametrize("name", ["train_digits_autoencoder", "train_digits_vqvae"])
def test_an_interrupted_run_ends_with_the_same_bytes(name: str) -> None:
    states: list[list[bytes]] = []
    start = {"widths": [8, 16]} if name == "train_digits_vqvae" else {}
    for counts in ((7,), (5, 7)):
        with Headless(cache=False) as headless:
            for count in counts:
                values = {"steps": count, "batch": 8} | ({} if start else {"width": 8})
                report = headless.run(small(name, **start), values, ["state"])
        states.append(report.outputs["state"].encode({}))
    assert states[0] == states[1]


def test_the_digit_that_the_conditional_model_is_asked_for_is_recognised(
    headless: Headless, classifier: OnDevice[Any]
) -> None:
    graph = Graph.read(GRAPHS / "digits_vae.json")
    graph.outputs = {"digits": "draw.out"}
    report = headless.run(graph, {"count": 200, "seed": 1})
    assert report.status == "done", report.failures

    assert recognised(read_digits(classifier, report.outputs["digits"]).digits) >= 0.85


def test_digits_that_come_back_from_the_conditional_model_are_recognised(classifier: OnDevice[Any]) -> None:
    model = resident("conditional")
    back = decode(model, encode(model, REAL.image, REAL.labels).codes, REAL.labels)

    assert recognised(read_digits(classifier, back).digits, REAL.labels) >= 0.9


def test_neighbours_in_the_plane_are_of_one_class() -> None:
    codes = encode(resident("plane"), REAL.image).codes.samples[:, :, 0, 0]
    nearest = torch.cdist(codes, codes).fill_diagonal_(float("inf")).argmin(1)
    labels = torch.tensor(REAL.labels)

    assert float((labels[nearest] == labels).float().mean()) > 0.7


def test_codes_of_the_plane_lie_about_the_unit_gaussian() -> None:
    codes = encode(resident("plane"), pictures(digits()).image).codes.samples[:, :, 0, 0]

    assert float(codes.mean(0).abs().max()) < 0.5
    assert float(codes.std(0).sub(1).abs().max()) < 0.7


def test_what_is_drawn_changes_little_between_near_codes() -> None:
    model = resident("plane")
    codes = noise(20, 2, seed=3).codes
    near = type(codes)(codes.samples + 0.01, codes.family, 1)

    assert float((decode(model, near).pixels - decode(model, codes).pixels).abs().mean()) < 0.02


def test_the_models_are_small_and_carry_their_architecture() -> None:
    files = sorted(MODELS.glob("*.safetensors"))

    assert [path.stem for path in files] == ["conditional", "plane"]
    assert sum(path.stat().st_size for path in files) < 1_500_000
    assert all('"VectorAutoencoder"' in exported(path).config for path in files)


def test_the_picture_comes_back_from_the_built_in_model_s_vae(headless: Headless) -> None:
    outputs = headless.run(Graph.read(GRAPHS / "vae_round_trip.json"), {}, ["psnr", "decoded"]).outputs

    assert isinstance(outputs["decoded"], Image)
    assert 28 < outputs["psnr"] < 40
