"""Folders in which names are looked up; those of models also as ComfyUI, A1111 and Forge have them.

A configured folder in the layout of one of these programs is many folders: one for each kind of model. A file
in such a one is named by its kind, as ComfyUI calls it, and its path in it: ``checkpoints/dream.safetensors``
wherever the program has its checkpoints. What ComfyUI's ``extra_model_paths.yaml`` adds is named likewise
(https://github.com/comfyanonymous/ComfyUI/blob/master/extra_model_paths.yaml.example).
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast

from engine.settings import SettingsError

KINDS = {
    "checkpoints": "checkpoints",
    "diffusers": "diffusers",
    "diffusion_models": "diffusion_models",
    "unet": "diffusion_models",
    "text_encoders": "text_encoders",
    "clip": "text_encoders",
    "clip_vision": "clip_vision",
    "vae": "vae",
    "vae_approx": "vae_approx",
    "loras": "loras",
    "embeddings": "embeddings",
    "hypernetworks": "hypernetworks",
    "controlnet": "controlnet",
    "t2i_adapter": "controlnet",
    "ipadapter": "ipadapter",
    "style_models": "style_models",
    "photomaker": "photomaker",
    "gligen": "gligen",
    "model_patches": "model_patches",
    "audio_encoders": "audio_encoders",
    "upscale_models": "upscale_models",
    "latent_upscale_models": "latent_upscale_models",
}
"""Folder of ComfyUI's ``models``, or key of its ``extra_model_paths.yaml`` → the kind in names of files."""
A1111 = {
    "models/Stable-diffusion": "checkpoints",
    "models/Lora": "loras",
    "models/LyCORIS": "loras",
    "models/VAE": "vae",
    "models/VAE-approx": "vae_approx",
    "models/text_encoder": "text_encoders",
    "models/ControlNet": "controlnet",
    "extensions/sd-webui-controlnet/models": "controlnet",
    "models/ESRGAN": "upscale_models",
    "models/RealESRGAN": "upscale_models",
    "models/BSRGAN": "upscale_models",
    "models/DAT": "upscale_models",
    "models/HAT": "upscale_models",
    "models/SwinIR": "upscale_models",
    "models/ScuNET": "upscale_models",
    "models/hypernetworks": "hypernetworks",
    "models/diffusers": "diffusers",
    "embeddings": "embeddings",
    "models/embeddings": "embeddings",
}
"""Folder of A1111's or Forge's → the kind in names of files."""
YAML = (".yaml", ".yml")


@dataclass(frozen=True, slots=True)
class NamedRoot:
    """A folder, with what names of files in it begin with.

    Attributes:
        folder: Where it is.
        kind: What names begin with, before a slash; empty for nothing.
        program: Whose layout it is part of; empty for a plain folder.
    """

    folder: Path
    kind: str = ""
    program: str = ""

    def at(self, name: str) -> Path | None:
        """Where a name leads to in it, which may be nothing; None when it is of another kind.

        Args:
            name: Of a file or folder; empty for the folder itself.
        """
        if not self.kind or not name:
            return self.folder / name
        kind, _, rest = name.partition("/")
        return self.folder / rest.lstrip("/") if kind == self.kind else None

    @property
    def start(self) -> str:
        """What the names of its files begin with, with the slash."""
        return f"{self.kind}/" if self.kind else ""

    def name(self, path: Path) -> str:
        """The name of a file that lies in it."""
        return self.start + path.relative_to(self.folder).as_posix()


def model_roots(roots: Iterable[Path]) -> tuple[NamedRoot, ...]:
    """The folders of models that the settings mean.

    Args:
        roots: Plain folders, folders of ComfyUI, A1111 or Forge, and ``extra_model_paths.yaml`` of ComfyUI.

    Returns:
        In the order in which a name is looked up; whether they are there, whoever looks has to see.

    Raises:
        SettingsError: A file of paths can't be read or is none.
    """
    return tuple(dict.fromkeys(folder for root in roots for folder in _meant(root)))


def resolved(roots: Iterable[NamedRoot]) -> tuple[NamedRoot, ...]:
    """The roots with links resolved, each once."""
    real = (replace(root, folder=Path(os.path.realpath(root.folder))) for root in roots)
    return tuple(dict.fromkeys(real))


def leads_to(name: str, roots: Sequence[NamedRoot]) -> Iterator[Path]:
    """Where a name leads to, links resolved: nothing outside of the roots, maybe nothing that is there."""
    folders = [os.path.realpath(root.folder) for root in roots]
    for place in (root.at(name) for root in roots):
        path = place and Path(os.path.realpath(place))
        if path and any(map(path.is_relative_to, folders)):
            yield path


def walked(folder: Path, roots: Iterable[NamedRoot]) -> Iterator[tuple[Path, list[str], list[str]]]:
    """Walk a folder as ``os.walk`` does, but for hidden folders and those that are a root by their kind.

    Args:
        folder: One of the roots, or a folder in it.
        roots: All of them, resolved as the folder is.
    """
    apart = {root.folder for root in roots if root.kind and root.folder != folder}
    for parent, folders, names in os.walk(folder):
        here = Path(parent)
        folders[:] = sorted(one for one in folders if not one.startswith(".") and here / one not in apart)
        yield here, folders, sorted(names)


def _meant(root: Path) -> Iterator[NamedRoot]:
    models = root / "models"
    if root.name.lower().endswith(YAML):
        yield from (NamedRoot(folder, kind, "ComfyUI") for kind, folder in _paths_in(root))
    elif (models / "Stable-diffusion").is_dir():
        yield from (NamedRoot(root / inside, kind, "A1111") for inside, kind in A1111.items())
        yield NamedRoot(models, "", "A1111")
    elif comfy := next((folder for folder in (models, root) if (folder / "checkpoints").is_dir()), None):
        yield from (NamedRoot(comfy / inside, kind, "ComfyUI") for inside, kind in KINDS.items())
        yield NamedRoot(comfy, "", "ComfyUI")
    else:
        yield NamedRoot(root)


def _paths_in(file: Path) -> Iterator[tuple[str, Path]]:
    """Kind → folder, as ComfyUI reads them: relative to ``base_path``, which is relative to the file."""
    for section in _sections(file):
        base = file.parent / _expanded(str(section.get("base_path") or ""))
        for key, value in section.items():
            if key in KINDS:
                lines = str(value or "").splitlines()
                yield from ((KINDS[key], base / _expanded(line.strip())) for line in lines if line.strip())


def _sections(file: Path) -> list[dict[str, Any]]:
    import yaml

    try:
        tree: Any = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise SettingsError(str(file), "YAML as ComfyUI's extra_model_paths.yaml", str(error)) from None
    except OSError as error:
        raise SettingsError(str(file), "a readable file", error.strerror) from None
    if not isinstance(tree, dict):
        raise SettingsError(str(file), "programs with their folders", tree)
    sections = cast("dict[str, Any]", tree).values()
    return [cast("dict[str, Any]", section) for section in sections if isinstance(section, dict)]


def _expanded(text: str) -> Path:
    return Path(os.path.expandvars(text)).expanduser()
