"""The built-in configs of single files: as many weights as the published models have."""

import json
from typing import Any

import pytest
import torch

from nodes.checkpoints.classes import model_class
from nodes.checkpoints.folder import read_tokenizer
from nodes.checkpoints.single_file import CONFIGS

COUNTS = {
    "sd1/unet": 859_520_964,
    "sd1/vae": 83_653_863,
    "sd2/unet": 865_910_724,
    "sd2/vae": 83_653_863,
    "sdxl/unet": 2_567_463_684,
    "sdxl/vae": 83_653_863,
    "sdxl-refiner/unet": 2_259_526_660,
}
"""As their model cards and papers say (SDXL: 2.6 B; its refiner: 2.3 B)."""
TEXTS = {
    "sd1/text_encoder": 123_060_480,
    "sd2/text_encoder": 340_387_840,
    "sdxl/text_encoder": 123_060_480,
    "sdxl/text_encoder_2": 694_659_840,
    "sdxl-refiner/text_encoder_2": 694_659_840,
}
"""CLIP ViT-L/14's text model, and OpenCLIP ViT-bigG/14's with its projection."""


def weights_of(model: Any) -> int:
    return sum(weights.numel() for weights in model.parameters())


@pytest.mark.parametrize("part", COUNTS)
def test_a_denoiser_or_vae_has_as_many_weights_as_the_published_one(part: str) -> None:
    config = json.loads((CONFIGS / part / "config.json").read_text())
    with torch.device("meta"):
        model = model_class(config["_class_name"]).from_config(config)

    assert weights_of(model) == COUNTS[part]


@pytest.mark.parametrize("part", TEXTS)
def test_a_text_encoder_has_as_many_weights_as_the_published_one(part: str) -> None:
    cls = model_class(json.loads((CONFIGS / part / "config.json").read_text())["architectures"][0])
    with torch.device("meta"):
        model = cls(cls.config_class.from_pretrained(CONFIGS / part))

    assert weights_of(model) == TEXTS[part]


def test_tokenizers_of_several_families_share_clips_vocabulary() -> None:
    text = "a photo of an astronaut"
    first, second = (read_tokenizer(CONFIGS / "sdxl" / name) for name in ("tokenizer", "tokenizer_2"))
    padded = [one(text, padding="max_length", max_length=8).input_ids for one in (first, second)]

    assert first(text).input_ids == second(text).input_ids == [49406, 320, 1125, 539, 550, 18376, 49407]
    assert [ids[-1] for ids in padded] == [49407, 0]
