"""The tiny model that patches are put onto."""

from tests.nodes.diffusion.conftest import folder, loaded

__all__ = ["folder", "loaded"]
