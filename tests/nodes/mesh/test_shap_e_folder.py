"""Which folders the Shap-E loaders take, and what they say of others."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from engine import Folder
from nodes.checkpoints.refusal import CheckpointRefused
from nodes.mesh.shap_e.load import from_image_folder, from_text_folder, text_family
from tests.nodes.diffusion import tiny as stable_diffusion


def test_a_loader_tells_the_form_of_latents_and_the_schedule(text_folder: Path) -> None:
    parts = from_text_folder(Folder(text_folder, "digest"), "float16")

    assert (parts.prior.vectors, parts.prior.width, parts.prior.dtype) == (32, 16, "float16")
    assert parts.scheduler.name == "HeunDiscreteScheduler"
    assert json.loads(parts.scheduler.config)["use_karras_sigmas"] is True
    assert text_family(text_folder) == {"F": "shap-e"}


def test_the_other_pipeline_s_folder_is_refused_with_its_loader(
    text_folder: Path, image_folder: Path
) -> None:
    with pytest.raises(
        CheckpointRefused, match=r"got a ShapEImg2ImgPipeline. Load it with load.shap_e_image"
    ):
        from_text_folder(Folder(image_folder, ""))
    with pytest.raises(CheckpointRefused, match=r"Load it with load.shap_e\."):
        from_image_folder(Folder(text_folder, ""))


def test_another_family_s_folder_is_refused(tmp_path: Path) -> None:
    stable_diffusion.save(tmp_path / "sd")

    with pytest.raises(CheckpointRefused, match="expected a ShapEPipeline, got a StableDiffusionPipeline"):
        from_text_folder(Folder(tmp_path / "sd", ""))


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-10])


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda at: (at / "model_index.json").unlink(), "expected a file, got none"),
        (lambda at: shutil.rmtree(at / "shap_e_renderer"), "weights in a .safetensors file, got nothing"),
        (lambda at: (at / "prior" / "config.json").write_text("{}"), "num_embeddings"),
        (
            lambda at: cut(at / "prior" / "diffusion_pytorch_model.safetensors"),
            "prior/diffusion_pytorch_model",
        ),
        (lambda at: (at / "scheduler" / "scheduler_config.json").write_text("{}"), "_class_name"),
    ],
)
def test_a_folder_that_lacks_something_is_refused(
    spoil: Callable[[Path], object], said: str, text_folder: Path, tmp_path: Path
) -> None:
    folder = shutil.copytree(text_folder, tmp_path / "shap-e")
    spoil(folder)

    with pytest.raises(CheckpointRefused, match=said):
        from_text_folder(Folder(folder, ""))


def test_weights_of_another_model_are_refused(text_folder: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(text_folder, tmp_path / "shap-e")
    shutil.copy(
        folder / "shap_e_renderer" / "diffusion_pytorch_model.safetensors",
        folder / "prior" / "diffusion_pytorch_model.safetensors",
    )
    prior = from_text_folder(Folder(folder, "")).prior

    with pytest.raises(CheckpointRefused, match="expected the weights of a PriorTransformer, got none for"):
        prior.load(lambda _: folder)
