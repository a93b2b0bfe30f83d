"""One thread at a time imports transformers and diffusers: their lazy modules break when two begin."""

from threading import RLock

IMPORTING = RLock()
