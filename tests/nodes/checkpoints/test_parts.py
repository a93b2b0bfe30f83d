from inspect import signature
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file

from engine import File, Folder
from nodes.checkpoints import single_file
from nodes.checkpoints.load import from_file
from nodes.checkpoints.parts import denoiser, denoiser_family, vae, vae_family
from nodes.checkpoints.refusal import CheckpointRefused
from nodes.checkpoints.sizes import read_sizes
from nodes.values import VAE, Denoiser
from tests.nodes.checkpoints import original, original_transformers
from tests.nodes.checkpoints.quantised import quantised

Weights = dict[str, torch.Tensor]


def transformer(name: str, **sizes: Any) -> Any:
    """A small transformer of random weights, in eval mode."""
    from nodes.checkpoints.classes import model_class

    torch.manual_seed(0)
    return model_class(name)(**sizes).eval()


FLUX = {
    "in_channels": 16,
    "num_layers": 2,
    "num_single_layers": 1,
    "attention_head_dim": 128,
    "num_attention_heads": 1,
    "joint_attention_dim": 32,
    "pooled_projection_dim": 24,
    "guidance_embeds": True,
}
FLUX_2 = {
    "in_channels": 32,
    "num_layers": 1,
    "num_single_layers": 2,
    "attention_head_dim": 128,
    "num_attention_heads": 1,
    "joint_attention_dim": 96,
    "guidance_embeds": False,
}
SD3 = {
    "num_layers": 3,
    "num_attention_heads": 2,
    "joint_attention_dim": 32,
    "caption_projection_dim": 128,
    "pooled_projection_dim": 64,
    "pos_embed_max_size": 24,
    "dual_attention_layers": (0, 1),
    "qk_norm": "rms_norm",
}


@pytest.fixture(scope="module")
def models() -> dict[str, Any]:
    return {
        "flux": transformer("FluxTransformer2DModel", **FLUX),
        "flux2": transformer("Flux2Transformer2DModel", **FLUX_2),
        "sd3": transformer("SD3Transformer2DModel", **SD3),
    }


def built(handle: Any, *places: Path) -> Any:
    """The module that a handle describes; digests are names here."""
    return handle.load({place.name: place for place in places}.__getitem__)


def assert_same(made: Any, expected: Any) -> None:
    ours, theirs = made.state_dict(), expected.state_dict()
    assert ours.keys() == theirs.keys()
    assert all(torch.equal(ours[name], theirs[name]) for name in ours)


@pytest.mark.parametrize("prefix", ["", "model.diffusion_model."])
@pytest.mark.parametrize("family", ["flux", "flux2", "sd3"])
def test_a_transformer_alone_in_diffusers_names(
    family: str, prefix: str, models: dict[str, Any], tmp_path: Path
) -> None:
    path = tmp_path / "model.safetensors"
    weights = {f"{prefix}{name}": value for name, value in models[family].state_dict().items()}
    save_file(weights, path)

    made = denoiser(File(path, path.name))
    assert made.denoiser == Denoiser(path.name, "denoiser", family)
    assert denoiser_family(path) == {"F": family}
    assert_same(built(made.denoiser, path), models[family])
    assert made.scheduler.name == "FlowMatchEulerDiscreteScheduler"


@pytest.mark.parametrize(
    ("family", "pairs", "fused"),
    [
        ("sd3", original_transformers.SD3, original_transformers.SD3_FUSED),
        ("flux2", original_transformers.FLUX_2, original_transformers.FLUX_2_FUSED),
    ],
)
def test_a_transformer_alone_in_the_names_of_its_release(
    family: str,
    pairs: original_transformers.Pairs,
    fused: original_transformers.Pairs,
    models: dict[str, Any],
    tmp_path: Path,
) -> None:
    path = tmp_path / "model.safetensors"
    weights = original_transformers.renamed(models[family], pairs, fused)
    save_file({f"model.diffusion_model.{name}": value for name, value in weights.items()}, path)

    assert_same(built(denoiser(File(path, path.name)).denoiser, path), models[family])


def test_sizes_of_flux_1_in_the_names_of_its_release() -> None:
    """The shapes of FLUX.1 [dev] as published give the defaults of diffusers' class, which are its sizes."""
    shapes = {
        "img_in.weight": (3072, 64),
        "txt_in.weight": (3072, 4096),
        "vector_in.in_layer.weight": (3072, 768),
        "guidance_in.in_layer.weight": (3072, 256),
        "final_layer.linear.weight": (64, 3072),
        "double_blocks.0.img_attn.norm.query_norm.scale": (128,),
        **{f"double_blocks.{at}.img_attn.proj.weight": (3072, 3072) for at in range(19)},
        **{f"single_blocks.{at}.linear2.weight": (3072, 15360) for at in range(38)},
    }

    from diffusers.models.transformers.transformer_flux import FluxTransformer2DModel

    defaults = {
        name: port.default for name, port in signature(FluxTransformer2DModel.__init__).parameters.items()
    }
    sizes = read_sizes("FluxTransformer2DModel", shapes)
    assert sizes == {**{name: defaults[name] for name in sizes}, "out_channels": 64, "guidance_embeds": True}


def test_schnell_has_a_schedule_of_its_own(tmp_path: Path) -> None:
    path = tmp_path / "model.safetensors"
    save_file(transformer("FluxTransformer2DModel", **FLUX | {"guidance_embeds": False}).state_dict(), path)

    assert '"use_dynamic_shifting":false' in denoiser(File(path, path.name)).scheduler.config


def test_gguf_stays_quantised_and_computes_as_diffusers_does(models: dict[str, Any], tmp_path: Path) -> None:
    from diffusers.quantizers.quantization_config import GGUFQuantizationConfig

    path, model = tmp_path / "model.gguf", models["sd3"]
    weights = original_transformers.renamed(model, original_transformers.SD3, original_transformers.SD3_FUSED)
    quantised(path, weights, "sd3")
    model.save_config(tmp_path / "config")
    oracle = type(model).from_single_file(
        str(path),
        quantization_config=GGUFQuantizationConfig(compute_dtype=torch.float32),
        config=str(tmp_path / "config"),
        dtype=torch.float32,
        local_files_only=True,
    )

    made = built(denoiser(File(path, path.name)).denoiser, path)
    asked = {
        "hidden_states": torch.ones(1, 16, 8, 8),
        "encoder_hidden_states": torch.ones(1, 5, 32),
        "pooled_projections": torch.ones(1, 64),
        "timestep": torch.tensor([500.0]),
        "return_dict": False,
    }
    with torch.no_grad():
        ours, theirs, whole = (one(**asked)[0] for one in (made, oracle, model))
    assert torch.equal(ours, theirs)
    assert torch.allclose(ours, whole, atol=0.05)
    assert made.transformer_blocks[0].attn.to_q.weight.dtype == torch.uint8


def test_a_file_that_other_programs_have_quantised_is_refused(models: dict[str, Any], tmp_path: Path) -> None:
    path = tmp_path / "model.safetensors"
    weights = models["sd3"].state_dict()
    save_file(weights | {"transformer_blocks.0.attn.to_q.weight.absmax": torch.ones(1)}, path)

    with pytest.raises(
        CheckpointRefused, match=r"expected plain, float8 or GGUF weights, got others \(trans"
    ):
        denoiser(File(path, ""))


def test_float8_is_read_with_its_scales(models: dict[str, Any], tmp_path: Path) -> None:
    """As ComfyUI's users share transformers: a scale for each tensor in float8, and a mark that there are."""
    path, weights = tmp_path / "model.safetensors", dict(models["sd3"].state_dict())
    name = "transformer_blocks.1.attn.to_q"
    small = (weights[f"{name}.weight"] * 100).to(torch.float8_e4m3fn)
    more = {f"{name}.scale_weight": torch.tensor(0.01), "scaled_fp8": torch.zeros(0)}
    save_file(weights | {f"{name}.weight": small} | more, path)

    made = built(denoiser(File(path, path.name)).denoiser, path).state_dict()
    weights[f"{name}.weight"] = small.float() * torch.tensor(0.01)
    assert made.keys() == weights.keys()
    assert all(torch.equal(made[name], weights[name]) for name in made)


def test_a_file_that_lacks_weights_is_refused(models: dict[str, Any], tmp_path: Path) -> None:
    path = tmp_path / "model.safetensors"
    weights = models["sd3"].state_dict()
    del weights["transformer_blocks.1.attn.to_k.weight"]
    save_file(weights, path)

    with pytest.raises(CheckpointRefused, match="expected all weights of a SD3Transformer2DModel"):
        built(denoiser(File(path, path.name)).denoiser, path)


def test_the_loader_of_whole_checkpoints_names_those_of_parts(models: dict[str, Any], tmp_path: Path) -> None:
    path = tmp_path / "model.safetensors"
    save_file(models["flux"].state_dict(), path)

    with pytest.raises(CheckpointRefused, match=r"Load its parts with load\.denoiser"):
        from_file(File(path, ""))


def test_configs_of_another_family_are_refused(models: dict[str, Any], tmp_path: Path) -> None:
    path = tmp_path / "model.safetensors"
    save_file(models["sd3"].state_dict(), path)
    other = Folder(single_file.CONFIGS / "flux", "")

    with pytest.raises(
        CheckpointRefused, match=r"flux: expected configs of Stable Diffusion 3.*, got FLUX\.1"
    ):
        denoiser(File(path, ""), other)


def test_something_else_than_a_transformer_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "words.safetensors"
    save_file({"text_model.embeddings.token_embedding.weight": torch.ones(9, 768)}, path)

    with pytest.raises(CheckpointRefused, match="expected a denoiser, got text-encoder"):
        denoiser(File(path, ""))


def autoencoder(family: str, channels: int) -> Any:
    """A small autoencoder of random weights, without the convolutions that newer releases left out."""
    from nodes.checkpoints.classes import model_class

    torch.manual_seed(0)
    made = model_class("AutoencoderKLFlux2" if family == "flux2" else "AutoencoderKL")(
        block_out_channels=(32, 64),
        down_block_types=("DownEncoderBlock2D",) * 2,
        up_block_types=("UpDecoderBlock2D",) * 2,
        layers_per_block=1,
        latent_channels=channels,
        use_quant_conv=family == "flux2",
        use_post_quant_conv=family == "flux2",
    )
    return made.eval()


@pytest.mark.parametrize("layout", ["diffusers", "original"])
@pytest.mark.parametrize(("family", "channels", "expected"), [("flux", 16, (16, 2)), ("flux2", 32, (128, 4))])
def test_an_autoencoder_alone(
    family: str, channels: int, expected: tuple[int, int], layout: str, tmp_path: Path
) -> None:
    path, model = tmp_path / "vae.safetensors", autoencoder(family, channels)
    weights = model.state_dict()
    if layout == "original":
        weights = {
            original.named("vae", name, original.TINY): original.as_convolution(name, value)
            for name, value in weights.items()
        }
    save_file(weights, path)

    made = vae(File(path, path.name))
    assert made == VAE(path.name, "vae", family, channels=expected[0], factor=expected[1])
    assert vae_family(path, "from its tensors") == {"F": family}
    assert_same(built(made, path), model)


def test_the_family_of_an_autoencoder_can_be_told(tmp_path: Path) -> None:
    """Those of Stable Diffusion 3 and FLUX.1 differ by their statistics alone."""
    path = tmp_path / "vae.safetensors"
    save_file(autoencoder("sd3", 16).state_dict(), path)

    made = vae(File(path, path.name), "sd3")
    assert made.family == "sd3"
    assert vae_family(path, "sd3") == {"F": "sd3"}
    assert built(made, path).config.scaling_factor == 1.5305


def test_an_autoencoder_of_four_channels_needs_to_be_told_its_family(tmp_path: Path) -> None:
    path = tmp_path / "vae.safetensors"
    save_file(autoencoder("sd1", 4).state_dict(), path)

    with pytest.raises(CheckpointRefused, match="Choose its family"):
        vae(File(path, ""))


def test_a_transformer_and_an_autoencoder_of_one_file(models: dict[str, Any], tmp_path: Path) -> None:
    path, inner = tmp_path / "model.safetensors", autoencoder("sd3", 16)
    parts = {"model.diffusion_model.": models["sd3"], "first_stage_model.": inner}
    named = (
        (f"{prefix}{name}", one) for prefix, part in parts.items() for name, one in part.state_dict().items()
    )
    save_file(dict(named), path)

    file = File(path, path.name)
    assert_same(built(denoiser(file).denoiser, path), models["sd3"])
    assert vae(file).family == "sd3"
    assert_same(built(vae(file), path), inner)


def test_a_decoder_without_its_encoder_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "vae.safetensors"
    weights = autoencoder("flux", 16).state_dict()
    save_file({name: value for name, value in weights.items() if name.startswith("decoder")}, path)

    with pytest.raises(CheckpointRefused, match="expected a whole autoencoder"):
        vae(File(path, ""))
