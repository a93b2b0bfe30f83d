"""Text encoders whose CLIPs have their real widths, by which they are known, and no depth."""

from pathlib import Path
from typing import Any

from tests.nodes.families.folders import save_clip, save_t5

L, G, T5 = "text_encoder", "text_encoder_2", "text_encoder_3"


def save_texts(folder: Path) -> None:
    """The text encoders of Stable Diffusion 3, with their tokenizers."""
    sizes: dict[str, Any] = {"num_hidden_layers": 1, "intermediate_size": 37, "projected": True}
    save_clip(folder / L, hidden_size=768, num_attention_heads=12, projection_dim=768, **sizes)
    wide = {"hidden_size": 1280, "num_attention_heads": 20, "projection_dim": 1280, "hidden_act": "gelu"}
    save_clip(folder / G, **sizes | wide)
    save_t5(folder / T5, d_ff=64, num_heads=2, d_kv=16, feed_forward_proj="gated-gelu")
