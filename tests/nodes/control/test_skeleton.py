import pytest
import torch

from nodes.control.skeleton import COCO, JOINTS, Joint, drawn, joints_of

# A person from the front in a picture of 512×512: their right is on the left
PERSON = {
    "nose": (256, 90),
    "left eye": (272, 75),
    "right eye": (240, 75),
    "left ear": (292, 85),
    "right ear": (220, 85),
    "left shoulder": (312, 150),
    "right shoulder": (200, 150),
    "left elbow": (352, 230),
    "right elbow": (160, 230),
    "left wrist": (420, 180),
    "right wrist": (150, 310),
    "left hip": (292, 300),
    "right hip": (220, 300),
    "left knee": (310, 390),
    "right knee": (210, 390),
    "left ankle": (330, 480),
    "right ankle": (205, 480),
}


def joints(*lacking: str) -> list[Joint]:
    points = torch.tensor([PERSON[name] for name in COCO], dtype=torch.float32)
    return joints_of(points, torch.tensor([0.0 if name in lacking else 0.9 for name in COCO]), 0.3)


def bytes_at(picture: torch.Tensor, x: float, y: float) -> list[int]:
    return [int(value) for value in (picture[int(y), int(x)] * 255).tolist()]


# As OpenPose's COCO model colours them (https://github.com/CMU-Perceptual-Computing-Lab/openpose)
@pytest.mark.parametrize(
    ("joint", "colour"),
    [
        ("nose", [255, 0, 0]),
        ("neck", [255, 85, 0]),
        ("right shoulder", [255, 170, 0]),
        ("right elbow", [255, 255, 0]),
        ("right wrist", [170, 255, 0]),
        ("left shoulder", [85, 255, 0]),
        ("left elbow", [0, 255, 0]),
        ("left wrist", [0, 255, 85]),
        ("right hip", [0, 255, 170]),
        ("right knee", [0, 255, 255]),
        ("right ankle", [0, 170, 255]),
        ("left hip", [0, 85, 255]),
        ("left knee", [0, 0, 255]),
        ("left ankle", [85, 0, 255]),
        ("right eye", [170, 0, 255]),
        ("left eye", [255, 0, 255]),
        ("right ear", [255, 0, 170]),
        ("left ear", [255, 0, 85]),
    ],
)
def test_a_joint_has_openposes_colour(joint: str, colour: list[int]) -> None:
    found = joints()[JOINTS.index(joint)]
    assert found is not None

    at_joint = bytes_at(drawn([joints()], 512, 512), *found)

    assert at_joint == pytest.approx(colour, abs=1)


@pytest.mark.parametrize(
    ("limb", "colour"),
    [
        (("neck", "right shoulder"), [255, 0, 0]),
        (("neck", "left shoulder"), [255, 85, 0]),
        (("right shoulder", "right elbow"), [255, 170, 0]),
        (("left elbow", "left wrist"), [85, 255, 0]),
        (("neck", "right hip"), [0, 255, 0]),
        (("right knee", "right ankle"), [0, 255, 170]),
        (("neck", "left hip"), [0, 255, 255]),
        (("neck", "nose"), [0, 0, 255]),
        (("left eye", "left ear"), [255, 0, 170]),
    ],
)
def test_a_limb_has_its_colour_at_six_tenths(limb: tuple[str, str], colour: list[int]) -> None:
    (x, y), (to_x, to_y) = (joints()[JOINTS.index(name)] or (0.0, 0.0) for name in limb)

    middle = bytes_at(drawn([joints()], 512, 512), (x + to_x) / 2, (y + to_y) / 2)

    assert middle == pytest.approx([0.6 * value for value in colour], abs=1)


def test_the_neck_is_between_the_shoulders() -> None:
    assert joints()[1] == (256, 150)
    assert joints("left shoulder")[1] is None


def test_joints_are_put_into_openposes_order() -> None:
    found = dict(zip(JOINTS, joints(), strict=True))

    assert {name: place for name, place in found.items() if name != "neck"} == PERSON


def test_limbs_that_lack_an_end_are_not_drawn() -> None:
    whole, part = drawn([joints()], 512, 512), drawn([joints("left wrist")], 512, 512)

    assert bytes_at(whole, 386, 205) != [0, 0, 0]
    assert bytes_at(part, 386, 205) == [0, 0, 0]
    assert bytes_at(part, 420, 180) == [0, 0, 0]


def test_a_limb_is_as_thick_in_its_middle_as_a_joint_and_grows_with_the_picture() -> None:
    across = drawn([joints()], 512, 512)[190, 150:210].sum(-1).count_nonzero()
    twice = [None if one is None else (one[0] * 2, one[1] * 2) for one in joints()]

    assert 7 <= across <= 10
    assert drawn([twice], 1024, 1024)[380, 300:420].sum(-1).count_nonzero() == pytest.approx(
        2 * across, abs=2
    )


def test_joints_outside_of_the_picture_are_left_out() -> None:
    outside: list[Joint] = [(-50.0, -50.0), (600.0, 20.0), *[None] * 16]

    assert drawn([outside], 40, 60).shape == (40, 60, 3)


def test_nobody_is_black() -> None:
    assert drawn([], 8, 8).max() == 0
    assert drawn([[None] * 18], 8, 8).max() == 0
