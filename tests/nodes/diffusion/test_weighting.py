from pathlib import Path
from typing import Any

import pytest
import torch

from engine.declare import codec
from engine.declare.registry import installed
from engine.graph.check import check
from engine.graph.document import Graph
from engine.graph.migrate import migrate
from nodes.diffusion.encode import encode
from nodes.diffusion.reading import Weighting, weigh
from nodes.values import Cond
from tests.nodes.diffusion.sampling import Loaded, loaded_from
from tests.nodes.families import test_sdxl

WEIGHTINGS = pytest.mark.parametrize("weighting", ["a1111", "comfy", "even"])
WEIGHING = pytest.mark.parametrize("weighting", ["a1111", "comfy"])
SIZE, WIDTH = 77, 32
GOLDEN = Path(__file__).parent / "golden"


@pytest.fixture(scope="module")
def sdxl(tmp_path_factory: pytest.TempPathFactory) -> Loaded:
    """Two encoders, each 32 wide, whose letters are tokens."""
    folder: Path = tmp_path_factory.mktemp("sdxl")
    return loaded_from(test_sdxl.save(folder))


def weighed(loaded: Loaded, text: str, weighting: Weighting = "comfy", **options: Any) -> Cond:
    (cond,) = encode(loaded.text_encoder, text, weighting=weighting, **options).items
    return cond


def plain(loaded: Loaded, text: str, **options: Any) -> Cond:
    (cond,) = encode(loaded.text_encoder, text, **options).items
    return cond


def states(*values: float) -> torch.Tensor:
    """One number wide."""
    return torch.tensor(values, dtype=torch.float32).reshape(1, -1, 1)


def test_states_are_led_away_from_those_of_an_empty_text() -> None:
    """From 1 twice as far as to 4, and half as far as to 6."""
    found = weigh(states(2, 4, 6), [1, 2, 0.5], states(1, 1, 1))

    assert found.flatten().tolist() == [2, 7, 3.5]


def test_states_are_multiplied_and_their_mean_is_restored() -> None:
    """2, 8 and 3 have a mean of 13 / 3 in the place of 4."""
    found = weigh(states(2, 4, 6), [1, 2, 0.5], None)

    assert found.flatten().tolist() == pytest.approx([24 / 13, 96 / 13, 36 / 13])


@pytest.mark.parametrize("nothing", [states(0.3, 0.3, 0.3), None])
def test_where_all_weights_are_one_the_states_stay(nothing: torch.Tensor | None) -> None:
    before = states(0.1, 0.2, 0.7)

    assert weigh(before, [1, 1, 1], nothing) is before


@WEIGHTINGS
@pytest.mark.parametrize("model", ["loaded", "sdxl"])
@pytest.mark.parametrize("skip", [0, 1])
@pytest.mark.parametrize("text", ["a red apple", "", r"a \(red\) apple", "a" * 75])
def test_a_short_text_without_weights_is_encoded_as_ever(
    text: str, skip: int, model: str, weighting: Weighting, request: pytest.FixtureRequest
) -> None:
    loaded: Loaded = request.getfixturevalue(model)
    found = encode(loaded.text_encoder, text, skip, weighting=weighting)
    expected = encode(loaded.text_encoder, text.replace("\\", ""), skip)

    assert codec.encode(found) == codec.encode(expected)


@pytest.mark.parametrize("model", ["loaded", "sdxl"])
def test_each_window_is_encoded_as_a_text_of_its_own(model: str, request: pytest.FixtureRequest) -> None:
    loaded: Loaded = request.getfixturevalue(model)
    alone = [plain(loaded, text).text() for text in ("a " * 75, "a " * 5, "blue")]

    assert torch.equal(weighed(loaded, "a " * 80 + "BREAK blue").text(), torch.cat(alone, dim=1))


def test_the_vector_of_a_long_text_is_that_of_its_first_window(sdxl: Loaded) -> None:
    pooled, first = weighed(sdxl, "red BREAK blue").pooled, plain(sdxl, "red").pooled

    assert pooled is not None
    assert first is not None
    assert torch.equal(pooled, first)


def test_a_model_that_asks_for_the_attention_mask_gets_it(loaded: Loaded) -> None:
    config = loaded.text_encoder.model["text_encoder"].config
    config.use_attention_mask = True
    try:
        found, expected = weighed(loaded, "a red apple").text(), plain(loaded, "a red apple").text()
    finally:
        del config.use_attention_mask

    assert torch.equal(found, expected)
    assert not torch.equal(found, weighed(loaded, "a red apple").text())


@WEIGHING
def test_the_weights_of_a_text_reach_its_tokens(weighting: Weighting, loaded: Loaded) -> None:
    text, nothing = plain(loaded, "a b c").text(), plain(loaded, "").text()
    weights = [1.0, 1.0, 2.0, 0.5, *[1.0] * 73]

    found = weighed(loaded, "a (b:2) (c:0.5)", weighting=weighting).text()
    assert torch.equal(found, weigh(text, weights, nothing if weighting == "comfy" else None))
    assert torch.equal(weighed(loaded, "a (b:2) (c:0.5)", weighting="even").text(), text)


@WEIGHING
def test_a_weight_changes_its_own_window_only(weighting: Weighting, loaded: Loaded) -> None:
    found = weighed(loaded, "a BREAK (b:2)", weighting=weighting).text()

    assert torch.equal(found[:, :SIZE], plain(loaded, "a").text())
    assert not torch.allclose(found[:, SIZE:], plain(loaded, "b").text(), atol=1e-3)


@WEIGHING
def test_the_states_of_two_encoders_are_weighed_each_on_their_own(weighting: Weighting, sdxl: Loaded) -> None:
    text, nothing = plain(sdxl, "a b", other="c d").text(), plain(sdxl, "").text()
    weights = [1.0, 1.0, 2.0, *[1.0] * 74], [1.0, 0.5, *[1.0] * 75]

    found = weighed(sdxl, "a (b:2)", other="(c:0.5) d", weighting=weighting).text()
    for part, given in ((slice(0, WIDTH), weights[0]), (slice(WIDTH, None), weights[1])):
        alone = text[..., part].contiguous()
        expected = weigh(alone, given, nothing[..., part] if weighting == "comfy" else None)
        assert torch.equal(found[..., part], expected)


def test_a_shorter_text_of_the_second_encoder_is_followed_by_empty_windows(sdxl: Loaded) -> None:
    found = weighed(sdxl, "a BREAK b", other="c").text()

    assert torch.equal(found[:, :SIZE, WIDTH:], plain(sdxl, "c").text()[..., WIDTH:])
    assert torch.equal(found[:, SIZE:, WIDTH:], plain(sdxl, "").text()[..., WIDTH:])
    assert torch.equal(found[:, SIZE:, :WIDTH], plain(sdxl, "b").text()[..., :WIDTH])


def test_saved_graphs_whose_node_for_weights_is_no_more_open_as_todays() -> None:
    graph = Graph.read(GOLDEN / "encode_weighted-1.json")

    assert migrate(graph, installed()) == []
    assert graph.to_bytes() == (GOLDEN / "encode-1.json").read_bytes()
    assert check(graph, installed()) == []
