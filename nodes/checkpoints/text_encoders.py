"""Loader of text encoders alone: from a folder in diffusers' layout, or from files of one encoder each."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from engine import File, Within, node
from nodes import families
from nodes.checkpoints.folder import check_texts, family_of_folder, read_config
from nodes.checkpoints.load import Dtype, ModelFolder
from nodes.checkpoints.refusal import CheckpointRefused
from nodes.checkpoints.text_build import check_tokenizers
from nodes.checkpoints.text_files import assigned
from nodes.diffusion.family import Family
from nodes.values import TextEncoder

FROM_FILES = "from the files"
TextsFile = Annotated[File, Within("models", (".safetensors", ".gguf"), ("text-encoder", "checkpoint"))]
Readers = Literal[
    "from the files", "sd1", "sd2", "sdxl", "sd3", "flux", "pixart", "wan", "wan-dense", "ltx", "cogvideox"
]


@node("load.text_encoders")
def text_encoders(
    folder: ModelFolder | None = None,
    first: TextsFile | None = None,
    second: TextsFile | None = None,
    third: TextsFile | None = None,
    family: Readers = FROM_FILES,
    dtype: Dtype = "float32",
) -> TextEncoder:
    """Load text encoders from a folder in diffusers' layout, or from files of one encoder each.

    Args:
        folder: Folder that holds ``model_index.json``, text encoders and tokenizers, and need hold nothing
            else. Beside files it gives the tokenizers alone: that of CLIP is built in, that of T5 is not.
        first: File of a text encoder, in any order: CLIP, T5 or UMT5, such as ``clip_l.safetensors``,
            ``t5xxl_fp8_e4m3fn_scaled.safetensors`` or a ``.gguf`` of T5; or of a whole model, for its own.
        second: Another one, in models that have several.
        third: Another one, in models that have three.
        family: Whose texts the files' encoders read. CLIP-L alone is taken for Stable Diffusion 1, with
            CLIP-G for XL, with T5 for FLUX.1, both with T5 for Stable Diffusion 3, UMT5 for Wan.
        dtype: Precision of their weights in memory; float16 suits graphics cards, not CPUs.

    Raises:
        CheckpointRefused: There are none, one is cut short, or a tokenizer is missing.
    """
    files = [one for one in (first, second, third) if one is not None]
    if files:
        name = _of_files([one.path for one in files], family, folder.path if folder else None)
        digests = tuple(one.digest for one in files)
        config = folder.digest if folder else ""
        return TextEncoder(digests[0], "text_encoder", name, dtype, config, files=digests)
    if folder is None:
        cure = "Choose a folder that has them, or their files."
        raise CheckpointRefused("load.text_encoders", "text encoders", "no folder and no file", cure)
    name = _of_folder(folder.path)
    check_texts(folder.path, families.named(name))
    return TextEncoder(folder.digest, "text_encoder", name, dtype)


@text_encoders.infer
def texts_family(
    folder: Path | None = None,
    first: Path | None = None,
    second: Path | None = None,
    third: Path | None = None,
    family: str = FROM_FILES,
) -> dict[str, str]:
    """The family of the models that read these texts."""
    paths = [one for one in (first, second, third) if one is not None]
    if paths:
        return {"F": assigned(paths, "" if family == FROM_FILES else family)[0]}
    return {} if folder is None else {"F": _of_folder(folder)}


def _of_files(paths: list[Path], family: str, folder: Path | None) -> str:
    name, encoders = assigned(paths, "" if family == FROM_FILES else family)
    check_tokenizers(encoders, name, folder)
    return name


def _of_folder(folder: Path) -> str:
    """The family: the one that the configs name exactly where they are all there."""
    family: Family = family_of_folder(folder)
    if (folder / family.denoiser / "config.json").exists():
        return family.cells(lambda part: read_config(folder, f"{part}/config.json")).family
    return family.name
