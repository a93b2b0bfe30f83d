"""unCLIP: text → vector → small picture → large picture, equal to diffusers' pipeline at every step."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import torch
from diffusers.pipelines.deprecated.unclip.pipeline_unclip import UnCLIPPipeline
from diffusers.schedulers.scheduling_unclip import UnCLIPScheduler

from engine import Folder, OnDevice
from nodes.checkpoints.classes import model_class
from nodes.checkpoints.folder import read_folder, read_index, read_tokenizer
from nodes.checkpoints.refusal import CheckpointRefused
from nodes.checkpoints.unclip import from_folder
from nodes.diffusion.encode import encode
from nodes.diffusion.enlarged import enlarge_drawn
from nodes.diffusion.latent import noise
from nodes.diffusion.picture_vector import vector
from nodes.diffusion.refusal import StepRefused
from nodes.diffusion.scheduler import scheduler, start
from nodes.diffusion.vector import vector as told
from nodes.vae import decode
from nodes.values import Image, Latent
from tests.nodes.diffusion.sampling import Loaded, Turn
from tests.nodes.families import parity
from tests.nodes.families.parity import PROMPT, SEED, STEPS, assert_same
from tests.nodes.families.tiny_kandinsky import save_prior
from tests.nodes.families.tiny_unclip import LARGE, SCHEDULES, SMALL, save

SCALES = 4.0, 8.0
STAGES = ("prior", "decoder", "super_res")


@dataclass(frozen=True)
class Stages:
    prior: Loaded
    decoder: Loaded
    enlarger: Loaded


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save(tmp_path_factory.mktemp("unclip"))


def loaded_from(folder: Path) -> Stages:
    parts = from_folder(Folder(folder, folder.name))

    def resident(handle: Any) -> Any:
        return OnDevice(handle, handle.load(lambda _: folder))

    texts, vectors, pixels = (resident(one) for one in (parts.text_encoder, parts.vectors, parts.pixels))
    return Stages(
        Loaded(resident(parts.prior), vectors, texts, parts.prior_schedule),
        Loaded(resident(parts.decoder), pixels, texts, parts.decoder_schedule),
        Loaded(resident(parts.enlarger), pixels, texts, parts.enlarger_schedule),
    )


@pytest.fixture(scope="module")
def stages(folder: Path) -> Stages:
    return loaded_from(folder)


@pytest.fixture(scope="module")
def pipeline(folder: Path) -> Any:
    """Diffusers refuses the folder as a whole, so that its parts are loaded one by one."""
    parts = {
        part: model_class(name).from_pretrained(folder / part).eval()
        for part, (_, name) in read_index(folder).items()
    }
    schedulers: dict[str, Any] = {name: UnCLIPScheduler.from_pretrained(folder / name) for name in SCHEDULES}
    made: Any = UnCLIPPipeline(**parts, **schedulers, tokenizer=read_tokenizer(folder / "tokenizer"))
    made.set_progress_bar_config(disable=True)
    return made


@dataclass(frozen=True)
class Drawn:
    prior: list[Turn]
    decoder: list[Turn]
    enlarger: list[Turn]
    picture: Image


def drawn(stages: Stages) -> Drawn:
    """A run through all stages, each going on with the generator of the one before."""
    text, nothing = (encode(stages.prior.text_encoder, one) for one in (PROMPT, ""))
    begin = noise(stages.prior.vae.handle, 8, 8, seed=SEED)
    prior = turns(stages.prior, begin, (text, nothing), SCALES[0])
    seen = told(vector(stages.prior.denoiser, prior[-1].latent), text)
    begin = noise(stages.decoder.vae.handle, SMALL, SMALL, rng=prior[-1].rng)
    decoder = turns(stages.decoder, begin, (seen, nothing), SCALES[1])
    begin = noise(stages.enlarger.vae.handle, LARGE, LARGE, rng=decoder[-1].rng)
    extra = enlarge_drawn(decoder[-1].latent, LARGE, LARGE)
    enlarger = turns(stages.enlarger, begin, (None, None), 1.0, extra)
    return Drawn(prior, decoder, enlarger, decode(stages.enlarger.vae, enlarger[-1].latent))


def turns(
    loaded: Loaded, begin: Any, texts: tuple[Any, Any], scale: float, extra: Latent[Any] | None = None
) -> list[Turn]:
    run = scheduler(loaded.scheduler, steps=STEPS, latent=begin.latent)
    first = Turn(start(run.scheduler, begin.latent), run.state, begin.rng)
    return parity.turns(loaded, run, first, *texts, scale, extra)


def test_every_stage(stages: Stages, pipeline: Any) -> None:
    expected: dict[str, list[torch.Tensor]] = {stage: [] for stage in STAGES}
    for stage in STAGES:
        keep_steps(getattr(pipeline, f"{stage}_scheduler"), expected[stage])
    picture = pipeline(
        PROMPT,
        **{f"{stage}_num_inference_steps": STEPS for stage in STAGES},
        prior_guidance_scale=SCALES[0],
        decoder_guidance_scale=SCALES[1],
        generator=torch.Generator().manual_seed(SEED),
        output_type="np",
    ).images

    found = drawn(stages)
    assert_same(found.prior, [one[:, :, None, None] for one in expected["prior"]])
    assert_same(found.decoder, expected["decoder"])
    assert_same(found.enlarger, expected["super_res"])
    assert torch.equal(found.picture.pixels, torch.from_numpy(picture))


def keep_steps(schedule: Any, kept: list[torch.Tensor]) -> None:
    step = schedule.step

    def keep(*given: Any, **named: Any) -> Any:
        taken = step(*given, **named)
        kept.append(taken.prev_sample)
        return taken

    schedule.step = keep


def test_saved_and_loaded_again(stages: Stages, folder: Path, tmp_path: Path) -> None:
    for part, (_, name) in read_index(folder).items():
        model_class(name).from_pretrained(folder / part).save_pretrained(tmp_path / part)
    for path in folder.iterdir():
        if not (tmp_path / path.name).exists():
            (tmp_path / path.name).symlink_to(path)

    again = drawn(loaded_from(tmp_path))
    assert torch.equal(again.picture.pixels, drawn(stages).picture.pixels)


def test_drawing_larger_needs_the_small_picture(stages: Stages) -> None:
    begin = noise(stages.enlarger.vae.handle, LARGE, LARGE)

    with pytest.raises(
        StepRefused, match=r"a small picture beside the latent, got 3 channels\. Link diffusi"
    ):
        turns(stages.enlarger, begin, (None, None), 1.0)


def test_the_loader_of_other_families_names_its_own(folder: Path) -> None:
    with pytest.raises(
        CheckpointRefused, match=r"a pipeline for load\.diffusers, got UnCLIPPipeline\. Load it w"
    ):
        read_folder(folder)


def test_another_models_folder_is_refused(tmp_path: Path) -> None:
    folder = save_prior(tmp_path / "prior")

    with pytest.raises(CheckpointRefused, match="expected a UnCLIPPipeline, got KandinskyV22PriorPipeline"):
        from_folder(Folder(folder, "prior"))


def test_a_folder_that_lacks_a_part_is_refused(folder: Path, tmp_path: Path) -> None:
    for path in folder.iterdir():
        (tmp_path / path.name).symlink_to(path)
    index = json.loads((folder / "model_index.json").read_text())
    del index["super_res_last"]
    (tmp_path / "model_index.json").unlink()
    (tmp_path / "model_index.json").write_text(json.dumps(index))

    with pytest.raises(CheckpointRefused, match="expected a super_res_last, got none"):
        from_folder(Folder(tmp_path, "unclip"))
