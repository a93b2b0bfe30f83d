"""Tiles, channels, memory and factors of what goes through a model of spandrel's."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from spandrel import ImageModelDescriptor, ModelLoader

import nodes.models
from engine import Graph, Headless, OnDevice
from engine.settings import Settings
from nodes.image.bleed import bled
from nodes.image.decode import read
from nodes.image.enlarge import SMALLEST, step_of
from nodes.image.planes import resized
from nodes.image.upscale import upscale
from nodes.values import Image, Upscaler
from tests.nodes.checkpoints.architectures import save
from tests.nodes.image.listener import Listener, picture

pytestmark = [
    # what some of the classes cause as they are built
    pytest.mark.filterwarnings("ignore:torch.meshgrid"),
    pytest.mark.filterwarnings("ignore:Initializing zero-element tensors"),
]
BUILT_IN = Path(nodes.models.__file__).parent / "realesr-animevideov3-x4.safetensors"
SHADE = 1 / 255
WHOLE = 8192


def loaded(name: str, folder: Path, **arguments: Any) -> OnDevice[Upscaler]:
    """A random model of an architecture, through a file."""
    path = save(folder / f"{name}.safetensors", name, **arguments)
    handle = Upscaler("a")
    return OnDevice(handle, handle.load(lambda _: path))


@pytest.fixture(scope="module")
def shipped() -> OnDevice[Upscaler]:
    handle = Upscaler("a")
    return OnDevice(handle, handle.load(lambda _: BUILT_IN))


@pytest.fixture(scope="module")
def scene() -> Image:
    """Shapes and grain, 147×131: no multiple of any tile."""
    soft = resized(picture(1, 14, 15, 3).pixels, 147, 131, "bicubic")
    return Image(0.8 * soft + 0.2 * picture(1, 131, 147, 3).pixels)


# convolutions alone, of 4, 7 and 20 pixels around; then with strides, in windows, and both
@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("Compact", {}),
        ("DnCNN", {"nb": 6}),
        ("Compact", {"num_conv": 18}),
        ("SPAN", {}),
        ("NAFNet", {}),
        ("DRUNet", {}),
        ("SAFMN", {}),
        ("SwinIR", {}),
        ("Swin2SR", {}),
        ("HAT", {}),
        ("DAT", {}),
        ("DITN", {}),
    ],
)
def test_tiles_leave_no_seams(name: str, arguments: dict[str, Any], scene: Image, tmp_path: Path) -> None:
    model = loaded(name, tmp_path, **arguments)
    whole = upscale(scene, model, Listener(), tile=WHOLE).pixels

    listener = Listener()
    tiled = upscale(scene, model, listener, tile=56, overlap=32).pixels

    assert listener.told[-1] == (9, 9)
    assert (tiled - whole).abs().max() <= SHADE


def test_tiles_begin_where_a_network_would_cut_the_whole_picture(tmp_path: Path) -> None:
    assert step_of(loaded("Compact", tmp_path).model.descriptor) == 32
    assert step_of(loaded("SwinIR", tmp_path).model.descriptor) == 32
    assert step_of(loaded("SwinIR", tmp_path, window_size=7, img_size=56).model.descriptor) == 7
    assert step_of(loaded("Uformer", tmp_path).model.descriptor) == 128


@pytest.mark.parametrize("size", [(1, 1), (9, 70), (64, 33)])
def test_a_size_that_a_model_does_not_take_is_padded_and_cut_again(
    size: tuple[int, int], tmp_path: Path
) -> None:
    image = picture(1, *size, 3)
    model = loaded("CRAFT", tmp_path)
    assert model.model.descriptor.size_requirements.multiple_of == 16

    enlarged = upscale(image, model, Listener(), tile=32, overlap=16).pixels

    assert enlarged.shape == (1, 2 * size[0], 2 * size[1], 3)


@pytest.mark.parametrize("factor", [2, 3, 4])
def test_a_model_of_each_factor_enlarges_by_it(factor: int, tmp_path: Path) -> None:
    model = loaded("Compact", tmp_path, upscale=factor)

    assert upscale(picture(1, 5, 7, 3), model, Listener()).pixels.shape == (1, 5 * factor, 7 * factor, 3)


@pytest.mark.parametrize(("factor", "size"), [(1.5, (12, 18)), (4, (32, 48)), (0.5, (4, 6))])
def test_another_factor_than_the_models_is_reached_with_a_filter(
    factor: float, size: tuple[int, int], tmp_path: Path
) -> None:
    model, image = loaded("Compact", tmp_path, upscale=2), picture(2, 8, 12, 3)

    enlarged = upscale(image, model, Listener(), factor=factor).pixels

    own = upscale(image, model, Listener()).pixels
    assert torch.equal(enlarged, resized(own, size[1], size[0], "lanczos"))


def cut_out() -> Image:
    """A white disc on black that can't be seen."""
    y, x = torch.meshgrid(torch.arange(32.0), torch.arange(32.0), indexing="ij")
    alpha = (12.5 - ((x - 15.5) ** 2 + (y - 15.5) ** 2).sqrt()).clamp(0, 1)[..., None]
    return Image(torch.cat([(alpha > 0).float().expand(-1, -1, 3), alpha], dim=-1)[None])


@pytest.mark.parametrize("factor", [None, 3.0])
def test_a_cut_out_gets_no_dark_fringe(shipped: OnDevice[Upscaler], factor: float | None) -> None:
    enlarged = upscale(cut_out(), shipped, Listener(), factor=factor).pixels

    seen = enlarged[..., 3] > 1 / 255
    assert 0.3 < seen.float().mean() < 0.6
    assert enlarged[..., :3][seen].min() > 0.95


def test_hidden_pixels_take_the_colour_of_the_nearest_that_is_seen() -> None:
    row = torch.tensor([[0.1, 0.5], [0.2, 0.0], [0.3, 0.0], [0.4, 0.0], [0.5, 0.0], [0.9, 1.0]])
    pixels = torch.cat([row[:, :1].expand(-1, 3), row[:, 1:]], dim=-1)[None]

    assert bled(pixels)[0, :, 0].tolist() == pytest.approx([0.1, 0.1, 0.1, 0.9, 0.9, 0.9])
    assert torch.equal(bled(pixels)[..., 3], pixels[..., 3])


def test_a_picture_that_hides_all_or_nothing_is_left_as_it_is() -> None:
    for alpha in (0.0, 0.5):
        pixels = torch.cat([picture(4, 4, 3).pixels, torch.full((4, 4, 1), alpha)], dim=-1)
        assert bled(pixels) is pixels


def test_each_picture_of_a_batch_is_enlarged_like_the_picture_alone(tmp_path: Path) -> None:
    model, image = loaded("Compact", tmp_path), picture(3, 8, 8, 4)
    image.pixels[1, ..., 3] = 1

    enlarged = upscale(image, model, Listener()).pixels

    for place in range(3):
        alone = upscale(Image(image.pixels[place : place + 1]), model, Listener()).pixels
        assert torch.equal(enlarged[place : place + 1], alone)


def test_a_model_of_colour_with_alpha_sees_both(tmp_path: Path) -> None:
    model, image = loaded("Compact", tmp_path, num_in_ch=4, num_out_ch=4), picture(1, 8, 8, 4)
    spandrels = ModelLoader().load_from_file(tmp_path / "Compact.safetensors")
    assert isinstance(spandrels, ImageModelDescriptor)

    enlarged = upscale(image, model, Listener()).pixels

    expected = spandrels(image.pixels.permute(0, 3, 1, 2).contiguous()).permute(0, 2, 3, 1)
    assert torch.equal(enlarged, expected)
    assert upscale(Image(image.pixels[..., :3]), model, Listener()).pixels.shape == (1, 24, 24, 3)


def test_a_network_that_writes_into_its_input_leaves_the_picture_alone(tmp_path: Path) -> None:
    image = Image(picture(1, 3, 8, 8).pixels.permute(0, 2, 3, 1))
    before = image.pixels.clone()

    upscale(image, loaded("RCAN", tmp_path), Listener())

    assert torch.equal(image.pixels, before)


class Small:
    """A graphics card that holds pictures of up to some pixels.

    Attributes:
        sizes: Sides of what was sent to it.
    """

    def __init__(self, model: OnDevice[Upscaler], most: int, error: Exception) -> None:
        self.sizes: list[tuple[int, int]] = []
        descriptor = model.model.descriptor
        call = descriptor._call_fn

        def limited(network: torch.nn.Module, batch: torch.Tensor) -> torch.Tensor:
            self.sizes.append((batch.shape[-2], batch.shape[-1]))
            if batch.shape[-1] * batch.shape[-2] > most:
                raise error
            return call(network, batch)

        descriptor._call_fn = limited


@pytest.mark.parametrize(
    "error",
    [
        torch.OutOfMemoryError("CUDA out of memory"),
        RuntimeError("DefaultCPUAllocator: can't allocate memory"),
    ],
)
def test_when_memory_runs_out_tiles_are_halved_and_stay_so(error: Exception, tmp_path: Path) -> None:
    model, image = loaded("Compact", tmp_path), picture(2, 128, 128, 3)
    whole = upscale(image, model, Listener()).pixels
    card = Small(model, 104**2, error)
    listener = Listener()

    enlarged = upscale(image, model, listener, overlap=32)

    # 128 is too much; 64 with 32 more on two sides fits
    assert card.sizes == [(128, 128)] + [(96, 96)] * 8
    assert listener.told == [(place, 8) for place in range(1, 9)]
    torch.testing.assert_close(enlarged.pixels, whole, atol=1e-5, rtol=0)


def test_memory_that_is_too_small_for_the_smallest_tile_is_an_error(tmp_path: Path) -> None:
    model = loaded("Compact", tmp_path)
    card = Small(model, 16, torch.OutOfMemoryError("CUDA out of memory"))

    with pytest.raises(torch.OutOfMemoryError):
        upscale(picture(1, 128, 128, 3), model, Listener(), overlap=0)

    assert card.sizes == [(128, 128), (64, 64), (SMALLEST, SMALLEST)]


def test_another_error_of_a_model_is_not_taken_for_a_lack_of_memory(tmp_path: Path) -> None:
    model = loaded("Compact", tmp_path)
    card = Small(model, 16, RuntimeError("shapes differ"))

    with pytest.raises(RuntimeError, match="shapes differ"):
        upscale(picture(1, 128, 128, 3), model, Listener())

    assert len(card.sizes) == 1


@pytest.mark.parametrize("channels", [1, 3, 4])
def test_sixteen_bits_go_in_and_come_out(channels: int, tmp_path: Path) -> None:
    (tmp_path / "files").mkdir()
    ramp = torch.linspace(0.2, 0.8, 4096).reshape(1, 64, 64, 1).expand(-1, -1, -1, channels)
    (tmp_path / "files" / "deep.png").write_bytes(Image(ramp, bits=16).encode({})[0])
    nodes = {
        "load": {"type": "image.load", "params": {"file": "deep.png"}},
        "model": {"type": "load.upscaler"},
        "large": {"type": "image.upscale", "links": {"image": "load.out", "upscaler": "model.out"}},
    }
    graph = Graph.read(
        json.dumps({"knotwork": 1, "nodes": nodes, "outputs": {"image": "large.out"}}).encode()
    )
    settings = Settings.load(
        {
            "KNOTWORK_HOME": str(tmp_path),
            "KNOTWORK_DEVICE": "cpu",
            "KNOTWORK_FILE_ROOTS": str(tmp_path / "files"),
        }
    )
    with Headless(settings) as engine:
        [file] = engine.run(graph).outputs["image"].encode({})

    (tmp_path / "large.png").write_bytes(file)
    large = read(tmp_path / "large.png")
    assert large.bits == 16
    assert large.pixels.shape == (1, 256, 256, channels)
    for plane in large.pixels[0].unbind(-1):
        assert len(plane.unique()) > 1000
    assert file[24] == 16  # PNG specification, IHDR: the depth is the ninth byte of its data
