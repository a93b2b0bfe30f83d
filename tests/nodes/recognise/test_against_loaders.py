"""The recogniser calls a folder's family as the loaders do."""

from collections.abc import Callable
from pathlib import Path

import pytest

from nodes.checkpoints.folder import read_folder
from nodes.recognise.recognise import recognise
from tests.nodes.diffusion import tiny
from tests.nodes.families import (
    test_flux,
    test_flux_2,
    test_stable_diffusion_3,
    tiny_cascades,
    tiny_kandinsky,
    tiny_pixels,
    tiny_sdxl,
    tiny_stable_audio,
    tiny_stable_unclip,
)


@pytest.mark.parametrize(
    ("save", "family"),
    [
        (tiny.save, "sd-32-4"),
        (tiny_sdxl.save, "sdxl"),
        (test_stable_diffusion_3.save, "sd3"),
        (test_flux.save, "flux"),
        (test_flux_2.save, "flux2"),
        (tiny_cascades.save_if, "if"),
        (tiny_cascades.save_x4, "sd-x4"),
        (tiny_cascades.save_ldm, "ldm-sr"),
        (tiny_kandinsky.save_decoder, "kandinsky"),
        (tiny_kandinsky.save_prior, "kandinsky-prior"),
        (tiny_stable_audio.save, "stable-audio"),
        (tiny_stable_unclip.save, "stable-unclip"),
        (tiny_pixels.save_dit, "dit"),
        (tiny_pixels.save_ddpm, "ddpm"),
    ],
)
def test_a_folder_is_of_the_family_that_its_loader_says(
    save: Callable[[Path], Path], family: str, tmp_path: Path
) -> None:
    folder = save(tmp_path / "model")
    found = recognise(folder)

    assert (found.family, found.kind, found.missing) == (family, "pipeline", ())
    assert read_folder(folder).cells.family == family
