"""Shap-E folders of a few thousand random weights, as diffusers' own tests build them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.nodes.diffusion.tiny import save_tokenizer

WIDTH = 16
CORNERS = 8


def save_text(folder: Path) -> Path:
    """Write a folder that reads texts."""
    from transformers import CLIPTextConfig, CLIPTextModelWithProjection

    config = CLIPTextConfig(
        bos_token_id=512,
        eos_token_id=513,
        vocab_size=514,
        hidden_size=WIDTH,
        projection_dim=WIDTH,
        intermediate_size=37,
        num_attention_heads=4,
        num_hidden_layers=2,
    )
    _save_shared(folder)
    CLIPTextModelWithProjection(config).save_pretrained(folder / "text_encoder")
    save_tokenizer(folder / "tokenizer")
    encoder = {
        "text_encoder": ["transformers", "CLIPTextModelWithProjection"],
        "tokenizer": ["transformers", "CLIPTokenizer"],
    }
    return _save_index(folder, "ShapEPipeline", encoder)


def save_image(folder: Path) -> Path:
    """Write a folder that looks at pictures."""
    from transformers import CLIPImageProcessor, CLIPVisionConfig, CLIPVisionModel

    config = CLIPVisionConfig(
        hidden_size=WIDTH,
        image_size=32,
        projection_dim=WIDTH,
        intermediate_size=37,
        num_attention_heads=4,
        num_hidden_layers=2,
        patch_size=8,
    )
    _save_shared(folder, embedding_proj_norm_type="layer")
    CLIPVisionModel(config).save_pretrained(folder / "image_encoder")
    CLIPImageProcessor(crop_size=32, size={"shortest_edge": 32}).save_pretrained(folder / "image_processor")
    encoder = {
        "image_encoder": ["transformers", "CLIPVisionModel"],
        "image_processor": ["transformers", "CLIPImageProcessor"],
    }
    return _save_index(folder, "ShapEImg2ImgPipeline", encoder)


def _save_shared(folder: Path, **prior: Any) -> None:
    import torch
    from diffusers.models.transformers.prior_transformer import PriorTransformer
    from diffusers.pipelines.shap_e.renderer import ShapERenderer
    from diffusers.schedulers.scheduling_heun_discrete import HeunDiscreteScheduler

    torch.manual_seed(0)
    PriorTransformer(
        num_attention_heads=2,
        attention_head_dim=16,
        embedding_dim=WIDTH,
        num_embeddings=32,
        embedding_proj_dim=WIDTH,
        time_embed_dim=WIDTH * 4,
        num_layers=1,
        clip_embed_dim=WIDTH * 2,
        additional_embeddings=0,
        time_embed_act_fn="gelu",
        norm_in_type="layer",
        encoder_hid_proj_type=None,
        added_emb_type=None,
        **prior,
    ).save_pretrained(folder / "prior")
    shapes: Any = ((8, 93), (8, 8), (8, 8), (8, 8))
    renderer = ShapERenderer(param_shapes=shapes, d_latent=WIDTH, d_hidden=8, n_output=12)
    fill_table(renderer.mesh_decoder)
    renderer.save_pretrained(folder / "shap_e_renderer")
    HeunDiscreteScheduler(
        beta_schedule="exp",
        num_train_timesteps=1024,
        prediction_type="sample",
        use_karras_sigmas=True,
        clip_sample=True,
        clip_sample_range=1.0,
    ).save_pretrained(folder / "scheduler")


def fill_table(decoder: Any) -> None:
    """Fill in the table of marching cubes, which comes with the weights: scikit-image's classic one.

    Corner (x, y, z) of a cell is bit x + 2y + 4z of a case. The edges are numbered along x first, then along
    y, then along z; those along one axis by where they are on the other two, the first of these faster.
    """
    import numpy as np
    import torch
    from skimage.measure import marching_cubes

    for case in range(1, 255):
        inside = [(case >> corner) & 1 for corner in range(CORNERS)]
        cell = np.array(inside, dtype=np.float32).reshape(2, 2, 2).transpose(2, 1, 0)
        points, faces, _, _ = marching_cubes(cell, 0.5, method="lorensen", gradient_direction="ascent")
        edges = torch.tensor([_edge(point) for point in points.tolist()])
        decoder.cases[case, : len(faces)] = edges[torch.from_numpy(faces.astype(np.int64))]
        decoder.masks[case, : len(faces)] = True


def _edge(point: list[float]) -> int:
    """The number of the edge that has a point as its middle."""
    axis = point.index(0.5)
    first, second = (int(at) for place, at in enumerate(point) if place != axis)
    return 4 * axis + first + 2 * second


def _save_index(folder: Path, pipeline: str, encoder: dict[str, list[str]]) -> Path:
    index = {
        "_class_name": pipeline,
        "prior": ["diffusers", "PriorTransformer"],
        "scheduler": ["diffusers", "HeunDiscreteScheduler"],
        "shap_e_renderer": ["shap_e", "ShapERenderer"],
        **encoder,
    }
    (folder / "model_index.json").write_text(json.dumps(index))
    return folder
