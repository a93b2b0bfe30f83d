"""Tiny models of random weights, in the place of those that shipped graphs need and that nobody ships.

Such a graph notes its models in ``models``, by the names that its params have, each with its source and
licence: from that the template gallery tells what is missing. Here it has an entry in ``STAND_INS`` of the
same name, with a builder for each of these models. The tests make the stand-ins in the ``models`` of their
home and run the graph as it is shipped; ``test_stand_ins.py`` checks and runs each one, and needs nothing
more than the entry. A graph that needs no model, or one that is shipped, has none.

To add one: write the graph with ``models``; write a builder that saves a tiny folder or file, as
``tests/nodes/diffusion/tiny.py`` does; add a line to ``STAND_INS``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from tests.nodes.checkpoints import architectures
from tests.nodes.control import tiny_adapter, tiny_estimators, tiny_network
from tests.nodes.diffusion import tiny as stable_diffusion
from tests.nodes.families import tiny_animatediff as animatediff
from tests.nodes.families import (
    tiny_cascades,
    tiny_flux,
    tiny_flux_2,
    tiny_kandinsky,
    tiny_pixart,
    tiny_pixels,
    tiny_sd3,
    tiny_stable_audio,
    tiny_stable_unclip,
    tiny_unclip,
)
from tests.nodes.families import tiny_cogvideox as cogvideox
from tests.nodes.families import tiny_ltx as ltx
from tests.nodes.families import tiny_sdxl as stable_diffusion_xl
from tests.nodes.families import tiny_stable_video_diffusion as stable_video_diffusion
from tests.nodes.families import tiny_wan as wan
from tests.nodes.gan import tiny_translators
from tests.nodes.mesh import tiny as shap_e
from tests.nodes.patches import tiny as patches
from tests.nodes.speech import tiny as speech

Build = Callable[[Path], object]
"""Writes a model to a path that is not there yet but whose parent is."""


@dataclass(frozen=True)
class StandIn:
    """What stands in for the models of a graph.

    Attributes:
        models: Name in the model folder, as the graph's params say it → builder.
        values: Inputs of the graph that make a run short, such as few steps and a small picture.
        files: Input of the graph that names a file and has no default → name of a file, and its builder.
    """

    models: Mapping[str, Build]
    values: Mapping[str, Any] = field(default_factory=dict[str, Any])
    files: Mapping[str, tuple[str, Build]] = field(default_factory=dict[str, tuple[str, Build]])


FILM = {"steps": 2, "width": 32, "height": 32, "frames": 5}
FILM_OF_LTX = FILM | {"width": 64, "height": 64, "frames": 9}
SURFACE = {"steps": 2, "resolution": 12, "size": 32, "samples": 2}

PICTURE = {"steps": 2, "width": 64, "height": 64}

STAND_INS: dict[str, StandIn] = {
    "cascade": StandIn(
        {"IF-I-XL-v1.0": tiny_cascades.save_if, "IF-II-L-v1.0": partial(tiny_cascades.save_if, larger=True)},
        {"steps": 2, "side": 16, "large": 32},
    ),
    "diffusion_upscale": StandIn(
        {"stable-diffusion-x4-upscaler": tiny_cascades.save_x4}, {"steps": 2, "side": 16, "large": 64}
    ),
    "latent_super_resolution": StandIn(
        {"ldm-super-resolution-4x-openimages": tiny_cascades.save_ldm}, {"steps": 2, "side": 16, "large": 32}
    ),
    "class_to_image": StandIn({"DiT-XL-2-256": tiny_pixels.save_dit}, {"steps": 2, "side": 16}),
    "pixart": StandIn(
        {"PixArt-Sigma-XL-2-1024-MS": tiny_pixart.save}, {"steps": 2, "width": 64, "height": 64}
    ),
    "controlnet": StandIn(
        {
            "stable-diffusion-v1-5": stable_diffusion.save,
            "control_v11p_sd15_canny": tiny_network.save_network,
        },
        PICTURE,
    ),
    "t2i_adapter": StandIn(
        {
            "stable-diffusion-v1-4": tiny_adapter.save_attending,
            "t2iadapter_canny_sd14v1": tiny_adapter.save_adapter,
        },
        PICTURE,
    ),
    "depth_and_pose": StandIn(
        {
            "depth-anything-v2-small": tiny_estimators.depth_anything,
            "vitpose-base-simple": tiny_estimators.vitpose,
        }
    ),
    "picture_variations": StandIn({"stable-diffusion-2-1-unclip": tiny_stable_unclip.save}, PICTURE),
    "remove_object": StandIn(
        {"big-lama.safetensors": partial(architectures.save, name="LaMa")}, {"picture": "pictures/house.png"}
    ),
    "restore": StandIn(
        {"scunet_color_real_psnr.pth": partial(architectures.save, name="SCUNet")},
        {"picture": "pictures/house.png"},
    ),
    "restore_face": StandIn(
        {"RestoreFormer.pth": partial(architectures.save, name="RestoreFormer")},
        {"picture": "pictures/house.png"},
    ),
    "translate_pictures": StandIn(
        {"horse2zebra.pth": tiny_translators.save_resnet, "edges2shoes.pth": tiny_translators.save_unet},
        {"picture": "pictures/house.png", "side": 64},
    ),
    "flux": StandIn({"FLUX.1-dev": tiny_flux.save}, PICTURE),
    "flux_less_memory": StandIn({"FLUX.1-dev": tiny_flux.save}, PICTURE | {"tile": 32}),
    "flux_2": StandIn({"FLUX.2-dev": tiny_flux_2.save}, PICTURE),
    "flux_from_parts": StandIn(
        {
            "FLUX.1-dev": tiny_flux.save,
            "flux1-dev-Q8_0.gguf": tiny_flux.save_transformer,
            "ae.safetensors": tiny_flux.save_autoencoder,
        },
        PICTURE,
    ),
    "flux_controlnet": StandIn(
        {"FLUX.1-dev": tiny_flux.save, "FLUX.1-dev-Controlnet-Canny": tiny_flux.save_network}, PICTURE
    ),
    "kandinsky": StandIn(
        {
            "kandinsky-2-2-prior": tiny_kandinsky.save_prior,
            "kandinsky-2-2-decoder": tiny_kandinsky.save_decoder,
        },
        PICTURE | {"prior_steps": 2},
    ),
    "ip_adapter": StandIn(
        {
            "stable-diffusion-v1-5": stable_diffusion.save,
            "ip-adapter_sd15.safetensors": patches.save_ip_adapter,
            "image_encoder": patches.save_encoder,
        },
        PICTURE,
    ),
    "ip_adapter_face": StandIn(
        {
            "stable-diffusion-v1-5": stable_diffusion.save,
            "ip-adapter-faceid_sd15.bin": patches.save_face_adapter,
            "face.npy": patches.save_face,
        },
        PICTURE,
    ),
    "ip_adapter_sd3": StandIn(
        {
            "stable-diffusion-3.5-large": tiny_sd3.save,
            "SD3.5-Large-IP-Adapter/ip-adapter.bin": patches.save_sd3_adapter,
            "siglip-so400m-patch14-384": patches.save_sd3_encoder,
        },
        PICTURE,
    ),
    "kandinsky_inpaint": StandIn(
        {
            "kandinsky-2-2-prior": tiny_kandinsky.save_prior,
            "kandinsky-2-2-decoder-inpaint": partial(tiny_kandinsky.save_decoder, inpainting=True),
        },
        {"steps": 2, "prior_steps": 2, "side": 64},
    ),
    "lora": StandIn(
        {
            "stable-diffusion-v1-5": stable_diffusion.save,
            "lcm-lora-sdv1-5.safetensors": patches.save_lora,
            "cat-toy.bin": patches.save_word,
        },
        {"steps": 2, "width": 64, "height": 64},
    ),
    "shap_e": StandIn({"shap-e": shap_e.save_text}, SURFACE),
    "shap_e_image": StandIn({"shap-e-img2img": shap_e.save_image}, SURFACE),
    "speak": StandIn(
        {
            "speecht5_tts": speech.save_speecht5,
            "speecht5_hifigan": speech.save_hifigan,
            "speaker.npy": speech.save_speaker,
        },
        {"text": "Hello."},
    ),
    "stable_audio": StandIn(
        {"stable-audio-open-1.0": tiny_stable_audio.save}, {"steps": 2, "seconds": tiny_stable_audio.LONGEST}
    ),
    "stable_diffusion_xl": StandIn(
        {
            "stable-diffusion-xl-base-1.0": stable_diffusion_xl.save,
            "stable-diffusion-xl-refiner-1.0": partial(stable_diffusion_xl.save, refiner=True),
        },
        {"steps": 4, "width": 64, "height": 64},
    ),
    "stable_diffusion": StandIn(
        {"stable-diffusion-v1-5": stable_diffusion.save}, {"steps": 2, "width": 64, "height": 64}
    ),
    "stable_diffusion_3": StandIn({"stable-diffusion-3.5-large": tiny_sd3.save}, PICTURE),
    "transcribe": StandIn(
        {"whisper-small": speech.save_whisper}, files={"sound": ("sound.wav", speech.save_sound)}
    ),
    "animatediff": StandIn(
        {
            "stable-diffusion-v1-5": stable_diffusion.save,
            "animatediff-motion-adapter-v1-5-3": animatediff.save,
        },
        FILM | {"frames": 4},
    ),
    "animatediff_controlnet": StandIn(
        {
            "stable-diffusion-v1-5": stable_diffusion.save,
            "animatediff-motion-adapter-v1-5-3": animatediff.save,
            "control_v11p_sd15_canny": tiny_network.save_network,
        },
        FILM | {"frames": 4},
    ),
    "animatediff_keyframes": StandIn(
        {
            "stable-diffusion-v1-5": stable_diffusion.save,
            "animatediff-motion-adapter-v1-5-3": animatediff.save,
            "animatediff-sparsectrl-rgb": animatediff.save_sparse,
        },
        FILM | {"frames": 4, "at": "0, 3"},
    ),
    "animatediff_video": StandIn(
        {
            "stable-diffusion-v1-5": stable_diffusion.save,
            "animatediff-motion-adapter-v1-5-3": animatediff.save,
        },
        FILM | {"frames": 4},
    ),
    "cogvideox": StandIn({"CogVideoX-2b": cogvideox.save}, FILM),
    "cogvideox_video": StandIn({"CogVideoX-2b": cogvideox.save}, FILM),
    "cogvideox_image": StandIn({"CogVideoX-5b-I2V": partial(cogvideox.save, image=True, large=True)}, FILM),
    "stable_video_diffusion": StandIn(
        {"stable-video-diffusion-img2vid-xt": stable_video_diffusion.save}, FILM | {"frames": 3}
    ),
    "ltx": StandIn({"LTX-Video-0.9.5": partial(ltx.save, noisy=True)}, FILM_OF_LTX),
    "ltx_image": StandIn({"LTX-Video-0.9.5": partial(ltx.save, noisy=True)}, FILM_OF_LTX),
    "ltx_video_to_video": StandIn(
        {"LTX-Video-0.9.7-dev": partial(ltx.save, noisy=True, late=True)}, FILM_OF_LTX | {"strength": 0.5}
    ),
    "wan": StandIn({"Wan2.1-T2V-1.3B-Diffusers": wan.save}, FILM),
    "wan_video": StandIn({"Wan2.1-T2V-1.3B-Diffusers": wan.save}, FILM),
    "wan_image": StandIn({"Wan2.1-I2V-14B-480P-Diffusers": partial(wan.save, image=True)}, FILM),
    "unclip": StandIn(
        {"karlo-v1-alpha": tiny_unclip.save}, {"steps": 2, "larger_steps": 2, "side": 32, "large": 64}
    ),
    "unconditional": StandIn({"ddpm-celebahq-256": tiny_pixels.save_ddpm}, {"steps": 2, "side": 32}),
}
"""Graph → what stands in for its models."""


def build(graph: str, home: Path) -> dict[str, Any]:
    """Make what a graph needs in the model folder of a home; what is there already stays.

    Returns:
        Values for the graph's inputs, with which a run is short.
    """
    stand_in = STAND_INS[graph]
    wanted = {home / "models" / name: save for name, save in stand_in.models.items()}
    wanted |= {home / "files" / name: save for name, save in stand_in.files.values()}
    for place, save in wanted.items():
        if not place.exists():
            place.parent.mkdir(parents=True, exist_ok=True)
            save(place)
    files = {given: str(home / "files" / name) for given, (name, _) in stand_in.files.items()}
    return {**stand_in.values, **files}
