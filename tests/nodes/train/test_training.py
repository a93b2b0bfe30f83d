import pytest
import torch

from engine.declare.codec import decode, encode
from nodes.data.values import Dataset
from nodes.train import autoencoder as ae
from nodes.train.diffusion import draw_steps, signal_shares, text_to_image_step
from nodes.train.recipe import recipe
from nodes.train.state import begin, only_read
from nodes.train.threads import side_by_side
from nodes.train.values import Latents, Precision, TokenTable, TrainState

SHORT = recipe(warmup=2, steps=25)


def test_the_autoencoder_s_loss_falls(autoencoder: TrainState, dataset: Dataset) -> None:
    losses = []
    state = autoencoder
    for _ in range(25):
        state, loss = ae.autoencoder_step(state, dataset, SHORT, batch=4)
        losses.append(loss)
    assert losses[-1] < 0.75 * losses[0]
    assert state.step == 25


def test_the_denoiser_s_loss_falls(
    denoiser: TrainState, dataset: Dataset, latents: Latents, table: TokenTable
) -> None:
    losses = []
    state = denoiser
    for _ in range(25):
        state, loss = text_to_image_step(state, dataset, latents, table, SHORT, batch=16)
        losses.append(loss)
    assert sum(losses[-5:]) < 0.9 * sum(losses[:5])


def test_fresh_weights_leave_all_other_generators_as_they_were(monkeypatch: pytest.MonkeyPatch) -> None:
    before, cards = torch.get_rng_state(), list[int]()
    monkeypatch.setattr(torch.cuda, "manual_seed_all", cards.append)

    points = {"points": {"_class_name": "PointDenoiser", "width": 4, "layers": 1}}
    one, same, other = (begin(points, seed).params["points.into.weight"] for seed in (1, 1, 2))
    assert torch.equal(torch.get_rng_state(), before)
    assert cards == []
    assert torch.equal(one, same)
    assert not torch.equal(one, other)


def test_fresh_weights_do_not_depend_on_what_others_build_before_their_turn_comes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Awaited:
        """A lock that comes free once somebody else has drawn weights."""

        held = 0

        def __enter__(self) -> None:
            if not self.held:
                torch.randn(9)
            self.held += 1

        def __exit__(self, *error: object) -> None:
            self.held -= 1

    points = {"points": {"_class_name": "PointDenoiser", "width": 4, "layers": 1}}
    alone = begin(points, 1).params["points.into.weight"]
    lock = Awaited()
    for module in ("state", "networks"):
        monkeypatch.setattr(f"nodes.train.{module}.library_lock", lock)
    assert torch.equal(begin(points, 1).params["points.into.weight"], alone)


def test_a_step_changes_the_very_tensors_it_was_given(autoencoder: TrainState, dataset: Dataset) -> None:
    places = {name: weight.data_ptr() for name, weight in autoencoder.params.items()}
    state, _ = ae.autoencoder_step(autoencoder, dataset, SHORT, batch=2)
    assert {name: weight.data_ptr() for name, weight in state.params.items()} == places


def test_a_stored_run_goes_on_to_the_same_bytes(
    denoiser: TrainState, dataset: Dataset, latents: Latents, table: TokenTable
) -> None:
    def step(state: TrainState) -> TrainState:
        return text_to_image_step(state, dataset, latents, table, SHORT, batch=4).state

    state = step(denoiser)
    stored = encode(state)
    whole = encode(step(step(state)))
    resumed = encode(step(step(decode(stored))))
    assert resumed == whole


def test_two_runs_with_other_weights_do_not_mix(autoencoder: TrainState, dataset: Dataset) -> None:
    other = decode(encode(autoencoder))
    first = ae.autoencoder_step(autoencoder, dataset, SHORT, batch=2)
    second = ae.autoencoder_step(other, dataset, SHORT, batch=2)
    assert first.loss == second.loss
    assert encode(first.state) == encode(second.state)


def test_shards_give_the_gradient_of_the_whole_batch(autoencoder: TrainState, dataset: Dataset) -> None:
    other = decode(encode(autoencoder))
    whole = ae.autoencoder_step(autoencoder, dataset, SHORT, batch=3).loss
    parts = ae.autoencoder_step(other, dataset, recipe(shards=2), batch=3).loss
    assert parts == pytest.approx(whole, rel=1e-5)


def test_half_precision_comes_close_and_is_another_result(autoencoder: TrainState, dataset: Dataset) -> None:
    def loss(precision: Precision) -> float:
        return ae.autoencoder_step(decode(encode(autoencoder)), dataset, recipe(precision=precision)).loss

    whole, half = loss("float32"), loss("bfloat16")
    assert half == pytest.approx(whole, rel=2e-2)
    assert half != whole


def test_shards_have_one_thread_each_and_leave_the_number_as_it_was() -> None:
    torch.set_num_threads(2)
    try:
        assert side_by_side(lambda _: torch.get_num_threads(), range(2), 2) == [1, 1]
        assert side_by_side(lambda _: torch.get_num_threads(), range(2), 1) == [2, 2]
        assert torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(1)


def test_refining_the_decoder_leaves_the_encoder_alone(autoencoder: TrainState, dataset: Dataset) -> None:
    before = {name: weight.clone() for name, weight in autoencoder.params.items()}
    latents = ae.encode(autoencoder, dataset)
    state, _ = ae.decoder_step(autoencoder, dataset, latents, SHORT, batch=2)
    changed = {name for name, weight in state.params.items() if not torch.equal(weight, before[name])}
    assert changed
    assert all(name.startswith(("vae.decoder.", "vae.post_quant_conv.")) for name in changed)


def test_a_standardised_latent_has_mean_0_and_deviation_1_and_the_pictures_stay(
    autoencoder: TrainState, dataset: Dataset
) -> None:
    from nodes.train.pictures import reconstructions

    state = ae.standardise(autoencoder, dataset)
    samples = ae.encode(state, dataset).samples.float()
    assert samples.mean((0, 1, 3, 4)).abs().max() < 1e-2
    assert (samples.std((0, 1, 3, 4)) - 1).abs().max() < 1e-2
    before, after = reconstructions(autoencoder, dataset, 2), reconstructions(state, dataset, 2)
    assert torch.allclose(before.pixels, after.pixels, atol=1e-4)


def test_grey_pictures_of_coloured_things_cost_more_than_their_values(dataset: Dataset) -> None:
    wanted = ae.to_signal(dataset.pixels)
    grey = wanted.mean(1, keepdim=True).expand_as(wanted)
    dark = (wanted - (wanted - grey).abs().mean()).clamp(-1, 1)
    assert ae.reconstruction_loss(grey, wanted) > ae.reconstruction_loss(dark, wanted)
    assert ae.reconstruction_loss(wanted, wanted) == 0


def test_steps_are_drawn_around_equal_parts_of_signal_and_noise() -> None:
    steps = draw_steps(4000, torch.Generator().manual_seed(0))
    share = signal_shares()[steps.median()].item()
    assert 0.4 < share < 0.6
    assert 0 <= int(steps.min()) < 20
    assert 980 < int(steps.max()) < 1000


def test_a_part_that_was_left_in_another_mode_is_trained_all_the_same(autoencoder: TrainState) -> None:
    only_read(autoencoder)["vae"].eval()  # pyright: ignore[reportIndexIssue]
    assert all(layer.training for layer in only_read(autoencoder).modules())
