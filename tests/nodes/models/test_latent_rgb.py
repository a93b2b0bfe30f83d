"""The colours of latents: the built-in model's are fitted again, all are what they say."""

import json

import pytest
import torch

from nodes.diffusion.rgb import FILE, rgb
from nodes.models.fit_latent_rgb import cells, fitted

FAMILY = "sd-192-12"


@pytest.fixture(scope="module")
def some() -> tuple[torch.Tensor, torch.Tensor]:
    """Every sixteenth emoji."""
    return cells(50)


def error(matrix: torch.Tensor, some: tuple[torch.Tensor, torch.Tensor]) -> float:
    """Root mean square of what the colours of cells are off by; they lie in 0..1."""
    channels, colours = some
    made = (channels @ matrix[:-1] + matrix[-1]).clamp(0, 1)
    return float((made - colours).square().mean().sqrt())


def stored() -> torch.Tensor:
    """Factors and offset of the built-in model."""
    found = rgb(FAMILY)
    assert found
    return torch.tensor([*found[0], found[1]])


def test_the_built_in_models_latents_have_about_the_colours_of_their_pictures(
    some: tuple[torch.Tensor, torch.Tensor],
) -> None:
    one_colour = torch.zeros_like(stored())
    one_colour[-1] = some[1].mean(0)
    assert error(stored(), some) < 0.1
    assert error(one_colour, some) > 0.2


def test_no_other_matrix_would_do_much_better(some: tuple[torch.Tensor, torch.Tensor]) -> None:
    assert error(stored(), some) < 1.1 * error(fitted(*some), some)


def test_a_family_that_nobody_fitted_has_no_colours() -> None:
    assert rgb("") is None
    assert rgb("sd-9-9") is None


def test_every_matrix_says_its_source_and_has_three_colours_for_each_channel() -> None:
    for known in json.loads(FILE.read_text()):
        assert known["families"]
        assert known["source"]
        assert {len(row) for row in (*known["factors"], known["offset"])} == {3}
