from dataclasses import replace
from pathlib import Path
from typing import Any

import diffusers
import pytest
import torch

from engine import File
from nodes.checkpoints.refusal import CheckpointRefused
from nodes.train.export import model_folder
from nodes.train.sampling import sampled
from nodes.train.saved import saved_state
from nodes.train.values import TrainState, Vocabulary
from tests.nodes.train.folders import written


def test_diffusers_own_pipeline_draws_what_training_showed(
    autoencoder: TrainState, denoiser: TrainState, words: Vocabulary, tmp_path: Path
) -> None:
    halved, drawing = (
        replace(state, average={name: weight.half().float() for name, weight in state.average.items()})
        for state in (autoencoder, denoiser)
    )
    pipelines: Any = diffusers
    pipeline = pipelines.StableDiffusionPipeline.from_pretrained(
        written(model_folder(autoencoder, denoiser, words), tmp_path)
    )
    pipeline.set_progress_bar_config(disable=True)
    noise = torch.randn(1, 4, 8, 8, generator=torch.Generator().manual_seed(5))
    made = pipeline(
        "a frog", num_inference_steps=3, guidance_scale=2.0, latents=noise, output_type="pt"
    ).images
    assert torch.allclose(made, sampled(halved, drawing, words, ["a frog"], 3, 2.0, 5), atol=1e-4)


def test_equal_models_are_equal_archives(
    autoencoder: TrainState, denoiser: TrainState, words: Vocabulary
) -> None:
    one, two = (model_folder(autoencoder, denoiser, words).encode({}) for _ in range(2))
    assert one == two


def test_a_state_that_was_written_out_is_read_back(autoencoder: TrainState, tmp_path: Path) -> None:
    path = tmp_path / "state.safetensors"
    path.write_bytes(autoencoder.encode({})[0])
    again = saved_state(File(path, ""))
    assert again.encode({}) == autoencoder.encode({})


def test_another_file_is_refused_by_name(words: Vocabulary, tmp_path: Path) -> None:
    from engine.declare.codec import encode

    path = tmp_path / "words.safetensors"
    path.write_bytes(encode(words))
    with pytest.raises(CheckpointRefused, match=r"words\.safetensors: expected a train state, got a Vocab"):
        saved_state(File(path, ""))
