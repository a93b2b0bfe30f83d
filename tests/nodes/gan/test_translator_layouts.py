"""State dicts in the layout of pytorch-CycleGAN-and-pix2pix load, and give what the papers say."""

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import torch
from safetensors.torch import save_file

from nodes.checkpoints.refusal import CheckpointRefused
from nodes.gan.pix2pix import pix2pix_generator_start
from nodes.gan.translate import translator
from nodes.gan.translators import PatchJudge, Translator
from tests.nodes.gan import known_layouts as known


class Layout(NamedTuple):
    """A file.

    Attributes:
        tensors: What is in it.
        forward: What the network makes of pictures, by hand.
        sizes: What the names and shapes say.
        vector: Some numbers of what it makes of ``pictures``: the middle row's first four.
    """

    tensors: known.Tensors
    forward: Callable[[torch.Tensor], torch.Tensor]
    sizes: dict[str, Any]
    vector: list[float]


def layout(
    tensors: known.Tensors, forward: Callable[..., torch.Tensor], vector: list[float], **sizes: Any
) -> Layout:
    return Layout(tensors, partial(forward, tensors), sizes, vector)


UNET = {"_class_name": "UNetGenerator", "dropout": True}
RESNET = {"_class_name": "ResNetGenerator"}
TRANSLATORS = {
    "unet, batch": layout(
        known.filled(known.unet_shapes(3, 3, 2, 6, "batch")), known.unet, [0.2979, 0.5531, 0.7929, 0.3241],
        **UNET, inputs=3, outputs=3, width=2, levels=6, norm="batch",
    ),
    "unet, instance": layout(
        known.filled(known.unet_shapes(1, 3, 2, 5, "instance")), known.unet, [0.5399, 0.6406, 0.8716, 0.8815],
        **UNET, inputs=1, outputs=3, width=2, levels=5, norm="instance",
    ),
    "unet of before 2018": layout(
        known.filled(known.unet_shapes(3, 1, 1, 5, "old")), known.unet, [-0.0489, -0.142, -0.3004, -0.0321],
        **UNET, inputs=3, outputs=1, width=1, levels=5, norm="instance",
    ),
    "resnet, nine blocks": layout(
        known.filled(known.resnet_shapes(3, 3, 2, 9, "instance")),
        partial(known.resnet, blocks=9), [-0.0268, -0.0545, -0.0376, -0.0075],
        **RESNET, inputs=3, outputs=3, width=2, blocks=9, norm="instance", dropout=False,
    ),
    "resnet of before 2018": layout(
        known.filled(known.resnet_shapes(3, 3, 1, 6, "old")),
        partial(known.resnet, blocks=6), [-0.2379, -0.2129, -0.2026, -0.1932],
        **RESNET, inputs=3, outputs=3, width=1, blocks=6, norm="instance", dropout=False,
    ),
    "resnet, batch and dropout": layout(
        known.filled(known.resnet_shapes(1, 3, 2, 6, "batch", 6), 0.1),
        partial(known.resnet, blocks=6, second=6), [-0.7273, -0.9521, -0.9348, -0.9337],
        **RESNET, inputs=1, outputs=3, width=2, blocks=6, norm="batch", dropout=True,
    ),
}  # fmt: skip
JUDGES = {
    "batch": layout(
        known.filled(known.patch_shapes(6, 2, "batch")), known.patches, [0.2627, -0.1924, -0.1055, -0.1679],
        _class_name="PatchDiscriminator", channels=6, width=2, layers=3, norm="batch",
    ),
    "instance": layout(
        known.filled(known.patch_shapes(3, 2, "instance")), known.patches, [-0.3256, -3.3245, -6.1, -5.759],
        _class_name="PatchDiscriminator", channels=3, width=2, layers=3, norm="instance",
    ),
}  # fmt: skip


def pictures(channels: int) -> torch.Tensor:
    return torch.sin(torch.arange(channels * 64 * 64) * 0.05).reshape(1, channels, 64, 64)


def written(tensors: known.Tensors, folder: Path) -> Path:
    path = folder / "latest_net_G.pth"
    torch.save(tensors, path)
    return path


@pytest.mark.parametrize("name", TRANSLATORS)
def test_a_generator_of_the_usual_layout_gives_what_the_papers_say(name: str, tmp_path: Path) -> None:
    path, given = written(TRANSLATORS[name].tensors, tmp_path), pictures(TRANSLATORS[name].sizes["inputs"])
    made = Translator("digest").load(lambda _: path)(given)
    assert torch.equal(made, TRANSLATORS[name].forward(given))
    assert made[0, 0, 32, :4].tolist() == pytest.approx(TRANSLATORS[name].vector, abs=1e-4)


@pytest.mark.parametrize("name", JUDGES)
def test_a_discriminator_of_the_usual_layout_gives_what_the_papers_say(name: str, tmp_path: Path) -> None:
    path, given = written(JUDGES[name].tensors, tmp_path), pictures(JUDGES[name].sizes["channels"])
    scores = PatchJudge("digest").load(lambda _: path)(given)
    assert torch.equal(scores, JUDGES[name].forward(given))
    assert scores[0, 0, 3, :4].tolist() == pytest.approx(JUDGES[name].vector, abs=1e-4)


@pytest.mark.parametrize("name", TRANSLATORS)
def test_names_and_shapes_tell_a_generator_s_sizes(name: str, tmp_path: Path) -> None:
    path = written(TRANSLATORS[name].tensors, tmp_path)
    assert json.loads(Translator.read(path).config) == TRANSLATORS[name].sizes


@pytest.mark.parametrize("name", JUDGES)
def test_names_and_shapes_tell_a_discriminator_s_sizes(name: str, tmp_path: Path) -> None:
    assert json.loads(PatchJudge.read(written(JUDGES[name].tensors, tmp_path)).config) == JUDGES[name].sizes


def test_files_without_counts_of_batches_and_of_several_cards_load(tmp_path: Path) -> None:
    tensors = TRANSLATORS["unet, batch"].tensors
    older = {f"module.{name}": one for name, one in tensors.items() if "num_batches" not in name}
    save_file(older, tmp_path / "model.safetensors")
    made = Translator("digest").load(lambda _: tmp_path / "model.safetensors")(pictures(3))
    assert torch.equal(made, TRANSLATORS["unet, batch"].forward(pictures(3)))


def test_with_its_own_statistics_a_picture_is_normalised_as_if_by_instance(tmp_path: Path) -> None:
    plain = TRANSLATORS["resnet, batch and dropout"].tensors
    neutral = {
        name: torch.ones_like(one) if one.ndim == 1 and name.endswith("weight") else one
        for name, one in plain.items()
        if not (name.endswith("bias") and f"{name.removesuffix('bias')}running_mean" in plain)
    }
    unmoved = {name: torch.zeros_like(one) for name, one in plain.items() if name not in neutral}
    path = written(neutral | unmoved, tmp_path)
    made = Translator("digest", own_statistics=True).load(lambda _: path)(pictures(1))
    kernels = {name: one for name, one in neutral.items() if one.ndim == 4 or name == "model.23.bias"}
    torch.testing.assert_close(made, known.resnet(kernels, pictures(1), 6, 6), atol=1e-5, rtol=0)


def test_a_generator_of_a_training_is_read_back(tmp_path: Path) -> None:
    taken = translator(pix2pix_generator_start(1, 3, 2, 5, seed=1))
    (tmp_path / "g.safetensors").write_bytes(taken.encode({})[0])
    network = Translator("digest").load(lambda _: tmp_path / "g.safetensors")
    assert torch.equal(network(pictures(1)), taken.load(lambda _: tmp_path)(pictures(1)))


def test_a_discriminator_is_no_generator(tmp_path: Path) -> None:
    path = written(JUDGES["batch"].tensors, tmp_path)
    with pytest.raises(
        CheckpointRefused, match=r"expected a generator of pix2pix or CycleGAN.*model\.0\.weight"
    ):
        Translator.read(path)
    with pytest.raises(
        CheckpointRefused, match="Choose weights in the layout of pytorch-CycleGAN-and-pix2pix"
    ):
        PatchJudge.read(written(TRANSLATORS["unet, batch"].tensors, tmp_path))


def test_an_exported_network_of_another_class_is_refused(tmp_path: Path) -> None:
    taken = translator(pix2pix_generator_start(1, 3, 2, 5, seed=1))
    (tmp_path / "g.safetensors").write_bytes(taken.encode({})[0])
    with pytest.raises(CheckpointRefused, match="got a network of the class UNetGenerator"):
        PatchJudge.read(tmp_path / "g.safetensors")


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"model.4.weight": None}, r"expected model\.4\.weight of shape \[4, 2, 3, 3\], got none"),
        ({"model.4.weight": torch.zeros(4, 3, 3, 3)}, r"got \[4, 3, 3, 3\]"),
        ({"model.30.weight": torch.zeros(1)}, r"model\.30\.weight beside its tensors"),
    ],
)
def test_files_that_lack_tensors_or_have_others_are_refused(
    change: dict[str, Any], told: str, tmp_path: Path
) -> None:
    changed = TRANSLATORS["resnet, nine blocks"].tensors | change
    kept = {name: one for name, one in changed.items() if one is not None}
    with pytest.raises(CheckpointRefused, match=told):
        Translator.read(written(kept, tmp_path))


def test_a_unet_of_too_few_levels_is_refused(tmp_path: Path) -> None:
    tensors = known.filled(known.unet_shapes(3, 3, 1, 4, "batch"))
    with pytest.raises(CheckpointRefused, match="expected at least 5 levels, got 4"):
        Translator.read(written(tensors, tmp_path))
