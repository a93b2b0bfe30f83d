"""The steps; their names sort in the order in which they run."""
