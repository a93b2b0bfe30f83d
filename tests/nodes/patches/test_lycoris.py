"""LyCORIS' files beside PEFT's layers of the same kinds, and beside what its papers say."""

from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any, Literal

import pytest
import torch
from peft import LoHaConfig, LoKrConfig, LoraConfig, inject_adapter_in_model
from peft.tuners.lycoris_utils import LycorisLayer
from torch import nn

from engine.run.offload import stay, take_turns
from nodes.checkpoints.refusal import CheckpointRefused
from nodes.patches.lora_file import Tensors
from tests.nodes.diffusion.sampling import Loaded, loaded_from
from tests.nodes.families import tiny_flux
from tests.nodes.patches.loras import KOHYA, save, tensors_of, wearing
from tests.nodes.patches.test_lora import answer

LAYERS = r"(down_blocks\.1|mid_block)\..*\.(to_q|to_k|conv1|conv_shortcut|proj_in)"
"""Those whose widths are large enough for factors."""
KEYS = "mid_block.attentions.0.transformer_blocks.0.attn2.to_k"
NORM = "mid_block.resnets.0.norm1"


def adapted(model: Any, config: Any) -> Any:
    """A model with PEFT's layers of random weights."""
    torch.manual_seed(0)
    return inject_adapter_in_model(config, deepcopy(model)).eval()


def lycoris_of(model: Any, part: str = "unet") -> Tensors:
    """What PEFT's layers hold, as LyCORIS writes it."""
    found: Tensors = {}
    for name, layer in model.named_modules():
        if isinstance(layer, LycorisLayer):
            kohya = KOHYA[part] + name.removeprefix("text_model.").replace(".", "_")
            held: Any = layer
            kinds = {kind: getattr(layer, kind) for kind in held.adapter_layer_names}
            found |= {f"{kohya}.{kind}": one["default"].detach() for kind, one in kinds.items() if len(one)}
            found[f"{kohya}.alpha"] = torch.tensor(float(held.alpha["default"]))
    return found


def scaled(model: Any, scale: float) -> Any:
    for layer in model.modules():
        if isinstance(layer, LycorisLayer):
            layer.set_scale("default", scale)
    return model


CONFIGS: dict[str, tuple[Any, set[str]]] = {
    "LoHa": (LoHaConfig(r=2, alpha=1), {"hada_w1_a", "hada_w2_b"}),
    "LoHa, Tucker": (LoHaConfig(r=2, alpha=1, use_effective_conv2d=True), {"hada_t1", "hada_t2"}),
    "LoKr": (LoKrConfig(r=1, alpha=3), {"lokr_w1", "lokr_w2_a"}),
    "LoKr, Tucker": (LoKrConfig(r=1, alpha=3, use_effective_conv2d=True), {"lokr_w1", "lokr_t2"}),
    "LoKr, both in factors": (LoKrConfig(r=1, alpha=3, decompose_both=True), {"lokr_w1_b", "lokr_w2_b"}),
    "LoKr, whole": (LoKrConfig(r=8, alpha=8), {"lokr_w1", "lokr_w2"}),
}


@pytest.mark.parametrize("name", CONFIGS)
def test_the_layers_of_peft(name: str, loaded: Loaded, folder: Path, tmp_path: Path) -> None:
    config, kinds = CONFIGS[name]
    config = deepcopy(config)
    config.target_modules, config.init_weights = LAYERS, False
    expected = adapted(loaded.denoiser.model, config)
    tensors = lycoris_of(expected)
    assert kinds <= {key.rpartition(".")[2] for key in tensors}

    file = save(tmp_path / "lycoris.safetensors", tensors)
    worn = wearing(loaded, folder, (file, {"scale": 0.7})).denoiser.model
    assert torch.equal(answer(worn), answer(scaled(expected, 0.7)))
    assert not torch.equal(answer(worn), answer(loaded.denoiser.model))


def test_the_text_encoder_has_its_own(loaded: Loaded, folder: Path, tmp_path: Path) -> None:
    encoder = loaded.text_encoder.model["text_encoder"]
    config = LoHaConfig(r=2, alpha=1, target_modules=["q_proj", "fc1"], init_weights=False)
    expected = adapted(encoder, config)
    file = save(tmp_path / "loha.safetensors", lycoris_of(expected, "text_encoder"))

    tokens = torch.arange(1, 8)[None]
    worn = wearing(loaded, folder, (file, {})).text_encoder.model["text_encoder"]
    found, same, bare = (model(tokens).last_hidden_state for model in (worn, expected, encoder))
    assert torch.equal(found, same)
    assert not torch.equal(found, bare)


def test_beside_a_lora_whose_turn_is_first_or_second(loaded: Loaded, folder: Path, tmp_path: Path) -> None:
    config = LoKrConfig(r=1, alpha=1, target_modules=["to_q"], init_weights=False)
    files = (
        save(tmp_path / "lokr.safetensors", lycoris_of(adapted(loaded.denoiser.model, config))),
        save(tmp_path / "lora.safetensors", tensors_of({"unet": loaded.denoiser.model}, "kohya")),
    )

    both = [(file, {}) for file in files]
    one, other = (answer(wearing(loaded, folder, *order).denoiser.model) for order in (both, reversed(both)))
    torch.testing.assert_close(one, other)
    alone = [answer(wearing(loaded, folder, (file, {})).denoiser.model) for file in files]
    assert all((one - some).abs().max() > 1e-3 for some in alone)


def test_one_file_may_hold_both(loaded: Loaded, folder: Path, tmp_path: Path) -> None:
    unet = loaded.denoiser.model
    config = LoKrConfig(r=1, alpha=1, target_modules=["to_q"], init_weights=False)
    loha, lora = lycoris_of(adapted(unet, config)), tensors_of({"unet": unet}, "kohya", endings=["to_k"])
    parts = [save(tmp_path / f"{i}.safetensors", one) for i, one in enumerate((loha, lora))]
    whole = save(tmp_path / "both.safetensors", loha | lora)

    apart, together = (
        wearing(loaded, folder, *[(one, {}) for one in parts]),
        wearing(loaded, folder, (whole, {})),
    )
    assert torch.equal(answer(apart.denoiser.model), answer(together.denoiser.model))


@pytest.mark.parametrize("unit", ["group", "leaf"])
def test_layers_may_take_turns_on_a_device(
    unit: Literal["group", "leaf"], loaded: Loaded, folder: Path, tmp_path: Path
) -> None:
    config = LoHaConfig(r=2, alpha=1, target_modules=["to_q", "conv1"], init_weights=False)
    file = save(tmp_path / "loha.safetensors", lycoris_of(adapted(loaded.denoiser.model, config)))
    worn = wearing(loaded, folder, (file, {})).denoiser.model
    expected = answer(worn)

    take_turns(worn, "cpu", unit)
    assert torch.equal(answer(worn), expected)
    stay(worn)
    assert torch.equal(answer(worn), expected)


def test_weights_for_blocks(loaded: Loaded, folder: Path, tmp_path: Path) -> None:
    config = LoHaConfig(r=2, alpha=1, target_modules=["to_q"], init_weights=False)
    tensors = lycoris_of(adapted(loaded.denoiser.model, config))
    file = save(tmp_path / "loha.safetensors", tensors)
    middle = {name: one for name, one in tensors.items() if "mid_block" in name}
    alone = save(tmp_path / "middle.safetensors", middle)

    weighed = wearing(loaded, folder, (file, {"blocks": '{"down": 0, "up": 0, "mid": 0.5}'}))
    expected = wearing(loaded, folder, (alone, {"scale": 0.5}))
    assert torch.equal(answer(weighed.denoiser.model), answer(expected.denoiser.model))


def test_the_names_of_the_first_release(loaded: Loaded, folder: Path, tmp_path: Path) -> None:
    names = "mid_block_attentions_0", "down_blocks_1_attentions_0", "mid_block_resnets_0_conv1"
    theirs = "middle_block_1", "input_blocks_3_1", "middle_block_0_in_layers_2"
    shapes = (8, 32), (8, 32), (8, 8, 3, 3)
    tensors = [drawn(*shape, seed=i) for i, shape in enumerate(shapes)]
    to_k = "_transformer_blocks_0_attn2_to_k"
    files = [
        save(
            tmp_path / f"{some[0]}.safetensors",
            {
                f"lora_unet_{name}{to_k if one.ndim == 2 else ''}.diff": one
                for name, one in zip(some, tensors, strict=True)
            },
        )
        for some in (names, theirs)
    ]

    ours, same = (answer(wearing(loaded, folder, (file, {})).denoiser.model) for file in files)
    assert torch.equal(ours, same)
    assert not torch.equal(ours, answer(loaded.denoiser.model))


def test_one_layer_of_flux_in_other_programs_is_three_here(tmp_path: Path) -> None:
    folder = tiny_flux.save(tmp_path / "flux")
    loaded = loaded_from(folder)
    to_q = loaded.denoiser.model.transformer_blocks[0].attn.to_q
    width = to_q.in_features
    one, other = drawn(3, 1), drawn(width, width, seed=1)
    fused = {"lora_unet_double_blocks_0_img_attn_qkv.lokr_w1": one}
    fused["lora_unet_double_blocks_0_img_attn_qkv.lokr_w2"] = other
    apart = {
        f"lycoris_transformer_blocks_0_attn_to_{name}.diff": one[i] * other for i, name in enumerate("qkv")
    }

    models = [
        wearing(loaded, folder, (save(tmp_path / f"{i}.safetensors", tensors), {})).denoiser.model
        for i, tensors in enumerate((fused, apart))
    ]
    given = drawn(2, width, seed=2)
    for name in ("to_q", "to_k", "to_v"):
        found, expected = (getattr(model.transformer_blocks[0].attn, name)(given) for model in models)
        assert torch.equal(found, expected)
    assert not torch.equal(models[0].transformer_blocks[0].attn.to_q(given), to_q(given))


Made = Callable[[Tensors, str], nn.Module]


@pytest.fixture
def made(loaded: Loaded, folder: Path, tmp_path: Path) -> Made:
    """A layer of the U-Net with a file's tensors, by their kinds, for it."""

    def make(parts: Tensors, layer: str = KEYS) -> nn.Module:
        name = KOHYA["unet"] + layer.replace(".", "_")
        file = save(tmp_path / "x.safetensors", {f"{name}.{kind}": one for kind, one in parts.items()})
        return wearing(loaded, folder, (file, {"scale": 0.5})).denoiser.model.get_submodule(layer)

    return make


def drawn(*shape: int, seed: int = 0) -> torch.Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


def weights_of(layer: nn.Module) -> tuple[torch.Tensor, torch.Tensor]:
    """What a linear layer multiplies by and adds, told by what it gives."""
    inputs = layer.in_features
    assert isinstance(inputs, int)
    with torch.no_grad():
        bias = layer(torch.zeros(1, inputs))[0]
        return (layer(torch.eye(inputs)) - bias).T, bias


def test_a_difference_is_added(loaded: Loaded, made: Made) -> None:
    weight = loaded.denoiser.model.get_submodule(KEYS).weight.detach()

    found, bias = weights_of(made({"diff": drawn(*weight.shape), "diff_b": torch.ones(len(weight))}, KEYS))
    torch.testing.assert_close(found, weight + drawn(*weight.shape) / 2)
    torch.testing.assert_close(bias, torch.full((len(weight),), 0.5))


def test_a_norm_gets_another_weight_and_bias(loaded: Loaded, made: Made) -> None:
    norm = deepcopy(loaded.denoiser.model.get_submodule(NORM))
    found = made({"w_norm": drawn(8), "b_norm": drawn(8, seed=1)}, NORM)

    given = drawn(2, 8, 4, 4, seed=2)
    norm.weight.data += drawn(8) / 2
    norm.bias.data += drawn(8, seed=1) / 2
    torch.testing.assert_close(found(given), norm(given))


@pytest.mark.parametrize("on_input", [False, True])
def test_ia3_multiplies_inputs_or_outputs(on_input: bool, loaded: Loaded, made: Made) -> None:
    weight = loaded.denoiser.model.get_submodule(KEYS).weight.detach()
    numbers = drawn(weight.shape[1] if on_input else weight.shape[0])

    found, _ = weights_of(made({"weight": numbers, "on_input": torch.tensor(on_input)}, KEYS))
    factors = 1 + numbers / 2
    torch.testing.assert_close(found, weight * (factors if on_input else factors[:, None]))


def test_a_locon_in_three_factors(loaded: Loaded, made: Made) -> None:
    name = "mid_block.resnets.0.conv1"
    layer = deepcopy(loaded.denoiser.model.get_submodule(name))
    down, mid, up = drawn(2, 8, 1, 1), drawn(2, 2, 3, 3, seed=1), drawn(8, 2, 1, 1, seed=2)
    parts = {
        "lora_down.weight": down,
        "lora_mid.weight": mid,
        "lora_up.weight": up,
        "alpha": torch.tensor(1.0),
    }

    given = drawn(1, 8, 6, 6, seed=3)
    convolve = nn.functional.conv2d
    added = convolve(convolve(convolve(given, down), mid, padding=1), up)
    torch.testing.assert_close(made(parts, name)(given), layer(given) + added * 0.5 * 0.5)


def test_a_dora_at_full_strength_is_that_of_peft(loaded: Loaded, folder: Path, tmp_path: Path) -> None:
    """PEFT adds parts in another order, so that the last bits differ."""
    config = LoraConfig(
        r=2, lora_alpha=1, target_modules=["to_q", "conv1"], use_dora=True, init_lora_weights=False
    )
    expected = adapted(loaded.denoiser.model, config)
    tensors: Tensors = {}
    for name, layer in expected.named_modules():
        if hasattr(layer, "lora_magnitude_vector"):
            kohya = KOHYA["unet"] + name.replace(".", "_")
            lengths = layer.lora_magnitude_vector["default"].weight.data
            lengths *= 1 + drawn(*lengths.shape).abs()
            rows = lengths.reshape(-1, *[1] * (layer.get_base_layer().weight.ndim - 1))
            tensors |= {
                f"{kohya}.lora_down.weight": layer.lora_A["default"].weight,
                f"{kohya}.lora_up.weight": layer.lora_B["default"].weight,
                f"{kohya}.alpha": torch.tensor(1.0),
                f"{kohya}.dora_scale": rows,
            }

    file = save(tmp_path / "dora.safetensors", tensors)
    worn = wearing(loaded, folder, (file, {})).denoiser.model
    torch.testing.assert_close(answer(worn), answer(expected))
    assert (answer(worn) - answer(loaded.denoiser.model)).abs().max() > 0.01


def test_a_lokr_may_be_a_dora_by_columns(loaded: Loaded, made: Made) -> None:
    weight = loaded.denoiser.model.get_submodule(KEYS).weight.detach()
    one, other, lengths = drawn(2, 4), drawn(4, 8, seed=1), drawn(1, 32, seed=2).abs()
    found, _ = weights_of(made({"lokr_w1": one, "lokr_w2": other, "dora_scale": lengths}, KEYS))

    changed = weight + torch.kron(one, other)
    changed = changed / changed.norm(dim=0) * lengths
    torch.testing.assert_close(found, (weight + changed) / 2)


def test_a_shape_that_does_not_fit_is_refused_by_name(made: Made) -> None:
    with pytest.raises(
        CheckpointRefused, match=r"expected a change of weights \[8, 32\], whole, for mid_block.*to_k"
    ):
        made({"lokr_w1": drawn(2, 4), "lokr_w2": drawn(4, 9)}, KEYS)


def test_a_missing_factor_is_refused_by_name(made: Made) -> None:
    with pytest.raises(CheckpointRefused, match="got one without hada_w1_b"):
        made({"hada_w1_a": drawn(8, 2), "hada_w2_a": drawn(8, 2)}, KEYS)
