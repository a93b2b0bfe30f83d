import struct
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image as Pillow
from PIL import ImageCms, ImageOps

from engine.errors import ValueRefused
from nodes.image.decode import read


def saved(picture: Pillow.Image, path: Path, **options: Any) -> Path:
    picture.save(path, **options)
    return path


def pixels(path: Path) -> list[object]:
    """Pixels of the only picture in 1/255, rounded."""
    return (read(path).pixels[0] * 255).round().int().tolist()


def test_eight_bits_become_floats_without_loss(tmp_path: Path) -> None:
    values = np.arange(24, dtype=np.uint8).reshape(2, 4, 3)

    image = read(saved(Pillow.fromarray(values), tmp_path / "a.png"))

    assert image.pixels.shape == (1, 2, 4, 3)
    assert image.pixels.dtype == torch.float32
    assert image.bits == 8
    assert torch.equal(image.pixels[0], torch.from_numpy(values) / 255)


def test_grey_stays_one_channel(tmp_path: Path) -> None:
    assert pixels(saved(Pillow.new("L", (1, 1), 7), tmp_path / "a.png")) == [[[7]]]
    assert pixels(saved(Pillow.new("1", (1, 1), 1), tmp_path / "b.png")) == [[[255]]]


def test_alpha_stays_straight(tmp_path: Path) -> None:
    assert pixels(saved(Pillow.new("RGBA", (1, 1), (200, 100, 50, 0)), tmp_path / "a.png")) == [
        [[200, 100, 50, 0]]
    ]
    assert pixels(saved(Pillow.new("LA", (1, 1), (9, 128)), tmp_path / "b.png")) == [[[9, 9, 9, 128]]]


def test_palettes_become_colours(tmp_path: Path) -> None:
    picture = Pillow.new("P", (2, 1))
    picture.putpalette([255, 0, 0, 0, 0, 255])
    picture.putpixel((1, 0), 1)

    assert pixels(saved(picture, tmp_path / "a.png")) == [[[255, 0, 0], [0, 0, 255]]]
    assert pixels(saved(picture, tmp_path / "b.png", transparency=1)) == [[[255, 0, 0, 255], [0, 0, 255, 0]]]


def test_inks_of_a_print_become_colours(tmp_path: Path) -> None:
    path = saved(Pillow.new("CMYK", (8, 8), (0, 255, 255, 0)), tmp_path / "a.jpg", quality=100)

    red, green, blue = read(path).pixels[0, 4, 4].tolist()

    assert red > 0.95
    assert max(green, blue) < 0.05


@pytest.mark.parametrize("orientation", range(1, 9))
def test_pictures_stand_upright(orientation: int, tmp_path: Path) -> None:
    picture = Pillow.fromarray(np.arange(18, dtype=np.uint8).reshape(2, 3, 3))
    exif = Pillow.Exif()
    exif[0x0112] = orientation
    path = saved(picture, tmp_path / "a.png", exif=exif)

    with Pillow.open(path) as stored:
        upright = np.asarray(ImageOps.exif_transpose(stored)).tolist()

    assert pixels(path) == upright


def png16(values: np.ndarray, colour_type: int, *chunks: tuple[bytes, bytes]) -> bytes:
    height, width = values.shape[:2]
    rows = b"".join(b"\0" + row.astype(">u2").tobytes() for row in values)
    header = struct.pack(">IIBBBBB", width, height, 16, colour_type, 0, 0, 0)
    parts = [(b"IHDR", header), *chunks, (b"IDAT", zlib.compress(rows)), (b"IEND", b"")]
    framed = [
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        for name, data in parts
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(framed)


@pytest.mark.parametrize(("channels", "colour_type"), [(1, 0), (3, 2), (4, 6)])
def test_sixteen_bits_become_floats_without_loss(channels: int, colour_type: int, tmp_path: Path) -> None:
    values = np.random.default_rng(0).integers(0, 65536, (4, 3, channels), dtype=np.uint16)
    path = tmp_path / "deep.png"
    path.write_bytes(png16(values, colour_type))

    image = read(path)

    assert image.bits == 16
    assert torch.equal((image.pixels[0] * 65535).round().int(), torch.from_numpy(values.astype(np.int32)))


def test_sixteen_bit_grey_with_alpha_becomes_colour_with_alpha(tmp_path: Path) -> None:
    path = tmp_path / "deep.png"
    path.write_bytes(png16(np.array([[[65535, 0]]], np.uint16), 4))

    assert read(path).pixels.flatten().tolist() == [1, 1, 1, 0]


@pytest.mark.parametrize(("channels", "colour_type"), [(1, 0), (3, 2)])
def test_a_transparent_colour_of_sixteen_bits_is_alpha(
    channels: int, colour_type: int, tmp_path: Path
) -> None:
    values = np.array([[[300] * channels, [301] * channels]], np.uint16)
    path = tmp_path / "deep.png"
    path.write_bytes(png16(values, colour_type, (b"tRNS", struct.pack(f">{channels}H", *[300] * channels))))

    assert read(path).pixels[0, 0, :, 3].tolist() == [0, 1]


def test_a_deep_picture_stands_upright_too(tmp_path: Path) -> None:
    exif = Pillow.Exif()
    exif[0x0112] = 6
    values = np.arange(6, dtype=np.uint16).reshape(2, 3, 1) * 1000
    path = tmp_path / "deep.png"
    path.write_bytes(png16(values, 0, (b"eXIf", exif.tobytes()[6:])))

    turned = np.rot90(values[..., 0], -1)

    assert (read(path).pixels[0, ..., 0] * 65535).round().int().tolist() == turned.tolist()


def test_an_avif_picture_is_read_upright_with_its_alpha(tmp_path: Path) -> None:
    picture = Pillow.new("RGBA", (16, 8), (200, 100, 50, 128))
    picture.paste((0, 0, 0, 255), (8, 0, 16, 8))
    exif = Pillow.Exif()
    exif[0x0112] = 6  # its left side is shown at the top

    image = read(saved(picture, tmp_path / "a.avif", quality=100, exif=exif))

    assert image.pixels.shape == (1, 16, 8, 4)
    assert (image.pixels[0, 2, 4] * 255).tolist() == pytest.approx([200, 100, 50, 128], abs=3)
    assert (image.pixels[0, 13, 4] * 255).tolist() == pytest.approx([0, 0, 0, 255], abs=3)


def test_a_colour_profile_is_converted_to_srgb(tmp_path: Path) -> None:
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    red, blue = profile.index(b"rXYZ"), profile.index(b"bXYZ")
    profile[red : red + 4], profile[blue : blue + 4] = b"bXYZ", b"rXYZ"  # a screen that swaps them

    path = saved(Pillow.new("RGB", (1, 1), (255, 0, 0)), tmp_path / "a.png", icc_profile=bytes(profile))

    assert pixels(path) == [[[0, 0, 255]]]


def test_a_broken_colour_profile_is_passed_over(tmp_path: Path) -> None:
    path = saved(Pillow.new("RGB", (1, 1), (50, 100, 150)), tmp_path / "a.png", icc_profile=b"nonsense")

    assert pixels(path) == [[[50, 100, 150]]]


def test_the_first_picture_of_an_animation_is_read(tmp_path: Path) -> None:
    frames = [Pillow.new("RGB", (2, 2), colour) for colour in ("red", "blue")]

    path = saved(frames[0], tmp_path / "a.gif", save_all=True, append_images=frames[1:])

    assert read(path).pixels[0, 0, 0].tolist() == [1, 0, 0]


@pytest.mark.parametrize("length", [0, 20, 60])
def test_a_file_that_is_cut_off_is_refused(length: int, tmp_path: Path) -> None:
    path = saved(Pillow.effect_noise((16, 16), 50), tmp_path / "a.png")
    path.write_bytes(path.read_bytes()[:length])

    with pytest.raises(ValueRefused, match=r"a whole picture file .* got a\.png: "):
        read(path)


def test_what_is_not_a_picture_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    path.write_text("not a picture")

    with pytest.raises(ValueRefused, match="cannot identify"):
        read(path)
