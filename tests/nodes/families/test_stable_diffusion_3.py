from pathlib import Path
from typing import Any

import pytest
import torch

from engine import Folder, OnDevice
from nodes.checkpoints.controlnet import from_folder
from nodes.control.apply import apply
from nodes.vae import decode
from nodes.values import ControlNet, Image
from tests.nodes.diffusion.sampling import Loaded, loaded_from
from tests.nodes.families import parity
from tests.nodes.families.folders import randomise, save_clip, save_index, save_t5, save_vae
from tests.nodes.families.parity import NEGATIVE, PROMPT, SCALE, SEED, SIZE, STEPS, assert_same, latents_of

SCHEDULER = {"_class_name": "FlowMatchEulerDiscreteScheduler", "num_train_timesteps": 1000, "shift": 3.0}
TRANSFORMER: dict[str, Any] = {
    "sample_size": 32,
    "patch_size": 2,
    "in_channels": 16,
    "num_layers": 2,
    "attention_head_dim": 8,
    "num_attention_heads": 4,
    "joint_attention_dim": 32,
    "caption_projection_dim": 32,
    "pooled_projection_dim": 64,
    "out_channels": 16,
}


def save(folder: Path, *, t5: bool = True, **scheduler: Any) -> Path:
    """A folder of Stable Diffusion 3.5 with random weights."""
    from diffusers.models.transformers.transformer_sd3 import SD3Transformer2DModel

    torch.manual_seed(0)
    more = {"dual_attention_layers": (0,), "qk_norm": "rms_norm"}
    SD3Transformer2DModel(**TRANSFORMER, **more).save_pretrained(folder / "transformer")
    save_vae(
        folder / "vae",
        latent_channels=16,
        shift_factor=0.0609,
        scaling_factor=1.5305,
        use_quant_conv=False,
        use_post_quant_conv=False,
    )
    sizes = {"hidden_size": 8, "num_attention_heads": 2}
    save_clip(folder / "text_encoder", projected=True, **sizes)
    save_clip(folder / "text_encoder_2", projected=True, **sizes)
    third = {}
    if t5:
        save_t5(folder / "text_encoder_3")
        third = {
            "text_encoder_3": "transformers.T5EncoderModel",
            "tokenizer_3": "transformers.T5TokenizerFast",
        }
    save_index(
        folder,
        "StableDiffusion3Pipeline",
        SCHEDULER | scheduler,
        transformer="diffusers.SD3Transformer2DModel",
        vae="diffusers.AutoencoderKL",
        text_encoder="transformers.CLIPTextModelWithProjection",
        text_encoder_2="transformers.CLIPTextModelWithProjection",
        tokenizer="transformers.CLIPTokenizer",
        tokenizer_2="transformers.CLIPTokenizer",
        **third,
    )
    return folder


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save(tmp_path_factory.mktemp("sd3"))


@pytest.fixture(scope="module")
def loaded(folder: Path) -> Loaded:
    return loaded_from(folder)


@pytest.fixture(scope="module")
def pipeline(folder: Path) -> Any:
    return parity.pipeline_of(folder)


def expected_of(pipeline: Any, **arguments: Any) -> list[torch.Tensor]:
    texts = {"prompt": PROMPT, "negative_prompt": NEGATIVE, "guidance_scale": SCALE}
    return latents_of(pipeline, **texts | {"height": SIZE, "width": SIZE} | arguments)


def test_text_to_image(loaded: Loaded, pipeline: Any) -> None:
    assert_same(parity.sample(loaded, *parity.texts(loaded)), expected_of(pipeline))


def test_image_to_image(loaded: Loaded, pipeline: Any) -> None:
    oracle = parity.another(pipeline, "StableDiffusion3Img2ImgPipeline")
    expected = expected_of(oracle, image=parity.as_tensor(parity.picture()), strength=0.6)

    assert_same(parity.from_picture(loaded, *parity.texts(loaded), strength=0.6), expected)


@pytest.mark.parametrize("strength", [0.6, 1.0])
def test_inpainting(loaded: Loaded, pipeline: Any, strength: float) -> None:
    oracle = parity.another(pipeline, "StableDiffusion3InpaintPipeline")
    pictures = {"image": parity.as_tensor(parity.picture()), "mask_image": parity.mask().pixels[:, None]}
    expected = expected_of(oracle, **pictures, strength=strength)

    assert_same(parity.inpainted(loaded, *parity.texts(loaded), strength=strength), expected)


def test_steps_are_moved_by_the_size_where_the_scheduler_says_so(tmp_path: Path) -> None:
    folder = save(tmp_path, use_dynamic_shifting=True, max_shift=1.16)

    loaded = loaded_from(folder)
    assert_same(parity.sample(loaded, *parity.texts(loaded)), expected_of(parity.pipeline_of(folder)))


def test_without_t5(tmp_path: Path) -> None:
    folder = save(tmp_path, t5=False)
    pipeline = parity.pipeline_of(folder, text_encoder_3=None, tokenizer_3=None)

    loaded = loaded_from(folder)
    assert_same(parity.sample(loaded, *parity.texts(loaded)), expected_of(pipeline))


def test_saved_and_loaded_again(loaded: Loaded, folder: Path, tmp_path: Path) -> None:
    again = loaded_from(parity.saved_again(folder, tmp_path / "again"))

    before, after = (parity.sample(one, *parity.texts(one)) for one in (loaded, again))
    assert_same(after, [turn.latent.samples for turn in before])


def test_the_picture(loaded: Loaded, pipeline: Any) -> None:
    expected = pipeline(
        PROMPT,
        negative_prompt=NEGATIVE,
        height=SIZE,
        width=SIZE,
        num_inference_steps=STEPS,
        guidance_scale=SCALE,
        generator=torch.Generator().manual_seed(SEED),
        output_type="np",
    ).images

    turns = parity.sample(loaded, *parity.texts(loaded))
    assert torch.equal(decode(loaded.vae, turns[-1].latent).pixels, torch.from_numpy(expected))


def save_network(folder: Path, **changes: Any) -> Path:
    """A control network for the tiny model."""
    from diffusers.models.controlnets.controlnet_sd3 import SD3ControlNetModel

    torch.manual_seed(1)
    given = TRANSFORMER | {"num_layers": 1, "force_zeros_for_pooled_projection": False} | changes
    randomise(SD3ControlNetModel(**given)).save_pretrained(folder)
    return folder


def network(folder: Path) -> OnDevice[ControlNet[Any]]:
    handle = from_folder(Folder(folder, folder.name))
    return OnDevice(handle, handle.load(lambda _: folder))


@pytest.mark.parametrize(
    "kinds",
    [
        [{}, {}],
        [{"force_zeros_for_pooled_projection": True}],
        [{"use_pos_embed": False, "joint_attention_dim": None, "pos_embed_type": None}],
    ],
    ids=["two", "without the pooled text", "without text and positions"],
)
def test_control(kinds: list[dict[str, Any]], loaded: Loaded, pipeline: Any, tmp_path: Path) -> None:
    """The pipeline draws its samples of the VAE from the process's own generator."""
    networks = [network(save_network(tmp_path / f"{at}", **kind)) for at, kind in enumerate(kinds)]
    # its own, for it gives them the transformer's positions
    nets = [network(tmp_path / f"{at}").model for at in range(len(kinds))]
    pictures = [parity.picture(), Image(1 - parity.picture().pixels)][: len(nets)]
    many = len(nets) > 1
    controlnet = nets if many else nets[0]
    oracle = parity.another(pipeline, "StableDiffusion3ControlNetPipeline", controlnet=controlnet)
    planes = [parity.as_tensor(one) * 2 - 1 for one in pictures]  # it takes tensors as they are
    torch.manual_seed(SEED)
    expected = expected_of(
        oracle,
        control_image=planes if many else planes[0],
        controlnet_conditioning_scale=[0.5] * len(nets) if many else 0.5,
        control_guidance_end=0.6,
    )

    (positive, negative), rng = parity.texts(loaded), None
    context = parity.with_models(*networks, loaded.vae)
    for one, image in zip(networks, pictures, strict=True):
        positive, negative, rng = apply(
            positive,
            one.handle,
            image,
            context,
            negative,
            0.5,
            end=0.6,
            vae=loaded.vae.handle,
            seed=SEED,
            rng=rng,
        )
    assert_same(parity.sample(loaded, positive, negative, context=context), expected)
