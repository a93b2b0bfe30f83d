import pytest
import torch
from diffusers.models.attention_processor import Attention
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.nn.functional import scaled_dot_product_attention

from nodes.train.attention import PlainAttention, attends
from nodes.train.recipe import recipe
from nodes.train.state import gradients


@pytest.mark.parametrize("mask", [None, "bool", "float"])
@pytest.mark.parametrize("causal", [False, True])
def test_it_is_what_torch_computes_without_fused_kernels(mask: str | None, causal: bool) -> None:
    query, key, value = torch.randn(3, 2, 4, 6, 8, generator=torch.Generator().manual_seed(0))
    kept = {"bool": torch.ones(6, 6).tril().bool(), "float": torch.randn(6, 6)}.get(mask or "")
    given = {"attn_mask": None if causal else kept, "is_causal": causal, "scale": 0.3}
    with sdpa_kernel(SDPBackend.MATH):
        expected = scaled_dot_product_attention(query, key, value, **given)
    with PlainAttention():
        found = scaled_dot_product_attention(query, key, value, **given)

    assert torch.equal(found, expected)


def test_a_training_leaves_the_attention_of_other_threads_alone() -> None:
    layer = Attention(8, heads=2, dim_head=4)
    fused: list[bool] = []

    def loss(module: torch.nn.Module, samples: torch.Tensor) -> torch.Tensor:
        fused.append(torch.backends.cuda.flash_sdp_enabled())
        return module(samples).square().mean()

    gradients(layer, list(layer.parameters()), [torch.randn(2, 3, 8)], loss, recipe(), attends(layer))
    assert attends(layer)
    assert fused == [True]
