"""The shipped graphs through the engine, with the tiny model in the place of the built-in one."""

import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import torch

from engine import Graph, Headless
from engine.declare import codec
from engine.graph.check import check
from engine.graph.document import Instance
from engine.graph.embed import without_refs
from engine.run.events import Event, Progress
from engine.run.scheduler import Options
from engine.settings import BUILT_IN, Settings
from nodes.diffusion import stepping
from nodes.vae import decode
from nodes.values import Latent
from tests.nodes.diffusion import sampling
from tests.nodes.diffusion.sampling import GUIDANCE, SEED, SIZE, Choice, Loaded, another_pipeline
from tests.nodes.diffusion.test_exactness import CHOICES, as_tensor, latents_of
from tests.run.forking import fork

VALUES = {
    "prompt": sampling.PROMPT,
    "negative": sampling.NEGATIVE,
    "seed": SEED,
    "steps": 6,
    "guidance": GUIDANCE,
}
MANY = 30
"""Steps of a loop that is not over before a word to stop reaches it."""
# A first-order, an ancestral, a multistep and a second-order scheduler
SEVERAL = pytest.mark.parametrize("name", ["ddim", "euler ancestral", "dpm++ 2m sde", "heun"])


@pytest.fixture
def home(folder: Path, tmp_path: Path) -> Path:
    shutil.copytree(folder, tmp_path / "models" / "tiny")
    return tmp_path


@pytest.fixture
def engine(home: Path) -> Iterator[Headless]:
    with started(home) as engine:
        yield engine


def started(home: Path, *, cache: bool = True) -> Headless:
    settings = Settings.load({"KNOTWORK_HOME": str(home), "KNOTWORK_DEVICE": "cpu"})
    return Headless(settings, base=BUILT_IN / "graphs", cache=cache)


def shipped(engine: Headless, name: str) -> Graph:
    """A shipped graph with its sampler inside it, on the tiny model."""
    graph = without_refs(Graph.read(BUILT_IN / "graphs" / f"{name}.json"), engine.reference)
    graph.nodes["load"].params["folder"] = "tiny"
    return graph


def choose(graph: Graph, name: str) -> Choice:
    """Give a graph's sampler, or the graph itself, a scheduler."""
    choice = CHOICES[name]
    held, port = ("schedule", "name") if "schedule" in graph.nodes else ("sampler", "scheduler")
    graph.nodes[held].params |= {port: choice.name, "options": choice.ports["options"]}
    return choice


def sampler_loop(graph: Graph) -> tuple[Graph, Instance]:
    """The graph that holds the loop of a graph's sampler, and the loop."""
    inner = graph.nodes["sampler"].graph
    assert inner is not None
    return inner, inner.nodes["turns"]


def ran(engine: Headless, graph: Graph, *outputs: str, **values: Any) -> Mapping[str, Any]:
    report = engine.run(graph, VALUES | values, outputs)
    assert report.failures == []
    return report.outputs


def bytes_of(engine: Headless, graph: Graph, **values: Any) -> bytes:
    return codec.encode(ran(engine, graph, "small", **values)["small"])


def interrupted(engine: Headless, graph: Graph, turns: int, **values: Any) -> None:
    """Run a graph and cancel it when its loop has done some turns, with many more to come."""

    def cancel(event: Event) -> None:
        if isinstance(event, Progress) and event.instance == "sampler/turns" and event.done >= turns:
            run.cancel()

    run = engine.local.start(engine.plan(graph, VALUES | values), cancel, Options())
    assert run.execute().status == "cancelled"


@pytest.mark.parametrize("name", ["text_to_image", "image_to_image", "inpaint"])
def test_a_shipped_graph_has_no_problem(name: str, engine: Headless) -> None:
    graph = Graph.read(BUILT_IN / "graphs" / f"{name}.json")
    graph.nodes["load"].params["folder"] = "tiny"

    assert check(graph, engine.registry, engine.files.resolve, engine.reference) == []


@pytest.mark.parametrize("name", ["text_to_image", "image_to_image", "inpaint"])
def test_the_nodes_of_a_shipped_graph_leave_their_inputs_alone(name: str, engine: Headless) -> None:
    plan = engine.plan(shipped(engine, name), {"steps": 2})

    assert engine.local.run(plan, options=Options(check_purity=True)).failures == []


def test_a_latent_of_another_family_is_refused_before_anything_runs(home: Path, engine: Headless) -> None:
    other = shutil.copytree(home / "models" / "tiny", home / "models" / "other")
    config = other / "unet" / "config.json"
    config.write_text(config.read_text().replace('"cross_attention_dim": 32', '"cross_attention_dim": 768'))
    graph = shipped(engine, "text_to_image")
    graph.nodes["other"] = Instance(type="load.diffusers", params={"folder": "other"})
    graph.nodes["decode"].links["vae"] = "other.vae"

    (problem,) = check(graph, engine.registry, engine.files.resolve, engine.reference)
    assert problem.instance == "decode"
    assert {"sd1", "sd-32-4"} <= {word.strip("[].,") for word in str(problem).replace("[", " ").split()}


def test_text_to_image_has_the_inputs_and_outputs_it_is_known_by() -> None:
    graph = Graph.read(BUILT_IN / "graphs" / "text_to_image.json")

    assert graph.inputs.keys() == {"prompt", "negative", "seed", "steps", "guidance"}
    assert graph.outputs.keys() == {"image", "small"}


def test_the_picture_is_64_pixels_wide_and_256_when_enlarged(engine: Headless) -> None:
    report = engine.run(shipped(engine, "text_to_image"), VALUES | {"steps": 1})

    assert report.outputs["small"].pixels.shape == (1, 64, 64, 3)
    assert report.outputs["image"].pixels.shape == (1, 256, 256, 3)


@SEVERAL
def test_text_to_image_is_the_pipeline_at_every_step(
    name: str, engine: Headless, loaded: Loaded, pipeline: Any
) -> None:
    graph = shipped(engine, "text_to_image")
    expected = latents_of(pipeline, choose(graph, name), height=SIZE, width=SIZE)
    holder, loop = sampler_loop(graph)
    assert loop.graph is not None
    loop.graph.outputs["trace"] = "step.latent"
    loop.collect, holder.outputs["trace"] = ["trace"], "turns.trace"
    graph.outputs["trace"] = "sampler.trace"

    outputs = ran(engine, graph, "trace", "small")
    assert [torch.equal(*pair) for pair in zip(samples_of(outputs["trace"]), expected, strict=True)] == (
        [True] * len(expected)
    )
    assert torch.equal(outputs["small"].pixels, decode(loaded.vae, Latent(expected[-1])).pixels)


def samples_of(latents: list[Latent[Any]]) -> list[torch.Tensor]:
    return [latent.samples for latent in latents]


@SEVERAL
def test_image_to_image_is_the_pipeline(name: str, engine: Headless, loaded: Loaded, pipeline: Any) -> None:
    graph = shipped(engine, "image_to_image")
    choice = choose(graph, name)
    outputs = ran(engine, graph, "small", "fit.out", strength=0.7)

    made = another_pipeline("StableDiffusionImg2ImgPipeline", pipeline)
    expected = latents_of(made, choice, image=as_tensor(outputs["fit.out"]), strength=0.7)
    assert torch.equal(outputs["small"].pixels, decode(loaded.vae, Latent(expected[-1])).pixels)


@SEVERAL
@pytest.mark.parametrize("strength", [0.7, 1.0])
def test_inpainting_is_the_pipeline(
    strength: float, name: str, engine: Headless, loaded: Loaded, pipeline: Any
) -> None:
    graph = shipped(engine, "inpaint")
    choice = choose(graph, name)
    outputs = ran(engine, graph, "small", "fit.out", "mask.out", strength=strength)

    made = another_pipeline("StableDiffusionInpaintPipeline", pipeline)
    pictures = {"image": as_tensor(outputs["fit.out"]), "mask_image": outputs["mask.out"].pixels[:, None]}
    expected = latents_of(made, choice, strength=strength, height=SIZE, width=SIZE, **pictures)
    assert torch.equal(outputs["small"].pixels, decode(loaded.vae, Latent(expected[-1])).pixels)


def test_a_second_run_executes_nothing_and_a_change_at_the_end_only_the_end(engine: Headless) -> None:
    graph = shipped(engine, "text_to_image")
    engine.run(graph, VALUES)
    again = engine.run(graph, VALUES)
    graph.nodes["upscale"].params["overlap"] = 16
    changed = engine.run(graph, VALUES)

    assert again.counts["executed"] == 0
    assert [name for name, outcome in changed.outcomes.items() if outcome == "executed"] == ["upscale"]


@SEVERAL
def test_an_interrupted_loop_goes_on_from_its_checkpoint_with_the_same_bytes(name: str, home: Path) -> None:
    with started(home) as engine:
        graph = shipped(engine, "text_to_image")
        choose(graph, name)
        sampler_loop(graph)[1].checkpoint = 2
        interrupted(engine, graph, turns=4, steps=MANY)
    turns: list[float] = []
    stepping.untouched.cache_clear()
    with started(home) as engine:
        values = VALUES | {"steps": MANY}
        resumed = engine.run(graph, values, ["small"], listen=lambda event: turns.extend(done_of(event)))
    with started(home, cache=False) as engine:
        whole = bytes_of(engine, graph, steps=MANY)

    assert min(turns) > 4
    assert codec.encode(resumed.outputs["small"]) == whole


@SEVERAL
def test_a_forked_loop_ends_with_the_same_bytes_after_the_turns_left(name: str, engine: Headless) -> None:
    graph = shipped(engine, "text_to_image")
    choose(graph, name)
    sampler_loop(graph)[1].checkpoint = 2
    whole = ran(engine, graph, "small")["small"].pixels
    forked = fork(engine, graph, "sampler/turns", 4, VALUES)
    turns: list[float] = []
    report = engine.run(forked, VALUES, ["small"], listen=lambda event: turns.extend(done_of(event)))

    assert (min(turns), max(turns)) == (5, len(turns) + 4)
    assert report.outcomes["sampler/turns"] == "executed"
    assert torch.equal(report.outputs["small"].pixels, whole)


def test_a_forked_loop_goes_on_with_another_prompt_from_the_noise_that_is_left(engine: Headless) -> None:
    graph = shipped(engine, "text_to_image")
    choose(graph, "euler ancestral")
    sampler_loop(graph)[1].checkpoint = 2
    whole = ran(engine, graph, "small")["small"].pixels
    forked = fork(engine, graph, "sampler/turns", 2, VALUES)
    turns: list[float] = []
    changed = VALUES | {"prompt": "a green frog", "guidance": 2.0, "seed": SEED + 1}
    report = engine.run(forked, changed, ["small"], listen=lambda event: turns.extend(done_of(event)))

    assert turns == [3, 4, 5, 6]
    assert "sampler/begin" not in report.outcomes
    assert not torch.equal(report.outputs["small"].pixels, whole)


def done_of(event: Event) -> list[float]:
    return [event.done] if isinstance(event, Progress) and event.instance == "sampler/turns" else []
