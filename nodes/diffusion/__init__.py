"""Diffusion, one model evaluation at a time."""
