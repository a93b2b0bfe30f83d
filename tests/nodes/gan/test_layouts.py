"""Checkpoints of DCGAN in the layout of PyTorch's example, against forward passes written out."""

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file
from torch.nn.functional import batch_norm, conv2d, conv_transpose2d, leaky_relu, relu

from nodes.checkpoints.refusal import CheckpointRefused
from nodes.gan.layouts import Kind, read
from nodes.gan.values import Discriminator, Generator
from nodes.recognise.recognise import recognise

State = dict[str, torch.Tensor]
NOISE, WIDTH, CHANNELS = 3, 2, 1
MADE = [0.079385, -0.183597, 0.131712, -0.072323, 0.236661, -0.009606]
"""By ``made``, of one noise vector: row 8, columns 4 to 9."""
JUDGED = [1.04877, 3.15141]
"""By ``judged``, of two pictures."""


def wave(*shape: int, phase: float = 0.0) -> torch.Tensor:
    """Numbers that can be told again: sin(phase + 0, 1, 2 …)."""
    return torch.sin(phase + torch.arange(torch.Size(shape).numel(), dtype=torch.float32)).reshape(shape)


def norm(place: int, width: int) -> State:
    return {
        f"main.{place}.weight": 1 + 0.1 * wave(width),
        f"main.{place}.bias": 0.1 * wave(width, phase=1),
        f"main.{place}.running_mean": 0.1 * wave(width, phase=2),
        f"main.{place}.running_var": 1 + 0.5 * wave(width, phase=3),
        f"main.{place}.num_batches_tracked": torch.tensor(7),
    }


def generator() -> State:
    """For pictures of 16 × 16: 4 → 8 → 16."""
    return {
        "main.0.weight": wave(NOISE, 2 * WIDTH, 4, 4),
        **norm(1, 2 * WIDTH),
        "main.3.weight": wave(2 * WIDTH, WIDTH, 4, 4, phase=1) / 4,
        **norm(4, WIDTH),
        "main.6.weight": wave(WIDTH, CHANNELS, 4, 4, phase=2) / 4,
    }


def discriminator() -> State:
    return {
        "main.0.weight": wave(WIDTH, CHANNELS, 4, 4),
        "main.2.weight": wave(2 * WIDTH, WIDTH, 4, 4, phase=1),
        **norm(3, 2 * WIDTH),
        "main.5.weight": wave(1, 2 * WIDTH, 4, 4, phase=2),
    }


def normal(state: State, place: int, hidden: torch.Tensor) -> torch.Tensor:
    mean, variance, weight, bias = (
        state[f"main.{place}.{name}"] for name in ("running_mean", "running_var", "weight", "bias")
    )
    return batch_norm(hidden, mean, variance, weight, bias)


def made(state: State, noise: torch.Tensor) -> torch.Tensor:
    """What the paper's generator makes of noise (section 3)."""
    hidden = relu(normal(state, 1, conv_transpose2d(noise, state["main.0.weight"])))
    hidden = relu(normal(state, 4, conv_transpose2d(hidden, state["main.3.weight"], None, 2, 1)))
    return torch.tanh(conv_transpose2d(hidden, state["main.6.weight"], None, 2, 1))


def judged(state: State, pictures: torch.Tensor) -> torch.Tensor:
    hidden = leaky_relu(conv2d(pictures, state["main.0.weight"], None, 2, 1), 0.2)
    hidden = leaky_relu(normal(state, 3, conv2d(hidden, state["main.2.weight"], None, 2, 1)), 0.2)
    return conv2d(hidden, state["main.5.weight"]).flatten()


def built(kind: Kind, path: Path) -> Any:
    handle: Any = (Generator if kind == "generator" else Discriminator)("digest")
    return handle.load(lambda _: path)


def kept(tmp_path: Path, content: Any, suffix: str = ".pth") -> Path:
    path = tmp_path / f"weights{suffix}"
    save_file(content, path) if suffix == ".safetensors" else torch.save(content, path)
    return path


def test_a_generator_makes_what_the_paper_s_layers_make(tmp_path: Path) -> None:
    noise = wave(2, NOISE, 1, 1, phase=4)
    module = built("generator", kept(tmp_path, generator()))
    assert torch.allclose(module(noise), made(generator(), noise), atol=1e-6)


def test_a_generator_gives_the_values_that_were_written_down(tmp_path: Path) -> None:
    picture = built("generator", kept(tmp_path, generator()))(wave(1, NOISE, 1, 1, phase=4))
    assert picture.shape == (1, 1, 16, 16)
    assert picture[0, 0, 8, 4:10].tolist() == pytest.approx(MADE, abs=1e-5)


def test_a_discriminator_judges_as_the_paper_s_layers_do(tmp_path: Path) -> None:
    pictures = wave(2, CHANNELS, 16, 16, phase=5)
    module = built("discriminator", kept(tmp_path, discriminator()))
    assert torch.allclose(module(pictures), judged(discriminator(), pictures), atol=1e-5)
    assert module(pictures).tolist() == pytest.approx(JUDGED, abs=1e-4)


@pytest.mark.parametrize("begin", ["", "module.", "netG.", "generator."])
@pytest.mark.parametrize("suffix", [".pth", ".safetensors"])
def test_names_may_begin_with_what_wraps_the_network(begin: str, suffix: str, tmp_path: Path) -> None:
    path = kept(tmp_path, {begin + name: one for name, one in generator().items()}, suffix)
    config = json.loads(read(path, "generator").config)
    assert config == {
        "_class_name": "DCGANGenerator", "size": 16, "channels": CHANNELS, "noise": NOISE, "width": WIDTH
    }  # fmt: skip
    found = recognise(path)
    assert (found.kind, found.family) == ("generator", "dcgan")


@pytest.mark.parametrize("kind", ["generator", "discriminator"])
def test_each_network_is_found_in_a_file_of_a_training(kind: Kind, tmp_path: Path) -> None:
    both = {"netD_state_dict": discriminator(), "netG_state_dict": generator(), "epoch": 3}
    wanted = generator() if kind == "generator" else discriminator()
    weights = read(kept(tmp_path, both), kind).tensors
    assert weights.keys() == wanted.keys()
    assert all(torch.equal(weights[name], wanted[name]) for name in wanted)


def test_files_before_pytorch_counted_batches_are_read(tmp_path: Path) -> None:
    older = {name: one for name, one in generator().items() if "num_batches" not in name}
    noise = wave(1, NOISE, 1, 1)
    module = built("generator", kept(tmp_path, older))
    assert torch.allclose(module(noise), made(generator(), noise), atol=1e-6)


def test_the_packaged_faces_are_of_this_layout() -> None:
    from nodes.gan.faces import weights_file

    config = json.loads(read(weights_file(), "generator").config)
    assert (config["size"], config["channels"], config["noise"], config["width"]) == (64, 3, 100, 64)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (discriminator(), "expected a DCGAN generator, got a discriminator"),
        ({"fc.weight": torch.zeros(2, 2)}, r"got tensors such as fc\.weight"),
        (
            generator() | {"main.3.weight": torch.zeros(4, 3, 4, 4)},
            r"main\.3\.weight of shape \[4, 2, 4, 4\]",
        ),
        (generator() | {"main.0.bias": torch.zeros(4)}, r"main\.0\.bias beside them"),
        ({"main.0.weight": torch.zeros(1, 1, 4, 4), "main.1.weight": torch.ones(1)}, "3 to 8 convolutions"),
        (
            {name: one for name, one in generator().items() if name != "main.4.bias"},
            r"main\.4\.bias of shape",
        ),
    ],
)
def test_other_files_are_refused_by_name(content: State, message: str, tmp_path: Path) -> None:
    with pytest.raises(CheckpointRefused, match=message):
        read(kept(tmp_path, content), "generator")
