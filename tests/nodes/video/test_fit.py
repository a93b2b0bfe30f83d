"""Films brought to a size and a ground: each frame as a picture is."""

import torch

from nodes.image import combine, geometry
from nodes.values import Image, Video
from nodes.video.fit import flatten, resize

FILMS = Video(torch.rand((2, 3, 8, 12, 4), generator=torch.Generator().manual_seed(0)), 12.0)


def test_every_frame_is_resized_as_a_picture_is() -> None:
    found = resize(FILMS, 6, 6, "cover", "bicubic")

    assert found.frames.shape == (2, 3, 6, 6, 4)
    assert found.fps == 12.0
    alone = geometry.resize(Image(FILMS.frames[1]), 6, 6, "cover", "bicubic").pixels
    torch.testing.assert_close(found.frames[1], alone)


def test_every_frame_is_laid_on_the_ground() -> None:
    found = flatten(FILMS, "#ff0000")

    assert found.frames.shape == (2, 3, 8, 12, 3)
    assert torch.equal(found.frames[1], combine.flatten(Image(FILMS.frames[1]), "#ff0000").pixels)
    assert torch.equal(flatten(found, "#0000ff").frames, found.frames)
