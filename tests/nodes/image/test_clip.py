"""CLIP's picture encoder gives what transformers' own gives, however its folder is laid out."""

import shutil
from pathlib import Path
from typing import Any

import pytest
import torch
from PIL import Image as Pillow
from transformers import CLIPImageProcessor, CLIPVisionModelWithProjection

from engine import Folder, OnDevice
from engine.errors import ValueRefused
from nodes.checkpoints.image_encoder import ImageEncoder, from_folder
from nodes.checkpoints.refusal import CheckpointRefused
from nodes.image.clip import encode_clip
from nodes.values import Image
from tests.nodes.families.folders import save_image_encoder, write_json

PIXELS = torch.randint(256, (2, 40, 56, 3), generator=torch.Generator().manual_seed(1), dtype=torch.uint8)
PICTURES = Image(PIXELS / 255)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("model")
    sizes: dict[str, Any] = {"image_size": 224, "patch_size": 56}
    save_image_encoder(made / "image_encoder", processor="feature_extractor", **sizes)
    return made


def resident(folder: Path) -> OnDevice[ImageEncoder[Any]]:
    handle = from_folder(Folder(folder, folder.name))
    return OnDevice(handle, handle.load(lambda _: folder))


@pytest.fixture(scope="module")
def encoder(folder: Path) -> OnDevice[ImageEncoder[Any]]:
    return resident(folder)


def test_pictures_are_seen_as_the_library_sees_them(
    encoder: OnDevice[ImageEncoder[Any]], folder: Path
) -> None:
    processor = CLIPImageProcessor.from_pretrained(folder / "feature_extractor")
    model: Any = CLIPVisionModelWithProjection.from_pretrained(folder / "image_encoder").eval()
    prepared = processor([Pillow.fromarray(one.numpy()) for one in PIXELS], return_tensors="pt")
    with torch.no_grad():
        expected = model(prepared.pixel_values, output_hidden_states=True)

    seen = encode_clip(encoder, PICTURES)
    assert torch.equal(seen.vector.vectors, expected.image_embeds)
    assert torch.equal(seen.states.items[0].text(), expected.hidden_states[-2])


def test_a_whole_picture_is_seen_as_stable_video_diffusion_sees_it(
    encoder: OnDevice[ImageEncoder[Any]],
) -> None:
    """The pipeline's own method, on a model of its parts that it looks at."""
    from types import SimpleNamespace

    from diffusers.pipelines.stable_video_diffusion.pipeline_stable_video_diffusion import (
        StableVideoDiffusionPipeline,
    )
    from diffusers.video_processor import VideoProcessor

    model = encoder.model
    parts: Any = SimpleNamespace(
        image_encoder=model, feature_extractor=model.processor, video_processor=VideoProcessor()
    )
    with torch.no_grad():
        expected = StableVideoDiffusionPipeline._encode_image(
            parts, [Pillow.fromarray(one.numpy()) for one in PIXELS], "cpu", 1, False
        )

    seen = encode_clip(encoder, PICTURES, "stretch")
    assert torch.equal(seen.vector.vectors, expected[:, 0])


def test_an_encoder_alone_prepares_pictures_as_clip_does(
    encoder: OnDevice[ImageEncoder[Any]], folder: Path
) -> None:
    alone = resident(folder / "image_encoder")

    vectors = [encode_clip(one, PICTURES).vector.vectors for one in (alone, encoder)]
    assert torch.equal(*vectors)


def test_saved_and_loaded_again(encoder: OnDevice[ImageEncoder[Any]], tmp_path: Path) -> None:
    encoder.model.save_pretrained(tmp_path)
    encoder.model.processor.save_pretrained(tmp_path)

    vectors = [encode_clip(one, PICTURES).vector.vectors for one in (resident(tmp_path), encoder)]
    assert torch.equal(*vectors)


def test_pictures_with_alpha_are_refused(encoder: OnDevice[ImageEncoder[Any]]) -> None:
    with pytest.raises(ValueRefused, match="without alpha"):
        encode_clip(encoder, Image(torch.zeros(1, 8, 8, 4)))


def test_another_kind_of_encoder_is_refused(folder: Path, tmp_path: Path) -> None:
    other = shutil.copytree(folder, tmp_path / "other")
    write_json(other / "image_encoder" / "config.json", {"architectures": ["ViTModel"]})

    with pytest.raises(CheckpointRefused, match="got ViTModel"):
        from_folder(Folder(other, "other"))
