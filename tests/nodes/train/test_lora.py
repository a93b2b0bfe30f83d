"""LoRAs trained for the built-in model, held against diffusers and against lora.apply."""

from pathlib import Path
from statistics import mean
from typing import Any

import pytest
import torch
from diffusers.models.unets.unet_2d_condition import UNet2DConditionModel

from engine import File, Graph, Headless, OnDevice
from engine.declare.codec import decode, encode
from engine.errors import ValueRefused
from engine.settings import BUILT_IN
from nodes.data.captions import captions
from nodes.data.digits import digits
from nodes.data.emoji import emoji
from nodes.points.classify import classifier_start
from nodes.train.lora import architecture, lora, lora_on, lora_start, lora_step
from nodes.train.lora_network import UNetLora, without_memory
from nodes.train.objective import schedule
from nodes.train.recipe import recipe
from nodes.train.values import TrainState
from nodes.values import Cond, Conditioning, Denoiser, Latent, Patch

GRAPH = BUILT_IN / "graphs" / "train_lora.json"
HOW = recipe(optimiser="adamw", rate=0.01, warmup=1, schedule="constant", decay=0.0)
SCHEDULE = schedule("diffusion, velocity")


def on(module: Any, **handle: Any) -> OnDevice[Denoiser]:
    return OnDevice(Denoiser("", **handle), module, "cpu")


@pytest.fixture(scope="module")
def unet() -> Any:
    with torch.random.fork_rng():
        torch.manual_seed(0)
        model: Any = UNet2DConditionModel(
            sample_size=4, in_channels=2, out_channels=2, block_out_channels=(8, 16), layers_per_block=1,
            cross_attention_dim=12, norm_num_groups=4, attention_head_dim=2,
            down_block_types=("CrossAttnDownBlock2D", "DownBlock2D"),
            up_block_types=("UpBlock2D", "CrossAttnUpBlock2D"),
        )  # fmt: skip
    return model.eval().requires_grad_(False)


def drawn(*shape: int, seed: int = 0) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


LATENT = Latent(drawn(3, 2, 4, 4), "", 8)
CAPTIONS = [Conditioning([Cond(drawn(1, 5, 12, seed=seed))]) for seed in range(3)]


def steps(state: TrainState, unet: Any, count: int) -> TrainState:
    for _ in range(count):
        state = lora_step(state, on(unet), LATENT, CAPTIONS, SCHEDULE, HOW, CAPTIONS[0], batch=4).state
    return state


def asked(module: Any) -> torch.Tensor:
    hidden = torch.cat([drawn(1, 5, 12, seed=seed) for seed in range(3)])
    with torch.no_grad():
        said = module(LATENT.samples, torch.tensor(500), hidden)
    return said if isinstance(said, torch.Tensor) else said.sample


def test_a_fresh_lora_changes_nothing(unet: Any) -> None:
    worn = lora_on(lora_start(on(unet), 2), on(unet))

    assert torch.equal(asked(worn), asked(unet))


def test_the_state_holds_the_lora_alone_and_training_leaves_the_model_as_it_is(unet: Any) -> None:
    before = {name: weight.clone() for name, weight in unet.state_dict().items()}
    state = steps(lora_start(on(unet), 2), unet, 2)

    assert all("lora_" in name for name in state.params)
    assert {weight.shape[0] for name, weight in state.params.items() if "lora_A" in name} == {2}
    assert all(torch.equal(weight, before[name]) for name, weight in unet.state_dict().items())
    assert sorted(unet.state_dict()) == sorted(before)


def test_the_model_s_weights_are_lent_and_not_copied(unet: Any) -> None:
    worn = lora_on(lora_start(on(unet), 2), on(unet)).worn
    name = "mid_block.attentions.0.transformer_blocks.0.attn1.to_q"

    assert worn.get_submodule(name).base_layer.weight.data_ptr() == unet.get_submodule(name).weight.data_ptr()
    assert worn.conv_in.weight.data_ptr() == unet.conv_in.weight.data_ptr()


def test_diffusers_reads_the_file_and_says_what_was_trained(unet: Any, tmp_path: Path) -> None:
    state = steps(lora_start(on(unet), 2), unet, 3)
    [file] = lora(state).encode({})
    (tmp_path / "lora.safetensors").write_bytes(file)
    other: Any = UNet2DConditionModel.from_config(unet.config)
    other.load_state_dict(unet.state_dict())
    other.load_lora_adapter(tmp_path / "lora.safetensors", prefix="unet", use_safetensors=True)

    assert torch.allclose(asked(other.eval()), asked(lora_on(state, on(unet))), atol=1e-6)
    assert not torch.allclose(asked(other), asked(unet), atol=1e-3)


def test_a_state_does_not_tell_where_its_model_was_read_from(unet: Any, tmp_path: Path) -> None:
    unet.save_pretrained(tmp_path / "unet")
    read = UNet2DConditionModel.from_pretrained(tmp_path / "unet")

    assert encode(lora_start(on(read), 2)) == encode(lora_start(on(unet), 2))


def test_a_stored_training_goes_on_to_the_same_bytes(unet: Any) -> None:
    stored = encode(steps(lora_start(on(unet), 2), unet, 2))

    assert encode(steps(decode(stored), unet, 2)) == encode(steps(lora_start(on(unet), 2), unet, 4))


def test_what_does_not_fit_is_refused(unet: Any) -> None:
    state = lora_start(on(unet), 2)
    with pytest.raises(ValueRefused, match="a caption for each of 3 pictures, got 2"):
        lora_step(state, on(unet), LATENT, CAPTIONS[:2], SCHEDULE, HOW)
    with pytest.raises(ValueRefused, match=r"began with train\.lora_start, got one of classifier"):
        lora(classifier_start())
    with pytest.raises(ValueRefused, match="one that wears a LoRA already"):
        lora_start(on(unet, patches=(Patch("lora", "0"),)))
    wider = UNet2DConditionModel.from_config({**unet.config, "block_out_channels": (8, 24)})
    with pytest.raises(ValueRefused, match="the U-Net that the LoRA was begun on"):
        lora_step(state, on(wider), LATENT, CAPTIONS, SCHEDULE, HOW)
    with pytest.raises(ValueRefused, match="a U-Net that reads texts"):
        lora_start(on(torch.nn.Linear(1, 1)))


def test_captions_are_the_first_ones_or_the_classes() -> None:
    assert captions(emoji(2, recolour=False)) == [names[0] for names in emoji(2, recolour=False).captions]
    assert captions(digits(16, 1)) == ["zero"]


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> tuple[Any, Path]:
    folder = tmp_path_factory.mktemp("lora")
    graph = Graph.read(GRAPH)
    graph.outputs |= {"loss": "train.loss", "outlines": "outlines.out"}
    graph.nodes["before"].params["steps"] = graph.nodes["after"].params["steps"] = 4
    values = {"steps": 30, "schedule": 30, "batch": 4, "pictures": 4, "rate": 0.01, "prompts": ["red apple"]}
    with Headless(base=folder, cache=False) as headless:
        report = headless.run(graph, values)
    assert report.status == "done", report.failures
    (folder / "lora.safetensors").write_bytes(report.outputs["lora"].encode({})[0])
    return report.outputs, folder


def test_the_graph_s_loss_falls(trained: tuple[Any, Path]) -> None:
    losses = trained[0]["loss"]

    assert mean(losses[-10:]) < 0.7 * mean(losses[:5])


def test_lora_apply_reads_the_file_and_takes_the_colours_away_as_it_was_trained(
    trained: tuple[Any, Path],
) -> None:
    _, folder = trained
    graph = Graph.read(BUILT_IN / "graphs" / "text_to_image.json")
    graph.nodes["lora"] = Graph.read(BUILT_IN / "graphs" / "lora.json").nodes["lora"]
    graph.nodes["lora"].params = {"file": str(folder / "lora.safetensors")}
    graph.nodes["lora"].links = {"denoiser": ["load.denoiser"]}
    graph.nodes["sampler"].links["denoiser"] = ["lora.denoiser"]
    graph.outputs = {"image": "decode.out"}

    def colour(strength: float) -> float:
        graph.nodes["lora"].params["scale"] = strength
        with Headless(base=BUILT_IN / "graphs", cache=False) as headless:
            report = headless.run(graph, {"prompt": "red apple", "steps": 4})
        assert report.status == "done", report.failures
        pixels = report.outputs["image"].pixels
        return float((pixels.amax(-1) - pixels.amin(-1)).mean())

    assert colour(1.0) < 0.7 * colour(0.0)


def test_the_shipped_graph_is_written_as_the_engine_writes_it() -> None:
    assert GRAPH.read_bytes() == Graph.read(GRAPH).to_bytes()


def test_a_lora_s_own_u_net_takes_no_memory_and_draws_what_one_with_memory_draws(unet: Any) -> None:
    config = architecture(unet)
    with torch.random.fork_rng():
        torch.manual_seed(3)
        worn = UNetLora(config, 2).worn
        torch.manual_seed(3)
        UNet2DConditionModel.from_config(config)
        wanted = torch.rand(1)
        torch.manual_seed(3)
        without_memory(config)
        drawn_next = torch.rand(1)

    own = [weight for name, weight in worn.named_parameters() if ".lora_" not in name]
    assert {weight.untyped_storage().nbytes() for weight in own} == {4}
    assert torch.equal(drawn_next, wanted)


def test_a_saved_lora_goes_on_with_its_own_rank_and_not_on_another_u_net(unet: Any, tmp_path: Path) -> None:
    state = lora_start(on(unet), 2)
    (tmp_path / "state.safetensors").write_bytes(state.encode({})[0])
    file = File(tmp_path / "state.safetensors", "")
    other = UNet2DConditionModel.from_config({**unet.config, "layers_per_block": 2})

    assert encode(lora_start(on(unet), 4, file=file)) == encode(state)
    with pytest.raises(ValueRefused, match="expected the U-Net that the LoRA was begun on"):
        lora_start(on(other), file=file)
