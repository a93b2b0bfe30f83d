"""Checkpoints: what a file or folder on disk is, and the models in it."""
