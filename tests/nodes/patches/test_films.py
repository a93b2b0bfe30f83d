"""LoRAs of models that film, equal to diffusers' pipelines at every step."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from nodes.checkpoints.refusal import CheckpointRefused
from nodes.patches.lora import apply, lora_family
from nodes.recognise.recognise import recognise
from nodes.values import Denoiser
from tests.nodes.diffusion.sampling import loaded_from
from tests.nodes.families import filming, parity, tiny_cogvideox, tiny_ltx, tiny_wan
from tests.nodes.patches.loras import save, tensors_of, wearing
from tests.nodes.recognise.companions import peft

FILM: dict[str, Any] = {"size": 32, "frames": 9}
FILMS: dict[str, tuple[Callable[..., Path], dict[str, Any], dict[str, Any]]] = {
    "wan": (tiny_wan.save, {}, FILM),
    "wan 2.2": (tiny_wan.save, {"experts": True}, FILM),
    "ltx": (tiny_ltx.save, {}, {"size": 64, "frames": 17}),
    "ltx from 0.9.5 on": (tiny_ltx.save, {"late": True}, {"size": 64, "frames": 9}),
    "cogvideox": (tiny_cogvideox.save, {}, {"size": 32, "frames": 9}),
}


@pytest.mark.parametrize("name", FILMS)
def test_a_lora_of_a_model_that_films(name: str, tmp_path: Path) -> None:
    build, options, film = FILMS[name]
    folder = build(tmp_path / "model", **options)
    loaded, pipeline = loaded_from(folder), parity.pipeline_of(folder)
    tensors = tensors_of(
        {"transformer": pipeline.transformer}, "diffusers", endings=("attn1.to_q", "attn1.to_v")
    )
    file = save(tmp_path / "lora.safetensors", tensors)
    pipeline.load_lora_weights(file.path, adapter_name="one")
    pipeline.set_adapters(["one"], [0.7])

    worn = wearing(loaded, folder, (file, {"scale": 0.7}))
    turns = filming.film(worn, *parity.texts(worn), **film)
    expected = filming.latents_of(pipeline, **film)
    ours = [_as(turn.latent.samples, expected[0]) for turn in turns]
    assert [torch.equal(*pair) for pair in zip(ours, expected, strict=True)] == [True] * len(turns)
    bare = filming.film(loaded, *parity.texts(loaded), **film)
    assert not torch.equal(turns[-1].latent.samples, bare[-1].latent.samples)


def test_a_pair_of_loras_one_for_each_expert(tmp_path: Path) -> None:
    folder = tiny_wan.save(tmp_path / "model", experts=True)
    loaded, pipeline = loaded_from(folder), parity.pipeline_of(folder)
    high, low = (
        save(tmp_path / f"{i}.safetensors", tensors_of({"transformer": pipeline.transformer}, "diffusers", i))
        for i in range(2)
    )
    pipeline.load_lora_weights(high.path, adapter_name="high")
    pipeline.load_lora_weights(low.path, adapter_name="low", load_into_transformer_2=True)
    pipeline.set_adapters(["high", "low"], [0.7, 0.4])

    pair = (high, {"scale": 0.7}), (low, {"scale": 0.4, "expert": "low noise"})
    worn = wearing(loaded, folder, *pair)
    turns = filming.film(worn, *parity.texts(worn), **FILM)
    expected = filming.latents_of(pipeline, **FILM)
    ours = [turn.latent.samples for turn in turns]
    assert [torch.equal(*both) for both in zip(ours, expected, strict=True)] == [True] * len(turns)
    alone = wearing(loaded, folder, pair[0])
    without = filming.film(alone, *parity.texts(alone), **FILM)[-1].latent.samples
    assert not torch.equal(without, ours[-1])


def test_one_lora_for_both_experts(tmp_path: Path) -> None:
    folder = tiny_wan.save(tmp_path / "model", experts=True)
    loaded = loaded_from(folder)
    file = save(
        tmp_path / "lora.safetensors", tensors_of({"transformer": loaded.denoiser.model}, "diffusers")
    )
    apart = [(file, {}), (file, {"expert": "low noise"})]

    one, other = (wearing(loaded, folder, *loras).denoiser for loras in (apart, [(file, {"expert": "both"})]))
    drawn = [
        filming.film(worn, *parity.texts(worn), **FILM)[-1].latent.samples
        for worn in (replace(loaded, denoiser=denoiser) for denoiser in (one, other))
    ]
    assert torch.equal(*drawn)


def test_one_for_an_expert_that_a_model_lacks_is_refused(tmp_path: Path) -> None:
    folder = tiny_wan.save(tmp_path / "model")
    loaded = loaded_from(folder)
    file = save(
        tmp_path / "lora.safetensors", tensors_of({"transformer": loaded.denoiser.model}, "diffusers")
    )

    with pytest.raises(CheckpointRefused, match="expected a model with an expert for low noise"):
        wearing(loaded, folder, (file, {"expert": "low noise"}))


def _as(samples: torch.Tensor, expected: torch.Tensor) -> torch.Tensor:
    """As the pipeline holds latents: cell after cell, or frame after frame."""
    if expected.ndim == 3:
        return samples.flatten(2).transpose(1, 2)
    return samples if samples.shape == expected.shape else samples.transpose(1, 2)


@pytest.mark.parametrize(("told", "variant"), [("ltx", "ltx-condition"), ("wan", "wan-dense")])
def test_one_that_is_told_as_a_familys_is_for_its_variants_too(
    told: str, variant: str, tmp_path: Path
) -> None:
    layer = {"ltx": "transformer.transformer_blocks.0.attn2.to_k", "wan": "blocks.0.cross_attn.k"}[told]
    file = save(
        tmp_path / "lora.safetensors",
        {name: torch.zeros(shape) for name, shape in peft(layer, 2048, 2048).items()},
    )
    assert recognise(file.path).family == told

    assert lora_family(file.path) == {}
    for family in (told, variant):
        assert apply(Denoiser("", "denoiser", family), file).denoiser.patches
    with pytest.raises(CheckpointRefused, match=f"expected a LoRA for sd3, got one for {told}"):
        apply(Denoiser("", "denoiser", "sd3"), file)
