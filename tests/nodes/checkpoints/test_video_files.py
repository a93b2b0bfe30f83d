"""Wan and LTX-Video in single files, in the names of their releases, as their users share them."""

import shutil
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file

from engine import File, Folder
from nodes.checkpoints import load
from nodes.checkpoints.classes import model_class
from nodes.checkpoints.parts import FROM_TENSORS, denoiser, denoiser_family, vae, vae_family
from nodes.checkpoints.refusal import CheckpointRefused
from nodes.checkpoints.single_file import CONFIGS
from nodes.checkpoints.vae_sizes import LTX_091, LTX_095, LTX_LATER, read_sizes
from nodes.values import VAE, Denoiser
from tests.nodes.checkpoints import original_video
from tests.nodes.checkpoints.quantised import quantised
from tests.nodes.checkpoints.test_parts import assert_same, built
from tests.nodes.checkpoints.test_single_file import state_of
from tests.nodes.families import tiny_ltx
from tests.nodes.recognise import writing

Weights = dict[str, torch.Tensor]
WAN: dict[str, Any] = {
    "num_attention_heads": 1,
    "text_dim": 32,
    "freq_dim": 64,
    "ffn_dim": 48,
    "num_layers": 2,
}
SEEING: dict[str, Any] = {"in_channels": 36, "image_dim": 32, "added_kv_proj_dim": 128}
KINDS: dict[str, dict[str, Any]] = {
    "texts": {},
    "pictures": SEEING,
    "first and last pictures": SEEING | {"pos_embed_seq_len": 514},
    "dense": {"in_channels": 48, "out_channels": 48},
}


def made(name: str, **sizes: Any) -> Any:
    """A small model of random weights, in eval mode."""
    torch.manual_seed(0)
    return model_class(name)(**sizes).eval()


def saved(path: Path, weights: Weights, prefix: str = "") -> File:
    save_file({f"{prefix}{name}": value.contiguous().clone() for name, value in weights.items()}, path)
    return File(path, path.name)


@pytest.mark.parametrize("prefix", ["", "model.diffusion_model."])
@pytest.mark.parametrize("layout", ["original", "diffusers"])
@pytest.mark.parametrize("kind", KINDS)
def test_a_transformer_of_wan_alone(kind: str, layout: str, prefix: str, tmp_path: Path) -> None:
    model = made("WanTransformer3DModel", **WAN | KINDS[kind])
    weights = original_video.wan(model) if layout == "original" else model.state_dict()
    file = saved(tmp_path / "wan.safetensors", weights, prefix)

    family = "wan-dense" if kind == "dense" else "wan"
    loaded = denoiser(file)
    assert loaded.denoiser == Denoiser(file.digest, "denoiser", family)
    assert denoiser_family(file.path) == {"F": family}
    assert_same(built(loaded.denoiser, file.path), model)
    assert loaded.scheduler.name == "UniPCMultistepScheduler"


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_half_precision_keeps_in_float32_what_diffusers_does(dtype: load.Dtype, tmp_path: Path) -> None:
    """What is kept is not rounded on its way, either."""
    model = made("WanTransformer3DModel", **WAN)
    model.save_pretrained(tmp_path / "model")
    file = saved(tmp_path / "wan.safetensors", original_video.wan(model))

    halved = built(denoiser(file, dtype=dtype).denoiser, file.path)
    expected = type(model).from_pretrained(tmp_path / "model", dtype=getattr(torch, dtype))
    assert_same(halved, expected)
    assert {value.dtype for value in halved.state_dict().values()} == {getattr(torch, dtype), torch.float32}


def test_wan_stays_quantised_in_memory(tmp_path: Path) -> None:
    """Its first layer has five axes, which a GGUF file can't hold."""
    path, model = tmp_path / "wan.gguf", made("WanTransformer3DModel", **WAN)
    quantised(path, original_video.wan(model), "wan")
    loaded = built(denoiser(File(path, path.name)).denoiser, path)

    asked = {
        "hidden_states": torch.ones(1, 16, 1, 4, 4),
        "encoder_hidden_states": torch.ones(1, 5, 32),
        "timestep": torch.tensor([500]),
        "return_dict": False,
    }
    with torch.no_grad():
        assert torch.allclose(loaded(**asked)[0], model(**asked)[0], atol=0.05)
    assert torch.equal(loaded.patch_embedding.weight, model.patch_embedding.weight)
    assert loaded.blocks[0].attn1.to_q.weight.dtype == torch.uint8


@pytest.mark.parametrize(
    ("kind", "tensors"),
    [
        ("vace", {"vace_blocks.0.after_proj.bias": (4,)}),
        ("animate", {"motion_encoder.dec.direction.weight": (4, 4)}),
    ],
)
def test_other_models_made_of_wan_are_refused(
    kind: str, tensors: dict[str, tuple[int, ...]], tmp_path: Path
) -> None:
    shapes = {
        name: tuple(value.shape)
        for name, value in original_video.wan(made("WanTransformer3DModel", **WAN)).items()
    }
    path = writing.safetensors(tmp_path / "wan.safetensors", shapes | tensors)

    with pytest.raises(CheckpointRefused, match=f"expected a plain wan, got its variant {kind}"):
        denoiser(File(path, ""))


@pytest.mark.parametrize("layout", ["original", "diffusers"])
def test_an_autoencoder_of_wan_alone(layout: str, tmp_path: Path) -> None:
    model = made("AutoencoderKLWan", base_dim=4)
    weights = original_video.wan_vae(model) if layout == "original" else model.state_dict()
    file = saved(tmp_path / "wan_2.1_vae.safetensors", weights)

    handle = vae(file)
    assert handle == VAE(file.digest, "vae", "wan", channels=16, factor=8, frames=4)
    assert vae_family(file.path, "from its tensors") == {"F": "wan"}
    assert_same(built(handle, file.path), model)


def test_a_part_of_an_autoencoder_of_wan_is_refused(tmp_path: Path) -> None:
    weights = original_video.wan_vae(made("AutoencoderKLWan", base_dim=4))
    del weights["encoder.downsamples.1.residual.2.weight"]
    file = saved(tmp_path / "wan_2.1_vae.safetensors", weights)

    with pytest.raises(
        CheckpointRefused, match=r"got a file that lacks encoder\.down_blocks\.1\.conv1\.weight and 0 more"
    ):
        built(vae(file), file.path)


def test_the_dense_models_autoencoder_is_read_in_diffusers_names(tmp_path: Path) -> None:
    """Its statistics are built in; 48 channels tell it."""
    path = writing.safetensors(
        tmp_path / "wan2.2_vae.safetensors",
        {
            "decoder.mid_block.resnets.0.norm1.gamma": (4, 1, 1, 1),
            "post_quant_conv.weight": (48, 48, 1, 1, 1),
        },
    )

    assert vae(File(path, "")) == VAE("", "vae", "wan-dense", channels=48, factor=16, frames=4)


@pytest.fixture(scope="module")
def ltx(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny LTX-Video with as many heads as the real one."""
    folder = tiny_ltx.save(tmp_path_factory.mktemp("models") / "tiny")
    sizes: dict[str, Any] = {"in_channels": 8, "out_channels": 8, "num_layers": 2, "caption_channels": 32}
    sizes |= {"attention_head_dim": 2, "cross_attention_dim": 64}
    made("LTXVideoTransformer3DModel", **sizes).save_pretrained(folder / "transformer")
    return folder


@pytest.fixture(scope="module")
def ltx_weights(ltx: Path) -> Weights:
    """The whole model as released."""
    transformer, autoencoder = (
        model_class(name).from_pretrained(ltx / part)
        for part, name in (("transformer", "LTXVideoTransformer3DModel"), ("vae", "AutoencoderKLLTXVideo"))
    )
    places = {
        "model.diffusion_model.": original_video.ltx(transformer),
        "vae.": original_video.ltx_vae(autoencoder),
    }
    return {f"{place}{name}": value for place, part in places.items() for name, value in part.items()}


@pytest.mark.parametrize("part", ["denoiser", "vae"])
def test_ltx_video_in_one_file(part: str, ltx: Path, ltx_weights: Weights, tmp_path: Path) -> None:
    file = saved(tmp_path / "ltx-video-2b.safetensors", ltx_weights)

    parts = load.from_file(file, Folder(ltx, ltx.name))
    assert load.file_family(file.path) == {"F": "ltx"}
    loaded = state_of(getattr(parts, part), file.path, ltx)
    expected = state_of(getattr(load.from_folder(Folder(ltx, ltx.name)), part), ltx)
    assert loaded.keys() == expected.keys()
    assert all(torch.equal(loaded[name], expected[name]) for name in loaded)


def test_ltx_video_in_one_file_names_the_loader_of_its_texts(ltx_weights: Weights, tmp_path: Path) -> None:
    file = saved(tmp_path / "ltx-video-2b.safetensors", ltx_weights)

    handle = load.from_file(file).text_encoder
    with pytest.raises(
        CheckpointRefused, match=r"expected text encoders of LTX-Video, got none\. .*text_encoders"
    ):
        built(handle, file.path)


@pytest.mark.parametrize("prefix", ["", "vae."])
def test_an_autoencoder_of_ltx_video_alone(
    prefix: str, ltx: Path, ltx_weights: Weights, tmp_path: Path
) -> None:
    own = {name.removeprefix("vae."): one for name, one in ltx_weights.items() if name.startswith("vae.")}
    file = saved(tmp_path / "vae.safetensors", own, prefix)

    loaded = state_of(vae(file, config=Folder(ltx, ltx.name)), file.path, ltx)
    expected = load_file(ltx / "vae" / "diffusion_pytorch_model.safetensors")
    assert loaded.keys() == expected.keys()
    assert all(torch.equal(loaded[name], expected[name]) for name in loaded)


@pytest.mark.parametrize(
    ("layers", "changes"),
    [
        ({"encoder.conv_out.conv.weight": (129, 512)}, {}),
        (
            {"encoder.conv_out.conv.weight": (129, 512), "decoder.last_time_embedder.linear.weight": (1,)},
            LTX_LATER | LTX_091,
        ),
        ({"encoder.conv_out.conv.weight": (129, 2048)}, LTX_LATER | LTX_095),
    ],
)
def test_releases_of_ltx_video_differ_in_their_autoencoders(
    layers: dict[str, tuple[int, ...]], changes: dict[str, Any]
) -> None:
    """They are known as diffusers knows them, and each can be built to its widths."""
    assert read_sizes("ltx", layers, diffusers=False) == changes

    cls = model_class("AutoencoderKLLTXVideo")
    config = cls.load_config(CONFIGS / "ltx", subfolder="vae", local_files_only=True)
    with torch.device("meta"):
        model: Any = cls.from_config({**config, **changes})
    assert model.encoder.conv_out.conv.weight.shape[:2] == layers["encoder.conv_out.conv.weight"]
    assert any(name.startswith("decoder.time_embedder") for name in model.state_dict()) is bool(changes)


def test_a_transformer_of_ltx_video_alone(ltx: Path, ltx_weights: Weights, tmp_path: Path) -> None:
    kept = {name: one for name, one in ltx_weights.items() if not name.startswith("vae.")}
    file = saved(tmp_path / "ltxv.safetensors", kept)

    expected = model_class("LTXVideoTransformer3DModel").from_pretrained(ltx / "transformer")
    assert_same(built(denoiser(file).denoiser, file.path), expected)
    with pytest.raises(CheckpointRefused, match=r"expected a vae .* Load its parts with load\.denoiser"):
        load.from_file(file)


def test_which_version_of_ltx_video_parts_are_of_is_told_by_their_configs(
    ltx: Path, ltx_weights: Weights, tmp_path: Path
) -> None:
    config = shutil.copytree(ltx, tmp_path / "configs")
    index = config / "model_index.json"
    index.write_text(index.read_text().replace("LTXPipeline", "LTXConditionPipeline"))
    file, told = saved(tmp_path / "ltxv.safetensors", ltx_weights), Folder(config, "configs")
    places = {file.digest: file.path, "configs": config}

    parts = denoiser(file, told).denoiser, vae(file, config=told)
    assert [part.family for part in parts] == ["ltx-condition", "ltx-condition"]
    assert denoiser_family(file.path, config) == {"F": "ltx-condition"}
    assert vae_family(file.path, FROM_TENSORS, config) == {"F": "ltx-condition"}
    for part, name in zip(parts, ("transformer", "vae"), strict=True):
        cls = model_class({"transformer": "LTXVideoTransformer3DModel", "vae": "AutoencoderKLLTXVideo"}[name])
        assert_same(part.load(places.__getitem__), cls.from_pretrained(ltx / name))
