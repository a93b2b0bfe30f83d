from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

import nodes.models
from engine import OnDevice
from engine.errors import Cancelled, ValueRefused
from nodes.image import enlarge as module
from nodes.image.decode import read
from nodes.image.upscale import upscale
from nodes.values import Image, Upscaler
from tests.nodes.image.listener import Listener, picture

MODELS = Path(nodes.models.__file__).parent
Built = OnDevice[Upscaler]


@pytest.fixture(scope="module")
def shipped() -> Built:
    handle = Upscaler("a")
    return OnDevice(handle, handle.load(lambda _: MODELS / "realesr-animevideov3-x4.safetensors"))


@pytest.fixture(scope="module")
def emoji() -> Image:
    """Two rows of two pictures of 64×64."""
    return Image(read(MODELS / "noto_emoji" / "noto_emoji.webp").pixels[:, :128, :128])


def compact(folder: Path, *, scale: int = 2, channels: int = 3) -> Built:
    """A random model of Real-ESRGAN's compact architecture that sees 4 pixels around."""
    from spandrel.architectures.Compact import Compact

    torch.manual_seed(0)
    model = Compact(num_in_ch=channels, num_out_ch=channels, num_feat=8, num_conv=2, upscale=scale)
    save_file(model.state_dict(), folder / "model.safetensors")
    handle = Upscaler("a")
    return OnDevice(handle, handle.load(lambda _: folder / "model.safetensors"))


def test_the_shipped_model_gives_what_spandrel_gives(shipped: Built, emoji: Image) -> None:
    from spandrel import ImageModelDescriptor, ModelLoader

    model = ModelLoader().load_from_file(MODELS / "realesr-animevideov3-x4.safetensors")
    assert isinstance(model, ImageModelDescriptor)
    expected = model(emoji.pixels.permute(0, 3, 1, 2).contiguous()).permute(0, 2, 3, 1)

    assert torch.equal(upscale(emoji, shipped, Listener()).pixels, expected)


def test_an_enlarged_picture_shrinks_back_to_what_it_was(shipped: Built, emoji: Image) -> None:
    large = upscale(emoji, shipped, Listener()).pixels

    small = torch.nn.functional.avg_pool2d(large.permute(0, 3, 1, 2), 4).permute(0, 2, 3, 1)

    assert large.shape == (1, 512, 512, 3)
    assert (small - emoji.pixels).abs().mean() < 0.03


@pytest.mark.parametrize(("tile", "overlap"), [(64, 32), (48, 24), (32, 32)])
def test_tiles_leave_no_seams(shipped: Built, emoji: Image, tile: int, overlap: int) -> None:
    whole = upscale(emoji, shipped, Listener()).pixels

    tiled = upscale(emoji, shipped, Listener(), tile=tile, overlap=overlap).pixels

    assert (whole - tiled).abs().max() <= 1 / 255


@pytest.mark.parametrize("scale", [1, 2, 3, 4])
def test_the_factor_is_the_models_own(scale: int, tmp_path: Path) -> None:
    model = compact(tmp_path, scale=scale)

    assert upscale(picture(1, 5, 7, 3), model, Listener()).pixels.shape == (1, 5 * scale, 7 * scale, 3)


def test_tiles_of_any_shape_are_exact_when_the_overlap_covers_what_the_model_sees(tmp_path: Path) -> None:
    model, image = compact(tmp_path, scale=3), picture(2, 75, 101, 3)

    tiled = upscale(image, model, Listener(), tile=32, overlap=8)

    torch.testing.assert_close(tiled.pixels, upscale(image, model, Listener()).pixels, atol=1e-6, rtol=0)


def test_alpha_is_enlarged_on_its_own(tmp_path: Path) -> None:
    model, image = compact(tmp_path), picture(1, 8, 8, 4)

    enlarged = upscale(image, model, Listener()).pixels

    colour = upscale(Image(image.pixels[..., :3]), model, Listener()).pixels
    alpha = upscale(Image(image.pixels[..., 3:]), model, Listener()).pixels
    assert torch.equal(enlarged, torch.cat([colour, alpha], dim=-1))


def test_opaque_alpha_stays_opaque(tmp_path: Path) -> None:
    image = Image(torch.cat([picture(1, 8, 8, 3).pixels, torch.ones(1, 8, 8, 1)], dim=-1))

    assert bool((upscale(image, compact(tmp_path), Listener()).pixels[..., 3] == 1).all())


def test_grey_stays_grey(tmp_path: Path) -> None:
    assert upscale(picture(1, 8, 8, 1), compact(tmp_path), Listener()).pixels.shape == (1, 16, 16, 1)


def test_a_grey_model_enlarges_each_channel(tmp_path: Path) -> None:
    model, image = compact(tmp_path, channels=1), picture(1, 8, 8, 4)

    enlarged = upscale(image, model, Listener()).pixels

    for channel in range(4):
        plane = upscale(Image(image.pixels[..., channel : channel + 1]), model, Listener()).pixels
        assert torch.equal(enlarged[..., channel : channel + 1], plane)


def test_a_model_of_other_channels_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueRefused, match="a model of 1, 3 or 4 channels, got one of 2"):
        upscale(picture(1, 8, 8, 3), compact(tmp_path, channels=2), Listener())


def test_every_tile_of_every_picture_is_told(tmp_path: Path) -> None:
    listener = Listener()

    upscale(picture(2, 40, 70, 3), compact(tmp_path), listener, tile=40, overlap=8)

    assert listener.told == [(1, 4), (2, 4), (3, 4), (4, 4)]


def test_cancelling_stops_before_the_next_tile(tmp_path: Path) -> None:
    listener = Listener(ticks=2)

    with pytest.raises(Cancelled):
        upscale(picture(1, 8, 96, 3), compact(tmp_path), listener, tile=32, overlap=8)

    assert listener.told == [(1, 3), (2, 3)]


def test_the_picture_is_shown_growing_tile_by_tile(tmp_path: Path) -> None:
    listener = Listener()

    enlarged = upscale(picture(1, 8, 96, 3), compact(tmp_path), listener, tile=32, overlap=8).pixels

    done = [int((shown.pixels.abs().sum((0, 1, 3)) > 0).sum()) for shown in listener.shown]
    assert done == sorted(set(done))
    assert done[-1] == 192
    torch.testing.assert_close(listener.shown[-1].pixels, enlarged, atol=1e-6, rtol=0)


def test_of_a_large_picture_fewer_pixels_are_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SHOWN", 48)
    listener = Listener()

    upscale(picture(1, 8, 96, 3), compact(tmp_path), listener, tile=32, overlap=8)

    assert listener.shown[-1].pixels.shape == (1, 4, 48, 3)


def test_a_picture_of_one_tile_shows_nothing_before_it_is_done(tmp_path: Path) -> None:
    listener = Listener()

    upscale(picture(1, 8, 8, 3), compact(tmp_path), listener)

    assert listener.shown == []
