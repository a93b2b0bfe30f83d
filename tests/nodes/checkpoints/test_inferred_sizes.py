"""What tensors tell of the sizes of models as they are published; no weight is made."""

import json
from inspect import signature
from typing import Any

import pytest
import torch

from nodes.checkpoints import sizes, vae_sizes
from nodes.checkpoints.classes import model_class
from nodes.checkpoints.single_file import CONFIGS
from nodes.checkpoints.text_sizes import clip_sizes, t5_sizes
from tests.nodes.checkpoints import original_video

Shapes = dict[str, tuple[int, ...]]


def shapes_of(model: Any) -> Shapes:
    return {name: tuple(value.shape) for name, value in model.state_dict().items()}


@pytest.mark.parametrize(
    ("kind", "place"),
    [
        ("clip-l", "sd1/text_encoder"),
        ("clip-h", "sd2/text_encoder"),
        ("clip-l", "sdxl/text_encoder"),
        ("clip-g", "sdxl/text_encoder_2"),
    ],
)
def test_clips_are_as_their_built_in_configs_say(kind: str, place: str) -> None:
    config = json.loads((CONFIGS / place / "config.json").read_text())
    cls = model_class(config["architectures"][0])
    with torch.device("meta"):
        shapes = shapes_of(cls(cls.config_class.from_pretrained(CONFIGS / place)))

    found = clip_sizes(kind, shapes, open_clip=False)
    without_projection = "text_projection.weight" not in shapes
    ignored = {"projection_dim"} if without_projection else set[str]()
    assert {name: config[name] for name in found if name not in ignored} == {
        name: value for name, value in found.items() if name not in ignored
    }


@pytest.mark.parametrize(("name", "vocabulary"), [("T5EncoderModel", 32128), ("UMT5EncoderModel", 256384)])
def test_t5_xxl_is_as_published(name: str, vocabulary: int) -> None:
    """The config.json of google/t5-v1_1-xxl and google/umt5-xxl."""
    published: dict[str, Any] = {
        "vocab_size": vocabulary,
        "d_model": 4096,
        "d_kv": 64,
        "d_ff": 10240,
        "num_layers": 24,
        "num_heads": 64,
        "relative_attention_num_buckets": 32,
        "feed_forward_proj": "gated-gelu",
    }
    cls = model_class(name)
    with torch.device("meta"):
        shapes = shapes_of(cls(cls.config_class(**published)))

    assert t5_sizes(shapes) == published


@pytest.mark.parametrize("released", [True, False])
@pytest.mark.parametrize(
    ("name", "renamed"),
    [
        ("WanTransformer3DModel", original_video.wan),
        ("LTXVideoTransformer3DModel", original_video.ltx),
    ],
)
def test_transformers_are_as_their_classes_default_to(name: str, renamed: Any, released: bool) -> None:
    """The defaults are the sizes of Wan 2.1 with 14 billion parameters, and of LTX-Video 0.9."""
    cls = model_class(name)
    with torch.device("meta"):
        model = cls()
    weights = renamed(model) if released else model.state_dict()
    found = sizes.read_sizes(name, {one: tuple(value.shape) for one, value in weights.items()})

    defaults = {one: port.default for one, port in signature(cls.__init__).parameters.items()}
    assert found == {one: defaults[one] for one in found}


@pytest.mark.parametrize("released", [True, False])
def test_wans_autoencoder_is_as_its_class_defaults_to(released: bool) -> None:
    cls = model_class("AutoencoderKLWan")
    with torch.device("meta"):
        model = cls()
    weights = original_video.wan_vae(model) if released else model.state_dict()
    shapes = {name: tuple(value.shape) for name, value in weights.items()}
    found = vae_sizes.read_sizes("wan", shapes, diffusers=not released)

    assert found == {"base_dim": 96, "z_dim": 16, "decoder_base_dim": None}
