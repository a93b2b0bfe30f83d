"""What each option does to the numbers of a model, beside diffusers' own way of setting it."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from diffusers.hooks.first_block_cache import FirstBlockCacheConfig
from diffusers.models import attention_dispatch as dispatch
from diffusers.models.attention_processor import AttnProcessor

from engine import OnDevice
from engine.declare import codec
from engine.errors import ValueRefused
from engine.run.offload import take_turns
from nodes.checkpoints import model_options, options
from nodes.checkpoints.load import Dtype
from nodes.checkpoints.options import OptionRefused
from nodes.diffusion.block_memory import BlockMemory
from nodes.diffusion.distilled_guidance import tell
from nodes.diffusion.encode import encode
from nodes.diffusion.family import Question
from nodes.diffusion.latent import noise
from nodes.diffusion.packing import pack
from nodes.diffusion.predict import predict
from nodes.diffusion.scheduler import Run, scheduler, start
from nodes.values import Cond, Patch, SchedulerState
from tests.nodes.diffusion import tiny
from tests.nodes.diffusion.sampling import WATCHED, Loaded, Turn, loaded_from
from tests.nodes.families import parity, tiny_flux, tiny_wan

TEXT = torch.randn((1, 7, 32), generator=torch.Generator().manual_seed(1))
QUESTION = Question(TEXT, torch.tensor(500), Cond())
THRESHOLD = 0.3
"""At which the tiny model leaves out blocks in some turns and not in others."""


@pytest.fixture(scope="module")
def flux(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_flux.save(tmp_path_factory.mktemp("flux"))


@pytest.fixture(scope="module")
def loaded(flux: Path) -> Loaded:
    return loaded_from(flux)


@pytest.fixture(scope="module")
def unet(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny.save(tmp_path_factory.mktemp("sd"))


def built(loaded: Loaded, folder: Path, **chosen: Any) -> Loaded:
    """The parts with a denoiser of these options, loaded anew."""
    handle = model_options.options(loaded.denoiser.handle, **chosen)
    return replace(loaded, denoiser=OnDevice(handle, handle.load(lambda _: folder)))


def drawn(loaded: Loaded) -> list[Turn]:
    return parity.sample(loaded, encode(loaded.text_encoder, parity.PROMPT))


def equal(turns: list[Turn], others: list[Turn]) -> list[bool]:
    pairs = zip(turns, others, strict=True)
    return [torch.equal(one.latent.samples, other.latent.samples) for one, other in pairs]


def packed(turns: list[Turn], latents: list[torch.Tensor]) -> list[bool]:
    pairs = zip(turns, latents, strict=True)
    return [torch.equal(pack(turn.latent.samples), latent) for turn, latent in pairs]


def asked(pipeline: Any, **more: Any) -> list[torch.Tensor]:
    given: dict[str, Any] = {"height": parity.SIZE, "width": parity.SIZE, "guidance_scale": parity.SCALE}
    return parity.latents_of(pipeline, prompt=parity.PROMPT, **given | more)


@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
def test_weights_in_8_bits_change_numbers_as_in_diffusers(dtype: Dtype, flux: Path) -> None:
    loaded, pipeline = loaded_from(flux, dtype), parity.pipeline_of(flux, dtype=getattr(torch, dtype))
    pipeline.transformer.enable_layerwise_casting(torch.float8_e4m3fn, getattr(torch, dtype))
    turns = drawn(built(loaded, flux, storage="float8_e4m3fn"))

    assert packed(turns, asked(pipeline)) == [True] * parity.STEPS
    assert equal(turns, drawn(loaded)) == [False] * parity.STEPS


def test_weights_in_8_bits_take_a_quarter_of_those_in_32(loaded: Loaded, flux: Path) -> None:
    model = built(loaded, flux, storage="float8_e5m2").denoiser.model
    weight = model.transformer_blocks[0].ff.net[2].weight

    assert (weight.dtype, weight.element_size()) == (torch.float8_e5m2, 1)
    assert model.dtype == torch.float32


def test_weights_that_are_quantised_already_are_not_stored_anew() -> None:
    model = SimpleNamespace(is_quantized=True, enable_layerwise_casting=None)
    with pytest.raises(OptionRefused, match=r"storage: expected plain weights .* got a quantised Simple"):
        options.Storage("float8_e4m3fn").put_on(model)


def test_a_first_block_cache_changes_numbers_as_in_diffusers(loaded: Loaded, flux: Path) -> None:
    pipeline = parity.pipeline_of(flux)
    pipeline.transformer.enable_cache(FirstBlockCacheConfig(THRESHOLD))
    turns = drawn(built(loaded, flux, cache=THRESHOLD))

    assert packed(turns, asked(pipeline)) == [True] * parity.STEPS
    assert equal(turns, drawn(loaded)) == [True, False, False, False]


def test_a_cached_negative_is_remembered_by_itself_as_in_diffusers(loaded: Loaded, flux: Path) -> None:
    pipeline = parity.pipeline_of(flux)
    pipeline.transformer.enable_cache(FirstBlockCacheConfig(THRESHOLD))
    (positive, negative), cached = parity.texts(loaded), built(loaded, flux, cache=THRESHOLD)
    turns = parity.sample(cached, tell(positive, 3.5), negative)

    expected = asked(
        pipeline, guidance_scale=3.5, negative_prompt=parity.NEGATIVE, true_cfg_scale=parity.SCALE
    )
    assert packed(turns, expected) == [True] * parity.STEPS


def test_a_cache_that_never_applies_changes_none(loaded: Loaded, flux: Path) -> None:
    assert equal(drawn(built(loaded, flux, cache=1e-6)), drawn(loaded)) == [True] * parity.STEPS


def test_a_cached_run_goes_on_from_what_was_stored_in_another_process(loaded: Loaded, flux: Path) -> None:
    """Another process is one whose model was loaded anew."""
    positive, (run, first) = encode(loaded.text_encoder, parity.PROMPT), begun(loaded)
    whole = parity.turns(built(loaded, flux, cache=THRESHOLD), run, first, positive, None, parity.SCALE)

    for done in range(1, parity.STEPS):
        stored = Turn(*(codec.decode(codec.encode(one)) for one in whole[done - 1]))
        anew, rest = built(loaded, flux, cache=THRESHOLD), run._replace(turns=run.turns - done)
        resumed = parity.turns(anew, rest, stored, positive, None, parity.SCALE)
        assert equal(resumed, whole[done:]) == [True] * (parity.STEPS - done)


def test_runs_that_share_a_cached_model_leave_each_other_alone(loaded: Loaded, flux: Path) -> None:
    cached, (run, first) = built(loaded, flux, cache=THRESHOLD), begun(loaded)
    texts = [encode(loaded.text_encoder, text) for text in ("a red apple", "blue")]
    alone = [parity.turns(cached, run, first, text, None, parity.SCALE) for text in texts]

    one, together = run._replace(turns=1), [first, first]
    for turn in range(parity.STEPS):
        pairs = zip(together, texts, strict=True)
        together = [parity.turns(cached, one, at, text, None, parity.SCALE)[0] for at, text in pairs]
        assert equal(together, [turns[turn] for turns in alone]) == [True, True]


def begun(loaded: Loaded) -> tuple[Run, Turn]:
    noisy = noise(loaded.vae.handle, parity.SIZE, parity.SIZE, seed=parity.SEED)
    run = scheduler(loaded.scheduler, steps=parity.STEPS, latent=noisy.latent)
    return run, Turn(start(run.scheduler, noisy.latent), run.state, noisy.rng)


def test_the_positive_text_is_remembered_when_the_negative_is_no_longer_asked_about(
    loaded: Loaded, flux: Path
) -> None:
    cached, text = built(loaded, flux, cache=1.0), encode(loaded.text_encoder, parity.PROMPT)
    run, first = begun(loaded)
    told = tell(text, 3.5)
    both = predict(cached.denoiser, run.scheduler, first.state, first.latent, WATCHED, told, text, 5.0)
    alone = predict(cached.denoiser, run.scheduler, first.state, first.latent, WATCHED, text, None, 5.0)

    assert {name.partition("/")[0] for name in both.memory} == {"-1", "-2"}
    assert alone.memory.keys() < both.memory.keys()


def test_a_call_of_another_shape_remembers_nothing(loaded: Loaded, flux: Path) -> None:
    cached, text = built(loaded, flux, cache=1.0), encode(loaded.text_encoder, parity.PROMPT)
    run, first = begun(loaded)
    small = replace(first.latent, samples=first.latent.samples[..., :16].contiguous())

    def said(state: SchedulerState) -> torch.Tensor:
        return predict(cached.denoiser, run.scheduler, state, small, WATCHED, text).samples

    before = predict(cached.denoiser, run.scheduler, first.state, first.latent, WATCHED, text).memory
    assert before
    assert torch.equal(said(replace(first.state, memory=before)), said(first.state))


def test_a_u_net_has_no_first_block_to_cache(unet: Path) -> None:
    with pytest.raises(OptionRefused, match=r"cache: expected one of Flux.*, got a UNet2DConditionModel"):
        built(loaded_from(unet), unet, cache=0.1)


def test_behind_the_first_block_there_has_to_be_another(loaded: Loaded, flux: Path) -> None:
    model = loaded.denoiser.handle.load(lambda _: flux)
    del model.transformer_blocks[1:], model.single_transformer_blocks[:]
    with pytest.raises(OptionRefused, match="cache: expected at least two blocks, got one"):
        options.FirstBlockCache(0.1).put_on(model)


def film_of_wan() -> tuple[Any, Any]:
    from diffusers.models.transformers.transformer_wan import WanTransformer3DModel

    model: Any = WanTransformer3DModel(**tiny_wan.TRANSFORMER)
    given = {"encoder_hidden_states": TEXT, "timestep": torch.tensor([500])}
    return model, lambda turn: model(torch.full((1, 16, 2, 4, 4), turn), **given).sample


def film_of_ltx() -> tuple[Any, Any]:
    from diffusers.models.transformers.transformer_ltx import LTXVideoTransformer3DModel

    sizes: Any = {"in_channels": 8, "out_channels": 8, "num_attention_heads": 2, "attention_head_dim": 16}
    model: Any = LTXVideoTransformer3DModel(
        **sizes, cross_attention_dim=32, num_layers=3, caption_channels=32
    )
    given = {"encoder_hidden_states": TEXT, "encoder_attention_mask": torch.ones(1, 7)}
    given |= {"timestep": torch.tensor([500]), "num_frames": 2, "height": 2, "width": 2}
    return model, lambda turn: model(hidden_states=torch.full((1, 8, 8), turn), **given).sample


def film_of_cogvideox() -> tuple[Any, Any]:
    from diffusers.models.transformers.cogvideox_transformer_3d import CogVideoXTransformer3DModel

    sizes: Any = {"in_channels": 4, "out_channels": 4, "num_attention_heads": 4, "attention_head_dim": 8}
    shape: Any = {"sample_width": 2, "sample_height": 2, "sample_frames": 9, "max_text_seq_length": 7}
    model: Any = CogVideoXTransformer3DModel(**sizes, **shape, text_embed_dim=32, num_layers=3)
    given = {"encoder_hidden_states": TEXT, "timestep": torch.tensor([500])}
    return model, lambda turn: model(torch.full((1, 3, 4, 2, 2), turn), **given).sample


@pytest.mark.parametrize("made", [film_of_wan, film_of_ltx, film_of_cogvideox])
def test_films_cached_turn_by_turn_are_as_in_diffusers(made: Any) -> None:
    """Diffusers' way is to leave the memory in the model."""
    torch.manual_seed(0)
    model, answer = made()
    model.eval()
    turns = [0.5, 0.51, -0.7, -0.71]
    with torch.no_grad():
        plain = [answer(turn) for turn in turns]
        options.FirstBlockCache(0.1).put_on(model)
        with model.cache_context("any"):
            expected = [answer(turn) for turn in turns]
        model._reset_stateful_cache()
        found, memory = list[torch.Tensor](), dict[str, torch.Tensor]()
        for turn in turns:
            now = BlockMemory(memory)
            with now.during(model, -1, QUESTION):
                found.append(answer(turn))
            memory = now.after

    assert list(map(torch.equal, found, expected)) == [True] * len(turns)
    assert list(map(torch.equal, found, plain)) == [True, False, True, False]


def test_plain_attention_changes_numbers_as_in_diffusers(unet: Path) -> None:
    loaded, pipeline = loaded_from(unet), parity.pipeline_of(unet, "StableDiffusionPipeline")
    pipeline.unet.set_attn_processor(AttnProcessor())
    turns = drawn(built(loaded, unet, attention="plain"))

    expected = parity.latents_of(
        pipeline, prompt=parity.PROMPT, height=parity.SIZE, width=parity.SIZE, guidance_scale=1.0
    )
    parity.assert_same(turns, expected)
    assert not all(equal(turns, drawn(loaded)))


def test_plain_attention_is_for_u_nets(loaded: Loaded, flux: Path) -> None:
    with pytest.raises(OptionRefused, match="attention: expected a U-Net for plain, got a Flux"):
        built(loaded, flux, attention="plain")


def test_another_kernel_is_one_models_alone(
    loaded: Loaded, flux: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On the CPU torch's kernel runs as well; here it is counted."""
    name, calls = dispatch.AttentionBackendName("_native_flash"), list[int]()
    kernel = dispatch._AttentionBackendRegistry._backends[name]

    def counted(*given: Any, **named: Any) -> Any:
        calls.append(1)
        return kernel(*given, **named)

    monkeypatch.setitem(dispatch._AttentionBackendRegistry._backends, name, counted)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    other = built(loaded, flux, attention="torch flash")
    run, first = begun(loaded)
    text = encode(loaded.text_encoder, parity.PROMPT)
    for model, expected in ((other, 4), (loaded, 4), (other, 8)):
        predict(model.denoiser, run.scheduler, first.state, first.latent, WATCHED, text)
        assert len(calls) == expected  # two blocks of each kind


@pytest.mark.parametrize(
    ("kernel", "message"),
    [
        ("torch flash", "attention: expected a CUDA device for this kernel, got none"),
        ("torch cudnn", "attention: expected a CUDA device for this kernel, got none"),
        ("flash-attn", "attention: expected an installed flash-attn, got .* Choose native"),
        ("sage", "attention: expected an installed sage, got .* Choose native"),
    ],
)
def test_a_kernel_that_is_not_here_is_refused(
    kernel: str, message: str, loaded: Loaded, flux: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(dispatch, "_CAN_USE_FLASH_ATTN", False)
    monkeypatch.setattr(dispatch, "_CAN_USE_SAGE_ATTN", False)
    with pytest.raises(OptionRefused, match=message):
        built(loaded, flux, attention=kernel)


def test_a_u_net_has_plain_and_native_attention_alone(unet: Path) -> None:
    with pytest.raises(OptionRefused, match="attention: expected a transformer whose kernel can be chosen"):
        built(loaded_from(unet), unet, attention="sage")


def test_compiling_is_asked_of_torch_for_each_shape_by_itself(
    loaded: Loaded, flux: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A real compilation takes minutes: ``tests/bench/test_compiled.py`` does it."""
    asked: list[dict[str, Any]] = []

    def compiled(function: Any, **given: Any) -> Any:
        asked.append(given)
        return function

    monkeypatch.setattr(torch, "compile", compiled)
    turns = drawn(built(loaded, flux, compile=True))

    assert asked == [{"dynamic": False, "recompile_limit": options.SHAPES}]
    assert equal(turns, drawn(loaded)) == [True] * parity.STEPS


@pytest.mark.parametrize("other", [{"storage": "float8_e4m3fn"}, {"cache": 0.1}])
def test_what_is_compiled_takes_neither_storage_nor_cache(other: dict[str, Any], loaded: Loaded) -> None:
    with pytest.raises(ValueRefused, match="expected compile alone"):
        model_options.options(loaded.denoiser.handle, compile=True, **other)


def test_weights_in_8_bits_take_no_lora(loaded: Loaded, flux: Path) -> None:
    handle = model_options.options(loaded.denoiser.handle, storage="float8_e4m3fn")
    worn = replace(handle, patches=(Patch("lora", "abc"),))
    with pytest.raises(OptionRefused, match="storage: expected a model without LoRAs, got 1"):
        worn.load(lambda _: flux)


@pytest.mark.parametrize("unit", ["group", "leaf"])
@pytest.mark.parametrize("chosen", [{"storage": "float8_e4m3fn"}, {"cache": THRESHOLD}])
def test_layers_that_take_turns_on_the_device_change_no_number_of_an_option(
    chosen: dict[str, Any], unit: Any, loaded: Loaded, flux: Path
) -> None:
    turning = built(loaded, flux, **chosen)
    take_turns(turning.denoiser.model, "cpu", unit)

    assert equal(drawn(turning), drawn(built(loaded, flux, **chosen))) == [True] * parity.STEPS


@pytest.mark.parametrize("chosen", [{"storage": "float8_e4m3fn"}, {"cache": THRESHOLD}])
def test_one_thread_after_the_other_calls_a_model_that_changes_as_it_computes(
    chosen: dict[str, Any], loaded: Loaded, flux: Path
) -> None:
    model = built(loaded, flux, **chosen).denoiser.model
    lock = getattr(model, options.ALONE)

    def free() -> bool:
        with ThreadPoolExecutor(1) as other:
            return other.submit(lambda: lock.acquire(blocking=False) and not lock.release()).result()

    seen: list[bool] = []
    model.x_embedder.register_forward_pre_hook(lambda *_: seen.append(free()))
    with pytest.raises(TypeError):  # it is let go when the call fails, too
        model()
    assert free()
    with BlockMemory({}).during(model, -1, QUESTION):
        assert not free()
    assert free()
    (run, first), text = begun(loaded), encode(loaded.text_encoder, parity.PROMPT)
    held = replace(loaded.denoiser, model=model)
    predict(held, run.scheduler, first.state, first.latent, WATCHED, text)
    assert seen == [False]


def test_the_last_options_count(loaded: Loaded) -> None:
    handle = loaded.denoiser.handle
    once = model_options.options(handle, storage="float8_e4m3fn", cache=0.1)

    assert [type(one) for one in once.options] == [options.Storage, options.FirstBlockCache]
    assert model_options.options(once) == handle


def test_options_are_values_that_come_back_from_the_store(loaded: Loaded) -> None:
    handle = model_options.options(
        loaded.denoiser.handle, storage="float8_e4m3fn", attention="sage", cache=0.1
    )
    assert codec.decode(codec.encode(handle)) == handle


def test_both_of_two_experts_have_the_option(flux: Path, loaded: Loaded) -> None:
    model = loaded.denoiser.handle.load(lambda _: flux)
    model.low_noise = loaded.denoiser.handle.load(lambda _: flux)
    options.FirstBlockCache(0.1).put_on(model)
    options.Storage("float8_e4m3fn").put_on(model)

    assert len(getattr(model, options.CACHES)) == 2
    assert model.low_noise.transformer_blocks[0].ff.net[2].weight.dtype == torch.float8_e4m3fn
