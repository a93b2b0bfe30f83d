"""Networks that translate pictures, and those that judge patches, as handles; and their loaders."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

from engine import File, Within, node
from nodes.gan.layouts import SUFFIXES
from nodes.train.trained import Network, Weights
from nodes.values import F

if TYPE_CHECKING:
    from pathlib import Path

    from engine.declare.handle import Find


@dataclass(frozen=True, slots=True)
class Translator(Network[F]):
    """Makes pictures out of other pictures.

    Attributes:
        own_statistics: Normalise each picture by its own statistics rather than by those of the training,
            where the network learned to normalise batches.
    """

    own_statistics: bool = False

    def load(self, find: Find) -> Any:
        """Build the module on the CPU, in eval mode."""
        from torch import nn

        module = Network.load(self, find)
        if self.own_statistics:
            for layer in module.modules():
                if isinstance(layer, nn.BatchNorm2d):
                    layer.running_mean = layer.running_var = None
        return module

    @classmethod
    def read(cls, path: Path) -> Weights:
        """Read a file that was exported, or one of another program. See ``translator_layouts``."""
        from nodes.gan.translator_layouts import read_translator

        return read_translator(path)


@dataclass(frozen=True, slots=True)
class PatchJudge(Network[F]):
    """Tells how real patches of pictures look."""

    @classmethod
    def read(cls, path: Path) -> Weights:
        """Read a file that was exported, or one of another program. See ``translator_layouts``."""
        from nodes.gan.translator_layouts import read_judge

        return read_judge(path)


@node("load.image_translator")
def image_translator(
    file: Annotated[File, Within("models", SUFFIXES, ("image-translator",))], own_statistics: bool = False
) -> Translator:
    """Load a generator of pix2pix or CycleGAN: one that a training graph gave, or one in the usual layout.

    That layout is the one of the authors' own programs in PyTorch, with names such as ``edges2shoes.pth``,
    ``horse2zebra.pth`` and ``latest_net_G.pth``. Sizes are read from the names and shapes of the tensors.

    Args:
        file: Its weights; files other than ``.safetensors`` are read as plain data, without running what they
            may hold.
        own_statistics: Normalise each picture by its own statistics, as pix2pix was published (section 3.3 of
            the paper), rather than by those that it gathered in training. Of no effect on CycleGAN, which
            always does.
    """
    return Translator(file.digest, own_statistics=own_statistics)


@node("load.patch_discriminator")
def patch_discriminator(
    file: Annotated[File, Within("models", SUFFIXES, ("patch-discriminator",))],
) -> PatchJudge:
    """Load a discriminator of pix2pix or CycleGAN: one that a training gave, or one in the usual layout.

    Args:
        file: Its weights, such as ``latest_net_D.pth``; files other than ``.safetensors`` are read as plain
            data, without running what they may hold.
    """
    return PatchJudge(file.digest)
