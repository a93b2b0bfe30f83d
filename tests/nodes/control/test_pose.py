"""Poses against transformers' own post-processing."""

from pathlib import Path

import pytest
import torch
from PIL import Image as Pillow

from engine import Folder, OnDevice
from engine.errors import ValueRefused
from nodes.control.estimators import PoseEstimator, pose_estimator
from nodes.control.pose import box_of, keypoints, pose
from nodes.control.skeleton import drawn, joints_of
from nodes.values import Image, Mask
from tests.nodes.control import tiny_estimators
from tests.nodes.control.conftest import Listener

Built = OnDevice[PoseEstimator]


@pytest.fixture(scope="module")
def estimator(tmp_path_factory: pytest.TempPathFactory) -> Built:
    return built(tiny_estimators.vitpose(tmp_path_factory.mktemp("models") / "vitpose"))


@pytest.fixture(scope="module")
def picture(coffee: Image) -> Image:
    """One picture of 60×40 in steps of 1/255."""
    return Image(coffee.pixels[:, ::10, ::10].contiguous())


def built(folder: Path) -> Built:
    handle = pose_estimator(Folder(folder, "a"))
    return OnDevice(handle, handle.load(lambda _: folder))


def mask(top: int, bottom: int, left: int, right: int) -> Mask:
    pixels = torch.zeros(1, 40, 60)
    pixels[:, top:bottom, left:right] = 1
    return Mask(pixels)


@pytest.mark.parametrize("experts", [1, 6])
def test_keypoints_are_those_of_transformers(tmp_path: Path, picture: Image, experts: int) -> None:
    estimator = built(tiny_estimators.vitpose(tmp_path / "vitpose", experts=experts))
    model, boxes = estimator.model, [(0, 0, 60, 40), (10, 5, 20, 30)]
    inputs = model.processor(
        Pillow.fromarray((picture.pixels[0] * 255).round().byte().numpy()), boxes=[boxes], return_tensors="pt"
    )
    kwargs = {"dataset_index": torch.tensor([0, 0])} if experts > 1 else {}
    [expected] = model.processor.post_process_pose_estimation(model(**inputs, **kwargs), boxes=[boxes])

    found = keypoints(estimator, picture.pixels[0], boxes)

    for (points, scores), one in zip(found, expected, strict=True):
        assert torch.equal(points, one["keypoints"])
        assert torch.equal(scores, one["scores"])


def test_without_masks_the_whole_picture_is_one_person(
    estimator: Built, picture: Image, listener: Listener
) -> None:
    [(points, scores)] = keypoints(estimator, picture.pixels[0], [(0, 0, 60, 40)])

    skeleton = pose(picture, estimator, listener, threshold=0.0).pixels

    assert skeleton.max() == 1
    assert torch.equal(skeleton[0], drawn([joints_of(points, scores, 0.0)], 40, 60))


def test_each_mask_is_a_person(estimator: Built, picture: Image, listener: Listener) -> None:
    boxes = [(4, 2, 20, 30), (30, 8, 25, 32)]
    people = [
        joints_of(points, scores, 0.0) for points, scores in keypoints(estimator, picture.pixels[0], boxes)
    ]

    masks = mask(2, 32, 4, 24), mask(8, 40, 30, 55)
    skeletons = pose(picture, estimator, listener, *masks, threshold=0.0).pixels

    assert torch.equal(skeletons[0], drawn(people, 40, 60))


def test_an_empty_mask_is_nobody(estimator: Built, picture: Image, listener: Listener) -> None:
    assert pose(picture, estimator, listener, mask(0, 0, 0, 0), threshold=0.0).pixels.max() == 0


def test_joints_below_the_threshold_are_not_drawn(
    estimator: Built, picture: Image, listener: Listener
) -> None:
    [(_, scores)] = keypoints(estimator, picture.pixels[0], [(0, 0, 60, 40)])

    assert pose(picture, estimator, listener, threshold=scores.max().item()).pixels.max() == 0


def test_every_picture_of_a_batch_is_drawn_by_itself(
    estimator: Built, picture: Image, listener: Listener
) -> None:
    pair = Image(torch.cat([picture.pixels, picture.pixels.flip(2)]))
    masks = Mask(torch.cat([mask(2, 32, 4, 24).pixels, mask(8, 40, 30, 55).pixels]))

    both = pose(pair, estimator, listener, masks, threshold=0.0).pixels

    assert listener.told == [(1, 2), (2, 2)]
    for place in range(2):
        alone, own = Image(pair.pixels[place : place + 1]), Mask(masks.pixels[place : place + 1])
        assert torch.equal(
            both[place : place + 1], pose(alone, estimator, listener, own, threshold=0.0).pixels
        )


def test_a_mask_of_another_size_is_refused(estimator: Built, picture: Image, listener: Listener) -> None:
    with pytest.raises(ValueRefused, match="expected masks of 60×40, one or 1, got 1 of 30×20"):
        pose(picture, estimator, listener, Mask(torch.ones(1, 20, 30)))


def test_a_model_of_other_joints_is_refused(tmp_path: Path, picture: Image, listener: Listener) -> None:
    estimator = built(tiny_estimators.vitpose(tmp_path / "vitpose", joints=5))

    with pytest.raises(ValueRefused, match="a model of COCO's 17 joints, got one of 5"):
        pose(picture, estimator, listener)


def test_a_box_is_the_smallest_around_what_is_marked() -> None:
    pixels = mask(3, 9, 20, 31).pixels[0]
    pixels[30, 50] = 0.4

    assert box_of(pixels) == (20, 3, 11, 6)
    assert box_of(pixels * 0.4) is None
