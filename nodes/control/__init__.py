"""Annotators: from a picture to the control picture that a ControlNet follows."""
