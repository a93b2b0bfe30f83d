from pathlib import Path
from typing import Any

import pytest
import torch

from engine import OnDevice
from engine.declare.codec import decode as stored
from engine.declare.codec import encode as store
from engine.errors import ValueRefused
from nodes.autoencoder.plane import plane
from nodes.autoencoder.quantised import quantised_start
from nodes.autoencoder.training import start
from nodes.autoencoder.use import decode, encode, model, noise
from nodes.autoencoder.values import Autoencoder
from nodes.checkpoints.refusal import CheckpointRefused
from nodes.data.digits import digits
from nodes.data.pictures import pictures
from nodes.diffusion.blend import blend, interpolate
from nodes.gan.generate import generator
from nodes.gan.training import generator_start
from nodes.values import Image, Latent

TEN = pictures(digits(size=16, count=10))


def resident(handle: Autoencoder[Any], path: Path = Path()) -> OnDevice[Autoencoder[Any]]:
    return OnDevice(handle, handle.load(lambda _: path))


@pytest.fixture(scope="module")
def variational() -> Autoencoder[Any]:
    return model(start(size=16, numbers=3, width=8, seed=1))


@pytest.fixture(scope="module")
def quantised() -> Autoencoder[Any]:
    return model(quantised_start([8, 16], 16, vectors=16, numbers=2, seed=1))


def test_a_code_is_the_mean_of_the_gaussian_or_a_sample_of_it(variational: Autoencoder[Any]) -> None:
    loaded = resident(variational)
    mean, log_variance = loaded.model.encode(TEN.image.pixels.permute(0, 3, 1, 2) * 2 - 1)
    drawn = torch.randn(10, 3, generator=torch.Generator().manual_seed(4))

    told = encode(loaded, TEN.image).codes
    assert (told.family, told.factor, told.samples.shape) == ("autoencoder", 1, (10, 3, 1, 1))
    assert torch.equal(told.samples[:, :, 0, 0], mean)
    sample = encode(loaded, TEN.image, draw="sample", seed=4)
    assert torch.equal(sample.codes.samples[:, :, 0, 0], mean + (0.5 * log_variance).exp() * drawn)
    further = encode(loaded, TEN.image, draw="sample", rng=sample.rng).codes
    assert not torch.equal(further.samples, sample.codes.samples)


def test_a_file_of_another_network_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "generator.safetensors"
    path.write_bytes(generator(generator_start(16, noise=4, width=4)).encode({})[0])
    with pytest.raises(CheckpointRefused, match="expected an autoencoder, got a network of the class DCGAN"):
        resident(Autoencoder("digest"), path)


def test_a_plain_autoencoder_has_one_code_for_a_picture() -> None:
    loaded = resident(model(start("plain", 16, width=8, seed=1)))

    codes = [encode(loaded, TEN.image, draw=draw).codes.samples for draw in ("mean", "sample")]  # pyright: ignore[reportArgumentType] # one of both
    assert torch.equal(*codes)


def test_codes_of_a_codebook_are_cells_with_its_vectors(quantised: Autoencoder[Any]) -> None:
    loaded = resident(quantised)
    codes = encode(loaded, TEN.image).codes

    assert (codes.samples.shape, codes.factor) == ((10, 2, 8, 8), 2)
    book = loaded.model.quantize.embedding.weight
    known = {tuple(vector) for vector in book.tolist()}
    assert {tuple(cell) for cell in codes.samples.permute(0, 2, 3, 1).reshape(-1, 2).tolist()} <= known


def test_codes_between_those_of_a_codebook_are_led_to_the_nearest(quantised: Autoencoder[Any]) -> None:
    loaded = resident(quantised)
    codes = encode(loaded, TEN.image).codes
    shifted = Latent(codes.samples + 1e-5, codes.family, codes.factor)

    assert torch.allclose(decode(loaded, shifted).pixels, decode(loaded, codes).pixels, atol=1e-6)


def test_the_latent_nodes_work_on_codes(variational: Autoencoder[Any]) -> None:
    codes = encode(resident(variational), TEN.image).codes
    first, second = (Latent(codes.samples[place : place + 1], codes.family, 1) for place in (0, 1))

    walk = interpolate(first, second, 5, "linear")
    middle = blend(first, second, 0.5)
    assert walk.family == middle.family == "autoencoder"
    assert torch.allclose(walk.samples[2:3], (first.samples + second.samples) / 2)
    assert torch.allclose(middle.samples, walk.samples[2:3])
    assert decode(resident(variational), walk).pixels.shape == (5, 16, 16, 1)


def test_classes_are_told_both_ways_and_go_in_turn_without_any() -> None:
    loaded = resident(model(start(size=16, numbers=3, width=8, classes=10, seed=1)))
    same = Image(TEN.image.pixels[:1].repeat(12, 1, 1, 1))
    codes = encode(loaded, same).codes
    assert not torch.equal(codes.samples[0], codes.samples[1])
    assert torch.allclose(codes.samples[0], codes.samples[10])
    one = Latent(codes.samples[:1].repeat(3, 1, 1, 1), codes.family, 1)
    made = decode(loaded, one, [2, 7, 2]).pixels
    assert torch.allclose(made[0], made[2])
    assert not torch.allclose(made[0], made[1])


@pytest.mark.parametrize(
    ("labels", "said"),
    [([1, 2], "a class for each of 3 pictures, got 2"), ([0, 1, 10], "from 0 to 9, got 0")],
)
def test_classes_that_do_not_fit_are_refused(labels: list[int], said: str) -> None:
    loaded = resident(model(start(size=16, numbers=3, width=8, classes=10)))
    with pytest.raises(ValueRefused, match=said):
        decode(loaded, noise(3, 3).codes, labels)


@pytest.mark.parametrize("kind", ["variational", "quantised"])
def test_an_exported_autoencoder_and_a_stored_one_make_the_same(
    kind: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    handle: Autoencoder[Any] = request.getfixturevalue(kind)
    path = tmp_path / "autoencoder.safetensors"
    path.write_bytes(handle.encode({})[0])
    loaded = resident(handle)
    codes = encode(loaded, TEN.image).codes

    for again in (resident(Autoencoder("digest"), path), resident(stored(store(handle)))):
        assert torch.equal(encode(again, TEN.image).codes.samples, codes.samples)
        assert torch.equal(decode(again, codes).pixels, decode(loaded, codes).pixels)


def test_pictures_that_do_not_fit_are_refused(variational: Autoencoder[Any]) -> None:
    loaded = resident(variational)
    with pytest.raises(ValueRefused, match=r"pictures of 16 × 16 \(put image.resize in front\), got 8 × 16"):
        encode(loaded, Image(torch.zeros(1, 16, 8, 1)))
    with pytest.raises(ValueRefused, match=r"without alpha \(put image.flatten in front\)"):
        encode(loaded, Image(torch.zeros(1, 16, 16, 4)))


def test_colours_become_grey_for_an_autoencoder_of_grey_pictures(variational: Autoencoder[Any]) -> None:
    loaded = resident(variational)
    coloured = Image(TEN.image.pixels.expand(-1, -1, -1, 3).contiguous())

    assert torch.allclose(
        encode(loaded, coloured).codes.samples, encode(loaded, TEN.image).codes.samples, atol=1e-5
    )


def test_codes_of_other_autoencoders_are_refused(
    variational: Autoencoder[Any], quantised: Autoencoder[Any]
) -> None:
    with pytest.raises(ValueRefused, match=r"\[B, 3, 1, 1\], got \[4, 2, 1, 1\]"):
        decode(resident(variational), noise(4, 2).codes)
    with pytest.raises(ValueRefused, match=r"\[B, 2, H, W\], got \[4, 3, 1, 1\]"):
        decode(resident(quantised), noise(4, 3).codes)


def test_a_state_of_another_network_gives_no_autoencoder() -> None:
    with pytest.raises(ValueRefused, match="expected the state of an autoencoder, got one of generator"):
        model(generator_start(16, width=8))


def test_drawn_codes_follow_the_seed_and_go_on() -> None:
    first, again = noise(4, 3, seed=2), noise(4, 3, seed=2)

    assert torch.equal(first.codes.samples, again.codes.samples)
    generator = torch.Generator().manual_seed(2)
    both = [torch.randn(4, 3, 1, 1, generator=generator) for _ in range(2)]
    assert torch.equal(first.codes.samples, both[0])
    assert torch.equal(noise(4, 3, rng=first.rng).codes.samples, both[1])


def test_codes_of_two_numbers_are_shown_as_points_of_the_plane() -> None:
    codes = noise(4, 2).codes
    places = codes.places()

    assert places is not None
    assert torch.equal(places, codes.samples[:, :, 0, 0])
    assert noise(4, 3).codes.places() is None


def test_the_plane_goes_through_the_quantiles_of_the_gaussian() -> None:
    walk = plane(4).samples[:, :, 0, 0]
    shares = torch.special.ndtr(walk)

    assert torch.allclose(shares[:4, 0], torch.tensor([0.125, 0.375, 0.625, 0.875]))
    assert torch.allclose(shares[::4, 1], torch.tensor([0.875, 0.625, 0.375, 0.125]))
    assert torch.equal(walk[:4, 1], walk[:1, 1].expand(4))


def test_the_plane_of_two_numbers_goes_through_a_code_that_has_more() -> None:
    middle = noise(1, 4, seed=1).codes
    walk = plane(3, 4, across=4, up=2, around=middle).samples[:, :, 0, 0]

    assert torch.equal(walk[:, [0, 2]], middle.samples[:, [0, 2], 0, 0].expand(9, 2))
    assert walk[:3, 3].tolist() == sorted(walk[:3, 3].tolist())
    assert float(walk[4, 1]) == pytest.approx(0.0)


@pytest.mark.parametrize(("across", "up"), [(1, 1), (1, 3)])
def test_numbers_that_a_code_has_not_are_refused(across: int, up: int) -> None:
    with pytest.raises(ValueRefused, match="two different numbers out of 1 to 2"):
        plane(4, 2, across, up)


def test_the_plane_goes_through_one_code() -> None:
    with pytest.raises(ValueRefused, match=r"one code, \[1, 3, 1, 1\], got \[2, 3, 1, 1\]"):
        plane(4, 3, around=noise(2, 3).codes)
