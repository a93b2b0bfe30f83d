"""Holding a file or folder against what a loader asks for."""

from __future__ import annotations

from pathlib import Path

from engine.declare.recognised import Recognised
from nodes.checkpoints.refusal import CheckpointRefused
from nodes.recognise.recognise import recognise


def recognise_as(path: Path, kinds: tuple[str, ...], families: tuple[str, ...] = ()) -> Recognised:
    """Tell what a file or folder of weights is, and refuse what is not asked for.

    Args:
        path: The file or folder.
        kinds: What it may be, such as ``checkpoint`` or ``lora``.
        families: Which families it may be of; empty for all.

    Raises:
        CheckpointRefused: It is damaged, of another kind or family, or files of its weights are missing.
    """
    found = recognise(path)
    if found.kind not in kinds:
        got = f"{found.kind} ({found.family})" if found.family else found.kind
        raise CheckpointRefused(path.name, " or ".join(kinds), got, "Choose another file, or another loader.")
    if families and found.family not in families:
        got = found.family or "none that is known"
        raise CheckpointRefused(path.name, f"family {' or '.join(families)}", got, "Choose another file.")
    lost = [name for name in found.missing if "." in name or name.endswith("weights")]
    if lost:
        cure = "Download what is missing into the same folder."
        raise CheckpointRefused(path.name, "all files of its weights", f"none of {', '.join(lost[:5])}", cure)
    return found
