"""The graph document."""
