"""Generative adversarial networks: a generator, a discriminator, and how the two train each other."""
