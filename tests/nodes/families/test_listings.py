"""What ``knotwork families`` lists is there, and what the documentation lists is that."""

from pathlib import Path

import pytest

from engine import Graph
from engine.cli.families import table
from engine.declare.listing import Listing
from engine.declare.registry import installed
from tests.graphs.make_examples import GRAPHS
from tests.graphs.stand_ins import STAND_INS

FAMILIES = installed().families()
EACH = pytest.mark.parametrize("family", FAMILIES, ids=[family.name for family in FAMILIES])
PAGE = Path(__file__).parents[3] / "docs" / "families.md"


def test_a_course_on_generative_models_finds_its_families() -> None:
    pictures = {
        "sd1",
        "sdxl",
        "sd3",
        "flux",
        "flux2",
        "ddpm",
        "dit",
        "if",
        "ldm-sr",
        "sd-x4",
        "unclip",
        "kandinsky",
    }
    leading = {"controlnet", "t2i-adapter", "ip-adapter", "lora", "textual-inversion", "annotators", "hed"}
    films = {"wan", "ltx", "cogvideox", "svd", "animatediff"}
    others = {"stable-audio", "shap-e", "speecht5", "whisper", "upscaling", "restoration", "points"}
    trained = {"dcgan", "conditional-gan", "pix2pix", "cyclegan", "autoencoder", "vq-vae", "denoiser"}
    taught = {"point-gan", "perceptron", "lora-training"}

    listed = {family.name for family in FAMILIES}
    assert {*pictures, *leading, *films, *others, *trained, *taught} <= listed


def test_no_two_families_have_one_name() -> None:
    assert len({family.name for family in FAMILIES}) == len(FAMILIES)


@EACH
def test_a_family_has_an_example_graph_that_the_tests_run(family: Listing) -> None:
    """Each shipped graph runs in the tests; one whose models are not shipped needs a stand-in for that."""
    graph = Graph.read(GRAPHS / f"{family.graph}.json")

    assert not graph.models or family.graph in STAND_INS


@EACH
def test_a_familys_nodes_are_installed(family: Listing) -> None:
    missing = [node for node in family.nodes if installed().find(node) is None]

    assert family.nodes
    assert missing == []


@EACH
def test_what_restricts_a_family_is_said(family: Listing) -> None:
    assert family.licence or not family.restricted


def test_families_whose_weights_may_not_earn_money_are_restricted() -> None:
    restricted = {family.name for family in FAMILIES if family.restricted}

    assert {"sd3", "flux", "flux2", "dit", "if", "svd", "stable-audio", "ltx", "cogvideox"} <= restricted
    assert restricted.isdisjoint({"sd1", "sdxl", "wan", "kandinsky", "unclip", "ddpm", "shap-e", "whisper"})


def test_the_documentation_has_the_table() -> None:
    """Write it anew with ``knotwork families --markdown``."""
    assert table(FAMILIES) in PAGE.read_text(encoding="utf-8")
