"""Models that are kept off their device. "meta" stands for a GPU: what takes turns there is on the CPU."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, get_args

import pytest
import torch
from diffusers.hooks.hooks import HookRegistry
from diffusers.models.autoencoders.autoencoder_kl import AutoencoderKL
from diffusers.models.unets.unet_2d_condition import UNet2DConditionModel
from torch import nn

from engine.run import residency
from engine.run.offload import stay, take_turns
from engine.run.residency import Pool
from engine.settings import Offload
from tests.nodes.diffusion import tiny
from tests.run.test_residency import A, Tuned, resident, strength_of, stub, use

Unit = Literal["group", "leaf"]


@pytest.fixture(autouse=True)
def _turns_on_the_cpu(monkeypatch: pytest.MonkeyPatch) -> None:
    def here(model: nn.Module, device: str, unit: Unit) -> None:
        assert device == "meta"
        take_turns(model, "cpu", unit)

    monkeypatch.setattr(residency, "take_turns", here)


def hooked(model: nn.Module) -> list[str]:
    """Names of the parts that go to the device by themselves."""

    def goes(part: Any) -> bool:
        hooks: HookRegistry | None = getattr(part, "_diffusers_hook", None)
        return hooks is not None and hooks.get_hook("group_offloading") is not None

    return [name for name, part in model.named_modules() if goes(part)]


def unet() -> tuple[nn.Module, Any]:
    torch.manual_seed(0)
    model: Any = UNet2DConditionModel(**tiny.unet_config()).eval()
    samples, text = torch.randn(2, 4, 8, 8), torch.randn(2, 7, tiny.TEXT_WIDTH)
    return model, lambda: model(samples, torch.tensor(5.0), text).sample


def vae() -> tuple[nn.Module, Any]:
    torch.manual_seed(0)
    model: Any = AutoencoderKL(**tiny.vae_config()).eval()
    samples = torch.randn(2, 4, 8, 8)
    return model, lambda: model.encode(model.decode(samples).sample).latent_dist.mean


def several() -> tuple[nn.Module, Any]:
    """Encoders in one module that is never called itself."""
    torch.manual_seed(0)
    model = nn.ModuleDict({"one": nn.Linear(4, 4), "other": nn.TransformerEncoderLayer(4, 2)}).eval()
    rows = torch.randn(3, 4)
    return model, lambda: model["other"](model["one"](rows))


@pytest.mark.parametrize("unit", get_args(Unit))
@pytest.mark.parametrize("made", [unet, vae, several])
def test_layers_that_take_turns_compute_the_same(made: Any, unit: Unit) -> None:
    model, answer = made()
    with torch.no_grad():
        expected = answer()
        take_turns(model, "cpu", unit)
        assert hooked(model)
        assert torch.equal(answer(), expected)
        stay(model)
        assert not hooked(model)
        assert torch.equal(answer(), expected)


def test_blocks_go_as_one_and_layers_one_by_one() -> None:
    blocks, layers = unet()[0], unet()[0]
    take_turns(blocks, "cpu", "group")
    take_turns(layers, "cpu", "leaf")

    assert {"down_blocks.0", "down_blocks.1", "up_blocks.1"} <= set(hooked(blocks))
    assert "down_blocks.0.resnets.0.conv1" not in hooked(blocks)
    assert "down_blocks.0.resnets.0.conv1" in hooked(layers)


def test_of_a_model_inside_another_layers_go_one_by_one() -> None:
    model: Any = unet()[0]
    model.low_noise = unet()[0]
    take_turns(model, "cpu", "group")

    assert "low_noise.conv_in" in hooked(model)


def test_a_model_larger_than_its_devices_budget_stays_in_ram_and_its_layers_go() -> None:
    models = Pool(Path, {"meta": 99})
    with models.acquire(A, "meta") as held:
        assert hooked(held.model) == [""]
        assert held.device == "meta"
    assert resident(models) == {"a": "cpu"}


def test_one_that_has_room_goes_whole() -> None:
    models = Pool(Path, {"meta": 100})
    with models.acquire(A, "meta") as held:
        assert not hooked(held.model)
    assert resident(models) == {"a": "meta"}


@pytest.mark.parametrize("offload", get_args(Unit))
def test_by_setting_layers_take_turns_whatever_room_there_is(offload: Offload) -> None:
    models = Pool(Path, {"meta": 1000}, offload)
    use(models, A, A, device="meta")

    assert resident(models) == {"a": "cpu"}
    assert hooked(models.residents[A].model) == [""]


@pytest.mark.parametrize("offload", get_args(Offload))
def test_where_the_device_is_the_cpu_nothing_is_offloaded(offload: Offload) -> None:
    models = Pool(Path, {"cpu": 99}, offload)
    with models.acquire(A, "cpu") as held:
        assert not hooked(held.model)


@dataclass
class Traveller:
    """Says where it was."""

    places: list[str] = field(default_factory=list[str])

    def to(self, device: str) -> None:
        self.places.append(device)


@dataclass(frozen=True)
class Travels:
    def load(self, find: Any) -> Any:
        return Traveller()


def test_by_setting_a_model_leaves_the_device_when_its_last_user_is_done() -> None:
    models = Pool(Path, {}, "model")
    with models.acquire(Travels(), "meta") as held:
        use(models, Travels(), device="meta")
        assert held.model.places == ["meta"]
    assert held.model.places == ["meta", "cpu"]
    use(models, Travels(), device="meta")
    assert held.model.places == ["meta", "cpu", "meta", "cpu"]


def test_without_the_setting_it_stays() -> None:
    models = Pool(Path, {})
    with models.acquire(Travels(), "meta") as held:
        pass
    assert held.model.places == ["meta"]


def test_a_change_is_put_on_a_model_whose_layers_take_turns() -> None:
    models = Pool(Path, {}, "leaf")
    for strength in (0.5, 0.8):
        with models.acquire(Tuned("a", strength=strength), "meta") as held:
            assert strength_of(held.model) == pytest.approx(strength)
            assert hooked(held.model) == [""]
    assert len(models.residents) == 1


def test_what_moved_to_ram_for_want_of_room_comes_back_whole() -> None:
    models = Pool(Path, {"meta": 100})
    use(models, A, device="meta")
    stub(models, A)
    models.free()
    use(models, A, device="meta")
    assert resident(models) == {"a": "meta"}
