"""Weighted words in all families that read texts; each letter is a token of the tiny encoders."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from engine import OnDevice
from engine.declare import codec
from engine.errors import ValueRefused
from nodes.checkpoints import load
from nodes.diffusion.encode import encode
from nodes.diffusion.reading import Reading, Weighting, weigh
from nodes.diffusion.refusal import StepRefused
from nodes.values import Cond, TextEncoder
from tests.nodes.families import (
    tiny_cascades,
    tiny_cogvideox,
    tiny_flux,
    tiny_flux_2,
    tiny_kandinsky,
    tiny_ltx,
    tiny_pixart,
    tiny_sd3,
    tiny_sdxl,
    tiny_stable_audio,
    tiny_wan,
)

Encoders = Callable[[str], OnDevice[TextEncoder[Any]]]
SAVED: dict[str, Callable[[Path], Path]] = {
    "sdxl": tiny_sdxl.save,
    "sd3": tiny_sd3.save,
    "flux": tiny_flux.save,
    "flux2": tiny_flux_2.save,
    "pixart": tiny_pixart.save,
    "if": tiny_cascades.save_if,
    "kandinsky-prior": tiny_kandinsky.save_prior,
    "wan": tiny_wan.save,
    "ltx": tiny_ltx.save,
    "cogvideox": tiny_cogvideox.save,
    "stable-audio": tiny_stable_audio.save,
}
WEIGHED = [name for name in SAVED if name != "flux2"]
T5 = {"pixart": True, "if": True, "ltx": False, "cogvideox": False}
"""Families that read T5's states as they are → whether they hide from it what texts were filled up with."""
CLIP = 77
WEIGHINGS = pytest.mark.parametrize("weighting", ["comfy", "a1111"])


@pytest.fixture(scope="module")
def encoders(tmp_path_factory: pytest.TempPathFactory) -> Encoders:
    found: dict[str, OnDevice[TextEncoder[Any]]] = {}

    def of(family: str) -> OnDevice[TextEncoder[Any]]:
        if family not in found:
            folder = SAVED[family](tmp_path_factory.mktemp(family))
            handle = load.from_folder(load.Folder(folder, folder.name), "float32").text_encoder
            found[family] = OnDevice(handle, handle.load(lambda _: folder))
        return found[family]

    return of


def said(
    encoder: OnDevice[TextEncoder[Any]], text: str, weighting: Weighting = "plain", **options: Any
) -> Cond:
    (cond,) = encode(encoder, text, weighting=weighting, **options).items
    return cond


def led(
    states: torch.Tensor, weights: list[float], nothing: torch.Tensor, weighting: Weighting
) -> torch.Tensor:
    filled = [*weights, *[1.0] * (states.shape[1] - len(weights))]
    return weigh(states, filled, nothing if weighting == "comfy" else None)


@pytest.mark.parametrize("weighting", ["comfy", "a1111", "even"])
@pytest.mark.parametrize("family", WEIGHED)
def test_weights_of_one_change_nothing(family: str, weighting: Weighting, encoders: Encoders) -> None:
    found = encode(encoders(family), r"A (red:1) (apple \(fruit\):1.0)", weighting=weighting)
    expected = encode(encoders(family), "A red apple (fruit)")

    assert codec.encode(found) == codec.encode(expected)


@pytest.mark.parametrize("family", WEIGHED)
def test_weights_of_all_families_count_but_for_the_summary(family: str, encoders: Encoders) -> None:
    plain, found = said(encoders(family), "a b"), said(encoders(family), "a (b:2)", "comfy")

    assert not torch.equal(plain.text(), found.text())
    for name, tensor in plain.extra.items():
        assert torch.equal(tensor, found.extra[name])
    if plain.pooled is not None:
        assert found.pooled is not None
        assert torch.equal(plain.pooled, found.pooled)


@WEIGHINGS
@pytest.mark.parametrize("family", T5)
def test_the_weights_of_a_text_reach_t5s_tokens(
    family: str, weighting: Weighting, encoders: Encoders
) -> None:
    """A space is one token with the word behind it: ``▁a``, ``▁b``, each in two."""
    encoder = encoders(family)
    text, nothing = said(encoder, "a b").text(), said(encoder, "").text()

    found = said(encoder, "(a:0.5) (b:2)", weighting).text()
    assert torch.equal(found, led(text, [0.5, 0.5, 2, 2], nothing, weighting))
    assert torch.equal(said(encoder, "(a:0.5) (b:2)", "even").text(), text)


def test_a_word_is_cut_into_tokens_as_without_weights(encoders: Encoders) -> None:
    reading = Reading(encoders("pixart").model, "comfy")
    plain = Reading(encoders("pixart").model)

    found, expected = (
        reading.tokens("text_encoder", "un(happy:2) end", 16),
        plain.tokens("text_encoder", "unhappy end", 16),
    )
    assert found.input_ids.tolist() == expected.input_ids.tolist()
    assert list(found.weights) == [1, 1, 1, 2, 2, 2, 2, 2, *[1] * 8]


def test_what_goes_beyond_t5s_length_is_cut_off(encoders: Encoders) -> None:
    found = said(encoders("ltx"), "a" * 200 + " (b:2)", "comfy")

    assert torch.equal(found.text(), said(encoders("ltx"), "a" * 200).text())


def test_where_a_text_has_ended_there_are_zeros_still(encoders: Encoders) -> None:
    """Four tokens of a text, and its end."""
    for family in ("wan", "stable-audio"):
        found = said(encoders(family), "a (b:2)", "comfy").text()
        assert found[:, :4].any(dim=-1).all()
        assert not found[:, 5:].any()


def test_the_word_that_begins_a_window_is_not_read_where_there_are_none(encoders: Encoders) -> None:
    for family in ("pixart", "flux", "wan"):
        found, expected = said(encoders(family), "a BREAK b", "even"), said(encoders(family), "a  b")
        assert torch.equal(found.text(), expected.text())


@WEIGHINGS
def test_the_encoders_of_stable_diffusion_3_are_weighed_each_on_their_own(
    weighting: Weighting, encoders: Encoders
) -> None:
    encoder = encoders("sd3")
    text, nothing = said(encoder, "a b").text(), said(encoder, "").text()
    width = encoder.model["text_encoder"].config.hidden_size

    found = said(encoder, "a (b:2)", weighting).text()
    for part in (slice(0, width), slice(width, 2 * width)):
        alone = text[:, :CLIP, part].contiguous()
        expected = led(alone, [1, 1, 2], nothing[:, :CLIP, part], weighting)
        assert torch.equal(found[:, :CLIP, part], expected)
    expected = led(text[:, CLIP:].contiguous(), [1, 1, 2, 2], nothing[:, CLIP:], weighting)
    assert torch.equal(found[:, CLIP:], expected)


def test_clip_reads_a_long_text_of_stable_diffusion_3_in_windows_and_t5_at_once(encoders: Encoders) -> None:
    encoder, text = encoders("sd3"), "a " * 80
    first, second, whole = (said(encoder, one).text() for one in ("a " * 75, "a " * 5, text))

    found = said(encoder, text, "even").text()
    assert torch.equal(found, torch.cat([first[:, :CLIP], second[:, :CLIP], whole[:, CLIP:]], dim=1))


def test_another_text_for_t5_has_weights_of_its_own(encoders: Encoders) -> None:
    encoder = encoders("sd3")
    found = said(encoder, "a b", "comfy", other="c (d:2)").text()
    plain = said(encoder, "a b", other="c d").text()

    assert torch.equal(found[:, :CLIP], plain[:, :CLIP])
    assert not torch.equal(found[:, CLIP:], plain[:, CLIP:])


def test_a_weight_that_no_encoder_can_bear_is_refused(encoders: Encoders) -> None:
    with pytest.raises(ValueRefused, match=r"expected weights up to 100, got 1000 for 'b'"):
        said(encoders("ltx"), "a (b:1000)", "comfy")


def test_texts_that_a_language_model_reads_cant_be_weighed(encoders: Encoders) -> None:
    with pytest.raises(StepRefused, match=r'CLIP or T5, .*, got FLUX\.2.* Set weighting to "plain"\.'):
        said(encoders("flux2"), "a (b:2)", "comfy")
