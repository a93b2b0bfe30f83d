"""Models of the Hugging Face hub: known by their commit, kept in the local cache, fetched when online."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from nodes.checkpoints.refusal import CheckpointRefused

SOURCE = re.compile(r"hub:(?P<repo>[^@]+)@(?P<commit>[0-9a-f]{40})")
FILES = ["*.json", "*/*.json", "*/*.safetensors", "*/*.txt", "*/*.model"]


def fetch(repo: str, revision: str) -> tuple[str, Path]:
    """Bring a model into the local cache, or find it there.

    Args:
        repo: Its id, ``owner/name``.
        revision: Branch, tag or commit.

    Returns:
        What a handle names it by, and its folder.

    Raises:
        CheckpointRefused: It can't be found.
    """
    folder = _download(repo, revision)
    return f"hub:{repo}@{folder.name}", folder


def cached(repo: str, revision: str) -> Path | None:
    """The folder of a model in the local cache, or None when it isn't there; the hub is not asked.

    Args:
        repo: Its id, ``owner/name``.
        revision: Branch, tag or commit.
    """
    from huggingface_hub import snapshot_download

    try:
        return Path(snapshot_download(repo, revision=revision, local_files_only=True))
    except (OSError, ValueError):
        return None


def snapshot(source: str) -> Path | None:
    """The folder of a handle's source, or None when it names no model of the hub.

    Raises:
        CheckpointRefused: It is no longer in the cache and can't be fetched.
    """
    found = SOURCE.fullmatch(source)
    return _download(found["repo"], found["commit"]) if found else None


def _download(repo: str, revision: str) -> Path:
    from huggingface_hub import snapshot_download

    offline = _offline()
    arguments: dict[str, Any] = {"revision": revision, "allow_patterns": FILES, "local_files_only": offline}
    try:
        return Path(snapshot_download(repo, **arguments))
    except (OSError, ValueError) as error:
        expected = f"revision {revision} in the local cache" if offline else f"revision {revision} on the hub"
        cure = "Go online once" if offline else "Check its id, and that you may read it"
        place = f'hub model "{repo}"'
        got = f"none ({str(error).partition(chr(10))[0]})"
        raise CheckpointRefused(place, expected, got, f"{cure}, or load it from a folder.") from error


def _offline() -> bool:
    from huggingface_hub import constants

    from engine.settings import Settings

    return Settings.load().offline or constants.HF_HUB_OFFLINE
