"""Declarations: what a node is."""
