"""Pictures and summaries of values."""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from typing import Any

import pytest
import torch
from PIL import Image as Pillow

from engine.declare.types import ListOf, Plain, Unknown
from engine.service.drawings import drawings, drawn
from engine.service.pictures import NotAPicture, opened
from engine.service.summaries import summary
from engine.service.value_types import kind_of, kind_of_class, plain_value
from engine.store.ref import refer
from nodes.values import (
    VAE,
    Audio,
    Cond,
    Conditioning,
    Denoiser,
    Image,
    Latent,
    Mask,
    Mesh,
    Prediction,
    Sigmas,
)
from tests.service.serving import Swatch


@dataclass(frozen=True)
class SegMap:
    """Labels, as a pack may have them."""

    labels: torch.Tensor


@dataclass(frozen=True)
class Video:
    """Frames, as a pack may have them."""

    frames: torch.Tensor
    fps: float = 24.0

    suffix = ".mp4"

    def encode(self, text: dict[str, str]) -> list[bytes]:
        """No file of frames."""
        return [b"frames"]


@dataclass(frozen=True)
class Broken:
    """A value whose pack can't write it."""

    suffix = ".png"

    def encode(self, text: dict[str, str]) -> list[bytes]:
        """Fail."""
        raise RuntimeError("no ink")


def shown(value: Any, index: int = 0, size: int = 64) -> Pillow.Image:
    """A value's picture as it is sent."""
    return Pillow.open(BytesIO(drawn(value, index, size)))


def pixel(value: Any, index: int = 0, at: tuple[int, int] = (0, 0)) -> Any:
    return shown(value, index).convert("RGB").getpixel(at)


def opacity(value: Any, index: int = 0, at: tuple[int, int] = (0, 0), size: int = 512) -> Any:
    return shown(value, index, size).getchannel("A").getpixel(at)


def test_each_picture_of_a_batch_is_drawn_by_itself() -> None:
    pixels = torch.stack([torch.full((2, 3, 3), shade) for shade in (0.0, 0.5, 1.0)])
    assert [pixel(Image(pixels), index) for index in range(3)] == [
        (0, 0, 0),
        (128, 128, 128),
        (255, 255, 255),
    ]
    assert shown(Image(pixels)).size == (3, 2)


def test_grey_and_transparent_pictures_and_what_is_no_number_are_drawn() -> None:
    assert pixel(Image(torch.full((1, 2, 2, 1), 0.2))) == (51, 51, 51)
    clear = torch.tensor([1.0, 0.0, 0.0, 0.0]).expand(1, 2, 2, 4)
    assert shown(Image(clear)).mode == "RGBA"
    assert pixel(Image(torch.full((1, 2, 2, 3), float("nan")))) == (0, 0, 0)
    assert pixel(Image(torch.full((1, 2, 2, 3), 7.0))) == (255, 255, 255)


def test_a_mask_is_white_where_it_edits() -> None:
    assert [pixel(Mask(torch.tensor([[[0.0, 1.0]]])), at=(x, 0)) for x in (0, 1)] == [
        (0, 0, 0),
        (255, 255, 255),
    ]


def test_labels_have_colours_that_differ_and_nothing_is_black() -> None:
    colours = [pixel(SegMap(torch.tensor([[[0, 1, 2, 300]]])), at=(x, 0)) for x in range(4)]
    assert colours[0] == (0, 0, 0)
    assert len(set(colours)) == 4


def test_a_latents_first_channels_are_colours_from_darkest_to_brightest() -> None:
    ramp = torch.linspace(-4, 4, 16).reshape(1, 1, 1, 16)
    latent = Latent(torch.cat([ramp, -ramp, ramp, ramp], dim=1))
    assert [pixel(latent, at=(x, 0)) for x in (0, 15)] == [(0, 255, 0), (255, 0, 255)]
    assert pixel(Latent(torch.zeros(1, 4, 2, 2))) == (0, 0, 0)
    assert pixel(Prediction(ramp), at=(15, 0)) == (255, 255, 255)


def test_a_latent_whose_family_has_known_colours_is_drawn_in_them(monkeypatch: pytest.MonkeyPatch) -> None:
    channels = torch.tensor([0.5, 1.0]).reshape(1, 2, 1, 1)
    known = ([[0.5, 0.0, 0.0], [0.25, 0.25, 1.0]], [0.1, 0.15, 0.5])
    monkeypatch.setattr(Latent, "rgb", lambda latent: known if latent.family == "two" else None)
    assert pixel(Latent(channels, "two")) == (153, 102, 255)
    assert pixel(Latent(channels, "other")) == (0, 0, 0)
    assert pixel(Latent(channels[:, :1], "two")) == (0, 0, 0)


def test_frames_and_the_items_of_lists_are_numbered_through() -> None:
    frames = torch.stack([torch.full((2, 2, 3), shade) for shade in (0.0, 1.0)])
    video, mask = Video(frames[None]), Mask(torch.full((1, 2, 2), 0.4))
    assert [pixel([mask, video], index)[0] for index in range(3)] == [102, 0, 255]
    assert len(drawings([[mask], 3, "text", video])) == 3


def test_each_sound_of_a_batch_is_drawn_as_its_outline_on_nothing() -> None:
    loud = torch.tensor([0.0, 1.0]).reshape(2, 1, 1).expand(2, 1, 1000)
    sounds = Audio(loud, 8000)
    assert shown(sounds, 0, 512).size == (512, 192)
    assert [opacity(sounds, index, (300, 20)) for index in range(2)] == [0, 255]


def test_numbers_in_a_row_are_drawn_as_a_line_from_the_lowest_to_the_highest() -> None:
    for value in ([0.0, 1.0, 0.0], Sigmas(torch.tensor([0.0, 2.0, 0.0]))):
        assert opacity(value, at=(256, 9)) > 128  # the highest in the middle
        assert opacity(value, at=(256, 120)) == 0
    assert drawings([1.0]) == drawings([1, 2, 3]) == []


def test_a_mesh_is_drawn_in_its_colours_with_what_is_in_front_before_the_rest() -> None:
    square = torch.tensor([[-1.0, -1.0, 0.0], [1.0, -1.0, 0.0], [1.0, 1.0, 0.0], [-1.0, 1.0, 0.0]])
    vertices = torch.cat([square - torch.tensor([0, 0, 0.5]), square + torch.tensor([0, 0, 0.5])])
    faces = torch.tensor([[0, 1, 2], [0, 2, 3], [4, 5, 6], [4, 6, 7]])
    colours = torch.tensor([[0.0, 0.0, 1.0]] * 4 + [[1.0, 0.0, 0.0]] * 4)
    for order in (faces, faces.flip(0)):
        red, _, blue = pixel(Mesh(vertices, order, colours), at=(32, 32))
        assert red > 100 > 10 > blue
    assert opacity(Mesh(vertices, faces, colours), at=(1, 1), size=64) == 0
    assert shown(Mesh(vertices[:0], faces)).size == (64, 64)


def test_numbers_without_end_are_drawn_and_told() -> None:
    assert opacity([-1.5e308, 0.0, 1.5e308], at=(256, 96)) > 128  # the middle one in the middle
    assert opacity([10**400, 1.0, 1.0], at=(256, 96)) > 128
    assert summary([10**400, 1]).points == ((1.0, 1.0),)
    corners = torch.tensor([[-1.0, -1.0, 0.0], [1.0, -1.0, 0.0], [0.0, 1.0, 0.0]], dtype=torch.float64)
    faces = torch.tensor([[0, 1, 2], [0, 1, 3]])
    far = torch.cat([corners, torch.full((1, 3), float("inf"), dtype=torch.float64)])
    assert opacity(Mesh(far, faces), at=(256, 300)) == 255
    assert opacity(Mesh(corners * 1e308, faces[:1]), at=(256, 300)) == 255


def test_a_value_without_tensors_is_drawn_from_its_own_file() -> None:
    assert pixel(Swatch(9)) == (9, 9, 9)
    assert shown(Swatch(9, 200, 100)).size == (64, 32)


@pytest.mark.parametrize(
    ("value", "index", "said"),
    [
        (3, 0, "a value that shows a picture, got an int"),
        (Conditioning([]), 0, "a value that shows a picture, got a Conditioning"),
        (Swatch(1), 1, "a picture from 0 to 0, got 1 of a Swatch"),
        ([], 0, "a value that shows a picture, got a list"),
        (Broken(), 0, "a Broken that can be drawn, got: .*no ink"),
    ],
)
def test_what_shows_no_such_picture_is_refused(value: Any, index: int, said: str) -> None:
    with pytest.raises(NotAPicture, match=said):
        drawn(value, index, 64)


@pytest.mark.parametrize(
    ("cls", "kind"),
    [
        (Image, "image"),
        (Swatch, "image"),
        (SegMap, "image"),
        (Mask, "mask"),
        (Latent, "latent"),
        (Prediction, "latent"),
        (Video, "video"),
        (Audio, "audio"),
        (Mesh, "mesh"),
        (Sigmas, "plot"),
        (Denoiser, "model"),
        (VAE, "model"),
        (Conditioning, "other"),
        (bool, "bool"),
        (int, "number"),
        (str, "text"),
    ],
)
def test_how_a_value_is_shown_follows_from_its_class(cls: type, kind: str) -> None:
    assert kind_of_class(cls) == kind


def test_where_a_port_has_no_type_the_stored_value_tells() -> None:
    values: list[Any] = [
        True,
        2,
        "a",
        ["a"],
        [Mask(torch.zeros(1, 99, 99))],
        Mask(torch.zeros(1, 99, 99)),
        None,
    ]
    kinds = [kind_of(Unknown(), refer(value)[0]) for value in values]
    assert kinds == ["bool", "number", "text", "list", "list", "other", "other"]
    assert kind_of(Unknown(), refer(Denoiser("abc"))[0]) == "other"
    assert kind_of(ListOf(Plain(int)), refer([1])[0]) == "list"
    assert kind_of(ListOf(Plain(float)), refer([1.0])[0]) == "plot"
    assert [plain_value(refer(value)[0]) for value in (2, "a", [2], None)] == [2, "a", None, None]


# --- summaries --------------------------------------------------------------------------------------------


def test_a_picture_is_told_with_its_size_and_the_range_of_its_values() -> None:
    told = summary(Image(torch.tensor([0.0, 0.5, 1.0, 0.5]).reshape(1, 2, 2, 1).expand(3, 2, 2, 1)))
    [tensor] = told.tensors
    assert (told.type, told.count, told.pictures, told.width, told.height) == ("Image", 3, 3, 2, 2)
    assert (tensor.name, tensor.shape, tensor.dtype) == ("pixels", (3, 2, 2, 1), "float32")
    assert (tensor.min, tensor.max, tensor.mean) == (0.0, 1.0, 0.5)
    assert tensor.std == pytest.approx(0.125**0.5)


def test_what_is_no_number_is_counted_and_left_out_of_the_range() -> None:
    values = torch.tensor([1.0, float("nan"), float("inf"), -float("inf"), 3.0])
    [tensor] = summary(Mask(values.reshape(1, 1, 5))).tensors
    assert (tensor.nan, tensor.inf, tensor.min, tensor.max, tensor.mean) == (1, 2, 1.0, 3.0, 2.0)
    [nothing] = summary(Mask(torch.full((1, 1, 2), float("nan")))).tensors
    assert (nothing.nan, nothing.min, nothing.mean) == (2, None, None)
    [empty] = summary(Mask(torch.zeros(0, 2, 2))).tensors
    assert (empty.shape, empty.max) == ((0, 2, 2), None)


def test_halves_and_whole_numbers_are_told_without_overflow() -> None:
    [half] = summary(Latent(torch.full((1, 4, 64, 64), 60000.0, dtype=torch.float16))).tensors
    assert half.mean == pytest.approx(60000, rel=1e-3)
    assert half.histogram == ()  # all the same
    [whole] = summary(SegMap(torch.arange(4).reshape(1, 2, 2))).tensors
    assert (whole.dtype, whole.max, whole.mean, whole.histogram) == ("int64", 3.0, 1.5, ())


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float32, torch.float64])
def test_where_the_finite_values_lie_is_told(dtype: torch.dtype) -> None:
    values = torch.tensor([-1.0, -1.0, 0.01, 1.0, float("nan"), float("inf")], dtype=dtype)
    [tensor] = summary(Mask(values.reshape(1, 1, 6))).tensors
    assert len(tensor.histogram) == 32
    assert {place: count for place, count in enumerate(tensor.histogram) if count} == {0: 2, 16: 1, 31: 1}
    [widest] = summary(Mask(torch.tensor([[[-1e308, 1e308]]], dtype=torch.float64))).tensors
    assert widest.histogram == ()


def test_more_values_than_floats_can_count_are_counted() -> None:
    values = torch.ones(1, 1, 2**24 + 5)
    values[0, 0, 3] = 0
    [tensor] = summary(Mask(values)).tensors
    assert (tensor.histogram[0], tensor.histogram[-1]) == (1, 2**24 + 4)


def test_the_fields_of_conditionings_and_models_are_told() -> None:
    told = summary(Conditioning([Cond(torch.zeros(1, 77, 8), strength=0.5)], family="sd1"))
    assert told.fields["family"] == "sd1"
    assert [(one.name, one.shape) for one in told.tensors] == [("items.0.embeds", (1, 77, 8))]
    assert told.fields["items"] == [{"strength": 0.5, "start": 0.0, "end": 1.0}]
    model = summary(Denoiser("abc", part="denoiser", family="sd1"))
    assert (model.kind, model.fields["source"], model.fields["dtype"]) == ("model", "abc", "float32")


def test_plain_values_are_told_as_far_as_they_can_be_said() -> None:
    assert (summary(2.5).value, summary(True).value, summary(None).type) == (2.5, True, "nothing")
    assert (summary(2**60).value, summary(2**60).text) == (None, str(2**60))
    assert (summary(float("nan")).value, summary(float("nan")).text) == (None, "nan")
    assert "bits" in summary(10**5000).text
    text = summary("é" * 20_000)
    assert (text.count, len(text.text)) == (20_000, 10_000)
    assert summary("\ud800").text == "?"


def test_of_a_long_list_the_first_items_are_told() -> None:
    told = summary([Swatch(1)] * 20)
    assert (told.kind, told.count, told.pictures, len(told.items)) == ("list", 20, 20, 8)
    assert (told.items[0].type, told.items[0].width) == ("Swatch", 4)
    assert summary([[[[[["deep"]]]]]]).count == 1


def test_of_numbers_in_a_row_no_peak_is_lost() -> None:
    assert summary([3.0, float("nan"), 1]).points == ((0.0, 3.0), (2.0, 1.0))
    assert (summary([3.0, 1]).kind, summary([3, 1]).kind, summary([3, 1]).points) == (
        "plot",
        "list",
        ((0.0, 3.0), (1.0, 1.0)),
    )
    row = torch.zeros(100_000)
    row[70_001], row[70_005] = 5, -5
    points = summary(Sigmas(row)).points
    assert len(points) <= 512
    assert [point for point in points if point[1]] == [(70_001.0, 5.0), (70_005.0, -5.0)]


def test_of_a_sound_its_outline_and_length_are_told() -> None:
    samples = torch.zeros(2, 2, 8000)
    samples[0, 0, 4000], samples[0, 1, 4001] = 0.5, -0.25
    told = summary(Audio(samples, 4000))
    assert (told.count, told.seconds, len(told.peaks)) == (2, 2.0, 256)
    assert told.peaks[128] == (-0.25, 0.5)
    assert summary(Video(torch.zeros(1, 12, 2, 2, 3), 6)).seconds == 2.0
    assert summary(Mask(torch.zeros(1, 2, 2))).seconds == 0.0


def test_without_figures_shapes_alone_are_told() -> None:
    [tensor] = summary(Mask(torch.ones(1, 2, 2)), figures=False).tensors
    assert (tensor.shape, tensor.dtype, tensor.max, tensor.histogram) == ((1, 2, 2), "float32", None, ())


def test_points_of_the_plane_are_drawn_together_with_y_upwards() -> None:
    corner = torch.tensor([[2.0, 2.0], [2.0, 1.9], [1.9, 2.0]])[:, :, None, None]
    points = Latent(corner, "points", 1)
    picture = opened(drawn(points, 0, 256))

    assert len(drawings(points)) == 1
    assert picture.size == (256, 256)
    inked = picture.getchannel("A")
    assert inked.crop((230, 0, 256, 26)).getbbox() is not None
    assert inked.crop((0, 230, 26, 256)).getbbox() is None


@pytest.mark.parametrize("value", [float("nan"), float("inf"), 0.0])
def test_points_that_are_nowhere_or_in_one_place_are_drawn(value: float) -> None:
    points = Latent(torch.full((3, 2, 1, 1), value), "points", 1)

    assert opened(drawn(points, 0, 64)).size == (64, 64)


def test_a_picture_of_one_cell_in_two_channels_is_no_point() -> None:
    assert len(drawings(Latent(torch.zeros(3, 2, 1, 1), "sd1"))) == 3
    assert len(drawings(Latent(torch.zeros(3, 4, 8, 8), "points"))) == 3
