"""Files of quantised weights."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any


def quantised(path: Path, weights: Mapping[str, Any], architecture: str) -> None:
    """A GGUF file as city96's conversion writes it: matrices in blocks of 8 bits, the rest whole.

    What has more axes than the format is flattened, and its shape kept beside it.
    """
    from gguf import GGMLQuantizationType, GGUFWriter
    from gguf.quants import quantize

    writer = GGUFWriter(path, architecture)
    for name, value in weights.items():
        array, kind = value.numpy(), GGMLQuantizationType.F32
        if array.ndim == 2 and array.shape[1] % 32 == 0:
            kind = GGMLQuantizationType.Q8_0
            array = quantize(array, kind)
        if array.ndim > 4:
            writer.add_array(f"comfy.gguf.orig_shape.{name}", list(array.shape))
            array = array.reshape(len(array), -1)
        writer.add_tensor(name, array, raw_dtype=kind)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def quantised_t5(path: Path, model: Any, title: str) -> None:
    """A T5 encoder as llama.cpp's conversion writes it, with its metadata."""
    from gguf import MODEL_ARCH, GGMLQuantizationType, GGUFWriter, get_tensor_name_map
    from gguf.quants import quantize

    config, writer = model.config, GGUFWriter(path, "t5encoder")
    names = get_tensor_name_map(MODEL_ARCH.T5ENCODER, config.num_layers)
    writer.add_name(title)
    writer.add_embedding_length(config.d_model)
    writer.add_feed_forward_length(config.d_ff)
    writer.add_block_count(config.num_layers)
    writer.add_head_count(config.num_heads)
    writer.add_key_length(config.d_kv)
    writer.add_layer_norm_eps(config.layer_norm_epsilon)
    writer.add_relative_attn_buckets_count(config.relative_attention_num_buckets)
    for name, value in model.state_dict().items():
        array, kind = value.numpy(), GGMLQuantizationType.F32
        if array.ndim == 2 and array.shape[1] % 32 == 0:
            kind = GGMLQuantizationType.Q8_0
            array = quantize(array, kind)
        if name != "encoder.embed_tokens.weight":  # shared
            place = names.get_name(name, try_suffixes=(".weight",))
            assert place is not None
            writer.add_tensor(place, array, raw_dtype=kind)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
