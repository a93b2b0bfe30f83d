from pathlib import Path
from typing import Any

import pytest
import torch

from nodes.checkpoints.tensors import read_tensors
from nodes.recognise.file import read_contents

ONES, TWOS = torch.ones(2), torch.full((3,), 2.0)


@pytest.mark.parametrize(
    "content",
    [
        {"a.b": ONES, "c": TWOS},
        {"state_dict": {"a.b": ONES, "c": TWOS}, "epoch": 3},
        {"params": {"a.b": TWOS}, "params_ema": {"a.b": ONES, "c": TWOS}},
        {"image_proj": {"a.b": ONES}, "ip_adapter": {"c": TWOS}},
        {"string_to_param": {"*": ONES}, "name": "toy"},
        [ONES, {"c": TWOS}],
    ],
)
def test_a_pickled_file_has_the_names_that_the_recogniser_tells(content: Any, tmp_path: Path) -> None:
    path = tmp_path / "x.pt"
    torch.save(content if isinstance(content, dict) else {"rows": content}, path)

    read, told = read_tensors(path), read_contents(path, path.name).entries
    assert {name: tuple(one.shape) for name, one in read.items()} == {
        name: entry.shape for name, entry in told.items()
    }
    assert any(torch.equal(one, ONES) for one in read.values())
