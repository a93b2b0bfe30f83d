import json
from typing import Any

import pytest
import torch
from diffusers.models.transformers.transformer_flux import FluxTransformer2DModel
from diffusers.models.unets.unet_2d_condition import UNet2DConditionModel

from engine.errors import ValueRefused
from nodes.checkpoints import single_file
from nodes.patches.blocks import canonical, numbered, of_denoiser, of_text
from tests.nodes.diffusion.tiny import unet_config

SDXL = {
    "block_out_channels": (320, 640, 1280),
    "down_block_types": ("DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"),
    "up_block_types": ("CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"),
    "transformer_layers_per_block": (1, 1, 1),
    "attention_head_dim": (5, 10, 20),
}
MIDDLE = "mid_block.attentions.0.transformer_blocks.0.attn1.to_q"


@pytest.fixture(scope="module")
def sd1() -> Any:
    """A U-Net as large as Stable Diffusion 1.5's, without weights."""
    config = json.loads((single_file.CONFIGS / "sd1" / "unet" / "config.json").read_text())
    with torch.device("meta"):
        return UNet2DConditionModel.from_config(config)


@pytest.fixture(scope="module")
def tiny() -> Any:
    return UNet2DConditionModel(**unet_config())


def weights(text: str, model: Any) -> Any:
    return of_denoiser(canonical(text), model)


def test_a_list_of_17_is_for_the_blocks_with_attention_of_stable_diffusion_1(sd1: Any) -> None:
    """BASE, IN01 02 04 05 07 08, MID, OUT03 … OUT11, as the extension's page lists them."""
    weight = weights(",".join(map(str, range(17))), sd1)

    assert of_text(canonical("3, 1")) == 3
    assert weight("down_blocks.0.attentions.0.proj_in") == 1  # IN01
    assert weight("down_blocks.1.attentions.0.proj_in") == 3  # IN04
    assert weight("down_blocks.2.attentions.1.proj_in") == 6  # IN08
    assert weight(MIDDLE) == 7
    assert weight("up_blocks.1.attentions.0.proj_in") == 8  # OUT03
    assert weight("up_blocks.3.attentions.2.proj_in") == 16  # OUT11
    assert weight("conv_in") == 1


def test_a_list_of_26_is_for_all_its_blocks(sd1: Any) -> None:
    weight = weights(",".join(map(str, range(26))), sd1)

    assert weight("conv_in") == 1  # IN00
    assert weight("down_blocks.0.resnets.1.conv1") == 3  # IN02
    assert weight("down_blocks.0.downsamplers.0.conv") == 4  # IN03
    assert weight("down_blocks.3.resnets.1.conv2") == 12  # IN11
    assert weight(MIDDLE) == 13
    assert weight("up_blocks.0.resnets.0.conv1") == 14  # OUT00
    assert weight("up_blocks.0.upsamplers.0.conv") == 16  # OUT02
    assert weight("up_blocks.3.attentions.2.proj_out") == 25  # OUT11


def test_lists_for_stable_diffusion_xl_have_12_or_20_numbers() -> None:
    with torch.device("meta"):
        unet = UNet2DConditionModel(cross_attention_dim=64, **SDXL)

    assert weights(",".join(map(str, range(12))), unet)("down_blocks.2.attentions.1.proj_in") == 4  # IN08
    assert weights(",".join(map(str, range(20))), unet)("up_blocks.0.attentions.0.proj_in") == 11  # OUT00
    with pytest.raises(ValueRefused, match=r"expected 12 or 20 block weights, .*, got 3"):
        weights("1, 1, 1", unet)


def test_a_list_for_flux_has_a_number_for_each_of_its_57_blocks() -> None:
    with torch.device("meta"):
        flux = FluxTransformer2DModel(num_attention_heads=1, attention_head_dim=16, axes_dims_rope=(4, 4, 8))

    weight = weights(",".join(map(str, range(58))), flux)
    assert weight("transformer_blocks.18.attn.to_q") == 19
    assert weight("single_transformer_blocks.0.attn.to_q") == 20
    assert weight("single_transformer_blocks.37.proj_mlp") == 57


def test_a_dict_names_blocks_in_any_way(tiny: Any) -> None:
    written = {"down": 0.5, "mid": [0.2], "up": {"block_0": [0.3, 0.4]}, "IN00": 0, "time_embedding": 2}
    weight = weights(json.dumps(written), tiny)

    assert weight("down_blocks.1.attentions.0.proj_in") == 0.5
    assert weight(MIDDLE) == 0.2
    assert weight("up_blocks.0.attentions.1.proj_in") == 0.4
    assert weight("up_blocks.0.resnets.0.conv1") == 0.3
    assert weight("up_blocks.1.resnets.0.conv1") == 1
    assert weight("conv_in") == 0
    assert weight("time_embedding.linear_1") == 2


def test_the_nearer_block_counts(tiny: Any) -> None:
    weight = weights('{"down": 0.5, "down_blocks.1.attentions": 0.1}', tiny)

    assert weight("down_blocks.1.attentions.0.proj_in") == 0.1
    assert weight("down_blocks.1.resnets.0.conv1") == 0.5


def test_the_middle_goes_by_both_its_names(tiny: Any) -> None:
    assert weights('{"M00": 0.1}', tiny)(MIDDLE) == weights('{"mid": 0.1}', tiny)(MIDDLE) == 0.1


def test_every_layer_of_a_u_net_is_in_one_block_at_most(sd1: Any) -> None:
    prefixes = [prefix for some in numbered(sd1).values() for prefix in some]
    assert len(prefixes) == len(set(prefixes))


@pytest.mark.parametrize(
    "text", ["a", "1,", "1,x", "[1", "[[1]]", '{"base": {"down": 1}}', '{"down": "x"}', "true", "1e9", "NaN"]
)
def test_what_is_no_numbers_is_refused(text: str) -> None:
    with pytest.raises(ValueRefused, match=r"expected (numbers with commas|weights from -100 to 100)"):
        canonical(text)


@pytest.mark.parametrize("text", ['{"sideways": 1}', '{"OUT07": 1}', '{"up": {"block_7": 1}}'])
def test_a_block_that_the_model_lacks_is_refused(text: str, tiny: Any) -> None:
    with pytest.raises(ValueRefused, match=r"expected a block of the model \(IN00, IN01, .*got '"):
        weights(text, tiny)


def test_equal_weights_are_written_alike() -> None:
    assert canonical(" 1, 0.5 ") == canonical("[1,0.5]") == "[1,0.5]"
    assert canonical('{"up": 1, "down": 0}') == canonical('{"down":0,"up":1}')
    assert canonical("  ") == ""


def test_a_text_encoder_has_one_weight() -> None:
    assert [of_text(canonical(text)) for text in ("", "0.5, 1", '{"base": 0.2}', '{"mid": 0.2}')] == [
        1.0,
        0.5,
        0.2,
        1.0,
    ]
