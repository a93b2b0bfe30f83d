"""What is another model's is refused in words before it would fail in a product of matrices."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from nodes.diffusion.refusal import StepRefused
from tests.nodes.diffusion.sampling import loaded_from
from tests.nodes.families import filming, parity, tiny_cogvideox, tiny_ltx, tiny_wan


@pytest.mark.parametrize(
    ("save", "size", "frames"),
    [(tiny_ltx.save, 64, 17), (tiny_wan.save, 32, 5), (tiny_cogvideox.save, 32, 5)],
    ids=["ltx", "wan", "cogvideox"],
)
def test_a_film_told_of_another_models_text_is_refused(
    save: Callable[[Path], Path], size: int, frames: int, tmp_path: Path
) -> None:
    loaded = loaded_from(save(tmp_path))
    text, _ = parity.texts(loaded)
    twice = [replace(cond, embeds=torch.cat([cond.text()] * 2, dim=-1)) for cond in text.items]

    with pytest.raises(
        StepRefused, match=r"expected texts \d+ wide, got \d+\. Link the model's own text enc"
    ):
        filming.film(loaded, replace(text, items=twice), size=size, frames=frames)
