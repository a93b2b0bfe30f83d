"""What a VAE's options do to its numbers, beside diffusers' own way of setting them."""

from pathlib import Path
from typing import Any

import pytest
import torch

from engine import OnDevice
from engine.errors import ValueRefused
from nodes.checkpoints.options import OptionRefused, Tiles
from nodes.checkpoints.pixel_space import pixel_space
from nodes.checkpoints.vae_options import options
from nodes.vae import decode, encode
from nodes.values import VAE, Image, Latent

EMOJI = Path(__file__).parents[3] / "nodes" / "models" / "emoji"
PLAIN: VAE[Any] = VAE("emoji", "vae", "sd-192-12", channels=12, factor=8)


def loaded(**chosen: Any) -> OnDevice[VAE[Any]]:
    handle = options(PLAIN, **chosen)
    return OnDevice(handle, handle.load(lambda _: EMOJI))


@pytest.fixture(scope="module")
def plain() -> OnDevice[VAE[Any]]:
    return loaded()


def pictures(count: int = 1) -> Image:
    return Image(torch.rand((count, 64, 96, 3), generator=torch.Generator().manual_seed(1)))


def latents(count: int = 1) -> Latent[Any]:
    samples = torch.randn((count, 12, 8, 12), generator=torch.Generator().manual_seed(1))
    return Latent(samples, PLAIN.family)


def encoded(vae: OnDevice[VAE[Any]], image: Image) -> torch.Tensor:
    return encode(vae, image, draw="mode").latent.samples


def test_tiles_change_numbers_as_in_diffusers(plain: OnDevice[VAE[Any]]) -> None:
    tiled, own = loaded(tile=32, overlap=0.25), PLAIN.load(lambda _: EMOJI)
    own.tile_sample_min_size, own.tile_latent_min_size = 32, 4
    own.enable_tiling()
    theirs = OnDevice(PLAIN, own)

    assert torch.equal(decode(tiled, latents()).pixels, decode(theirs, latents()).pixels)
    assert torch.equal(encoded(tiled, pictures()), encoded(theirs, pictures()))
    assert not torch.equal(decode(tiled, latents()).pixels, decode(plain, latents()).pixels)
    assert not torch.equal(encoded(tiled, pictures()), encoded(plain, pictures()))


def test_the_overlap_is_blended(plain: OnDevice[VAE[Any]]) -> None:
    """More of it comes closer to the whole picture."""
    whole = decode(plain, latents()).pixels
    far, near = (decode(loaded(tile=32, overlap=share), latents()).pixels for share in (0.0, 0.5))

    assert (near - whole).abs().mean() < (far - whole).abs().mean()


def test_a_picture_of_one_tile_is_whole(plain: OnDevice[VAE[Any]]) -> None:
    tiled = loaded(tile=96)

    assert torch.equal(decode(tiled, latents()).pixels, decode(plain, latents()).pixels)
    assert torch.equal(encoded(tiled, pictures()), encoded(plain, pictures()))


def test_one_by_one_gives_what_each_picture_gives_alone(plain: OnDevice[VAE[Any]]) -> None:
    """A batch and its rows alone differ in the last bits, so this is no policy of the machine."""
    single, several = loaded(one_by_one=True), latents(3)
    found = decode(single, several).pixels

    rows = [decode(plain, Latent(row[None])).pixels for row in several.samples]
    assert torch.equal(found, torch.cat(rows))
    assert not torch.equal(found, decode(plain, several).pixels)
    torch.testing.assert_close(found, decode(plain, several).pixels, atol=1e-5, rtol=0)
    rows = [encoded(plain, Image(row[None])) for row in pictures(3).pixels]
    assert torch.equal(encoded(single, pictures(3)), torch.cat(rows))


def test_a_vae_of_films_has_tiles_of_its_own_kind() -> None:
    from diffusers.models.autoencoders.autoencoder_kl_wan import AutoencoderKLWan

    model: Any = AutoencoderKLWan(base_dim=3, z_dim=16, dim_mult=[1, 1, 1, 1], num_res_blocks=1)
    Tiles(64, 0.25).put_on(model)

    assert model.use_tiling
    assert (model.tile_sample_min_height, model.tile_sample_min_width) == (64, 64)
    assert (model.tile_sample_stride_height, model.tile_sample_stride_width) == (48, 48)


def test_models_that_draw_pixels_have_no_vae_to_cut() -> None:
    with pytest.raises(OptionRefused, match=r"tile: expected a VAE that can work on tiles, got a .* at 0\."):
        Tiles(64, 0.25).put_on(pixel_space(torch.float32))


@pytest.mark.parametrize("tile", [8, 36])
def test_tiles_are_whole_cells(tile: int) -> None:
    with pytest.raises(ValueRefused, match=f"expected tiles of a multiple of 8 pixels, .* got {tile}"):
        options(PLAIN, tile=tile)


def test_options_of_another_copy_leave_a_model_in_use_alone(plain: OnDevice[VAE[Any]]) -> None:
    before = decode(plain, latents()).pixels
    decode(loaded(tile=32), latents())

    assert torch.equal(decode(plain, latents()).pixels, before)
    assert options(plain.handle, tile=32) != plain.handle
