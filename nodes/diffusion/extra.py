"""Names of what a conditioning carries beside a text's states (``Cond.extra``)."""

LABEL = "label"
"""int64 [B]: the number of a class; -1 for none in particular."""
LEVEL = "noise_level"
"""int64 [B]: how noisy the small picture is that is to be drawn larger, in timesteps."""
SIZES = "sizes"
"""[B, 7]: the picture's height and width, its crop's top and left, the height and width wanted, beauty."""
