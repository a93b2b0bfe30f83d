"""Models that torch compiles. It takes minutes, and a C++ compiler."""

from pathlib import Path
from typing import Any

import pytest
import torch

from nodes.checkpoints.options import Compiled
from nodes.values import Denoiser
from tests.nodes.diffusion import tiny

pytestmark = pytest.mark.bench
TEXT = torch.randn((1, 7, tiny.TEXT_WIDTH), generator=torch.Generator().manual_seed(1))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny.save(tmp_path_factory.mktemp("tiny"), down_block_types=("CrossAttnDownBlock2D",) * 2)


def model(folder: Path, *options: Compiled) -> Any:
    return Denoiser("tiny", "denoiser", "sd-32-4", options=options).load(lambda _: folder)


def answer(model: Any, side: int) -> torch.Tensor:
    noise = torch.randn((1, 4, side, side), generator=torch.Generator().manual_seed(side))
    with torch.no_grad():
        return model(noise, torch.tensor(500), TEXT).sample


def test_a_compiled_model_gives_other_last_bits_that_hang_on_no_other_shape(folder: Path) -> None:
    plain, alone, after = model(folder), model(folder, Compiled()), model(folder, Compiled())
    answer(after, 8)
    found, again = answer(alone, 16), answer(after, 16)

    assert torch.equal(found, again)
    assert torch.equal(found, answer(alone, 16))
    torch.testing.assert_close(found, answer(plain, 16), atol=1e-5, rtol=1e-4)
