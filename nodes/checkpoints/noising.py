"""The second schedule of models that enlarge pictures."""

from __future__ import annotations

from typing import Annotated

from engine import Folder, Within, node
from nodes.checkpoints.folder import canonical, read_config
from nodes.checkpoints.load import FILES
from nodes.checkpoints.refusal import CheckpointRefused
from nodes.values import SchedulerConfig

ENLARGING = ("if", "sd-x4", "stable-unclip")
NoisedFolder = Annotated[Folder, Within("models", FILES, ("pipeline",), ENLARGING)]
FOLDERS = ("image_noising_scheduler", "low_res_scheduler")


@node("load.noising")
def noising(folder: NoisedFolder) -> SchedulerConfig:
    """Load the schedule by which a model that enlarges pictures was shown them noisy.

    Args:
        folder: Folder of the model, in diffusers' layout.

    Raises:
        CheckpointRefused: The model has none.
    """
    for name in FOLDERS:
        if (folder.path / name).is_dir():
            config = read_config(folder.path, f"{name}/scheduler_config.json", "_class_name")
            return SchedulerConfig(config["_class_name"], canonical(config))
    cure = "Choose a model that enlarges pictures."
    raise CheckpointRefused(folder.path.name, f"a folder {' or '.join(FOLDERS)}", "neither", cure)
