"""Models of different precision in one graph: each computes in its own, and is told things in it."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import torch

from engine import Context, Folder, OnDevice
from nodes.checkpoints.controlnet import from_folder
from nodes.control.apply import apply
from nodes.diffusion.latent import noise
from nodes.diffusion.predict import predict
from nodes.diffusion.scheduler import scheduler
from nodes.values import Conditioning, ControlNet, Latent, Prediction
from tests.nodes.control import tiny_network
from tests.nodes.diffusion import tiny
from tests.nodes.diffusion.sampling import WATCHED, Loaded, loaded_from
from tests.nodes.families import parity, tiny_flux, tiny_sd3, tiny_sdxl
from tests.nodes.families.parity import SIZE

MODELS: dict[str, Callable[[Path], Path]] = {
    "sd": tiny.save,
    "sdxl": tiny_sdxl.save,
    "sd3": tiny_sd3.save,
    "flux": tiny_flux.save,
}


def mixed(folder: Path) -> Loaded:
    """A denoiser in half precision, all else in single precision."""
    return replace(loaded_from(folder), denoiser=loaded_from(folder, "bfloat16").denoiser)


def predicted(
    loaded: Loaded, latent: Latent[Any], positive: Conditioning[Any], context: Context = WATCHED
) -> Prediction[Any]:
    run = scheduler(loaded.scheduler, steps=1, latent=latent)
    return predict(loaded.denoiser, run.scheduler, run.state, latent, context, positive, guidance=1.0)


def halved(conditioning: Conditioning[Any]) -> Conditioning[Any]:
    return replace(
        conditioning,
        items=[
            replace(
                one,
                embeds=one.text().bfloat16(),
                pooled=None if one.pooled is None else one.pooled.bfloat16(),
            )
            for one in conditioning.items
        ],
    )


@pytest.mark.parametrize("family", MODELS)
def test_a_denoiser_is_told_texts_and_latents_in_its_own(family: str, tmp_path: Path) -> None:
    loaded = mixed(MODELS[family](tmp_path / family))
    drawn, text = noise(loaded.vae.handle, SIZE, SIZE).latent, parity.texts(loaded)[0]
    half = replace(drawn, samples=drawn.samples.bfloat16())
    latent = replace(half, samples=half.samples.float())

    found = predicted(loaded, latent, text).samples
    assert found.dtype == torch.bfloat16
    assert torch.equal(found, predicted(loaded, half, halved(text)).samples)


class Networks(NamedTuple):
    """How a family's control network is saved, and by which names the denoiser is told what it adds."""

    model: Callable[[Path], Path]
    network: Callable[[Path], Path]
    told: tuple[str, ...]


NETWORKS = {
    "sd": Networks(
        tiny.save,
        tiny_network.save_network,
        ("down_block_additional_residuals", "mid_block_additional_residual"),
    ),
    "sd3": Networks(tiny_sd3.save, tiny_sd3.save_network, ("block_controlnet_hidden_states",)),
    "flux": Networks(
        tiny_flux.save,
        tiny_flux.save_network,
        ("controlnet_block_samples", "controlnet_single_block_samples"),
    ),
}


def tensors(value: Any) -> Iterator[torch.Tensor]:
    if isinstance(value, torch.Tensor):
        yield value
    elif isinstance(value, list | tuple | dict):
        for one in value.values() if isinstance(value, dict) else value:
            yield from tensors(one)


@pytest.mark.parametrize("family", NETWORKS)
def test_a_control_network_computes_in_its_own(family: str, tmp_path: Path) -> None:
    """The denoiser is told what the network says, in half precision."""
    save, save_network, names = NETWORKS[family]
    loaded, folder = mixed(save(tmp_path / "model")), save_network(tmp_path / "network")
    handle: ControlNet[Any] = from_folder(Folder(folder, "network"))
    held = OnDevice(handle, handle.load(lambda _: folder))
    heard, said, told = list[Any](), list[Any](), list[Any]()
    held.model.register_forward_hook(
        lambda _, given, named, gave: (heard.append([given, named]), said.append(gave), None)[-1],
        with_kwargs=True,
    )
    loaded.denoiser.model.register_forward_pre_hook(
        lambda _, __, named: told.append([named[name] for name in names]), with_kwargs=True
    )

    context = parity.with_models(held, loaded.vae)
    text = parity.texts(loaded)[0]
    controlled = apply(text, handle, parity.picture(), context, vae=loaded.vae.handle).positive
    latent = noise(loaded.vae.handle, SIZE, SIZE).latent
    predicted(loaded, latent, controlled, context)
    shapes = {one.dtype for one in tensors(heard) if one.is_floating_point()}
    assert shapes == {torch.float32}
    [first, *_], [given, *_] = tensors(said), tensors(told)
    assert first.dtype == torch.float32
    assert torch.equal(given, first.bfloat16())
    assert {one.dtype for one in tensors(told)} == {torch.bfloat16}
