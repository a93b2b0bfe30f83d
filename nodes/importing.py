"""Importing diffusers and transformers from nodes that run side by side."""

from threading import RLock

one_at_a_time = RLock()
"""Held while parts of diffusers or transformers are imported.

Both load their modules on first use of a name. When two threads do that at once, one of them can meet a
module that the other has not finished, and fails with "cannot import name".
"""
