"""Every architecture that spandrel reads, from a file through the nodes, beside spandrel's own call."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file
from spandrel import MAIN_REGISTRY, ImageModelDescriptor, MaskedImageModelDescriptor, ModelLoader

from engine import File, OnDevice
from engine.errors import ValueRefused
from nodes.checkpoints.refusal import CheckpointRefused
from nodes.checkpoints.restoration import FaceRestorer, Inpainter, face_restorer, inpainter
from nodes.checkpoints.upscaler import describe
from nodes.image.face import restore_face, square_around
from nodes.image.inpaint import inpaint
from nodes.image.restore import restore
from nodes.image.same_noise import same_noise
from nodes.image.upscale import upscale
from nodes.values import Image, Mask, Upscaler
from tests.nodes.checkpoints.architectures import FACE, IMAGE, INPAINTING, narrow_gfpgan, save
from tests.nodes.image.listener import Listener, picture

pytestmark = [
    # what some of the classes cause as they are built
    pytest.mark.filterwarnings("ignore:torch.meshgrid"),
    pytest.mark.filterwarnings("ignore:Initializing zero-element tensors"),
]


def saved(name: str, folder: Path) -> Path:
    return save(folder / f"{name}.safetensors", name)


def loaded(handle: Any, path: Path) -> OnDevice[Any]:
    return OnDevice(handle, handle.load(lambda _: path))


def planes(pixels: torch.Tensor) -> torch.Tensor:
    return pixels.permute(0, 3, 1, 2).contiguous()


def test_there_is_a_small_model_of_all_of_them() -> None:
    known = {support.architecture.id for support in MAIN_REGISTRY.architectures()}

    assert {*IMAGE, *INPAINTING, *FACE} == known
    assert len(known) == 42


@pytest.mark.parametrize("name", IMAGE)
def test_a_model_gives_what_spandrel_gives(name: str, tmp_path: Path) -> None:
    path, image = saved(name, tmp_path), picture(1, 19, 33, 3)
    spandrels = ModelLoader().load_from_file(path)
    assert isinstance(spandrels, ImageModelDescriptor)
    assert spandrels.architecture.id == name

    enlarged = upscale(image, loaded(Upscaler("a"), path), Listener()).pixels

    torch.manual_seed(0)  # AuraSR draws noise
    assert torch.equal(planes(enlarged), spandrels(planes(image.pixels)))
    assert enlarged.std() > 1e-3


@pytest.fixture(scope="module")
def lama(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return saved("LaMa", tmp_path_factory.mktemp("models"))


def test_an_inpainting_model_gives_what_spandrel_gives(lama: Path) -> None:
    image, mask = picture(2, 19, 33, 3), Mask((picture(1, 19, 33, 1).pixels[..., 0] > 0.5).float())
    spandrels = ModelLoader().load_from_file(lama).eval()
    assert isinstance(spandrels, MaskedImageModelDescriptor)

    filled = inpaint(image, mask, loaded(Inpainter("a"), lama), Listener()).pixels

    with torch.inference_mode():
        expected = [spandrels(planes(one[None]), mask.pixels[None]) for one in image.pixels]
    assert torch.equal(planes(filled), torch.cat(expected))
    assert not torch.equal(filled, image.pixels)


@pytest.mark.parametrize("channels", [1, 4])
def test_what_the_mask_leaves_out_stays_bit_for_bit(lama: Path, channels: int) -> None:
    image, mask = picture(1, 16, 24, channels), torch.zeros(1, 16, 24)
    mask[:, :, 12:] = 1

    filled = inpaint(image, Mask(mask), loaded(Inpainter("a"), lama), Listener()).pixels

    assert torch.equal(filled[:, :, :12], image.pixels[:, :, :12])
    assert not torch.equal(filled[:, :, 12:, 0], image.pixels[:, :, 12:, 0])
    assert torch.equal(filled[..., 3:], image.pixels[..., 3:])


def test_a_soft_mask_fades_between_the_picture_and_what_is_filled_in(lama: Path) -> None:
    image, model = picture(1, 16, 16, 3), loaded(Inpainter("a"), lama)
    full = inpaint(image, Mask(torch.ones(1, 16, 16)), model, Listener()).pixels

    half = inpaint(image, Mask(torch.full((1, 16, 16), 0.5)), model, Listener()).pixels

    torch.testing.assert_close(half, (image.pixels + full) / 2)


@pytest.fixture(scope="module")
def face(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return saved("RestoreFormer", tmp_path_factory.mktemp("models"))


@pytest.mark.parametrize("name", FACE)
def test_a_face_restorer_gives_what_spandrel_gives(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    narrow_gfpgan(monkeypatch)
    image, path = picture(1, 512, 512, 3), saved(name, tmp_path)
    spandrels = ModelLoader().load_from_file(path)
    assert isinstance(spandrels, ImageModelDescriptor)
    assert spandrels.architecture.id == name

    restored = restore_face(image, loaded(FaceRestorer("a"), path), Listener()).pixels

    torch.manual_seed(0)  # GFPGAN draws noise
    assert torch.equal(planes(restored), spandrels(planes(image.pixels)))
    assert restored.std() > 1e-3


def test_a_face_of_another_size_keeps_it_and_its_alpha(face: Path) -> None:
    image = picture(1, 40, 40, 4)

    restored = restore_face(image, loaded(FaceRestorer("a"), face), Listener(), strength=0.5).pixels

    assert torch.equal(restored[..., 3], image.pixels[..., 3])
    assert not torch.equal(restored[..., :3], image.pixels[..., :3])


def test_restoring_leaves_the_size_and_mixes_by_strength(tmp_path: Path) -> None:
    image, model = picture(1, 20, 12, 3), loaded(Upscaler("a"), saved("NAFNet", tmp_path))
    full = upscale(image, model, Listener()).pixels

    assert torch.equal(restore(image, model, Listener()).pixels, full)
    assert torch.equal(restore(image, model, Listener(), strength=0).pixels, image.pixels)
    half = restore(image, model, Listener(), strength=0.5).pixels
    torch.testing.assert_close(half, (image.pixels + full) / 2)


def test_restoring_with_a_model_that_enlarges_is_refused(tmp_path: Path) -> None:
    model = loaded(Upscaler("a"), saved("Compact", tmp_path))

    with pytest.raises(ValueRefused, match=r"leaves the size \(image\.upscale takes others\), got one .* ×3"):
        restore(picture(1, 8, 8, 3), model, Listener())


@pytest.mark.parametrize(
    ("mask", "said"), [((1, 8, 9), "size, 8×8, got one of 9×8"), ((2, 8, 8), "one mask, or 3, got 2")]
)
def test_a_mask_that_does_not_fit_is_refused(lama: Path, mask: tuple[int, ...], said: str) -> None:
    with pytest.raises(ValueRefused, match=said):
        inpaint(picture(3, 8, 8, 3), Mask(torch.ones(mask)), loaded(Inpainter("a"), lama), Listener())


@pytest.mark.parametrize("name", ["Compact", "RestoreFormer"])
def test_a_network_that_draws_noise_gives_equal_bytes_and_leaves_the_generator_alone(
    name: str, face: Path, tmp_path: Path
) -> None:
    faces = name in FACE
    model = loaded(FaceRestorer("a"), face) if faces else loaded(Upscaler("a"), saved(name, tmp_path))
    descriptor = model.model.descriptor
    call = descriptor._call_fn
    descriptor._call_fn = lambda network, batch: call(network, batch + torch.randn(batch.shape))
    run = restore_face if faces else upscale
    before = torch.get_rng_state()

    first, second = (run(picture(1, 8, 8, 3), model, Listener()).pixels for _ in range(2))

    assert torch.equal(first, second)
    assert torch.equal(torch.get_rng_state(), before)


@pytest.mark.parametrize(
    "draw",
    [lambda like: torch.randn(like.shape), torch.randn_like, lambda like: torch.empty_like(like).normal_()],
    ids=["randn", "randn_like", "normal_"],
)
def test_noise_is_that_of_a_fresh_seed_whatever_other_threads_draw(
    draw: Callable[[torch.Tensor], torch.Tensor],
) -> None:
    like = torch.zeros(2, 3)
    torch.manual_seed(0)
    expected = [draw(like), draw(like)]

    found: list[torch.Tensor] = []
    with same_noise():
        for _ in expected:
            found.append(draw(like))
            with ThreadPoolExecutor(1) as others:
                others.submit(draw, like).result()
    assert [torch.equal(*pair) for pair in zip(found, expected, strict=True)] == [True, True]


def test_a_face_in_a_scene_is_restored_where_the_mask_marks_it(face: Path) -> None:
    image, model = picture(2, 40, 64, 3), loaded(FaceRestorer("a"), face)
    mask = torch.zeros(1, 40, 64)
    mask[:, 8:28, 30:46] = 1

    restored = restore_face(image, model, Listener(), Mask(mask)).pixels

    # 20 rows are the longer side: the square is as wide
    alone = restore_face(Image(image.pixels[:, 8:28, 28:48]), model, Listener()).pixels
    assert torch.equal(restored[:, 8:28, 30:46], alone[:, :, 2:18])
    outside = mask[0] == 0
    assert torch.equal(restored[:, outside], image.pixels[:, outside])


def test_the_square_around_a_face_is_shifted_into_the_picture() -> None:
    mask = torch.zeros(20, 30)
    mask[2:12, 0:4] = 0.5

    assert square_around(mask) == (slice(2, 12), slice(0, 10))
    assert square_around(mask.flip(1)) == (slice(2, 12), slice(20, 30))


def test_a_face_that_is_not_in_a_square_of_the_picture_is_refused(face: Path) -> None:
    model = loaded(FaceRestorer("a"), face)

    with pytest.raises(
        ValueRefused, match="a face within a square of the picture's 8×9, got one of 9 pixels"
    ):
        restore_face(picture(1, 9, 8, 3), model, Listener())
    with pytest.raises(ValueRefused, match="a mask that marks a face, got an empty one"):
        restore_face(picture(1, 8, 8, 3), model, Listener(), Mask(torch.zeros(1, 8, 8)))


def test_a_model_of_another_purpose_is_refused_with_the_node_that_loads_it(lama: Path, face: Path) -> None:
    with pytest.raises(CheckpointRefused, match=r"got an inpainting model \(LaMa\)\. .* load\.inpainter"):
        describe(lama)
    with pytest.raises(CheckpointRefused, match=r"got a model that restores faces .* load\.face_restorer"):
        describe(face)
    with pytest.raises(CheckpointRefused, match=r"expected an inpainting model, got a model that restores"):
        Inpainter("a").load(lambda _: face)


@pytest.mark.parametrize(
    ("name", "instead", "tensors"),
    [
        (
            "CodeFormer",
            "GFPGAN or RestoreFormer",
            ("position_emb", "idx_pred_layer.1.weight", "quantize.embedding.weight"),
        ),
        (
            "MAT",
            "LaMa",
            ("model.synthesis.first_stage.conv_first.conv.resample_filter", "model.mapping.fc0.weight"),
        ),
    ],
)
def test_models_that_spandrel_leaves_out_for_their_licence_are_refused_by_name(
    name: str, instead: str, tensors: tuple[str, ...], tmp_path: Path
) -> None:
    save_file({tensor: torch.zeros(2) for tensor in tensors}, tmp_path / "model.safetensors")

    said = rf"got {name}, whose licence \(.+\) rules out commercial use\. Choose {instead} instead"
    with pytest.raises(CheckpointRefused, match=said):
        describe(tmp_path / "model.safetensors")


def test_loaders_read_no_weights() -> None:
    nowhere = File(Path("nowhere.safetensors"), "abc")
    assert inpainter(nowhere) == Inpainter("abc")
    assert face_restorer(nowhere, dtype="bfloat16") == FaceRestorer("abc", dtype="bfloat16")
