"""AnimateDiff led by pictures and by control networks, equal to diffusers' pipelines at every step."""

from pathlib import Path
from typing import Any

import pytest
import torch

from engine import File, Folder, OnDevice
from engine.errors import ValueRefused
from nodes.checkpoints import image_encoder
from nodes.checkpoints.controlnet import from_folder
from nodes.control.apply import apply as apply_picture
from nodes.control.film import apply_keyframes, apply_video
from nodes.diffusion.picture_prompt import picture_prompt
from nodes.diffusion.refusal import StepRefused
from nodes.patches.ip_adapter import apply as apply_adapter
from nodes.values import ControlNet, Image, Video
from tests.nodes.control.tiny_network import save_network
from tests.nodes.diffusion import tiny
from tests.nodes.diffusion.sampling import WATCHED, Loaded, loaded_from
from tests.nodes.families import filming, parity
from tests.nodes.families.animating import FRAMES, SIZE, animated, expected_of, filmed, pipeline_of
from tests.nodes.families.folders import save_image_encoder
from tests.nodes.families.parity import SEED, assert_same
from tests.nodes.families.tiny_animatediff import save, save_sparse
from tests.nodes.patches import ip_adapters

SEEN = 24


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    place = tmp_path_factory.mktemp("animatediff")
    (place / "model").mkdir()
    return {"model": tiny.save(place / "model"), "motion": save(place / "motion")}


@pytest.fixture(scope="module")
def loaded(folders: dict[str, Path]) -> Loaded:
    return animated(folders)


def network(folder: Path) -> OnDevice[ControlNet[Any]]:
    handle = from_folder(Folder(folder, folder.name))
    return OnDevice(handle, handle.load(lambda _: folder))


def assert_led(turns: list[Any], expected: list[torch.Tensor], loaded: Loaded) -> None:
    assert_same(turns, expected)
    assert not torch.equal(turns[0].latent.samples, filmed(loaded)[0].latent.samples)


def test_pictures_as_prompts(folders: dict[str, Path], loaded: Loaded, tmp_path: Path) -> None:
    tensors = ip_adapters.tensors_of(loaded.denoiser.model, SEEN)
    file = File(ip_adapters.save(tmp_path / "one.safetensors", tensors), "one")
    save_image_encoder(tmp_path / "encoder", projection_dim=SEEN)
    handle = image_encoder.from_folder(Folder(tmp_path / "encoder", "encoder"))
    encoder = OnDevice(handle, handle.load(lambda _: tmp_path / "encoder"))
    picture = filming.picture(40)
    pipeline = pipeline_of(folders, image_encoder=encoder.model, feature_extractor=encoder.model.processor)
    pipeline.load_ip_adapter(tmp_path, weight_name="one.safetensors", subfolder="", image_encoder_folder=None)
    pipeline.set_ip_adapter_scale(0.6)
    expected = expected_of(pipeline, ip_adapter_image=[filming.as_pillow(picture)])

    worn = animated(folders, lambda handle: apply_adapter(handle, file, 0.6), files=(file,))
    positive, negative = parity.texts(worn)
    assert_led(filmed(worn, *picture_prompt(positive, encoder, picture, negative)), expected, loaded)


def frames_of(video: Video) -> list[torch.Tensor]:
    return [frame.permute(2, 0, 1) for frame in video.frames[0]]


def test_control_networks_of_pictures(folders: dict[str, Path], loaded: Loaded, tmp_path: Path) -> None:
    networks = [network(save_network(tmp_path / f"{seed}", seed)) for seed in range(2)]
    videos = [filming.a_film(FRAMES, SIZE), Video(1 - filming.a_film(FRAMES, SIZE).frames, 8.0)]
    pipeline = pipeline_of(
        folders, "AnimateDiffControlNetPipeline", controlnet=[one.model for one in networks]
    )
    expected = expected_of(
        pipeline,
        conditioning_frames=[frames_of(video) for video in videos],
        controlnet_conditioning_scale=[0.5, 0.8],
        control_guidance_end=[0.6, 1.0],
    )

    positive, negative = parity.texts(loaded)
    for one, video, strength, end in zip(networks, videos, (0.5, 0.8), (0.6, 1.0), strict=True):
        positive, negative = apply_video(positive, one.handle, video, negative, strength, end=end)
    assert_led(filmed(loaded, positive, negative, parity.with_models(*networks)), expected, loaded)


def test_one_control_picture_holds_for_all_frames(
    folders: dict[str, Path], loaded: Loaded, tmp_path: Path
) -> None:
    held, picture = network(save_network(tmp_path / "network")), filming.picture(SIZE)
    frames = [parity.as_tensor(picture)[0]] * FRAMES
    pipeline = pipeline_of(folders, "AnimateDiffControlNetPipeline", controlnet=held.model)
    expected = expected_of(pipeline, conditioning_frames=frames)

    positive, negative = parity.texts(loaded)
    told = apply_picture(positive, held.handle, picture, WATCHED, negative)
    assert_led(filmed(loaded, told.positive, told.negative, parity.with_models(held)), expected, loaded)


@pytest.mark.parametrize("simple", [True, False], ids=["latents", "pictures"])
def test_keyframes(simple: bool, folders: dict[str, Path], loaded: Loaded, tmp_path: Path) -> None:
    """The pipeline draws its samples of the VAE from the process's own generator.

    Its pictures are made contiguous, as every value here is: a convolution's last bits depend on that.
    """
    held = network(save_sparse(tmp_path / "sparse", simple=simple))
    shown = [filming.picture(SIZE, seed) for seed in (1, 2)]
    pipeline = pipeline_of(folders, "AnimateDiffSparseControlNetPipeline", controlnet=held.model)
    prepare = pipeline.control_image_processor.preprocess
    pipeline.control_image_processor.preprocess = lambda *given, **size: prepare(*given, **size).contiguous()
    torch.manual_seed(SEED)
    expected = expected_of(
        pipeline,
        conditioning_frames=[filming.as_pillow(one) for one in shown],
        controlnet_frame_indices=[0, 2],
        controlnet_conditioning_scale=0.8,
    )

    positive, negative = parity.texts(loaded)
    context = parity.with_models(held, loaded.vae)
    batch = Image(torch.cat([one.pixels for one in shown]))
    given = (positive, held.handle, batch, context, "0, 2", negative, 0.8)
    told = apply_keyframes(*given, vae=loaded.vae.handle, seed=SEED)
    assert_led(filmed(loaded, told.positive, told.negative, context), expected, loaded)


@pytest.fixture(scope="module")
def sparse(tmp_path_factory: pytest.TempPathFactory) -> OnDevice[ControlNet[Any]]:
    return network(save_sparse(tmp_path_factory.mktemp("sparse"), simple=False))


def test_a_film_of_another_length_is_refused(loaded: Loaded, tmp_path: Path) -> None:
    held = network(save_network(tmp_path / "network"))
    positive = apply_video(parity.texts(loaded)[0], held.handle, filming.a_film(3, SIZE)).positive

    with pytest.raises(StepRefused, match="expected a control film of 4 frames, got 3"):
        filmed(loaded, positive, None, parity.with_models(held))


def test_a_frame_beyond_the_film_is_refused(loaded: Loaded, sparse: OnDevice[ControlNet[Any]]) -> None:
    text = parity.texts(loaded)[0]
    told = apply_keyframes(text, sparse.handle, filming.picture(SIZE), WATCHED, "4")

    with pytest.raises(StepRefused, match="expected frames below 4, got 4"):
        filmed(loaded, told.positive, None, parity.with_models(sparse))


@pytest.mark.parametrize("frames", ["", "one", "-1", "0, 0", "1000"])
def test_frames_that_cannot_be_read_are_refused(
    frames: str, loaded: Loaded, sparse: OnDevice[ControlNet[Any]]
) -> None:
    with pytest.raises(ValueRefused, match="expected different frames below 1000"):
        apply_keyframes(parity.texts(loaded)[0], sparse.handle, filming.picture(SIZE), WATCHED, frames)


def test_a_picture_for_each_frame(loaded: Loaded, sparse: OnDevice[ControlNet[Any]]) -> None:
    with pytest.raises(ValueRefused, match="expected a picture for each of 2 frames, got 1"):
        apply_keyframes(parity.texts(loaded)[0], sparse.handle, filming.picture(SIZE), WATCHED, "0, 2")


def test_networks_of_films_and_of_pictures_are_told_apart(
    loaded: Loaded, sparse: OnDevice[ControlNet[Any]]
) -> None:
    text, picture, plain = parity.texts(loaded)[0], filming.picture(SIZE), ControlNet("")

    with pytest.raises(ValueRefused, match=r"one of films \(use control\.apply_keyframes\)"):
        apply_picture(text, sparse.handle, picture, WATCHED)
    with pytest.raises(ValueRefused, match=r"one of pictures \(use control\.apply\)"):
        apply_keyframes(text, plain, picture, WATCHED)
    with pytest.raises(ValueRefused, match="expected a network for pictures of Stable Diffusion 1"):
        apply_video(text, sparse.handle, filming.a_film(FRAMES, SIZE))


def test_a_model_of_pictures_follows_no_film(folders: dict[str, Path], tmp_path: Path) -> None:
    held, loaded = network(save_network(tmp_path / "network")), loaded_from(folders["model"])
    positive = apply_video(parity.texts(loaded)[0], held.handle, filming.a_film(FRAMES, 64)).positive

    with pytest.raises(StepRefused, match="expected a control picture, got one of films"):
        parity.sample(loaded, positive, context=parity.with_models(held))
