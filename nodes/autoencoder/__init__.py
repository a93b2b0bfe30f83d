"""Autoencoders: pictures to codes of a few numbers and back, plain, variational and vector-quantised."""
