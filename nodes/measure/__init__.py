"""How good pictures are that models made, in numbers."""
