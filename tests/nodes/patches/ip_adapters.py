"""Tiny IP-Adapters for tiny U-Nets, in the layout of the files that people share."""

from pathlib import Path
from typing import Any, Literal

import torch
from safetensors.torch import save_file

Kind = Literal["plain", "plus", "full face"]
DEPTH, HEAD, TOKENS, TIMES = 4, 64, 4, 16


def tensors_of(
    unet: Any, seen: int, kind: Kind = "plain", seed: int = 0
) -> dict[str, dict[str, torch.Tensor]]:
    """An adapter's tensors.

    Args:
        unet: The U-Net that it is for.
        seen: Width of what the picture encoder gives.
        kind: Which network makes tokens of it.
        seed: Of their values.
    """
    generator, width = torch.Generator().manual_seed(seed), unet.config.cross_attention_dim

    def drawn(*shape: int) -> torch.Tensor:
        return torch.randn(shape, generator=generator) * 0.2

    shapes = {"plain": plain, "plus": plus, "full face": full_face}[kind](seen, width)
    named = unet.named_modules()
    reading = [one for name, one in named if name.endswith("attn2") and "motion_modules" not in name]
    return {
        "image_proj": {name: drawn(*shape) for name, shape in shapes.items()},
        "ip_adapter": {
            f"{2 * at + 1}.to_{which}_ip.weight": drawn(layer.to_k.out_features, width)
            for at, layer in enumerate(in_order(unet, reading))
            for which in "kv"
        },
    }


def tensors_of_flux(transformer: Any, seen: int) -> dict[str, dict[str, torch.Tensor]]:
    """Those of an adapter for FLUX.1, which have biases."""
    generator, config = torch.Generator().manual_seed(0), transformer.config
    width, inner = config.joint_attention_dim, transformer.inner_dim

    def drawn(shape: tuple[int, ...]) -> torch.Tensor:
        return torch.randn(shape, generator=generator) * 0.2

    return {
        "image_proj": {name: drawn(shape) for name, shape in plain(seen, width).items()},
        "ip_adapter": {
            f"{at}.to_{which}_ip.{name}": drawn(shape)
            for at in range(config.num_layers)
            for which in "kv"
            for name, shape in {"weight": (inner, width), "bias": (inner,)}.items()
        },
    }


def tensors_of_sd3(transformer: Any, seen: int) -> dict[str, dict[str, torch.Tensor]]:
    """Those of InstantX's adapter for Stable Diffusion 3.5, of one layer for each that attends."""
    generator, width, head = (
        torch.Generator().manual_seed(0),
        transformer.inner_dim,
        transformer.config.attention_head_dim,
    )

    def drawn(shape: tuple[int, ...]) -> torch.Tensor:
        return torch.randn(shape, generator=generator) * 0.2

    timed = {
        "time_embedding.linear_1.weight": (HEAD, TIMES),
        "time_embedding.linear_1.bias": (HEAD,),
        "time_embedding.linear_2.weight": (HEAD, HEAD),
        "time_embedding.linear_2.bias": (HEAD,),
    }
    timed |= {
        f"layers.{at}.2.1.{name}": shape
        for at in range(DEPTH)
        for name, shape in {"weight": (4 * HEAD, HEAD), "bias": (4 * HEAD,)}.items()
    }
    layer = {
        "norm_ip.linear.weight": (2 * width, HEAD),
        "norm_ip.linear.bias": (2 * width,),
        "to_k_ip.weight": (width, width),
        "to_v_ip.weight": (width, width),
        "norm_q.weight": (head,),
        "norm_k.weight": (head,),
        "norm_ip_k.weight": (head,),
    }
    return {
        "image_proj": {name: drawn(shape) for name, shape in (plus(seen, width) | timed).items()},
        "ip_adapter": {
            f"{at}.{name}": drawn(shape)
            for at in range(len(transformer.attn_processors))
            for name, shape in layer.items()
        },
    }


def tensors_of_faces(unet: Any, seen: int) -> dict[str, dict[str, torch.Tensor]]:
    """Those of a FaceID adapter, with the LoRA inside."""
    generator, width = torch.Generator().manual_seed(5), unet.config.cross_attention_dim

    def drawn(*shape: int) -> torch.Tensor:
        return torch.randn(shape, generator=generator) * 0.2

    tensors = tensors_of(unet, seen)
    tensors["image_proj"] = {
        "proj.0.weight": drawn(2 * seen, seen),
        "proj.0.bias": drawn(2 * seen),
        "proj.2.weight": drawn(TOKENS * width, 2 * seen),
        "proj.2.bias": drawn(TOKENS * width),
        "norm.weight": drawn(width),
        "norm.bias": drawn(width),
    }
    layers = dict(unet.named_modules())
    for at, name in enumerate(unet.attn_processors):
        layer = layers[name.removesuffix(".processor")]
        for which, linear in {
            "q": layer.to_q,
            "k": layer.to_k,
            "v": layer.to_v,
            "out": layer.to_out[0],
        }.items():
            head = f"{at}.to_{which}_lora"
            tensors["ip_adapter"] |= {
                f"{head}.down.weight": drawn(2, linear.in_features),
                f"{head}.up.weight": drawn(linear.out_features, 2),
            }
    return tensors


def in_order(unet: Any, reading: list[Any]) -> list[Any]:
    """As the files number them: the way down, the way up, the middle."""
    every = [part for block in (unet.down_blocks, unet.up_blocks, unet.mid_block) for part in block.modules()]
    return [part for part in every if any(part is one for one in reading)]


def plain(seen: int, width: int) -> dict[str, tuple[int, ...]]:
    return {
        "proj.weight": (TOKENS * width, seen),
        "proj.bias": (TOKENS * width,),
        "norm.weight": (width,),
        "norm.bias": (width,),
    }


def full_face(seen: int, width: int) -> dict[str, tuple[int, ...]]:
    return {
        "proj.0.weight": (seen, seen),
        "proj.0.bias": (seen,),
        "proj.2.weight": (width, seen),
        "proj.2.bias": (width,),
        "proj.3.weight": (width,),
        "proj.3.bias": (width,),
    }


def plus(seen: int, width: int) -> dict[str, tuple[int, ...]]:
    return {
        "latents": (1, TOKENS, HEAD),
        "proj_in.weight": (HEAD, seen),
        "proj_in.bias": (HEAD,),
        "proj_out.weight": (width, HEAD),
        "proj_out.bias": (width,),
        "norm_out.weight": (width,),
        "norm_out.bias": (width,),
    } | {
        f"layers.{at}.{name}": shape
        for at in range(DEPTH)
        for name, shape in {
            "0.norm1.weight": (HEAD,),
            "0.norm1.bias": (HEAD,),
            "0.norm2.weight": (HEAD,),
            "0.norm2.bias": (HEAD,),
            "0.to_q.weight": (HEAD, HEAD),
            "0.to_kv.weight": (2 * HEAD, HEAD),
            "0.to_out.weight": (HEAD, HEAD),
            "1.0.weight": (HEAD,),
            "1.0.bias": (HEAD,),
            "1.1.weight": (4 * HEAD, HEAD),
            "1.3.weight": (HEAD, 4 * HEAD),
        }.items()
    }


def save(path: Path, tensors: dict[str, dict[str, torch.Tensor]], *, xlabs: bool = False) -> Path:
    """As a ``.safetensors`` file, by XLabs' names or not, or as nested dicts in a pickled one."""
    if path.suffix == ".safetensors":
        flat = {f"{part}.{name}": value for part, some in tensors.items() for name, value in some.items()}
        save_file({_of_xlabs(name) if xlabs else name: value for name, value in flat.items()}, path)
    else:
        torch.save(tensors, path)
    return path


def _of_xlabs(name: str) -> str:
    for own, theirs in {
        "image_proj.": "ip_adapter_proj_model.",
        "ip_adapter.": "double_blocks.",
        "to_k_ip": "processor.ip_adapter_double_stream_k_proj",
        "to_v_ip": "processor.ip_adapter_double_stream_v_proj",
    }.items():
        name = name.replace(own, theirs, 1)
    return name
