"""The nodes give the bytes of diffusers' Shap-E pipelines, at every step, and their surfaces and views."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import torch
from diffusers.pipelines.shap_e.camera import create_pan_cameras
from diffusers.pipelines.shap_e.pipeline_shap_e import ShapEPipeline
from PIL import Image as Pillow

from engine import Folder
from engine.declare import codec
from engine.errors import Cancelled, ValueRefused
from engine.run.context import RunContext, Token
from engine.run.events import Lossy, Progress
from nodes.diffusion.guidance import guidance
from nodes.diffusion.refusal import StepRefused
from nodes.diffusion.scheduler import scheduler, scheduler_step, start
from nodes.library_lock import library_lock
from nodes.mesh.shap_e.decode import decode, render
from nodes.mesh.shap_e.denoise import noise, prior_step
from nodes.mesh.shap_e.encode import encode_image, encode_text
from nodes.mesh.shap_e.load import from_text_folder
from nodes.values import Cond, Conditioning, Image, Latent
from tests.nodes.mesh.conftest import resident
from tests.nodes.mesh.tiny import fill_table

PROMPT, SEED, STEPS, GRID = "a green chair", 3, 4, 12
CONTEXT = RunContext("turns", "cpu", Token(), lambda _: None)
PIXELS = torch.randint(256, (1, 40, 32, 3), generator=torch.Generator().manual_seed(1), dtype=torch.uint8)


def denoised(parts: Any, positive: Conditioning[Any], scale: float) -> list[Latent[Any]]:
    """The latent after each turn of a loop over the nodes."""
    run = scheduler(parts.scheduler, steps=STEPS)
    drawn = noise(parts.prior.handle, seed=SEED)
    latents, state, rng = [start(run.scheduler, drawn.latent)], run.state, drawn.rng
    for _ in range(run.turns):
        predicted = prior_step(parts.prior, run.scheduler, state, latents[-1], positive, scale)
        guided = guidance(predicted, scale)
        latent, state, rng = scheduler_step(run.scheduler, state, guided, latents[-1], rng, CONTEXT)
        latents.append(latent)
    return latents[1:]


def latents_of(pipeline: Any, given: Any, scale: float) -> list[torch.Tensor]:
    """The pipeline's latent after each of its turns."""
    kept: list[torch.Tensor] = []
    step = type(pipeline.scheduler).step

    def keep(*args: Any, **kwargs: Any) -> Any:
        taken = step(pipeline.scheduler, *args, **kwargs)
        kept.append(taken.prev_sample)
        return taken

    pipeline.scheduler.step = keep
    generator = torch.Generator().manual_seed(SEED)
    pipeline(
        given, num_inference_steps=STEPS, guidance_scale=scale, generator=generator, output_type="latent"
    )
    del pipeline.scheduler.step
    return kept


@pytest.fixture(scope="module")
def latent(text_parts: Any) -> Latent[Any]:
    return denoised(text_parts, encode_text(text_parts.text_encoder, PROMPT), 4.0)[-1]


@pytest.mark.parametrize("scale", [4.0, 1.0])
def test_from_a_text_every_step_is_the_pipeline_s(scale: float, text_parts: Any, text_pipeline: Any) -> None:
    expected = latents_of(text_pipeline, PROMPT, scale)
    found = denoised(text_parts, encode_text(text_parts.text_encoder, PROMPT), scale)

    assert len(expected) == 2 * STEPS - 1  # Heun asks twice for each step but the last
    assert all(torch.equal(a.samples, b) for a, b in zip(found, expected, strict=True))


@pytest.mark.parametrize("scale", [3.0, 1.0])
def test_from_a_picture_every_step_is_the_pipeline_s(
    scale: float, image_parts: Any, image_pipeline: Any
) -> None:
    expected = latents_of(image_pipeline, Pillow.fromarray(PIXELS[0].numpy()), scale)
    positive = encode_image(image_parts.image_encoder, Image(PIXELS / 255))

    found = denoised(image_parts, positive, scale)
    assert all(torch.equal(a.samples, b) for a, b in zip(found, expected, strict=True))


@pytest.mark.parametrize("dtype", ["bfloat16", "float16"])
def test_half_precision(dtype: Any, text_folder: Path) -> None:
    parts = resident(from_text_folder(Folder(text_folder, ""), dtype), text_folder)
    pipeline = ShapEPipeline.from_pretrained(text_folder, dtype=getattr(torch, dtype))
    pipeline.set_progress_bar_config(disable=True)
    expected = latents_of(pipeline, PROMPT, 4.0)

    found = denoised(parts, encode_text(parts.text_encoder, PROMPT), 4.0)
    assert expected[-1].dtype == getattr(torch, dtype)
    assert all(torch.equal(a.samples, b) for a, b in zip(found, expected, strict=True))


def test_a_model_saved_and_loaded_again_gives_the_same(
    text_parts: Any, text_pipeline: Any, tmp_path: Path
) -> None:
    text_pipeline.save_pretrained(tmp_path / "again")
    again = resident(from_text_folder(Folder(tmp_path / "again", "")), tmp_path / "again")

    latents = [
        denoised(parts, encode_text(parts.text_encoder, PROMPT), 4.0)[-1] for parts in (text_parts, again)
    ]
    assert torch.equal(latents[0].samples, latents[1].samples)
    meshes = [decode(parts.renderer, latents[0], CONTEXT, 8) for parts in (text_parts, again)]
    assert torch.equal(meshes[0].vertices, meshes[1].vertices)


def test_a_surface_is_diffusers_own_turned_upright(
    text_parts: Any, text_pipeline: Any, latent: Latent[Any]
) -> None:
    expected = text_pipeline.shap_e_renderer.decode_to_mesh(latent.samples, "cpu", grid_size=GRID)
    mesh = decode(text_parts.renderer, latent, CONTEXT, GRID)

    x, y, z = mesh.vertices.unbind(1)
    assert torch.equal(torch.stack([x, -z, y], 1), expected.verts)
    assert torch.equal(mesh.faces, expected.faces)
    assert len(mesh.faces) > 100
    assert mesh.colours is not None
    # Diffusers takes the curve of sRGB off, with exponent 2.4 beyond 0.04045
    linear = torch.where(
        mesh.colours <= 0.04045, mesh.colours / 12.92, ((mesh.colours + 0.055) / 1.055) ** 2.4
    )
    assert torch.allclose(linear, torch.stack([*expected.vertex_channels.values()], 1), atol=1e-6)


def test_a_latent_s_z_axis_is_up_and_faces_look_outward(
    text_parts: Any, latent: Latent[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def cone(position: torch.Tensor, **_: Any) -> Any:
        """Inside within a radius that shrinks from 0.8 at z = -0.8 to 0 at z = 0.8."""
        x, y, z = position.unbind(-1)
        inside = torch.minimum((0.8 - z) / 2 - (x * x + y * y).sqrt(), z + 0.8)
        return type("", (), {"signed_distance": inside[..., None], "channels": torch.rand(*x.shape, 3)})

    monkeypatch.setattr(text_parts.renderer.model.mlp, "forward", cone)
    mesh = decode(text_parts.renderer, latent, CONTEXT, 24)

    corners = mesh.vertices[mesh.faces]
    low, high = mesh.vertices[:, 1] < -0.6, mesh.vertices[:, 1] > 0.6
    assert low.sum() > 5 * high.sum() > 0
    normals = torch.linalg.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    outward = corners.mean(1) - torch.tensor([0.0, -0.4, 0.0])
    assert ((normals * outward).sum(1) >= -1e-6).all()


def test_the_table_of_the_stand_in_turns_as_that_of_the_released_weights(text_pipeline: Any) -> None:
    # Its first case is the corner (0, 0, 0) alone: middles of the edges along x, y and z, in this order
    decoder = type(text_pipeline.shap_e_renderer.mesh_decoder)()
    fill_table(decoder)
    first = decoder.cases[1][decoder.masks[1]].tolist()

    assert first in [[[0, 4, 8]], [[4, 8, 0]], [[8, 0, 4]]]


def test_views_are_those_of_diffusers(text_parts: Any, text_pipeline: Any, latent: Latent[Any]) -> None:
    expected = text_pipeline.shap_e_renderer.decode_to_image(
        latent.samples, "cpu", size=32, n_coarse_samples=2, n_fine_samples=4
    )
    views = render(text_parts.renderer, latent, CONTEXT, 32, 2)

    assert torch.equal(views.images.pixels, expected.clamp(0, 1))
    origins = create_pan_cameras(32).origin
    assert torch.allclose(origins[0], origins[-1], atol=1e-6)
    assert torch.equal(views.video.frames[0], views.images.pixels[:-1])


def test_decoding_tells_how_far_it_is(text_parts: Any, latent: Latent[Any]) -> None:
    told: list[Lossy] = []
    decode(text_parts.renderer, latent, RunContext("decode", "cpu", Token(), told.append), 20)

    # 8000 points are asked about 4096 at a time, then the corners of the surface
    done = [(event.done, event.total) for event in told if isinstance(event, Progress)]
    assert done[:3] == [(0, 2), (1, 2), (2, 2)]
    assert {*done[3:]} <= {(2, 2)}


@pytest.mark.parametrize("node", [decode, render])
def test_a_cancelled_run_stops_between_two_questions(node: Any, text_parts: Any, latent: Latent[Any]) -> None:
    token = Token()
    token.set()

    with pytest.raises(Cancelled):
        node(text_parts.renderer, latent, RunContext("decode", "cpu", token, lambda _: None))


def test_views_leave_the_process_s_generator_alone(text_parts: Any, latent: Latent[Any]) -> None:
    before = torch.get_rng_state()
    render(text_parts.renderer, latent, CONTEXT, 32, 2)

    assert torch.equal(torch.get_rng_state(), before)


@pytest.mark.parametrize(("node", "sizes"), [(decode, (20,)), (render, (32, 2))], ids=["surface", "views"])
def test_others_build_and_draw_meanwhile(
    node: Any, sizes: tuple[int, ...], text_parts: Any, latent: Latent[Any]
) -> None:
    built: list[bool] = []

    def build_and_draw() -> None:
        with library_lock:
            torch.rand(7)
        built.append(True)

    with ThreadPoolExecutor() as others:

        def meanwhile(_: Lossy) -> None:
            others.submit(build_and_draw).result(10)

        context = RunContext("decode", "cpu", Token(), meanwhile)
        found = node(text_parts.renderer, latent, context, *sizes)
        expected = node(text_parts.renderer, latent, CONTEXT, *sizes)

    assert len(built) > 1
    parts = [list(one) if isinstance(one, tuple) else [one] for one in (found, expected)]
    assert codec.encode(parts[0]) == codec.encode(parts[1])


def test_a_latent_without_any_point_inside_has_no_surface(
    text_parts: Any, latent: Latent[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def nothing(position: torch.Tensor, **_: Any) -> Any:
        return type("", (), {"signed_distance": -torch.ones(*position.shape[:-1], 1), "channels": position})

    monkeypatch.setattr(text_parts.renderer.model.mlp, "forward", nothing)
    with pytest.raises(ValueRefused, match="a latent with a surface"):
        decode(text_parts.renderer, latent, CONTEXT, 8)


def test_a_conditioning_of_another_width_is_refused(text_parts: Any) -> None:
    run, positive = scheduler(text_parts.scheduler, steps=1), Conditioning([Cond(torch.zeros(1, 1, 8))])
    drawn = noise(text_parts.prior.handle).latent

    with pytest.raises(StepRefused, match="vectors 16 wide, got 8"):
        prior_step(text_parts.prior, run.scheduler, run.state, drawn, positive)


def test_a_latent_of_another_form_is_refused(text_parts: Any, latent: Latent[Any]) -> None:
    run, positive = scheduler(text_parts.scheduler, steps=1), encode_text(text_parts.text_encoder, PROMPT)

    with pytest.raises(StepRefused, match=r"of the form \(1, 32, 16\), got \(1, 4, 8, 8\)"):
        prior_step(text_parts.prior, run.scheduler, run.state, Latent(torch.zeros(1, 4, 8, 8)), positive)
    with pytest.raises(ValueRefused, match="one latent"):
        decode(text_parts.renderer, Latent(torch.zeros(2, 32, 16)), CONTEXT)


@pytest.mark.parametrize(("count", "channels"), [(2, 3), (1, 4)])
def test_what_is_not_one_picture_without_alpha_is_refused(
    count: int, channels: int, image_parts: Any
) -> None:
    with pytest.raises(ValueRefused, match="one picture without alpha"):
        encode_image(image_parts.image_encoder, Image(torch.zeros(count, 8, 8, channels)))
