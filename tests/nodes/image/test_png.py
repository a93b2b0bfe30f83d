import io

import numpy as np
import pytest
import torch
from PIL import Image as Pillow

from engine.errors import ValueRefused
from nodes.image.decode import read
from nodes.image.png import encode
from nodes.values import Image


def opened(data: bytes) -> Pillow.Image:
    return Pillow.open(io.BytesIO(data))


def test_every_picture_of_a_batch_is_a_file() -> None:
    first, second = encode(Image(torch.tensor([0.0, 1.0]).reshape(2, 1, 1, 1)), {})

    assert opened(first).getpixel((0, 0)) == 0
    assert opened(second).getpixel((0, 0)) == 255


@pytest.mark.parametrize(("channels", "mode"), [(1, "L"), (3, "RGB"), (4, "RGBA")])
def test_channels_choose_the_kind_of_file(channels: int, mode: str) -> None:
    (data,) = encode(Image(torch.zeros(1, 2, 3, channels)), {})

    assert opened(data).mode == mode
    assert opened(data).size == (3, 2)


def test_values_are_rounded_to_the_nearest_and_cut_off() -> None:
    pixels = torch.tensor([-1.0, 0.4 / 255, 0.6 / 255, 2.0]).reshape(1, 1, 4, 1)

    (data,) = encode(Image(pixels), {})

    assert np.asarray(opened(data)).tolist() == [[0, 0, 1, 255]]


@pytest.mark.parametrize("bits", [8, 16])
def test_text_is_kept_in_front_of_the_pixels(bits: int) -> None:
    (data,) = encode(Image(torch.zeros(1, 1, 1, 3), bits), {"knotwork": '{"title": "Grün 🍎"}'})

    assert data.index(b"iTXt") < data.index(b"IDAT")
    assert opened(data).info["knotwork"] == '{"title": "Grün 🍎"}'


@pytest.mark.parametrize("bits", [8, 16])
def test_equal_pictures_are_equal_bytes(bits: int) -> None:
    image = Image(torch.rand(1, 8, 8, 3, generator=torch.Generator().manual_seed(0)), bits)

    assert encode(image, {"a": "b"}) == encode(Image(image.pixels.clone(), bits), {"a": "b"})


@pytest.mark.parametrize("channels", [1, 3, 4])
def test_sixteen_bits_come_back_as_they_were(channels: int, tmp_path) -> None:
    values = torch.randint(0, 65536, (1, 5, 7, channels), generator=torch.Generator().manual_seed(0))
    path = tmp_path / "deep.png"

    (data,) = encode(Image(values / 65535, bits=16), {})
    path.write_bytes(data)

    back = read(path)
    assert back.bits == 16
    assert torch.equal((back.pixels * 65535).round().to(torch.int64), values)
    assert encode(back, {}) == [data]


def test_what_is_not_a_number_is_refused() -> None:
    with pytest.raises(ValueRefused, match="NaN or infinity"):
        encode(Image(torch.full((1, 1, 1, 3), torch.nan)), {})
