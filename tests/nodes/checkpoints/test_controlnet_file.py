from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file

from engine import File, Folder
from nodes.checkpoints.controlnet import file_family, from_file, from_folder
from nodes.checkpoints.controlnet_file import sizes_of
from nodes.checkpoints.refusal import CheckpointRefused
from nodes.values import ControlNet
from tests.nodes.checkpoints import original
from tests.nodes.control.tiny_network import save_network
from tests.nodes.families import tiny_flux, tiny_sd3
from tests.nodes.recognise.writing import safetensors

WEIGHTS = "diffusion_pytorch_model.safetensors"
HEADS = {"attention_head_dim": 64, "num_attention_heads": 1, "caption_projection_dim": 64}


def save_xl(folder: Path) -> Path:
    from diffusers.models.controlnets.controlnet import ControlNetModel

    ControlNetModel(
        block_out_channels=(64, 128),
        down_block_types=("DownBlock2D", "CrossAttnDownBlock2D"),
        layers_per_block=1,
        transformer_layers_per_block=(1, 2),
        attention_head_dim=(1, 2),
        cross_attention_dim=2048,
        use_linear_projection=True,
        addition_embed_type="text_time",
        addition_time_embed_dim=256,
        projection_class_embeddings_input_dim=2816,
        conditioning_embedding_out_channels=(4, 8),
    ).save_pretrained(folder)
    return folder


SAVED = {
    "flux": lambda folder: tiny_flux.save_network(folder),
    "flux, union": lambda folder: tiny_flux.save_network(folder, num_mode=3),
    "flux, of pictures": lambda folder: tiny_flux.save_network(
        folder, patch_size=2, conditioning_embedding_channels=4, num_single_layers=0
    ),
    "sd3": lambda folder: tiny_sd3.save_network(
        folder, force_zeros_for_pooled_projection=True, extra_conditioning_channels=1, **HEADS
    ),
    "sd3, without text": lambda folder: tiny_sd3.save_network(
        folder, use_pos_embed=False, joint_attention_dim=None, **HEADS
    ),
    "sdxl": save_xl,
}


@pytest.mark.parametrize("name", SAVED)
def test_a_file_gives_what_its_folder_gives(name: str, tmp_path: Path) -> None:
    folder = SAVED[name](tmp_path / "network")
    path = folder / WEIGHTS
    expected = from_folder(Folder(folder, ""))

    made = from_file(File(path, ""))
    assert made == expected
    assert file_family(path) == {"F": expected.family}
    module, oracle = made.load(lambda _: path), expected.load(lambda _: folder)
    assert_same_config(module.config, oracle.config)
    state = module.state_dict()
    assert state.keys() == oracle.state_dict().keys()
    assert all(torch.equal(state[key], value) for key, value in oracle.state_dict().items())


def assert_same_config(made: Any, expected: Any) -> None:
    """But for what no tensor tells, and for the sizes of what isn't there."""
    unseen = {"sample_size", "axes_dims_rope", "out_channels"}
    if not expected.get("use_pos_embed", True):
        unseen |= {"caption_projection_dim", "pos_embed_max_size"}
    public = {key for key in expected if not key.startswith("_")}
    assert {key for key in public if _plain(made[key]) != _plain(expected[key])} <= unseen


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def test_stable_diffusions_networks_in_their_authors_names(tmp_path: Path) -> None:
    """As lllyasviel published them: diffusers' defaults but for the width of the text."""
    shapes = {
        "control_model.input_hint_block.0.weight": (16, 3, 3, 3),
        "control_model.zero_convs.0.0.weight": (320, 320, 1, 1),
        "control_model.input_blocks.1.1.transformer_blocks.0.attn2.to_k.weight": (320, 768),
    }
    path = safetensors(tmp_path / "control_sd15_canny.safetensors", shapes)

    assert sizes_of(path) == ("ControlNetModel", {"cross_attention_dim": 768})
    assert from_file(File(path, "abc")) == ControlNet("abc", family="sd1")


def authors_name(name: str) -> str:
    """What the authors called a tensor of the tiny Stable Diffusion's network."""
    for ours, theirs in (
        ("controlnet_cond_embedding.conv_in.", "input_hint_block.0."),
        ("controlnet_cond_embedding.conv_out.", "input_hint_block.14."),
        ("controlnet_mid_block.", "middle_block_out.0."),
    ):
        if name.startswith(ours):
            return name.replace(ours, theirs)
    if name.startswith("controlnet_cond_embedding.blocks."):
        number, kind = name.split(".")[2:]
        return f"input_hint_block.{2 * int(number) + 2}.{kind}"
    if name.startswith("controlnet_down_blocks."):
        number, kind = name.split(".")[1:]
        return f"zero_convs.{number}.0.{kind}"
    return original.named("unet", name, original.TINY).removeprefix("model.diffusion_model.")


def test_a_network_of_another_size_in_the_authors_names_and_its_config(tmp_path: Path) -> None:
    folder, path = save_network(tmp_path / "network", hints=(4, 8, 8, 8)), tmp_path / "network.safetensors"
    weights = load_file(folder / WEIGHTS)
    save_file({f"control_model.{authors_name(name)}": value for name, value in weights.items()}, path)

    made = from_file(File(path, "file"), Folder(folder, "folder"))
    assert made == ControlNet("file", family="sd-32-4", config="folder")
    state = made.load({"file": path, "folder": folder}.__getitem__).state_dict()
    assert state.keys() == weights.keys()
    assert all(torch.equal(state[name], value) for name, value in weights.items())


def test_a_file_with_a_config_of_its_own(tmp_path: Path) -> None:
    folder = tiny_sd3.save_network(tmp_path / "network", **HEADS)

    made = from_file(File(folder / WEIGHTS, "file"), Folder(folder, "folder"))
    assert made == ControlNet("file", family="sd3", config="folder", hint="latent")
    module = made.load({"file": folder / WEIGHTS, "folder": folder}.__getitem__)
    assert module.config.force_zeros_for_pooled_projection is False


def test_names_that_cannot_be_read_are_refused(tmp_path: Path) -> None:
    shapes = {"input_hint_block.0.weight": (16, 3, 3, 3), "double_blocks.0.img_attn.qkv.weight": (9, 3)}
    path = safetensors(tmp_path / "flux-canny-controlnet.safetensors", shapes)

    with pytest.raises(CheckpointRefused, match="names, got xlabs names for flux"):
        from_file(File(path, ""))


def test_something_else_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "words.safetensors"
    save_file({"text_model.embeddings.token_embedding.weight": torch.ones(9, 768)}, path)

    with pytest.raises(CheckpointRefused, match="expected a control network, got text-encoder"):
        from_file(File(path, ""))
