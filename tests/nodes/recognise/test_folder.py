"""Folders of models: which files they consist of, and what is not there."""

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from nodes.checkpoints.refusal import CheckpointRefused
from nodes.recognise.asked import recognise_as
from nodes.recognise.recognise import recognise
from tests.nodes.diffusion import tiny
from tests.nodes.recognise import companions, layouts, writing

UNET = {
    "conv_in.weight": (320, 4, 3, 3),
    "down_blocks.0.attentions.0.transformer_blocks.0.attn2.to_k.weight": (320, 768),
    "conv_out.weight": (4, 320, 3, 3),
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Stable Diffusion 1.5's, with headers of weights."""
    root = tmp_path / "sd15"
    writing.safetensors(root / "unet" / "diffusion_pytorch_model.safetensors", UNET, "F16")
    writing.safetensors(root / "vae" / "diffusion_pytorch_model.safetensors", layouts.VAE_DIFFUSERS, "F32")
    writing.safetensors(root / "text_encoder" / "model.safetensors", layouts.CLIP, "F16")
    for part in ("tokenizer", "scheduler", "feature_extractor"):
        (root / part).mkdir()
    (root / "scheduler" / "scheduler_config.json").write_text('{"prediction_type": "v_prediction"}')
    index = {
        "_class_name": "StableDiffusionPipeline",
        "_diffusers_version": "0.42.1",
        "unet": ["diffusers", "UNet2DConditionModel"],
        "vae": ["diffusers", "AutoencoderKL"],
        "text_encoder": ["transformers", "CLIPTextModel"],
        "tokenizer": ["transformers", "CLIPTokenizer"],
        "scheduler": ["diffusers", "PNDMScheduler"],
        "feature_extractor": ["transformers", "CLIPImageProcessor"],
        "safety_checker": [None, None],
        "requires_safety_checker": True,
    }
    (root / "model_index.json").write_text(json.dumps(index))
    return root


def shard(folder: Path, count: int = 2) -> Path:
    """Put the U-Net into several files with an index; its folder."""
    unet = folder / "unet"
    (unet / "diffusion_pytorch_model.safetensors").unlink()
    weight_map = {}
    for number, (name, shape) in enumerate(UNET.items()):
        file = f"diffusion_pytorch_model-{number % count + 1:05}-of-{count:05}.safetensors"
        weight_map[name] = file
        tensors = {one: UNET[one] for one, place in weight_map.items() if place == file}
        writing.safetensors(unet / file, tensors or {name: shape})
    index = {"metadata": {}, "weight_map": weight_map}
    (unet / "diffusion_pytorch_model.safetensors.index.json").write_text(json.dumps(index))
    return unet


def test_a_pipeline_tells_family_parts_and_precision(folder: Path) -> None:
    found = recognise(folder)

    assert (found.kind, found.format, found.layout) == ("pipeline", "diffusers", "diffusers")
    assert (found.family, found.prediction, found.missing) == ("sd1", "v_prediction", ())
    assert found.parts[""] == "StableDiffusionPipeline"
    assert found.parts["unet"] == "UNet2DConditionModel"
    assert set(found.precision) == {"F16", "F32"}
    assert found.size == sum(file.stat().st_size for file in folder.rglob("*.safetensors"))


def test_a_folder_that_diffusers_saved_is_whole(tmp_path: Path) -> None:
    found = recognise(tiny.save(tmp_path / "tiny"))

    assert (found.kind, found.family, found.missing) == ("pipeline", "sd-32-4", ())


def test_parts_that_are_not_there_are_told(folder: Path) -> None:
    shutil.rmtree(folder / "vae")
    shutil.rmtree(folder / "tokenizer")
    (folder / "text_encoder" / "model.safetensors").unlink()

    assert recognise(folder).missing == ("vae", "text_encoder/weights", "tokenizer")


@pytest.mark.parametrize("count", [2, 3])
def test_shards_count_as_one_part(count: int, folder: Path) -> None:
    whole = recognise(folder)
    shard(folder, count)
    found = recognise(folder)

    assert (found.family, found.parameters, found.missing) == ("sd1", whole.parameters, ())


def test_a_missing_shard_is_told_and_refused_to_a_loader(folder: Path) -> None:
    lost = "diffusion_pytorch_model-00002-of-00002.safetensors"
    (shard(folder) / lost).unlink()

    assert recognise(folder).missing == (f"unet/{lost}",)
    with pytest.raises(
        CheckpointRefused, match=f"sd15: expected all files of its weights, got none of unet/{lost}"
    ):
        recognise_as(folder, ("pipeline",))


def test_a_missing_shard_is_told_without_an_index(folder: Path) -> None:
    unet = shard(folder)
    (unet / "diffusion_pytorch_model.safetensors.index.json").unlink()
    (unet / "diffusion_pytorch_model-00001-of-00002.safetensors").unlink()

    assert recognise(folder).missing == ("unet/diffusion_pytorch_model-00001-of-00002.safetensors",)


def test_a_shard_cut_short_is_refused(folder: Path) -> None:
    path = shard(folder) / "diffusion_pytorch_model-00001-of-00002.safetensors"
    os.truncate(path, path.stat().st_size - 1)

    with pytest.raises(CheckpointRefused, match=rf"^sd15/unet/{path.name}: .* cut short"):
        recognise(folder)


def test_a_tensor_that_no_shard_holds_is_refused(folder: Path) -> None:
    index = shard(folder) / "diffusion_pytorch_model.safetensors.index.json"
    tree = json.loads(index.read_text())
    tree["weight_map"]["conv_norm_out.bias"] = "diffusion_pytorch_model-00001-of-00002.safetensors"
    index.write_text(json.dumps(tree))

    with pytest.raises(CheckpointRefused, match=r"the tensor 'conv_norm_out\.bias' that the index names"):
        recognise(folder)


@pytest.mark.parametrize(
    "name", ["../secret.safetensors", "/etc/passwd", "a\\b.safetensors", "", "..", "C:x"]
)
def test_an_index_that_leads_out_of_its_folder_is_refused(name: str, folder: Path) -> None:
    index = shard(folder) / "diffusion_pytorch_model.safetensors.index.json"
    index.write_text(json.dumps({"weight_map": {"a": name}}))

    with pytest.raises(CheckpointRefused, match="expected names of files in the folder itself"):
        recognise(folder)


@pytest.mark.parametrize("name", ["../vae", "/etc", ""])
def test_a_part_that_lies_elsewhere_is_refused(name: str, folder: Path) -> None:
    (folder / "model_index.json").write_text(json.dumps({name: ["diffusers", "AutoencoderKL"]}))

    with pytest.raises(CheckpointRefused, match="expected names of files in the folder itself"):
        recognise(folder)


@pytest.mark.parametrize(
    "file",
    ["unet/diffusion_pytorch_model.safetensors", "model_index.json", "scheduler/scheduler_config.json"],
)
def test_a_link_out_of_the_folder_is_refused(file: str, folder: Path, tmp_path: Path) -> None:
    (folder / file).rename(tmp_path / "outside")
    (folder / file).symlink_to(tmp_path / "outside")

    with pytest.raises(CheckpointRefused, match=f"sd15/{file}: .* got a link out of it"):
        recognise(folder)


def test_a_part_that_is_a_link_out_of_the_folder_is_refused(folder: Path, tmp_path: Path) -> None:
    (folder / "vae").rename(tmp_path / "outside")
    (folder / "vae").symlink_to(tmp_path / "outside")

    with pytest.raises(CheckpointRefused, match=r"^sd15/vae: .* got a link out of it"):
        recognise(folder)


def test_the_links_of_the_hubs_cache_are_followed(folder: Path, tmp_path: Path) -> None:
    blobs, snapshot = tmp_path / "models--a--b" / "blobs", tmp_path / "models--a--b" / "snapshots" / "0123"
    blobs.mkdir(parents=True)
    for file in [path for path in folder.rglob("*") if path.is_file()]:
        link = snapshot / file.relative_to(folder)
        link.parent.mkdir(parents=True, exist_ok=True)
        blob = blobs / f"{len(list(blobs.iterdir()))}"
        file.rename(blob)
        link.symlink_to(blob)

    assert recognise(snapshot).family == "sd1"


@pytest.mark.parametrize("text", ["no json", "[1]", '{"unet": []}', '{"unet": [1, 2]}', "[" * 100_000])
def test_a_damaged_index_is_refused(text: str, folder: Path) -> None:
    (folder / "model_index.json").write_text(text)

    with pytest.raises(CheckpointRefused, match=r"^sd15/model_index\.json: expected "):
        recognise(folder)


def test_a_damaged_config_is_refused(folder: Path) -> None:
    (folder / "unet" / "config.json").write_text("{")

    with pytest.raises(CheckpointRefused, match=r"^sd15/unet/config\.json: expected a JSON object"):
        recognise(folder)


@pytest.mark.parametrize(
    ("cls", "family", "variant"),
    [
        ("StableDiffusionXLPipeline", "sdxl", ""),
        ("StableDiffusionInpaintPipeline", "sd1", "inpainting"),
        ("FluxPipeline", "flux", ""),
        ("WanImageToVideoPipeline", "wan", ""),
        ("KandinskyV22PriorPipeline", "kandinsky-prior", ""),
        ("KandinskyV22InpaintPipeline", "kandinsky", "inpainting"),
        ("SomebodysPipeline", "sd1", ""),
    ],
)
def test_a_pipelines_class_tells_its_family(cls: str, family: str, variant: str, folder: Path) -> None:
    index = json.loads((folder / "model_index.json").read_text())
    (folder / "model_index.json").write_text(json.dumps(index | {"_class_name": cls}))
    found = recognise(folder)

    assert (found.family, found.variant) == (family, variant)


def controlnet(folder: Path) -> str:
    writing.safetensors(
        folder / "diffusion_pytorch_model.safetensors", companions.OTHERS["controlnet of diffusers"][0]
    )
    return "ControlNetModel"


def transformer(folder: Path) -> str:
    writing.safetensors(folder / "diffusion_pytorch_model.fp16.safetensors", UNET)
    return "UNet2DConditionModel"


@pytest.mark.parametrize(("make", "kind"), [(controlnet, "controlnet"), (transformer, "denoiser")])
def test_a_folder_of_one_model_alone_is_known(make: Callable[[Path], str], kind: str, tmp_path: Path) -> None:
    folder = tmp_path / "alone"
    folder.mkdir()
    cls = make(folder)
    (folder / "config.json").write_text(json.dumps({"_class_name": cls}))
    found = recognise(folder)

    assert (found.kind, found.family, found.parts, found.missing) == (kind, "sd1", {"": cls}, ())


def test_a_folder_of_peft_is_known(tmp_path: Path) -> None:
    writing.safetensors(tmp_path / "adapter_model.safetensors", companions.LORAS["peft sd1"][0])
    (tmp_path / "adapter_config.json").write_text('{"peft_type": "LORA"}')
    found = recognise(tmp_path)

    assert (found.kind, found.layout, found.family) == ("lora", "peft", "sd1")


def test_a_folder_of_nothing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(
        CheckpointRefused, match=r"expected model_index\.json, config\.json or weights, got none"
    ):
        recognise(tmp_path)


def test_a_loader_is_refused_another_kind_and_another_family(folder: Path, tmp_path: Path) -> None:
    lora = writing.safetensors(tmp_path / "a.safetensors", companions.LORAS["kohya sdxl"][0])

    with pytest.raises(
        CheckpointRefused, match=r"a\.safetensors: expected pipeline or checkpoint, got lora \(sdxl\)"
    ):
        recognise_as(lora, ("pipeline", "checkpoint"))
    with pytest.raises(CheckpointRefused, match=r"a\.safetensors: expected family sd1 or sd2, got sdxl"):
        recognise_as(lora, ("lora",), ("sd1", "sd2"))
    assert recognise_as(folder, ("pipeline",), ("sd1",)).family == "sd1"


def test_a_link_may_lead_to_where_models_may_lie(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "disk").mkdir()
    (folder / "vae").rename(tmp_path / "disk" / "vae")
    (folder / "vae").symlink_to(tmp_path / "disk" / "vae")

    assert recognise(folder, [tmp_path / "disk"]).missing == ()
