"""Lecture pieces: how learning works, on problems small enough to be drawn."""
