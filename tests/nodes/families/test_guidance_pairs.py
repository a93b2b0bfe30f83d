"""Positive and negative texts that differ in what they are like: the model answers each as if asked alone."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from engine.errors import ValueRefused
from nodes.diffusion.conditioning import combine, limit
from nodes.diffusion.conditioning_blend import batch, blend
from nodes.diffusion.distilled_guidance import tell
from nodes.diffusion.encode import encode
from nodes.diffusion.latent import noise
from nodes.diffusion.predict import predict
from nodes.diffusion.scheduler import scheduler, start
from nodes.values import Conditioning, Mask, Prediction
from tests.nodes.diffusion import tiny
from tests.nodes.diffusion.sampling import WATCHED, Loaded, loaded_from
from tests.nodes.families import tiny_flux, tiny_pixart, tiny_sd3, tiny_sdxl

SIZE, WINDOW = 32, 77
SAVED: dict[str, Callable[[Path], Path]] = {
    "sd1": tiny.save,
    "sdxl": tiny_sdxl.save,
    "sd3": tiny_sd3.save,
    "flux": tiny_flux.save,
    "pixart": tiny_pixart.save,
}
LONG = "a " * 200
"""Three windows of CLIP's."""


@pytest.fixture(scope="module", params=SAVED)
def family(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture(scope="module")
def loaded(family: str, tmp_path_factory: pytest.TempPathFactory) -> Loaded:
    return loaded_from(SAVED[family](tmp_path_factory.mktemp(family)))


def asked(
    loaded: Loaded, positive: Conditioning[Any], negative: Conditioning[Any] | None = None, rows: int = 1
) -> Prediction[Any]:
    drawn = noise(loaded.vae.handle, SIZE, SIZE, rows, seed=1).latent
    run = scheduler(loaded.scheduler, steps=2, latent=drawn)
    latent = start(run.scheduler, drawn)
    return predict(loaded.denoiser, run.scheduler, run.state, latent, WATCHED, positive, negative, 5.0)


def said(loaded: Loaded, text: str, weighting: Any = "plain") -> Conditioning[Any]:
    """A text, by which FLUX.1 is told guidance, too, so that it is asked about both."""
    found = encode(loaded.text_encoder, text, weighting=weighting)
    return tell(found, 3.5) if found.family == "flux" else found


@pytest.mark.parametrize(("positive", "negative"), [(LONG, "blue"), ("blue", LONG), (LONG, "b " * 100)])
def test_texts_of_several_lengths(positive: str, negative: str, family: str, loaded: Loaded) -> None:
    wanted, unwanted = said(loaded, positive, "comfy"), said(loaded, negative, "even")
    lengths = [one.items[0].text().shape[1] for one in (wanted, unwanted)]
    assert (lengths[0] != lengths[1]) == (family in ("sd1", "sdxl", "sd3"))

    found = asked(loaded, wanted, unwanted)
    assert found.negative is not None
    for answer, alone in ((found.samples, wanted), (found.negative, unwanted)):
        assert torch.allclose(answer, asked(loaded, alone).samples, rtol=1e-4, atol=1e-5)


def test_regions_of_a_batch_that_has_a_text_for_each_picture(loaded: Loaded) -> None:
    """On the left each picture has a text of its own, on the right all have one; both stay away from one."""
    left = torch.zeros(1, SIZE, SIZE)
    left[:, :, : SIZE // 2] = 1
    own, common, away = (
        batch([said(loaded, "a b"), said(loaded, "c")]),
        said(loaded, "d e f"),
        said(loaded, "g"),
    )
    regions = combine(limit(own, Mask(left)), limit(common, Mask(1 - left)))

    found = asked(loaded, regions, away, rows=2)
    expected = [asked(loaded, one, rows=2).samples for one in (own, common, away)]
    half = found.samples.shape[-1] // 2
    assert found.negative is not None
    for answer, alone in (
        (found.samples[..., :half], expected[0][..., :half]),
        (found.samples[..., half:], expected[1][..., half:]),
        (found.negative, expected[2]),
    ):
        assert torch.allclose(answer, alone, rtol=1e-4, atol=1e-5)


def test_each_picture_of_a_batch_is_drawn_by_its_own_text(family: str, loaded: Loaded) -> None:
    one, other = said(loaded, "a b"), said(loaded, "c d" if family == "sd3" else LONG, "even")
    found = asked(loaded, batch([one, other]), said(loaded, "g"), rows=2).samples

    for row, alone in enumerate((one, other)):
        expected = asked(loaded, alone, rows=2).samples[row]
        assert torch.allclose(found[row], expected, rtol=1e-3, atol=1e-4)


def test_a_text_is_not_repeated_for_a_model_to_which_it_would_count_more(family: str, loaded: Loaded) -> None:
    """Stable Diffusion 3 attends to text and picture as one."""
    short, long = said(loaded, "a b"), said(loaded, LONG, "even")

    if family == "sd3":
        with pytest.raises(ValueRefused, match=r"expected texts of equally many tokens .*, got 333 and 487"):
            blend(short, long)
        lengthened = blend(said(loaded, "a b BREAK a BREAK a", "even"), long)
        assert lengthened.items[0].text().shape[1] == 487
    else:
        assert blend(short, long).items[0].text().shape[1] in (231, 300, 512)
