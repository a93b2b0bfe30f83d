"""IP-Adapters on Stable Diffusion and Stable Diffusion XL, beside diffusers' pipelines."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from PIL import Image as Pillow

from engine import File, Folder, OnDevice
from engine.run.residency import Pool
from nodes.checkpoints.image_encoder import ImageEncoder
from nodes.checkpoints.image_encoder import from_folder as encoder_from
from nodes.checkpoints.options import Attention
from nodes.checkpoints.refusal import CheckpointRefused
from nodes.diffusion.face_prompt import face_prompt
from nodes.diffusion.packing import pack
from nodes.diffusion.picture_prompt import picture_prompt
from nodes.diffusion.refusal import StepRefused
from nodes.patches.ip_adapter import adapter_family, apply
from nodes.values import Conditioning, Denoiser, Embedding, Image, Patch
from tests.nodes.diffusion import tiny
from tests.nodes.diffusion.sampling import Loaded, loaded_from
from tests.nodes.families import parity, tiny_flux, tiny_pixart, tiny_sd3, tiny_sdxl
from tests.nodes.families.folders import save_image_encoder, save_siglip
from tests.nodes.families.parity import NEGATIVE, PROMPT, SCALE, SIZE, assert_same, latents_of
from tests.nodes.patches import ip_adapters, loras
from tests.nodes.patches.test_lora import answer

WIDTH, PROJECTED = 32, 24
PIXELS = torch.randint(256, (3, 40, 56, 3), generator=torch.Generator().manual_seed(1), dtype=torch.uint8)
STYLE = {"down": 0.2, "mid": 0.5, "up": {"block_0": [0.3, 1.2]}}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny.save(tmp_path_factory.mktemp("sd"))


@pytest.fixture(scope="module")
def loaded(folder: Path) -> Loaded:
    return loaded_from(folder)


@pytest.fixture(scope="module")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> OnDevice[ImageEncoder[Any]]:
    root = tmp_path_factory.mktemp("encoder")
    save_image_encoder(root / "image_encoder", hidden_size=WIDTH, projection_dim=PROJECTED)
    handle = encoder_from(Folder(root, "encoder"))
    return OnDevice(handle, handle.load(lambda _: root))


Make = Callable[..., File]


@pytest.fixture
def make(loaded: Loaded, tmp_path: Path) -> Make:
    def made(
        name: str = "one.safetensors", kind: ip_adapters.Kind = "plain", seed: int = 0, unet: Any = None
    ) -> File:
        seen = PROJECTED if kind == "plain" else WIDTH
        tensors = ip_adapters.tensors_of(unet or loaded.denoiser.model, seen, kind, seed)
        return File(ip_adapters.save(tmp_path / name, tensors), name)

    return made


def images(*numbers: int) -> Image:
    return Image(PIXELS[list(numbers)] / 255)


def pictures(*numbers: int) -> list[Pillow.Image]:
    return [Pillow.fromarray(PIXELS[number].numpy()) for number in numbers]


def looking(loaded: Loaded, folder: Path, *adapters: tuple[File, dict[str, Any]]) -> Loaded:
    """The model with adapters, in a module of its own."""
    denoiser = loaded.denoiser.handle
    for file, ports in adapters:
        denoiser = apply(denoiser, file, **ports)
    find = loras.finder(folder, *(file for file, _ in adapters))
    return replace(loaded, denoiser=OnDevice(denoiser, denoiser.load(find)))


def prompted(
    loaded: Loaded, encoder: OnDevice[ImageEncoder[Any]], *shown: Image
) -> tuple[Conditioning[Any], Conditioning[Any] | None]:
    positive, negative = parity.texts(loaded)
    for image in shown:
        found = picture_prompt(positive, encoder, image, negative)
        positive, negative = found.positive, found.negative or negative
    return positive, negative


def pipeline_with(folder: Path, encoder: OnDevice[ImageEncoder[Any]], *files: File) -> Any:
    pipeline = parity.pipeline_of(folder)
    pipeline.register_modules(image_encoder=encoder.model, feature_extractor=encoder.model.processor)
    names = [file.path.name for file in files]
    if hasattr(pipeline, "unet"):
        given = {"subfolder": "", "image_encoder_folder": None}
    else:
        given = {"image_encoder_pretrained_model_name_or_path": None}
    pipeline.load_ip_adapter(files[0].path.parent, weight_name=names, **given)
    return pipeline


def expected_of(pipeline: Any, shown: Any, **given: Any) -> list[torch.Tensor]:
    texts = {"prompt": PROMPT, "negative_prompt": NEGATIVE, "guidance_scale": SCALE}
    sizes = {"height": SIZE, "width": SIZE}
    return latents_of(pipeline, ip_adapter_image=shown, **texts | sizes | given)


@pytest.mark.parametrize("kind", ["plain", "plus", "full face"])
def test_a_picture_beside_the_text(
    kind: ip_adapters.Kind, make: Make, loaded: Loaded, folder: Path, encoder: OnDevice[ImageEncoder[Any]]
) -> None:
    file = make(kind=kind)
    pipeline = pipeline_with(folder, encoder, file)
    pipeline.set_ip_adapter_scale(0.6)

    worn = looking(loaded, folder, (file, {"scale": 0.6}))
    turns = parity.sample(worn, *prompted(worn, encoder, images(0)))
    assert_same(turns, expected_of(pipeline, pictures(0)))
    plain = parity.sample(loaded, *parity.texts(loaded))
    assert not torch.equal(turns[-1].latent.samples, plain[-1].latent.samples)


def test_several_adapters_of_which_one_is_told_by_two_pictures(
    make: Make, loaded: Loaded, folder: Path, encoder: OnDevice[ImageEncoder[Any]]
) -> None:
    one, other = make("one.bin"), make("other.safetensors", "plus", 1)
    pipeline = pipeline_with(folder, encoder, one, other)
    pipeline.set_ip_adapter_scale([0.6, STYLE])

    blocks = '{"down": 0.2, "mid": 0.5, "up": {"block_0": [0.3, 1.2]}}'
    worn = looking(loaded, folder, (one, {"scale": 0.6}), (other, {"blocks": blocks}))
    turns = parity.sample(worn, *prompted(worn, encoder, images(0), images(1, 2)))
    assert_same(turns, expected_of(pipeline, [pictures(0), pictures(1, 2)]))


def test_stable_diffusion_xl(
    make: Make, encoder: OnDevice[ImageEncoder[Any]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tiny_sdxl.save(tmp_path_factory.mktemp("sdxl"))
    loaded = loaded_from(folder)
    file = make(unet=loaded.denoiser.model)
    pipeline = pipeline_with(folder, encoder, file)
    pipeline.set_ip_adapter_scale(0.6)

    worn = looking(loaded, folder, (file, {"scale": 0.6}))
    turns = parity.sample(worn, *prompted(worn, encoder, images(0)))
    assert_same(turns, expected_of(pipeline, pictures(0)))


@pytest.mark.parametrize("layout", ["diffusers", "xlabs"])
@pytest.mark.parametrize("negative", [True, False])
def test_flux(
    layout: str,
    negative: bool,
    encoder: OnDevice[ImageEncoder[Any]],
    tmp_path: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """A black picture stands for none."""
    folder = tiny_flux.save(tmp_path_factory.mktemp("flux"), distilled=not negative)
    loaded = loaded_from(folder)
    tensors = ip_adapters.tensors_of_flux(loaded.denoiser.model, PROJECTED)
    path = tmp_path / "one.safetensors"
    file = File(ip_adapters.save(path, tensors, xlabs=layout == "xlabs"), "one")
    pipeline = pipeline_with(folder, encoder, file)
    pipeline.set_ip_adapter_scale(0.6)
    size = {"height": SIZE, "width": SIZE, "prompt": PROMPT, "ip_adapter_image": pictures(0)}
    given = {"negative_prompt": NEGATIVE, "true_cfg_scale": SCALE} if negative else {"guidance_scale": SCALE}
    expected = latents_of(pipeline, **size | given)

    worn = looking(loaded, folder, (file, {"scale": 0.6}))
    told = prompted(worn, encoder, images(0))
    turns = parity.sample(worn, told[0], told[1] if negative else None)
    assert [
        torch.equal(pack(turn.latent.samples), one) for turn, one in zip(turns, expected, strict=True)
    ] == [True] * len(expected)
    plain = parity.sample(loaded, parity.texts(loaded)[0])
    assert not torch.equal(turns[0].latent.samples, plain[0].latent.samples)
    loaded.denoiser.handle.adapt(worn.denoiser.model, lambda _: folder)
    bare = parity.sample(worn, parity.texts(loaded)[0])
    assert_same(bare, [turn.latent.samples for turn in plain])


@pytest.fixture(scope="module")
def siglip(tmp_path_factory: pytest.TempPathFactory) -> OnDevice[ImageEncoder[Any]]:
    root = tmp_path_factory.mktemp("siglip")
    save_siglip(root)
    handle = encoder_from(Folder(root, "siglip"))
    return OnDevice(handle, handle.load(lambda _: root))


@pytest.fixture(scope="module")
def sd3(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_sd3.save(tmp_path_factory.mktemp("sd3"))


def sd3_adapter(loaded: Loaded, path: Path) -> File:
    tensors = ip_adapters.tensors_of_sd3(loaded.denoiser.model, WIDTH)
    return File(ip_adapters.save(path, tensors), path.name)


@pytest.mark.parametrize("suffix", ["bin", "safetensors"])
def test_stable_diffusion_3(
    suffix: str, sd3: Path, siglip: OnDevice[ImageEncoder[Any]], tmp_path: Path
) -> None:
    """States of zeros stand for no picture."""
    loaded = loaded_from(sd3)
    file = sd3_adapter(loaded, tmp_path / f"ip-adapter.{suffix}")
    pipeline = parity.pipeline_of(sd3)
    pipeline.register_modules(image_encoder=siglip.model, feature_extractor=siglip.model.processor)
    pipeline.load_ip_adapter(tmp_path, weight_name=file.path.name, image_encoder_folder=None)
    pipeline.set_ip_adapter_scale(0.6)
    expected = expected_of(pipeline, pictures(0)[0])

    worn = looking(loaded, sd3, (file, {"scale": 0.6}))
    turns = parity.sample(worn, *prompted(worn, siglip, images(0)))
    assert_same(turns, expected)
    plain = parity.sample(loaded, *parity.texts(loaded))
    assert not torch.equal(turns[0].latent.samples, plain[0].latent.samples)
    names = list(loaded.denoiser.model.state_dict())
    loaded.denoiser.handle.adapt(worn.denoiser.model, lambda _: sd3)
    assert list(worn.denoiser.model.state_dict()) == names
    assert_same(parity.sample(worn, *parity.texts(worn)), [turn.latent.samples for turn in plain])


def test_stable_diffusion_3_takes_one_adapter_and_one_picture(
    sd3: Path, siglip: OnDevice[ImageEncoder[Any]], tmp_path: Path
) -> None:
    loaded = loaded_from(sd3)
    file = sd3_adapter(loaded, tmp_path / "one.safetensors")

    with pytest.raises(CheckpointRefused, match="expected one IP-Adapter on Stable Diffusion 3, got 2"):
        looking(loaded, sd3, (file, {}), (file, {}))
    worn = looking(loaded, sd3, (file, {}))
    with pytest.raises(StepRefused, match="expected one picture for this model's IP-Adapter, got 2"):
        parity.sample(worn, *prompted(worn, siglip, images(0, 1)))


def test_the_kernel_for_attention_stays(tmp_path: Path) -> None:
    folder = tiny_flux.save(tmp_path / "flux")
    bare = loaded_from(folder).denoiser
    path = ip_adapters.save(tmp_path / "one.bin", ip_adapters.tensors_of_flux(bare.model, PROJECTED))
    bare.model.set_attention_backend("native")
    kernels = [processor._attention_backend for processor in bare.model.attn_processors.values()]

    apply(bare.handle, File(path, "one")).adapt(bare.model, loras.finder(folder, File(path, "one")))
    found = bare.model.attn_processors.values()
    assert any(hasattr(processor, "to_k_ip") for processor in found)
    assert None not in kernels
    assert [processor._attention_backend for processor in found] == kernels


def test_plain_attention_stays_plain(
    make: Make, loaded: Loaded, folder: Path, encoder: OnDevice[ImageEncoder[Any]]
) -> None:
    from diffusers.models.attention_processor import AttnProcessor, IPAdapterAttnProcessor

    file, plain = make(), Attention("plain")
    handle = replace(loaded.denoiser.handle, options=(plain,))
    worn = looking(replace(loaded, denoiser=OnDevice(handle, None)), folder, (file, {"scale": 0.6}))
    kinds = {type(processor) for processor in worn.denoiser.model.attn_processors.values()}
    assert kinds == {AttnProcessor, IPAdapterAttnProcessor}

    usual = looking(loaded, folder, (file, {"scale": 0.6}))
    found, expected = (
        parity.sample(one, *prompted(one, encoder, images(0)))[-1].latent.samples for one in (worn, usual)
    )
    torch.testing.assert_close(found, expected, rtol=0, atol=1e-3)


def test_without_guidance(
    make: Make, loaded: Loaded, folder: Path, encoder: OnDevice[ImageEncoder[Any]]
) -> None:
    file = make()
    pipeline = pipeline_with(folder, encoder, file)

    worn = looking(loaded, folder, (file, {}))
    shown = picture_prompt(parity.texts(worn)[0], encoder, images(0))
    assert shown.negative is None
    turns = parity.sample(worn, shown.positive, scale=1.0)
    assert_same(turns, expected_of(pipeline, pictures(0), guidance_scale=1.0))


def test_beside_a_lora(
    make: Make, loaded: Loaded, folder: Path, encoder: OnDevice[ImageEncoder[Any]], tmp_path: Path
) -> None:
    file = make()
    lora = loras.save(
        tmp_path / "lora.safetensors", loras.tensors_of({"unet": loaded.denoiser.model}, "kohya")
    )
    pipeline = pipeline_with(folder, encoder, file)
    pipeline.load_lora_weights(lora.path)

    handle = apply(loaded.denoiser.handle, file)
    handle = replace(handle, patches=(*handle.patches, Patch("lora", lora.digest)))
    held = OnDevice(handle, handle.load(loras.finder(folder, file, lora)))
    turns = parity.sample(replace(loaded, denoiser=held), *prompted(loaded, encoder, images(0)))
    assert_same(turns, expected_of(pipeline, pictures(0)))


def test_taken_off_it_leaves_the_model_as_it_was(make: Make, loaded: Loaded, folder: Path) -> None:
    bare = loaded.denoiser.handle
    files = make(), make("other.safetensors", "plus", 1)
    find = loras.finder(folder, *files)
    model = bare.load(find)
    weights = {name: value.clone() for name, value in model.state_dict().items()}
    before, config, processors = answer(model), dict(model.config), dict(model.attn_processors)

    apply(apply(bare, files[0]), files[1]).adapt(model, find)
    bare.adapt(model, find)
    after = model.state_dict()
    assert after.keys() == weights.keys()
    assert all(torch.equal(value, weights[name]) for name, value in after.items())
    assert (dict(model.config), model.attn_processors) == (config, processors)
    assert torch.equal(answer(model), before)


def test_at_another_strength_nothing_is_read_again(
    make: Make, loaded: Loaded, folder: Path, encoder: OnDevice[ImageEncoder[Any]]
) -> None:
    bare, file, asked = loaded.denoiser.handle, make(), list[str]()
    find = loras.finder(folder, file)
    pool = Pool(lambda digest: asked.append(digest) or find(digest), {})

    def drawn(denoiser: Denoiser[Any]) -> list[torch.Tensor]:
        with pool.acquire(denoiser, "cpu") as held:
            worn = replace(loaded, denoiser=held)
            return [turn.latent.samples for turn in parity.sample(worn, *prompted(worn, encoder, images(0)))]

    first, other, again = (drawn(apply(bare, file, scale)) for scale in (0.5, 0.0, 0.5))
    assert asked == [folder.name, file.digest]
    assert all(map(torch.equal, first, again))
    plain = [turn.latent.samples for turn in parity.sample(loaded, *parity.texts(loaded))]
    assert all(map(torch.equal, other, plain))


def test_a_picture_for_no_adapter_is_refused(loaded: Loaded, encoder: OnDevice[ImageEncoder[Any]]) -> None:
    with pytest.raises(StepRefused, match=r"expected picture prompts for 0 IP-Adapters, got 1\. Link"):
        parity.sample(loaded, *prompted(loaded, encoder, images(0)))


def test_an_adapter_without_a_picture_is_refused(make: Make, loaded: Loaded, folder: Path) -> None:
    worn = looking(loaded, folder, (make(), {}))

    with pytest.raises(StepRefused, match=r"expected picture prompts for 1 IP-Adapters, got 0\. Link"):
        parity.sample(worn, *parity.texts(worn))


def test_another_encoder_is_refused(make: Make, loaded: Loaded, folder: Path, tmp_path: Path) -> None:
    save_image_encoder(tmp_path / "image_encoder", projection_dim=PROJECTED + 8)
    handle = encoder_from(Folder(tmp_path, "other"))
    other = OnDevice(handle, handle.load(lambda _: tmp_path))
    worn = looking(loaded, folder, (make(), {}))

    with pytest.raises(
        StepRefused, match=r"expected pictures encoded 24 wide, got 32\. Link the picture enc"
    ):
        parity.sample(worn, *prompted(worn, other, images(0)))


def test_an_adapter_for_another_model_is_refused_and_leaves_no_trace(
    make: Make, loaded: Loaded, folder: Path, tmp_path: Path
) -> None:
    file, bare = make(), loaded.denoiser.handle
    tensors = ip_adapters.tensors_of(loaded.denoiser.model, PROJECTED)
    tensors["ip_adapter"]["1.to_k_ip.weight"] = torch.zeros(6, 32)
    other = File(ip_adapters.save(tmp_path / "wrong.bin", tensors), "wrong")
    find = loras.finder(folder, file, other)
    model = bare.load(find)
    before = answer(model)

    with pytest.raises(CheckpointRefused, match=r"wrong\.bin: expected an IP-Adapter, whole, got"):
        apply(bare, other).adapt(model, find)
    assert torch.equal(answer(model), before)


def test_an_adapter_for_more_layers_is_refused(
    make: Make, loaded: Loaded, folder: Path, tmp_path: Path
) -> None:
    tensors = ip_adapters.tensors_of(loaded.denoiser.model, PROJECTED)
    tensors["ip_adapter"]["99.to_k_ip.weight"] = torch.zeros(8, 32)
    file = File(ip_adapters.save(tmp_path / "more.safetensors", tensors), "more")

    with pytest.raises(CheckpointRefused, match="expected keys for 4 layers that read texts, got 5"):
        looking(loaded, folder, (file, {}))


def test_an_adapter_of_another_width_is_refused(loaded: Loaded, folder: Path, tmp_path: Path) -> None:
    tensors = ip_adapters.tensors_of(loaded.denoiser.model, PROJECTED)
    tensors["ip_adapter"] = {name: value[:, :16] for name, value in tensors["ip_adapter"].items()}
    tensors["ip_adapter"] = {name: value.contiguous() for name, value in tensors["ip_adapter"].items()}
    file = File(ip_adapters.save(tmp_path / "narrow.safetensors", tensors), "narrow")

    with pytest.raises(CheckpointRefused, match="expected tokens 32 wide, got 16"):
        looking(loaded, folder, (file, {}))


FACE = 16


@pytest.mark.parametrize("suffix", ["bin", "safetensors"])
def test_a_face_with_the_lora_in_its_file(suffix: str, loaded: Loaded, folder: Path, tmp_path: Path) -> None:
    tensors = ip_adapters.tensors_of_faces(loaded.denoiser.model, FACE)
    file = File(ip_adapters.save(tmp_path / f"face.{suffix}", tensors), "face")
    face = torch.randn((2, FACE), generator=torch.Generator().manual_seed(7))
    pipeline = parity.pipeline_of(folder)
    given = {"weight_name": file.path.name, "subfolder": "", "image_encoder_folder": None}
    pipeline.load_ip_adapter(tmp_path, **given)
    pipeline.set_ip_adapter_scale(0.6)
    embeds = torch.stack([torch.zeros_like(face), face])
    texts = {"prompt": PROMPT, "negative_prompt": NEGATIVE, "guidance_scale": SCALE}
    expected = latents_of(pipeline, ip_adapter_image_embeds=[embeds], height=SIZE, width=SIZE, **texts)

    worn = looking(loaded, folder, (file, {"scale": 0.6}))
    positive, negative = parity.texts(worn)
    turns = parity.sample(worn, *face_prompt(positive, Embedding(face), negative))
    assert_same(turns, expected)
    kinds = [patch.kind for patch in worn.denoiser.handle.patches]
    assert kinds == ["lora", "ip-adapter"]
    loaded.denoiser.handle.adapt(worn.denoiser.model, lambda _: folder)
    assert torch.equal(answer(worn.denoiser.model), answer(loaded.denoiser.model))


def test_a_picture_in_the_place_of_a_face_is_refused(
    loaded: Loaded, folder: Path, encoder: OnDevice[ImageEncoder[Any]], tmp_path: Path
) -> None:
    tensors = ip_adapters.tensors_of_faces(loaded.denoiser.model, FACE)
    file = File(ip_adapters.save(tmp_path / "face.bin", tensors), "face")
    worn = looking(loaded, folder, (file, {}))

    with pytest.raises(
        StepRefused, match=r"expected faces encoded 16 wide, got none\. Link conditioning\.face"
    ):
        parity.sample(worn, *prompted(worn, encoder, images(0)))


def test_an_adapter_for_faces_and_pictures_at_once_is_refused(loaded: Loaded, tmp_path: Path) -> None:
    tensors = ip_adapters.tensors_of(loaded.denoiser.model, PROJECTED)
    tensors["image_proj"] = {
        "proj.0.weight": torch.zeros(64, 32),
        "norm.weight": torch.zeros(32),
        "perceiver_resampler.proj_in.weight": torch.zeros(32, 32),
    }
    path = ip_adapters.save(tmp_path / "plus.bin", tensors)

    with pytest.raises(CheckpointRefused, match="expected an IP-Adapter that is told a picture or a face"):
        apply(loaded.denoiser.handle, File(path, "plus"))


def test_a_model_of_another_kind_is_refused(make: Make, tmp_path: Path) -> None:
    folder = tiny_pixart.save(tmp_path / "pixart")

    expected = r"expected Stable Diffusion 1, XL, AnimateDiff, Stable Diffusion 3 or FLUX\.1, got PixArt"
    with pytest.raises(CheckpointRefused, match=expected):
        looking(loaded_from(folder), folder, (make(), {}))


def test_the_family_is_told_by_the_width_of_its_tokens(tmp_path: Path) -> None:
    tensors = {
        "image_proj": {"proj.weight": torch.zeros(8192, 1280)},
        "ip_adapter": {"1.to_k_ip.weight": torch.zeros(640, 2048)},
    }
    path = ip_adapters.save(tmp_path / "xl.safetensors", tensors)

    assert adapter_family(path) == {"F": "sdxl"}
    with pytest.raises(CheckpointRefused, match="expected an IP-Adapter for sd1, got one for sdxl"):
        apply(Denoiser("model", family="sd1"), File(path, "xl"))
