"""The shipped graphs that film films anew give the films of diffusers' pipelines, from the same file."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch

from engine import File, Headless, OnDevice
from engine.run.report import Report
from engine.settings import Settings
from nodes.image.geometry import resize
from nodes.values import Image, Latent, Video
from nodes.video.files import load
from nodes.video.vae import decode_video
from tests.graphs.make_examples import GRAPHS
from tests.graphs.stand_ins import STAND_INS, build
from tests.nodes.families import filming, parity
from tests.nodes.families.parity import NEGATIVE, PROMPT, SCALE, SEED
from tests.nodes.image.listener import Listener

SIZE, FRAMES, RATE, STRENGTH = 32, 5, 6.0, 0.7
VALUES: dict[str, Any] = {
    "frames": FRAMES,
    "fps": RATE,
    "width": SIZE,
    "height": SIZE,
    "strength": STRENGTH,
    "steps": filming.STEPS,
    "prompt": PROMPT,
    "negative": NEGATIVE,
    "guidance": SCALE,
    "seed": SEED,
}


@pytest.fixture(autouse=True)
def without_ftfy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wan's pipeline calls ftfy even where it isn't installed; it changes none of these prompts."""
    from diffusers.pipelines.wan import pipeline_wan_video2video

    unchanged = SimpleNamespace(fix_text=lambda text: text)
    monkeypatch.setattr(pipeline_wan_video2video, "ftfy", unchanged, raising=False)


def shrunk(size: int = SIZE, frames: int = FRAMES) -> Video:
    """The first frames of the film that is shipped, as the graphs take them."""
    read = load(File(GRAPHS / "films" / "rocket.webm", "a"), Listener(), fps=RATE, count=frames)
    return Video(resize(Image(read.frames[0]), size, size, "cover").pixels[None], read.fps)


def filmed(name: str, home: Path, **values: Any) -> Report:
    """What a graph gives, with the latent and the VAE's handle."""
    settings = Settings.load({"KNOTWORK_HOME": str(home), "KNOTWORK_DEVICE": "cpu"})
    with Headless(settings, base=GRAPHS, cache=False) as engine:
        graph = engine.read(GRAPHS / f"{name}.json")
        graph.nodes["load"].params["dtype"] = "float32"
        graph.outputs |= {"latent": "sampler.latent", "vae": "load.vae"}
        report = engine.run(graph, VALUES | values)

    assert report.failures == []
    return report


@pytest.mark.parametrize(
    ("name", "pipeline"),
    [("wan_video", "WanVideoToVideoPipeline"), ("cogvideox_video", "CogVideoXVideoToVideoPipeline")],
)
def test_a_graph_gives_the_film_of_the_pipeline(name: str, pipeline: str, tmp_path: Path) -> None:
    build(name, tmp_path)
    [model] = STAND_INS[name].models
    oracle, film = parity.pipeline_of(tmp_path / "models" / model), shrunk()
    expected = filming.latents_from_film(oracle, pipeline, film, strength=STRENGTH)[-1]

    report = filmed(name, tmp_path)
    latent, handle = report.outputs["latent"], report.outputs["vae"]
    assert torch.equal(latent.samples, as_ours(expected, latent))
    vae = OnDevice(handle, handle.load(lambda _: tmp_path / "models" / model))
    assert torch.equal(report.outputs["video"].frames, decode_video(vae, latent).frames)
    assert report.outputs["video"].fps == RATE


def test_the_graph_of_ltx_gives_the_film_of_the_pipeline(tmp_path: Path) -> None:
    """It is decoded with noise, which the pipeline draws last."""
    build("ltx_video_to_video", tmp_path)
    oracle = parity.pipeline_of(tmp_path / "models" / "LTX-Video-0.9.7-dev")
    film, generator = shrunk(64, 9), torch.Generator().manual_seed(SEED)
    expected = oracle(
        prompt=PROMPT,
        negative_prompt=NEGATIVE,
        latents=filming.encoded_by_ltx(oracle, film, generator),
        generator=generator,
        denoise_strength=STRENGTH,
        num_inference_steps=filming.STEPS,
        guidance_scale=SCALE,
        frame_rate=RATE,
        height=64,
        width=64,
        num_frames=9,
        decode_timestep=0.05,
        decode_noise_scale=0.025,
        output_type="np",
    ).frames

    made = filmed("ltx_video_to_video", tmp_path, width=64, height=64, frames=9).outputs["video"]
    assert torch.equal(made.frames, torch.from_numpy(expected))
    assert made.fps == RATE


def as_ours(samples: torch.Tensor, latent: Latent[Any]) -> torch.Tensor:
    """CogVideoX's pipeline has frames before channels."""
    return samples if samples.shape == latent.samples.shape else samples.transpose(1, 2)
