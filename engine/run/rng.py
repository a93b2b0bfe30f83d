"""Generator state as a value, so that noise is a pure function of its inputs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch


@dataclass(frozen=True, slots=True)
class Rng:
    """State of a random generator. Draws happen on the CPU, so that equal seeds are equal on every device.

    Attributes:
        state: uint8 state of a ``torch.Generator``.
    """

    state: torch.Tensor

    @classmethod
    def seeded(cls, seed: int) -> Rng:
        """State of a fresh generator.

        Args:
            seed: 0 … 2^53 - 1.
        """
        import torch

        return cls.of(torch.Generator("cpu").manual_seed(seed))

    @classmethod
    def of(cls, generator: torch.Generator) -> Rng:
        """State of a generator after its draws."""
        return cls(generator.get_state())

    def generator(self) -> torch.Generator:
        """A generator that goes on from here; take ``Rng.of`` it when done."""
        import torch

        generator = torch.Generator("cpu")
        generator.set_state(self.state)
        return generator
