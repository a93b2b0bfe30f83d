"""What changes the numbers of every tensor node: device type, dtype, determinism, library versions."""

from __future__ import annotations

import sys
from functools import cache
from importlib import metadata
from pathlib import Path

LIBRARIES = ("torch", "torchsde", "diffusers", "transformers", "peft", "spandrel", "scikit-image")


@cache
def libraries() -> tuple[str, ...]:
    """``name major.minor`` of the libraries whose code computes what nodes give."""
    return tuple(f"{name} {_minor(name)}" for name in LIBRARIES)


def _minor(name: str) -> str:
    try:
        return ".".join(metadata.version(name).split(".")[:2])
    except metadata.PackageNotFoundError:
        return "absent"


@cache
def default_device() -> str:
    """The best device of this machine: ``cuda``, ``mps`` or ``cpu``.

    Asked before torch is imported, so it looks for what torch would find: its CUDA build and NVIDIA's driver,
    or an Apple processor. Once torch is imported, torch itself is asked.
    """
    torch = sys.modules.get("torch")
    if torch is not None:
        if torch.cuda.is_available():
            return "cuda"
        return "mps" if torch.backends.mps.is_available() else "cpu"
    if sys.platform == "darwin":
        from platform import machine

        return "mps" if machine() == "arm64" else "cpu"
    return "cuda" if Path("/proc/driver/nvidia/version").exists() and _cuda_build() else "cpu"


def _cuda_build() -> bool:
    return any(d.metadata["Name"].startswith("nvidia-cublas") for d in metadata.distributions())


def environment(device: str, deterministic: bool = True) -> tuple[str, ...]:
    """Ingredients of the keys of tensor nodes.

    Args:
        device: As torch names it; only its type counts.
        deterministic: Whether torch was told to use deterministic algorithms.
    """
    return (device.split(":")[0], "deterministic" if deterministic else "fast", *libraries())
