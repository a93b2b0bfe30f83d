"""A lock for what diffusers and transformers do to the whole process, as nodes run side by side."""

from threading import RLock

library_lock = RLock()
"""Held while parts of diffusers or transformers are imported, and while any module is built.

Both libraries load their parts on first use of a name: when two threads do that at once, one of them can meet
a part that the other has not finished. And while they build a module, they patch torch so that it draws no
weights and takes no memory for them: a module that another thread builds meanwhile would have none.
"""
