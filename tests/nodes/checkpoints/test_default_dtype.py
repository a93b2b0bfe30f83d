from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import wraps
from pathlib import Path
from typing import Any

import pytest
import torch
from diffusers.models.transformers.prior_transformer import PriorTransformer
from transformers import CLIPTextModel, SpeechT5ForTextToSpeech

from nodes.checkpoints.default_dtype import DefaultDtype
from nodes.checkpoints.pretrained import from_pretrained
from tests.nodes.families.folders import save_clip
from tests.nodes.families.tiny_kandinsky import save_prior_transformer
from tests.nodes.speech.tiny import save_speecht5

FOLDERS: dict[Any, Callable[[Path], object]] = {
    PriorTransformer: save_prior_transformer,  # its mask is a buffer that no file holds
    CLIPTextModel: save_clip,
    SpeechT5ForTextToSpeech: save_speecht5,  # its positions are computed
}


@pytest.mark.parametrize("cls", FOLDERS)
@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
def test_a_module_is_the_one_that_its_library_builds(cls: Any, dtype: torch.dtype, tmp_path: Path) -> None:
    folder = tmp_path / "text_encoder"
    FOLDERS[cls](folder)
    theirs = tensors_of(cls.from_pretrained(folder, dtype=dtype))
    ours = tensors_of(from_pretrained(cls, folder, dtype=dtype))

    assert {name: one.dtype for name, one in ours.items()} == {
        name: one.dtype for name, one in theirs.items()
    }
    assert all(torch.equal(one, theirs[name]) for name, one in ours.items())


def tensors_of(model: Any) -> dict[str, torch.Tensor]:
    """Weights, buffers, and whatever else a module holds."""
    return {
        f"{path}.{name}": value
        for path, module in model.named_modules()
        for name, value in {**vars(module), **module._buffers, **module._parameters}.items()
        if isinstance(value, torch.Tensor)
    }


@pytest.mark.parametrize("cls", FOLDERS)
def test_other_threads_keep_their_precision_while_it_is_built(
    cls: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "text_encoder"
    FOLDERS[cls](folder)
    made: list[tuple[torch.dtype, torch.dtype]] = []
    build = cls.__init__

    with ThreadPoolExecutor(1) as other:

        @wraps(build)
        def watched(self: Any, *args: Any, **kwargs: Any) -> None:
            made.append((torch.ones(1).dtype, other.submit(lambda: torch.ones(1).dtype).result()))
            build(self, *args, **kwargs)

        monkeypatch.setattr(cls, "__init__", watched)
        from_pretrained(cls, folder, dtype=torch.bfloat16)

    assert made == [(torch.bfloat16, torch.float32)]


@pytest.mark.parametrize("dtype", [torch.float32, torch.float16])
def test_a_module_that_another_one_builds_has_its_own_precision(dtype: torch.dtype) -> None:
    with DefaultDtype(torch.bfloat16):
        with DefaultDtype(dtype):
            assert torch.ones(1).dtype == dtype
            assert torch.ones(1, dtype=torch.float64).dtype == torch.float64
            assert torch.arange(3).dtype == torch.int64
        assert torch.ones(1).dtype == torch.bfloat16
