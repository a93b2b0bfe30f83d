"""Classes of models that IP-Adapters are for, and what their files must hold for each."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

from nodes.checkpoints.refusal import CheckpointRefused

if TYPE_CHECKING:
    from nodes.patches.ip_adapter_file import Adapter


class Host(NamedTuple):
    """A class of models.

    Attributes:
        title: As people call it.
        projection: Attribute for what makes tokens of pictures.
        width: Reads the width of these tokens from a model.
        reads: Whether a layer attends to them, by the name of its processor.
        several: Whether it takes more than one adapter.
    """

    title: str
    projection: str
    width: Callable[[Any], int]
    reads: Callable[[str], bool]
    several: bool = True

    def check(self, file: str, adapter: Adapter, model: Any) -> None:
        """Check an adapter's keys and values: they are read by number, in the order of the model's layers.

        Args:
            file: The adapter's name.
            adapter: Its tensors.
            model: What it shall be put on.

        Raises:
            CheckpointRefused: They are of another number or width.
        """
        cure = "It is for another model: choose an IP-Adapter for this one."
        reading = [*filter(self.reads, model.attn_processors)]
        layers = [name for name in adapter["ip_adapter"] if name.endswith("to_k_ip.weight")]
        if len(layers) != len(reading):
            got = str(len(layers))
            raise CheckpointRefused(file, f"keys for {len(reading)} layers that read texts", got, cure)
        width, expected = adapter["ip_adapter"][layers[0]].shape[-1], self.width(model)
        if width != expected:
            raise CheckpointRefused(file, f"tokens {expected} wide", str(width), cure)


def host_of(model: Any) -> Host:
    """What is known of the class of a model that IP-Adapters are for."""
    return HOSTS[type(model).__name__]


def _of_unet(title: str) -> Host:
    return Host(
        title,
        "encoder_hid_proj",
        lambda model: model.config.cross_attention_dim,
        lambda name: name.endswith("attn2.processor") and ".motion_modules." not in name,
    )


HOSTS = {
    "UNet2DConditionModel": _of_unet("Stable Diffusion 1, XL"),
    "UNetMotionModel": _of_unet("AnimateDiff"),
    "SD3Transformer2DModel": Host(
        "Stable Diffusion 3", "image_proj", lambda model: model.inner_dim, lambda name: True, several=False
    ),
    "FluxTransformer2DModel": Host(
        "FLUX.1",
        "encoder_hid_proj",
        lambda model: model.config.joint_attention_dim,
        lambda name: not name.startswith("single_transformer_blocks."),
    ),
}
