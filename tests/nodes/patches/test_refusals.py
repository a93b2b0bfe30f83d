"""Files that are no LoRA for the model: told in the editor where it can be, and in any case by name."""

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from engine import File, Graph, Headless
from engine.graph.check import check
from engine.settings import BUILT_IN, Settings
from nodes.checkpoints.refusal import CheckpointRefused
from nodes.patches.lora import apply, lora_family
from nodes.values import Denoiser, Patch, TextEncoder
from tests.nodes.diffusion.sampling import Loaded
from tests.nodes.patches.loras import finder, save, tensors_of, wearing
from tests.nodes.patches.test_lora import answer

LAYER = "lora_unet_mid_block_attentions_0_transformer_blocks_0_attn2_to_k"
SD1 = Denoiser("", "denoiser", "sd1")


Make = Callable[..., File]


@pytest.fixture
def made(tmp_path: Path) -> Make:
    """Writes a LoRA of a layer, whose text is so many numbers wide."""

    def make(layer: str = LAYER, width: int = 32, kind: str = "lora_{}.weight", **more: Any) -> File:
        names = [f"{layer}.{kind.format(which)}" for which in ("down", "up")]
        shapes = (2, width), (8, 2)
        tensors = {name: torch.ones(shape) for name, shape in zip(names, shapes, strict=True)}
        return save(tmp_path / "lora.safetensors", tensors | more)

    return make


def test_the_family_is_told_by_the_file(made: Make) -> None:
    assert lora_family(made(width=768).path) == {"F": "sd1"}
    assert lora_family(made(width=2048).path) == {"F": "sdxl"}
    assert lora_family(made(width=32).path) == {}


def test_one_for_another_family_is_refused_in_the_editor(made: Make, tmp_path: Path) -> None:
    models = tmp_path / "models"
    models.mkdir()
    made(width=2048).path.rename(models / "sdxl.safetensors")
    nodes = {
        "load": {"type": "load.diffusers", "params": {"folder": "emoji"}},
        "lora": {
            "type": "lora.apply",
            "params": {"file": "sdxl.safetensors"},
            "links": {"denoiser": "load.denoiser"},
        },
    }
    settings = Settings.load({"KNOTWORK_HOME": str(tmp_path), "KNOTWORK_DEVICE": "cpu"})
    with Headless(settings, base=BUILT_IN / "graphs", cache=False) as engine:
        graph = Graph.model_validate({"nodes": nodes})
        [problem] = check(graph, engine.registry, engine.files.resolve, engine.reference)

    assert (problem.instance, problem.port) == ("lora", "denoiser")
    assert "sdxl" in problem.expected


def test_one_for_another_family_is_refused_when_it_runs(made: Make) -> None:
    with pytest.raises(CheckpointRefused, match="expected a LoRA for sd1, got one for sdxl"):
        apply(SD1, made(width=2048))
    with pytest.raises(CheckpointRefused, match="expected a LoRA for sdxl, got one for sd1"):
        apply(Denoiser("", "denoiser"), made(width=768), TextEncoder("", "text_encoder", "sdxl"))


def test_what_is_no_lora_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CheckpointRefused, match="expected lora, got"):
        apply(SD1, save(tmp_path / "x.safetensors", {"emb_params": torch.zeros(1, 768)}))


def test_at_strength_0_the_model_stays_as_it_is(made: Make) -> None:
    assert apply(SD1, made(width=768), scale=0).denoiser == SD1


def test_a_part_without_matrices_stays_as_it_is(made: Make) -> None:
    text = TextEncoder("", "text_encoder", "sd1")
    for_text = "lora_te_text_model_encoder_layers_0_self_attn_q_proj"

    unet = apply(SD1, made(width=768), text)
    assert (len(unet.denoiser.patches), unet.text_encoder) == (1, text)
    both = apply(SD1, made(layer=for_text, width=768), text, scale=0.5, text_scale=0.25)
    assert both.denoiser == SD1
    assert both.text_encoder is not None
    assert both.text_encoder.patches == (Patch("lora", "lora", 0.25),)


def load(loaded: Loaded, folder: Path, file: File) -> Any:
    return wearing(loaded, folder, (file, {})).denoiser.model


def test_one_of_which_nothing_fits_is_refused_by_name(made: Make, loaded: Loaded, folder: Path) -> None:
    file = made(layer="lora_unet_mid_block_attentions_7_transformer_blocks_0_attn2_to_k")

    with pytest.raises(
        CheckpointRefused, match=r"expected layers of the unet, got unet\.mid_block.attentions.7"
    ):
        load(loaded, folder, file)


def test_one_that_is_wider_or_narrower_is_refused_by_name(made: Make, loaded: Loaded, folder: Path) -> None:
    with pytest.raises(CheckpointRefused, match=r"expected 32 inputs of mid_block\.attentions.*to_k, got 48"):
        load(loaded, folder, made(width=48))


def test_layers_that_the_model_lacks_are_told(
    loaded: Loaded, folder: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    fits = tensors_of({"unet": loaded.denoiser.model}, "diffusers")
    strange = {f"unet.down_blocks.9.to_q.lora_{which}.weight": torch.ones(2, 2) for which in "AB"}
    files = save(tmp_path / "a.safetensors", fits), save(tmp_path / "b.safetensors", fits | strange)

    with caplog.at_level(logging.WARNING, "nodes"):
        drawn = [answer(load(loaded, folder, file)) for file in files]
    assert torch.equal(*drawn)
    assert [one.getMessage() for one in caplog.records] == [
        "b.safetensors: 1 of its layers are none of the model's: unet.down_blocks.9.to_q"
    ]


@pytest.mark.parametrize(("name", "kind"), [("oft_blocks", "an OFT"), ("glora_a", "a GLoRA")])
def test_relatives_of_loras_that_are_not_read_are_refused_by_name(
    name: str, kind: str, made: Make, loaded: Loaded, folder: Path
) -> None:
    file = made(**{f"{LAYER}.{name}": torch.ones(2, 2)})

    with pytest.raises(CheckpointRefused, match=f"expected a LoRA, a LoHa, a LoKr or a DoRA, got {kind}"):
        load(loaded, folder, file)


def test_half_a_pair_is_refused(loaded: Loaded, folder: Path, tmp_path: Path) -> None:
    file = save(tmp_path / "half.safetensors", {f"{LAYER}.lora_down.weight": torch.ones(2, 32)})

    with pytest.raises(CheckpointRefused, match="expected a LoRA for Stable Diffusion 1 and 2, whole"):
        load(loaded, folder, file)


def test_a_model_of_no_such_family_takes_none(made: Make, loaded: Loaded, folder: Path) -> None:
    handle = Denoiser("sd", "denoiser", "dit", patches=(Patch("lora", "lora"),))

    with pytest.raises(CheckpointRefused, match="expected a model whose LoRAs are known, got DiT"):
        handle.adapt(loaded.denoiser.model, finder(folder, made()))
