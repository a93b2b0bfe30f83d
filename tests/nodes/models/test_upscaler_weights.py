from pathlib import Path

import pytest

import nodes.models

WEIGHTS = Path(nodes.models.__file__).parent / "realesr-animevideov3-x4.safetensors"


@pytest.fixture(scope="module")
def upscaler():
    from spandrel import ModelLoader

    return ModelLoader().load_from_file(WEIGHTS).eval()


def test_spandrel_recognises_the_architecture(upscaler) -> None:
    assert upscaler.architecture.id == "Compact"
    assert upscaler.scale == 4
    assert upscaler.input_channels == upscaler.output_channels == 3


def test_an_edge_stays_where_it_was_and_gets_no_wider(upscaler) -> None:
    import torch

    image = torch.zeros(1, 3, 16, 16)
    image[..., 8:] = 1

    with torch.inference_mode():
        large = upscaler(image)

    assert large.shape == (1, 3, 64, 64)
    assert large[..., :30].mean() < 0.02
    assert large[..., 34:].mean() > 0.98


def test_the_licence_lies_beside_the_weights() -> None:
    assert "Copyright (c) 2021, Xintao Wang" in WEIGHTS.with_suffix(".LICENSE").read_text()
