"""The signatures of upscalers against every architecture that spandrel builds."""

import pytest
import torch

from nodes.checkpoints.header import Entry
from nodes.recognise.matching import Match, match
from tests.nodes.checkpoints.architectures import FACE, IMAGE, INPAINTING, tiny

pytestmark = [
    # what some of the classes cause as they are built
    pytest.mark.filterwarnings("ignore:torch.meshgrid"),
    pytest.mark.filterwarnings("ignore:Initializing zero-element tensors"),
]
KINDS = {
    **dict.fromkeys(IMAGE, "upscaler"),
    **dict.fromkeys(FACE, "face-restorer"),
    **dict.fromkeys(INPAINTING, "inpainter"),
}


def matched(name: str) -> Match:
    with torch.random.fork_rng():
        state = tiny(name).state_dict()
    found = match({key: Entry("F32", tuple(value.shape)) for key, value in state.items()})
    assert found is not None
    return found


@pytest.mark.parametrize("name", KINDS)
def test_what_spandrel_builds_is_known(name: str) -> None:
    assert matched(name).kind == KINDS[name]


def test_each_architecture_is_told_from_the_others() -> None:
    families = [matched(name).family for name in KINDS]

    assert sorted(set(families)) == sorted(families)
