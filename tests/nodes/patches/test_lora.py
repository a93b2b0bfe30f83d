from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from engine import File
from nodes.diffusion.packing import pack
from tests.nodes.diffusion.sampling import Loaded, loaded_from
from tests.nodes.families import parity, tiny_flux, tiny_sd3, tiny_sdxl
from tests.nodes.families.parity import NEGATIVE, PROMPT, SCALE, SIZE, assert_same, latents_of
from tests.nodes.patches.loras import ALPHA, KOHYA, RANK, Layout, save, tensors_of, wearing

pytestmark = pytest.mark.filterwarnings("ignore:Already found a `peft_config` attribute")  # the pipelines'
BLOCKS = {"down": 0.3, "mid": 0.7, "up": {"block_0": [0.2, 1.5]}}


def parts_of(loaded: Loaded, denoiser: str = "unet") -> dict[str, Any]:
    return {denoiser: loaded.denoiser.model, **dict(loaded.text_encoder.model.items())}


def expected_of(pipeline: Any, **arguments: Any) -> list[torch.Tensor]:
    texts = {"prompt": PROMPT, "negative_prompt": NEGATIVE, "guidance_scale": SCALE}
    return latents_of(pipeline, height=SIZE, width=SIZE, **texts | arguments)


@pytest.mark.parametrize("layout", ["diffusers", "kohya"])
def test_two_loras_at_once_with_weights_for_blocks(
    layout: Layout, loaded: Loaded, folder: Path, tmp_path: Path
) -> None:
    one, other = (
        save(tmp_path / f"lora{seed}.safetensors", tensors_of(parts_of(loaded), layout, seed))
        for seed in (1, 2)
    )
    pipeline = parity.pipeline_of(folder)
    pipeline.load_lora_weights(one.path, adapter_name="one")
    pipeline.load_lora_weights(other.path, adapter_name="other")
    pipeline.set_adapters(["one", "other"], [{"unet": BLOCKS, "text_encoder": 0.5}, 0.8])

    written = '{"down": 0.3, "mid": 0.7, "up": {"block_0": [0.2, 1.5]}, "base": 0.5}'
    worn = wearing(loaded, folder, (one, {"blocks": written}), (other, {"scale": 0.8}))
    turns = parity.sample(worn, *parity.texts(worn))
    assert_same(turns, expected_of(pipeline))
    assert not torch.equal(
        turns[-1].latent.samples, parity.sample(loaded, *parity.texts(loaded))[-1].latent.samples
    )


@pytest.fixture(scope="module")
def of_family(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    root = tmp_path_factory.mktemp("families")
    return {
        "sdxl": tiny_sdxl.save(root / "sdxl"),
        "sd3": tiny_sd3.save(root / "sd3"),
        "flux": tiny_flux.save(root / "flux", distilled=False),
    }


ENCODERS = {"sdxl": ["text_encoder", "text_encoder_2"], "sd3": [], "flux": ["text_encoder"]}
"""Family → the text encoders that its LoRAs change."""


@pytest.mark.parametrize("name", ["sdxl", "sd3", "flux"])
def test_two_loras_at_once_in_other_families(name: str, of_family: dict[str, Path], tmp_path: Path) -> None:
    folder = of_family[name]
    loaded, pipeline = loaded_from(folder), parity.pipeline_of(folder)
    denoiser = "unet" if name == "sdxl" else "transformer"
    parts = {denoiser: loaded.denoiser.model} | {
        part: loaded.text_encoder.model[part] for part in ENCODERS[name]
    }
    files = [save(tmp_path / f"lora{i}.safetensors", tensors_of(parts, "diffusers", i)) for i in (1, 2)]
    for file in files:
        pipeline.load_lora_weights(file.path, adapter_name=file.digest)
    pipeline.set_adapters([file.digest for file in files], [0.4, 1.2])

    worn = wearing(loaded, folder, (files[0], {"scale": 0.4}), (files[1], {"scale": 1.2}))
    positive, negative = parity.texts(worn)
    turns = parity.sample(worn, positive, None if name == "flux" else negative)
    given = {"negative_prompt": None} if name == "flux" else {}
    expected = expected_of(pipeline, **given)
    if name == "flux":
        turns = [
            turn._replace(latent=replace(turn.latent, samples=pack(turn.latent.samples))) for turn in turns
        ]
    assert_same(turns, expected)


def test_weights_for_the_blocks_of_a_transformer(of_family: dict[str, Path], tmp_path: Path) -> None:
    loaded, pipeline = loaded_from(of_family["flux"]), parity.pipeline_of(of_family["flux"])
    file = save(
        tmp_path / "lora.safetensors", tensors_of({"transformer": loaded.denoiser.model}, "diffusers")
    )
    pipeline.load_lora_weights(file.path, adapter_name="one")
    blocks = {"single_transformer_blocks.0": 0.3, "single_transformer_blocks.1": 0.0}
    blocks |= {"transformer_blocks.0": 0.6, "transformer_blocks.1": 2.0}
    pipeline.set_adapters(["one"], [{"transformer": blocks}])

    # The list begins with the text encoder, then follows the order of the model
    worn = wearing(loaded, of_family["flux"], (file, {"blocks": "1, 0.6, 2, 0.3, 0"}))
    turns = parity.sample(worn, parity.texts(worn)[0])
    expected = expected_of(pipeline, negative_prompt=None)
    assert [
        torch.equal(pack(turn.latent.samples), one) for turn, one in zip(turns, expected, strict=True)
    ] == [True] * len(expected)


def test_what_peft_saves_draws_the_same(loaded: Loaded, folder: Path, tmp_path: Path) -> None:
    unet = {"unet": loaded.denoiser.model}
    one, other = (
        save(tmp_path / f"{layout}.safetensors", tensors_of(unet, layout)) for layout in ("diffusers", "peft")
    )

    drawn = [wearing(loaded, folder, (file, {})).denoiser.model for file in (one, other)]
    assert torch.equal(*map(answer, drawn))
    assert not torch.equal(answer(drawn[0]), answer(loaded.denoiser.model))


def answer(unet: Any) -> torch.Tensor:
    """What a U-Net says about one noise and one text."""
    generator = torch.Generator().manual_seed(0)
    noise, text = (torch.randn(shape, generator=generator) for shape in ((1, 4, 8, 8), (1, 5, 32)))
    with torch.no_grad():
        return unet(noise, torch.tensor(500), text).sample


def test_convolutions_have_loras_too(loaded: Loaded, folder: Path, tmp_path: Path) -> None:
    endings = ("conv1", "conv2", "conv", "proj_in")
    tensors = tensors_of({"unet": loaded.denoiser.model}, "kohya", endings=endings)
    file = save(tmp_path / "locon.safetensors", tensors)
    pipeline = parity.pipeline_of(folder)
    pipeline.load_lora_weights(file.path)

    worn = wearing(loaded, folder, (file, {}))
    assert torch.equal(answer(worn.denoiser.model), answer(pipeline.unet))
    assert not torch.equal(answer(worn.denoiser.model), answer(loaded.denoiser.model))


def test_a_pickled_file_is_read_as_plain_data(loaded: Loaded, folder: Path, tmp_path: Path) -> None:
    tensors = tensors_of({"unet": loaded.denoiser.model}, "kohya")
    torch.save({"state_dict": tensors}, tmp_path / "lora.pt")
    files = File(tmp_path / "lora.pt", "pickled"), save(tmp_path / "lora.safetensors", tensors)

    drawn = [wearing(loaded, folder, (file, {})).denoiser.model for file in files]
    assert torch.equal(*map(answer, drawn))


def test_a_dora_scales_each_row_to_the_length_that_it_learned(
    loaded: Loaded, folder: Path, tmp_path: Path
) -> None:
    name = "mid_block.attentions.0.transformer_blocks.0.attn1.to_q"
    tensors = tensors_of({"unet": loaded.denoiser.model}, "kohya", endings=(name,))
    kohya = KOHYA["unet"] + name.replace(".", "_")
    weight = loaded.denoiser.model.get_submodule(name).weight.detach()
    lengths = torch.arange(1.0, len(weight) + 1)
    file = save(tmp_path / "dora.safetensors", tensors | {f"{kohya}.dora_scale": lengths[:, None]})
    layer = wearing(loaded, folder, (file, {})).denoiser.model.get_submodule(name)

    down, up = (tensors[f"{kohya}.lora_{which}.weight"] for which in ("down", "up"))
    changed = weight + up @ down * (ALPHA / RANK)
    changed *= (lengths / changed.norm(dim=1))[:, None]
    x = torch.randn(3, weight.shape[1], generator=torch.Generator().manual_seed(0))
    expected = x @ changed.T
    torch.testing.assert_close(layer(x).detach(), expected)


def test_a_dora_of_peft(loaded: Loaded, folder: Path, tmp_path: Path) -> None:
    tensors = tensors_of({"unet": loaded.denoiser.model}, "diffusers", endings=("to_q",))
    for name in list(tensors):
        if name.endswith("lora_B.weight"):
            lengths = torch.linspace(1, 2, len(tensors[name]))
            tensors[name.replace("lora_B", "lora_magnitude_vector")] = lengths
    file = save(tmp_path / "dora.safetensors", tensors)
    pipeline = parity.pipeline_of(folder)
    pipeline.load_lora_weights(file.path)

    worn = wearing(loaded, folder, (file, {}))
    assert torch.equal(answer(worn.denoiser.model), answer(pipeline.unet))
    assert not torch.equal(answer(worn.denoiser.model), answer(loaded.denoiser.model))
