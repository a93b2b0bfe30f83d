"""A model folder in diffusers' layout, read from its index, configs and weights' headers."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nodes.checkpoints.header import read_header
from nodes.checkpoints.recognise import family
from nodes.checkpoints.refusal import CheckpointRefused
from nodes.library_lock import library_lock
from nodes.values import SchedulerConfig

INDEX = "model_index.json"
PARTS = {
    "unet": ("UNet2DConditionModel", "diffusion_pytorch_model"),
    "vae": ("AutoencoderKL", "diffusion_pytorch_model"),
    "text_encoder": ("CLIPTextModel", "model"),
}
"""Part → the class it must be, and how its weights' file name begins."""
TOKENIZER = ("tokenizer.json", "vocab.json")
AGAIN = "Download the folder again."


@dataclass(frozen=True, slots=True)
class Layout:
    """What a diffusers folder says about its model.

    Attributes:
        family: Its family.
        channels: Channels of a latent.
        factor: Pixels per latent cell along a side.
        scheduler: The noise schedule it was trained with.
    """

    family: str
    channels: int
    factor: int
    scheduler: SchedulerConfig


def read_folder(folder: Path) -> Layout:
    """Read what a folder holds, without its weights.

    Raises:
        CheckpointRefused: It is no Stable Diffusion pipeline's folder, or a part is missing or cut short.
    """
    _check_index(folder)
    for part in PARTS:
        for weights in weights_of(folder, part):
            read_header(weights, f"{folder.name}/{part}/{weights.name}")
    if not any((folder / "tokenizer" / name).exists() for name in TOKENIZER):
        raise CheckpointRefused(f"{folder.name}/tokenizer", " or ".join(TOKENIZER), "neither", AGAIN)
    return read_configs(folder)


def read_configs(folder: Path) -> Layout:
    """Read the configs alone, of a folder that may hold no weights.

    Raises:
        CheckpointRefused: A config is missing or is another model's.
    """
    unet = read_config(folder, "unet/config.json", "cross_attention_dim")
    vae = read_config(folder, "vae/config.json", "latent_channels", "block_out_channels")
    schedule = read_config(folder, "scheduler/scheduler_config.json", "_class_name")
    # As diffusers' Stable Diffusion pipelines correct the configs of early releases
    schedule |= {"steps_offset": 1, "clip_sample": False}
    return Layout(
        family=family(unet["cross_attention_dim"], vae["latent_channels"]),
        channels=vae["latent_channels"],
        factor=2 ** (len(vae["block_out_channels"]) - 1),
        scheduler=SchedulerConfig(schedule["_class_name"], canonical(schedule)),
    )


def canonical(config: dict[str, Any]) -> str:
    """A scheduler's arguments as JSON that equal arguments make equal."""
    public = {key: value for key, value in config.items() if not key.startswith("_")}
    return json.dumps(public, sort_keys=True, separators=(",", ":"))


def weights_of(folder: Path, part: str) -> list[Path]:
    """The files that hold a part's weights: one, or the shards of one.

    Raises:
        CheckpointRefused: Some are missing, or none can be read without running code.
    """
    place, stem = folder / part, PARTS[part][1]
    variant = variant_of(folder, part)
    name = f"{stem}.{variant}" if variant else stem
    if (whole := place / f"{name}.safetensors").exists():
        return [whole]
    shards = sorted(place.glob(f"{name}-*-of-*.safetensors"))
    if shards and len(shards) == int(shards[0].stem.rpartition("-")[2]):
        return shards
    got = ", ".join(sorted(path.name for path in place.glob("*") if path.suffix != ".json")) or "no weights"
    cure = "Download it again, or save it with save_pretrained, which writes safetensors."
    raise CheckpointRefused(f"{folder.name}/{part}", f"{name}.safetensors", got, cure)


def variant_of(folder: Path, part: str) -> str | None:
    """What stands between stem and suffix, such as ``fp16``, where a part has no plain weights' file."""
    stem = PARTS[part][1]
    names = sorted(path.name for path in (folder / part).glob(f"{stem}*.safetensors"))
    if not names or any(name.startswith((f"{stem}.safetensors", f"{stem}-")) for name in names):
        return None
    return names[0].removeprefix(f"{stem}.").partition(".")[0].partition("-")[0]


def read_tokenizer(folder: Path) -> Any:
    """The tokenizer of a folder."""
    with library_lock:
        from transformers.models.clip.tokenization_clip import CLIPTokenizer

    return CLIPTokenizer.from_pretrained(folder / "tokenizer", local_files_only=True)


def _check_index(folder: Path) -> None:
    index = read_config(folder, INDEX)
    for part, (name, _) in PARTS.items():
        found = index.get(part)
        got = found[1] if isinstance(found, list) and len(found) == 2 else None
        if got != name:
            expected = f"a {name} as {part}, as in a StableDiffusionPipeline"
            got = f"{got or 'none'} in a {index.get('_class_name', 'pipeline without a name')}"
            cure = "Choose the folder of a Stable Diffusion 1 or 2 model."
            raise CheckpointRefused(f"{folder.name}/{INDEX}", expected, got, cure)


def read_config(folder: Path, name: str, *keys: str) -> dict[str, Any]:
    """Read a config, which must have some keys."""
    place = f"{folder.name}/{name}"
    cure = "Choose the folder that holds model_index.json." if name == INDEX else AGAIN
    try:
        tree = json.loads((folder / name).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise CheckpointRefused(place, "a file", "none", cure) from None
    except (ValueError, OSError) as error:
        raise CheckpointRefused(place, "JSON", str(error), cure) from None
    lacking = [key for key in keys if not isinstance(tree, dict) or key not in tree]
    if lacking or not isinstance(tree, dict):
        expected = " and ".join(keys) or "a JSON object"
        raise CheckpointRefused(place, expected, f"no {' and no '.join(lacking) or 'object'}", cure)
    return tree
