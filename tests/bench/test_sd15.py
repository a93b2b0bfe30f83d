"""Stable Diffusion 1.5 at its real size, of random weights: memory and time beside diffusers' pipeline.

The checkpoint is written once, 4.3 GB of float32 into the system's folder for temporary files.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable, Iterator
from math import isfinite
from pathlib import Path
from typing import Any

import pytest

from engine import File
from engine.executors.headless import Headless
from engine.graph.document import Graph
from engine.run.report import Report
from engine.run.scheduler import Options
from engine.settings import BUILT_IN, Settings
from nodes.checkpoints.load import from_file
from tests.bench.measure import compared, said
from tests.bench.real_size import CODES, CONFIG, write

pytestmark = pytest.mark.bench
PROMPT, SIZE, STEPS, GUIDANCE, ROUNDS = "a red apple", 256, 4, 7.5, 9
SLOWER, LARGER = 0.02, 0.1
MODELS = Path(tempfile.gettempdir()) / "knotwork-real-size"
LORA = "lora.safetensors"


def checkpoint(dtype: str) -> Path:
    """The checkpoint's file, which stays for the next time."""
    path = MODELS / f"sd15-{dtype}.safetensors"
    if not path.exists():
        MODELS.mkdir(exist_ok=True)
        half = path.with_suffix(".part")
        write(half, dtype)
        half.rename(path)
    return path


class Drawn:
    """The shipped graph with the checkpoint in the place of its folder, and with a LoRA if one is named."""

    def __init__(self, home: Path, file: Path, dtype: Any = "float32", lora: str = "") -> None:
        self.file, self.dtype = file, dtype
        said = {"KNOTWORK_HOME": str(home), "KNOTWORK_MODEL_ROOTS": str(MODELS), "KNOTWORK_DEVICE": "cpu"}
        self.engine = Headless(Settings.load(os.environ | said), base=BUILT_IN / "graphs")
        tree = json.loads((BUILT_IN / "graphs" / "stable_diffusion.json").read_text())
        nodes, given = tree["nodes"], {"file": file.name, "dtype": dtype}
        nodes["load"] = {"type": "load.single_file", "params": given}
        if lora:
            links = {"denoiser": "load.denoiser"}
            nodes["lora"] = {"type": "lora.apply", "params": {"file": lora}, "links": links}
            nodes["sampler"]["links"]["denoiser"] = "lora.denoiser"
            tree["inputs"]["strength"] = {"to": ["lora.scale"], "default": 1.0}
        self.graph = Graph.model_validate(tree)

    def run(self, *, whole: bool = False, **values: Any) -> Report:
        """Draw a picture; all of it anew, or only what is not stored."""
        said = {"prompt": PROMPT, "width": SIZE, "height": SIZE, "steps": STEPS, "guidance": GUIDANCE}
        plan = self.engine.plan(self.graph, said | values)
        forced = frozenset(range(len(plan.names))) if whole else frozenset[int]()
        report = self.engine.local.run(plan, None, Options(forced=forced))
        assert report.failures == []
        return report

    def __call__(self, seed: int) -> Any:
        return self.run(whole=True, seed=seed).outputs["image"].pixels


class Piped:
    """Diffusers' pipeline on the same file."""

    def __init__(self, file: Path) -> None:
        import diffusers

        classes: Any = diffusers
        self.pipeline = classes.StableDiffusionPipeline.from_single_file(
            str(file), config=str(CONFIG), local_files_only=True, safety_checker=None
        )
        self.pipeline.set_progress_bar_config(disable=True)

    def __call__(self, seed: int) -> Any:
        import torch

        size = {"width": SIZE, "height": SIZE, "num_inference_steps": STEPS, "guidance_scale": GUIDANCE}
        generator = torch.Generator().manual_seed(seed)
        return torch.from_numpy(self.pipeline(PROMPT, **size, generator=generator, output_type="np").images)


@pytest.mark.parametrize(
    ("stored", "dtype"),
    [("float32", "float32"), ("float16", "float16"), ("float16", "float32"), ("float32", "bfloat16")],
)
def test_loading_takes_little_more_memory_than_the_weights(stored: str, dtype: str, tmp_path: Path) -> None:
    """All of them, looked at, whatever precision they are stored in."""
    assert share(tmp_path, stored, dtype, "load_all") <= 1 + LARGER


def test_a_picture_takes_little_more_memory_than_the_weights(tmp_path: Path) -> None:
    assert share(tmp_path, "float32", "float32", "draw_one") <= 1 + LARGER


def share(home: Path, stored: str, dtype: str, act: str) -> float:
    """What a fresh process takes at most, above what it has once everything is imported, by the weights."""
    file = checkpoint(stored)
    weights = file.stat().st_size // CODES[stored][1] * (4 if dtype == "float32" else 2)
    call = f"grown(Path({str(home)!r}), Path({str(file)!r}), {dtype!r}, {act})"
    found = int(said(__name__, call)[-1]) / weights
    print(f"{act}, {stored} as {dtype}: {found:.3f} × {weights / 1e9:.2f} GB, at most {1 + LARGER}")
    return found


def grown(home: Path, file: Path, dtype: str, act: Callable[[Drawn], None]) -> int:
    """Bytes at most in memory while something is done, above what there is before."""
    import diffusers
    import peft  # noqa: F401 # pyright: ignore[reportUnusedImport] # to import it is the point
    import torch
    from transformers import CLIPTextModel  # noqa: F401 # pyright: ignore[reportUnusedImport] # likewise

    classes: Any = diffusers
    assert all(map(classes.__getattr__, ("UNet2DConditionModel", "AutoencoderKL", "PNDMScheduler")))
    torch.nn.functional.conv2d(torch.ones(1, 4, 8, 8), torch.ones(4, 4, 3, 3))
    drawn = Drawn(home, file, dtype)
    before = _memory("VmRSS")
    Path("/proc/self/clear_refs").write_text("5")  # forget the most that there was
    act(drawn)
    return _memory("VmHWM") - before


def draw_one(drawn: Drawn) -> None:
    """Draw a picture."""
    drawn(0)


def load_all(drawn: Drawn) -> None:
    """Load all parts, and look at every weight."""
    parts = from_file(File(drawn.file, "sd15"), dtype=drawn.dtype)
    models = [part.load(lambda _: drawn.file) for part in (parts.denoiser, parts.vae, parts.text_encoder)]
    assert all(isfinite(weight.sum().item()) for model in models for weight in model.parameters())


def _memory(name: str) -> int:
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(name))


@pytest.fixture
def drawn(tmp_path: Path) -> Iterator[Drawn]:
    drawn = Drawn(tmp_path, checkpoint("float32"))
    yield drawn
    drawn.engine.close()


def test_the_graph_takes_as_long_as_the_pipeline(tmp_path: Path) -> None:
    *lines, more = said(__name__, f"drawn_and_piped(Path({str(tmp_path)!r}))")
    print(*lines, sep="\n")
    assert float(more) <= SLOWER


def drawn_and_piped(home: Path) -> float:
    """By which part of the pipeline's time the graph takes longer."""
    import torch

    drawn, piped = Drawn(home, checkpoint("float32")), Piped(checkpoint("float32"))
    assert torch.equal(drawn(0), piped(0))  # and now both are warm
    more = compared(f"{STEPS} steps", drawn, ("pipeline", piped), ROUNDS, SLOWER)
    drawn.engine.close()
    return more


def test_a_new_prompt_runs_only_the_text_the_loop_and_the_decoder(drawn: Drawn) -> None:
    drawn.run()
    drawn.run()  # the first time the file isn't hashed yet when the keys are made
    report = drawn.run(prompt="a green pear")

    ran = {name for name, outcome in report.outcomes.items() if outcome == "executed"}
    assert ran == {"positive", "sampler/turns", "decode"}


def test_a_new_strength_of_a_lora_opens_no_weights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import safetensors
    import torch

    from tests.bench.real_size import models
    from tests.nodes.patches.loras import save, tensors_of

    save(MODELS / LORA, tensors_of({"unet": models()["unet"]}, "kohya"))
    drawn = Drawn(tmp_path, checkpoint("float32"), lora=LORA)
    first = drawn.run(strength=0.5)
    opened: list[Any] = []

    def seen(function: Callable[..., Any]) -> Callable[..., Any]:
        return lambda *given, **more: (opened.append(given), function(*given, **more))[1]

    monkeypatch.setattr(drawn.engine.local.pool, "find", seen(drawn.engine.local.pool.find))
    monkeypatch.setattr(safetensors, "safe_open", seen(safetensors.safe_open))
    monkeypatch.setattr(torch, "load", seen(torch.load))
    second = drawn.run(strength=0.8)
    drawn.engine.close()

    assert opened == []
    assert not torch.equal(first.outputs["image"].pixels, second.outputs["image"].pixels)
